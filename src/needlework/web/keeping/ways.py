"""Whose each table's rows are, so that a back-up or an export carries them without knowing them.

A table that leads to a clinic by foreign keys finds its way alone. Any other must be declared.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import models

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client, Clinic

Table = type[models.Model]


class Way(Enum):
    """Whose the rows of a table are."""

    CLINIC = "a clinic's; they go along with its export"
    STAFF = "people; those who work in a clinic go along with its export, without their secrets"
    SHARED = "nobody's, and about nobody; all go along with each export"
    INSTALLATION = "the installation's; in its back-up and in no export"
    LEFT = "made anew wherever the app runs; never carried"


DECLARED: Final[Mapping[str, Way]] = {
    "accounts.user": Way.STAFF,
    "governance.usedrelease": Way.SHARED,
    # A seal covers the rows of every clinic.
    "audit.auditseal": Way.INSTALLATION,
    "audit.auditcheck": Way.INSTALLATION,
    "account.emailaddress": Way.INSTALLATION,
    "account.emailconfirmation": Way.INSTALLATION,
    "mfa.authenticator": Way.INSTALLATION,
    # Whoever was signed in signs in again.
    "sessions.session": Way.LEFT,
    # Migrations fill these; nothing of ours points there.
    "contenttypes.contenttype": Way.LEFT,
    "auth.permission": Way.LEFT,
    "auth.group": Way.LEFT,
    "auth.group_permissions": Way.LEFT,
}

NOT_THE_CLIENTS: Final = frozenset({"audit.auditevent"})
"""Tables that name a client and tell of others: addresses and browsers of staff."""

SECRETS: Final = frozenset({"password", "token_digest"})
"""Columns that are nobody's to read outside of a back-up."""


def way_of(model: Table) -> Way:
    """As declared, else by where the foreign keys lead; the installation's where neither says."""
    declared = DECLARED.get(model._meta.label_lower)
    if declared is not None:
        return declared
    return Way.CLINIC if path_to(model, Clinic) else Way.INSTALLATION


def undeclared() -> list[str]:
    """Tables of which nobody has said whose their rows are."""
    return [
        model._meta.label_lower
        for model in _managed()
        if model._meta.label_lower not in DECLARED and not path_to(model, Clinic)
    ]


@cache
def path_to(model: Table, target: Table) -> str:
    """The shortest chain of foreign keys, as a filter names it; empty where there is none.

    On the way there none may be empty. The last may: such rows are no clinic's, or no client's.
    """
    if model is target:
        return "pk"
    waiting: deque[tuple[Table, str]] = deque([(model, "")])
    seen = {model}
    while waiting:
        at, before = waiting.popleft()
        for column in foreign_keys(at):
            to = column.related_model
            if to is target:
                return f"{before}{column.name}"
            if not column.null and to not in seen:
                seen.add(to)
                waiting.append((to, f"{before}{column.name}__"))
    return ""


def foreign_keys(model: Table) -> list[Any]:
    """Columns that name a row of a table."""
    return [column for column in columns(model) if column.is_relation]


def columns(model: Table) -> list[Any]:
    return list(model._meta.concrete_fields)


def every(model: Table, using: str = "default") -> models.QuerySet[Any]:
    """All rows, whatever a model's own managers leave out."""
    return models.QuerySet(model=model, using=using)


def carried() -> list[Table]:
    """Every table of a back-up; one that names another comes after it."""
    return _in_order(model for model in _managed() if way_of(model) is not Way.LEFT)


def carried_of_clinic() -> list[Table]:
    """Every table of a clinic's export."""
    kept = {Way.CLINIC, Way.STAFF, Way.SHARED}
    return [model for model in carried() if way_of(model) in kept]


def carried_of_client() -> list[Table]:
    """Every table that tells of one client."""
    return [
        model
        for model in carried()
        if model._meta.label_lower not in NOT_THE_CLIENTS and path_to(model, Client)
    ]


def users_in(model: Table) -> list[str]:
    """Columns that name a person with an account."""
    return [column.attname for column in foreign_keys(model) if column.related_model is User]


def _managed() -> Iterator[Table]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _in_order(models: Iterable[Table]) -> list[Table]:
    waiting = dict.fromkeys(models)
    made: dict[Table, None] = {}

    def lay(model: Table) -> None:
        del waiting[model]
        for column in foreign_keys(model):
            if column.related_model in waiting:
                lay(column.related_model)
        made[model] = None

    while waiting:
        lay(next(iter(waiting)))
    return list(made)
