"""What a client chooses or pastes at home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import lazystr
from msgspec import structs

from needlework.aftercare import Observation, Place
from needlework.aftercare.symptoms import OTHER
from needlework.i18n import translator
from needlework.web.clinics.clock import today_in
from needlework.web.clinics.models import Clinic
from needlework.web.portal.cities import cities, city_choices
from needlework.web.shared.forms import DateField, DateInput

LONGEST_LIST: Final = 20_000
DETAILS: Final = ("place", "strength", "trend")


class BirthDateForm(forms.Form):
    """The second factor of a link."""

    birth_date = DateField(widget=DateInput(attrs={"autocomplete": "bday"}))

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_date"].label = lazystr(translator(language)("Your birth date"))


class SymptomForm(forms.Form):
    """Which signs; where, how strong and which way each one goes is asked on the next step."""

    signs = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        choices: Mapping[str, tuple[str, ...]],
        names: Mapping[str, Mapping[str, str]],
        language: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.about = choices
        if self.is_bound:
            self.data = self._with_unknown_signs_as_other()
        _ = translator(language)
        field = self.fields["signs"]
        field.choices = [(sign, names["sign"].get(sign, sign)) for sign in choices["sign"]]  # type: ignore[attr-defined]
        # Both in our own words, since what was sent need not be worth repeating.
        for wrong in ("required", "invalid_choice", "invalid_list"):
            field.error_messages[wrong] = _("Choose what you see or feel, or “something else”.")

    def _with_unknown_signs_as_other(self) -> QueryDict:
        """Beside a sign that is known, one that is not (of an older page) loses nobody's answer."""
        data = cast("QueryDict", self.data)
        signs = data.getlist("signs")
        known = [sign for sign in signs if sign in self.about["sign"]]
        if not known or len(known) == len(signs):
            return data
        mended = data.copy()
        mended.setlist("signs", [*known, OTHER])
        return mended

    def clean_signs(self) -> list[str]:
        return list(dict.fromkeys(self.cleaned_data["signs"]))

    @property
    def chosen(self) -> list[str]:
        """Signs that were ticked, as far as they are known, whatever else was wrong."""
        ticked = cast("QueryDict", self.data).getlist("signs") if self.is_bound else []
        return [sign for sign in self.about["sign"] if sign in ticked]

    def observations(self) -> tuple[Observation, ...]:
        """One a sign; an answer that is left out or is no choice counts as the worst."""
        return tuple(
            Observation(
                sign=sign,
                place=self._chosen("place", sign),
                strength=self._chosen("strength", sign),
                trend=self._chosen("trend", sign),
            )
            for sign in self.cleaned_data["signs"]
        )

    def details(self) -> list[tuple[str, str]]:
        """Answers of the second step, as fields that carry them through the first."""
        return [
            (f"{about}-{sign}", answer)
            for sign in self.about["sign"]
            for about in DETAILS
            if (answer := self.data.get(f"{about}-{sign}", "")) in self.about[about]
        ]

    def _chosen(self, about: str, sign: str) -> str:
        answers = set(cast("QueryDict", self.data).getlist(f"{about}-{sign}"))
        answer = answers.pop() if len(answers) == 1 else "not-sure"
        return answer if answer in self.about[about] else "not-sure"


class ProductForm(forms.Form):
    """A pasted list of ingredients."""

    ingredients = forms.CharField(max_length=LONGEST_LIST, widget=forms.Textarea(attrs={"rows": 8}))
    name = forms.CharField(max_length=120, required=False)
    sunscreen = forms.BooleanField(required=False)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = translator(language)
        self.fields["name"].label = lazystr(_("Name of the product"))
        self.fields["ingredients"].label = lazystr(
            _("Ingredients, copied from the pack or a shop's page")
        )
        self.fields["ingredients"].help_text = _(
            "As text. A photo of the label cannot be read here."
        )
        self.fields["ingredients"].error_messages |= {
            "required": _("Paste the ingredients from the pack."),
            "max_length": _("Paste one product's list only: this is too long to read."),
            "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
        }
        self.fields["sunscreen"].label = lazystr(_("It is a sunscreen"))


class SunForm(forms.Form):
    """Where and when somebody will be out: a city that is near, and degrees for who has them."""

    on = DateField()
    city = forms.ChoiceField(required=False)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    altitude_m = forms.FloatField(required=False, min_value=-430, max_value=9000)

    def __init__(self, *args: Any, clinic: Clinic, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self._ = translator(language)
        labels = {
            "on": self._("Day"),
            "city": self._("A city near you, with the same clock"),
            "latitude": self._("Degrees north (south: minus)"),
            "longitude": self._("Degrees east (west: minus)"),
            "altitude_m": self._("Metres above the sea"),
        }
        for name, label in labels.items():
            self.fields[name].label = lazystr(label)
        self.fields["altitude_m"].help_text = self._("In the mountains the sun is stronger.")
        first = self._("As the clinic") if _is_placed(clinic) else self._("Choose a city")
        self.fields["city"].choices = [("", first), *city_choices(language)]  # type: ignore[attr-defined]
        self.fields["city"].required = not _is_placed(clinic)
        for wrong in ("required", "invalid_choice"):
            self.fields["city"].error_messages[wrong] = self._("Choose a city from the list.")

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if abs(day - today_in(self.clinic, timezone.now())) > timedelta(days=400):
            raise ValidationError(self._("Choose a day within a year from today."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        given = [name for name in ("latitude", "longitude") if cleaned.get(name) is not None]
        if len(given) == 1 and not {"latitude", "longitude"} & set(self.errors):
            missing = "longitude" if given == ["latitude"] else "latitude"
            self.add_error(missing, self._("Give both numbers, or neither."))
        return cleaned

    def place(self) -> Place:
        """The degrees that were typed, else the city's, else the clinic's."""
        given, clinic = self.cleaned_data, self.clinic
        city = cities().get(given["city"])
        latitude, longitude = given["latitude"], given["longitude"]
        altitude_m = given["altitude_m"] or 0.0
        zone = city.zone if city else clinic.time_zone
        if latitude is not None:
            return Place(latitude=latitude, longitude=longitude, altitude_m=altitude_m, zone=zone)
        if city:
            return Place(
                latitude=city.latitude,
                longitude=city.longitude,
                altitude_m=altitude_m,
                zone=zone,
            )
        here = place_of(clinic)
        if here is None:
            raise ValueError("the form lets no place be missing")
        if given["altitude_m"] is None:
            return here
        return structs.replace(here, altitude_m=altitude_m)

    def where(self) -> str:
        """The chosen place in words; empty for the clinic's own."""
        if self.cleaned_data["latitude"] is not None:
            return self._("the degrees that you gave")
        zone = self.cleaned_data["city"]
        return next(
            (
                name
                for _continent, group in self.fields["city"].choices[1:]  # type: ignore[attr-defined]
                for key, name in group
                if key == zone
            ),
            "",
        )


def place_of(clinic: Clinic) -> Place | None:
    """Where the clinic stands, when it has said so."""
    if clinic.latitude is None or clinic.longitude is None:
        return None
    return Place(
        latitude=clinic.latitude,
        longitude=clinic.longitude,
        zone=clinic.time_zone,
        altitude_m=clinic.altitude_m,
    )


def _is_placed(clinic: Clinic) -> bool:
    return place_of(clinic) is not None
