"""Every Django form looks the same: label, hint, error, input, and a summary that leads to each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from needlework.web.shared.forms import DateField


class Everything(forms.Form):
    name = forms.CharField(help_text="As in the <passport>")
    kind = forms.ChoiceField(
        choices=[("a", "First"), ("b", "<b>Second</b>")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField()
    born = DateField(required=False)
    about = forms.CharField(widget=forms.Textarea, required=False)
    several = forms.MultipleChoiceField(
        choices=[("x", "X"), ("y", "Y")], widget=forms.CheckboxSelectMultiple, required=False
    )
    unseen = forms.CharField(widget=forms.HiddenInput, initial="kept")

    def clean(self) -> dict[str, Any]:
        raise ValidationError("The whole does not fit.")


@pytest.fixture
def empty() -> str:
    return str(Everything())


@pytest.fixture
def refused() -> str:
    return str(Everything({"several": ["z"], "about": "<script>", "born": "never"}))


def test_each_input_has_its_label_and_its_hint(empty: str) -> None:
    assert '<label class="field__label" for="id_name">Name</label>' in empty
    assert '<p class="field__hint" id="id_name_helptext">' in empty
    assert 'aria-describedby="id_name_helptext"' in empty


def test_choices_are_a_fieldset_of_large_targets(empty: str) -> None:
    assert '<legend class="field__label">Kind</legend>' in empty
    assert empty.count('<label class="choice">') == 5
    assert "&lt;b&gt;Second" in empty


def test_a_tick_box_is_its_own_label(empty: str) -> None:
    start = empty.index('name="agreed"')
    assert '<label class="choice"><input type="checkbox"' in empty[start - 60 : start]


def test_what_may_stay_empty_says_so(empty: str) -> None:
    assert empty.count("(optional)") == 3


def test_nothing_is_announced_before_it_is_sent(empty: str) -> None:
    assert "role=" not in empty
    assert "field__error" not in empty


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_day_is_written_as_the_browser_wants_it(language: str) -> None:
    with translation.override(language):
        page = str(Everything(initial={"born": date(2026, 1, 2)})["born"])
    assert 'type="date"' in page
    assert 'value="2026-01-02"' in page


def test_the_summary_is_announced_takes_the_focus_and_leads_to_each(refused: str) -> None:
    assert 'role="alert" tabindex="-1" autofocus' in refused
    for field in ("id_name", "id_kind_0", "id_agreed", "id_born", "id_several_0"):
        assert f'<a href="#{field}">' in refused
        assert f'id="{field}"' in refused
    assert "The whole does not fit." in refused


def test_an_error_is_tied_to_its_input(refused: str) -> None:
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in refused
    assert 'id="id_name_error"' in refused
    assert '<fieldset class="field field--wrong" aria-describedby="id_kind_error">' in refused


def test_what_was_typed_is_kept_and_escaped(refused: str) -> None:
    assert "&lt;script&gt;" in refused
    assert "<script>" not in refused
    assert 'value="never"' in refused


def test_what_is_hidden_goes_along(empty: str) -> None:
    assert '<input type="hidden" name="unseen" value="kept" id="id_unseen">' in empty


def test_nothing_is_styled_or_run_inline(empty: str, refused: str) -> None:
    for page in (empty, refused):
        assert " style=" not in page
        assert " onclick" not in page
