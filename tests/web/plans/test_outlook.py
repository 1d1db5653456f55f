"""What a plan is likely to lead to: on a page, moved by sliders, and kept with what was signed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from needlework.documents.plan_outlook import outlook_of
from needlework.errors import UsageError
from needlework.i18n import say_number
from needlework.outlook import ConcernOutlook
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import judged
from needlework.web.consultations.services import record_consultation
from needlework.web.governance.selectors import mark
from needlework.web.governance.services import Item, decide
from needlework.web.knowledge import known_for, shipped_digests
from needlework.web.plans import expecting, services
from needlework.web.plans.expecting import Slider, kept
from needlework.web.plans.models import PlanClaim, SignedPlan
from needlework.web.records.services import retract
from tests.web import people
from tests.web.plans.signed import approve_all, consulted, settle, sign_address, signed

CONCERN = "fine-lines"
READERS = {"owner", "medical-director", "practitioner", "assistant"}
HX = {"HX-Request": "true"}
MODELS = tuple(
    f"response.{model}." for model in ("anatomy", "closure", "forecast", "healing", "outcome")
)
"""Claims that nothing but a forecast rests on; how dense punctures come out, a plan tells too."""


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


@pytest.fixture
def version(pat: Client, alice: Membership) -> ConsultationVersion:
    made = consulted(pat, alice)
    settle(made, alice)
    return made


def address(version: ConsultationVersion, name: str = "plans:outlook") -> str:
    here = {
        "clinic": version.clinic.slug,
        "client": version.client_id,
        "consultation": version.consultation_id,
    }
    return reverse(name, kwargs=here)


def asked(
    version: ConsultationVersion, member: Membership, /, *, htmx: bool = True, **query: str
) -> str:
    answer = answered(version, people.browser(member), htmx=htmx, **query)
    assert answer.status_code == 200
    return answer.content.decode()


def answered(
    version: ConsultationVersion, browser: Browser, /, *, htmx: bool = True, **query: str
) -> HttpResponse:
    answer = browser.get(address(version), query, headers=HX if htmx else {})
    assert isinstance(answer, HttpResponse)
    return answer


def own_of(version: ConsultationVersion, concern: str = CONCERN) -> ConcernOutlook:
    known = known_for(version.clinic)
    found = judged(version, known)
    outlook = outlook_of(found.plan, found.said, known, "en")
    return next(c for c in outlook.concerns if c.concern == concern)


def picture(page: str) -> str:
    svg = rf'<svg[^>]*aria-labelledby="course-{CONCERN}-title.*?</svg>'
    found = re.search(svg, page, re.DOTALL)
    assert found
    return found[0]


# --- the page -----------------------------------------------------------------------------------


def test_a_plan_does_not_wait_for_its_outlook(
    version: ConsultationVersion, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("the plan's page asked the models")

    monkeypatch.setattr("needlework.web.plans.expecting.outlook_of", never)
    monkeypatch.setattr("needlework.web.plans.expecting.concern_outlook", never)
    page = people.browser(alice).get(address(version, "consultations:plan")).content.decode()
    assert f'hx-get="{address(version)}" hx-trigger="load"' in page
    assert f'href="{address(version)}"' in page


def test_the_section_tells_every_concern_and_zone(
    version: ConsultationVersion, alice: Membership
) -> None:
    page = asked(version, alice)
    assert "<html" not in page
    known = known_for(version.clinic)
    found = judged(version, known)
    outlook = outlook_of(found.plan, found.said, known, "en")
    made = expecting.expected(outlook, known.knowledge, "en")
    assert page.count("<svg") == len(made.courses) + len(made.sessions)
    for course in made.courses:
        assert f'id="expect-{course.concern}"' in page
        for cell in {cell for row in course.table.rows for cell in row}:
            assert cell in page
    assert outlook.concerns[0].forecast.outside[0].says in page
    assert page.count("<details") == page.count("<summary")
    assert all(topic.title for topic in made.topics)
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', page):
        assert target in ids, "a number leads to its note"
    assert "cite--proposed" in page


def test_without_a_script_it_is_a_page(version: ConsultationVersion, alice: Membership) -> None:
    page = asked(version, alice, htmx=False)
    assert "<html" in page
    assert "<noscript><button" in page
    assert f'action="{address(version)}#expect-{CONCERN}-head"' in page


def test_where_nothing_is_planned_it_says_so(pat: Client, alice: Membership) -> None:
    page = asked(consulted(pat, alice, "11-refused"), alice)
    assert "Nothing is planned, so there is nothing to forecast." in page
    assert "<svg" not in page


def test_what_a_model_refuses_is_named_with_its_reason(
    version: ConsultationVersion, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_named: Any) -> Any:
        raise UsageError("It cannot be reckoned.")

    monkeypatch.setattr("needlework.documents.plan_outlook.forecast", refuse)
    page = asked(version, alice)
    assert "Without a forecast" in page
    assert "It cannot be reckoned." in page


# --- sliders ------------------------------------------------------------------------------------


def test_a_slider_redraws_its_concern_and_nothing_of_the_plan(
    version: ConsultationVersion, alice: Membership
) -> None:
    own = own_of(version)
    before = judged(version, known_for(version.clinic)).plan
    first = asked(version, alice)
    page = asked(version, alice, concern=CONCERN, depth_mm=str(own.reach.depth_mm[1]))
    assert page.count("<svg") == 1
    assert picture(page) != picture(first)
    assert f'hx-swap-oob="innerHTML:#expect-{CONCERN}-table"' in page
    assert "data-beside" in page
    depth = say_number(own.at.depth_mm, "en")
    assert f"under the plan, which has 3 sessions, {depth} mm deep" in page
    assert "<input" not in page, "what is held by the keyboard stays"
    assert judged(version, known_for(version.clinic)).plan == before


def test_the_plans_own_numbers_draw_the_plans_own_course(
    version: ConsultationVersion, alice: Membership
) -> None:
    own = own_of(version)
    page = asked(
        version,
        alice,
        concern=CONCERN,
        depth_mm=str(own.at.depth_mm),
        sessions=str(len(own.forecast.session_days)),
        interval_days=str(own.interval_days),
    )
    assert picture(page) == picture(asked(version, alice))
    assert "data-beside" not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"depth_mm": "deep"}, "Depth: that is no number, so the plan’s own stands: 0.25 mm."),
        ({"depth_mm": "nan"}, "Depth: that is no number, so the plan’s own stands: 0.25 mm."),
        ({"depth_mm": ""}, "Depth: that is no number, so the plan’s own stands: 0.25 mm."),
        ({"depth_mm": "-1"}, "Depth: the nearest that this plan allows is 0.25 mm."),
        ({"depth_mm": "-inf"}, "Depth: the nearest that this plan allows is 0.25 mm."),
        ({"depth_mm": "9"}, "Depth: the nearest that this plan allows is 0.5 mm."),
        ({"depth_mm": "1e999"}, "Depth: the nearest that this plan allows is 0.5 mm."),
        ({"depth_mm": "0.4"}, "Depth: the nearest that this plan allows is 0.5 mm."),
        ({"sessions": "0"}, "Sessions: the nearest that this plan allows is 3."),
        ({"sessions": "99999999999999999999999"}, "Sessions: the nearest that this plan allows"),
        ({"interval_days": "27"}, "the nearest that this plan allows is 28 days."),
        ({"interval_days": "<b>"}, "so the plan’s own stands: 28 days."),
        ({"sessions": "3\x00"}, "Sessions: that is no number"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_what_the_plan_does_not_allow_gives_the_nearest_and_a_sentence(
    query: Mapping[str, str],
    says: str,
    htmx: bool,
    version: ConsultationVersion,
    alice: Membership,
) -> None:
    page = asked(version, alice, htmx=htmx, concern=CONCERN, **query)
    assert says in page
    assert "<b>" not in page


@pytest.mark.parametrize("concern", ["melasma", "nothing", "../..", "\x00", "<script>"])
def test_a_concern_that_is_not_planned_draws_the_plan(
    concern: str, version: ConsultationVersion, alice: Membership
) -> None:
    page = asked(version, alice, concern=concern, depth_mm="0.5")
    assert picture(page) == picture(asked(version, alice))
    assert "<script>" not in page


def test_without_a_script_the_form_keeps_what_was_chosen(
    version: ConsultationVersion, alice: Membership
) -> None:
    page = asked(version, alice, htmx=False, concern=CONCERN, depth_mm="0.5", sessions="4")
    form = page[page.index(f'id="try-{CONCERN}-depth_mm"') :]
    assert re.search(r'^[^>]*value="0\.5"', form)
    assert "data-beside" in page
    assert f'href="{address(version)}"' in page, "the way back to the plan's own"


def test_in_spanish(version: ConsultationVersion, alice: Membership) -> None:
    alice.user.language = "es"
    alice.user.save(update_fields=["language"])
    page = asked(version, alice, concern=CONCERN, depth_mm="0.5")
    assert "0,5 mm" in page


@given(
    low=st.floats(0, 10),
    steps=st.integers(0, 40),
    step=st.floats(0.05, 5),
    asked=st.floats(allow_nan=False),
)
def test_the_nearest_is_on_the_slider(low: float, steps: int, step: float, asked: float) -> None:
    low, step = round(low, 2), round(step, 2)
    slider = Slider(
        name="depth_mm",
        label="",
        says="{n}",
        low=low,
        high=low + steps * step,
        step=step,
        value=low,
        shown="",
    )
    found = expecting.nearest(slider, asked)
    assert low <= found <= slider.high + 1e-4
    assert abs((found - low) / step - round((found - low) / step)) < 1e-2
    assert expecting.nearest(slider, found) == found
    if slider.low <= asked <= slider.high:
        assert abs(found - asked) <= step / 2 + 1e-3


# --- who may see it -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("htmx", [True, False])
def test_who_may_see_the_plan_may_see_its_outlook(
    role: str, htmx: bool, version: ConsultationVersion, harbour: Clinic
) -> None:
    browser = people.browser(people.member(harbour, role, email=f"{role}-2@harbour.example"))
    allowed = answered(version, browser, htmx=htmx).status_code
    assert allowed == (200 if role in READERS else 403)
    assert allowed == browser.get(address(version, "consultations:plan")).status_code


def test_another_clinic_finds_nothing(
    version: ConsultationVersion, charlie: Membership, alice: Membership
) -> None:
    stranger = people.browser(charlie)
    assert stranger.get(address(version)).status_code == 404
    theirs = address(version).replace("/harbour/", f"/{charlie.clinic.slug}/")
    assert stranger.get(theirs).status_code == 404
    other = people.person(version.clinic)
    wrong = address(version).replace(str(version.client_id), str(other.pk))
    assert people.browser(alice).get(wrong).status_code == 404


def test_each_version_has_its_own_and_an_error_has_none(
    version: ConsultationVersion, alice: Membership
) -> None:
    assert version.client is not None
    data = {**version.data, "date": today_in(version.clinic, timezone.now()) - timedelta(days=1)}
    newer = record_consultation(
        client=version.client,
        author=alice.user,
        data=data,
        known=known_for(version.clinic),
        now=timezone.now(),
        consultation=version.consultation,
        base=version.number,
    )
    assert 'name="version"' not in asked(version, alice)
    assert 'name="version" value="1"' in asked(version, alice, version="1")
    retract(record=newer, author=alice.user, reason="wrong-facts", now=timezone.now())
    browser = people.browser(alice)
    struck = answered(version, browser)
    assert struck.status_code == 422
    assert "nothing is forecast from it" in struck.content.decode()
    assert answered(version, browser, version="1").status_code == 200
    for unknown in ("9", "x", "-1", "\u0661"):
        assert answered(version, browser, version=unknown).status_code == 404


# --- what was signed ----------------------------------------------------------------------------


def test_what_was_expected_is_kept_and_shown_again(
    director: Membership,
    version: ConsultationVersion,
    alice: Membership,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = people.browser(alice)
    plan = signed(version, browser)
    known = known_for(version.clinic)
    found = judged(version, known)
    assert plan.outlook == kept(outlook_of(found.plan, found.said, known, "en"))
    assert services.is_whole(plan)
    assert "data-sliders" not in plan.shown
    assert picture(plan.shown)

    def never(*_given: Any, **_named: Any) -> Any:
        raise AssertionError("a signed plan's outlook was reckoned anew")

    monkeypatch.setattr("needlework.web.plans.desk.outlook_of", never)
    monkeypatch.setattr("needlework.documents.plan_outlook.forecast", never)
    page = browser.get(detail(plan)).content.decode()
    assert plan.shown in page
    assert f'href="{address(version)}?version=1"' in page, "today's model is tried elsewhere"
    fresh = SignedPlan.objects.get(pk=plan.pk)
    assert services.is_whole(fresh)
    assert fresh.outlook == plan.outlook


def test_the_signature_covers_what_was_expected(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    plan = signed(version, people.browser(alice))
    assert plan.outlook is not None
    plan.outlook["concerns"][0]["forecast"]["start"] += 1
    assert not services.is_whole(plan)
    plan.outlook = None
    assert not services.is_whole(plan)


def test_a_plan_from_before_is_whole_and_says_that_it_has_none(
    director: Membership, version: ConsultationVersion, alice: Membership
) -> None:
    browser = people.browser(alice)
    now = signed(version, browser)
    before = older(now)
    assert services.is_whole(before)
    page = browser.get(detail(before)).content.decode()
    assert "This plan was signed before plans held a forecast" in page
    assert "What is stored is not what was signed." not in page
    assert (
        "This plan was signed before plans held a forecast"
        not in browser.get(detail(now)).content.decode()
    )


def older(plan: SignedPlan) -> SignedPlan:
    """The same as it would have been signed before plans held an outlook."""
    import hashlib

    whole = {
        "of": [str(plan.clinic_id), str(plan.client_id), str(plan.version_id)],
        "said": plan.said,
        "plan": plan.plan,
        "shown": "<p>As it was.</p>",
        "statement": plan.statement,
        "credential": plan.credential,
        "language": plan.language,
    }
    digest = hashlib.sha256(msgspec.json.encode(whole, order="sorted")).hexdigest()
    facts = {
        field.attname: getattr(plan, field.attname)
        for field in SignedPlan._meta.concrete_fields
        if field.name not in {"id", "number", "outlook", "shown", "content_sha256", "supersedes"}
    }
    made = SignedPlan(
        **facts, number=2, shown="<p>As it was.</p>", content_sha256=digest, supersedes=plan
    )
    made.save(force_insert=True)
    return made


def test_what_models_go_by_stands_in_nobodys_way(
    harbour: Clinic, version: ConsultationVersion, alice: Membership
) -> None:
    """The plan does not rest on it: neither proposed nor rejected claims of models matter."""
    director = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(director, but=MODELS)
    name = "response.outcome.gain-centre"
    seen = mark(shipped_digests()[name], None)
    rejected = Item(claim=name, choice="reject", seen=seen, because="Doubtful here.")
    decide(clinic=harbour, author=director, items=[rejected], now=timezone.now())
    browser = people.browser(alice)
    page = browser.get(sign_address(version)).content.decode()
    assert "The clinic rejected what the model rests on." in page
    plan = signed(version, browser)
    cited = set(PlanClaim.objects.filter(plan=plan).values_list("claim", flat=True))
    assert cited
    assert not any(claim.startswith(MODELS) for claim in cited)


def test_it_is_the_same_when_it_is_read_back() -> None:
    """PostgreSQL drops the minus before nought."""
    plain = expecting.plain({"a": [-0.0, 1.5, "x", None], "b": {"c": -0.0}})
    assert str(plain) == "{'a': [0.0, 1.5, 'x', None], 'b': {'c': 0.0}}"


def detail(plan: SignedPlan) -> str:
    return reverse("plans:detail", args=(plan.clinic.slug, plan.client_id, plan.pk))
