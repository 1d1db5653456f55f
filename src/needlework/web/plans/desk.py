"""What is signed: the plan of a day, drawn once, with the digest of all of it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.http import Http404

from needlework import documents
from needlework.documents.plan_outlook import outlook_of
from needlework.errors import AnswerError
from needlework.i18n import translator
from needlework.outlook import Outlook
from needlework.web.blobs.sniff import clean
from needlework.web.clinics.cards import clinic_card, person_card
from needlework.web.clinics.clock import clock_of, today_in
from needlework.web.consultations import selectors as consultations
from needlework.web.consultations.expiring import expired
from needlework.web.consultations.models import Consultation
from needlework.web.consultations.page import plan_context
from needlework.web.consultations.selectors import Judged
from needlework.web.knowledge import known_for
from needlework.web.plans import selectors, services
from needlework.web.plans.expecting import expected, kept
from needlework.web.plans.models import SignedPlan
from needlework.web.rendering import common, template_of
from needlework.web.request import Request


class SigningDesk:
    """A consultation as it is judged today, before somebody who would sign its plan."""

    def __init__(self, request: Request, consultation: Consultation, now: datetime) -> None:
        self.request = request
        self.consultation = consultation
        self.now = now
        self.today = today_in(request.clinic, now)
        self.known = known_for(request.clinic)
        self.statement = translator(request.language)(STATEMENT)
        self.in_the_way = services.in_the_way(self.judged, request.membership, self.today)

    @cached_property
    def judged(self) -> Judged:
        version = consultations.history_of(self.consultation).current
        if version is None:
            raise AnswerError(
                _("The newest version of this consultation was entered in error."),
                hint=_("Save a new version of the consultation, then sign its plan."),
            )
        return consultations.judged(version, self.known, on=self.today)

    @cached_property
    def outlook(self) -> Outlook:
        """What is expected of the plan: read with it and kept with it, and no ground of it."""
        return outlook_of(self.judged.plan, self.judged.said, self.known, self.request.language)

    @cached_property
    def kept_outlook(self) -> dict[str, Any]:
        return kept(self.outlook)

    @cached_property
    def context(self) -> dict[str, Any]:
        return {
            **plan_context(self.judged, self.known, self.request.language),
            "expect": expected(self.outlook, self.known.knowledge, self.request.language),
            "client": self.consultation.client,
            "consultation": self.consultation,
        }

    @cached_property
    def shown(self) -> str:
        drawn = template_of("plans/shown.html")
        return drawn.render({**common(self.request), **self.context})

    @property
    def has_expired(self) -> bool:
        """Whether a question is open because its answer no longer holds."""
        if not any(one.reason in ("question", "day") for one in self.in_the_way):
            return False
        return bool(expired(self.judged.version.data, self.known, self.today, self.today))

    @cached_property
    def before(self) -> SignedPlan | None:
        return selectors.newest_plan(self.consultation)

    @property
    def number(self) -> int:
        """Of the plan that stands now; 0 where none was signed."""
        return self.before.number if self.before else 0

    @cached_property
    def digest(self) -> str:
        return services.content_sha256(
            self.judged,
            outlook=self.kept_outlook,
            shown=self.shown,
            statement=self.statement,
            credential=services.credential_of(self.request.membership),
            language=self.request.language,
        )

    def sign(self, *, seen_sha256: str, seen_number: int) -> SignedPlan:
        return services.sign_plan(
            judged=self.judged,
            member=self.request.membership,
            outlook=self.kept_outlook,
            shown=self.shown,
            statement=self.statement,
            language=self.request.language,
            seen_sha256=seen_sha256,
            seen_number=seen_number,
            pdf=clean(self._pdf(), "pdf"),
            now=self.now,
        )

    def _pdf(self) -> bytes:
        member = self.request.membership
        client = self.consultation.client
        if client is None:
            raise Http404
        return documents.plan_pdf(
            self.judged.plan,
            self.judged.said,
            self.known,
            clinic=clinic_card(self.request.clinic),
            person=person_card(client),
            language=self.request.language,
            outlook=self.outlook,
            signature=documents.Signature(
                name=member.user.name or member.user.email,
                profession=member.profession,
                licence_number=member.licence_number,
                at=clock_of(self.request.clinic)(self.now),
                sha256=self.digest,
            ),
        )


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue."""
    return sentence


STATEMENT: Final = _(
    "I have assessed this client, read this plan as it stands here, and answer for it as the "
    "professional who signs it."
)
