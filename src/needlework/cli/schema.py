"""`needlework schema`: the format of consultations and results, and the ids that they may name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import msgspec

from needlework import workflow
from needlework.cli import streams
from needlework.cli.options import knowledge_options
from needlework.evidence import Knowledge
from needlework.planning import Plan
from needlework.screening import Assessment, Consultation

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_FORMATS: Final[dict[str, type[msgspec.Struct]]] = {
    "consultation": Consultation,
    "plan": Plan,
    "assessment": Assessment,
}
_LISTS: Final = ("zones", "concerns", "devices", "scales", "anaesthetics", "jurisdictions")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a format; results may also carry `why`."""
    made: dict[str, Any]
    if name == "consultation":
        made = msgspec.json.schema(Consultation)
        return {"$schema": DIALECT, **made}
    kind = _FORMATS[name]
    (reference, chains), parts = msgspec.json.schema_components(
        [kind, dict[str, workflow.Why]], ref_template="#/$defs/{name}"
    )
    chains["description"] = "With --why: the chain of reasons of each claim, by claim id."
    parts[kind.__name__]["properties"]["why"] = chains
    return {"$schema": DIALECT, **reference, "$defs": parts}


def listed(knowledge: Knowledge, what: str) -> list[dict[str, str]]:
    """Ids with names, and what a person must know to choose among them."""
    entries = getattr(knowledge.release, what)
    if what == "zones":
        entries = dict(sorted(entries.items(), key=lambda pair: (pair[1].order, pair[0])))
    return [
        {"id": key, "name": entry.name.en, "note": _note(entry)} for key, entry in entries.items()
    ]


def _note(entry: Any) -> str:  # noqa: ANN401  six kinds of entry, each with its own fields
    said: list[str] = []
    if hasattr(entry, "sided"):
        sides = ["left and right"] if entry.sided else []
        groups = [f"in {', '.join(entry.groups)}"] if entry.groups else []
        status = [] if entry.status == "offered" else [entry.status.replace("-", " ")]
        said = [entry.region, *sides, *groups, *status]
    elif hasattr(entry, "family"):
        said = [entry.family, ", ".join(entry.regions)]
    elif hasattr(entry, "kind"):
        said = [entry.kind, *(["for home"] if entry.home else [])]
    elif hasattr(entry, "labelled_in"):
        said = ["compounded" if entry.compounded else f"labelled in {', '.join(entry.labelled_in)}"]
    elif hasattr(entry, "scoring"):
        said = [str(entry.direction).replace("-", " is "), entry.scoring.unit]
    return "; ".join(said)


def _list_options(command: Any) -> Any:  # noqa: ANN401  a decorator over click's own
    for what in reversed(_LISTS):
        command = click.option(
            f"--{what}", "lists", flag_value=what, help=f"List the ids of {what} with their names."
        )(command)
    return command


@click.command("schema")
@click.argument("format_", metavar="[FORMAT]", type=click.Choice(list(_FORMATS)), required=False)
@_list_options
@click.option("--json", "as_json", is_flag=True, help="Print a list as JSON.")
@knowledge_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    format_: str | None,
    lists: str | None,
    as_json: bool,
    release: Path | None,
    overlay: Path | None,
) -> None:
    """Print the JSON Schema of FORMAT: consultation (the default), plan or assessment.

    With --zones and its like, list the ids that a consultation may name.

    \b
    Examples:
      needlework schema > consultation.schema.json
      needlework schema plan
      needlework schema --zones
    """  # noqa: D301  click reads the mark as one character
    if lists is None:
        made = msgspec.json.encode(schema(format_ or "consultation"))
        streams.emit(msgspec.json.format(made, indent=2) + b"\n")
        return
    if format_ is not None:
        raise click.UsageError("Give either a format or a list, not both.", ctx)
    entries = listed(workflow.known(release, overlay).knowledge, lists)
    if as_json:
        streams.emit(msgspec.json.encode(entries) + b"\n")
        return
    from needlework.cli.text.lists import entries_page

    streams.emit(entries_page(entries))
