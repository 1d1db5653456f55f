"""Consultations as forms send them, and what two of them have in common."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import msgspec
from django.http import QueryDict
from django.test import Client as Browser
from django.urls import reverse

from needlework.screening import Consultation
from needlework.screening.consultation import decode
from needlework.web.clinics.models import Client, Clinic, DeviceTraining, Membership
from needlework.web.consultations.forms import ConsultationForm
from needlework.web.consultations.kinds import NOT_ASKED
from needlework.web.consultations.models import Consultation as Row
from needlework.web.consultations.typed import write
from needlework.web.consultations.zones import apart
from needlework.workflow import Known, known
from tests.consultations import base
from tests.web import people

EXAMPLES: Final = sorted((Path(__file__).parents[3] / "examples").glob("*.toml"))
KNOWN: Final[Known] = known()
TODAY: Final = date(2026, 11, 22)


def example(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def form_of(
    sent: Mapping[str, Any], data: Mapping[str, Any], language: str = "en"
) -> ConsultationForm:
    """A form as sent, where the record knows of `data` what no form asks."""
    given = {name: data[name] for name in NOT_ASKED if name in data}
    return ConsultationForm(
        sent, known=KNOWN, given=lambda _: given, language=language, today=TODAY
    )


def answered(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a form sends for a consultation, "don't know" said where the file says nothing."""
    form = form_of(write(data, partial(apart, KNOWN.knowledge)), data).with_unknowns()
    return {name: list(values) for name, values in form.typed.items()}


def meaning(consultation: Consultation) -> Any:
    """A consultation without what makes no difference: how its zones are named and ordered."""
    return _plain(msgspec.to_builtins(consultation))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        made = {
            key: sorted(apart(KNOWN.knowledge, item)) if key == "zones" else _plain(item)
            for key, item in value.items()
        }
        return made["answer"] if set(made) == {"answer"} else made
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


# --- in the app -------------------------------------------------------------------------------


def place_for(data: Mapping[str, Any]) -> tuple[Clinic, Membership, Client]:
    """A clinic, a practitioner and a client about whom the record knows what `data` says."""
    clinic = people.clinic(jurisdiction=data["jurisdiction"])
    operator = data["operator"]
    member = people.member(
        clinic,
        "practitioner",
        profession=operator["profession"],
        licence_until=operator["licence_until"],
        scope_max_depth_mm=operator.get("scope_max_depth_mm"),
    )
    for device in data["devices"]:
        DeviceTraining.objects.create(
            clinic=clinic,
            recorded_at=people.NOW,
            membership=member,
            device=device["id"],
            trained_on=date(2025, 3, 1),
        )
    client = people.person(
        clinic, birth_date=data["client"]["birth_date"], sex=data["client"]["sex"]
    )
    return clinic, member, client


def address(name: str, client: Client, consultation: Row | None = None) -> str:
    given: dict[str, Any] = {"clinic": client.clinic.slug, "client": client.pk}
    if consultation is not None:
        given["consultation"] = consultation.pk
    return reverse(f"consultations:{name}", kwargs=given)


def send(browser: Browser, path: str, sent: Mapping[str, Any], **more: str) -> Any:
    """Post a form as a browser does, names with several values included."""
    body = QueryDict(mutable=True)
    for name, values in {**sent, **{key: [value] for key, value in more.items()}}.items():
        body.setlist(name, list(values))
    return browser.post(path, body.urlencode(), "application/x-www-form-urlencoded")


class _Inputs(HTMLParser):
    """Reads a form as a browser would send it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = held["name"]
            self.sent.setdefault(self._select, [])
        elif tag == "option" and "selected" in held:
            self.sent[self._select].append(held["value"])
        elif tag == "input" and held.get("name"):
            is_choice = held.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in held:
                self.sent.setdefault(held["name"], []).append(held.get("value", ""))


def filled(page: str) -> dict[str, list[str]]:
    """What a browser would send from a page's own form, blanks left out."""
    reader = _Inputs()
    reader.feed(page[page.find("<main") :] if "<main" in page else page)
    said = {name: [value for value in held if value] for name, held in reader.sent.items()}
    return {name: held for name, held in said.items() if held}


def everyday() -> dict[str, list[str]]:
    """Every question answered, nothing against treatment."""
    return answered(base())


def recorded(row: Row) -> Consultation:
    """What the newest version says."""
    newest = row.versions.order_by("-number").first()
    assert newest is not None
    return decode(newest.data)
