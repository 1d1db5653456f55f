"""Whatever is sent: a sentence at its place, nothing lost, nothing run, nothing saved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client as Browser
from markupsafe import escape

from needlework.web.clinics.models import Client
from needlework.web.consultations import kinds
from needlework.web.consultations.models import Consultation
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import address, everyday, filled, form_of, place_for, send
from tests.web.consultations.test_round_trip import LEAVES

NUL = "a\x00b"
BAD = {
    kinds.Day: ("0000-01-01", "2026-02-30", "yesterday", "9999-99-99", "２０２６-01-01", NUL),
    kinds.Number: ("abc", "NaN", "inf", "1e999", "-", "9" * 400, "0x10", "١", NUL),
    kinds.Choice: ("no-such", "YES ", "x" * 10_000, "'; drop table", NUL),
    kinds.Several: ("someday", NUL),
    kinds.Zones: (NUL,),
    kinds.Text: (NUL,),
    kinds.Tick: (NUL,),
}
CASES = [
    (name, value)
    for name, kind in LEAVES.items()
    for value in BAD[type(kind)]
    if ".1." not in f"{name}."
]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_what_cannot_be_read_gets_a_sentence_at_its_place(name: str, value: str) -> None:
    rated = {"concerns.0.scale": ["ecca"]} if ".ecca." in name else {}
    form = form_of({**everyday(), **rated, name: [value]}, base())
    told = [at for at in form.problems if at == name or name.startswith(f"{at}.")]
    assert told, f"{value!r} was taken for an answer"
    assert all(wrong.text.endswith(".") for at in told for wrong in form.problems[at])
    assert list(form.typed[name]) == [value]


BOUNDED = [
    (name, kind)
    for name, kind in LEAVES.items()
    if isinstance(kind, kinds.Number) and kind.most is not None and ".1" not in name
]


@pytest.mark.parametrize(("name", "kind"), BOUNDED, ids=[name for name, _ in BOUNDED])
def test_a_number_out_of_bounds_is_told_its_bounds(name: str, kind: kinds.Number) -> None:
    most = kind.most or 0
    for value in (most + 1, -1, 0):
        form = form_of({**everyday(), name: [str(value)]}, base())
        assert any(f"{most:,g}" in wrong.text for wrong in form.problems[name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("concerns.0.concern", "no-such"),
        ("concerns.0.scale", "no-such"),
        ("concerns.0.zones", "no-such"),
        ("concerns.0.grade", "-3"),
        ("devices.0.id", "no-such"),
        ("date", "2026-11-23"),
        ("date", "1889-01-01"),
        ("skin.sunburn.exposed_on", "2026-11-21"),
        ("calendar.not_before", "2299-01-01"),
    ],
)
def test_the_engines_own_refusal_stands_at_its_question(name: str, value: str) -> None:
    sent = {**everyday(), name: [value], "skin.sunburn": ["yes"]}
    form = form_of(sent, base())
    assert name in form.problems, form.problems
    assert form.problems[name][0].lang == "en"


def test_all_that_the_engine_refuses_is_told_at_once() -> None:
    sent = {
        **everyday(),
        "concerns.0.scale": ["no-such"],
        "devices.0.id": ["no-such"],
        "skin.tan": ["yes"],
        "skin.tan.gone_on": ["2026-11-21"],
    }
    wanted = {"concerns.0.scale", "devices.0.id", "skin.tan.gone_on"}
    assert wanted <= set(form_of(sent, base()).problems)


# --- in the app -------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> tuple[Browser, Client]:
    _, member, client = place_for(base())
    return people.browser(member), client


SCRIPT = '"><script>alert(1)</script>'


def test_nothing_that_is_sent_is_run(desk: Any) -> None:
    """The same in every input at once; what can show it shows it escaped."""
    browser, client = desk
    answer = send(browser, address("new", client), {name: [SCRIPT] for name in LEAVES})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert str(escape(SCRIPT)) in page
    kept = filled(page)
    for name, kind in LEAVES.items():
        if isinstance(kind, kinds.Text | kinds.Number | kinds.Day | kinds.Zones):
            assert SCRIPT in kept.get(name, ()), f"{name} was lost"


def test_nothing_that_is_sent_is_run_in_the_blocks(desk: Any) -> None:
    browser, client = desk
    sent = {**everyday(), "medicines": ["yes"], "medicines.list.0.name": [SCRIPT]}
    for path, do in (
        ("assessment_new", ""),
        ("new", "add:medicines.list"),
        ("new", "confirm:medicines.list.0.confirmed_as"),
        ("new", "unknown"),
    ):
        answer = browser.post(
            address(path, client), {**sent, "do": do}, headers={"HX-Request": "true"}
        )
        assert b"<script>alert" not in answer.content


def test_a_megabyte_in_a_name_is_kept_and_refused(desk: Any) -> None:
    browser, client = desk
    long = "x" * 1_000_000
    sent = {**everyday(), "medicines": ["yes"], "medicines.list.0.name": [long]}
    answer = send(browser, address("new", client), sent)
    assert answer.status_code == 422
    assert filled(answer.content.decode())["medicines.list.0.name"] == [long]
    assert not Consultation.objects.exists()


def test_row_numbers_that_nobody_counts_to_do_no_harm(desk: Any) -> None:
    browser, client = desk
    names = ("9" * 30, "-1", "9999", "x", "", "1.1.1.1")
    sent = {**everyday(), **{f"medicines.list.{name}.name": ["aspirin"] for name in names}}
    answer = send(browser, address("new", client), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.findall(r'name="medicines\.list\.(\d+)\.name"', page) == ["9999"]
    assert "no place for what was sent as: medicines.list.999" in page


STRANGE = [
    "history.__class__",
    "format",
    "client.name",
    "history",
    "nothing",
    "skin.tan.colour",
    "medicines.list.01.name",
    "medicines.list.+1.name",
    "medicines.list.99999.name",
    "medicines.list.x.name",
    "medicines.list.0",
    "concerns.0.items.no-such-scale.item",
    "date.0",
    "",
    ".",
]


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("do", ["save", "assess", "add:medicines.list", "unknown-sure"])
def test_what_the_form_has_no_place_for_is_refused_and_the_rest_kept(
    desk: Any, name: str, do: str
) -> None:
    browser, client = desk
    sent = {**everyday(), name: ["x"]}
    answer = send(browser, address("new", client), sent, do=do)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert str(escape(f"The form has no place for what was sent as: {name}.")) in page
    assert not Consultation.objects.exists()
    kept = filled(page)
    assert all(set(kept[key]) >= set(held) for key, held in everyday().items() if any(held))
    # What the page now shows is whole, and goes through.
    del kept["csrfmiddlewaretoken"]
    assert send(browser, address("new", client), {**kept, "do": ["save"]}).status_code == 302


def test_the_assessment_tells_of_it_too(desk: Any) -> None:
    browser, client = desk
    answer = send(browser, address("assessment_new", client), {**everyday(), "x": ["y"]})
    assert answer.status_code == 200
    assert "no place for what was sent as: x." in answer.content.decode()


@pytest.mark.parametrize(
    "do",
    [
        "add:history",
        "add:",
        "add:x",
        "add:date",
        "add:medicines.list.0",
        "add:medicines.list.0.name",
        "drop:history",
        "drop:date",
        "drop:medicines.list",
        "drop:medicines.list.x",
        "drop:" + "9." * 500,
        "confirm:x",
        "confirm:",
    ],
)
@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_an_act_on_what_is_no_list_is_refused(desk: Any, do: str, htmx: dict[str, str]) -> None:
    browser, client = desk
    answer = browser.post(address("new", client), {**everyday(), "do": do}, headers=htmx)
    assert answer.status_code == 422
    assert "The form has no such list or row." in answer.content.decode()


@pytest.mark.parametrize(
    "do", ["add:medicines.list", "add:devices.0.needle_lengths_mm", "drop:concerns.0"]
)
def test_an_act_on_a_list_is_done(desk: Any, do: str) -> None:
    browser, client = desk
    answer = browser.post(address("new", client), {**everyday(), "do": do})
    assert answer.status_code == 200
