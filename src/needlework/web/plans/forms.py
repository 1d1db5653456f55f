"""What a signer confirms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr

from needlework.i18n import translator


class SignForm(forms.Form):
    """That the plan was read, and the signer's own password."""

    agreed = forms.BooleanField()
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(self, *args: Any, statement: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ = translator(language)
        self.fields["agreed"].label = lazystr(statement)
        self.fields["password"].label = lazystr(_("Your password"))
        self.fields["password"].help_text = _("It stands for your signature.")
