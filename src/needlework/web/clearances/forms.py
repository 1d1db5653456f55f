"""What is asked of a clinician, and what the clinician answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.i18n import say_date, translator
from needlework.web.blobs.errors import FileRefusedError
from needlework.web.blobs.sniff import LARGEST_BYTES, Clean, clean
from needlework.web.clearances.models import CLOSINGS, REASONS
from needlework.web.clinics.models import Membership
from needlework.web.shared.forms import DateField
from needlework.web.staff.selectors import listed_name

OUTSIDE: Final = "outside"
_LONGEST: Final = 2000


def _(words: str) -> str:
    """Marks words for the catalogue; they are translated where they are shown."""
    return words


REASON_WORDS: Final = {
    "examined": _("I examined it myself"),
    "letter-seen": _("I have seen a letter about it"),
    "stable-condition": _("The condition is stable and well controlled"),
    "benefit-outweighs": _("The benefit outweighs the risk, and the client knows both"),
    "answer-corrected": _("The answer was about something else, and was corrected"),
    "other": _("Another reason"),
}


CLOSING_WORDS: Final[Mapping[str, str]] = {
    "finding-gone": _("The finding no longer stands in the consultation"),
    "asked-in-error": _("It was asked by mistake"),
    "no-session": _("No treatment is planned any more"),
    "other": _("Another reason"),
}


class _Spoken(forms.Form):
    labels: Mapping[str, str] = {}
    hints: Mapping[str, str] = {}

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ = translator(language)
        self.language = language
        for name, label in self.labels.items():
            self.fields[name].label = lazystr(self._(label))
        for name, hint in self.hints.items():
            self.fields[name].help_text = self._(hint)

    def choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class LetterField(forms.FileField):
    """A letter, looked at and cleaned before anything is kept."""

    def clean(self, data: Any, initial: Any = None) -> Clean | None:
        sent = super().clean(data, initial)
        if not sent:
            return None
        try:
            # One byte more than is taken shows that there is more.
            return clean(sent.read(LARGEST_BYTES + 1), "letter")
        except FileRefusedError as wrong:
            raise ValidationError(f"{wrong.message} {wrong.hint}") from wrong


def _letter() -> LetterField:
    accept = "application/pdf,image/jpeg,image/png,image/webp"
    return LetterField(
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": accept}),
    )


class AskForm(_Spoken):
    """Of whom, what, and by when."""

    labels = {
        "asked": _("Who is asked"),
        "asked_name": _("Name of the clinician outside"),
        "asked_contact": _("How to reach them"),
        "question": _("The question"),
        "due_on": _("Answer needed by"),
        "letter": _("Letter or report, if there is one"),
    }
    hints = {
        "asked_name": _("The client’s own doctor, say. Only if nobody of the clinic is asked."),
        "letter": _("A PDF or a photograph of it. It is kept encrypted."),
    }

    asked = forms.ChoiceField(widget=forms.RadioSelect)
    asked_name = forms.CharField(max_length=150, required=False)
    asked_contact = forms.CharField(max_length=200, required=False)
    question = forms.CharField(
        max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 4, "class": "words"})
    )
    due_on = DateField()
    letter = _letter()

    def __init__(
        self, *args: Any, clearers: Sequence[Membership], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.clearers = {str(one.pk): one for one in clearers}
        names = [(code, listed_name(one, self.language)) for code, one in self.clearers.items()]
        self.choose("asked", [*names, (OUTSIDE, self._("Somebody outside the clinic"))])

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < self.today:
            raise ValidationError(self._("This day has passed. Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("asked") == OUTSIDE and not given.get("asked_name", "").strip():
            self.add_error("asked_name", self._("Name the clinician who is asked."))
        return given

    @property
    def member(self) -> Membership | None:
        return self.clearers.get(self.cleaned_data["asked"])


class _Bounded(_Spoken):
    """Until when a clearance holds."""

    reach = forms.ChoiceField(widget=forms.RadioSelect)
    valid_until = DateField()

    def __init__(self, *args: Any, today: date, last_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.last_day = today, last_day
        latest = self._("At the latest until {day}.").format(day=say_date(last_day, self.language))
        self.fields["valid_until"].help_text = latest
        self.choose(
            "reach",
            [("session", self._("For the next session")), ("course", self._("For the course"))],
        )

    def clean_valid_until(self) -> date | None:
        day: date | None = self.cleaned_data["valid_until"]
        if day is not None and not self.today <= day <= self.last_day:
            words = self._("Choose a day from today until {day} at the latest.")
            raise ValidationError(words.format(day=say_date(self.last_day, self.language)))
        return day


class AnswerForm(_Bounded):
    """Cleared or refused, in one's own name or by a letter."""

    labels = {
        "outcome": _("Answer"),
        "conditions": _("Conditions"),
        "words": _("Why"),
        "reach": _("How far it reaches"),
        "valid_until": _("Holds until"),
        "outside_name": _("Name of the clinician who wrote the letter"),
        "letter": _("The letter"),
    }
    hints = {
        "conditions": _("What must be so for it to hold. The plan shows it."),
        "outside_name": _("Only if somebody outside the clinic answered. You answer for it too."),
        "letter": _("A PDF or a photograph of it. It is kept encrypted."),
    }

    outcome = forms.ChoiceField(widget=forms.RadioSelect)
    conditions = forms.CharField(
        max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    words = forms.CharField(
        max_length=_LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    outside_name = forms.CharField(max_length=150, required=False)
    letter = _letter()

    field_order = (
        "outcome",
        "conditions",
        "words",
        "reach",
        "valid_until",
        "outside_name",
        "letter",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        valid = self.fields["valid_until"]
        valid.required = False
        stands = self._("A refusal stands until somebody answers anew, and needs no day.")
        valid.help_text = f"{valid.help_text} {stands}"
        self.choose("outcome", [("cleared", self._("Cleared")), ("refused", self._("Refused"))])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("outside_name", "").strip() and not given.get("letter"):
            self.add_error("letter", self._("Attach the letter in which they answered."))
        if given.get("outcome") == "refused":
            given["valid_until"] = given.get("valid_until") or self.last_day
        elif not given.get("valid_until") and "valid_until" not in self.errors:
            self.add_error("valid_until", self._("Say until when it holds."))
        return given


class OverrideForm(_Bounded):
    """Why one clears a finding oneself."""

    labels = {
        "reason": _("Reason"),
        "words": _("In your own words"),
        "conditions": _("Conditions"),
        "reach": _("How far it reaches"),
        "valid_until": _("Holds until"),
    }
    hints = {"conditions": _("What must be so for it to hold. The plan shows it.")}

    reason = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
    conditions = forms.CharField(
        max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    field_order = ("reason", "words", "conditions", "reach", "valid_until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("reason", [(code, self._(REASON_WORDS[code])) for code in REASONS])


class CloseForm(_Spoken):
    """Why nobody need answer any more."""

    labels = {"reason": _("Why it is no longer needed"), "words": _("In your own words")}

    reason = forms.ChoiceField(widget=forms.RadioSelect)
    words = forms.CharField(
        max_length=_LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("reason", [(code, self._(CLOSING_WORDS[code])) for code in CLOSINGS])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") == "other" and not given.get("words", "").strip():
            self.add_error("words", self._("Another reason needs a few words."))
        return given
