"""Superseding and retracting: the only two changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone, translation

from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import Consultation
from needlework.web.records.models import REASONS, Record, Retraction
from needlework.web.records.services import (
    OvertakenError,
    RecordError,
    is_retracted,
    retract,
    supersede,
)
from tests.web import people

pytestmark = pytest.mark.django_db


def new(client: Client) -> Consultation:
    return Consultation(clinic=client.clinic, client=client, recorded_at=timezone.now())


@pytest.fixture
def said(pat: Client) -> Consultation:
    made = new(pat)
    made.save()
    return made


def test_a_successor_stands_in_its_place(said: Consultation, pat: Client) -> None:
    later = supersede(old=said, new=new(pat))
    assert list(Consultation.objects.current()) == [later]
    assert later.supersedes == said
    assert Consultation.objects.filter(pk=said.pk).exists()


def test_the_second_of_two_writers_is_told(said: Consultation, pat: Client) -> None:
    supersede(old=said, new=new(pat))
    with pytest.raises(OvertakenError, match="meanwhile"):
        supersede(old=said, new=new(pat))
    assert Consultation.objects.count() == 2


def test_another_clash_is_not_called_a_race(said: Consultation, pat: Client) -> None:
    again = new(pat)
    again.pk = said.pk
    with pytest.raises(IntegrityError):
        supersede(old=said, new=again)


def test_only_one_of_the_same_kind_client_and_clinic_may_succeed(
    said: Consultation, harbour: Clinic, elsewhere: Clinic, pat: Client
) -> None:
    strangers: list[Record] = [
        new(people.person(harbour, "Another")),
        new(people.person(elsewhere, "Pat elsewhere")),
        Consultation(clinic=elsewhere, client=pat, recorded_at=timezone.now()),
        Consultation(clinic=harbour, client=None, recorded_at=timezone.now()),
        Blob(clinic=harbour, client=pat, recorded_at=timezone.now(), kind="pdf"),
    ]
    for stranger in strangers:
        with pytest.raises(RecordError, match="same kind and the same client"):
            supersede(old=said, new=stranger)
    assert list(Consultation.objects.current()) == [said]


def test_entered_in_error_stays_and_stops_counting(said: Consultation, alice: Membership) -> None:
    now = timezone.now()
    made = retract(record=said, author=alice.user, reason="wrong-client", now=now)
    assert (made.record_type, made.record_id) == ("consultations.consultation", said.pk)
    assert (made.clinic, made.client, made.author) == (said.clinic, said.client, alice.user)
    assert is_retracted(said)
    assert not Consultation.objects.current().exists()
    assert Consultation.objects.filter(pk=said.pk).exists()
    with pytest.raises(OvertakenError, match="already"):
        retract(record=said, author=alice.user, reason="duplicate", now=now + timedelta(1))
    assert Retraction.objects.count() == 1


def test_an_error_of_another_kind_of_record_hides_nothing(
    said: Consultation, alice: Membership
) -> None:
    Retraction.objects.create(
        clinic=said.clinic,
        author=alice.user,
        record_type="blobs.blob",
        record_id=said.pk,
        reason="duplicate",
        recorded_at=timezone.now(),
    )
    assert list(Consultation.objects.current()) == [said]


@pytest.mark.parametrize(("reason", "words"), [("", "x"), ("no-such", "x"), ("other", " \n ")])
def test_an_error_needs_a_reason(
    said: Consultation, alice: Membership, reason: str, words: str
) -> None:
    with pytest.raises(RecordError) as told:
        retract(record=said, author=alice.user, reason=reason, words=words, now=timezone.now())
    assert told.value.hint
    assert not is_retracted(said)


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_is_kept(said: Consultation, alice: Membership, reason: str) -> None:
    made = retract(
        record=said, author=alice.user, reason=reason, words=" typed twice ", now=timezone.now()
    )
    assert (made.reason, made.words) == (reason, "typed twice")


def test_current_is_asked_in_one_query(
    said: Consultation, pat: Client, django_assert_num_queries: object
) -> None:
    supersede(old=said, new=new(pat))
    with django_assert_num_queries(1, connection=connection):  # type: ignore[operator]
        assert len(Consultation.objects.current().filter(clinic=pat.clinic)) == 1


def test_errors_speak_the_language_of_the_page(said: Consultation, alice: Membership) -> None:
    with translation.override("es"), pytest.raises(RecordError) as told:
        retract(record=said, author=alice.user, reason="", now=timezone.now())
    from needlework.i18n import translator

    english = "Choose one of the reasons offered."
    assert told.value.hint == translator("es")(english)
