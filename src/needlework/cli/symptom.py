"""`needlework symptom`: is it normal, what to do, and how soon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from needlework import workflow
from needlework.cli import streams
from needlework.cli.client import check_known, result_options
from needlework.cli.language import say as _
from needlework.cli.reasons import with_reasons
from needlework.errors import UsageError

if TYPE_CHECKING:
    from needlework.aftercare import Observation

_LONGEST_DAY = 36_500


@click.command("symptom")
@click.option(
    "--day",
    type=click.IntRange(min=0, max=_LONGEST_DAY),
    metavar="N",
    help="Days since the session, which is day 0; left out, it counts as the worst.",
)
@click.option(
    "--sign",
    "signs",
    multiple=True,
    metavar="SIGN[@PLACE][:STRENGTH[:TREND]]",
    help="What is seen or felt, again for each; what is left out counts as the worst.",
)
@click.option(
    "--in",
    "jurisdiction",
    default="",
    metavar="ID",
    help="Whose emergency number to show: `gb-eng`, `es`.",
)
@click.option("--choices", "list_choices", is_flag=True, help="List what may be chosen.")
@result_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    day: int | None,
    signs: tuple[str, ...],
    jurisdiction: str,
    list_choices: bool,
    language: str,
    release: Path | None,
    overlay: Path | None,
    as_json: bool,
    with_why: bool,
) -> None:
    """Say how urgent a sign after a session is, what to do first, and what is normal.

    Not an emergency service: in an emergency call the local number at once.

    \b
    Examples:
      needlework symptom --day 3 --sign blisters@around-eye:mild:worse
      needlework symptom --day 1 --sign redness@cheek:mild:better --sign itch --in gb-eng
      needlework symptom --choices
    """  # noqa: D301  click reads the mark as one character
    known = workflow.known(release, overlay)
    if list_choices:
        if signs:
            raise click.UsageError(_("Give either --sign or --choices."), ctx)
        _list(known, language, as_json=as_json)
        return
    if not signs:
        raise click.UsageError(_("Give at least one --sign; --choices lists them."), ctx)
    places = known.knowledge.release.jurisdictions
    if jurisdiction:
        check_known([jurisdiction], places, "jurisdiction", "needlework schema --jurisdictions")
    answer = workflow.symptoms(
        known,
        day=day,
        observations=[_observation(known, sign) for sign in signs],
        jurisdiction=jurisdiction,
        language=language,
    )
    if as_json:
        streams.emit(with_reasons(answer, known.knowledge, wanted=with_why))
        return
    from needlework.cli.text.symptom import symptom_page

    streams.emit(symptom_page(answer, known.knowledge, language, with_why=with_why))


def _observation(known: workflow.Known, typed: str) -> Observation:
    """`blisters@around-eye:mild:worse`; every word must be a choice."""
    from needlework.aftercare import Observation, choices

    about = choices(known.knowledge)
    seen, *answers = typed.split(":")
    sign, at, place = seen.partition("@")
    if len(answers) > 2:
        raise UsageError(
            _("--sign has too many parts."), hint=_("Write it as SIGN@PLACE:STRENGTH:TREND.")
        )
    given = {"sign": sign}
    if at:
        given["place"] = place
    given.update(zip(("strength", "trend"), answers, strict=False))
    for what, word in given.items():
        check_known([word], about[what], what, "needlework symptom --choices")
    return Observation(**given)


def _list(known: workflow.Known, language: str, *, as_json: bool) -> None:
    from needlework.aftercare import choice_names, choices

    named = choice_names(known.knowledge, language)
    listed = {
        about: {word: named[about][word] for word in words}
        for about, words in choices(known.knowledge).items()
    }
    if as_json:
        streams.emit(msgspec.json.encode(listed) + b"\n")
        return
    from needlework.cli.text.symptom import choices_page

    streams.emit(choices_page(listed, language))
