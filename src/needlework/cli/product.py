"""`needlework product`: from when something may be put on the skin again."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from needlework import workflow
from needlework.cli import streams
from needlework.cli.client import DayOrMoment, check_depth, result_options, treated_zones
from needlework.cli.language import number, reason
from needlework.cli.language import say as _
from needlework.cli.reasons import with_reasons
from needlework.errors import AnswerError, UsageError

LARGEST_BYTES: Final = 200_000
"""More than any pack can hold; the list itself is read up to its own limit."""

_STDIN: Final = Path("-")


@click.command("product")
@click.argument(
    "file",
    type=click.Path(readable=False, path_type=Path, allow_dash=True),
    default=_STDIN,
)
@click.option(
    "--session",
    type=DayOrMoment(),
    required=True,
    metavar="WHEN",
    help="When the last pass ended: 2026-11-20T16:00, or the day alone.",
)
@click.option("--name", default="", help="The product's name, to find it on the clinic's list.")
@click.option("--sunscreen", is_flag=True, help="The product is a sunscreen.")
@click.option(
    "--zone",
    "zones",
    multiple=True,
    metavar="ZONE",
    help="A zone that was treated, or a group of them: skin that closes late lengthens a wait.",
)
@click.option("--depth", type=float, metavar="MM", help="The deepest setting used there.")
@click.option(
    "--age", type=click.FloatRange(0, 120), metavar="YEARS", help="Older skin closes later."
)
@result_options
def command(
    *,
    file: Path,
    session: date | datetime,
    name: str,
    sunscreen: bool,
    zones: tuple[str, ...],
    depth: float | None,
    age: float | None,
    language: str,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
) -> None:
    """Say from when a product may be used again, by its list of ingredients.

    FILE holds the list as it stands on the pack; without one, or with `-`, standard input is
    read. A photograph cannot be read. With --zone, nothing is said to be fine before
    `needlework aftercare` says so; depth and age that are left out count as the latest.

    \b
    Examples:
      needlework product cream.txt --session 2026-11-20
      echo "Aqua, Glycerin, Retinol" | needlework product --session 2026-11-20T16:00
      needlework product cream.txt --session 2026-11-20 --zone face --depth 1.5 --age 60
    """  # noqa: D301  click reads the mark as one character
    check_depth(depth)
    text = _text(file)
    known = workflow.known(release, overlay)
    course = None
    if zones:
        course = workflow.care(
            known,
            ended=session,
            depth_mm=depth,
            zones=treated_zones(known.knowledge, zones),
            age_years=age,
            language=language,
        )
    elif depth is not None or age is not None:
        raise UsageError(
            _("A depth or an age says nothing without the zone."),
            hint=_("Add --zone, such as face."),
        )
    made = workflow.product(
        known,
        text,
        ended=session,
        name=name,
        sunscreen=sunscreen,
        course=course,
        language=language,
    )
    if as_json:
        streams.emit(with_reasons(made, known.knowledge, wanted=with_why))
        return
    from needlework.cli.text.product import product_page

    streams.emit(product_page(made, known.knowledge, language, with_why=with_why))


def _text(file: Path) -> str:
    """The list; what cannot be one is refused in a sentence."""
    shown = _("Standard input") if file == _STDIN else file.name or str(file)
    content = _standard_input() if file == _STDIN else _content(file, shown)
    if len(content) > LARGEST_BYTES:
        raise AnswerError(
            _("{file} is larger than a list of ingredients can be ({most} bytes).").format(
                file=shown, most=number(LARGEST_BYTES)
            ),
            hint=_("Give the list of one product, as it stands on the pack."),
        )
    if b"\0" in content:
        raise AnswerError(
            _("{file} is not text.").format(file=shown),
            hint=_("Type or paste the list; a photo cannot be read."),
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerError(
            _("{file} is not text: byte {place} is not UTF-8.").format(
                file=shown, place=error.start
            ),
            hint=_("Save it as UTF-8 text; a photo cannot be read."),
        ) from None
    if not text.strip():
        raise AnswerError(
            _("{file} is empty.").format(file=shown),
            hint=_("Paste the list as it stands on the pack."),
        )
    return text


def _standard_input() -> bytes:
    if sys.stdin is not None and sys.stdin.isatty():
        streams.remark(
            _("Paste the list of ingredients, then end with Ctrl-D on a line of its own.")
        )
    return streams.standard_input(LARGEST_BYTES)


def _content(file: Path, shown: str) -> bytes:
    try:
        if file.is_dir():
            raise AnswerError(
                _("{file} is a folder.").format(file=shown), hint=_("Name one file in it.")
            )
        with file.open("rb") as stream:
            return stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise AnswerError(
            _("{file} cannot be read: {why}.").format(file=shown, why=reason(error)),
            hint=_("Name a text file that holds a list of ingredients, or send it to `-`."),
        ) from None
