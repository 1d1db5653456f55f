"""A form opened by somebody, and what of it is kept before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.models import Consultation, Draft
from needlework.web.consultations.services import record_consultation
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import KNOWN, address, filled, place_for, send

HTMX = {"HTTP_HX_REQUEST": "true"}
Said = Mapping[str, Sequence[str]]


class Window:
    """One window of a browser with the form open in it."""

    def __init__(
        self, browser: Browser, client: Client, row: Consultation | None = None, query: str = ""
    ) -> None:
        self.browser = browser
        self.client = client
        self.row = row
        self.path = address("edit" if row else "new", client, row)
        self.page = browser.get(self.path + query).content.decode()
        self.held = filled(self.page)

    def typed(self, **changes: Sequence[str]) -> dict[str, list[str]]:
        """What the form would send; `history__smoking` names a question."""
        said = {name.replace("__", "."): list(held) for name, held in changes.items()}
        return {**self.held, **said}

    def autosave(self, **changes: Sequence[str]) -> Any:
        self.held = self.typed(**changes)
        name = "assessment" if self.row else "assessment_new"
        return send(self.browser, address(name, self.client, self.row), self.held)

    def act(self, do: str, **changes: Sequence[str]) -> Any:
        self.held = self.typed(**changes)
        return send(self.browser, self.path, self.held, do=do)


def drafts() -> list[Draft]:
    return list(Draft.objects.all())


def desk() -> tuple[Membership, Client]:
    _, member, client = place_for(base())
    return member, client


def consulted(member: Membership, client: Client, **changes: Any) -> Consultation:
    """A consultation of today, as the base has it but for the changes."""
    data = {**base(), **changes}
    return record_consultation(
        client=client, author=member.user, data=data, known=KNOWN, now=timezone.now()
    ).consultation


def colleague(client: Client) -> Membership:
    return people.member(client.clinic, "medical-director")
