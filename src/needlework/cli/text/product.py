"""A product as text: what it comes to, then each ingredient with its day and its why."""

from __future__ import annotations

from collections.abc import Iterator

from needlework.aftercare import Ingredient, Product
from needlework.cli.text.client import Words, claims_below, foot, head
from needlework.cli.text.paper import Paper, page
from needlework.evidence import Knowledge

_VERDICTS = {"nothing-read": "bold yellow", "ask": "bold magenta", "wait": "bold cyan"}


def product_page(made: Product, knowledge: Knowledge, language: str, *, with_why: bool) -> bytes:
    """The whole page."""
    words = Words(knowledge, language)
    _ = words.say

    def draw(paper: Paper) -> None:
        head(paper, words, made.name or _("Product"))
        paper.gap()
        paper.line((made.summary, _VERDICTS.get(made.verdict, "bold green")))
        if made.perhaps_from is not None:
            said = _("If the clinic confirms that its acids only set the pH: from {day} on.")
            paper.line(said.format(day=words.long(made.perhaps_from)))
        if made.cut:
            paper.line(_("The list was too long: its end was not read."))
        if made.ingredients:
            _ingredients(paper, made, words, with_why=with_why)
        if made.remarks:
            paper.heading(_("Not read as ingredients"))
            paper.pairs([("–", remark) for remark in made.remarks])
        paper.gap()
        paper.line((made.limits, "dim"))
        foot(paper, words, made, with_why=with_why)

    return page(draw)


def _ingredients(paper: Paper, made: Product, words: Words, *, with_why: bool) -> None:
    _ = words.say
    paper.heading(_("Ingredients"), _("as listed; the day from which each may be used again"))
    rows = [
        (
            str(each.position),
            _named(each, words),
            _from(each, words),
            _what(each, words),
        )
        for each in made.ingredients
    ]
    paper.table(("#", _("Name"), _("From"), _("What it is")), rows)
    cited = [(str(each.position), each.claims) for each in made.ingredients]
    claims_below(paper, cited, with_why=with_why)
    notes = [
        (str(each.position), note) for each in made.ingredients for note in _notes(each, words)
    ]
    if notes:
        paper.heading(_("Notes"))
        paper.pairs(notes)


def _from(each: Ingredient, words: Words) -> str:
    day = words.short(each.usable_from)
    return f"{day}, {each.usable_at:%H:%M}" if each.is_to_the_hour else day


def _what(each: Ingredient, words: Words) -> str:
    kinds = "; ".join(each.kinds)
    if each.status != "unknown":
        return kinds
    unknown = words.say("not known to us")
    return f"{unknown} ({kinds}?)" if kinds else unknown


def _named(each: Ingredient, words: Words) -> str:
    name = " / ".join((each.name, *each.aliases))
    if each.percent is not None:
        name += f" {words.number(each.percent)} %"
    return f"{name} (+/-)" if each.may_contain else name


def _notes(each: Ingredient, words: Words) -> Iterator[str]:
    _ = words.say
    yield from each.notes
    if each.suggestions:
        names = ", ".join(f"“{found.name}”" for found in each.suggestions)
        yield _("Like {names}; not taken for it.").format(names=names)
    if each.ask and each.status == "known":
        yield _("Ask the clinic about this one.")
