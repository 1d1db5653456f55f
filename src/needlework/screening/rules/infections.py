"""Infections: on the skin today, fever, cold sores now and in the past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from needlework.screening.consultation import HealedTold
from needlework.screening.inquiry import Inquiry, Told
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule


@rule("C7")
def active_infection(it: Inquiry) -> Iterator[Finding]:
    """Infected or open skin and fever wait until they have healed; warts are left out."""
    yield from _until_healed(
        it,
        "skin.infection",
        "class-infection",
        "Skin infection: leave these zones until it has healed.",
        "Is there a bacterial, fungal or viral infection in these zones today?",
    )
    yield from _until_healed(
        it,
        "skin.irritated_or_open",
        "class-irritated",
        "Irritated, sore or open skin: leave these zones until it has healed.",
        "Is the skin of these zones irritated, sore or open today?",
    )
    yield from _warts(it)
    fever = it.told("skin.fever")
    if fever.yes:
        yield it.find("class-fever", "Fever: do not treat until it has gone.")
    if fever.ask:
        yield it.ask("skin.fever", "Has the client a fever today?")


def _until_healed(
    it: Inquiry, path: str, key: str, summary: str, question: str
) -> Iterator[Finding]:
    told = it.told(path)
    if told.yes and (zones := it.where(told)):
        yield it.find(key, summary, zones=zones)
    if told.ask:
        yield it.ask(path, question, zones=it.zones)


def _warts(it: Inquiry) -> Iterator[Finding]:
    told = it.told("skin.warts")
    if told.yes and (zones := it.where(told)):
        yield it.find(
            "class-warts",
            "Warts: keep off them with a margin.",
            zones=zones,
            lesion=True,
            limit=Limit(avoid_with_margin=True),
            override="override-warts",
        )
    if told.ask:
        yield it.ask("skin.warts", "Are there warts in these zones today?", zones=it.zones)


@rule("C8")
def cold_sore_now(it: Inquiry) -> Iterator[Finding]:
    """A cold sore keeps the whole face free of needles until some time after it has healed."""
    face = it.within(it.zones, "face")
    if not face:
        return
    told, wait = it.told("skin.cold_sore"), it.cited("wait").value
    healed = told.details.healed_on if isinstance(told.details, HealedTold) else None
    if told.listed:
        healed = None  # active, by the list of conditions
    free = None if healed is None else it.after(healed, "wait")
    if told.yes and (free is None or it.on < free):
        summary = (
            f"Cold sore: leave the whole face until {wait:g} days after it has healed."
            if free is None
            else f"Cold sore healed on {healed}: leave the whole face until {free}."
        )
        yield it.find("class", summary, zones=face, until=free, uses=("wait",))
    if told.ask:
        question = f"Is there a cold sore now, or one that healed less than {wait:g} days ago?"
        yield it.ask("skin.cold_sore", question, zones=face, uses=("validity", "wait"))


@rule("C9")
def herpes_in_the_past(it: Inquiry) -> Iterator[Finding]:
    """Before the face is needled, antiviral prophylaxis is considered and recorded."""
    face = it.within(it.zones, "face")
    if not face:
        return
    told, sore = it.told("history.herpes_simplex"), it.told("skin.cold_sore")
    if told.yes or sore.yes:
        yield it.find(
            "class",
            "Herpes simplex before: a clinician considers antiviral prophylaxis and records it.",
            zones=face,
            uses=("course-needling", "course-panel", "lead-panel", "course-resurfacing"),
            since=_broke_out(sore),
        )
    for named in it.denied(told, "against-herpes"):
        question = f"{named.shown} treats herpes: were there cold sores, or what is it taken for?"
        yield it.ask("history.herpes_simplex", question, zones=face)
    if told.ask:
        question = "Has the client ever had cold sores or other herpes simplex?"
        yield it.ask("history.herpes_simplex", question, zones=face)


def _broke_out(sore: Told) -> date | None:
    """The last day on which a cold sore is known to have been there."""
    if not sore.yes:
        return None
    healed = sore.details.healed_on if isinstance(sore.details, HealedTold) else None
    return healed or sore.on
