"""A clinic, or one client, taken along: all that is theirs, and nothing of anybody else's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from needlework.web.accounts.models import User
from needlework.web.audit.models import AuditEvent
from needlework.web.blobs.models import Blob
from needlework.web.clearances.models import Clearance, ClearanceClosing
from needlework.web.clinics.models import Client, Clinic
from needlework.web.consents.models import Withdrawal
from needlework.web.consultations.models import Draft
from needlework.web.days.models import Note, Visit
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.enquiries.services import take_step
from needlework.web.keeping.errors import KeepingError
from needlework.web.keeping.leaving import NO_PASSWORD, NOWHERE
from needlework.web.keeping.management.commands import clinic_export
from needlework.web.keeping.ways import (
    NOT_THE_CLIENTS,
    Way,
    carried_of_client,
    carried_of_clinic,
    foreign_keys,
    path_to,
    way_of,
)
from tests.web.keeping import about_client, filling
from tests.web.keeping.places import ENGINES, Place, place

pytestmark = pytest.mark.django_db


class Exported:
    """A folder that was written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, label: str) -> list[dict[str, Any]]:
        parts = sorted((self.folder / "tables" / label).glob("*.jsonl"))
        return [json.loads(line) for part in parts for line in part.read_bytes().splitlines()]

    @property
    def words(self) -> str:
        """Everything that can be read in it."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


@pytest.fixture
def made(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """In this test's own transaction, which no other connection could see into."""
    monkeypatch.setattr(clinic_export, "snapshot", lambda: nullcontext("default"))
    settings.BLOBS = tmp_path / "data/blobs"
    settings.BLOB_KEY_FILE = tmp_path / "data/keys/blob.key"
    return filling.fill()


@pytest.fixture
def harbour(made: dict[str, str], tmp_path: Path) -> Exported:
    call_command("clinic_export", "harbour", tmp_path / "out", verbosity=0)
    return Exported(tmp_path / "out")


def test_every_row_of_the_clinic_is_there_and_none_of_another(harbour: Exported) -> None:
    clinic = Clinic.objects.get(slug="harbour")
    seen = 0
    for model in carried_of_clinic():
        if way_of(model) is not Way.CLINIC:
            continue
        label = model._meta.label_lower
        own = model._default_manager.filter(**{path_to(model, Clinic): clinic.pk})
        expected = {str(code) for code in own.values_list("pk", flat=True)}
        # The row about the export is written first, so it is in it too.
        key = model._meta.pk.attname
        assert {str(row[key]) for row in harbour.rows(label)} == expected, label
        seen += len(expected)
    assert seen > 20


def test_nothing_tells_of_another_clinic(harbour: Exported, made: dict[str, str]) -> None:
    for name, code in made.items():
        if name.startswith("elsewhere-"):
            assert code not in harbour.words, name
    assert "Elsewhere" not in harbour.words
    assert "elsewhere.example" not in harbour.words
    assert str(Clinic.objects.get(slug="elsewhere").pk) not in harbour.words


def test_people_come_without_what_is_theirs_alone(harbour: Exported, made: dict[str, str]) -> None:
    people = {row["id"]: row for row in harbour.rows("accounts.user")}
    emails = {row["email"] for row in people.values()}
    assert {"alice@harbour.example", filling.SHARED} <= emails
    assert {row["password"] for row in people.values()} == {NO_PASSWORD}
    for user in User.objects.all():
        assert user.password not in harbour.words
    stranger = people[made["charlie"]]
    assert stranger["email"] == f"{made['charlie']}@{NOWHERE}"
    assert (stranger["name"], stranger["is_active"]) == ("", False)


def test_files_are_as_they_were_kept(harbour: Exported) -> None:
    import hashlib

    files = {path.stem: path for path in (harbour.folder / "files").iterdir()}
    blobs = Blob.objects.filter(clinic__slug="harbour")
    assert set(files) == {str(blob.pk) for blob in blobs} != set()
    for blob in blobs:
        assert hashlib.sha256(files[str(blob.pk)].read_bytes()).hexdigest() == blob.sha256
        ending = {"image/png": ".png", "application/pdf": ".pdf"}[blob.media_type]
        assert files[str(blob.pk)].suffix == ending


def test_checksums_fit_and_everything_has_one(harbour: Exported) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"],
        cwd=harbour.folder,
        check=False,
    )
    assert done.returncode == 0
    listed = {
        line.split("  ")[1] for line in (harbour.folder / "SHA256SUMS").read_text().splitlines()
    }
    there = {
        path.relative_to(harbour.folder).as_posix()
        for path in harbour.folder.rglob("*")
        if path.is_file()
    }
    assert listed == there - {"SHA256SUMS"}


def test_it_is_written_down_who_was_taken_along(harbour: Exported) -> None:
    event = AuditEvent.objects.get(action="clinic.export")
    assert event.clinic is not None
    assert event.clinic.slug == "harbour"
    assert event.outcome == "ok"
    assert str(event.pk) in {str(row["id"]) for row in harbour.rows("audit.auditevent")}


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(tmp_path / "again", request.param) as found:
        yield found


def test_a_clinic_can_be_made_of_it_again(harbour: Exported, empty: Place) -> None:
    done = empty.clinic("restore", harbour.folder)
    assert done.returncode == 0, done.stderr
    looked = empty.script("looked")
    told = json.loads((harbour.folder / "contents.json").read_text())["tables"]
    for label, digest in told.items():
        if label != "audit.auditevent":
            assert looked["digests"][label] == digest, label
    rows = looked["tables"]["audit.auditevent"]
    assert rows[:-1] == harbour.rows("audit.auditevent")
    blobs = {str(blob.pk): blob.sha256 for blob in Blob.objects.filter(clinic__slug="harbour")}
    assert looked["files"] == blobs
    assert not looked["unguarded"]
    assert not looked["faults"]
    assert empty.manage("audit_seal").returncode == 0
    assert empty.manage("audit_verify").returncode == 0
    assert empty.manage("blobs_check").returncode == 0


def test_one_that_was_changed_is_refused(harbour: Exported, empty: Place) -> None:
    part = harbour.folder / "tables/clinics.client/000001.jsonl"
    part.write_text(part.read_text().replace("Pat", "Pam"))
    done = empty.clinic("restore", harbour.folder)
    assert done.returncode == 1
    assert "clinics.client/000001.jsonl is not as its checksum says" in done.stderr
    assert not empty.script("looked")["tables"]["clinics.clinic"]


# --- one client -------------------------------------------------------------------------------


@pytest.fixture
def pat(made: dict[str, str], tmp_path: Path) -> Exported:
    call_command(
        "clinic_export", "harbour", tmp_path / "pat", client=made["harbour-client"], verbosity=0
    )
    return Exported(tmp_path / "pat")


def records(pat: Exported) -> dict[str, list[dict[str, Any]]]:
    told = json.loads((pat.folder / "records.json").read_text())
    found: dict[str, list[dict[str, Any]]] = told["records"]
    return found


def test_a_client_takes_all_that_is_about_them(pat: Exported, made: dict[str, str]) -> None:
    found = records(pat)
    assert [row["id"] for row in found["clinics.client"]] == [made["harbour-client"]]
    for label, name in {
        "consultations.consultation": "consultation",
        "treatments.treatmentsession": "treatment",
        "portal.symptomreport": "report",
        "blobs.blob": "blob",
    }.items():
        assert made[f"harbour-{name}"] in {row["id"] for row in found[label]}, label
    assert len(found["consultations.consultationversion"]) >= 1


NEVER_ABOUT_A_CLIENT = {
    "clinics.membershipversion": "who works here",
    "clinics.devicetraining": "who works here",
    "governance.decision": "what the clinic holds true",
    "consents.consenttext": "words that every client is given",
}
"""Records of kinds that have the column, as all records do, and never fill it."""


def reaches_client(model: type[Model], passed: frozenset[type[Model]] = frozenset()) -> bool:
    """By whichever foreign keys, also such as may be empty."""
    if model is Client:
        return True
    to = {one.related_model for one in foreign_keys(model)} - passed - {model}
    # By way of people every table would be reached.
    return any(reaches_client(one, passed | {model}) for one in to if one is not User)


def test_no_table_that_leads_to_a_client_is_left_out() -> None:
    """A new table that names a client, in whichever way, is in their export or says why not."""
    leading = {one for one in apps.get_models(include_auto_created=True) if reaches_client(one)}
    assert {Draft, Withdrawal, Note, Visit, Clearance, ClearanceClosing} < leading
    left_out = {one._meta.label_lower for one in leading - set(carried_of_client())}
    assert left_out == set(NOT_THE_CLIENTS)


def test_every_kind_of_row_about_a_client_is_in_their_export(
    made: dict[str, str], tmp_path: Path
) -> None:
    about_client.add(made)
    call_command(
        "clinic_export", "harbour", tmp_path / "all", client=made["harbour-client"], verbosity=0
    )
    found = records(Exported(tmp_path / "all"))
    for model in carried_of_client():
        label = model._meta.label_lower
        rows = model._default_manager.filter(**{path_to(model, Client): made["harbour-client"]})
        expected = {str(code) for code in rows.values_list("pk", flat=True)}
        if label in NEVER_ABOUT_A_CLIENT:
            assert expected == set(), label
            continue
        if not label.startswith("enquiries."):
            assert expected, f"{label}: make one in about_client.py, or say why there is none"
        assert {str(row["id"]) for row in found[label]} >= expected, label
    assert found["consultations.draft"][0]["fields"]
    assert found["consents.withdrawal"][0]["words"] == "No longer, thank you."
    (note,) = [one for one in found["days.note"] if one["standing"] == "entered in error"]
    assert note["text"] == "Prefers mornings."


def test_the_request_by_which_they_came_goes_along_and_nobody_elses(
    made: dict[str, str], tmp_path: Path
) -> None:
    about_client.add(made)
    other = Client.objects.get(name="Somebody Else", clinic__slug="harbour")
    for name, code in (("pat", made["harbour-client"]), ("other", str(other.pk))):
        call_command("clinic_export", "harbour", tmp_path / name, client=code, verbosity=0)
    found = records(Exported(tmp_path / "pat"))
    (asked,) = found["enquiries.consultationrequest"]
    assert (asked["id"], asked["name"]) == (made["harbour-enquiry"], "Vera Visitor")
    assert {row["kind"] for row in found["enquiries.requeststep"]} == {"contacted", "client"}
    assert "Vera" not in Exported(tmp_path / "other").words
    # Opened again, and somebody else came of it: then it is theirs.
    enquiry, now = ConsultationRequest.objects.get(pk=made["harbour-enquiry"]), timezone.now()
    author = User.objects.get(pk=made["alice"])
    take_step(enquiry=enquiry, after=2, kind="reopened", author=author, now=now)
    take_step(enquiry=enquiry, after=3, kind="client", author=author, client=other, now=now)
    for name, code in (("pat", made["harbour-client"]), ("other", str(other.pk))):
        call_command("clinic_export", "harbour", tmp_path / f"{name}2", client=code, verbosity=0)
    assert "Vera" not in Exported(tmp_path / "pat2").words
    assert "Vera" in Exported(tmp_path / "other2").words
    assert made["harbour-client"] not in Exported(tmp_path / "other2").words


def test_history_stands_beside_what_counts(pat: Exported) -> None:
    versions = records(pat)["clinics.clientversion"]
    assert sorted(row["standing"] for row in versions) == ["current", "superseded"]
    (current,) = [row for row in versions if row["standing"] == "current"]
    assert current["name"] == "Pat Núñez-Ñandú"
    assert current["supersedes_id"] in {row["id"] for row in versions}


def test_what_was_an_error_says_so(made: dict[str, str], tmp_path: Path) -> None:
    other = Client.objects.get(name="Somebody Else", clinic__slug="harbour")
    call_command("clinic_export", "harbour", tmp_path / "x", client=str(other.pk), verbosity=0)
    found = records(Exported(tmp_path / "x"))
    assert [row["standing"] for row in found["blobs.blob"]] == ["entered in error"]
    assert [row["reason"] for row in found["records.retraction"]] == ["wrong-client"]


def test_nobody_else_is_in_it(pat: Exported, made: dict[str, str]) -> None:
    for name, code in made.items():
        if name.startswith("elsewhere-"):
            assert code not in pat.words, name
    assert "Somebody Else" not in pat.words
    other = Client.objects.get(name="Somebody Else", clinic__slug="harbour")
    assert str(other.pk) not in pat.words
    assert "elsewhere" not in pat.words.lower()
    assert "token_digest" not in pat.words
    assert "2001:db8::7" not in pat.words, "addresses of staff stand in the audit alone"


def test_whoever_wrote_has_a_name(pat: Exported) -> None:
    told = json.loads((pat.folder / "records.json").read_text())
    authors = {row["author_id"] for row in told["records"]["clinics.clientversion"]}
    assert authors
    for code in authors:
        assert told["staff"][code]["name"]


def test_documents_and_files_lie_beside(pat: Exported, made: dict[str, str]) -> None:
    papers = sorted(path.name for path in (pat.folder / "documents").iterdir())
    assert papers == ["consultation-1-consent.pdf", "consultation-1-plan.pdf"]
    for path in (pat.folder / "documents").iterdir():
        assert path.read_bytes().startswith(b"%PDF")
    assert (pat.folder / "files" / f"{made['harbour-blob']}.png").read_bytes()[1:4] == b"PNG"


def test_the_words_are_the_clients(made: dict[str, str], tmp_path: Path, pat: Exported) -> None:
    assert "Your records at Harbour Skin" in (pat.folder / "README.txt").read_text()
    event = AuditEvent.objects.get(action="clinic.export_client")
    assert str(event.client_id) == made["harbour-client"]


def test_of_one_client_no_clinic_is_made(pat: Exported, tmp_path: Path) -> None:
    with place(tmp_path / "again", "sqlite") as empty:
        done = empty.clinic("restore", pat.folder)
    assert done.returncode == 1
    assert "what one client took along" in done.stderr


@pytest.mark.parametrize("code", ["x", "00000000-0000-0000-0000-000000000001", "elsewhere"])
def test_a_client_of_nobody_or_of_another_clinic_is_refused(
    made: dict[str, str], tmp_path: Path, code: str
) -> None:
    asked = made["elsewhere-client"] if code == "elsewhere" else code
    with pytest.raises(KeepingError, match="No client of this clinic has that id"):
        call_command("clinic_export", "harbour", tmp_path / "x", client=asked, verbosity=0)
    assert not (tmp_path / "x").exists()


def test_a_file_that_is_gone_is_named_and_the_rest_is_there(
    made: dict[str, str], tmp_path: Path
) -> None:
    from needlework.web.blobs import store

    gone = made["harbour-blob"]
    store.path_of(Blob.objects.get(pk=gone).pk).unlink()
    with pytest.raises(KeepingError, match=f"1 files were missing or damaged before: {gone}"):
        call_command("clinic_export", "harbour", tmp_path / "out", verbosity=0)
    told = json.loads((tmp_path / "out/contents.json").read_text())
    assert told["damaged"] == [gone]
    assert settings.BLOBS.exists()
