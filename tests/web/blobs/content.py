"""Files as people send them, and as nobody should."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageCms
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

SECRET = b"51.5033 N, camera of somebody"
TURNED = 6
"""Orientation: the picture lies on its side."""


def picture(
    form: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    *,
    mode: str = "RGB",
    has_exif: bool = False,
    **more: Any,
) -> bytes:
    image = Image.new("RGB", size, (200, 120, 90))
    image.paste((10, 20, 30), (0, 0, size[0] // 2, size[1] // 2))
    if has_exif:
        told = Image.Exif()
        told[0x010E] = SECRET.decode()
        told[0x0112] = TURNED
        told.get_ifd(0x8825)[2] = (51.0, 30.0, 12.0)
        more["exif"] = told
    image = image.convert(mode)
    if mode == "RGBA":
        image.putalpha(128)
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def png_head(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head claims so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def with_chunk(name: bytes, data: bytes) -> bytes:
    """A good PNG with one more chunk after its head."""
    plain = picture("PNG")
    return plain[:33] + chunk(name, data) + plain[33:]


def frames(form: str) -> bytes:
    out = io.BytesIO()
    made = [Image.new("RGB", (20, 20), (n, n, n)) for n in (0, 200)]
    made[0].save(out, form, save_all=True, append_images=made[1:])
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("photo.jpg", b"x")
    return out.getvalue()


def profile() -> bytes:
    """A profile that turns colours into others: Lab's, which fits no RGB picture."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# --- PDF --------------------------------------------------------------------------------------


def pdf(*, is_packed: bool = False, **changes: Any) -> bytes:
    """A document of one page, made by a library, with what `changes` names done to it."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    for name, value in changes.items():
        getattr(writer, name)(*value)
    out = io.BytesIO()
    writer.write(out)
    return packed(out.getvalue()) if is_packed else out.getvalue()


def acting(name: str) -> bytes:
    """A document whose catalogue opens with an action of that name."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    action = DictionaryObject(
        {
            NameObject("/S"): NameObject(f"/{name}"),
            NameObject("/F"): TextStringObject("x"),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = action
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def linked() -> bytes:
    """A document that points to a page of the web, as letters do."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="https://example.org/"))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def packed(inside: bytes, dictionary: bytes = b"/Filter /FlateDecode") -> bytes:
    """A document in whose compressed stream of objects lies something."""
    body = zlib.compress(inside)
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 "
        + dictionary
        + b" /Length "
        + str(len(body)).encode()
        + b" >>\nstream\n"
        + body
        + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"
    )


# --- what is no photo -------------------------------------------------------------------------

HOSTILE: Mapping[str, bytes] = {
    "nothing": b"",
    "words": b"hello",
    "web page": b"<!doctype html><script>alert(1)</script>",
    "web page after a mark": b"\xef\xbb\xbf \n<html>",
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "drawing with a head": b'<?xml version="1.0"?><!-- x --><svg onload="alert(1)"/>',
    "archive": archive(),
    "picture and program in one": b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)",
    "moving gif": frames("GIF"),
    "moving webp": frames("WEBP"),
    "moving png": frames("PNG"),
    "cut short": picture()[:200],
    "cut png": picture("PNG")[:-30],
    "head alone": b"\xff\xd8\xff",
    "bomb": png_head(50_000, 50_000),
    "long bomb": png_head(4_000_000, 1),
    "empty picture": png_head(0, 0),
    "text bomb": with_chunk(b"zTXt", b"x\x00\x00" + zlib.compress(bytes(200_000_000), 9)),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(100),
    "avif": b"\x00\x00\x00\x18ftypavif" + bytes(100),
    "video": b"\x00\x00\x00\x18ftypisom" + bytes(100),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "sixteen bits": picture("PNG", mode="I;16"),
    "pdf": pdf(),
    "program": b"\x7fELF" + bytes(200),
    "office": b"\xd0\xcf\x11\xe0" + bytes(200),
    "postscript in a jpeg's coat": b"\xff\xd8\xff%!PS-Adobe\n(x) run",
}
