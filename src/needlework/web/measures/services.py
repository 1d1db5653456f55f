"""Writing a score down, and putting one right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client
from needlework.web.measures.models import Measure
from needlework.web.records.services import supersede


@transaction.atomic
def record_measure(
    *,
    client: Client,
    facts: Mapping[str, Any],
    author: User,
    now: datetime,
    key: UUID | None = None,
) -> Measure:
    """The score; the same facts sent twice by one form, whose key it is, are one score."""
    code = _code(client, facts, author, key)
    # Two taps at once wait for each other here.
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(client.pk)))
    found = Measure.objects.filter(pk=code).first()
    if found is not None:
        return found
    made = _made(client, facts, author, now, code)
    made.save(force_insert=True)
    return made


@transaction.atomic
def correct_measure(
    *,
    measure: Measure,
    facts: Mapping[str, Any],
    author: User,
    now: datetime,
    key: UUID | None = None,
) -> Measure:
    """Another takes its place, of the same concern; of two who correct it, one is told."""
    client = measure.client
    if client is None:
        raise LookupError("A score is always somebody's.")
    code = _code(client, {**facts, "instead of": measure.pk}, author, key)
    list(Client.objects.select_for_update(no_key=True).filter(pk=str(client.pk)))
    found = Measure.objects.filter(pk=code).first()
    return found or supersede(old=measure, new=_made(client, facts, author, now, code))


def _code(client: Client, facts: Mapping[str, Any], author: User, key: UUID | None) -> UUID:
    if key is None:
        return uuid4()
    said = "/".join(f"{name}={getattr(facts[name], 'pk', facts[name])}" for name in sorted(facts))
    return uuid5(client.pk, f"{author.pk}/{key}/{said}")


def _made(
    client: Client, facts: Mapping[str, Any], author: User, now: datetime, code: UUID
) -> Measure:
    return Measure(
        pk=code, clinic=client.clinic, client=client, author=author, recorded_at=now, **facts
    )
