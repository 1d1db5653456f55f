"""What staff do with their clinic's clients."""

from __future__ import annotations

from typing import Any

from needlework.web.clinics.models import Client, Clinic


def add_client(*, clinic: Clinic, given: dict[str, Any]) -> Client:
    return Client.objects.create(clinic=clinic, **_fields(given))


def change_client(*, client: Client, given: dict[str, Any]) -> Client:
    for name, value in _fields(given).items():
        setattr(client, name, value)
    client.save()
    return client


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    fields = {name: given[name] for name in ("name", "birth_date", "sex", "email", "language")}
    return {**fields, "phone_e164": given["phone"]}
