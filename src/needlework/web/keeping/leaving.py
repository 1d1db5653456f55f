"""What a clinic takes along when it leaves: its own rows and files, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from needlework.web.accounts.models import User
from needlework.web.blobs.models import Blob
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.keeping.archive import Piece
from needlework.web.keeping.rows import Row, plain, read
from needlework.web.keeping.ways import (
    Table,
    Way,
    carried_of_clinic,
    columns,
    every,
    path_to,
    users_in,
    way_of,
)
from needlework.web.keeping.writing import (
    Progress,
    Written,
    contents_piece,
    file_pieces,
    manifest_piece,
    table_pieces,
)

NOWHERE: Final = "elsewhere.invalid"
NO_PASSWORD: Final = "!"  # noqa: S105  what Django keeps where no password fits


def clinic_pieces(
    clinic: Clinic, using: str, now: datetime, written: Written, progress: Progress
) -> Iterator[Piece]:
    """The clinic's rows, with its files opened."""
    tables = carried_of_clinic()
    named = {"clinic": {"id": str(clinic.pk), "slug": clinic.slug, "name": clinic.name}}
    yield manifest_piece("clinic", tables, using, now, files="plain", **named)
    for model in tables:
        yield from table_pieces(model, rows_of_clinic(model, clinic, using), written, progress)
    blobs = every(Blob, using).filter(clinic=clinic).order_by("pk")
    yield from file_pieces(blobs.iterator(chunk_size=500), written, progress, sealed=False)
    yield "README.txt", _README.encode()
    yield contents_piece(written, using)


def rows_of_clinic(model: Table, clinic: Clinic, using: str) -> Iterator[Row]:
    rows = every(model, using)
    if way_of(model) is Way.STAFF:
        return _people(clinic, using)
    if way_of(model) is Way.SHARED:
        return read(rows.all())
    return read(rows.filter(**{path_to(model, Clinic): clinic.pk}))


def _people(clinic: Clinic, using: str) -> Iterator[Row]:
    """Who works or worked there. Whoever else a row names keeps an id and nothing more."""
    users = every(User, using)
    staff = every(Membership, using).filter(clinic=clinic).values("user")
    own: set[str] = set()
    for row in read(users.filter(pk__in=staff)):
        own.add(row["id"])
        yield {**row, "password": NO_PASSWORD, "last_login": None}
    for code in sorted(_named(clinic, using) - own):
        yield _stranger(code, clinic)


def _named(clinic: Clinic, using: str) -> set[str]:
    """Every account that a row of the clinic names."""
    found: set[str] = set()
    for model in carried_of_clinic():
        path = path_to(model, Clinic)
        if not path or way_of(model) is not Way.CLINIC:
            continue
        rows = every(model, using).filter(**{path: clinic.pk}).order_by()
        for name in users_in(model):
            codes = rows.exclude(**{name: None}).values_list(name, flat=True).distinct()
            found |= {str(code) for code in codes}
    return found


def _stranger(code: str, clinic: Clinic) -> Row:
    nobody = User(
        id=UUID(code),
        email=f"{code}@{NOWHERE}",
        password=NO_PASSWORD,
        is_active=False,
        joined_at=clinic.opened_at,
    )
    return {column.attname: plain(getattr(nobody, column.attname)) for column in columns(User)}


_README = """\
What this clinic keeps with Needlework
======================================

tables/        every record, table by table: one JSON object a line, nothing left out
files/         photos, signatures, letters and PDFs, as they are; named by the id of their record
manifest.json  what this is, and when and by which version it was made
contents.json  how many rows each table has, and a digest over them
SHA256SUMS     a checksum of each file; `sha256sum -c SHA256SUMS` compares them

Records are never changed: a later one names the earlier one that it takes the place of
(`supersedes_id`), and `records.retraction` names those that were entered in error, and why.

Of people who work or worked here, passwords and second factors are not inside: they are theirs.
Whoever is named in a record and never worked here has an id, and an address that is none.

These are health data, and nothing here is encrypted. Keep them accordingly.

`needlework clinic restore FOLDER` puts all of it into an empty installation.
"""
