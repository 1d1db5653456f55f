"""Bleeding disorders and medicines against clotting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from needlework.screening.case import Named
from needlework.screening.consultation import Medicine
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

_CLASSES = ("anticoagulant", "antiplatelet")


@rule("C12")
def bleeding_disorder(it: Inquiry) -> Iterator[Finding]:
    """Nobody with a bleeding disorder is needled."""
    told = it.told("history.bleeding_disorder")
    if told.yes:
        yield it.find("class", "Bleeding disorder: do not treat.")
    if told.ask:
        question = "Is a bleeding disorder known, such as haemophilia?"
        yield it.ask("history.bleeding_disorder", question)


@rule("C13")
def medicine_against_clotting(it: Inquiry) -> Iterator[Finding]:
    """A clinician clears; what is prescribed goes on as prescribed."""
    for named in it.medicines(*_CLASSES):
        yield it.find(
            "class",
            f"Takes {named.shown} (more bleeding): a clinician clears; it goes on as prescribed.",
            uses=("keep-taking",),
        )
    for named in it.medicines("nsaid"):
        if not named.classes.intersection(_CLASSES):
            yield from _painkiller(it, named)
    yield from it.ask_list("medicines")


def _painkiller(it: Inquiry, named: Named) -> Iterator[Finding]:
    daily = cast("Medicine", named.given).daily
    if daily == "yes":
        yield it.find(
            "class-nsaid",
            f"Takes {named.shown} daily: more bleeding and bruising; it goes on as prescribed.",
            uses=("keep-taking",),
        )
    elif daily == "unknown":
        yield it.ask("medicines", f"Is {named.shown} taken daily?")
