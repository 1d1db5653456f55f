"""A PDF is kept as it came, so it is looked through first: structure, and nothing that acts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from needlework.web.blobs.errors import FileRefusedError
from needlework.web.records.spoken import spoken

ACTING: Final = frozenset(
    {
        b"JavaScript",
        b"Launch",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"RichMedia",
        b"SubmitForm",
        b"ImportData",
        b"GoToE",
        b"XFA",
    }
)
"""Names by which a document runs a program, opens a file, sends what was typed, or hides one."""

_HEADER: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_END: Final = re.compile(rb"startxref\s+[0-9]{1,12}\s+%%EOF\s*\Z")
_END_WITHIN: Final = 1024
_NAME: Final = re.compile(rb"/((?:[^\s\x00/<>\[\](){}%#]|#[0-9A-Fa-f]{2})+)")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY_BYTES: Final = 1024
_FILTER: Final = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?|/Filter", re.DOTALL)
_ARCHIVE_END: Final = b"PK\x05\x06"
_ARCHIVE_WITHIN: Final = 65_557
"""As far from the end as an archive's directory may end: the longest comment, and its head."""

UNPACKED_AT_MOST: Final = 128 * 1024 * 1024
_STREAMS_AT_MOST: Final = 50_000
_PIECE_BYTES: Final = 16 * 1024


def check_pdf(content: bytes) -> None:
    """Raise where this is no plain, whole PDF."""
    _ = spoken()
    if not _HEADER.match(content) or not _END.search(content[-_END_WITHIN:]):
        raise FileRefusedError(
            _("This PDF is damaged or incomplete."),
            hint=_("Open it, print it to a new PDF, and send that."),
        )
    if _ARCHIVE_END in content[-_ARCHIVE_WITHIN:]:
        raise _acting()
    names = _names(content)
    if b"Encrypt" in names:
        raise FileRefusedError(
            _("This PDF is locked with a password, so nobody here could read it."),
            hint=_("Save it without a password, and send that."),
        )
    if names & ACTING:
        raise _acting()
    for inside in _unpacked(content):
        if _names(inside) & ACTING:
            raise _acting()


def _names(content: bytes) -> set[bytes]:
    """Every name in the bytes, with what was written as `#4A` read as the letter it stands for."""
    return {
        _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name)
        for name in set(_NAME.findall(content))
    }


def _unpacked(content: bytes) -> Iterator[bytes]:
    """What compressed streams hold. Objects may lie in them, beside pictures and fonts."""
    left = UNPACKED_AT_MOST
    view = memoryview(content)
    for number, found in enumerate(_STREAM.finditer(content)):
        before = content[max(0, found.start() - _DICTIONARY_BYTES) : found.start()]
        dictionary = before[before.rfind(b"obj") :]
        if b"ObjStm" in _names(dictionary) and not _is_plainly_packed(dictionary):
            raise _acting()
        inside = _inflated(view[found.end() :], left)
        left -= len(inside)
        if left <= 0 or number >= _STREAMS_AT_MOST:
            raise _acting()
        yield inside


def _inflated(packed: memoryview, at_most: int) -> bytes:
    """As much as unpacks: nothing where it is not packed so, a part where it is damaged."""
    unpacking = zlib.decompressobj()
    inside = bytearray()
    # In pieces, since zlib copies what lies behind the end of a stream.
    for start in range(0, len(packed), _PIECE_BYTES):
        try:
            inside += unpacking.decompress(
                packed[start : start + _PIECE_BYTES], at_most - len(inside)
            )
        except zlib.error:
            break
        if unpacking.eof or len(inside) >= at_most:
            break
    return bytes(inside)


def _is_plainly_packed(dictionary: bytes) -> bool:
    """Whether objects are packed in the one way that everybody uses, or not at all."""
    filters = _FILTER.findall(dictionary)
    plain = not filters or (len(filters) == 1 and b"FlateDecode" in filters[0])
    return plain and b"Predictor" not in _names(dictionary)


def _acting() -> FileRefusedError:
    _ = spoken()
    return FileRefusedError(
        _("This PDF holds a program, a form that sends, or another file, so it cannot be kept."),
        hint=_("Print it to a new PDF, which leaves those out, and send that."),
    )
