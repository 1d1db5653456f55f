"""An answer about symptoms as text: what to do stands first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from needlework.aftercare import Answer, Urgency, choice_names
from needlework.cli.text.client import Words, bullets, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.evidence import Knowledge
from needlework.i18n import translator

_STYLES: Final[Mapping[Urgency, str]] = {
    "emergency": "bold white on red",
    "same-day": "bold red",
    "clinician": "bold yellow",
    "watch": "bold cyan",
    "normal": "bold green",
}


def symptom_page(answer: Answer, knowledge: Knowledge, language: str, *, with_why: bool) -> bytes:
    """The whole page; the first step comes before everything else."""
    words = Words(knowledge, language)
    _ = words.say
    urgencies = choice_names(knowledge, language)["answer"]

    def draw(paper: Paper) -> None:
        named = urgencies[answer.urgency]
        urgent = (f" {named.upper()} ", _STYLES[answer.urgency])
        paper.line(urgent, "  ", (answer.first.text, "bold"))
        if with_why:
            paper.pairs([("", "← " + ", ".join(answer.first.claims))])
        if answer.do:
            paper.heading(_("What to do"))
            bullets(paper, answer.do, with_why=with_why)
        if answer.normal:
            paper.heading(_("What is normal"))
            bullets(paper, answer.normal, with_why=with_why)
        _likely(paper, answer, words, with_why=with_why)
        _reasons(paper, answer, words, urgencies, with_why=with_why)
        paper.gap()
        head(paper, words, _("Symptoms after a session"))
        foot(paper, words, answer, with_why=with_why)

    return page(draw)


def _likely(paper: Paper, answer: Answer, words: Words, *, with_why: bool) -> None:
    if not answer.likely:
        return
    _ = words.say
    paper.heading(_("What it may be"), _("likely on this day first; every one is to be heeded"))
    for one in answer.likely:
        paper.pairs([("–", f"{one.text} {one.when}")])
        if with_why:
            paper.pairs([("", "← " + ", ".join(one.claims))])


def _reasons(
    paper: Paper, answer: Answer, words: Words, urgencies: Mapping[str, str], *, with_why: bool
) -> None:
    _ = words.say
    paper.heading(_("Why so urgent"))
    parts = [(part.label, part.reasons) for part in answer.parts]
    if answer.together:
        parts.append((_("Together"), answer.together))
    width = max(len(urgencies[reason.urgency]) for _label, held in parts for reason in held)
    for label, reasons in parts:
        paper.indented(label)
        for reason in reasons:
            paper.pairs([(urgencies[reason.urgency], reason.text)], by=4, first=width)
            if with_why:
                paper.pairs([("", "← " + ", ".join(reason.claims))], by=4, first=width)


def choices_page(listed: Mapping[str, Mapping[str, str]], language: str) -> bytes:
    """What may be chosen, and what each word means."""
    _ = translator(language)
    titles = {
        "sign": _("Signs"),
        "place": _("Places"),
        "strength": _("Strength"),
        "trend": _("Trend"),
    }

    def draw(paper: Paper) -> None:
        paper.line(("--sign SIGN@PLACE:STRENGTH:TREND", "bold"))
        for about, words in listed.items():
            paper.heading(titles[about])
            paper.pairs(words.items(), first=18)

    return page(draw)
