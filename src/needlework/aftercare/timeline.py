"""The weeks after a session: what to expect, to do and not to do, and when what may begin."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from msgspec import Struct

from needlework.aftercare.days import after, check_day, length, number
from needlework.aftercare.model import Advice, Course, First, Moment, Review, Season, Timeline
from needlework.errors import AnswerError
from needlework.evidence import Cited, CitedDate, CitedText, Claim, Knowledge, NotAccepted
from needlework.i18n import Translate, translator
from needlework.units import later

PHOTOTYPES: Final = ("I", "II", "III", "IV", "V", "VI")

FIRSTS: Final[Mapping[str, tuple[str, str]]] = {
    "other-products": (
        "anything but the product that the clinic supplied",
        "aftercare.only-supplied.for",
    ),
    "water": ("rinse with cool water", "aftercare.first-wash.water-wait"),
    "moisturiser": ("bland moisturiser", "aftercare.moisturiser.from"),
    "wash": ("wash with a gentle cleanser", "aftercare.first-wash.wait"),
    "sunscreen": ("mineral sunscreen", "aftercare.sunscreen.wait"),
    "chemical-filters": (
        "sunscreen with chemical filters",
        "aftercare.sunscreen.chemical-filters-wait",
    ),
    "make-up": ("mineral make-up", "aftercare.make-up.wait"),
    "alcohol-spicy": ("alcohol and spicy food", "aftercare.alcohol-spicy.wait"),
    "exercise": ("exercise and sweat", "aftercare.exercise.wait"),
    "pool": ("pool, sea, sauna, hot tub", "aftercare.pool.wait"),
    "actives": ("retinoids, acids, vitamin C, scrubs", "aftercare.actives.wait"),
    "benzoyl-peroxide": ("benzoyl peroxide", "aftercare.benzoyl-peroxide.wait"),
    "sun": ("direct sun", "aftercare.sun.avoid"),
    "toxin": ("botulinum toxin in these zones", "aftercare.toxin-filler.toxin-wait"),
    "filler": ("filler in these zones", "aftercare.toxin-filler.filler-wait"),
    "peel-laser-wax": (
        "peel, laser, waxing or a facial there",
        "aftercare.peel-laser-wax.wait",
    ),
    "next-session": ("next needling of these zones", "aftercare.next-session.wait"),
}
"""What is waited for → its words and the claim that holds the wait."""

_DARK: Final = "aftercare.sun.avoid-dark"
_TINTED: Final = "aftercare.tinted-sunscreen.advised"
_LENGTHENS: Final = "aftercare.closure.lengthens"
_MAY_LENGTHEN: Final = "aftercare.schedule.models-may-lengthen"
_BLOCK: Final = re.compile(r"aftercare\.schedule\.day-(\d+)(?:-(\d+))?-(?:expect|do|dont)")
_CLOCK: Final = {"s": 1 / 3600, "min": 1 / 60, "h": 1}
_HOURS: Final = {**_CLOCK, "d": 24, "wk": 7 * 24}


class _Session(Struct, frozen=True, kw_only=True):
    knowledge: Knowledge
    day: date
    ended: datetime
    time_known: bool
    depth_mm: float | None
    bases: tuple[str, ...]
    regions: frozenset[str]
    phototype: str
    closure: Cited | None
    language: str

    @property
    def say(self) -> Translate:
        """From English to the language asked for."""
        return translator(self.language)

    def after(self, hours: float) -> datetime:
        """So many hours after the last pass, by the clock on the wall."""
        return after(self.ended, timedelta(hours=hours))

    def start(self, day: date) -> datetime:
        """Where a day begins."""
        return datetime.combine(day, time(), tzinfo=self.ended.tzinfo)


def timeline(
    knowledge: Knowledge,
    *,
    ended: date | datetime,
    depth_mm: float | None,
    zones: Sequence[str],
    phototype: str = "",
    season: Season | None = None,
    closure: Cited | None = None,
    agents: Collection[str] | None = None,
    language: str = "en",
) -> Timeline:
    """What holds after a session, by hour on the first day, by day to the review, and then.

    Parameters
    ----------
    ended
        When the last pass ended. A date alone counts to its last minute, so that every time
        given is the latest.
    depth_mm
        Deepest setting used; None, where it is not known, counts as deep.
    zones
        Zones treated, with or without a side.
    phototype
        Fitzpatrick's, by the clinician; empty, where it is not known, counts as dark.
    season
        Adds a word on the sun; changes no time.
    closure
        Hours until the skin has closed, as a model sees it. It may lengthen a wait that
        depends on closed skin, and never shortens one.
    agents
        Agents of the numbing cream used; None where it is not known.
    language
        Of every text and label.
    """
    session = _read(knowledge, ended, depth_mm, zones, phototype, closure, language)
    firsts = tuple(_firsts(session))
    courses = tuple(_courses(session))
    return Timeline(
        day=session.day,
        ended=session.ended,
        time_known=session.time_known,
        zones=tuple(zones),
        depth_mm=depth_mm,
        phototype=phototype,
        firsts=firsts,
        courses=courses,
        moments=tuple(_moments(session, firsts, courses)),
        reviews=tuple(_reviews(session)),
        advice=tuple(_advice(session, season, agents)),
    )


def moment_on(known: Timeline, when: date | datetime) -> Moment:
    """What holds on a day, or at a time: the last moment that has begun by then."""
    if isinstance(when, datetime):
        return _moment_at(known, when)
    begun = [moment for moment in known.moments if moment.on <= when]
    return begun[-1] if begun else known.moments[0]


def _moment_at(known: Timeline, when: datetime) -> Moment:
    if (when.tzinfo is None) != (known.ended.tzinfo is None):
        raise AnswerError(
            "One of the two times names its zone and the other does not.",
            hint="Give both with a time zone, or both without.",
        )
    if known.ended.tzinfo is not None:
        when = when.astimezone(known.ended.tzinfo)
    elapsed = (when - known.ended).total_seconds() / 3600
    for moment in known.moments:
        if moment.hours is not None and elapsed < moment.hours[1]:
            return moment
    days = [moment for moment in known.moments if moment.hours is None]
    return [days[0], *(moment for moment in days if moment.on <= when.date())][-1]


# --- reading ----------------------------------------------------------------------------------


def _read(
    knowledge: Knowledge,
    ended: date | datetime,
    depth_mm: float | None,
    zones: Sequence[str],
    phototype: str,
    closure: Cited | None,
    language: str,
) -> _Session:
    if depth_mm is not None and not (math.isfinite(depth_mm) and depth_mm > 0):
        raise AnswerError(
            "The depth must be a number of millimetres above nought.",
            hint="Give the deepest setting used, or leave it out.",
        )
    if phototype and phototype not in PHOTOTYPES:
        raise AnswerError("The phototype is not one of I to VI.", hint="Give it as I, II, III …")
    check_day(ended, language)
    if closure is not None and not (closure.unit in _HOURS and 0 <= closure.value < math.inf):
        raise AnswerError(
            "The time of closure is no length of time.", hint="Give it in hours, nought or more."
        )
    bases = tuple(dict.fromkeys(_base(knowledge, zone) for zone in zones))
    if not bases:
        raise AnswerError("No zone is named.", hint="Name at least one zone that was treated.")
    time_known = isinstance(ended, datetime)
    day = ended.date() if isinstance(ended, datetime) else ended
    return _Session(
        knowledge=knowledge,
        day=day,
        ended=ended
        if isinstance(ended, datetime)
        else datetime.combine(day + timedelta(days=1), time()),
        time_known=time_known,
        depth_mm=depth_mm,
        bases=bases,
        regions=frozenset(knowledge.release.zones[base].region for base in bases),
        phototype=phototype,
        closure=closure,
        language=language,
    )


def _base(knowledge: Knowledge, zone: str) -> str:
    base = zone.removesuffix("-left").removesuffix("-right")
    if base not in knowledge.release.zones:
        raise AnswerError(
            f"No zone is called {zone!r}.", hint="Zones are listed by `needlework schema --zones`."
        )
    return base


# --- when first -------------------------------------------------------------------------------


def _firsts(session: _Session) -> Iterator[First]:
    lengthening = _lengthening(session)
    for what, (label, claim_id) in FIRSTS.items():
        if what == "make-up" and session.regions == {"body"}:
            continue
        try:
            first = _first(session, what, label, _wait(session, what, claim_id))
        except NotAccepted as missing:
            yield First(what=what, label=session.say(label), claims=(missing.claim_id,))
            continue
        yield _lengthened(session, first) if what in lengthening else first


def _wait(session: _Session, what: str, claim_id: str) -> str:
    """The claim that holds the wait for this skin."""
    if what != "sun":
        return claim_id
    light, dark = session.knowledge.claim(claim_id), session.knowledge.claim(_DARK)
    if _counts_as_dark(session, dark) and _hours(dark) >= _hours(light):
        return _DARK
    return claim_id


def _counts_as_dark(session: _Session, claim: Claim) -> bool:
    """Whether a claim about dark skin holds; nobody's word on the phototype counts as dark."""
    return not session.phototype or session.phototype in claim.scope.phototype


def _first(session: _Session, what: str, label: str, claim_id: str) -> First:
    claim = session.knowledge.claim(claim_id)
    claims = (claim_id,)
    low, high = claim.range or (claim.number, claim.number)
    at = None
    if claim.unit in _CLOCK:
        at = session.after(_hours(claim))
        on = at.date()
    else:
        on = later(session.day, claim.number, claim.unit)
    return First(
        what=what,
        label=session.say(label),
        on=on,
        at=at,
        wait=Cited(claim.number, claim.unit, claims),
        shortest=Cited(low, claim.unit, claims),
        longest=Cited(high, claim.unit, claims),
        claims=claims,
    )


def _lengthening(session: _Session) -> tuple[str, ...]:
    """Waits that the model's closure may lengthen."""
    if session.closure is None:
        return ()
    try:
        if session.knowledge.claim(_MAY_LENGTHEN).value is not True:
            return ()
        return session.knowledge.claim(_LENGTHENS).words
    except NotAccepted:
        return ()


def _lengthened(session: _Session, first: First) -> First:
    """The same, not before the skin has closed."""
    closure = session.closure
    if closure is None:
        return first
    closed = session.after(closure.value * _HOURS[closure.unit])
    ready = ready_at(first, session.ended)
    if ready is None or closed <= ready:
        return first
    return First(
        what=first.what,
        label=first.label,
        on=closed.date(),
        at=closed,
        wait=first.wait,
        shortest=first.shortest,
        longest=first.longest,
        lengthened=True,
        claims=tuple(dict.fromkeys((*first.claims, *closure.claims, _MAY_LENGTHEN, _LENGTHENS))),
    )


def ready_at(first: First, ended: datetime) -> datetime | None:
    """The minute from which something may be done; None where the clinic has to say."""
    if first.at is not None:
        return first.at
    if first.on is None:
        return None
    return datetime.combine(first.on, time(), tzinfo=ended.tzinfo)


def _hours(claim: Claim) -> float:
    return claim.number * _HOURS[claim.unit]


# --- what to expect ---------------------------------------------------------------------------


def _courses(session: _Session) -> Iterator[Course]:
    _ = session.say
    swelling = ("harm.swelling.gone-by", *_downtime(session))
    for what, label, lasting, warn in (
        ("redness", _("redness"), _redness(session), _WARNINGS["redness"]),
        ("swelling", _("swelling"), swelling, _WARNINGS["swelling"]),
        (
            "looking as usual",
            _("looking as usual"),
            _downtime(session),
            "harm.expected-reactions.gone-by",
        ),
    ):
        yield from _course(session, what, label, lasting, warn)


def _redness(session: _Session) -> tuple[str, ...]:
    """Claims on how long redness lasts at this depth and in this skin."""
    found = ["harm.erythema.gone-by", "harm.erythema.trial-hours", *_downtime(session)]
    if _within(session, "harm.downtime.very-shallow-to"):
        found.append("harm.erythema.shallow-gone-by")
    case = session.knowledge.claims["harm.erythema.case-phototype-v"]
    if not session.phototype or session.phototype in case.scope.phototype:
        found.append("harm.erythema.case-phototype-v")
    return tuple(found)


def _downtime(session: _Session) -> tuple[str, ...]:
    """The claim on downtime at this depth, and the bounds that led to it."""
    shallow, middle = "harm.downtime.shallow-to", "harm.downtime.middle-to"
    if _within(session, shallow):
        return ("harm.expected-reactions.downtime-shallow", shallow)
    if _within(session, middle):
        return ("harm.expected-reactions.downtime-middle", shallow, middle)
    return ("harm.expected-reactions.downtime-deep", shallow, middle)


def _within(session: _Session, claim_id: str) -> bool:
    try:
        bound = session.knowledge.depth_mm(claim_id).value
    except NotAccepted:
        return False
    return session.depth_mm is not None and session.depth_mm <= bound


_CASE: Final = "harm.erythema.case-phototype-v"


def _course(
    session: _Session, what: str, label: str, claim_ids: Sequence[str], warn_id: str
) -> Iterator[Course]:
    """The longest of what usually holds, within the spread of all that was seen."""
    try:
        warn = session.knowledge.number(warn_id)
        known = [(claim_id, session.knowledge.claim(claim_id)) for claim_id in claim_ids]
    except NotAccepted:
        return
    lasting = [(claim_id, claim) for claim_id, claim in known if claim.quantity == "duration"]
    usual_id, usual = max(
        ((i, c) for i, c in lasting if i != _CASE), key=lambda entry: _hours(entry[1])
    )
    spreads = [_spread(claim) for _, claim in lasting]
    claims = tuple(dict.fromkeys((usual_id, *claim_ids)))
    until = later(session.day, usual.number, usual.unit)
    peak = "harm.swelling.peak"
    yield Course(
        what=what,
        label=label,
        peak=_number(session.knowledge, peak) if what == "swelling" else None,
        usual=Cited(usual.number, usual.unit, claims),
        shortest=Cited(min(low for low, _ in spreads), "h", claims),
        longest=Cited(max(high for _, high in spreads), "h", claims),
        usual_until=CitedDate(until, claims),
        warn_from=CitedDate(later(session.day, warn.value, warn.unit), warn.claims),
    )


def _spread(claim: Claim) -> tuple[float, float]:
    low, high = claim.range or (claim.number, claim.number)
    return low * _HOURS[claim.unit], high * _HOURS[claim.unit]


def _number(knowledge: Knowledge, claim_id: str) -> Cited | None:
    try:
        return knowledge.number(claim_id)
    except NotAccepted:
        return None


# --- hour by hour, day by day -----------------------------------------------------------------


class _Block(Struct, frozen=True):
    """Days that share their words in the schedule."""

    first: int
    last: int
    stem: str
    single: bool


def _moments(
    session: _Session, firsts: Sequence[First], courses: Sequence[Course]
) -> Iterator[Moment]:
    yield from _first_day(session, firsts)
    review = session.knowledge.claims["aftercare.schedule.review"]
    last = (later(session.day, review.number, review.unit) - session.day).days
    blocks = _blocks(session.knowledge)
    for day in range(1, last + 1):
        block = [entry for entry in blocks if entry.first <= day][-1]
        yield _day(session, day, block, firsts, courses)
    for key in ("outcome-first", "outcome-second"):
        due = session.knowledge.claims[f"aftercare.schedule.{key}"]
        on = later(session.day, due.number, due.unit)
        yield _review_day(session, on, f"aftercare.schedule.{key}", firsts)


def _first_day(session: _Session, firsts: Sequence[First]) -> Iterator[Moment]:
    """The first 24 hours, cut wherever something becomes possible."""
    supplied = _hours(session.knowledge.claims["aftercare.only-supplied.for"])
    cuts = {0.0, 24.0, min(supplied, 24.0)}
    readies = {first.what: _ready_hours(session, first) for first in firsts}
    cuts.update(hours for hours in readies.values() if 0 < hours < 24)
    edges = sorted(cuts)
    for start, end in pairwise(edges):
        stem = "day-0" if start < supplied else "day-0-evening"
        yield Moment(
            name=session.say("{start} to {end} hours").format(
                start=number(start, session.language), end=number(end, session.language)
            ),
            day=0,
            on=session.day,
            hours=(start, end),
            expect=tuple(_words(session, f"aftercare.schedule.{stem}-expect")),
            do=tuple(_words(session, f"aftercare.schedule.{stem}-do")),
            dont=tuple(_words(session, f"aftercare.schedule.{stem}-dont")),
            opens=tuple(what for what, hours in readies.items() if hours == start),
            closed=tuple(what for what, hours in readies.items() if hours > start),
        )


def _ready_hours(session: _Session, first: First) -> float:
    ready = ready_at(first, session.ended)
    if ready is None:
        return math.inf
    return round((ready - session.ended).total_seconds() / 3600, 6)


def _blocks(knowledge: Knowledge) -> list[_Block]:
    """Blocks of the schedule that begin after the first day, in order."""
    found = {
        (int(match[1]), int(match[2] or match[1]), bool(match[2]))
        for claim_id in knowledge.claims
        if (match := _BLOCK.fullmatch(claim_id)) and int(match[1]) > 0
    }
    return [
        _Block(first, last, f"day-{first}-{last}" if ranged else f"day-{first}", not ranged)
        for first, last, ranged in sorted(found)
    ]


def _day(
    session: _Session,
    day: int,
    block: _Block,
    firsts: Sequence[First],
    courses: Sequence[Course],
) -> Moment:
    on = session.day + timedelta(days=day)
    stem = f"aftercare.schedule.{block.stem}"
    named = not block.single or day == block.first
    opens, closed = _openings(session, firsts, on)
    return Moment(
        name=session.say("day {n}").format(n=day),
        day=day,
        on=on,
        expect=(*_words(session, f"{stem}-expect"), *_expected(session, courses, on)),
        do=(*(_words(session, f"{stem}-do") if named else ()), *_warnings(session, on)),
        dont=tuple(_words(session, f"{stem}-dont")),
        opens=opens,
        closed=closed,
    )


def _review_day(session: _Session, on: date, claim_id: str, firsts: Sequence[First]) -> Moment:
    stem = "aftercare.schedule.day-90-180"
    day = (on - session.day).days
    opens, closed = _openings(session, firsts, on)
    expect = tuple(
        CitedText(text.text, (*text.claims, claim_id)) for text in _words(session, f"{stem}-expect")
    )
    return Moment(
        name=session.say("day {n}").format(n=day),
        day=day,
        on=on,
        expect=expect,
        do=tuple(_words(session, f"{stem}-do")),
        dont=tuple(_words(session, f"{stem}-dont")),
        opens=opens,
        closed=closed,
    )


def _openings(
    session: _Session, firsts: Sequence[First], on: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What becomes possible on a day, and what does not yet."""
    begin, end = session.start(on), session.start(on + timedelta(days=1))
    opens, closed = [], []
    for first in firsts:
        ready = ready_at(first, session.ended)
        if ready is None or ready >= end:
            closed.append(first.what)
        elif ready >= begin:
            opens.append(first.what)
    return tuple(opens), tuple(closed)


def _expected(session: _Session, courses: Sequence[Course], on: date) -> Iterator[CitedText]:
    _ = session.say
    said = {
        "redness": _("Some redness is usual, up to {time}."),
        "swelling": _("Some swelling is usual, up to {time}."),
    }
    for course in courses:
        if course.what in said and on <= course.usual_until.on:
            time_ = length(course.usual.value, course.usual.unit, session.language)
            yield CitedText(said[course.what].format(time=time_), course.usual.claims)


_WARNINGS: Final = {
    "redness": "harm.erythema.flag-from",
    "swelling": "harm.swelling.flag-from",
}
"""From when on a reaction that stays is for a clinician."""


def _warnings(session: _Session, on: date) -> Iterator[CitedText]:
    """On its day, whether or not the clinic accepts how long the reaction usually lasts."""
    _ = session.say
    said = {
        "redness": _("If redness has not faded by now, ask a clinician."),
        "swelling": _("If swelling has not faded by now, ask a clinician."),
    }
    for what, warn_id in _WARNINGS.items():
        warn = _number(session.knowledge, warn_id)
        if warn is not None and on == later(session.day, warn.value, warn.unit):
            yield CitedText(said[what], warn.claims)


def _warnings_without_day(session: _Session) -> Iterator[Advice]:
    """Where the clinic does not accept the day, the warning holds all the time and names none."""
    _ = session.say
    said = {
        "redness": (_("redness"), _("If redness does not fade, ask a clinician.")),
        "swelling": (_("swelling"), _("If swelling does not fade, ask a clinician.")),
    }
    for what, warn_id in _WARNINGS.items():
        if _number(session.knowledge, warn_id) is None:
            about, text = said[what]
            yield Advice(about=about, text=text, claims=(warn_id,))


def _words(session: _Session, claim_id: str) -> Iterator[CitedText]:
    """The words of a claim; none where the release lacks it or the clinic rejects it."""
    try:
        claim = session.knowledge.find(claim_id)
    except NotAccepted:
        return
    if claim is not None:
        yield CitedText(session.say(claim.word), (claim_id,))


def _reviews(session: _Session) -> Iterator[Review]:
    _ = session.say
    for what, key in (
        (_("check-in photograph"), "check-in"),
        (_("review"), "review"),
        (_("first outcome score"), "outcome-first"),
        (_("second outcome score"), "outcome-second"),
    ):
        claim_id = f"aftercare.schedule.{key}"
        claim = session.knowledge.claims[claim_id]
        on = later(session.day, claim.number, claim.unit)
        yield Review(what=what, day=CitedDate(on, (claim_id,)))


# --- advice for the whole time ----------------------------------------------------------------


def _advice(
    session: _Session, season: Season | None, agents: Collection[str] | None
) -> Iterator[Advice]:
    _ = session.say

    def said(about: str, claim_id: str) -> Iterator[Advice]:
        for words in _words(session, claim_id):
            yield Advice(about=about, text=words.text, claims=words.claims)

    yield from said(_("pain relief"), "aftercare.pain-relief.day-0")
    yield from said(_("your medicines"), "aftercare.pain-relief.prescribed")
    if agents is None or {"prilocaine", "benzocaine"}.intersection(agents):
        yield from said(_("after a numbing cream"), "aftercare.pain-relief.after-prilocaine")
    yield from said(_("moisturiser"), "aftercare.moisturiser.which")
    for words in _sun(session):
        yield Advice(about=_("sun"), text=words.text, claims=words.claims)
    if season is not None:
        warm = season in ("spring", "summer")
        yield from said(_("season"), f"aftercare.season.{'summer' if warm else 'winter'}")
    yield from said(_("actives"), "aftercare.actives.restart")
    yield from said(_("melasma cream"), "aftercare.actives.melasma-cream")
    if session.regions != {"body"}:
        yield from said(_("make-up"), "aftercare.make-up.tools")
    for words in _by_zone(session):
        yield Advice(about=_("treated zones"), text=words.text, claims=words.claims)
    yield from _warnings_without_day(session)
    yield from said(_("help"), "aftercare.touch.ask")


def _sun(session: _Session) -> Iterator[CitedText]:
    """Shade first, then which sunscreen."""
    _ = session.say
    shade, factor_id = "aftercare.sun.shade-hat-through-day", "aftercare.sunscreen.spf-min"
    mineral_id, keep_id = "aftercare.sunscreen.mineral", "aftercare.sunscreen.for"
    try:
        through = session.knowledge.number(shade)
        factor = session.knowledge.number(factor_id)
        keep = session.knowledge.number(keep_id)
        mineral = session.knowledge.claim(mineral_id).value is True
    except NotAccepted as missing:
        yield CitedText(_("Ask the clinic which sunscreen, and from when."), (missing.claim_id,))
        return
    day = number(through.value, session.language)
    said = _("Shade and a hat instead of sunscreen through day {n}.")
    yield CitedText(said.format(n=day), (shade,))
    ids = [factor_id, mineral_id, keep_id]
    said = (
        _("Then mineral sunscreen of SPF {factor} or more{tint}, daily for at least {time}.")
        if mineral
        else _("Then sunscreen of SPF {factor} or more{tint}, daily for at least {time}.")
    )
    tint = ""
    if (pigment := _tint(session)) is not None:
        tint = _(", tinted with {pigment}").format(pigment=_(pigment.text))
        ids += pigment.claims
    yield CitedText(
        said.format(
            factor=number(factor.value, session.language),
            tint=tint,
            time=length(keep.value, keep.unit, session.language),
        ),
        tuple(ids),
    )


def _tint(session: _Session) -> CitedText | None:
    pigment_id = "aftercare.tinted-sunscreen.pigment"
    try:
        advised = session.knowledge.claim(_TINTED)
        pigment = session.knowledge.claim(pigment_id)
    except NotAccepted:
        return None
    if advised.value is not True or not _counts_as_dark(session, advised):
        return None
    return CitedText(pigment.word.replace("-", " "), (_TINTED, pigment_id))


_REGION_ADVICE: Final[Mapping[str, str]] = {
    "face": "face",
    "neck": "chest",
    "chest": "chest",
    "body": "body",
}
"""Region of a zone → the claim on its care."""


def _by_zone(session: _Session) -> Iterator[CitedText]:
    kept = (_REGION_ADVICE[region] for region in _REGION_ADVICE if region in session.regions)
    for key in dict.fromkeys(kept):
        yield from _words(session, f"aftercare.by-zone.{key}")
    for key in ("mouth", "eye"):
        meant = f"aftercare.by-zone.{key}-zones"
        if set(session.bases).intersection(session.knowledge.claims[meant].words):
            for text in _words(session, f"aftercare.by-zone.{key}"):
                yield CitedText(text.text, (*text.claims, meant))
            if key == "eye":
                yield from _words(session, "harm.swelling.where-more")
