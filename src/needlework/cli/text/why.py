"""Chains of reasons as text: from a claim to its sources, for and against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from needlework import workflow
from needlework.cli.text.paper import Paper
from needlework.evidence import Knowledge
from needlework.i18n import Translate, translator


def _basis(say: Translate) -> Mapping[str, str]:
    _ = say
    return {
        "S1": _("primary source (S1)"),
        "S2": _("secondary source (S2)"),
        "R": _("recalled, no source at hand (R)"),
        "P": _("our proposal (P)"),
    }


def _certainty(say: Translate) -> Mapping[str, str]:
    _ = say
    return {
        "very-low": _("very low"),
        "low": _("low"),
        "moderate": _("moderate"),
        "high": _("high"),
    }


def chains(
    paper: Paper, knowledge: Knowledge, ids: Iterable[str], say: Translate | None = None
) -> None:
    """The chain of each claim, in the order of their ids; texts of claims where translated."""
    _ = say or translator("en")
    wanted = sorted(ids)
    paper.heading(_("Why"), _("{n} claims, each with its sources").format(n=len(wanted)))
    for claim_id in wanted:
        paper.gap()
        chain(paper, workflow.why(knowledge, claim_id), _)


def chain(paper: Paper, why: workflow.Why, say: Translate | None = None) -> None:
    """One claim: what it says, how sure it is, who says so and who says otherwise."""
    _ = say or translator("en")
    paper.line((why.claim, "bold"))
    paper.indented(_(why.statement))
    paper.pairs(_rows(why, _), first=9)


def _rows(why: workflow.Why, say: Translate) -> Iterator[tuple[str, str]]:
    _ = say
    spread = "  (" + _("sources: {range}").format(range=why.range) + ")" if why.range else ""
    yield _("value"), _(why.value) + spread
    yield _("mark"), f"{_basis(_)[why.basis]}; {_(why.standing)}"
    yield _("certainty"), f"{_certainty(_)[why.certainty]}: {_(why.because)}"
    if why.chosen:
        yield _("chosen"), _(why.chosen)
    for label, lines in ((_("for"), why.supports), (_("against"), why.contradicts)):
        for line in lines:
            yield label, _source(line, _)
            label = ""  # noqa: PLW2901  the label stands before the first source only


def _source(line: workflow.SourceLine, say: Translate) -> str:
    _ = say
    year = f" ({line.year})" if line.year else ""
    place = f", {line.where}" if line.where else ""
    ref = f" [{line.ref}]" if line.ref else ""
    says = " – " + _("says: {what}").format(what=_(line.says)) if line.says else ""
    return f"{line.id}{year}: {_(line.title)}{place}{ref}{says}"
