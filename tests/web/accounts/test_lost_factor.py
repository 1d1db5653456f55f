"""A lost second factor is taken away by a command: told to the audit, to its owner, and by mail."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command

from needlework.i18n import translator
from needlework.web.accounts.lost import ACTION, CHECKS, LostFactorError
from needlework.web.accounts.models import User
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Clinic, Membership
from tests.web import people
from tests.web.accounts import acting
from tests.web.keeping.places import place


@pytest.fixture
def olga(harbour: Clinic) -> Membership:
    """Owns the clinic, and has an app and backup codes."""
    made = people.member(harbour, "owner", email="olga@harbour.example")
    acting.app(made.user)
    RecoveryCodes.activate(made.user)
    cache.clear()
    return made


def reset(email: str, checked: str = "in-person") -> str:
    out = StringIO()
    call_command("clinic_reset_factor", email, checked=checked, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_all_of_it_is_gone_and_everybody_is_told(
    olga: Membership, elsewhere: Clinic, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Membership.objects.create(clinic=elsewhere, user=olga.user)
    inside = people.browser(olga)
    home = f"/clinic/{olga.clinic.slug}/"
    assert inside.get(home).status_code == 200
    said = reset("Olga@Harbour.example")
    assert "signed out everywhere" in said
    assert not Authenticator.objects.filter(user=olga.user).exists()
    assert "/accounts/login/" in inside.get(home).headers["Location"], "sessions end with it"
    told = AuditEvent.objects.filter(action=ACTION)
    assert {row.clinic for row in told} == {olga.clinic, elsewhere}, "each clinic reads it"
    for row in told:
        assert {"type": "checked", "id": "in-person"} in row.objects_seen
        assert {"type": "accounts.user", "id": str(olga.user_id)} in row.objects_seen
        assert "olga" not in str(row.objects_seen)
    (letter,) = mail.outbox
    assert letter.to == ["olga@harbour.example"]
    assert "choose another password" in letter.body
    assert olga.clinic.name not in letter.body
    # In again by the password alone, and no further than to a new factor.
    again = acting.signed_in(User.objects.get(pk=olga.user_id))
    assert again.get(home).headers["Location"] == "/accounts/2fa/"


@pytest.mark.django_db(transaction=True)
def test_the_mail_is_in_their_language(olga: Membership, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.filter(pk=olga.user_id).update(language="es")
    reset("olga@harbour.example")
    words = translator("es")("Your second step at sign-in was taken away")
    assert mail.outbox[0].subject == words


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nobody@harbour.example", "plain@harbour.example", ""])
def test_who_is_not_there_or_has_none_gets_a_sentence(olga: Membership, email: str) -> None:
    people.member(olga.clinic, "assistant", email="plain@harbour.example")
    with pytest.raises(LostFactorError) as wrong:
        reset(email)
    assert wrong.value.hint
    assert Authenticator.objects.filter(user=olga.user).count() == 2
    assert not AuditEvent.objects.filter(action=ACTION).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("checked", ["", "trust-me"])
def test_it_must_be_said_how_it_was_made_sure_who_asks(olga: Membership, checked: str) -> None:
    with pytest.raises((LostFactorError, CommandError)):
        reset("olga@harbour.example", checked)
    assert Authenticator.objects.filter(user=olga.user).count() == 2


def test_as_it_is_typed(tmp_path: Path) -> None:
    with place(tmp_path / "data", "sqlite") as fresh:
        words = ["--jurisdiction", "us", "--time-zone", "Europe/Madrid"]
        words += ["--owner-email", "olga@puerto.example", "--owner-name", "Olga Ortiz"]
        made = fresh.clinic("new", "Puerto", *words, said="several words in a row\n")
        assert made.returncode == 0, made.stderr
        unsaid = fresh.clinic("reset-factor", "olga@puerto.example")
        assert unsaid.returncode == 2
        assert "--checked" in unsaid.stderr
        for way in CHECKS:
            done = fresh.clinic("reset-factor", "olga@puerto.example", "--checked", way)
            assert done.returncode == 1
            assert "This person has no second step." in done.stderr
            assert "Traceback" not in done.stderr
