"""The weeks after a session as text: when what may begin, how long it lasts, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from needlework.aftercare import Advice, Course, First, Moment, Timeline
from needlework.cli.text.client import Words, claims_below, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.evidence import Knowledge


def aftercare_page(
    made: Timeline, knowledge: Knowledge, language: str, *, with_why: bool, one_day: bool
) -> bytes:
    """The whole page; of one day alone it also says what is still to wait for."""
    words = Words(knowledge, language)
    _ = words.say

    def draw(paper: Paper) -> None:
        when = words.long(made.day)
        if made.time_known:
            when += f", {words.time(made.ended)}"
        head(paper, words, _("Aftercare of the session of {when}").format(when=when))
        paper.gap()
        paper.pairs(_session(made, words))
        if one_day:
            _days(paper, made.moments, made.firsts, words, with_why=with_why)
        _firsts(paper, made.firsts, words, with_why=with_why)
        _courses(paper, made.courses, words, with_why=with_why)
        if not one_day:
            _days(paper, made.moments, made.firsts, words, with_why=with_why)
        paper.heading(_("The whole time"))
        paper.pairs(_advice(made.advice, with_why=with_why))
        paper.heading(_("To be looked at again"))
        paper.table(
            (_("Day"), _("What")),
            [(words.day(review.day.on), review.what) for review in made.reviews],
        )
        foot(paper, words, made, with_why=with_why)

    return page(draw)


def _advice(texts: Sequence[Advice], *, with_why: bool) -> Iterator[tuple[str, str]]:
    """What it is about stands before the first of its texts only."""
    for about, group in groupby(texts, key=lambda advice: advice.about):
        label = about
        for advice in group:
            yield label, advice.text
            if with_why:
                yield "", "← " + ", ".join(advice.claims)
            label = ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _session(made: Timeline, words: Words) -> Iterator[tuple[str, str]]:
    _ = words.say
    depth = _("not known: counts as deep")
    if made.depth_mm is not None:
        depth = f"{words.number(made.depth_mm)} mm"
    yield _("zones"), words.zones(made.zones)
    yield _("deepest setting"), depth
    yield _("phototype"), made.phototype or _("not known: counts as dark skin")
    if not made.time_known:
        yield _("hour"), _("not known: counts as the end of the day")


def _firsts(paper: Paper, firsts: Sequence[First], words: Words, *, with_why: bool) -> None:
    _ = words.say
    paper.heading(_("When what may begin"))
    ordered = sorted(firsts, key=_begins)
    rows = [
        (
            _capital(first.label),
            _from(first, words),
            "" if first.wait is None else words.length(first.wait.value, first.wait.unit),
            _spread(first, words),
        )
        for first in ordered
    ]
    paper.table((_("What"), _("From"), _("Wait"), _("Sources say")), rows)
    cited = [(_capital(first.label), first.claims) for first in ordered]
    claims_below(paper, cited, with_why=with_why)


def _begins(first: First) -> tuple[bool, str]:
    """Sooner first; a whole day before its hours, and what has no day last."""
    return first.on is None, f"{first.on} {first.at or ''}"


def _from(first: First, words: Words) -> str:
    if first.at is not None:
        return words.moment(first.at)
    _ = words.say
    return _("ask the clinic") if first.on is None else words.short(first.on)


def _spread(first: First, words: Words) -> str:
    _ = words.say
    said = []
    if first.shortest is not None and first.longest is not None:
        said.append(words.spread(first.shortest, first.longest))
    if first.lengthened:
        said.append(_("longer, until the skin has closed"))
    return "; ".join(filter(None, said))


def _courses(paper: Paper, courses: Sequence[Course], words: Words, *, with_why: bool) -> None:
    _ = words.say
    paper.heading(_("How long it lasts"))
    rows = [
        (
            _capital(course.label),
            _("usually {time}").format(time=words.length(course.usual.value, course.usual.unit)),
            words.spread(course.shortest, course.longest),
            words.short(course.warn_from.on),
        )
        for course in courses
    ]
    heads = (_("What"), _("How long"), _("Sources say"), _("Ask a clinician from"))
    paper.table(heads, rows)
    cited = [
        (_capital(course.label), (*course.usual.claims, *course.warn_from.claims))
        for course in courses
    ]
    claims_below(paper, cited, with_why=with_why)


# --- day by day -------------------------------------------------------------------------------


def _days(
    paper: Paper,
    moments: Sequence[Moment],
    firsts: Sequence[First],
    words: Words,
    *,
    with_why: bool,
) -> None:
    """Neighbouring days that say the same stand together."""
    _ = words.say
    labels = {first.what: first.label for first in firsts}
    for _same, group in groupby(moments, key=_said):
        held = list(group)
        first, last = held[0], held[-1]
        title, days = _capital(first.name), words.short(first.on)
        if first is not last:
            title = _("Days {first} to {last}").format(first=first.day, last=last.day)
            days = f"{days} – {words.short(last.on)}"
        paper.heading(title, days)
        _moment(paper, first, labels, words, with_why=with_why)


def _said(moment: Moment) -> tuple[object, ...]:
    apart = moment.hours if moment.hours is not None else moment.opens and moment.day
    return moment.expect, moment.do, moment.dont, apart


def _moment(
    paper: Paper, moment: Moment, labels: dict[str, str], words: Words, *, with_why: bool
) -> None:
    _ = words.say
    rows = []
    for label, texts in (
        (_("expect"), moment.expect),
        (_("do"), moment.do),
        (_("do not"), moment.dont),
    ):
        for text in texts:
            rows.append((label, text.text))
            if with_why:
                rows.append(("", "← " + ", ".join(text.claims)))
            label = ""  # noqa: PLW2901  the label stands before the first text only
    if moment.opens:
        rows.append((_("from now"), " · ".join(labels[what] for what in moment.opens)))
    paper.pairs(rows, first=9)
