"""What was thrown away or removed can be taken back, with a script and without."""

from __future__ import annotations

import pytest

from needlework.web.consultations.models import Draft
from tests.web import people
from tests.web.consultations.drafting import Window, consulted, desk, drafts
from tests.web.consultations.said import filled

pytestmark = pytest.mark.django_db
GONE = "was thrown away."
MEDICINES = {
    "medicines": ["yes"],
    "medicines.list.0.name": ["ibuprofen"],
    "medicines.list.0.route": ["oral"],
    "medicines.list.0.daily": ["no"],
    "medicines.list.1.name": ["levothyroxine"],
    "medicines.list.1.route": ["oral"],
    "medicines.list.1.daily": ["yes"],
}


@pytest.fixture
def window() -> Window:
    member, client = desk()
    return Window(people.browser(member), client, consulted(member, client))


def again(window: Window, query: str = "") -> Window:
    return Window(window.browser, window.client, window.row, query)


def forget(window: Window, start: str) -> None:
    """The page no longer shows what was removed."""
    window.held = {name: v for name, v in window.held.items() if not name.startswith(start)}


def test_work_that_was_thrown_away_comes_back(window: Window) -> None:
    window.autosave(history__smoking=["yes"])
    answer = again(window).act("throw")
    assert answer.status_code == 302
    fresh = window.browser.get(answer.headers["Location"]).content.decode()
    assert GONE in fresh
    assert 'role="status"' in fresh
    assert filled(fresh)["history.smoking"] == ["no"]
    back = window.act("take-back")
    assert back.status_code == 302
    page = window.browser.get(back.headers["Location"]).content.decode()
    assert filled(page)["history.smoking"] == ["yes"]
    assert GONE not in page


def test_the_next_act_ends_what_was_thrown_away(window: Window) -> None:
    window.autosave(history__smoking=["yes"])
    again(window).act("throw")
    after = again(window)
    answer = after.autosave(history__atopy=["yes"]).content.decode()
    assert '<div id="thrown" hx-swap-oob="delete">' in answer
    assert window.act("take-back").headers["Location"] == window.path
    (draft,) = drafts()
    assert draft.fields["history.smoking"] == ["no"]
    assert GONE not in again(window).page


def test_there_is_nothing_to_take_back_where_nothing_was_thrown_away(window: Window) -> None:
    assert window.act("take-back").headers["Location"] == window.path
    assert drafts() == []


@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}])
def test_a_removed_row_comes_back(window: Window, headers: dict[str, str]) -> None:
    window.held.update(MEDICINES)
    window.browser.defaults.update(headers)
    page = window.act("drop:medicines.list.0").content.decode()
    assert "Medicine 1 was removed." in page
    assert 'value="undo:medicines.list"' in page
    assert 'role="status"' in page
    less = filled(page)
    assert "medicines.list.0.name" not in less
    assert less["medicines.list.1.name"] == ["levothyroxine"]
    forget(window, "medicines.list.0.")
    more = filled(window.act("undo:medicines.list").content.decode())
    assert {name: more.get(name) for name in MEDICINES if ".list." in name} == {
        name: held for name, held in MEDICINES.items() if ".list." in name
    }
    assert drafts()[0].removed is None


def test_a_concern_with_its_areas_comes_back_beside_a_new_one(window: Window) -> None:
    before = dict(window.held)
    window.act("drop:concerns.1")
    forget(window, "concerns.1.")
    answer = window.act("undo:concerns", concerns__1__concern=["pores"])
    back = filled(answer.content.decode())
    assert back["concerns.1.concern"] == ["pores"]
    assert back["concerns.3.concern"] == before["concerns.1.concern"]
    assert sorted(back["concerns.3.zones"]) == sorted(before["concerns.1.zones"])


def test_what_was_typed_in_a_new_form_comes_back(window: Window) -> None:
    new = Window(window.browser, window.client)
    page = new.act("drop:concerns.0", concerns__0__concern=["pores"]).content.decode()
    assert "Concern 1 was removed." in page
    forget(new, "concerns.")
    back = filled(new.act("undo:concerns").content.decode())
    assert back["concerns.0.concern"] == ["pores"]


def test_an_empty_row_leaves_nothing_to_undo(window: Window) -> None:
    page = window.act("drop:medicines.list.5", medicines__list__5__name=[""]).content.decode()
    assert "was removed." not in page


@pytest.mark.parametrize("do", ["assess", "add:medicines.list", "keep"])
def test_the_next_act_ends_the_undo_of_a_row(window: Window, do: str) -> None:
    window.act("drop:concerns.1")
    assert drafts()[0].removed
    forget(window, "concerns.1.")
    window.act(do)
    assert drafts()[0].removed is None
    assert "concerns.1.concern" not in filled(window.act("undo:concerns").content.decode())


def test_typing_does_not_end_it(window: Window) -> None:
    window.act("drop:concerns.1")
    forget(window, "concerns.1.")
    window.autosave(history__smoking=["yes"])
    assert drafts()[0].removed


def test_another_list_gets_nothing_of_it(window: Window) -> None:
    window.act("drop:concerns.1")
    forget(window, "concerns.1.")
    page = filled(window.act("undo:medicines.list").content.decode())
    assert "medicines.list.0.name" not in page


def test_what_was_tampered_with_is_not_put_back(window: Window) -> None:
    window.act("drop:concerns.1")
    Draft.objects.update(removed={"concerns.1": {"zones": 1}, "x": ["y"], "concerns.1.y": [1]})
    answer = window.act("undo:concerns")
    assert answer.status_code == 200
    assert "concerns.1.y" not in answer.content.decode()
