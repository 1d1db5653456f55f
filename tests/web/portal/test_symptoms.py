"""The symptom checker: every sign to choose, nothing lost, and on the safe side."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.test import Client as Browser

from needlework.aftercare import choice_names, choices
from needlework.web.clinics.models import Client, Clinic, Membership, OpeningHours
from needlework.web.portal.models import SymptomReport
from needlework.web.portal.signs import PRESSING, is_settled, least_urgent, sign_groups
from needlework.workflow import known
from tests.web.portal.inside import enter, treat, words_of

pytestmark = pytest.mark.django_db
KNOWLEDGE = known().knowledge
PATH = "/my/symptoms/"
HOSTILE = ("\x00", "<script>alert(1)</script>", "9" * 1_000_000, "\u202e\u0663")


@pytest.fixture
def inside(pat: Client, alice: Membership) -> Browser:
    treat(pat, alice)
    return enter(pat)


# --- groups -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_sign_is_in_one_group(language: str) -> None:
    shown = [sign for group in sign_groups(KNOWLEDGE, language) for sign, _label in group.signs]
    assert sorted(shown) == sorted(choices(KNOWLEDGE)["sign"])


def test_signs_bear_names_and_no_ids() -> None:
    for group in sign_groups(KNOWLEDGE, "es"):
        for sign, label in group.signs:
            assert label == choice_names(KNOWLEDGE, "es")["sign"][sign]
            assert label != sign


def test_a_red_flag_is_never_folded_away(inside: Browser) -> None:
    page = inside.get(PATH).content.decode()
    for sign in choices(KNOWLEDGE)["sign"]:
        if least_urgent(KNOWLEDGE, sign) in PRESSING:
            before = page[: page.index(f'value="{sign}"')]
            assert before.rindex("<details") == before.rindex('<details class="card" open'), sign


# --- steps ------------------------------------------------------------------------------------


def test_a_sign_that_settles_it_is_answered_at_once(inside: Browser) -> None:
    assert is_settled(KNOWLEDGE, ["redness", "breathless"])
    answer = inside.post(PATH, {"signs": ["redness", "breathless"]})
    assert answer.status_code == 302
    assert SymptomReport.objects.get().urgency == "emergency"


@pytest.mark.parametrize("sign", ["redness", "blisters", "other"])
def test_any_other_sign_is_asked_more_about(inside: Browser, sign: str) -> None:
    answer = inside.post(PATH, {"signs": [sign]})
    assert answer.status_code == 200
    assert f'name="place-{sign}"' in answer.content.decode()
    assert not SymptomReport.objects.exists()


def test_choosing_again_loses_nothing(inside: Browser) -> None:
    given = {"signs": ["redness", "itch"], "again": "1", "place-itch": "cheek"}
    page = inside.post(PATH, given).content.decode()
    assert set(re.findall(r'value="(\S+)" checked', page)) == {"redness", "itch"}
    assert '<input type="hidden" name="place-itch" value="cheek">' in page
    details = inside.post(PATH, {"signs": ["itch"], "place-itch": "cheek"}).content.decode()
    assert 'name="place-itch" value="cheek" checked' in details


def test_every_sign_at_once_is_no_reason_to_refuse(inside: Browser) -> None:
    answer = inside.post(PATH, {"signs": list(choices(KNOWLEDGE)["sign"])})
    assert answer.status_code == 302
    assert SymptomReport.objects.get().urgency == "emergency"


def test_a_sign_sent_twice_counts_once(inside: Browser) -> None:
    inside.post(PATH, {"signs": ["redness"] * 300, "details": "1"})
    assert len(SymptomReport.objects.get().observations) == 1


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_unknown_sign_counts_as_another_and_keeps_the_rest(
    inside: Browser, hostile: str
) -> None:
    """A page of an older release may send a sign that has another name now."""
    first = inside.post(PATH, {"signs": ["redness", hostile]}).content.decode()
    assert "<script>alert" not in first
    assert len(first) < 60_000
    inside.post(PATH, {"signs": ["redness", hostile], "details": "1"})
    seen = [one["sign"] for one in SymptomReport.objects.get().observations]
    assert seen == ["redness", "other"]


def test_two_answers_to_one_question_count_as_the_worst(inside: Browser) -> None:
    given = {"signs": "redness", "details": "1", "strength-redness": ["severe", "mild"]}
    inside.post(PATH, given)
    assert SymptomReport.objects.get().observations[0]["strength"] == "not-sure"


def test_an_emergency_is_answered_beside_a_sign_nobody_knows(inside: Browser) -> None:
    inside.post(PATH, {"signs": ["collapse", "bogus"]})
    assert SymptomReport.objects.get().urgency == "emergency"


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("about", ["place", "strength", "trend"])
def test_a_hostile_detail_counts_as_the_worst(inside: Browser, about: str, hostile: str) -> None:
    answer = inside.post(PATH, {"signs": "redness", "details": "1", f"{about}-redness": hostile})
    assert answer.status_code == 302
    assert SymptomReport.objects.get().observations[0][about] == "not-sure"
    page = inside.get(answer.headers["Location"]).content.decode()
    assert "<script>alert" not in page


# --- the answer -------------------------------------------------------------------------------


def answered(inside: Browser, sign: str = "blisters", **about: str) -> str:
    given = {"signs": sign, "details": "1", **{f"{k}-{sign}": v for k, v in about.items()}}
    found = inside.post(PATH, given)
    return inside.get(found.headers["Location"]).content.decode()


def test_it_speaks_in_names(inside: Browser) -> None:
    read = words_of(answered(inside, place="around-eye", strength="severe", trend="worse"))
    assert "Around the eye or on the lid · Strong · Getting worse" in read
    for identifier in ("around-eye", "same-day", "not-sure"):
        assert identifier not in read


def test_times_are_the_clinics(inside: Browser, harbour: Clinic) -> None:
    read = words_of(answered(inside))
    assert "UTC" not in read


def test_a_clinic_that_is_closed_says_when_it_opens(inside: Browser, harbour: Clinic) -> None:
    """Open for one minute a week: now it is closed, whenever this runs but for that minute."""
    OpeningHours.objects.create(clinic=harbour, weekday=0, opens=time(3, 14), closes=time(3, 15))
    read = words_of(answered(inside))
    assert re.search(r"The clinic is closed now\. It opens .*at 03:14\.", read)
    assert "Sending this has called nobody." in read


def test_a_clinic_that_is_open_says_until_when(inside: Browser, harbour: Clinic) -> None:
    for weekday in range(7):
        OpeningHours.objects.create(
            clinic=harbour, weekday=weekday, opens=time(0), closes=time(23, 59, 59, 999_999)
        )
    assert "The clinic is open now, until 23:59." in words_of(answered(inside))


def test_a_clinic_without_hours_promises_none(inside: Browser) -> None:
    read = words_of(answered(inside))
    assert "is open now" not in read
    assert "is closed now" not in read


def test_the_law_of_the_place_gives_the_number_that_a_clinic_lacks(
    inside: Browser, harbour: Clinic
) -> None:
    Clinic.objects.update(emergency_number="")
    number = KNOWLEDGE.claims["jurisdiction.us.emergency-number"].word
    assert f"tel:{number}" in answered(inside, place="around-eye")


def test_no_number_is_made_up_where_none_is_known(inside: Browser) -> None:
    Clinic.objects.update(emergency_number="", jurisdiction="zz")
    page = answered(inside, place="around-eye")
    assert "Call your local emergency number now." in words_of(page)
    assert page.index("tel:") == page.index("tel:+1617")


def test_what_is_expected_alarms_nobody(inside: Browser) -> None:
    page = answered(inside, "itch", place="cheek", strength="mild", trend="better")
    assert "Not yet seen by the clinic" not in page
    assert "Reach your clinic" in page


def test_another_clients_answer_is_not_found(
    inside: Browser, harbour: Clinic, alice: Membership
) -> None:
    from tests.web import people

    answered(inside)
    report = SymptomReport.objects.get()
    other = people.person(harbour, "Sam Other")
    treat(other, alice)
    assert enter(other).get(f"{PATH}{report.pk}/").status_code == 404
