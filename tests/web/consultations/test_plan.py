"""The plan's page: what it shows, what it keeps to itself, and where each number comes from."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from needlework.evidence import Knowledge
from needlework.planning import Plan, cited_claims
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations import desk, selectors, views
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.services import record_consultation
from needlework.workflow import Known
from tests.consultations import base
from tests.web import people
from tests.web.consultations.said import EXAMPLES, KNOWN, address, example, place_for

pytestmark = pytest.mark.django_db

NAMES = [path.stem for path in EXAMPLES]


def kept(data: dict[str, Any]) -> tuple[Browser, Client, Consultation, Membership]:
    _, member, client = place_for(data)
    made = record_consultation(
        client=client, author=member.user, data=data, known=KNOWN, now=people.NOW
    )
    return people.browser(member), client, made.consultation, member


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_worked_example_has_its_pages(path: Any) -> None:
    browser, client, row, _ = kept(example(path))
    for name in ("detail", "plan"):
        answer = browser.get(address(name, client, row))
        assert answer.status_code == 200
        assert "None" not in text(answer.content.decode())


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_every_claim_of_the_plan_has_its_note_and_every_link_its_end(path: Any) -> None:
    browser, client, row, _ = kept(example(path))
    page = browser.get(address("plan", client, row)).content.decode()
    linked = set(re.findall(r'<a class="cite[^"]*" href="#([^"]+)"', page))
    notes = set(re.findall(r'<li id="([a-z]+\.[^"]+)">', page))
    assert linked == notes
    version = row.versions.get()
    plan = selectors.judged(version, KNOWN).plan
    assert cited_claims(still_ahead(plan)) | cited_claims(chosen(plan)) == notes


def still_ahead(plan: Plan) -> Plan:
    """The plan but for its zones, and without waits that are over."""
    ready = plan.preparation
    if ready is not None:
        stops = tuple(stop for stop in ready.stops if stop.last_day.on >= plan.judged_on)
        ready = msgspec.structs.replace(ready, stops=stops)
    return msgspec.structs.replace(plan, zones=(), preparation=ready)


def chosen(plan: Plan) -> list[object]:
    """The protocols; those for other devices at hand stay off the page."""
    return [made for zone in plan.zones for made in zone.protocols]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_each_depth_of_the_plan_is_on_the_page(path: Any) -> None:
    browser, client, row, _ = kept(example(path))
    said = text(browser.get(address("plan", client, row)).content.decode())
    plan = selectors.judged(row.versions.get(), KNOWN).plan
    for zone in plan.zones:
        for made in zone.protocols:
            if made.depth is not None:
                assert f"{made.depth.maximum.value:g} mm" in said


def test_a_changed_claim_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    browser, client, row, _ = kept(example(EXAMPLES[1]))
    before = text(browser.get(address("plan", client, row)).content.decode())
    release = KNOWN.knowledge.release
    claim = "zone.cheek.scar-max"
    lower = msgspec.structs.replace(release.claims[claim], value=1.1)
    changed = Known(
        Knowledge(msgspec.structs.replace(release, claims={**release.claims, claim: lower})),
        KNOWN.lexicon,
    )
    for module in (views, desk):
        monkeypatch.setattr(module, "known_for", lambda _: changed)
    after = text(browser.get(address("plan", client, row)).content.decode())
    assert "1.1 mm" not in before
    assert "1.1 mm" in after


def test_no_depth_of_a_withheld_area_is_in_the_page() -> None:
    data = base()
    data["history"]["keloid"] = "unknown"
    browser, client, row, _ = kept(data)
    page = browser.get(address("plan", client, row)).content.decode()
    assert "questions are open" in text(page).lower()
    assert not re.search(r"\d\s*mm", text(page).split("Where the numbers come from")[0])
    assert "protocols" not in page


def test_it_says_that_nothing_is_signed() -> None:
    browser, client, row, _ = kept(base())
    page = browser.get(address("plan", client, row)).content.decode()
    assert "Nothing here is signed or done until" in page


def test_an_older_version_is_judged_on_its_own_day() -> None:
    browser, client, row, member = kept(base())
    later = {**base(), "date": "2026-11-21"}
    later["history"] = {**later["history"], "pregnancy": "yes"}
    record_consultation(
        client=client,
        author=member.user,
        data=later,
        known=KNOWN,
        now=people.NOW,
        consultation=row,
        base=1,
    )
    newest = text(browser.get(address("plan", client, row)).content.decode())
    older = text(browser.get(address("plan", client, row) + "?version=1").content.decode())
    assert "judged on 21 November 2026" in newest
    assert "judged on 20 November 2026" in older
    assert "This is an older version, judged on its own day." in older
    assert "Refused" in newest
    assert "Refused" not in older.split("Other ways")[0]


@pytest.mark.parametrize("number", ["0", "2", "x", "-1", "9" * 30, "1;drop"])
def test_a_version_that_is_not_there_is_not_found(number: str) -> None:
    browser, client, row, _ = kept(base())
    for name in ("detail", "plan", "plan_pdf"):
        assert browser.get(address(name, client, row) + f"?version={number}").status_code == 404


DOCUMENTS = {
    "plan_pdf": ("application/pdf", b"%PDF-"),
    "consent_pdf": ("application/pdf", b"%PDF-"),
    "schedule_ics": ("text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"),
    "schedule_csv": ("text/csv; charset=utf-8", b"\xef\xbb\xbf"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_come_as_files_without_a_name_in_them(name: str) -> None:
    browser, client, row, _ = kept(base())
    answer = browser.get(address(name, client, row))
    kind, start = DOCUMENTS[name]
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == kind
    assert answer.content.startswith(start)
    assert client.name.split()[0] not in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("role", ["owner", "medical-director", "assistant"])
def test_who_may_read(role: str) -> None:
    _, client, row, _ = kept(base())
    browser = people.browser(people.member(client.clinic, role))
    for name in ("detail", "plan"):
        answer = browser.get(address(name, client, row))
        assert answer.status_code == 200
        assert ("Change it" in answer.content.decode()) is (role != "owner" and name == "detail")


def test_reception_reads_nothing() -> None:
    _, client, row, _ = kept(base())
    browser = people.browser(people.member(client.clinic, "reception"))
    for name in ("detail", "plan", *DOCUMENTS):
        assert browser.get(address(name, client, row)).status_code == 403


def test_its_queries_do_not_grow_with_versions() -> None:
    browser, client, row, member = kept(base())

    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as found:
            browser.get(address(name, client, row))
        return len(found)

    few = {name: queries(name) for name in ("detail", "plan")}
    for number in range(1, 6):
        record_consultation(
            client=client,
            author=member.user,
            data=base(),
            known=KNOWN,
            now=people.NOW,
            consultation=row,
            base=number,
        )
    assert {name: queries(name) for name in few} == few


def test_a_reading_leaves_a_row_with_the_version() -> None:
    from needlework.web.audit.models import AuditEvent

    browser, client, row, member = kept(base())
    browser.get(address("plan", client, row))
    event = AuditEvent.objects.latest("pk")
    assert (event.actor, event.client) == (member.user, client)
    assert str(row.versions.get().pk) in str(event.objects_seen)


def test_spanish_words_are_ours_and_the_engines_are_marked() -> None:
    data = base()
    data["history"]["smoking"] = "yes"
    browser, client, row, member = kept(data)
    member.user.language = "es"
    member.user.save()
    page = browser.get(address("plan", client, row)).content.decode()
    assert '<html lang="es"' in page
    assert 'lang="en"' in page


def cards(page: str) -> list[str]:
    """What each area's card says."""
    return [
        text(card)
        for card in re.findall(r'<article class="card protocol".*?</article>', page, re.DOTALL)
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_each_area_says_start_step_maximum_end_point_and_passes_in_that_order(path: Any) -> None:
    browser, client, row, _ = kept(example(path))
    said = " ".join(cards(browser.get(address("plan", client, row)).content.decode()))
    plan = selectors.judged(row.versions.get(), KNOWN).plan
    for zone in plan.zones:
        for made in zone.protocols:
            if made.depth is None or made.depth.step is None or made.needle_length is not None:
                continue
            depth, step = made.depth, made.depth.step
            cites = r"( \d+)*"
            dose = (
                rf"Start {depth.start.value:g} mm{cites} Step {step.value:g} mm{cites} "
                rf"Maximum {depth.maximum.value:g} mm{cites} End point .*? Passes \d"
            )
            assert re.search(dose, re.sub(r" +", " ", said)), (zone.zone, dose)


def test_an_area_that_waits_says_why_before_its_depths() -> None:
    browser, client, row, _ = kept(example(EXAMPLES[7]))
    page = browser.get(address("plan", client, row)).content.decode()
    forehead = next(card for card in cards(page) if "Forehead" in card)
    assert "Botulinum toxin on" in forehead.split("Start")[0]
    assert "free from Thu, 26 Nov 2026" in forehead
    assert not re.search(r"\b(STOP|DEFER|CLEAR): [A-Z]\d", text(page))


def test_other_devices_at_hand_stand_beside_an_areas_own() -> None:
    browser, client, row, _ = kept(example(EXAMPLES[2]))
    page = browser.get(address("plan", client, row)).content.decode()
    glabella = next(card for card in cards(page) if "Glabella" in card)
    assert re.search(r"Also at hand: Rejuvapen NXT \(off label, at most 0.5 mm", glabella)
