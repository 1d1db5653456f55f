"""Work in progress on the staff's form: kept, thrown away, taken back, and swept out when old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from msgspec import Struct

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import Consultation, Draft
from needlework.web.portal.models import PortalLink
from needlework.web.records.models import Retraction

KEPT_FOR: Final = timedelta(days=30)
"""Longer than what people say of medicines and procedures holds: older work is begun anew."""
TAKEN_BACK_WITHIN: Final = timedelta(days=1)
"""What was thrown away is health data that nobody wants: it goes even if no act follows."""
MOST_LETTERS: Final = 256 * 1024
"""Far above the longest form that somebody types."""

Fields = Mapping[str, Sequence[str]]


class Kept(Struct, frozen=True):
    """Whether what was typed is kept, and if not, why."""

    draft: Draft | None
    why_not: Literal["", "elsewhere", "saved", "too-long"] = ""


class Place(Struct, frozen=True):
    """Whose draft it is, and of what: each has one, however many windows are open."""

    author: User
    client: Client
    consultation: Consultation | None

    @property
    def code(self) -> UUID:
        about = self.consultation.pk if self.consultation else "new"
        return uuid5(self.client.pk, f"{self.author.pk}/{about}")


def draft_at(place: Place) -> Draft | None:
    """The draft, thrown away or not; what was entered in error has none."""
    found = Draft.objects.filter(pk=place.code, client=place.client, author=place.author)
    return found.exclude(_is_closed()).first()


def keep_draft(
    *, place: Place, fields: Fields, base: int, opened_at: datetime, now: datetime
) -> Kept:
    """Written by the window that began it, or in the place of what was thrown away."""
    if _letters(fields) > MOST_LETTERS:
        return Kept(None, "too-long")
    # PostgreSQL keeps no such sign; on the page it is named as it was sent.
    clean = {name: [text.replace("\x00", "") for text in held] for name, held in fields.items()}
    values = {"base": base, "fields": clean, "saved_at": now, "opened_at": opened_at}
    mine = Draft.objects.filter(Q(opened_at=opened_at) | Q(thrown_at__isnull=False), pk=place.code)
    if not mine.update(**values, thrown_at=None):
        if _is_saved_since(place, base, opened_at):
            return Kept(None, "saved")
        try:
            with transaction.atomic():
                Draft.objects.create(
                    pk=place.code,
                    clinic=place.client.clinic,
                    client=place.client,
                    author=place.author,
                    consultation=place.consultation,
                    **values,
                )
        except IntegrityError:
            return Kept(None, "elsewhere")
    return Kept(draft_at(place))


def throw_away_draft(*, place: Place, now: datetime) -> None:
    Draft.objects.filter(pk=place.code, thrown_at=None).update(thrown_at=now, removed=None)


def take_back_draft(*, place: Place) -> bool:
    """Whether it was still there; the next act has ended it."""
    thrown = Draft.objects.filter(pk=place.code, thrown_at__isnull=False)
    return bool(thrown.update(thrown_at=None))


def set_aside_row(*, draft: Draft, held: Fields | None) -> None:
    """What a removed row held, or nothing any more."""
    Draft.objects.filter(pk=draft.pk).update(removed=held)


def delete_draft(*, place: Place) -> None:
    Draft.objects.filter(pk=place.code).delete()


def purge_drafts(now: datetime) -> int:
    """What is too old, was thrown away, or belongs to what is over; the number of drafts."""
    ended = PortalLink.objects.filter(Q(expires_at__lte=now) | Q(revoked_at__isnull=False))
    over = (
        Q(saved_at__lte=now - KEPT_FOR)
        | Q(thrown_at__lte=now - TAKEN_BACK_WITHIN)
        | Q(portal_link__in=ended.values("pk"))
        | _is_closed()
    )
    count, _by_kind = Draft.objects.filter(over).delete()
    return count


def sound(fields: Any) -> dict[str, list[str]]:
    """Fields as a form sends them, and nothing else that may stand in the database."""
    held = fields.items() if isinstance(fields, dict) else ()
    return {
        name: [text for text in values if isinstance(text, str)]
        for name, values in held
        if isinstance(values, list)
    }


def said(fields: Fields) -> dict[str, list[str]]:
    """What was said at all, in an order that does not depend on the page's."""
    found = {name: sorted(text for text in held if text.strip()) for name, held in fields.items()}
    return {name: held for name, held in found.items() if held}


def _letters(fields: Fields) -> int:
    return sum(len(name) + sum(map(len, held)) for name, held in fields.items())


def _is_saved_since(place: Place, base: int, opened_at: datetime) -> bool:
    """The window's work was saved already: a late request must not bring its draft back."""
    if place.consultation is not None:
        return place.consultation.versions.filter(
            author=place.author, number__gt=base, recorded_at__gte=opened_at
        ).exists()
    return Consultation.objects.filter(
        client=place.client, author=place.author, recorded_at__gte=opened_at
    ).exists()


def _is_closed() -> Q:
    """The whole consultation was entered in error: nothing is added to it."""
    errors = Retraction.objects.filter(
        record_type=Consultation._meta.label_lower, record_id=OuterRef("consultation_id")
    )
    return Q(Exists(errors))
