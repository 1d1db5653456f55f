"""Nobody waits while a request computes; what it writes is kept together all the same."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.audit.late import atomic_late
from needlework.web.audit.models import AuditEvent
from needlework.web.blobs import forms as blob_forms
from needlework.web.blobs.models import Blob
from needlework.web.clinics import selectors, services
from needlework.web.clinics import views as clinic_views
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consultations import assessing
from needlework.web.consultations.models import Consultation
from needlework.web.treatments import views as treatment_views
from tests.consultations import base
from tests.web import people
from tests.web.blobs.content import picture
from tests.web.consultations.said import address, everyday, place_for, send
from tests.web.portal.inside import treat

pytestmark = pytest.mark.django_db(transaction=True)

ON_SQLITE = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="only SQLite has one lock for all"
)
SOON_S = 5
"""Less than SQLite waits for its lock (10 s), so that a writer held up is seen as one."""


def another_writes() -> bool:
    """Whether somebody else's write comes through now."""
    told: list[str] = []

    def write() -> None:
        try:
            people.clinic("meanwhile")
            told.append("written")
        finally:
            connection.close()

    other = threading.Thread(target=write)
    other.start()
    other.join(SOON_S)
    return bool(told)


class Watched:
    """Stands before a function of ours and lets somebody else write when it is called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.came_through: list[bool] = []

    def __call__(self, *given: Any, **named: Any) -> Any:
        if not self.came_through:
            self.came_through.append(another_writes())
        return self._function(*given, **named)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], Watched]:
    def watch(module: Any, name: str) -> Watched:
        watched = Watched(getattr(module, name))
        monkeypatch.setattr(module, name, watched)
        return watched

    return watch


Watch = Callable[[Any, str], Watched]


def test_others_write_while_a_picture_is_cleaned(watch: Watch) -> None:
    harbour = people.clinic()
    pat = people.person(harbour)
    browser = people.browser(people.member(harbour, "practitioner"))
    cleaning = watch(blob_forms, "clean")
    sent = SimpleUploadedFile("me.jpg", picture(), "image/jpeg")
    path = reverse("blobs:photo", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert browser.post(path, {"photo": sent}).status_code == 302
    assert cleaning.came_through == [True]
    assert Blob.objects.count() == AuditEvent.objects.count() == 1


@pytest.mark.parametrize("name", ["assessment_new", "new"])
def test_others_write_while_a_consultation_is_judged(watch: Watch, name: str) -> None:
    _, member, client = place_for(base())
    judging = watch(assessing, "screen")
    sent = {**everyday(), **({"do": ["assess"]} if name == "new" else {})}
    answer = send(people.browser(member), address(name, client), sent)
    assert answer.status_code == 200
    assert judging.came_through == [True]
    assert AuditEvent.objects.count() == 1


def test_others_write_while_a_sheet_is_made(watch: Watch) -> None:
    harbour = people.clinic()
    alice = people.member(harbour, "practitioner")
    pat = people.person(harbour)
    treated = treat(pat, alice)
    given = {"clinic": harbour.slug, "client": pat.pk, "treatment": treated.pk}
    browser = people.browser(alice)
    page = browser.post(reverse("treatments:link_new", kwargs=given)).content.decode()
    token = page.partition('name="token" value="')[2].partition('"')[0]
    making = watch(treatment_views, "aftercare_pdf")
    sheet = browser.post(reverse("treatments:link_sheet", kwargs=given), {"token": token})
    assert sheet.status_code == 200
    assert making.came_through == [True]


def test_what_was_written_and_its_row_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = people.clinic()
    browser = Browser(raise_request_exception=False)
    browser.force_login(people.member(harbour, "reception").user)

    def breaks(*_: object, **__: object) -> HttpResponse:
        raise ZeroDivisionError

    monkeypatch.setattr(clinic_views, "redirect", breaks)
    given = {"name": "Nora", "birth_date": "1990-01-01", "sex": "female", "language": "en"}
    path = reverse("clinics:client_new", kwargs={"clinic": harbour.slug})
    assert browser.post(path, given).status_code == 500
    assert not Client.objects.exists()
    assert [row.outcome for row in AuditEvent.objects.all()] == ["error"]


def test_a_lock_that_is_not_to_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = people.clinic()
    browser = people.browser(people.member(harbour, "reception"))

    def waits(**_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(services, "add_client", waits)
    given = {"name": "Nora", "birth_date": "1990-01-01", "sex": "female", "language": "en"}
    answer = browser.post(reverse("clinics:client_new", kwargs={"clinic": harbour.slug}), given)
    assert answer.status_code == 503
    assert "Try again in a moment." in answer.content.decode()
    assert [row.status for row in AuditEvent.objects.all()] == [503]


def test_what_is_wrong_for_good_is_no_matter_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = people.clinic()
    browser = Browser(raise_request_exception=False)
    browser.force_login(people.member(harbour, "reception").user)

    def asks_nonsense(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")

    monkeypatch.setattr(selectors, "clients_by_name", asks_nonsense)
    path = reverse("clinics:clients", kwargs={"clinic": harbour.slug})
    assert browser.post(path).status_code == 500


@ON_SQLITE
def test_the_lock_is_held_from_the_first_write_on() -> None:
    """Nobody writes between what is read in a service's own block and what it then writes."""
    held: list[bool] = []
    with atomic_late():
        assert not Clinic.objects.exists()
        held.append(not _is_free())
        with transaction.atomic():
            held.append(not _is_free())
            people.clinic()
        held.append(not _is_free())
    assert held == [False, True, True]
    assert _is_free()


def test_somebody_who_wrote_in_between_is_no_hindrance() -> None:
    """A transaction that has read and then upgrades would be refused by SQLite."""
    with atomic_late():
        assert not Clinic.objects.exists()
        assert another_writes()
        people.clinic()
    assert Clinic.objects.count() == 2


def test_an_error_takes_back_all_of_it() -> None:
    def breaks() -> None:
        with atomic_late():
            place = people.clinic()
            Consultation.objects.create(clinic=place, recorded_at=timezone.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert not Clinic.objects.exists()


def _is_free() -> bool:
    """Whether SQLite's lock is free at this moment."""
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return True
