"""One row of each kind that tells of a client, beside those that `records_of` makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from needlework.web.alerts.models import AlertNotice, WithdrawalSeen
from needlework.web.clearances.models import ClearanceClosing, ClearanceRequest
from needlework.web.clearances.services import remind
from needlework.web.clinics.models import Client, Membership
from needlework.web.consents.models import Withdrawal
from needlework.web.consultations.models import Draft
from needlework.web.days.models import Note
from needlework.web.enquiries.models import ConsultationRequest
from needlework.web.enquiries.services import take_step
from needlework.web.plans.models import PlanClaim, PlanDay, Rejudgement, SignedPlan
from needlework.web.records.services import retract


def add(codes: Mapping[str, str]) -> None:
    """For Harbour's client, by the ids that `filling.fill` gives."""
    now = timezone.now()
    client = Client.objects.get(pk=codes["harbour-client"])
    author = Membership.objects.get(clinic=client.clinic, user__pk=codes["alice"]).user
    common: dict[str, Any] = {
        "clinic": client.clinic,
        "client": client,
        "author": author,
        "recorded_at": now,
    }
    plan = SignedPlan.objects.get(pk=codes["harbour-plan"])
    PlanClaim.objects.create(clinic=client.clinic, plan=plan, claim="zone.cheek.scar-max")
    PlanDay.objects.create(clinic=client.clinic, plan=plan, kind="session", number=1, on=now.date())
    Rejudgement.objects.create(
        **common, plan=plan, release_digest="b" * 64, standing="same", changes=[]
    )
    withdrawal = Withdrawal.objects.create(
        **common, consent_id=codes["harbour-consent"], words="No longer, thank you."
    )
    WithdrawalSeen.objects.create(**common, withdrawal=withdrawal)
    AlertNotice.objects.create(
        **common, report_id=codes["harbour-report"], step="first", way="pages", told=1
    )
    asked = ClearanceRequest.objects.get(pk=codes["harbour-asked"])
    remind(request=asked, author=author, way="person", now=now)
    ClearanceClosing.objects.create(**common, request=asked, reason="no-session")
    Draft.objects.create(
        clinic=client.clinic,
        client=client,
        author=author,
        fields={"history.other": ["Half a sentence that was never sav"]},
        saved_at=now,
    )
    enquiry = ConsultationRequest.objects.get(pk=codes["harbour-enquiry"])
    take_step(enquiry=enquiry, after=0, kind="contacted", author=author, now=now)
    take_step(enquiry=enquiry, after=1, kind="client", author=author, client=client, now=now)
    note = Note.objects.get(pk=codes["harbour-note"])
    retract(record=note, author=author, reason="wrong-facts", now=now)
