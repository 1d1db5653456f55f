"""The link: single purpose, expiring, counted, silent before the second factor, used once."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation, Draft
from needlework.web.intake.selectors import consultation_links
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from tests.web import people
from tests.web.intake import inside
from tests.web.portal import inside as aftercare

pytestmark = pytest.mark.django_db
BORN = "1988-04-12"


def staff_address(client: Client, rest: str = "") -> str:
    return f"/clinic/{client.clinic.slug}/clients/{client.pk}/consultation-links/{rest}"


def test_nothing_personal_stands_before_the_second_factor(pat: Client) -> None:
    page = people.browser().get(inside.make(pat)[1]).content.decode()
    for personal in ("Pat", "Núñez", "1988", "Harbour"):
        assert personal not in page


def test_it_opens_the_form_with_the_birth_date_and_nothing_else(pat: Client) -> None:
    browser = inside.enter(pat)
    assert browser.get(inside.START).status_code == 200
    for path in ("/my/", "/my/symptoms/", "/my/days/", "/my/products/"):
        assert browser.get(path).status_code == 403


def test_an_aftercare_link_opens_no_form(pat: Client, alice: Membership) -> None:
    aftercare.treat(pat, alice)
    browser = aftercare.enter(pat)
    assert browser.get("/my/").status_code == 200
    for path in (inside.START, inside.SUMMARY, inside.part_address("health")):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {"do": "next"}).status_code == 403


@pytest.mark.parametrize("purpose", ["aftercare", "consultation"])
def test_the_way_in_of_another_purpose_takes_no_token(pat: Client, purpose: str) -> None:
    other = {"aftercare": "consultation", "consultation": "aftercare"}[purpose]
    _, token = links.make_link(client=pat, by=None, now=timezone.now(), purpose=purpose)
    browser = people.browser()
    assert browser.post(links.address(token, other), {"birth_date": BORN}).status_code == 422
    assert browser.get("/my/").status_code == 403
    assert browser.get(inside.START).status_code == 403


def test_a_wrong_date_and_a_dead_link_read_alike(pat: Client) -> None:
    _, good = inside.make(pat)

    def said(address: str, born: str) -> tuple[int, list[str]]:
        answer = people.browser().post(address, {"birth_date": born})
        lines = answer.content.decode().replace(born, "").splitlines()
        return answer.status_code, [line for line in lines if "csrf" not in line]

    wrong = said(good, "1990-01-01")
    PortalLink.objects.update(revoked_at=timezone.now())
    assert said(good, "1990-01-01") == wrong
    assert said(good, BORN) == wrong
    assert said(links.address("x" * 32, "consultation"), "1990-01-01") == wrong


def test_tries_are_counted_and_then_slowed(pat: Client) -> None:
    link, address = inside.make(pat)
    browser = people.browser()
    for _ in range(6):
        browser.post(address, {"birth_date": "1990-01-01"})
    assert browser.post(address, {"birth_date": BORN}).status_code == 429
    link.refresh_from_db()
    assert link.failures == 6


def test_too_many_wrong_dates_end_it_for_good(pat: Client) -> None:
    link, address = inside.make(pat)
    PortalLink.objects.filter(pk=link.pk).update(failures=links.MOST_FAILURES)
    assert people.browser().post(address, {"birth_date": BORN}).status_code == 422


def test_it_lasts_a_week(pat: Client) -> None:
    link, address = inside.make(pat)
    assert link.expires_at - link.made_at == timedelta(days=7)
    browser = inside.enter(pat, address)
    PortalLink.objects.update(expires_at=timezone.now())
    assert browser.get(inside.START).status_code == 403
    assert people.browser().post(address, {"birth_date": BORN}).status_code == 422


def test_a_new_link_ends_the_earlier_one_and_not_that_for_aftercare(pat: Client) -> None:
    _, first = inside.make(pat)
    _, care = links.make_link(client=pat, by=None, now=timezone.now())
    inside.make(pat)
    assert people.browser().post(first, {"birth_date": BORN}).status_code == 422
    assert people.browser().post(links.address(care), {"birth_date": BORN}).status_code == 302


def test_it_opens_nothing_after_the_answers_were_sent(pat: Client) -> None:
    _, address = inside.make(pat)
    browser = inside.enter(pat, address)
    inside.fill(browser)
    browser.post(inside.SUMMARY)
    assert people.browser().post(address, {"birth_date": BORN}).status_code == 422
    after = browser.get(inside.SUMMARY).content.decode()
    assert "your answers have arrived" in after
    assert "keloid" not in after
    assert browser.post(inside.part_address("health"), {"do": "next"}).status_code == 200
    assert not Draft.objects.exists()
    assert Consultation.objects.count() == 1


def test_the_token_is_in_no_log_and_no_audit(
    pat: Client, bea: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = people.browser(bea).post(staff_address(pat, "new/"))
        address = _address_in(made.content.decode())
        path = address.partition("//")[2].partition("/")[2]
        browser = people.browser()
        browser.get(f"/{path}")
        browser.post(f"/{path}", {"birth_date": "1990-01-01"})
        browser.post(f"/{path}", {"birth_date": BORN})
        browser.get(inside.START)
    token = path.split("/")[1]
    assert len(token) >= 32
    kept = [record for record in caplog.records if record.name != "django.db.backends"]
    assert token not in str([record.getMessage() for record in kept if _is_kept(record)])
    rows = [str(row) for row in AuditEvent.objects.values()]
    assert rows
    assert not any(token in row for row in rows)
    assert not PortalLink.objects.filter(token_digest=token).exists()


def _is_kept(record: logging.LogRecord) -> bool:
    """What the app's own settings let through to the log."""
    return record.levelno >= logging.WARNING and logging.getLogger(record.name).isEnabledFor(
        record.levelno
    )


def _address_in(page: str) -> str:
    return page.partition('id="address"')[2].partition('value="')[2].partition('"')[0]


def test_no_page_is_cached_or_named_to_others(pat: Client) -> None:
    _, address = inside.make(pat)
    browser = inside.enter(pat, address)
    pages = [
        people.browser().get(address),
        *(browser.get(path) for path in (inside.START, inside.SUMMARY)),
        browser.get(inside.part_address("health")),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "no-store" in page.headers["Cache-Control"]
        # Nothing goes to other places; our own forms need to be known as ours.
        assert page.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}


# --- made by staff ----------------------------------------------------------------------------


def test_the_desk_sends_one_and_no_word_of_it_is_about_health(pat: Client, bea: Membership) -> None:
    pat.phone_e164, pat.email = "+16175550123", "pat@example.org"
    pat.save()
    page = people.browser(bea).post(staff_address(pat, "new/")).content.decode()
    address = _address_in(page)
    for way in ("https://wa.me/16175550123?text=", "mailto:pat@example.org?"):
        href = page.partition(f'href="{way}')[2].partition('"')[0]
        draft = unquote(href.replace("&amp;", "&"))
        assert address in draft
        for word in ("Pat", "skin problem", "medicine", "health", "needling", "treatment"):
            assert word not in draft


def test_it_is_drafted_in_the_clients_language(pat: Client, bea: Membership) -> None:
    pat.language = "es"
    pat.save()
    page = people.browser(bea).post(staff_address(pat, "new/")).content.decode()
    assert '<textarea id="draft" rows="5" readonly lang="es">' in page


def test_links_are_listed_with_their_state_and_can_be_ended(pat: Client, bea: Membership) -> None:
    def states() -> list[str]:
        return [line.state for line in consultation_links(pat, timezone.now())]

    _, first = inside.make(pat)
    browser = inside.enter(pat, first)
    inside.fill(browser)
    browser.post(inside.SUMMARY)
    inside.make(pat)
    link, address = inside.make(pat)
    assert states() == ["open", "ended", "used"]
    typing = inside.enter(pat, address)
    inside.give(typing, "health", {"history.keloid": ["yes"]})
    assert consultation_links(pat, timezone.now())[0].is_begun
    staff = people.browser(bea)
    assert staff.get(staff_address(pat)).status_code == 200
    answer = staff.post(staff_address(pat, f"{link.pk}/end/"))
    assert answer.status_code == 302
    assert states() == ["ended", "ended", "used"]
    assert not Draft.objects.exists()
    assert typing.get(inside.START).status_code == 403


def test_a_link_of_another_client_is_not_found(
    pat: Client, bea: Membership, charlie: Membership
) -> None:
    other = people.person(charlie.clinic)
    link, _ = inside.make(other)
    assert people.browser(bea).post(staff_address(pat, f"{link.pk}/end/")).status_code == 404
    assert people.browser(bea).post(staff_address(other, "new/")).status_code == 404
    link.refresh_from_db()
    assert link.revoked_at is None


def test_an_owner_alone_makes_none(pat: Client) -> None:
    owner = people.member(pat.clinic, "owner")
    assert people.browser(owner).post(staff_address(pat, "new/")).status_code == 403
    page = people.browser(owner).get(f"/clinic/{pat.clinic.slug}/clients/{pat.pk}/")
    assert "consultation-links" not in page.content.decode()
