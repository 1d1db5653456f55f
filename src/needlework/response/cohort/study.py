"""What a cohort is asked for: who, which protocols, which days. Read from TOML, and checked.

    format = "needlework-cohort-1"
    people = 100_000

    [[protocols]]
    name = "monthly"
    device = "roller-192"
    zone = "cheek"
    depth_mm = 1.5
    passes = 15
    sessions = 4
    interval_days = 28

All else has a default, stated with its field below. Every person goes through every protocol, so
that protocols are compared on the same skins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.evidence.toml import parse_toml
from needlework.response.anatomy import OLDEST, YOUNGEST
from needlework.response.inputs import MOST_PASSES
from needlework.response.penetration import DEEPEST_MM, NoPenetration, penetration

FORMAT: Final = "needlework-cohort-1"

LARGEST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 100_000_000
"""People × protocols: more than that is split better by seed."""
MOST_SESSIONS: Final = 50
MOST_DAYS: Final = 200
MOST_NEEDLES: Final = 1_000
LATEST_DAY: Final = 3650
LARGEST_SEED: Final = 2**63 - 1


class Ages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Years: even from `low` to `high`, or normal between them where a mean and SD are given."""

    low: float = 18.0
    high: float = 75.0
    mean: float | None = None
    sd: float | None = None


class Who(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the cohort is drawn from; all else about them follows from the models' priors."""

    female: float = 0.5
    """Share of women."""
    age_years: Ages = Ages()


class Protocol(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sessions that are all alike, by their days or by their number and interval."""

    name: str
    device: str
    zone: str
    """Without its side."""
    depth_mm: float
    passes: int
    needles: int | None = None
    """Of the cartridge in hand, where it is not the device's usual one."""
    session_days: tuple[int, ...] | None = None
    """Whole days from the start."""
    sessions: int | None = None
    interval_days: int | None = None

    @property
    def days(self) -> tuple[int, ...]:
        """Of the sessions, in order."""
        if self.session_days is not None:
            return self.session_days
        gap = self.interval_days or 0
        return tuple(gap * number for number in range(self.sessions or 0))


class Study(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cohort as its file asks for it."""

    format: Literal["needlework-cohort-1"]
    people: int
    protocols: tuple[Protocol, ...]
    seed: int = 1
    readout_days: tuple[int, ...] = tuple(range(30, 541, 30))
    """Whole days from the start: every thirtieth to a year and a half."""
    person: Who = Who()

    @property
    def rows(self) -> int:
        return self.people * len(self.protocols)


def read(
    path: Path, knowledge: Knowledge, *, people: int | None = None, seed: int | None = None
) -> Study:
    """A study from a file, with the number of people and the seed of a command over its own.

    Raises
    ------
    UsageError
        The file cannot be read, or says what cannot be, or names what nothing is known of.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path.name or path} is a folder.", hint="Name one TOML file in it.")
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path.name or path} cannot be read: {error.strerror}.",
            hint="Name a TOML file; `needlework cohort --help` shows one.",
        ) from None
    made = parse(content, path.name, people=people, seed=seed)
    _check_known(made, knowledge, path.name)
    return made


def parse(
    content: bytes, name: str, *, people: int | None = None, seed: int | None = None
) -> Study:
    """A study from TOML, with the number of people and the seed of a command in place of its own.

    Parameters
    ----------
    content
        The file's bytes.
    name
        Of the file, for messages.
    people, seed
        Where they are not to be the file's.

    Raises
    ------
    UsageError
        It is not TOML, lacks something, or says what cannot be; the message names the place.

    Examples
    --------
    >>> text = '''
    ... format = "needlework-cohort-1"
    ... people = 1_000
    ... [[protocols]]
    ... name = "monthly"
    ... device = "roller-192"
    ... zone = "cheek"
    ... depth_mm = 1.5
    ... passes = 15
    ... sessions = 4
    ... interval_days = 28
    ... '''
    >>> made = parse(text.encode(), "study.toml", people=50)
    >>> made.rows, made.protocols[0].days, len(made.readout_days)
    (50, (0, 28, 56, 84), 18)
    """
    if len(content) > LARGEST_BYTES:
        raise UsageError(
            f"{name} is larger than a cohort's file can be ({LARGEST_BYTES:,} bytes).",
            hint="Name the TOML file that says who and which protocols.",
        )
    try:
        data = parse_toml(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not text: byte {error.start} is not UTF-8.", hint="Save it as UTF-8 text."
        ) from None
    except ValueError as error:
        raise UsageError(
            f"{name} {error}.", hint="Mend that line; `needlework cohort --help` shows a file."
        ) from None
    given = {"people": people, "seed": seed}
    data |= {key: value for key, value in given.items() if value is not None}
    try:
        made = msgspec.convert(data, Study)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        place = at.rstrip("`").removeprefix(".")
        raise UsageError(
            f"{name}: {place + ': ' if place else ''}{what[:1].lower()}{what[1:]}.",
            hint="`needlework cohort --help` shows a file and names its fields.",
        ) from None
    _check(made, name)
    return made


def _check_known(study: Study, knowledge: Knowledge, name: str) -> None:
    """Refuse a device or a zone of which there is no dose: a row without one would be a guess."""
    for number, protocol in enumerate(study.protocols):
        place = f"{name}: protocols[{number}]"
        try:
            made = penetration(
                knowledge,
                protocol.device,
                protocol.zone,
                protocol.depth_mm,
                protocol.passes,
                needles=protocol.needles,
                draws=1,
            )
        except UsageError as error:
            raise UsageError(f"{place}: {error.message}", hint=error.hint) from None
        if isinstance(made, NoPenetration):
            raise UsageError(
                f"{place}.zone: how thick the skin of {protocol.zone!r} is was never measured.",
                hint="Name another zone: without it there is no dose to reckon.",
            )
        if made.density_per_cm2 is None:
            raise UsageError(
                f"{place}.device: the needles of {protocol.device!r} are not known well enough.",
                hint="Give `needles`, or name another device: there is no dose to reckon.",
            )


# --- what can be ------------------------------------------------------------------------------


class _Place:
    """Says what is wrong at a place of the file."""

    def __init__(self, name: str, place: str = "") -> None:
        self.name, self.place = name, place

    def __truediv__(self, part: str) -> _Place:
        return _Place(self.name, f"{self.place}.{part}".lstrip("."))

    def within(
        self, value: float, low: float, high: float, *, above: bool = False, of: str = ""
    ) -> None:
        if math.isfinite(value) and low <= value <= high and not (above and value == low):
            return
        ends = f"above {low:,g}, to {high:,g}" if above else f"{low:,} to {high:,}"
        self.refuse(f"{value:,} cannot be.", f"Give {of or 'a number'}: {ends}.")

    def refuse(self, what: str, hint: str) -> None:
        raise UsageError(f"{self.name}: {self.place}: {what}", hint=hint)


def _check(study: Study, name: str) -> None:
    place = _Place(name)
    (place / "people").within(study.people, 1, MOST_ROWS, of="a whole number of people")
    (place / "seed").within(study.seed, 0, LARGEST_SEED, of="a whole number")
    _check_days(study.readout_days, place / "readout_days", apart=True)
    (place / "person.female").within(study.person.female, 0, 1, of="a share")
    _check_ages(study.person.age_years, place / "person.age_years")
    if not study.protocols:
        (place / "protocols").refuse("there is none.", "Give one or more [[protocols]].")
    names: set[str] = set()
    for number, protocol in enumerate(study.protocols):
        here = place / f"protocols[{number}]"
        if not protocol.name or protocol.name in names:
            (here / "name").refuse("it is empty or given twice.", "Name each protocol otherwise.")
        names.add(protocol.name)
        _check_protocol(protocol, here)
    if study.rows > MOST_ROWS:
        (place / "people").refuse(
            f"{study.people:,} people × {len(study.protocols):,} protocols are too many rows.",
            f"Ask for {MOST_ROWS:,} rows at most, and for more under another seed.",
        )


def _check_ages(ages: Ages, place: _Place) -> None:
    (place / "low").within(ages.low, YOUNGEST, OLDEST, of="years")
    (place / "high").within(ages.high, ages.low, OLDEST, of="years")
    if (ages.mean is None) != (ages.sd is None):
        place.refuse("a mean and an sd go together.", "Give both, or neither.")
    if ages.mean is not None and ages.sd is not None:
        (place / "mean").within(ages.mean, ages.low, ages.high, of="years")
        (place / "sd").within(ages.sd, 0, OLDEST, above=True, of="years")


def _check_protocol(protocol: Protocol, place: _Place) -> None:
    (place / "depth_mm").within(protocol.depth_mm, 0, DEEPEST_MM, above=True, of="mm")
    (place / "passes").within(protocol.passes, 1, MOST_PASSES, of="a whole number")
    if protocol.needles is not None:
        (place / "needles").within(protocol.needles, 1, MOST_NEEDLES, of="a whole number")
    counted = (protocol.sessions, protocol.interval_days)
    if protocol.session_days is not None:
        if counted != (None, None):
            place.refuse(
                "session_days stand beside sessions or interval_days.", "Give one or the other."
            )
        _check_days(protocol.session_days, place / "session_days", apart=False)
        return
    if protocol.sessions is None:
        place.refuse("there is no session.", "Give session_days, or sessions and interval_days.")
    sessions, interval = protocol.sessions or 0, protocol.interval_days or 0
    (place / "sessions").within(sessions, 1, MOST_SESSIONS, of="a whole number")
    if sessions > 1 and protocol.interval_days is None:
        place.refuse("interval_days is missing.", "Give the days from one session to the next.")
    (place / "interval_days").within(
        interval, 0, LATEST_DAY // max(sessions - 1, 1), of="whole days"
    )


def _check_days(days: Sequence[int], place: _Place, *, apart: bool) -> None:
    """In order; readouts on different days, while two sessions may share one."""
    most = MOST_DAYS if apart else MOST_SESSIONS
    if not 1 <= len(days) <= most:
        place.refuse(f"{len(days)} days are given.", f"Give 1 to {most}.")
    for number, day in enumerate(days):
        _Place(place.name, f"{place.place}[{number}]").within(
            day, 0, LATEST_DAY, of="whole days from the start"
        )
    for number, before, day in _steps(days):
        if day < before or (apart and day == before):
            _Place(place.name, f"{place.place}[{number}]").refuse(
                f"day {day} does not come after day {before}.", "Give the days in order."
            )


def _steps(days: Sequence[int]) -> Iterable[tuple[int, int, int]]:
    return ((number, *pair) for number, pair in enumerate(pairwise(days), start=1))
