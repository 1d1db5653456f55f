"""Who gets to which page of the staff, and what stands there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from needlework.i18n import translator
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import ROLES, Clinic, Membership
from needlework.web.clinics.services import add_training, change_member
from needlework.web.staff.selectors import LICENCE_NOTICE_DAYS, licence_state
from tests.web import people
from tests.web.staff.acting import at, nora, owner

pytestmark = pytest.mark.django_db
READERS = {"owner", "medical-director"}
OF_SOMEBODY = ("change", "leave", "way_in", "train")


def addresses(place: Membership, training: object) -> dict[str, tuple[str, set[str]]]:
    """Each address, and the roles that it serves."""
    told = {
        "profile": (at("profile", place.clinic), set(ROLES)),
        "list": (at("list", place.clinic), READERS),
        "add": (at("add", place.clinic), {"owner"}),
        "member": (at("member", place.clinic, member=place.pk), READERS),
    }
    for name in OF_SOMEBODY:
        told[name] = (at(name, place.clinic, member=place.pk), {"owner"})
    struck = at("training_error", place.clinic, member=place.pk, training=training)
    return {**told, "training_error": (struck, {"owner"})}


def test_every_address_and_act_for_every_role_and_clinic(
    harbour: Clinic, elsewhere: Clinic
) -> None:
    staff = people.everyone(harbour)
    stranger = people.browser(owner(elsewhere, "eve@elsewhere.example"))
    who = nora(harbour)
    training = add_training(
        membership=who,
        device="skinpen-precision",
        trained_on=date(2025, 1, 1),
        author=None,
        now=people.NOW,
    )
    for name, (path, roles) in addresses(who, training.pk).items():
        for role, member in staff.items():
            browser = people.browser(member)
            assert browser.get(path).status_code == (200 if role in roles else 403), (name, role)
            # Without what a form needs, whoever may act is told so, and nobody else gets there.
            acts = name not in {"list", "member", "profile"}
            answer = browser.post(path).status_code
            assert answer == (422 if acts else 405) if role in roles else answer == 403, (
                name,
                role,
            )
        assert stranger.get(path).status_code == 404, name
        assert stranger.post(path).status_code in {404, 405}, name
        anonymous = people.browser().get(path)
        assert anonymous.headers["Location"].startswith("/accounts/login/"), name
    assert Membership.objects.get(pk=who.pk).roles == {"practitioner"}


def test_nobody_of_another_clinic_is_reached_through_ones_own(
    harbour: Clinic, elsewhere: Clinic
) -> None:
    theirs = people.member(elsewhere, "practitioner", email="charlie@elsewhere.example")
    training = add_training(
        membership=theirs,
        device="skinpen-precision",
        trained_on=date(2025, 1, 1),
        author=None,
        now=people.NOW,
    )
    ours = nora(harbour)
    browser = people.browser(owner(harbour))
    for name in ("member", *OF_SOMEBODY):
        path = at(name, harbour, member=theirs.pk)
        assert browser.get(path).status_code == 404
        row = AuditEvent.objects.latest("id")
        assert (row.outcome, row.clinic_id) == ("refused", elsewhere.pk)
        assert browser.post(path).status_code in {404, 405}
    for member in (theirs, ours):
        path = at("training_error", harbour, member=member.pk, training=training.pk)
        assert browser.get(path).status_code == 404


def test_the_list_tells_who_works_here_and_who_left(harbour: Clinic) -> None:
    who = nora(
        harbour,
        licence_authority="Board of Nursing",
        licence_until=timezone.now().date() + timedelta(days=400),
    )
    chief = people.member(harbour, "medical-director", email="dora@harbour.example")
    change_member(membership=who, author=None, now=people.NOW, supervisor=chief)
    add_training(
        membership=who,
        device="skinpen-precision",
        trained_on=date(2025, 1, 1),
        author=None,
        now=people.NOW,
    )
    gone = people.member(harbour, "assistant", email="gone@harbour.example")
    change_member(membership=gone, author=None, now=people.NOW, left_at=people.NOW)
    page = people.browser(owner(harbour)).get(at("list", harbour)).content.decode()
    here, _, left = page.partition('<details class="card card--quiet">')
    for word in (
        "Nora Vale",
        "Nurse",
        "RN-1, Board of Nursing",
        "SkinPen Precision",
        chief.user.name,
    ):
        assert word in here
    assert ">assistant</a>" not in here
    assert "1 person has left" in left
    assert ">assistant</a>" in left


def test_a_director_reads_and_is_offered_no_change(harbour: Clinic) -> None:
    who = nora(harbour)
    browser = people.browser(people.member(harbour, "medical-director"))
    for path in (at("list", harbour), at("member", harbour, member=who.pk)):
        page = browser.get(path).content.decode()
        for name in OF_SOMEBODY:
            assert at(name, harbour, member=who.pk) not in page
        assert at("add", harbour) not in page


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (-1, "expired"),
        (0, "soon"),
        (LICENCE_NOTICE_DAYS, "soon"),
        (LICENCE_NOTICE_DAYS + 1, "current"),
        (None, "end-unknown"),
    ],
)
def test_a_licence_that_ends_is_marked(harbour: Clinic, days: int | None, state: str) -> None:
    day = people.NOW.date()
    until = None if days is None else day + timedelta(days=days)
    assert licence_state(nora(harbour, licence_until=until), day) == state


def test_a_licence_is_asked_of_those_who_treat_alone(harbour: Clinic) -> None:
    day = people.NOW.date()
    bare = {"profession": "", "licence_number": ""}
    assert licence_state(people.member(harbour, "reception", **bare), day) == ""
    assert licence_state(people.member(harbour, "practitioner", **bare), day) == "missing"
    aide = people.member(harbour, "assistant", profession="nurse", licence_number="")
    assert licence_state(aide, day) == "missing"


def test_the_list_has_a_badge_with_words(harbour: Clinic) -> None:
    nora(harbour, licence_until=timezone.now().date() - timedelta(days=3))
    page = people.browser(owner(harbour)).get(at("list", harbour)).content.decode()
    assert "Licence expired" in page


def test_everybody_sees_their_own_and_changes_nothing(harbour: Clinic) -> None:
    who = nora(harbour)
    page = people.browser(who).get(at("profile", harbour)).content.decode()
    for word in ("Nora Vale", "RN-1", "Practitioner", "America/New York"):
        assert word in page
    for path in ("/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/webauthn/"):
        assert f'href="{path}"' in page
    assert at("change", harbour, member=who.pk) not in page
    assert 'name="password"' not in page.partition("<main")[2].partition("</main>")[0]


def test_the_way_to_the_staff_is_shown_to_whom_it_leads(harbour: Clinic) -> None:
    for role, member in people.everyone(harbour).items():
        page = people.browser(member).get(f"/clinic/{harbour.slug}/").content.decode()
        assert (f'href="{at("list", harbour)}"' in page) == (role in READERS)
        assert f'href="{at("profile", harbour)}"' in page


def test_in_spanish(harbour: Clinic) -> None:
    who = owner(harbour)
    who.user.language = "es"
    who.user.save()
    one = nora(harbour)
    browser, _ = people.browser(who), translator("es")
    said = {
        at("list", harbour): ("Staff", "Add somebody", "Nurse", "Licence: end not known"),
        at("member", harbour, member=one.pk): ("Trainings", "History", "First written down"),
        at("add", harbour): ("Deepest needling allowed (mm)", "None: does not treat"),
        at("leave", harbour, member=one.pk): ("Last day here", "End their access"),
        at("profile", harbour): ("What the clinic knows of you", "Language and time"),
    }
    for path, words in said.items():
        page = browser.get(path).content.decode()
        assert '<html lang="es">' in page
        for word in words:
            assert _(word) in page, word
