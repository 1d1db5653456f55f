"""Keeping what a client types, and making a consultation of it once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from needlework.web.accounts.models import User
from needlework.web.clinics.models import Client
from needlework.web.consultations.models import ConsultationVersion, Draft
from needlework.web.consultations.services import record_consultation
from needlework.web.intake.forms import IntakeForm
from needlework.web.intake.selectors import PURPOSE
from needlework.web.portal import links
from needlework.web.portal.models import PortalLink
from needlework.workflow import Known


@transaction.atomic
def make_consultation_link(*, client: Client, by: User, now: datetime) -> tuple[PortalLink, str]:
    """A link and its token; what was typed by an earlier one, and never sent, goes with it."""
    _throw_away_drafts(client)
    return links.make_link(client=client, by=by, now=now, purpose=PURPOSE)


@transaction.atomic
def end_link(*, link: PortalLink, now: datetime) -> None:
    PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)
    Draft.objects.filter(portal_link=link.pk).delete()


def keep_draft(*, link: PortalLink, fields: Mapping[str, list[str]], now: datetime) -> None:
    """It has the link's own id, so that a link has one however many windows are open."""
    Draft.objects.update_or_create(
        pk=link.pk,
        defaults={
            "clinic": link.clinic,
            "client": link.client,
            "portal_link": link.pk,
            "fields": fields,
            "saved_at": now,
        },
    )


@transaction.atomic
def send_answers(
    *, link: PortalLink, form: IntakeForm, known: Known, now: datetime
) -> ConsultationVersion | None:
    """The consultation, and the end of the link; None where the link was used meanwhile."""
    # Whoever ends the link sends: of two at once the database lets one do it.
    if not PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
        return None
    version = record_consultation(
        clinic=link.clinic,
        client=link.client,
        author=None,
        data=form.data,
        known=known,
        now=now,
        origin="client",
        portal_link=link.pk,
    )
    Draft.objects.filter(portal_link=link.pk).delete()
    return version


def _throw_away_drafts(client: Client) -> None:
    earlier = PortalLink.objects.filter(client=client, purpose=PURPOSE).values("pk")
    Draft.objects.filter(portal_link__in=earlier).delete()
