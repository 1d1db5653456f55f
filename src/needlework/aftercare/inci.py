"""Reading a pasted list of ingredients: what is one name, what is none, in the order given.

Commas, semicolons, bullets and bars always separate. Line breaks, slashes, spaced hyphens, full
stops and "and" may separate or belong to a name: whoever knows the names decides, through
`Identify`. Brackets that hold a list are opened; others stay with their name. Nothing is
dropped silently: what is not read as an ingredient stands among the remarks.

Only text is read. A photograph of a label is out of scope.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from msgspec import Struct

Identify = Callable[[str], tuple[str, ...]]
"""Ids of what a name wholly means; none where it is not recognised."""

LONGEST: Final = 20_000
"""Characters that are read; a list that is longer is cut, and says so."""

_ROUNDS: Final = 4
_MOST_ITEMS: Final = 1000
_MOST_JOINS: Final = 2000
_PIECES_IN_NAME: Final = 5
_LONGEST_NAME: Final = 120
_WORDS_IN_NAME: Final = 6
_LEAST_SIDE_BY_SIDE: Final = 3

_COMMA: Final = "\ue000"
_HEADING: Final = "\ue001"
_MAY: Final = "\ue002"

_TABLE: Final = str.maketrans(
    {
        **dict.fromkeys("®™℠©\u00ad\ufeff", ""),
        **dict.fromkeys("¹²³⁰⁴⁵⁶⁷⁸⁹⁺†‡§¶※∗⁎٭＊", "*"),
        **dict.fromkeys("‐‑−﹣－", "-"),
        **dict.fromkeys("•·●▪◦‣∙⋅■□○◆▫➤►✓✔❖¦｜|、，؛；;", ";"),
        **dict.fromkeys("⁄／∕\\", "/"),
        **dict.fromkeys("’‘´", "'"),
        **dict.fromkeys("“”„«»", '"'),
        "：": ":",
    }
)
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ue000-\uf8ff]"
)
_BREAK: Final = re.compile(r"<(?:br|/?p|/?li|/?div|/?tr|/?h[1-6])\b[^<>]{0,80}>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-z][^<>]{0,80}>", re.IGNORECASE)
_QUOTED: Final = re.compile(r"`([^`]*)`(?: \((\d+(?:\.\d+)?)%\))?")
_PLAIN: Final = re.compile(r"[\w' -]+")
_NUMBERING: Final = re.compile(r"^[(]?\d{1,3}[.)] ", re.MULTILINE)
_COUNTED: Final = re.compile(r"(?<![\w.,%-])[(]?(\d{1,2})[.)] (?=[^\W\d_])")
_LEAST_COUNTED: Final = 3
_RUN_ON: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[)\]])(?=\w)")
_LEADER: Final = re.compile(r"(?:\.{3,}|…)+")
_DASH: Final = re.compile(r"(?<=\w)[–—―](?=\w)")
_LOCANT: Final = re.compile(
    r"(?:(?<![\w.-])(?:\d{1,2}'?(?:,\d{1,2}'?)+|[NO](?:,[NO])+)|(?<=[A-Za-z]-)\d,\d)(?=-[A-Za-z])"
)
_SPACED_LOCANT: Final = re.compile(r"(?<![\w.-])1, ?2-(?=[A-Za-z])")
_DECIMAL: Final = re.compile(
    r"(?<=\d),(?=\d{1,4} ?%|\d{3} ?(?:units?|unidades|i\.?u\.?|u\.?i\.?)(?!\w))", re.IGNORECASE
)
_ALSO: Final = re.compile(r"[(\[] ?(?:and|y|et|und) ?[)\]]", re.IGNORECASE)
_INGREDIENTS: Final = (
    r"(?:ingredients?|ingredientes?|ingr[ée]dients|inci|composici[oó]n|composition)"
)
_HEAD: Final = re.compile(
    rf"(?<!\w)(?:(?:full|complete|list of|lista de|lista completa de|active|key) )?"
    rf"{_INGREDIENTS}(?: list| activos)?(?: ?[/(] ?{_INGREDIENTS}\)?){{0,4}} ?(?::|\n|\Z)"
    rf"|\A *(?:active )?{_INGREDIENTS}(?: activos)? (?=\S)"
    rf"|(?<!\w)(?:principios? activos?|active substances?|active|activos?) ?:"
    rf"|(?<!\w)active ingredients? +purposes?\b ?:?",
    re.IGNORECASE,
)
_LATER_HEAD: Final = re.compile(
    r"(?<!\w)(?:(?:inactive|other|otros) (?:ingredients?|ingredientes)"
    r"|ingredientes inactivos|excipients?|excipientes?) ?(?::|\n|\Z)"
    r"|(?<!\w)(?:inactive ingredients?|ingredientes inactivos) (?=\w)"
    r"|(?<!\w)(?:inactive|inactivos) ?:",
    re.IGNORECASE,
)
_MAY_CONTAIN: Final = re.compile(
    r"(?<!\w)(?:may contain|puede contener|peut contenir|kann enthalten|pode conter) ?:?"
    r"|[\[(]? ?(?:\+ ?/ ?-|±) ?[\])]? ?:?",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(
    rf"[{_HEADING}{_MAY},;]|[(\[{{]|[)\]}}]|\n|\t|\. |\.\Z| ?/ ?| - | (?:and|y|e|&|\+) ",
    re.IGNORECASE,
)
_HARD: Final = {",", ";", _HEADING, _MAY}
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_ALSO_WORDS: Final = {"and", "y", "e", "&", "+"}
_JOINS: Final = {"/", *_ALSO_WORDS}
"""What rejoins two pieces of which neither is known."""

_GLUE: Final = {"/": "/", ".": ". ", "-": " - "}
_SHARE: Final = (
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d{1,4})?) ?(?:%|per ?cent\b|por ciento\b)"
    r"(?: ?(?:w/w|p/p|v/v|m/m|w/v)\b)?"
)
_PERCENT: Final = re.compile(rf"[(\[] ?{_SHARE} ?[)\]]|{_SHARE}", re.IGNORECASE)
_EDGES: Final = " \t\n.:*-+>_=#\"'~!?&/,"
_FREE: Final = re.compile(
    r"(?:free (?:from|of)|without|sin|no contiene|does not contain|contains no|libre de)\b",
    re.IGNORECASE,
)
_WITH: Final = re.compile(r"(?:with|contains|con|contiene|pero con|but with)\b", re.IGNORECASE)
_IS_FREE: Final = re.compile(r"\S{1,30}(?: \S{1,30})?[ -]free", re.IGNORECASE)
_REMARK: Final = re.compile(
    r"(?:made in|hecho en|fabricad[oa] |elaborad[oa] |product of|producto de |manufactur|"
    r"distribut|distribuid|imported|importad|warnings?\b|caution|advertencia|precauci|atenci|"
    r"keep out|mant[eé]n|store (?:in|at|below)|conserv(?:ar|e|ese)\b|for external|solo para|"
    r"uso externo|directions|how to|modo de |instrucciones|apply |aplicar|aplique|avoid|evit|"
    r"use (?:by|as)|best before|exp(?:iry|ires)\b|lote?\b|batch|net ?wt|peso neto|contenido|"
    r"www\b|https?\b|tel\b|dermatol|hypoallerg|hipoalerg|cruelty|vegan\b|vegano|not tested|"
    r"no testad|ingredient lists? may|the list of|la lista de|please|por favor|"
    r"\d+(?:[.,]\d+)? ?(?:ml|g|gr|oz|fl|cl)\b|from organic|from natural|de agricultura|"
    r"de cultivo|de origen|natural(?:ly)? (?:origin|derived|occurring|constituents?)|"
    r"component[es]* natural|organic(?:ally)? (?:grown|farming|ingredients?|origin)|"
    r"(?:ingredients?|ingredientes?) (?:from|of|de|proced|org|eco|cert)|certified|certificad|"
    r"procedente|natural origin|origen natural|\d+ ?% (?:of|del|de) |drug facts|"
    r"purposes?\b|uses? ?:|usos? ?:|indicaciones|"
    r"[(\[]?(?:code )?(?:f\.i\.l\b|fil:? [a-z]?\d|(?:iln|pr-|bi )\d))",
    re.IGNORECASE,
)
_FOOTNOTE: Final = re.compile(
    r"\b(?:organic|ecol[oó]gic|biol[oó]gic|natural|agricultur|farming|certifi|component|"
    r"constituent|origin|origen|transformed|transformad)",
    re.IGNORECASE,
)
_LETTER: Final = re.compile(r"[^\W\d_]")


class Listed(Struct, frozen=True, kw_only=True):
    """A name as it stands in a list, with other names given for the same thing."""

    name: str
    ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    percent: float | None = None
    may_contain: bool = False


class IngredientList(Struct, frozen=True, kw_only=True):
    """What was read: names in their order, and remarks, which are text around the list."""

    items: tuple[Listed, ...]
    remarks: tuple[str, ...] = ()
    cut: bool = False

    @property
    def normal(self) -> str:
        """The same list in one form: read again, it gives the same items."""
        kept = "; ".join(_shown(item) for item in self.items if not item.may_contain)
        perhaps = "; ".join(_shown(item) for item in self.items if item.may_contain)
        return f"{kept}; may contain: {perhaps}" if perhaps else kept


def read_list(
    text: str, identify: Identify = lambda _: (), synonyms: Collection[str] = ()
) -> IngredientList:
    """The ingredients that a pasted text names.

    `synonyms` are ids whose names, between slashes, are one ingredient in several languages.

    >>> known = {"aqua": ("water",), "water": ("water",), "1,2-hexanediol": ("hexanediol",)}
    >>> read = read_list(
    ...     "Ingredients: Aqua/Water, 1,2-Hexanediol 2,5 %. Made in Spain",
    ...     lambda name: known.get(name.lower(), ()),
    ...     synonyms={"water"},
    ... )
    >>> [(item.name, item.aliases, item.percent) for item in read.items], read.remarks
    ([('Aqua', ('Water',), None), ('1,2-Hexanediol', (), 2.5)], ('Made in Spain',))
    """
    reader = _Reader(identify, frozenset(synonyms))
    clean = _clean(text[:LONGEST])
    at = 0
    for quoted in _QUOTED.finditer(clean):
        reader.read(clean[at : quoted.start()])
        reader.whole(quoted[1], quoted[2])
        at = quoted.end()
    reader.read(clean[at:])
    cut = len(text) > LONGEST or len(reader.items) > _MOST_ITEMS
    items = reader.items[:_MOST_ITEMS]
    ordered = sorted(items, key=lambda item: item.may_contain)
    return IngredientList(items=tuple(ordered), remarks=tuple(reader.remarks), cut=cut)


# --- characters -------------------------------------------------------------------------------


def _clean(text: str) -> str:
    """One kind of space, dash, bullet and quote; no tags, entities or invisible characters."""
    for _ in range(_ROUNDS):
        before, text = text, _cleaned(text)
        if text == before:
            return text
    return _cleaned(text.translate(dict.fromkeys(map(ord, "&<>"), " ")))


def _cleaned(text: str) -> str:
    text = _TAG.sub(" ", _BREAK.sub("\n", html.unescape(text)))
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_TABLE)))
    text = _DASH.sub("-", text.replace("\r", "\n"))
    text = re.sub(r"[–—―]", " - ", text)
    text = re.sub(r"[^\S\n\t]+", " ", text)
    text = _LEADER.sub(";", re.sub(r" ?([\n\t])\s*", r"\1", text).strip())
    return _NUMBERING.sub(";", _unnumbered(text))


def _unnumbered(text: str) -> str:
    """Numbers that count the names of one line, from 1 without a gap, as separators."""
    marks: list[re.Match[str]] = []
    for found in _COUNTED.finditer(text):
        if int(found[1]) == len(marks) + 1:
            marks.append(found)
    if len(marks) < _LEAST_COUNTED or marks[0].start() > 0:
        return text
    for found in reversed(marks):
        text = f"{text[: found.start()]};{text[found.end() :]}"
    return text


def _marked(text: str) -> str:
    """Headings and "may contain" as marks; commas that belong to a name are covered."""
    text = _SPACED_LOCANT.sub("1,2-", re.sub(" *` *", " ", text))
    text = _LOCANT.sub(lambda found: found[0].replace(",", _COMMA), text)
    text = _DECIMAL.sub(_COMMA, text)
    text = _ALSO.sub(";", text)
    text = _MAY_CONTAIN.sub(_MAY, text)
    text = _LATER_HEAD.sub(";", text)
    return _HEAD.sub(_HEADING, text)


# --- pieces -----------------------------------------------------------------------------------


class _Piece(Struct, frozen=True):
    """A stretch of text, and what stood before it: a separator that may belong to the name."""

    text: str
    before: str


def _groups(text: str) -> Iterator[list[_Piece]]:
    """Pieces that stand together between separators that always separate; marks by themselves."""
    brackets = _brackets(text)
    pieces: list[_Piece] = []
    before, start, kept = "", 0, 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        role = brackets.get(token.start(), mark)
        if role in {"keep-open", "keep-close"}:
            kept += 1 if role == "keep-open" else -1
            continue
        if kept:
            continue
        pieces.append(_Piece(text[start : token.start()], before))
        start = token.end()
        if role in _HARD or role == "hard":
            yield pieces
            pieces, before = [], ""
            if mark in {_HEADING, _MAY}:
                yield [_Piece(mark, "")]
        else:
            before = _soft(mark)
    pieces.append(_Piece(text[start:], before))
    yield pieces


def _soft(mark: str) -> str:
    bare = mark.strip(" ").casefold()
    if bare == "/":
        return mark
    return mark.strip(" ") if bare in _ALSO_WORDS else bare or mark


def _brackets(text: str) -> dict[int, str]:
    """Role of each bracket: kept with its name, or a separator where it holds a list."""
    roles: dict[int, str] = {}
    stack: list[tuple[int, str, int]] = []
    separators = 0
    for token in _TOKEN.finditer(text):
        mark, at = token[0], token.start()
        if mark in _HARD:
            separators += 1
        elif mark in _OPEN:
            stack.append((at, _OPEN[mark], separators))
            roles[at] = "hard"
        elif mark in _OPEN.values():
            roles[at] = "space"
            if stack and stack[-1][1] == mark:
                opened, _, count = stack.pop()
                lists = separators > count
                roles[opened] = "hard" if lists else "keep-open"
                roles[at] = "hard" if lists else "keep-close"
    return roles


# --- names ------------------------------------------------------------------------------------


class _Reader:
    """Takes pieces in order and decides what is a name, a continuation, or a remark."""

    def __init__(self, identify: Identify, synonyms: frozenset[str]) -> None:
        self.items: list[Listed] = []
        self.remarks: list[str] = []
        self._identify = identify
        self._synonyms = synonyms
        self._joins = _MOST_JOINS
        self._may = False
        self._mode = ""
        self._headed = False
        self._opens = True
        self._within = False
        self._loose = False

    def read(self, text: str) -> None:
        """Read a stretch of text without quoted names."""
        for group in _groups(_marked(text)):
            self.take(group)

    def whole(self, text: str, percent: str | None) -> None:
        """A quoted name, as the normal form has it: taken as it is."""
        if name := _trim(text).strip(_EDGES):
            ids = self._identify(name) if len(name) <= _LONGEST_NAME else ()
            self._add(name, ids, float(percent) if percent else None, alias=False)

    def take(self, pieces: Sequence[_Piece]) -> None:
        """Read one group."""
        if len(self.items) > _MOST_ITEMS:
            return
        if pieces[0].text in {_HEADING, _MAY}:
            self._mark(pieces[0].text)
            return
        self._within, self._opens = not self._opens, False
        while len(pieces) > 1 and not pieces[0].text.strip(_EDGES):
            pieces = [_Piece(pieces[1].text, ""), *pieces[2:]]
        at = 0
        while at < len(pieces):
            at += self._next(pieces, at)

    def _mark(self, mark: str) -> None:
        self._mode = ""
        self._opens = True
        if mark == _MAY:
            self._may = True
            return
        self._may = False
        first, self._headed = not self._headed, True
        if first and not any(item.ids for item in self.items):
            # Nothing known stood before the heading: a product's name, not a list.
            self.remarks.extend(item.name for item in self.items)
            self.items.clear()

    def _next(self, pieces: Sequence[_Piece], at: int) -> int:
        """Read the name that begins here; how many pieces it took."""
        taken, ids = self._longest(pieces, at)
        text = _joined(pieces[at : at + taken])
        before = pieces[at].before
        if self._is_remark(text, before, ids):
            return taken
        name, percent = _bare(text)
        if not ids and taken == 1:
            if parts := self._side_by_side(text):
                for part, found in parts:
                    name, percent = _bare(part)
                    self._add(name, found, percent, alias=False)
                return taken
            taken = self._unknown(pieces, at)
            name, percent = _bare(_joined(pieces[at : at + taken]))
        self._add(name, ids, percent, alias=at > 0 and before.strip() == "/")
        return taken

    def _longest(self, pieces: Sequence[_Piece], at: int) -> tuple[int, tuple[str, ...]]:
        """The most pieces that are one known name, unless each of them is a name by itself."""
        alone = self._known(pieces[at].text)
        if at + 1 == len(pieces):
            return 1, alone
        for end in range(min(len(pieces), at + _PIECES_IN_NAME), at + 1, -1):
            if self._joins <= 0:
                break
            text = _joined(pieces[at:end])
            if len(text) > _LONGEST_NAME or not all(_bare(one.text)[0] for one in pieces[at:end]):
                continue
            self._joins -= 1
            ids = self._known(text)
            if ids and not all(self._known(piece.text) for piece in pieces[at:end]):
                return end - at, ids
        return 1, alone

    def _unknown(self, pieces: Sequence[_Piece], at: int) -> int:
        """How many pieces from here are one unknown name ("Foo/Bar Copolymer")."""
        end = at + 1
        while (
            end < len(pieces)
            and pieces[end].before.casefold() in _JOINS
            and pieces[end].text.strip(_EDGES)
            and end - at < _PIECES_IN_NAME
            and not self._known(pieces[end].text)
            and not _REMARK.match(pieces[end].text.strip(_EDGES))
        ):
            end += 1
        return end - at

    def _side_by_side(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Names without a separator between them, where several are known; the rest as it is."""
        words = _RUN_ON.sub(" ", text).split()
        parts: list[tuple[str, tuple[str, ...]]] = []
        rest: list[str] = []
        at = 0
        while at < len(words):
            end, ids = self._first_words(words, at)
            if not ids:
                rest.append(words[at])
            if rest and (ids or end == len(words)):
                parts.append((" ".join(rest), ()))
                rest = []
            if ids:
                parts.append((" ".join(words[at:end]), ids))
            at = end
        return parts if sum(bool(ids) for _, ids in parts) >= _LEAST_SIDE_BY_SIDE else []

    def _first_words(self, words: Sequence[str], at: int) -> tuple[int, tuple[str, ...]]:
        """Where the longest known name that begins here ends; without one, after one word."""
        for end in range(min(len(words), at + _WORDS_IN_NAME), at, -1):
            if self._joins <= 0:
                break
            self._joins -= 1
            if ids := self._known(" ".join(words[at:end])):
                return end, ids
        return at + 1, ()

    def _known(self, text: str) -> tuple[str, ...]:
        name, _ = _bare(text)
        return self._identify(name) if name and len(name) <= _LONGEST_NAME else ()

    def _is_remark(self, text: str, before: str, ids: tuple[str, ...]) -> bool:
        """Text around the list. What is known counts, but where it is said to be absent."""
        bare = text.replace(_COMMA, ",").strip(_EDGES)
        if self._mode == "free" and before in {".", "\n"}:
            self._mode = "remark"
        if not bare:
            return True
        if self._mode == "free" and _WITH.match(bare):
            self._mode = ""
        if _FREE.match(bare):
            self._mode = "free"
            self._loose = self._within and not before
        elif self._mode == "free" and self._loose and ids:
            # Begun in the midst of a list: what else follows it may well be in the product.
            self._mode = ""
            return False
        elif self._mode != "free":
            if ids:
                self._mode = ""
                return False
            if not _LETTER.search(bare):
                return True
            starred = text.lstrip().startswith("*") and _FOOTNOTE.search(bare)
            if starred or _REMARK.match(bare):
                self._mode = "remark"
            elif self._mode != "remark" and not _IS_FREE.fullmatch(bare):
                return False
            if self._mode == "remark" and not starred:
                self._add_named_in(bare)
        self.remarks.append(bare)
        return True

    def _add_named_in(self, remark: str) -> None:
        """What a remark names may well be in the product ("Warnings: contains retinol")."""
        words = _RUN_ON.sub(" ", remark).split()
        known = {each for item in self.items for each in item.ids}
        at = 0
        while at < len(words):
            end, ids = self._first_words(words, at)
            if not known.issuperset(ids):
                name, percent = _bare(" ".join(words[at:end]))
                self._add(name, ids, percent, alias=False)
            at = end

    def _add(self, name: str, ids: tuple[str, ...], percent: float | None, *, alias: bool) -> None:
        last = self.items[-1] if self.items else None
        if alias and last and self._synonyms.intersection(ids).intersection(last.ids):
            self.items[-1] = Listed(
                name=last.name,
                ids=tuple(dict.fromkeys((*last.ids, *ids))),
                aliases=(*last.aliases, name),
                percent=last.percent if percent is None else percent,
                may_contain=last.may_contain,
            )
        elif name:
            self.items.append(Listed(name=name, ids=ids, percent=percent, may_contain=self._may))


def _joined(pieces: Sequence[_Piece]) -> str:
    """Pieces as one text again, with what stood between them."""
    text = pieces[0].text if len(pieces) == 1 else _trim(pieces[0].text)
    for piece in pieces[1:]:
        bare = piece.before.strip(" ")
        mark = f" {bare} " if bare.casefold() in _ALSO_WORDS else _GLUE.get(bare, " ")
        text += ("" if mark == " " and text.endswith("-") else mark) + _trim(piece.text)
    return text


def _trim(text: str) -> str:
    return " ".join(text.replace("*", " ").split())


def _bare(text: str) -> tuple[str, float | None]:
    """A name without percentages and marks, and the percentage."""
    text = text.replace(_COMMA, ",")
    found = _PERCENT.search(text)
    if found:
        text = _PERCENT.sub(" ", text)
    name = _trim(text).strip(_EDGES)
    return name, float((found[1] or found[2]).replace(",", ".")) if found else None


def _shown(item: Listed) -> str:
    """A name that reads as itself; one that might not is quoted."""
    plain = item.ids and _PLAIN.fullmatch(item.name)
    name = "/".join((item.name, *item.aliases)) if plain or item.aliases else f"`{item.name}`"
    if item.percent is None:
        return name
    return f"{name} ({f'{item.percent:.4f}'.rstrip('0').rstrip('.')}%)"
