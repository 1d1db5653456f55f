"""A client of the demo's clinic with a signed plan and a consent offered for it.

`python -m tests.web.consents.prepared en` adds them to the data that NEEDLEWORK_DATA names, and
prints who they are. It runs in a process of its own.
"""

from __future__ import annotations

import sys

import django
import msgspec

CLINIC = "harbour-skin"


class Prepared(msgspec.Struct, frozen=True):
    """Where the pages are, whose they are, and who takes the signature."""

    clinic: str
    client: str
    name: str
    plan: str
    offer: str
    staff: str
    link: str
    born: str


def prepare(language: str) -> Prepared:
    from django.utils import timezone

    from needlework.web.clinics.models import Clinic, Membership
    from needlework.web.portal import links
    from tests.web import people
    from tests.web.consents.given import offered, plan_of
    from tests.web.plans.signed import approve_all

    clinic = Clinic.objects.get(slug=CLINIC)
    director = Membership.objects.filter(
        clinic=clinic, role_rows__role="medical-director"
    ).select_related("user", "clinic")[0]
    if not director.user.name.startswith("Approved"):
        approve_all(director)
        director.user.name = "Approved by " + director.user.name
        director.user.save(update_fields=["name"])
    number = Membership.objects.count()
    signer = people.member(clinic, "practitioner", email=f"signer-{number}@harbour-skin.example")
    client = people.person(clinic, f"Ines Prado {'Alba' if language == 'es' else 'Vale'}")
    client.language = language
    client.save(update_fields=["language"])
    plan = plan_of(client, signer)
    offer = offered(plan, signer, language)
    _, token = links.make_link(client=client, by=None, now=timezone.now())
    return Prepared(
        clinic=CLINIC,
        client=str(client.pk),
        name=client.name,
        plan=str(plan.pk),
        offer=str(offer.pk),
        staff=signer.user.email,
        link=links.address(token),
        born=str(client.birth_date),
    )


if __name__ == "__main__":
    django.setup()
    sys.stdout.buffer.write(msgspec.json.encode(prepare(sys.argv[1])))
