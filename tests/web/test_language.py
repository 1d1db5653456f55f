"""Which language a page is in, and that it stays with its page."""

from __future__ import annotations

import pytest
from django.utils import translation

from needlework.errors import AnswerError
from needlework.i18n import translator
from needlework.web.clinics import views
from needlework.web.clinics.models import Clinic, Membership
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


def test_what_went_wrong_is_said_in_the_pages_language(
    harbour: Clinic, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, hint = "There is nothing here for you.", "Check the address, or go to the start."
    spanish = translator("es")
    assert spanish(words) != words

    def refuses(*_: object, **__: object) -> None:
        raise AnswerError(words, hint=hint)

    monkeypatch.setattr(views, "render", refuses)
    path = f"/clinic/{harbour.slug}/clients/"
    assert words in people.browser(alice).get(path).content.decode()
    alice.user.language = "es"
    alice.user.save()
    answer = people.browser(alice).get(path)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert spanish(words) in page
    assert spanish(hint) in page
    assert words not in page


def test_what_is_said_already_in_its_language_stays_as_it_is(
    harbour: Clinic, alice: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise AnswerError("Quedan 3 archivos.")

    monkeypatch.setattr(views, "render", refuses)
    page = people.browser(alice).get(f"/clinic/{harbour.slug}/clients/").content.decode()
    assert "Quedan 3 archivos." in page
