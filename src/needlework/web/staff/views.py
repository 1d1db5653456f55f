"""The staff of a clinic: the owner changes it, the director reads it, everybody sees themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from needlework.i18n import translator
from needlework.web import access
from needlework.web.accounts.services import TooManyTries, confirm_password
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.differences import steps
from needlework.web.clinics.models import DeviceTraining, Membership
from needlework.web.knowledge import known_for
from needlework.web.records.services import RecordError
from needlework.web.rendering import render
from needlework.web.request import Request
from needlework.web.staff import selectors, services, words
from needlework.web.staff.forms import (
    AddForm,
    ChangeForm,
    LeaveForm,
    PasswordForm,
    SureForm,
    TrainingErrorForm,
    TrainingForm,
)
from needlework.web.staff.invite import WayIn, invite

_READERS: Final = ("owner", "medical-director")
_OWNER: Final = "owner"


@access.member(*_READERS)
@require_GET
def members(request: Request, clinic: str) -> HttpResponse:
    """All who work here, and those who have left."""
    here, gone = selectors.staff_of(request.clinic, _today(request))
    for one in (*here, *gone):
        request.audit.note(one.place)
    return _page(request, "list", {"here": here, "gone": gone})


@access.member(*_READERS)
@require_GET
def member(request: Request, clinic: str, member: UUID) -> HttpResponse:
    """One of the staff: what is known, trainings, and how it came to be."""
    place = selectors.get_place(request, member)
    context = {
        "person": selectors.person(place, _today(request)),
        "history": steps(selectors.versions_of(place), selectors.facts_of),
    }
    return _page(request, "member", context)


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def add(request: Request, clinic: str) -> HttpResponse:
    """Somebody new, or somebody who works elsewhere: the page is the same."""
    form = AddForm(
        request.POST if request.method == "POST" else None,
        language=request.language,
        supervisors=selectors.possible_supervisors(request.clinic),
    )
    made: list[Membership] = []

    def act() -> None:
        made.append(
            services.add_person(
                author=request.membership,
                email=form.cleaned_data["email"],
                name=form.cleaned_data["name"],
                now=timezone.now(),
                **form.facts,
            )
        )

    if request.method == "GET" or not _is_done(request, form, act):
        return _form_page(request, "add", {"form": form})
    request.audit.note(made[0])
    return _way_in_page(request, made[0], invite(request, made[0].user))


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def change(request: Request, clinic: str, member: UUID) -> HttpResponse:
    place = selectors.get_place(request, member)
    if place.left_at is not None:
        return _to_member(request, place)
    shown = selectors.person(place, _today(request))
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(place),
        language=request.language,
        supervisors=selectors.possible_supervisors(request.clinic, beside=place),
        has_come=shown.has_come,
    )
    is_last_director = _ask_about_director(place, form)

    def act() -> None:
        services.change_place(
            author=request.membership,
            place=place,
            seen=form.seen_version,
            now=timezone.now(),
            is_sure=form.is_sure,
            **form.facts,
        )

    if request.method == "GET" or not _is_done(request, form, act):
        context = {"form": form, "person": shown, "is_last_director": is_last_director}
        return _form_page(request, "change", context)
    messages.success(request, translator(request.language)("Saved. What stood before is kept."))
    # Who has just given up the role may not open the page any more.
    if place.pk == request.membership.pk and not set(form.cleaned_data["roles"]) & set(_READERS):
        return redirect("staff:profile", clinic=request.clinic.slug)
    return _to_member(request, place)


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def leave(request: Request, clinic: str, member: UUID) -> HttpResponse:
    place = selectors.get_place(request, member)
    if place.left_at is not None:
        return _to_member(request, place)
    today = _today(request)
    form = LeaveForm(
        request.POST if request.method == "POST" else None,
        initial={"last_day": today},
        language=request.language,
    )
    is_last_director = _ask_about_director(place, form)

    def act() -> None:
        services.end_place(
            author=request.membership,
            place=place,
            last_day=form.cleaned_data["last_day"],
            now=timezone.now(),
            is_sure=form.is_sure,
        )

    if request.method == "GET" or not _is_done(request, form, act):
        shown = selectors.person(place, today)
        context = {"form": form, "person": shown, "is_last_director": is_last_director}
        return _form_page(request, "leave", context)
    if place.pk == request.membership.pk:
        return redirect("clinics:choose")
    messages.success(request, translator(request.language)("Their access has ended."))
    return redirect("staff:list", clinic=request.clinic.slug)


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def way_in(request: Request, clinic: str, member: UUID) -> HttpResponse:
    """The way in once more, for somebody who has not come yet."""
    place = selectors.get_place(request, member)
    if place.left_at is not None or selectors.has_come(place):
        return _to_member(request, place)
    form = PasswordForm(
        request.POST if request.method == "POST" else None, language=request.language
    )
    if request.method == "GET" or not _is_done(request, form, lambda: None):
        context = {"form": form, "person": selectors.person(place, _today(request))}
        return _form_page(request, "way_in_again", context)
    return _way_in_page(request, place, invite(request, place.user))


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def train(request: Request, clinic: str, member: UUID) -> HttpResponse:
    place = selectors.get_place(request, member)
    if place.left_at is not None:
        return _to_member(request, place)
    devices = words.device_names(known_for(request.clinic).knowledge, request.language)
    form = TrainingForm(
        request.POST if request.method == "POST" else None,
        language=request.language,
        devices=devices,
        today=_today(request),
    )

    def act() -> None:
        made = services.add_training(
            author=request.membership,
            place=place,
            device=form.cleaned_data["device"],
            trained_on=form.cleaned_data["trained_on"],
            valid_until=form.cleaned_data["valid_until"],
            now=timezone.now(),
        )
        request.audit.note(made)

    if request.method == "GET" or not _is_done(request, form, act):
        context = {"form": form, "person": selectors.person(place, _today(request))}
        return _form_page(request, "training", context)
    messages.success(request, translator(request.language)("The training is on record."))
    return _to_member(request, place)


@access.member(_OWNER)
@require_http_methods(["GET", "POST"])
def training_error(request: Request, clinic: str, member: UUID, training: UUID) -> HttpResponse:
    place = selectors.get_place(request, member)
    found = access.get_record(request, DeviceTraining, training)
    if found.membership_id != place.pk:
        raise Http404
    form = TrainingErrorForm(
        request.POST if request.method == "POST" else None, language=request.language
    )
    shown = selectors.person(place, _today(request))
    line = next(one for one in shown.trainings if one.row.pk == found.pk)

    def act() -> None:
        made = services.strike_training(
            author=request.membership,
            training=found,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
            now=timezone.now(),
        )
        request.audit.note(made)

    if request.method == "GET" or not _is_done(request, form, act):
        return _form_page(
            request, "training_error", {"form": form, "person": shown, "training": line}
        )
    _ = translator(request.language)
    messages.success(request, _("Marked as entered in error. It stays in the record, struck."))
    return _to_member(request, place)


@access.member()
@require_GET
def profile(request: Request, clinic: str) -> HttpResponse:
    """What the clinic knows of whoever asks, and where they change how they sign in."""
    place = selectors.get_place(request, request.membership.pk)
    shown = selectors.person(place, _today(request))
    return _page(request, "profile", {"person": shown})


# --- what the views share -----------------------------------------------------------------------


def _is_done(request: Request, form: forms.Form, act: Callable[[], None]) -> bool:
    """Whether it was all typed, by the owner in person, and went through; else the form says."""
    if not form.is_valid():
        return False
    _ = translator(request.language)
    try:
        if not confirm_password(request.user, form.cleaned_data["password"]):
            form.add_error("password", _("This is not your password, so nothing was saved."))
            return False
        act()
    except TooManyTries as wrong:
        form.add_error("password", f"{_(wrong.message)} {_(wrong.hint)}")
        return False
    except (services.StaffError, RecordError) as wrong:
        field = getattr(wrong, "field", "") or None
        if field == services.SURE and isinstance(form, SureForm):
            # Another director may have gone since the page was drawn: now it is asked.
            form.ask_sure()
        form.add_error(field, f"{wrong.message} {wrong.hint}".strip())
        return False
    return True


def _ask_about_director(place: Membership, form: SureForm) -> bool:
    is_last = services.is_last(place, services.DIRECTOR)
    if is_last:
        form.ask_sure()
    return is_last


def _initial(place: Membership) -> dict[str, Any]:
    depth = place.scope_max_depth_mm
    return {
        "roles": sorted(place.roles),
        "profession": place.profession,
        "licence_number": place.licence_number,
        "licence_authority": place.licence_authority,
        "licence_until": place.licence_until,
        "scope_max_depth_mm": "" if depth is None else f"{depth:g}",
        "supervisor": str(place.supervisor_id or ""),
        "is_public": place.is_public,
        "seen": services.newest_version(place),
    }


def _today(request: Request) -> Any:
    return today_in(request.clinic, timezone.now())


def _to_member(request: Request, place: Membership) -> HttpResponse:
    return redirect("staff:member", clinic=request.clinic.slug, member=place.pk)


def _way_in_page(request: Request, place: Membership, found: WayIn) -> HttpResponse:
    request.audit.note(place.user)
    return _page(request, "way_in", {"way": found, "place": place})


def _form_page(request: Request, name: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return _page(request, name, context, status=status)


def _page(
    request: Request, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    knowledge = known_for(request.clinic).knowledge
    common = {
        "may_change": _OWNER in request.roles,
        "role_names": words.ROLE_NAMES,
        "profession_names": words.PROFESSION_NAMES,
        "fact_names": words.FACT_NAMES,
        "devices": words.device_names(knowledge, request.language),
        "shown_name": selectors.shown_name,
    }
    return render(request, f"staff/{name}.html", {**common, **context}, status=status)
