"""Rosacea, eczema, psoriasis, lichen planus, dermatitis and vitiligo in the zones to treat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from needlework.screening.consultation import DermatosisTold, RosaceaTold
from needlework.screening.inquiry import Answered, Inquiry, Told
from needlework.screening.model import Finding, Limit, as_test_spot
from needlework.screening.registry import rule

_ECZEMA: Final = "skin.eczema_psoriasis_lichen_or_dermatitis"


@rule("C19")
def rosacea(it: Inquiry) -> Iterator[Finding]:
    """Active papulopustular rosacea waits; any other rosacea is treated gently."""
    told = it.told("skin.rosacea")
    if told.yes and (zones := it.where(told)):
        yield _rosacea(it, told, zones)
    if told.ask:
        question = "Is there rosacea in these zones today, of which kind, and is it active?"
        yield it.ask("skin.rosacea", question, zones=it.zones)


def _rosacea(it: Inquiry, told: Told, zones: tuple[str, ...]) -> Finding:
    details = told.details
    kinds = _kinds(it, details)
    active = details.active if isinstance(details, RosaceaTold) else "unknown"
    if "rosacea-active" in it.case.condition_keys:
        active = "yes"
    elif told.listed and active != "yes":
        active = "unknown"  # the answer was about other zones, or about none
    if not kinds:
        question = "Of which kind is the rosacea: papulopustular or erythematotelangiectatic?"
        return it.ask("skin.rosacea", question, zones=zones)
    if "papulopustular" in kinds and active == "unknown":
        question = "Is the papulopustular rosacea active in these zones today?"
        return it.ask("skin.rosacea", question, zones=zones)
    waits = "papulopustular" in kinds and active == "yes"
    return it.find(
        "class-active" if waits else "class-limit",
        "Active papulopustular rosacea: wait until it has settled in these zones."
        if waits
        else "Rosacea: stay in the lower half of the depths and stop at redness.",
        zones=zones,
        uses=("lower-half", "end-point"),
        limit=Limit(
            lower_half=it.claim("lower-half").value is True,
            end_point=it.claim("end-point").word,
        ),
        since=told.on if waits else None,
    )


def _kinds(it: Inquiry, details: object) -> set[str]:
    """Kinds of rosacea that were ticked or stand in the list of conditions."""
    certain = (named for named in it.case.conditions if named.match.kind == "exact")
    kinds = {
        key.removeprefix("rosacea-")
        for named in certain
        for key in named.classes
        if key.startswith("rosacea-") and key != "rosacea-active"
    }
    if isinstance(details, RosaceaTold) and details.kind != "unknown":
        kinds.add(details.kind)
    return kinds


@rule("C20")
def skin_disease(it: Inquiry) -> Iterator[Finding]:
    """Diseases that needling can bring to the needled place (Koebner)."""
    told = it.told(_ECZEMA)
    if told.yes and (zones := it.where(told)):
        active = told.details.active if isinstance(told.details, DermatosisTold) else "unknown"
        if told.listed and active != "yes":
            # The list of conditions says neither where nor how active: the answer is for another.
            active = "yes" if "dermatosis-active" in it.case.condition_keys else "unknown"
        yield _dermatosis(it, active, zones, told.on)
    if told.ask:
        question = "Is or was there eczema, psoriasis, lichen planus or dermatitis in these zones?"
        yield it.ask(_ECZEMA, question, zones=it.zones)
    vitiligo = it.told("skin.vitiligo")
    if vitiligo.yes and (zones := it.where(vitiligo)):
        summary = "Vitiligo: needling can bring new patches (Koebner); a clinician decides."
        yield it.find("class-vitiligo", summary, zones=zones)
    if vitiligo.ask:
        yield it.ask("skin.vitiligo", "Is there vitiligo in these zones?", zones=it.zones)


def _dermatosis(it: Inquiry, active: Answered, zones: tuple[str, ...], seen: date) -> Finding:
    if active == "unknown":
        question = "Is the eczema, psoriasis, lichen planus or dermatitis active in these zones?"
        return it.ask(_ECZEMA, question, zones=zones)
    return it.find(
        "class-active" if active == "yes" else "class-history",
        "Active skin disease: wait until it has settled in these zones."
        if active == "yes"
        else "Past skin disease: needling can bring it back here (Koebner); offer a test spot.",
        zones=zones,
        uses=("test-spot",),
        limit=Limit(test_spot=as_test_spot(it.claim("test-spot").word)),
        since=seen if active == "yes" else None,
    )
