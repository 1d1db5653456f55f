"""`needlework sun`: the hours to keep out of it."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import click

from needlework import workflow
from needlework.cli import streams
from needlework.cli.client import result_options
from needlework.cli.language import say as _
from needlework.cli.options import Day
from needlework.cli.reasons import with_reasons


class Spot(click.ParamType[tuple[float, float, float]]):
    """Degrees north, degrees east and, if wanted, metres above the sea."""

    name = "spot"

    def convert(
        self,
        value: str | tuple[float, float, float],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, float, float]:
        if isinstance(value, tuple):
            return value
        parts = value.split(",")
        if len(parts) not in (2, 3):
            said = _(
                "{typed} has {n} parts: give LATITUDE,LONGITUDE or LATITUDE,LONGITUDE,METRES, "
                "with decimal points."
            )
            self.fail(said.format(typed=repr(value[:60]), n=len(parts)), param, ctx)
        try:
            north, east, height = [float(part) for part in (*parts, "0")[:3]]
        except ValueError:
            said = _("{typed} are not numbers like 40.4,-3.7,650.")
            self.fail(said.format(typed=repr(value[:60])), param, ctx)
        if not all(map(math.isfinite, (north, east, height))):
            said = _("{typed} holds a number without end.")
            self.fail(said.format(typed=repr(value[:60])), param, ctx)
        return north, east, height


@click.command("sun")
@click.option(
    "--at",
    type=Spot(),
    required=True,
    metavar="LAT,LON[,METRES]",
    help="Degrees north and east, south and west negative; metres above the sea.",
)
@click.option(
    "--zone",
    required=True,
    metavar="NAME",
    help="The place's time zone, such as Europe/Madrid.",
)
@click.option("--on", type=Day(), metavar="DATE", help="The day (default: today).")
@result_options
def command(
    *,
    at: tuple[float, float, float],
    zone: str,
    on: date | None,
    language: str,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
) -> None:
    """Say which hours of a day to keep out of the sun, for a clear sky, hour by hour.

    Nothing is fetched: it is reckoned from the sun's height and the usual ozone.

    \b
    Examples:
      needlework sun --at 40.4,-3.7,650 --zone Europe/Madrid --on 2026-07-01
      needlework sun --at -33.9,151.2 --zone Australia/Sydney --json
    """  # noqa: D301  click reads the mark as one character
    from needlework.aftercare import Place

    known = workflow.known(release, overlay)
    place = Place(latitude=at[0], longitude=at[1], altitude_m=at[2], zone=zone)
    found = workflow.uv(known, place, on or streams.today(), language=language)
    if as_json:
        streams.emit(with_reasons(found, known.knowledge, wanted=with_why))
        return
    from needlework.cli.text.sun import sun_page

    streams.emit(sun_page(found, known.knowledge, language, with_why=with_why))
