"""One record of each kind in a clinic, by the name that its addresses give it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.utils import timezone

from needlework.aftercare import Observation
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.consultations.services import record_consultation
from needlework.web.days.services import add_visit, write_note
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.knowledge import known_for
from needlework.web.measures.services import record_measure
from needlework.web.portal.services import acknowledge_report, report_symptoms
from needlework.web.treatments.held import Held, ZoneHeld
from needlework.web.treatments.services import record_treatment
from tests.web import people
from tests.web.clearances.rows import rows_of as clearance_rows
from tests.web.consents.rows import rows_of as consent_rows
from tests.web.staff.rows import rows_of as staff_rows

Records = Mapping[str, Any]
"""Ids, and for a finding its key, by the names that addresses give them."""

EXAMPLE = Path(__file__).parents[2] / "examples/09-needs-clearance.toml"


def records_of(clinic: Clinic, author: Membership) -> Records:
    from needlework.web.blobs.services import keep_blob

    now = timezone.now()
    client = people.person(clinic)
    consultation = record_consultation(
        client=client,
        author=author.user,
        data=tomllib.loads(EXAMPLE.read_text()),
        known=known_for(clinic),
        now=now,
    )
    treatment = record_treatment(
        client=client,
        author=author.user,
        performed_by=author,
        ended_at=now - timedelta(days=3),
        held=Held(zones=(ZoneHeld(zone="cheek-left", depth_mm=1.0),), phototype="III"),
        now=now,
    )
    report = report_symptoms(
        treatment=treatment,
        day=3,
        observations=[Observation(sign="blisters", place="around-eye")],
        language="en",
        now=now,
    )
    blob = keep_blob(
        clinic=clinic, client=client, author=author.user, kind="portrait", content=png()
    )
    enquiry = ConsultationRequest.objects.create(
        clinic=clinic,
        key=uuid4(),
        recorded_at=now,
        name="Vera Visitor",
        email="vera@home.example",
        language="en",
        time_of_day="any",
    )
    visit = add_visit(
        client=client,
        on=today_in(clinic, now),
        at=time(14, 30),
        purpose="session",
        author=author.user,
        now=now,
    )
    note = write_note(
        client=client, consultation=None, text="Prefers mornings.", author=author.user, now=now
    )
    measure = record_measure(
        client=client,
        facts={
            "concern": "acne-scar-boxcar",
            "scale": "goodman-baron-quantitative",
            "score": 12.0,
            "on": today_in(clinic, now) - timedelta(days=4),
            "rater": author,
            "error": None,
            "sessions": None,
        },
        author=author.user,
        now=now,
    )
    seen = acknowledge_report(report=report, author=author.user, words="", now=now)
    return {
        "client": client.pk,
        "consultation": consultation.consultation_id,
        "treatment": treatment.pk,
        "report": report.pk,
        "version": consultation.pk,
        "acknowledgement": seen.pk,
        "blob": blob.pk,
        "enquiry": enquiry.pk,
        "visit": visit.pk,
        "note": note.pk,
        "measure": measure.pk,
        **clearance_rows(consultation, author, now),
        **consent_rows(consultation, author, now),
        **staff_rows(author, now),
    }


def png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 120, 90)).save(out, "PNG")
    return out.getvalue()
