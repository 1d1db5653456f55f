"""Predicted intervals with what was observed, as a picture that needs no colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.response.verification import Row

Array = NDArray[np.float64]

_INK, _SOFT, _PAPER, _FILL = "#1c2226", "#5b646a", "#fbfaf7", "#c9cec9"
_MARGIN: Final = 16
_TOP: Final = 72
"""Below title and key."""


# --- words ------------------------------------------------------------------------------------


def figure(value: float | None) -> str:
    """Three significant figures, plainly written; nothing for None.

    >>> figure(0.0123456), figure(12345.6), figure(-0.0), figure(1e-7), figure(None)
    ('0.0123', '12300', '0', '1e-07', '')
    """
    if value is None:
        return ""
    rounded = float(f"{value:.3g}")
    if rounded == 0:
        return "0"
    if _PLAIN[0] <= abs(rounded) < _PLAIN[1]:
        return f"{rounded:.7f}".rstrip("0").rstrip(".")
    return f"{rounded:g}"


_PLAIN: Final = (1e-4, 1e6)


def found(row: Row) -> str:
    """What was observed: a figure, a range, a ceiling, a floor, a direction, or nothing."""
    low, high = row.observed_low, row.observed_high
    if low is None and high is None:
        return ""
    if low is not None and high is not None:
        return figure(low) if low == high else f"{figure(low)} to {figure(high)}"
    if low is None:
        return f"at most {figure(high)}"
    return f"at least {figure(low)}"


# --- intervals --------------------------------------------------------------------------------

_WIDTH, _ROW = 860, 46
_LEFT, _RIGHT = 330, 640
"""Ends of the field in which intervals are drawn."""
_LETTERS: Final = 48
"""Of a line beside an interval; a name takes up to three."""
_LONGEST_UNIT: Final = 14
_PAD: Final = 0.06
_LOG_FROM: Final = 20.0
"""Times by which the ends of an interval differ above which its row is drawn in logarithms."""
_KEY: Final = (
    "Line 95 %, frame 80 %, filled 50 %, tick median. Each row has a scale of its own.",
    "Observed: diamond; cross where missed; line below for a range; arrow for at most or at least.",
)


def picture(title: str, rows: Sequence[Row]) -> str:
    """One line a row, each on a scale of its own: interval, median, and what was observed.

    Parameters
    ----------
    title
        What is shown.
    rows
        Those with draws are drawn, in their order.

    Returns
    -------
    str
        SVG with a title and a description; misses are marked by shape and by word.

    Raises
    ------
    UsageError
        No row can be drawn.
    """
    drawn = [row for row in rows if row.median is not None]
    if not drawn:
        raise UsageError("There is nothing to draw.", hint="Give rows that have a prediction.")
    missed = sum(row.is_miss for row in drawn)
    about = f"{len(drawn)} published figures beside what was predicted; {missed} missed."
    lines = [part for place, row in enumerate(drawn) for part in _line(row, _TOP + _ROW * place)]
    return _sheet(title, about, _KEY, (_WIDTH, _TOP + _ROW * len(drawn) + _MARGIN), lines)


def _line(row: Row, top: int) -> list[str]:
    lines = wrap(f"{row.what} · {row.source}", _LETTERS, max_lines=3, placeholder=" …")
    told = f"{row.verdict}, {_how(row)}".removesuffix(", ")
    unit = "" if row.unit == "1" or len(row.unit) > _LONGEST_UNIT else f" {row.unit}"
    aside = _RIGHT + _MARGIN
    return [
        *(_words(_MARGIN, top + 11 + 13 * n, line, small=True) for n, line in enumerate(lines)),
        *_interval(row, top + _ROW // 2 - 6),
        _words(aside, top + 12, told, bold=row.is_miss),
        _words(aside, top + 27, f"observed {found(row)}{unit}", small=True),
    ]


def _how(row: Row) -> str:
    if row.chance is not None:
        return f"{row.chance:.0%} agree"
    return "" if row.pit is None else f"PIT {figure(row.pit)}"


def _interval(row: Row, y: int) -> list[str]:
    bounds = [row.low_95, row.low_80, row.low_50, row.median, row.high_50, row.high_80, row.high_95]
    known = [value for value in bounds if value is not None]
    seen = [value for value in (row.observed_low, row.observed_high) if value is not None]
    every = np.array([*known, *seen])
    if every.min() > 0 and known[-1] / known[0] > _LOG_FROM:
        every = np.log(every)
    span = float(np.ptp(every)) or 1.0
    share = _PAD + (1 - 2 * _PAD) * (every - every.min()) / span
    places = [round(_LEFT + (_RIGHT - _LEFT) * float(one), 1) for one in share]
    at, marks = places[: len(known)], places[len(known) :]
    return [
        _path(f"M{at[0]} {y}H{at[6]}", 1.5),
        _frame(at[1], at[5], y, _PAPER),
        _frame(at[2], at[4], y, _FILL),
        _path(f"M{at[3]} {y - 8}v16", 2),
        _observed(row, marks, y),
    ]


def _frame(left: float, right: float, y: int, fill: str) -> str:
    width = max(round(right - left, 1), 0.5)
    return _tag("rect", x=left, y=y - 5, width=width, height=10, fill=fill, stroke=_INK)


def _observed(row: Row, marks: Sequence[float], y: int) -> str:
    x = marks[0]
    if len(marks) == 1:  # a ceiling or a floor: an arrow to where it may lie
        way = -1 if row.observed_low is None else 1
        head = f"m{-4 * way} -4l{4 * way} 4l{-4 * way} 4"
        return _path(f"M{x} {y - 11}V{y + 11}h{14 * way}{head}", 2)
    if marks[1] != x:
        return _path(f"M{x} {y + 7}v8M{x} {y + 11}H{marks[1]}M{marks[1]} {y + 7}v8", 2)
    if row.is_miss:
        return _path(f"M{round(x - 6, 1)} {y - 6}l12 12m0 -12l-12 12", 3)
    return _tag("path", d=f"M{x} {y - 7}l6 7l-6 7l-6 -7z", fill=_INK, stroke=_PAPER)


# --- courses ----------------------------------------------------------------------------------

_PANEL, _TALL, _GAP = 250, 150, 20


def courses_picture(
    title: str,
    days: Array,
    courses: Mapping[str, tuple[Array, Array]],
    columns: Sequence[str],
) -> str:
    """Two courses of several amounts on one another: lines ours, dots the other's.

    Parameters
    ----------
    title
        What is shown.
    days
        Shape (days,).
    courses
        Name → ours and theirs, each of shape (days, columns).
    columns
        Name of each amount.
    """
    parts = []
    for down, (name, pair) in enumerate(courses.items()):
        for across, column in enumerate(columns):
            left = _MARGIN + across * (_PANEL + _GAP)
            top = _TOP + down * (_TALL + 2 * _GAP)
            parts.append(_words(left, top + 12, f"{name}: {column}"))
            parts.extend(_panel(days, pair[0][:, across], pair[1][:, across], left, top + _GAP))
    size = _MARGIN + (_PANEL + _GAP) * len(columns), _TOP + (_TALL + 2 * _GAP) * len(courses)
    key = "Lines: ours. Dots: another solver.", f"Days 0 to {days[-1]:g}; 0 to each one's peak."
    return _sheet(title, "Lines and dots lie on one another.", key, size, parts)


def _panel(days: Array, ours: Array, theirs: Array, left: int, top: int) -> list[str]:
    across = left + _PANEL * days / days[-1]
    heights = [top + _TALL * (1 - values / theirs.max()) for values in (ours, theirs)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, heights[0], strict=True))
    return [
        _tag("rect", x=left, y=top, width=_PANEL, height=_TALL, fill="none", stroke=_SOFT),
        _tag("polyline", points=line, fill="none", stroke=_INK),
        *(
            _tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=3)
            for x, y in zip(across, heights[1], strict=True)
        ),
    ]


# --- SVG --------------------------------------------------------------------------------------


def _sheet(
    title: str, about: str, key: Sequence[str], size: tuple[int, int], parts: Iterable[str]
) -> str:
    head = [
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(about)}</desc>',
        _tag("rect", width=size[0], height=size[1], fill=_PAPER),
        _words(_MARGIN, 22, title, bold=True),
        *(_words(_MARGIN, 40 + 14 * n, line, small=True) for n, line in enumerate(key)),
    ]
    return (
        _tag(
            "svg",
            "\n" + "\n".join((*head, *parts)) + "\n",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {size[0]} {size[1]}",
            role="img",
            aria_labelledby="t d",
            font_family="system-ui, sans-serif",
            font_size=12,
            fill=_INK,
        )
        + "\n"
    )


def _words(x: int, y: int, text: str, *, small: bool = False, bold: bool = False) -> str:
    given: dict[str, object] = {"x": x, "y": y}
    if small:
        given |= {"fill": _SOFT, "font_size": 11}
    if bold:
        given |= {"font_weight": 700}
    return _tag("text", escape(text), **given)


def _path(d: str, width: float) -> str:
    return _tag("path", d=d, fill="none", stroke=_INK, stroke_width=width)


def _tag(name: str, inside: str = "", **given: object) -> str:
    said = "".join(f" {key.replace('_', '-')}={quoteattr(str(v))}" for key, v in given.items())
    return f"<{name}{said}>{inside}</{name}>" if inside else f"<{name}{said}/>"
