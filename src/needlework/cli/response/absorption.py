"""`needlework response absorption`: which ingredients gain most from needling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import click
import msgspec

from needlework.cli import streams
from needlework.cli.client import check_known
from needlework.cli.response.options import (
    YEAR_H,
    Run,
    Setting,
    busy,
    emit_json,
    known_device,
    known_zone,
    needled,
    run_options,
    setting_options,
)
from needlework.errors import UsageError
from needlework.evidence import Knowledge
from needlework.screening.case import base

if TYPE_CHECKING:
    from needlework.response.absorption_ingredients import Ingredient

_DRAWS: Final = 200
_MOST_DRAWS: Final = 2000
"""Each ingredient's layers are solved anew in each draw: about a second for one."""


class Acidity(click.ParamType[tuple[str, float]]):
    """A pH for all, as 5.5, or of the product of one ingredient, as ascorbic-acid=3.2."""

    name = "pH"

    def convert(
        self,
        value: str | tuple[str, float],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, float]:
        if isinstance(value, tuple):
            return value
        ingredient, _, number = value.rpartition("=")
        try:
            ph = float(number)
        except ValueError:
            self.fail(f"{value[:60]!r} is not a pH like 5.5 or ascorbic-acid=3.2.", param, ctx)
        if not 0 <= ph <= 14:
            self.fail(f"{value[:60]!r} is no pH: give a number from 0 to 14.", param, ctx)
        return ingredient, ph


@click.command("absorption")
@click.argument("names", metavar="[INGREDIENT]...", nargs=-1)
@setting_options(optional=("device", "zone", "depth_mm", "passes", "needles", "sex", "age_years"))
@click.option(
    "--hours",
    type=float,
    default=24.0,
    metavar="H",
    help="Since the product was put on, at once after the session (default: 24).",
)
@click.option(
    "--ph",
    "acidities",
    type=Acidity(),
    multiple=True,
    metavar="[ID=]PH",
    help="Of the product, or of one ingredient's; left out, it is drawn.",
)
@click.option("--list", "list_them", is_flag=True, help="List the ingredients that are known.")
@run_options(draws=_DRAWS, most=_MOST_DRAWS)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    setting: Setting,
    hours: float,
    acidities: tuple[tuple[str, float], ...],
    list_them: bool,
    run: Run,
) -> None:
    """Rank ingredients by how much more of them needled skin takes up than intact skin.

    A rank with its chance, and an interval; never an amount, which nobody could know. What
    lies outside the calibration stands apart and has no rank. Not advice to put it on:
    `needlework product` says when.

    \b
    Examples:
      needlework response absorption niacinamide retinol caffeine --device exceed \\
        --zone cheek --depth 0.5 --passes 4
      needlework response absorption ascorbic-acid ferulic-acid --device roller-192 \\
        --depth 1.0 --passes 10 --ph ascorbic-acid=3.2
      needlework response absorption --list
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    if list_them:
        if names:
            raise click.UsageError("Give either ingredients or --list.", ctx)
        _list(knowledge, run)
        return
    _check_given(ctx, names, setting)
    from needlework.cli.response.answers.absorption import Needled, ranked

    some = list(_ingredients(names))
    if not 0 < hours <= YEAR_H:
        raise UsageError(
            f"{hours:g} hours are no time that a product stays on.",
            hint=f"Give --hours above 0, such as 24, to {YEAR_H:,}.",
        )
    way = Needled(
        device=known_device(knowledge, setting.device or ""),
        depth_mm=needled(setting.depth_mm),
        passes=setting.passes or 0,
        needles=setting.needles,
        zone=None if setting.zone is None else base(known_zone(knowledge, setting.zone)),
    )
    ph = dict(_acidities(acidities, [one.id for one in some]))
    with busy(f"Ranking {len(some)} ingredients"):
        told = ranked(
            knowledge, some, way, setting.person,
            hours=hours, ph=ph, draws=run.draws, seed=run.seed,
        )  # fmt: skip
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_absorption import ranked_page

    streams.emit(ranked_page(told, knowledge, with_why=run.with_why))


def _check_given(ctx: click.Context, names: tuple[str, ...], setting: Setting) -> None:
    if not names:
        raise click.UsageError("Name at least one INGREDIENT; --list lists them.", ctx)
    given = {
        "--device": setting.device,
        "--depth": setting.depth_mm,
        "--passes": setting.passes,
    }
    for option, value in given.items():
        if value is None:
            raise click.UsageError(f"Missing option '{option}'.", ctx)
    if len(set(names)) < len(names):
        raise UsageError("An ingredient is named twice.", hint="Name each once.")


def _ingredients(names: Iterable[str]) -> Iterator[Ingredient]:
    from needlework.response.absorption_ingredients import ingredients

    known = ingredients()
    check_known(names, known, "ingredient", "needlework response absorption --list")
    yield from (known[name] for name in names)


def _acidities(given: Iterable[tuple[str, float]], names: list[str]) -> Iterator[tuple[str, float]]:
    """A pH for all first, so that one ingredient's own goes before it."""
    for name, ph in sorted(given, key=lambda pair: pair[0] != ""):
        if name and name not in names:
            raise UsageError(
                f"A pH is given for {name[:60]}, which is not ranked.",
                hint="Name it among the ingredients, or leave its pH out.",
            )
        yield from ((name, ph) for name in ([name] if name else names))


def _list(knowledge: Knowledge, run: Run) -> None:
    from needlework.cli.response.answers.absorption import listed

    found = listed(knowledge)
    if run.as_json:
        streams.emit(msgspec.json.encode(found) + b"\n")
        return
    from needlework.cli.text.response_absorption import listed_page

    streams.emit(listed_page(found))
