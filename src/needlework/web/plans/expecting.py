"""What a plan is likely to lead to, ready to be drawn: courses, sessions, sliders, sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, Final

import msgspec
from markupsafe import Markup
from msgspec import Struct, structs

from needlework.documents.plan_outlook import about, alike, general_limits, outlook_of, own_limits
from needlework.documents.words import Words
from needlework.evidence import Knowledge
from needlework.i18n import translator
from needlework.outlook import (
    ConcernOutlook,
    Outlook,
    Reach,
    Wanted,
    Without,
    ZoneOutlook,
    concern_outlook,
)
from needlework.planning import Plan
from needlework.screening import Consultation
from needlework.web.citing import Note, note_on
from needlework.web.citing import about as topic_of
from needlework.workflow import Known, consult

if TYPE_CHECKING:  # words and pictures load NumPy, which a worker does at its first outlook
    from needlework.documents.outlook_saying import Table

SLIDERS: Final = ("depth_mm", "sessions", "interval_days")
_LONGEST: Final = 20
"""Characters of a number that somebody typed."""


class Slider(Struct, frozen=True, kw_only=True):
    """A number that may be moved within the plan."""

    name: str
    label: str
    says: str
    """How a value is told, `{n}` standing for it."""
    low: float
    high: float
    step: float
    value: float
    shown: str

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high


class Outside(Struct, frozen=True):
    """Where a forecast leaves its calibration, with what says so."""

    says: str
    claims: tuple[str, ...]


class Course(Struct, frozen=True, kw_only=True):
    """One concern as it is drawn."""

    concern: str
    name: str
    zones: str
    heading: str
    picture: Markup
    summary: tuple[str, ...]
    outside: tuple[Outside, ...]
    table: Table
    sliders: tuple[Slider, ...] = ()
    corrections: tuple[str, ...] = ()
    beside: str = ""
    """What the plan itself comes to, where something else is drawn."""


class Layer(Struct, frozen=True):
    zones: str
    says: str


class Session(Struct, frozen=True, kw_only=True):
    """One session in zones for which it comes to the same."""

    name: str
    layers: tuple[Layer, ...]
    limits: tuple[str, ...]
    picture: Markup
    table: Table


class Topic(Struct, frozen=True):
    """Claims of one model or thing, as the list of sources tells them."""

    title: str
    notes: tuple[Note, ...]


class Darkening(Struct, frozen=True):
    says: str
    notes: tuple[Outside, ...]


class Expected(Struct, frozen=True, kw_only=True):
    """All of a plan's outlook as a page shows it."""

    about: str
    courses: tuple[Course, ...]
    darkening: Darkening | None
    sessions: tuple[Session, ...]
    without: tuple[Outside, ...]
    apart: tuple[str, ...]
    topics: tuple[Topic, ...]
    proposed: frozenset[str]
    count: int

    @property
    def is_empty(self) -> bool:
        return not (self.courses or self.sessions or self.without)


class Expecting:
    """A plan before somebody who would know what comes of it."""

    def __init__(self, plan: Plan, consultation: Consultation, known: Known, language: str) -> None:
        self.plan = plan
        self.consultation = consultation
        self.known = known
        self.words = Words(known.knowledge, language)

    def all(self, redrawn: Course | None = None) -> Expected:
        """The whole outlook; one concern of it may have been drawn otherwise."""
        language = self.words.language
        found = outlook_of(self.plan, self.consultation, self.known, language)
        made = expected(found, self.known.knowledge, language)
        if redrawn is None:
            return made
        courses = tuple(redrawn if c.concern == redrawn.concern else c for c in made.courses)
        return structs.replace(made, courses=courses)

    def moved(self, concern: str, typed: Mapping[str, str]) -> Course | None:
        """One concern by what somebody moved; None where there is no forecast of it."""
        case = consult(self.consultation, self.known, self.plan.judged_on)
        language = self.words.language
        own = concern_outlook(case, self.plan, concern, language=language)
        if isinstance(own, Without):
            return None
        wanted, corrections = settle(typed, own, self.words)
        made: ConcernOutlook | Without = own
        if wanted != Wanted():
            made = concern_outlook(case, self.plan, concern, wanted, language=language)
        if isinstance(made, Without):
            return None
        return moved(made, own, wanted, corrections, self.words)


def expected(outlook: Outlook, knowledge: Knowledge, language: str) -> Expected:
    """An outlook in words and pictures."""
    words = Words(knowledge, language)
    claims = _claims(outlook, knowledge)
    return Expected(
        about=about(words),
        courses=tuple(course(c, knowledge, language) for c in outlook.concerns),
        darkening=_darkening(outlook.zones[0], words) if outlook.zones else None,
        sessions=tuple(_sessions(outlook, words)),
        without=tuple(_without(outlook, words)),
        apart=tuple(general_limits(outlook, words)),
        topics=tuple(_topics(claims, knowledge, language)),
        proposed=frozenset(knowledge.proposed.intersection(claims)),
        count=len(claims),
    )


def kept(outlook: Outlook) -> dict[str, Any]:
    """An outlook as it is stored: the same when it is read back, whichever database holds it."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(outlook))
    return {name: plain(value) for name, value in made.items()}


def plain(value: Any) -> Any:
    """Without a minus before nought, which PostgreSQL would drop."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value + 0.0 if isinstance(value, float) else value


# --- one concern ------------------------------------------------------------------------------


def course(c: ConcernOutlook, knowledge: Knowledge, language: str) -> Course:
    """A concern's course as the plan has it, with sliders that stand there."""
    return _course(c, Words(knowledge, language), _sliders(c, Words(knowledge, language)))


def moved(
    c: ConcernOutlook,
    own: ConcernOutlook,
    wanted: Wanted,
    corrections: tuple[str, ...],
    words: Words,
) -> Course:
    """A concern's course by other numbers than the plan's, beside what the plan comes to."""
    sliders = _sliders(own, words, wanted)
    is_own = wanted == Wanted()
    beside = "" if is_own else _beside(c, own, words)
    return _course(c, words, sliders, corrections, beside)


def _course(
    c: ConcernOutlook,
    words: Words,
    sliders: tuple[Slider, ...],
    corrections: tuple[str, ...] = (),
    beside: str = "",
) -> Course:
    from needlework.documents import outlook_picture
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    drawn = outlook_picture.course_svg(c, knowledge, language, name=f"course-{c.concern}")
    return Course(
        concern=c.concern,
        name=words.concern(c.concern),
        zones=words.zones(c.zones),
        heading=saying.heading(c, knowledge, language),
        picture=Markup(drawn),  # noqa: S704  drawn by us, its words escaped
        summary=saying.summary(c, knowledge, language),
        outside=tuple(Outside(each.says, each.claims) for each in c.forecast.outside),
        table=saying.course_table(c, knowledge, language),
        sliders=sliders,
        corrections=corrections,
        beside=beside,
    )


def _beside(c: ConcernOutlook, own: ConcernOutlook, words: Words) -> str:
    _ = words.say
    return _(
        "When the result is judged: {here} here, {there} under the plan, which has {sessions}, "
        "{depth} mm deep, at least {days} days apart."
    ).format(
        here=_when_judged(c, words),
        there=_when_judged(own, words),
        sessions=_sessions_said(len(own.forecast.session_days), words),
        depth=words.number(own.at.depth_mm),
        days=words.number(own.interval_days),
    )


def _when_judged(c: ConcernOutlook, words: Words) -> str:
    from needlework.documents import outlook_saying as saying

    told = c.forecast
    score = saying.on_day(told, "median", saying.judged_on(c))
    number = words.number(saying.rounded(told, score))
    return f"{number} %" if told.unit == "%" else number


def _sessions_said(count: int, words: Words) -> str:
    _ = words.say
    return (_("{n} session") if count == 1 else _("{n} sessions")).format(n=words.number(count))


# --- sliders ----------------------------------------------------------------------------------


def settle(
    typed: Mapping[str, str], own: ConcernOutlook, words: Words
) -> tuple[Wanted, tuple[str, ...]]:
    """The nearest that the plan allows to what was asked for, and a sentence where that differs.

    What stands where the plan has it is not asked for: the plan's own days are kept then.
    """
    wanted: dict[str, float] = {}
    corrections: list[str] = []
    _ = words.say
    for slider in _sliders(own, words):
        if slider.name not in typed:
            continue
        asked = _number(typed[slider.name])
        if isnan(asked):
            text = _("{what}: that is no number, so the plan’s own stands: {value}.")
            corrections.append(text.format(what=slider.label, value=slider.shown))
            continue
        value = nearest(slider, asked)
        if value != round(asked, 4):
            text = _("{what}: the nearest that this plan allows is {value}.")
            corrections.append(
                text.format(what=slider.label, value=_told(slider.says, value, words))
            )
        if value != slider.value:
            wanted[slider.name] = value
    return _wanted(wanted), tuple(corrections)


def _wanted(found: Mapping[str, float]) -> Wanted:
    counts = {name: round(found[name]) for name in SLIDERS[1:] if name in found}
    return Wanted(depth_mm=found.get("depth_mm"), **counts)


def _number(text: str) -> float:
    """What somebody typed as a number; not a number where it is none."""
    try:
        return float(text.strip()[:_LONGEST].replace(",", "."))
    except ValueError:
        return float("nan")


def _sliders(
    own: ConcernOutlook,
    words: Words,
    wanted: Wanted = Wanted(),  # noqa: B008  frozen
) -> tuple[Slider, ...]:
    _ = words.say
    reach, count = own.reach, len(own.forecast.session_days)
    return (
        _slider("depth_mm", _("Depth"), "{n} mm", reach, own.at.depth_mm, wanted, words),
        _slider("sessions", _("Sessions"), "{n}", reach, count, wanted, words),
        _slider(
            "interval_days",
            _("Between two sessions"),
            _("{n} days"),
            reach,
            own.interval_days,
            wanted,
            words,
        ),
    )


def _slider(
    name: str, label: str, says: str, reach: Reach, own: float, wanted: Wanted, words: Words
) -> Slider:
    low, high, step = getattr(reach, name)
    bare = Slider(
        name=name,
        label=label,
        says=says,
        low=low,
        high=high,
        step=step or high - low or 1,
        value=own,
        shown=_told(says, own, words),
    )
    asked = getattr(wanted, name)
    value = nearest(bare, own if asked is None else asked)
    shown = bare.shown if asked is None else _told(says, value, words)
    return Slider(
        name=name,
        label=label,
        says=says,
        low=low,
        high=high,
        step=bare.step,
        value=value,
        shown=shown,
    )


def nearest(slider: Slider, asked: float) -> float:
    """On the slider's own steps, as a browser would have it."""
    if not isfinite(asked):
        asked = slider.high if asked > 0 else slider.low
    inside = min(max(asked, slider.low), slider.high)
    most = int((slider.high - slider.low) / slider.step + 1e-6)
    steps = min(round((inside - slider.low) / slider.step), most)
    return round(slider.low + steps * slider.step, 4)


def _told(says: str, value: float, words: Words) -> str:
    return says.format(n=words.number(value))


# --- sessions, and what there is no forecast for ----------------------------------------------


def _sessions(outlook: Outlook, words: Words) -> Iterator[Session]:
    from needlework.documents import outlook_picture
    from needlework.documents import outlook_saying as saying

    knowledge, language = words.knowledge, words.language
    for zones in alike(outlook, words):
        first = zones[0]
        name = f"session-{first.zones[0]}"
        drawn = outlook_picture.session_svg(first, knowledge, language, name=name)
        yield Session(
            name=name,
            layers=tuple(
                Layer(words.zones(z.zones), saying.layer(z, knowledge, language)) for z in zones
            ),
            limits=tuple(own_limits(zones, outlook, words)),
            picture=Markup(drawn),  # noqa: S704  drawn by us, its words escaped
            table=saying.session_table(first, knowledge, language),
        )


def _darkening(z: ZoneOutlook, words: Words) -> Darkening:
    from needlework.documents import outlook_saying as saying

    says = saying.darkening(z, words.knowledge, words.language)
    notes = tuple(Outside(note.text, note.claims) for note in z.skin.darkening.notes)
    return Darkening(says, notes)


def _without(outlook: Outlook, words: Words) -> Iterator[Outside]:
    if not outlook.without:
        return
    from needlework.documents import outlook_saying as saying

    for each in outlook.without:
        yield Outside(saying.without(each, words.knowledge, words.language), each.claims)


# --- sources ----------------------------------------------------------------------------------


def _claims(outlook: Outlook, knowledge: Knowledge) -> tuple[str, ...]:
    named = (
        *(claim for c in outlook.concerns for claim in c.forecast.claims),
        *(claim for c in outlook.concerns for each in c.forecast.outside for claim in each.claims),
        *(claim for z in outlook.zones for claim in z.skin.claims),
        *(claim for z in outlook.zones for note in z.skin.darkening.notes for claim in note.claims),
        *(claim for z in outlook.zones for each in z.skin.red_gone_by for claim in each.claims),
        *(claim for w in outlook.without for claim in w.claims),
    )
    return tuple(claim for claim in dict.fromkeys(named) if claim in knowledge.claims)


def _topics(claims: Collection[str], knowledge: Knowledge, language: str) -> Iterator[Topic]:
    held: dict[str, list[Note]] = {}
    for claim in claims:
        title = _title(claim, knowledge, language)
        held.setdefault(title, []).append(note_on(knowledge, claim, language))
    for title, notes in held.items():
        yield Topic(title, tuple(notes))


def _title(claim: str, knowledge: Knowledge, language: str) -> str:
    """What a claim is about; the name of a scale, which no other page cites."""
    kind, stem, _key = claim.split(".", 2)
    scale = knowledge.release.scales.get(stem) if kind == "scale" else None
    if scale is not None:
        return scale.name.es if language == "es" else scale.name.en
    return topic_of(knowledge, claim, language) or translator(language)("Other")
