"""Options that the models share, each said once; a command receives them as two things."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click
from msgspec import Struct

from needlework.cli import streams
from needlework.cli.client import check_depth, check_known, without_sides
from needlework.cli.options import knowledge_options
from needlework.cli.reasons import with_reasons
from needlework.errors import UsageError
from needlework.evidence import Knowledge, load_knowledge
from needlework.screening.case import base, sides

if TYPE_CHECKING:  # the models need NumPy; `--help` does not
    from needlework.response.forecast import Person, Way

_Command = TypeVar("_Command", bound=Callable[..., Any])

DRAWS: Final = 1000
FEWEST: Final = 50
"""As a forecast's: with fewer, the ends of a 95 % interval are a single draw's."""
MOST: Final = 100_000
"""What a model answers within seconds; a slower one sets less."""


YEAR_H: Final = 8760


class Setting(Struct, frozen=True, kw_only=True):
    """What is set, where and on whom, as typed; None where it was left out or is not asked for."""

    device: str | None = None
    zone: str | None = None
    depth_mm: float | None = None
    passes: int | None = None
    needles: int | None = None
    sex: str | None = None
    age_years: float | None = None

    def way(self, knowledge: Knowledge) -> Way:
        """Device, zone without its side, depth and passes, each of them known."""
        from needlework.response.forecast import Way

        if self.device is None or self.zone is None or self.passes is None:
            raise UsageError(
                "Device, zone and passes go together.",
                hint="Give --device, --zone and --passes, or none of them.",
            )
        return Way(
            device=known_device(knowledge, self.device),
            zone=base(known_zone(knowledge, self.zone)),
            depth_mm=needled(self.depth_mm),
            passes=self.passes,
            needles=self.needles,
        )

    @property
    def person(self) -> Person:
        from needlework.response.forecast import Person

        return Person(sex=self.sex, age_years=self.age_years)


class Run(Struct, frozen=True, kw_only=True):
    """How often it is drawn, from which knowledge, and how it is told."""

    draws: int = DRAWS
    seed: int = 1
    release: Path | None = None
    overlay: Path | None = None
    as_json: bool = False
    with_why: bool = False

    def knowledge(self) -> Knowledge:
        return load_knowledge(self.release, self.overlay)


def emit_json(told: Struct, knowledge: Knowledge, run: Run) -> bool:
    """Print an answer as JSON, where that was asked for; otherwise say that a page is wanted."""
    if run.as_json:
        streams.emit(with_reasons(told, knowledge, wanted=run.with_why))
    return run.as_json


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Says what takes so long, where a person is looking."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False).status(f"{doing}; Ctrl-C stops it"):
        yield


# --- options ----------------------------------------------------------------------------------

_SETTINGS: Final[dict[str, Any]] = {
    "device": {
        "name": "--device",
        "metavar": "ID",
        "help": "`needlework schema --devices` lists them.",
    },
    "zone": {
        "name": "--zone",
        "metavar": "NAME",
        "help": "`needlework schema --zones` lists them.",
    },
    "depth_mm": {
        "name": "--depth",
        "type": float,
        "metavar": "MM",
        "help": "Set depth, or the length of a roller's needles.",
    },
    "passes": {
        "name": "--passes",
        "type": int,
        "metavar": "N",
        "help": "Passes over the same skin.",
    },
    "needles": {
        "name": "--needles",
        "type": int,
        "metavar": "N",
        "help": "Of the cartridge, where it is not the usual one.",
    },
    "sex": {
        "name": "--sex",
        "type": click.Choice(("female", "male")),
        "help": "Left out: either, half of all draws each.",
    },
    "age_years": {
        "name": "--age",
        "type": float,
        "metavar": "YEARS",
        "help": "Left out: the models' reference age.",
    },
}


def setting_options(*required: str, optional: tuple[str, ...] = ()) -> Callable[[_Command], Any]:
    """Options by the names of `Setting`'s fields, which the command receives as `setting`."""
    names = (*required, *optional)

    def added(command: _Command) -> Any:  # noqa: ANN401  click's own signature
        @functools.wraps(command)
        def gathered(*args: Any, **given: Any) -> Any:  # noqa: ANN401
            setting = Setting(**{name: given.pop(name) for name in names})
            return command(*args, setting=setting, **given)

        made: Any = gathered
        for name in reversed(names):
            about = dict(_SETTINGS[name])
            option = about.pop("name")
            if name == "age_years" and name in required:
                about["help"] = "In years; older skin closes later."
            made = click.option(option, name, required=name in required, **about)(made)
        return made

    return added


def run_options(
    *, draws: int | None = DRAWS, most: int = MOST, seed: bool = True
) -> Callable[[_Command], Any]:
    """Draws, seed, knowledge, `--json` and `--why`, which the command receives as `run`."""

    def added(command: _Command) -> Any:  # noqa: ANN401  click's own signature
        @functools.wraps(command)
        def gathered(*args: Any, **given: Any) -> Any:  # noqa: ANN401
            run = Run(**{name: given.pop(name) for name in Run.__struct_fields__ if name in given})
            if not FEWEST <= run.draws <= most:
                raise UsageError(
                    f"An answer cannot be read from {run.draws:,} draws.",
                    hint=f"Give --draws {FEWEST} to {most:,}.",
                )
            return command(*args, run=run, **given)

        made: Any = knowledge_options(gathered)
        for option in (
            click.option(
                "--why",
                "with_why",
                is_flag=True,
                help="Add the chain from every number to its sources.",
            ),
            click.option(
                "--json",
                "as_json",
                is_flag=True,
                help="Print JSON, the same bytes for the same input.",
            ),
        ):
            made = option(made)
        if seed:
            made = click.option(
                "--seed",
                type=int,
                default=1,
                metavar="N",
                help="The same seed gives the same numbers (default: 1).",
            )(made)
        if draws is not None:
            made = click.option(
                "--draws",
                type=int,
                default=draws,
                metavar="N",
                help=f"Draws of what is not known, {FEWEST} to {most:,} (default: {draws:,}).",
            )(made)
        return cast("_Command", made)

    return added


# --- names ------------------------------------------------------------------------------------


def known_device(knowledge: Knowledge, name: str) -> str:
    """A device's id; those that are near it where there is none."""
    check_known([name], knowledge.release.devices, "device", "needlework schema --devices")
    return name


def known_zone(knowledge: Knowledge, name: str) -> str:
    """A zone, with its side where it was given; those that are near it where there is none."""
    zones = knowledge.release.zones
    known = {side for stem, zone in zones.items() for side in (stem, *sides(stem, zone.sided))}
    if name not in known and base(name) in zones:
        raise without_sides(base(name))
    check_known([name], known, "zone", "needlework schema --zones")
    zone = zones[base(name)]
    if zone.status != "offered":
        streams.remark(
            f"{zone.name.en}: nothing is needled there. {zone.why} What follows is a model's "
            "answer and no permission."
        )
    return name


def within_a_year(hours: tuple[float, ...]) -> tuple[float, ...]:
    """Hours since a session; what comes later is nothing that they could tell."""
    for each in hours:
        if not 0 <= each <= YEAR_H:
            raise UsageError(
                f"{each:g} hours since a session cannot be told.",
                hint=f"Give --hours 0 to {YEAR_H:,}, a year.",
            )
    return hours


def needled(depth_mm: float | None) -> float:
    """A depth that a needle can be set to."""
    if depth_mm is None or not depth_mm > 0:
        raise UsageError(
            f"A depth of {depth_mm or 0:g} mm cannot be needled.",
            hint="Give --depth in millimetres above 0, such as 1.0.",
        )
    check_depth(depth_mm)
    return depth_mm
