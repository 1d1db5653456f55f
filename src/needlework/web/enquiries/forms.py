"""What a visitor types to ask for a consultation, and what staff choose with it."""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.i18n import Translate, translator
from needlework.web.clinics.forms import e164
from needlework.web.clinics.models import Clinic
from needlework.web.enquiries.models import CONCERNS, REASONS, STEPS

LONGEST_WORDS: Final = 1000


def concern_names(_: Translate) -> dict[str, str]:
    return {
        "lines": _("Wrinkles and fine lines"),
        "acne-scars": _("Acne scars"),
        "other-scars": _("Other scars"),
        "marks": _("Dark marks or melasma"),
        "stretch-marks": _("Stretch marks"),
        "texture": _("Texture and pores"),
        "laxity": _("Loose skin"),
        "other": _("Something else"),
    }


def time_names(_: Translate) -> dict[str, str]:
    return {
        "any": _("Any time"),
        "morning": _("Morning"),
        "midday": _("Midday"),
        "afternoon": _("Afternoon"),
        "evening": _("Evening"),
    }


def reason_names(_: Translate) -> dict[str, str]:
    return {
        "no-answer": _("Could not be reached"),
        "not-wanted": _("No longer wanted"),
        "not-for-us": _("Nothing that we offer"),
        "duplicate": _("Asked twice"),
        "not-genuine": _("Not meant seriously"),
    }


class AskForm(forms.Form):
    """Who asks and how to reach them. What concerns health is optional, and agreed to apart."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    language = forms.ChoiceField(
        choices=[("en", "English"), ("es", "Español")], widget=forms.RadioSelect
    )
    time_of_day = forms.ChoiceField(widget=forms.RadioSelect)
    concerns = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    words = forms.CharField(
        max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    health_agreed = forms.BooleanField(required=False)
    contact_agreed = forms.BooleanField()
    # People do not see it; programs that fill in every field do.
    website = forms.CharField(required=False, max_length=200)

    def __init__(self, *args: Any, clinic: Clinic, language: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid4(), "language": language, "time_of_day": "any"})
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self._ = _ = translator(language)
        self.contact_sentence = _("{clinic} may use this to answer me about a consultation.")
        self.health_sentence = _(
            "I agree that {clinic} keeps what I chose or wrote about my skin and health, to answer "
            "me and prepare a first talk."
        )
        labels = {
            "name": _("Your name"),
            "phone": _("Telephone"),
            "email": _("E-mail"),
            "language": _("In which language?"),
            "time_of_day": _("When do you like to be reached?"),
            "concerns": _("What is it about?"),
            "words": _("A few words"),
            "health_agreed": self.health_sentence.format(clinic=clinic.name),
            "contact_agreed": self.contact_sentence.format(clinic=clinic.name),
        }
        for name, label in labels.items():
            self.fields[name].label = lazystr(label)
        self.fields["time_of_day"].choices = list(time_names(_).items())  # type: ignore[attr-defined]
        self.fields["concerns"].choices = list(concern_names(_).items())  # type: ignore[attr-defined]
        self._explain()

    def _explain(self) -> None:
        _ = self._
        fields = self.fields
        fields["phone"].help_text = _("From another country, begin with + and its code.")
        fields["name"].error_messages["required"] = _("Tell us what to call you.")
        fields["email"].error_messages["invalid"] = _("This is no e-mail address. Check it.")
        for name in ("language", "time_of_day", "concerns"):
            for wrong in ("required", "invalid_choice", "invalid_list"):
                fields[name].error_messages[wrong] = _("Choose one of those offered.")
        fields["words"].error_messages["max_length"] = _("This is too long. Say it in short.")
        fields["contact_agreed"].error_messages["required"] = _(
            "Without this we may not answer you."
        )
        for wrong in ("required", "invalid"):
            fields["key"].error_messages[wrong] = _("Load the page anew, and send it again.")

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(c.isalpha() for c in name):
            raise ValidationError(self._("A name needs at least one letter."))
        return name

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        wrong = self._("This is no telephone number. Write it with its country's code.")
        return e164(typed, self.clinic.country, wrong) if typed else ""

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(
                self._(
                    "Something filled in a field that stays empty. It is empty again: please send "
                    "once more."
                )
            )
        return ""

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("phone") and not given.get("email") and not self._has("phone", "email"):
            self.add_error("phone", self._("Give a telephone number or an e-mail address."))
        if (given.get("concerns") or given.get("words")) and not given.get("health_agreed"):
            self.add_error(
                "health_agreed",
                self._("Tick this to send what you chose or wrote, or take it out again."),
            )
        return given

    def _has(self, *names: str) -> bool:
        return any(name in self.errors for name in names)

    def facts(self) -> dict[str, Any]:
        """What is kept, with the sentences that were agreed to as they were read."""
        given = self.cleaned_data
        agreed = [self.contact_sentence.format(clinic=self.clinic.name)]
        if given["health_agreed"]:
            agreed.append(self.health_sentence.format(clinic=self.clinic.name))
        return {
            "name": given["name"],
            "phone_e164": given["phone"],
            "email": given["email"],
            "language": given["language"],
            "time_of_day": given["time_of_day"],
            "concerns": [one for one in CONCERNS if one in given["concerns"]],
            "words": given["words"],
            "agreed": agreed,
        }


class StepForm(forms.Form):
    """A step that staff take; why, where a request is closed."""

    kind = forms.ChoiceField(choices=[(one, one) for one in STEPS if one != "client"])
    reason = forms.ChoiceField(choices=[(one, one) for one in REASONS], required=False)
    after = forms.IntegerField(min_value=0, max_value=10_000)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = translator(language)
        self.fields["reason"].error_messages["invalid_choice"] = _("Choose one of the reasons.")
        for name in ("kind", "after"):
            for wrong in ("required", "invalid", "invalid_choice", "min_value", "max_value"):
                self.fields[name].error_messages[wrong] = _("Load the list anew, and try again.")
        self._why = _("Choose why it is closed.")

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("kind") == "closed":
            if not given.get("reason") and "reason" not in self.errors:
                self.add_error("reason", self._why)
        else:
            given["reason"] = ""
        return given


class ClientForm(forms.Form):
    """Whoever asked becomes a client, a new one or one whom the clinic knows already."""

    after = forms.IntegerField(min_value=0, max_value=10_000)
    client = forms.UUIDField(required=False)
