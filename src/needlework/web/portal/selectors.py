"""What pages ask of clients' reports, and of whom a client can reach."""

from __future__ import annotations

import msgspec
from django.db.models import Exists, OuterRef

from needlework.aftercare import Answer
from needlework.evidence import Knowledge
from needlework.web.clinics.models import Clinic
from needlework.web.portal.models import Acknowledgement, SymptomReport

ALERTING = ("emergency", "same-day", "clinician")
"""What somebody at the clinic has to see."""


def open_reports(clinic: Clinic) -> list[SymptomReport]:
    """Reports that need eyes and have had none, the worst and oldest first."""
    worst_first = {word: place for place, word in enumerate(ALERTING)}
    seen = Acknowledgement.objects.current().filter(report=OuterRef("pk"))
    found = (
        SymptomReport.objects.current()
        .filter(~Exists(seen), clinic=clinic, urgency__in=ALERTING)
        .select_related("client")
    )
    return sorted(found, key=lambda report: (worst_first[report.urgency], report.recorded_at))


def reading(report: SymptomReport) -> Answer:
    """The answer as the client saw it."""
    return msgspec.convert(report.answer, Answer)


def is_judged_by(report: SymptomReport, knowledge: Knowledge) -> bool:
    """Whether the answer was made with the knowledge that its notes are told from."""
    digests = (knowledge.release.digest, knowledge.overlay_digest)
    return (report.release_digest, report.overlay_digest) == digests


def emergency_claims(clinic: Clinic, knowledge: Knowledge) -> tuple[str, ...]:
    """Where the emergency number comes from, unless the clinic gave its own."""
    claim_id = f"jurisdiction.{clinic.jurisdiction}.emergency-number"
    is_known = claim_id in knowledge.claims and claim_id not in knowledge.rejected
    return (claim_id,) if is_known and not clinic.emergency_number else ()


def acknowledgement_of(report: SymptomReport) -> Acknowledgement | None:
    """Who at the clinic has seen it, and when."""
    found: Acknowledgement | None = (
        report.acknowledgements.current().select_related("author").first()
    )
    return found
