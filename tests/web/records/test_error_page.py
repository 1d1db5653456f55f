"""The page on which staff mark a record as entered in error, and what follows from the mark."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.blobs.selectors import portrait_of
from needlework.web.blobs.services import keep_blob
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consultations import selectors
from needlework.web.portal import links
from needlework.web.portal.models import Acknowledgement, SymptomReport
from needlework.web.portal.selectors import acknowledgement_of, open_reports
from needlework.web.portal.services import acknowledge_report
from needlework.web.records.forms import LONGEST_WORDS
from needlework.web.records.kinds import ANY, CARE, KINDS, REASON_WORDS
from needlework.web.records.models import REASONS, Record, Retraction
from needlework.web.records.services import is_retracted, retract
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.selectors import latest_treatment
from tests.web import people
from tests.web.records_of import Records, png, records_of

pytestmark = pytest.mark.django_db

SENT = {"reason": "wrong-client", "words": "Two of that name.", "sure": "on"}
NAMES = [kind.name for kind in KINDS]


@pytest.fixture
def theirs(harbour: Clinic, alice: Membership) -> Records:
    return records_of(harbour, alice)


def at(kind: str, records: Records, clinic: str = "harbour") -> str:
    return reverse(f"records:{kind}", kwargs={"clinic": clinic, kind: records[kind]})


def text(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def record(kind: str, records: Records) -> Record:
    found = next(one for one in KINDS if one.name == kind)
    return found.record_model()._default_manager.get(pk=records[kind])


def test_each_reason_has_its_words() -> None:
    assert set(REASON_WORDS) == set(REASONS)
    assert set(ANY) == set(ROLES)


@pytest.mark.parametrize("kind", NAMES)
def test_it_says_what_it_is_and_what_follows_and_marks_nothing(
    kind: str, theirs: Records, alice: Membership
) -> None:
    page = text(people.browser(alice).get(at(kind, theirs)))
    assert next(one for one in KINDS if one.name == kind).title in page
    assert "practitioner" in page  # who recorded it
    assert "Nothing is deleted" in page
    assert "It cannot be undone" in page
    assert not Retraction.objects.exists()


@pytest.mark.parametrize("kind", NAMES)
def test_marked_it_stays_with_who_when_and_why(
    kind: str, theirs: Records, alice: Membership
) -> None:
    browser = people.browser(alice)
    answer = browser.post(at(kind, theirs), SENT)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/clinic/harbour/clients/{theirs['client']}/"
    mark = Retraction.objects.get()
    assert (mark.author, mark.reason, mark.words) == (alice.user, "wrong-client", SENT["words"])
    marked = record(kind, theirs)
    assert is_retracted(marked)
    assert marked not in type(marked).objects.current()
    page = text(browser.get(at(kind, theirs)))
    assert "It belongs to another client. Marked by practitioner on" in page
    assert SENT["words"] in page
    assert "<form class" not in browser.get(at(kind, theirs)).content.decode().partition("<main")[2]
    event = AuditEvent.objects.filter(action=f"records.{kind}", method="POST").get()
    assert str(mark.pk) in str(event.objects_seen)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_mark(kind: str, role: str, theirs: Records, harbour: Clinic) -> None:
    browser = people.browser(people.member(harbour, role, email="who@harbour.example"))
    may = role in next(one for one in KINDS if one.name == kind).writers
    assert browser.post(at(kind, theirs), SENT).status_code == (302 if may else 403)
    assert is_retracted(record(kind, theirs)) is may


def test_the_desk_marks_portraits_alone(harbour: Clinic, pat: Client, bea: Membership) -> None:
    photo = keep_blob(clinic=harbour, client=pat, kind="photo", content=png())
    answer = people.browser(bea).post(at("blob", {"blob": photo.pk}), SENT)
    assert answer.status_code == 403
    assert not is_retracted(photo)
    assert set(CARE) < set(ANY)


@pytest.mark.parametrize("kind", NAMES)
def test_another_clinics_record_is_not_found(
    kind: str, theirs: Records, charlie: Membership
) -> None:
    browser = people.browser(charlie)
    for clinic in ("harbour", "elsewhere"):
        assert browser.post(at(kind, theirs, clinic), SENT).status_code == 404
    assert not Retraction.objects.exists()


def test_an_id_of_another_kind_is_not_found(theirs: Records, alice: Membership) -> None:
    swapped = at("treatment", {"treatment": theirs["consultation"]})
    assert people.browser(alice).post(swapped, SENT).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": ""}, "This needs an answer."),
        ({"reason": "no-such"}, "Choose one of the reasons offered."),
        ({"reason": "other", "words": "  "}, "Another reason needs a few words."),
        ({"sure": ""}, "This needs an answer."),
        ({"words": "x" * (LONGEST_WORDS + 1)}, f"at most {LONGEST_WORDS} characters"),
        ({"words": "a\x00b"}, "it holds signs that are no letters"),
    ],
)
def test_what_is_amiss_is_said_and_nothing_typed_is_lost(
    wrong: dict[str, str], said: str, theirs: Records, alice: Membership
) -> None:
    answer = people.browser(alice).post(at("treatment", theirs), {**SENT, **wrong})
    assert answer.status_code == 422
    assert said in text(answer)
    if "words" not in wrong:
        assert SENT["words"] in text(answer)
    assert not Retraction.objects.exists()


def test_who_comes_second_reads_who_was_first_and_keeps_the_words(
    theirs: Records, alice: Membership, harbour: Clinic
) -> None:
    first = people.member(harbour, "medical-director")
    retract(
        record=record("treatment", theirs), author=first.user, reason="duplicate", now=people.NOW
    )
    answer = people.browser(alice).post(at("treatment", theirs), SENT)
    assert answer.status_code == 422
    page = text(answer)
    assert "It was recorded twice. Marked by medical-director on" in page
    assert SENT["words"] in page
    assert Retraction.objects.count() == 1


def test_lists_strike_it(theirs: Records, alice: Membership) -> None:
    browser = people.browser(alice)
    path = f"/clinic/harbour/clients/{theirs['client']}/"
    assert "<del>" not in browser.get(path).content.decode()
    for kind in ("consultation", "treatment"):
        browser.post(at(kind, theirs), SENT)
    page = browser.get(path).content.decode()
    assert page.count("<del>") == 2
    assert page.count("Entered in error") == 2
    assert "/plan/" not in page


def test_a_consultation_in_error_counts_nowhere(theirs: Records, alice: Membership) -> None:
    row = selectors.consultations_of(Client.objects.get(pk=theirs["client"])).get()
    people.browser(alice).post(at("consultation", theirs), SENT)
    assert row.client is not None
    assert not selectors.consultations_of(row.client).exists()
    assert list(selectors.consultations_listed(row.client)) == [row]
    assert selectors.version_of(row) is None
    assert selectors.version_of(row, 1) is None


def test_a_report_whose_note_was_an_error_waits_again_and_may_be_seen_again(
    theirs: Records, alice: Membership, harbour: Clinic
) -> None:
    report = SymptomReport.objects.get(pk=theirs["report"])
    assert open_reports(harbour) == []
    browser = people.browser(alice)
    browser.post(at("acknowledgement", theirs), SENT)
    assert open_reports(harbour) == [report]
    assert acknowledgement_of(report) is None
    detail = reverse(
        "treatments:detail",
        kwargs={
            "clinic": "harbour",
            "client": theirs["client"],
            "treatment": theirs["treatment"],
        },
    )
    assert "not yet seen" in text(browser.get(detail))
    again = acknowledge_report(report=report, author=alice.user, words="Called.", now=people.NOW)
    assert str(again.supersedes_id) == str(theirs["acknowledgement"])
    assert acknowledgement_of(report) == again
    assert open_reports(harbour) == []
    assert Acknowledgement.objects.count() == 2


def test_aftercare_counts_no_session_in_error(theirs: Records, alice: Membership) -> None:
    client = Client.objects.get(pk=theirs["client"])
    browser = people.browser(alice)
    at_link = reverse(
        "treatments:link_new",
        kwargs={"clinic": "harbour", "client": client.pk, "treatment": theirs["treatment"]},
    )
    assert browser.post(at_link).status_code == 200
    browser.post(at("treatment", theirs), SENT)
    assert latest_treatment(client) is None
    assert TreatmentSession.objects.filter(client=client).exists()
    answer = browser.post(at_link)
    assert answer.status_code == 422
    assert "entered in error" in text(answer)


def test_a_client_no_longer_opens_a_file_in_error(theirs: Records, alice: Membership) -> None:
    client = Client.objects.get(pk=theirs["client"])
    path = reverse("portal:file", kwargs={"blob": theirs["blob"]})
    inside = by_link(client)
    assert inside.get(path).status_code == 200
    people.browser(alice).post(at("blob", theirs), SENT)
    assert inside.get(path).status_code == 404
    assert portrait_of(client) is None
    staff = reverse("blobs:blob", kwargs={"clinic": "harbour", "blob": theirs["blob"]})
    told = people.browser(alice).get(staff)
    assert told.status_code == 410
    assert "It belongs to another client. Marked by practitioner" in text(told)


def by_link(client: Client) -> Browser:
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    browser = people.browser()
    assert client.birth_date is not None
    browser.post(links.address(token), {"birth_date": client.birth_date.isoformat()})
    return browser
