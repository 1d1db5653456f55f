"""What clients read is whole in Spanish, and a language changes words and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from needlework import i18n
from needlework.aftercare import (
    Observation,
    Place,
    check_product,
    check_symptoms,
    choice_names,
    choices,
    timeline,
    uv_day,
)
from needlework.aftercare.days import length
from needlework.aftercare.ingredients import KINDS, classes_of, is_for_clients
from needlework.aftercare.products import LIMITS
from needlework.aftercare.timeline import FIRSTS, PHOTOTYPES
from needlework.errors import AnswerError
from needlework.evidence import Cited, Knowledge
from needlework.lexicon import Lexicon
from needlework.units import UNITS
from tests.aftercare.changed import KNOWN, rejecting, with_value

LEXICON = Lexicon.load()
ENDED = datetime(2026, 11, 20, 16)  # noqa: DTZ001  by the clock on the wall
CHOICES = choices(KNOWN)
SPANISH = i18n._messages("es")
IN_COSMETICS = [
    entry for entry in LEXICON.entries if entry.kind == "ingredient" or "topical" in entry.routes
]
WORDS = {"text", "label", "about", "name", "when", "summary", "limits", "notes", "kinds", "what"}
"""Fields that a language changes; `what` of a review, not of what is keyed by it."""


class Missed(dict[str, str]):
    """A catalogue that remembers what it was asked for and did not hold."""

    def __init__(self) -> None:
        super().__init__(SPANISH)
        self.missing: set[str] = set()

    def get(self, message: str, default: str = "") -> str:  # type: ignore[override]
        if message not in self:
            self.missing.add(message)
        return super().get(message, default)


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> Missed:
    held = Missed()
    monkeypatch.setattr(i18n, "_messages", lambda language: held if language == "es" else {})
    return held


# --- every result that can be shown -----------------------------------------------------------


def timelines(language: str) -> Iterator[object]:
    zones = sorted(KNOWN.release.zones)
    common: dict[str, Any] = {"language": language, "zones": zones}
    for depth in (None, 0.2, 1.0, 2.5):
        for phototype in ("", *PHOTOTYPES):
            yield timeline(KNOWN, ended=ENDED, depth_mm=depth, phototype=phototype, **common)
    for season in ("spring", "winter"):
        yield timeline(KNOWN, ended=date(2026, 11, 20), depth_mm=1, season=season, **common)
    closure = Cited(301.5, "h", ("response.closure.example",))
    yield timeline(KNOWN, ended=ENDED, depth_mm=1, closure=closure, **common)
    for claim_id in ("aftercare.sunscreen.spf-min", "aftercare.sunscreen.mineral"):
        yield timeline(rejecting(claim_id), ended=ENDED, depth_mm=1, **common)
    other = with_value("aftercare.sunscreen.mineral", value=False)
    yield timeline(other, ended=ENDED, depth_mm=1, **common)


def answers(language: str) -> Iterator[object]:
    for where in ("gb-eng", ""):
        for day in (None, 0, 3, 9, 60):
            for sign in CHOICES["sign"]:
                for place in ("around-eye", "eye", "beyond-treated", "mouth-throat", "cheek"):
                    seen = [
                        Observation(sign=sign, place=place, strength=strength, trend=trend)
                        for strength, trend in (("mild", "better"), ("severe", "worse"))
                    ]
                    for one in seen:
                        yield check_symptoms(
                            KNOWN,
                            day=day,
                            observations=[one],
                            jurisdiction=where,
                            language=language,
                        )
    everything = [Observation(sign=sign) for sign in CHOICES["sign"]]
    yield check_symptoms(KNOWN, day=1, observations=everything, language=language)


def products(language: str) -> Iterator[object]:
    name = {entry.id: entry.names["en"][0] for entry in IN_COSMETICS}
    texts = [
        *(name[entry.id] for entry in IN_COSMETICS),
        "",
        "Aqua, Glycerin",
        "Retinol, Lactic Acid, Glycolic Acid, Salicylic Acid, Ascorbic Acid",
        "Madeupol X (Retinol), Novelinyl",
        "Aqua, Glycerin, Dimethicone, Squalane, Panthenol, Petrolatum, Betaine, Citric Acid",
        "Aqua, " * 4000,
    ]
    for text in texts:
        yield check_product(text, ended=ENDED, knowledge=KNOWN, lexicon=LEXICON, language=language)
    listed = Knowledge(KNOWN.release)
    listed.allowed_products = ("Serum A",)
    yield check_product(
        "Aqua", ended=ENDED, knowledge=listed, lexicon=LEXICON, name="Serum A", language=language
    )


def suns(language: str) -> Iterator[object]:
    madrid = Place(latitude=40.4, longitude=-3.7, altitude_m=650, zone="Europe/Madrid")
    yield uv_day(KNOWN, madrid, date(2026, 6, 21), language=language)


RESULTS = {"timeline": timelines, "answer": answers, "product": products, "sun": suns}


@pytest.mark.parametrize("what", RESULTS)
def test_nothing_that_is_shown_lacks_its_spanish(what: str, missed: Missed) -> None:
    shown = list(RESULTS[what]("es"))
    assert shown
    assert not missed.missing


@pytest.mark.parametrize("what", ["timeline", "product", "sun"])
def test_a_language_changes_words_and_nothing_else(what: str) -> None:
    for english, spanish in zip(RESULTS[what]("en"), RESULTS[what]("es"), strict=True):
        assert bare(english) == bare(spanish)
        assert english != spanish


def test_a_language_changes_no_urgency_and_no_claim() -> None:
    for english, spanish in zip(answers("en"), answers("es"), strict=True):
        assert bare(english) == bare(spanish)


def bare(result: object) -> object:
    """A result without the fields that hold words."""
    return _bare(msgspec.to_builtins(result))


def _bare(tree: object) -> object:
    if isinstance(tree, dict):
        return {key: _bare(value) for key, value in tree.items() if key not in WORDS}
    if isinstance(tree, list | tuple):
        return [_bare(value) for value in tree]
    return tree


# --- every word that they may cite ------------------------------------------------------------


def citable() -> list[str]:
    """Claims whose words a result may hold, on any day and for any release like this one."""
    kinds = ("aftercare.", "symptom.", "harm.red-flags.", "harm.swelling.")
    return sorted(
        claim_id
        for claim_id, claim in KNOWN.claims.items()
        if claim_id.startswith(kinds) and claim.quantity == "text"
    )


@pytest.mark.parametrize("claim_id", citable())
def test_each_claim_that_may_be_cited_has_its_spanish(claim_id: str) -> None:
    spanish = SPANISH[KNOWN.claims[claim_id].word]
    assert spanish != KNOWN.claims[claim_id].word
    assert spanish.endswith(".")


@pytest.mark.parametrize(
    "label", [LIMITS, *(label for label, _ in FIRSTS.values()), *KINDS.values()]
)
def test_each_label_of_a_table_has_its_spanish(label: str) -> None:
    assert SPANISH[label]


def test_each_note_for_clients_has_its_spanish_and_names_no_rule() -> None:
    noted = [entry for entry in IN_COSMETICS if entry.note]
    kept = [entry for entry in noted if is_for_clients(entry)]
    assert len(kept) > 20
    assert [entry.id for entry in noted if entry not in kept] == [
        "trichloroacetic-acid",
        "cocaine",
        "silicone-gel",
        "calcipotriol",
        "clascoterone",
    ]
    assert all(SPANISH[entry.note] for entry in kept)


def test_each_class_of_what_is_put_on_skin_has_a_label() -> None:
    assert {name for entry in IN_COSMETICS for name in classes_of(entry)} <= set(KINDS)


# --- as a person reads it ---------------------------------------------------------------------


def test_choices_and_urgencies_are_named_in_the_language() -> None:
    english, spanish = choice_names(KNOWN), choice_names(KNOWN, "es")
    assert english["sign"]["blisters"] == "Blisters"
    assert spanish["sign"]["blisters"] == "Ampollas"
    assert spanish["answer"]["same-day"] == "Hoy mismo"
    for about, words in CHOICES.items():
        assert set(words) == set(spanish[about]) == set(english[about])


def test_an_emergency_in_spanish() -> None:
    seen = [Observation(sign="wheeze", place="inside")]
    answer = check_symptoms(KNOWN, day=1, observations=seen, jurisdiction="eu", language="es")
    assert answer.first.text == "Llame ahora al 112."
    assert answer.parts[0].label == "Silbidos al respirar"


def test_lengths_dates_and_decimals_in_spanish() -> None:
    seen = [Observation(sign="redness", place="cheek", strength="mild", trend="same")]
    answer = check_symptoms(KNOWN, day=1, observations=seen, language="es")
    assert answer.normal[0].text == (
        "Enrojecimiento: suele desaparecer en 2 días (fuentes: de 3 horas a 7 días)."
    )
    made = check_product("Retinol", ended=ENDED, knowledge=KNOWN, lexicon=LEXICON, language="es")
    assert made.summary.startswith("No antes del 27 de noviembre de 2026. Contiene “Retinol”.")
    assert made.ingredients[0].kinds == ("retinoide",)
    weeks = timeline(KNOWN, ended=ENDED, depth_mm=1, zones=["chin"], language="es").advice
    assert any("durante al menos 1 semana." in advice.text for advice in weeks)


ENGLISH = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "y": "year",
}


@pytest.mark.parametrize("unit", sorted(UNITS["duration"]))
def test_each_unit_of_time_can_be_said(unit: str) -> None:
    assert length(1, unit, "en") == f"1 {ENGLISH[unit]}"
    assert length(2.5, unit, "en") == f"2.5 {ENGLISH[unit]}s"
    assert length(1, unit, "es").startswith("1 ")
    assert length(2.5, unit, "es").startswith("2,5 ")
    assert length(2.5, unit, "es").endswith("s")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.125, "d", "3 hours"),
        (0.5, "h", "30 minutes"),
        (0.5, "y", "6 months"),
        (1 / 7, "wk", "1 day"),
        (0.25 / 24 / 60, "d", "15 seconds"),
        (0.5, "s", "0.5 seconds"),
        (0, "d", "0 days"),
    ],
)
def test_a_part_of_a_unit_is_said_in_a_smaller_one(value: float, unit: str, said: str) -> None:
    assert length(value, unit, "en") == said


def test_no_unit_is_an_abbreviation_for_a_client() -> None:
    seen = [Observation(sign="redness", place="cheek", strength="mild", trend="same")]
    answer = check_symptoms(KNOWN, day=1, observations=seen)
    assert answer.normal[0].text == (
        "Redness: usually gone after 2 days (sources: 3 hours to 7 days)."
    )


def test_english_is_plain() -> None:
    made = check_product("Retinol", ended=ENDED, knowledge=KNOWN, lexicon=LEXICON)
    assert made.summary.startswith(
        "Not before 27 November 2026. It holds “Retinol”. Never on needled"
    )
    known = timeline(KNOWN, ended=ENDED, depth_mm=1, zones=["chin"])
    texts = [advice.text for advice in known.advice]
    assert any(text.endswith("daily for at least 1 week.") for text in texts)
    assert known.moments[0].name == "0 to 8 hours"
    assert [course.label for course in known.courses] == [course.what for course in known.courses]


def test_a_refusal_is_in_the_language_too() -> None:
    nowhere = Place(latitude=91, longitude=0, zone="Europe/Madrid")
    with pytest.raises(AnswerError, match="La latitud"):
        uv_day(KNOWN, nowhere, date(2026, 6, 21), language="es")
    with pytest.raises(AnswerError, match="ningún síntoma"):
        check_symptoms(KNOWN, day=1, observations=[], language="es")


@pytest.mark.parametrize("year", [1, 9999])
def test_a_session_at_the_end_of_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(AnswerError, match="end of the calendar"):
        timeline(KNOWN, ended=date(year, 12, 31), depth_mm=1, zones=["chin"])
    with pytest.raises(AnswerError, match="end of the calendar"):
        check_product("Aqua", ended=date(year, 12, 31), knowledge=KNOWN, lexicon=LEXICON)


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(AnswerError, match="fr"):
        timeline(KNOWN, ended=ENDED, depth_mm=1, zones=["chin"], language="fr")
