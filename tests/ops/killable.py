"""Writes through the whole app in children that tests kill, and says what was acknowledged.

Speaks JSON lines: `go` starts a child, `dead` collects what it had done when it was killed, and
`check` compares all that was ever acknowledged with what the database and the files hold.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import django

if TYPE_CHECKING:
    from django.db.models import Manager, QuerySet
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    Rows = Manager[Any] | QuerySet[Any]

Say = Callable[[str, str], None]

CONSULTATION: Final = "consultation"
KINDS: Final = ("client", "photo", CONSULTATION, "report")
SIGNED: Final = ("approval", "note", "plan", "consent", "withdrawal")


class Writer:
    """People who use the app, each write with its acknowledgement."""

    def __init__(self) -> None:
        from tests.consultations import base
        from tests.web import people
        from tests.web.consultations.said import everyday, place_for
        from tests.web.portal.inside import enter, treat
        from tests.web.records_of import png

        self.clinic, member, client = place_for(base())
        treat(client, member)
        self.staff, self.inside = people.browser(member), enter(client)
        self.client = client
        self.form, self.photo = everyday(), png()
        self.facts = {
            "birth_date": client.birth_date.isoformat() if client.birth_date else "",
            "sex": client.sex,
            "language": "en",
            "somebody_else": "1",
        }

    def write(self, say: Say, rounds: Iterator[int]) -> None:
        """One write of each kind after another; each is announced, then acknowledged."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from tests.web.consultations.said import send

        root = f"/clinic/{self.clinic.slug}/clients/"
        for number in rounds:
            say("begin", "client")
            made = self.staff.post(f"{root}new/", {"name": f"Person {number}", **self.facts})
            code = _acknowledged(made).rstrip("/").rpartition("/")[2]
            say("client", code)
            say("begin", "photo")
            sent = SimpleUploadedFile("face.png", self.photo, "image/png")
            _acknowledged(self.staff.post(f"{root}{code}/photo/", {"photo": sent}))
            say("photo", code)
            say("begin", CONSULTATION)
            _acknowledged(send(self.staff, f"{root}{code}/consultations/new/", self.form, base="0"))
            say(CONSULTATION, code)
            say("begin", "report")
            where = _acknowledged(
                self.inside.post("/my/symptoms/", {"signs": ["redness", "breathless"]})
            )
            say("report", where.rstrip("/").rpartition("/")[2])


class Signer:
    """People who decide, sign and take back, in a clinic whose director has approved all else."""

    def __init__(self) -> None:
        from django.conf import settings

        from tests.web import people
        from tests.web.plans.signed import approve_all, consulted, settle

        # tests/web/accounts shows that a director has a second factor; here one signs in at once.
        settings.SECOND_FACTOR_REQUIRED = False
        clinic = people.clinic()
        self.director = people.member(clinic, "medical-director")
        self.member = people.member(clinic, "practitioner")
        self.client = people.person(clinic)
        approve_all(self.director)
        self.version = consulted(self.client, self.member)
        settle(self.version, self.member)

    def write(self, say: Say, rounds: Iterator[int]) -> None:
        for number in rounds:
            # A device that was handed over is locked: each round has browsers of its own.
            self._approve(say)
            self._note(say, number)
            self._sign(say)

    def _approve(self, say: Say) -> None:
        from needlework.web.governance.models import Decision
        from tests.web import people

        claim = "harm.herpes.onset-from"
        path = f"/clinic/{self.version.clinic.slug}/knowledge/claims/{claim}/"
        browser = people.browser(self.director)
        last = Decision.objects.filter(subject=claim).latest("number")
        choice = "approve" if last.choice == "undecide" else "undecide"
        say("begin", "approval")
        seen = _field(browser.get(path), "seen")
        sent = {"choice": choice, "seen": seen, "password": people.PASSWORD}
        _acknowledged(browser.post(f"{path}decide/", sent))
        say("approval", str(last.number + 1))

    def _note(self, say: Say, number: int) -> None:
        from tests.web import people

        path = f"/clinic/{self.version.clinic.slug}/clients/{self.client.pk}/notes/"
        say("begin", "note")
        _acknowledged(people.browser(self.member).post(path, {"text": f"Note {number}"}))
        say("note", str(number))

    def _sign(self, say: Say) -> None:
        from django.urls import reverse

        from needlework.web.consents.models import TREATMENT, Consent, ConsentOffer
        from tests.web import people
        from tests.web.consents.given import form_of as consent_form
        from tests.web.plans.signed import form_of, sign_address

        slug = self.version.clinic.slug
        browser = people.browser(self.member)
        say("begin", "plan")
        page = browser.get(sign_address(self.version)).content.decode()
        where = _acknowledged(browser.post(sign_address(self.version), form_of(page)))
        plan = where.rstrip("/").rpartition("/")[2]
        say("plan", plan)
        say("begin", "consent")
        offering = reverse("consents:offer", args=(slug, self.client.pk, plan))
        where = _acknowledged(browser.post(offering, {"language_read": "en"}))
        offer = ConsentOffer.objects.get(pk=where.rstrip("/").rpartition("/")[2])
        browser.post(reverse("consents:hand_over", args=(slug, offer.pk)), {"is_able": "on"})
        signed = browser.post(reverse("consents:sign"), consent_form(offer))
        if signed.status_code != 302:
            raise SystemExit(f"refused with {signed.status_code} {signed.content[:2000]!r}")
        say("consent", str(offer.pk))
        say("begin", "withdrawal")
        consent = Consent.objects.get(signature__offer=offer, use=TREATMENT)
        path = reverse("consents:withdraw", args=(slug, consent.pk))
        _acknowledged(people.browser(self.member).post(path, {"words": ""}))
        say("withdrawal", str(consent.pk))


def _field(answer: Answer, name: str) -> str:
    from tests.web.plans.signed import hidden

    return hidden(answer.content.decode(), name)


def _acknowledged(answer: Answer) -> str:
    """Where a browser is sent once its write is kept."""
    where = str(answer.headers.get("Location", ""))
    if not where.startswith(("/clinic/", "/my/symptoms/")) or "?" in where:
        raise SystemExit(f"refused with {answer.status_code} {where}: {answer.content[:2000]!r}")
    return where


class Ward:
    """Starts children, and remembers what they were told."""

    def __init__(self, writer: Writer | Signer) -> None:
        self._writer = writer
        self._kinds = KINDS if isinstance(writer, Writer) else SIGNED
        self._told: dict[str, list[str]] = {kind: [] for kind in self._kinds}
        self._child = 0
        self._pipe = -1
        self._at = 0

    def go(self) -> dict[str, Any]:
        near, far = os.pipe()
        child = os.fork()
        if not child:
            os.close(near)
            _live(self._writer, far, count(self._at * 1_000_000))
        os.close(far)
        self._at += 1
        self._child, self._pipe = child, near
        return {"pid": child}

    def dead(self) -> dict[str, Any]:
        """What the child had been told, and whether it died in the middle of a write."""
        with os.fdopen(self._pipe) as heard:
            lines = [line.split() for line in heard if line.endswith("\n")]
        os.waitpid(self._child, 0)
        wrong = [words for kind, *words in lines if kind == "wrong"]
        for kind, code in lines:
            if kind in self._told:
                self._told[kind].append(code)
        return {
            "told": sum(kind in self._told for kind, _ in lines),
            "amid": bool(lines) and lines[-1][0] == "begin",
            "wrong": wrong,
        }

    def check(self) -> dict[str, Any]:
        from django.db import connections

        look = _lost if self._kinds == KINDS else _lost_of_signed
        faults = [*look(self._told), *_halves(), *_halves_of_signed(), *_guards()]
        connections.close_all()
        return {"faults": faults, "told": {kind: len(had) for kind, had in self._told.items()}}


def _say_nothing(kind: str, code: str) -> None:
    """Nobody listens yet."""


def _live(writer: Writer | Signer, far: int, rounds: Iterator[int]) -> None:
    """A child's life: it ends by being killed, or where the database goes away."""

    def say(kind: str, code: str) -> None:
        os.write(far, f"{kind} {code}\n".encode())

    try:
        writer.write(say, rounds)
    except SystemExit as refused:
        # 503 is the answer of an app whose database was killed.
        if "refused with 503 " not in str(refused):
            say("wrong", str(refused).replace(" ", "_")[:3000])
    except BaseException as wrong:  # noqa: BLE001  a child must not go on as its parent
        say("wrong", type(wrong).__name__)
    finally:
        os._exit(0)


def _lost(told: dict[str, list[str]]) -> Iterator[str]:
    """What was acknowledged and is not there, or not whole, or not in the audit."""
    from needlework.web.audit.models import AuditEvent
    from needlework.web.blobs.models import Blob
    from needlework.web.clinics.models import Client, ClientVersion
    from needlework.web.consultations.models import ConsultationVersion
    from needlework.web.portal.models import SymptomReport

    def codes(rows: Rows, name: str) -> set[str]:
        return {str(code) for code in rows.values_list(name, flat=True)}

    def audited(action: str) -> set[str]:
        return codes(AuditEvent.objects.filter(action=action, outcome="ok"), "client_id")

    there = {
        "client": [
            codes(Client.objects, "pk"),
            codes(ClientVersion.objects, "client_id"),
            audited("clinics.client_new"),
        ],
        "photo": [codes(Blob.objects.filter(kind="portrait"), "client_id"), audited("blobs.photo")],
        CONSULTATION: [
            codes(ConsultationVersion.objects, "client_id"),
            audited("consultations.new"),
        ],
        "report": [codes(SymptomReport.objects, "pk")],
    }
    for kind, places in there.items():
        for number, held in enumerate(places):
            for code in set(told[kind]) - held:
                yield f"{kind} {code} was acknowledged and is lost ({number})"
    reports = AuditEvent.objects.filter(action="portal.symptoms", outcome="ok", method="POST")
    named = {seen["id"] for event in reports for seen in event.objects_seen}
    for code in set(told["report"]) - named:
        yield f"report {code} has no row in the audit"


def _lost_of_signed(told: dict[str, list[str]]) -> Iterator[str]:
    """The same of what was decided, signed and taken back."""
    from needlework.web.audit.models import AuditEvent
    from needlework.web.consents.models import Consent, ConsentSignature, Withdrawal
    from needlework.web.days.models import Note
    from needlework.web.governance.models import Decision
    from needlework.web.plans.models import SignedPlan

    events = AuditEvent.objects.filter(outcome="ok", method="POST")
    audited = {seen["id"] for event in events for seen in event.objects_seen}
    there: dict[str, dict[str, Any]] = {
        "approval": {str(row.number): row for row in Decision.objects.all()},
        "note": {row.text.removeprefix("Note "): row for row in Note.objects.all()},
        "plan": {str(row.pk): row for row in SignedPlan.objects.all()},
        "consent": {str(row.offer_id): row for row in ConsentSignature.objects.all()},
        "withdrawal": {str(row.consent_id): row for row in Withdrawal.objects.all()},
    }
    for kind, codes in told.items():
        for code in codes:
            row = there[kind].get(code)
            if row is None:
                yield f"{kind} {code} was acknowledged and is lost"
            # Whoever signs a consent is told of by the consents that came of it.
            elif kind == "consent":
                named = {str(one.pk) for one in Consent.objects.filter(signature=row)}
                if not named or not {*named, str(row.pk), code} & audited:
                    yield f"consent {code} has no row in the audit, or consents to nothing"
            elif str(row.pk) not in audited:
                yield f"{kind} {code} has no row in the audit"


def _halves_of_signed() -> Iterator[str]:
    """Signatures of which a part was kept."""
    from needlework.web.consents.forming import is_whole as is_consent_whole
    from needlework.web.consents.models import ConsentOffer, ConsentSignature
    from needlework.web.plans.models import SignedPlan
    from needlework.web.plans.services import is_whole

    for plan in SignedPlan.objects.all():
        if not is_whole(plan) or not plan.claims.exists() or not plan.days.exists():
            yield f"plan {plan.pk} is not whole"
    for offer in ConsentOffer.objects.all():
        if not is_consent_whole(offer):
            yield f"consent {offer.pk} is not whole"
    for row in ConsentSignature.objects.filter(consents=None):
        yield f"signature {row.pk} consents to nothing"


def _halves() -> Iterator[str]:
    """Writes of which a part was kept, acknowledged or not."""
    from needlework.web.audit.models import AuditEvent
    from needlework.web.blobs import store
    from needlework.web.blobs.models import Blob
    from needlework.web.blobs.services import is_whole
    from needlework.web.clinics.models import Client
    from needlework.web.consultations.models import Consultation

    news = AuditEvent.objects.filter(action="clinics.client_new", outcome="ok")
    written = set(news.values_list("client_id", flat=True))
    for client in Client.objects.filter(name__startswith="Person ").values_list("pk", flat=True):
        if client not in written:
            yield f"client {client} is there without a row in the audit"
    for row in Consultation.objects.filter(versions=None):
        yield f"consultation {row.pk} is there without a version"
    for blob in Blob.objects.all():
        if not store.path_of(blob.pk).exists() or not is_whole(blob, store.get(blob.pk)):
            yield f"file {blob.pk} is missing or altered"


def _guards() -> Iterator[str]:
    """Triggers, and on SQLite the file itself."""
    from django.db import connection

    from needlework.web.records import triggers

    for trigger in triggers.missing():
        yield f"{trigger.name} is missing"
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for check in ("integrity_check", "foreign_key_check"):
            cursor.execute(f"PRAGMA {check}")
            for row in cursor.fetchall():
                if row != ("ok",):
                    yield f"{check}: {row}"


def sign_in() -> dict[str, str]:
    """A clinic, and a session of somebody who works there, for a browser of the test's own."""
    from tests.consultations import base
    from tests.web import people
    from tests.web.consultations.said import place_for

    clinic, member, _ = place_for(base())
    cookie = people.browser(member).cookies["sessionid"].value
    return {"path": f"/clinic/{clinic.slug}/clients/new/", "session": cookie}


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.keeping.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if sys.argv[1:] == ["sign-in"]:
        _answer(sign_in())
        return
    writer = Signer() if sys.argv[1:] == ["signing"] else Writer()
    # Once before any child, so that all of them begin with everything loaded.
    writer.write(_say_nothing, iter([0]))
    # A connection does not survive being shared with a child.
    connections.close_all()
    ward = Ward(writer)
    acts = {"go": ward.go, "dead": ward.dead, "check": ward.check}
    _answer({"ready": True})
    for line in sys.stdin:
        _answer(acts[line.strip()]())


def _answer(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
