"""What an owner types about the staff. Each form asks who is typing, once more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import lazystr

from needlework.i18n import Translate, say_number, translator
from needlework.screening.consultation import Operator
from needlework.web.clinics.models import PROFESSIONS, ROLES, Membership
from needlework.web.records.forms import ErrorForm
from needlework.web.shared.forms import DateField
from needlework.web.staff.selectors import shown_name
from needlework.web.staff.words import PROFESSION_NAMES, ROLE_MEANINGS, ROLE_NAMES

_LONGEST_NUMBER: Final = 20


class PasswordForm(forms.Form):
    """Who changes it, once more."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language = language
        self._ = translator(language)
        _ask_password(self.fields["password"], self._)
        for name, label in self.labels().items():
            self.fields[name].label = lazystr(label)
        for field in self.fields.values():
            _speak(field, self._)

    def labels(self) -> dict[str, str]:
        return {}


class SureForm(PasswordForm):
    """Also asks, where it is the last medical director, whether they are really to go."""

    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def ask_sure(self) -> None:
        """Show the question; whoever is asked has the box to tick."""
        field = self.fields["sure"]
        field.widget = forms.CheckboxInput()
        field.label = lazystr(self._("The clinic goes on without a medical director"))

    @property
    def is_sure(self) -> bool:
        return bool(self.cleaned_data.get("sure"))


class PlaceForm(SureForm):
    """Roles, profession and licence of somebody, as they are to stand."""

    field_order: tuple[str, ...] = (
        "email",
        "name",
        "roles",
        "profession",
        "licence_number",
        "licence_authority",
        "licence_until",
        "scope_max_depth_mm",
        "supervisor",
        "is_public",
        "sure",
        "password",
    )
    roles = forms.MultipleChoiceField(
        choices=[(role, role) for role in ROLES], widget=forms.CheckboxSelectMultiple
    )
    profession = forms.ChoiceField(choices=[("", ""), *((one, one) for one in PROFESSIONS)])
    licence_number = forms.CharField(max_length=60, required=False)
    licence_authority = forms.CharField(max_length=120, required=False)
    licence_until = DateField(required=False)
    scope_max_depth_mm = forms.CharField(
        max_length=_LONGEST_NUMBER,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    supervisor = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, supervisors: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = self._
        self._supervisors = {str(one.pk): one for one in supervisors}
        self.order_fields(self.field_order)
        told: dict[str, list[tuple[str, str]]] = {
            "roles": [(role, f"{_(ROLE_NAMES[role])}: {_(ROLE_MEANINGS[role])}") for role in ROLES],
            "profession": [
                ("", _("None: does not treat")),
                *((one, _(PROFESSION_NAMES[one])) for one in PROFESSIONS),
            ],
            "supervisor": [
                ("", _("Nobody")),
                *((code, shown_name(one)) for code, one in self._supervisors.items()),
            ],
        }
        for name, choices in told.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["profession"].required = False
        self.fields["scope_max_depth_mm"].help_text = _(
            "As the licence or the clinic limits it. Empty: the rules of the place alone hold."
        )

    def labels(self) -> dict[str, str]:
        _ = self._
        return {
            "roles": _("Roles"),
            "profession": _("Profession"),
            "licence_number": _("Licence number"),
            "licence_authority": _("Authority that gave the licence"),
            "licence_until": _("Licence valid until"),
            "scope_max_depth_mm": _("Deepest needling allowed (mm)"),
            "supervisor": _("Supervisor"),
        }

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, by the names that a membership has."""
        left_out = {"password", "seen", "email", "name", "sure"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def clean_scope_max_depth_mm(self) -> float | None:
        typed = str(self.cleaned_data["scope_max_depth_mm"]).strip().replace(",", ".")
        if not typed:
            return None
        try:
            depth = float(typed) if typed.isascii() and "_" not in typed else math.nan
            # The consultation would refuse it later, where nobody can mend it.
            msgspec.convert({"profession": "other", "scope_max_depth_mm": depth}, Operator)
        except (ValueError, msgspec.ValidationError):
            depth = math.nan
        if not math.isfinite(depth):
            raise ValidationError(
                self._("Give a depth in millimetres, such as 0.5, and at most {n}.").format(
                    n=say_number(_deepest_mm(), self.language)
                )
            )
        return depth

    def clean_supervisor(self) -> Membership | None:
        return self._supervisors.get(str(self.cleaned_data["supervisor"]))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("licence_number") and "licence_number" not in self.errors:
            for name in ("licence_authority", "licence_until"):
                if given.get(name):
                    self.add_error("licence_number", self._("A licence needs its number."))
                    break
        return given


class AddForm(PlaceForm):
    """Somebody new, by the address that they will sign in with."""

    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.help_text = self._("They sign in with it.")
        email.error_messages["invalid"] = self._(
            "Write a whole address, such as name@clinic.example."
        )
        self.fields["name"].help_text = self._(
            "It is shown once they have come in; whoever has an account keeps their own."
        )

    def labels(self) -> dict[str, str]:
        return {**super().labels(), "email": self._("E-mail"), "name": self._("Name")}

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(c.isalpha() for c in name):
            raise ValidationError(self._("A name needs at least one letter."))
        return name


class ChangeForm(PlaceForm):
    """What is known of somebody, as it is to stand from now on."""

    is_public = forms.BooleanField(required=False)
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, has_come: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_come = has_come

    def labels(self) -> dict[str, str]:
        shown = self._("Show name, profession and licence on the clinic’s public page")
        return {**super().labels(), "is_public": shown}

    @property
    def seen_version(self) -> UUID | None:
        found: UUID | None = self.cleaned_data.get("seen")
        return found

    def clean_is_public(self) -> bool:
        is_public = bool(self.cleaned_data["is_public"])
        if is_public and not self._has_come:
            raise ValidationError(
                self._("Nobody is published before they have come in here themselves.")
            )
        return is_public


class LeaveForm(SureForm):
    """The last day of somebody's work here."""

    field_order = ("last_day", "sure", "password")
    last_day = DateField()

    def labels(self) -> dict[str, str]:
        return {"last_day": self._("Last day here")}


class TrainingForm(PasswordForm):
    """A training on a device."""

    field_order = ("device", "trained_on", "valid_until", "password")
    device = forms.ChoiceField()
    trained_on = DateField()
    valid_until = DateField(required=False)

    def __init__(self, *args: Any, devices: dict[str, str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        choices = [("", self._("Choose a device")), *devices.items()]
        self.fields["device"].choices = choices  # type: ignore[attr-defined]
        self.fields["valid_until"].help_text = self._("Empty where it does not run out.")

    def labels(self) -> dict[str, str]:
        _ = self._
        return {
            "device": _("Device"),
            "trained_on": _("Day of the training"),
            "valid_until": _("Valid until"),
        }

    def clean_trained_on(self) -> date:
        day: date = self.cleaned_data["trained_on"]
        if day > self._today:
            raise ValidationError(self._("This day lies in the future. Check the date."))
        return day

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first, last = given.get("trained_on"), given.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", self._("It ends before the training. Check the dates."))
        return given


class TrainingErrorForm(ErrorForm):
    """Why a training was entered in error, and who says so."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, data: QueryDict | None = None, *, language: str) -> None:
        super().__init__(data, language=language)
        reason: Any = self.fields["reason"]
        # The other reasons are about clients.
        reason.choices = [one for one in reason.choices if one[0] != "wrong-client"]
        _ask_password(self.fields["password"], self._)
        _speak(self.fields["password"], self._)


def _ask_password(field: forms.Field, _: Translate) -> None:
    field.label = lazystr(_("Your password"))
    field.help_text = _("So that nobody else changes it at your screen.")


def _speak(field: forms.Field, _: Translate) -> None:
    """What a field says when something is wrong, in the language of the page."""
    said = {
        "required": _("This needs an answer."),
        "invalid": _("Check how it is written."),
        "invalid_choice": _("Choose one of those offered."),
        "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
    }
    longest = getattr(field, "max_length", None)
    if longest is not None:
        said["max_length"] = _("Shorten it: at most {n} characters are kept.").format(n=longest)
    # Django takes these also for what a validator says by such a code.
    field.error_messages |= said


def _deepest_mm() -> float:
    """The most that the published input format takes, read from it."""
    scope = next(one for one in _fields_of(Operator) if one.name == "scope_max_depth_mm")
    kinds = scope.type.types if isinstance(scope.type, msgspec.inspect.UnionType) else ()
    limits = [one.le for one in kinds if isinstance(one, msgspec.inspect.FloatType)]
    return next(limit for limit in limits if limit is not None)


def _fields_of(kind: type[msgspec.Struct]) -> Sequence[msgspec.inspect.Field]:
    found = msgspec.inspect.type_info(kind)
    return found.fields if isinstance(found, msgspec.inspect.StructType) else ()
