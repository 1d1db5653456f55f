"""Which records were entered in error, for pages that strike them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from needlework.web.records.models import Record, Retraction, record_type


def retraction_of(record: Record) -> Retraction | None:
    return retractions_of([record]).get(record.pk)


def retractions_of(records: Iterable[Record]) -> dict[UUID, Retraction]:
    """Those of the records that were entered in error, by id; kinds may be mixed."""
    asked = {record_type(record) for record in records}
    if not asked:
        return {}
    found = Retraction.objects.filter(
        record_id__in={code for _label, code in asked},
        record_type__in={label for label, _code in asked},
    )
    return {
        mark.record_id: mark
        for mark in found.select_related("author")
        if (mark.record_type, mark.record_id) in asked
    }
