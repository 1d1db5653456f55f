"""The signs of the symptom page in groups that a worried reader finds their way in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from needlework.aftercare import (
    Observation,
    Urgency,
    check_symptoms,
    choice_names,
    choices,
)
from needlework.aftercare.symptoms import rank
from needlework.evidence import Knowledge
from needlework.i18n import translator

PRESSING: Final = ("emergency", "same-day")

_USUAL: Final = (
    *("redness", "swelling", "pain", "burning", "tightness", "itch", "pinpoint-bleeding"),
    *("bruise", "crust", "flaking"),
)
_BREATH: Final = (
    *("breathless", "wheeze", "throat-swelling", "hives", "blue-lips", "chest-pain"),
    *("palpitations", "faint", "collapse", "nausea"),
)
_EYES: Final = ("eye-pain", "vision-change", "red-eye")
_NERVES: Final = ("numb-lips", "ringing-ears", "metallic-taste", "drowsy", "fit", "brown-blood")
_WOUND: Final = (
    *("spreading-redness", "hot-skin", "pus", "fever", "blisters", "sores", "bleeding"),
)
_CHANGES: Final = (
    *("acne-flare", "milia", "itchy-rash", "swollen-glands", "firm-bumps", "grid-marks"),
    *("darkening", "lightening", "thick-scar"),
)


class SignGroup(Struct, frozen=True):
    """Signs under one head. What presses is never folded away."""

    title: str
    signs: tuple[tuple[str, str], ...]
    is_pressing: bool


@lru_cache(maxsize=8)
def sign_groups(knowledge: Knowledge, language: str) -> tuple[SignGroup, ...]:
    """Every sign that the release knows, the usual first; what no group names comes last."""
    _ = translator(language)
    groups = (
        (_("What many people notice"), _USUAL),
        (_("Infection, blisters or bleeding"), _WOUND),
        (_("Eyes"), _EYES),
        (_("Breathing, heart, fainting, sickness"), _BREATH),
        (_("After a numbing cream"), _NERVES),
        (_("Other changes of the skin"), _CHANGES),
    )
    known = choices(knowledge)["sign"]
    grouped = {sign for _title, signs in groups for sign in signs}
    rest = tuple(sign for sign in known if sign not in grouped)
    named = choice_names(knowledge, language)["sign"]
    return tuple(
        SignGroup(
            title=title,
            signs=tuple((sign, named.get(sign, sign)) for sign in signs if sign in known),
            is_pressing=any(least_urgent(knowledge, sign) in PRESSING for sign in signs),
        )
        for title, signs in (*groups, (_("Anything else"), rest))
        if any(sign in known for sign in signs)
    )


def is_settled(knowledge: Knowledge, signs: Iterable[str]) -> bool:
    """Whether a sign is an emergency wherever and however mild, so that no more is asked."""
    return any(least_urgent(knowledge, sign) == "emergency" for sign in signs)


@lru_cache(maxsize=512)
def least_urgent(knowledge: Knowledge, sign: str) -> Urgency:
    """How urgent a sign is at the very least: every further answer only raises it."""
    mildest = (
        Observation(sign=sign, place=place, strength="mild", trend="better")
        for place in choices(knowledge)["place"]
    )
    found = (check_symptoms(knowledge, day=0, observations=[seen]).urgency for seen in mildest)
    return max(found, key=rank)
