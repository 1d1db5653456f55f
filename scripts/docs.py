"""Write the generated pages of docs/, or with --check say which of them is stale.

Everything here is quoted from the knowledge base, the lexicon, the rules' docstrings, the command
line's help and docs/hazards.toml, so that nothing is written twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from runpy import run_path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from needlework.cli.start import root
from needlework.evidence import Basis, Claim, Knowledge, Release, load_knowledge
from needlework.evidence.model import Name, Reference
from needlework.evidence.priors import Prior
from needlework.lexicon import Entry, Lexicon
from needlework.screening.registry import RULES

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"
PICTURED: Final = "examples/09-needs-clearance.toml"
"""The consultation whose plan is shown as a picture."""

GENERATED: Final = "<!-- Written by scripts/docs.py: `make docs`. Change what it is made from. -->"

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "zone": ("Zones", "How deep, how thick the skin, and what lies beneath, zone by zone."),
    "concern": ("Concerns", "What clients want better: sessions, intervals, end points, results."),
    "device": ("Devices", "Rollers and pens: needles, rates, dials, and what their labels allow."),
    "rule": ("Rules", "Classes, waits, validities and overrides of the screening rules."),
    "course": ("Course", "Technique, punctures, schedule, preparation, anaesthetic, clearances."),
    "anaesthetic": ("Anaesthetics", "Products by label: dose, area, time on skin, age."),
    "antiseptic": ("Antiseptics", "What cleans, and what it must not touch."),
    "jurisdiction": ("Jurisdictions", "Law by place: who may needle, how deep, at home or not."),
    "home": ("Home", "The conditions of needling at home."),
    "harm": ("Harms", "What can go wrong, how often, and when."),
    "response": ("Models of skin", "Parameters of the models: value, prior, source."),
    "aftercare": ("Aftercare", "What to expect, to do and to leave after a session."),
    "symptom": ("Symptoms", "What a client may choose, and how urgent each sign is."),
    "scale": ("Scales", "Outcome scales: their ends, their reliability, their licences."),
    "consent": ("Consent and records", "What has to be said, signed and kept."),
}
MARKS: Final[Mapping[Basis, str]] = {
    Basis.PRIMARY: "read in the primary text",
    Basis.SECONDARY: "read in a secondary text",
    Basis.RECALLED: "recalled, no text seen; proposed until a clinic approves it",
    Basis.PROPOSED: "proposed by this project; so until a clinic approves it",
}

Page = tuple[Path, str]


def pages() -> Iterator[Page]:
    """Every generated page: its path and its text."""
    knowledge, lexicon = load_knowledge(), Lexicon.load()
    yield from evidence_pages(knowledge.release)
    yield DOCS / "rules.md", rules_page(knowledge)
    yield DOCS / "lexicon.md", lexicon_page(lexicon)
    yield DOCS / "hazards.md", hazards_page()
    yield DOCS / "cli.md", cli_page()
    yield DOCS / "plan.svg", plan_picture()
    yield from model_pages(knowledge)
    if (ROOT / "scripts" / "trials.py").exists():
        yield DOCS / "trials.md", trials_page()


# --- Markdown ---------------------------------------------------------------------------------


def document(title: str, *parts: str) -> str:
    """A page: title, remark, parts with a blank line between them."""
    return "\n\n".join((f"# {title}", GENERATED, *parts)).rstrip() + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def cell(text: str) -> str:
    """Text that can stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


# --- evidence ---------------------------------------------------------------------------------


def evidence_pages(release: Release) -> Iterator[Page]:
    """A page for each kind of knowledge, one of sources, one of disagreements, one to begin."""
    folder = DOCS / "evidence"
    yield folder / "README.md", evidence_front(release)
    for kind, (title, about) in KINDS.items():
        yield folder / f"{kind}.md", kind_page(release, kind, title, about)
    yield folder / "sources.md", sources_page(release)
    yield folder / "disagreements.md", disagreements_page(release)


def evidence_front(release: Release) -> str:
    """What the release holds, and how to read the pages."""
    by_kind = Counter((kind_of(name), claim.basis) for name, claim in release.claims.items())
    rows = [
        [
            f"[{title}]({kind}.md)",
            *(str(by_kind[kind, basis] or "") for basis in Basis),
            str(sum(by_kind[kind, basis] for basis in Basis)),
        ]
        for kind, (title, _) in KINDS.items()
    ]
    total = Counter(claim.basis for claim in release.claims.values())
    rows.append(["**all**", *(str(total[basis]) for basis in Basis), f"**{len(release.claims)}**"])
    disputed = sum(bool(claim.contradicts) for claim in release.claims.values())
    return document(
        "What is known",
        f"Knowledge release {release.id}, published {release.published}: {len(release.claims)} "
        f"claims from {len(release.sources)} sources, in our own words. A claim's id is "
        "`kind.file.key`; `needlework evidence show ID` prints one with its whole chain.",
        table(["kind", *Basis, "claims"], rows),
        "Marks, and what they mean:",
        bullets(f"**{basis}**: {words}" for basis, words in MARKS.items()),
        "Certainty has GRADE's four words: high, moderate, low, very low.",
        f"Sources: [all with how often they are cited](sources.md). Sources that disagree, and "
        f"what was chosen: [{disputed} claims](disagreements.md).",
    )


def kind_of(claim_id: str) -> str:
    """Kind of a claim.

    >>> kind_of("zone.cheek.scar-max")
    'zone'
    """
    return claim_id.partition(".")[0]


def kind_page(release: Release, kind: str, title: str, about: str) -> str:
    """All claims of a kind, a table for each file."""
    files: dict[str, list[tuple[str, Claim]]] = {}
    for claim_id, claim in release.claims.items():
        if kind_of(claim_id) == kind:
            _, stem, key = claim_id.split(".", 2)
            files.setdefault(stem, []).append((key, claim))
    parts = []
    for stem in sorted(files, key=natural):
        parts.append(f"## {entry_title(release, kind, stem)} · `{kind}.{stem}`")
        head = ["claim", "value", "range", "mark", "certainty", "sources"]
        parts.append(table(head, (claim_row(key, claim) for key, claim in files[stem])))
    return document(title, f"{about} [How to read this](README.md)", *parts)


def claim_row(key: str, claim: Claim) -> list[str]:
    """A claim in one line."""
    return [
        f"`{key}` {claim.statement}{scope_of(claim)}",
        value_of(claim),
        range_of(claim),
        claim.basis,
        claim.certainty.replace("-", " "),
        sources_of(claim),
    ]


def value_of(claim: Claim) -> str:
    """The value as a reader takes it."""
    if isinstance(claim.value, bool):
        return "yes" if claim.value else "no"
    if isinstance(claim.value, list):
        return ", ".join(claim.value) or "none"
    if isinstance(claim.value, str):
        return claim.value
    return f"{claim.value:g}{unit_of(claim)}"


def range_of(claim: Claim) -> str:
    """The spread between sources, and the prior of a model's parameter."""
    spread = claim.range and f"{claim.range[0]:g}–{claim.range[1]:g}{unit_of(claim)}"
    return "; ".join(one for one in (spread, claim.prior and prior_of(claim.prior)) if one)


def prior_of(prior: Prior) -> str:
    """A shape with its figures, and what data moved it."""
    told = msgspec.to_builtins(prior)
    kind, fitted = str(told.pop("kind")), told.pop("fitted_to", ())
    figures = ", ".join(f"{name} {figure:g}" for name, figure in told.items())
    return (
        kind
        + (f" ({figures})" if figures else "")
        + (f", fitted to {', '.join(fitted)}" if fitted else "")
    )


def unit_of(claim: Claim) -> str:
    """The unit with its space, nothing for a plain number."""
    return "" if claim.unit in ("", "1") else f" {claim.unit}"


def scope_of(claim: Claim) -> str:
    """Where the claim holds, when that is not everywhere."""
    scope = claim.scope
    parts = [
        f"{name}: {', '.join(values)}"
        for name in scope.__struct_fields__
        if (values := getattr(scope, name))
    ]
    return f" ({'; '.join(parts)})" if parts else ""


def sources_of(claim: Claim) -> str:
    """Sources for the claim, and those against it."""
    text = ", ".join(dict.fromkeys(reference.source for reference in claim.supports))
    if claim.contradicts:
        against = ", ".join(dict.fromkeys(reference.source for reference in claim.contradicts))
        text += f"; against: {against}"
    return text


def entry_title(release: Release, kind: str, stem: str) -> str:
    """The English name or the title of a file."""
    groups: dict[str, Mapping[str, Any]] = {
        "zone": release.zones,
        "concern": release.concerns,
        "device": release.devices,
        "jurisdiction": release.jurisdictions,
        "anaesthetic": release.anaesthetics,
        "antiseptic": release.antiseptics,
        "scale": release.scales,
        "symptom": release.symptoms,
    }
    entry = groups[kind][stem] if kind in groups else release.topics[f"{kind}.{stem}"]
    name: Name | None = entry.name
    return name.en if name is not None else entry.title or stem


def natural(stem: str) -> tuple[str, int, str]:
    """Order in which c2 comes before c10."""
    head = stem.rstrip("0123456789")
    number = stem[len(head) :]
    return head, int(number or 0), stem


def sources_page(release: Release) -> str:
    """Every source and how often it is cited, for and against."""
    cited = Counter(ref.source for c in release.claims.values() for ref in c.supports)
    against = Counter(ref.source for c in release.claims.values() for ref in c.contradicts)
    rows = (
        [
            f"`{name}`",
            source.kind,
            source.title,
            str(source.year or ""),
            source.ref,
            source.seen,
            str(cited[name] or ""),
            str(against[name] or ""),
        ]
        for name, source in sorted(release.sources.items(), key=lambda pair: pair[0].lower())
    )
    head = ["source", "kind", "title", "year", "reference", "seen", "for", "against"]
    return document(
        "Sources",
        "*Seen* says how much of the text was read: full, abstract, excerpt, a secondary text, "
        "or nothing (recalled). The last columns count the claims that cite it.",
        table(head, rows),
    )


def disagreements_page(release: Release) -> str:
    """Claims against which a source speaks, with the choice made and its reason."""
    parts = []
    for kind, (title, _) in KINDS.items():
        disputed = [
            (name, claim)
            for name, claim in release.claims.items()
            if claim.contradicts and kind_of(name) == kind
        ]
        if disputed:
            parts.append(f"## {title}")
            head = ["claim", "chosen", "why", "others say"]
            parts.append(table(head, (disagreement(name, claim) for name, claim in disputed)))
    return document(
        "Where sources disagree",
        "All figures are kept; one is used. A clinic may tighten any of them.",
        *parts,
    )


def disagreement(name: str, claim: Claim) -> list[str]:
    """One disputed claim in one line."""
    others = "; ".join(f"{ref.source}: {ref.says}" for ref in claim.contradicts)
    return [f"`{name}`", f"{value_of(claim)} ({claim.basis})", claim.chosen, others]


# --- rules ------------------------------------------------------------------------------------


def rules_page(knowledge: Knowledge) -> str:
    """Every screening rule in the order of its id."""
    parts = []
    for rule_id in sorted(RULES, key=natural):
        parts.append(f"## {rule_id} {knowledge.release.topics[f'rule.{rule_id.lower()}'].title}")
        parts.append(rule_part(knowledge.release, rule_id))
    return document(
        "Screening rules",
        "Worst first: STOP do not treat here, DEFER postpone, CLEAR a named clinician must clear "
        "first, ASK not enough known, LIMIT treat with changed parameters, INFO. An answer that "
        "is unknown or too old makes a rule ask. C: a prescriber or the medical director; P: any "
        "licensed practitioner; NO: nobody. Numbers are claims of [rule](evidence/rule.md).",
        *parts,
    )


def rule_part(release: Release, rule_id: str) -> str:
    """What a rule decides, with what, and who may clear it."""
    prefix = f"rule.{rule_id.lower()}."
    claims = {n.removeprefix(prefix): c for n, c in release.claims.items() if n.startswith(prefix)}

    def listed(test: Callable[[Claim], bool]) -> str:
        return "; ".join(
            f"{key} {value_of(claim)}" + (f" ({range_of(claim)})" if claim.range else "")
            for key, claim in claims.items()
            if test(claim)
        )

    references: list[Reference] = [
        r for c in claims.values() for r in (*c.supports, *c.contradicts)
    ]
    lines = {
        "Verdict": listed(lambda claim: claim.quantity == "verdict"),
        "May clear": listed(lambda claim: claim.quantity == "role"),
        "Numbers": listed(lambda claim: isinstance(claim.value, int | float)),
        "Lists": listed(lambda claim: claim.quantity in ("terms", "term", "flag")),
        "Sources": ", ".join(sorted({ref.source for ref in references}, key=str.lower)),
    }
    doc = (RULES[rule_id].__doc__ or "").strip().partition("\n")[0]
    return doc + "\n\n" + bullets(f"{name}: {text}" for name, text in lines.items() if text)


# --- lexicon ----------------------------------------------------------------------------------


def lexicon_page(lexicon: Lexicon) -> str:
    """Counts by class, then every name."""
    classes: dict[str, list[Entry]] = {}
    for entry in lexicon.entries:
        for name in entry.classes:
            classes.setdefault(name, []).append(entry)
    counts = Counter(entry.kind for entry in lexicon.entries)
    names = {name.lower() for entry in lexicon.entries for name in entry.every_name}
    rows = (
        [f"`{name}`", str(len(held)), str(sum(len(entry.every_name) for entry in held))]
        for name, held in sorted(classes.items())
    )
    parts = []
    for name, held in sorted(classes.items()):
        parts.append(f"## {name}")
        if name == "other-known":
            parts.append("Recognised, and of no class that a rule asks for; first names only.")
            parts.append(", ".join(sorted({entry.title for entry in held}, key=str.lower)))
        else:
            parts.append(bullets(sorted(entry_line(entry) for entry in held)))
    return document(
        "Lexicon",
        f"{len(lexicon.entries)} entries with {len(names)} different names: "
        + ", ".join(f"{count} {kind}s" for kind, count in sorted(counts.items()))
        + ". A name that is not here is asked about; a misspelling gets a suggestion that "
        "somebody has to confirm.",
        table(["class", "entries", "names"], rows),
        *parts,
    )


def entry_line(entry: Entry) -> str:
    """An entry with all its names."""
    others = [name for name in entry.every_name if name != entry.title]
    return f"**{entry.title}**" + (f": {', '.join(dict.fromkeys(others))}" if others else "")


# --- hazards ----------------------------------------------------------------------------------


def hazards_page() -> str:
    """Hazards with their controls, and those that are still open."""
    listed = tomllib.loads((DOCS / "hazards.toml").read_text())["hazard"]
    parts = []
    for hazard in listed:
        parts.append(f"## {hazard['id']} {hazard['title']}")
        lines = [f"Harm: {hazard['harm']} ({hazard['severity']})"]
        for control in hazard.get("controls", ()):
            shown = ", ".join(f"`{test}`" for test in control["tests"])
            lines.append(f"{control['control']} In `{control['where']}`; shown by {shown}")
        if hazard.get("planned"):
            lines.append(f"**Open.** {hazard['planned']}")
        parts.append(bullets(lines))
    still_open = [hazard["id"] for hazard in listed if hazard.get("planned")]
    return document(
        "Hazards",
        f"{len(listed)} hazards. Each control names the tests that show it; a control whose test "
        "does not pass fails `make test`. Open, with no control claimed yet: "
        f"{', '.join(still_open) or 'none'}.",
        *parts,
    )


# --- command line -----------------------------------------------------------------------------


def cli_page() -> str:
    """The help of every command."""
    parts = []
    for path, command in commands(root, "needlework", click.Context(root)):
        parts.append(f"## {path}")
        parts.append(f"```text\n{help_of(path, command)}\n```")
    return document("Command line", *parts)


def commands(
    command: click.Command, path: str, context: click.Context
) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it."""
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if below := command.get_command(context, name):
                yield from commands(below, f"{path} {name}", context)


def help_of(path: str, command: click.Command) -> str:
    """Help as the terminal shows it, at a fixed width."""
    context = click.Context(
        command,
        info_name=path,
        terminal_width=88,
        help_option_names=["-h", "--help"],
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines()).strip()


# --- picture ----------------------------------------------------------------------------------

WIDTH: Final = 96
LINES: Final = 46
PAPER: Final = TerminalTheme(
    (251, 250, 247),
    (38, 42, 46),
    [(38, 42, 46), (176, 42, 55), (32, 112, 74), (150, 96, 8), (34, 92, 152), (120, 62, 140),
     (0, 110, 120), (120, 124, 128)],
    [(96, 100, 104), (200, 50, 62), (38, 130, 86), (172, 112, 12), (44, 110, 178),
     (140, 76, 160), (0, 128, 138), (60, 64, 68)],
)  # fmt: skip
FRAME: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" \
role="img" aria-label="A plan as the command line prints it">
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect fill="#fbfaf7" stroke="#d8d4ca" x="1" y="1" width="99.8%" height="99.8%" rx="8"/>
<g transform="translate(22, 20)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def plan_picture() -> str:
    """The plan of one example, as it looks in a terminal, cut after so many lines."""
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    printed = subprocess.run(
        [Path(sys.executable).with_name("needlework"), "plan", PICTURED],
        cwd=ROOT,
        env={**plain, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"},
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    ).stdout.decode()
    console = Console(record=True, width=WIDTH + 4, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ needlework plan {PICTURED}\n\n{beginning(printed)}"))
    drawn = console.export_svg(
        title="", theme=PAPER, code_format=FRAME, unique_id="plan", font_aspect_ratio=0.61
    )
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def beginning(printed: str) -> str:
    """As many whole blocks as the picture holds."""
    lines = printed.rstrip().splitlines()
    end = len(lines)
    if end > LINES:
        heads = (n for n in range(LINES, 0, -1) if not lines[n].startswith("   "))
        end = next(heads, LINES)
        lines[end:] = ["  …"]
    return "\n".join(lines)


def trials_page() -> str:
    """Plans beside the protocols of trials; scripts/trials.py makes the page."""
    written: str = run_path(str(ROOT / "scripts" / "trials.py"))["page"]()
    return written


# --- models of skin ---------------------------------------------------------------------------


def model_pages(knowledge: Knowledge) -> Iterator[Page]:
    """Pages and pictures of the models; scripts/docs_models.py makes them."""
    make = run_path(str(Path(__file__).with_name("docs_models.py")))["pages"]
    for name, text in make(knowledge, document, table, parameter_row):
        yield DOCS / "model" / name, text


def parameter_row(key: str, claim: Claim) -> list[str]:
    """A model's parameter in one line: what was fitted stands apart from the shape."""
    prior = claim.prior
    return [
        f"`{key}` {claim.statement}",
        value_of(claim),
        "" if prior is None else prior_of(msgspec.structs.replace(prior, fitted_to=())),
        "" if prior is None else ", ".join(prior.fitted_to),
        claim.basis,
        claim.certainty.replace("-", " "),
        sources_of(claim),
    ]


# --- all --------------------------------------------------------------------------------------


def stale(made: Iterable[Page]) -> Iterator[str]:
    """Pages that are missing or differ from what would be written, and pages nobody writes."""
    wanted = dict(made)
    for path, text in wanted.items():
        if not path.exists() or path.read_text() != text:
            yield path.relative_to(ROOT).as_posix()
    for path in sorted(written()):
        if path not in wanted:
            yield f"{path.relative_to(ROOT).as_posix()} (to be removed)"


def written() -> set[Path]:
    """Pages and pictures in the folders that hold nothing else."""
    kinds = (("evidence", "*.md"), ("model", "*.md"), ("model", "*.svg"))
    return {path for folder, kind in kinds for path in (DOCS / folder).glob(kind)}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or check them."""
    if arguments not in ([], ["--check"]):
        print("usage: scripts/docs.py [--check]", file=sys.stderr)
        return 2
    made = list(pages())
    if arguments:
        old = list(stale(made))
        if old:
            print(f"stale: {', '.join(old)}\nrun make docs and commit", file=sys.stderr)
        return int(bool(old))
    for path, text in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for path in written() - {path for path, _ in made}:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
