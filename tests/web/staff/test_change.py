"""Changing what is known, trainings, leaving; the history; and the last owner."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic, DeviceTraining, Membership, MembershipVersion
from needlework.web.clinics.services import add_training
from needlework.web.consultations.selectors import operator
from needlework.web.records.models import Retraction
from needlework.web.staff import services
from tests.web import people
from tests.web.staff.acting import at, change, leave, nora, owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(harbour: Clinic) -> Membership:
    return owner(harbour)


@pytest.fixture
def who(harbour: Clinic) -> Membership:
    return nora(harbour)


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


def fresh(place: Membership) -> Membership:
    return Membership.objects.get(pk=place.pk)


# --- change and history -------------------------------------------------------------------------


def test_a_change_is_kept_with_who_and_when_and_shown_as_a_difference(
    olga: Membership, who: Membership
) -> None:
    chief = people.member(olga.clinic, "medical-director", email="dora@harbour.example")
    answer = change(
        olga,
        who,
        roles=["practitioner", "assistant"],
        profession="nurse",
        licence_number="RN-2",
        licence_authority="Board",
        licence_until="2030-01-02",
        scope_max_depth_mm="0.5",
        supervisor=str(chief.pk),
    )
    assert answer.status_code == 302
    now = fresh(who)
    assert now.roles == {"practitioner", "assistant"}
    assert (now.licence_number, now.licence_until) == ("RN-2", date(2030, 1, 2))
    assert (now.scope_max_depth_mm, now.supervisor) == (0.5, chief)
    first, second = MembershipVersion.objects.filter(membership=who).order_by("recorded_at")
    assert (second.supersedes, second.author) == (first, olga.user)
    page = page_of(people.browser(olga).get(at("member", olga.clinic, member=who.pk)))
    history = page.partition("history-head")[2]
    assert '<del class="muted">RN-1</del>' in history
    assert "RN-2" in history
    assert olga.user.name in history
    # What stayed as it was stands once: in the first.
    assert history.count("Nurse") == 1


def test_a_change_of_what_somebody_else_has_changed_is_refused_and_kept_on_the_page(
    olga: Membership, who: Membership
) -> None:
    seen = str(services.newest_version(who))
    assert change(olga, who, roles=["assistant"], licence_number="RN-1").status_code == 302
    answer = change(olga, who, seen=seen, roles=["reception"], licence_number="TYPED-9")
    assert answer.status_code == 422
    assert "Somebody else has changed this record meanwhile." in page_of(answer)
    assert "TYPED-9" in page_of(answer)
    assert fresh(who).roles == {"assistant"}


@pytest.mark.parametrize("seen", ["", "6f5457f5-6d14-41ee-a8fc-415db733142f", "no id"])
def test_a_change_that_does_not_say_what_it_was_made_from_is_refused(
    olga: Membership, who: Membership, seen: str
) -> None:
    assert change(olga, who, seen=seen, roles=["assistant"]).status_code == 422
    assert fresh(who).roles == {"practitioner"}


def test_nobody_supervises_themselves_nor_in_a_circle(olga: Membership, who: Membership) -> None:
    middle = people.member(olga.clinic, "practitioner", email="mid@harbour.example", supervisor=who)
    top = people.member(olga.clinic, "assistant", email="top@harbour.example", supervisor=middle)
    for chosen in (who, middle, top):
        answer = change(olga, who, roles=["practitioner"], supervisor=str(chosen.pk))
        assert answer.status_code == 422
        assert fresh(who).supervisor is None
    page = page_of(change(olga, who, roles=["practitioner"], supervisor=str(top.pk)))
    assert "Nobody supervises themselves, also not by way of others." in page


def test_a_supervisor_is_one_of_the_clinic(
    olga: Membership, who: Membership, charlie: Membership
) -> None:
    answer = change(olga, who, roles=["practitioner"], supervisor=str(charlie.pk))
    assert answer.status_code == 422
    facts: dict[str, Any] = {"profession": "", "licence_number": "", "supervisor": charlie}
    with pytest.raises(services.StaffError):
        services.change_place(
            author=olga,
            place=who,
            seen=services.newest_version(who),
            roles=["assistant"],
            now=timezone.now(),
            **facts,
        )


def test_who_is_published_is_the_owners_choice(olga: Membership, who: Membership) -> None:
    people.browser(who).get(f"/clinic/{olga.clinic.slug}/")
    given = {"roles": ["practitioner"], "profession": "nurse", "licence_number": "RN-1"}
    assert change(olga, who, is_public="on", **given).status_code == 302
    public = f"/en/{olga.clinic.slug}/"
    assert "Nora Vale" in page_of(people.browser().get(public))
    assert change(olga, who, **given).status_code == 302
    assert "Nora Vale" not in page_of(people.browser().get(public))


def test_whoever_gives_up_the_role_lands_on_a_page_that_they_may_see(olga: Membership) -> None:
    owner(olga.clinic, "other@harbour.example")
    browser = people.browser(olga)
    path = at("change", olga.clinic, member=olga.pk)
    sent = {"roles": ["reception"], "password": people.PASSWORD, "seen": ""}
    answer = browser.post(path, sent)
    assert answer.headers["Location"] == at("profile", olga.clinic)
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert browser.get(path).status_code == 403


# --- leaving ------------------------------------------------------------------------------------


def test_who_left_meets_nothing_at_the_next_request(olga: Membership, who: Membership) -> None:
    inside = people.browser(who)
    home = f"/clinic/{olga.clinic.slug}/"
    assert inside.get(home).status_code == 200
    today = today_in(olga.clinic, timezone.now())
    assert leave(olga, who, today.isoformat()).status_code == 302
    for path in (home, at("profile", olga.clinic), f"{home}clients/"):
        assert inside.get(path).status_code == 404
    assert "You work in no clinic here." in page_of(inside.get("/clinic/"))
    page = page_of(people.browser(olga).get(at("member", olga.clinic, member=who.pk)))
    assert "Nora Vale" in page
    newest = MembershipVersion.objects.filter(membership=who).current().get()
    assert (newest.author, newest.left_at) == (olga.user, fresh(who).left_at)
    assert newest.licence_number == "RN-1"


def test_a_day_of_last_week_ends_it_then(olga: Membership, who: Membership) -> None:
    Membership.objects.filter(pk=who.pk).update(joined_at=timezone.now() - timedelta(days=90))
    day = today_in(olga.clinic, timezone.now()) - timedelta(days=7)
    assert leave(olga, who, day.isoformat()).status_code == 302
    left_at = fresh(who).left_at
    assert left_at is not None
    assert today_in(olga.clinic, left_at) == day


@pytest.mark.parametrize("days", [-1, 1])
def test_the_last_day_is_neither_to_come_nor_before_the_first(
    olga: Membership, who: Membership, days: int
) -> None:
    day = today_in(olga.clinic, timezone.now()) + timedelta(days=days)
    answer = leave(olga, who, day.isoformat())
    assert answer.status_code == 422
    assert "The last day lies between" in page_of(answer)
    assert fresh(who).left_at is None


def test_what_was_left_is_changed_no_more(olga: Membership, who: Membership) -> None:
    seen, today = services.newest_version(who), today_in(olga.clinic, timezone.now())
    assert leave(olga, who, today.isoformat()).status_code == 302
    for name in ("change", "leave", "way_in", "train"):
        path = at(name, olga.clinic, member=who.pk)
        assert people.browser(olga).get(path).status_code == 302
    with pytest.raises(services.StaffError):
        services.change_place(
            author=olga, place=who, seen=seen, roles=["owner"], now=timezone.now()
        )


# --- the last owner -----------------------------------------------------------------------------


def test_the_last_owner_neither_leaves_nor_stops_owning(olga: Membership) -> None:
    today = today_in(olga.clinic, timezone.now()).isoformat()
    sentence = "This is the clinic’s last owner"
    for answer in (change(olga, olga, roles=["reception"]), leave(olga, olga, today)):
        assert answer.status_code == 422
        assert sentence in page_of(answer)
    assert fresh(olga).roles == {"owner"}
    assert fresh(olga).left_at is None
    # An owner whose account is out of use does not count, nor does another clinic's.
    idle = owner(olga.clinic, "idle@harbour.example")
    idle.user.is_active = False
    idle.user.save()
    owner(people.clinic("third", name="Third"), "third@third.example")
    assert leave(olga, olga, today).status_code == 422
    owner(olga.clinic, "real@harbour.example")
    assert leave(olga, olga, today).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["leave", "change", "themselves"])
def test_of_two_owners_who_remove_each_other_one_stays(harbour: Clinic, how: str) -> None:
    owners = [owner(harbour, f"owner{n}@harbour.example") for n in range(2)]
    seen = [services.newest_version(one) for one in owners]
    today = today_in(harbour, timezone.now())
    start, told, won = threading.Barrier(2), [], []

    def act(n: int) -> None:
        author = owners[n]
        target = n if how == "themselves" else 1 - n
        try:
            start.wait()
            with transaction.atomic():
                if how == "change":
                    services.change_place(
                        author=author,
                        place=owners[target],
                        seen=seen[target],
                        roles=["reception"],
                        now=timezone.now(),
                    )
                else:
                    services.end_place(
                        author=author, place=owners[target], last_day=today, now=timezone.now()
                    )
            won.append(n)
        except services.StaffError as late:
            told.append(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(told)) == (1, 1)
    assert told[0].hint.endswith(".")
    assert Membership.objects.active().filter(clinic=harbour, role_rows__role="owner").count() == 1


def test_who_is_no_owner_any_more_when_it_is_written_changes_nothing(
    olga: Membership, who: Membership
) -> None:
    other = owner(olga.clinic, "other@harbour.example")
    services.change_place(
        author=other, place=olga, seen=None, roles=["reception"], now=timezone.now()
    )
    with pytest.raises(services.StaffError, match="You no longer own"):
        services.end_place(
            author=olga,
            place=who,
            last_day=today_in(olga.clinic, timezone.now()),
            now=timezone.now(),
        )
    assert fresh(who).left_at is None


# --- trainings ----------------------------------------------------------------------------------


def train(who: Membership, place: Membership, **given: Any) -> Any:
    sent = {
        "device": "skinpen-precision",
        "trained_on": "2025-03-01",
        "valid_until": "",
        "password": people.PASSWORD,
        **given,
    }
    return people.browser(who).post(at("train", who.clinic, member=place.pk), sent)


def test_a_training_is_recorded(olga: Membership, who: Membership) -> None:
    assert train(olga, who, valid_until="2026-03-01").status_code == 302
    made = DeviceTraining.objects.get()
    assert (made.membership, made.author, made.device) == (who, olga.user, "skinpen-precision")
    assert (made.trained_on, made.valid_until) == (date(2025, 3, 1), date(2026, 3, 1))
    page = page_of(people.browser(who).get(at("profile", olga.clinic)))
    assert "SkinPen Precision" in page
    assert "Run out" in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"device": "spoon"}, "Choose one of those offered."),
        ({"device": ""}, "This needs an answer."),
        ({"trained_on": "2099-01-01"}, "lies in the future"),
        ({"trained_on": "soon"}, "Check how it is written."),
        ({"valid_until": "2024-01-01"}, "It ends before the training."),
        ({"password": "not hers"}, "This is not your password"),
    ],
)
def test_a_training_that_cannot_be(
    olga: Membership, who: Membership, given: dict[str, Any], sentence: str
) -> None:
    answer = train(olga, who, **given)
    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert not DeviceTraining.objects.exists()


def test_a_training_entered_in_error_is_struck_and_stays(olga: Membership, who: Membership) -> None:
    made = add_training(
        membership=who,
        device="skinpen-precision",
        trained_on=date(2025, 1, 1),
        author=None,
        now=people.NOW,
    )
    path = at("training_error", olga.clinic, member=who.pk, training=made.pk)
    browser = people.browser(olga)
    sent = {"reason": "other", "words": "It was Sam.", "sure": "on", "password": people.PASSWORD}
    assert "wrong-client" not in page_of(browser.get(path))
    for wrong in ({"reason": "wrong-client"}, {"sure": ""}, {"password": "not hers"}):
        assert browser.post(path, {**sent, **wrong}).status_code == 422
    assert browser.post(path, sent).status_code == 302
    mark = Retraction.objects.get()
    assert (mark.record_id, mark.author, mark.words) == (made.pk, olga.user, "It was Sam.")
    assert "was Sam." in page_of(browser.get(at("member", olga.clinic, member=who.pk)))
    listed = page_of(browser.get(at("list", olga.clinic)))
    assert "SkinPen Precision" not in listed
    # Again it changes nothing, and says so.
    assert "<form" not in page_of(browser.get(path)).partition("<main")[2]
    assert browser.post(path, sent).status_code == 422
    assert Retraction.objects.count() == 1


def test_a_struck_training_counts_no_more(olga: Membership, who: Membership) -> None:
    made = add_training(
        membership=who,
        device="skinpen-precision",
        trained_on=date(2025, 1, 1),
        author=None,
        now=people.NOW,
    )
    day = people.NOW.date()
    assert operator(who, day, ["skinpen-precision"])["device_training"] == "yes"
    services.strike_training(
        author=olga, training=made, reason="duplicate", words="", now=timezone.now()
    )
    assert operator(who, day, ["skinpen-precision"])["device_training"] == "unknown"


# --- the last medical director ------------------------------------------------------------------


@pytest.fixture
def dora(harbour: Clinic) -> Membership:
    return people.member(harbour, "medical-director", email="dora@harbour.example")


def go(olga: Membership, dora: Membership, how: str, **given: Any) -> Any:
    if how == "leave":
        return leave(olga, dora, today_in(olga.clinic, timezone.now()).isoformat(), **given)
    sent = {"profession": "physician", "licence_number": "1", **given}
    return change(olga, dora, roles=["practitioner"], **sent)


@pytest.mark.parametrize("how", ["leave", "change"])
def test_the_last_medical_director_goes_with_a_warning_and_a_confirmation(
    olga: Membership, dora: Membership, how: str
) -> None:
    page = page_of(people.browser(olga).get(at(how, olga.clinic, member=dora.pk)))
    assert "Plans whose statements are not approved cannot be signed" in page
    assert 'type="checkbox" name="sure"' in page
    refused = go(olga, dora, how)
    assert refused.status_code == 422
    assert "without one, nothing can be approved" in page_of(refused)
    now = fresh(dora)
    assert now.roles == {"medical-director"}
    assert now.left_at is None
    assert go(olga, dora, how, sure="on").status_code == 302
    now = fresh(dora)
    assert now.left_at is not None or now.roles == {"practitioner"}


@pytest.mark.parametrize("how", ["leave", "change"])
def test_one_of_two_medical_directors_is_not_asked(
    olga: Membership, dora: Membership, how: str
) -> None:
    people.member(olga.clinic, "medical-director", email="second@harbour.example")
    page = page_of(people.browser(olga).get(at(how, olga.clinic, member=dora.pk)))
    assert "last medical director" not in page
    assert 'type="checkbox" name="sure"' not in page
    assert go(olga, dora, how).status_code == 302


def test_a_director_of_another_clinic_or_out_of_use_is_no_other(
    olga: Membership, dora: Membership
) -> None:
    people.member(people.clinic("third", name="Third"), "medical-director", email="x@third.example")
    idle = people.member(olga.clinic, "medical-director", email="idle@harbour.example")
    idle.user.is_active = False
    idle.user.save()
    assert go(olga, dora, "leave").status_code == 422


def test_who_stays_medical_director_changes_without_a_question(
    olga: Membership, dora: Membership
) -> None:
    sent = {"profession": "physician", "licence_number": "2"}
    assert change(olga, dora, roles=["medical-director"], **sent).status_code == 302


@pytest.mark.parametrize("how", ["leave", "change"])
def test_whoever_became_the_last_meanwhile_is_asked_about_on_the_page_that_comes_back(
    olga: Membership, dora: Membership, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between drawing and saving the other director has gone."""
    monkeypatch.setattr("needlework.web.staff.views._ask_about_director", lambda *_: False)
    refused = go(olga, dora, how)
    assert refused.status_code == 422
    assert 'type="checkbox" name="sure"' in page_of(refused)
    assert go(olga, dora, how, sure="on").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_directors_let_go_at_once_the_second_is_asked_about(harbour: Clinic) -> None:
    olga = owner(harbour)
    both = [
        people.member(harbour, "medical-director", email=f"d{n}@harbour.example") for n in range(2)
    ]
    today = today_in(harbour, timezone.now())
    start, told = threading.Barrier(2), []

    def act(n: int) -> None:
        try:
            start.wait()
            services.end_place(author=olga, place=both[n], last_day=today, now=timezone.now())
        except services.StaffError as late:
            told.append(late.field)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [services.SURE]
