"""The only two changes that a record knows: another takes its place, or it was an error."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction

from needlework.errors import NeedleworkError
from needlework.web.accounts.models import User
from needlework.web.records.models import REASONS, Record, Retraction, record_type
from needlework.web.records.spoken import spoken

_R = TypeVar("_R", bound=Record)


class RecordError(NeedleworkError):
    """A record cannot be superseded or retracted in the way that was asked for."""


class OvertakenError(RecordError):
    """Somebody else has done it meanwhile."""


def supersede(*, old: _R, new: _R) -> _R:
    """Save `new`, which has not been saved yet, in the place of `old`."""
    _ = spoken()
    if type(old) is not type(new) or (old.clinic_id, old.client_id) != (
        new.clinic_id,
        new.client_id,
    ):
        raise RecordError(
            _("A record can only take the place of one of the same kind and the same client."),
            hint=_("Record it anew for this client, and mark the other as entered in error."),
        )
    new.supersedes = old
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as clash:
        new.supersedes = None
        if type(old)._default_manager.filter(supersedes=old).exists():
            raise overtaken() from clash
        raise
    return new


def overtaken() -> OvertakenError:
    _ = spoken()
    return OvertakenError(
        _("Somebody else has changed this record meanwhile."),
        hint=_("Look at the newest version, then save yours after it."),
    )


def retract(
    *, record: Record, author: User, reason: str, now: datetime, words: str = ""
) -> Retraction:
    """Mark a record as entered in error. It stays as it was, and stops counting."""
    _ = spoken()
    if reason not in REASONS:
        raise RecordError(
            _("The reason for marking a record as entered in error is not one of the list."),
            hint=_("Choose one of the reasons offered."),
        )
    if reason == "other" and not words.strip():
        raise RecordError(
            _("Another reason needs a few words."),
            hint=_("Say in a sentence what was wrong with this record."),
        )
    label, code = record_type(record)
    try:
        with transaction.atomic():
            return Retraction.objects.create(
                clinic_id=record.clinic_id,
                client_id=record.client_id,
                author=author,
                record_type=label,
                record_id=code,
                reason=reason,
                words=words.strip(),
                recorded_at=now,
            )
    except IntegrityError as clash:
        if is_retracted(record):
            raise OvertakenError(
                _("This record has already been marked as entered in error."),
                hint=_("Load the page anew to see by whom and why."),
            ) from clash
        raise


def is_retracted(record: Record) -> bool:
    label, code = record_type(record)
    return Retraction.objects.filter(record_type=label, record_id=code).exists()
