"""The client's form: what it asks and in which words, what it keeps, and what it refuses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from needlework.evidence import Verdict
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client
from needlework.web.consultations import kinds
from needlework.web.consultations.models import Consultation, ConsultationVersion, Draft
from needlework.web.consultations.questions import SECTIONS
from needlework.web.intake import services
from needlework.web.intake.forms import IntakeForm
from needlework.web.intake.parts import CONCERNS, PARTS, PROCEDURES, QUESTIONS, is_asked
from needlework.web.knowledge import known_for
from needlework.web.portal.models import PortalLink
from tests.web import people
from tests.web.consultations.said import filled, send
from tests.web.intake import inside
from tests.web.intake.inside import SUMMARY, give, part_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(pat: Client) -> Browser:
    return inside.enter(pat)


def page(browser: Browser, code: str) -> str:
    return browser.get(part_address(code)).content.decode()


def sent(browser: Browser, **changes: Any) -> ConsultationVersion:
    inside.fill(browser, inside.answers(**changes))
    assert browser.post(SUMMARY).status_code == 302
    return ConsultationVersion.objects.get()


# --- what is asked ----------------------------------------------------------------------------

PROFESSIONAL = (
    "phototype",
    "skin.infection",
    "skin.suspicious_lesion_or_skin_cancer",
    "skin.actinic_keratosis",
    "skin.mole_birthmark_or_vascular_lesion",
    "skin.hypertrophic_scar",
    "history.expectation_or_body_image_concern",
    "devices",
    "anaesthetic",
    "planned_products",
    "planned_prp",
    "concerns.scale",
    "concerns.grade",
    "date",
    "setting",
)


def test_what_only_a_professional_can_tell_is_not_asked(browser: Browser) -> None:
    whole = "".join(page(browser, part.id) for part in PARTS)
    names = set(re.findall(r'name="([a-z][\w.]*)"', whole))
    for path in PROFESSIONAL:
        assert not is_asked(path)
        assert not any(name == path or name.startswith(f"{path}.") for name in names), path


def test_every_question_is_one_of_the_staffs_form_and_is_asked_once() -> None:
    staff = [path for section in SECTIONS for path in section.paths]
    assert set(QUESTIONS) <= set(staff)
    assert len(QUESTIONS) == len(set(QUESTIONS))


def test_concerns_and_treatments_have_plain_names(pat: Client) -> None:
    release = known_for(pat.clinic).knowledge.release
    assert CONCERNS.keys() == release.concerns.keys()
    rows = next(part.kind for part in kinds.asked().parts if part.name == "procedures")
    assert isinstance(rows, kinds.Answer)
    listed = next(part.kind for part in rows.parts if part.name == "list")
    assert isinstance(listed, kinds.Rows)
    assert isinstance(listed.of, kinds.Fields)
    kind = next(part.kind for part in listed.of.parts if part.name == "kind")
    assert isinstance(kind, kinds.Choice)
    assert PROCEDURES.keys() <= set(kind.words)


def test_it_is_in_the_clients_language_first_and_then_as_chosen(pat: Client) -> None:
    pat.language = "es"
    pat.save()
    browser = inside.enter(pat)
    assert '<html lang="es">' in page(browser, "health")
    browser.post("/my/consultation/language/", {"language": "en"})
    assert '<html lang="en">' in page(browser, "health")
    browser.post("/my/consultation/language/", {"language": "xx"})
    assert '<html lang="en">' in page(browser, "health")


# --- what is kept -----------------------------------------------------------------------------


def test_what_was_typed_is_there_again_by_the_same_link(pat: Client) -> None:
    _, address = inside.make(pat)
    first = inside.enter(pat, address)
    give(first, "health", {"history.keloid": ["yes"]}, do="later")
    give(first, "wishes", inside.WISH, do="back")
    again = inside.enter(pat, address)
    assert filled(page(again, "health"))["history.keloid"] == ["yes"]
    assert filled(page(again, "wishes"))["concerns.0.concern"] == ["acne-scar-rolling"]


def test_nothing_of_it_is_kept_in_the_browser(browser: Browser) -> None:
    give(browser, "health", {"history.keloid": ["yes"]}, do="later")
    assert "keloid" not in str(dict(browser.session))
    assert "keloid" not in str(browser.cookies)


def test_an_open_question_is_named_and_what_was_typed_stays(browser: Browser) -> None:
    answer = give(browser, "health", {"history.keloid": ["yes"]})
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "Are you pregnant, or could you be?" in told
    assert filled(told)["history.keloid"] == ["yes"]
    assert filled(page(browser, "health"))["history.keloid"] == ["yes"]


def test_i_do_not_know_answers_every_question(browser: Browser) -> None:
    unknown = {name: ["unknown"] for name in QUESTIONS if name != "concerns"}
    inside.fill(browser, {**unknown, **inside.WISH})
    assert "Send to the clinic" in browser.get(SUMMARY).content.decode()


def test_rows_come_and_go(browser: Browser) -> None:
    said = {"medicines": ["yes"], "medicines.list.0.name": ["ibuprofen"]}
    more = give(browser, "medicines", said, do="add:medicines.list")
    assert 'name="medicines.list.1.name"' in more.content.decode()
    two = {**said, "medicines.list.1.name": ["aspirin"]}
    less = give(browser, "medicines", two, do="drop:medicines.list.0").content.decode()
    assert filled(less)["medicines.list.1.name"] == ["aspirin"]
    assert "medicines.list.0.name" not in filled(page(browser, "medicines"))


def test_a_name_that_may_mean_another_is_asked_about_once(browser: Browser) -> None:
    said = {name: ["no"] for name in ("new_medicines_or_antibiotics", "products")} | {
        "medicines": ["yes"],
        "medicines.list.0.name": ["isotretinoine"],
        "medicines.list.0.route": ["oral"],
        "medicines.list.0.daily": ["unknown"],
    }
    asked = give(browser, "medicines", said)
    assert asked.status_code == 200
    offered = re.findall(
        r'name="medicines.list.0.confirmed_as" value="([^"]+)"', asked.content.decode()
    )
    assert offered
    assert ">isotretinoine</a>" in asked.content.decode()
    chosen = {**said, "medicines.list.0.confirmed_as": offered[:1]}
    assert give(browser, "medicines", chosen).status_code == 302
    none = {**said, "medicines.list.0.confirmed_as": [""]}
    assert give(browser, "medicines", none).status_code == 302


def test_a_part_that_there_is_not_leads_to_the_start(browser: Browser) -> None:
    assert browser.get(part_address("nothing")).headers["Location"] == inside.START


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "operator",
        "operator.profession",
        "clearances.0.rule",
        "phototype.clinician",
        "client.birth_date",
        "client",
        "date",
        "setting",
        "jurisdiction",
        "format",
        "skin.suspicious_lesion_or_skin_cancer",
        "history.keloid.on",
        "history.diabetes.hba1c_percent",
        "portal_link",
        "origin",
        "nothing.of.the.kind",
        "skin.fever",
        "concerns.0.grade",
    ],
)
def test_what_the_part_does_not_ask_is_refused_in_a_sentence(browser: Browser, name: str) -> None:
    said = inside.of_part("health", inside.answers())
    answer = give(browser, "health", {**said, name: ["yes"]})
    assert answer.status_code == 422
    assert f"The form has no place for what was sent as: {name}." in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("do", ["add:devices", "drop:history.keloid", "add:medicines.list", "add"])
def test_only_its_own_lists_grow(browser: Browser, do: str) -> None:
    assert give(browser, "health", {}, do=do).status_code == 422
    assert not Draft.objects.exists()


def test_a_tampered_draft_says_nothing_for_a_professional(pat: Client, browser: Browser) -> None:
    inside.fill(browser)
    draft = Draft.objects.get()
    odd = {"phototype.clinician": ["I"], "date": ["2020-01-01"], "planned_prp": ["yes"]}
    Draft.objects.update(fields={**draft.fields, **odd})
    browser.post(SUMMARY)
    data = ConsultationVersion.objects.get().data
    assert data["date"] == today_in(pat.clinic, timezone.now()).isoformat()
    assert "phototype" not in data
    assert "planned_prp" not in data


@pytest.mark.parametrize("days", [-40_000, 2, 4000])
def test_a_day_that_cannot_be_gets_a_sentence_in_plain_words(
    pat: Client, browser: Browser, days: int
) -> None:
    give(browser, "wishes", inside.WISH)
    day = (today_in(pat.clinic, timezone.now()) + timedelta(days=days)).isoformat()
    said = inside.of_part("procedures", inside.answers(procedures=["yes"]))
    rows = {"procedures.list.0.kind": ["laser-unknown"], "procedures.list.0.on": [day]}
    answer = give(browser, "procedures", {**said, **rows})
    assert answer.status_code == 422
    assert "Check this day and its year" in answer.content.decode()


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "x" * 500, "<script>alert(1)</script>", "=1+1"])
def test_odd_text_is_kept_as_text_or_told_of(browser: Browser, text: str) -> None:
    said = {"allergies": ["yes"], "allergies.list.0.name": [text], "conditions": ["no"]}
    answer = give(browser, "illnesses", said)
    assert answer.status_code in {200, 422}
    assert "<script>alert" not in answer.content.decode()
    assert browser.get(SUMMARY).status_code == 200


def test_what_is_not_whole_is_not_sent(browser: Browser) -> None:
    give(browser, "wishes", inside.WISH)
    answer = browser.post(SUMMARY)
    assert answer.status_code == 422
    assert "Some questions are still open." in answer.content.decode()
    assert not Consultation.objects.exists()


def test_what_is_sent_with_the_last_step_changes_nothing(pat: Client, browser: Browser) -> None:
    other = people.person(pat.clinic, "Somebody Else")
    inside.fill(browser)
    browser.post(SUMMARY, {"client": str(other.pk), "phototype.clinician": "I", "author": "1"})
    version = ConsultationVersion.objects.get()
    assert version.client == pat
    assert "phototype" not in version.data


# --- what is made -----------------------------------------------------------------------------


def test_it_makes_a_consultation_of_the_clients_own(pat: Client, browser: Browser) -> None:
    version = sent(browser, history__pih=["yes"])
    link = PortalLink.objects.get()
    assert (version.origin, version.author, version.number) == ("client", None, 1)
    assert version.portal_link == version.consultation.portal_link == link.pk
    assert (version.clinic, version.client) == (pat.clinic, pat)
    assert version.data["history"]["pih"] == "yes"
    assert version.data["concerns"] == [
        {"concern": "acne-scar-rolling", "zones": ["cheek-left", "cheek-right"]}
    ]
    assert not {"operator", "clearances", "devices", "anaesthetic"} & version.data.keys()
    link.refresh_from_db()
    assert link.revoked_at is not None


def test_the_audit_names_the_link_and_what_came_of_it(pat: Client, browser: Browser) -> None:
    version = sent(browser)
    row = AuditEvent.objects.filter(action="intake.summary", method="POST").get()
    assert row.portal_link == version.portal_link
    assert row.client_id == pat.pk
    assert {"type": "consultations.consultationversion", "id": str(version.pk)} in row.objects_seen
    assert "keloid" not in str(list(AuditEvent.objects.values()))


def test_sent_twice_it_makes_one(browser: Browser) -> None:
    inside.fill(browser)
    first, second = browser.post(SUMMARY), browser.post(SUMMARY)
    assert first.status_code == 302
    assert "your answers have arrived" in second.content.decode()
    assert Consultation.objects.count() == 1


def test_of_two_who_send_at_once_one_makes_it(pat: Client, browser: Browser) -> None:
    inside.fill(browser)
    link, known, now = PortalLink.objects.get(), known_for(pat.clinic), timezone.now()
    form = IntakeForm(
        Draft.objects.get().fields,
        client=pat,
        known=known,
        language="en",
        today=today_in(pat.clinic, now),
    )
    made = [services.send_answers(link=link, form=form, known=known, now=now) for _ in range(2)]
    assert made[0] is not None
    assert made[1] is None
    assert Consultation.objects.count() == 1


def test_the_client_is_told_no_verdict(browser: Browser) -> None:
    give(browser, "wishes", inside.WISH)
    version = sent(browser, history__pregnancy=["yes"], history__keloid=["yes"])
    assert version.data["history"]["pregnancy"] == "yes"
    told = browser.get(inside.START).content.decode()
    assert "What happens next" in told
    assert "emergency number" in told
    for word in (*(verdict.name for verdict in Verdict), "pregnan", "keloid", "finding"):
        assert word not in told


def test_the_summary_shows_what_is_sent(browser: Browser) -> None:
    inside.fill(browser, inside.answers(history__smoking=["yes"]))
    shown = " ".join(re.sub(r"<[^>]+>", " ", browser.get(SUMMARY).content.decode()).split())
    assert "Do you smoke? Yes" in shown
    assert "What is it? Acne scars: shallow, wavy dents, Where is it? Cheek" in shown


def test_a_consultation_can_be_sent_for_someone_elsewhere_only_by_their_link(
    pat: Client, browser: Browser
) -> None:
    other = people.person(people.clinic("elsewhere", name="Elsewhere"), "Other Person")
    inside.fill(browser)
    theirs = inside.enter(other)
    assert "acne-scar-rolling" not in str(filled(page(theirs, "wishes")))
    send(theirs, SUMMARY, {})
    assert not Consultation.objects.exists()
