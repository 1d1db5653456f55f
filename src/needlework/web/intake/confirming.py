"""The form over a client's own answers: saving it makes the version that confirms them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from needlework.errors import AnswerError
from needlework.web.consultations.desk import Desk
from needlework.web.consultations.shown import Painter
from needlework.web.intake.told import fields_to_confirm, told_names
from needlework.web.plans.services import SIGNERS
from needlework.web.request import Request


class Confirming(Desk):
    """As any form, begun from what the client filled in, which is marked as theirs."""

    def _start(self) -> Mapping[str, list[str]]:
        return fields_to_confirm(self.before, self.known, self.today)

    def _common(self, painter: Painter) -> dict[str, Any]:
        context = super()._common(painter)
        context["page"]["told"] = told_names(self.before)
        context["page"]["told_on"] = self.newest.recorded_at if self.newest else None
        return context


def check_may_confirm(request: Request) -> None:
    if not request.roles & set(SIGNERS):
        raise AnswerError(
            _("What a client filled in is confirmed by a practitioner or the medical director."),
            hint=_("Ask one of them to open this consultation."),
        )


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue; `errors.py` says it in the page's language."""
    return sentence
