"""The owner's page over the audit: whose rows, found how, and how the chain stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from needlework.i18n import translator
from needlework.web.audit import words
from needlework.web.audit.models import AuditCheck, AuditEvent, AuditSeal
from needlework.web.audit.seal import seal_batch, seal_rows
from needlework.web.audit.selectors import PAGE
from needlework.web.audit.signals import DONE, FAILED, SECOND_FAILED
from needlework.web.audit.walk import ANEW_AFTER, chain_state, walk_on
from needlework.web.clinics.models import ROLES, Client, Clinic, Membership
from needlework.web.records.triggers import lifted
from needlework.web.staff.services import add_person
from tests.web import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(harbour: Clinic) -> Membership:
    return people.member(harbour, "owner", email="olga@harbour.example")


def at(place: Clinic, name: str = "events") -> str:
    return reverse(f"audit:{name}", kwargs={"clinic": place.slug})


def row(place: Clinic, who: Membership | None = None, **facts: Any) -> AuditEvent:
    given = {
        "at": timezone.now(),
        "clinic": place,
        "actor": who.user if who else None,
        "action": "consultations.detail",
        "method": "GET",
        "status": 200,
        "outcome": "ok",
        "address": "192.0.2.7",
        **facts,
    }
    return AuditEvent.objects.create(**given)


def page(who: Membership, **wanted: Any) -> Any:
    return people.browser(who).get(at(who.clinic), wanted)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def body(answer: Any) -> str:
    """The rows alone."""
    return text(answer).partition("rows-head")[2]


# --- who, and what is shown ----------------------------------------------------------------------


def test_who_may_read_and_compare(harbour: Clinic, elsewhere: Clinic) -> None:
    stranger = people.member(elsewhere, *ROLES, email="all@elsewhere.example")
    for role, one in people.everyone(harbour).items():
        may = role in {"owner", "medical-director"}
        browser = people.browser(one)
        assert browser.get(at(harbour)).status_code == (200 if may else 403), role
        assert browser.post(at(harbour, "check")).status_code == (302 if may else 403), role
        home = text(browser.get(f"/clinic/{harbour.slug}/"))
        assert (at(harbour) in home) is may, role
    browser = people.browser(stranger)
    assert browser.get(at(harbour)).status_code == 404
    assert browser.post(at(harbour, "check")).status_code == 404


def test_a_row_says_who_what_whose_when_and_from_where(
    olga: Membership, alice: Membership, pat: Client
) -> None:
    seen = [{"type": "consultations.consultation", "id": "6f5457f5-6d14-41ee-a8fc-415db733142f"}]
    moment = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)
    row(olga.clinic, alice, at=moment, client=pat, objects_seen=seen, user_agent="Sea<b>Browser")
    shown = body(page(olga))
    # By the clinic's clock, which is five hours behind.
    for words_ in ("Mar", "10:06", alice.user.name, "Consultation: read", "Pat Núñez"):
        assert words_ in shown
    assert "192.0.2.7" in shown
    assert "Sea&lt;b&gt;Browser" in shown
    assert seen[0]["id"] in shown


def test_what_was_refused_says_so(olga: Membership, alice: Membership) -> None:
    row(olga.clinic, alice, outcome="refused", status=403, action="governance.topics")
    assert "Refused" in body(page(olga))


def test_reading_it_is_a_row_and_names_whose_rows_were_read(olga: Membership, pat: Client) -> None:
    before = AuditEvent.objects.count()
    assert page(olga, client=str(pat.pk)).status_code == 200
    told = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1
    assert (told.action, told.actor, told.client) == ("audit.events", olga.user, pat)


def test_nothing_of_another_clinic(
    olga: Membership, elsewhere: Clinic, charlie: Membership
) -> None:
    theirs = people.person(elsewhere, "Vera Otherwise")
    there = row(elsewhere, charlie, client=theirs)
    # A stranger at our door: that it happened is ours to know, and who they are is not.
    row(olga.clinic, charlie, outcome="refused", status=404, action="clinics.home")
    shown = text(page(olga))
    assert "Vera" not in shown
    assert charlie.user.name not in body(page(olga))
    assert "Somebody who does not work here" in shown
    assert page(olga, client=str(theirs.pk)).status_code == 404
    assert page(olga, before=str(there.pk)).status_code == 422
    assert page(olga, person=str(charlie.user.pk)).status_code == 422


def test_whoever_was_only_invited_stands_without_address(olga: Membership, harbour: Clinic) -> None:
    made = add_person(
        author=olga, email="newt@home.example", name="Newt", roles=["assistant"], now=timezone.now()
    )
    row(harbour, made, outcome="refused", action="clinics.clients")
    shown = text(page(olga))
    assert "newt@home.example" not in shown
    assert "Invited: N., Assistant" in shown


# --- finding -------------------------------------------------------------------------------------


def test_narrowed_by_person_client_and_day(
    olga: Membership, alice: Membership, bea: Membership, pat: Client
) -> None:
    other = people.person(olga.clinic, "Ana Otra")
    # Half past three at night in UTC is still the evening before by the clinic's clock.
    late = datetime(2026, 3, 5, 3, 30, tzinfo=UTC)
    row(olga.clinic, alice, client=pat, at=late, address="192.0.2.1")
    row(olga.clinic, bea, client=pat, at=late - timedelta(days=3), address="192.0.2.2")
    row(olga.clinic, bea, client=other, at=late - timedelta(days=3), address="192.0.2.3")
    row(olga.clinic, client=pat, portal_link=pat.pk, at=late, address="192.0.2.4")
    row(olga.clinic, at=late, method="", action="clinic.export", address=None)

    def addresses(**wanted: Any) -> set[str]:
        shown = body(page(olga, **wanted))
        return {one for one in "1234" if f"192.0.2.{one}<" in shown}

    assert addresses() == set("1234")
    assert addresses(person=str(bea.user.pk)) == set("23")
    assert addresses(client=str(pat.pk)) == set("124")
    assert addresses(person=str(bea.user.pk), client=str(pat.pk)) == {"2"}
    assert addresses(person="clients") == {"4"}
    assert addresses(day="2026-03-04") == set("14")
    assert addresses(day="2026-03-05") == set()
    assert "records were exported" in body(page(olga, person="others"))


def test_a_client_is_found_by_name_without_a_name_in_an_address(
    olga: Membership, pat: Client
) -> None:
    answer = people.browser(olga).post(at(olga.clinic), {"q": "nunez"})
    shown = text(answer)
    assert f'href="?client={pat.pk}"' in shown
    assert "nunez" not in "".join(part.partition('"')[0] for part in shown.split('href="')[1:])
    assert AuditEvent.objects.latest("pk").client == pat
    # From the client's own page it is one step.
    path = reverse("clinics:client", args=(olga.clinic.slug, pat.pk))
    assert f"{at(olga.clinic)}?client={pat.pk}" in text(people.browser(olga).get(path))


@pytest.mark.parametrize(
    "wanted",
    [
        {"day": "2999-01-01"},
        {"day": "0001-01-01"},
        {"day": "soon"},
        {"person": "nobody"},
        {"client": "x"},
        {"before": "0"},
        {"before": "9" * 30},
        {"before": "x"},
    ],
)
def test_what_cannot_be_read_gets_a_sentence(olga: Membership, wanted: dict[str, str]) -> None:
    answer = page(olga, **wanted)
    assert answer.status_code == 422
    assert "field__error" in text(answer) or 'role="alert"' in text(answer)


def test_a_client_who_is_nobodys_is_not_found(olga: Membership) -> None:
    assert page(olga, client="6f5457f5-6d14-41ee-a8fc-415db733142f").status_code == 404


def test_pages_follow_each_other_without_a_gap_also_within_one_moment(olga: Membership) -> None:
    moment = timezone.now() - timedelta(days=2)
    made = [row(olga.clinic, at=moment, address=f"2001:db8::{n:x}") for n in range(2 * PAGE)]
    made += [row(olga.clinic, at=moment - timedelta(days=1), address="2001:db8:1::1")]
    browser, address, seen = people.browser(olga), "", []
    for _ in range(4):
        shown = body(browser.get(at(olga.clinic) + address))
        seen += [part.partition("<")[0] for part in shown.split('<span class="number">')[1:]]
        if "Earlier" not in shown:
            break
        address = shown.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    ours = [one for one in seen if one.startswith("2001:")]
    assert len(ours) == len(set(ours)) == len(made)
    assert ours[-1] == "2001:db8:1::1"


def test_many_rows_ask_the_database_as_often_as_few(
    olga: Membership, alice: Membership, pat: Client
) -> None:
    def asked(**wanted: Any) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(olga, **wanted).status_code == 200
        return len(seen)

    row(olga.clinic, alice, client=pat)
    last = row(olga.clinic, alice)
    asked()
    few = asked()
    for n in range(PAGE + 10):
        row(olga.clinic, alice, client=people.person(olga.clinic, f"Number {n}"))
    people.member(olga.clinic, "assistant", email="more@harbour.example")
    assert asked() == few
    assert asked(before=str(last.pk)) == few + 1, "and one for where the page begins"


# --- the chain -----------------------------------------------------------------------------------


def test_unsealed_rows_are_counted_and_marked(olga: Membership, elsewhere: Clinic) -> None:
    row(olga.clinic)
    seal_rows(timezone.now())
    assert "not sealed yet" not in body(page(olga))
    row(elsewhere)
    shown = text(page(olga))
    # The page's own row of before, and none of the other clinic's.
    assert "rows not sealed yet</dt><dd>1 " in shown
    assert "not sealed yet" in body(page(olga))


def test_before_anything_was_compared_it_says_so(olga: Membership) -> None:
    shown = text(page(olga))
    assert "Not compared yet" in shown
    assert "Whole" not in shown


def test_where_nothing_is_sealed_yet_nothing_is_called_whole(olga: Membership) -> None:
    walk_on(timezone.now())
    shown = text(page(olga))
    assert "Nothing sealed yet" in shown
    assert "Whole" not in shown


def test_compared_from_the_page(olga: Membership) -> None:
    row(olga.clinic)
    seal_rows(timezone.now())
    answer = people.browser(olga).post(at(olga.clinic, "check"), follow=True)
    shown = text(answer)
    assert "Compared to the end." in shown
    assert "Whole" in shown
    check = AuditCheck.objects.get()
    last = AuditSeal.objects.latest("number")
    assert (check.number, check.digest) == (last.number, last.digest)


def test_broken_here(olga: Membership) -> None:
    now = timezone.now()
    for n, address in enumerate(("192.0.2.1", "192.0.2.2", "192.0.2.3")):
        row(olga.clinic, address=address)
        assert seal_batch(now + timedelta(minutes=n)) is not None
    wrong = AuditEvent.objects.get(address="192.0.2.2")
    with lifted():
        AuditEvent.objects.filter(pk=wrong.pk).update(action="clinics.home")
    walk_on(now)
    shown = page(olga)
    assert "Seal 2 does not fit its rows" in text(shown)
    assert "Broken" in text(shown)
    rows = body(shown).split("<tr>")[1:]
    marked = {n for one in rows for n in "123" if f"192.0.2.{n}" in one and "Broken here" in one}
    assert marked == {"2"}
    assert chain_state().verified_at == now, "up to the seal before the broken one"
    assert "Whole" not in text(shown)


def test_a_long_chain_is_walked_in_stretches_and_goes_on_with_what_is_new(harbour: Clinic) -> None:
    now = timezone.now()
    for _ in range(5):
        row(harbour)
        seal_batch(now)
    assert walk_on(now, most_rows=3) < 5
    state = chain_state()
    assert state.under_way is not None
    assert state.under_way.number < state.seals == 5
    while chain_state().under_way:
        walk_on(now, most_rows=3)
    assert chain_state().check == AuditCheck.objects.get()
    row(harbour)
    seal_batch(now)
    assert walk_on(now) == 1
    state = chain_state()
    assert state.check is not None
    assert (state.check.number, state.faults) == (6, ())


def test_each_day_a_walk_begins_anew_and_finds_what_was_changed_behind_it(harbour: Clinic) -> None:
    now = timezone.now()
    first = row(harbour)
    seal_batch(now)
    row(harbour)
    seal_batch(now)
    walk_on(now)
    with lifted():
        AuditEvent.objects.filter(pk=first.pk).update(status=500)
    walk_on(now)
    assert not chain_state().faults
    walk_on(now + ANEW_AFTER)
    assert chain_state().broken_seals == {1}
    with lifted():
        AuditEvent.objects.filter(pk=first.pk).update(status=200)
    walk_on(now + ANEW_AFTER)
    assert chain_state().faults, "what a walk has found stands until another has not"
    walk_on(now + 2 * ANEW_AFTER)
    assert not chain_state().faults


def test_a_seal_that_was_compared_and_is_gone_or_another_is_told(harbour: Clinic) -> None:
    now = timezone.now()
    for _ in range(2):
        row(harbour)
        seal_batch(now)
    walk_on(now)
    with lifted():
        AuditSeal.objects.filter(number=2).delete()
    walk_on(now)
    said = [one.text for one in chain_state().faults]
    assert "Seal 2 is no longer the one that was compared before" in said
    assert "Seal 2 was made and is gone" in said


# --- words ---------------------------------------------------------------------------------------


def test_every_action_has_words() -> None:
    named = set(get_resolver().namespace_dict)
    assert {"audit", "plans"} <= named
    assert named <= set(words.AREAS)
    assert {action for _, action in DONE} | {FAILED, SECOND_FAILED} <= set(words.ACTIONS)
    made = AuditEvent(action="mfa_index", method="GET")
    assert words.what(made, translator("en")) == "Signing in: read"
    made = AuditEvent(action="plans.sign", method="POST")
    assert words.what(made, translator("en")) == "Signed plan: written"
