"""Kept files, for those whom they concern."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from needlework.web import access
from needlework.web.blobs.forms import PhotoForm
from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import keep_clean, open_blob
from needlework.web.consents.selectors import PHOTO_CLINICAL, may_use
from needlework.web.records.selectors import retraction_of
from needlework.web.rendering import render
from needlework.web.request import Request

_ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
THUMBNAILS_PX: Final = (320, 1280)
"""The longer side of the sizes that a picture is offered in beside its own."""
_SIZES: Final = {str(side): side for side in THUMBNAILS_PX}


@access.member()
@require_GET
def blob(request: Request, clinic: str, blob: UUID) -> HttpResponse:
    """For staff of the clinic; `?size=320` gives a picture in that size."""
    found = access.get_blob(request, blob)
    if found.kind != "portrait" and not request.roles - {"reception"}:
        request.audit.refused(found)
        raise PermissionDenied
    if (error := retraction_of(found)) is not None:
        # It may show another person: whoever looks is told why it is not shown.
        context = {"client": found.client, "error": error}
        return render(request, "blobs/struck.html", context, status=410)
    if not _may_show(found):
        request.audit.refused(found)
        return render(request, "blobs/withheld.html", {"client": found.client}, status=403)
    return _served(found, request.GET.get("size", ""))


@access.member()
@require_http_methods(["GET", "POST"])
def photo(request: Request, clinic: str, client: UUID) -> HttpResponse:
    """A portrait for the client's header."""
    person = access.get_client(request, client)
    form = PhotoForm(request.POST or None, request.FILES or None, language=request.language)
    is_sent = request.method == "POST"
    if is_sent and form.is_valid():
        made = keep_clean(
            clinic=request.clinic,
            client=person,
            author=request.user,
            kind="portrait",
            made=form.cleaned_data["photo"],
        )
        request.audit.note(made)
        return redirect("clinics:client", clinic=request.clinic.slug, client=person.pk)
    context = {"form": form, "client": person}
    return render(request, "blobs/photo.html", context, status=422 if is_sent else 200)


@access.portal
@require_GET
def own_blob(request: Request, blob: UUID) -> HttpResponse:
    """For a client, their own alone; what was kept in error is found by nobody of them."""
    found = access.get_blob(request, blob)
    if not _may_show(found):
        request.audit.refused(found)
        raise PermissionDenied
    return _served(found, request.GET.get("size", ""))


def _may_show(blob: Blob) -> bool:
    """A clinical photo is shown for as long as its client agrees to it."""
    if blob.kind != "photo":
        return True
    return blob.client is not None and may_use(PHOTO_CLINICAL, blob.client)


def _served(blob: Blob, size: str) -> HttpResponse:
    is_picture = blob.media_type.startswith("image/")
    if size and not (is_picture and size in _SIZES):
        raise Http404
    content, media_type = open_blob(blob), blob.media_type
    if size:
        from needlework.web.blobs.images import thumbnail  # the library, for pictures alone

        content, media_type = thumbnail(content, _SIZES[size])
    # Shown are pictures alone; a document opens in a program of the reader's own.
    manner = "inline" if is_picture else "attachment"
    ending = _ENDINGS[media_type]
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'{manner}; filename="{blob.pk.hex[:8]}.{ending}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
