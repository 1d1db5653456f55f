"""One of everything in the demo's clinic, and who looks at it; run in a process of its own.

`python -m tests.web.browser.stock` adds it to the data that NEEDLEWORK_DATA names, and prints how
each page's address is put together.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

import django
import msgspec

ENGLISH: Final = "en"
SPANISH: Final = "es"
CLINIC: Final = "harbour-skin"
CLAIM: Final = "zone.cheek.scar-max"
SPEAKS_SPANISH: Final = "todo@harbour-skin.example"
_FRESH_S: Final = 60 * 60
"""Pages that ask for the password again do not, for as long as a run of the tests may take."""


class Stock(msgspec.Struct, frozen=True):
    """What addresses are made of, by language and argument; sessions, and ways in, by who it is."""

    arguments: dict[str, dict[str, str]]
    sessions: dict[str, str]
    links: dict[str, tuple[str, str]]
    half_way: tuple[str, str]


def fill() -> Stock:
    """Add one of everything for each language."""
    from django.utils import timezone

    from needlework.web.clinics.clock import today_in
    from needlework.web.clinics.models import ROLES, Clinic, Membership
    from tests.web import people

    now = timezone.now()
    clinic = Clinic.objects.get(slug=CLINIC)
    members = list(Membership.objects.filter(clinic=clinic).select_related("user").order_by("pk"))
    staff = {role: next(one for one in members if role in one.roles) for role in ROLES}
    everything = people.member(clinic, *ROLES, email=SPEAKS_SPANISH)
    everything.user.language = SPANISH
    everything.user.save(update_fields=["language"])
    elsewhere = people.clinic("second-clinic", name="Second Clinic", is_demo=True)
    twice = people.member(clinic, "reception", email="twice@harbour-skin.example")
    for user in (everything.user, twice.user):
        other = people.member(elsewhere, "reception", email=f"second-{user.email}")
        Membership.objects.filter(pk=other.pk).update(user=user)
    verified, guarded, half_way = (
        _verified(clinic, name) for name in ("verified", "guarded", "half-way")
    )
    for member in (guarded, half_way):
        _guard(member.user)
    key = _security_key(guarded.user)
    arguments: dict[str, dict[str, str]] = {}
    links: dict[str, tuple[str, str]] = {}
    for language, author in ((ENGLISH, staff["practitioner"]), (SPANISH, everything)):
        records, links[language] = _records(clinic, author, language, now)
        arguments[language] = {
            **{name: str(value) for name, value in records.items()},
            **_accounts(author.user),
            "clinic": CLINIC,
            "claim": CLAIM,
            "day": today_in(clinic, now).isoformat(),
            "lang": language,
            "token": links[language][0].strip("/").rpartition("/")[2],
            "pk": str(key),
        }
    sessions = {role: _session(member.user) for role, member in staff.items()}
    others = {
        "everything": everything,
        "two-clinics": twice,
        "verified": verified,
        "guarded": guarded,
    }
    sessions |= {name: _session(member.user) for name, member in others.items()}
    return Stock(arguments, sessions, links, (half_way.user.email, people.PASSWORD))


def _records(
    clinic: Any, author: Any, language: str, now: Any
) -> tuple[Mapping[str, Any], tuple[str, str]]:
    """One of each record, and the way in for the client whom they are about."""
    from needlework.web.clinics.models import Client
    from needlework.web.portal import links
    from tests.web.records_of import records_of

    records = records_of(clinic, author)
    client = Client.objects.get(pk=records["client"])
    client.language = language
    client.save(update_fields=["language"])
    _, token = links.make_link(client=client, by=None, now=now)
    return records, (links.address(token), str(client.birth_date))


def _accounts(user: Any) -> dict[str, str]:
    """What the addresses that go out by mail hold."""
    from allauth.account.forms import default_token_generator
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from allauth.account.utils import user_pk_to_url_str

    address, _ = EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True)
    return {
        "confirmation": EmailConfirmationHMAC.create(address).key,
        "uidb36": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }


def _verified(clinic: Any, name: str) -> Any:
    """Somebody at the desk whose address was verified, which a second factor needs."""
    from allauth.account.models import EmailAddress

    from tests.web import people

    member = people.member(clinic, "reception", email=f"{name}@harbour-skin.example")
    address = {"user": member.user, "email": member.user.email}
    EmailAddress.objects.create(**address, primary=True, verified=True)
    return member


def _guard(user: Any) -> None:
    """Give somebody a second factor."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def _security_key(user: Any) -> int:
    """A key by its name alone: nobody signs in with it."""
    from allauth.mfa.models import Authenticator

    data = {"name": "Blue key", "credential": {"id": secrets.token_urlsafe()}}
    key = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    number: int = key.pk
    return number


def _session(user: Any) -> str:
    """The cookie of somebody who has just given the password again."""
    from allauth.account.internal.flows import login

    from tests.web import people

    browser = people.browser(user)
    request = SimpleNamespace(session=browser.session)
    login.record_authentication(request, user, "password", reauthenticated=True)
    request.session[login.AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] += _FRESH_S
    request.session.save()
    return str(browser.cookies["sessionid"].value)


if __name__ == "__main__":
    django.setup()
    sys.stdout.buffer.write(msgspec.json.encode(fill()))
