"""Pages of docs/model/: what each model is made of, and how it did; scripts/docs.py writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Final, cast

import numpy as np
from msgspec import Struct

from needlework.evidence import Claim, Knowledge
from needlework.response import wound
from needlework.response.parameters import parameters
from needlework.response.posterior import DRAWN, load_posterior
from needlework.response.summary import summarise
from needlework.response.verification import Coverage, Row, Verification, verify
from needlework.response.verifying.cases import Part, table_rows
from needlework.response.verifying.frozen import freezes, used_claims
from needlework.response.verifying.picture import courses_picture, figure, found, picture
from needlework.response.verifying.score import INTERVALS

Table = Callable[[Sequence[str], Iterable[Sequence[str]]], str]
Document = Callable[..., str]
ParameterRow = Callable[[str, Claim], list[str]]


class Page(Struct, frozen=True):
    """A page, the models whose parameters and figures it holds, and what it is about."""

    title: str
    models: tuple[str, ...]
    about: str


PAGES: Final = {
    "puncture": Page("Puncture pattern", ("puncture",), "Punctures in a square centimetre."),
    "penetration": Page(
        "Penetration and layers",
        ("penetration", "anatomy"),
        "How deep a needle goes, and into which layer.",
    ),
    "closure": Page("Closing of the skin", ("closure",), "When barrier and channels are closed."),
    "absorption": Page(
        "Absorption of ingredients", ("absorption",), "What needled skin takes up more of."
    ),
    "healing": Page("Healing and new collagen", ("healing",), "New collagen over months."),
    "redness": Page("Redness and swelling", ("redness",), "Redness by hour and day."),
    "pigment": Page("Risk of darkening", ("pigment",), "Darkening after a course of sessions."),
    "outcome": Page(
        "Forecast of a score", ("outcome", "forecast"), "What sessions make of a score."
    ),
    "learning": Page("Learning from measures", (), "How this person responds."),
    "wound": Page("A wound model beside ours", ("wound",), "Equations of others, solved by us."),
}
LEARNED_BY: Final = ("measurement-error", "rater-spread", "tail")
"""Claims of the forecast that weigh a person's measures."""

HOW: Final = (
    "A figure is held against the central intervals of its prediction: *inside 50* lies within "
    "the middle half of draws, *missed* outside the 95 % interval. A printed range counts as "
    "inside where it meets the interval, which is generous to wide ranges. PIT is the share of "
    "draws below what was observed: over many figures it should be spread evenly from 0 to 1. Of "
    "a direction, a ceiling or a floor the share of draws that agree is told, and it holds where "
    "that is at least a half. Intervals are of what the model predicts for a group's mean, "
    "without the error of measuring it."
)
APART: Final[dict[Part, str]] = {
    "verification": "These figures set nothing. " + HOW,
    "building": "These figures set priors or the posterior, or are inputs: that they lie within "
    "intervals shows that the model fits them, and no more.",
}
TITLES: Final[dict[Part, str]] = {
    "verification": "Verification data: predicted and observed",
    "building": "Building data",
}
HEAD: Final = (
    *("verdict", "what", "source", "mark", "unit", "observed"),
    *("median", "80 %", "95 %", "PIT or share that agrees", "note"),
)
TENTHS: Final = 10


def pages(
    knowledge: Knowledge, document: Document, table: Table, parameter_row: ParameterRow
) -> Iterator[tuple[str, str]]:
    """Every page and picture below docs/model/: its name and its text."""
    made = verify(knowledge)
    yield "README.md", front(made, document, table)
    for name, page in PAGES.items():
        text = model_page(name, page, knowledge, made, table, parameter_row)
        yield f"{name}.md", document(page.title, *text)
        if page.models:
            yield f"{name}.svg", drawn(page, made, knowledge)


# --- front ------------------------------------------------------------------------------------


def front(made: Verification, document: Document, table: Table) -> str:
    """All models, the misses first."""
    held = [row for row in made.rows if row.part == "verification"]
    missed = [row for row in held if row.is_miss]
    freeze_rows = [[one.date, f"`{one.digest[:12]}`", one.why] for one in freezes()]
    return document(
        "Models of skin",
        f"**{len(missed)} of {len(held)} figures of verification missed; they come first.** "
        f"{made.not_blind}",
        "## Misses",
        table(("model", *HEAD), ([page_link(row.model), *cells(row)] for row in missed)),
        "## How often they are right",
        table(
            (
                *("model", "what it answers", "figures", "inside 50 %", "inside 80 %"),
                *("inside 95 %", "directions, ceilings, floors", "not scored"),
            ),
            (front_row(one) for one in made.coverage if one.part == "verification"),
        ),
        "An interval that covers as it claims has a half, four fifths and nineteen of twenty "
        "figures inside. Figures of one study are not independent, and there are few: the shares "
        "are rough. PIT of all figures, in tenths from 0 to 1: " + tenths(held) + ".",
        HOW,
        "Building data, which set the models: " + building_line(made.coverage) + ".",
        f"## Frozen on {made.freeze_date}",
        f"Digest of models, priors, posterior and building data: `{made.digest}`. Scoring "
        "refuses any other, predictions that moved, and observations that were changed since; "
        "predictions were written beside it "
        "(`src/needlework/response/data/predictions.csv`) before the first score, by code that "
        "does not read what was observed. `needlework response verify` prints these tables; "
        "`scripts/freeze.py` writes a new freeze, with its reason.",
        table(("date", "digest", "why"), freeze_rows),
    )


def front_row(one: Coverage) -> list[str]:
    """A model in one line."""
    if one.model == "all":
        name, about = "**all**", ""
    else:
        name, about = page_link(one.model), PAGES[page_of(one.model)].about
    shares = [percent(share) for share in (one.inside_50, one.inside_80, one.inside_95)]
    held = f"{one.held} of {one.directions} hold" if one.directions else ""
    return [name, about, str(one.count or ""), *shares, held, str(one.not_scored or "")]


def building_line(coverage: Iterable[Coverage]) -> str:
    """Coverage over all building data in words."""
    one = next(each for each in coverage if (each.model, each.part) == ("all", "building"))
    return (
        f"{one.count} figures, {percent(one.inside_50)} inside 50 %, {percent(one.inside_80)} "
        f"inside 80 %, {percent(one.inside_95)} inside 95 %"
    )


def page_of(model: str) -> str:
    """The page that a model stands on.

    >>> page_of("anatomy")
    'penetration'
    """
    return next(name for name, page in PAGES.items() if model in page.models)


def page_link(model: str) -> str:
    """A link to a model's page."""
    return f"[{model}]({page_of(model)}.md)"


def tenths(rows: Iterable[Row]) -> str:
    """How many figures fell in each tenth of PIT."""
    counts = Counter(min(int(row.pit * TENTHS), TENTHS - 1) for row in rows if row.pit is not None)
    return ", ".join(str(counts[tenth]) for tenth in range(TENTHS))


def percent(share: float | None) -> str:
    """A whole per cent; nothing for None."""
    return "" if share is None else f"{share:.0%}"


# --- one model --------------------------------------------------------------------------------


def model_page(
    name: str,
    page: Page,
    knowledge: Knowledge,
    made: Verification,
    table: Table,
    parameter_row: ParameterRow,
) -> Iterator[str]:
    """Misses, what it answers, equations, parameters, and both kinds of data."""
    rows = [row for row in made.rows if row.model in page.models]
    text = files("needlework.response").joinpath("data", "pages", f"{name}.md")
    yield f"{page.about} [All models](README.md) · {made.not_blind}"
    if page.models:
        yield from misses(rows, table)
        yield f"![Published figures beside what {page.title.lower()} predicts]({name}.svg)"
    yield text.read_text(encoding="utf-8").strip()
    yield from parameter_part(name, page, knowledge, table, parameter_row)
    for part in cast("tuple[Part, ...]", ("verification", "building")):
        own = [row for row in rows if row.part == part]
        if own:
            yield f"## {TITLES[part]}"
            yield APART[part]
            yield coverage_line(own)
            yield table(HEAD, map(cells, own))
    yield f"Frozen on {made.freeze_date}, digest `{made.digest}`."


def misses(rows: Sequence[Row], table: Table) -> Iterator[str]:
    """What missed, before anything else."""
    yield "## Misses"
    held = [row for row in rows if row.part == "verification"]
    missed = [row for row in held if row.is_miss]
    among = sum(row.is_miss for row in rows if row.part == "building")
    also = f" Of the building data {among} missed; they come first in their table." if among else ""
    if missed:
        yield f"{len(missed)} of {len(held)} figures of verification.{also}"
        yield table(HEAD, map(cells, missed))
    else:
        yield f"None of {len(held)} figures of verification.{also}"


def coverage_line(rows: Sequence[Row]) -> str:
    """Coverage of one model's figures in words, with the tenths of their PIT."""
    verdicts = [row.verdict for row in rows if row.pit is not None]
    directions = [row.verdict for row in rows if row.verdict.startswith("direction")]
    parts = []
    if verdicts:
        names = [name for _, name in INTERVALS]
        inside = [
            f"{sum(verdict in names[: at + 1] for verdict in verdicts)} inside {share:.0%}"
            for at, (share, _) in enumerate(INTERVALS)
        ]
        parts.append(f"{len(verdicts)} figures: " + ", ".join(inside) + f"; PIT {tenths(rows)}")
    if directions:
        kept = sum(verdict == "direction held" for verdict in directions)
        parts.append(f"{kept} of {len(directions)} directions, ceilings and floors hold")
    unscored = sum(row.verdict == "cannot be scored" for row in rows)
    if unscored:
        parts.append(f"{unscored} cannot be scored")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def cells(row: Row) -> list[str]:
    """A row of a table."""
    how = row.chance if row.chance is not None else row.pit
    return [
        f"**{row.verdict}**" if row.is_miss else row.verdict,
        row.what,
        row.source,
        row.mark,
        "" if row.unit == "1" else row.unit,
        found(row),
        figure(row.median),
        between(row.low_80, row.high_80),
        between(row.low_95, row.high_95),
        "" if how is None else f"{how:.2f}",
        row.note,
    ]


def between(low: float | None, high: float | None) -> str:
    """An interval."""
    return "" if low is None else f"{figure(low)} to {figure(high)}"


def parameter_part(
    name: str, page: Page, knowledge: Knowledge, table: Table, parameter_row: ParameterRow
) -> Iterator[str]:
    """Every parameter with unit, value or prior, source, mark and whether it was fitted."""
    yield "## Parameters"
    yield (
        "S1 read in the primary text, S2 in a secondary one, R recalled, P proposed by this "
        "project. *Fitted to* names the building data that moved a prior; empty is assumed or "
        "read off a source."
    )
    head = ("parameter", "value", "prior", "fitted to", "mark", "certainty", "sources")
    for model in page.models or ("outcome",):
        claims = parameters(knowledge, model)
        own = claims if page.models else {key: claims[key] for key in LEARNED_BY}
        yield f"### `response.{model}`"
        yield table(head, (parameter_row(key, claim) for key, claim in own.items()))
    if name == "outcome":
        yield from posterior_part(knowledge, table)
    others = [id_ for id_ in used_claims(knowledge) if not id_.startswith("response.")]
    beside = [id_ for id_ in others if id_.partition(".")[0] in READ_BY.get(name, ())]
    if beside:
        yield "### Read from elsewhere"
        yield table(head, (parameter_row(id_, knowledge.claim(id_)) for id_ in beside))


def posterior_part(knowledge: Knowledge, table: Table) -> Iterator[str]:
    """What the trials made of the priors, and how well the sampler did."""
    held = load_posterior(knowledge)
    made, said = held.made, {name: summarise(held.draws[name]) for name in DRAWN}
    arms = [name for name in held.draws if name.startswith("study.")]
    yield "### Posterior"
    yield (
        f"{made.chains} chains of {made.kept} draws after {made.warmup}, {made.sampler}, seed "
        f"{made.seed}: R-hat at most {made.r_hat_max:g}, effective draws at least "
        f"{made.n_eff_min}, {made.divergences} divergent. File's digest `{made.draws_sha256}`. "
        "Times are in days, of the healing chain. An arm's effect is in units of the studies' "
        "spread."
    )
    said |= {name: summarise(held.draws[name]) for name in arms}
    head = ("what was drawn", "median", "50 %", "80 %", "95 %")
    yield table(
        head,
        (
            [
                name.replace("study.", "effect of the arm "),
                figure(float(one.median)),
                between(float(one.low_50), float(one.high_50)),
                between(float(one.low_80), float(one.high_80)),
                between(float(one.low_95), float(one.high_95)),
            ]
            for name, one in said.items()
        ),
    )


READ_BY: Final = {
    "puncture": ("device", "course"),
    "penetration": ("zone",),
    "redness": ("harm",),
    "pigment": ("harm",),
}
"""Page → kinds of claims that its models read from beside their own."""


# --- pictures ---------------------------------------------------------------------------------


def drawn(page: Page, made: Verification, knowledge: Knowledge) -> str:
    """The picture of a page's verification data."""
    if page.models == ("wound",):
        return wound_picture(page.title, knowledge)
    rows = [row for row in made.rows if row.model in page.models and row.part == "verification"]
    return picture(page.title, rows)


def wound_picture(title: str, knowledge: Knowledge) -> str:
    """The three courses as we and another solver have them."""
    claims = parameters(knowledge, "wound")
    held = table_rows("verification", "healing_waugh")
    names = ("inflammatory_macrophages", "repair_macrophages", "growth_factor")
    courses = {}
    days = np.array([float(row["day"]) for row in held if row["course"] == "normal"])
    for course in wound.COURSES:
        theirs = np.array(
            [[float(row[name]) for name in names] for row in held if row["course"] == course]
        )
        made = wound.wound(claims, course)
        courses[course] = (wound.simulate(made, days), theirs)
    return courses_picture(title, days, courses, wound.COLUMNS)
