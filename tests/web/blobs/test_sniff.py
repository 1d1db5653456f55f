"""What comes in: known by content, cleaned, or refused with a sentence."""

from __future__ import annotations

import io
import random
import zlib
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from needlework.i18n import translator
from needlework.web.blobs import images, pdfs
from needlework.web.blobs.errors import FileRefusedError
from needlework.web.blobs.models import KINDS
from needlework.web.blobs.sniff import ACCEPTED, LARGEST_BYTES, clean, sniff
from tests.web.blobs.content import (
    HOSTILE,
    SECRET,
    acting,
    archive,
    linked,
    packed,
    pdf,
    picture,
    profile,
    srgb,
    with_chunk,
)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def refused(content: bytes, kind: str = "photo") -> str:
    with pytest.raises(FileRefusedError) as told:
        clean(content, kind)
    assert told.value.message.endswith(".")
    assert told.value.hint.endswith(".")
    return f"{told.value.message} {told.value.hint}"


def test_each_kind_says_what_it_takes() -> None:
    assert set(ACCEPTED) == set(KINDS)


# --- pictures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("WEBP", "image/jpeg"), ("PNG", "image/png")],
)
def test_a_picture_comes_out_upright_and_bare(form: str, media_type: str) -> None:
    sent = picture(form, has_exif=True)
    assert SECRET in sent
    made = clean(sent, "photo")
    assert made.media_type == media_type
    # The tag that turned it by a quarter is gone, and the pixels are turned instead.
    assert (made.width_px, made.height_px) == (40, 60)
    assert SECRET not in made.content
    seen = opened(made.content)
    assert seen.size == (40, 60)
    assert not seen.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment", "photoshop"} & set(seen.info)
    dark, light = seen.convert("RGB").getpixel((35, 5)), seen.convert("RGB").getpixel((5, 5))
    assert sum(dark) < 150 < sum(light)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sent",
    [
        picture(comment=SECRET),
        picture() + SECRET,
        picture() + archive(),
        picture("PNG") + SECRET,
        with_chunk(b"tEXt", b"Comment\x00" + SECRET),
        with_chunk(b"prVt", SECRET),
        with_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(SECRET)),
        picture("WEBP", xmp=SECRET),
        picture("PNG", icc_profile=srgb()),
    ],
    ids=["comment", "behind", "archive", "png-behind", "text", "private", "packed", "xmp", "icc"],
)
def test_what_hides_in_or_behind_a_picture_is_gone(sent: bytes) -> None:
    made = clean(sent, "photo").content
    for hidden in (SECRET, b"PK\x03\x04", b"tEXt", b"zTXt", b"prVt", b"iCCP", b"ICC_PROFILE"):
        assert hidden not in made


def test_the_second_picture_of_a_phones_jpeg_is_left_out() -> None:
    out = io.BytesIO()
    first = Image.new("RGB", (40, 30), (200, 0, 0))
    first.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30), (0, 0, 200))])
    made = clean(out.getvalue(), "photo")
    red, _, blue = opened(made.content).convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 150 > blue
    assert getattr(opened(made.content), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "L", "L"),
        ("PNG", "1", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "L"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_pictures_of_any_mode_are_kept_in_a_plain_one(form: str, mode: str, kept: str) -> None:
    made = clean(picture(form, mode=mode), "signature")
    assert opened(made.content).mode == kept


def test_a_palette_keeps_its_transparency() -> None:
    image = Image.new("P", (8, 8), 3)
    image.putpalette([200, 100, 50] * 256)
    out = io.BytesIO()
    image.save(out, "PNG", transparency=3)
    assert opened(clean(out.getvalue(), "signature").content).getpixel((0, 0)) == (200, 100, 50, 0)


def test_a_profile_that_does_not_fit_is_dropped() -> None:
    plain = clean(picture(), "photo").content
    for sent in (profile(), b"not a profile", b"\x00" * 128, srgb()[:300]):
        assert clean(picture(icc_profile=sent), "photo").content == plain


def test_colours_are_brought_into_srgb() -> None:
    """A profile with red and blue exchanged: the picture is seen in its colours, and kept so."""
    swapped = bytearray(srgb())
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    made = opened(clean(picture("PNG", icc_profile=bytes(swapped)), "photo").content)
    assert made.convert("RGB").getpixel((55, 35)) == pytest.approx((90, 120, 200), abs=3)


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_photo_gets_a_sentence(content: bytes) -> None:
    refused(content)


def test_a_sentence_says_what_to_do_with_a_heic() -> None:
    assert "Most Compatible" in refused(HOSTILE["heic"])


def test_a_file_may_be_only_so_large() -> None:
    assert "30 MB" in refused(b"\xff\xd8\xff" + bytes(LARGEST_BYTES))


def test_a_picture_at_the_limit_is_taken_and_one_beyond_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 60 * 40)
    assert clean(picture(), "photo").width_px == 60
    assert "pixels" in refused(picture(size=(61, 40)))
    monkeypatch.setattr(images, "MAX_SIDE_PX", 59)
    assert "pixels" in refused(picture())


def test_a_refusal_speaks_the_language_of_the_page() -> None:
    with translation.override("es"):
        said = refused(HOSTILE["nothing"])
    assert said.startswith(translator("es")("This file is empty."))


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(some.binary(max_size=3_000))
def test_any_bytes_are_refused(content: bytes) -> None:
    refused(content)


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    some.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\x00\x00\x00WEBP"]),
    some.binary(),
)
def test_any_bytes_behind_a_right_start_are_refused(start: bytes, rest: bytes) -> None:
    refused(start + rest)


DAMAGED = {form: picture(form, has_exif=True) for form in ("JPEG", "PNG", "WEBP")}


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(some.sampled_from(sorted(DAMAGED)), some.data())
def test_a_damaged_picture_is_cleaned_or_refused(form: str, data: some.DataObject) -> None:
    """No damage leads anywhere else, and none brings hidden words through."""
    whole = bytearray(DAMAGED[form])
    for _ in range(data.draw(some.integers(1, 8))):
        whole[data.draw(some.integers(0, len(whole) - 1))] = data.draw(some.integers(0, 255))
    cut = data.draw(some.integers(0, len(whole)))
    for content in (bytes(whole), bytes(whole[:cut])):
        try:
            made = clean(content, "photo")
        except FileRefusedError:
            continue
        assert sniff(made.content) in {"jpeg", "png"}
        assert SECRET[:12] not in made.content


@pytest.mark.parametrize("kind", ["photo", "signature", "portrait"])
def test_only_documents_may_be_pdf(kind: str) -> None:
    assert "PDF" in refused(pdf(), kind)


def test_a_letter_may_be_photographed() -> None:
    assert clean(picture(), "letter").media_type == "image/jpeg"
    assert "Send the document as PDF." in refused(picture(), "pdf")


# --- documents --------------------------------------------------------------------------------

PLAIN = {
    "plain": pdf(),
    "with a link": linked(),
    "with words that only sound so": pdf(add_metadata=({"/Title": "on JavaScript and Launch"},)),
    "packed": packed(b"1 0 << /Type /Catalog >>"),
    "packed in no way": packed(b"", b""),
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN.keys())
def test_a_plain_pdf_is_kept_as_it_is(content: bytes) -> None:
    made = clean(content, "letter")
    assert (made.content, made.media_type) == (content, "application/pdf")


def test_our_own_documents_pass() -> None:
    typst = pytest.importorskip("typst")
    content = typst.compile(b"#set page(width: 5cm, height: 5cm)\nHello")
    assert clean(content, "pdf").content == content


def attached() -> bytes:
    return pdf(add_attachment=("x.exe", b"MZ"))


ACTING = {
    "script": acting("JavaScript"),
    "start of a program": acting("Launch"),
    "form that sends": acting("SubmitForm"),
    "import": acting("ImportData"),
    "film": acting("RichMedia"),
    "another file": attached(),
    "spelt otherwise": acting("JavaScript").replace(b"/JavaScript", b"/J#61vaScript"),
    "packed": packed(b"1 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
    "packed and spelt otherwise": packed(b"1 0 << /S /#4aavaScript >>"),
    "packed twice": packed(b"x", b"/Filter [/ASCIIHexDecode /FlateDecode]"),
    "packed with a predictor": packed(b"x", b"/Filter /FlateDecode /DecodeParms <</Predictor 12>>"),
    "packed otherwise": packed(b"x", b"/Filter /LZWDecode"),
    "archive behind": pdf() + archive(),
    "archive as well": archive() + pdf(),
    "archive whose comment ends a document": pdf() + archive() + b"startxref\n0\n%%EOF\n",
}


@pytest.mark.parametrize("content", ACTING.values(), ids=ACTING.keys())
def test_a_pdf_that_does_things_is_refused(content: bytes) -> None:
    refused(content, "letter")


def test_a_locked_pdf_is_refused() -> None:
    assert "password" in refused(pdf(encrypt=("secret",)), "letter")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-9.9\nstartxref\n0\n%%EOF\n",
        pdf()[:-20],
        pdf() + b"<script>alert(1)</script>",
        b"<html>" + pdf(),
    ],
)
def test_a_broken_or_twofold_pdf_is_refused(content: bytes) -> None:
    refused(content, "pdf")


def test_a_pdf_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfs, "UNPACKED_AT_MOST", 10_000)
    clean(packed(bytes(9_000)), "pdf")
    refused(packed(bytes(10_000)), "pdf")


def test_a_pdf_of_countless_streams_is_refused() -> None:
    refused(b"%PDF-1.7\n" + b"stream\n" * 60_000 + b"startxref\n0\n%%EOF\n", "pdf")


def test_a_script_in_a_stream_that_is_cut_short_is_found() -> None:
    """A reader of PDF may make do with what there is."""
    whole = packed(b"1 0 << /S /JavaScript >>" + random.Random(3).randbytes(2_000))  # noqa: S311
    end = whole.index(b"\nendstream")
    refused(whole[: end - 40] + whole[end:], "pdf")


@given(some.binary(max_size=500))
def test_any_bytes_in_a_pdf_end_in_one_of_two_ways(inside: bytes) -> None:
    for content in (
        b"%PDF-1.7\n" + inside + b"\nstartxref\n0\n%%EOF\n",
        packed(inside),
        b"%PDF-1.7\nstream\r\n" + inside + b"\nstartxref\n0\n%%EOF\n",
    ):
        try:
            made: Any = clean(content, "pdf")
        except FileRefusedError:
            continue
        assert made.content == content
