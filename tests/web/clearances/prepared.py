"""A client of the demo's clinic whose plan waits for one clinician, and for nothing else.

`python -m tests.web.clearances.prepared` adds them to the data that NEEDLEWORK_DATA names, and
prints who they are. It runs in a process of its own.
"""

from __future__ import annotations

import sys

import django
import msgspec

CLINIC = "harbour-skin"
NURSE = "nurse@harbour-skin.example"
DIRECTOR = "director@harbour-skin.example"


class Prepared(msgspec.Struct, frozen=True):
    """Whose consultation it is, and where."""

    name: str
    client: str
    consultation: str


def prepare(name: str) -> Prepared:
    from needlework.web.clinics.models import Membership
    from needlework.web.governance.models import Decision
    from tests.web import people
    from tests.web.clearances.asked import WAITS, consulted
    from tests.web.plans.signed import approve_all

    staff = Membership.objects.filter(clinic__slug=CLINIC).select_related("user", "clinic")
    nurse, director = (staff.get(user__email=email) for email in (NURSE, DIRECTOR))
    if not Decision.objects.filter(clinic=nurse.clinic).exists():
        approve_all(director)
    client = people.person(nurse.clinic, name)
    version = consulted(client, nurse, **WAITS)
    return Prepared(name, str(client.pk), str(version.consultation_id))


if __name__ == "__main__":
    django.setup()
    sys.stdout.buffer.write(msgspec.json.encode(prepare(sys.argv[1])))
