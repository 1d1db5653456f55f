"""Which rows of the audit somebody wants to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.audit.models import AuditEvent
from needlework.web.audit.selectors import CLIENTS, OTHERS, row_of
from needlework.web.clinics.models import Clinic, Membership
from needlework.web.shared.forms import DateField
from needlework.web.staff.selectors import listed_name

_FIRST_DAY: Final = date(2000, 1, 1)
_HIGHEST: Final = 2**63 - 1


class WantedForm(forms.Form):
    """Of whom, of which day. An address holds ids and a day, and never a name."""

    person = forms.ChoiceField(required=False)
    day = DateField(required=False)
    client = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=_HIGHEST, widget=forms.HiddenInput
    )

    def __init__(
        self,
        *args: Any,
        language: str,
        clinic: Clinic,
        people: Sequence[Membership],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _ = self._ = translator(language)
        self._clinic, self._today = clinic, today
        self.fields["person"].label = lazystr(_("Who"))
        self.fields["day"].label = lazystr(_("Day"))
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            *((str(one.user_id), listed_name(one, language)) for one in people),
            (CLIENTS, _("Clients, by their links")),
            (OTHERS, _("Others: strangers, and commands on the machine")),
        ]
        said = _("Choose one of those offered.")
        self.fields["person"].error_messages["invalid_choice"] = said
        self.fields["day"].error_messages["invalid"] = _("Check how it is written.")

    def clean_person(self) -> UUID | str | None:
        chosen = str(self.cleaned_data["person"])
        return chosen if chosen in {CLIENTS, OTHERS} else UUID(chosen) if chosen else None

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and not _FIRST_DAY <= day <= self._today:
            raise ValidationError(self._("Choose today or an earlier day."))
        return day

    def clean_before(self) -> AuditEvent | None:
        number: int | None = self.cleaned_data["before"]
        if number is None:
            return None
        found = row_of(self._clinic, number)
        if found is None:
            raise ValidationError(self._("No row stands there. Begin with the newest."))
        return found
