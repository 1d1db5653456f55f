"""The first clinic, and what is said of everything that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from needlework.web.accounts.models import User
from needlework.web.audit.models import AuditEvent
from needlework.web.clinics.models import Clinic, Membership, MembershipVersion
from needlework.web.keeping import opening
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.opening import Opening, opening_of
from needlework.workflow import known
from tests.web import people
from tests.web.keeping.places import place

PLACE = next(iter(known().knowledge.release.jurisdictions))
PASSWORD = "several words in a row"


def asked(**given: str) -> Opening:
    usual = {
        "name": "Clínica del Puerto",
        "slug": "",
        "jurisdiction": PLACE,
        "time_zone": "Europe/Madrid",
        "owner_email": "Olga@Puerto.example",
        "owner_name": "Olga Ortiz",
        "language": "es",
    }
    return opening_of(**{**usual, **given})


@pytest.mark.django_db
class TestOpening:
    def test_a_clinic_its_owner_and_a_row_that_says_so(self) -> None:
        opening.check(asked())
        clinic = opening.open_clinic(asked(), password=PASSWORD, now=people.NOW)
        assert (clinic.slug, clinic.is_demo) == ("clinica-del-puerto", False)
        owner = Membership.objects.get(clinic=clinic)
        assert owner.roles == {"owner"}
        assert owner.user.email == "olga@puerto.example"
        assert owner.user.check_password(PASSWORD)
        assert MembershipVersion.objects.filter(membership=owner).exists()
        assert AuditEvent.objects.get(action="clinic.new").clinic == clinic

    def test_every_letter_of_a_name_stands_in_its_address(self) -> None:
        assert asked(name="Łódź & Ørsted").slug == "lodz-orsted"

    def test_the_same_address_twice_is_refused(self) -> None:
        opening.open_clinic(asked(), password=PASSWORD, now=people.NOW)
        with pytest.raises(KeepingError, match="clinica-del-puerto already") as refused:
            opening.check(asked())
        assert "--slug" in refused.value.hint
        with pytest.raises(KeepingError, match="already"):
            opening.open_clinic(asked(), password=PASSWORD, now=people.NOW)
        assert Clinic.objects.count() == 1

    def test_an_owner_of_another_clinic_keeps_their_account(self) -> None:
        opening.open_clinic(asked(), password=PASSWORD, now=people.NOW)
        second = asked(slug="second", owner_email="OLGA@puerto.example ")
        opening.check(second)
        opening.open_clinic(second, password="", now=people.NOW)
        owner = User.objects.get(email="olga@puerto.example")
        assert owner.memberships.count() == 2
        assert owner.check_password(PASSWORD)

    def test_the_demo_takes_in_no_real_clinic(self) -> None:
        people.clinic("invented", is_demo=True)
        with pytest.raises(KeepingError, match="invented people"):
            opening.check(asked())

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"name": " "}, "name must have"),
            ({"name": "x" * 121}, "name must have"),
            ({"name": "a\x1b[31m"}, "name must have"),
            ({"owner_name": ""}, "owner's name must have"),
            ({"slug": "Upper"}, "address must be"),
            ({"slug": "two words"}, "address must be"),
            ({"slug": "x" * 61}, "address must be"),
            ({"name": "日本", "slug": ""}, "address must be"),
            ({"jurisdiction": "atlantis"}, "no jurisdiction"),
            ({"time_zone": "Europe/Atlantis"}, "no time zone"),
            ({"time_zone": "../../etc/passwd"}, "no time zone"),
            ({"owner_email": "olga"}, "e-mail"),
        ],
    )
    def test_what_does_not_fit_gets_a_sentence(self, given: dict[str, str], said: str) -> None:
        with pytest.raises(KeepingError, match=said) as refused:
            opening.check(asked(**given))
        assert refused.value.hint
        assert not Clinic.objects.exists()

    @pytest.mark.parametrize("password", ["", "short", "password1234", "olga@puerto.example"])
    def test_a_weak_password_is_refused(self, password: str) -> None:
        with pytest.raises(KeepingError):
            opening.check_password(asked(), password)
        opening.check_password(asked(), PASSWORD)


def test_as_it_is_typed(tmp_path: Path) -> None:
    words = ["--jurisdiction", PLACE, "--time-zone", "Europe/Madrid"]
    words += ["--owner-email", "olga@puerto.example", "--owner-name", "Olga Ortiz"]
    with place(tmp_path / "data", "sqlite") as fresh:
        weak = fresh.clinic("new", "Puerto", *words, said="short\n")
        assert weak.returncode == 1
        assert "Error: This password is too short." in weak.stderr
        none = fresh.clinic("new", "Puerto", *words)
        assert "No password of the owner came on standard input" in none.stderr
        done = fresh.clinic("new", "Puerto", *words, said=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr
        assert "/clinic/puerto/" in done.stdout
        assert "second factor" in done.stdout
        assert PASSWORD not in done.stdout + done.stderr
        again = fresh.clinic("new", "Puerto", *words, said=f"{PASSWORD}\n")
        assert again.returncode == 1
        assert "There is a clinic at the address puerto already" in again.stderr
        missing = fresh.clinic("new", "Puerto")
        assert missing.returncode == 2
        assert "--jurisdiction" in missing.stderr


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with place(tmp_path / "data", "sqlite") as fresh:
        fresh.folder.rmdir()
        done = fresh.clinic("backup", tmp_path / "x.age")
    assert done.returncode == 1
    assert "There is no folder" in done.stderr
    assert not fresh.folder.exists()


def test_a_database_without_tables_is_named(tmp_path: Path) -> None:
    with place(tmp_path / "data", "sqlite") as fresh:
        done = fresh.clinic("export", "harbour", tmp_path / "x")
    assert done.returncode == 1
    assert "is empty, or older" in done.stderr
    assert "Traceback" not in done.stderr
