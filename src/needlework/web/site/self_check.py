"""What a clinic would make of a visitor's answers, as far as the rules of screening tell.

The answers become a consultation in which everything not asked is unknown; the engine judges it,
and what it found is said in plain words. Nothing is kept, and nobody is found suitable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from markupsafe import Markup
from msgspec import Struct

from needlework import workflow
from needlework.evidence import Knowledge, NotAccepted, Verdict
from needlework.i18n import say_number, translator
from needlework.screening import Finding
from needlework.screening.consultation import FORMAT, decode
from needlework.units import add_months
from needlework.web.site.citing import Citations
from needlework.web.site.questions import (
    QUESTIONS,
    REASONS,
    SECTIONS,
    TODAY,
    UNKNOWN,
    Choice,
    Question,
)
from needlework.workflow import Known

Answers = Mapping[str, tuple[str, ...]]
"""Question → what was chosen; a question that is missing was not answered."""

_EVERYWHERE: Final = ("face", "neck-and-chest", "body")
_MANY: Final = 6
_STAND_IN: Final = "texture"
"""A consultation needs a concern; this one has no rule of its own."""


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


_TITLES: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.STOP: (
        _("Stands against needling"),
        _(
            "As long as this holds, a clinic does not needle. A clinician can tell you more, and "
            "there may be other ways to help your skin: ask."
        ),
    ),
    Verdict.DEFER: (
        _("Would make us wait"),
        _("Not now. How long is told when somebody has seen you."),
    ),
    Verdict.CLEAR: (
        _("A clinician decides first"),
        _("Bring what you have: letters, names of medicines, results."),
    ),
    Verdict.LIMIT: (
        _("Would change how it is done"),
        _("It is done more gently, or something is left out."),
    ),
    Verdict.INFO: (_("Good to know"), _("Say so when you come.")),
}

_CHOOSE: Final = _("Choose one of the answers.")

_HEADINGS: Final[Mapping[Verdict, str]] = {
    Verdict.STOP: _("Something you said stands against needling for now"),
    Verdict.DEFER: _("Something you said would make us wait"),
    Verdict.CLEAR: _("Something you said is for a clinician to decide"),
    Verdict.LIMIT: _("Something you said would change how it is done"),
    Verdict.INFO: _("Nothing you said stands against a consultation"),
}
_STILL_ASKED: Final = _(
    "Nothing you said stands against a consultation; some things are still to be asked"
)


class Option(Struct, frozen=True):
    value: str
    label: str
    is_chosen: bool
    is_unknown: bool = False


class Asked(Struct, frozen=True):
    """A question as it is drawn."""

    id: str
    text: str
    hint: Markup
    is_several: bool
    options: tuple[Option, ...]
    wrong: str = ""
    has_figures: bool = False


class AskedSection(Struct, frozen=True):
    id: str
    title: str
    note: str
    questions: tuple[Asked, ...]


class Said(Struct, frozen=True):
    """A reason with the mark of its source; `is_proposed`: no clinician approved it yet."""

    claim: str
    text: Markup
    mark: Markup
    is_proposed: bool


class Group(Struct, frozen=True):
    """Reasons of one gravity."""

    verdict: Verdict
    title: str
    lede: str
    reasons: tuple[Said, ...]


class Outcome(Struct, frozen=True):
    """What a clinic would want to talk about, what would make it wait, and what is left to ask."""

    heading: str
    groups: tuple[Group, ...]
    to_ask: tuple[str, ...]

    @property
    def asks_much(self) -> bool:
        return len(self.to_ask) > _MANY


# --- what was sent ----------------------------------------------------------------------------


def read_answers(sent: Mapping[str, Iterable[str]]) -> tuple[Answers, frozenset[str]]:
    """Answers that are among the choices, and the questions whose answer is none of them."""
    answers: dict[str, tuple[str, ...]] = {}
    wrong: set[str] = set()
    for name, question in QUESTIONS.items():
        given = tuple(dict.fromkeys(value for value in sent.get(name, ()) if value))
        known = {choice.value for choice in question.choices} | {UNKNOWN}
        if not known.issuperset(given) or (len(given) > 1 and not question.is_several):
            wrong.add(name)
        elif given:
            answers[name] = given
    return answers, frozenset(wrong)


def is_known(answers: Answers, question: Question) -> bool:
    """It was answered, and not with "I don't know"."""
    return UNKNOWN not in answers.get(question.id, (UNKNOWN,))


def _chosen(answers: Answers, question: Question) -> tuple[Choice, ...]:
    given = answers.get(question.id, ())
    return tuple(choice for choice in question.choices if choice.value in given)


# --- from answers to findings -----------------------------------------------------------------


def findings_of(
    answers: Answers, *, known: Known, jurisdiction: str, on: date
) -> tuple[Finding, ...]:
    """What the engine finds; whatever was not asked or not answered is unknown to it."""
    consultation = decode(consultation_data(answers, known.knowledge, jurisdiction, on))
    return workflow.screen(workflow.consult(consultation, known, today=on)).findings


def consultation_data(
    answers: Answers, knowledge: Knowledge, jurisdiction: str, on: date
) -> dict[str, Any]:
    """The answers in the published format."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "date": on,
        "jurisdiction": jurisdiction,
        "concerns": _concerns(answers),
    }
    for question in QUESTIONS.values():
        for choice in _chosen(answers, question):
            if question.kind == "age":
                born = _born(choice.value, knowledge, on)
                data["client"] = {"birth_date": born} if born else {}
            elif question.kind == "list":
                _put_item(data, question.path, choice.gives, on)
            elif question.kind == "answer":
                _put_answer(data, question.path, choice.gives, on)
    return data


def _concerns(answers: Answers) -> list[dict[str, Any]]:
    hopes = [choice.value for choice in _chosen(answers, QUESTIONS["hopes"])]
    places = [choice.value for choice in _chosen(answers, QUESTIONS["places"])]
    zones = places if places and is_known(answers, QUESTIONS["places"]) else list(_EVERYWHERE)
    return [{"concern": hope, "zones": zones} for hope in hopes or [_STAND_IN]]


def _born(band: str, knowledge: Knowledge, on: date) -> date | None:
    """The birth date of the youngest in a band; none where the clinic does not accept its ends."""
    if band == "minor":
        return on
    key = "rule.c3.adult-age" if band == "young" else "rule.c3.label-age"
    try:
        years = math.ceil(knowledge.claim(key).number)
    except NotAccepted:
        return None
    return add_months(on, -12 * years)


def _put_item(data: dict[str, Any], path: str, gives: Mapping[str, str] | None, on: date) -> None:
    """A yes adds to a list, of which the rest stays unknown; a no adds nothing."""
    if gives is not None:
        data.setdefault(path, {"answer": UNKNOWN, "list": []})["list"].append(_dated(gives, on))


def _put_answer(data: dict[str, Any], path: str, gives: Mapping[str, str] | None, on: date) -> None:
    part, _dot, name = path.partition(".")
    answer = "no" if gives is None else {"answer": "yes", **_dated(gives, on)}
    data.setdefault(part, {})[name] = answer


def _dated(gives: Mapping[str, str], on: date) -> dict[str, Any]:
    return {name: on if value == TODAY else value for name, value in gives.items()}


# --- from findings to words -------------------------------------------------------------------


class Speaker:
    """Says findings and questions in a visitor's language, and cites as it goes."""

    def __init__(self, known: Known, language: str) -> None:
        self.cite = Citations(known.knowledge, language)
        self._knowledge = known.knowledge
        self._language = language
        self._say = translator(language)

    def outcome(self, answers: Answers, findings: Iterable[Finding]) -> Outcome:
        """The findings in plain words, the gravest first."""
        found = tuple(findings)
        told: dict[Verdict, dict[str, None]] = {}
        for finding in found:
            if finding.verdict is not Verdict.ASK:
                told.setdefault(_gravity(finding), {})[finding.claims[0]] = None
        groups = tuple(
            Group(
                verdict,
                self._say(title),
                self._say(lede),
                tuple(self._reason(claim) for claim in told[verdict]),
            )
            for verdict, (title, lede) in _TITLES.items()
            if verdict in told
        )
        worst = groups[0].verdict if groups else Verdict.INFO
        to_ask = tuple(dict.fromkeys(self._say(text) for text in _to_ask(answers, found)))
        heading = _STILL_ASKED if to_ask and not groups else _HEADINGS[worst]
        return Outcome(self._say(heading), groups, to_ask)

    def sections(
        self, answers: Answers, wrong: frozenset[str] = frozenset()
    ) -> tuple[AskedSection, ...]:
        """The questions with what was answered so far."""
        return tuple(
            AskedSection(
                section.id,
                self._say(section.title),
                self._say(section.note) if section.note else "",
                tuple(
                    self._asked(question, answers, is_wrong=question.id in wrong)
                    for question in section.questions
                    if question.kind != "age" or self._accepts(question)
                ),
            )
            for section in SECTIONS
        )

    def _reason(self, claim: str) -> Said:
        reason = REASONS.get(claim)
        if reason is None:
            topic = self._knowledge.release.topics[claim.rpartition(".")[0]]
            text = Markup("{}.").format(self._say(topic.title))
        else:
            text = self.cite.say(self._say(reason.text), **reason.figures)
        return Said(claim, text, self.cite.mark(claim), claim in self._knowledge.proposed)

    def _accepts(self, question: Question) -> bool:
        """The clinic accepts the figures of which the choices are made."""
        return self._knowledge.rejected.isdisjoint(map(str, question.figures.values()))

    def _asked(self, question: Question, answers: Answers, *, is_wrong: bool) -> Asked:
        given = answers.get(question.id, ())
        figures = self._plain(question) if question.kind == "age" else {}
        options = [
            Option(choice.value, self._say(choice.label).format(**figures), choice.value in given)
            for choice in question.choices
        ]
        unknown = self._say(question.dont_know)
        options.append(Option(UNKNOWN, unknown, UNKNOWN in given, is_unknown=True))
        hint = Markup()
        if question.hint:
            hint = self.cite.say(self._say(question.hint), **question.figures)
        return Asked(
            id=question.id,
            text=self._say(question.text),
            hint=hint,
            is_several=question.is_several,
            options=tuple(options),
            wrong=self._say(_CHOOSE) if is_wrong else "",
            has_figures=bool(figures),
        )

    def _plain(self, question: Question) -> dict[str, str]:
        """Figures for the labels of choices; the hint beside them leads to their notes."""
        return {
            name: say_number(self._knowledge.claim(str(part)).number, self._language)
            for name, part in question.figures.items()
        }


def _gravity(finding: Finding) -> Verdict:
    """A product that is left out changes how it is done, and stands against nobody."""
    return Verdict.LIMIT if finding.scope == "product" else finding.verdict


def _to_ask(answers: Answers, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Questions that a rule still asks, and what a yes leaves open."""
    asking = [finding for finding in findings if finding.verdict is Verdict.ASK]
    for question in QUESTIONS.values():
        own = [finding for finding in asking if finding.rule == question.rule]
        if any(not finding.asks for finding in own):
            yield question.text  # the clinic does not accept what the rule rests on
        waits = any(finding.asks == question.path for finding in own)
        if not is_known(answers, question):
            if waits or question.is_several:
                yield question.text
        elif waits:
            yield from (one.detail for one in _chosen(answers, question) if one.detail)
