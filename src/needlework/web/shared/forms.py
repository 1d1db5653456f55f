"""One renderer for every form: label, hint, error and input look the same everywhere."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.forms.renderers import TemplatesSetting

_DJANGOS: Final = "django/forms/widgets/"
_OURS: Final = "shared/forms/widgets/"
_REPLACED: Final = frozenset({"checkbox_select.html", "radio.html"})


class Renderer(TemplatesSetting):
    """Our form and field; of the widgets, those whose choices need large targets."""

    form_template_name = "shared/forms/form.html"
    field_template_name = "shared/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        name = template_name.removeprefix(_DJANGOS)
        return super().get_template(_OURS + name if name in _REPLACED else template_name)


class DateInput(forms.DateInput):
    """A day from the browser's own calendar, which wants it as 2026-11-20 in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    widget = DateInput
