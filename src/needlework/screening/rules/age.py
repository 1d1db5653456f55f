"""Age of the client."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding
from needlework.screening.registry import rule
from needlework.units import whole_years


@rule("C3")
def age(it: Inquiry) -> Iterator[Finding]:
    """No minors; below the age of the labels a clinician clears off-label use."""
    born = it.case.consultation.client.birth_date
    adult, labelled = it.cited("adult-age").value, it.cited("label-age").value
    if born is None:
        question = "What is the client's date of birth?"
        yield it.ask("client.birth_date", question, uses=("adult-age", "label-age"))
    elif whole_years(born, it.on) < adult:
        yield it.find(
            "class-minor",
            f"Under {adult:g} years of age: do not treat.",
            uses=("adult-age",),
            override="override-minor",
        )
    elif whole_years(born, it.on) < labelled:
        yield it.find(
            "class-young-adult",
            f"Under {labelled:g} years: off label in the US; a clinician clears, consent says so.",
            uses=("label-age",),
            override="override-young-adult",
        )
