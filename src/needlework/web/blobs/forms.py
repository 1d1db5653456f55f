"""A file that somebody chose."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.blobs.errors import FileRefusedError
from needlework.web.blobs.sniff import LARGEST_BYTES, Clean, clean


class PhotoForm(forms.Form):
    """A client's portrait, by which staff know whose chart they have open."""

    photo = forms.FileField(
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ = translator(language)
        self.fields["photo"].label = lazystr(self._("Photo (JPEG, PNG or WebP)"))

    def clean_photo(self) -> Clean:
        sent = self.cleaned_data["photo"]
        try:
            # One byte more than is taken shows that there is more.
            return clean(sent.read(LARGEST_BYTES + 1), "portrait")
        except FileRefusedError as wrong:
            raise ValidationError(f"{wrong.message} {wrong.hint}") from wrong
