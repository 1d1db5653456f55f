"""What one client takes along: every record about them, their documents and their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from msgspec import Struct, field

from needlework import documents
from needlework.errors import NeedleworkError
from needlework.i18n import translator
from needlework.web.accounts.models import User
from needlework.web.blobs.models import Blob
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.models import Client, Membership
from needlework.web.consultations import selectors
from needlework.web.enquiries.models import RequestStep
from needlework.web.keeping import archive
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.rows import Row, read
from needlework.web.keeping.ways import (
    SECRETS,
    Table,
    carried_of_client,
    every,
    foreign_keys,
    path_to,
)
from needlework.web.keeping.writing import (
    FORMAT,
    VERSION,
    Progress,
    Written,
    file_pieces,
)
from needlework.web.knowledge import known_for
from needlework.web.records.models import Record, Retraction

OF_REQUESTS: Final[Mapping[str, str]] = {
    "enquiries.consultationrequest": "pk",
    "enquiries.requeststep": "enquiry",
}
"""Tables of requests for a consultation, and their column that names the request."""
CURRENT: Final = "current"
SUPERSEDED: Final = "superseded"
IN_ERROR: Final = "entered in error"


class Taken(Struct):
    """What the records name besides the client."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    named: dict[Table, set[str]] = field(default_factory=dict)
    """Ids that rows name, by table."""


def client_pieces(
    client: Client, using: str, now: datetime, written: Written, progress: Progress
) -> Iterator[Piece]:
    """All that a clinic has about somebody, as it stands at one moment."""
    taken = _taken(client, using, written, progress)
    told = {
        "format": FORMAT,
        "version": VERSION,
        "kind": "client",
        "made_at": now.isoformat(),
        "clinic": {"id": str(client.clinic_id), "name": client.clinic.name},
        "client": str(client.pk),
    }
    yield archive.MANIFEST, archive.as_json(told)
    yield "records.json", archive.as_json({"staff": _staff(taken, using), "records": taken.tables})
    unmade = []
    for name, make in _papers(client):
        progress(name)
        try:
            yield name, make()
        except NeedleworkError as wrong:
            unmade.append(f"{name}: {wrong.message}")
    yield from file_pieces(_blobs(client, taken, using), written, progress, sealed=False)
    yield "README.txt", readme(client, unmade, written.damaged).encode()


def _taken(client: Client, using: str, written: Written, progress: Progress) -> Taken:
    taken = Taken()
    errors = set(
        Retraction.objects.using(using)
        .filter(client=client)
        .values_list("record_type", "record_id")
    )
    asked = _requests_of(client, using)
    for model in carried_of_client():
        label = model._meta.label_lower
        about = Q(**{path_to(model, Client): client.pk})
        if path := OF_REQUESTS.get(label):
            # A step that names somebody else is theirs.
            about |= Q(**{f"{path}__in": asked}) & Q(client=None)
        rows = every(model, using).filter(about)
        found: list[Row] = [_shown(row) for row in read(rows)]
        if issubclass(model, Record):
            later = {row["supersedes_id"] for row in found}
            wrong = {str(code) for kind, code in errors if kind == label}
            found = [{**row, "standing": _standing(row["id"], wrong, later)} for row in found]
        for column in foreign_keys(model):
            codes = {row[column.attname] for row in found} - {None}
            taken.named.setdefault(column.related_model, set()).update(codes)
        taken.tables[label] = found
        written.tables[label] = {"rows": len(found)}
        progress(f"{label}: {len(found)} rows")
    return taken


def _requests_of(client: Client, using: str) -> list[UUID]:
    """Requests by which somebody became this client: written before there was a client to name.

    Of one that was opened again and led to another client, the last step tells whose it is.
    """
    steps = every(RequestStep, using).filter(clinic=client.clinic_id, kind="client")
    mine = steps.filter(client=client.pk).values("enquiry")
    led_to = steps.filter(enquiry__in=mine).order_by("number").values_list("enquiry", "client")
    return [enquiry for enquiry, came in dict(led_to).items() if came == client.pk]


def _shown(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in SECRETS}


def _standing(code: str, errors: set[str], superseded: set[Any]) -> str:
    if code in errors:
        return IN_ERROR
    return SUPERSEDED if code in superseded else CURRENT


def _staff(taken: Taken, using: str) -> Mapping[str, Mapping[str, str]]:
    """Names of those whom the records name by an id: accounts, and places in the clinic."""
    users = every(User, using).filter(pk__in=taken.named.get(User, ()))
    members = (
        every(Membership, using)
        .filter(pk__in=taken.named.get(Membership, ()))
        .select_related("user")
    )
    return {
        **{str(user.pk): {"name": user.name} for user in users},
        **{str(one.pk): {"name": one.user.name, "profession": one.profession} for one in members},
    }


def _blobs(client: Client, taken: Taken, using: str) -> Iterator[Blob]:
    """Files about the client, and those that a record about them names."""
    about = Q(client=client) | Q(pk__in=taken.named.get(Blob, ()))
    found = every(Blob, using).filter(about, clinic=client.clinic_id)
    return found.order_by("pk").iterator(chunk_size=500)


def _papers(client: Client) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Plan and consent draft of each consultation, as today's knowledge has them."""
    for number, row in enumerate(reversed(selectors.consultations_of(client)), start=1):
        version = selectors.version_of(row)
        if version is None:
            continue
        for kind, make in (("plan", documents.plan_pdf), ("consent", documents.consent_pdf)):
            yield (
                f"documents/consultation-{number}-{kind}.pdf",
                lambda make=make, version=version: _paper(client, make, version),  # type: ignore[misc]
            )


def _paper(client: Client, make: Callable[..., bytes], version: Any) -> bytes:
    known = known_for(client.clinic)
    judged = selectors.judged(version, known)
    return make(
        judged.plan,
        judged.said,
        known,
        clinic=clinic_card(client.clinic),
        person=person_card(client),
        language=client.language,
    )


def readme(client: Client, unmade: list[str], damaged: list[str]) -> str:
    """What lies beside it, in the client's language."""
    _ = translator(client.language)
    title = _("Your records at {clinic}").format(clinic=client.clinic.name)
    rows = {
        "records.json": _(
            "Everything that was written down about you, table by table. Nothing is ever changed: "
            "what was replaced or entered in error is still there, and says so."
        ),
        "documents/": _("Your plans and drafts of consent, as they would be printed today."),
        "files/": _("Your photos, signatures and letters, named by the id of their record."),
        "SHA256SUMS": _("A checksum of each file, to see whether one was changed."),
    }
    width = max(len(name) for name in rows)
    lines = [title, "=" * len(title), ""]
    lines += [f"{name:<{width}}  {said}" for name, said in rows.items()]
    lines += ["", _("Who opened your records, and when, the clinic can tell you.")]
    lines += [_("This is about your health, and it is not encrypted. Keep it in a safe place.")]
    if unmade:
        lines += ["", _("These documents could not be made:"), *unmade]
    if damaged:
        lines += ["", _("These files were missing or damaged at the clinic:"), *damaged]
    return "\n".join([*lines, ""])
