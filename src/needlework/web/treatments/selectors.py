"""What pages ask of sessions held."""

from __future__ import annotations

from django.db.models import QuerySet

from needlework.aftercare import Timeline
from needlework.units import whole_years
from needlework.web.clinics.clock import clock_of
from needlework.web.clinics.models import Client
from needlework.web.knowledge import known_for
from needlework.web.treatments.held import read
from needlework.web.treatments.models import TreatmentSession
from needlework.web.treatments.season import season_at
from needlework.workflow import care


def treatments_of(client: Client) -> QuerySet[TreatmentSession]:
    return TreatmentSession.objects.current().filter(client=client).order_by("-ended_at")


def treatments_listed(client: Client) -> QuerySet[TreatmentSession]:
    """Those entered in error too, for a list that strikes these."""
    found = TreatmentSession.objects.filter(client=client, superseded_by__isnull=True)
    return found.order_by("-ended_at")


def latest_treatment(client: Client) -> TreatmentSession | None:
    return treatments_of(client).select_related("client", "clinic").first()


def aftercare_of(treatment: TreatmentSession, language: str) -> Timeline:
    """The course after a session, by the clinic's clock and season."""
    held = read(treatment.data)
    ended = clock_of(treatment.clinic)(treatment.ended_at)
    born = treatment.client.birth_date if treatment.client else None
    return care(
        known_for(treatment.clinic),
        ended=ended,
        depth_mm=held.depth_mm,
        age_years=None if born is None else whole_years(born, ended.date()),
        zones=held.zone_names,
        phototype=held.phototype,
        season=season_at(treatment.clinic.latitude, ended.date()),
        agents=held.numbing,
        language=language,
    )
