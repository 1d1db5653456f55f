"""Predictions of the models of skin itself: punctures, layers, depth, force, closing, redness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from needlework.response import anatomy, closure, penetration, pigment, puncture, redness
from needlework.response.parameters import draw
from needlework.response.verifying.cases import Case
from needlework.response.verifying.predictions import (
    DRAWS,
    GROUP,
    Array,
    Models,
    Predict,
    Prediction,
    cannot,
)

# --- punctures and layers ---------------------------------------------------------------------


def geometry(models: Models, case: Case) -> Prediction:
    """Density after passes; the hole that a needle's base leaves."""
    match case.given["quantity"]:
        case "density":
            made = puncture.pattern(
                models.knowledge,
                case.given["device"],
                int(case.given["passes"]),
                draws=DRAWS,
                seed=models.seed,
            )
            if isinstance(made, puncture.NoPattern):
                return cannot("the device's needles or rate are not known")
            return Prediction(made.density_per_cm2)
        case "hole_diameter":
            share = models.draws(puncture.MODEL)["hole-diameter-ratio"]
            return Prediction(share * _BASE_MM, note="of the base that the same study printed")
    return cannot("an input: the device's own figure")


_BASE_MM: Final = 0.14
"""Of Kalluri's needles; the row beside it."""

_BODY: Final = "buttock"
"""Its epidermis is that of any zone of the body."""


def thickness(models: Models, case: Case) -> Prediction:
    """Means of layers by histology; ultrasound is an input."""
    if case.given.get("method") == "ultrasound":
        return cannot("an input: it sets the ratio between zones")
    if case.part == "verification":
        return _zone_thickness(models, case)
    site, layer = case.given["site"], case.given["layer"]
    if layer in ("stratum corneum", "cellular epidermis"):
        body = _layers(models, _BODY, "")
        corneum = body.corneum_share * body.epidermis.mm
        rest = body.epidermis.mm - corneum
        return Prediction(corneum if layer == "stratum corneum" else rest)
    zones, pick = _SITES.get(site, ((), np.min))
    if not zones:
        return cannot("the site is no zone, or is one of a range that names none")
    found = [_layers(models, zone, case.given["sex"]) for zone in zones]
    each = [one.dermis.mm if layer == "dermis" else one.epidermis.mm for one in found]
    return Prediction(np.asarray(pick(np.stack(each), axis=0)))


_FACE: Final = ("forehead", "glabella", "temple", "nose", "malar", "jaw")
_SITES: Final = MappingProxyType(
    {
        "six facial regions: thinnest": (_FACE, np.min),
        "six facial regions: thickest": (_FACE, np.max),
        "upper lip: thickest": (("upper-lip",), np.max),
        "upper lip: thickest of 39": (("upper-lip",), np.max),
        "cheek: thinnest": (("cheek",), np.min),
        "back": (("back",), np.max),
        "buttock chest front of neck: low end": (("buttock", "decolletage"), np.min),
        "buttock chest front of neck: high end": (("buttock", "decolletage"), np.max),
    }
)


def _zone_thickness(models: Models, case: Case) -> Prediction:
    zone, sex, quantity = (case.given[key] for key in ("zone", "sex", "quantity"))
    here = _layers(models, zone, sex)
    if quantity.startswith("skin over "):
        there = _layers(models, quantity.removeprefix("skin over "), sex)
        return Prediction(here.floors_mm()[-1] / there.floors_mm()[-1])
    return Prediction({"dermis": here.dermis, "epidermis": here.epidermis}[quantity].mm)


def _layers(models: Models, zone: str, sex: str) -> anatomy.Layers:
    """Layers of the mean of such people."""
    made = anatomy.layers(
        models.knowledge, zone, sex=sex or None, of_one=False, draws=DRAWS, seed=models.seed
    )
    if isinstance(made, anatomy.Layers):
        return made
    raise LookupError(zone)  # a row about a zone that the models do not know


# --- depth and force --------------------------------------------------------------------------


def depth(models: Models, case: Case) -> Prediction:
    """Travel or open channel."""
    set_mm = float(case.given["set_depth_mm"])
    moved, stays = penetration.lengths_mm(
        models.draws(penetration.MODEL), case.given["device"], set_mm
    )
    return Prediction({"travel": moved, "channel": stays}[case.given["quantity"]])


def force(models: Models, case: Case) -> Prediction:
    """Entry force of a needle whose tip is known."""
    tip_um = case.number("tip_um")
    if tip_um is None:
        return cannot("the needle's tip is not in what was read")
    return Prediction(
        penetration.entry_force_mn(models.claims(penetration.MODEL), [tip_um]),
        note="the line is drawn through it",
    )


# --- closing ----------------------------------------------------------------------------------


def closing(models: Models, case: Case) -> Prediction:
    """Mean of a group's hours, or of what is left at an hour."""
    length = case.number("needle_length_mm")
    made = _group(
        models,
        case,
        people=round(case.number("n") or GROUP),
        needle_mm=length,
        occluded=case.given["occluded"] == "yes",
    )
    note = "" if length else "length not readable: taken for the model's reference"
    return Prediction(_mean(made, case.given["quantity"], case.number("time_h")), note=note)


def closing_sign(models: Models, case: Case) -> Prediction:
    """Logarithm of one group's mean over the other's."""
    means = []
    for side in ("first", "second"):
        made = _group(
            models,
            case,
            people=round(case.number(f"n_{side}") or GROUP),
            **_condition(case.given[side]),
        )
        means.append(_mean(made, case.given["quantity"], _RESIDUAL_H))
    return Prediction(np.log(means[1] / means[0]))


_RESIDUAL_H: Final = 48.0
"""Hour at which the one study that compared what is left compared it."""


def _condition(words: str) -> dict[str, float]:
    match words.split():
        case ["age", years, "y"]:
            return {"age_years": float(years)}
        case ["length", mm, "mm"]:
            return {"needle_mm": float(mm)}
    return {"occluded": float(words == "occluded")}


def _group(
    models: Models,
    case: Case,
    *,
    people: int,
    needle_mm: float | None = None,
    age_years: float | None = None,
    occluded: float = 0.0,
) -> closure.Closing:
    """People, `people` a draw, who differ from each other as the claim says."""
    claims, values = models.claims(closure.MODEL), models.draws(closure.MODEL)
    many = {key: np.repeat(drawn, people) for key, drawn in values.items()}
    seed = int(models.stream(case).integers(2**31))
    own = draw({"person-effect": claims["person-effect"]}, DRAWS * people, seed)
    return closure.closing(
        {**many, **own},
        needle_mm=claims["reference-length"].number if needle_mm is None else needle_mm,
        age_years=claims["age-reference"].number if age_years is None else age_years,
        occluded=bool(occluded),
    )


def _mean(made: closure.Closing, quantity: str, time_h: float | None) -> Array:
    each = (
        closure.water_loss_excess(made, [time_h or 0.0])[:, 0]
        if quantity == "water_loss_excess"
        else _HOURS[quantity](made)
    )
    return np.asarray(each.reshape(DRAWS, -1).mean(axis=1))


_HOURS: Final[Mapping[str, Callable[[closure.Closing], Array]]] = MappingProxyType(
    {
        "hours_until_barrier": closure.hours_until_barrier,
        "hours_until_water_loss_settles": closure.hours_until_water_loss_settles,
        "hours_until_closed": closure.hours_until_closed,
        "channel_half_life": lambda made: made.channel_half_life_h,
    }
)


# --- redness and darkening --------------------------------------------------------------------


def redness_gone(models: Models, _case: Case) -> Prediction:
    """Hours until a person's redness is below a tenth of its own peak; no dose moves them."""
    values = models.draws("redness")
    one = redness.course(values, models.draws("healing"))
    return Prediction(
        redness.hours_until_resolved(one, below=values["resolved-below"]),
        note="of one person; the model does not tell people of a study apart",
    )


def darkened(models: Models, case: Case) -> Prediction:
    """Count of people who darken: evenly spaced quantiles of the beta-binomial."""
    group = pigment.Group(case.given["group"])
    of = pigment.mixture(models.claims("pigment"), models.knowledge, group)
    reached = np.cumsum(pigment.predictive(of, int(case.given["people"])))
    levels = (np.arange(DRAWS) + 1 / 2) / DRAWS
    counts = np.minimum(np.searchsorted(reached, levels), len(reached) - 1)
    note = "in sample: the group's risk is counted from it" if case.part == "building" else ""
    return Prediction(counts.astype(np.float64), note=note)


PREDICT: Final[Mapping[str, Predict]] = MappingProxyType(
    {
        "geometry": geometry,
        "thickness": thickness,
        "penetration": depth,
        "penetration_force": force,
        "closure": closing,
        "closure_signs": closing_sign,
        "redness": redness_gone,
        "pih": darkened,
    }
)
