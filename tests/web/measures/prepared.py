"""A client of the demo's clinic in the middle of a course; run in a process of its own.

`python -m tests.web.measures.prepared` adds it to the data that NEEDLEWORK_DATA names, and prints
where the client's pages lie and on which days a score may be taken.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import Final

import django
import msgspec

CLINIC: Final = "harbour-skin"


class Prepared(msgspec.Struct, frozen=True):
    """The client, and three days: before the first session, before the second, and yesterday."""

    client: str
    plan: str
    days: tuple[date, date, date]


def prepare(name: str) -> Prepared:
    from needlework.web.clinics.models import Clinic, Membership
    from tests.web import people
    from tests.web.measures.course import BEGAN_D, ago, consulted, held

    clinic = Clinic.objects.get(slug=CLINIC)
    members = Membership.objects.filter(clinic=clinic).select_related("user").order_by("pk")
    author = next(one for one in members if "practitioner" in one.roles)
    client = people.person(clinic, name=name)
    version = consulted(client, author)
    for days in (BEGAN_D - 1, 59):
        held(client, author, days)
    return Prepared(
        client=f"/clinic/{CLINIC}/clients/{client.pk}/",
        plan=f"/clinic/{CLINIC}/clients/{client.pk}/consultations/{version.consultation_id}/plan/",
        days=(ago(clinic, BEGAN_D), ago(clinic, 60), ago(clinic, 1)),
    )


if __name__ == "__main__":
    django.setup()
    sys.stdout.buffer.write(msgspec.json.encode(prepare(sys.argv[1])))
