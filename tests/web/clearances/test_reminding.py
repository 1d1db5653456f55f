"""Reminders by mail: in time, not too often, without a word about anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from needlework.web.clearances.models import ClearanceReminder, ClearanceRequest
from needlework.web.clearances.reminding import AGAIN_AFTER, remind_who_was_asked
from needlework.web.clearances.services import ask_clearance, close_request, remind
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.clinics.services import change_member
from tests.web import people
from tests.web.clearances.asked import WAITS, consulted, found

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True
    cache.clear()


@pytest.fixture
def dora(harbour: Clinic) -> Membership:
    return people.member(harbour, "medical-director", email="dora@harbour.example")


def asked(client: Client, by: Membership, of: Membership | None, **facts: Any) -> ClearanceRequest:
    version = consulted(client, by, **WAITS)
    now = timezone.now()
    given: dict[str, Any] = {
        "question": "Is she well enough?",
        "due_on": today_in(client.clinic, now) + 7 * DAY,
        "asked_name": "" if of else "Dr Ruiz",
        **facts,
    }
    return ask_clearance(
        version=version, finding=found(version), author=by.user, now=now, asked=of, **given
    )


def later(days: int) -> datetime:
    cache.clear()
    return timezone.now() + days * DAY


def to() -> list[str]:
    return [one.to[0] for one in mail.outbox]


def test_whoever_was_asked_is_reminded_from_the_day_before(
    pat: Client, alice: Membership, dora: Membership
) -> None:
    request = asked(pat, alice, dora)
    assert remind_who_was_asked(later(5)) == 0
    assert remind_who_was_asked(later(6)) == 1
    assert to() == [dora.user.email]
    row = ClearanceReminder.objects.get()
    assert (row.request, row.way, row.author) == (request, "mail", None)
    assert remind_who_was_asked(later(8)) == 0
    assert remind_who_was_asked(later(6) + AGAIN_AFTER) == 1


def test_nothing_in_the_mail_is_about_anybody(
    pat: Client, alice: Membership, dora: Membership
) -> None:
    request = asked(pat, alice, dora)
    remind_who_was_asked(later(7))
    (sent,) = mail.outbox
    told = f"{sent.subject} {sent.body}"
    for word in (*pat.name.split(), str(pat.pk), str(request.pk), request.question, "herpes"):
        assert word not in told
    assert "/clinic/harbour/clearances/" in told


def test_somebody_outside_is_reminded_by_whoever_asked(pat: Client, alice: Membership) -> None:
    asked(pat, alice, None)
    assert remind_who_was_asked(later(7)) == 1
    assert to() == [alice.user.email]


def test_many_requests_make_one_mail(
    pat: Client, alice: Membership, dora: Membership, harbour: Clinic
) -> None:
    asked(pat, alice, dora)
    asked(people.person(harbour, "Somebody Else"), alice, dora)
    assert remind_who_was_asked(later(7)) == 2
    assert to() == [dora.user.email]


def test_who_reminded_in_person_has_reminded(
    pat: Client, alice: Membership, dora: Membership
) -> None:
    request = asked(pat, alice, dora)
    remind(request=request, author=alice.user, way="person", now=later(6))
    assert remind_who_was_asked(later(7)) == 0


def test_what_nobody_waits_for_reminds_nobody(
    pat: Client, alice: Membership, dora: Membership, harbour: Clinic
) -> None:
    closed = asked(pat, alice, dora)
    close_request(request=closed, member=alice, reason="no-session", words="", now=timezone.now())
    gone = people.person(harbour, "Somebody Else")
    asked(gone, alice, dora)
    change_member(membership=dora, author=None, now=timezone.now(), left_at=timezone.now())
    assert remind_who_was_asked(later(9)) == 0
    assert not mail.outbox


def test_nobody_of_another_clinic(
    pat: Client, alice: Membership, dora: Membership, charlie: Membership, elsewhere: Clinic
) -> None:
    asked(people.person(elsewhere), charlie, charlie)
    assert remind_who_was_asked(later(7)) == 1
    assert to() == [charlie.user.email]


def test_mail_that_does_not_leave_is_tried_again_after_a_while(
    pat: Client, alice: Membership, dora: Membership, settings: Any
) -> None:
    asked(pat, alice, dora)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.web.clearances.test_reminding.Away"
    assert remind_who_was_asked(later(7)) == 0
    assert not ClearanceReminder.objects.exists()
    settings.EMAIL_BACKEND = working
    assert remind_who_was_asked(timezone.now() + 7 * DAY) == 0, "not each minute"
    assert remind_who_was_asked(later(7)) == 1


def test_where_no_mail_is_set_up_nobody_is_said_to_be_reminded(
    pat: Client, alice: Membership, dora: Membership, settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = False
    asked(pat, alice, dora)
    assert remind_who_was_asked(later(7)) == 0
    assert not ClearanceReminder.objects.exists()


class Away:
    """A mail server that does not answer."""

    def __init__(self, *_given: Any, **_named: Any) -> None: ...

    def send_messages(self, _messages: Any) -> int:
        raise OSError("nobody answers")
