"""Which of one's own sessions are ended, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.accounts.own import OwnSession

OTHERS: Final = "others"


class EndForm(forms.Form):
    """One session, or all others than the one in use."""

    which = forms.ChoiceField(widget=forms.RadioSelect)
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), strip=False
    )

    def __init__(
        self, sessions: Sequence[OwnSession], *args: Any, language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _ = translator(language)
        self.sessions = sessions
        self._others = [one for one in sessions if not one.is_this]
        which, password = self.fields["which"], self.fields["password"]
        which.label = lazystr(_("Which one is to end?"))
        which.choices = [  # type: ignore[attr-defined]
            *((one.name, _("Number {n}").format(n=n)) for n, one in enumerate(self._others, 1)),
            (OTHERS, _("All others than this one")),
        ]
        which.error_messages |= {
            "required": _("This needs an answer."),
            "invalid_choice": _("This session has ended already."),
        }
        password.label = lazystr(_("Your password"))
        password.error_messages["required"] = _("This needs an answer.")

    @property
    def chosen(self) -> list[str]:
        which = str(self.cleaned_data["which"])
        return [one.name for one in self._others] if which == OTHERS else [which]
