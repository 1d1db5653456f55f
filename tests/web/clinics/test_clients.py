"""The list of clients, and one client's page."""

from __future__ import annotations

import importlib
import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.clinics.selectors import PAGE, clients_by_name, clients_named
from tests.web import people

pytestmark = pytest.mark.django_db


def listed(place: Clinic) -> str:
    return reverse("clinics:clients", kwargs={"clinic": place.slug})


@pytest.mark.parametrize("search", ["nunez", "NÚÑ", "pat nu", "ñe"])
def test_part_of_a_name_finds_in_any_accent_and_case(
    harbour: Clinic, alice: Membership, pat: Client, search: str
) -> None:
    people.person(harbour, "Ivo Talbot")
    page = people.browser(alice).post(listed(harbour), {"q": search}).content.decode()
    assert pat.name in page
    assert "Ivo Talbot" not in page


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("lukasz zolc", "Łukasz Żółć"),
        ("ŁUKASZ", "lukasz zolc"),
        ("soren odegard", "Søren Ødegård"),
        ("dorde", "Đorđe Petrović"),
        ("aegir thor", "Ægir Þórsson"),
        ("strasse", "Anna Straße"),
        ("isik", "İpek Işık"),
        ("coeur", "Œuvre Cœur"),
        ("o'brien", "Siobhán O’Brien"),
        ("O’Brien", "Siobhan O'Brien"),
        ("obrien", "Siobhán O’Brien"),
        ("jean-luc", "Jean Luc Picard"),
        ("jean luc", "Jean‑Luc Picard"),
        ("小", "李小龍"),
        ("παυλος", "Παύλος Νικολάου"),
    ],
)
def test_letters_that_are_their_own_are_found_too(
    harbour: Clinic, alice: Membership, search: str, name: str
) -> None:
    people.person(harbour, name)
    people.person(harbour, "Ivo Talbot")
    page = people.browser(alice).post(listed(harbour), {"q": search})
    assert [one.name for one in clients_named(harbour, search).clients] == [name]
    assert "Ivo Talbot" not in page.content.decode()


def test_names_that_were_stored_before_are_found(harbour: Clinic, pat: Client) -> None:
    client = people.person(harbour, "Łukasz Żółć")
    Client.objects.filter(pk=client.pk).update(search_name="łukasz zołc")
    fold = importlib.import_module(
        "needlework.web.clinics.migrations.0003_names_searched_by_more"
    ).fold
    fold(apps, SimpleNamespace(connection=connection))
    assert [one.pk for one in clients_named(harbour, "lukasz").clients] == [client.pk]
    assert Client.objects.get(pk=pat.pk).search_name == pat.search_name


def test_another_clinics_clients_are_never_listed(
    harbour: Clinic, elsewhere: Clinic, alice: Membership
) -> None:
    people.person(elsewhere, "Only Elsewhere")
    page = people.browser(alice).post(listed(harbour), {"q": "only"}).content.decode()
    assert "Only Elsewhere" not in page


def test_pages_hold_everybody_once_in_order(harbour: Clinic) -> None:
    names = [f"Name {n % 37:02}" for n in range(2 * PAGE + 7)]
    for name in names:
        people.person(harbour, name)
    seen: list[Client] = []
    after = ""
    while True:
        page = clients_by_name(harbour, after=after)
        seen += page.clients
        after = page.after
        if not after:
            break
    assert len(seen) == len({one.pk for one in seen}) == len(names)
    assert [one.search_name for one in seen] == sorted(one.search_name for one in seen)


@pytest.mark.parametrize("after", ["x", "|", "a|b", "'--|", "a|" + "0" * 36, "%00|"])
def test_a_page_address_that_was_tampered_with_does_no_harm(
    harbour: Clinic, alice: Membership, after: str
) -> None:
    assert people.browser(alice).post(listed(harbour), {"after": after}).status_code == 200


def test_htmx_gets_the_results_and_their_number(
    harbour: Clinic, alice: Membership, pat: Client
) -> None:
    asked = {"q": "pat"}
    page = people.browser(alice).post(listed(harbour), asked, headers={"HX-Request": "true"})
    text = page.content.decode().strip()
    assert text.startswith('<div id="results"')
    assert text.endswith('<div hx-swap-oob="innerHTML:#found">1 client shown.</div>')


def test_no_address_holds_a_name(harbour: Clinic, alice: Membership) -> None:
    """Addresses stand in histories and in logs of servers in front."""
    for n in range(PAGE + 1):
        people.person(harbour, f"Nora {n:02}")
    browser = people.browser(alice)
    page = browser.post(listed(harbour), {"q": "nora"}).content.decode()
    addresses = re.findall(r'(?:href|action|hx-[a-z]+)="([^"]*)"', page)
    assert listed(harbour) in addresses
    assert not [one for one in addresses if "nora" in one.lower() or "?" in one]
    assert 'method="get"' not in page
    # An address that somebody kept from before searches nothing.
    old = browser.get(listed(harbour), {"q": "nobody of this name"}).content.decode()
    assert "Nora 00" in old


def test_more_leads_on_without_javascript(harbour: Clinic, alice: Membership) -> None:
    for n in range(PAGE + 1):
        people.person(harbour, f"Nora {n:02}")
    browser = people.browser(alice)
    first = browser.post(listed(harbour), {"q": ""}).content.decode()
    assert f"{PAGE} clients shown; there are more." in first
    sent = dict(re.findall(r'<input type="hidden" name="(after)" value="([^"]*)"', first))
    second = browser.post(listed(harbour), sent).content.decode()
    assert f"Nora {PAGE:02}" in second
    assert "Nora 00" not in second


def test_where_very_many_match_somebody_is_asked_to_type_on(
    harbour: Clinic, alice: Membership
) -> None:
    for n in range(PAGE + 1):
        people.person(harbour, f"Nora {n:02}")
    people.person(harbour, "Anna Other")
    page = people.browser(alice).post(listed(harbour), {"q": "NORA"}).content.decode()
    assert f"{PAGE} clients shown; there are more. Type more of the name." in page
    assert "Anna Other" not in page
    shown = re.findall(r">(Nora \d\d)</a>", page)
    assert len(shown) == PAGE
    assert shown == sorted(shown)


def test_the_number_found_is_announced_and_the_table_is_not(
    harbour: Clinic, alice: Membership, pat: Client
) -> None:
    page = people.browser(alice).get(listed(harbour)).content.decode()
    assert '<p class="muted" id="found" role="status">1 client shown.</p>' in page
    assert "aria-live" not in page[page.index('id="results"') :]


def test_its_queries_do_not_grow(harbour: Clinic, alice: Membership) -> None:
    browser = people.browser(alice)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            browser.get(listed(harbour))
        return len(found)

    people.person(harbour, "First")
    few = queries()
    for n in range(30):
        people.person(harbour, f"Person {n}")
    assert queries() == few


def given(**changed: str) -> dict[str, str]:
    return {
        "name": "Nora Vale",
        "birth_date": "1990-02-03",
        "sex": "female",
        "phone": "+1 617 555 0149",
        "email": "",
        "language": "es",
        **changed,
    }


def test_a_client_is_added(harbour: Clinic, bea: Membership) -> None:
    path = reverse("clinics:client_new", kwargs={"clinic": harbour.slug})
    answer = people.browser(bea).post(path, given())
    assert answer.status_code == 302
    made = Client.objects.get(name="Nora Vale")
    assert (made.clinic, made.phone_e164, made.language) == (harbour, "+16175550149", "es")


HOSTILE = {
    "name": ["", "   ", "123", "x" * 151, "a\x00b"],
    "birth_date": ["", "yesterday", "3000-01-01", "1800-01-01", "0000-00-00", "9" * 5000],
    "sex": ["", "other'--", "x" * 10_000],
    "phone": ["call me", "+", "1" * 39, "\x00"],
    "email": ["no", "a@b", "a@b.c\nBcc: x@y.z"],
    "language": ["", "xx"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in HOSTILE.items() for value in values]
)
def test_bad_input_gets_a_sentence_and_loses_nothing(
    harbour: Clinic, bea: Membership, field: str, value: str
) -> None:
    path = reverse("clinics:client_new", kwargs={"clinic": harbour.slug})
    answer = people.browser(bea).post(path, given(**{field: value}))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Client" not in str(Client.objects.values_list("name", flat=True))
    assert not Client.objects.exists()
    for name, kept in given().items():
        if name != field and kept:
            assert kept in page or kept.replace("+", "&#43;") in page, f"{name} was lost"


def test_a_name_is_escaped(harbour: Clinic, alice: Membership) -> None:
    client = people.person(harbour, "<script>alert(1)</script>")
    path = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": client.pk})
    assert b"<script>alert" not in people.browser(alice).get(path).content


def test_the_header_shows_whose_chart_it_is(
    harbour: Clinic, alice: Membership, pat: Client
) -> None:
    path = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": pat.pk})
    page = people.browser(alice).get(path).content.decode()
    assert "PN" in page
    assert "12 April 1988" in page


def test_reception_sees_no_records(harbour: Clinic, bea: Membership, pat: Client) -> None:
    path = reverse("clinics:client", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert "Consultations" not in people.browser(bea).get(path).content.decode()


def test_a_change_is_kept(harbour: Clinic, bea: Membership, pat: Client) -> None:
    path = reverse("clinics:client_edit", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert people.browser(bea).post(path, given(name="Pat Núñez Vale")).status_code == 302
    pat.refresh_from_db()
    assert pat.name == "Pat Núñez Vale"
    assert pat.search_name == "pat nunez vale"


def test_of_two_who_change_details_the_second_is_told(
    harbour: Clinic, bea: Membership, pat: Client
) -> None:
    """The first one's telephone number is not lost by a form that was opened before."""
    path = reverse("clinics:client_edit", kwargs={"clinic": harbour.slug, "client": pat.pk})
    browser = people.browser(bea)

    def seen() -> str:
        (found,) = re.findall(r'name="seen" value="([^"]*)"', browser.get(path).content.decode())
        return str(found)

    opened = seen()
    mine = given(name="Pat Núñez", phone="+34600000001", seen=opened)
    assert browser.post(path, mine).status_code == 302
    told = "Somebody changed these details while you were typing."
    wrong = browser.post(path, given(name="", seen=opened))
    assert wrong.status_code == 422
    assert told not in wrong.content.decode()
    assert f'value="{opened}"' in wrong.content.decode()
    answer = browser.post(path, given(name="Pat Núñez Vale", seen=opened))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert "Pat Núñez Vale" in page
    pat.refresh_from_db()
    assert (pat.name, pat.phone_e164) == ("Pat Núñez", "+34600000001")
    assert browser.post(path, given(name="Pat Núñez Vale", seen=seen())).status_code == 302


def test_the_body_cannot_name_another_clinic(
    harbour: Clinic, elsewhere: Clinic, bea: Membership
) -> None:
    path = reverse("clinics:client_new", kwargs={"clinic": harbour.slug})
    people.browser(bea).post(path, given(clinic=str(elsewhere.pk), clinic_id=str(elsewhere.pk)))
    assert Client.objects.get().clinic == harbour


def test_a_date_field_holds_its_day_in_every_language(harbour: Clinic, pat: Client) -> None:
    """A browser shows an empty field where the day is written as people write it."""
    who = people.member(harbour, "reception", email="es@harbour.example")
    who.user.language = "es"
    who.user.save()
    path = reverse("clinics:client_edit", kwargs={"clinic": harbour.slug, "client": pat.pk})
    assert 'value="1988-04-12"' in people.browser(who).get(path).content.decode()
