"""The shipped posterior: whole, well sampled, of these parameters, and refused otherwise."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from needlework.errors import UsageError
from needlework.evidence import Knowledge, NotAccepted, load_knowledge
from needlework.response import posterior
from needlework.response.posterior import DRAWN, load_posterior, write

ROOT = Path(__file__).parents[2]
KNOWN = load_knowledge()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in (posterior.DRAWS_FILE, posterior.MADE_FILE):
        shutil.copy(posterior.DATA / name, tmp_path / name)
    return tmp_path


def test_it_was_made_by_the_script_and_the_data_that_are_here() -> None:
    made = load_posterior(KNOWN).made
    script, data = ROOT / "scripts/posterior.py", posterior.DATA / "building/outcome.csv"
    assert hashlib.sha256(script.read_bytes()).hexdigest() == made.script_sha256
    assert hashlib.sha256(data.read_bytes()).hexdigest() == made.data_sha256


def test_the_sampler_did_well() -> None:
    made = load_posterior(KNOWN).made
    assert made.divergences == 0
    assert made.r_hat_max < 1.01
    assert made.n_eff_min > 400


def test_every_draw_is_a_number_within_its_domain() -> None:
    draws = load_posterior(KNOWN).draws
    assert set(DRAWN) <= draws.keys()
    assert {len(values) for values in draws.values()} == {4000}
    for values in draws.values():
        assert np.isfinite(values).all()
        assert not values.flags.writeable
    for name in ("gain-centre", "plateau"):
        assert ((draws[name] > 0) & (draws[name] < 1)).all()


def test_the_trials_moved_it() -> None:
    """Four arms say more of the gain than the prior did, and little of how far studies differ."""
    draws = load_posterior(KNOWN).draws
    logit = np.log(draws["gain-centre"]) - np.log1p(-draws["gain-centre"])
    assert np.std(logit) < 0.8
    assert np.std(draws["study-spread"]) > 0.2


def test_another_release_has_no_forecast() -> None:
    moved = dict(KNOWN.release.claims)
    claim = moved["response.outcome.plateau-spread"]
    moved["response.outcome.plateau-spread"] = replace(claim, value=2.0)
    other = Knowledge(replace(KNOWN.release, claims=moved))
    with pytest.raises(UsageError, match="other parameters of the model outcome"):
        load_posterior(other)


def test_a_clinic_that_rejects_a_parameter_has_no_forecast() -> None:
    strict = Knowledge(KNOWN.release)
    strict.rejected = frozenset({"response.healing.maturation-time"})
    with pytest.raises(NotAccepted):
        load_posterior(strict)


def test_a_changed_file_is_refused(copied: Path) -> None:
    content = bytearray((copied / posterior.DRAWS_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / posterior.DRAWS_FILE).write_bytes(content)
    with pytest.raises(UsageError, match="is not the file"):
        load_posterior(KNOWN, copied)


@pytest.mark.parametrize("name", [posterior.DRAWS_FILE, posterior.MADE_FILE])
def test_a_missing_file_is_named(name: str, copied: Path) -> None:
    (copied / name).unlink()
    with pytest.raises(UsageError, match=name):
        load_posterior(KNOWN, copied)


@pytest.mark.parametrize("text", ["", "{}", '{"seed": "x"}', "null"])
def test_what_does_not_say_how_it_was_made_is_refused(text: str, copied: Path) -> None:
    (copied / posterior.MADE_FILE).write_text(text)
    with pytest.raises(UsageError, match=posterior.MADE_FILE):
        load_posterior(KNOWN, copied)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    made = load_posterior(KNOWN).made
    stream = np.random.default_rng(1)
    draws = {name: stream.uniform(0.1, 0.9, 50) for name in DRAWN}
    write(tmp_path, draws, made)
    found = load_posterior(KNOWN, tmp_path)
    for name, values in draws.items():
        assert np.allclose(found.draws[name], values, rtol=1e-6)
    assert replace(found.made, draws_sha256="") == replace(made, draws_sha256="")


def resealed(folder: Path, content: bytes) -> None:
    """Other content under a digest of its own, as if both files had been made anew."""
    (folder / posterior.DRAWS_FILE).write_bytes(content)
    path = folder / posterior.MADE_FILE
    held = json.loads(path.read_text())
    held["draws_sha256"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(held))


def packed(draws: Mapping[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **draws)
    return buffer.getvalue()


@pytest.mark.parametrize("kept", [0, 1, 1000, -1])
def test_a_truncated_file_is_refused_even_under_its_own_digest(kept: int, copied: Path) -> None:
    content = (copied / posterior.DRAWS_FILE).read_bytes()[:kept]
    (copied / posterior.DRAWS_FILE).write_bytes(content)
    with pytest.raises(UsageError, match="is not the file"):
        load_posterior(KNOWN, copied)
    resealed(copied, content)
    with pytest.raises(UsageError, match=r"cannot be read: .*posterior\.npz") as refused:
        load_posterior(KNOWN, copied)
    assert refused.value.hint


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("name", "draws"),
    [
        ("plateau", lambda held: {key: held[key] for key in held if key != "plateau"}),
        ("plateau", lambda held: {**held, "plateau": held["plateau"][:-1]}),
        ("plateau", lambda held: {**held, "plateau": held["plateau"].reshape(2, -1)}),
        ("plateau", lambda held: {**held, "plateau": held["plateau"] * np.nan}),
        ("plateau", lambda held: {**held, "plateau": held["plateau"].astype(str)}),
        ("plateau", lambda held: {**held, "plateau": held["plateau"] + 0j}),
        ("study.new", lambda held: {**held, "study.new": np.ones(3)}),
    ],
)
def test_draws_that_are_not_whole_are_refused(
    name: str, draws: Callable[[dict[str, np.ndarray]], Mapping[str, np.ndarray]], copied: Path
) -> None:
    resealed(copied, packed(draws(dict(load_posterior(KNOWN).draws))))
    with pytest.raises(UsageError, match=name) as refused:
        load_posterior(KNOWN, copied)
    assert posterior.DRAWS_FILE in refused.value.message
    assert refused.value.hint


def test_permuted_draws_are_another_file(copied: Path) -> None:
    held = load_posterior(KNOWN).draws
    content = packed({key: values[::-1].astype(np.float32) for key, values in held.items()})
    (copied / posterior.DRAWS_FILE).write_bytes(content)
    with pytest.raises(UsageError, match="is not the file"):
        load_posterior(KNOWN, copied)


def test_what_is_no_text_says_nothing(copied: Path) -> None:
    (copied / posterior.MADE_FILE).write_bytes(b'{"seed": 1, "sampler": "\xff\xfe"}')
    with pytest.raises(UsageError, match=posterior.MADE_FILE):
        load_posterior(KNOWN, copied)
