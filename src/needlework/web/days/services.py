"""Putting clients on a day, moving and calling that off, and writing notes."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import Consultation
from needlework.web.days.models import Note, Visit
from needlework.web.records.services import overtaken, supersede


@transaction.atomic
def add_visit(
    *, client: Client, on: date, at: time | None, purpose: str, author: User, now: datetime
) -> Visit:
    """The visit; sent twice, it is the one that was made first."""
    # Two taps at once wait for each other here.
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(client.pk)))
    same = Visit.objects.current().filter(
        client=client, on=on, at=at, purpose=purpose, is_cancelled=False
    )
    found = same.first()
    if found is not None:
        return found
    return Visit.objects.create(
        clinic=client.clinic,
        client=client,
        author=author,
        recorded_at=now,
        on=on,
        at=at,
        purpose=purpose,
    )


def move_visit(
    *, visit: Visit, on: date, at: time | None, purpose: str, author: User, now: datetime
) -> Visit:
    """Of two who move it at once, one is told."""
    return _instead(visit, author, now, on=on, at=at, purpose=purpose)


def cancel_visit(*, visit: Visit, author: User, now: datetime) -> Visit:
    return _instead(
        visit, author, now, on=visit.on, at=visit.at, purpose=visit.purpose, is_cancelled=True
    )


def _instead(visit: Visit, author: User, now: datetime, **facts: object) -> Visit:
    if visit.is_cancelled:
        raise overtaken()
    new = Visit(clinic=visit.clinic, client=visit.client, author=author, recorded_at=now, **facts)
    return supersede(old=visit, new=new)


@transaction.atomic
def write_note(
    *,
    client: Client,
    consultation: Consultation | None,
    text: str,
    author: User,
    now: datetime,
    key: UUID | None = None,
) -> Note:
    """The note; the same words sent twice by one form, whose key it is, are one note."""
    code = uuid4() if key is None else uuid5(client.pk, f"{author.pk}/{key}/{text}")
    # Two taps at once wait for each other here.
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(client.pk)))
    found = Note.objects.filter(pk=code).first()
    return found or Note.objects.create(
        pk=code,
        clinic=client.clinic,
        client=client,
        consultation=consultation,
        author=author,
        text=text,
        recorded_at=now,
    )
