"""What a director types: a stricter value, a reason, a product for the list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr
from msgspec import structs

from needlework.evidence import Claim, Role, Verdict
from needlework.evidence.model import Stricter, Value
from needlework.evidence.overlay import tightening_fault
from needlework.i18n import Translate, translator
from needlework.web.citing import UNITS
from needlework.web.governance.naming import value_said
from needlework.web.governance.services import LONGEST_PRODUCT, LONGEST_WORDS

LONGEST_NUMBER: Final = 20
_MOST_ADDED: Final = 20
_LONGEST_ADDED: Final = 60
_WORDS: Final = (*(verdict.value for verdict in Verdict), *(role.value for role in Role))


def stricter_words(claim: Claim) -> list[str]:
    """Of a claim that is a verdict or a role: what would be stricter.

    >>> from needlework.evidence import load_knowledge
    >>> stricter_words(load_knowledge().claims["rule.c32.class"])
    ['STOP']
    """
    return [
        word for word in _WORDS if word != claim.value and tightening_fault(claim, word) is None
    ]


def can_tighten(claim: Claim) -> bool:
    """Whether some value is stricter than the release's.

    >>> from needlework.evidence import load_knowledge
    >>> can_tighten(load_knowledge().claims["rule.c1.class"])
    False
    """
    if claim.stricter is Stricter.WORSE:
        return bool(stricter_words(claim))
    if claim.stricter is Stricter.FEWER:
        return bool(claim.words)
    if claim.stricter is Stricter.LOWER:
        return claim.number > 0 or tightening_fault(structs.replace(claim, value=0), -1) is None
    return claim.stricter is not None


class PasswordForm(forms.Form):
    """Who decides, once more."""

    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, *args: Any, language: str, name: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{name}-%s"
        super().__init__(*args, **kwargs)
        self._ = translator(language)
        password = self.fields["password"]
        password.label = lazystr(self._("Your password"))
        password.help_text = self._("It stands for your signature.")
        for field in self.fields.values():
            speak(field, self._)


class ReasonForm(PasswordForm):
    """Why the clinic chooses so."""

    field_order: tuple[str, ...] = ("because", "password")
    because = forms.CharField(max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, language: str, name: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, name=name, **kwargs)
        because = self.fields["because"]
        because.label = lazystr(self._("Reason"))
        because.help_text = self._("It stays beside the claim, with your name and the day.")


class TightenForm(ReasonForm):
    """A stricter value, in the claim's own kind, and why."""

    field_order = ("value", "because", "password")

    def __init__(self, *args: Any, claim: Claim, language: str, **kwargs: Any) -> None:
        super().__init__(*args, language=language, name="tighten", **kwargs)
        self._claim = claim
        field = _value_field(claim, language)
        speak(field, self._)
        self.fields["value"] = field
        self.order_fields(self.field_order)

    @property
    def value(self) -> Value | None:
        """As the claim would hold it; none where nothing was typed that could be one."""
        found: Value | None = self.cleaned_data.get("value")
        return found

    def clean_value(self) -> Value:
        given = self.cleaned_data["value"]
        if self._claim.stricter is Stricter.FEWER:
            return [word for word in self._claim.words if word in given]
        if self._claim.stricter is Stricter.MORE:
            return [*self._claim.words, *self._added(given)]
        if self._claim.stricter is Stricter.WORSE:
            return str(given)
        return self._number(given)

    def _number(self, typed: str) -> int | float:
        _ = self._
        # Both marks that stand before decimals; no number of ours is long enough to be grouped.
        text = typed.strip().replace(",", ".")
        is_plain = text.isascii() and "_" not in text
        try:
            number = float(text) if is_plain else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise ValidationError(_("Give a number, such as 1.5, without the unit."))
        is_whole = number.is_integer()
        if self._claim.quantity == "count" and not is_whole:
            raise ValidationError(_("Give a whole number."))
        return int(number) if is_whole and isinstance(self._claim.value, int) else number

    def _added(self, typed: str) -> list[str]:
        _ = self._
        lines = ("-".join(line.lower().split()) for line in typed.splitlines())
        words = [word for word in dict.fromkeys(lines) if word and word not in self._claim.words]
        if not words or len(words) > _MOST_ADDED or max(map(len, words)) > _LONGEST_ADDED:
            raise ValidationError(
                _("Add at least one word and at most {n}, each on a line of its own.").format(
                    n=_MOST_ADDED
                )
            )
        return words


class ProductForm(ReasonForm):
    """A product that the clinic lists as made and licensed for needled skin."""

    product = forms.CharField(max_length=LONGEST_PRODUCT)
    field_order = ("product", "because", "password")

    def __init__(self, *args: Any, language: str, name: str = "product", **kwargs: Any) -> None:
        super().__init__(*args, language=language, name=name, **kwargs)
        self.fields["product"].label = lazystr(self._("Product"))
        self.fields["product"].help_text = self._("Its name as it stands on the label.")


def speak(field: forms.Field, _: Translate) -> None:
    """What a field says when something is wrong, in the language of the page."""
    said = {
        "required": _("This needs an answer."),
        "invalid_choice": _("Choose one of those offered."),
        "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
    }
    longest = getattr(field, "max_length", None)
    if longest is not None:
        said["max_length"] = _("Shorten it: at most {n} characters are kept.").format(n=longest)
    field.error_messages |= said
    for validator in getattr(field, "validators", ()):
        if getattr(validator, "code", "") in said:
            validator.message = said[validator.code]


def _value_field(claim: Claim, language: str) -> forms.Field:
    _ = translator(language)
    now = value_said(claim, claim.value, language).text
    field: forms.Field
    if claim.stricter is Stricter.FEWER:
        field = forms.MultipleChoiceField(
            choices=_choices(claim.words),
            widget=forms.CheckboxSelectMultiple,
            required=False,
            label=_("Keep only these"),
            help_text=_("Fewer is stricter."),
        )
    elif claim.stricter is Stricter.MORE:
        field = forms.CharField(
            max_length=LONGEST_WORDS,
            widget=forms.Textarea(attrs={"rows": 3}),
            label=_("Add these"),
            help_text=_(
                "More is stricter. One on a line, written like those that are there: {now}"
            ).format(now=", ".join(claim.words)),
        )
    elif claim.stricter is Stricter.WORSE:
        words = stricter_words(claim)
        field = forms.ChoiceField(
            choices=[(word, value_said(claim, word, language).text) for word in words],
            widget=forms.RadioSelect,
            label=_("A stricter value"),
            help_text=_("The release says: {now}").format(now=now),
        )
    else:
        rule = (
            _("Lower is stricter. The release says {now}.")
            if claim.stricter is Stricter.LOWER
            else _("Higher is stricter. The release says {now}.")
        )
        unit = "" if claim.unit in {"", "1"} else f" ({_unit(claim.unit, language)})"
        field = forms.CharField(
            max_length=LONGEST_NUMBER,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            label=_("A stricter value") + unit,
            help_text=rule.format(now=now),
        )
    field.label = lazystr(str(field.label))
    return field


def _unit(unit: str, language: str) -> str:
    """A unit that is a word as that word; a sign such as mm is the same in every language."""
    if unit not in UNITS:
        return unit
    return translator(language)(UNITS[unit][1]).format(n="").strip()


def _choices(words: Sequence[str]) -> list[tuple[str, str]]:
    return [(word, word.replace("-", " ")) for word in words]
