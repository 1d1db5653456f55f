"""What a request touched, noted on the way and written down at its end."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from django.db.models import Model

from needlework.web.clinics.models import Client, Clinic

_OBJECTS_AT_MOST: Final = 1000


class Notes:
    """`request.audit`: what views, the access door and the signals note."""

    def __init__(self) -> None:
        self.request_id: UUID = uuid4()
        self.action = ""
        """What happened, where that says more than the view's name."""
        self.actor_id: UUID | None = None
        """Who acted, where the request no longer tells: somebody who has just signed out."""
        self.is_refused = False
        self.is_undone = False
        """An exception cut the view short: what it wrote until then is not kept."""
        self._objects: dict[tuple[str, str], None] = {}
        self._clinics: set[UUID] = set()
        self._clients: set[UUID] = set()

    def note(self, row: Model) -> None:
        """A row that was seen or written."""
        self._objects[row._meta.label_lower, str(row.pk)] = None
        clinic, client = _belongs(row)
        self._clinics |= {clinic} if clinic else set()
        self._clients |= {client} if client else set()

    def refused(self, row: Model) -> None:
        """A row that was asked for by somebody whom it does not concern: the row says whose."""
        self.is_refused = True
        self.note(row)
        clinic, client = _belongs(row)
        # Whose it was counts, and not who asked: of the asker's own the note stays.
        self._clinics = {clinic} if clinic else self._clinics
        self._clients = {client} if client else self._clients

    def happened(
        self, action: str, *, actor_id: UUID | None = None, is_refused: bool = False
    ) -> None:
        """What no view of ours tells: somebody signed in, or failed to."""
        self.action = action
        self.actor_id = actor_id or self.actor_id
        self.is_refused = self.is_refused or is_refused

    def forget_undone(self) -> None:
        """After a rollback: whoever was being added is nobody, and no row may point there."""
        self._clients = set(
            Client.objects.filter(pk__in=self._clients).values_list("pk", flat=True)
        )
        self._clinics = set(
            Clinic.objects.filter(pk__in=self._clinics).values_list("pk", flat=True)
        )

    @property
    def clinic_id(self) -> UUID | None:
        return _only(self._clinics)

    @property
    def client_id(self) -> UUID | None:
        """Whose record it was. A list of several people's stands in the objects alone."""
        return _only(self._clients)

    @property
    def objects(self) -> list[dict[str, str]]:
        """Types and ids; how many more there were, where there were very many."""
        named = [{"type": kind, "id": code} for kind, code in self._objects]
        if len(named) <= _OBJECTS_AT_MOST:
            return named
        more = len(named) - _OBJECTS_AT_MOST
        return [*named[:_OBJECTS_AT_MOST], {"type": "more", "id": str(more)}]

    def __bool__(self) -> bool:
        """Whether anything was noted."""
        return bool(self.action or self._objects)


def _belongs(row: Model) -> tuple[UUID | None, UUID | None]:
    """Of which clinic and which client a row is."""
    clinic = row.pk if isinstance(row, Clinic) else getattr(row, "clinic_id", None)
    client = row.pk if isinstance(row, Client) else getattr(row, "client_id", None)
    return clinic, client


def _only(ids: set[UUID]) -> UUID | None:
    return next(iter(ids)) if len(ids) == 1 else None
