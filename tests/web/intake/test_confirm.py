"""What a client filled in waits for a practitioner; saving over it confirms it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations.kinds import asked
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.consultations.selectors import history_of, judged
from needlework.web.consultations.services import record_consultation
from needlework.web.intake.selectors import to_confirm
from needlework.web.intake.told import differences, fields_to_confirm
from needlework.web.knowledge import known_for
from needlework.web.plans.services import in_the_way
from needlework.web.records.services import retract
from tests.web import people
from tests.web.consultations.said import address, everyday, filled, send
from tests.web.intake import inside
from tests.web.plans.signed import sign_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(pat: Client) -> ConsultationVersion:
    """Filled in by Pat, a keloid and a medicine among it."""
    browser = inside.enter(pat)
    said = {
        "history__pih": ["yes"],
        "medicines": ["yes"],
        "medicines__list__0__name": ["ibuprofen"],
        "medicines__list__0__route": ["oral"],
        "medicines__list__0__daily": ["no"],
    }
    inside.fill(browser, inside.answers(**said))
    browser.post(inside.SUMMARY)
    return ConsultationVersion.objects.get()


def told_days_ago(pat: Client, days: int, told: ConsultationVersion) -> ConsultationVersion:
    """The same, filled in some days ago."""
    now = timezone.now() - timedelta(days=days)
    data = {**told.data, "date": today_in(pat.clinic, now).isoformat()}
    return record_consultation(
        client=pat,
        author=None,
        data=data,
        known=known_for(pat.clinic),
        now=now,
        origin="client",
        portal_link=told.portal_link,
    )


def confirm(version: ConsultationVersion, by: Membership, **changes: Any) -> Any:
    """The form as it is opened, with the rest answered by the practitioner, saved."""
    browser = people.browser(by)
    assert version.client is not None
    path = address("edit", version.client, version.consultation)
    page = browser.get(path).content.decode()
    theirs = {name: held for name, held in filled(page).items() if _is_of_the_form(name)}
    more = {name: held for name, held in everyday().items() if _is_open(name, theirs)}
    sent = {**more, **theirs, **{name.replace("__", "."): held for name, held in changes.items()}}
    return send(browser, path, sent, do="save")


def _is_of_the_form(name: str) -> bool:
    """The page has other forms beside it, such as the one that locks the screen."""
    questions = {part.name for part in asked().parts}
    return name.partition(".")[0] in {*questions, "base", "operator"}


def _is_open(name: str, theirs: dict[str, list[str]]) -> bool:
    return name not in theirs and not name.startswith(("concerns.", "medicines", "date"))


def words_of(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_it_waits_for_its_own_clinic(
    told: ConsultationVersion, charlie: Membership, alice: Membership
) -> None:
    assert [row.pk for row in to_confirm(told.clinic)] == [told.pk]
    assert not to_confirm(charlie.clinic)
    confirm(told, alice)
    assert not to_confirm(told.clinic)


def test_an_error_does_not_wait(told: ConsultationVersion, alice: Membership) -> None:
    record = told.consultation
    retract(record=record, author=alice.user, reason="wrong-client", now=timezone.now())
    assert not to_confirm(told.clinic)


def test_its_page_says_that_it_is_the_clients_own(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    page = people.browser(alice).get(address("detail", pat, told.consultation))
    assert page.status_code == 200
    shown = words_of(page.content.decode())
    assert "Filled in by the client on" in shown
    assert "to be confirmed" in shown
    assert "Confirm the answers" in shown


def test_the_form_marks_what_is_the_clients_and_leaves_the_rest_open(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    path = address("edit", pat, told.consultation)
    page = people.browser(alice).get(path).content.decode()
    fields = filled(page)
    assert fields["history.pih"] == ["yes"]
    assert fields["medicines.list.0.name"] == ["ibuprofen"]
    assert "phototype.clinician" not in fields
    assert "skin.infection" not in fields
    assert "history.expectation_or_body_image_concern" not in fields
    marked = re.findall(r'id="q-([\w-]+)-label">[^<]+</p><p><span class="badge badge--info">', page)
    assert "history-pih" in marked
    assert "medicines" in marked
    assert "skin-infection" not in marked
    # A form that is sent back keeps the marks.
    again = send(people.browser(alice), path, fields, base="1", do="save")
    assert again.status_code == 422
    assert "The client’s own answer" in again.content.decode()


def test_answers_of_days_ago_keep_their_day(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    earlier = told_days_ago(pat, 5, told)
    day = earlier.data["date"]
    today = today_in(pat.clinic, timezone.now())
    fields = fields_to_confirm(earlier.data, known_for(pat.clinic), today)
    assert fields["date"] == [today.isoformat()]
    assert fields["history.pregnancy.on"] == [day]
    assert fields["medicines.on"] == [day]
    assert confirm(earlier, alice).status_code == 302
    made = history_of(earlier.consultation).current
    assert made is not None
    assert made.data["date"] == today.isoformat()
    assert made.data["history"]["pregnancy"] == {"answer": "no", "on": day}
    assert made.data["medicines"]["on"] == day


def test_saving_confirms_it_in_a_new_version(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    answer = confirm(told, alice)
    assert answer.status_code == 302, words_of(answer.content.decode())[:2000]
    made = history_of(told.consultation).current
    assert made is not None
    assert (made.number, made.origin, made.author) == (2, "staff", alice.user)
    assert made.supersedes == told
    assert made.data["history"]["pih"] == "yes"
    assert made.data["phototype"]["clinician"] == everyday()["phototype.clinician"][0]
    told.refresh_from_db()
    assert told.origin == "client"


def test_what_differs_is_listed_and_what_was_added_is_not(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    confirm(told, alice, history__pih=["no"], concerns__0__scale=["goodman-baron-qualitative"])
    made = history_of(told.consultation).current
    assert made is not None
    found = differences(told, made, known_for(pat.clinic), "en")
    assert [(one.told, one.confirmed) for one in found] == [("Yes", "No")]
    page = people.browser(alice).get(address("detail", pat, told.consultation))
    shown = words_of(page.content.decode())
    assert "What differs from them" in shown
    assert "Dark marks left after inflammation or injury? The client: Yes" in shown


def test_an_assistant_does_not_confirm(told: ConsultationVersion, pat: Client) -> None:
    browser = people.browser(people.member(pat.clinic, "assistant"))
    path = address("edit", pat, told.consultation)
    for answer in (browser.get(path), send(browser, path, everyday(), base="1", do="save")):
        assert answer.status_code == 422
        assert "confirmed by a practitioner" in answer.content.decode()
    assert ConsultationVersion.objects.count() == 1


def test_its_plan_is_not_signed_before(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    today = today_in(pat.clinic, timezone.now())
    said = judged(told, known_for(pat.clinic), on=today)
    assert "not-confirmed" in [found.about for found in in_the_way(said, alice, today)]
    browser = people.browser(alice)
    page = browser.get(sign_address(told)).content.decode()
    assert 'name="password"' not in page
    answer = browser.post(
        sign_address(told),
        {"digest": "0" * 64, "number": "0", "agreed": "on", "password": people.PASSWORD},
    )
    assert answer.status_code == 422
    confirm(told, alice)
    made = history_of(told.consultation).current
    assert made is not None
    now = judged(made, known_for(pat.clinic), on=today)
    assert "not-confirmed" not in [found.about for found in in_the_way(now, alice, today)]


def test_who_was_overtaken_by_another_is_told(
    told: ConsultationVersion, pat: Client, alice: Membership
) -> None:
    assert confirm(told, alice).status_code == 302
    path = address("edit", pat, told.consultation)
    late = send(people.browser(alice), path, everyday(), base="1", do="save")
    assert late.status_code == 422
    assert "Somebody saved version" in late.content.decode()
