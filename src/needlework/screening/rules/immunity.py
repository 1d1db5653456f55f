"""Weakened immune defence and chemotherapy."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule

_SUPPRESSING = ("immunosuppressant", "biologic", "jak-inhibitor", "systemic-steroid")


@rule("C14")
def weakened_immune_defence(it: Inquiry) -> Iterator[Finding]:
    """A clinician clears weakened immune defence; chemotherapy stops."""
    yield from _chemotherapy(it)
    on_skin = (named for named, _ in it.products(*_SUPPRESSING))
    for named in (*it.medicines(*_SUPPRESSING), *on_skin):
        if "chemotherapy" not in named.classes:
            summary = f"Takes {named.shown}, which weakens immune defence: a clinician must clear."
            yield it.find("class", summary)
    told = it.told("history.immunosuppression")
    if told.yes:
        yield it.find("class", "Weakened immune defence: a clinician must clear.")
    for named in it.denied(told, "against-hiv-or-hepatitis"):
        question = f"{named.shown} treats HIV or hepatitis: is there one, or what is it taken for?"
        yield it.ask("history.immunosuppression", question)
    if told.ask:
        question = "Is the immune defence weakened, by a disease or a medicine?"
        yield it.ask("history.immunosuppression", question)
    yield from it.ask_list("medicines")


def _chemotherapy(it: Inquiry) -> Iterator[Finding]:
    told = it.told("history.chemotherapy")
    key, role = "class-chemotherapy", "override-chemotherapy"
    on_skin = (named for named, _ in it.products("chemotherapy"))
    for named in (*it.medicines("chemotherapy"), *on_skin):
        summary = f"Chemotherapy now ({named.shown}): do not treat."
        yield it.find(key, summary, override=role)
    if told.yes:
        yield it.find(key, "Chemotherapy now: do not treat.", override=role)
    if told.ask:
        yield it.ask("history.chemotherapy", "Is the client having chemotherapy now?")
