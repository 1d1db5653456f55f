"""The form after a version that was entered in error: it takes nothing from that version.

What an earlier version said comes along only when somebody asks for it by its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.http import HttpResponse

from needlework.web.clinics.models import Client
from needlework.web.consultations.desk import Desk
from needlework.web.consultations.models import Consultation, ConsultationVersion
from needlework.web.consultations.selectors import History
from needlework.web.request import Request

AFTER: Final = "after_error"
"""In the form's address: that it was opened when the error was known."""


class DeskAfterError(Desk):
    """Refuses what was typed over the version that proved an error."""

    def __init__(
        self, request: Request, client: Client, consultation: Consultation, history: History
    ) -> None:
        super().__init__(request, client, consultation)
        self.history = history

    @cached_property
    def newest(self) -> ConsultationVersion | None:
        return self.history.last

    @cached_property
    def before(self) -> Mapping[str, Any]:
        """What the sound version that the address asks for said; clearances are asked anew."""
        asked = self.request.GET.get("from", "")
        chosen = next((one for one in self.history.sound if str(one.number) == asked), None)
        if chosen is None or self.history.error is not None:
            return {}
        return {name: held for name, held in chosen.data.items() if name != "clearances"}

    @property
    def begun_from(self) -> str:
        """The number of the sound version that this one begins from; empty for none."""
        return self.request.GET["from"] if self.before else ""

    def save(self) -> HttpResponse:
        knew = self.newest is not None and self.request.GET.get(AFTER) == str(self.newest.number)
        if self.history.error is not None or not knew:
            self.keep()
            return self.page(status=422)
        return super().save()

    @property
    def form_url(self) -> str:
        number = self.newest.number if self.newest else 0
        chosen = f"&from={self.begun_from}" if self.begun_from else ""
        return f"{super().form_url}?{AFTER}={number}{chosen}"

    @property
    def is_late(self) -> bool:
        """What stands in the form was typed before the error was known."""
        if self.is_resumed and self.draft and self.newest:
            error = self.history.error_of(self.newest)
            return error is not None and self.draft.saved_at <= error.recorded_at
        return self.request.method == "POST" and AFTER not in self.request.GET

    def _common(self, painter: Any) -> dict[str, Any]:
        return {
            **super()._common(painter),
            "after_error": self.newest,
            "is_late": self.is_late,
            "is_closed": self.history.error is not None,
            "begun_from": self.begun_from,
        }
