from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import needlework.evidence
from needlework.errors import AnswerError
from needlework.evidence.scales import Item, Scale, Score, band_of, phototype_from, score

FOLDER = Path(needlework.evidence.__file__).parent / "data" / "scale"
DATA: dict[str, dict[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.toml"))
}
CLAIMS: dict[str, dict[str, Any]] = {stem: data.pop("claims") for stem, data in DATA.items()}
SCALES = {stem: msgspec.convert(data, Scale) for stem, data in DATA.items()}
TOTAL_ONLY = {"dlqi", "melasqol", "face-q", "scar-q"}
MAXIMA = {
    "goodman-baron-qualitative": 4,
    "goodman-baron-quantitative": 84,
    "ecca": 540,
    "scar-s": 15,
    "lemperle": 5,
    "fitzpatrick-wrinkle": 9,
    "glogau": 4,
    "gais": 5,
    "masi": 48,
    "mmasi": 24,
    "posas-observer": 60,
    "posas-patient": 60,
    "vss": 13,
    "pahpi": 22,
    "scar-vas": 100,
    "pain-nrs": 10,
    "dlqi": 30,
    "melasqol": 70,
    "face-q": 100,
    "scar-q": 100,
    "phototype-a": 40,
    "phototype-b": 40,
}


def choices(scale: Scale, item: Item) -> list[float]:
    """Every rating that an item allows, lowest first; a fine grid where there is no step."""
    if item.levels:
        return sorted(level.value for level in scale.answers(item))
    assert item.min is not None
    top = 50.0 if item.max is None else item.max
    step = item.step or 0.5
    return [item.min + step * n for n in range(round((top - item.min) / step) + 1)]


def every(scale: Scale, which: int) -> dict[str, float]:
    return {item.id: choices(scale, item)[which] for item in scale.items}


def value(result: Score) -> float:
    assert result.value is not None
    return result.value


@st.composite
def rated(draw: st.DrawFn) -> tuple[Scale, dict[str, float]]:
    scale = SCALES[draw(st.sampled_from(sorted(SCALES)))]
    answers = {
        item.id: draw(st.sampled_from(choices(scale, item)), label=item.id) for item in scale.items
    }
    return scale, answers


class TestData:
    @pytest.mark.parametrize("stem", SCALES)
    def test_a_file_is_named_by_its_id(self, stem: str) -> None:
        assert SCALES[stem].id == stem

    @pytest.mark.parametrize("stem", SCALES)
    def test_lowest_and_highest_ratings_give_the_claimed_ends(self, stem: str) -> None:
        for which, key in ((0, "minimum"), (-1, "maximum")):
            claim = CLAIMS[stem].get(key)
            if claim is None:
                assert (stem, key) == ("width-mm", "maximum")
                continue
            result = score(SCALES[stem], every(SCALES[stem], which))
            assert (result.value, result.unit) == (claim["value"], claim["unit"])

    @pytest.mark.parametrize(("stem", "maximum"), MAXIMA.items())
    def test_maxima_are_the_published_ones(self, stem: str, maximum: float) -> None:
        assert score(SCALES[stem], every(SCALES[stem], -1)).value == maximum

    def test_only_totals_of_licensed_scales_are_taken(self) -> None:
        assert {stem for stem, scale in SCALES.items() if not scale.shipped} == TOTAL_ONLY
        for stem in TOTAL_ONLY:
            assert SCALES[stem].scoring.kind == "total"
            assert [item.id for item in SCALES[stem].items] == ["total"]

    @pytest.mark.parametrize("stem", SCALES)
    def test_every_scale_says_how_it_is_scored_and_by_whom(self, stem: str) -> None:
        claim = CLAIMS[stem]["scoring"]
        assert claim["supports"]
        assert claim["review"] == ("sourced" if claim["basis"] in {"S1", "S2"} else "proposed")

    @pytest.mark.parametrize("stem", SCALES)
    def test_values_on_levels_rise_and_differ(self, stem: str) -> None:
        for levels in SCALES[stem].levels.values():
            values = [level.value for level in levels]
            assert values == sorted(set(values))

    @pytest.mark.parametrize(
        "stem", [stem for stem, scale in SCALES.items() if scale.bands], ids=str
    )
    def test_bands_cover_every_whole_score_once(self, stem: str) -> None:
        scale = SCALES[stem]
        low, high = (CLAIMS[stem][key]["value"] for key in ("minimum", "maximum"))
        for total in range(low, high + 1):
            hits = [band.id for band in scale.bands if band.min <= total <= band.max]
            assert len(hits) == 1

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"colour": "red"}, "unknown field"),
            ({"items": [{"id": "a", "name": {"en": "A", "es": "A"}}]}, "min"),
            ({"items": [{"id": "a", "name": {"en": "A", "es": "A"}, "levels": "x"}]}, "levels x"),
            ({"items": []}, "has one item"),
            ({"scoring": {"kind": "area-severity", "unit": "points"}}, "region"),
        ],
    )
    def test_unsound_data_are_refused(self, changes: dict[str, Any], fault: str) -> None:
        with pytest.raises(msgspec.ValidationError, match=fault):
            msgspec.convert(DATA["pain-nrs"] | changes, Scale)

    def test_the_same_item_twice_is_refused(self) -> None:
        twice = {"items": DATA["vss"]["items"] + DATA["vss"]["items"][:1]}
        with pytest.raises(msgspec.ValidationError, match="same id"):
            msgspec.convert(DATA["vss"] | twice, Scale)


class TestWorkedExamples:
    def test_goodman_baron_multiplies_points_by_count(self) -> None:
        items = every(SCALES["goodman-baron-quantitative"], 0) | {
            "mild-atrophic": 2,  # 11 to 20 scars of 1 point
            "punched-shallow": 1,  # up to 10 of 2 points
            "broad-deep": 3,  # more than 20 of 3 points
        }
        assert score(SCALES["goodman-baron-quantitative"], items).value == 2 + 2 + 9

    @pytest.mark.parametrize(("level", "points"), [(0, 0), (1, 6), (2, 12), (3, 18)])
    def test_goodman_baron_scores_keloid_by_area(self, level: int, points: int) -> None:
        items = every(SCALES["goodman-baron-quantitative"], 0) | {"keloidal": level}
        assert score(SCALES["goodman-baron-quantitative"], items).value == points

    def test_ecca_weighs_each_type(self) -> None:
        items = every(SCALES["ecca"], 0) | {"v-shaped": 3, "u-shaped": 2, "m-shaped": 1}
        assert score(SCALES["ecca"], items).value == 45 + 40 + 25

    def test_masi_multiplies_area_by_darkness_and_homogeneity(self) -> None:
        scale = SCALES["masi"]
        items = every(scale, 0)
        items |= {"forehead-area": 2, "forehead-darkness": 3, "forehead-homogeneity": 1}
        items |= {"chin-area": 6, "chin-darkness": 2, "chin-homogeneity": 2}
        assert score(scale, items).value == 0.3 * 2 * 4 + 2.4

    def test_mmasi_leaves_homogeneity_out(self) -> None:
        items = every(SCALES["mmasi"], 0) | {"malar-left-area": 5, "malar-left-darkness": 3}
        assert score(SCALES["mmasi"], items).value == 4.5
        with pytest.raises(AnswerError, match="no such item"):
            score(SCALES["mmasi"], items | {"malar-left-homogeneity": 1})

    def test_posas_keeps_the_overall_opinion_beside_the_sum(self) -> None:
        scale = SCALES["posas-patient"]
        items = every(scale, 0) | {"overall": 9}
        result = score(scale, items)
        assert (result.value, result.items["overall"]) == (6, 9)
        del items["overall"]
        assert score(scale, items).value == 6

    def test_gais_is_better_when_lower(self) -> None:
        levels = SCALES["gais"].levels["change"]
        assert (levels[0].value, levels[0].label.en) == (1, "Very much improved")
        assert SCALES["gais"].direction == "lower-better"


class TestPhototype:
    @pytest.mark.parametrize(
        ("total", "types"),
        [
            (0, ("I",)),
            (7, ("I",)),
            (8, ("II",)),
            (16, ("II",)),
            (17, ("III",)),
            (24, ("III",)),
            (25, ("IV",)),  # printed for III and for IV: the darker one
            (30, ("IV",)),
            (31, ("V", "VI")),
            (40, ("V", "VI")),
        ],
    )
    def test_scheme_a(self, total: int, types: tuple[str, ...]) -> None:
        assert phototype_from(SCALES["phototype-a"], total) == types

    def test_the_shared_total_of_scheme_a_is_the_one_claimed(self) -> None:
        band = next(band for band in SCALES["phototype-a"].bands if band.id == "IV")
        assert band.min == CLAIMS["phototype-a"]["type-iv-from"]["value"]

    @pytest.mark.parametrize(
        ("total", "type_"),
        [
            *((0, "I"), (6, "I"), (7, "II"), (13, "II"), (14, "III"), (20, "III")),
            *((21, "IV"), (27, "IV"), (28, "V"), (34, "V"), (35, "VI"), (40, "VI")),
        ],
    )
    def test_scheme_b(self, total: int, type_: str) -> None:
        assert phototype_from(SCALES["phototype-b"], total) == (type_,)

    @pytest.mark.parametrize("stem", ["phototype-a", "phototype-b"])
    def test_ten_items_of_five_answers(self, stem: str) -> None:
        scale = SCALES[stem]
        assert len(scale.items) == 10
        assert all(choices(scale, item) == [0, 1, 2, 3, 4] for item in scale.items)

    @pytest.mark.parametrize("total", [-1, 41, 24.5])
    def test_an_impossible_total_is_refused(self, total: float) -> None:
        with pytest.raises(AnswerError, match="not a total"):
            phototype_from(SCALES["phototype-a"], total)

    def test_a_scale_of_something_else_is_refused(self) -> None:
        with pytest.raises(AnswerError, match="does not tell a phototype"):
            phototype_from(SCALES["fitzpatrick-wrinkle"], 4)

    @pytest.mark.parametrize(("grade", "class_"), [(3, "I"), (4, "II"), (6, "II"), (7, "III")])
    def test_wrinkle_classes(self, grade: int, class_: str) -> None:
        band = band_of(SCALES["fitzpatrick-wrinkle"], grade)
        assert band is not None
        assert band.id == class_

    def test_a_scale_without_bands_has_none(self) -> None:
        assert band_of(SCALES["vss"], 4) is None


class TestMissing:
    def test_nothing_rated_is_no_score_and_not_nought(self) -> None:
        for scale in SCALES.values():
            result = score(scale, {})
            assert result.value is None
            assert result.missing == tuple(item.id for item in scale.required)

    def test_none_is_missing_too(self) -> None:
        items: dict[str, object] = {"face": 2, "chest": None, "back": 0}
        result = score(SCALES["scar-s"], items)
        assert (result.value, result.missing) == (None, ("chest",))
        assert result.items == {"face": 2, "back": 0}

    @given(rated(), st.data())
    def test_any_one_missing_item_leaves_no_score(
        self, given_: tuple[Scale, dict[str, float]], data: st.DataObject
    ) -> None:
        scale, items = given_
        left_out = data.draw(st.sampled_from([item.id for item in scale.required]))
        del items[left_out]
        result = score(scale, items)
        assert (result.value, result.missing) == (None, (left_out,))


class TestBadItems:
    @pytest.mark.parametrize(
        ("stem", "item", "given_"),
        [
            ("vss", "pigmentation", 3),
            ("vss", "height", -1),
            ("vss", "height", 1.5),
            ("pahpi", "size", 3),
            ("posas-observer", "relief", 0),
            ("posas-observer", "relief", 11),
            ("posas-observer", "relief", 4.5),
            ("posas-observer", "overall", 0),
            ("pain-nrs", "pain", 10.5),
            ("scar-vas", "mark", 100.1),
            ("width-mm", "width", -0.1),
            ("alexiades-laxity", "grade", 0.5),
            ("alexiades-laxity", "grade", 4.5),
            ("melasqol", "total", 9),
            ("fitzpatrick-wrinkle", "grade", 0),
        ],
    )
    def test_what_cannot_be_chosen_is_refused_by_name(
        self, stem: str, item: str, given_: float
    ) -> None:
        with pytest.raises(AnswerError, match=f"item {item}: .* cannot be chosen") as caught:
            score(SCALES[stem], {item: given_})
        assert caught.value.hint

    @pytest.mark.parametrize("given_", ["2", True, float("nan"), float("inf"), [2]])
    def test_what_is_no_number_is_refused_by_name(self, given_: object) -> None:
        with pytest.raises(AnswerError, match="item height: the rating is not a number"):
            score(SCALES["vss"], {"height": given_})

    def test_an_unknown_item_is_refused_with_those_known(self) -> None:
        with pytest.raises(AnswerError, match=r": no such item\.$") as caught:
            score(SCALES["vss"], {"hight": None})
        assert "hight" not in caught.value.message + caught.value.hint
        assert "height" in caught.value.hint

    @pytest.mark.parametrize(
        ("stem", "item", "hint"),
        [
            ("alexiades-texture", "grade", "Choose one of 0, 1, 1.5, 2, 2.5, 3, 3.5, 4."),
            ("posas-patient", "itch", "Give a number from 1 to 10, in steps of 1."),
            ("width-mm", "width", "Give a number from 0."),
        ],
    )
    def test_the_hint_tells_what_is_allowed(self, stem: str, item: str, hint: str) -> None:
        with pytest.raises(AnswerError) as caught:
            score(SCALES[stem], {item: -1})
        assert caught.value.hint == hint


class TestProperties:
    @given(rated())
    def test_a_score_lies_within_its_claimed_ends(
        self, given_: tuple[Scale, dict[str, float]]
    ) -> None:
        scale, items = given_
        claims = CLAIMS[scale.id]
        result = value(score(scale, items))
        assert result >= claims["minimum"]["value"]
        assert "maximum" not in claims or result <= claims["maximum"]["value"]

    @given(rated(), st.data())
    def test_raising_an_item_never_lowers_the_score(
        self, given_: tuple[Scale, dict[str, float]], data: st.DataObject
    ) -> None:
        scale, items = given_
        item = data.draw(st.sampled_from(scale.items))
        higher = [choice for choice in choices(scale, item) if choice >= items[item.id]]
        raised = items | {item.id: data.draw(st.sampled_from(higher))}
        assert value(score(scale, raised)) >= value(score(scale, items))

    @given(rated())
    def test_the_order_of_items_does_not_matter(
        self, given_: tuple[Scale, dict[str, float]]
    ) -> None:
        scale, items = given_
        assert score(scale, dict(reversed(items.items()))).value == score(scale, items).value

    @given(rated())
    def test_a_score_keeps_what_was_rated(self, given_: tuple[Scale, dict[str, float]]) -> None:
        scale, items = given_
        result = score(scale, items)
        assert (result.items, result.scale, result.missing) == (items, scale.id, ())
