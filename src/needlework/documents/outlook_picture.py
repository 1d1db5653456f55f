"""An outlook as pictures: SVG made here, readable without colour, without scripts or fonts fetched.

Looks stand as attributes, so that a file, a document and a page show the same; classes let a page
give them its own colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from textwrap import wrap
from typing import Final
from xml.sax.saxutils import escape

from msgspec import Struct

from needlework.documents import outlook_saying as saying
from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.outlook import ConcernOutlook, ZoneOutlook
from needlework.response.forecast import Band, Forecast
from needlework.response.skin import Hours

WIDTH: Final = 480
_INK: Final = "#1c2424"
_SOFT: Final = "#5b6666"
_LINE: Final = "#c9d1d0"
_ACCENT: Final = "#0b5d60"
_WARM: Final = "#8a4b00"
_SIZE: Final = 13
_LEFT, _RIGHT, _TOP = 46, 12, 14
_PLOT_HEIGHT: Final = 210
_ROW: Final = 18
_LETTERS: Final = 66
"""Characters to a line at this width and size."""
_BANDS: Final = (("95", 0.10, "1 3"), ("80", 0.14, "5 3"), ("50", 0.22, ""))
"""Interval, how dark it is, and how its edge is dashed: the edge alone tells them apart."""


class _Frame(Struct, frozen=True, kw_only=True):
    """From days and scores to places on the picture."""

    top: float
    days: int
    low: float
    high: float

    def x(self, day: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * day / self.days

    def y(self, score: float) -> float:
        inside = min(max(score, self.low), self.high)
        return self.top + _PLOT_HEIGHT * (self.high - inside) / (self.high - self.low)

    @property
    def bottom(self) -> float:
        return self.top + _PLOT_HEIGHT


def course_svg(
    c: ConcernOutlook,
    knowledge: Knowledge,
    language: str,
    *,
    name: str = "course",
    font: str = "sans-serif",
    errors: Sequence[float | None] = (),
) -> str:
    """The expected course of a concern, with its intervals, sessions and days of judgement.

    `name` begins the ids within the picture; two on one page need two names. `errors` are those
    of the measures, where they are known, and are drawn as bars.
    """
    words = Words(knowledge, language)
    told = c.forecast
    notice = list(_notice(c, words))
    low, high = _range(told)
    frame = _Frame(top=_TOP + _ROW * (len(notice) + 3), days=told.days[-1], low=low, high=high)
    marks = [_marked(c, mark.what, mark.day, words) for mark in c.judged]
    below = list(wrap(" · ".join(f"{'abc'[i]} {text}" for i, text in enumerate(marks)), _LETTERS))
    rows = len(below) + (1 if told.measures else 0)
    height = frame.bottom + 52 + _ROW * (rows + 1)
    title = saying.heading(c, knowledge, language)
    described = " ".join(saying.summary(c, knowledge, language))
    parts = [
        _opening(height, name, title, described, font),
        *_banner(notice),
        *_legend(_TOP + _ROW * len(notice), words),
        *_unrated(frame, told, name),
        *_axes(frame, told, words),
        *_bands(frame, told),
        *_unrated_words(frame, told, words),
        *_sessions(frame, told),
        *_errors(frame, told, errors),
        *_measures(frame, told),
        *_judged(frame, c),
        *_lines(below, frame.bottom + 44 + _ROW),
        *_measured_legend(height - 8, told, errors, words),
        "</svg>",
    ]
    return "\n".join(parts)


def session_svg(
    z: ZoneOutlook,
    knowledge: Knowledge,
    language: str,
    *,
    name: str = "session",
    font: str = "sans-serif",
) -> str:
    """How long the skin of a zone stays open and red after one session."""
    words = Words(knowledge, language)
    _ = words.say
    bars = [
        (_("barrier is back"), z.skin.barrier),
        (_("channels closed"), z.skin.closed),
        (_("redness gone"), z.skin.red),
    ]
    shown = [(what, times) for what, times in bars if times is not None]
    sources = [each.value for each in z.skin.red_gone_by]
    longest = max([*(times.nearly_all for _what, times in shown), *sources])
    table = saying.session_table(z, knowledge, language)
    described = ". ".join(
        f"{row[0]}: "
        + ", ".join(f"{h} {cell}" for h, cell in zip(table.head[1:], row[1:], strict=True) if cell)
        for row in table.rows
    )
    scale = (WIDTH - _LEFT / 2 - _RIGHT) / (ceil(longest / 24) * 24)
    top = _TOP + _ROW
    height = top + 40 * len(shown) + 34 + _ROW
    parts = [_opening(height, name, table.caption, described, font)]
    parts += _text(_LEFT / 2, _TOP + 4, table.caption, weight="600")
    for number, (what, times) in enumerate(shown):
        parts += _bar(top + 40 * number, what, times, scale)
    parts += _ceilings(top + 40 * (len(shown) - 1), sources, scale)
    parts += _hours_axis(top + 40 * len(shown), longest, scale, words)
    parts += _session_legend(height - 6, words, with_sources=bool(sources))
    parts.append("</svg>")
    return "\n".join(parts)


# --- the course -------------------------------------------------------------------------------


def _range(told: Forecast) -> tuple[float, float]:
    """From the best score to the worst that is likely, whichever is the higher number."""
    drawn = _drawn(told)
    reached = (*drawn.low_95, *drawn.high_95, told.start)
    return (told.best, max(reached)) if told.better == "lower" else (min(reached), told.best)


def _notice(c: ConcernOutlook, words: Words) -> Iterator[str]:
    """What is outside the calibration, said on the picture itself."""
    _ = words.say
    said = {
        "concern": _("no trial of this concern"),
        "dose": _("dose unlike the trials'"),
        "no-dose": _("dose not known"),
        "sessions": _("more sessions than in trials"),
        "interval": _("another interval than in trials"),
        "measures": _("measures fit the model badly"),
    }
    for waiting in saying.waits(c, words):
        yield from wrap(waiting, _LETTERS)
    found = [said[each.part] for each in c.forecast.outside]
    if found:
        text = _("Outside its calibration: {what}").format(what=" · ".join(found))
        yield from wrap(text, _LETTERS)


def _banner(lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    height = _ROW * len(lines) + 8
    yield (
        f'<rect class="outlook-notice" x="1" y="1" width="{WIDTH - 2}" height="{height}" rx="6" '
        f'fill="none" stroke="{_WARM}"/>'
    )
    for number, line in enumerate(lines):
        yield from _text(10, _TOP + 2 + _ROW * number, line, colour=_WARM, kind="outlook-warn")


def _legend(top: float, words: Words) -> Iterator[str]:
    """How each line looks: the middle, then the edges of the intervals."""
    _ = words.say
    y = top + _ROW
    lines = (
        (_("middle"), "", 2.5),
        (_("50 of 100"), "", 1.0),
        (_("80 of 100"), "5 3", 1.0),
        (_("95 of 100"), "1 3", 1.0),
    )
    for number, (label, dashes, wide) in enumerate(lines):
        x = _LEFT + number * (WIDTH - _LEFT) / len(lines)
        yield _stroke(f"M{x:.0f} {y - 4:.0f}h22", dashes=dashes, wide=wide, kind="outlook-line")
        yield from _text(x + 27, y, label, colour=_SOFT, kind="outlook-soft")


def _unrated(frame: _Frame, told: Forecast, name: str) -> Iterator[str]:
    """Hatches where no trial rated any more."""
    if told.rated_until_day >= frame.days:
        return
    left = frame.x(told.rated_until_day)
    yield (
        f'<defs><pattern id="{name}-late" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path class="outlook-hatch" d="M0 0v7" '
        f'stroke="{_LINE}" stroke-width="1.5"/></pattern></defs>'
    )
    yield (
        f'<rect x="{left:.1f}" y="{frame.top:.1f}" width="{WIDTH - _RIGHT - left:.1f}" '
        f'height="{_PLOT_HEIGHT}" fill="url(#{name}-late)"/>'
    )


def _unrated_words(frame: _Frame, told: Forecast, words: Words) -> Iterator[str]:
    if told.rated_until_day >= frame.days:
        return
    left = frame.x(told.rated_until_day)
    label = words.say("no trial rated this late")
    yield from _text(
        (left + WIDTH - _RIGHT) / 2,
        frame.top + 15,
        label,
        anchor="middle",
        colour=_SOFT,
        kind="outlook-soft outlook-halo",
        halo=True,
    )


def _axes(frame: _Frame, told: Forecast, words: Words) -> Iterator[str]:
    for score in _ticks(frame.low, frame.high):
        y = frame.y(score)
        yield _stroke(f"M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}", colour=_LINE, kind="outlook-grid")
        yield from _text(
            _LEFT - 6, y + 4, words.number(score), anchor="end", colour=_SOFT, kind="outlook-soft"
        )
    better = words.say("better")
    # Drawn, since the documents' font has no arrow and would give way for the whole line.
    down = "v10m-3.5 -4l3.5 4l3.5 -4" if told.better == "lower" else "v10m-3.5 -6l3.5 -4l3.5 4"
    yield _stroke(f"M{_LEFT + 4} {frame.top - 18:.1f}{down}", colour=_INK, kind="outlook-arrow")
    yield from _text(_LEFT + 13, frame.top - 8, f"{better} · {_unit(told, words)}", weight="600")
    weeks = frame.days // 7
    step = 4 * ceil(weeks / 32)
    for week in range(0, weeks + 1, step):
        yield from _text(
            frame.x(7 * week),
            frame.bottom + 36,
            words.number(week),
            anchor="middle",
            colour=_SOFT,
            kind="outlook-soft",
        )
    yield from _text(
        WIDTH - _RIGHT,
        frame.bottom + 36 + _ROW,
        words.say("weeks since the first measure")
        if told.session_days[0] > 0
        else words.say("weeks since the first session"),
        anchor="end",
        colour=_SOFT,
        kind="outlook-soft",
    )


def _unit(told: Forecast, words: Words) -> str:
    return words.say("% of the start") if told.unit == "%" else saying.scale_name(told, words)


def _bands(frame: _Frame, told: Forecast) -> Iterator[str]:
    """Each interval as a surface with its own edge, the middle on top."""
    drawn = _drawn(told)
    for level, shade, dashes in _BANDS:
        low, high = getattr(drawn, f"low_{level}"), getattr(drawn, f"high_{level}")
        there = _points(frame, told.days, high)
        back = _points(frame, tuple(reversed(told.days)), tuple(reversed(low)))
        yield (
            f'<path class="outlook-band" d="M{there}L{back}Z" fill="{_ACCENT}" '
            f'fill-opacity="{shade}"/>'
        )
        for edge in (high, low):
            yield _stroke(f"M{_points(frame, told.days, edge)}", dashes=dashes, kind="outlook-line")
    yield _stroke(f"M{_points(frame, told.days, drawn.median)}", wide=2.5, kind="outlook-line")


def _drawn(told: Forecast) -> Band:
    """Whole grades would make stairs of a course that has none; the table tells those."""
    return told.unrounded or told.band


def _points(frame: _Frame, days: Sequence[int], scores: Sequence[float]) -> str:
    return "L".join(
        f"{frame.x(day):.1f} {frame.y(score):.1f}" for day, score in zip(days, scores, strict=True)
    )


def _sessions(frame: _Frame, told: Forecast) -> Iterator[str]:
    """A needle and a number below the axis for each session."""
    for number, day in enumerate(told.session_days, start=1):
        x, y = frame.x(day), frame.bottom
        yield (f'<path class="outlook-session" d="M{x:.1f} {y + 2:.1f}l4.5 8h-9z" fill="{_INK}"/>')
        yield from _text(x, y + 21, str(number), anchor="middle", size=11)


def _measures(frame: _Frame, told: Forecast) -> Iterator[str]:
    """What was measured of this person."""
    for day, score in told.measures:
        yield _dot(frame.x(day), frame.y(score))


def _errors(frame: _Frame, told: Forecast, errors: Sequence[float | None]) -> Iterator[str]:
    """A bar through each measure whose error is known, as far as it goes either way."""
    for (day, score), error in zip(told.measures, errors, strict=False):
        if error is None:
            continue
        x, high, low = frame.x(day), frame.y(score + error), frame.y(score - error)
        yield _stroke(
            f"M{x - 4:.1f} {high:.1f}h8M{x:.1f} {high:.1f}V{low:.1f}M{x - 4:.1f} {low:.1f}h8",
            wide=1.5,
            colour=_INK,
            kind="outlook-mark",
        )


def _measured_legend(
    y: float, told: Forecast, errors: Sequence[float | None], words: Words
) -> Iterator[str]:
    _ = words.say
    if not told.measures:
        return
    yield _dot(_LEFT / 2 + 5, y - 4)
    has_bars = any(error is not None for error in errors)
    said = _("measured, with its known error") if has_bars else _("measured")
    yield from _text(_LEFT / 2 + 17, y, said)


def _dot(x: float, y: float) -> str:
    return (
        f'<circle class="outlook-measure" cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="#fff" '
        f'stroke="{_INK}" stroke-width="2"/>'
    )


def _judged(frame: _Frame, c: ConcernOutlook) -> Iterator[str]:
    """A line and a letter on each day on which the plan has a score taken."""
    for letter, mark in zip("abc", c.judged, strict=False):
        x = frame.x(mark.day)
        yield _stroke(
            f"M{x:.1f} {frame.top:.1f}V{frame.bottom:.1f}",
            dashes="2 4",
            colour=_INK,
            kind="outlook-mark",
        )
        yield from _text(x, frame.bottom + 21, letter, anchor="middle", weight="600")


def _marked(c: ConcernOutlook, what: str, day: int, words: Words) -> str:
    return f"{words.say(what)}, {saying.when(c, day, words)}"


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers within a range."""
    rough = (high - low) / 5
    size = 10.0 ** floor(log10(rough))
    step = next(size * each for each in (1, 2, 5, 10) if size * each >= rough)
    first = ceil(low / step - 1e-9)
    return [round(step * k, 9) for k in range(first, floor(high / step + 1e-9) + 1)]


# --- a session --------------------------------------------------------------------------------


def _bar(top: float, what: str, times: Hours, scale: float) -> Iterator[str]:
    """Solid until half of people, lighter until nine in ten, an outline until nearly all."""
    left, y = _LEFT / 2, top + 20
    yield from _text(left, top + 14, what)
    for until, shade in ((times.nearly_all, 0.0), (times.most, 0.28), (times.half, 1.0)):
        yield (
            f'<rect class="outlook-bar" x="{left:.1f}" y="{y:.1f}" '
            f'width="{max(until * scale, 1):.1f}" height="11" rx="2" fill="{_ACCENT}" '
            f'fill-opacity="{shade:g}" stroke="{_ACCENT}"/>'
        )


def _ceilings(top: float, times: Sequence[float], scale: float) -> Iterator[str]:
    """Diamonds on the redness bar where sources had it gone."""
    for value in times:
        x, y = _LEFT / 2 + value * scale, top + 25.5
        yield (
            f'<path class="outlook-ceiling" d="M{x:.1f} {y - 7:.1f}l6 7l-6 7l-6-7z" fill="#fff" '
            f'stroke="{_INK}" stroke-width="1.5"/>'
        )


def _hours_axis(top: float, longest: float, scale: float, words: Words) -> Iterator[str]:
    days = ceil(longest / 24)
    left = _LEFT / 2
    yield _stroke(f"M{left} {top:.1f}H{left + days * 24 * scale:.1f}", colour=_SOFT)
    for day in range(0, days + 1, max(1, ceil(days / 8))):
        x = left + day * 24 * scale
        yield _stroke(f"M{x:.1f} {top:.1f}v5", colour=_SOFT)
        label = words.say("day {n}").format(n=words.number(day))
        anchor = "start" if day == 0 else "middle" if day < days else "end"
        yield from _text(x, top + 19, label, anchor=anchor, colour=_SOFT, kind="outlook-soft")


def _session_legend(y: float, words: Words, *, with_sources: bool) -> Iterator[str]:
    _ = words.say
    x = _LEFT / 2
    for label, shade in (
        (_("half of people"), 1.0),
        (_("9 in 10"), 0.28),
        (_("nearly all"), 0.0),
    ):
        yield (
            f'<rect class="outlook-bar" x="{x:.1f}" y="{y - 10:.1f}" width="14" height="10" '
            f'fill="{_ACCENT}" fill-opacity="{shade:g}" stroke="{_ACCENT}"/>'
        )
        yield from _text(x + 19, y, label, colour=_SOFT, kind="outlook-soft")
        x += 34 + 7 * len(label)
    if with_sources:
        yield (
            f'<path class="outlook-ceiling" d="M{x + 6:.1f} {y - 12:.1f}l6 7l-6 7l-6-7z" '
            f'fill="#fff" stroke="{_INK}" stroke-width="1.5"/>'
        )
        yield from _text(x + 17, y, _("a source: gone"), colour=_SOFT, kind="outlook-soft")


# --- marks ------------------------------------------------------------------------------------


def _opening(height: float, name: str, title: str, described: str, font: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="outlook" viewBox="0 0 {WIDTH} '
        f'{height:.0f}" role="img" aria-labelledby="{name}-title {name}-about" '
        f'font-family="{escape(font)}" font-size="{_SIZE}" fill="{_INK}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-about">{escape(described)}</desc>'
    )


def _lines(lines: Sequence[str], top: float) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield from _text(_LEFT / 2, top + _ROW * (number + 1), line)


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = _INK,
    weight: str = "400",
    size: int = _SIZE,
    kind: str = "outlook-ink",
    halo: bool = False,
) -> list[str]:
    around = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if halo else ""
    words = (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}" font-size="{size}"{around}>{escape(text)}</text>'
    )
    return [words]


def _stroke(
    path: str, *, colour: str = _ACCENT, wide: float = 1.0, dashes: str = "", kind: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path class="{kind or "outlook-axis"}" d="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{wide:g}"{dashed}/>'
    )
