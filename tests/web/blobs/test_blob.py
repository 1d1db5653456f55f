"""The pages: a file is seen by those whom it concerns, and does nothing in their browser."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import path, reverse
from django.utils import timezone
from PIL import Image

from needlework.web import urls
from needlework.web.audit.models import AuditEvent
from needlework.web.blobs import store, views
from needlework.web.blobs.models import Blob
from needlework.web.blobs.selectors import portrait_of
from needlework.web.blobs.services import keep_blob, open_blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.portal import links
from needlework.web.records.services import retract
from tests.web import people
from tests.web.blobs.content import HOSTILE, SECRET, pdf, picture

pytestmark = pytest.mark.django_db


def photo_path(client: Client) -> str:
    return reverse("blobs:photo", kwargs={"clinic": client.clinic.slug, "client": client.pk})


def blob_path(blob: Blob, clinic: Clinic | None = None) -> str:
    place = clinic or blob.clinic
    return reverse("blobs:blob", kwargs={"clinic": place.slug, "blob": blob.pk})


def kept(client: Client, kind: str = "signature", content: bytes = b"", **more: Any) -> Blob:
    sent = content or picture(size=(800, 600))
    return keep_blob(clinic=client.clinic, client=client, kind=kind, content=sent, **more)


# --- seeing -----------------------------------------------------------------------------------


def test_staff_see_it_and_the_audit_tells(alice: Membership, pat: Client) -> None:
    blob = kept(pat)
    answer = people.browser(alice).get(blob_path(blob))
    assert answer.status_code == 200
    assert answer.content == open_blob(blob)
    row = AuditEvent.objects.get()
    assert (row.action, row.client_id, row.actor_id) == ("blobs.blob", pat.pk, alice.user_id)
    assert {"type": "blobs.blob", "id": str(blob.pk)} in row.objects_seen


@pytest.mark.parametrize(
    ("kind", "content", "manner"), [("signature", b"", "inline"), ("letter", pdf(), "attachment")]
)
def test_it_can_do_nothing_in_a_browser(
    alice: Membership, pat: Client, kind: str, content: bytes, manner: str
) -> None:
    blob = kept(pat, kind, content)
    headers = people.browser(alice).get(blob_path(blob)).headers
    assert headers["Content-Type"] == blob.media_type
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    said = headers["Content-Disposition"]
    assert said.startswith(f"{manner}; filename=")
    assert str(pat.pk) not in said


def test_another_clinics_is_not_found_and_told(
    charlie: Membership, pat: Client, elsewhere: Clinic
) -> None:
    blob = kept(pat)
    browser = people.browser(charlie)
    for place in (pat.clinic, elsewhere):
        assert browser.get(blob_path(blob, place)).status_code == 404
        assert AuditEvent.objects.order_by("-pk")[0].outcome == "refused"
    assert AuditEvent.objects.order_by("-pk")[0].client_id == pat.pk


def test_who_has_not_signed_in_sees_nothing(pat: Client) -> None:
    answer = people.browser().get(blob_path(kept(pat)))
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_the_desk_sees_portraits_alone(bea: Membership, pat: Client) -> None:
    browser = people.browser(bea)
    assert browser.get(blob_path(kept(pat, "portrait"))).status_code == 200
    for kind, content in (("photo", b""), ("signature", b""), ("letter", pdf()), ("pdf", pdf())):
        assert browser.get(blob_path(kept(pat, kind, content))).status_code == 403
        assert AuditEvent.objects.order_by("-pk")[0].outcome == "refused"


def test_who_is_at_the_desk_and_treats_sees_all(harbour: Clinic, pat: Client) -> None:
    both = people.member(harbour, "reception", "practitioner")
    assert people.browser(both).get(blob_path(kept(pat))).status_code == 200


@pytest.mark.parametrize(("asked", "longer"), [("320", 320), ("1280", 800)])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_comes_in_fixed_sizes(
    alice: Membership, pat: Client, asked: str, longer: int, form: str
) -> None:
    blob = kept(pat, content=picture(form, (800, 600)))
    answer = people.browser(alice).get(f"{blob_path(blob)}?size={asked}")
    assert answer.headers["Content-Type"] == blob.media_type
    with Image.open(io.BytesIO(answer.content)) as seen:
        assert max(seen.size) == longer
        assert seen.get_format_mimetype() == blob.media_type


@pytest.mark.parametrize("size", ["1", "321", "320.0", "99999999", "-320", "x", "320%00", "٣٢٠"])
def test_no_other_size_is_made(alice: Membership, pat: Client, size: str) -> None:
    assert people.browser(alice).get(f"{blob_path(kept(pat))}?size={size}").status_code == 404


def test_a_document_has_no_sizes(alice: Membership, pat: Client) -> None:
    path_ = blob_path(kept(pat, "pdf", pdf()))
    assert people.browser(alice).get(f"{path_}?size=320").status_code == 404


def test_a_lost_file_gets_a_sentence(alice: Membership, pat: Client) -> None:
    blob = kept(pat)
    store.path_of(blob.pk).unlink()
    answer = people.browser(alice).get(blob_path(blob))
    assert answer.status_code == 422
    assert "missing from the store" in answer.content.decode()


def test_only_reading_is_offered(alice: Membership, pat: Client) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(people.browser(alice), method)(blob_path(kept(pat))).status_code == 405
    assert Blob.objects.count() == 4


# --- a client's own ---------------------------------------------------------------------------


class Addresses:
    """The app's addresses, and one under which clients reach their files."""

    urlpatterns = [*urls.urlpatterns, path("my/files/<uuid:blob>/", views.own_blob)]
    handler404 = urls.handler404


def by_link(client: Client) -> Browser:
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    browser = people.browser()
    assert client.birth_date is not None
    browser.post(links.address(token), {"birth_date": client.birth_date.isoformat()})
    return browser


def test_a_client_sees_their_own_alone(
    pat: Client, harbour: Clinic, elsewhere: Clinic, settings: Any
) -> None:
    settings.ROOT_URLCONF = Addresses
    browser = by_link(pat)

    def seen(code: object) -> int:
        return browser.get(f"/my/files/{code}/").status_code

    assert seen(kept(pat).pk) == 200
    for stranger in (people.person(harbour, "Ivo"), people.person(elsewhere, "Pat")):
        assert seen(kept(stranger).pk) == 404
        row = AuditEvent.objects.order_by("-pk")[0]
        assert (row.outcome, row.client_id) == ("refused", stranger.pk)
    of_nobody = keep_blob(clinic=harbour, kind="photo", content=picture())
    assert seen(of_nobody.pk) == 404
    assert seen(uuid4()) == 404


def test_who_came_by_no_link_sees_no_clients_page(pat: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = Addresses
    assert people.browser().get(f"/my/files/{kept(pat).pk}/").status_code == 403


# --- kept in error ----------------------------------------------------------------------------


def in_error(blob: Blob, who: Membership) -> None:
    retract(record=blob, author=who.user, reason="wrong-client", now=timezone.now())


@pytest.mark.parametrize("size", ["", "?size=320"])
def test_what_was_kept_in_error_is_shown_to_nobody(
    alice: Membership, pat: Client, settings: Any, size: str
) -> None:
    """It may show somebody else: staff read who marked it and why, the client finds nothing."""
    settings.ROOT_URLCONF = Addresses
    blob = kept(pat, "portrait")
    mine = by_link(pat)
    assert mine.get(f"/my/files/{blob.pk}/{size}").status_code == 200
    in_error(blob, alice)
    assert mine.get(f"/my/files/{blob.pk}/{size}").status_code == 404
    answer = people.browser(alice).get(f"{blob_path(blob)}{size}")
    assert answer.status_code == 410
    assert "It belongs to another client" in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert AuditEvent.objects.order_by("-pk")[0].client_id == pat.pk


def test_the_header_takes_the_small_picture(
    alice: Membership, pat: Client, harbour: Clinic
) -> None:
    blob = kept(pat, "portrait")
    page = people.browser(alice).get(photo_path(pat)).content.decode()
    assert f'src="{blob_path(blob)}?size=320"' in page
    in_error(blob, alice)
    assert str(blob.pk) not in people.browser(alice).get(photo_path(pat)).content.decode()


# --- sending ----------------------------------------------------------------------------------

NAMES = [
    "../../etc/passwd.php.jpg",
    "..\\..\\boot.ini",
    "photo.jpg.exe",
    "<script>alert(1)</script>.jpg",
    "a\x00b.jpg",
    "x" * 5_000 + ".jpg",
    "photo.html",
    ".htaccess",
    "CON",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_files_name_and_claimed_type_count_for_nothing(
    alice: Membership, pat: Client, name: str
) -> None:
    browser = people.browser(alice)
    sent = SimpleUploadedFile("x", picture(has_exif=True), "text/html")
    sent.name = name  # As a browser may say it; Django's own setter would tidy it.
    assert browser.post(photo_path(pat), {"photo": sent}).status_code == 302
    blob = Blob.objects.get()
    answer = browser.get(blob_path(blob))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert SECRET not in answer.content
    assert answer.headers["Content-Disposition"] == f'inline; filename="{blob.pk.hex[:8]}.jpg"'
    # The id is the only name on the disk.
    assert store.path_of(blob.pk).name == f"{blob.pk.hex}.age"


def test_a_portrait_is_kept_and_stands_in_the_header(
    alice: Membership, pat: Client, harbour: Clinic
) -> None:
    browser = people.browser(alice)
    for shade in (10, 200):
        image = io.BytesIO()
        Image.new("RGB", (30, 30), (shade, 0, 0)).save(image, "PNG")
        sent = SimpleUploadedFile("me.png", image.getvalue(), "image/png")
        assert browser.post(photo_path(pat), {"photo": sent}).status_code == 302
    kept(pat)
    newest = portrait_of(pat)
    assert newest is not None
    assert newest.kind == "portrait"
    assert Blob.objects.filter(kind="portrait").count() == 2
    page = browser.get(
        reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": pat.pk})
    ).content.decode()
    assert blob_path(newest) in page


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_gets_a_sentence_on_the_page(
    alice: Membership, pat: Client, content: bytes
) -> None:
    sent = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    answer = people.browser(alice).post(photo_path(pat), {"photo": sent})
    assert answer.status_code == 422
    assert b"field__error" in answer.content
    assert not Blob.objects.exists()


def test_a_form_without_a_file_gets_a_sentence(alice: Membership, pat: Client) -> None:
    for given in ({}, {"photo": "not a file"}):
        answer = people.browser(alice).post(photo_path(pat), given)
        assert answer.status_code == 422


def test_another_clinics_client_gets_no_photo(charlie: Membership, pat: Client) -> None:
    sent = SimpleUploadedFile("me.jpg", picture(), "image/jpeg")
    assert people.browser(charlie).post(photo_path(pat), {"photo": sent}).status_code == 404
    assert not Blob.objects.exists()


def test_a_row_that_is_not_kept_leaves_only_an_orphan(
    alice: Membership, pat: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.BLOBS = tmp_path / "blobs"
    settings.BLOB_KEY_FILE = tmp_path / "keys/k"

    def breaks(*_: object, **__: object) -> HttpResponse:
        raise ZeroDivisionError

    monkeypatch.setattr(views, "redirect", breaks)
    browser = Browser(raise_request_exception=False)
    browser.force_login(alice.user)
    sent = SimpleUploadedFile("me.jpg", picture(), "image/jpeg")
    assert browser.post(photo_path(pat), {"photo": sent}).status_code == 500
    assert not Blob.objects.exists()
    assert len(list(store.stored())) == 1
