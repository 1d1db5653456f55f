"""Symptoms: errs to the safe side, on any day, in any company."""

from __future__ import annotations

import re
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework.aftercare import Answer, Observation, check_symptoms, choices
from needlework.aftercare.symptoms import URGENCIES, rank
from needlework.errors import AnswerError
from needlework.evidence import Knowledge
from tests.aftercare.changed import KNOWN, claims_in, other_values, rejecting, with_value

CHOICES = choices(KNOWN)
FLAGS = "harm.red-flags."

days = st.one_of(st.none(), st.integers(0, 400))
observations = st.builds(
    Observation,
    sign=st.sampled_from([*CHOICES["sign"], "banana"]),
    place=st.sampled_from([*CHOICES["place"], "moon"]),
    strength=st.sampled_from([*CHOICES["strength"], ""]),
    trend=st.sampled_from([*CHOICES["trend"], ""]),
)
several = st.lists(observations, min_size=1, max_size=4)


def judged(day: int | None, *seen: Observation, where: str = "", by: Knowledge = KNOWN) -> Answer:
    return check_symptoms(by, day=day, observations=seen, jurisdiction=where)


def saw(
    sign: str, place: str = "cheek", strength: str = "mild", trend: str = "same"
) -> Observation:
    return Observation(sign=sign, place=place, strength=strength, trend=trend)


def flags() -> list[str]:
    return [
        claim_id.removeprefix(FLAGS).removesuffix("-signs")
        for claim_id in KNOWN.claims
        if claim_id.startswith(FLAGS)
        and claim_id.endswith("-signs")
        and claim_id.replace("-signs", "-action") in KNOWN.claims
    ]


# --- cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "seen", "urgency"),
    [
        (0, saw("redness"), "normal"),
        (1, saw("redness", trend="better"), "normal"),
        (3, saw("redness"), "watch"),
        (6, saw("redness"), "watch"),
        (7, saw("redness"), "clinician"),
        (1, saw("swelling"), "normal"),
        (4, saw("swelling"), "watch"),
        (7, saw("swelling", trend="better"), "clinician"),
        (0, saw("pain", strength="moderate"), "watch"),
        (1, saw("pain", strength="severe"), "same-day"),
        (3, saw("pain", trend="worse"), "same-day"),
        (1, saw("redness", trend="worse"), "clinician"),
        (2, saw("redness", trend="worse"), "same-day"),
        (2, saw("redness", place="beyond-treated"), "same-day"),
        (3, saw("pus"), "same-day"),
        (3, saw("fever", place="inside"), "same-day"),
        (4, saw("blisters", place="around-mouth"), "same-day"),
        (4, saw("blisters", place="around-eye"), "emergency"),
        (1, saw("swelling", place="around-eye"), "emergency"),
        (1, saw("swelling", place="mouth-throat"), "emergency"),
        (200, saw("vision-change", place="eye"), "emergency"),
        (200, saw("wheeze", place="inside", trend="better"), "emergency"),
        (200, saw("blue-lips", place="mouth-throat", trend="better"), "emergency"),
        (200, saw("fit", place="inside", trend="better"), "emergency"),
        (9, saw("firm-bumps"), "clinician"),
        (9, saw("grid-marks"), "clinician"),
        (20, saw("darkening"), "clinician"),
        (5, saw("acne-flare"), "watch"),
        (2, saw("other"), "clinician"),
        (0, saw("other", strength="severe"), "same-day"),
        (0, saw("itch", place="mouth-throat"), "same-day"),
        (0, saw("tightness", place="mouth-throat"), "same-day"),
        (0, saw("tightness", place="inside"), "same-day"),
        (1, saw("pinpoint-bleeding", place="beyond-treated"), "same-day"),
        (3, saw("crust", place="mouth-throat"), "same-day"),
        (1, saw("pinpoint-bleeding", place="eye"), "same-day"),
        (1, saw("pain", place="inside"), "clinician"),
        (1, saw("burning", place="mouth-throat"), "same-day"),
    ],
)
def test_how_urgent(day: int, seen: Observation, urgency: str) -> None:
    assert judged(day, seen).urgency == urgency


def test_a_rash_with_nausea_is_more_than_both() -> None:
    rash, nausea = saw("itchy-rash"), saw("nausea", place="inside")
    assert judged(0, rash).urgency == "clinician"
    assert judged(0, nausea).urgency == "same-day"
    both = judged(0, rash, nausea)
    assert both.urgency == "emergency"
    assert both.together


@pytest.mark.parametrize("sign", ["nausea", "faint", "palpitations"])
def test_a_fever_that_is_not_of_the_skin_alone_is_an_emergency(sign: str) -> None:
    fever, other = saw("fever", place="inside"), saw(sign, place="inside")
    assert judged(3, fever).urgency == "same-day"
    both = judged(3, fever, other)
    assert both.urgency == "emergency"
    assert "harm.red-flags.sepsis-with" in both.together[0].claims


def test_the_day_ranks_what_is_likely() -> None:
    seen = (saw("blisters"), saw("hives"))
    assert judged(0, *seen).likely[0].flag == "anaphylaxis"
    later = judged(5, *seen).likely
    assert [entry.flag for entry in later if entry.now] == ["herpes"]
    assert {entry.flag for entry in later} == {"herpes", "anaphylaxis"}


@pytest.mark.parametrize("where", [*sorted(KNOWN.release.jurisdictions), "", "atlantis"])
def test_in_an_emergency_the_number_comes_first(where: str) -> None:
    answer = judged(5, saw("wheeze"), where=where)
    claim_id = f"jurisdiction.{where}.emergency-number"
    if claim_id in KNOWN.claims:
        assert answer.first.claims == (claim_id,)
        assert KNOWN.claims[claim_id].word in answer.first.text
    else:
        assert "local emergency number" in answer.first.text
        assert not re.search(r"\d", answer.first.text)


def test_a_rejected_number_is_not_shown() -> None:
    answer = judged(5, saw("wheeze"), where="us", by=rejecting("jurisdiction.us.emergency-number"))
    assert "local emergency number" in answer.first.text


def test_what_is_normal_is_said_with_its_time() -> None:
    texts = [entry.text for entry in judged(1, saw("redness")).normal]
    assert texts[0].startswith("Redness: usually gone after 2 d")
    assert "day 7" in texts[1]


def test_an_emergency_is_not_told_what_is_normal() -> None:
    assert judged(1, saw("redness")).normal
    assert not judged(1, saw("redness"), saw("wheeze", place="inside")).normal


@pytest.mark.parametrize("place", CHOICES["place"])
def test_nothing_is_expected_where_the_skin_was_not_needled(place: str) -> None:
    needled = place not in KNOWN.claims["symptom.sign.elsewhere-places"].words
    for sign in CHOICES["sign"]:
        answer = judged(0, saw(sign, place=place, trend="better"))
        assert needled or answer.urgency != "normal"
        assert needled or not answer.normal


@pytest.mark.parametrize("sign", CHOICES["sign"])
def test_only_what_is_expected_is_ever_normal(sign: str) -> None:
    level = KNOWN.claims.get(f"symptom.sign.{sign}-level")
    if level is None or level.word not in ("normal", "watch"):
        for day, place, trend in product((0, 3, 30), CHOICES["place"], ("better", "same")):
            urgency = judged(day, saw(sign, place=place, trend=trend)).urgency
            assert rank(urgency) <= rank("clinician")


@pytest.mark.parametrize("about", ["sign", "place", "strength", "trend", "answer"])
def test_each_choice_has_its_words_in_both_languages(about: str) -> None:
    named = KNOWN.release.symptoms[about].choices
    assert set(KNOWN.claims[f"symptom.{about}.order"].words) == set(named)
    assert all(name.en and name.es for name in named.values())


def test_no_sign_and_a_day_before_the_session_are_refused() -> None:
    with pytest.raises(AnswerError, match="No sign"):
        judged(1)
    with pytest.raises(AnswerError, match="before"):
        judged(-1, saw("redness"))


# --- laws -------------------------------------------------------------------------------------


@pytest.mark.parametrize("flag", flags())
def test_a_red_flag_counts_on_any_day(flag: str) -> None:
    action = KNOWN.claims[f"{FLAGS}{flag}-action"].word
    places = KNOWN.claims.get(f"{FLAGS}{flag}-places")
    joint = KNOWN.claims.get(f"{FLAGS}{flag}-with")
    for sign in KNOWN.claims[f"{FLAGS}{flag}-signs"].words:
        for place in CHOICES["place"] if places is None else places.words:
            with_them = () if joint is None else tuple(saw(word, "inside") for word in joint.words)
            for day in (None, 0, 1, 2, 7, 28, 90, 365):
                seen = saw(sign, place, "mild", "better")
                answer = judged(day, seen, *with_them)
                assert URGENCIES.index(answer.urgency) <= [*URGENCIES].index(action)  # type: ignore[arg-type]
                assert flag in {entry.flag for entry in answer.likely}


def test_the_emergencies_that_were_decided_are_emergencies() -> None:
    decided = set(KNOWN.claims[f"{FLAGS}emergency-signs"].words)
    near = {f"{sign}-near-eye": sign for sign in ("blisters", "swelling")}
    for name in decided:
        place = "around-eye" if name in near else "inside"
        sign = near.get(name, name)
        assert sign in CHOICES["sign"]
        for day in range(0, 60, 7):
            assert judged(day, saw(sign, place, trend="better")).urgency == "emergency"


@given(day=days, one=several, other=several)
def test_together_is_never_less_urgent_than_the_worst(
    day: int | None, one: list[Observation], other: list[Observation]
) -> None:
    worst = min(rank(judged(day, *one).urgency), rank(judged(day, *other).urgency))
    both = judged(day, *one, *other)
    assert rank(both.urgency) <= worst
    assert rank(both.urgency) <= min(rank(part.urgency) for part in both.parts)


@given(day=days, seen=observations, trend=st.sampled_from(CHOICES["trend"]))
def test_growing_worse_is_never_less_urgent(day: int | None, seen: Observation, trend: str) -> None:
    worse = judged(day, msgspec.structs.replace(seen, trend="worse"))
    assert rank(worse.urgency) <= rank(
        judged(day, msgspec.structs.replace(seen, trend=trend)).urgency
    )


@given(day=days, seen=observations)
def test_stronger_is_never_less_urgent(day: int | None, seen: Observation) -> None:
    ranks = [
        rank(judged(day, msgspec.structs.replace(seen, strength=strength)).urgency)
        for strength in ("mild", "moderate", "severe", "not-sure")
    ]
    assert ranks == sorted(ranks, reverse=True)


@given(day=st.integers(0, 200), more=st.integers(0, 200), seen=observations)
def test_later_is_never_less_urgent(day: int, more: int, seen: Observation) -> None:
    assert rank(judged(day + more, seen).urgency) <= rank(judged(day, seen).urgency)


@given(day=st.integers(0, 400), seen=observations)
def test_what_is_not_known_counts_as_the_worst(day: int, seen: Observation) -> None:
    known = rank(judged(day, seen).urgency)
    assert rank(judged(None, seen).urgency) <= known
    for field in ("strength", "trend"):
        unsure = msgspec.structs.replace(seen, **{field: "not-sure"})
        assert rank(judged(day, unsure).urgency) <= known
    unsure = msgspec.structs.replace(seen, place="not-sure")
    # Soreness whose place nobody told is no emergency, but a doctor sees it today.
    worst = known if seen.place != "eye" else max(known, rank("same-day"))
    assert rank(judged(day, unsure).urgency) <= worst


@given(day=days, seen=observations, word=st.text(max_size=20))
def test_an_unknown_sign_goes_to_a_clinician_at_least(
    day: int | None, seen: Observation, word: str
) -> None:
    if word in CHOICES["sign"]:
        return
    strange = msgspec.structs.replace(seen, sign=word)
    answer = judged(day, strange)
    assert rank(answer.urgency) <= rank("clinician")
    assert answer == judged(day, msgspec.structs.replace(seen, sign="other"))


@given(day=days, seen=several)
def test_a_rejected_claim_never_makes_it_less_urgent(
    day: int | None, seen: list[Observation]
) -> None:
    rejected = judged(day, *seen, by=rejecting(*KNOWN.claims))
    assert rank(rejected.urgency) <= rank(judged(day, *seen).urgency)


@given(day=days, seen=several)
def test_nothing_is_promised_for_the_clinic(day: int | None, seen: list[Observation]) -> None:
    answer = judged(day, *seen)
    texts = [answer.first.text, *(entry.text for entry in answer.do)]
    assert not any(re.search(r"clinic (will|answers|calls)|we will", text) for text in texts)
    assert not re.search(r"\bclinic\b", answer.first.text)
    if answer.urgency in ("emergency", "same-day", "clinician"):
        assert any("do not wait for its answer" in text for text in texts)


# --- claims -----------------------------------------------------------------------------------

SEEN = (
    saw("redness", strength="severe", trend="worse"),
    saw("swelling"),
    saw("blisters"),
    saw("itchy-rash"),
    saw("nausea", place="inside"),
    saw("flaking"),
)


DAYS = (0, 1, 2, 4, 9, 20, 60)


def shown(by: Knowledge = KNOWN) -> list[object]:
    return [msgspec.to_builtins(judged(day, *SEEN, where="au", by=by)) for day in DAYS]


@pytest.mark.parametrize("claim_id", sorted(claims_in(shown())))
def test_changing_a_claim_changes_the_answer(claim_id: str) -> None:
    assert any(
        shown(with_value(claim_id, value)) != shown()
        for value in other_values(KNOWN.claims[claim_id])
    )
