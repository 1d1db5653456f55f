"""Every page of the app: who opens it, and where its address comes from.

A new address needs a line here, in `PAGES` or in `NO_PAGES`; a test fails until it has one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Page

Who = Literal[
    "nobody",
    "client",
    "owner",
    "medical-director",
    "practitioner",
    "assistant",
    "reception",
    "two-clinics",
    "verified",
    "guarded",
    "half-way",
]
"""A client came in by a link; staff go by their role. Who is "verified" may add a second factor,
who is "guarded" has one, and who is "half-way" gave the password but not the code."""


class Line(NamedTuple):
    """Who opens a page, and which of the stock its arguments are where they are named otherwise."""

    who: tuple[Who, ...]
    where: Mapping[str, str] = {}


def by(*who: Who, **where: str) -> Line:
    return Line(who, where)


PAGES: Final[Mapping[str, Line]] = {
    # public
    "site:clinics": by("nobody"),
    "site:home": by("nobody"),
    "site:skin": by("nobody"),
    "site:microneedling": by("nobody"),
    "site:self_check": by("nobody"),
    "enquiries:ask": by("nobody"),
    # the client's
    "portal:link": by("nobody"),
    "intake:link": by("nobody"),
    "portal:today": by("client"),
    "portal:days": by("client"),
    "portal:symptoms": by("client"),
    "portal:answer": by("client"),
    "portal:products": by("client"),
    "portal:sun": by("client"),
    # staff
    "clinics:choose": by("two-clinics"),
    "clinics:home": by("owner", "medical-director", "practitioner", "assistant", "reception"),
    "clinics:clients": by("practitioner", "reception"),
    "clinics:client_new": by("reception"),
    "clinics:client": by("practitioner", "reception"),
    "clinics:client_edit": by("reception"),
    "clinics:client_versions": by("reception"),
    "audit:events": by("owner"),
    "staff:profile": by("practitioner", "reception"),
    "staff:list": by("owner", "medical-director"),
    "staff:add": by("owner"),
    "staff:member": by("owner", "medical-director"),
    "staff:change": by("owner"),
    "staff:leave": by("owner"),
    "staff:way_in": by("owner"),
    "staff:train": by("owner"),
    "staff:training_error": by("owner"),
    "consultations:new": by("practitioner"),
    "consultations:detail": by("owner", "practitioner"),
    "consultations:edit": by("practitioner"),
    "consultations:again": by("practitioner"),
    "consultations:plan": by("medical-director"),
    "treatments:detail": by("owner", "practitioner"),
    "treatments:report": by("owner", "practitioner"),
    "clearances:waiting": by("medical-director"),
    "clearances:list": by("practitioner"),
    "clearances:ask": by("practitioner"),
    "clearances:answer": by("medical-director"),
    "clearances:override": by("medical-director"),
    "clearances:close": by("practitioner"),
    "alerts:withdrawals": by("practitioner"),
    "measures:list": by("owner", "practitioner"),
    "measures:correct": by("practitioner"),
    "measures:forecast": by("practitioner"),
    "plans:sign": by("medical-director"),
    "plans:outlook": by("owner", "practitioner"),
    "plans:detail": by("practitioner"),
    "enquiries:requests": by("reception"),
    "intake:links": by("reception"),
    "days:day": by("practitioner", "reception"),
    "days:visit_new": by("reception"),
    "days:visit": by("reception"),
    "days:notes": by("practitioner"),
    "days:consultation_notes": by("assistant"),
    "blobs:photo": by("reception"),
    "records:acknowledgement": by("practitioner"),
    "records:blob": by("practitioner"),
    "records:clearance": by("practitioner"),
    "records:consultation": by("practitioner"),
    "records:measure": by("practitioner"),
    "records:note": by("practitioner"),
    "records:plan": by("practitioner"),
    "records:treatment": by("practitioner"),
    "records:version": by("practitioner"),
    "governance:topics": by("medical-director"),
    "governance:claims": by("owner", "medical-director"),
    "governance:claim": by("medical-director"),
    "governance:releases": by("medical-director"),
    "governance:products": by("medical-director"),
    # accounts
    "accounts:sessions": by("reception"),
    "account_login": by("nobody"),
    "account_logout": by("reception"),
    "account_inactive": by("nobody"),
    "account_signup": by("nobody"),
    "account_reauthenticate": by("reception"),
    "account_email": by("reception"),
    "account_email_verification_sent": by("nobody"),
    "account_confirm_email": by("nobody", key="confirmation"),
    "account_change_password": by("reception"),
    "account_reset_password": by("nobody"),
    "account_reset_password_done": by("nobody"),
    "account_reset_password_from_key": by("nobody"),
    "account_reset_password_from_key_done": by("nobody"),
    "mfa_index": by("reception", "verified", "guarded"),
    "mfa_authenticate": by("half-way"),
    "mfa_reauthenticate": by("guarded"),
    "mfa_activate_totp": by("verified"),
    "mfa_deactivate_totp": by("guarded"),
    "mfa_view_recovery_codes": by("guarded"),
    "mfa_generate_recovery_codes": by("guarded"),
    "mfa_list_webauthn": by("reception", "guarded"),
    "mfa_add_webauthn": by("verified"),
    "mfa_edit_webauthn": by("guarded"),
    "mfa_remove_webauthn": by("guarded"),
}

NO_PAGES: Final[Mapping[str, str]] = {
    "site:start": "leads to the visitor's language",
    "site:robots": "for machines",
    "site:sitemap": "for machines",
    "consultations:assessment_new": "a part of a page",
    "consultations:assessment": "a part of a page",
    "consultations:plan_pdf": "a file",
    "consultations:consent_pdf": "a file",
    "consultations:schedule_ics": "a file",
    "consultations:schedule_csv": "a file",
    "measures:add": "an act",
    "treatments:link_new": "an act; its page is a scene",
    "treatments:link_sheet": "a file",
    "treatments:report_seen": "an act",
    "blobs:blob": "a file",
    "enquiries:step": "an act",
    "enquiries:client_new": "an act",
    "clearances:remind": "an act",
    "audit:check": "an act",
    "alerts:withdrawal_seen": "an act",
    "governance:confirm": "an act",
    "governance:approve": "an act",
    "governance:decide": "an act",
    "governance:list_product": "an act",
    "governance:treated_csv": "a file",
    **dict.fromkeys(
        (
            "consents:list",
            "consents:offer",
            "consents:detail",
            "consents:withdraw",
            "consents:sign",
            "consents:later",
            "consents:signed",
            "consents:own",
        ),
        "tests/web/consents/test_signing_browser.py goes there",
    ),
    "consents:own_withdraw": "an act",
    "consents:texts": "tests/web/consents asks for it, and no test looks at it yet",
    "consents:hand_over": "an act",
    "consents:copy": "a file",
    "records:offer": "as records:blob, which is looked at",
    "records:signature": "as records:blob, which is looked at",
    "accounts:awake": "for the page's script",
    "accounts:lock": "an act",
    "accounts:unlock": "an act",
    "accounts:language": "an act",
    "accounts:session_end": "an act",
    "mfa_login_webauthn": "for the page's script",
    "days:cancel": "an act",
    "intake:link_new": "an act; tests/web/intake/test_journey.py looks at its page",
    "intake:link_end": "an act",
    "intake:language": "an act",
    "intake:start": "tests/web/intake/test_journey.py looks at it",
    "intake:part": "tests/web/intake/test_journey.py looks at it",
    "intake:summary": "tests/web/intake/test_journey.py looks at it",
    "portal:sheet": "a file",
    "portal:file": "a file",
    "portal:leave": "an act; its page is a scene",
    "account_set_password": "leads to the change of password: everybody has one",
    "account_confirm_login_code": "leads on: nobody signs in by a code that is sent",
    "mfa_download_recovery_codes": "a file",
    "mfa_reauthenticate_webauthn": "needs a real key",
}


class Scene(NamedTuple):
    """What a page becomes once something was done on it."""

    who: Who
    start: str
    act: Callable[[Page], None]
    statuses: tuple[int, ...] = ()


def _nothing(_page: Page) -> None:
    pass


def _press(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    return act


def _sign_in_wrongly(page: Page) -> None:
    page.locator("input[name=login]").fill("nobody@harbour-skin.example")
    page.locator("input[name=password]").fill("not the password")
    page.locator("input[name=password]").press("Enter")
    page.locator(".field__error, .errorlist, [role=alert]").first.wait_for()


def _give_a_wrong_birth_date(page: Page) -> None:
    page.locator("input[name=birth_date]").fill("1901-01-01")
    page.locator("main button").click()


def _name_a_symptom(page: Page) -> None:
    for group in page.locator("details:not([open]) > summary").all():
        group.click()
    page.locator("input[value=blisters]").check(force=True)
    page.locator("main form button").first.click()
    page.locator("input[name=place-blisters]").first.wait_for(state="attached")


def _ask_about_a_product(page: Page) -> None:
    page.locator("main textarea").first.fill("Aqua, Glycerin, Retinol, Parfum")
    page.locator("main form button").first.click()


def _leave(page: Page) -> None:
    page.locator("form[action='/my/leave/'] button").first.click()


SCENES: Final[Mapping[str, Scene]] = {
    "nothing-here": Scene("nobody", "/nowhere/", _nothing, (404,)),
    "not-for-this-role": Scene("reception", "consultations:plan", _nothing, (403,)),
    "sign-in-refused": Scene("nobody", "account_login", _sign_in_wrongly),
    "link-refused": Scene("nobody", "portal:link", _give_a_wrong_birth_date),
    "consultation-refused": Scene("practitioner", "consultations:new", _press("Save")),
    "questions-left-open": Scene(
        "practitioner", "consultations:new", _press("All unanswered: don’t know")
    ),
    "client-refused": Scene("reception", "clinics:client_new", _press("Save")),
    "staff-refused": Scene("owner", "staff:add", _press("Add to the staff")),
    "symptom-details": Scene("client", "portal:symptoms", _name_a_symptom),
    "product-judged": Scene("client", "portal:products", _ask_about_a_product),
    # Last: either ends the client's visit.
    "left": Scene("client", "portal:today", _leave),
    "a-new-link": Scene("practitioner", "treatments:detail", _press("Make an aftercare link")),
}
