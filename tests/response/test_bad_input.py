"""Every public function of the models meets what nobody should give it.

Each row is a question that has an answer, and says of what kind each of its arguments is. Every
argument in turn is then replaced by values that are none of that kind: the function must say so
in a sentence with a next step. Where a value is only odd, a finite answer is as good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pytest
from msgspec import Struct, structs

from needlework.errors import NeedleworkError
from needlework.evidence import load_knowledge
from needlework.response import (
    absorption,
    absorption_ingredients,
    absorption_layers,
    anatomy,
    closure,
    forecast,
    healing,
    learning,
    outcome,
    parameters,
    penetration,
    pigment,
    puncture,
    puncture_lattice,
    puncture_map,
    puncture_outline,
    puncture_rolling,
    redness,
    skin,
    summary,
    wound,
)
from tests.response.someone import OUTCOME, invented, maturing

KNOWN: Final = load_knowledge()
NAN, INF = float("nan"), float("inf")
N: Final = 12
"""Draws of every row."""


def claims(model: str) -> dict[str, Any]:
    return parameters.parameters(KNOWN, model)


def drawn(model: str, draws: int = N) -> dict[str, np.ndarray]:
    return parameters.draw(claims(model), draws, 1)


# --- what nobody should give ------------------------------------------------------------------

NO_NUMBER: Final[Mapping[str, object]] = {
    "NaN": NAN,
    "NaN among others": [0.5, NAN],
    "complex": 0.5 + 1j,
    "complex array": np.array([0.5 + 1j]),
    "text": "0.5",
    "a row of text": ["0.5"],
    "None": None,
    "None among others": [0.5, None],
    "truth": True,
    "truths": np.array([True, False]),
    "decimal": Decimal("0.5"),
    "ragged": [[0.5], [0.5, 0.5]],
    "object": object(),
    "dates": np.array(["2026-01-01"], dtype="datetime64[D]"),
    "a mapping": {"mm": 1.0},
    "masked": np.ma.MaskedArray([0.5, 0.5], mask=[False, True]),
}
"""No real numbers, or not all of them."""

NO_ROW: Final[Mapping[str, object]] = {
    "nothing": [],
    "an empty table": np.empty((0, 3)),
    "a table": np.full((3, 5, 7), 0.5),
    "too many": np.full(N + 1, 0.5),
    "too few": np.full(N - 1, 0.5),
}
"""Numbers that do not go with the draws."""

ODD: Final[Mapping[str, object]] = {
    "infinite": INF,
    "minus infinite": -INF,
    "below nought": -1.0,
    "nought": 0.0,
    "huge": 1e308,
    "tiny": 5e-324,
    "single precision": np.float32(0.5),
    "whole": 1,
    "far beyond": 10**400,
}
"""Numbers that may lie in a domain, or not."""

NO_COUNT: Final[Mapping[str, object]] = {
    "none": 0,
    "below nought": -1,
    "broken": 1.5,
    "NaN": NAN,
    "infinite": INF,
    "text": "3",
    "None": None,
    "a row": [3],
    "beyond all": 10**30,
    "complex": 3j,
    "truth": True,
}

NO_SEED: Final[Mapping[str, object]] = {
    "below nought": -1,
    "broken": 1.5,
    "NaN": NAN,
    "infinite": INF,
    "text": "1",
    "None": None,
    "a row": [1],
    "complex": 1j,
}

NO_WORD: Final[Mapping[str, object]] = {
    "unknown": "no-such-thing",
    "steering": "\x1b[31mcheek",
    "turned round": "\u202echeek",
    "joined": "chee\u200dk",
    "full width": "\uff43\uff48\uff45\uff45\uff4b",
    "half a pair": "\ud800",
    "braces": "{cheek}",
    "long": "cheek" * 2000,
    "empty": "",
    "number": 3,
    "list": ["cheek"],
    "set": {"cheek"},
    "bytes": b"cheek",
}

REFUSED: Final = {
    "number": NO_NUMBER,
    "row": {**NO_NUMBER, **NO_ROW},
    "count": NO_COUNT,
    "seed": NO_SEED,
    "word": NO_WORD,
}
EITHER: Final = {"number": ODD, "row": ODD}


# --- what is asked ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A question with an answer, and of what kind each argument is."""

    ask: Callable[..., object]
    good: Mapping[str, object]
    kinds: Mapping[str, str]
    but: Mapping[str, set[str]] = field(default_factory=dict)
    """Argument → hostile values that are good for it."""

    @property
    def name(self) -> str:
        return f"{self.ask.__module__.rpartition('.')[2]}.{self.ask.__name__}"


def row(
    ask: Callable[..., object], _but: Mapping[str, set[str]] | None = None, **given: object
) -> Asked:
    """Each argument as (value, kind), or a bare value that stays as it is."""
    good, kinds = dict(given), dict[str, str]()
    for key, value in given.items():
        if isinstance(value, tuple) and len(value) == 2 and value[1] in REFUSED:
            good[key], kinds[key] = value
    return Asked(ask, good, kinds, _but or {})


def number(value: object) -> tuple[object, str]:
    return value, "number"


def some(value: object) -> tuple[object, str]:
    return value, "row"


def count(value: int) -> tuple[int, str]:
    return value, "count"


SEED: Final = (1, "seed")


def word(value: str) -> tuple[str, str]:
    return value, "word"


ONE: Final = np.ones(N)
CLOSING: Final = closure.closing(drawn("closure"), needle_mm=0.5, age_years=40)
RED: Final = redness.course(drawn("redness"), drawn("healing"))
CHAIN: Final = healing.chain(drawn("healing"))
SQUARE: Final = puncture_lattice.Lattice(1.0, 1.0)
ZONE: Final = puncture_outline.rectangle_mm(30, 20)
CAFFEINE: Final = absorption_ingredients.ingredient("caffeine")
WAY: Final = forecast.Way(device="roller-192", zone="cheek", depth_mm=1.5, passes=15)
LEARNED_FROM: Final = invented(N, 1)
PEOPLE: Final = outcome.people(LEARNED_FROM, OUTCOME, seed=1)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def made_map() -> puncture_map.PunctureMap:
    return puncture_map.puncture_map(ZONE, [puncture_map.RollerPass(SQUARE, 0.0)], 0.1, rng())


def way(**given: object) -> forecast.RelativeDose:
    return forecast.relative_dose(KNOWN, structs.replace(WAY, **given), forecast.Person(), 50, 1)


def person(**given: object) -> skin.Skin:
    other = structs.replace(forecast.Person(), **given)
    return skin.skin(KNOWN, WAY, other, draws=50)


def told(**given: object) -> skin.Skin:
    return skin.skin(KNOWN, structs.replace(WAY, **given), forecast.Person(), draws=50)


ANY_SHAPE: Final = set(NO_ROW) - {"nothing", "an empty table"}
"""What broadcasts beside single numbers."""


def wide(ask: Callable[..., object], **given: object) -> Asked:
    """A question over arrays of any shape."""
    return row(ask, dict.fromkeys(given, ANY_SHAPE), **given)


ROWS: Final = (
    # puncture
    wide(
        puncture.pen_density_per_cm2,
        needles=some(12.0),
        stroke_rate_hz=some(100.0),
        passes=some(4.0),
        glide_speed_cm_s=some(2.0),
        swept_width_cm=some(0.9),
    ),
    wide(
        puncture.roller_density_per_cm2,
        needles=some(192.0),
        passes=some(4.0),
        drum_diameter_cm=some(2.0),
        drum_width_cm=some(2.0),
    ),
    wide(puncture.hole_area_mm2, hole_radius_mm=some(0.03), slit_mm=some(0.1)),
    wide(puncture.area_fraction, density_per_cm2=some(250.0), area_mm2=some(0.004)),
    wide(puncture.random_gap_cdf, density_per_cm2=some(250.0), distance_mm=some(0.3)),
    wide(puncture.random_gap_quantile_mm, density_per_cm2=some(250.0), share=some(0.5)),
    wide(puncture.random_gap_mean_mm, density_per_cm2=some(250.0)),
    wide(puncture.reach_mm, density_aimed_at_per_cm2=some(250.0)),
    wide(puncture.missed_share, density_per_cm2=some(250.0), distance_mm=some(0.3)),
    row(
        puncture.overtreated_share,
        dict.fromkeys(("density_per_cm2", "distance_mm"), ANY_SHAPE),
        density_per_cm2=some(250.0),
        distance_mm=some(0.3),
        least=count(4),
    ),
    wide(
        puncture_rolling.roller_entry_angle_deg,
        drum_radius_mm=some(10.0),
        needle_length_mm=some(1.5),
        depth_mm=some(1.0),
    ),
    wide(
        puncture_rolling.roller_slit_mm,
        drum_radius_mm=some(10.0),
        needle_length_mm=some(1.5),
        depth_mm=some(1.0),
        at_mm=some(0.5),
    ),
    row(puncture.drawn, knowledge=KNOWN, draws=count(N), seed=SEED),
    row(
        puncture.pattern,
        knowledge=KNOWN,
        device=word("exceed"),
        passes=count(4),
        draws=count(N),
        seed=SEED,
    ),
    row(
        puncture.pattern,
        {"needles": {"None"}},
        knowledge=KNOWN,
        device="exceed",
        passes=4,
        needles=count(6),
    ),
    row(
        puncture.hole_radius_mm,
        knowledge=KNOWN,
        device=word("exceed"),
        draws=count(N),
        seed=SEED,
    ),
    row(
        puncture_lattice.Lattice,
        along_mm=number(1.0),
        across_mm=number(1.0),
        stagger=number(0.5),
    ),
    row(SQUARE.gap_cdf, {"distance_mm": ANY_SHAPE}, distance_mm=some(0.5)),
    row(
        puncture_lattice.roller_lattice,
        needles=count(192),
        rows=count(8),
        drum_diameter_mm=number(20.0),
        drum_width_mm=number(20.0),
        stagger=number(0.5),
    ),
    row(
        puncture_lattice.passes_gap_cdf,
        {"distance_mm": ANY_SHAPE},
        lattice=SQUARE,
        passes=count(4),
        distance_mm=some(0.3),
    ),
    row(
        puncture_lattice.passes_area_fraction,
        {"hole_radius_mm": ANY_SHAPE},
        lattice=SQUARE,
        passes=count(4),
        hole_radius_mm=some(0.03),
    ),
    row(puncture_map.crossed_deg, passes=count(4)),
    row(
        lambda jitter_mm: puncture_map.puncture_map(
            ZONE, [puncture_map.RollerPass(SQUARE, 0.0)], jitter_mm, rng()
        ),
        jitter_mm=number(0.1),
    ),
    row(
        lambda direction_deg: puncture_map.puncture_map(
            ZONE, [puncture_map.RollerPass(SQUARE, direction_deg)], 0.1, rng()
        ),
        direction_deg=number(30.0),
    ),
    row(
        lambda needles, step_mm, swept_width_mm: puncture_map.puncture_map(
            ZONE, [puncture_map.PenPass(needles, step_mm, swept_width_mm, 0.0)], 0.1, rng()
        ),
        needles=count(6),
        step_mm=number(1.0),
        swept_width_mm=number(8.0),
    ),
    row(
        puncture_map.coverage,
        made=made_map(),
        hole_radius_mm=number(0.1),
        reach_mm=number(0.4),
        overtreated_from=count(4),
        points=count(100),
        rng=rng(),
    ),
    row(
        puncture_map.spread,
        knowledge=KNOWN,
        device=word("roller-mf8"),
        outline=ZONE,
        passes=count(4),
        maps=count(2),
        points=count(50),
        seed=SEED,
    ),
    row(
        puncture_map.spread,
        {"needles": {"None"}},
        knowledge=KNOWN,
        device="roller-mf8",
        outline=ZONE,
        passes=4,
        maps=2,
        points=50,
        needles=count(192),
    ),
    row(puncture_outline.outline_mm, corners_mm=some([[0, 0], [30, 0], [0, 20]])),
    row(puncture_outline.rectangle_mm, width_mm=number(30.0), height_mm=number(20.0)),
    row(
        puncture_outline.outline_from_path,
        path=word("M0 0H10V10H0Z"),
        mm_per_unit=number(2.0),
    ),
    row(ZONE.holds, points_mm=some(np.zeros((2, 2)))),
    # penetration and layers
    wide(
        penetration.travel_mm,
        set_depth_mm=some(1.0),
        share=some(0.7),
        error_mm=some(0.0),
        dimpling_mm=some(0.08),
    ),
    wide(penetration.channel_mm, travel=some(0.9), open_share=some(0.3)),
    wide(
        penetration.injured_volume_cm3_per_cm2,
        density_per_cm2=some(250.0),
        hole_radius_mm=some(0.03),
        travel=some(1.0),
        epidermis_mm=some(0.06),
        dermis_mm=some(1.3),
    ),
    row(
        penetration.entry_force_mn,
        {"tip_um": ANY_SHAPE, "speed_ratio": ANY_SHAPE},
        claims=claims("penetration"),
        tip_um=some(5.0),
        speed_ratio=some(1.0),
    ),
    row(
        penetration.layer_reached,
        travel=some(0.5 * ONE),
        layers=anatomy.layers(KNOWN, "cheek", draws=N),
    ),
    row(
        penetration.penetration,
        {"age_years": {"None"}},
        knowledge=KNOWN,
        device=word("exceed"),
        zone=word("cheek"),
        set_depth_mm=number(1.0),
        passes=count(4),
        sex=word("female"),
        age_years=number(40),
        draws=count(N),
        seed=SEED,
    ),
    row(
        penetration.lengths_mm,
        values=drawn("penetration"),
        kind=word("pen"),
        set_depth_mm=some(1.0),
    ),
    row(
        anatomy.layers,
        {"age_years": {"None"}},
        knowledge=KNOWN,
        zone=word("cheek"),
        sex=word("female"),
        age_years=number(40.0),
        draws=count(N),
        seed=SEED,
    ),
    # closure
    row(
        closure.closing,
        {"occluded": {"truth"}},
        draws=drawn("closure"),
        needle_mm=some(0.5),
        age_years=some(40.0),
        occluded=some(False),
    ),
    *(
        row(each, {"hours": {"too many", "too few"}}, skin=CLOSING, hours=some([1.0, 2.0]))
        for each in (closure.barrier, closure.channel, closure.water_loss_excess)
    ),
    row(closure.waits, {"hours": {"too many", "too few"}}, hours=some(ONE)),
    row(closure.calibrated, claims=claims("closure"), needle_mm=number(0.5)),
    row(closure.lengthened, published_hours=number(24.0), modelled_hours=number(3.0)),
    row(
        closure.aftercare_hours,
        {"occluded": {"truth"}},
        knowledge=KNOWN,
        needle_mm=number(0.5),
        age_years=number(40.0),
        occluded=number(False),
        draws=count(N),
        seed=SEED,
    ),
    # absorption
    row(
        absorption.intact,
        {"ph": {"None"}},
        values=drawn("absorption"),
        one=CAFFEINE,
        ph=some(5.5),
    ),
    row(
        absorption.enhancement,
        {"ph": {"None"}},
        claims=claims("absorption"),
        one=CAFFEINE,
        phi=some(0.01),
        channel=some(1.0),
        hours=number(8.0),
        draws=count(N),
        seed=SEED,
        ph=some(5.5),
        dissolves=number(1.0),
        steps=count(4),
    ),
    row(
        absorption.resting_enhancement,
        {"ph": {"None"}},
        claims=claims("absorption"),
        one=CAFFEINE,
        phi=some(0.01),
        openness=some(1.0),
        draws=count(N),
        seed=SEED,
        ph=some(5.5),
    ),
    row(
        absorption.ranking,
        claims=claims("absorption"),
        some=[CAFFEINE],
        phi=some(0.01),
        channel=some(1.0),
        hours=number(8.0),
        draws=count(N),
        seed=SEED,
        steps=count(4),
    ),
    row(absorption.open_share, values=drawn("absorption"), phi=some(0.01)),
    row(absorption_ingredients.ingredient, id_=word("caffeine")),
    row(absorption_ingredients.uncharged, {"ph": ANY_SHAPE}, one=CAFFEINE, ph=some(5.5)),
    row(absorption_layers.time_grid, hours=number(24.0), steps=count(8)),
    # healing, wound
    row(
        healing.dose,
        {
            "injured_cm3_per_cm2": {"a table", "an empty table"},
            "half_dose_cm3_per_cm2": {"a table"},
        },
        injured_cm3_per_cm2=some(1e-3 * ONE),
        half_dose_cm3_per_cm2=some(1e-3 * ONE),
    ),
    row(
        healing.respond,
        made=CHAIN,
        session_days=some((0.0, 28.0)),
        doses=some(np.full((N, 2), 0.5)),
        until_day=number(60.0),
        step_days=number(7.0),
    ),
    row(
        healing.maturation,
        {"session_days": {"too many", "too few"}},
        made=CHAIN,
        session_days=some((0.0, 28.0)),
        until_day=number(60.0),
        step_days=number(7.0),
    ),
    row(wound.wound, claims=claims("wound"), course=word("treated")),
    row(
        wound.simulate,
        {"days": {"too many", "too few"}},
        made=wound.wound(claims("wound"), "normal"),
        days=some([0.0, 10.0]),
        method=word("LSODA"),
    ),
    # redness, pigment
    row(
        redness.inflammation,
        {
            "hours": {"too many", "too few"},
            "damage_h": set(),
        },
        hours=some([0.0, 24.0]),
        damage_h=some(24.0 * ONE),
        inflammation_h=some(48.0 * ONE),
        dose=some(ONE),
    ),
    row(redness.inflammation_area, inflammation_h=some(24.0 * ONE), dose=some(ONE)),
    row(
        redness.inflammation_peak_hours, damage_h=some(12.0 * ONE), inflammation_h=some(24.0 * ONE)
    ),
    row(redness.course, draws=drawn("redness"), healing=drawn("healing"), dose=some(0.5)),
    row(redness.redness, {"hours": {"too many", "too few"}}, skin=RED, hours=some([0.0, 24.0])),
    row(
        redness.hours_until_resolved,
        {"of": {"None"}},
        skin=RED,
        below=some(0.1),
        of=some(1.0),
    ),
    row(redness.ceilings, {"depth_mm": {"None"}}, knowledge=KNOWN, depth_mm=number(1.0)),
    row(
        redness.share_beyond,
        {"hours": {"too many", "too few"}},
        hours=some(ONE),
        ceiling=redness.ceilings(KNOWN)[0],
    ),
    row(pigment.group_of, {"phototype": {"empty"}}, phototype=word("II")),
    row(pigment.counted, found=[], prior=number(0.5)),
    row(pigment.quantile, of=pigment.Mixture((1.0,), (6.5,), (54.5,)), level=number(0.5)),
    row(pigment.predictive, of=pigment.Mixture((1.0,), (6.5,), (54.5,)), clients=count(3)),
    row(
        pigment.risk,
        draws=drawn("pigment"),
        group=pigment.Group.DARK,
        relative_inflammation=some(1.0),
        dark_weight=number(0.5),
    ),
    row(
        pigment.clients_affected,
        {"risks": {"too many", "too few"}},
        risks=some(0.1 * ONE),
        clients=count(5),
        stream=rng(),
    ),
    row(
        pigment.told,
        {"phototype": {"empty"}},
        claims=claims("pigment"),
        knowledge=KNOWN,
        phototype=word("V"),
    ),
    # outcome, learning, forecast
    row(
        outcome.people,
        posterior=LEARNED_FROM,
        outcome=OUTCOME,
        seed=SEED,
        each=count(2),
    ),
    row(
        outcome.gains,
        {"log_dose": {"too many", "too few", "nothing"}},
        of=PEOPLE,
        log_dose=some([0.0, 0.1]),
    ),
    row(
        outcome.score_course,
        {"session_days": {"too many", "too few"}, "days": {"too many", "too few"}},
        of=PEOPLE,
        gain=some(np.full((N, 2), 0.2)),
        matured=some(maturing(N, 40)),
        session_days=some((0, 28)),
        days=some((0, 60)),
    ),
    row(
        outcome.score,
        of=PEOPLE,
        gain=some(np.full((N, 1), 0.2)),
        grown=some(np.full((N, 1, 2), 0.5)),
        days=some((0, 60)),
    ),
    row(
        learning.weighted_quantiles,
        {"levels": {"too many", "too few"}},
        values=some(ONE),
        weights=some(ONE / N),
        levels=some([0.5]),
    ),
    row(way, device=word("roller-192"), zone=word("cheek"), depth_mm=number(1.5), passes=count(15)),
    row(way, {"needles": {"None"}}, needles=count(192)),
    row(
        told, device=word("roller-192"), zone=word("cheek"), depth_mm=number(1.5), passes=count(15)
    ),
    row(person, {"age_years": {"None"}}, sex=word("male"), age_years=number(40.0)),
    row(
        forecast.relative_dose,
        knowledge=KNOWN,
        way=WAY,
        person=forecast.Person(),
        draws=count(50),
        seed=SEED,
    ),
    # what all share
    row(
        summary.summarise,
        {"values": {"too many", "too few", "a table"}},
        values=some(ONE),
    ),
    row(parameters.parameters, knowledge=KNOWN, model=word("puncture")),
    row(parameters.draw, claims=claims("puncture"), draws=count(N), seed=SEED),
)


def is_finite(answer: object) -> bool:
    if isinstance(answer, np.ndarray | float | np.floating):
        array = np.asarray(answer)
        return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())
    return all(map(is_finite, _parts(answer)))


def _parts(answer: object) -> Iterable[object]:
    if isinstance(answer, Mapping):
        return answer.values()
    if isinstance(answer, list | tuple):
        return answer
    if isinstance(answer, Struct):
        return structs.asdict(answer).values()
    if is_dataclass(answer):
        return [getattr(answer, one.name) for one in fields(answer)]
    return ()


IDS: Final = [f"{each.name}-{number_}" for number_, each in enumerate(ROWS)]


@pytest.mark.parametrize("each", ROWS, ids=IDS)
def test_what_makes_sense_is_answered(each: Asked) -> None:
    assert is_finite(each.ask(**each.good))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("each", ROWS, ids=IDS)
def test_what_makes_none_is_refused(each: Asked) -> None:
    for key, kind in each.kinds.items():
        kept = each.but.get(key, set())
        for called, value in {**REFUSED[kind], **EITHER.get(kind, {})}.items():
            answer = _answer(each.ask, {**each.good, key: value})
            if isinstance(answer, NeedleworkError):
                assert answer.message, (key, called)
                assert answer.hint, (key, called)
                assert not _STEERS.search(answer.message), (key, called)
            else:
                assert called in kept or called in EITHER.get(kind, {}), (key, called, answer)
                assert is_finite(answer), (key, called)


def _answer(ask: Callable[..., object], given: Mapping[str, object]) -> object:
    try:
        return ask(**given)
    except NeedleworkError as error:
        return error


_STEERS: Final = re.compile(r"[\x00-\x1f\u202e]")


# --- shapes that do not go together -----------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda two, three: puncture.pen_density_per_cm2(two, 100, three, 2.0, 0.9),
        lambda two, three: puncture.roller_density_per_cm2(two, 4, three, 2.0),
        puncture.hole_area_mm2,
        puncture.area_fraction,
        puncture.random_gap_cdf,
        puncture.missed_share,
        lambda two, three: puncture.random_gap_quantile_mm(two, three / 2),
        lambda two, three: puncture.overtreated_share(two, three, 4),
        lambda two, three: puncture_rolling.roller_slit_mm(10 * two, 1.5, three, 0.5),
        lambda two, three: puncture_rolling.roller_entry_angle_deg(10 * two, 1.5, three),
        lambda two, three: penetration.travel_mm(two, 0.5, three, 0.1),
        penetration.channel_mm,
        lambda two, three: penetration.injured_volume_cm3_per_cm2(250, two, 1.0, three, 1.2),
        lambda two, three: penetration.entry_force_mn(claims("penetration"), two, three),
        healing.dose,
        lambda two, three: redness.inflammation_area(inflammation_h=two, dose=three),
        lambda two, three: redness.inflammation_peak_hours(damage_h=two, inflammation_h=three),
        lambda two, three: redness.inflammation(1, damage_h=two, inflammation_h=three),
    ],
)
def test_shapes_that_do_not_go_together_are_refused(ask: Callable[..., object]) -> None:
    with pytest.raises(NeedleworkError) as refused:
        ask(np.ones(2), np.ones(3))
    assert refused.value.hint


# --- draws ------------------------------------------------------------------------------------

BROKEN: Final[Mapping[str, Callable[[np.ndarray], object]]] = {
    "NaN": lambda values: np.where(np.arange(N) == 3, np.nan, values),
    "infinite": lambda values: np.where(np.arange(N) == 3, np.inf, values),
    "one too few": lambda values: values[:-1],
    "none": lambda values: values[:0],
    "a table": lambda values: values[:, None],
    "one number": lambda values: float(values[0]),
    "complex": lambda values: values.astype(np.complex128),
    "text": lambda values: values.astype(str),
    "objects": lambda values: values.astype(object),
    "None": lambda _values: None,
}


Takes = Callable[[Mapping[str, Any]], object]


def _of_draws(model: str) -> list[Takes]:
    """What takes draws of a model, each as a function of them alone."""
    early = ("damage-time", "inflammation-time")
    takes: dict[str, list[Takes]] = {
        "closure": [lambda given: closure.closing(given, needle_mm=0.5, age_years=40)],
        "redness": [lambda given: redness.course(given, drawn("healing"))],
        "healing": [
            healing.chain,
            lambda given: redness.course(
                drawn("redness"), {key: given[key] for key in early if key in given}
            ),
        ],
        "pigment": [lambda given: pigment.risk(given, pigment.Group.UNKNOWN)],
        "penetration": [lambda given: penetration.lengths_mm(given, "pen", 1.0)],
        "absorption": [lambda given: absorption.intact(given, CAFFEINE)],
    }
    return takes[model]


USED: Final = {
    "closure": ("channel-half-life", "closed-below", "barrier-half-life", "person-effect"),
    "redness": ("early-lifetime", "late-ratio"),
    "healing": ("damage-time", "inflammation-time"),
    "pigment": ("risk-i-iii", "risk-iv-vi", "inflammation-power"),
    "penetration": ("travel-share-pen", "set-depth-error", "dimpling", "open-share"),
    "absorption": ("permeability-error", "polar-path", "capillary-flow", "vehicle-ph"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("model", USED)
def test_draws_that_are_not_whole_are_refused(model: str) -> None:
    values = drawn(model)
    for ask in _of_draws(model):
        ask(values)
        for key in USED[model]:
            lacking = {name: each for name, each in values.items() if name != key}
            cases: dict[str, dict[str, Any]] = {
                "missing": lacking,
                **{name: {**values, key: make(values[key])} for name, make in BROKEN.items()},
            }
            for called, broken in cases.items():
                with pytest.raises(NeedleworkError) as refused:
                    ask(broken)
                assert key in refused.value.message, (key, called)
                assert refused.value.hint


@pytest.mark.parametrize(
    "make",
    [
        lambda bad: replace(CLOSING, barrier_half_life_h=bad),
        lambda bad: replace(CLOSING, channel_half_life_h=bad),
        lambda bad: replace(CLOSING, closed_below=bad),
        lambda bad: replace(CLOSING, barrier_share=bad),
        lambda bad: replace(RED, early_h=bad),
        lambda bad: replace(RED, late_ratio=bad),
        lambda bad: replace(RED, inflammation_h=bad),
        lambda bad: replace(RED, dose=bad),
    ],
)
def test_skin_made_of_no_numbers_is_none(make: Callable[[object], object]) -> None:
    for bad in (np.full(N, NAN), np.full(N, INF), -np.ones(N + 1), np.ones(N, complex), None):
        with pytest.raises(NeedleworkError):
            make(bad)


# --- one course -------------------------------------------------------------------------------

COURSE: Final = forecast.Asked(
    concern="acne-scar-rolling",
    scale="goodman-baron-quantitative",
    start=20.0,
    way=WAY,
    session_days=(0, 28, 56),
)


def course(**changed: object) -> object:
    return forecast.forecast(KNOWN, structs.replace(COURSE, **changed), draws=50)


def measured(**changed: object) -> object:
    first = learning.Measure(day=0, score=20.0, scale=COURSE.scale)
    second = structs.replace(first, day=60, score=15.0)
    return course(start=None, measures=(first, structs.replace(second, **changed)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("ask", "key", "bad"),
    [
        *((course, "concern", bad) for bad in NO_WORD.values()),
        *((course, "scale", bad) for bad in NO_WORD.values()),
        *((course, "start", bad) for key, bad in NO_NUMBER.items() if key != "None"),
        *((course, "start", bad) for bad in (INF, -INF, -1.0, 0.0, 1e308)),
        *((course, "session_days", (0, bad)) for bad in (-1, 28.5, NAN, "28", None, True, 10**30)),
        *((course, "session_days", bad) for bad in ((), (28, 0), (-1, 28), (0, 99_999))),
        *((course, "held", bad) for bad in (-1, 4, 1.5, NAN, "1", True)),
        *((course, "until_day", bad) for bad in (-1, 10, 1.5, NAN, "600", True, 10**9)),
        *((measured, "day", bad) for bad in (-1, 1.5, NAN, "60", None, True, 10**9)),
        *((measured, "score", bad) for bad in (*NO_NUMBER.values(), INF, -1.0, 1e308)),
        *((measured, "error", bad) for bad in (NAN, INF, -1.0, 0.0, "1", True, 1e308, 1j)),
        (measured, "scale", "lemperle"),
        (measured, "scale", None),
    ],
)
def test_a_course_that_cannot_be_is_refused(
    ask: Callable[..., object], key: str, bad: object
) -> None:
    with pytest.raises(NeedleworkError) as refused:
        ask(**{key: bad})
    assert refused.value.hint
    assert not _STEERS.search(refused.value.message)


def test_two_sessions_on_a_day_are_allowed_and_the_same_in_any_writing() -> None:
    assert is_finite(course(session_days=(0, 28, 28)))
    assert course(session_days=(0, np.int64(28), 56)) == course()
