"""What roles, professions and the facts of a place in a clinic are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from needlework.evidence import Knowledge


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


ROLE_NAMES: Final[Mapping[str, str]] = {
    "owner": _("Owner"),
    "medical-director": _("Medical director"),
    "practitioner": _("Practitioner"),
    "assistant": _("Assistant"),
    "reception": _("Reception"),
}
ROLE_MEANINGS: Final[Mapping[str, str]] = {
    "owner": _("runs the clinic and its staff; reads, and treats nobody"),
    "medical-director": _("decides about knowledge, signs plans, answers clearances"),
    "practitioner": _("consults, signs plans, treats"),
    "assistant": _("writes down consultations, and signs nothing"),
    "reception": _("clients’ details, requests and links; no records of health"),
}
PROFESSION_NAMES: Final[Mapping[str, str]] = {
    "physician": _("Physician"),
    "nurse-prescriber": _("Nurse prescriber"),
    "physician-assistant": _("Physician assistant"),
    "nurse": _("Nurse"),
    "master-aesthetician": _("Master aesthetician"),
    "aesthetician": _("Aesthetician"),
    "other": _("Other profession"),
}
FACT_NAMES: Final[Mapping[str, str]] = {
    "roles": _("Roles"),
    "profession": _("Profession"),
    "licence_number": _("Licence number"),
    "licence_authority": _("Authority that gave the licence"),
    "licence_until": _("Licence valid until"),
    "scope_max_depth_mm": _("Deepest needling allowed (mm)"),
    "supervisor": _("Supervisor"),
    "is_public": _("On the public page"),
    "left_at": _("Left"),
}


def device_names(knowledge: Knowledge, language: str) -> dict[str, str]:
    """Devices that the release knows, by name."""
    named = {
        code: device.name.es if language == "es" else device.name.en
        for code, device in knowledge.release.devices.items()
    }
    return dict(sorted(named.items(), key=lambda one: one[1].casefold()))
