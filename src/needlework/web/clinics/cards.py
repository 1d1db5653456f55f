"""What documents print of a clinic and of a client."""

from __future__ import annotations

from needlework.documents import ClinicCard, PersonCard
from needlework.web.clinics.models import Client, Clinic
from needlework.web.clinics.selectors import emergency_number
from needlework.web.knowledge import known_for


def clinic_card(clinic: Clinic) -> ClinicCard:
    return ClinicCard(
        name=clinic.name,
        address=clinic.address_lines,
        phone_e164=clinic.phone_e164,
        email=clinic.email,
        emergency_number=emergency_number(clinic, known_for(clinic).knowledge),
        time_zone=clinic.time_zone,
    )


def person_card(client: Client) -> PersonCard:
    return PersonCard(name=client.name, birth_date=client.birth_date)
