"""A client who came in by a link for a consultation, and what they send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.clinics.models import Client
from needlework.web.intake.parts import PARTS, part_of
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from tests.web import people
from tests.web.consultations.said import send

PURPOSE = "consultation"
WISH = {
    "concerns.0.concern": ["acne-scar-rolling"],
    "concerns.0.zones": ["cheek-left", "cheek-right"],
}
SUMMARY = "/my/consultation/summary/"
START = "/my/consultation/"


def make(client: Client) -> tuple[PortalLink, str]:
    """A link as the clinic makes it, and its address."""
    cache.clear()
    made, token = links.make_link(client=client, by=None, now=timezone.now(), purpose=PURPOSE)
    return made, links.address(token, PURPOSE)


def enter(client: Client, address: str = "") -> Browser:
    """A browser after the second factor."""
    browser = people.browser()
    assert client.birth_date is not None
    path = address or make(client)[1]
    answer = browser.post(path, {"birth_date": client.birth_date.isoformat()})
    assert answer.status_code == 302
    return browser


def part_address(code: str) -> str:
    return reverse("intake:part", kwargs={"part": code})


def answers(**changes: Sequence[str]) -> dict[str, list[str]]:
    """No to everything, and one wish; `changes` say otherwise, `history__keloid` for a name."""
    said = {path: ["no"] for part in PARTS for path in part.paths if path != "concerns"}
    return {
        **said,
        **WISH,
        **{name.replace("__", "."): list(held) for name, held in changes.items()},
    }


def of_part(code: str, said: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {
        name: held
        for name, held in said.items()
        if (part := part_of(name)) is not None and part.id == code
    }


def fill(browser: Browser, said: Mapping[str, Sequence[str]] | None = None) -> None:
    """Every part, one after the other."""
    said = answers() if said is None else said
    for part in PARTS:
        answer = give(browser, part.id, of_part(part.id, said))
        assert answer.status_code == 302, answer.content.decode()


def give(browser: Browser, code: str, said: Mapping[str, Any], do: str = "next") -> Any:
    return send(browser, part_address(code), said, do=do)
