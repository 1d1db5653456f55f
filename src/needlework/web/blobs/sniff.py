"""What a file is, by its content alone, and whether it may be kept. Its name is never asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from needlework.web.blobs.errors import FileRefusedError
from needlework.web.blobs.pdfs import check_pdf
from needlework.web.records.spoken import spoken

LARGEST_BYTES: Final = 30 * 1024 * 1024
MEBIBYTE: Final = 1024 * 1024

_STARTS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\xd0\xcf\x11\xe0", "office"),
)
_HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)
_LOOKED_AT: Final = 1024

_PICTURES: Final = frozenset({"jpeg", "png", "webp"})
ACCEPTED: Final[Mapping[str, frozenset[str]]] = {
    "portrait": _PICTURES,
    "photo": _PICTURES,
    "signature": _PICTURES,
    "pdf": frozenset({"pdf"}),
    "letter": _PICTURES | {"pdf"},
}
"""Kind → what it may be sent as."""


class Clean(Struct, frozen=True):
    """Content as it may be kept."""

    content: bytes
    media_type: str
    width_px: int | None = None
    height_px: int | None = None


def clean(content: bytes, kind: str) -> Clean:
    """The content made safe to keep as that kind, or an error that says what to send instead."""
    _ = spoken()
    if not content:
        raise FileRefusedError(
            _("This file is empty."), hint=_("Choose the file again, or another one.")
        )
    if len(content) > LARGEST_BYTES:
        raise FileRefusedError(
            _("This file is larger than {limit} MB.").format(limit=LARGEST_BYTES // MEBIBYTE),
            hint=_("Send a smaller one: a picture in fewer pixels, or a document in parts."),
        )
    form = sniff(content)
    if form not in ACCEPTED[kind]:
        raise _refused(form, kind)
    if form == "pdf":
        check_pdf(content)
        return Clean(content, "application/pdf")
    from needlework.web.blobs.images import clean_image  # the library, for pictures alone

    image = clean_image(content)
    return Clean(image.content, image.media_type, image.width_px, image.height_px)


def sniff(content: bytes) -> str:
    """What the first bytes say: `jpeg`, `pdf`, `zip`, … or nothing where they say nothing."""
    for start, form in _STARTS:
        if content.startswith(start):
            return form
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        return "heif" if content[8:12] in _HEIF_BRANDS else "video"
    head = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "svg"
    return "markup" if head.startswith(b"<") else ""


def _refused(form: str, kind: str) -> FileRefusedError:
    _ = spoken()
    instead = {
        "portrait": _("Send a photo as JPEG, PNG or WebP."),
        "photo": _("Send a photo as JPEG, PNG or WebP."),
        "signature": _("Send a picture as JPEG, PNG or WebP."),
        "pdf": _("Send the document as PDF."),
        "letter": _("Send the letter as PDF, or a photo of it as JPEG, PNG or WebP."),
    }[kind]
    said = {
        "heif": _("HEIC and AVIF pictures cannot be taken yet."),
        "gif": _("A GIF cannot be taken."),
        "svg": _("An SVG drawing cannot be taken: it can carry programs."),
        "markup": _("A web page cannot be taken: it can carry programs."),
        "zip": _("An archive or office document cannot be taken."),
        "office": _("An archive or office document cannot be taken."),
        "bmp": _("This kind of picture cannot be taken."),
        "tiff": _("This kind of picture cannot be taken."),
        "video": _("A video cannot be taken."),
        "pdf": _("A PDF cannot be taken here."),
        "jpeg": _("A picture cannot be taken here."),
        "png": _("A picture cannot be taken here."),
        "webp": _("A picture cannot be taken here."),
    }.get(form, _("This is no kind of file that can be taken."))
    if form == "heif":
        instead = _(
            "On an iPhone choose Settings, Camera, Formats, Most Compatible; or export the picture "
            "as JPEG."
        )
    return FileRefusedError(said, hint=instead)
