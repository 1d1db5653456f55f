"""The weeks after a session: real times, ranges kept, nothing shortened by a model."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.aftercare import First, Timeline, moment_on, timeline
from needlework.aftercare.timeline import FIRSTS, PHOTOTYPES, ready_at
from needlework.errors import AnswerError
from needlework.evidence import Cited, Knowledge
from tests.aftercare.changed import KNOWN, claims_in, other_values, rejecting, with_value

ENDED = datetime(2026, 11, 20, 16)  # noqa: DTZ001  by the clock on the wall
DARK = ("IV", "V", "VI")

depths = st.sampled_from([0.2, 0.25, 0.3, 0.5, 0.6, 1.0, 1.5, 1.6, 2.5])
zones = st.lists(
    st.sampled_from(["cheek-left", "forehead", "periorbital-right", "neck", "abdomen", "chin"]),
    min_size=1,
    unique=True,
)
closures = st.floats(min_value=0, max_value=1000, allow_nan=False)


def after(knowledge: Knowledge = KNOWN, **given: Any) -> Timeline:  # noqa: ANN401
    answers: dict[str, Any] = {
        "ended": ENDED,
        "depth_mm": 1.0,
        "zones": ["cheek-left", "cheek-right"],
        "phototype": "II",
    }
    return timeline(knowledge, **(answers | given))


def named(known: Timeline) -> dict[str, First]:
    return {first.what: first for first in known.firsts}


def model(hours: float) -> Cited:
    return Cited(hours, "h", ("response.closure.example",))


# --- cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "on", "at"),
    [
        ("water", date(2026, 11, 21), time(0)),
        ("wash", date(2026, 11, 21), time(16)),
        ("sunscreen", date(2026, 11, 21), time(16)),
        ("make-up", date(2026, 11, 22), time(16)),
        ("exercise", date(2026, 11, 23), time(16)),
        ("pool", date(2026, 11, 27), None),
        ("actives", date(2026, 11, 27), None),
        ("sun", date(2026, 11, 27), None),
        ("next-session", date(2026, 12, 18), None),
    ],
)
def test_when_first(what: str, on: date, at: time | None) -> None:
    first = named(after())[what]
    assert first.on == on
    assert (first.at and first.at.time()) == at


def test_ranges_between_sources_are_kept() -> None:
    make_up = named(after())["make-up"]
    assert make_up.shortest is not None
    assert make_up.longest is not None
    assert (make_up.shortest.value, make_up.longest.value) == (24, 168)
    assert make_up.claims == ("aftercare.make-up.wait",)


def test_days_run_to_the_review_and_then_come_two_reviews() -> None:
    known = after()
    days = [moment.day for moment in known.moments if moment.hours is None]
    assert days == [*range(1, 29), 90, 180]
    assert [review.day.on for review in known.reviews] == [
        date(2026, 12, 4),
        date(2026, 12, 18),
        date(2027, 2, 18),
        date(2027, 5, 19),
    ]


def test_hours_of_the_first_day_have_no_gap() -> None:
    hours = [moment.hours for moment in after().moments if moment.hours is not None]
    assert hours[0][0] == 0
    assert hours[-1][1] == 24
    assert all(one[1] == two[0] for one, two in pairwise(hours))


def test_redness_and_swelling_have_courses_of_their_own() -> None:
    shallow = {c.what: c.usual.value for c in after(depth_mm=0.3).courses}
    deep = {c.what: c.usual.value for c in after(depth_mm=2.5).courses}
    assert shallow["redness"] == 3
    assert deep["redness"] == 7
    courses = {c.what: c for c in after(depth_mm=0.3).courses}
    assert courses["swelling"].usual.claims[0] == "harm.swelling.gone-by"
    assert courses["swelling"].peak is not None
    assert courses["redness"].usual.claims != courses["swelling"].usual.claims


@pytest.mark.parametrize("depth", [0.5, 0.500001, 1.5, 1.500001])
def test_a_depth_between_two_downtimes_counts_as_the_deeper(depth: float) -> None:
    usual = {c.what: c.usual.value for c in after(depth_mm=depth).courses}["looking as usual"]
    assert usual == {0.5: 3, 0.500001: 5, 1.5: 5, 1.500001: 7}[depth]


@pytest.mark.parametrize("phototype", ["", *PHOTOTYPES])
def test_dark_or_unknown_skin_waits_longer_for_the_sun_and_is_told_of_tint(phototype: str) -> None:
    known = after(phototype=phototype)
    dark = phototype in (*DARK, "")
    assert named(known)["sun"].on == (date(2026, 12, 4) if dark else date(2026, 11, 27))
    assert any("iron oxide" in advice.text for advice in known.advice) is dark


def test_paracetamol_comes_first_and_own_medicines_are_asked_about() -> None:
    first = after().advice[0]
    assert first.about == "pain relief"
    assert first.text.startswith("Paracetamol first")
    assert "own medicines" in first.text


@pytest.mark.parametrize(
    ("agents", "told"), [(None, True), ((), False), (("lidocaine", "prilocaine"), True)]
)
def test_prilocaine_is_spoken_of_unless_it_was_not_used(
    agents: tuple[str, ...] | None, told: bool
) -> None:
    texts = [advice.about for advice in after(agents=agents).advice]
    assert ("after a numbing cream" in texts) is told


def test_the_body_is_told_of_clothes_and_not_of_make_up() -> None:
    known = after(zones=["abdomen", "thigh-left"])
    assert "make-up" not in named(known)
    assert any("clothing" in advice.text for advice in known.advice)
    assert not any(advice.about == "make-up" for advice in known.advice)


def test_seasons_change_words_and_no_time() -> None:
    plain = after()
    for season in ("spring", "summer", "autumn", "winter"):
        known = after(season=season)
        assert known.firsts == plain.firsts
        assert len(known.advice) == len(plain.advice) + 1


def test_the_moment_of_an_hour_and_of_a_day() -> None:
    known = after()
    assert moment_on(known, ENDED + timedelta(hours=9)).hours == (8, 24)
    assert moment_on(known, ENDED + timedelta(hours=25)).day == 1
    assert moment_on(known, date(2026, 11, 23)).day == 3
    assert moment_on(known, date(2027, 1, 1)).day == 28
    assert moment_on(known, date(2020, 1, 1)).day == 0
    assert moment_on(known, ENDED + timedelta(days=400)).day == 180


def test_a_day_is_24_hours_even_when_the_clocks_go_forward() -> None:
    zone = ZoneInfo("Europe/Madrid")
    ended = datetime(2026, 3, 28, 16, tzinfo=zone)
    wash = named(after(ended=ended))["wash"].at
    assert wash == datetime(2026, 3, 29, 17, tzinfo=zone)


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"depth_mm": 0},
        {"depth_mm": -1},
        {"depth_mm": float("nan")},
        {"depth_mm": float("inf")},
        {"phototype": "VII"},
        {"zones": []},
        {"zones": ["moon"]},
        {"closure": Cited(-1, "h", ())},
        {"closure": Cited(float("nan"), "h", ())},
        {"closure": Cited(3, "mm", ())},
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(AnswerError) as error:
        after(**given)
    assert error.value.message.endswith(".")
    assert error.value.hint


def test_times_with_and_without_a_zone_are_not_mixed() -> None:
    with pytest.raises(AnswerError, match="zone"):
        moment_on(after(), datetime(2026, 11, 20, 18, tzinfo=ZoneInfo("Europe/Madrid")))


def test_a_rejected_wait_is_for_the_clinic_to_say_and_never_opens() -> None:
    known = after(rejecting("aftercare.pool.wait"))
    pool = named(known)["pool"]
    assert pool.on is None
    assert ready_at(pool, known.ended) is None
    assert all("pool" in moment.closed for moment in known.moments)


WARNED = {
    "redness": ("harm.erythema.gone-by", "harm.erythema.flag-from"),
    "swelling": ("harm.swelling.gone-by", "harm.swelling.flag-from"),
}


def warned(known: Timeline, what: str) -> list[tuple[date, tuple[str, ...]]]:
    """On which days the warning stands, and what it cites."""
    sentence = f"If {what} has not faded by now, ask a clinician."
    return [
        (moment.on, told.claims)
        for moment in known.moments
        for told in moment.do
        if told.text == sentence
    ]


@pytest.mark.parametrize("what", WARNED)
def test_the_warning_stays_when_the_clinic_rejects_how_long_it_usually_lasts(what: str) -> None:
    usual, late = WARNED[what]
    plain, known = after(), after(rejecting(usual))
    assert what not in {course.what for course in known.courses}, "its length is not told"
    assert warned(known, what) == warned(plain, what)
    ((_day, claims),) = warned(known, what)
    assert claims == (late,)


@pytest.mark.parametrize("what", WARNED)
def test_the_warning_stays_without_a_day_when_the_clinic_rejects_that(what: str) -> None:
    usual, late = WARNED[what]
    known = after(rejecting(usual, late))
    assert warned(known, what) == []
    (told,) = [one for one in known.advice if one.about == what]
    assert told.text == f"If {what} does not fade, ask a clinician."
    assert told.claims == (late,), "its source says that this clinic does not accept it"
    assert not any(sign.isdigit() for sign in told.text)
    assert not [one for one in after().advice if one.about == what]


def test_any_claim_may_be_rejected() -> None:
    for claim_id in sorted(claims_in(msgspec.to_builtins(after(season="summer")))):
        after(rejecting(claim_id), season="summer")


# --- laws -------------------------------------------------------------------------------------


@given(hours=closures, zones=zones, depth=depths, phototype=st.sampled_from(["", *PHOTOTYPES]))
def test_a_model_never_shortens_a_wait(
    hours: float, zones: list[str], depth: float, phototype: str
) -> None:
    plain = after(zones=zones, depth_mm=depth, phototype=phototype)
    known = after(zones=zones, depth_mm=depth, phototype=phototype, closure=model(hours))
    for before, since in zip(plain.firsts, known.firsts, strict=True):
        was, now = ready_at(before, plain.ended), ready_at(since, known.ended)
        assert was is not None
        assert now is not None
        assert now >= was
        assert since.lengthened is (now > was)
        assert since.lengthened is ("response.closure.example" in since.claims)


@given(hours=closures, more=closures)
def test_a_longer_closure_never_shortens_a_wait(hours: float, more: float) -> None:
    short, long = after(closure=model(hours)), after(closure=model(hours + more))
    for before, since in zip(short.firsts, long.firsts, strict=True):
        was, now = ready_at(before, ENDED), ready_at(since, ENDED)
        assert was is not None
        assert now is not None
        assert now >= was


def test_closure_delays_what_meets_the_skin_and_not_its_washing() -> None:
    known = named(after(closure=model(300)))
    assert known["make-up"].lengthened
    assert known["make-up"].at == ENDED + timedelta(hours=300)
    assert not known["wash"].lengthened
    assert not known["next-session"].lengthened


@given(minute=st.integers(0, 24 * 60 - 1))
def test_without_the_hour_every_time_is_the_latest(minute: int) -> None:
    day = date(2026, 11, 20)
    timed = after(ended=datetime.combine(day, time()) + timedelta(minutes=minute))
    untimed = after(ended=day)
    assert not untimed.time_known
    for one, other in zip(timed.firsts, untimed.firsts, strict=True):
        exact, latest = ready_at(one, timed.ended), ready_at(other, untimed.ended)
        assert exact is not None
        assert latest is not None
        assert exact <= latest


@given(depth=depths, deeper=depths)
def test_deeper_is_never_sooner_over(depth: float, deeper: float) -> None:
    shallow, deep = sorted((depth, deeper))
    for one, two in zip(after(depth_mm=shallow).courses, after(depth_mm=deep).courses, strict=True):
        assert one.usual_until.on <= two.usual_until.on


@given(depth=depths, zones=zones)
def test_an_unknown_depth_or_phototype_is_never_sooner_over(depth: float, zones: list[str]) -> None:
    unknown = after(depth_mm=None, zones=zones, phototype="")
    for phototype in PHOTOTYPES:
        known = after(depth_mm=depth, zones=zones, phototype=phototype)
        for one, two in zip(known.courses, unknown.courses, strict=True):
            assert one.usual_until.on <= two.usual_until.on
        sun, worst = named(known)["sun"].on, named(unknown)["sun"].on
        assert sun is not None
        assert worst is not None
        assert sun <= worst


@given(zones=zones, depth=depths, hours=closures)
def test_each_thing_opens_once_and_stays_open(zones: list[str], depth: float, hours: float) -> None:
    known = after(zones=zones, depth_mm=depth, closure=model(hours))
    days = [moment for moment in known.moments if moment.hours is None]
    for first in known.firsts:
        closed = [first.what in moment.closed for moment in days]
        assert closed == sorted(closed, reverse=True)
        assert sum(first.what in moment.opens for moment in days) <= 1


# --- claims -----------------------------------------------------------------------------------


@cache
def shown() -> dict[str, Any]:
    known = after(season="winter", phototype="V", zones=["upper-lip", "neck"], closure=model(200))
    tree: dict[str, Any] = msgspec.to_builtins(known)
    return tree


@pytest.mark.parametrize("claim_id", sorted(claims_in(shown()) - {"response.closure.example"}))
def test_changing_a_claim_changes_what_is_shown(claim_id: str) -> None:
    claim = KNOWN.claims[claim_id]
    changed = [
        msgspec.to_builtins(
            after(
                with_value(claim_id, value),
                season="winter",
                phototype="V",
                zones=["upper-lip", "neck"],
                closure=model(200),
            )
        )
        for value in other_values(claim)
    ]
    moved = any(tree != shown() for tree in changed)
    assert moved


def test_every_wait_has_its_claim() -> None:
    for _, claim_id in FIRSTS.values():
        assert KNOWN.claims[claim_id].quantity == "duration"
