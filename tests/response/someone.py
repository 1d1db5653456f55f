"""A posterior of no trial, and people drawn from it, for tests that need no real one."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from needlework.evidence import load_knowledge
from needlework.response.outcome import People
from needlework.response.parameters import parameters
from needlework.response.posterior import Made, Posterior

OUTCOME: Final = parameters(load_knowledge(), "outcome")
MADE: Final = Made(
    seed=0,
    chains=1,
    warmup=0,
    kept=0,
    sampler="none",
    r_hat_max=1.0,
    n_eff_min=0,
    divergences=0,
    script_sha256="",
    data_sha256="",
    outcome_digest="",
    healing_digest="",
)


def invented(draws: int, seed: int) -> Posterior:
    """Hyperparameters about as wide as the real ones."""
    stream = np.random.default_rng(seed)
    return Posterior(
        MappingProxyType(
            {
                "gain-centre": 1 / (1 + np.exp(1.8 - stream.normal(0, 0.4, draws))),
                "study-spread": 0.1 + np.abs(stream.normal(0.7, 0.3, draws)),
                "person-spread": 0.05 + np.abs(stream.normal(0.5, 0.3, draws)),
                "plateau": stream.beta(1.5, 6, draws),
                "measurement-error": 0.1 * np.exp(stream.normal(0, 0.4, draws)),
            }
        ),
        MADE,
    )


def maturing(draws: int, lags: int = 400) -> NDArray[np.float64]:
    """A session that matures evenly over 120 days."""
    return np.tile(np.minimum(1.0, np.arange(lags) / 120), (draws, 1))


def certain(gain: float, plateau: float = 0.0, drift_per_day: float = 0.0) -> People:
    """One person about whom everything is known."""
    return People(
        gain_logit=np.array([np.log(gain / (1 - gain))]),
        dose_slope=np.zeros(1),
        plateau=np.array([plateau]),
        drift_per_day=np.array([drift_per_day]),
        error=np.full(1, 0.1),
    )
