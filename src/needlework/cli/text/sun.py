"""A day's sun as text: the hours to avoid, then each hour with a bar."""

from __future__ import annotations

from collections.abc import Sequence

from needlework.aftercare import UvDay, UvHour
from needlework.cli.text.client import Words, bullets, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.evidence import Knowledge


def sun_page(found: UvDay, knowledge: Knowledge, language: str, *, with_why: bool) -> bytes:
    """The whole page."""
    words = Words(knowledge, language)
    _ = words.say

    def draw(paper: Paper) -> None:
        title = _("Sun of {day}, {zone}").format(day=words.long(found.day), zone=found.place.zone)
        head(paper, words, title)
        paper.gap()
        paper.line((_avoid(found, words), "bold"))
        _hours(paper, found, words)
        paper.heading(_("To bear in mind"))
        bullets(paper, found.advice, with_why=with_why)
        foot(paper, words, found, with_why=with_why)

    return page(draw)


def _avoid(found: UvDay, words: Words) -> str:
    _ = words.say
    if found.light == "sun never rises":
        return _("The sun does not rise on this day.")
    level = words.number(found.avoid_from.value)
    if not found.avoid:
        return _("No hour of this day can reach UV index {level}.").format(level=level)
    spans = " · ".join(f"{words.time(s.start)}–{words.time(s.end)}" for s in found.avoid)
    said = _("Keep out of direct sun: {hours} (UV index {level} or more, even with thin ozone).")
    return said.format(hours=spans, level=level)


def _hours(paper: Paper, found: UvDay, words: Words) -> None:
    """Hours with a sun, each with its index, that of a day with thin ozone, and a bar."""
    _ = words.say
    hours = [hour for hour in found.hours if hour.elevation > 0]
    if not hours:
        return
    paper.heading(_("UV index by the hour"), _("clear sky; ▓ more where the ozone is thin"))
    room = max(10, paper.width - 34)
    rows = [
        (
            words.time(hour.start),
            words.number(round(hour.index, 1)),
            words.number(round(hour.high, 1)),
            _bar(hour, hours, room),
            "×" if hour.high >= found.avoid_from.value else "",
        )
        for hour in hours
    ]
    paper.table((_("Hour"), _("Index"), _("At most"), "", _("Avoid")), rows)


def _bar(hour: UvHour, hours: Sequence[UvHour], room: int) -> str:
    most = max(each.high for each in hours)
    usual, high = (round(value / most * room) for value in (hour.index, hour.high))
    return "█" * usual + "▓" * (high - usual)
