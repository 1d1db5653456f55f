"""A request that nobody need answer any more: closed by whoever asked, with a reason, for good."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.clearances import selectors
from needlework.web.clearances.models import ClearanceClosing, ClearanceRequest
from needlework.web.clearances.services import (
    ClearanceError,
    answer_request,
    ask_clearance,
    close_request,
)
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.services import record_consultation
from needlework.web.days.selectors import situations
from needlework.web.knowledge import known_for
from needlework.web.records.services import retract
from needlework.web.staff.services import add_person
from tests.web import people
from tests.web.clearances.asked import WAITS, consulted, found, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    return consulted(pat, alice, **WAITS)


@pytest.fixture
def asked(version: ConsultationVersion, alice: Membership) -> ClearanceRequest:
    return ask(version, alice)


def ask(version: ConsultationVersion, by: Membership, **facts: Any) -> ClearanceRequest:
    given = {
        "version": version,
        "finding": found(version),
        "question": "Has an antiviral been considered?",
        "due_on": today_in(version.clinic, timezone.now()) + timedelta(days=7),
        "author": by.user,
        "now": timezone.now(),
        "asked": by,
        **facts,
    }
    return ask_clearance(**given)


def answer(request: ClearanceRequest, by: Membership) -> Any:
    return answer_request(
        request=request,
        outcome="cleared",
        member=by,
        knowledge=known_for(request.clinic).knowledge,
        now=timezone.now(),
        reach="course",
        valid_until=today_in(request.clinic, timezone.now()) + timedelta(days=30),
    )


def close(request: ClearanceRequest, by: Membership, **facts: Any) -> ClearanceClosing:
    given = {"reason": "finding-gone", "words": "", "now": timezone.now(), **facts}
    return close_request(request=request, member=by, **given)


def address(request: ClearanceRequest, name: str = "close", clinic: str = "harbour") -> str:
    return reverse(f"clearances:{name}", args=(clinic, request.pk))


def text(response: Any) -> str:
    return str(response.content.decode())


def say(version: ConsultationVersion, by: Membership, herpes: str) -> ConsultationVersion:
    """The next version, in which the question behind the finding is answered otherwise."""
    changes = {**WAITS, "history": {"herpes_simplex": herpes}}
    example = str(changes.pop("example"))
    data = told(example, **{"date": today_in(version.clinic, timezone.now()), **changes})
    assert version.client is not None
    return record_consultation(
        client=version.client,
        author=by.user,
        data=data,
        known=known_for(version.clinic),
        now=timezone.now(),
        consultation=version.consultation,
        base=version.number,
    )


# --- what it does --------------------------------------------------------------------------------


def test_a_request_whose_finding_vanished_leaves_today_and_stays_in_the_history(
    version: ConsultationVersion, asked: ClearanceRequest, alice: Membership
) -> None:
    say(version, alice, "no")
    browser = people.browser(alice)
    home = f"/clinic/{version.clinic.slug}/"
    assert address(asked, "answer") in text(browser.get(home)), "it would stand there for ever"
    assert address(asked) in text(browser.get(address(asked, "answer")))
    sent = {"reason": "finding-gone", "words": "Misheard at first."}
    answered = browser.post(address(asked), sent)
    assert answered.headers["Location"] == reverse("clearances:waiting", args=("harbour",))
    assert address(asked, "answer") not in text(browser.get(home))
    assert "Nobody waits for an answer." in text(browser.get(answered.headers["Location"]))
    listed = text(
        browser.get(
            reverse("clearances:list", args=("harbour", version.client_id, version.consultation_id))
        )
    )
    history = listed.partition("closed-head")[2]
    for words in ("Closed by", alice.user.name, "Misheard at first.", "no longer stands"):
        assert words in history
    made = ClearanceClosing.objects.get()
    assert (made.author, made.client, made.clinic) == (alice.user, version.client, version.clinic)
    assert AuditEvent.objects.filter(action="clearances.close", client=version.client).exists()


def test_a_finding_that_comes_back_is_asked_anew(
    version: ConsultationVersion, asked: ClearanceRequest, alice: Membership
) -> None:
    without = say(version, alice, "no")
    close(asked, alice)
    back = say(without, alice, "yes")
    listed = reverse("clearances:list", args=("harbour", back.client_id, back.consultation_id))
    page = text(people.browser(alice).get(listed))
    assert "Ask a clinician" in page.partition("given-head")[0]
    assert step(back) == "ask-clearance"
    again = ask(back, alice)
    assert list(selectors.open_requests(back.clinic)) == [again]
    assert step(back) == "await-clearance"


def step(version: ConsultationVersion) -> str:
    """What Today says comes next."""
    from needlework.web.days.next_step import next_step

    client, now = version.client, timezone.now()
    assert client is not None
    known = known_for(version.clinic)
    seen = situations(version.clinic, [client], known, now, reported=set())[client.pk]
    return next_step(seen.situation, today_in(version.clinic, now)).kind


def test_closing_clears_nothing(
    version: ConsultationVersion, asked: ClearanceRequest, alice: Membership
) -> None:
    assert step(version) == "await-clearance"
    close(asked, alice, reason="asked-in-error")
    assert step(version) == "ask-clearance"


# --- who and what is refused ---------------------------------------------------------------------


def test_each_role(version: ConsultationVersion, asked: ClearanceRequest, harbour: Clinic) -> None:
    for role, one in people.everyone(harbour).items():
        browser = people.browser(one)
        got = browser.get(address(asked)).status_code
        cares = role in {"medical-director", "practitioner", "assistant"}
        assert got == (200 if cares else 403), role
        if role != "medical-director":
            assert browser.post(address(asked), {"reason": "finding-gone"}).status_code == 403, role
            assert "<form" not in text(browser.get(address(asked))).partition("<main")[2]
    assert not ClearanceClosing.objects.exists()
    director = Membership.objects.get(clinic=harbour, role_rows__role="medical-director")
    sent = {"reason": "finding-gone"}
    assert people.browser(director).post(address(asked), sent).status_code == 302


def test_an_assistant_closes_what_they_asked(version: ConsultationVersion, harbour: Clinic) -> None:
    ned = people.member(harbour, "assistant", email="ned@harbour.example")
    asked = ask(version, ned)
    page = text(people.browser(ned).get(reverse("clearances:waiting", args=("harbour",))))
    assert address(asked) in page
    assert people.browser(ned).post(address(asked), {"reason": "no-session"}).status_code == 302


def test_nobody_of_another_clinic(
    asked: ClearanceRequest, elsewhere: Clinic, alice: Membership
) -> None:
    stranger = people.member(elsewhere, *ROLES, email="all@elsewhere.example")
    for clinic in ("harbour", "elsewhere"):
        for send in (people.browser(stranger).get, people.browser(stranger).post):
            assert send(address(asked, clinic=clinic)).status_code == 404
    # Whoever asked, with a place in the other clinic alone by now.
    also = Membership.objects.create(clinic=elsewhere, user=alice.user)
    with pytest.raises(ClearanceError):
        close(asked, also)
    assert not ClearanceClosing.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"reason": "because"}, {"reason": "other"}, {"reason": "other", "words": "  "}]
)
def test_it_needs_a_reason(
    sent: dict[str, str], asked: ClearanceRequest, alice: Membership
) -> None:
    assert people.browser(alice).post(address(asked), sent).status_code == 422
    with pytest.raises(ClearanceError):
        close(asked, alice, reason=sent.get("reason", ""), words=sent.get("words", ""))
    assert not ClearanceClosing.objects.exists()


def test_once_and_not_after_an_answer(
    version: ConsultationVersion, asked: ClearanceRequest, alice: Membership
) -> None:
    given = answer(asked, alice)
    refused = people.browser(alice).post(address(asked), {"reason": "finding-gone"})
    assert refused.status_code == 422
    assert "Cleared by" in text(refused)
    with pytest.raises(ClearanceError, match="answered meanwhile"):
        close(asked, alice)
    retract(record=given, author=alice.user, reason="wrong-facts", now=timezone.now())
    close(asked, alice)
    with pytest.raises(ClearanceError, match="closed already"):
        close(asked, alice)
    assert people.browser(alice).post(address(asked), {"reason": "no-session"}).status_code == 422


def test_what_was_closed_is_answered_no_more(asked: ClearanceRequest, alice: Membership) -> None:
    close(asked, alice)
    with pytest.raises(ClearanceError, match="was closed"):
        answer(asked, alice)
    page = people.browser(alice).get(address(asked, "answer"))
    assert "Closed by" in text(page)
    assert "<form" not in text(page).partition("<main")[2]
    day = today_in(asked.clinic, timezone.now()).isoformat()
    sent = {"outcome": "cleared", "reach": "course", "valid_until": day, "words": "Typed words."}
    late = people.browser(alice).post(address(asked, "answer"), sent)
    assert late.status_code == 422
    assert "Typed words." in text(late)


@pytest.mark.django_db(transaction=True)
def test_of_one_who_answers_and_one_who_closes_one_is_told(harbour: Clinic) -> None:
    alice = people.member(harbour, "practitioner", email="alice@harbour.example")
    version = consulted(people.person(harbour), alice, **WAITS)
    asked = ask(version, alice)
    start, told_late = threading.Barrier(2), []

    def act(done: Any) -> None:
        try:
            start.wait()
            done(asked, alice)
        except ClearanceError as late:
            told_late.append(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(done,)) for done in (answer, close)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told_late) == 1
    assert ClearanceClosing.objects.count() + asked.answers.count() == 1


# --- the list ------------------------------------------------------------------------------------


def test_the_list_asks_as_often_for_many(version: ConsultationVersion, alice: Membership) -> None:
    path = reverse("clearances:waiting", args=("harbour",))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert people.browser(alice).get(path).status_code == 200
        return len(seen)

    ask(version, alice)
    queries()
    few = queries()
    for n in range(4):
        other = people.member(alice.clinic, "practitioner", email=f"n{n}@harbour.example")
        ask(version, alice, asked=other)
    assert queries() == few


def test_whoever_was_only_invited_is_listed_without_address(
    version: ConsultationVersion, alice: Membership, harbour: Clinic
) -> None:
    olga = people.member(harbour, "owner", email="olga@harbour.example")
    newt = add_person(
        author=olga,
        email="newt@home.example",
        name="Newt Ames",
        roles=["practitioner"],
        profession="physician",
        licence_number="9",
        now=timezone.now(),
    )
    ask(version, alice, asked=newt)
    browser, where = people.browser(alice), (version.client_id, version.consultation_id)
    pages = [
        reverse("clearances:waiting", args=("harbour",)),
        reverse("clearances:list", args=("harbour", *where)),
        reverse("consultations:edit", args=("harbour", *where)),
    ]
    for page in map(text, map(browser.get, pages)):
        assert "Invited: N., Practitioner" in page
        assert "newt@home.example" not in page
        assert "Newt Ames" not in page, "the account may be another clinic's"
    ours = text(people.browser(olga).get(reverse("staff:list", args=("harbour",))))
    assert "newt@home.example" in ours, "on the owner's own page it stands"
