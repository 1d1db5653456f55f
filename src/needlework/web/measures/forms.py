"""What staff type about a score."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.functional import lazystr

from needlework.i18n import translator
from needlework.web.clinics.models import Membership
from needlework.web.measures.models import Measure
from needlework.web.measures.scales import Offered, range_words
from needlework.web.measures.selectors import Scores, sessions_until, starts_late
from needlework.web.shared.forms import DateField

_LONGEST_NUMBER: Final = 20
_MOST_SESSIONS_SEEN: Final = 4000
"""Characters of the ids of sessions that a page showed."""


class MeasureForm(forms.Form):
    """A score of one concern: on which scale and day, who rated, and whether sessions are whole."""

    scale = forms.ChoiceField()
    score = forms.CharField(
        max_length=_LONGEST_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    on = DateField()
    rater = forms.ChoiceField()
    error = forms.CharField(
        max_length=_LONGEST_NUMBER,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    all_sessions = forms.BooleanField(required=False)
    seen = forms.CharField(required=False, max_length=_MOST_SESSIONS_SEEN, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        scores: Scores,
        scales: Sequence[Offered],
        raters: Mapping[str, tuple[Membership, str]],
        rater: Membership | None,
        today: date,
        born: date | None,
        language: str,
        corrects: Measure | None = None,
        refusal: Callable[[Sequence[Measure]], str] | None = None,
    ) -> None:
        self.scores = scores
        self.today, self.born = today, born
        self.language = language
        self._ = translator(language)
        self._scales = {one.id: one for one in scales}
        self._raters = {code: member for code, (member, _name) in raters.items()}
        self._refusal = refusal
        self._others = [one for one in scores.readings if corrects is None or one.pk != corrects.pk]
        super().__init__(
            data,
            initial=self._initial(corrects, rater),
            auto_id=f"measure-{scores.concern}-%s",
        )
        self._speak(raters)

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, as a record holds it."""
        given = self.cleaned_data
        return {
            "concern": self.scores.concern,
            **{name: given[name] for name in ("scale", "score", "on", "rater", "error")},
            "sessions": sessions_until(self.scores.sessions, given["on"])
            if given["all_sessions"]
            else None,
        }

    # --- each field -----------------------------------------------------------------------------

    def clean_scale(self) -> str:
        chosen = str(self.cleaned_data["scale"])
        held = self._others[0].scale if self._others else chosen
        if chosen != held:
            raise ValidationError(
                self._(
                    "The scores so far are on another scale, {scale}. Scales are not converted: "
                    "give this score on the same one."
                ).format(scale=self._scales[held].name if held in self._scales else held)
            )
        return chosen

    def clean_score(self) -> float:
        score = _number(self.cleaned_data["score"])
        if score is None:
            raise ValidationError(self._("This is no number. Write it like 12 or 12.5."))
        return score

    def clean_on(self) -> date:
        day: date = self.cleaned_data["on"]
        if day > self.today:
            raise ValidationError(self._("This day lies in the future. Check the date."))
        if self.born is not None and day < self.born:
            raise ValidationError(self._("This day lies before the client was born."))
        return day

    def clean_rater(self) -> Membership:
        return self._raters[str(self.cleaned_data["rater"])]

    def clean_error(self) -> float | None:
        typed = str(self.cleaned_data["error"]).strip()
        if not typed:
            return None
        error = _number(typed)
        if error is None or error <= 0:
            raise ValidationError(
                self._("Give it above nought, in the scale’s unit, or leave it empty.")
            )
        return error

    def clean_all_sessions(self) -> bool:
        ticked = bool(self.cleaned_data["all_sessions"])
        # What was ticked is what was on the page; a session recorded meanwhile was not.
        if ticked and self.data.get(self.add_prefix("seen"), "") != self._seen():
            self.data = {**dict(self.data.items()), "seen": self._seen(), "all_sessions": ""}
            raise ValidationError(
                self._(
                    "The list of sessions has changed since you opened this page. Look at it "
                    "again, then tick anew."
                )
            )
        return ticked

    # --- and together ---------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        scale = self._scales.get(str(given.get("scale")))
        score, on = given.get("score"), given.get("on")
        if scale is not None and score is not None and not scale.takes(score):
            words = range_words(scale, self._, self.language)
            self.add_error(
                "score", self._("{scale} has no such score.").format(scale=scale.name) + f" {words}"
            )
        if on is not None:
            self._check_day(on)
        if not self.errors and scale is not None:
            self._check_start(scale, given)
        if not self.errors:
            self._check_course(given)
        return given

    def _check_day(self, on: date) -> None:
        first = min([on, *(one.on for one in self._others)])
        sessions = self.scores.sessions
        if sessions and first > min(one.on for one in sessions):
            self.add_error(
                "on",
                self._(
                    "The first score has to come before the first session, or on its day: without "
                    "a start nothing can be learned. If one was taken then, record that one first."
                ),
            )
        if self.scores.is_full and len(self._others) == len(self.scores.readings):
            self.add_error("on", self._("There are as many scores as one course can hold."))

    def _check_start(self, scale: Offered, given: Mapping[str, Any]) -> None:
        is_first = all(given["on"] < one.on for one in self._others)
        if is_first and given["score"] == scale.best:
            self.add_error(
                "score",
                self._(
                    "This is the best that the scale can say, so there is nothing to get better. "
                    "The first score tells how it was before."
                ),
            )

    def _check_course(self, given: Mapping[str, Any]) -> None:
        """Whatever else the models refuse is said where it was typed."""
        if self._refusal is None:
            return
        made = self._with(given)
        if starts_late(made, self.scores.sessions):
            return
        why = self._refusal(made)
        if why:
            is_error = given["error"] is not None and not self._refusal(
                self._with({**given, "error": None})
            )
            self.add_error("error" if is_error else "score", why)

    def _with(self, given: Mapping[str, Any]) -> list[Measure]:
        names = ("scale", "score", "on", "rater", "error")
        new = Measure(concern=self.scores.concern, **{name: given[name] for name in names})
        return sorted([*self._others, new], key=lambda one: one.on)

    # --- words ----------------------------------------------------------------------------------

    def _initial(self, corrects: Measure | None, rater: Membership | None) -> dict[str, Any]:
        found: dict[str, Any] = {"key": uuid4(), "seen": self._seen(), "on": self.today}
        if rater is not None:
            found["rater"] = str(rater.pk)
        if corrects is not None:
            found |= {
                "scale": corrects.scale,
                "score": _plain(corrects.score),
                "on": corrects.on,
                "rater": str(corrects.rater_id),
                "error": "" if corrects.error is None else _plain(corrects.error),
            }
        elif self.scores.scale:
            found["scale"] = self.scores.scale
        return found

    def _seen(self) -> str:
        return ",".join(sorted(one.code for one in self.scores.sessions))

    def _speak(self, raters: Mapping[str, tuple[Membership, str]]) -> None:
        _ = self._
        labels = {
            "scale": _("Scale"),
            "score": _("Score"),
            "on": _("Day"),
            "rater": _("Who rated"),
            "error": _("Known error of one such rating"),
            "all_sessions": _("These were all the sessions in these zones"),
        }
        hints = {
            "scale": _("One scale for all scores: scales are not converted."),
            "rater": _("Two ratings by one person differ less than those of two."),
            "error": _("Standard deviation, in the scale’s unit, where you have measured it."),
            "all_sessions": _(
                "From the second score on the forecast learns only where this is ticked: it must "
                "not guess what was done."
            ),
        }
        for name, label in labels.items():
            self.fields[name].label = lazystr(label)
            self.fields[name].help_text = hints.get(name, "")
        scales: Any = self.fields["scale"]
        scales.choices = [(one.id, one.name) for one in self._scales.values()]
        who: Any = self.fields["rater"]
        who.choices = [(code, name) for code, (_member, name) in raters.items()]
        said = {
            "required": _("This needs an answer."),
            "invalid": _("This is no day of the calendar."),
            "invalid_choice": _("Choose one of those offered."),
            "null_characters_not_allowed": _("Copy it anew: it holds signs that are no letters."),
            "max_length": _("Shorten it: at most {n} characters are kept.").format(
                n=_LONGEST_NUMBER
            ),
        }
        for field in self.fields.values():
            field.error_messages |= said


def _number(typed: str) -> float | None:
    text = typed.strip().replace(",", ".")
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return value + 0.0 if math.isfinite(value) else None


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)
