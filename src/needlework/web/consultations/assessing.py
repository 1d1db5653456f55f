"""An assessment as it is shown: the verdict, the zones, findings by severity, what to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from msgspec import Struct

from needlework.documents.words import capital
from needlework.evidence import Knowledge, Verdict
from needlework.planning import Plan
from needlework.screening import Assessment, Consultation, Finding
from needlework.screening.model import ZoneVerdict
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.saying import Sayer, sayer
from needlework.workflow import Known, consult, screen


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


_GOOD = _("Good to know")
_WHOLE_PERSON = _("for the person as a whole")
_EVERY_AREA = _("at the least, for every area of the plan")
_SHORT: Final = 12
"""As many signs of a digest as tell two releases apart."""
_BEFORE_QUESTIONS = (Verdict.STOP, Verdict.DEFER, Verdict.CLEAR)


class Card(Struct, frozen=True, kw_only=True):
    """One finding: how grave, where, until when, and what to do next."""

    rule: str
    tone: str
    word: str
    text: str
    lang: str
    where: str
    next: tuple[str, ...]
    claims: tuple[str, ...]


class ZoneLine(Struct, frozen=True, kw_only=True):
    """Zones with the same verdict and date."""

    zones: str
    tone: str
    word: str
    free: str


class Asked(Struct, frozen=True, kw_only=True):
    """A question that rules wait for, and the id of the place in the form where it is asked."""

    text: str
    lang: str
    anchor: str
    rules: str


class Assessed(Struct, frozen=True, kw_only=True):
    """All of it, ready to be drawn."""

    on: date
    tone: str
    word: str
    of_whom: str
    """Whether the word is about the person or, where no area is free of it, about all areas."""
    zones: tuple[ZoneLine, ...]
    grave: tuple[Card, ...]
    questions: tuple[Asked, ...]
    others: tuple[Card, ...]


class Then(Struct, frozen=True, kw_only=True):
    """By which knowledge a version was recorded, where today's is another; short digests."""

    release: str
    release_now: str
    overlay: str
    overlay_now: str

    @property
    def has_other_release(self) -> bool:
        return self.release != self.release_now

    @property
    def has_other_choices(self) -> bool:
        return self.overlay != self.overlay_now


def knowledge_then(version: ConsultationVersion, plan: Plan) -> Then | None:
    """What to say of a version that is judged by other knowledge than when it was recorded."""
    then = (version.release_digest, version.overlay_digest)
    if then == (plan.release_digest, plan.overlay_digest):
        return None
    return Then(
        release=then[0][:_SHORT],
        release_now=plan.release_digest[:_SHORT],
        overlay=then[1][:_SHORT],
        overlay_now=plan.overlay_digest[:_SHORT],
    )


def assessed(said: Consultation, known: Known, language: str) -> Assessed:
    """The assessment of what was said, on the consultation's own day."""
    return shown(screen(consult(said, known)), known.knowledge, language)


def shown(assessment: Assessment, knowledge: Knowledge, language: str) -> Assessed:
    say = sayer(knowledge, language)
    planned = [entry.zone for entry in assessment.zones]
    cards = [
        (finding.verdict, _card(finding, planned, say))
        for finding in assessment.findings
        if not (finding.verdict is Verdict.ASK and finding.asks)
    ]
    least = max((one.verdict for one in assessment.zones), key=lambda one: one.rank, default=None)
    is_everywhere = least is not None and least.rank < assessment.verdict.rank
    verdict = least if least is not None and is_everywhere else assessment.verdict
    return Assessed(
        on=assessment.on,
        tone=tone(verdict),
        word=say.verdict(verdict),
        of_whom=say.say(_EVERY_AREA if is_everywhere else _WHOLE_PERSON),
        zones=tuple(_zones(assessment.zones, say)),
        grave=tuple(card for verdict, card in cards if verdict in _BEFORE_QUESTIONS),
        questions=tuple(_asked(assessment, say)),
        others=tuple(card for verdict, card in cards if verdict not in _BEFORE_QUESTIONS),
    )


def cards_at(
    assessment: Assessment, knowledge: Knowledge, language: str, zones: Sequence[str]
) -> list[Card]:
    """What bears on these zones, the graver first; of the whole person, what is in the way."""
    say = sayer(knowledge, language)
    planned = [entry.zone for entry in assessment.zones]
    return [
        _card(finding, planned, say)
        for finding in assessment.findings
        if finding.verdict not in (Verdict.INFO, Verdict.ASK)
        and (
            set(zones) & set(finding.zones)
            or (finding.scope == "client" and finding.verdict in _BEFORE_QUESTIONS)
        )
    ]


def tone(verdict: Verdict) -> str:
    """The severity's name as styles know it; a clear way is as good as it gets."""
    return "ok" if verdict is Verdict.INFO else str(verdict).lower()


def anchor(path: str) -> str:
    """The id of the question in the form that holds the answer at a path of the format."""
    if path.startswith("operator"):
        return "operator"
    if path.startswith("client"):
        return "client"
    known = "concerns" if path.startswith("concerns") else path
    return f"q-{known.replace('.', '-')}"


def _engine(say: Sayer, text: str) -> tuple[str, str]:
    """The engine's sentence and its language, where it is not the page's."""
    said = say.sentence(text)
    return said, "en" if say.language != "en" and said == text else ""


def _card(finding: Finding, planned: Sequence[str], say: Sayer) -> Card:
    text, lang = _engine(say, finding.summary)
    return Card(
        rule=finding.rule,
        tone="info" if finding.verdict is Verdict.INFO else tone(finding.verdict),
        word=say.say(_GOOD) if finding.verdict is Verdict.INFO else say.verdict(finding.verdict),
        text=text,
        lang=lang,
        where=_reach(finding, planned, say),
        next=tuple(_next(finding, say)),
        claims=finding.claims,
    )


def _reach(finding: Finding, planned: Sequence[str], say: Sayer) -> str:
    if finding.scope == "client":
        return say.say("The whole person")
    if finding.scope == "product":
        products = ", ".join(product.replace("-", " ") for product in finding.products)
        return say.say("Product: {names}").format(names=products)
    everywhere = set(planned) <= set(finding.zones)
    where = say.say("All areas of the plan") if everywhere else say.zones(finding.zones)
    return say.say("Lesions: {where}").format(where=where) if finding.scope == "lesion" else where


def _next(finding: Finding, say: Sayer) -> Iterator[str]:
    """Until when, who may clear it, what changes, what was cleared."""
    if finding.until is not None:
        yield say.say("Until {day}.").format(day=say.day(finding.until))
    if finding.cleared is not None:
        yield _cleared(finding, say)
    if finding.refused:
        yield say.say("A clinician refused to clear it.")
    elif override := finding.override:
        who = capital(say.who(override.role))
        if override.not_before:
            words = say.say("{who} may clear it, from {day}.")
            yield words.format(who=who, day=say.day(override.not_before))
        else:
            yield say.say("{who} may clear it.").format(who=who)
        if override.becomes is not Verdict.INFO:
            yield say.say("It then becomes: {word}.").format(word=say.means(override.becomes))
    elif finding.verdict is Verdict.STOP:
        yield say.say("Nobody may clear it.")
    if finding.limit is not None and (changes := list(say.changes(finding.limit))):
        yield say.say("Changes: {list}.").format(list=", ".join(changes))


def _cleared(finding: Finding, say: Sayer) -> str:
    given = finding.cleared
    if given is None:
        return ""
    words = say.say("Cleared on {day}; it holds until {until}.")
    told = words.format(day=say.day(given.on), until=say.day(given.until))
    return f"{told} {given.conditions}".strip()


def _zones(zones: Sequence[ZoneVerdict], say: Sayer) -> Iterator[ZoneLine]:
    for _key, group in groupby(zones, key=lambda entry: (entry.verdict, entry.free_from)):
        entries = list(group)
        first = entries[0]
        free = ""
        if first.free_from is not None:
            free = say.say("free from {day}").format(day=say.day(first.free_from))
        elif first.verdict is Verdict.DEFER:
            free = say.say("no date yet")
        yield ZoneLine(
            zones=say.zones([entry.zone for entry in entries]),
            tone=tone(first.verdict),
            word=say.verdict(first.verdict),
            free=free,
        )


def _asked(assessment: Assessment, say: Sayer) -> Iterator[Asked]:
    for question in assessment.questions:
        text, lang = _engine(say, question.text)
        yield Asked(
            text=text, lang=lang, anchor=anchor(question.path), rules=", ".join(question.rules)
        )
