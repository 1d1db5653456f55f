"""What a client reports, and that the clinic has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from needlework.aftercare import Answer, Observation
from needlework.errors import AnswerError
from needlework.web.accounts.models import User
from needlework.web.knowledge import known_for
from needlework.web.portal.models import Acknowledgement, SymptomReport
from needlework.web.records.services import OvertakenError, is_retracted, supersede
from needlework.web.treatments.models import TreatmentSession
from needlework.workflow import symptoms


def report_symptoms(
    *,
    treatment: TreatmentSession,
    day: int,
    observations: Sequence[Observation],
    language: str,
    now: datetime,
) -> SymptomReport:
    """Judge what the client chose, and keep it with the answer as it is shown."""
    clinic = treatment.clinic
    known = known_for(clinic)
    answer: Answer = symptoms(
        known,
        day=day,
        observations=observations,
        jurisdiction=clinic.jurisdiction,
        language=language,
    )
    return SymptomReport.objects.create(
        clinic=clinic,
        client=treatment.client,
        treatment=treatment,
        day=day,
        observations=msgspec.to_builtins(list(observations)),
        answer=msgspec.to_builtins(answer),
        urgency=answer.urgency,
        language=language,
        release_digest=known.knowledge.release.digest,
        overlay_digest=known.knowledge.overlay_digest,
        recorded_at=now,
    )


def acknowledge_report(
    *, report: SymptomReport, author: User, words: str, now: datetime
) -> Acknowledgement:
    """The first to say so; after an error, what takes the place of that."""
    made = Acknowledgement(
        clinic=report.clinic,
        client=report.client,
        author=author,
        report=report,
        words=words.strip(),
        recorded_at=now,
    )
    last = report.acknowledgements.filter(superseded_by__isnull=True).first()
    try:
        if last is not None and is_retracted(last):
            return supersede(old=last, new=made)
        with transaction.atomic():
            made.save(force_insert=True)
            return made
    except (IntegrityError, OvertakenError) as taken:
        raise AnswerError(
            "Somebody has already marked this report as seen.",
            hint="Load the report anew to read who and when.",
        ) from taken
