"""What somebody means to put on or into the needled skin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from needlework.errors import printable
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

PRP: Final = "prp"
_SHOWN: Final = 40
_WORDS: Final = {"vitamin-c": "vitamin C", "pdrn": "PDRN", "prp": "PRP"}


@rule("C42")
def planned_product(it: Inquiry) -> Iterator[Finding]:
    """Nothing goes on needled skin but what the medical director listed as made for it."""
    listed = (*it.claim("allow-list").words, *it.case.knowledge.allowed_products)
    allowed = {_normal(name) for name in listed}
    for name in it.case.consultation.planned_products:
        if _normal(name) in allowed:
            continue
        typed = called(name)
        shown = typed if len(typed) <= _SHOWN else f"{typed[: _SHOWN - 1]}…"
        known = _known_as(it, name)
        yield it.find(
            "class",
            f"“{shown}” ({known}) is not on the list for needled skin: do not apply it."
            if known
            else f"“{shown}” is not on the list for needled skin: do not apply it.",
            products=(typed,),
            uses=("allow-list", "named-classes"),
        )


def called(name: str) -> str:
    """A planned product's name as findings about it have it."""
    return printable(" ".join(name.split()))


def _known_as(it: Inquiry, name: str) -> str:
    """The first class of a product that the evidence is about."""
    match = it.case.lexicon.ingredient(name)
    classes = {c for entry in match.entries for c in entry.classes if match.kind == "exact"}
    for known in it.claim("named-classes").words:
        if known in classes and known != _normal(name):
            return _WORDS.get(known, known.replace("-", " "))
    return ""


def _normal(name: str) -> str:
    """A name in lower case with hyphens for whatever is not a letter or a digit."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name).casefold()).strip("-")


@rule("C43")
def platelet_rich_plasma(it: Inquiry) -> Iterator[Finding]:
    """PRP is out of scope: blood-borne infection came of it where tubes and sites were unfit."""
    planned = it.case.consultation.planned_prp
    if planned == "yes":
        yield it.find(
            "class",
            "PRP is not offered: it has passed on HIV, and no protocol here covers blood.",
            products=(PRP,),
        )
    if planned == "unknown":
        question = "Is PRP (platelet-rich plasma) planned with the needling?"
        yield it.ask("planned_prp", question, products=(PRP,), uses=("class",))
