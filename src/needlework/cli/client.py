"""What the commands about the weeks after a session share."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any, Final, TypeVar

import click

from needlework.cli.language import language_option, number
from needlework.cli.language import say as _
from needlework.cli.options import Day, knowledge_options
from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.screening.case import base, expand, sides
from needlework.screening.reading import EARLIEST_YEAR

_Command = TypeVar("_Command", bound=Callable[..., Any])

_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_LATEST_YEAR: Final = 2200
"""Nobody plans a session later; a year beyond it is a slip."""


class DayOrMoment(click.ParamType[date | datetime]):
    """A day as 2026-11-20, or a day with its hour as 2026-11-20T16:00."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | datetime:
        if not isinstance(value, str):
            return value
        if "T" not in value:
            day = Day().convert(value, param, ctx)
            self._check(day, param, ctx)
            return day
        try:
            if _MOMENT.fullmatch(value):
                moment = datetime.fromisoformat(value)
                self._check(moment, param, ctx)
                return moment
        except ValueError:
            self.fail(_("{typed} is no time of the calendar.").format(typed=value), param, ctx)
        said = _("{typed} is not a time like 2026-11-20T16:00.")
        return self.fail(said.format(typed=value[:60]), param, ctx)

    def _check(self, day: date, param: click.Parameter | None, ctx: click.Context | None) -> None:
        if not EARLIEST_YEAR <= day.year <= _LATEST_YEAR:
            said = _("The year {year} cannot be that of a session.")
            self.fail(said.format(year=day.year), param, ctx)


def result_options(command: _Command) -> _Command:
    """`--lang`, `--json`, `--why`, and which knowledge."""
    command = knowledge_options(command)
    command = click.option(
        "--why", "with_why", is_flag=True, help="Add the chain from every number to its sources."
    )(command)
    command = click.option(
        "--json", "as_json", is_flag=True, help="Print JSON, the same bytes for the same input."
    )(command)
    made: _Command = language_option()(command)
    return made


def check_known(names: Iterable[str], known: Collection[str], what: str, listed_by: str) -> None:
    """Refuse a name that is not known, with those that are near it."""
    for name in names:
        if name not in known:
            typed = (name, name.casefold())
            near = next(filter(None, (difflib.get_close_matches(t, known) for t in typed)), None)
            hint = _("List them: `{command}`.").format(command=listed_by)
            if near:
                hint = _("Did you mean {names}?").format(names=_(" or ").join(near))
            said = _("No such {what}: {name}.")
            raise UsageError(said.format(what=_(what), name=name[:60]), hint=hint)


def check_depth(depth_mm: float | None) -> None:
    """Refuse what no needle goes to, such as micrometres given as millimetres."""
    if depth_mm is None:
        return
    from needlework.response.penetration import DEEPEST_MM

    if depth_mm > DEEPEST_MM:
        raise UsageError(
            _("A depth of {depth} mm is no microneedling.").format(depth=number(depth_mm)),
            hint=_("Give --depth in millimetres, to {most}; 1000 µm are 1.0.").format(
                most=number(DEEPEST_MM)
            ),
        )


def without_sides(zone: str) -> UsageError:
    """What to say of a left or right that a zone does not have."""
    return UsageError(
        _("The zone {zone} has no sides.").format(zone=zone),
        hint=_("Name it {zone}.").format(zone=zone),
    )


def treated_zones(knowledge: Knowledge, names: tuple[str, ...]) -> tuple[str, ...]:
    """Zones with their sides, in the release's order, for zones, sides and groups as typed."""
    zones = knowledge.release.zones
    known = {name for stem, zone in zones.items() for name in (stem, *sides(stem, zone.sided))}
    known.update(group for zone in zones.values() for group in zone.groups)
    for name in names:
        if name not in known and base(name) in zones:
            raise without_sides(base(name))
    check_known(names, known, "zone", "needlework schema --zones")
    found = expand(knowledge, names)
    ordered = sorted(zones.items(), key=lambda pair: (pair[1].order, pair[0]))
    return tuple(
        side for stem, zone in ordered for side in sides(stem, zone.sided) if side in found
    )
