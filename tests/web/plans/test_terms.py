"""What a plan rests on and what it leaves out, on its page and on the signed one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.plans.models import SignedPlan
from tests.web import people
from tests.web.clearances.asked import WAITS, told
from tests.web.clearances.asked import consulted as consulted_with
from tests.web.plans.signed import approve_all, settle, sign_address, signed

pytestmark = pytest.mark.django_db
BOXCAR = "02-acne-scars-physician"


@pytest.fixture
def director(harbour: Clinic) -> Membership:
    made = people.member(harbour, "medical-director", email="dora@harbour.example")
    approve_all(made)
    return made


def plan_address(version: ConsultationVersion) -> str:
    where = (version.clinic.slug, version.client_id, version.consultation_id)
    return reverse("consultations:plan", args=where)


def page(browser: Browser, address: str) -> str:
    return browser.get(address).content.decode()


def consulted(pat: Client, alice: Membership, **changes: Any) -> ConsultationVersion:
    return consulted_with(pat, alice, BOXCAR, **changes)


def with_another(concern: str, *zones: str) -> list[dict[str, Any]]:
    return [*told(BOXCAR)["concerns"], {"concern": concern, "zones": list(zones)}]


def test_the_signed_page_names_who_cleared_what(
    director: Membership, pat: Client, alice: Membership
) -> None:
    version = consulted_with(pat, alice, **WAITS)
    browser = people.browser(alice)
    assert "data-cleared" not in page(browser, plan_address(version))
    settle(version, alice)
    plan = signed(version, browser)
    for held in (page(browser, plan_address(version)), plan.shown):
        assert "data-cleared" in held
        assert f"Cleared by {alice.user.name}" in held
        assert "Herpes simplex before" in held


def test_a_concern_that_is_refused_is_not_planned_beside_one_that_is(
    director: Membership, pat: Client, alice: Membership
) -> None:
    version = consulted(pat, alice, concerns=with_another("striae", "cheek"))
    settle(version, alice)
    browser = people.browser(alice)
    plan = signed(version, browser)
    for held in (page(browser, plan_address(version)), plan.shown):
        part = held.partition("data-left-out")[2].partition("</section>")[0]
        assert "Refused" in part
        assert "Stretch marks" in part
        assert "Cheek, both sides" in part
    zones = {one["zone"]: one for one in plan.plan["zones"]}
    made = {one["concern"]: one for one in zones["cheek-left"]["protocols"]}
    assert zones["cheek-left"]["status"] == "planned"
    assert made["striae"]["refused"]
    assert not {"depth", "sessions"} & made["striae"].keys()
    checks = {name for check in plan.plan["course"]["checks"] for name in check.get("concerns", [])}
    assert "striae" not in checks
    assert "acne-scar-rolling" in checks


def test_where_nothing_is_left_out_nothing_is_said(
    director: Membership, pat: Client, alice: Membership
) -> None:
    version = consulted(pat, alice)
    held = page(people.browser(alice), plan_address(version))
    assert "data-left-out" not in held


@pytest.mark.parametrize(
    "changes",
    [{"planned_prp": "yes"}, {"planned_products": ["vitamin C serum"]}],
    ids=["prp", "a product"],
)
def test_a_product_that_is_refused_does_not_reach_a_signature(
    changes: dict[str, Any], director: Membership, pat: Client, alice: Membership
) -> None:
    version = consulted(pat, alice, **changes)
    browser = people.browser(alice)
    held = page(browser, sign_address(version))
    assert "Take this product out of what is planned" in held
    assert "Change the consultation" in held
    sent = {"digest": "x", "number": "0", "agreed": "on", "password": people.PASSWORD}
    assert browser.post(sign_address(version), sent).status_code == 422
    assert not SignedPlan.objects.exists()
