"""The cohort reckons as the models do, a person stands alone, and the bytes are always the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from needlework.errors import UsageError
from needlework.evidence import load_knowledge
from needlework.response import forecast, healing, outcome, penetration
from needlework.response.cohort import journal, kernel, table
from needlework.response.cohort.doses import doses
from needlework.response.cohort.people import BLOCK, Block, block
from needlework.response.cohort.run import run
from needlework.response.cohort.study import Ages, Protocol, Study, Who
from needlework.response.healing import LONGEST_DAYS, SHORTEST_DAYS, Chain
from needlework.response.outcome import People
from needlework.response.parameters import draw, parameters
from needlework.response.posterior import load_posterior

KNOWN: Final = load_knowledge()
POSTERIOR: Final = load_posterior(KNOWN)

ROLLER: Final = Protocol(
    name="roller",
    device="roller-192",
    zone="cheek",
    depth_mm=1.5,
    passes=15,
    sessions=4,
    interval_days=28,
)
PEN: Final = Protocol(
    name="pen",
    device="skinpen-precision",
    zone="forehead",
    depth_mm=0.75,
    passes=4,
    session_days=(0, 14, 45),
)


def study(people: int = 100, protocols: Sequence[Protocol] = (ROLLER,), **more: Any) -> Study:  # noqa: ANN401
    return Study(format="needlework-cohort-1", people=people, protocols=tuple(protocols), **more)


def rows(asked: Study, task: int = 0) -> NDArray[np.float32]:
    return table.rows(table.make_job(asked), task)


def of_table(asked: Study, name: str, task: int = 0) -> NDArray[np.float32]:
    row: NDArray[np.float32] = rows(asked, task)[table.columns(asked).index(name)]
    return row


def some(chains: Chain, seed: int = 1) -> tuple[People, NDArray[np.float64], NDArray[np.float64]]:
    """Ways to respond, gains and doses for as many people as there are chains."""
    stream = np.random.default_rng(seed)
    size = chains.draws
    people = People(
        gain_logit=np.zeros(size),
        dose_slope=np.zeros(size),
        plateau=stream.uniform(0, 0.5, size),
        drift_per_day=stream.normal(0, 1e-3, size),
        error=np.full(size, 0.1),
    )
    return people, stream.uniform(0, 1, size), stream.uniform(0, 1, size)


# --- as the models do -------------------------------------------------------------------------

DRAWN: Final = healing.chain(draw(parameters(KNOWN, "healing"), 70, seed=3))
DAYS: Final = st.lists(st.integers(0, 400), min_size=1, max_size=6).map(sorted).map(tuple)
READ: Final = st.sets(st.integers(0, 700), min_size=1, max_size=20).map(sorted).map(tuple)


@given(DAYS, READ)
def test_scores_and_collagen_are_those_of_the_models(
    sessions: tuple[int, ...], days: tuple[int, ...]
) -> None:
    people, gain, dose = some(DRAWN)
    scores, collagen = kernel.heal(DRAWN, people, gain, dose, sessions, days)
    until = max(*sessions, *days)
    theirs = healing.respond(
        DRAWN, sessions, np.repeat(dose[:, None], len(sessions), axis=1), until_day=until
    )
    at = list(days)
    assert np.allclose(collagen[0], theirs.collagen_iii[:, at].T, rtol=1e-9, atol=1e-12)
    assert np.allclose(collagen[1], theirs.collagen_i[:, at].T, rtol=1e-9, atol=1e-12)
    gains = np.repeat(gain[:, None], len(sessions), axis=1)
    grown = healing.maturation(DRAWN, (0.0,), until_day=until)[:, 0]
    expected = outcome.score_course(people, gains, grown, sessions, days)
    assert np.abs(scores - expected.T).max() < 1e-9


TIMES: Final = st.lists(
    st.floats(-3, 6).map(lambda power: float(10**power)), min_size=7, max_size=7
)
ODD: Final = (
    [1.0] * 7,
    [SHORTEST_DAYS] * 6 + [LONGEST_DAYS],
    [1e3, 1e-3, 1e3, 1e-3, 1e-3, 1e3, 1e-3],
    [200.0] * 7,
    [7237.0, 0.04, 0.43, 17.8, 0.086, 56.2, 0.0049],  # gone in numbers that have lost their digits
)


def test_odd_chains_too() -> None:
    for times in ODD:
        check_chain(chain_with(times))


@given(TIMES)
def test_any_chain(times: list[float]) -> None:
    check_chain(chain_with(times))


def chain_with(times: Sequence[float]) -> Chain:
    names = Chain.__struct_fields__
    values = [*times, 0.6]
    return Chain(**{name: np.array([value]) for name, value in zip(names, values, strict=True)})


def check_chain(made: Chain) -> None:
    people, gain, dose = some(made)
    sessions, days = (0, 7, 30), (0, 1, 29, 90, 365, 1000)
    scores, collagen = kernel.heal(made, people, gain, dose, sessions, days)
    theirs = healing.respond(made, sessions, np.repeat(dose[:, None], 3, axis=1), until_day=1000)
    for mine, other in zip(collagen, (theirs.collagen_iii, theirs.collagen_i), strict=True):
        assert np.abs(mine - other[:, list(days)].T).max() < 1e-9 * other.max() + 1e-300
    grown = healing.maturation(made, (0.0,), until_day=1000)[:, 0]
    gains = np.repeat(gain[:, None], 3, axis=1)
    expected = outcome.score_course(people, gains, grown, sessions, days)
    # Where all times are long, NumPy's peak is a parabola over days: right to some 1e-9 itself.
    assert np.abs(scores - expected.T).max() < 1e-8


def test_the_dose_is_the_forecasts() -> None:
    """For people of one sex and age, from the same seed."""
    asked = study(person=Who(female=1.0, age_years=Ages(low=40, high=40)))
    some_people = block(KNOWN, POSTERIOR, asked, 0)
    for protocol in (ROLLER, PEN):
        way = forecast.Way(
            device=protocol.device,
            zone=protocol.zone,
            depth_mm=protocol.depth_mm,
            passes=protocol.passes,
        )
        person = forecast.Person(sex="female", age_years=40)
        theirs = forecast.relative_dose(KNOWN, way, person, BLOCK, some_people.seed)
        own, ratio = doses(KNOWN, some_people, protocol)
        assert np.allclose(np.log(ratio), theirs.logarithm, rtol=0, atol=1e-12)
        made = penetration.penetration(
            KNOWN, way.device, way.zone, way.depth_mm, way.passes,
            sex="female", age_years=40, draws=BLOCK, seed=some_people.seed,
        )  # fmt: skip
        assert isinstance(made, penetration.Penetration)
        assert made.injured_volume_cm3_per_cm2 is not None
        again = healing.dose(made.injured_volume_cm3_per_cm2, some_people.half_dose)
        assert np.allclose(own, again, rtol=1e-12)


def test_a_row_is_what_the_models_say_of_that_person() -> None:
    """From draws to readouts, by NumPy alone."""
    asked = study(people=300, protocols=(PEN,))
    people = block(KNOWN, POSTERIOR, asked, 0)
    _, ratio = doses(KNOWN, people, PEN)
    first = slice(0, 300)
    chains = Chain(**{f: getattr(people.chain, f)[first] for f in Chain.__struct_fields__})
    grown = healing.maturation(chains, (0.0,), until_day=540)[:, 0]
    ways = People(*(getattr(people.people, f)[first] for f in People.__struct_fields__))
    gain = outcome.gains(ways, np.repeat(np.log(ratio[first])[:, None], 3, axis=1))
    expected = outcome.score_course(ways, gain, grown, PEN.days, asked.readout_days)
    found = rows(asked)[-len(asked.readout_days) :]
    assert np.allclose(found, expected.T, rtol=1e-6, atol=1e-7)


# --- laws -------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.integers(1, 400), st.integers(1, 400), st.booleans())
def test_a_person_does_not_depend_on_the_others(few: int, many: int, pens_first: bool) -> None:
    few, many = sorted((few, many))
    both = (PEN, ROLLER) if pens_first else (ROLLER, PEN)
    alone = rows(study(few, (ROLLER,)))
    among = rows(study(many, both), task=both.index(ROLLER))
    assert np.array_equal(alone, among[:, :few])


def test_neighbours_in_the_kernel_do_not_meet() -> None:
    people, gain, dose = some(DRAWN)
    together = kernel.heal(DRAWN, people, gain, dose, (0, 28), (30, 180))
    odd = chain_with(ODD[2])
    for place in (0, 37, 69):
        one = Chain(
            **{
                f: np.concatenate([getattr(odd, f), getattr(DRAWN, f)[place : place + 1]])
                for f in Chain.__struct_fields__
            }
        )
        pair = People(*(getattr(people, f)[[0, place]] for f in People.__struct_fields__))
        apart = kernel.heal(one, pair, gain[[0, place]], dose[[0, place]], (0, 28), (30, 180))
        assert np.array_equal(apart[0][:, 1], together[0][:, place])
        assert np.array_equal(apart[1][:, :, 1], together[1][:, :, place])


@given(DAYS, st.integers(0, 400), READ)
def test_one_more_session_never_raises_a_score(
    sessions: tuple[int, ...], more: int, days: tuple[int, ...]
) -> None:
    people, gain, dose = some(DRAWN)
    still = msgspec.structs.replace(people, drift_per_day=np.zeros(people.size))
    fewer, collagen = kernel.heal(DRAWN, still, gain, dose, sessions, days)
    with_it = tuple(sorted((*sessions, more)))
    after, grown = kernel.heal(DRAWN, still, gain, dose, with_it, days)
    assert (after <= fewer + 1e-12).all()
    assert (grown >= collagen - 1e-12).all()
    assert (after >= still.plateau - 1e-12).all()


@settings(max_examples=10)
@given(st.integers(1, 100), st.integers(1, 100))
def test_more_passes_never_give_less(one: int, other: int) -> None:
    few, many = sorted((one, other))
    made = [
        of_table(study(50, (msgspec.structs.replace(PEN, passes=passes),)), "session_dose")
        for passes in (few, many)
    ]
    assert (made[0] <= made[1]).all()


def test_people_are_as_asked() -> None:
    asked = study(
        BLOCK, person=Who(female=0.8, age_years=Ages(low=30, high=60, mean=40, sd=10)), seed=5
    )
    made = rows(asked)
    names = table.columns(asked)
    age, female = made[names.index("age_years")], made[names.index("female")]
    assert 30 <= age.min() < 31
    assert 59 < age.max() <= 60
    assert abs(np.median(age) - 42) < 1
    assert abs(female.mean() - 0.8) < 0.02
    assert set(np.unique(female)) == {0, 1}
    assert np.isfinite(made).all()


def test_women_alone_and_one_age() -> None:
    asked = study(person=Who(female=1.0, age_years=Ages(low=50, high=50)))
    assert set(of_table(asked, "female")) == {1}
    assert set(of_table(asked, "age_years")) == {50}


def test_other_seeds_and_blocks_are_other_people() -> None:
    asked = study(2 * BLOCK)
    first, second = of_table(asked, "age_years"), of_table(asked, "age_years", task=1)
    other = of_table(msgspec.structs.replace(asked, seed=2), "age_years")
    assert not np.intersect1d(first, second).size > 0.01 * BLOCK
    assert (first != other).mean() > 0.99


def test_a_block_holds_what_the_models_take() -> None:
    made = block(KNOWN, POSTERIOR, study(), 3)
    assert isinstance(made, Block)
    assert made.chain.draws == made.people.size == len(made.age_years) == BLOCK


# --- bytes ------------------------------------------------------------------------------------


def silent(rows_: int, end: int) -> None:
    """Nobody is looking."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, bytes]:
    """A study of five row groups, the last not full, and its file."""
    asked = study(BLOCK + 4_000, (ROLLER, PEN))
    out = tmp_path_factory.mktemp("cohort") / "whole.parquet"
    run(asked, out, workers=1, report=silent)
    return asked, out.read_bytes()


@pytest.mark.parametrize("workers", [2, 3])
def test_the_same_bytes_for_any_number_of_workers(
    whole: tuple[Study, bytes], tmp_path: Path, workers: int
) -> None:
    out = tmp_path / "out.parquet"
    run(whole[0], out, workers=workers, report=silent)
    assert out.read_bytes() == whole[1]
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]


def test_the_same_bytes_from_a_cluster(whole: tuple[Study, bytes], tmp_path: Path) -> None:
    from distributed import LocalCluster

    out = tmp_path / "out.parquet"
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        run(whole[0], out, cluster=cluster.scheduler_address, report=silent)
    assert out.read_bytes() == whole[1]


def test_the_file_holds_every_row_in_order(whole: tuple[Study, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    out.write_bytes(whole[1])
    file = pq.ParquetFile(out)
    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [BLOCK, BLOCK, 4_000, 4_000]
    read = pq.read_table(out)
    assert read.column_names[:3] == ["person", "protocol", "sex"]
    scores = [name for name in read.column_names if name.startswith("score_day_")]
    assert len(scores) == 18
    roller = read.filter(np.array(read["protocol"].to_pylist()) == "roller")
    assert roller["person"].to_pylist() == list(range(BLOCK + 4_000))
    assert np.array_equal(
        roller["score_day_540"].to_numpy()[BLOCK:], of_table(whole[0], "score_day_540", task=2)
    )
    women = of_table(whole[0], "female").astype(bool)
    assert [sex == "female" for sex in roller["sex"].to_pylist()[:BLOCK]] == women.tolist()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99, 1.0])
def test_a_run_goes_on_after_a_cut_at_any_byte(
    whole: tuple[Study, bytes], tmp_path: Path, share: float
) -> None:
    asked, content = whole
    out, part = tmp_path / "out.parquet", tmp_path / "out.parquet.part"
    job = table.make_job(asked)
    with journal.opened(part, job) as kept:
        for task in range(table.tasks(asked)):
            kept.keep(task, table.rows(job, task))
    full = part.read_bytes()
    part.write_bytes(full[: int(share * len(full))])
    ended = run(asked, out, workers=2, report=silent)
    assert out.read_bytes() == content
    assert not part.exists()
    assert (ended.kept > 0) == (share > 0.5)
    assert ended.kept < ended.rows or share == 1.0


def test_a_spoilt_row_group_and_all_after_it_are_made_again(
    whole: tuple[Study, bytes], tmp_path: Path
) -> None:
    asked, content = whole
    out, part = tmp_path / "out.parquet", tmp_path / "out.parquet.part"
    job = table.make_job(asked)
    with journal.opened(part, job) as kept:
        kept.keep(0, table.rows(job, 0))
        kept.keep(0, table.rows(job, 0))  # whole, but in another's place
    assert run(asked, out, report=silent).kept == BLOCK
    assert out.read_bytes() == content


def test_a_run_that_was_complete_has_nothing_to_do(
    whole: tuple[Study, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"
    out.write_bytes(whole[1])
    told: list[int] = []
    ended = run(whole[0], out, report=lambda rows_, _: told.append(rows_))
    assert ended.kept == ended.rows == told[-1]
    assert out.read_bytes() == whole[1]


def begun(part: Path, job: table.Job) -> None:
    """A run that was cut off after a row group."""
    with journal.opened(part, job) as kept:
        height, width = len(table.columns(job.study)), table.size(job.study, 0)
        kept.keep(0, np.zeros((height, width), np.float32))


def test_a_run_that_made_nothing_leaves_nothing(tmp_path: Path) -> None:
    part = tmp_path / "out.parquet.part"
    with journal.opened(part, table.make_job(study())):
        assert part.exists()
    assert not part.exists()


OTHERS: Final = [
    ({"people": 101}, "with another number of people"),
    ({"seed": 2}, "with another seed"),
    ({"readout_days": (30, 60)}, "with other readout days"),
    ({"person": Who(female=0.7)}, "of other people"),
    ({"protocols": (PEN,)}, "with other protocols"),
]


@pytest.mark.parametrize(("change", "says"), OTHERS, ids=[says for _, says in OTHERS])
def test_what_was_made_otherwise_is_refused(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    out, part = tmp_path / "out.parquet", tmp_path / "out.parquet.part"
    run(study(), out, report=silent)
    before = out.read_bytes()
    other = msgspec.structs.replace(study(), **change)
    with pytest.raises(UsageError, match=f"^out.parquet was made {says}.$"):
        run(other, out, report=silent)
    assert out.read_bytes() == before
    out.unlink()
    begun(part, table.make_job(study()))
    with pytest.raises(UsageError, match=f"^out.parquet.part was made {says}.$"):
        run(other, out, report=silent)
    assert not out.exists()


def test_what_other_versions_made_is_refused(tmp_path: Path) -> None:
    job = table.make_job(study())
    for field, says in (
        ("engine", "by other versions of the software"),
        ("release", "from another release of the knowledge"),
        ("posterior", "from another posterior"),
    ):
        part = tmp_path / f"{field}.parquet.part"
        begun(part, msgspec.structs.replace(job, **{field: "x"}))
        with pytest.raises(UsageError, match=says):
            run(study(), tmp_path / f"{field}.parquet", report=silent)
    with pytest.raises(UsageError, match="would reckon otherwise: it has needlework"):
        table.rows(msgspec.structs.replace(job, engine="needlework 0"), 0)


def test_what_is_no_cohort_is_kept(tmp_path: Path) -> None:
    for name in ("letter.parquet", "letter.parquet.part"):
        path = tmp_path / name
        path.write_text("Dear Ann\n")
        with pytest.raises(UsageError, match=f"^{name} is there already, and is not a cohort's"):
            run(study(), tmp_path / "letter.parquet", report=silent)
        assert path.read_text() == "Dear Ann\n"
        path.unlink()


def test_two_runs_do_not_write_the_same_file(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    with (
        journal.opened(tmp_path / "out.parquet.part", table.make_job(study())),
        pytest.raises(UsageError, match=r"^out.parquet is being written by another run"),
    ):
        run(study(), out, report=silent)


def test_places_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^out cannot be written: No such file or directory"):
        run(study(), tmp_path / "none" / "out", report=silent)
    with pytest.raises(UsageError, match="is a folder"):
        run(study(), tmp_path, report=silent)
    with pytest.raises(UsageError, match=r"^No cluster answers at nowhere"):
        run(study(), tmp_path / "out", cluster="nowhere://1", report=silent)


# --- what it needs ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["numba", "pyarrow", "distributed"])
def test_a_missing_extra_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=f"A cohort needs {name}") as raised:
        run(study(), tmp_path / "out", cluster="tcp://127.0.0.1:1", report=silent)
    assert "pip install 'needlework[cohort]'" in raised.value.hint


def test_nothing_heavy_comes_before_a_run() -> None:
    code = (
        "import sys, needlework.cli.cohort, needlework.response.cohort.run,"
        " needlework.response.cohort.study;"
        " print([n for n in ('numba', 'pyarrow', 'distributed', 'rich', 'pandas')"
        " if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_was_compiled_is_not_kept_beside_the_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NEEDLEWORK_CACHE", str(tmp_path / "cache"))
    assert kernel._kept_in() == str(tmp_path / "cache" / "numba")
    source = Path(kernel.__file__).parent
    assert not list(source.rglob("*.nbi"))


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NEEDLEWORK_CACHE", "/dev/null/none")
    assert kernel._kept_in() == ""
    monkeypatch.setattr(kernel, "_KEPT_IN", "")

    def doubled(x: int) -> int:
        return 2 * x

    assert kernel._compiled(doubled)(21) == 42
