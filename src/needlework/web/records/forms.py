"""Why a record was entered in error."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.records.kinds import REASON_WORDS
from needlework.web.records.models import REASONS

LONGEST_WORDS: Final = 2_000


class ErrorForm(forms.Form):
    """A reason of the list, words, and that it is this record."""

    reason = forms.ChoiceField(
        choices=[(reason, reason) for reason in REASONS], widget=forms.RadioSelect
    )
    words = forms.CharField(
        max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    sure = forms.BooleanField()

    def __init__(self, data: QueryDict | None = None, *, language: str) -> None:
        super().__init__(data, auto_id="error-%s")
        self._ = _ = translator(language)
        reason, words, sure = (self.fields[name] for name in ("reason", "words", "sure"))
        reason.label = lazystr(_("What is wrong with it?"))
        reason.choices = [(code, _(said)) for code, said in REASON_WORDS.items()]  # type: ignore[attr-defined]
        words.label = lazystr(_("In a few words"))
        words.help_text = _("They stay beside the record, for all who may read it.")
        sure.label = lazystr(_("I have looked at this record, and it is the one that I mean."))
        for field in (reason, sure):
            field.error_messages |= {"required": _("This needs an answer.")}
        reason.error_messages |= {"invalid_choice": _("Choose one of the reasons offered.")}
        words.error_messages |= {
            "max_length": _("Shorten it: at most {n} characters are kept.").format(n=LONGEST_WORDS),
            "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("reason") == "other" and "words" in given and not given["words"]:
            self.add_error("words", ValidationError(self._("Another reason needs a few words.")))
        return given
