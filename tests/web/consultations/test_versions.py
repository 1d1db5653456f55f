"""Versions: which one counts, what an older one says of itself, and what an error leaves behind."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from needlework.evidence import Knowledge
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations import selectors, views
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.services import record_consultation
from needlework.web.records.models import Record
from needlework.web.records.services import retract
from needlework.workflow import Known
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import KNOWN, address, everyday, filled, place_for, send

pytestmark = pytest.mark.django_db

DOCUMENTS = ("plan_pdf", "consent_pdf", "schedule_ics", "schedule_csv")
ENDINGS = ("plan.pdf", "consent.pdf", "schedule.ics", "schedule.csv")


class Desk:
    """A consultation of one version, and whoever recorded it."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.member: Membership
        self.client: Client
        _, self.member, self.client = place_for(data)
        self.browser: Browser = people.browser(self.member)
        self.row: Consultation = self._record(data).consultation

    def _record(self, data: dict[str, Any], **more: Any) -> ConsultationVersion:
        return record_consultation(
            client=self.client,
            author=self.member.user,
            data=data,
            known=KNOWN,
            now=people.NOW,
            **more,
        )

    def change(self, **history: str) -> ConsultationVersion:
        """The next version, with other answers about the person."""
        said = base()
        said["history"] = {**said["history"], **history}
        last = self.row.versions.count()
        return self._record(said, consultation=self.row, base=last)

    def at(self, name: str, query: str = "") -> str:
        return address(name, self.client, self.row) + query

    def page(self, name: str, query: str = "") -> str:
        answer = self.browser.get(self.at(name, query))
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.content.decode())

    def wrong(self, record: Record) -> None:
        retract(
            record=record,
            author=self.member.user,
            reason="wrong-client",
            words="Two of that name.",
            now=people.NOW,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk(base())


def text(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


# --- older and newest -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["detail", "plan"])
def test_an_older_version_says_which_is_the_newest_and_leads_there(desk: Desk, name: str) -> None:
    desk.change(smoking="yes")
    page = desk.page(name, "?version=1")
    assert "The newest is version 2, recorded on 22 November 2026." in text(page)
    assert '<a href="?">To version 2</a>' in page
    assert "The newest is" not in text(desk.page(name))


def test_documents_are_offered_of_the_newest_version_alone(desk: Desk) -> None:
    desk.change(smoking="yes")
    newest, older = desk.page("plan"), desk.page("plan", "?version=1")
    for ending in ENDINGS:
        assert ending in newest
        assert ending not in older
    assert "None is made of this version, since version 2 has taken its place." in text(older)
    for name in DOCUMENTS:
        assert desk.browser.get(desk.at(name)).status_code == 200
        assert desk.browser.get(desk.at(name, "?version=2")).status_code == 200
        assert desk.browser.get(desk.at(name, "?version=1")).status_code == 422


@pytest.mark.parametrize("name", ["detail", "plan", "plan_pdf", "schedule_ics"])
@pytest.mark.parametrize("number", ["0", "00", "2", "x", "-1", "+1", " 1", "1e0", "٣", "9" * 30])
def test_a_version_that_is_not_there_is_not_found(desk: Desk, name: str, number: str) -> None:
    assert desk.browser.get(desk.at(name), {"version": number}).status_code == 404


def test_every_link_of_an_older_versions_page_is_answered(desk: Desk) -> None:
    desk.change(smoking="yes")
    for name in ("detail", "plan"):
        page = desk.page(name, "?version=1")
        inside = page[page.index("<main") : page.index("</main>")]
        for path in set(re.findall(r'href="([^"#]+)"', inside)):
            where = desk.at(name) + path if path.startswith("?") else unescape(path)
            assert desk.browser.get(where).status_code == 200, path


# --- other knowledge --------------------------------------------------------------------------


def known_with(*, claim: str = "", overlay_digest: str = "") -> Known:
    release = KNOWN.knowledge.release
    if claim:
        release = msgspec.structs.replace(release, digest=claim)
    return Known(Knowledge(release, overlay_digest=overlay_digest), KNOWN.lexicon)


@pytest.mark.parametrize("name", ["detail", "plan"])
def test_the_same_knowledge_is_not_mentioned(desk: Desk, name: str) -> None:
    assert "so what you read may differ" not in text(desk.page(name))


@pytest.mark.parametrize("name", ["detail", "plan"])
def test_another_release_than_then_is_said(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "known_for", lambda _: known_with(claim="0123456789abcdef"))
    then = KNOWN.knowledge.release.digest[:12]
    page = text(desk.page(name))
    assert (
        f"Recorded under knowledge release {then}; judged today under 0123456789ab, "
        "so what you read may differ from what was seen then."
    ) in page
    assert "this clinic’s choices" not in page


@pytest.mark.parametrize("name", ["detail", "plan"])
def test_other_choices_of_the_clinic_than_then_are_said(
    desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "known_for", lambda _: known_with(overlay_digest="fedcba9876543210"))
    page = text(desk.page(name))
    assert "Recorded under this clinic’s choices (none); judged today under fedcba987654," in page
    assert "knowledge release" not in page


# --- entered in error -------------------------------------------------------------------------


def test_an_error_in_the_newest_version_brings_back_no_older_one(desk: Desk) -> None:
    second = desk.change(pregnancy="yes")
    assert selectors.version_of(desk.row) == second
    desk.wrong(second)
    assert selectors.version_of(desk.row) is None
    assert selectors.version_of(desk.row, 2) is None
    first = selectors.version_of(desk.row, 1)
    assert first is not None
    assert first.number == 1


@pytest.mark.parametrize("name", ["detail", "plan"])
def test_its_page_says_so_and_judges_nothing(desk: Desk, name: str) -> None:
    desk.wrong(desk.change(pregnancy="yes"))
    page = desk.page(name)
    said = text(page)
    assert "It belongs to another client. Marked by practitioner on 22 November 2026" in said
    assert "Two of that name." in said
    assert "no assessment, plan or document until a new version is saved" in said
    assert "<del>" in page
    assert "finding" not in page
    assert not re.search(r"\d\s*mm", said)
    assert desk.at("edit") in page
    assert "What it says" in said
    assert "Pregnant, or possibly so? Yes" in said


def test_an_older_version_does_not_stand_in_for_it(desk: Desk) -> None:
    desk.wrong(desk.change(pregnancy="yes"))
    said = text(desk.page("plan", "?version=1"))
    assert "The newest version was entered in error." in said
    assert "None is made of this version, and the newest was entered in error." in said
    for name in ("plan_pdf", "consent_pdf", "schedule_csv"):
        for query in ("", "?version=1", "?version=2"):
            assert desk.browser.get(desk.at(name, query)).status_code == 422


def test_an_error_in_an_older_version_is_struck_and_the_newest_counts(desk: Desk) -> None:
    first = desk.row.versions.get()
    second = desk.change(smoking="yes")
    desk.wrong(first)
    assert selectors.version_of(desk.row) == second
    page = desk.page("detail")
    assert "<del>Version 1</del>" in page
    assert 'id="assessment-head"' in page
    older = text(desk.page("plan", "?version=1"))
    assert "Version 2 counts." in older
    assert not re.search(r"\d\s*mm", older)
    assert desk.browser.get(desk.at("plan_pdf")).status_code == 200


def test_the_form_after_an_error_is_empty_and_its_version_counts(desk: Desk) -> None:
    desk.wrong(desk.change(pregnancy="yes"))
    page = desk.page("edit")
    held = filled(page)
    assert held["base"] == ["2"]
    assert "history.pregnancy" not in held
    assert "Version 2 was entered in error." in text(page)
    answer = send(desk.browser, form_of(page), everyday(), base="2")
    assert answer.status_code == 302
    third = desk.row.versions.get(number=3)
    assert selectors.version_of(desk.row) == third
    assert third.data["history"]["pregnancy"] == "no"
    assert 'id="assessment-head"' in desk.page("detail")


def test_an_earlier_version_comes_along_only_when_asked_for(desk: Desk) -> None:
    desk.wrong(desk.change(pregnancy="yes"))
    page = desk.page("edit", "?from=1")
    assert filled(page)["history.pregnancy"] == ["no"]
    assert "from=1" in form_of(page)
    assert "This form begins from version 1" in text(page)
    for query in ("?from=2", "?from=9", "?from=x"):
        assert "history.pregnancy" not in filled(desk.page("edit", query))


def test_what_was_typed_over_a_version_that_proves_an_error_is_not_saved_unseen(
    desk: Desk,
) -> None:
    second = desk.change(smoking="yes")
    opened = desk.page("edit")
    desk.wrong(second)
    answer = send(desk.browser, form_of(opened), {**everyday(), "history.atopy": ["yes"]}, base="2")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Somebody has marked version 2 as entered in error." in text(page)
    assert filled(page)["history.atopy"] == ["yes"]
    assert desk.row.versions.count() == 2
    again = send(desk.browser, form_of(page), everyday(), base=filled(page)["base"][0])
    assert again.status_code == 302
    assert desk.row.versions.count() == 3


def test_a_consultation_in_error_takes_no_version(desk: Desk) -> None:
    opened = desk.page("edit")
    desk.wrong(desk.row)
    assert "The whole consultation does not count" in text(desk.page("detail"))
    assert desk.browser.get(desk.at("edit")).status_code == 422
    answer = send(desk.browser, form_of(opened), {**everyday(), "history.atopy": ["yes"]}, base="1")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "begin a new consultation" in text(page)
    assert filled(page)["history.atopy"] == ["yes"]
    assert desk.row.versions.count() == 1


def form_of(page: str) -> str:
    """Where the consultation's form is sent."""
    found = re.search(r'<form id="consultation"[^>]* action="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def test_who_only_reads_is_offered_no_mark(desk: Desk) -> None:
    owner = people.browser(people.member(desk.client.clinic, "owner"))
    assert "/error/" in desk.page("detail")
    assert "/error/" not in owner.get(desk.at("detail")).content.decode()
    desk.wrong(desk.row.versions.get())
    struck = owner.get(desk.at("detail")).content.decode()
    assert "Record a new version" not in struck


def test_queries_do_not_grow_with_versions_and_errors(desk: Desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.page("detail")
            desk.page("plan")
        return len(found)

    few = queries()
    for _ in range(4):
        desk.wrong(desk.change(smoking="yes"))
    desk.change(smoking="no")
    assert queries() == few
