"""Seals rows of the audit in batches, and verifies that what was sealed is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from msgspec import Struct, field

from needlework.web.audit import chain
from needlework.web.audit.chain import Link, Range, Row
from needlework.web.audit.models import AuditEvent, AuditSeal

ACTION: Final = "audit.seal"
"""The row that says that a seal was made: without its seal it tells that one is gone."""

BATCH_ROWS: Final = 5000
SLACK: Final = timedelta(hours=1)
"""No request lasts as long, so no row comes later than this after the moment that it states."""


def _(words: str) -> str:
    """Marks words for the catalogue; pages translate them where they show them."""
    return words


_RANGES_A_QUERY: Final = 100
_NAMED_AT_MOST: Final = 5


class Standing(Struct, frozen=True):
    """How far the chain goes: the last seal, and what is still to cover below its highest row."""

    number: int = 0
    digest: str = chain.START
    high: int = 0
    gaps: tuple[Range, ...] = ()
    at: datetime | None = None
    covered: tuple[Range, ...] = ()
    """What the last seal itself covers."""


class Fault(Struct, frozen=True):
    """What does not fit: words with places for values, so that a page can say it in its language.

    `seal` is the one in which it was found; 0 where it is in none.
    """

    words: str
    values: dict[str, str | int]
    seal: int = 0

    @property
    def text(self) -> str:
        return self.words.format(**self.values)


class Report(Struct):
    """What verifying found. No fault means that the chain is whole."""

    seals: int = 0
    rows: int = 0
    head: str = chain.START
    sealed_at: datetime | None = None
    tail: int = 0
    tail_since: datetime | None = None
    found: list[Fault] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Each fault in a sentence, in English."""
        return [one.text for one in self.found]


# --- sealing ----------------------------------------------------------------------------------


def seal_rows(now: datetime, *, batch_rows: int = BATCH_ROWS) -> int:
    """Seal all that is unsealed; give how many rows that were."""
    sealed = 0
    while (seal := seal_batch(now, batch_rows=batch_rows)) is not None:
        sealed += seal.count
    return sealed


def seal_batch(now: datetime, *, batch_rows: int = BATCH_ROWS) -> AuditSeal | None:
    """The next seal, if there are rows for it and no other sealer has made it meanwhile."""
    before = _standing()
    rows = list(_values(unsealed_since(before).order_by("id")[:batch_rows], chain.FORM))
    # The row about the last seal waits for company: alone it would call for another, for ever.
    if all(row["action"] == ACTION for row in rows):
        return None
    link = _next(before, [row["id"] for row in rows], now)
    try:
        with transaction.atomic():
            made = AuditSeal.objects.create(
                number=link.number,
                form=link.form,
                previous=link.previous,
                ranges=link.ranges,
                high=link.high,
                count=link.count,
                gaps=link.gaps,
                digest=chain.digest(link, rows),
                at=link.at,
            )
            AuditEvent.objects.create(
                at=now,
                action=ACTION,
                status=0,
                outcome="ok",
                objects_seen=[{"type": AuditSeal._meta.label_lower, "id": str(made.number)}],
            )
    except IntegrityError:
        return None
    return made


def _next(before: Standing, ids: Sequence[int], now: datetime) -> Link:
    ranges = chain.ranges_of(ids)
    high = max(before.high, ids[-1])
    return Link(
        number=before.number + 1,
        form=chain.FORM,
        previous=before.digest,
        ranges=ranges,
        high=high,
        count=len(ids),
        gaps=chain.without(_to_cover(before, high), ranges),
        at=now,
    )


def _to_cover(before: Standing, high: int) -> list[Range]:
    """Ids up to `high` that no seal covers so far."""
    fresh = [(before.high + 1, high)] if high > before.high else []
    return [*before.gaps, *fresh]


def standing_at(seal: AuditSeal) -> Standing:
    """How far the chain went when a seal was made; of one that cannot be read, nothing covered."""
    try:
        return _after(seal, _link(seal))
    except (TypeError, ValueError):
        return Standing(seal.number, seal.digest, at=seal.at)


def _standing() -> Standing:
    last = AuditSeal.objects.order_by("-number").first()
    return _after(last, _link(last)) if last is not None else Standing()


def _after(seal: AuditSeal, link: Link) -> Standing:
    return Standing(link.number, seal.digest, link.high, link.gaps, link.at, link.ranges)


def _link(seal: AuditSeal) -> Link:
    return Link(
        number=seal.number,
        form=seal.form,
        previous=seal.previous,
        ranges=_ranges(seal.ranges),
        high=seal.high,
        count=seal.count,
        gaps=_ranges(seal.gaps),
        at=seal.at,
    )


def _ranges(stored: Any) -> tuple[Range, ...]:
    return tuple((int(first), int(last)) for first, last in stored)


def unsealed_since(standing: Standing) -> QuerySet[AuditEvent]:
    """Rows that no seal covers yet."""
    wanted = Q(id__gt=standing.high)
    for span in standing.gaps:
        wanted |= Q(id__range=span)
    return AuditEvent.objects.filter(wanted)


def _values(rows: QuerySet[AuditEvent], form: int) -> Iterator[Row]:
    return iter(rows.values(*chain.FIELDS[form]))


# --- verifying --------------------------------------------------------------------------------


def verify(
    *, expect: tuple[int, str] | None = None, progress: Callable[[int], None] | None = None
) -> Report:
    """Walk the chain from its start. `expect` is a seal's number and digest noted elsewhere."""
    report = Report()
    before = Standing()
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=200):
        before = verify_seal(seal, before, report)
        if progress:
            progress(seal.number)
    report.head, report.sealed_at = before.digest, before.at
    _verify_tail(before, report)
    if expect is not None:
        number, noted = expect
        if not AuditSeal.objects.filter(number=number, digest=noted).exists():
            words = _("Seal {seal} is not the one that was noted: it is gone, or new")
            report.found.append(Fault(words, {"seal": number}, number))
    return report


def verify_seal(seal: AuditSeal, before: Standing, report: Report) -> Standing:
    """Check one seal against the one before it and against its rows; note what does not fit."""

    def fault(words: str, **values: str | int) -> None:
        values.setdefault("seal", seal.number)
        report.found.append(Fault(words, values, seal.number))

    for number in range(before.number + 1, min(seal.number, before.number + 1 + _NAMED_AT_MOST)):
        fault(_("Seal {seal} is gone"), seal=number)
    if seal.previous != before.digest:
        fault(_("Seal {seal} does not follow the seal that stands before it"))
    try:
        link = _link(seal)
    except (TypeError, ValueError):
        fault(_("Seal {seal} was changed: it does not say which rows it covers"))
        return Standing(seal.number, seal.digest, before.high, before.gaps, seal.at)
    if link.form not in chain.FIELDS:
        fault(
            _("Seal {seal} has the form {form}, which this version does not know"), form=link.form
        )
        return _after(seal, link)
    if link.gaps != chain.without(_to_cover(before, link.high), link.ranges):
        fault(_("Seal {seal} does not cover what the seals before it left"))
    rows = list(_covered(link))
    gone = [
        one
        for first, last in chain.without(link.ranges, chain.ranges_of(row["id"] for row in rows))
        for one in range(first, min(last + 1, first + _NAMED_AT_MOST))
    ]
    if gone:
        fault(
            _("Seal {seal}: {missing} of its {count} rows are gone, among them {named}"),
            missing=chain.size(link.ranges) - len(rows),
            count=link.count,
            named=", ".join(str(one) for one in gone[:_NAMED_AT_MOST]),
        )
    elif link.count != len(rows) or chain.digest(link, rows) != seal.digest:
        fault(
            _("Seal {seal} does not fit its rows {rows}: a row or the seal was changed"),
            rows=_said(link.ranges),
        )
    _verify_times(rows, before.at, link.at, report, seal.number)
    report.seals += 1
    report.rows += len(rows)
    return _after(seal, link)


def _covered(link: Link) -> Iterator[Row]:
    """The rows that a seal covers, by id."""
    for start in range(0, len(link.ranges), _RANGES_A_QUERY):
        wanted = Q()
        for span in link.ranges[start : start + _RANGES_A_QUERY]:
            wanted |= Q(id__range=span)
        yield from _values(AuditEvent.objects.filter(wanted).order_by("id"), link.form)


def _verify_tail(standing: Standing, report: Report) -> None:
    """What no seal covers yet, and what has no place where it stands."""
    verify_traces(standing, report)
    tail = list(_values(unsealed_since(standing).filter(id__gte=1).order_by("id"), chain.FORM))
    _verify_times(tail, standing.at, None, report)
    waiting = [row for row in tail if row["action"] != ACTION]
    report.tail = len(waiting)
    report.tail_since = min((row["at"] for row in waiting), default=None)


def verify_traces(standing: Standing, report: Report) -> None:
    """Rows where none can stand, and rows past the last seal that tell of one that is gone."""
    for code in AuditEvent.objects.filter(id__lt=1).values_list("id", flat=True):
        report.found.append(Fault(_("Row {row} stands where no row can"), {"row": code}))
    tail = unsealed_since(standing).filter(id__gte=1, action=ACTION)
    for objects in tail.order_by("id").values_list("objects_seen", flat=True):
        for number in (int(seen["id"]) for seen in objects):
            if not AuditSeal.objects.filter(number=number).exists():
                words = _("Seal {seal} was made and is gone")
                report.found.append(Fault(words, {"seal": number}, number))


def _verify_times(
    rows: Sequence[Row],
    sealed_before: datetime | None,
    sealed: datetime | None,
    report: Report,
    number: int = 0,
) -> None:
    """A row was sealed by the next seal after it, so its time lies between the two."""
    for row in rows:
        early = sealed_before is not None and row["at"] < sealed_before - SLACK
        late = sealed is not None and row["at"] > sealed + SLACK
        if early or late:
            words = _(
                "Row {row} states a time that does not fit its place: "
                "it was put in later, or a clock was wrong"
            )
            report.found.append(Fault(words, {"row": row["id"]}, number))


def _said(ranges: Sequence[Range]) -> str:
    shown = ", ".join(
        f"{first}–{last}" if last > first else str(first) for first, last in ranges[:_NAMED_AT_MOST]
    )
    return shown + (" …" if len(ranges) > _NAMED_AT_MOST else "")
