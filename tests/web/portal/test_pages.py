"""A client's day: today, all days, symptoms and what the clinic sees of them, products, the sun."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from needlework.aftercare import Place
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.portal import links
from needlework.web.portal.cities import cities, city_choices
from needlework.web.portal.models import SymptomReport
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.selectors import aftercare_of
from needlework.web.treatments.services import record_treatment
from needlework.workflow import known, uv
from tests.web import people
from tests.web.portal.inside import enter, treat, words_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def treated(pat: Client, alice: Membership) -> TreatmentSession:
    """Treated three days ago."""
    return record_treatment(
        client=pat,
        author=alice.user,
        performed_by=alice,
        ended_at=timezone.now() - timedelta(days=3),
        held=Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=1.0),), phototype="IV"),
        now=timezone.now(),
    )


@pytest.fixture
def inside(pat: Client, treated: TreatmentSession) -> Browser:
    _, token = links.make_link(client=pat, by=None, now=timezone.now())
    browser = people.browser()
    browser.post(links.address(token), {"birth_date": "1988-04-12"})
    return browser


def test_today_is_counted_by_the_clinics_clock(inside: Browser, treated: TreatmentSession) -> None:
    clock = ZoneInfo(treated.clinic.time_zone)
    days = (
        timezone.now().astimezone(clock).date() - treated.ended_at.astimezone(clock).date()
    ).days
    assert f"Day {days} after" in inside.get("/my/").content.decode()


def test_today_shows_every_first_and_its_day(inside: Browser, treated: TreatmentSession) -> None:
    page = inside.get("/my/").content.decode()
    for first in aftercare_of(treated, "en").firsts:
        assert first.label[1:] in page


@pytest.mark.parametrize(
    "path", ["/my/", "/my/days/", "/my/symptoms/", "/my/products/", "/my/sun/"]
)
def test_pages_are_kept_by_no_cache_and_name_no_index(inside: Browser, path: str) -> None:
    answer = inside.get(path)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert b'name="robots" content="noindex' in answer.content


def test_the_sheet_is_a_pdf(inside: Browser) -> None:
    answer = inside.get("/my/aftercare.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def ask(browser: Browser, sign: str, **about: str) -> _MonkeyPatchedWSGIResponse:
    given = {"signs": sign, "details": "1", **{f"{name}-{sign}": v for name, v in about.items()}}
    answer = browser.post("/my/symptoms/", given)
    assert answer.status_code == 302
    return browser.get(answer.headers["Location"])


def test_an_urgent_sign_shows_the_emergency_number_first(inside: Browser) -> None:
    page = ask(inside, "blisters", place="around-eye", strength="mild", trend="worse")
    text = page.content.decode()
    assert SymptomReport.objects.get().urgency == "emergency"
    assert text.index("tel:911") < text.index("tel:+16175550147")
    assert "Not yet seen by the clinic" in text


def test_what_is_left_out_counts_as_the_worst(inside: Browser) -> None:
    ask(inside, "swelling")
    left_out = SymptomReport.objects.get()
    assert left_out.observations[0]["place"] == "not-sure"


def test_an_answer_that_is_no_choice_counts_as_the_worst(inside: Browser) -> None:
    ask(inside, "redness", place="<script>", strength="9" * 10_000, trend="\x00")
    seen = SymptomReport.objects.get().observations[0]
    assert {seen["place"], seen["strength"], seen["trend"]} == {"not-sure"}


@pytest.mark.parametrize("signs", [[], [""], ["no-such-sign"]])
def test_no_sign_or_an_unknown_one_gets_a_sentence(inside: Browser, signs: list[str]) -> None:
    answer = inside.post("/my/symptoms/", {"signs": signs, "x": "1"})
    assert answer.status_code == 422
    assert not SymptomReport.objects.exists()


def test_the_clinic_sees_it_and_the_client_sees_that(
    inside: Browser, alice: Membership, harbour: Clinic
) -> None:
    page = ask(inside, "blisters", place="around-eye")
    report = SymptomReport.objects.get()
    staff = people.browser(alice)
    assert str(report.pk) in staff.get(f"/clinic/{harbour.slug}/").content.decode()
    path = f"/clinic/{harbour.slug}/reports/{report.pk}/"
    assert staff.get(path).status_code == 200
    assert staff.post(f"{path}seen/", {"words": "called back"}).status_code == 302
    assert str(report.pk) not in staff.get(f"/clinic/{harbour.slug}/").content.decode()
    shown = inside.get(f"/my/symptoms/{report.pk}/").content.decode()
    assert "Seen by practitioner" in shown
    assert "called back" not in shown
    assert page.status_code == 200
    # A second person is told, and nothing is written twice.
    assert staff.post(f"{path}seen/", {"words": "again"}).status_code == 422


def test_a_product_is_checked_and_what_was_typed_stays(inside: Browser) -> None:
    answer = inside.post("/my/products/", {"ingredients": "Aqua, Retinol, Zzyzx Extract"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Retinol" in text
    assert "not known to us" in text
    assert "Aqua, Retinol, Zzyzx Extract</textarea>" in text


@pytest.mark.parametrize(("days_ago", "said"), [(3, "Not yet"), (40, "The wait is over")])
def test_a_wait_that_has_passed_is_not_said_to_last(
    pat: Client, alice: Membership, days_ago: float, said: str
) -> None:
    treat(pat, alice, days_ago=days_ago)
    page = enter(pat).post("/my/products/", {"ingredients": "Aqua, Retinol"}).content.decode()
    assert [one for one in ("Not yet", "The wait is over") if one in words_of(page)] == [said]


HOSTILE = ["\x00\x01", "<script>alert(1)</script>", "x" * 1_000_000, "\u202e" * 300]


@pytest.mark.parametrize("typed", ["", "   ", "x" * 20_001, *HOSTILE])
def test_a_hostile_list_gets_a_sentence(inside: Browser, typed: str) -> None:
    answer = inside.post("/my/products/", {"ingredients": typed, "name": "Kept", "sunscreen": "on"})
    page = answer.content.decode()
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in page
    # Whatever came of it, what was typed beside it is still there.
    assert 'value="Kept"' in page
    assert re.search(r'name="sunscreen"[^>]* checked', page)


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_hostile_name_gets_a_sentence(inside: Browser, typed: str) -> None:
    answer = inside.post("/my/products/", {"ingredients": "Aqua, Retinol", "name": typed})
    page = answer.content.decode()
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in page
    assert "Aqua, Retinol</textarea>" in page


def test_an_ingredient_reads_in_words(inside: Browser) -> None:
    page = inside.post("/my/products/", {"ingredients": "Retinol, Citric acid"}).content.decode()
    for shown in ("retinoid", "fruit acid (AHA)"):
        assert shown in page
    for identifier in ("topical-retinoid", "topical retinoid"):
        assert identifier not in page


def test_a_client_without_a_session_is_told_so(pat: Client) -> None:
    _, token = links.make_link(client=pat, by=None, now=timezone.now())
    browser = people.browser()
    browser.post(links.address(token), {"birth_date": "1988-04-12"})
    for path in ("/my/", "/my/days/", "/my/symptoms/", "/my/products/"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "No session yet" in answer.content.decode()
        assert "tel:911" in answer.content.decode()
    assert browser.get("/my/sun/").status_code == 200
    assert browser.get("/my/aftercare.pdf").status_code == 404


def test_a_clinic_without_a_place_asks_for_one(inside: Browser) -> None:
    Clinic.objects.update(latitude=None, longitude=None)
    assert "Choose where you are." in inside.get("/my/sun/").content.decode()
    assert inside.post("/my/sun/", {"on": next_summer()}).status_code == 422
    given = {"on": next_summer(), "city": "Asia/Tokyo"}
    assert inside.post("/my/sun/", given).status_code == 200


def test_no_heading_turns_its_words_around(inside: Browser) -> None:
    """The words of claims begin with “No …” themselves."""
    for path in ("/my/", "/my/days/"):
        assert "Do not</h2>" not in inside.get(path).content.decode()


def test_no_script_runs_for_a_client(inside: Browser) -> None:
    for path in ("/my/", "/my/days/", "/my/symptoms/", "/my/products/", "/my/sun/"):
        page = inside.get(path).content.decode()
        assert "<script" not in page
        assert " style=" not in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_city_can_be_chosen(language: str) -> None:
    shown = [zone for _continent, group in city_choices(language) for zone, _name in group]
    assert sorted(shown) == sorted(cities())
    assert len(shown) > 300
    for place in cities().values():
        assert -90 <= place.latitude <= 90
        assert -180 <= place.longitude <= 180


def test_no_city_is_refused_by_its_own_clock() -> None:
    knowledge = known()
    for place in cities().values():
        at = Place(latitude=place.latitude, longitude=place.longitude, zone=place.zone)
        assert uv(knowledge, at, date(2027, 1, 15)).hours


def test_the_sun_today_and_elsewhere(inside: Browser) -> None:
    assert inside.get("/my/sun/").status_code == 200
    summer = inside.post("/my/sun/", {"on": next_summer(), "city": "Europe/Madrid"})
    assert summer.status_code == 200
    page = summer.content.decode()
    assert "Madrid" in page
    assert "09:00 to 19:00" in page


def test_a_place_stays_out_of_the_address(inside: Browser) -> None:
    """Where somebody will be is personal, and addresses are logged."""
    asked = inside.get("/my/sun/?on=2026-07-01&city=Europe/Madrid&latitude=40&longitude=-3")
    assert "Madrid</p>" not in asked.content.decode()
    for path in ("/my/sun/", "/my/products/", "/my/symptoms/"):
        assert 'method="get"' not in inside.get(path).content.decode()


def next_summer() -> str:
    year = datetime.now(ZoneInfo("UTC")).year
    return f"{year}-07-01"


@pytest.mark.parametrize(
    "asked",
    [
        {"on": "x"},
        {"on": ""},
        {"on": "9999-12-31"},
        {"on": "2026-07-01", "latitude": "91", "longitude": "0"},
        {"on": "2026-07-01", "latitude": "nan", "longitude": "inf"},
        {"on": "2026-07-01", "latitude": "42"},
        {"on": "2026-07-01", "longitude": "-71"},
        {"on": "2026-07-01", "altitude_m": "1e9"},
        {"on": "2026-07-01", "city": "Europe/Nowhere"},
        {"on": "2026-07-01", "city": "<script>alert(1)</script>"},
        {"on": "2026-07-01", "city": "\x00"},
        {"on": "2026-07-01", "latitude": "9" * 100_000},
        # Degrees on the far side of the world cannot keep the clinic's clock.
        {"on": "2026-07-01", "latitude": "0", "longitude": "179"},
    ],
)
def test_a_place_or_day_that_is_none_gets_a_sentence(
    inside: Browser, asked: dict[str, str]
) -> None:
    answer = inside.post("/my/sun/", asked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing is lost" in page
    assert "<script>alert" not in page
    kept = asked.get("latitude", "")
    assert f'value="{kept}"' in page


def test_it_speaks_the_clients_language(pat: Client, treated: TreatmentSession) -> None:
    Client.objects.update(language="es")
    pat.refresh_from_db()
    _, token = links.make_link(client=pat, by=None, now=timezone.now())
    browser = people.browser()
    browser.post(links.address(token), {"birth_date": "1988-04-12"})
    page = browser.get("/my/").content.decode()
    assert '<html lang="es">' in page
