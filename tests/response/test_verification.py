"""Published figures against the frozen models: all of them scored, none used twice."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import MappingProxyType

import msgspec
import pytest
from msgspec.structs import replace

from needlework.errors import UsageError
from needlework.evidence import Knowledge, load_knowledge
from needlework.response.verification import ALL, Coverage, Row, verify
from needlework.response.verifying import frozen
from needlework.response.verifying.cases import (
    DATA,
    PARTS,
    TABLES,
    Case,
    Part,
    cases,
    observed,
    table_rows,
    tables,
)
from needlework.response.verifying.predictions import Models, predict
from tests.response.verified import verified

KNOWN = load_knowledge()
ROWS = verified().rows
SCRIPT = Path(__file__).parents[2] / "scripts" / "freeze.py"


def rows_of(source: str, part: Part = "verification") -> list[Row]:
    return [row for row in ROWS if row.source == source and row.part == part]


def changed(claim_id: str, value: float) -> Knowledge:
    claims = dict(KNOWN.release.claims)
    claims[claim_id] = replace(claims[claim_id], value=value)
    return Knowledge(replace(KNOWN.release, claims=claims))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in (frozen.FREEZES, frozen.PREDICTIONS):
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


# --- cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_every_row_of_every_table_is_a_case_with_an_id_of_its_own(part: Part) -> None:
    held = sum(len(table_rows(part, name)) for name in tables(part))
    ids = [case.id for case in cases(part)]
    assert len(ids) == len(set(ids)) == held > 0


def test_every_verification_row_is_scored() -> None:
    told = {row.id for row in ROWS}
    for case in cases("verification"):
        if TABLES[case.table].kind == "course":
            assert any(id_.startswith(f"{case.table}/{case.source}/") for id_ in told)
        else:
            assert case.id in told
    days = [row for row in ROWS if row.model == "wound"]
    assert len(days) == 9
    assert all(row.what.endswith("on 19 days") for row in days)


@pytest.mark.parametrize("part", PARTS)
def test_sources_marks_and_columns_are_sound(part: Part) -> None:
    for name in tables(part):
        rows = table_rows(part, name)
        assert {*TABLES[name].key} & set(rows[0]), name
        assert {*TABLES[name].hidden} & set(rows[0]), name
        for row in rows:
            assert row["source"] in KNOWN.release.sources, name
            assert row["mark"] in {"S1", "S2", "R"}, name
            assert None not in row.values(), name
            assert None not in row, name


def test_no_row_stands_in_both_parts() -> None:
    def facts(part: Part) -> set[tuple[str, ...]]:
        """Source, what it is about, and the figure: whatever tables call their columns."""
        found = set()
        for case in cases(part):
            seen = observed(case)
            about = {v for k, v in case.given.items() if v and k in TABLES[case.table].key}
            figures = (seen.low, seen.high, seen.sign, seen.course)
            found.add((case.source, *sorted(about), repr(figures)))
        return found

    assert not facts("building") & facts("verification")
    assert not {case.id for case in cases("building")} & {case.id for case in cases("verification")}


@pytest.mark.parametrize("case", cases("verification"), ids=lambda case: case.id)
def test_a_case_does_not_hold_what_was_found(case: Case) -> None:
    hidden = {*TABLES[case.table].hidden, "note", "finding"}
    assert not hidden & set(case.given)


def test_a_table_that_nobody_scores_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "verification").mkdir()
    (tmp_path / "verification" / "stray.csv").write_text("source,mark\n")
    monkeypatch.setattr("needlework.response.verifying.cases.DATA", tmp_path)
    with pytest.raises(UsageError, match=r"stray\.csv is scored by nobody"):
        tables("verification")
    with pytest.raises(UsageError, match="There is no table"):
        table_rows("verification", "geometry")


def test_predictions_do_not_look_at_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other findings in every row, and the predictions stay what they were."""

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("needlework.response.verifying.cases._observed_by_id", never)
    models = Models(KNOWN, 1)
    for case in cases("verification"):
        predict(models, replace(case, given=MappingProxyType(dict(case.given))))


# --- what has to be there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "says", "rows"),
    [
        ("Farshi2020", "sessions: 4", 2),
        ("Alam2014", "sessions: 3", 2),
        ("Alam2014", "sessions: 0", 2),
        ("Ablon2018", "60 d after", 3),
        ("VonDalwigNolda2020", "Goodman-Baron grade", 1),
        ("VietnamRoller", "sessions: 12", 4),
        ("VietnamRoller", "people who darkened of 31", 1),
        ("VietnamRoller", "hours until redness is gone", 1),
        ("Donnelly2014", "hours until water loss settles", 1),
        ("Donnelly2014", "hours until closed", 1),
        ("Sasaki2019", "water loss excess, 48 h", 2),
        ("Donnelly2014", "hours until redness is gone", 1),
        ("Han2012", "hours until redness is gone", 1),
        ("Chu2021", "hours until redness is gone", 1),
        ("Arya2017", "hours until redness is gone", 1),
        ("DepthSplitFace", "2.5 mm", 1),
        ("MosulPen2020", "sessions: 4", 1),
        ("Cachafeiro2016", "people who darkened of 23", 1),
    ],
)
def test_what_the_project_promised_to_verify_is_scored(source: str, says: str, rows: int) -> None:
    found = [row for row in rows_of(source) if says in row.what]
    assert len(found) == rows
    for row in found:
        assert row.verdict != "cannot be scored"
        assert (row.pit is None) is (row.chance is not None)


def test_misses_come_first_and_are_kept() -> None:
    flags = [row.is_miss for row in ROWS]
    assert flags == sorted(flags, reverse=True)
    missed = [row for row in ROWS if row.is_miss]
    parts = [row.part for row in missed]
    assert parts == sorted(parts, reverse=True)
    assert {row.source for row in missed if row.part == "verification"} == {
        *("Ha2005", "Sasaki2019", "Donnelly2014", "Ita2015", "SkinPermeabilityTable"),
        *("Zeitter2014", "RatWoundTypeIII1979"),
    }
    assert ROWS[-1].verdict == "cannot be scored"


def test_what_cannot_be_scored_says_why() -> None:
    for row in ROWS:
        if row.verdict == "cannot be scored":
            assert row.note
            assert row.median is row.pit is row.chance is None


def test_a_study_that_printed_no_direction_is_not_given_one() -> None:
    (row,) = rows_of("DepthIraq")
    assert (row.verdict, row.observed_low, row.observed_high) == ("cannot be scored", None, None)
    assert "compares neither" in row.note


def test_intervals_lie_within_one_another() -> None:
    for row in ROWS:
        if row.median is not None:
            bounds = [getattr(row, name) for name in frozen.BOUNDS]
            assert bounds == sorted(bounds)


def test_a_score_at_the_start_that_was_not_read_is_said_to_be_assumed() -> None:
    for row in rows_of("Ablon2018") + rows_of("Alam2014") + rows_of("VonDalwigNolda2020"):
        assert "assumed" in row.note


def test_an_untreated_side_is_not_expected_to_change() -> None:
    for row in rows_of("Alam2014"):
        assert row.low_50 is not None
        assert row.high_50 is not None
        assert (row.low_50 < 0 < row.high_50) is ("sessions: 0" in row.what)


def test_four_sessions_are_foretold_from_two_better_than_for_a_study_unknown() -> None:
    own = rows_of("Farshi2020")[0]
    assert own.low_80 is not None
    assert own.high_80 is not None
    case = next(case for case in cases("verification") if case.id == own.id)
    given = MappingProxyType({**case.given, "fitted_arm": ""})
    draws = predict(Models(KNOWN, 1), replace(case, given=given)).draws
    assert draws is not None
    assert own.high_80 - own.low_80 < sum(sorted(draws)[at] * way for at, way in SPAN)


SPAN = ((3600, 1), (400, -1))
"""The 80 % interval of 4,000 draws."""


# --- coverage ---------------------------------------------------------------------------------


def coverage(model: str, part: Part = "verification") -> Coverage:
    return next(one for one in verified().coverage if (one.model, one.part) == (model, part))


def test_coverage_counts_every_row_once() -> None:
    for part in PARTS:
        own = [one for one in verified().coverage if one.part == part and one.model != ALL]
        total = coverage(ALL, part)
        for field in ("count", "directions", "held", "not_scored"):
            assert sum(getattr(one, field) for one in own) == getattr(total, field)
        rows = [row for row in ROWS if row.part == part]
        exact = sum(row.median is not None and row.pit is row.chance is None for row in rows)
        assert total.count + total.directions + total.not_scored + exact == len(rows)


def test_coverage_is_what_the_rows_say() -> None:
    for one in verified().coverage:
        mine = [
            row
            for row in ROWS
            if row.part == one.part and one.model in {ALL, row.model} and row.pit is not None
        ]
        assert one.count == len(mine)
        if mine:
            inside = sum(row.verdict != "missed" for row in mine) / len(mine)
            assert one.inside_95 == inside
        else:
            assert one.inside_50 is one.inside_80 is one.inside_95 is None


def test_the_wound_model_agrees_with_another_solver() -> None:
    held = coverage("wound")
    assert (held.directions, held.held) == (9, 9)


def test_another_seed_changes_no_miss_by_much() -> None:
    """Verdicts hang on the models, not on the seed: but for figures right at an end."""
    here = {row.id: row for row in ROWS}
    again = verify(KNOWN, seed=7)
    for row in again.rows:
        before = here[row.id]
        if before.pit is not None and row.pit is not None:
            assert abs(before.pit - row.pit) < 0.05, row.id
        if before.chance is not None and row.chance is not None:
            assert abs(before.chance - row.chance) < 0.05, row.id


# --- the freeze -------------------------------------------------------------------------------


def test_the_frozen_predictions_are_what_the_models_say() -> None:
    told = verified()
    assert frozen.otherwise(frozen.predicted(KNOWN), frozen.frozen_predictions()) == ()
    last = frozen.freezes()[-1]
    assert (told.digest, told.freeze_date) == (last.digest, last.date)
    assert "not blind" in told.not_blind


def test_every_case_has_a_frozen_prediction() -> None:
    held = frozen.frozen_predictions()
    for case in cases("verification"):
        ids = [id_ for id_ in held if id_ == case.id or id_.startswith(f"{case.id}/")]
        assert ids, case.id


@pytest.mark.parametrize(
    "claim_id",
    [
        "response.closure.closed-below",
        "response.redness.early-lifetime",
        "response.outcome.plateau-spread",
        "device.roller-mf8.needles",
        "harm.pih.events-dogra",
    ],
)
def test_another_parameter_is_refused(claim_id: str) -> None:
    moved = changed(claim_id, KNOWN.release.claims[claim_id].number * 1.5)
    with pytest.raises(UsageError, match=r"other parameters|not those that were frozen") as said:
        verify(moved)
    assert said.value.hint


def test_words_about_a_parameter_may_be_bettered() -> None:
    claims = dict(KNOWN.release.claims)
    id_ = "response.closure.closed-below"
    claims[id_] = replace(claims[id_], statement="In other words.")
    other = Knowledge(replace(KNOWN.release, claims=claims))
    assert frozen.check(other).digest == verified().digest


def test_a_claim_that_no_model_reads_may_change() -> None:
    id_ = "zone.cheek.scar-max"
    assert id_ in KNOWN.release.claims
    moved = changed(id_, KNOWN.release.claims[id_].number * 0.9)
    assert frozen.models_digest(moved) == verified().digest


def test_a_clinics_own_parameter_is_refused_by_name() -> None:
    own = Knowledge(KNOWN.release)
    claim = own.claims["response.closure.closed-below"]
    own.claims = {**own.claims, "response.closure.closed-below": replace(claim, value=0.2)}
    with pytest.raises(UsageError, match=r"overlay has its own response\.closure\.closed-below"):
        verify(own)


def test_a_clinic_that_rejects_a_parameter_has_no_verification() -> None:
    strict = Knowledge(KNOWN.release)
    strict.rejected = frozenset({"response.redness.late-ratio"})
    with pytest.raises(UsageError, match=r"response\.redness\.late-ratio"):
        verify(strict)


def test_another_digest_is_refused(copied: Path) -> None:
    path = copied / frozen.FREEZES
    digest = verified().digest
    path.write_text(path.read_text().replace(digest, "0" * 64))
    with pytest.raises(UsageError, match="not those that were frozen on"):
        verify(KNOWN, folder=copied)


def test_predictions_that_were_changed_are_refused(copied: Path) -> None:
    path = copied / frozen.PREDICTIONS
    path.write_text(path.read_text().replace("228", "250", 1))
    with pytest.raises(UsageError, match=r"predictions\.csv is not the file") as said:
        verify(KNOWN, folder=copied)
    assert "say why" in said.value.hint


def test_code_that_predicts_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    held = frozen.frozen_predictions()
    first = next(iter(held))
    moved = replace(held[first], bounds=tuple(value * 1.01 for value in held[first].bounds))
    monkeypatch.setattr(frozen, "frozen_predictions", lambda _folder: held | {first: moved})
    with pytest.raises(UsageError, match="1 predictions are not what was frozen") as said:
        verify(KNOWN)
    assert first in said.value.message


def test_what_was_observed_cannot_be_bettered_after_the_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setattr(frozen, "DATA", tmp_path / "data")
    assert frozen.check(KNOWN).digest == verified().digest
    table = tmp_path / "data" / "verification" / "outcome.csv"
    text = table.read_text()
    for other in (
        text.replace(",28.05,", ",27.2,"),
        "\n".join(line for line in text.splitlines() if "farshi-meso-4" not in line) + "\n",
    ):
        assert other != text
        table.write_text(other)
        with pytest.raises(UsageError, match="What was observed is not what it was"):
            frozen.check(KNOWN)
    table.unlink()
    with pytest.raises(UsageError, match="What was observed is not what it was"):
        frozen.check(KNOWN)


def test_line_ends_do_not_matter(copied: Path) -> None:
    path = copied / frozen.PREDICTIONS
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert frozen.frozen_predictions(copied) == frozen.frozen_predictions()


@pytest.mark.parametrize("name", [frozen.FREEZES, frozen.PREDICTIONS])
def test_a_missing_file_is_named(name: str, copied: Path) -> None:
    (copied / name).unlink()
    with pytest.raises(UsageError, match=name):
        verify(KNOWN, folder=copied)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "freeze = []",
        "[[freeze]]",
        "not toml",
        '[[freeze]]\ndate = "today"\ndigest = "x"\npredictions = "y"\nwhy = ""',
    ],
)
def test_a_freeze_that_says_too_little_is_refused(text: str, copied: Path) -> None:
    (copied / frozen.FREEZES).write_text(text)
    with pytest.raises(UsageError, match=frozen.FREEZES):
        verify(KNOWN, folder=copied)


def test_predictions_that_drifted_are_named() -> None:
    held = frozen.frozen_predictions()
    first, second = list(held)[:2]
    near = tuple(value * (1 + 1e-9) for value in held[first].bounds)
    assert frozen.otherwise({**held, first: replace(held[first], bounds=near)}, held) == ()
    far = tuple(value * 1.01 for value in held[first].bounds)
    assert frozen.otherwise({**held, first: replace(held[first], bounds=far)}, held) == (first,)
    less = {id_: one for id_, one in held.items() if id_ != second}
    assert frozen.otherwise(less, held) == (second,)
    assert frozen.otherwise(held, less) == (second,)


def test_a_new_freeze_keeps_the_old_ones_and_counts(copied: Path) -> None:
    before = frozen.freezes(copied)
    made = frozen.freeze(
        KNOWN, why='  A "reason",\n of two lines ', date="2030-01-02", folder=copied
    )
    assert frozen.freezes(copied) == (*before, made)
    assert made.why == 'A "reason", of two lines'
    assert frozen.check(KNOWN, copied) == made
    assert (copied / frozen.PREDICTIONS).read_text() == (DATA / frozen.PREDICTIONS).read_text()


def test_a_freeze_without_a_reason_is_refused(copied: Path) -> None:
    with pytest.raises(UsageError, match="needs its reason"):
        frozen.freeze(KNOWN, why=" ", date="2030-01-02", folder=copied)
    assert frozen.freezes(copied) == frozen.freezes()


def test_what_is_told_can_be_written_down() -> None:
    assert msgspec.json.decode(msgspec.json.encode(verified()))["rows"][0]["verdict"] == "missed"
