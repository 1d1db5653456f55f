"""How a client's details changed, and whether a new client is one who is here already."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.clinics.services import add_client, change_client
from tests.web import people

pytestmark = pytest.mark.django_db


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


def history(client: Client) -> str:
    return reverse(
        "clinics:client_versions", kwargs={"clinic": client.clinic.slug, "client": client.pk}
    )


def typed(**given: str) -> dict[str, str]:
    whole = {
        "name": "Pat Núñez",
        "birth_date": "1988-04-12",
        "sex": "female",
        "phone": "",
        "email": "",
        "language": "en",
    }
    return {**whole, **given}


def send(who: Membership, **given: str) -> Any:
    path = reverse("clinics:client_new", kwargs={"clinic": who.clinic.slug})
    return people.browser(who).post(path, typed(**given))


# --- what changed -------------------------------------------------------------------------------


def test_only_the_differences_are_shown_with_who_made_them(
    harbour: Clinic, alice: Membership, bea: Membership
) -> None:
    given = {"name": "Pat Núñez", "birth_date": date(1988, 4, 12), "email": "pat@home.example"}
    pat = add_client(clinic=harbour, given=given, author=alice.user, now=timezone.now())
    change_client(client=pat, given={"email": ""}, author=bea.user, now=timezone.now())
    browser = people.browser(bea)
    page = page_of(browser.get(history(pat))).partition("timeline")[2]
    newest, _, first = page.partition("First written down")
    assert '<del class="muted">pat@home.example</del>' in newest
    assert bea.user.name in newest
    assert "1988" not in newest
    assert "1988" in first
    assert alice.user.name in first
    home = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert history(pat) in page_of(browser.get(home))


def test_it_is_for_every_role_of_the_clinic_and_nobody_else(
    harbour: Clinic, pat: Client, charlie: Membership
) -> None:
    for role in ROLES:
        assert people.browser(people.member(harbour, role)).get(history(pat)).status_code == 200
    assert people.browser(charlie).get(history(pat)).status_code == 404
    swapped = reverse(
        "clinics:client_versions", kwargs={"clinic": charlie.clinic.slug, "client": pat.pk}
    )
    assert people.browser(charlie).get(swapped).status_code == 404
    assert people.browser().get(history(pat)).status_code == 302


# --- here already? ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "NUNEZ, Patricia"},
        {"name": "Pat Ortiz-Nunez"},
        {"name": "Ann Other", "birth_date": "1999-01-01", "phone": "+16175550199"},
        {"name": "Ann Other", "birth_date": "1999-01-01", "email": "PAT@home.example"},
    ],
)
def test_who_may_be_here_already_is_shown_first(
    harbour: Clinic, bea: Membership, given: dict[str, str]
) -> None:
    pat = people.person(harbour, phone_e164="+16175550199", email="pat@home.example")
    answer = send(bea, **given)
    page = page_of(answer)
    assert answer.status_code == 422
    assert Client.objects.count() == 1
    path = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert f'href="{path}">Pat Núñez</a>' in page
    assert given.get("name", "Pat Núñez").split()[0] in page
    noted = {one["id"] for one in AuditEvent.objects.latest("id").objects_seen}
    assert str(pat.pk) in noted
    assert send(bea, **given, somebody_else="1").status_code == 302
    assert Client.objects.count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Ann Other"},
        {"birth_date": "1988-04-13"},
        {"name": "Pa Nun"},
    ],
)
def test_who_only_resembles_is_added_at_once(
    harbour: Clinic, bea: Membership, pat: Client, given: dict[str, str]
) -> None:
    assert send(bea, **given).status_code == 302


def test_nobody_of_another_clinic_is_looked_at(bea: Membership, elsewhere: Clinic) -> None:
    people.person(elsewhere, phone_e164="+16175550199", email="pat@home.example")
    answer = send(bea, phone="+16175550199", email="pat@home.example")
    assert answer.status_code == 302


def test_a_tick_does_not_save_what_is_wrong(bea: Membership, pat: Client) -> None:
    assert send(bea, name="", somebody_else="1").status_code == 422
    assert Client.objects.count() == 1
