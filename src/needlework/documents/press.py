"""From a template and data to a PDF: tagged (PDF/UA-1), reproducible, fonts of our own.

Data reach a template as JSON and are set as text, so nothing that somebody typed is markup.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Final

from needlework.documents import typesetter
from needlework.documents.typesetter import REFUSED
from needlework.documents.words import Said
from needlework.errors import NeedleworkError

TEMPLATES: Final = Path(__file__).parent / "templates"
FONTS: Final = Path(__file__).parent / "fonts"
MISSING: Final = "\N{WHITE SQUARE}"
_UNCOVERED: Final = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
_PATIENCE_S: Final = 60
_LONGEST_WORD: Final = 24
_LONGEST_ADDRESS: Final = 48
"""An e-mail address is left whole, so that it can be copied, as long as it fits on a line."""

_LONGEST_LINE: Final = 200
_BREAK: Final = "\N{ZERO WIDTH SPACE}"


def typeset(template: str, data: Said) -> bytes:
    """The document; letters that no font at hand has stand as a square, and a line says so.

    Set in a process of its own: the library keeps some 90 MB for good, which a page's worker that
    was asked for one document would hold from then on.
    """
    while True:
        done = _set(template, data)
        if done.returncode == 0:
            return done.stdout
        said = done.stderr.decode(errors="replace")
        found = _UNCOVERED.search(said) if done.returncode == REFUSED else None
        if found is None or (fewer := _without(data, found[1])) == data:
            raise RuntimeError(f"{template} could not be set: {said}")
        data = fewer | {"squares": True}


def _set(template: str, data: Said) -> subprocess.CompletedProcess[bytes]:
    asked = {
        "template": str(TEMPLATES / f"{template}.typ"),
        "root": str(TEMPLATES),
        "fonts": str(FONTS),
        "data": data,
    }
    try:
        # -P: this folder's calendar.py is not to stand for the language's own.
        return subprocess.run(  # noqa: S603  our own file, our own interpreter
            [sys.executable, "-P", typesetter.__file__],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NeedleworkError(
            "The document took too long to set.", hint="Shorten what is written in it; try again."
        ) from None


def plain(text: str) -> str:
    """What somebody typed, as one line: no control or direction marks, and not without end."""
    kept = (" " if c.isspace() else c for c in text)
    line = " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())
    if len(line) > _LONGEST_LINE:
        line = line[: _LONGEST_LINE - 1] + "…"
    return " ".join(map(_breakable, line.split(" ")))


def _breakable(word: str) -> str:
    if len(word) <= (_LONGEST_ADDRESS if "@" in word else _LONGEST_WORD):
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
