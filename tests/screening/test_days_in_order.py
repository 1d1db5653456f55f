"""Days that cannot follow each other are refused: a slip would end a wait before it began."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from needlework.errors import AnswerError
from needlework.screening.consultation import decode
from needlework.screening.reading import validate
from tests.consultations import KNOWLEDGE, ON, base, merged

BORN = date(1985, 3, 14)


def check(patch: dict[str, Any]) -> None:
    born = {"client": {"birth_date": BORN}}
    validate(decode(merged(merged(base(), born), patch)), KNOWLEDGE, ON)


@pytest.mark.parametrize("name", ["sunburn", "tan"])
def test_what_came_cannot_have_gone_before(name: str) -> None:
    def told(gone: date) -> dict[str, Any]:
        answer = {"answer": "yes", "exposed_on": ON - timedelta(days=3), "gone_on": gone}
        return {"skin": {name: answer}}

    check(told(ON - timedelta(days=3)))
    with pytest.raises(AnswerError, match="gone_on lies before"):
        check(told(ON - timedelta(days=4)))


@pytest.mark.parametrize(
    "patch",
    [
        {"medicines": {"answer": "yes", "list": [{"name": "isotretinoin", "stopped_on": None}]}},
        {"procedures": {"answer": "yes", "list": [{"kind": "laser-ablative", "on": None}]}},
    ],
)
def test_nothing_happened_before_the_birth(patch: dict[str, Any]) -> None:
    part = next(iter(patch))
    name = "stopped_on" if part == "medicines" else "on"
    for day, is_fine in ((BORN, True), (BORN - timedelta(days=1), False)):
        patch[part]["list"][0][name] = day
        if is_fine:
            check(patch)
        else:
            with pytest.raises(AnswerError, match=r"before client\.birth_date"):
                check(patch)
