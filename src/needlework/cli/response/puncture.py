"""`needlework response puncture`: how many holes, how they lie, what they miss."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from needlework.cli import streams
from needlework.cli.response.options import (
    Run,
    Setting,
    busy,
    emit_json,
    known_device,
    known_zone,
    run_options,
    setting_options,
)
from needlework.errors import UsageError
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.cli.response.answers.puncture import Place

OUTLINES: Final = Path(__file__).parent / "outlines.toml"
_SCALE: Final = "response.puncture.face-map-scale"
_MAPS: Final = 10
_MM: Final = 10_000
"""A side of ten metres is a slip of the hand."""


class Area(click.ParamType[tuple[float, float]]):
    """Width and height in mm, as 40x30."""

    name = "area"

    def convert(
        self,
        value: str | tuple[float, float],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            width, height = (float(side) for side in value.casefold().split("x"))
        except ValueError:
            self.fail(f"{value[:60]!r} is not a width and a height in mm, like 40x30.", param, ctx)
        if not (0 < width < _MM and 0 < height < _MM):
            self.fail(f"{value[:60]!r} has a side that is no length: give mm above 0.", param, ctx)
        return width, height


@click.command("puncture")
@setting_options("device", "passes", optional=("needles",))
@click.option("--zone", metavar="NAME", help="Lay maps over this zone of the drawn face.")
@click.option("--area", type=Area(), metavar="WxH", help="Or over a rectangle, in mm: 40x30.")
@click.option(
    "--maps",
    type=int,
    default=_MAPS,
    metavar="N",
    help=f"How many, each with its own speed and luck (default: {_MAPS}).",
)
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the map whose density is nearest the middle.",
)
@run_options()
def command(
    *,
    setting: Setting,
    zone: str | None,
    area: tuple[float, float] | None,
    maps: int,
    svg: Path | None,
    run: Run,
) -> None:
    """Say how many punctures a device makes, how they lie, and what they miss.

    By formula for punctures that lie at random; with --zone or --area also by maps on which
    passes are laid as the device makes them.

    \b
    Examples:
      needlework response puncture --device roller-mf8 --passes 15
      needlework response puncture --device exceed --passes 4 --zone cheek --svg cheek.svg
      needlework response puncture --device roller-192 --passes 10 --area 40x30 --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = run.knowledge()
    device = known_device(knowledge, setting.device or "")
    place = _place(knowledge, zone, area)
    if svg is not None and place is None:
        raise UsageError("A picture needs a place.", hint="Give --zone or --area with --svg.")
    from needlework.cli.response.answers import puncture as answers

    passes = setting.passes or 0
    laid = None
    if place is not None:
        with busy(f"Laying {maps} maps"):
            laid = answers.lay(
                knowledge, device, place, passes,
                needles=setting.needles, maps=maps, seed=run.seed,
            )  # fmt: skip
    told = answers.punctures(
        knowledge,
        device,
        passes,
        needles=setting.needles,
        laid=laid,
        draws=run.draws,
        seed=run.seed,
    )
    if svg is not None:
        _draw(svg, told, laid, knowledge)
    if emit_json(told, knowledge, run):
        return
    from needlework.cli.text.response_puncture import punctures_page

    streams.emit(punctures_page(told, knowledge, with_why=run.with_why))


def _place(
    knowledge: Knowledge, zone: str | None, area: tuple[float, float] | None
) -> Place | None:
    """Where maps are laid; None where none are wanted."""
    if zone is not None and area is not None:
        raise UsageError("Give either --zone or --area, not both.", hint="Keep the one meant.")
    if zone is None and area is None:
        return None
    from needlework.cli.response.answers.puncture import Place
    from needlework.response.puncture_outline import outline_from_path, rectangle_mm

    if area is not None:
        width, height = area
        return Place(name=f"{width:g} × {height:g} mm", outline=rectangle_mm(width, height))
    name = known_zone(knowledge, zone or "")
    drawn = tomllib.loads(OUTLINES.read_text(encoding="utf-8"))
    # Both sides are mirror images: without a side the left one stands for either.
    path = drawn.get(name) or drawn.get(f"{name}-left")
    if path is None:
        raise UsageError(
            f"No outline with a scale is drawn for {name}.",
            hint="Give a rectangle of its size in mm, such as --area 100x60.",
        )
    outline = outline_from_path(path, knowledge.depth_mm(_SCALE).value)
    return Place(name=name, outline=outline, claims=(_SCALE,))


def _draw(svg: Path, told: object, laid: tuple[Place, object] | None, knowledge: Knowledge) -> None:
    from needlework.cli.papers import write_files
    from needlework.cli.response.answers import puncture as answers
    from needlework.response.puncture_map import Spread

    place, seen = laid or (None, None)
    if not isinstance(told, answers.Punctures) or place is None or not isinstance(seen, Spread):
        raise UsageError(
            "No picture can be drawn: what the device would have to be known by is missing.",
            hint="Leave out --svg to see what is.",
        )
    name = knowledge.release.devices[told.device].name.en
    write_files([(svg, answers.picture(told, place, seen, name))])
