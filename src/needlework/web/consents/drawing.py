"""A drawn signature: decoded, encoded anew, and looked at for ink."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Final

from needlework.web.blobs.sniff import Clean, clean
from needlework.web.consents.errors import ConsentError
from needlework.web.records.spoken import spoken

PREFIX: Final = "data:image/png;base64,"
LARGEST_BYTES: Final = 400_000
LONGEST_SIDE_PX: Final = 2_400
DARK: Final = 128
LEAST_INK_PX: Final = 120
LEAST_LENGTH_PX: Final = 30
MOST_INK_SHARE: Final = 0.5
"""A stroke covers little of its field; a field that is nearly full is a picture of something."""


def drawn(sent: str) -> Clean:
    """The picture of a signature as it may be kept; an error where it is none, or blank."""
    _ = spoken()
    made = clean(_content(sent), "signature")
    if max(made.width_px or 0, made.height_px or 0) > LONGEST_SIDE_PX:
        raise _refused(_("This picture is too large for a signature."))
    if not has_ink(made.content):
        raise _refused(_("The field for the signature is empty."))
    return made


def has_ink(content: bytes) -> bool:
    """Whether strokes of a hand's length stand on it."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        flat = Image.new("RGBA", image.size, "white")
        flat.alpha_composite(image.convert("RGBA"))
    ink = flat.convert("L").point(lambda grey: 255 if grey < DARK else 0)
    box = ink.getbbox()
    if box is None:
        return False
    count = ink.histogram()[255]
    length = max(box[2] - box[0], box[3] - box[1])
    is_full = count > MOST_INK_SHARE * flat.width * flat.height
    return count >= LEAST_INK_PX and length >= LEAST_LENGTH_PX and not is_full


def _content(sent: str) -> bytes:
    _ = spoken()
    if not sent:
        raise _refused(_("The field for the signature is empty."))
    if not sent.startswith(PREFIX) or len(sent) > LARGEST_BYTES * 4 // 3:
        raise _refused(_("What was sent is no drawing of this page."))
    try:
        return base64.b64decode(sent.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise _refused(_("What was sent is no drawing of this page.")) from wrong


def _refused(message: str) -> ConsentError:
    _ = spoken()
    return ConsentError(message, hint=_("Draw your signature in the field, or type your name."))
