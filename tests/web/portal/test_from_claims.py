"""Numbers on a client's pages come from claims: change one, and the page says the new one."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from needlework.evidence.model import Value
from needlework.web import knowledge
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.workflow import Known, known
from tests.aftercare.changed import with_value
from tests.web.portal.inside import enter, treat, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(pat: Client, alice: Membership) -> Browser:
    treat(pat, alice, days_ago=1)
    return enter(pat)


def believe(monkeypatch: pytest.MonkeyPatch, claim_id: str, value: Value) -> None:
    """Let the app work with a release in which that claim is another."""
    changed = Known(with_value(claim_id, value), known().lexicon)
    monkeypatch.setattr(knowledge, "_shipped", lambda: changed)


CHANGES = [
    ("/my/", "aftercare.sunscreen.spf-min", 77, "SPF 77"),
    ("/my/", "aftercare.sunscreen.for", 13, "at least 13 weeks"),
    ("/my/", "aftercare.sun.shade-hat-through-day", 6, "through day 6"),
    ("/my/", "harm.erythema.gone-by", 17, "up to 17 days"),
    ("/my/", "harm.swelling.gone-by", 456, "up to 456 hours"),
    ("/my/days/", "aftercare.only-supplied.for", 5, "Hours 0 to 5"),
    ("/my/days/", "aftercare.first-wash.water-wait", 3, "Hours 0 to 3"),
]


@pytest.mark.parametrize(("path", "claim_id", "value", "said"), CHANGES)
def test_the_page_says_what_the_claim_says(
    inside: Browser,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    claim_id: str,
    value: Value,
    said: str,
) -> None:
    assert said not in words_of(inside.get(path).content.decode())
    believe(monkeypatch, claim_id, value)
    assert said in words_of(inside.get(path).content.decode())


WAITS = [
    "aftercare.first-wash.wait",
    "aftercare.make-up.wait",
    "aftercare.exercise.wait",
    "aftercare.pool.wait",
    "aftercare.actives.wait",
    "aftercare.sun.avoid-dark",
    "aftercare.peel-laser-wax.wait",
    "aftercare.next-session.wait",
]


@pytest.mark.parametrize("claim_id", WAITS)
def test_a_longer_wait_opens_later(
    inside: Browser, monkeypatch: pytest.MonkeyPatch, claim_id: str
) -> None:
    before = words_of(inside.get("/my/").content.decode())
    believe(monkeypatch, claim_id, known().knowledge.claims[claim_id].number * 3)
    assert words_of(inside.get("/my/").content.decode()) != before


def test_the_line_of_the_sun_is_the_claims(
    inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"on": "2027-06-21", "city": "Europe/Madrid"}
    assert "Never" not in words_of(inside.post("/my/sun/", asked).content.decode())
    believe(monkeypatch, "aftercare.uv-index.avoid-from", 40)
    read = words_of(inside.post("/my/sun/", asked).content.decode())
    assert "Never 40 or more." in read
    assert "No hour is strong" in read


def test_the_emergency_number_is_the_claims(
    inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clinic.objects.update(emergency_number="")
    believe(monkeypatch, "jurisdiction.us.emergency-number", "123")
    assert 'href="tel:123"' in inside.get("/my/symptoms/").content.decode()


def test_a_product_waits_as_its_claim_says(
    inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"ingredients": "Retinol"}
    before = words_of(inside.post("/my/products/", asked).content.decode())
    believe(monkeypatch, "aftercare.actives.wait", 60)
    assert words_of(inside.post("/my/products/", asked).content.decode()) != before
