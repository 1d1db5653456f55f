"""Colour in the skin and what light does to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from needlework.errors import AnswerError
from needlework.evidence.scales import Scale, phototype_from, score
from needlework.screening.consultation import Questionnaire
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit, as_test_spot
from needlework.screening.registry import rule

_TYPES: Final = ("I", "II", "III", "IV", "V", "VI")
_SAID: Final = ("acne", "rosacea")


@rule("C37")
def tattoo(it: Inquiry) -> Iterator[Finding]:
    """A tattoo or permanent make-up is left out, with a margin."""
    told = it.told("skin.tattoo_or_permanent_make_up")
    if told.yes and (zones := it.where(told)):
        yield it.find(
            "class",
            "Tattoo or permanent make-up: leave it out, with a margin.",
            zones=zones,
            lesion=True,
            limit=Limit(avoid_with_margin=True),
        )
    if told.ask:
        question = "Is there a tattoo or permanent make-up in these zones?"
        yield it.ask("skin.tattoo_or_permanent_make_up", question, zones=it.zones)


@rule("C38")
def self_tanner(it: Inquiry) -> Iterator[Finding]:
    """Self-tanner hides the colour of the skin, which is the end point."""
    for _, zones in it.products("self-tanner"):
        if zones:
            yield it.find(
                "class",
                "Self-tanner on these zones: remove it, look again, then list the products again.",
                zones=zones,
                uses=("override",),
                asks="products",
            )
    yield from it.ask_list("products", zones=it.zones)


@rule("C39")
def dark_or_marking_skin(it: Inquiry) -> Iterator[Finding]:
    """Skin that marks easily is needled less deep, to redness only, with a plan for the sun."""
    grade = it.case.consultation.phototype
    marks = it.told("history.pih")
    dark = grade.clinician in it.claim("phototypes").words
    if dark or marks.yes:
        why = "A history of dark marks"
        if dark and marks.yes:
            why = f"Phototype {grade.clinician} and a history of dark marks"
        elif dark:
            why = f"Phototype {grade.clinician}"
        yield from _gentler(it, why)
    expired = it.on > it.after(grade.on or it.case.consultation.date, "validity")
    if grade.clinician == "unknown" or expired:
        question = "Which Fitzpatrick phototype does the clinician grade today?"
        yield it.ask("phototype.clinician", question)
    if marks.ask:
        question = "Has the skin ever kept dark marks after a spot, a wound or a treatment?"
        yield it.ask("history.pih", question)
    if grade.questionnaire is not None:
        yield from _second_look(it, grade.clinician, grade.questionnaire)


def _gentler(it: Inquiry, why: str) -> Iterator[Finding]:
    """Depth, sun and test spot hold for everyone; a clinician may allow scars to bleed."""
    less = it.cited("depth-reduction")
    yield it.find(
        "class",
        f"{why}: {less.value:g} {less.unit} less deep, a sun plan, and a test spot offered.",
        uses=("phototypes", "depth-reduction", "sun-plan", "test-spot"),
        limit=Limit(
            depth_reduction=less,
            sun_plan=it.claim("sun-plan").value is True,
            test_spot=as_test_spot(it.claim("test-spot").word),
        ),
    )
    known = it.case.knowledge.release.concerns
    scars = it.zones_with(*(name for name, entry in known.items() if entry.family == "scar"))
    others = tuple(zone for zone in it.zones if zone not in scars)
    for zones, role in ((others, "override"), (scars, "override-scars")):
        if zones:
            yield it.find(
                "class",
                f"{why}: stop at redness in these zones, without bleeding.",
                zones=zones,
                uses=("phototypes", "end-point"),
                limit=Limit(end_point=it.claim("end-point").word),
                override=role,
            )


def _second_look(it: Inquiry, graded: str, given: Questionnaire) -> Iterator[Finding]:
    """The questionnaire only checks the clinician's grade; far apart means: look again."""
    scale = _scheme(it, given.scheme)
    total = score(scale, given.items).value
    if total is None:
        question = "The phototype questionnaire has gaps: which answers are missing?"
        yield it.ask("phototype.questionnaire", question, uses=("questionnaire-gap",))
    elif graded != "unknown":
        told = phototype_from(scale, total)
        apart = min(abs(_TYPES.index(one) - _TYPES.index(graded)) for one in told)
        if apart > it.claim("questionnaire-gap").number:
            question = (
                f"The questionnaire suggests phototype {' or '.join(told)}, the clinician graded"
                f" {graded}: which holds on a second look?"
            )
            yield it.ask("phototype.clinician", question, uses=("questionnaire-gap",))


def _scheme(it: Inquiry, name: str) -> Scale:
    scales = it.case.knowledge.release.scales
    tell = [key for key, scale in scales.items() if any(band.phototypes for band in scale.bands)]
    if name not in tell:
        raise AnswerError(
            "phototype.questionnaire.scheme: not a phototype questionnaire.",
            hint=f"Give one of {', '.join(sorted(tell))}.",
        )
    return scales[name]


@rule("C40")
def photosensitiser(it: Inquiry) -> Iterator[Finding]:
    """What sensitises to light asks for a plan for the sun, and what a medicine is taken for."""
    for named in it.case.conditions:
        if "photosensitivity-disorder" in named.classes:
            yield _sun_planned(it, f"{named.shown} sensitises to light: plan the sun.")
    for named in it.medicines("photosensitiser"):
        reason = named.given.taken_for  # type: ignore[attr-defined]
        yield _sun_planned(
            it,
            f"{named.shown}, taken for {reason}, sensitises to light: plan the sun."
            if reason in _SAID
            else f"{named.shown} sensitises to light: plan the sun.",
        )
        if not reason and it.claim("ask-purpose").value is True:
            question = f"What is {named.shown} taken for: acne, rosacea, an infection or other?"
            yield it.ask("medicines", question)
    yield from it.ask_list("medicines")


def _sun_planned(it: Inquiry, summary: str) -> Finding:
    return it.find(
        "class",
        summary,
        uses=("sun-plan",),
        limit=Limit(sun_plan=it.claim("sun-plan").value is True),
    )
