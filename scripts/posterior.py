"""Sample the posterior of the forecast from what trials printed, and write the shipped file.

    make posterior

The model is that of docs/model/outcome.md. What a trial prints are means and spreads of groups,
so a group's mean and spread are worked out over people by quadrature. Priors are claims; data
are response/data/building/outcome.csv. What is written: draws, and beside them how they were
made, with digests of all that went in.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from pathlib import Path
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax import Array
from numpyro.diagnostics import summary
from numpyro.infer import MCMC, NUTS, init_to_median

from needlework.evidence import Claim, load_knowledge
from needlework.evidence.priors import Beta, HalfNormal, LogitNormal, LogNormal, Normal
from needlework.response.parameters import digest, parameters
from needlework.response.posterior import DRAWN, Made, chain_claims, write

ROOT: Final = Path(__file__).resolve().parent.parent
BUILDING: Final = ROOT / "src/needlework/response/data/building/outcome.csv"
SEED: Final = 20261122
CHAINS, WARMUP, KEPT = 4, 1500, 1000

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()

STEP_D, STEPS = 15.0, 120
"""Grid on which the peak of a single session's collagen is looked for: five years."""


class Arm:
    """A row of the building data; without a spread where the trial prints none."""

    cv_before = spread_error = 0.0
    spread: float | None = None

    def __init__(self, row: dict[str, str], outcome: dict[str, Claim]) -> None:
        self.name, self.source = row["arm"], row["source"]
        sessions, every, after = (
            int(row["sessions"]),
            float(row["interval_days"]),
            float(row["days_after_last"] or outcome["final-visit"].number),
        )
        self.lags_d = np.array([after + every * k for k in range(sessions)])
        n = int(row["n"])
        if row["mean_before"]:
            before, sd_before = float(row["mean_before"]), float(row["sd_before"])
            after_mean, sd_after = float(row["mean_after"]), float(row["sd_after"])
            cv0, cv1 = sd_before / before, sd_after / after_mean
            rho = outcome["before-after-correlation"].number
            self.ratio = after_mean / before
            self.error = float(np.sqrt((cv0**2 + cv1**2 - 2 * rho * cv0 * cv1) / n))
            self.cv_before = cv0
            self.spread = np.log(sd_after / sd_before)
            self.spread_error = float(np.sqrt((1 - rho**2) / (n - 1)))
        else:
            self.ratio = 1 - float(row["improvement_percent"]) / 100
            self.error = outcome["unpublished-sd"].number / np.sqrt(n) / self.ratio


def prior_of(claim: Claim) -> dist.Distribution:
    centre = claim.number
    match claim.prior:
        case Normal(sd=sd):
            return dist.Normal(centre, sd)
        case LogNormal(sigma=sigma):
            return dist.LogNormal(np.log(centre), sigma)
        case LogitNormal(sigma=sigma):
            logit = np.log(centre / (1 - centre))
            return dist.TransformedDistribution(
                dist.Normal(logit, sigma), dist.transforms.SigmoidTransform()
            )
        case HalfNormal():
            return dist.HalfNormal(centre)
        case Beta(a=a, b=b):
            return dist.Beta(a, b)
    raise TypeError(f"no sampler for {claim.prior}")


def chain(constants: dict[str, Array]) -> Array:
    """The recommended linear chain: injury, inflammation, macrophages, fibroblasts, III, I."""
    d, i, m, f = (constants[k] for k in ("injury", "inflammation", "macrophage", "fibroblast"))
    mature, lost3, lost1 = (constants[k] for k in ("maturation", "collagen-3", "collagen-1"))
    a = jnp.zeros((6, 6))
    for row, own, fed in ((0, d, None), (1, i, d), (2, m, i), (3, f, m)):
        a = a.at[row, row].set(-1 / own)
        if fed is not None:
            a = a.at[row, row - 1].set(1 / fed)
    a = a.at[4, 3].set(1 / f).at[4, 4].set(-1 / mature - 1 / lost3)
    return a.at[5, 4].set(1 / mature).at[5, 5].set(-1 / lost1)


def matured(a: Array, lags_d: Array) -> Array:
    """Collagen I of a single session after each lag, as a share of its own peak."""
    start = jnp.zeros(6).at[0].set(1.0)
    at_lags = jax.vmap(lambda lag: jax.scipy.linalg.expm(a * lag) @ start)(lags_d)[:, 5]
    step = jax.scipy.linalg.expm(a * STEP_D)
    _, course = jax.lax.scan(lambda x, _: (step @ x, (step @ x)[5]), start, None, STEPS)
    return at_lags / course.max()


def model(arms: list[Arm], outcome: dict[str, Claim], healing: dict[str, Claim]) -> None:
    def sample(name: str, claim: Claim) -> Array | float:
        if claim.prior is None:
            return claim.number
        return numpyro.sample(name, prior_of(claim))

    centre = sample("gain-centre", outcome["gain-centre"])
    spread = sample("study-spread", outcome["study-spread"])
    person = sample("person-spread", outcome["person-spread"])
    plateau = sample("plateau", outcome["plateau"])
    noise = sample("measurement-error", outcome["measurement-error"])
    constants = {key: sample(key, healing[claim]) for key, claim in chain_claims().items()}
    a = chain(constants)
    mu = jnp.log(centre) - jnp.log1p(-centre)
    with numpyro.plate("arms", len(arms)):
        study = numpyro.sample("study", dist.Normal(0.0, 1.0))
    for k, arm in enumerate(arms):
        g = matured(a, jnp.asarray(arm.lags_d))
        gain = jax.nn.sigmoid(mu + spread * study[k] + person * NODES)
        left = jnp.prod(1 - gain[:, None] * g[None, :], axis=1)
        share = plateau + (1 - plateau) * left
        mean = jnp.sum(WEIGHTS * share)
        numpyro.sample(
            f"{arm.name}.mean", dist.Normal(jnp.log(mean), arm.error), obs=np.log(arm.ratio)
        )
        if arm.spread is not None:
            true = jnp.maximum(arm.cv_before**2 - noise**2, 1e-4)
            square = jnp.sum(WEIGHTS * share**2)
            var = square * (1 + true) - mean**2 + noise**2
            predicted = 0.5 * jnp.log(var / arm.cv_before**2)
            numpyro.sample(
                f"{arm.name}.spread", dist.Normal(predicted, arm.spread_error), obs=arm.spread
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "src/needlework/response/data")
    out = parser.parse_args().out
    numpyro.enable_x64()
    known = load_knowledge()
    outcome, healing = parameters(known, "outcome"), parameters(known, "healing")
    with BUILDING.open(newline="") as file:
        arms = [Arm(row, outcome) for row in csv.DictReader(file)]
    kernel = NUTS(model, target_accept_prob=0.95, init_strategy=init_to_median)
    mcmc = MCMC(
        kernel,
        num_warmup=WARMUP,
        num_samples=KEPT,
        num_chains=CHAINS,
        chain_method="vectorized",
    )
    mcmc.run(jax.random.PRNGKey(SEED), arms, outcome, healing, extra_fields=("diverging",))
    by_chain = mcmc.get_samples(group_by_chain=True)
    told = summary(by_chain)
    divergences = int(np.sum(mcmc.get_extra_fields()["diverging"]))
    draws = {name: np.asarray(by_chain[name], dtype=np.float64).reshape(-1) for name in DRAWN}
    study = np.asarray(by_chain["study"], dtype=np.float64).reshape(-1, len(arms))
    draws |= {f"study.{arm.name}": study[:, k] for k, arm in enumerate(arms)}
    worst = max(float(np.max(one["r_hat"])) for one in told.values())
    fewest = min(float(np.min(one["n_eff"])) for one in told.values())
    made = Made(
        seed=SEED,
        chains=CHAINS,
        warmup=WARMUP,
        kept=KEPT,
        sampler=f"numpyro {numpyro.__version__}, jax {jax.__version__}, NUTS",
        r_hat_max=round(worst, 5),
        n_eff_min=round(fewest),
        divergences=divergences,
        script_sha256=hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        data_sha256=hashlib.sha256(BUILDING.read_bytes()).hexdigest(),
        outcome_digest=digest(outcome),
        healing_digest=digest(healing),
    )
    write(out, draws, made)
    print(
        f"{len(study)} draws; R-hat at most {worst:.4f}, effective size at least {fewest:.0f}, "
        f"{divergences} divergent"
    )
    for name, one in told.items():
        print(name, np.round(one["mean"], 3), np.round(one["std"], 3), np.round(one["r_hat"], 3))


if __name__ == "__main__":
    main()
