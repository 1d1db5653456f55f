"""What the rows of the audit are called where people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from needlework.i18n import Translate
from needlework.web.audit.models import AuditEvent


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


AREAS: Final[Mapping[str, str]] = {
    "accounts": _("Signing in"),
    "alerts": _("Withdrawn consents"),
    "audit": _("This list"),
    "blobs": _("Photo or file"),
    "clearances": _("Clearances"),
    "clinic": _("Back-up and export"),
    "clinics": _("Client’s page"),
    "consents": _("Consent"),
    "consultations": _("Consultation"),
    "days": _("Days and notes"),
    "enquiries": _("Requests for a consultation"),
    "governance": _("Knowledge"),
    "intake": _("Consultation filled in at home"),
    "measures": _("Measures"),
    "plans": _("Signed plan"),
    "portal": _("Client’s own pages"),
    "records": _("Mark of an error"),
    "site": _("Public page"),
    "staff": _("Staff"),
    "treatments": _("Session held"),
}
"""By the part of the app that a row's action begins with."""

ACTIONS: Final[Mapping[str, str]] = {
    "accounts.log_in": _("Signed in"),
    "accounts.log_in_fail": _("Tried to sign in"),
    "accounts.log_out": _("Signed out"),
    "accounts.locked": _("Met the lock of the screen"),
    "accounts.unlock": _("Unlocked the screen"),
    "accounts.session_over": _("Was signed out after a day’s work"),
    "accounts.session_ended": _("Ended other sessions of their own"),
    "accounts.password_change": _("Changed the password"),
    "accounts.password_reset": _("Chose a new password by mail"),
    "accounts.second_factor_add": _("Added a second step"),
    "accounts.second_factor_remove": _("Removed a second step"),
    "accounts.second_factor_reset": _("Made a second step anew"),
    "accounts.second_factor_fail": _("Tried a second step"),
    "accounts.second_factor_missing": _("Was sent to add a second step"),
    "accounts.second_factor_taken_away": _("Second step taken away by a command"),
    "audit.check": _("Had the seals compared"),
    "audit.seal": _("A seal was made"),
    "clinic.backup": _("Back-up made"),
    "clinic.export": _("The clinic’s records were exported"),
    "clinic.export_client": _("A client’s records were exported"),
    "clinic.new": _("The clinic was opened"),
    "clinic.restore": _("The clinic was restored"),
    "clinics.choose": _("Choice of a clinic"),
    "clinics.clients": _("List of clients"),
    "clinics.home": _("Today"),
    "enquiries.ask_refused": _("Asked for a consultation too often"),
    "portal.link_refused": _("Tried a client’s link"),
}
"""Where an action says more than a page's name."""

OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    "ok": (_("Done"), "ok"),
    "refused": (_("Refused"), "stop"),
    "invalid": (_("Not valid"), "ask"),
    "missing": (_("Not found"), "ask"),
    "error": (_("Failed"), "stop"),
}

READ: Final = _("{what}: read")
WRITTEN: Final = _("{what}: written")
_READING: Final = ("GET", "HEAD", "OPTIONS")


def what(event: AuditEvent, translate: Translate) -> str:
    """What was done, in words; where there are none, the name that the app has for it."""
    if (told := ACTIONS.get(event.action)) is not None:
        return translate(told)
    area = AREAS.get(area_of(event.action))
    named = translate(area) if area else event.action
    if not event.method:
        return named
    frame = READ if event.method in _READING else WRITTEN
    return translate(frame).format(what=named)


def area_of(action: str) -> str:
    """The part of the app; what allauth brings is about signing in."""
    name = action.partition(".")[0]
    return "accounts" if name.startswith(("account_", "mfa_")) else name
