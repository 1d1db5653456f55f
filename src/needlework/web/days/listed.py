"""What the day list and a client's page show of days and notes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.days import selectors
from needlework.web.days.saying import PURPOSE_WORDS, Said, said
from needlework.web.days.selectors import MOST, Expected, Next
from needlework.web.knowledge import known_for
from needlework.web.records.selectors import retractions_of
from needlework.web.request import Request

NOTES_SHOWN: Final = 3


def day_context(request: Request, day: date, start: int = 0) -> dict[str, Any]:
    """A day's list with one step each, and who is due; at the desk without what is clinical.

    Where steps are shown the list comes in pages, of which one begins at `start`.
    """
    now = timezone.now()
    today = today_in(request.clinic, now)
    may_read = bool(request.roles - {"reception"})
    known = known_for(request.clinic)
    if may_read:
        count = selectors.visits_on(request.clinic, day).count()
        start = min(start, max(0, count - 1)) // MOST * MOST
        rows = selectors.expected(request.clinic, day, known, now, start)
    else:
        rows = [Expected(visit, None) for visit in selectors.visits_on(request.clinic, day)]
        count, start = len(rows), 0
    for row in rows:
        request.audit.note(row.visit)
    has_due = may_read and day == today and not start
    due, has_more_due = selectors.due(request.clinic, today) if has_due else ([], False)
    for one in due:
        request.audit.note(one.client)
    steps = {row.visit.pk: step_said(request, row.next) for row in rows if row.next}
    return {
        "day": day,
        "today": today,
        "day_before": day - timedelta(days=1),
        "day_after": day + timedelta(days=1),
        "rows": rows,
        "count": count,
        "first": start + 1,
        "last": start + len(rows),
        "start_before": start - MOST,
        "start_after": start + MOST if start + len(rows) < count else 0,
        "has_more_due": has_more_due,
        "steps": steps,
        "due": due,
        "purposes": PURPOSE_WORDS,
        "may_read": may_read,
    }


def step_said(request: Request, found: Next) -> Said:
    return said(found, request.clinic.slug, request.language, request.roles)


def step_of(request: Request, client: Client) -> Said:
    """What comes next for one client."""
    known = known_for(request.clinic)
    found = selectors.next_for(request.clinic, [client], known, timezone.now())
    return step_said(request, found[client.pk])


def client_card(client: Client, *, sees_records: bool) -> dict[str, Any]:
    """When somebody is expected next, and the last notes."""
    today = today_in(client.clinic, timezone.now())
    notes = list(selectors.notes_of(client)[: NOTES_SHOWN + 1]) if sees_records else []
    return {
        "visits": list(selectors.visits_ahead(client, today)),
        "purposes": PURPOSE_WORDS,
        "notes": notes[:NOTES_SHOWN],
        "has_more_notes": len(notes) > NOTES_SHOWN,
        "note_errors": retractions_of(notes),
    }
