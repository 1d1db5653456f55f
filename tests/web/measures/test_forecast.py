"""The forecast learns from somebody's own scores, never on a guess, and what was signed stays."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.utils import timezone
from msgspec import structs

from needlework.documents import outlook_picture, outlook_saying
from needlework.outlook import ConcernOutlook, Without, concern_outlook
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.knowledge import known_for
from needlework.web.measures import forecasting, selectors
from needlework.web.measures.models import Measure
from needlework.web.measures.selectors import Scores, basis_of, measured, scores_of
from needlework.web.plans.models import SignedPlan
from needlework.web.records.services import retract
from needlework.web.treatments.models import TreatmentSession
from needlework.workflow import consult
from tests.web import people
from tests.web.measures.course import (
    BEGAN_D,
    CONCERN,
    address,
    ago,
    consulted,
    form,
    held,
    scored,
    signed_then,
)
from tests.web.plans.signed import approve_all

HX = {"HX-Request": "true"}
LEARNS = "This is about this person: it follows their own measures."
TRIALS = "This is about people like those of the trials, not about this person."


def section(client: Client, browser: Browser) -> str:
    answer = browser.get(address(client, "forecast"), headers=HX)
    assert answer.status_code == 200
    return answer.content.decode()


def own(page: str, concern: str = CONCERN) -> str:
    """What the page says with the client's own scores, without what was signed or planned."""
    start = page.index(f'data-own="{concern}"')
    return page[start : page.index(f'data-before="{concern}"')]


def scores(client: Client, concern: str = CONCERN) -> Scores:
    known = known_for(client.clinic)
    basis = basis_of(client, known)
    assert basis is not None
    return next(one for one in scores_of(client, basis, known) if one.concern == concern)


def outlook(client: Client) -> ConcernOutlook:
    """What the library itself says of the scores that are followed."""
    known = known_for(client.clinic)
    basis, told = basis_of(client, known), scores(client)
    assert basis is not None
    case = consult(basis.said, known, ago(client.clinic, 0))
    given = measured(told.readings[: told.used], told.sessions)
    made = concern_outlook(case, basis.plan, CONCERN, measured=given)
    assert not isinstance(made, Without)
    return made


@pytest.fixture
def course(pat: Client, version: ConsultationVersion, alice: Membership) -> tuple[Measure, ...]:
    """A first score, and one after each of two sessions that were confirmed to be all."""
    first = scored(pat, alice, BEGAN_D, 20)
    held(pat, alice, BEGAN_D - 1)
    second = scored(pat, alice, 60, 16)
    held(pat, alice, 59)
    return first, second, scored(pat, alice, 1, 12, error=1.5)


# --- the page ---------------------------------------------------------------------------------


def test_the_page_does_not_wait_for_the_forecast(
    course: tuple[Measure, ...], pat: Client, desk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("the page asked the models")

    monkeypatch.setattr("needlework.web.measures.forecasting.concern_outlook", never)
    page = desk.get(address(pat)).content.decode()
    later = address(pat, "forecast")
    assert f'hx-get="{later}" hx-trigger="load"' in page
    assert f'href="{later}"' in page
    assert "2 sessions that count" in page


def test_it_says_what_the_library_says(
    course: tuple[Measure, ...], pat: Client, desk: Browser
) -> None:
    page = own(section(pat, desk))
    told = outlook(pat)
    knowledge = known_for(pat.clinic).knowledge
    assert told.forecast.about == "this person"
    assert LEARNS in page
    assert "It learns from this person’s own scores: 3 scores and 2 sessions." in page
    for said in outlook_saying.summary(told, knowledge, "en"):
        assert said in page
    for row in outlook_saying.course_table(told, knowledge, "en").rows:
        for cell in row:
            assert cell in page
    assert "measured 16" in page, "the table tells the dots"
    assert page.count('class="outlook-measure"') == 3 + 1, "a dot each, and one in the legend"
    assert "measured, with its known error" in page
    assert "Further sessions (1)" in page


def test_without_a_script_it_is_a_page(
    course: tuple[Measure, ...], pat: Client, desk: Browser
) -> None:
    page = desk.get(address(pat, "forecast")).content.decode()
    assert "<html" in page
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= {*ids, "main"}
    assert page.count("<details") == page.count("<summary")


def test_in_spanish(
    course: tuple[Measure, ...], pat: Client, alice: Membership, desk: Browser
) -> None:
    alice.user.language = "es"
    alice.user.save(update_fields=["language"])
    for path in (address(pat), address(pat, "forecast")):
        assert desk.get(path).status_code == 200


# --- nothing is learned on a guess ------------------------------------------------------------


def test_a_first_score_alone_is_the_start(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    scored(pat, alice, BEGAN_D, 20)
    page = own(section(pat, desk))
    assert TRIALS in page
    assert "So far it follows the first score alone." in page
    assert "from 20 at the start" in page


def test_without_the_tick_the_forecast_stays_as_it_was(
    course: tuple[Measure, ...], pat: Client, alice: Membership, desk: Browser
) -> None:
    before = own(section(pat, desk))
    newest = scored(pat, alice, 0, 5, confirmed=False)
    assert own(section(pat, desk)) == before
    page = desk.get(address(pat)).content.decode()
    assert "nobody has confirmed that the sessions below were all" in page
    assert "not counted yet" in page
    path = address(pat, "correct", measure=newest.pk)
    assert f'href="{path}"' in page
    given = form(pat, alice, score="5", all_sessions="on")
    assert desk.post(path, given).status_code == 302
    after = own(section(pat, desk))
    assert "4 scores and 2 sessions" in after
    assert after != before


def test_a_session_that_comes_to_light_has_to_be_confirmed(
    course: tuple[Measure, ...], pat: Client, alice: Membership, desk: Browser
) -> None:
    held(pat, alice, 30)
    told = scores(pat)
    assert (told.used, len(told.sessions)) == (2, 3)
    page = desk.get(address(pat)).content.decode()
    assert "the sessions on record have changed since they were confirmed" in page


def test_a_session_entered_in_error_has_to_be_confirmed_too(
    course: tuple[Measure, ...], pat: Client, alice: Membership
) -> None:
    wrong = TreatmentSession.objects.latest("ended_at")
    retract(record=wrong, author=alice.user, reason="wrong-client", now=timezone.now())
    told = scores(pat)
    assert (told.used, len(told.sessions)) == (2, 1)


def test_a_session_after_the_newest_score_changes_nothing_of_what_was_learned(
    course: tuple[Measure, ...], pat: Client, alice: Membership
) -> None:
    held(pat, alice, 0)
    told = scores(pat)
    assert (told.used, len(told.sessions)) == (3, 3)
    assert len(outlook(pat).forecast.session_days) == 3


def test_sessions_of_other_zones_do_not_count(
    pat: Client, version: ConsultationVersion, alice: Membership
) -> None:
    held(pat, alice, 50, zones=("cheek-left",))
    held(pat, alice, 49, zones=("cheek", "chin"))
    assert [one.zones for one in scores(pat).sessions] == [("chin",)]
    assert len(scores(pat, "acne-scar-rolling").sessions) == 2


def test_two_sessions_on_a_day_are_one(
    pat: Client, version: ConsultationVersion, alice: Membership
) -> None:
    scored(pat, alice, BEGAN_D, 20)
    held(pat, alice, 100, zones=("temple-left",))
    held(pat, alice, 100, zones=("chin",))
    told = scores(pat)
    assert len(told.sessions) == 2
    (one,) = measured(told.readings, told.sessions).sessions or ()
    assert set(getattr(one, "zones", ())) == {"temple-left", "chin"}


def test_sessions_before_the_plan_and_the_first_score_are_part_of_the_start(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    held(pat, alice, 400)
    scored(pat, alice, BEGAN_D, 20)
    told = scores(pat)
    assert (len(told.sessions), len(told.before)) == (0, 1)
    assert "part of the start and not counted" in desk.get(address(pat)).content.decode()
    assert own(section(pat, desk))


def test_a_session_before_the_first_score_leaves_nothing_to_learn_from(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    scored(pat, alice, 50, 20)
    held(pat, alice, 100)
    assert scores(pat).is_late
    why = "The first score was taken after a session"
    assert why in desk.get(address(pat)).content.decode()
    assert why in own(section(pat, desk))
    assert "<svg" not in own(section(pat, desk))


def test_where_the_first_day_went_by_the_course_lies_ahead(
    pat: Client, version: ConsultationVersion, alice: Membership, desk: Browser
) -> None:
    scored(pat, alice, 2, 20)
    page = own(section(pat, desk))
    assert "<svg" in page
    assert "notice--warn" not in page


def test_who_rated_is_told_by_a_mark_and_no_name(
    course: tuple[Measure, ...], pat: Client, alice: Membership
) -> None:
    told = scores(pat)
    marks = {one.rater for one in measured(told.readings, told.sessions).measures}
    assert marks == {str(alice.user_id)}
    assert alice.user.name not in marks


def test_ratings_in_another_hand_say_less(
    course: tuple[Measure, ...], pat: Client, alice: Membership
) -> None:
    other = people.member(pat.clinic, "assistant", email="ann@harbour.example")
    by_one = outlook(pat).forecast
    for one in course[1:]:
        retract(record=one, author=alice.user, reason="wrong-facts", now=timezone.now())
    scored(pat, alice, 60, 16, rater=other)
    scored(pat, alice, 1, 12, error=1.5, rater=other)
    assert outlook(pat).forecast.band != by_one.band


# --- due ----------------------------------------------------------------------------------------


def test_a_score_that_the_plan_asks_for_is_due(
    pat: Client, alice: Membership, desk: Browser
) -> None:
    consulted(pat, alice, 200)
    scored(pat, alice, 200, 20)
    assert "A score is due" not in desk.get(address(pat)).content.decode()
    held(pat, alice, 199)
    assert "A score is due" in desk.get(address(pat)).content.decode()
    scored(pat, alice, 0, 14)
    assert "A score is due" not in desk.get(address(pat)).content.decode()


# --- what was signed ----------------------------------------------------------------------------


@pytest.fixture
def signed(pat: Client, version: ConsultationVersion, alice: Membership) -> SignedPlan:
    director = people.member(pat.clinic, "medical-director", email="dora@harbour.example")
    approve_all(director)
    return signed_then(version, alice)


def test_what_was_signed_stays_beside_what_is_learned(
    signed: SignedPlan, course: tuple[Measure, ...], pat: Client, desk: Browser
) -> None:
    page = section(pat, desk)
    kept = forecasting.signed_outlook(signed, CONCERN)
    assert kept is not None
    assert signed.outlook is not None
    stored = next(one for one in signed.outlook["concerns"] if one["concern"] == CONCERN)
    assert list(kept.forecast.band.median) == stored["forecast"]["band"]["median"]
    knowledge = known_for(pat.clinic).knowledge
    before = page[page.index(f'data-before="{CONCERN}"') :]
    assert "As signed on" in before
    for said in outlook_saying.summary(kept, knowledge, "en"):
        assert said in before
    assert LEARNS in own(page)
    assert "Signed under knowledge release" not in page
    fresh = SignedPlan.objects.get(pk=signed.pk)
    assert (fresh.outlook, fresh.shown) == (signed.outlook, signed.shown)


def test_other_knowledge_than_was_signed_under_is_said(
    signed: SignedPlan,
    course: tuple[Measure, ...],
    pat: Client,
    desk: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = selectors.newest_signed

    def older(client: Client) -> SignedPlan | None:
        found = real(client)
        assert found is not None
        found.release_digest, found.overlay_digest = "a" * 64, "b" * 64
        return found

    monkeypatch.setattr(selectors, "newest_signed", older)
    page = section(pat, desk)
    assert f"Signed under knowledge release {'a' * 12}" in page
    assert f"Signed under this clinic’s choices {'b' * 12}" in page


def test_a_plan_from_before_or_of_other_models_holds_none(signed: SignedPlan) -> None:
    assert signed.outlook is not None
    signed.outlook["concerns"][0]["forecast"].pop("band")
    broken = signed.outlook["concerns"][0]["concern"]
    assert forecasting.signed_outlook(signed, broken) is None
    signed.outlook = None
    assert forecasting.signed_outlook(signed, CONCERN) is None


def test_a_signed_plan_of_an_error_is_not_the_plan(
    signed: SignedPlan, pat: Client, alice: Membership
) -> None:
    now = timezone.now() + timedelta(seconds=1)
    retract(record=signed.version, author=alice.user, reason="wrong-facts", now=now)
    assert selectors.newest_signed(pat) is None
    assert basis_of(pat, known_for(pat.clinic)) is None


# --- the picture --------------------------------------------------------------------------------


def test_a_bar_goes_as_far_as_the_error(course: tuple[Measure, ...], pat: Client) -> None:
    told = outlook(pat)
    knowledge = known_for(pat.clinic).knowledge
    plain = outlook_picture.course_svg(told, knowledge, "en")
    barred = outlook_picture.course_svg(told, knowledge, "en", errors=(None, None, 1.5))
    assert "with its known error" not in plain
    (bar,) = set(re.findall(r'<path class="outlook-mark" d="(M[^"]+h8M[^"]+)"', barred))
    top, bottom = (float(y) for y in re.search(r"M\S+ (\S+)V([\d.]+)M", bar).groups())  # type: ignore[union-attr]
    dots = re.findall(r'cy="([\d.]+)"', barred)
    assert top < float(dots[2]) < bottom
    assert float(dots[2]) - top == pytest.approx(bottom - float(dots[2]), abs=0.2)
    without = structs.replace(told, forecast=structs.replace(told.forecast, measures=()))
    assert "outlook-measure" not in outlook_picture.course_svg(without, knowledge, "en")


# --- a second plan ------------------------------------------------------------------------------


@pytest.fixture
def second(
    course: tuple[Measure, ...], pat: Client, alice: Membership
) -> tuple[ConsultationVersion, int]:
    """A later plan for the same, and how many sessions it has of its own."""
    version = consulted(pat, alice, 10)
    basis = basis_of(pat, known_for(pat.clinic))
    assert basis is not None
    assert basis.version == version
    assert basis.plan.course is not None
    zones = set(basis.zones_of(CONCERN))
    return version, sum(1 for one in basis.plan.course.sessions if zones & set(one.zones))


def ahead(client: Client) -> ConcernOutlook:
    """What the page's forecast rests on."""
    known, told = known_for(client.clinic), scores(client)
    basis = basis_of(client, known)
    assert basis is not None
    used = told.readings[: told.used]
    made = forecasting._own(basis, used, told.sessions, known, "en", ago(client.clinic, 0))
    assert isinstance(made, ConcernOutlook)
    return made


def test_sessions_of_an_earlier_plan_take_none_of_a_later_one(
    second: tuple[ConsultationVersion, int], pat: Client, alice: Membership
) -> None:
    """They are learned from, and the later plan's own are all still ahead."""
    count = second[1]
    assert len(scores(pat).sessions) == 2
    days = ahead(pat).forecast.session_days
    assert len(days) == 2 + count
    held(pat, alice, 0)
    assert len(ahead(pat).forecast.session_days) == 2 + count


def test_no_score_is_due_before_the_later_plan_has_begun(
    second: tuple[ConsultationVersion, int], pat: Client, alice: Membership
) -> None:
    basis = basis_of(pat, known_for(pat.clinic))
    assert basis is not None
    later = basis.plan.judged_on + timedelta(days=365)
    assert selectors.due(scores(pat), basis, later) is None
    held(pat, alice, 0)
    assert selectors.due(scores(pat), basis, later) is not None


def test_a_session_under_another_signed_plan_is_an_earlier_one(
    signed: SignedPlan, pat: Client, alice: Membership
) -> None:
    scored(pat, alice, BEGAN_D, 20)
    one, other = held(pat, alice, BEGAN_D - 1), held(pat, alice, 59)
    basis = basis_of(pat, known_for(pat.clinic))
    assert basis is not None
    assert selectors.earlier(scores(pat).sessions, basis) == 0
    for held_then, plan in ((one, signed), (other, SignedPlan(pk=uuid4()))):
        held_then.plan_id = plan.pk
    sessions = [
        structs.replace(each, treatment=mine)
        for each, mine in zip(scores(pat).sessions, (one, other), strict=True)
    ]
    assert selectors.earlier(sessions, basis) == 1
