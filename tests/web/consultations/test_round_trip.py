"""The whole format can be entered: from a consultation to a form and back it stays the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlework import workflow
from needlework.screening import Consultation as Said
from needlework.screening.consultation import decode
from needlework.web.consultations import kinds
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.questions import SECTIONS, section_of, wording
from needlework.web.consultations.services import record_consultation
from needlework.web.consultations.typed import read, write
from needlework.web.consultations.zones import apart
from tests import strategies
from tests.web import people
from tests.web.consultations.said import (
    EXAMPLES,
    KNOWN,
    address,
    answered,
    example,
    form_of,
    meaning,
    place_for,
    recorded,
    send,
)

NAMES = [path.stem for path in EXAMPLES]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
@pytest.mark.django_db
def test_every_worked_example_can_be_entered(path: Path) -> None:
    data = example(path)
    data.pop("clearances", None)
    data["client"].pop("reference")
    _, member, client = place_for(data)
    answer = send(people.browser(member), address("new", client), answered(data))
    assert answer.status_code == 302, answer.content.decode()
    said = recorded(Consultation.objects.get())
    assert meaning(said) == meaning(decode(data))
    assert plan_of(said) == plan_of(decode(data))


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
@pytest.mark.django_db
def test_every_worked_example_can_be_opened_and_saved_again(path: Path) -> None:
    data = example(path)
    _, member, client = place_for(data)
    first = record_consultation(
        client=client, author=member.user, data=data, known=KNOWN, now=people.NOW
    )
    browser, row = people.browser(member), first.consultation
    page = browser.get(address("edit", client, row))
    assert page.status_code == 200
    answer = send(browser, address("edit", client, row), answered(data), base="1")
    assert answer.status_code == 302, answer.content.decode()
    said = recorded(row)
    assert meaning(said) == meaning(decode(data))
    assert plan_of(said) == plan_of(decode(data))
    assert row.versions.count() == 2


def plan_of(said: Any) -> bytes:
    return workflow.encode(workflow.plan_for(workflow.consult(said, KNOWN)))


@given(data=strategies.consultations())
def test_what_is_said_survives_the_form(data: dict[str, Any]) -> None:
    form = form_of(answered(data), data)
    assert form.is_valid, form.problems
    assert meaning(decode(form.data)) == meaning(decode(data))


# --- all that can be typed --------------------------------------------------------------------

_DAYS = st.dates().map(str)
_NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)
_ZONES = st.lists(st.sampled_from(("cheek-left", "forehead", "thigh-right")), unique=True)


def leaves(kind: kinds.Kind, name: str) -> Iterator[tuple[str, kinds.Kind]]:
    """Each input below a kind, with two rows of whatever has rows."""
    match kind:
        case kinds.Fields():
            for part in kind.parts:
                yield from leaves(part.kind, f"{name}.{part.name}".lstrip("."))
        case kinds.Answer():
            yield name, kinds.Choice(kinds.YES_NO)
            yield from leaves(kinds.Fields(kind.parts), name)
        case kinds.Rows():
            for number in (0, 1):
                yield from leaves(kind.of, f"{name}.{number}")
        case kinds.Amounts():
            for number in (0, 1):
                yield f"{name}.{number}.zone", kinds.Text()
                yield f"{name}.{number}.amount", kind.of
        case kinds.Ratings():
            scale = "phototype-a" if name.endswith("questionnaire") else "ecca"
            yield f"{name}.{scale}.face", kinds.Number()
        case _:
            yield name, kind


LEAVES = dict(leaves(kinds.asked(), ""))


def texts(kind: kinds.Kind) -> st.SearchStrategy[list[str]]:  # noqa: PLR0911 - one a kind
    match kind:
        case kinds.Choice():
            return st.sampled_from(kind.words).map(lambda word: [word])
        case kinds.Several():
            return st.lists(st.sampled_from(kind.words), unique=True)
        case kinds.Zones():
            return _ZONES
        case kinds.Day():
            return _DAYS.map(lambda day: [day])
        case kinds.Number():
            low = kind.least if kind.least is not None else (kind.above or -1000)
            numbers = st.integers(int(low) + 1, int(kind.most or 1000))
            return numbers.map(lambda number: [str(number / 4 if number > low * 4 else number)])
        case kinds.Tick():
            return st.sampled_from(([], ["true"]))
        case _:
            return _NAMES.map(lambda text: [text])


@st.composite
def forms(draw: st.DrawFn) -> dict[str, list[str]]:
    """Anything at all that could be typed into some of the inputs."""
    names = draw(st.lists(st.sampled_from(sorted(LEAVES)), unique=True, max_size=40))
    return {name: draw(texts(LEAVES[name])) for name in names}


@given(sent=forms())
def test_what_was_read_is_read_again(sent: dict[str, list[str]]) -> None:
    """A form filled from what was said says the same; only the format's own words join it."""
    said = read(sent, str, "en").data
    again = read(write(said, list), str, "en").data
    assert holds(again, said)
    assert read(write(again, list), str, "en").data == again


def holds(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return all(key in whole and holds(whole[key], value) for key, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def test_every_input_has_its_words_and_its_section() -> None:
    for name in LEAVES:
        path = ".".join(step for step in name.split(".") if not step.isdigit())
        for scale in (".phototype-a.face", ".ecca.face"):
            path = path.removesuffix(scale)
        assert wording(path).label
        assert section_of(path) is not None


def test_no_question_is_asked_twice_and_none_is_left_out() -> None:
    asked = [path for section in SECTIONS for path in section.paths]
    assert len(asked) == len(set(asked))
    tops = {part.name for part in kinds.asked().parts}
    assert {path.split(".", 1)[0] for path in asked} == tops


def test_the_form_asks_all_that_the_format_holds() -> None:
    fields = {field.name for field in msgspec.structs.fields(Said)}
    assert fields - kinds.NOT_ASKED == {part.name for part in kinds.asked().parts}


def test_zones_are_ticked_by_side() -> None:
    assert apart(KNOWN.knowledge, ["cheek", "forehead"]) == [
        "forehead",
        "cheek-left",
        "cheek-right",
    ]
    sent = write(
        {"skin": {"acne": {"answer": "yes", "zones": ["cheek"]}}}, partial(apart, KNOWN.knowledge)
    )
    assert sent["skin.acne.zones"] == ["cheek-left", "cheek-right"]
