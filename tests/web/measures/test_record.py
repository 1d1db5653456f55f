"""A score is recorded by who may, within its scale and days; what is wrong stays in the form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.measures.models import Measure
from needlework.web.records.models import Retraction
from needlework.web.records.services import retract
from tests.web import people
from tests.web.measures.course import BEGAN_D, SCALE, address, ago, form, held, scored, sent

CARE = {"medical-director", "practitioner", "assistant"}


def test_a_score_is_kept_with_who_rated_and_who_wrote(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    other = people.member(pat.clinic, "assistant", email="ann@harbour.example")
    given = form(pat, other, score="12,0", error="1.5", on=ago(pat.clinic, 3).isoformat())
    assert sent(pat, desk, given).status_code == 302
    made = Measure.objects.get()
    assert (made.score, made.error, made.scale, made.rater) == (12.0, 1.5, SCALE, other)
    assert (made.author, made.on, made.sessions) == (alice.user, ago(pat.clinic, 3), None)
    page = desk.get(address(pat)).content.decode()
    assert "The score was saved." in page
    assert "± 1.5" in page
    assert "counts" in page


def test_the_form_asks_for_who_writes_and_the_scale_of_before(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    page = desk.get(address(pat)).content.decode()
    assert f'<option value="{alice.pk}" selected>' in page
    assert "No score yet." in page
    scored(pat, alice, 100, 3, scale="goodman-baron-qualitative")
    page = desk.get(address(pat)).content.decode()
    assert '<option value="goodman-baron-qualitative" selected>' in page


def test_sent_twice_it_is_one(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    given = form(pat, alice)
    for _time in range(2):
        assert sent(pat, desk, given).status_code == 302
    assert Measure.objects.count() == 1
    assert sent(pat, desk, {**given, "key": str(uuid4())}).status_code == 302
    assert Measure.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"score": "85"}, "has no such score. A whole number from 0 to 84."),
        ({"score": "-1"}, "has no such score."),
        ({"score": "4.5"}, "has no such score."),
        ({"score": "many"}, "This is no number."),
        ({"score": "nan"}, "This is no number."),
        ({"score": "1e999"}, "This is no number."),
        ({"score": "٣"}, "This is no number."),
        ({"score": "1_0"}, "This is no number."),
        ({"score": ""}, "This needs an answer."),
        ({"score": "0"}, "there is nothing to get better"),
        ({"scale": "goodman-baron-qualitative", "score": "9"}, "One of 1, 2, 3, 4."),
        ({"scale": "gais"}, "Choose one of those offered."),
        ({"scale": "lemperle"}, "Choose one of those offered."),
        ({"on": "9999-01-01"}, "This day lies in the future."),
        ({"on": "1900-01-01"}, "This day lies before the client was born."),
        ({"on": "2026-02-30"}, "This is no day of the calendar."),
        ({"error": "0"}, "Give it above nought"),
        ({"error": "-1"}, "Give it above nought"),
        ({"error": "some"}, "Give it above nought"),
        ({"error": "1000"}, "is no error of such a score"),
        ({"rater": "nobody"}, "Choose one of those offered."),
        ({"rater": str(uuid4())}, "Choose one of those offered."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_all_is_kept(
    changes: dict[str, Any],
    says: str,
    pat: Client,
    version: ConsultationVersion,
    alice: Membership,
    desk: Browser,
) -> None:
    given = {**form(pat, alice, error="2.25"), **changes}
    answer = sent(pat, desk, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert not Measure.objects.exists()
    assert f'value="{given["error"]}"' in page, "what was typed is still there"
    if changes.keys().isdisjoint({"score"}):
        assert 'name="score" value="9"' in page
    field = next(iter(changes))
    assert f'id="measure-acne-scar-boxcar-{field}_error"' in page or "score_error" in page


def test_another_scale_is_refused_once_one_was_used(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    scored(pat, alice, 110, 12)
    given = form(pat, alice, scale="goodman-baron-qualitative", score="3")
    answer = sent(pat, desk, given)
    assert answer.status_code == 422
    assert "Scales are not converted" in answer.content.decode()
    assert Measure.objects.count() == 1


def test_the_first_score_comes_before_the_first_session(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    held(pat, alice, 100)
    late = sent(pat, desk, form(pat, alice))
    assert late.status_code == 422
    assert "without a start nothing can be learned" in late.content.decode()
    on_its_day = form(pat, alice, on=ago(pat.clinic, 100).isoformat())
    assert sent(pat, desk, on_its_day).status_code == 302
    assert sent(pat, desk, form(pat, alice, key=str(uuid4()))).status_code == 302


def test_a_tick_is_about_the_sessions_that_were_on_the_page(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    scored(pat, alice, BEGAN_D, 20)
    given = form(pat, alice, score="14", all_sessions="on", error="1.5")
    first = held(pat, alice, 100)
    answer = sent(pat, desk, given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The list of sessions has changed since you opened this page." in page
    assert 'value="1.5"' in page
    assert f'name="seen" value="{first.pk}"' in page
    again = form(pat, alice, score="14", all_sessions="on")
    assert sent(pat, desk, again).status_code == 302
    assert Measure.objects.latest("recorded_at").sessions == [str(first.pk)]


def test_what_the_plan_does_not_needle_for_is_refused(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    for concern in ("melasma", "", "nothing", "\x00", "x" * 500):
        answer = sent(pat, desk, form(pat, alice, concern=concern))
        assert answer.status_code == 422
        assert "not part of it" in answer.content.decode()
    assert not Measure.objects.exists()


# --- put right, and struck ------------------------------------------------------------------------


def test_another_takes_its_place(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    old = scored(pat, alice, 110, 12)
    path = address(pat, "correct", measure=old.pk)
    assert 'name="score" value="12"' in desk.get(path).content.decode()
    given = form(pat, alice, score="11", on=ago(pat.clinic, 109).isoformat())
    wrong = desk.post(path, {**given, "score": "85"})
    assert wrong.status_code == 422
    assert 'name="score" value="85"' in wrong.content.decode()
    for _time in range(2):
        assert desk.post(path, given).status_code == 302
    made = Measure.objects.get(supersedes=old)
    assert (made.score, made.concern) == (11.0, old.concern)
    page = desk.get(address(pat)).content.decode()
    assert "<del>12</del>" in page
    assert "corrected" in page
    late = desk.post(path, {**given, "score": "10", "key": str(uuid4())})
    assert late.status_code == 422
    assert "Another score has taken its place meanwhile." in late.content.decode()
    assert 'name="score" value="10"' in late.content.decode()
    assert Measure.objects.count() == 2
    assert "Another score has taken its place" in desk.get(path).content.decode()


def test_the_only_score_may_be_put_on_another_scale(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    old = scored(pat, alice, 110, 12)
    given = form(pat, alice, scale="goodman-baron-qualitative", score="3")
    assert desk.post(address(pat, "correct", measure=old.pk), given).status_code == 302


def test_who_rated_and_has_left_stays_the_one_who_rated(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    gone = people.member(pat.clinic, "assistant", email="gone@harbour.example")
    old = scored(pat, alice, 110, 12, rater=gone)
    gone.left_at = version.recorded_at
    gone.save()
    page = desk.get(address(pat, "correct", measure=old.pk)).content.decode()
    assert f'<option value="{gone.pk}" selected>' in page
    assert f'value="{gone.pk}"' not in desk.get(address(pat)).content.decode()
    given = form(pat, gone, score="11")
    assert desk.post(address(pat, "correct", measure=old.pk), given).status_code == 302
    assert sent(pat, desk, form(pat, gone)).status_code == 422


def test_one_entered_in_error_is_struck_and_no_longer_counts(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    old = scored(pat, alice, 110, 12)
    path = reverse("records:measure", args=(pat.clinic.slug, old.pk))
    said = {"reason": "other", "words": "Of the other cheek.", "sure": "on"}
    assert desk.post(path, said).status_code == 302
    assert Retraction.objects.get().record_id == old.pk
    page = desk.get(address(pat)).content.decode()
    assert "<del>12</del>" in page
    assert "entered in error" in page
    assert 'value="goodman-baron-quantitative" selected' not in page
    again = desk.post(address(pat, "correct", measure=old.pk), form(pat, alice))
    assert again.status_code == 422
    assert Measure.objects.count() == 1


def test_a_score_of_another_plan_is_listed_and_not_corrected(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    old = scored(pat, alice, 110, 3, concern="wrinkles", scale="lemperle")
    page = desk.get(address(pat)).content.decode()
    assert "Scores of what this plan does not needle for" in page
    assert reverse("records:measure", args=(pat.clinic.slug, old.pk)) in page
    path = address(pat, "correct", measure=old.pk)
    assert "no longer needles for this" in desk.get(path).content.decode()
    assert desk.post(path, form(pat, alice)).status_code == 422


# --- who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_who_may_record(
    role: str, pat: Client, version: ConsultationVersion, alice: Membership, harbour: Clinic
) -> None:
    desk = people.browser(people.member(harbour, role, email=f"{role}-2@harbour.example"))
    read = desk.get(address(pat))
    assert read.status_code == (200 if role in CARE | {"owner"} else 403)
    assert (b"Save the score" in read.content) == (role in CARE)
    wrote = sent(pat, desk, form(pat, alice)).status_code
    assert wrote == (302 if role in CARE else 403)


def test_another_clinic_finds_nothing(
    pat: Client, version: ConsultationVersion, alice: Membership, charlie: Membership
) -> None:
    old = scored(pat, alice, 110, 12)
    stranger = people.browser(charlie)
    mine = people.person(charlie.clinic)
    for path in (
        address(pat),
        address(pat, "forecast"),
        address(pat, "correct", measure=old.pk),
        address(mine, "correct", measure=old.pk),
    ):
        assert stranger.get(path).status_code == 404
    other = people.person(pat.clinic)
    wrong = address(other, "correct", measure=old.pk)
    assert people.browser(alice).get(wrong).status_code == 404


def test_the_audit_names_what_was_read_and_written(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    old = scored(pat, alice, 110, 12)
    desk.get(address(pat))
    read = AuditEvent.objects.latest("pk")
    assert {"type": "measures.measure", "id": str(old.pk)} in read.objects_seen
    sent(pat, desk, form(pat, alice, score="11"))
    wrote = AuditEvent.objects.latest("pk")
    new = Measure.objects.exclude(pk=old.pk).get()
    assert {"type": "measures.measure", "id": str(new.pk)} in wrote.objects_seen
    assert "acne" not in wrote.action


def test_without_a_plan_the_page_says_what_to_do(
    pat: Client, alice: Membership, desk: Browser
) -> None:
    page = desk.get(address(pat)).content.decode()
    assert "Scores belong to a plan, and there is none yet." in page
    assert reverse("consultations:new", args=(pat.clinic.slug, pat.pk)) in page
    assert desk.get(address(pat, "forecast")).status_code == 200


def test_an_error_of_a_consultation_is_no_plan(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    retract(
        record=version,
        author=alice.user,
        reason="wrong-facts",
        now=version.recorded_at + timedelta(days=1),
    )
    assert "there is none yet" in desk.get(address(pat)).content.decode()


def test_the_way_there(pat: Client, version: ConsultationVersion, desk: Browser) -> None:
    here = {"clinic": pat.clinic.slug, "client": pat.pk}
    plan = reverse("consultations:plan", kwargs={**here, "consultation": version.consultation_id})
    for path in (reverse("clinics:client", kwargs=here), plan):
        page = desk.get(path).content.decode()
        assert page.count(f'href="{address(pat)}"') == 1
