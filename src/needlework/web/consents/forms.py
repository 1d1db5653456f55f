"""What is chosen when a consent is offered, signed and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.documents import photo_questions
from needlework.i18n import translator
from needlework.web.blobs.errors import FileRefusedError
from needlework.web.blobs.sniff import Clean
from needlework.web.consents.drawing import drawn
from needlework.web.consents.errors import ConsentError
from needlework.web.consents.forming import points_to_read
from needlework.web.consents.models import TREATMENT, ConsentOffer
from needlework.web.consents.names import names_match
from needlework.web.consents.services import LONGEST_WORDS, Given

READ: Final = "read-"
LANGUAGE_NAMES: Final = (("en", "English"), ("es", "Español"))


class _Spoken(forms.Form):
    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say = translator(language)

    def label(self, name: str, words: str, hint: str = "") -> None:
        self.fields[name].label = lazystr(words)
        self.fields[name].help_text = hint


class OfferForm(_Spoken):
    """In which language the client reads it."""

    language_read = forms.ChoiceField(choices=LANGUAGE_NAMES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label("language_read", self.say("In which language the client reads it"))


class HandOverForm(_Spoken):
    """What whoever hands over the tablet answers for."""

    is_able = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = self.say
        words = _(
            "The client is here, I have answered their questions, and in my judgement they can "
            "decide about this."
        )
        self.label("is_able", words)


class SignForm(_Spoken):
    """Every point, the use of photographs, the name, and the signature."""

    name = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    way = forms.ChoiceField(choices=(("drawn", ""), ("typed", "")), required=False)
    drawn = forms.CharField(required=False, widget=forms.HiddenInput)
    is_typed = forms.BooleanField(required=False)
    is_hasty = forms.BooleanField(required=False)
    haste = forms.CharField(
        max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    staff_password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, offer: ConsentOffer, is_early: bool, **kwargs: Any) -> None:
        super().__init__(*args, language=offer.language, **kwargs)
        self.offer = offer
        self.is_early = is_early
        self.is_name_strange = False
        self.drawing: Clean | None = None
        self._add_points(offer.points)
        self._add_answers(offer.points)
        self._add_words()

    def _add_points(self, points: Mapping[str, Any]) -> None:
        _ = self.say
        ticks = {part["term"]: part["ticks"] for part in points["parts"]}
        self.terms = points_to_read(points)
        for term in self.terms:
            said = ticks[term][0] if ticks[term] else _("I have read and understood this.")
            field = forms.BooleanField(error_messages={"required": _("Tick it once it is clear.")})
            field.label = lazystr(said)
            self.fields[f"{READ}{term}"] = field

    def _add_answers(self, points: Mapping[str, Any]) -> None:
        _ = self.say
        self.uses = photo_questions(points)
        for use, question in self.uses.items():
            field = forms.ChoiceField(
                choices=(("yes", _("Yes")), ("no", _("No"))),
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer yes or no; both are fine.")},
            )
            field.label = lazystr(question)
            self.fields[use] = field
        agreed = forms.BooleanField(
            error_messages={"required": _("Tick it if you agree. If not, give the tablet back.")}
        )
        agreed.label = lazystr(_("I agree to the treatment as it is described here."))
        self.fields[TREATMENT] = agreed

    def _add_words(self) -> None:
        _ = self.say
        self.label("name", _("Your name"), _("First name and family name."))
        self.fields["name"].error_messages["required"] = _("Write your name in letters.")
        self.label("is_typed", _("My typed name stands for my signature."))
        self.label("is_hasty", _("I do not want to wait. Nobody has pressed me."))
        self.label("haste", _("Why you would rather not wait, in your own words"))
        self.label("staff_password", _("Password of the member of staff"))

    def clean_haste(self) -> str:
        said = str(self.cleaned_data["haste"]).strip()
        if not self.is_early:
            return ""
        if not (said and self.cleaned_data.get("is_hasty")):
            _ = self.say
            raise ValidationError(
                _("If you do not want to wait, tick the line and say why. Or sign another day.")
            )
        return said

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        known = self.offer.client.name if self.offer.client is not None else ""
        self.is_name_strange = not names_match(name, known)
        if not any(c.isalpha() for c in name):
            raise ValidationError(self.say("Write your name in letters."))
        return name

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        _ = self.say
        if self.data.get("way") == "drawn":
            try:
                self.drawing = drawn(str(given.get("drawn", "")))
            except (ConsentError, FileRefusedError) as wrong:
                self.add_error("drawn", f"{wrong.message} {wrong.hint}")
        elif not given.get("is_typed"):
            self.add_error("is_typed", _("Tick it if your typed name is your signature."))
        if self.is_name_strange and not given.get("staff_password"):
            self.add_error(
                "staff_password",
                _(
                    "This is not the name that the clinic knows. Correct it above, or ask the "
                    "member of staff to confirm who signs with their password."
                ),
            )
        return given

    def given(self) -> Given:
        return Given(
            name=self.cleaned_data["name"],
            read=tuple(self.terms),
            answers={TREATMENT: "yes", **{use: self.cleaned_data[use] for use in self.uses}},
            drawing=self.drawing,
            haste=self.cleaned_data["haste"],
            is_name_confirmed=self.is_name_strange,
        )


class WithdrawForm(_Spoken):
    """Why, where somebody wants to say so."""

    words = forms.CharField(
        max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = self.say
        self.label("words", _("What the client said"), _("No reason is needed."))


class TextForm(_Spoken):
    """What the clinic adds."""

    words = forms.CharField(
        max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 12})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = self.say
        self.label("words", _("Your clinic’s words"), _("Each line becomes a paragraph."))
