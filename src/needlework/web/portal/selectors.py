"""What pages ask of clients' reports, and of whom a client can reach."""

from __future__ import annotations

import msgspec

from needlework.aftercare import Answer
from needlework.web.clinics.models import Clinic
from needlework.web.portal.models import Acknowledgement, SymptomReport

ALERTING = ("emergency", "same-day", "clinician")
"""What somebody at the clinic has to see."""


def open_reports(clinic: Clinic) -> list[SymptomReport]:
    """Reports that need eyes and have had none, the worst and oldest first."""
    worst_first = {word: place for place, word in enumerate(ALERTING)}
    found = (
        SymptomReport.objects.current()
        .filter(clinic=clinic, urgency__in=ALERTING, acknowledgements__isnull=True)
        .select_related("client")
    )
    return sorted(found, key=lambda report: (worst_first[report.urgency], report.recorded_at))


def reading(report: SymptomReport) -> Answer:
    """The answer as the client saw it."""
    return msgspec.convert(report.answer, Answer)


def acknowledgement_of(report: SymptomReport) -> Acknowledgement | None:
    """Who at the clinic has seen it, and when."""
    return report.acknowledgements.select_related("author").first()
