"""What staff type to put somebody on a day, and a note."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.days.models import PURPOSES
from needlework.web.days.saying import PURPOSE_WORDS
from needlework.web.shared.forms import DateField

LONGEST_NOTE: Final = 4000
FURTHEST: Final = timedelta(days=3 * 366)
"""As far as a plan's own schedule is looked for."""


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class VisitForm(forms.Form):
    """A day, perhaps a time, and what for."""

    on = DateField()
    at = forms.TimeField(required=False, widget=TimeInput)
    purpose = forms.ChoiceField(choices=[(one, one) for one in PURPOSES])

    def __init__(self, *args: Any, today: date, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ = translator(language)
        self.today = today
        labels = {"on": self._("Day"), "at": self._("Time, if one is agreed")}
        for name, label in {**labels, "purpose": self._("What for")}.items():
            self.fields[name].label = lazystr(label)
        self.fields["on"].error_messages["invalid"] = self._("This is no day of the calendar.")
        self.fields["at"].error_messages["invalid"] = self._(
            "This is no time of day. Write it like 14:30."
        )
        words = [(one, self._(PURPOSE_WORDS[one])) for one in PURPOSES]
        self.fields["purpose"].choices = words  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.today:
            raise ValidationError(self._("That day is over. Choose today or a later one."))
        if on - self.today > FURTHEST:
            raise ValidationError(self._("That day is years ahead. Check the year."))
        return on


class NoteForm(forms.Form):
    """A few words, kept for good."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4())
        _ = translator(language)
        field = self.fields["text"]
        field.label = lazystr(_("New note"))
        field.help_text = _("It stays as it is written; an error is marked, never deleted.")
        field.error_messages["required"] = _("The note is empty. Write it, then save it.")
        self._too_long = _("This is longer than a note may be ({n} characters). Make two of it.")

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if len(text) > LONGEST_NOTE:
            raise ValidationError(self._too_long.format(n=LONGEST_NOTE))
        return text
