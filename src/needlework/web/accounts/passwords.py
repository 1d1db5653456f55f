"""Passwords that anybody would guess here first."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from needlework.i18n import translator
from needlework.web.accounts.models import User
from needlework.web.clinics.models import Membership, searchable

WORDS: Final = (
    "needlework",
    "microneedling",
    "microneedle",
    "needling",
    "needle",
    "collagen",
    "clinic",
    "practitioner",
    "director",
    "reception",
    "password",
    "welcome",
    "skin",
)
"""Words of this place: of what is left of a password without them, this much must stand alone."""
LEFT_AT_LEAST: Final = 8
DIFFERENT_AT_LEAST: Final = 5
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")


class PlaceWordsValidator:
    """Refuses a password that is hardly more than words of the place, such as the clinic's name."""

    def validate(self, password: str, user: User | None = None) -> None:
        rest = searchable(password)
        for word in sorted([*WORDS, *_clinic_words(user)], key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < LEFT_AT_LEAST:
            raise ValidationError(self.get_help_text(), code="password_place_words")
        told = [b for a, b in zip(" " + rest, rest, strict=False) if not _is_step(a, b)]
        if len(told) < LEFT_AT_LEAST or len(set(rest)) < DIFFERENT_AT_LEAST:
            _ = translator((get_language() or "en")[:2])
            raise ValidationError(
                _("Do not make it of letters or digits in a row: they are guessed first."),
                code="password_in_a_row",
            )

    def get_help_text(self) -> str:
        _ = translator((get_language() or "en")[:2])
        return _(
            "Do not make it of words of this place, such as the clinic’s name: "
            "they are guessed first."
        )


def _is_step(one: str, next_one: str) -> bool:
    """Whether a character only goes on where the one before it stood."""
    if abs(ord(next_one) - ord(one)) <= 1:
        return True
    return any(f"{one}{next_one}" in row or f"{next_one}{one}" in row for row in _ROWS)


def _clinic_words(user: User | None) -> list[str]:
    if user is None:
        return []
    rows = (
        Membership.objects.active().filter(user_id=user.pk).values_list("clinic__name", flat=True)
    )
    return [word for name in rows for word in searchable(name).split() if len(word) > 3]
