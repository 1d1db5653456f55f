"""Marking a record as entered in error: one page for every kind, each with its own address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from needlework.i18n import translator
from needlework.web import access
from needlework.web.records.forms import ErrorForm
from needlework.web.records.kinds import Kind
from needlework.web.records.models import Record
from needlework.web.records.selectors import retraction_of
from needlework.web.records.services import OvertakenError, retract
from needlework.web.rendering import render
from needlework.web.request import Request


def error_view(kind: Kind) -> access.View:
    """The page for one kind of record; its policy is that of whoever may write the kind."""

    @access.member(*kind.writers)
    @require_http_methods(["GET", "POST"])
    def error(request: Request, clinic: str, **codes: UUID) -> HttpResponse:
        record = access.get_record(request, kind.record_model(), codes[kind.name])
        if kind.may is not None and not kind.may(record, request.roles):
            request.audit.refused(record)
            raise PermissionDenied
        return _answer(request, kind, record)

    return error


def _answer(request: Request, kind: Kind, record: Record) -> HttpResponse:
    form = ErrorForm(request.POST if request.method == "POST" else None, language=request.language)
    if request.method != "POST":
        return _page(request, kind, record, form)
    if not form.is_valid():
        return _page(request, kind, record, form, status=422)
    try:
        made = retract(
            record=record,
            author=request.user,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            now=timezone.now(),
        )
    except OvertakenError:
        # Somebody was quicker: the page says who and why, and what was typed is not lost.
        return _page(request, kind, record, form, status=422)
    request.audit.note(made)
    _ = translator(request.language)
    messages.success(request, _("Marked as entered in error. It stays in the record, struck."))
    if record.client_id is None:
        return redirect("clinics:home", clinic=request.clinic.slug)
    return redirect("clinics:client", clinic=request.clinic.slug, client=record.client_id)


def _page(
    request: Request, kind: Kind, record: Record, form: ErrorForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "client": record.client,
        "kind": kind,
        "record": record,
        "number": getattr(record, "number", None),
        "look": kind.look(record, request.clinic.slug),
        "error": retraction_of(record),
        "unsaved": form.data.get("words", "") if status != 200 else "",
        "form": form,
    }
    return render(request, "records/error.html", context, status=status)
