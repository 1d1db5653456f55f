"""What the clinic writes beside a client's report."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import lazystr

from needlework.i18n import translator

LONGEST_NOTE: Final = 2_000


class SeenForm(forms.Form):
    """That a report was seen, and what was done."""

    words = forms.CharField(
        max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None, *, language: str) -> None:
        super().__init__(data, auto_id="seen-%s")
        _ = translator(language)
        self.fields["words"].label = lazystr(_("What was done"))
        self.fields["words"].help_text = _("The client does not see this.")
        self.fields["words"].error_messages |= {
            "max_length": _("Shorten it: at most {n} characters are kept.").format(n=LONGEST_NOTE),
            "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
        }
