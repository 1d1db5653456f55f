"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import translation

from needlework.i18n import translator
from needlework.web.accounts.passwords import WORDS
from needlework.web.clinics.models import Membership
from tests.web import people
from tests.web.accounts import acting

pytestmark = pytest.mark.django_db
LONG = "a sentence that only I would think of, with ñ and 猫 " * 4


@pytest.mark.parametrize(
    "password",
    [
        "alllowercaseletters",
        "quayside lamp orange",
        "13579 24680 97531",
        "¡Ñandú-猫-привет!",
        LONG,
    ],
)
def test_any_composition_and_length_is_taken_as_typed(alice: Membership, password: str) -> None:
    validate_password(password, alice.user)
    alice.user.set_password(password)
    assert alice.user.check_password(password)
    assert not alice.user.check_password(password[:-1])
    assert not alice.user.check_password(f"{password} ")


@pytest.mark.parametrize(
    "password",
    [
        "short-eleve",
        "passwordpassword",
        "qwerty123456",
        "123456789012",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "zyxwvutsrqpon",
        "alice@harbour.example",
        "Microneedling2026!",
        "NEEDLEWORK-clinic-1",
        "Harbour-Skin-12",
        "welcome-director",
    ],
)
def test_what_is_guessed_first_is_refused(alice: Membership, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, alice.user)


def test_words_of_the_place_may_be_part_of_a_password(alice: Membership) -> None:
    for word in (*WORDS, "harbour"):
        validate_password(f"{word}-quayside-lamp", alice.user)


def test_it_says_why_in_the_pages_language(alice: Membership) -> None:
    with translation.override("es"), pytest.raises(ValidationError) as wrong:
        validate_password("Microneedling2026!", alice.user)
    said = translator("es")(
        "Do not make it of words of this place, such as the clinic’s name: they are guessed first."
    )
    assert said in wrong.value.messages


def test_they_are_kept_as_argon2id(settings: Any) -> None:
    from needlework.web import settings as ours

    settings.PASSWORD_HASHERS = ours.PASSWORD_HASHERS
    kept = make_password("quayside lamp orange")
    assert isinstance(identify_hasher(kept), Argon2PasswordHasher)
    name, kind, _, costs, *_ = kept.split("$")
    assert (name, kind) == ("argon2", "argon2id")
    memory_kib, passes, lanes = (int(cost.partition("=")[2]) for cost in costs.split(","))
    assert memory_kib >= 19 * 1024
    assert passes >= 2
    assert lanes >= 1


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/change/"])
def test_fields_are_masked_and_open_to_password_managers(alice: Membership, path: str) -> None:
    cache.clear()
    browser = acting.signed_in(alice.user) if "change" in path else people.browser()
    page = browser.get(path).content.decode()
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    assert 'autocomplete="off"' not in page
