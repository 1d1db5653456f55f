"""What the pages of the staff ask: who works here, how a licence stands, who has come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404
from msgspec import Struct

from needlework.i18n import translator
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import (
    PROFESSIONS,
    ROLES,
    Clinic,
    DeviceTraining,
    Membership,
    MembershipQuerySet,
    MembershipVersion,
)
from needlework.web.clinics.selectors import TREATING
from needlework.web.records.models import Retraction
from needlework.web.records.selectors import retractions_of
from needlework.web.request import Request
from needlework.web.staff.words import ROLE_NAMES

LICENCE_NOTICE_DAYS: Final = 60
"""A licence that ends so soon is marked: authorities take weeks to renew one."""
WAYS_IN: Final = ("clinics.home", "staff.profile")
"""Pages, as the audit names them, that somebody sees who has come into a clinic."""


class Training(Struct, frozen=True):
    """A training on a device, how it stands today, and the mark of an error if there is one."""

    row: DeviceTraining
    state: str
    error: Retraction | None = None


class Person(Struct, frozen=True):
    """A place in the clinic as its pages show it."""

    place: Membership
    name: str
    has_come: bool
    roles: tuple[str, ...]
    licence: str
    """`current`, `soon`, `expired`, `missing`, `end-unknown`; empty where none is needed."""
    supervisor: str
    trainings: tuple[Training, ...]


def places(clinic: Clinic) -> QuerySet[Membership]:
    """All who work or worked there, with what a page needs of them."""
    return _told(Membership.objects.filter(clinic=clinic)).order_by("user__name", "user__email")


def get_place(request: Request, code: UUID) -> Membership:
    """The place if it is of the clinic of the address; else it is not found, as in `access`."""
    found = _told(Membership.objects.all()).filter(pk=code).first()
    if found is None:
        raise Http404
    if found.clinic_id != request.clinic.pk:
        request.audit.refused(found)
        raise Http404
    request.audit.note(found)
    return found


def staff_of(clinic: Clinic, day: date) -> tuple[list[Person], list[Person]]:
    """Those who work there, and those who have left."""
    rows = list(places(clinic))
    errors = retractions_of([training for row in rows for training in row.trainings.all()])
    people = [_person(row, day, errors) for row in rows]
    here = [one for one in people if one.place.left_at is None]
    gone = [one for one in people if one.place.left_at is not None]
    return here, gone


def person(place: Membership, day: date) -> Person:
    return _person(place, day, retractions_of(place.trainings.all()))


def shown_name(place: Membership) -> str:
    """The name; the address by which somebody was added, until they themselves have come in.

    An account may be known from another clinic: to add its address must not tell whose it is.
    """
    return (place.user.name if _is_known(place) else "") or place.user.email


def listed_name(place: Membership, language: str) -> str:
    """As `shown_name`, for pages that are not the owner's: no address of who was only invited."""
    if _is_known(place):
        return place.user.name or place.user.email
    _ = translator(language)
    roles = ", ".join(_(ROLE_NAMES[role]) for role in ROLES if role in place.roles)
    # The clinic typed the address itself: its first letter tells nothing of an account elsewhere.
    initial = f"{place.user.email[:1].upper()}."
    return _("Invited: {initial}, {roles}").format(initial=initial, roles=roles or "–")


def with_names(rows: MembershipQuerySet | QuerySet[Membership]) -> QuerySet[Membership]:
    """With user and roles, and whether the clinic may call them by their name."""
    added_here = MembershipVersion.objects.filter(
        membership=OuterRef("pk"), supersedes=None, author__isnull=False
    )
    come = _visits(OuterRef("user_id"), OuterRef("clinic_id"))
    return (
        rows.select_related("user")
        .prefetch_related("role_rows")
        .annotate(is_ours_by_name=~Exists(added_here) | Exists(come))
    )


def has_come(place: Membership) -> bool:
    """Whether this person has been in the clinic's pages."""
    return _visits(place.user_id, place.clinic_id).exists()


def licence_state(place: Membership, day: date) -> str:
    """How the licence stands, of whoever has a profession or treats."""
    if not place.profession and not place.roles & set(TREATING):
        return ""
    state = place.licence_on(day)
    if state == "none":
        return "missing"
    if state == "unknown" or place.licence_until is None:
        return "end-unknown"
    if state == "current" and (place.licence_until - day).days <= LICENCE_NOTICE_DAYS:
        return "soon"
    return state


def training_state(training: DeviceTraining, day: date) -> str:
    """`current`, or `expired`."""
    is_over = training.valid_until is not None and training.valid_until < day
    return "expired" if is_over else "current"


def possible_supervisors(clinic: Clinic, beside: Membership | None = None) -> list[Membership]:
    """Those of the clinic who have a profession, less oneself."""
    found = _told(Membership.objects.active().filter(clinic=clinic, profession__in=PROFESSIONS))
    others = found if beside is None else found.exclude(pk=beside.pk)
    return sorted(others, key=lambda one: shown_name(one).casefold())


def versions_of(place: Membership) -> list[MembershipVersion]:
    """All that was written down about a place, the first first."""
    rows = place.versions.select_related("author", "supervisor__user")
    return list(rows.order_by("recorded_at", "pk"))


def facts_of(version: MembershipVersion) -> Mapping[str, Any]:
    """What a version says, by the names of `words.FACT_NAMES`."""
    return {
        "roles": tuple(version.roles),
        "profession": version.profession,
        "licence_number": version.licence_number,
        "licence_authority": version.licence_authority,
        "licence_until": version.licence_until,
        "scope_max_depth_mm": version.scope_max_depth_mm,
        "supervisor": version.supervisor,
        "is_public": version.is_public,
        "left_at": version.left_at,
    }


def _person(place: Membership, day: date, errors: Mapping[UUID, Retraction]) -> Person:
    held = place.roles
    return Person(
        place=place,
        name=shown_name(place),
        has_come=has_come(place),
        roles=tuple(role for role in ROLES if role in held),
        licence=licence_state(place, day) if place.left_at is None else "",
        supervisor=shown_name(place.supervisor) if place.supervisor else "",
        trainings=tuple(
            Training(row, training_state(row, day), errors.get(row.pk))
            for row in place.trainings.all()
        ),
    )


def _told(rows: MembershipQuerySet | QuerySet[Membership]) -> QuerySet[Membership]:
    """With names, and trainings."""
    trainings = DeviceTraining.objects.select_related("author").order_by("-trained_on", "pk")
    return (
        with_names(rows)
        .select_related("clinic", "supervisor__user")
        .prefetch_related(Prefetch("trainings", trainings))
    )


def _is_known(place: Membership) -> bool:
    known = getattr(place, "is_ours_by_name", None)
    if known is None:
        known = with_names(Membership.objects.filter(pk=place.pk)).get().is_ours_by_name  # type: ignore[attr-defined]
    return bool(known)


def _visits(user: Any, clinic: Any) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(actor=user, clinic=clinic, action__in=WAYS_IN, outcome="ok")
