"""Which language a page is in, and that it stays with its page."""

from __future__ import annotations

import pytest
from django.utils import translation

from needlework.web.clinics.models import Clinic
from tests.web import people

pytestmark = pytest.mark.django_db


def test_the_address_says_it_before_the_browser(harbour: Clinic) -> None:
    page = people.browser().get(f"/es/{harbour.slug}/", headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "es"
    assert '<html lang="es"' in page.content.decode()


def test_the_browser_says_it_at_the_door() -> None:
    page = people.browser().get("/accounts/login/", headers={"Accept-Language": "es-MX,es"})
    assert '<html lang="es"' in page.content.decode()


def test_a_language_nobody_speaks_here_is_english() -> None:
    page = people.browser().get("/accounts/login/", headers={"Accept-Language": "tlh"})
    assert '<html lang="en"' in page.content.decode()


def test_a_page_leaves_the_next_ones_language_alone(harbour: Clinic) -> None:
    with translation.override("en"):
        people.browser().get(f"/es/{harbour.slug}/")
        assert translation.get_language() == "en"
