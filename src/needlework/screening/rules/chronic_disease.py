"""Diseases of the whole person: autoimmune disease, diabetes and the heart."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.screening.consultation import DiabetesTold
from needlework.screening.inquiry import Inquiry
from needlework.screening.model import Finding, Limit
from needlework.screening.registry import rule


@rule("C21")
def connective_tissue_disease(it: Inquiry) -> Iterator[Finding]:
    """Nobody with scleroderma, lupus or another connective tissue disease is needled."""
    told = it.told("history.connective_tissue_disease")
    if told.yes:
        yield it.find("class", "Scleroderma, lupus or connective tissue disease: do not treat.")
    if told.ask:
        question = "Does the client have scleroderma, lupus or another connective tissue disease?"
        yield it.ask("history.connective_tissue_disease", question)


@rule("C22")
def other_autoimmune_disease(it: Inquiry) -> Iterator[Finding]:
    """Any other autoimmune disease is for a clinician to judge."""
    told = it.told("history.other_autoimmune")
    if told.yes:
        yield it.find("class", "Autoimmune disease: a clinician decides before any needling.")
    if told.ask:
        question = "Does the client have an autoimmune disease of any other kind?"
        yield it.ask("history.other_autoimmune", question)


@rule("C23")
def diabetes(it: Inquiry) -> Iterator[Finding]:
    """Diabetes is judged by an HbA1c that is not too old."""
    told = it.told("history.diabetes")
    if told.yes:
        yield _diabetes(it, told.details)
    for named in it.denied(told, "against-diabetes"):
        question = f"{named.shown} treats diabetes: is there diabetes, or what is it taken for?"
        yield it.ask("history.diabetes", question)
    if told.ask:
        yield it.ask("history.diabetes", "Does the client have diabetes?")


def _diabetes(it: Inquiry, details: object) -> Finding:
    measured = details.measured_on if isinstance(details, DiabetesTold) else None
    percent = details.hba1c_percent if isinstance(details, DiabetesTold) else None
    rests_on = ("hba1c-limit", "hba1c-age")
    if measured is None or percent is None or it.on > it.after(measured, "hba1c-age"):
        question = "What was the last HbA1c, and on which day was it measured?"
        return it.ask("history.diabetes", question, uses=rests_on)
    most = it.cited("hba1c-limit").value
    high = percent > most
    return it.find(
        "class-above" if high else "class-controlled",
        f"HbA1c {percent:g} %, above {most:g} %: wait until the diabetes is controlled."
        if high
        else f"Diabetes, HbA1c {percent:g} %: stay in the lower half of the depths.",
        uses=(*rests_on, "lower-half"),
        limit=Limit(lower_half=it.claim("lower-half").value is True),
        since=measured,
    )


@rule("C24")
def cardiac_disease(it: Inquiry) -> Iterator[Finding]:
    """Heart disease or a pacemaker, named or given away by a medicine."""
    told = it.told("history.cardiac")
    if told.yes:
        summary = "Cardiac abnormality or pacemaker: a clinician decides before any needling."
        yield it.find("class", summary)
    telling = set(it.claim("telling-medicines").words)
    for named in it.medicines("antiarrhythmic-class-1", "antiarrhythmic-class-3"):
        if telling.intersection(entry.id for entry in named.match.entries):
            summary = f"{named.shown} is taken for the heart: a clinician decides."
            yield it.find("class", summary, uses=("telling-medicines",))
    for named in it.denied(told, "for-heart"):
        question = f"{named.shown} treats the heart: what is the matter with it?"
        yield it.ask("history.cardiac", question)
    if told.ask:
        yield it.ask("history.cardiac", "Is there a cardiac abnormality or a pacemaker?")
    yield from it.ask_list("medicines", validity="validity-medicines")
