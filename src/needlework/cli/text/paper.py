"""What text is set on: width, headings, columns."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Final

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from needlework.errors import printable
from needlework.evidence import Verdict

NARROWEST: Final = 40
WIDEST: Final = 140
"""Longer lines are hard to read, however wide the terminal is."""

_INDENT: Final = 2
_GAP: Final = 2

STYLES: Final = {
    Verdict.STOP: "bold red",
    Verdict.DEFER: "bold magenta",
    Verdict.CLEAR: "bold yellow",
    Verdict.ASK: "bold blue",
    Verdict.LIMIT: "bold cyan",
    Verdict.INFO: "bold green",
}


class Paper:
    """A console with the few shapes that the pages are made of. Text is never read as markup."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = console.width

    def line(self, *parts: str | Text | tuple[str, str]) -> None:
        """One line, wrapped where it is too long."""
        self._console.print(Text.assemble(*parts))

    def heading(self, text: str, note: str = "") -> None:
        """The title of a part, with space above."""
        self._console.print()
        self._console.print(
            Text.assemble((printable(text), "bold"), ("  " + note if note else "", "dim"))
        )

    def indented(self, what: RenderableType, by: int = _INDENT) -> None:
        """Something set in from the left."""
        shown = plain(what) if isinstance(what, str) else what
        self._console.print(Padding(shown, (0, 0, 0, by)))

    def pairs(
        self, rows: Iterable[tuple[str, str | Text]], by: int = _INDENT, first: int = 0
    ) -> None:
        """A label and what it says, line by line."""
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim", no_wrap=True, min_width=first or None)
        table.add_column(overflow="fold")
        for label, said in rows:
            table.add_row(Text(label), plain(said))
        self.indented(table, by)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
        """Columns under heads; one that says nothing in any row is left out."""
        cells = [list(map(plain, row)) for row in rows]
        said = [any(row[place].plain for row in cells) for place in range(len(heads))]
        shown = [[Text(head, "dim") for head in heads], *cells]
        shown = [list(compress(row, said)) for row in shown]
        table = Table.grid(padding=(0, _GAP, 0, 0))
        room = self.width - _INDENT - _GAP * (sum(said) - 1)
        for width in _widths(list(zip(*shown, strict=True)), room):
            table.add_column(width=width, overflow="fold")
        for row in shown:
            table.add_row(*row)
        self.indented(table)

    def gap(self) -> None:
        """An empty line."""
        self._console.print()


def _widths(columns: Sequence[Sequence[Text]], room: int) -> list[int | None]:
    """Widths that break no word; short columns get all they wish before long ones get more.

    None leaves a column to be broken anywhere, where even the words do not fit.
    """
    least = [max(_longest_word(cell) for cell in column) for column in columns]
    wished = [max(cell.cell_len for cell in column) for column in columns]
    if sum(least) > room:
        return [None] * len(columns)
    widths = least
    for level in range(1, max(wished) + 1):
        wider = [max(low, min(high, level)) for low, high in zip(least, wished, strict=True)]
        if sum(wider) > room:
            break
        widths = wider
    return list(widths)


def _longest_word(text: Text) -> int:
    return max(map(cell_len, text.plain.split()), default=0)


def plain(said: str | Text) -> Text:
    """Text that holds no markup."""
    return said if isinstance(said, Text) else Text(printable(said))


def verdict(found: Verdict) -> Text:
    """A verdict in its colour; the word alone says it all."""
    return Text(str(found), style=STYLES[found])


def page(draw: Callable[[Paper], None]) -> bytes:
    """What `draw` puts on paper, as bytes for stdout; no line ends in spaces."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.width = max(NARROWEST, min(WIDEST, console.width))
    with console.capture() as captured:
        draw(Paper(console))
    text = captured.get()
    if not console.is_terminal:
        text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    return text.encode(console.encoding or "utf-8", errors="replace")
