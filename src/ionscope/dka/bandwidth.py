"""Bayesian optimisation of the kernel's bandwidth and ridge (scikit-optimize behind one function)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from skopt import gp_minimize
from skopt.space import Real

BANDWIDTHS = 0.3, 60.0
RIDGES = 1e-7, 1.0
"""Search ranges of s and lambda, both on a logarithmic scale; latent points have about unit variance."""


@dataclass(frozen=True)
class Tuning:
    """Outcome of one search: the best point, its error and every point tried (bandwidth, ridge, error)."""

    bandwidth: float
    ridge: float
    error: float
    trials: tuple[tuple[float, float, float], ...]


def tune_bandwidth(
    error: Callable[[float, float], float],
    calls: int,
    seed: int,
    start: list[tuple[float, float]] | None = None,
) -> Tuning:
    """Minimise ``error(bandwidth, ridge)`` with a Gaussian process over (log s, log lambda).

    Parameters
    ----------
    error : positive error to minimise; its logarithm is modelled
    calls : evaluations, at least 10
    seed : of the search
    start : points to try first: a warm start from earlier searches
    """
    start = start or []
    space = [Real(*BANDWIDTHS, prior="log-uniform"), Real(*RIDGES, prior="log-uniform")]
    first = [[float(np.clip(v, *b)) for v, b in zip(point, (BANDWIDTHS, RIDGES), strict=True)] for point in start]

    def objective(point: list[float]) -> float:
        value = error(float(point[0]), float(point[1]))
        return float(np.log(value)) if np.isfinite(value) and value > 0 else 10.0

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # repeated points and a converged surrogate are no news
        found = gp_minimize(
            objective,
            space,
            x0=first or None,
            n_calls=max(calls, len(first) + 1),
            n_initial_points=max(1, min(8, calls // 2) - len(first)),
            random_state=seed,
        )
    trials = tuple(
        (float(x[0]), float(x[1]), float(np.exp(y))) for x, y in zip(found.x_iters, found.func_vals, strict=True)
    )
    return Tuning(float(found.x[0]), float(found.x[1]), float(np.exp(found.fun)), trials)
