"""`needlework aftercare`: the weeks after a session."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from needlework import workflow
from needlework.cli import streams
from needlework.cli.client import (
    DayOrMoment,
    check_depth,
    check_known,
    result_options,
    treated_zones,
)
from needlework.cli.language import say as _
from needlework.cli.options import Day
from needlework.cli.reasons import with_reasons
from needlework.errors import UsageError
from needlework.evidence import Knowledge

if TYPE_CHECKING:
    from needlework.aftercare import Season, Timeline

_SEASONS = ("spring", "summer", "autumn", "winter")
_PHOTOTYPES = ("I", "II", "III", "IV", "V", "VI")
_NONE = "none"
_LONGEST_ADDRESS = 300


@click.command("aftercare")
@click.option(
    "--ended",
    type=DayOrMoment(),
    required=True,
    metavar="WHEN",
    help="When the last pass ended: 2026-11-20T16:00, or the day alone.",
)
@click.option(
    "--zone",
    "zones",
    multiple=True,
    required=True,
    metavar="ZONE",
    help="A zone that was treated, or a group of them; again for each.",
)
@click.option("--depth", type=float, metavar="MM", help="The deepest setting used.")
@click.option(
    "--age", type=click.FloatRange(0, 120), metavar="YEARS", help="Older skin closes later."
)
@click.option(
    "--phototype",
    type=click.Choice(_PHOTOTYPES, case_sensitive=False),
    help="Fitzpatrick's, as the clinician graded it.",
)
@click.option("--season", type=click.Choice(_SEASONS), help="Adds a word on the sun.")
@click.option(
    "--numbing",
    multiple=True,
    metavar="NAME",
    help="A numbing agent or product that was used, again for each; `none` where none was.",
)
@click.option("--today", type=Day(), metavar="DATE", help="Show this day only.")
@click.option(
    "--pdf",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the client's sheet as PDF.",
)
@click.option(
    "--portal", default="", metavar="ADDRESS", help="Address of the client's pages, for the sheet."
)
@result_options
def command(
    *,
    ended: date | datetime,
    zones: tuple[str, ...],
    depth: float | None,
    age: float | None,
    phototype: str | None,
    season: Season | None,
    numbing: tuple[str, ...],
    today: date | None,
    pdf: Path | None,
    portal: str,
    language: str,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
) -> None:
    """Say what to expect, to do and to leave after a session, and when what may begin.

    What is left out counts as the longest: the hour, the depth, the age, the phototype, the
    numbing cream. How long the skin stays open may lengthen a wait, never shorten it.

    \b
    Examples:
      needlework aftercare --ended 2026-11-20T16:00 --zone cheek-left --zone forehead --depth 1.0
      needlework aftercare --ended 2026-11-20 --zone face --phototype IV --today 2026-11-22
      needlework aftercare --ended 2026-11-20 --zone face --lang es --pdf sheet.pdf
    """  # noqa: D301  click reads the mark as one character
    check_depth(depth)
    known = workflow.known(release, overlay)
    made = workflow.care(
        known,
        ended=ended,
        depth_mm=depth,
        age_years=age,
        zones=treated_zones(known.knowledge, zones),
        phototype=phototype or "",
        season=season,
        agents=_agents(known.knowledge, numbing),
        language=language,
    )
    if portal and pdf is None:
        raise UsageError(_("--portal goes with --pdf."), hint=_("Name a file with --pdf."))
    if len(portal) > _LONGEST_ADDRESS:
        raise UsageError(
            _("The address is too long for a code that a phone can read."),
            hint=_("Give one of at most {n} characters.").format(n=_LONGEST_ADDRESS),
        )
    if pdf is not None:
        from needlework.cli.papers import write_files
        from needlework.documents import aftercare_pdf

        sheet = aftercare_pdf(made, known, portal_url=portal, language=language)
        write_files([(pdf, sheet)])
    shown = made if today is None else _on(made, today)
    if as_json:
        streams.emit(with_reasons(shown, known.knowledge, wanted=with_why))
        return
    from needlework.cli.text.aftercare import aftercare_page

    one_day = today is not None
    streams.emit(
        aftercare_page(shown, known.knowledge, language, with_why=with_why, one_day=one_day)
    )


def _on(made: Timeline, today: date) -> Timeline:
    """The same with that day's moments alone."""
    from needlework.aftercare import moment_on

    if today < made.day:
        raise UsageError(
            _("{today} lies before the session of {day}.").format(today=today, day=made.day),
            hint=_("Give --today the session's day or a later one."),
        )
    day = moment_on(made, today).day
    return structs.replace(
        made, moments=tuple(moment for moment in made.moments if moment.day == day)
    )


def _agents(knowledge: Knowledge, names: tuple[str, ...]) -> frozenset[str] | None:
    """Agents of what was used; None where nobody said."""
    if not names:
        return None
    products = knowledge.release.anaesthetics
    agents = {agent for product in products.values() for agent in product.agents}
    given = tuple(name.casefold() for name in names)
    if _NONE in given:
        if len(set(given)) > 1:
            raise UsageError(
                _("--numbing says `none` and something else."),
                hint=_("Keep the one that is right."),
            )
        return frozenset()
    check_known(given, {*products, *agents}, "numbing cream", "needlework schema --anaesthetics")
    held = (products[name].agents if name in products else (name,) for name in given)
    return frozenset(agent for agents in held for agent in agents)
