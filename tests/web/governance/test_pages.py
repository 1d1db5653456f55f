"""The pages of the knowledge: who may see and do what, and what comes of whatever is sent."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Client, Clinic, Membership
from needlework.web.governance import board
from needlework.web.governance.models import Decision
from needlework.web.knowledge import known_for
from tests.web import people
from tests.web.governance import deciding
from tests.web.governance.deciding import MAX, WAIT, decide, signed
from tests.web.records_of import records_of

pytestmark = pytest.mark.django_db
BASE = "/clinic/harbour/knowledge/"
ME = {"password": people.PASSWORD}
PAGES = (
    "",
    "claims/",
    "claims/?used=0&show=all&topic=zone&entry=zone.cheek&mark=all",
    "claims/?used=0&show=all&q=cheek+scars&page=2",
    f"claims/{MAX}/",
    "claims/rule.c1.class/",
    "claims/rule.c13.override/",
    "claims/home.limits.zones/",
    "claims/aftercare.actives.classes/",
    "releases/",
    "products/",
)
HOSTILE = (
    "\x00",
    "'; drop table",
    "<script>alert(1)</script>",
    "%",
    "٣",
    "-1",
    "9" * 40,
    "é" * 500,
)


@pytest.fixture
def dora(harbour: Clinic) -> Membership:
    return deciding.director(harbour)


@pytest.fixture
def director(dora: Membership) -> Browser:
    return people.browser(dora)


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def mark(clinic: Clinic, claim: str) -> str:
    row = board.row(clinic, claim)
    assert row is not None
    return row.mark


def send(director: Browser, claim: str, clinic: Clinic, **given: str) -> Any:
    data = {"seen": mark(clinic, claim), "password": people.PASSWORD, **given}
    return director.post(f"{BASE}claims/{claim}/decide/", data)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_in_both_languages(
    director: Browser, dora: Membership, harbour: Clinic, path: str, language: str
) -> None:
    records_of(harbour, people.member(harbour, "practitioner"))
    for claim, choice, value in ((WAIT, "tighten", 42), (MAX, "reject", None)):
        decide(dora, claim, choice, value)  # type: ignore[arg-type]
    answer = director.get(BASE + path, headers={"accept-language": language})
    assert answer.status_code == 200
    page = text(answer)
    assert f'<html lang="{language}"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=", page)


def test_a_list_is_swapped_by_htmx_alone(director: Browser) -> None:
    answer = director.get(f"{BASE}claims/?used=0&topic=zone", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    page = text(answer)
    assert page.lstrip().startswith('<div id="results"')
    assert "Deepest setting" in page


def test_an_owner_reads_and_decides_nothing(harbour: Clinic) -> None:
    owner = people.browser(people.member(harbour, "owner"))
    for path in PAGES:
        answer = owner.get(BASE + path)
        assert answer.status_code == 200
        page = text(answer)
        sent = set(re.findall(r'method="post" action="([^"]*)"', page))
        assert not [where for where in sent if where.startswith(BASE)], path
    for path in ("claims/confirm/", "claims/approve/", "products/change/"):
        assert owner.post(BASE + path, {"claim": MAX}).status_code == 403
    assert owner.post(f"{BASE}claims/{MAX}/decide/", {"choice": "approve"}).status_code == 403
    assert not Decision.objects.exists()


@pytest.mark.parametrize("role", ["practitioner", "assistant", "reception"])
def test_others_neither_see_nor_find_the_link(harbour: Clinic, role: str) -> None:
    who = people.browser(people.member(harbour, role))
    assert who.get(BASE).status_code == 403
    assert BASE not in text(who.get("/clinic/harbour/"))
    assert BASE in text(people.browser(deciding.director(harbour)).get("/clinic/harbour/"))


def test_a_batch_is_shown_whole_and_then_approved(director: Browser, harbour: Clinic) -> None:
    marked = [f"{claim}~{mark(harbour, claim)}" for claim in (MAX, WAIT)]
    where = {"topic": "", "show": "asking", "used": "0"}
    shown = director.post(f"{BASE}claims/confirm/", {**where, "claim": marked})
    assert shown.status_code == 200
    assert "Approve these 2 claims?" in text(shown)
    assert not Decision.objects.exists()
    sent = re.findall(r'name="claim" value="([^"]+)"', text(shown))
    assert sorted(sent) == sorted(marked)
    done = director.post(f"{BASE}claims/approve/", {**where, "claim": sent, **ME}, follow=True)
    assert "2 claims are approved." in text(done)
    assert {MAX, WAIT} <= known_for(harbour).knowledge.approved
    assert len(set(Decision.objects.values_list("batch", flat=True))) == 1
    noted = AuditEvent.objects.filter(action="governance.approve").get()
    assert len([one for one in noted.objects_seen if one["type"] == "governance.decision"]) == 2


def test_all_of_a_list_may_be_marked_at_once(director: Browser, harbour: Clinic) -> None:
    shown = director.post(
        f"{BASE}claims/confirm/", {"topic": "zone", "show": "asking", "used": "0", "all": "1"}
    )
    sent = re.findall(r'name="claim" value="([^"]+)"', text(shown))
    assert len(sent) > board.PAGE
    done = director.post(f"{BASE}claims/approve/", {"claim": sent, "topic": "zone", **ME})
    assert done.status_code == 302
    left = director.get(f"{BASE}claims/?topic=zone&used=0&show=asking")
    assert "0 claims" in text(left)


def test_nothing_marked_says_what_to_do(director: Browser) -> None:
    for path in ("confirm", "approve"):
        answer = director.post(f"{BASE}claims/{path}/", {"topic": "zone", "used": "0"})
        assert answer.status_code == 422
        assert "No claim was marked." in text(answer)
        assert "Deepest setting" in text(answer)


def test_too_many_at_once_are_refused(director: Browser) -> None:
    answer = director.post(f"{BASE}claims/confirm/", {"show": "asking", "used": "0", "all": "1"})
    assert answer.status_code == 422
    assert "at most 300" in text(answer)


def test_a_batch_that_somebody_overtook_is_not_approved(
    director: Browser, harbour: Clinic, dora: Membership
) -> None:
    seen = f"{MAX}~{mark(harbour, MAX)}"
    decide(dora, MAX, "reject")
    answer = director.post(f"{BASE}claims/approve/", {"claim": [seen], "used": "0", **ME})
    assert answer.status_code == 422
    assert "meanwhile" in text(answer)
    assert known_for(harbour).knowledge.rejected == {MAX}


def test_tighten_reject_and_take_back(director: Browser, harbour: Clinic) -> None:
    for typed, value in (("1,25", 1.25), (" 1.0 ", 1.0)):
        done = send(director, MAX, harbour, choice="tighten", value=typed, because="Thin skin.")
        assert done.status_code == 302
        assert known_for(harbour).knowledge.number(MAX).value == value
    assert send(director, MAX, harbour, choice="reject", because="We doubt it.").status_code == 302
    assert known_for(harbour).knowledge.rejected == {MAX}
    assert send(director, MAX, harbour, choice="undecide").status_code == 302
    page = text(director.get(f"{BASE}claims/{MAX}/"))
    told = re.findall(r'timeline__what">([A-Z][a-z ]+)', page)
    assert [word.strip() for word in told] == ["Taken back", "Rejected", "Tightened", "Tightened"]
    assert page.index("We doubt it.") < page.index("Thin skin.")


@pytest.mark.parametrize(
    ("claim", "given", "value"),
    [
        ("rule.c13.override", {"value": "NO"}, "NO"),
        ("home.limits.zones", {"value": "neck"}, ["neck"]),
        ("home.limits.zones", {}, []),
        (WAIT, {"value": "42"}, 42),
    ],
)
def test_each_kind_of_value_is_tightened_in_its_own_field(
    director: Browser, harbour: Clinic, claim: str, given: dict[str, str], value: Any
) -> None:
    done = send(director, claim, harbour, choice="tighten", because="Our choice.", **given)
    assert done.status_code == 302, text(done)
    assert known_for(harbour).knowledge.claims[claim].value == value


def test_words_are_added_to_a_list_that_grows_stricter(director: Browser, harbour: Clinic) -> None:
    claim = "aftercare.actives.classes"
    before = known_for(harbour).knowledge.claims[claim].words
    typed = "Azelaic acid\n\nAzelaic acid\naha"
    send(director, claim, harbour, choice="tighten", value=typed, because="Irritating.")
    assert known_for(harbour).knowledge.claims[claim].words == (*before, "azelaic-acid")


@pytest.mark.parametrize(
    "value", ["", "2", "abc", "NaN", "inf", "1e999", "1_0", "0x1", "-1", "١", "1 mm", "9" * 30]
)
def test_a_value_that_cannot_stand_keeps_what_was_typed(
    director: Browser, harbour: Clinic, value: str
) -> None:
    answer = send(director, MAX, harbour, choice="tighten", value=value, because="Our wisdom.")
    assert answer.status_code == 422
    assert "Our wisdom." in text(answer)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"choice": "tighten", "value": "1.0", "because": ""},
        {"choice": "reject", "because": " "},
        {"choice": "reject", "because": "x" * 2001},
        {"choice": "reject", "because": "a\x00b"},
        {"choice": "perhaps", "because": "So."},
        {"choice": "undecide"},
        {"because": "So."},
        {"choice": "approve", "seen": "another"},
        {"choice": "approve", "seen": ""},
    ],
)
def test_what_cannot_be_recorded_is_told(
    director: Browser, harbour: Clinic, given: dict[str, str]
) -> None:
    answer = send(director, MAX, harbour, **given)
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer) or "field__error" in text(answer)
    assert not Decision.objects.exists()


def test_tightening_what_cannot_be_is_no_rejection(director: Browser, harbour: Clinic) -> None:
    answer = send(director, "rule.c1.class", harbour, choice="tighten", because="So.")
    assert answer.status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.parametrize("bad", HOSTILE)
def test_whatever_an_address_asks_for_is_answered(director: Browser, bad: str) -> None:
    for name in ("q", "topic", "entry", "show", "used", "page", "mark"):
        assert director.get(f"{BASE}claims/", {name: bad}).status_code == 200
    assert director.get(f"{BASE}releases/", {"release": bad}).status_code == 200
    for name in ("page", "part"):
        assert director.get(f"{BASE}claims/{MAX}/", {name: bad}).status_code == 200
        assert director.get(f"{BASE}claims/{MAX}/treated.csv", {name: bad}).status_code == 200
    for path in ("claims/confirm/", "claims/approve/"):
        answer = director.post(BASE + path, {"claim": [bad, f"{MAX}~{bad}"], "q": bad, "used": "0"})
        assert answer.status_code in {200, 422}
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", ["zone.moon.max", "nothing", "a\x00b", "<b>", "x" * 300])
def test_a_claim_that_nobody_knows_leads_to_a_search(director: Browser, name: str) -> None:
    from urllib.parse import quote

    for path in ("", "treated.csv"):
        answer = director.get(f"{BASE}claims/{quote(name)}/{path}")
        assert answer.status_code == 302
        assert director.get(answer.headers["Location"]).status_code == 200
    assert director.post(f"{BASE}claims/{quote(name)}/decide/", {}).status_code == 302


def test_words_find_claims_in_any_case_and_by_what_they_are_about(director: Browser) -> None:
    page = text(director.get(f"{BASE}claims/?used=0&show=all&q=CHEEK+deepest+scars"))
    assert "Deepest setting for scars on the cheek" in page
    assert "for scars on the nose" not in page
    spanish = director.get(
        f"{BASE}claims/?used=0&show=all&topic=zone&q=mejilla", headers={"accept-language": "es"}
    )
    assert "zone.cheek.scar-max" in text(spanish)


def test_what_our_work_uses_stands_first(director: Browser, harbour: Clinic, pat: Client) -> None:
    assert "No consultation is recorded yet" in text(director.get(BASE))
    records_of(harbour, people.member(harbour, "practitioner"))
    page = text(director.get(BASE))
    assert "Used by your work" in page
    listed = text(director.get(f"{BASE}claims/?topic=zone"))
    assert "claims/zone.cheek." in listed
    assert "claims/zone.abdomen." not in listed
    assert "claims/zone.abdomen." in text(
        director.get(f"{BASE}claims/?topic=zone&used=0&q=abdomen")
    )


def test_what_a_signed_plan_cites_is_used_too(
    director: Browser, pat: Client, dora: Membership, harbour: Clinic
) -> None:
    from needlework.web.governance.used import used_by
    from needlework.web.knowledge import shipped

    before = used_by(harbour, shipped())
    assert not before.claims
    signed(pat, dora, ["zone.abdomen.hard-cap"])
    after = used_by(harbour, shipped())
    assert "zone.abdomen.hard-cap" in after.claims
    assert after.is_whole
    assert used_by(harbour, shipped()) == after


def test_products_are_listed_and_taken_off(director: Browser, harbour: Clinic) -> None:
    put: dict[str, str] = {"choice": "allow", "product": "Lift HG", "because": "Licensed.", **ME}
    assert director.post(f"{BASE}products/change/", put).status_code == 302
    again: HttpResponse = director.post(f"{BASE}products/change/", put)  # type: ignore[assignment]
    assert again.status_code == 422
    seen = str(deciding.last(harbour))
    empty = {"choice": "allow", "product": "", "because": "", **ME}
    assert director.post(f"{BASE}products/change/", empty).status_code == 422
    nul = {"choice": "allow", "product": "a\x00", "because": "So.", **ME}
    assert director.post(f"{BASE}products/change/", nul).status_code == 422
    off = {**put, "choice": "disallow", "seen": seen}
    assert director.post(f"{BASE}products/change/", off).status_code == 302
    assert known_for(harbour).knowledge.allowed_products == ()
    assert "taken off" in text(director.get(f"{BASE}products/"))


# --- once more, who decides ----------------------------------------------------------------------


def batch(harbour: Clinic) -> dict[str, Any]:
    return {"claim": [f"{claim}~{mark(harbour, claim)}" for claim in (MAX, WAIT)], "used": "0"}


@pytest.mark.parametrize("password", ["", "not-this-one"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_batch_needs_the_directors_password(
    director: Browser, harbour: Clinic, password: str, language: str
) -> None:
    sent = {**batch(harbour), "password": password}
    answer = director.post(f"{BASE}claims/approve/", sent, headers={"accept-language": language})
    assert answer.status_code == 422
    page = text(answer)
    assert "field__error" in page
    assert re.findall(r'name="claim" value="([^"]+)"', page) == sorted(batch(harbour)["claim"])
    assert "not-this-one" not in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("password", ["", "not-this-one"])
@pytest.mark.parametrize(
    "given",
    [
        {"choice": "approve"},
        {"choice": "tighten", "value": "1.0", "because": "Thin skin."},
        {"choice": "reject", "because": "Thin skin."},
    ],
)
def test_a_decision_needs_it_and_keeps_what_was_typed(
    director: Browser, harbour: Clinic, given: dict[str, str], password: str
) -> None:
    answer = send(director, MAX, harbour, **given, password=password)
    assert answer.status_code == 422
    assert "field__error" in text(answer)
    assert ("Thin skin." in text(answer)) == ("because" in given)
    assert not Decision.objects.exists()


def test_taking_back_needs_it(director: Browser, harbour: Clinic, dora: Membership) -> None:
    decide(dora, MAX)
    assert send(director, MAX, harbour, choice="undecide", password="no").status_code == 422
    assert Decision.objects.count() == 1


def test_a_product_needs_it_and_keeps_what_was_typed(director: Browser, harbour: Clinic) -> None:
    put = {"choice": "allow", "product": "Lift HG", "because": "Licensed."}
    answer = director.post(f"{BASE}products/change/", {**put, "password": "not-this-one"})
    assert answer.status_code == 422
    assert "Lift HG" in text(answer)
    assert "Licensed." in text(answer)
    assert not Decision.objects.exists()
    assert director.post(f"{BASE}products/change/", {**put, **ME}).status_code == 302
    off = {
        **put,
        "choice": "disallow",
        "because": "Withdrawn.",
        "seen": str(deciding.last(harbour)),
    }
    refused = text(director.post(f"{BASE}products/change/", {**off, "password": "no"}))
    # What was to be taken off does not turn into something to be put on.
    assert re.search(r'value="disallow".*Withdrawn\.', refused, re.DOTALL)
    assert not re.search(r'value="allow".*Withdrawn\.', refused, re.DOTALL)


def test_wrong_passwords_are_counted(director: Browser, harbour: Clinic) -> None:
    for _ in range(5):
        assert send(director, MAX, harbour, choice="approve", password="no").status_code == 422
    late = send(director, MAX, harbour, choice="approve")
    assert "Too many tries." in text(late)
    assert not Decision.objects.exists()


# --- a director without a licence ----------------------------------------------------------------


NO_LICENCE: tuple[dict[str, Any], ...] = (
    {"licence_until": date(2020, 1, 1)},
    {"licence_until": None},
    {"licence_number": ""},
    {"profession": ""},
)


@pytest.mark.parametrize("facts", NO_LICENCE, ids=["expired", "no end", "none", "no profession"])
def test_without_a_licence_nothing_more_is_allowed(
    facts: dict[str, Any], director: Browser, harbour: Clinic, dora: Membership
) -> None:
    decide(dora, WAIT, "reject")
    Membership.objects.filter(pk=dora.pk).update(**facts)
    for sent in (
        director.post(f"{BASE}claims/approve/", {"claim": batch(harbour)["claim"], **ME}),
        send(director, MAX, harbour, choice="approve"),
        send(director, WAIT, harbour, choice="undecide"),
        send(director, WAIT, harbour, choice="tighten", value="42", because="So."),
        director.post(
            f"{BASE}products/change/",
            {"choice": "allow", "product": "Lift HG", "because": "So.", **ME},
        ),
    ):
        assert sent.status_code == 422
        assert "licence is not current" in text(sent)
    assert Decision.objects.count() == 1
    for path in ("claims/?used=0&topic=zone", f"claims/{MAX}/", "products/"):
        page = text(director.get(BASE + path))
        assert "licence is not current" in page
        assert "Approve th" not in page


def test_without_a_licence_stricter_is_allowed(
    director: Browser, harbour: Clinic, dora: Membership
) -> None:
    decide(dora, WAIT)
    Membership.objects.filter(pk=dora.pk).update(licence_until=date(2020, 1, 1))
    assert send(director, WAIT, harbour, choice="undecide").status_code == 302
    for value, status in (("1.0", 302), ("0.75", 302), ("1.25", 422)):
        sent = send(director, MAX, harbour, choice="tighten", value=value, because="Thin skin.")
        assert sent.status_code == status, value
    assert known_for(harbour).knowledge.number(MAX).value == 0.75
    assert send(director, MAX, harbour, choice="reject", because="We doubt it.").status_code == 302
    assert known_for(harbour).knowledge.rejected == {MAX}


def test_the_directors_page_leads_to_the_consent_texts(director: Browser, harbour: Clinic) -> None:
    assert "/clinic/harbour/consent-texts/" in text(director.get(BASE))
    owner = people.browser(people.member(harbour, "owner"))
    assert "/clinic/harbour/consent-texts/" not in text(owner.get(BASE))
