"""What staff type about a client."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic
from needlework.web.shared.forms import DateField

LONGEST_E164: Final = 16
_SEXES: Final = ("female", "male", "unspecified")


class ClientForm(forms.Form):
    """Who somebody is and how to reach them."""

    name = forms.CharField(max_length=150)
    birth_date = DateField()
    sex = forms.ChoiceField(choices=[(sex, sex) for sex in _SEXES], initial="unspecified")
    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(required=False)
    language = forms.ChoiceField(choices=[("en", "English"), ("es", "Español")], initial="en")

    def __init__(self, *args: Any, clinic: Clinic, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self._ = translator(language)
        labels = {
            "name": self._("Name"),
            "birth_date": self._("Birth date"),
            "sex": self._("Sex"),
            "phone": self._("Telephone"),
            "email": self._("E-mail"),
            "language": self._("Language for messages and documents"),
        }
        for name, label in labels.items():
            self.fields[name].label = lazystr(label)
        sexes = {
            "female": self._("Female"),
            "male": self._("Male"),
            "unspecified": self._("Not specified"),
        }
        self.fields["sex"].choices = list(sexes.items())  # type: ignore[attr-defined]
        self.fields["phone"].help_text = self._("With the country's code, such as +34 …")

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, by the names that a client's record has."""
        named = {"phone": "phone_e164"}
        return {named.get(name, name): value for name, value in self.cleaned_data.items()}

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(c.isalpha() for c in name):
            raise ValidationError(self._("A name needs at least one letter."))
        return name

    def clean_birth_date(self) -> Any:
        born = self.cleaned_data["birth_date"]
        today = today_in(self.clinic, timezone.now())
        if born > today:
            raise ValidationError(self._("The birth date lies in the future. Check the year."))
        if born.year < today.year - 120:
            raise ValidationError(self._("The birth date is over 120 years ago. Check the year."))
        return born

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        return (
            e164(
                typed,
                self.clinic.country,
                self._("This is no telephone number. Write it with its country's code."),
            )
            if typed
            else ""
        )


def e164(typed: str, country: str, message: str) -> str:
    """A telephone number as the world writes it: +34600000000."""
    import phonenumbers  # large; few pages ask for a number

    try:
        number = phonenumbers.parse(typed, country.upper() or None)
    except phonenumbers.NumberParseException as wrong:
        raise ValidationError(message) from wrong
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if not phonenumbers.is_possible_number(number) or len(written) > LONGEST_E164:
        raise ValidationError(message)
    return written
