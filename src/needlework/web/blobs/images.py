"""Pictures are decoded whole and encoded anew: what is kept holds pixels and nothing else."""

from __future__ import annotations

import io
from typing import Any, Final

from msgspec import Struct
from PIL import Image, ImageCms, ImageOps

from needlework.web.blobs.errors import FileRefusedError
from needlework.web.records.spoken import spoken

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MAX_PIXELS: Final = 50_000_000
MAX_SIDE_PX: Final = 16_000

_PLAIN_MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_MAX_PROFILE_BYTES: Final = 4 * 1024 * 1024
_JPEG: Final[dict[str, Any]] = {"format": "JPEG", "quality": 95, "subsampling": 0}
_PNG: Final[dict[str, Any]] = {"format": "PNG", "compress_level": 3}
_MILLION: Final = 1_000_000


class CleanImage(Struct, frozen=True):
    """A picture as it may be kept."""

    content: bytes
    media_type: str
    width_px: int
    height_px: int


def clean_image(content: bytes) -> CleanImage:
    """The same picture upright, in sRGB, without metadata; an error where it is none."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(image)
            _check_still(image)
            image.load()
            made = _plain(image)
        return _encoded(made, is_photo=_is_photo(image))
    except FileRefusedError:
        raise
    except Image.DecompressionBombError as bomb:
        raise _too_large() from bomb
    except Exception as wrong:  # readers of hostile bytes raise anything
        _ = spoken()
        raise FileRefusedError(
            _("This picture is damaged or incomplete."),
            hint=_("Open it on the device it came from, save it anew, and send that."),
        ) from wrong


def thumbnail(content: bytes, side_px: int) -> tuple[bytes, str]:
    """A kept picture no larger than `side_px` on its longer side, with its media type."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        kind = image.get_format_mimetype() or ""
        image.draft(image.mode, (side_px, side_px))
        image.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        made = _encoded(image, is_photo=image.format == "JPEG")
    return made.content, kind


def _check_size(image: Image.Image) -> None:
    """The header alone tells, before a byte is unpacked."""
    width, height = image.size
    if width < 1 or height < 1:
        raise ValueError("no pixels")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise _too_large()


def _too_large() -> FileRefusedError:
    _ = spoken()
    return FileRefusedError(
        _("This picture has more than {limit} million pixels, or a very long side.").format(
            limit=MAX_PIXELS // _MILLION
        ),
        hint=_("Send it in fewer pixels."),
    )


def _check_still(image: Image.Image) -> None:
    """One picture; phones put a second into some JPEGs, of which the first is the photo."""
    if image.format in {"JPEG", "MPO"}:
        return
    if getattr(image, "n_frames", 1) > 1:
        _ = spoken()
        raise FileRefusedError(
            _("An animated picture cannot be taken."), hint=_("Send a single picture.")
        )


def _plain(image: Image.Image) -> Image.Image:
    """Upright, in sRGB where it says what it is in, in a mode that every reader knows."""
    if image.mode not in _PLAIN_MODES:
        _ = spoken()
        raise FileRefusedError(
            _("This picture has more grey levels than can be kept."),
            hint=_("Save it as an ordinary PNG or JPEG with 8 bits, and send that."),
        )
    profile = image.info.get("icc_profile")
    has_alpha = image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info
    made = _upright(image)
    if made.mode in {"P", "PA"} or "transparency" in made.info:
        made = made.convert("RGBA" if has_alpha else "RGB")
    mode = "RGBA" if has_alpha else "L" if made.mode in {"1", "L"} else "RGB"
    made = _in_srgb(made, profile, mode)
    if made.mode != mode:
        made = made.convert(mode)
    if made is image:
        made = image.copy()
    made.info = {}
    return made


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its metadata say; metadata that cannot be read say nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 - as above
        return image


def _in_srgb(image: Image.Image, profile: object, mode: str) -> Image.Image:
    """Colours by the picture's own profile; a profile that does not fit is left out."""
    if not isinstance(profile, bytes) or not 0 < len(profile) <= _MAX_PROFILE_BYTES or mode == "L":
        return image
    if image.mode == "RGBA":
        colours = _in_srgb(image.convert("RGB"), profile, "RGB")
        colours.putalpha(image.getchannel("A"))
        return colours
    try:
        changed = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return changed if changed is not None else image


def _is_photo(image: Image.Image) -> bool:
    """Whether it was stored with loss, so that JPEG again costs little."""
    return image.format in {"JPEG", "MPO", "WEBP"}


def _encoded(image: Image.Image, *, is_photo: bool) -> CleanImage:
    as_jpeg = is_photo and image.mode != "RGBA"
    out = io.BytesIO()
    image.save(out, **(_JPEG if as_jpeg else _PNG))
    kind = "image/jpeg" if as_jpeg else "image/png"
    return CleanImage(out.getvalue(), kind, *image.size)
