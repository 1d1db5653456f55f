"""Synthetic consultations by a seeded generator, as busy as the budget says, or busier."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from needlework.evidence import load_knowledge
from needlework.lexicon import Entry
from needlework.lexicon.load import load_tables
from needlework.screening.case import expand
from needlework.screening.consultation import (
    FORMAT,
    History,
    ProcedureKind,
    Skin,
)

DAY: Final = date(2026, 11, 20)
SEED: Final = 20261120

_FACE: Final = ("forehead", "glabella", "temple", "malar", "cheek", "upper-lip", "chin", "jaw")
_BODY: Final = ("abdomen", "flank", "thigh", "buttock", "upper-arm", "back")
_FACE_CONCERNS: Final = (
    "fine-lines",
    "wrinkles",
    "texture",
    "pores",
    "pih",
    "melasma",
    "acne-scar-rolling",
    "acne-scar-boxcar",
)
_BODY_CONCERNS: Final = ("striae", "surgical-scar", "texture", "laxity")
_DEVICES: Final = (
    {"id": "skinpen-precision"},
    {"id": "exceed"},
    {"id": "dermapen-4"},
    {"id": "generic-pen"},
    {"id": "roller-192", "needle_lengths_mm": [0.5, 1.0, 1.5, 2.0]},
    {"id": "roller-mf8", "needle_lengths_mm": [0.5, 1.5]},
)
_ACTIVES: Final = (
    "tretinoin",
    "glycolic acid",
    "salicylic acid",
    "benzoyl peroxide",
    "niacinamide",
)
_PLACES: Final = ("us-az", "us-ut", "us-nc", "gb-eng", "gb-sct", "eu", "ca", "au")


def consultations(count: int, seed: int = SEED) -> Iterator[dict[str, Any]]:
    """`count` consultations; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  no secret is made here
    known = [entry for entry in load_tables().entries if entry.kind == "medicine"]
    for number in range(count):
        yield _consultation(chance, known, number)


def write(path: Path, count: int) -> None:
    """The consultations as NDJSON."""
    with path.open("w", encoding="utf-8") as file:
        for made in consultations(count):
            file.write(json.dumps(made, separators=(",", ":"), ensure_ascii=False) + "\n")


def medians(count: int) -> tuple[float, float, float]:
    """Median numbers of zones to plan (sides apart), of concerns and of medicines."""
    known = load_knowledge()
    made = list(consultations(count))
    zones = [
        len(expand(known, tuple(zone for wish in one["concerns"] for zone in wish["zones"])))
        for one in made
    ]
    concerns = [len(one["concerns"]) for one in made]
    medicines = [len(_listed(one["medicines"])) for one in made]
    return statistics.median(zones), statistics.median(concerns), statistics.median(medicines)


def _listed(answer: Any) -> list[Any]:  # noqa: ANN401  a word, or a table with a list
    return answer["list"] if isinstance(answer, dict) else []


def _consultation(chance: random.Random, known: list[Entry], number: int) -> dict[str, Any]:
    concerns = _concerns(chance)
    zones = [zone for wish in concerns for zone in wish["zones"]]
    return {
        "format": FORMAT,
        "date": str(DAY),
        "jurisdiction": chance.choice(_PLACES),
        "client": {
            "reference": f"synthetic-{number}",
            "birth_date": str(DAY - timedelta(days=chance.randrange(17 * 365, 75 * 365))),
            "sex": chance.choice(("female", "male")),
        },
        "operator": {
            "profession": chance.choice(("physician", "nurse", "aesthetician")),
            "licence": "current",
            "licence_until": "2027-12-31",
            "device_training": "yes",
            "scope_max_depth_mm": chance.choice((1.0, 1.5, 2.0)),
        },
        "phototype": {"clinician": chance.choice(("I", "II", "III", "IV", "V", "VI"))},
        "concerns": concerns,
        "history": _answers(chance, History, 0.004),
        "skin": _answers(chance, Skin, 0.004),
        "medicines": _medicines(chance, known),
        "new_medicines_or_antibiotics": "no",
        "conditions": "no",
        "allergies": _some(
            chance, 0.1, [{"name": chance.choice(("nickel", "lidocaine", "latex"))}]
        ),
        "procedures": _some(chance, 0.4, _procedures(chance, zones)),
        "products": _some(chance, 0.5, _products(chance, zones)),
        "devices": chance.sample(_DEVICES, chance.choice((1, 1, 1, 2, 3))),
        "anaesthetic": _anaesthetic(chance, zones),
        "clearances": [_cleared(rule) for rule in ("D1", "C13") if chance.random() < 0.7],
        "calendar": {
            "closed_weekdays": ["sunday"],
            "keep_clear": [{"first": "2026-12-20", "last": "2027-01-03"}],
        },
    }


def _cleared(rule: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "outcome": "cleared",
        "role": "C",
        "on": str(DAY),
        "until": "2027-11-20",
        "conditions": "as in the consent",
    }


def _concerns(chance: random.Random) -> list[dict[str, Any]]:
    made = []
    for concern in chance.sample(_FACE_CONCERNS, chance.randint(2, 3)):
        zones = chance.sample(_FACE, chance.randint(1, 2))
        made.append({"concern": concern, "zones": zones, "topical_treatment": "yes"})
    if chance.random() < 0.4:
        zones = chance.sample(_BODY, chance.randint(1, 2))
        concern = chance.choice(_BODY_CONCERNS)
        made.append({"concern": concern, "zones": zones, "scar_on": "2024-03-01"})
    return made


def _answers(chance: random.Random, kind: type[msgspec.Struct], yes: float) -> dict[str, str]:
    return {name: "yes" if chance.random() < yes else "no" for name in kind.__struct_fields__}


def _medicines(chance: random.Random, known: list[Entry]) -> dict[str, Any]:
    """Mostly medicines of no class that matters here, as in life; one in five is any."""
    harmless = [entry for entry in known if entry.classes == ("other-known",)] or known
    taken = [
        chance.choice(known if chance.random() < 0.2 else harmless)
        for _ in range(chance.randint(3, 7))
    ]
    return {
        "answer": "yes",
        "list": [
            {
                "name": entry.names["en"][0],
                "route": "topical" if entry.routes[0] == "topical" else "oral",
                "taken_for": "other",
                "daily": "no",
            }
            for entry in taken
        ],
    }


def _some(chance: random.Random, share: float, items: list[dict[str, Any]]) -> Any:  # noqa: ANN401
    return {"answer": "yes", "list": items} if chance.random() < share else "no"


def _ago(chance: random.Random, most: int) -> str:
    return str(DAY - timedelta(days=chance.randrange(most)))


def _procedures(chance: random.Random, zones: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "kind": chance.choice(get_args(ProcedureKind)),
            "needle_length_mm": 0.25,
            "on": _ago(chance, 300),
            "zones": chance.sample(zones, 1),
        }
        for _ in range(chance.randint(1, 2))
    ]


def _products(chance: random.Random, zones: list[str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "last_used": _ago(chance, 14), "zones": chance.sample(zones, 1)}
        for name in chance.sample(_ACTIVES, chance.randint(1, 3))
    ]


def _anaesthetic(chance: random.Random, zones: list[str]) -> dict[str, Any]:
    if chance.random() < 0.5:
        return {"answer": "no"}
    product = chance.choice(("emla", "lmx4", "pliaglis"))
    areas = {zone: chance.randrange(10, 60) for zone in zones}
    use = {"product": product, "grams": 20, "minutes": 30, "area_cm2": areas}
    return {"answer": "yes", "products": [use]}
