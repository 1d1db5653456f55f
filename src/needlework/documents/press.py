"""From a template and data to a PDF: tagged (PDF/UA-1), reproducible, fonts of our own.

Data reach a template as JSON and are set as text, so nothing that somebody typed is markup.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Final

from needlework.documents.words import Said

TEMPLATES: Final = Path(__file__).parent / "templates"
FONTS: Final = Path(__file__).parent / "fonts"
MISSING: Final = "\N{WHITE SQUARE}"
_UNCOVERED: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_LONGEST_WORD: Final = 24
_LONGEST_LINE: Final = 200
_BREAK: Final = "\N{ZERO WIDTH SPACE}"


def typeset(template: str, data: Said) -> bytes:
    """The document; letters that no font at hand has stand as a square, and a line says so."""
    import typst

    while True:
        try:
            return typst.compile(
                str(TEMPLATES / f"{template}.typ"),
                root=str(TEMPLATES),
                font_paths=[str(FONTS)],
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            )
        except typst.TypstError as error:
            found = _UNCOVERED.search(str(error))
            if found is None or (fewer := _without(data, found[1])) == data:
                raise
            data = fewer | {"squares": True}


def plain(text: str) -> str:
    """What somebody typed, as one line: no control or direction marks, and not without end."""
    kept = (" " if c.isspace() else c for c in text)
    line = " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())
    if len(line) > _LONGEST_LINE:
        line = line[: _LONGEST_LINE - 1] + "…"
    return " ".join(map(_breakable, line.split(" ")))


def _breakable(word: str) -> str:
    if len(word) <= _LONGEST_WORD:
        return word
    starts = range(0, len(word), _LONGEST_WORD)
    return _BREAK.join(word[start : start + _LONGEST_WORD] for start in starts)


def _without(data: Said, cluster: str) -> Said:
    """The data with a square for each letter of the scripts that no font covers."""
    groups = {_group(character) for character in cluster}
    text = json.dumps(data, ensure_ascii=False)
    shown = "".join(
        MISSING if ord(c) > 127 and c != MISSING and _group(c) in groups else c for c in text
    )
    fewer: Said = json.loads(shown)
    return fewer


def _group(character: str) -> str:
    """Letters of one script and pictures go together; anything else stands for itself."""
    category = unicodedata.category(character)
    if category == "Lo":
        return unicodedata.name(character, "").partition(" ")[0]
    return category if category == "So" else character
