"""The pages of clearances: each address for each role in each state, and whatever is attached."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any, Final, Literal, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from needlework.web.blobs.models import Blob
from needlework.web.blobs.services import open_blob
from needlework.web.blobs.sniff import LARGEST_BYTES
from needlework.web.clearances.models import Clearance, ClearanceReminder, ClearanceRequest
from needlework.web.clearances.services import (
    answer_request,
    ask_clearance,
    key_of,
    override_finding,
)
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.consultations.models import ConsultationVersion
from needlework.web.knowledge import known_for
from needlework.web.records.services import retract
from tests.web import people
from tests.web.blobs import content
from tests.web.clearances.asked import WAITS, consulted, found
from tests.web.plans.signed import hidden

pytestmark = pytest.mark.django_db

State = Literal["open", "answered", "overridden", "withdrawn"]
STATES: Final[tuple[State, ...]] = ("open", "answered", "overridden", "withdrawn")
PAGES: Final = ("waiting", "list", "ask", "override", "answer", "remind")
QUESTION: Final = "Has an antiviral been considered?"
CONDITIONS: Final = "Only with an antiviral."
WORDS: Final = "No lesion for ten years."
READERS: Final = {"owner", "medical-director", "practitioner", "assistant"}
CARE: Final = READERS - {"owner"}
CLEARERS: Final = {"medical-director", "practitioner"}
MAY: Final = {
    "waiting": READERS,
    "list": READERS,
    "ask": CARE,
    "override": CLEARERS,
    "answer": CLEARERS,
    "remind": CARE,
}


class Case(NamedTuple):
    """A finding that was asked about, and what has become of it."""

    version: ConsultationVersion
    request: ClearanceRequest
    key: str

    def address(self, page: str, clinic: str = "harbour") -> str:
        if page == "waiting":
            return reverse("clearances:waiting", args=(clinic,))
        if page in ("answer", "remind"):
            return reverse(f"clearances:{page}", args=(clinic, self.request.pk))
        about = (self.key,) if page in ("ask", "override") else ()
        where = (clinic, self.version.client_id, self.version.consultation_id)
        return reverse(f"clearances:{page}", args=(*where, *about))


@pytest.fixture
def case(pat: Client, alice: Membership) -> Case:
    version = consulted(pat, alice, **WAITS)
    finding = found(version)
    request = ask_clearance(
        version=version,
        finding=finding,
        question=QUESTION,
        due_on=day(pat.clinic, 7),
        author=alice.user,
        now=timezone.now(),
        asked=alice,
    )
    return Case(version, request, key_of(finding))


def day(clinic: Clinic, days: int = 0) -> Any:
    return today_in(clinic, timezone.now()) + timedelta(days=days)


def bring_about(case: Case, state: State, by: Membership) -> None:
    given: dict[str, Any] = {
        "member": by,
        "knowledge": known_for(by.clinic).knowledge,
        "reach": "course",
        "valid_until": day(by.clinic, 100),
        "words": WORDS,
        "conditions": CONDITIONS,
        "now": timezone.now(),
    }
    if state == "overridden":
        override_finding(
            version=case.version,
            finding=found(case.version),
            reason="examined",
            request=case.request,
            **given,
        )
    if state in ("answered", "withdrawn"):
        made = answer_request(request=case.request, outcome="cleared", **given)
        if state == "withdrawn":
            retract(record=made, author=by.user, reason="wrong-client", now=timezone.now())


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


# --- who, where, and in which state -------------------------------------------------------------


def expected(page: str, role: str, state: State) -> int:
    if role not in MAY[page]:
        return 403
    if page == "remind":
        return 405
    is_open = state in ("open", "withdrawn")
    # What is no longer open has no form of its own: a sentence says so.
    return 200 if is_open or page not in ("ask", "override") else 422


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("page", PAGES)
def test_each_address_for_each_role(
    page: str, state: State, case: Case, alice: Membership, harbour: Clinic
) -> None:
    bring_about(case, state, alice)
    for role, member in people.everyone(harbour).items():
        answer = people.browser(member).get(case.address(page))
        assert answer.status_code == expected(page, role, state), role


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("page", PAGES)
def test_each_address_for_strangers(
    page: str, state: State, case: Case, alice: Membership, charlie: Membership
) -> None:
    bring_about(case, state, alice)
    for address in (case.address(page), case.address(page, "elsewhere")):
        told = people.browser().get(address)
        assert (told.status_code, "/accounts/login/" in told.headers["Location"]) == (302, True)
    stranger = people.browser(charlie)
    assert stranger.get(case.address(page)).status_code == 404
    theirs = stranger.get(case.address(page, "elsewhere"))
    assert theirs.status_code in ({200} if page == "waiting" else {404, 405})
    assert QUESTION not in text(theirs)
    post = stranger.post(case.address(page, "elsewhere"), {"outcome": "cleared"})
    assert post.status_code in {404, 405}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("state", STATES)
def test_what_the_pages_say(state: State, language: str, case: Case, alice: Membership) -> None:
    bring_about(case, state, alice)
    alice.user.language = language
    alice.user.save(update_fields=["language"])
    browser = people.browser(alice)
    pages = {name: text(browser.get(case.address(name))) for name in ("waiting", "list", "answer")}
    assert f'<html lang="{language}"' in pages["list"]
    is_open = state in ("open", "withdrawn")
    assert (QUESTION in pages["waiting"]) is is_open
    assert (CONDITIONS in pages["list"]) is not is_open
    assert (WORDS in pages["list"]) is not is_open
    assert (case.key in pages["list"]) is is_open
    assert ('name="outcome"' in pages["answer"]) is is_open
    home = text(browser.get("/clinic/harbour/"))
    assert (str(case.request.pk) in home) is is_open


def test_the_plan_waits_again_once_an_answer_was_an_error(case: Case, alice: Membership) -> None:
    bring_about(case, "withdrawn", alice)
    browser = people.browser(alice)
    for page in ("answer", "override"):
        assert hidden(text(browser.get(case.address(page))), "seen") == str(
            Clearance.objects.get().pk
        )
    given = answer_form(alice.clinic, seen=str(Clearance.objects.get().pk))
    assert browser.post(case.address("answer"), given).status_code == 302
    assert Clearance.objects.current().count() == 1


# --- asking, answering, overriding --------------------------------------------------------------


def ask_form(clinic: Clinic, who: Membership | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "asked": str(who.pk) if who else "outside",
        "asked_name": "" if who else "Dr Vale",
        "question": QUESTION,
        "due_on": day(clinic, 7).isoformat(),
        **changes,
    }


def answer_form(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {
        "outcome": "cleared",
        "conditions": CONDITIONS,
        "words": WORDS,
        "reach": "course",
        "valid_until": day(clinic, 100).isoformat(),
        "seen": "",
        **changes,
    }


def override_form(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    return {**answer_form(clinic), "reason": "examined", **changes}


def test_asked_reminded_and_answered(case: Case, alice: Membership, harbour: Clinic) -> None:
    nora = people.member(harbour, "assistant", email="nora@harbour.example", profession="")
    browser = people.browser(nora)
    assert browser.post(case.address("remind")).status_code == 302
    assert "reminded 1 time" in text(browser.get(case.address("waiting")))
    assert ClearanceReminder.objects.get().author == nora.user
    assert browser.post(case.address("answer"), answer_form(harbour)).status_code == 403
    done = people.browser(alice).post(case.address("answer"), answer_form(harbour), follow=True)
    assert CONDITIONS in text(done)
    assert Clearance.objects.get().request == case.request


def test_a_question_that_is_sent_twice_is_put_once(case: Case, alice: Membership) -> None:
    browser = people.browser(alice)
    sent = {
        "asked": "outside",
        "asked_name": "Dr Ruiz",
        "question": "Is she well enough?",
        "due_on": day(alice.clinic, 3).isoformat(),
    }
    for _tap in range(2):
        letter = SimpleUploadedFile("letter.png", content.picture("PNG"), "image/png")
        answer = browser.post(case.address("ask"), {**sent, "letter": letter})
        assert answer.status_code == 302
    assert ClearanceRequest.objects.filter(asked_name="Dr Ruiz").count() == 1
    assert Blob.objects.filter(kind="letter").count() == 1
    # Somebody else, or something else, is asked beside.
    browser.post(case.address("ask"), {**sent, "asked_name": "Dr Sanz"})
    browser.post(case.address("ask"), {**sent, "question": "And in summer?"})
    assert ClearanceRequest.objects.exclude(pk=case.request.pk).count() == 3


def test_a_nurse_sees_the_question_and_may_not_answer(case: Case, harbour: Clinic) -> None:
    nurse = people.member(harbour, "practitioner", email="nora@harbour.example", profession="nurse")
    browser = people.browser(nurse)
    page = text(browser.get(case.address("answer")))
    assert QUESTION in page
    assert "role or licence does not allow" in page
    assert 'name="outcome"' not in page
    sent = browser.post(case.address("answer"), answer_form(harbour))
    assert sent.status_code == 422
    assert "role or licence does not allow" in text(sent)
    assert CONDITIONS in text(sent)
    assert browser.post(case.address("override"), override_form(harbour)).status_code == 422
    assert not Clearance.objects.exists()


def test_whoever_clears_it_has_answered_who_asked(case: Case, alice: Membership) -> None:
    browser = people.browser(alice)
    done = browser.post(case.address("override"), override_form(alice.clinic))
    assert done.status_code == 302
    assert Clearance.objects.get().request == case.request
    assert QUESTION not in text(browser.get(case.address("waiting")))
    assert "Cleared by" in text(browser.get(case.address("answer")))


def test_a_refusal_that_is_lifted_leaves_nobody_waiting(case: Case, alice: Membership) -> None:
    browser = people.browser(alice)
    refused = answer_form(alice.clinic, outcome="refused")
    assert browser.post(case.address("answer"), refused).status_code == 302
    seen = hidden(text(browser.get(case.address("override"))), "seen")
    lifted = override_form(alice.clinic, seen=seen)
    assert browser.post(case.address("override"), lifted).status_code == 302
    assert QUESTION not in text(browser.get(case.address("waiting")))
    assert "Cleared by" in text(browser.get(case.address("answer")))


@pytest.mark.parametrize("outcome", ["cleared", "refused"])
def test_of_two_who_answer_at_once_one_wins_and_the_other_is_told(
    outcome: str, case: Case, alice: Membership, harbour: Clinic
) -> None:
    dora = people.member(harbour, "medical-director", email="dora@harbour.example")
    first, second = people.browser(alice), people.browser(dora)
    for browser in (first, second):
        assert 'name="outcome"' in text(browser.get(case.address("answer")))
    sent = answer_form(harbour, outcome=outcome)
    assert first.post(case.address("answer"), sent).status_code == 302
    late = second.post(case.address("answer"), answer_form(harbour, words="Wait for spring."))
    assert late.status_code == 422
    page = text(late)
    assert "This is what you wrote:" in page or "Somebody else has changed this record" in page
    assert "Wait for spring." in page
    assert 'role="alert"' in page
    assert [(row.author, row.outcome) for row in Clearance.objects.all()] == [(alice.user, outcome)]


def test_of_two_who_override_at_once_the_other_is_told(
    case: Case, alice: Membership, harbour: Clinic
) -> None:
    dora = people.member(harbour, "medical-director", email="dora@harbour.example")
    assert people.browser(dora).get(case.address("override")).status_code == 200
    sent = override_form(harbour)
    assert people.browser(alice).post(case.address("override"), sent).status_code == 302
    late = people.browser(dora).post(case.address("override"), sent)
    assert late.status_code == 422
    assert "no longer open" in text(late)
    assert Clearance.objects.get().author == alice.user


def test_a_refusal_met_while_overriding_is_told(
    case: Case, alice: Membership, harbour: Clinic
) -> None:
    dora = people.member(harbour, "medical-director", email="dora@harbour.example")
    refused = answer_form(harbour, outcome="refused", words="Not this year.")
    assert people.browser(alice).post(case.address("answer"), refused).status_code == 302
    late = people.browser(dora).post(
        case.address("override"), override_form(harbour, words="Seen, and it is fine.")
    )
    assert late.status_code == 422
    for words in ("Somebody else has changed", "Refused by", "Not this year.", "Seen, and it is"):
        assert words in text(late)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": ""},
        {"outcome": "perhaps"},
        {"reach": "for-ever"},
        {"valid_until": ""},
        {"valid_until": "2020-01-01"},
        {"valid_until": "2999-01-01"},
        {"conditions": "x" * 201},
        {"words": "x" * 2001},
        {"words": "a\x00b"},
        {"outside_name": "Dr Vale"},
    ],
)
def test_an_answer_that_cannot_stand_keeps_what_was_typed(
    changes: dict[str, str], case: Case, alice: Membership
) -> None:
    sent = {**answer_form(alice.clinic), **changes}
    answer = people.browser(alice).post(case.address("answer"), sent)
    assert answer.status_code == 422
    page = text(answer)
    assert "field__error" in page
    if "conditions" not in changes:
        assert CONDITIONS in page
    assert not Clearance.objects.exists()


def test_a_refusal_needs_no_day_and_stands(case: Case, alice: Membership) -> None:
    browser = people.browser(alice)
    sent = answer_form(alice.clinic, outcome="refused", valid_until="")
    assert browser.post(case.address("answer"), sent).status_code == 302
    assert "holds until" not in text(browser.get(case.address("list")))
    assert Clearance.objects.get().outcome == "refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"asked": ""},
        {"asked": "nobody"},
        {"asked": "outside", "asked_name": " "},
        {"question": " "},
        {"question": ""},
        {"due_on": "yesterday"},
        {"due_on": "2020-01-01"},
    ],
)
def test_a_question_that_cannot_stand_keeps_what_was_typed(
    changes: dict[str, str], case: Case, alice: Membership
) -> None:
    sent = ask_form(alice.clinic, alice, asked_contact="Elm Practice", **changes)
    answer = people.browser(alice).post(case.address("ask"), sent)
    assert answer.status_code == 422
    assert "field__error" in text(answer)
    assert "Elm Practice" in text(answer)
    assert ClearanceRequest.objects.count() == 1


def test_nobody_of_another_clinic_is_asked(
    case: Case, alice: Membership, charlie: Membership
) -> None:
    answer = people.browser(alice).post(case.address("ask"), ask_form(alice.clinic, charlie))
    assert answer.status_code == 422
    assert ClearanceRequest.objects.count() == 1


# --- letters ------------------------------------------------------------------------------------

SCRIPT: Final = b"<script>document.location='https://example.org'</script>"


def oversized() -> bytes:
    return b"%PDF-1.7\n" + b"\0" * LARGEST_BYTES


REFUSED: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "a script that is called a PDF": ("letter.pdf", lambda: SCRIPT),
    "a PDF after a script": ("letter.pdf", lambda: SCRIPT + content.pdf()),
    "a PDF that acts": ("letter.pdf", lambda: content.acting("JavaScript")),
    "an archive": ("letter.pdf", content.archive),
    "a drawing that can act": ("letter.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "a picture of a billion pixels": ("letter.png", lambda: content.png_head(60_000, 60_000)),
    "nothing": ("letter.pdf", lambda: b""),
    "too much": ("letter.pdf", oversized),
}


def attached(name: str, held: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, held, content_type="application/pdf")


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("page", ["ask", "answer"])
def test_a_letter_that_is_none_is_refused_with_a_sentence(
    page: str, what: str, case: Case, alice: Membership
) -> None:
    name, made = REFUSED[what]
    clinic = alice.clinic
    sent = ask_form(clinic, alice) if page == "ask" else answer_form(clinic, outside_name="Dr Vale")
    answer = people.browser(alice).post(
        case.address(page), {**sent, "letter": attached(name, made())}
    )
    assert answer.status_code == 422
    said = text(answer)
    assert "field__error" in said
    assert (QUESTION if page == "ask" else CONDITIONS) in said
    assert "document.location" not in said
    assert not Blob.objects.filter(kind="letter").exists()
    assert (ClearanceRequest.objects.count(), Clearance.objects.count()) == (1, 0)


def test_a_large_photo_of_a_letter_is_taken(case: Case, alice: Membership) -> None:
    """As a telephone makes it: larger than any form without a file."""
    held = content.picture("PNG", (1200, 900)) + b"\0" * (4 * 1024 * 1024)
    sent = ask_form(alice.clinic, alice, letter=attached("letter.png", held))
    assert people.browser(alice).post(case.address("ask"), sent).status_code == 302
    assert Blob.objects.get(kind="letter").size_bytes < len(held)


def test_a_picture_that_is_two_things_and_tells_too_much_is_drawn_anew(
    case: Case, alice: Membership
) -> None:
    held = content.picture("JPEG", has_exif=True) + content.archive() + SCRIPT
    assert content.SECRET in held
    sent = ask_form(alice.clinic, alice, letter=attached("letter.pdf", held))
    assert people.browser(alice).post(case.address("ask"), sent).status_code == 302
    letter = Blob.objects.get(kind="letter")
    kept = open_blob(letter)
    for inside in (content.SECRET, SCRIPT, b"PK\x03\x04"):
        assert inside not in kept
    assert (letter.media_type, letter.client) == ("image/jpeg", case.version.client)
    shown: Browser = people.browser(alice)
    served = shown.get(reverse("blobs:blob", args=("harbour", letter.pk)))
    assert served.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in served.headers["Content-Security-Policy"]


def test_a_letter_is_not_kept_where_the_answer_is_not(
    case: Case, alice: Membership, harbour: Clinic
) -> None:
    dora = people.member(harbour, "medical-director", email="dora@harbour.example")
    assert (
        people.browser(alice).post(case.address("answer"), answer_form(harbour)).status_code == 302
    )
    again = answer_form(harbour, letter=attached("letter.pdf", content.pdf()))
    assert people.browser(dora).post(case.address("answer"), again).status_code == 422
    assert not Blob.objects.filter(kind="letter").exists()
