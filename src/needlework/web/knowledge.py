"""The knowledge that a clinic works with: the release, with what its director decided over it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from uuid import UUID

from needlework.evidence import Knowledge
from needlework.evidence.decided import claim_digests, overlay_digest
from needlework.web.clinics.models import Clinic
from needlework.web.governance.selectors import last_decision, overlay_of
from needlework.workflow import Known, known

CLINICS_KEPT: Final = 32


def known_for(clinic: Clinic) -> Known:
    """As it stands now: another process may have written a decision a moment ago."""
    last = last_decision(clinic)
    return shipped() if last is None else _decided(clinic.pk, clinic.slug, *last)


@lru_cache(maxsize=1)
def shipped() -> Known:
    """The release as it came."""
    return known()


@lru_cache(maxsize=1)
def shipped_digests() -> Mapping[str, str]:
    """Of each claim of the release."""
    return claim_digests(shipped().knowledge.release.claims)


@lru_cache(maxsize=CLINICS_KEPT)
def _decided(clinic_id: UUID, slug: str, number: int, last: UUID) -> Known:
    """By the last decision: the ones before it never change, so it stands for them all."""
    release = shipped().knowledge.release
    overlay = overlay_of(clinic_id, slug, release, shipped_digests(), number)
    return Known(Knowledge(release, overlay, overlay_digest(overlay)), shipped().lexicon)
