"""A page in pieces: each with its head, its words, and the claims whose notes it links to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from tests.web.site.reading import Element

BLOCKS: Final = frozenset(
    {
        *("p", "li", "dd", "dt", "tr", "caption", "figure", "summary", "legend", "label"),
        *("h1", "h2", "h3", "h4", "a", "button", "option", "textarea"),
    }
)
HEADS: Final = frozenset({"h1", "h2", "h3", "h4", "summary", "dt", "legend", "caption"})
_INLINE: Final = frozenset({"a", "button"})
_SILENT: Final = frozenset({"option", "textarea", "label"})
"""What a client chooses from or has typed."""


class Piece(NamedTuple):
    """Some words of a page; `is_head` where they only name what stands under them."""

    under: str
    text: str
    claims: frozenset[str]
    is_head: bool = False

    @property
    def place(self) -> str:
        return f"{self.under} | {self.text}"


def pieces(main: Element, notes: str = "whence") -> Iterator[Piece]:
    """Every piece before the notes, in the order of the page, under the last head before it."""
    head = ""
    for block, text in _texts(main, notes):
        is_head = block.tag in HEADS
        if is_head:
            head = NUMBER.sub("#", text)
        yield Piece("" if is_head else head, text, _claims(block), is_head)


def nested(
    main: Element, notes: str, cites: Callable[[Element], Iterable[str]] | None = None
) -> Iterator[Piece]:
    """Every piece under the whole way of headings to it, each by its first words alone."""
    way: dict[str, str] = {}
    for block, text in _texts(main, notes):
        under = " / ".join(way.values())
        if block.tag in _LEVELS:
            way = {level: held for level, held in way.items() if level < block.tag}
            under = " / ".join(way.values())
            way[block.tag] = " ".join(next(block.texts())[0].split())
        yield Piece(under, text, frozenset(cites(block)) if cites else _claims(block))


_LEVELS: Final = ("h1", "h2", "h3", "h4")


def _texts(main: Element, notes: str) -> Iterator[tuple[Element, str]]:
    for block, texts in _blocks(main, notes):
        text = " ".join("".join((*texts, *_drawn(block))).split())
        if text:
            yield block, text


def _blocks(main: Element, notes: str) -> Iterator[tuple[Element, list[str]]]:
    """Each innermost block with its own texts; a figure and a row of a table are taken whole."""
    block: Element | None = None
    texts: list[str] = []
    for text, place in main.texts():
        if _is_skipped(place, notes):
            continue
        found = _block_of(place)
        if found is not block:
            if block is not None:
                yield block, texts
            block, texts = found, []
        texts.append(f"{text} ")
    if block is not None:
        yield block, texts


def _drawn(block: Element) -> Iterator[str]:
    """Points of a chart, which no text tells."""
    if block.tag == "figure":
        points = [each["cx"] for each in block.all("circle") if each.get("cx")]
        yield from (f"point at {point} " for point in points)


def _block_of(place: Element) -> Element:
    around = [one for one in place.ancestors if one.tag in BLOCKS]
    whole = [one for one in place.ancestors if _is_whole(one)]
    if whole:
        return whole[-1]
    outer = [one for one in around if one.tag not in _INLINE]
    return (outer or around or list(place.ancestors))[0]


def _is_whole(one: Element) -> bool:
    """A figure, a row, a finding, or a fact with its name."""
    is_fact = one.parent is not None and bool({"dose", "facts"} & one.parent.classes)
    return one.tag in {"figure", "tr"} or "finding" in one.classes or is_fact


def _is_skipped(place: Element, notes: str) -> bool:
    """Notes, numbers of notes, and choices of a form."""
    return any(
        notes in one.classes or "cite" in one.classes or one.tag in _SILENT
        for one in place.ancestors
    )


def _claims(block: Element) -> frozenset[str]:
    """Those that it links to; a figure is explained by the paragraph after it."""
    found = set(_linked(block))
    if block.tag == "figure" and block.parent is not None:
        siblings = [one for one in block.parent.children if isinstance(one, Element)]
        for after in siblings[siblings.index(block) + 1 :][:1]:
            found.update(_linked(after))
    return frozenset(found)


def _linked(block: Element) -> Iterator[str]:
    for link in block.all("a"):
        if "cite" in link.classes:
            yield link["href"].removeprefix("#")


class Follows(NamedTuple):
    """Pieces that fit `piece` move with one that cites the claim and fits `cause`.

    `{under}` in `cause` is the head under which the piece stands, `{over}` the one above that.
    """

    piece: str
    cause: str
    why: str

    def explains(self, piece: Piece, causes: Iterable[Piece]) -> bool:
        if re.search(self.piece, piece.place) is None:
            return False
        under, over = piece.under, piece.under.rpartition(" / ")[0]
        cause = re.compile(
            self.cause.replace("{under}", re.escape(under)).replace("{over}", re.escape(over))
        )
        return any(cause.search(one.place) for one in causes)


def unexplained(
    before: Sequence[Piece], after: Sequence[Piece], claim_id: str, follows: Sequence[Follows]
) -> list[Piece]:
    """What came, went or changed, and neither cites the claim nor follows from what does.

    A piece that says or cites another thing has come and gone. One may take the place of
    another that cites the claim, and a head goes with what stands under it.
    """
    old, new = Counter(before), Counter(after)
    came, went = list((new - old).elements()), list((old - new).elements())
    citing = [one for one in (*before, *after) if claim_id in one.claims]
    named = {one.under for one in (*came, *went) if claim_id in one.claims}
    return [
        one
        for one in (*_unreplaced(came, went, claim_id), *_unreplaced(went, came, claim_id))
        if not (one.is_head and NUMBER.sub("#", one.text) in named)
        and not any(step.explains(one, citing) for step in follows)
    ]


def _unreplaced(side: Iterable[Piece], other: Iterable[Piece], claim_id: str) -> Iterator[Piece]:
    """Pieces of a side without the claim, but for those that a piece with it made room for."""
    room = Counter(one.under for one in other if claim_id in one.claims)
    room.subtract(one.under for one in side if claim_id in one.claims)
    for one in side:
        if claim_id in one.claims:
            continue
        if not one.is_head and room[one.under] > 0:
            room[one.under] -= 1
        else:
            yield one


def without_days(text: str) -> str:
    """The text without days of the calendar and times of the clock."""
    for pattern in _WHEN:
        text = pattern.sub(" ", text)
    return text


_MONTHS: Final = (
    "January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_WHEN: Final = (
    re.compile(rf"\b\d{{1,2}}\s(?:{_MONTHS})\b(?:\s\d{{4}})?"),
    re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    re.compile(r"\b\d{1,2}:\d{2}(?:\s?[AP]M)?"),
)
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
