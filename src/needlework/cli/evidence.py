"""`needlework evidence`: what is known, how sure it is, and what a clinic makes of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
import msgspec

from needlework import workflow
from needlework.cli import streams
from needlework.cli.client import check_known
from needlework.cli.options import knowledge_options
from needlework.evidence import Basis, Knowledge, load_knowledge
from needlework.evidence.overlay import Overlay, load_overlay

_LIST = "needlework evidence list"
_MARKS = [str(basis) for basis in Basis]


@click.group("evidence")
def command() -> None:
    """Look into the knowledge: claims, their sources, and a clinic's overlay.

    \b
    Examples:
      needlework evidence show zone.cheek.scar-max
      needlework evidence list --kind zone --basis P
    """  # noqa: D301  click reads the mark as one character


@command.command("list")
@click.argument("about", metavar="[TOPIC]...", nargs=-1)
@click.option(
    "--topic", "topics", multiple=True, help="Of this topic only: `cheek`, `c32`, `emla`."
)
@click.option("--kind", "kinds", multiple=True, help="Of this kind only: `zone`, `rule`, `device`.")
@click.option(
    "--basis", "bases", multiple=True, type=click.Choice(_MARKS), help="With this mark only."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a chain for each claim.")
@knowledge_options
def list_(
    *,
    about: tuple[str, ...],
    topics: tuple[str, ...],
    kinds: tuple[str, ...],
    bases: tuple[str, ...],
    as_json: bool,
    release: Path | None,
    overlay: Path | None,
) -> None:
    """List claims with their values: all of them, or those about each TOPIC.

    \b
    Examples:
      needlework evidence list cheek neck
      needlework evidence list --kind rule --basis S1 --json
    """  # noqa: D301  click reads the mark as one character
    knowledge = load_knowledge(release, overlay)
    wanted = {*topics, *about}
    check_known(sorted(wanted), {_topic(claim_id) for claim_id in knowledge.claims}, "topic", _LIST)
    check_known(kinds, {_kind(claim_id) for claim_id in knowledge.claims}, "kind", _LIST)
    found = [
        workflow.why(knowledge, claim_id)
        for claim_id, claim in sorted(knowledge.claims.items())
        if (not wanted or _topic(claim_id) in wanted)
        and (not kinds or _kind(claim_id) in kinds)
        and (not bases or claim.basis in bases)
    ]
    if as_json:
        streams.emit(msgspec.json.encode(found) + b"\n")
        return
    from needlework.cli.text.lists import claims_page

    streams.emit(claims_page(found))


@command.command("show")
@click.argument("claim_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@knowledge_options
def show(*, claim_id: str, as_json: bool, release: Path | None, overlay: Path | None) -> None:
    """Show one claim with its whole chain: value, range, certainty, sources for and against.

    \b
    Example:
      needlework evidence show zone.cheek.scar-max
    """  # noqa: D301  click reads the mark as one character
    knowledge = load_knowledge(release, overlay)
    check_known([claim_id], knowledge.claims, "claim", _LIST)
    found = workflow.why(knowledge, claim_id)
    if as_json:
        streams.emit(msgspec.json.encode(found) + b"\n")
        return
    from needlework.cli.text.lists import chain_page

    streams.emit(chain_page(found))


@command.command("source")
@click.argument("source_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@knowledge_options
def source(*, source_id: str, as_json: bool, release: Path | None, overlay: Path | None) -> None:
    """Show a source and the claims that rest on it, or that it speaks against.

    \b
    Example:
      needlework evidence source ClinicalDecisions
    """  # noqa: D301  click reads the mark as one character
    knowledge = load_knowledge(release, overlay)
    sources = knowledge.release.sources
    check_known([source_id], sources, "source", "needlework evidence list --json")
    found = sources[source_id]
    claims = sorted(knowledge.claims.items())
    supports = [i for i, c in claims if any(r.source == source_id for r in c.supports)]
    against = [i for i, c in claims if any(r.source == source_id for r in c.contradicts)]
    if as_json:
        result = {"id": source_id, "source": found, "supports": supports, "contradicts": against}
        streams.emit(msgspec.json.encode(result) + b"\n")
        return
    from needlework.cli.text.lists import facts_page

    rows = [
        ("title", found.title),
        ("kind", found.kind),
        *([("year", str(found.year))] if found.year else []),
        *([("where", found.ref)] if found.ref else []),
        ("seen", found.seen),
    ]
    parts = [
        (f"{len(ids)} claims {how}", ids)
        for ids, how in ((supports, "rest on it"), (against, "have it against them"))
        if ids
    ]
    streams.emit(facts_page(source_id, rows, parts))


@command.command("check")
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(readable=False, path_type=Path), required=False
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(*, folder: Path | None, as_json: bool) -> None:
    """Load and check a knowledge base (the one shipped, or DIR) and say what it holds.

    \b
    Example:
      needlework evidence check src/needlework/evidence/data
    """  # noqa: D301  click reads the mark as one character
    release = load_knowledge(folder).release
    kinds = Counter(map(_kind, release.claims))
    marks = Counter(str(claim.basis) for claim in release.claims.values())
    cited = {
        reference.source
        for claim in release.claims.values()
        for reference in (*claim.supports, *claim.contradicts)
    }
    if as_json:
        result = {
            "id": release.id,
            "published": release.published,
            "digest": release.digest,
            "claims": len(release.claims),
            "sources": len(release.sources),
            "uncited_sources": sorted(release.sources.keys() - cited),
            "by_kind": dict(sorted(kinds.items())),
            "by_basis": dict(sorted(marks.items())),
        }
        streams.emit(msgspec.json.encode(result) + b"\n")
        return
    from needlework.cli.text.lists import facts_page

    rows = [
        ("published", str(release.published)),
        ("digest", release.digest),
        ("claims", f"{len(release.claims):,}"),
        ("sources", f"{len(release.sources):,}, {len(cited):,} of them cited"),
        ("by mark", _counted(marks)),
        ("by kind", _counted(kinds)),
    ]
    streams.emit(facts_page(f"Release {release.id} is sound", rows))


@command.command("overlay")
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--release",
    type=click.Path(readable=False, path_type=Path),
    metavar="DIR",
    help="Over another release.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def overlay_(*, file: Path, release: Path | None, as_json: bool) -> None:
    """Say what a clinic's overlay changes, and what depends on the claims that it rejects.

    \b
    Example:
      needlework evidence overlay clinic.toml
    """  # noqa: D301  click reads the mark as one character
    plain = load_knowledge(release)
    overlay, digest = load_overlay(file)
    changed = Knowledge(plain.release, overlay, digest)
    tightened = [
        {
            "claim": change.claim,
            "from": workflow.why(plain, change.claim).value,
            "to": workflow.why(changed, change.claim).value,
            "because": change.because,
            "by": change.by,
            "on": change.on,
        }
        for change in overlay.tighten
    ]
    rejected = [
        {
            "claim": change.claim,
            "because": change.because,
            "by": change.by,
            "on": change.on,
            "withheld": withheld(change.claim),
        }
        for change in overlay.reject
    ]
    approved = sorted({claim for batch in overlay.approve for claim in batch.claims})
    proposed = sorted(changed.proposed)
    if as_json:
        result = {
            "clinic": overlay.clinic,
            "release": overlay.release,
            "digest": digest,
            "approved": approved,
            "tightened": tightened,
            "rejected": rejected,
            "still_proposed": len(proposed),
        }
        streams.emit(msgspec.json.encode(result) + b"\n")
        return
    _print_overlay(overlay, digest, approved, tightened, rejected, len(proposed))


def _print_overlay(
    overlay: Overlay,
    digest: str,
    approved: list[str],
    tightened: list[dict[str, object]],
    rejected: list[dict[str, object]],
    proposed: int,
) -> None:
    from needlework.cli.text.lists import facts_page

    rows = [
        ("release", overlay.release),
        ("digest", digest),
        ("approved", f"{len(approved):,} claims in {len(overlay.approve)} batches"),
        ("tightened", f"{len(tightened):,}"),
        ("rejected", f"{len(rejected):,}"),
        ("proposed", f"{proposed:,} claims are still not approved"),
    ]
    stricter = [
        "{claim}: {from} → {to} ({by}, {on}: {because})".format_map(change) for change in tightened
    ]
    refused = [
        "{claim}: {withheld} ({by}, {on}: {because})".format_map(change) for change in rejected
    ]
    parts = [
        (heading, lines)
        for heading, lines in (
            ("Tightened", stricter),
            ("Rejected, so not enough is known for", refused),
            ("Approved", approved),
        )
        if lines
    ]
    streams.emit(facts_page(f"Overlay of {overlay.clinic}", rows, parts))


# --- ids --------------------------------------------------------------------------------------


def withheld(claim_id: str) -> str:
    """What cannot be said any more once a claim is rejected.

    >>> withheld("zone.cheek.scar-max")
    'depths in the zone cheek'
    >>> withheld("rule.c32.wait")
    'rule C32, which then asks'
    """
    kind, topic = _kind(claim_id), _topic(claim_id)
    said = {
        "rule": f"rule {topic.upper()}, which then asks",
        "zone": f"depths in the zone {topic}",
        "concern": f"protocols for {topic}",
        "device": f"protocols with {topic}",
        "jurisdiction": f"what the law of {topic} allows",
        "anaesthetic": f"limits of {topic}",
        "antiseptic": f"the choice of {topic}",
        "scale": f"scores on {topic}",
        "home": "treatment at home",
        "course": f"every plan, in {topic}",
    }
    return said.get(kind, f"pages about {topic}")


def _kind(claim_id: str) -> str:
    return claim_id.split(".", 2)[0]


def _topic(claim_id: str) -> str:
    return claim_id.split(".", 2)[1]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
