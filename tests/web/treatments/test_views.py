"""A session held, its link and its reports, as the clinic sees them."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from needlework.aftercare import Observation
from needlework.web import knowledge
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.portal import links
from needlework.web.portal.models import Acknowledgement, PortalLink, SymptomReport
from needlework.web.portal.services import report_symptoms
from needlework.web.records.services import retract
from needlework.web.treatments.forms import LONGEST_NOTE
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.season import season_at
from needlework.web.treatments.selectors import aftercare_of
from needlework.web.treatments.services import record_treatment
from needlework.workflow import Known, known
from tests.aftercare.changed import with_value
from tests.web import people

pytestmark = pytest.mark.django_db

CARE = {"medical-director", "practitioner", "assistant"}
READERS = {*CARE, "owner"}
ENDED = datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
"""The evening before, on the clock of New York."""


@pytest.fixture
def treated(pat: Client, alice: Membership) -> TreatmentSession:
    return record_treatment(
        client=pat,
        author=alice.user,
        performed_by=alice,
        ended_at=ENDED,
        held=Held(
            zones=(
                ZoneHeld(zone="cheek-left", depth_mm=1.25),
                ZoneHeld(zone="forehead", depth_mm=0.5),
            ),
            phototype="IV",
        ),
        now=people.NOW,
    )


@pytest.fixture
def reported(treated: TreatmentSession) -> SymptomReport:
    return report_symptoms(
        treatment=treated,
        day=2,
        observations=[Observation(sign="blisters", place="around-eye", trend="worse")],
        language="en",
        now=people.NOW,
    )


def at(name: str, treated: TreatmentSession, report: SymptomReport | None = None) -> str:
    given: dict[str, object] = {"clinic": treated.clinic.slug}
    if name in {"detail", "link_new", "link_sheet"}:
        given |= {"client": treated.client_id, "treatment": treated.pk}
    else:
        assert report is not None
        given["report"] = report.pk
    return reverse(f"treatments:{name}", kwargs=given)


ACTIONS = [
    ("detail", "get", READERS),
    ("link_new", "post", CARE),
    ("report", "get", READERS),
    ("report_seen", "post", CARE),
]


def call(browser: Browser, method: str, path: str) -> int:
    return int(getattr(browser, method)(path).status_code)


@pytest.fixture(params=ACTIONS, ids=[name for name, _method, _roles in ACTIONS])
def action(
    request: pytest.FixtureRequest, treated: TreatmentSession, reported: SymptomReport
) -> tuple[str, str, str, set[str]]:
    name, method, roles = request.param
    return name, method, at(name, treated, reported), roles


Action = tuple[str, str, str, set[str]]


# --- who may ----------------------------------------------------------------------------------


def test_without_a_sign_in_it_leads_to_one(action: Action) -> None:
    _name, method, path, _roles = action
    answer = getattr(people.browser(), method)(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_a_stranger_finds_nothing_and_is_told_of(
    action: Action, charlie: Membership, harbour: Clinic, elsewhere: Clinic
) -> None:
    _name, method, path, _roles = action
    stranger = people.browser(charlie)
    assert call(stranger, method, path) == 404
    # Under one's own clinic's address another clinic's record is not found either.
    assert call(stranger, method, path.replace(harbour.slug, elsewhere.slug)) == 404
    row = AuditEvent.objects.order_by("-pk")[0]
    assert (row.actor_id, row.status, row.outcome) == (charlie.user_id, 404, "refused")
    assert row.objects_seen


def test_each_role_may_what_it_may(action: Action, harbour: Clinic) -> None:
    _name, method, path, roles = action
    for role in ROLES:
        browser = people.browser(people.member(harbour, role, email=f"{role}@x.example"))
        status = call(browser, method, path)
        assert (status == 403) is (role not in roles), role


def test_the_other_method_is_refused(action: Action, alice: Membership) -> None:
    _name, method, path, _roles = action
    other = "post" if method == "get" else "get"
    assert call(people.browser(alice), other, path) == 405


def test_it_leaves_one_row_that_names_the_client(
    action: Action, alice: Membership, pat: Client
) -> None:
    name, method, path, _roles = action
    count = AuditEvent.objects.count()
    call(people.browser(alice), method, path)
    assert AuditEvent.objects.count() == count + 1
    row = AuditEvent.objects.order_by("-pk")[0]
    assert (row.action, row.actor_id, row.client_id) == (
        f"treatments.{name}",
        alice.user_id,
        pat.pk,
    )


def test_a_record_that_is_none_is_not_found(alice: Membership, harbour: Clinic) -> None:
    browser = people.browser(alice)
    path = f"/clinic/{harbour.slug}/reports/{uuid4()}/"
    assert browser.get(path).status_code == 404
    assert browser.post(f"{path}seen/").status_code == 404


def test_pages_are_kept_by_no_cache(action: Action, alice: Membership) -> None:
    _name, method, path, _roles = action
    answer = getattr(people.browser(alice), method)(path)
    assert "no-store" in answer.headers["Cache-Control"]


# --- a session --------------------------------------------------------------------------------


def test_a_session_is_shown_on_the_clinics_clock(
    alice: Membership, treated: TreatmentSession
) -> None:
    page = people.browser(alice).get(at("detail", treated)).content.decode()
    assert "19 November 2026" in page
    assert "22:30" in page


def test_zones_have_names(alice: Membership, treated: TreatmentSession) -> None:
    page = people.browser(alice).get(at("detail", treated)).content.decode()
    rows = re.findall(r'<th scope="row">(.+?)</th><td data-number>(.+?)</td>', page)
    assert [depth for _zone, depth in rows] == ["1.25 mm", "0.5 mm"]
    assert rows[0][0] != "cheek left"
    assert "left" in rows[0][0]


def test_its_reports_say_how_urgent_and_whether_seen(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    browser = people.browser(alice)
    page = browser.get(at("detail", treated)).content.decode()
    assert at("report", treated, reported) in page
    assert "not yet seen" in page
    browser.post(at("report_seen", treated, reported))
    assert "not yet seen" not in browser.get(at("detail", treated)).content.decode()


def test_a_link_opens_for_the_client(alice: Membership, treated: TreatmentSession) -> None:
    page = people.browser(alice).post(at("link_new", treated)).content.decode()
    shown = re.search(r'value="http://testserver(/l/[^"]+)"', page)
    assert shown is not None
    link = PortalLink.objects.get()
    assert (link.client_id, link.made_by_id) == (treated.client_id, alice.user_id)
    assert links.digest(shown[1].split("/")[2]) == link.token_digest
    entered = people.browser().post(shown[1], {"birth_date": "1988-04-12"})
    assert entered.status_code == 302


def test_the_sheet_carries_the_link_and_no_other_clients(
    alice: Membership, treated: TreatmentSession
) -> None:
    browser = people.browser(alice)
    page = browser.post(at("link_new", treated)).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    assert "<svg" in page
    sheet = browser.post(at("link_sheet", treated), {"token": token[1]})
    assert sheet.headers["Content-Type"] == "application/pdf"
    words = "".join(p.extract_text() for p in PdfReader(io.BytesIO(sheet.content)).pages)
    assert token[1] in "".join(words.split())
    _, others = links.make_link(
        client=people.person(treated.clinic, "Another"), by=None, now=timezone.now()
    )
    for wrong in ("", "x" * 999, others):
        assert browser.post(at("link_sheet", treated), {"token": wrong}).status_code == 404


def test_a_session_in_error_gives_no_sheet(alice: Membership, treated: TreatmentSession) -> None:
    assert treated.client is not None
    _, token = links.make_link(client=treated.client, by=None, now=timezone.now())
    retract(record=treated, author=alice.user, reason="wrong-client", now=timezone.now())
    browser = people.browser(alice)
    for name in ("link_new", "link_sheet"):
        answer = browser.post(at(name, treated), {"token": token})
        assert answer.status_code == 422
        assert "This session was entered in error" in answer.content.decode()


def test_a_link_opens_until_after_the_last_review(
    alice: Membership, treated: TreatmentSession
) -> None:
    """By the claims: the longest wait of the course, from a link that is made on its last day."""
    reviews = aftercare_of(treated, "en").reviews
    longest = max(review.day.on for review in reviews) - ENDED.date()
    now = timezone.now()
    assert treated.client is not None
    link, _ = links.make_link(client=treated.client, by=None, now=now)
    assert link.expires_at - now >= longest + links.SPARE - timedelta(days=1)
    assert link.expires_at - now <= longest + links.SPARE + timedelta(days=1)


def test_a_link_follows_the_claims(
    alice: Membership, treated: TreatmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = Known(with_value("aftercare.schedule.outcome-second", 400), known().lexicon)
    monkeypatch.setattr(knowledge, "shipped", lambda: changed)
    now = timezone.now()
    assert treated.client is not None
    link, _ = links.make_link(client=treated.client, by=None, now=now)
    assert link.expires_at - now == timedelta(days=400) + links.SPARE


def test_a_link_for_nobodys_birth_date_says_so(
    alice: Membership, treated: TreatmentSession
) -> None:
    Client.objects.update(birth_date=None)
    page = people.browser(alice).post(at("link_new", treated)).content.decode()
    assert "birth date is not known" in unescape(page)


# --- the season -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latitude", "day", "season"),
    [
        (42.36, date(2026, 12, 1), "winter"),
        (42.36, date(2026, 2, 28), "winter"),
        (42.36, date(2026, 5, 31), "spring"),
        (42.36, date(2026, 8, 1), "summer"),
        (42.36, date(2026, 11, 30), "autumn"),
        (-33.9, date(2026, 12, 1), "summer"),
        (-33.9, date(2026, 3, 1), "autumn"),
        (-33.9, date(2026, 7, 1), "winter"),
        (-33.9, date(2026, 9, 1), "spring"),
        (1.35, date(2026, 1, 1), "summer"),
        (-12.0, date(2026, 7, 1), "summer"),
        (None, date(2026, 7, 1), None),
    ],
)
def test_the_season_is_that_of_the_place(
    latitude: float | None, day: date, season: str | None
) -> None:
    assert season_at(latitude, day) == season


@pytest.mark.parametrize(
    ("latitude", "said"), [(42.36, "winter"), (-33.9, "summer"), (1.35, "summer"), (None, "")]
)
def test_a_course_has_its_word_on_the_season(
    treated: TreatmentSession, latitude: float | None, said: str
) -> None:
    treated.clinic.latitude = latitude
    claims = {claim for word in aftercare_of(treated, "en").advice for claim in word.claims}
    told = {claim for claim in claims if claim.startswith("aftercare.season.")}
    assert told == ({f"aftercare.season.{said}"} if said else set())


# --- who only sits at the desk ----------------------------------------------------------------


def test_the_desk_learns_that_somebody_must_look_and_nothing_else(
    bea: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    home = reverse("clinics:home", kwargs={"clinic": treated.clinic.slug})
    page = people.browser(bea).get(home).content.decode()
    assert "A practitioner must look now" in page
    assert "Pat Núñez" in page
    for health in (at("report", treated, reported), "Emergency", "Same day", "after treatment"):
        assert health not in page
    assert people.browser(bea).get(at("report", treated, reported)).status_code == 403


def test_who_treats_may_follow_the_link(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    home = reverse("clinics:home", kwargs={"clinic": treated.clinic.slug})
    page = people.browser(alice).get(home).content.decode()
    assert at("report", treated, reported) in page
    assert "A practitioner must look now" not in page


# --- a report ---------------------------------------------------------------------------------


def test_a_report_speaks_in_names(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    page = people.browser(alice).get(at("report", treated, reported)).content.decode()
    assert "Blisters" in page
    assert "Around the eye or on the lid · Getting worse" in page
    assert "07:00" in page
    assert "UTC" not in page


def test_what_the_client_was_told_stands_in_their_language(
    alice: Membership, treated: TreatmentSession
) -> None:
    Client.objects.update(language="es")
    told = report_symptoms(
        treatment=treated,
        day=2,
        observations=[Observation(sign="itch", place="cheek", strength="mild", trend="better")],
        language="es",
        now=people.NOW,
    )
    page = people.browser(alice).get(at("report", treated, told)).content.decode()
    assert '<p class="lede" lang="es">' in page
    assert '<html lang="en"' in page


def test_seeing_it_is_written_down(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    browser = people.browser(alice)
    given = {"words": "  Called, comes <b>today</b>.\r\nAt noon. "}
    answer = browser.post(at("report_seen", treated, reported), given)
    assert answer.status_code == 302
    seen = Acknowledgement.objects.get()
    assert (seen.author_id, seen.report_id) == (alice.user_id, reported.pk)
    assert seen.words == "Called, comes <b>today</b>.\r\nAt noon."
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "&lt;b&gt;today&lt;/b&gt;" in page
    assert "Seen by practitioner" in page
    assert "<textarea" not in page


def test_an_owner_reads_and_cannot_mark(
    harbour: Clinic, treated: TreatmentSession, reported: SymptomReport
) -> None:
    owner = people.browser(people.member(harbour, "owner"))
    page = owner.get(at("report", treated, reported)).content.decode()
    assert "<textarea" not in page
    assert "Nobody has marked this report as seen." in page


def test_who_comes_second_loses_nothing(
    alice: Membership, harbour: Clinic, treated: TreatmentSession, reported: SymptomReport
) -> None:
    path = at("report_seen", treated, reported)
    people.browser(alice).post(path, {"words": "first"})
    second = people.browser(people.member(harbour, "assistant"))
    answer = second.post(path, {"words": "what the second one typed"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "what the second one typed" in page
    assert "Seen by practitioner" in page
    assert Acknowledgement.objects.count() == 1


@pytest.mark.parametrize(
    "words",
    ["a\x00b", "x" * (LONGEST_NOTE + 1), "<script>alert(1)</script>" * 100, "y" * 1_000_000],
    ids=["nul", "a letter too long", "script", "1 MB"],
)
def test_hostile_words_get_a_sentence(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport, words: str
) -> None:
    answer = people.browser(alice).post(at("report_seen", treated, reported), {"words": words})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing is lost" in page
    assert "<script>alert" not in page
    assert words.replace("<", "&lt;").replace(">", "&gt;") in page
    assert not Acknowledgement.objects.exists()


def test_the_form_has_a_token_of_its_own(
    alice: Membership, treated: TreatmentSession, reported: SymptomReport
) -> None:
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(alice.user)
    path = at("report_seen", treated, reported)
    assert strict.post(path, {"words": "x"}).status_code == 403
    page = strict.get(at("report", treated, reported)).content.decode()
    form = page[page.index(f'action="{path}"') :]
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token is not None
    sent = {"words": "x", "csrfmiddlewaretoken": token[1]}
    assert strict.post(path, sent).status_code == 302
