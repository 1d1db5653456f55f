"""A forecast as text: what to expect of each concern, then of one session in each zone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from needlework.cli.text.client import Words, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.documents import outlook_saying as saying
from needlework.documents.words import Words as DocumentWords
from needlework.evidence import Knowledge
from needlework.outlook import ConcernOutlook, Outlook, ZoneOutlook
from needlework.response.forecast import Forecast

_BAR: Final = 20
_WIDE: Final = 100
"""From this width on there is room for bars beside the numbers."""
_BLANK: Final = "\N{NO-BREAK SPACE}"
"""So that no bar is broken where it is empty."""


def forecast_page(made: Outlook, knowledge: Knowledge, language: str, *, with_why: bool) -> bytes:
    """The whole page."""
    words = Words(knowledge, language)
    _ = words.say

    def draw(paper: Paper) -> None:
        head(paper, words, _("What to expect"))
        for concern in made.concerns:
            _concern(paper, concern, words)
        for zone in made.zones:
            _zone(paper, zone, words)
        if made.without:
            # Where nothing can be told, it is the plan that stands against it.
            paper.heading(_("Without a forecast"), "" if made.concerns else _("The plan says why."))
            _bullets(paper, [saying.without(each, knowledge, language) for each in made.without])
        foot(paper, words, made, with_why=with_why)

    return page(draw)


def _concern(paper: Paper, concern: ConcernOutlook, words: Words) -> None:
    known, language = words.knowledge, words.language
    paper.heading(saying.heading(concern, known, language))
    _bullets(paper, saying.summary(concern, known, language))
    table = saying.course_table(concern, known, language)
    paper.gap()
    paper.indented(table.caption)
    days = saying.days_that_matter(concern, DocumentWords(known, language))
    wide = paper.width >= _WIDE
    rows = [
        (*row, _bar(concern.forecast, day) if wide else "")
        for row, (day, _what) in zip(table.rows, days, strict=True)
    ]
    paper.table((*table.head, "▒ 50 ░ 80 · 95".replace(" ", _BLANK)), rows)
    paper.gap()
    _bullets(paper, saying.limits(concern, known, language))


def _bar(told: Forecast, day: int) -> str:
    """The intervals side by side, from the lowest score to the highest that are likely."""
    low = min(*told.band.low_95, told.best)
    high = max(*told.band.high_95, told.best)

    def place(bound: str) -> int:
        at = saying.on_day(told, bound, day)
        return round((at - low) / (high - low or 1.0) * (_BAR - 1))

    drawn = [_BLANK] * _BAR
    for level, mark in ((95, "·"), (80, "░"), (50, "▒")):
        first, last = place(f"low_{level}"), place(f"high_{level}")
        drawn[first : last + 1] = mark * (last - first + 1)
    drawn[place("median")] = "█"
    return "".join(drawn).rstrip(_BLANK)


def _zone(paper: Paper, zone: ZoneOutlook, words: Words) -> None:
    known, language = words.knowledge, words.language
    names = DocumentWords(known, language)
    table = saying.session_table(zone, known, language)
    paper.heading(names.zones(zone.zones), table.caption)
    _bullets(paper, [saying.layer(zone, known, language)])
    paper.table(table.head, table.rows)
    _bullets(
        paper,
        [
            saying.darkening(zone, known, language),
            *saying.zone_limits(zone, known, language),
        ],
    )


def _bullets(paper: Paper, said: Iterable[str]) -> None:
    paper.pairs([("–", each) for each in said])
