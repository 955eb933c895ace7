"""Intervals that hold: conformal prediction with a width that depends on the spectrum.

Kernel variances are not calibrated once the encoder has been trained through the kernel. Instead, errors on specimens
the model never saw are divided by a scale that is itself regressed on the latent point, and a quantile of that ratio
makes the interval (normalised split-conformal prediction; Papadopoulos, Gammerman and Vovk 2008, Lei et al. 2018, doi
10.1080/01621459.2017.1307116). The scale says which spectra show their resistance; the quantile makes 90 % mean 90 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold

from ionscope.dka.regressor import KernelRegressor

FLOOR = 1e-3
"""Decades: errors are not resolved below this (0.2 %)."""

CANDIDATES = ((2.0, 0.3), (4.0, 0.3), (8.0, 0.3), (4.0, 3.0), (8.0, 3.0), (100.0, 1.0))
"""(bandwidth, ridge) tried for the scale; the last is nearly a constant."""

FOLDS = 5


@dataclass
class ConformalInterval:
    """Half-widths of intervals in decades of resistance.

    Attributes
    ----------
    scale : regression of log(error + floor) on latent points
    quantile : of the normalised errors, for the wanted coverage
    """

    scale: KernelRegressor
    quantile: float

    @classmethod
    def fit(
        cls, latent: np.ndarray, error: np.ndarray, group: np.ndarray, weights: np.ndarray | None, level: float = 0.9
    ) -> ConformalInterval:
        """Fit to errors (n,) [decades] of specimens `group (n,)` unseen by the model, at latent points (n, d)."""
        return cls.fit_held_out(latent, error, group, weights, level)[0]

    @classmethod
    def fit_held_out(
        cls, latent: np.ndarray, error: np.ndarray, group: np.ndarray, weights: np.ndarray | None, level: float = 0.9
    ) -> tuple[ConformalInterval, np.ndarray]:
        """The same, and the half-width (n,) of each specimen's spectra from a scale that has not seen it."""
        scale, held_out = fit_scale(latent, error, group, weights)
        interval = cls(scale, conformal_quantile(np.abs(error) / np.exp(held_out), group, level))
        return interval, interval.quantile * np.exp(held_out)

    def half_width(self, latent: np.ndarray) -> np.ndarray:
        """(m,) half-widths in decades at latent points (m, d)."""
        return self.quantile * np.exp(self.scale.predict(latent))


def conformal_quantile(ratio: np.ndarray, group: np.ndarray, level: float) -> float:
    """The quantile of normalised errors `ratio` (n,) that covers `level` of a fresh specimen's.

    The spectra of a pellet err together, so the finite-sample correction counts the specimens in `group` (n,).
    """
    return float(np.quantile(ratio, min(1.0, level * (1 + 1 / len(np.unique(group))))))


def fit_scale(
    x: np.ndarray,
    error: np.ndarray,
    group: np.ndarray,
    weights: np.ndarray | None = None,
    candidates: Sequence[tuple[float, float]] = CANDIDATES,
) -> tuple[KernelRegressor, np.ndarray]:
    """Regression of log(|error| + floor) (n,) on x (n, d), and what it says of each group when it has not seen it (n,).

    Bandwidth and ridge are those of `candidates` that predict held-out groups best.
    """
    (regressor,), held_out = fit_scales(x, error[:, None], group, weights, candidates)
    return regressor, held_out[:, 0]


def fit_scales(
    x: np.ndarray,
    errors: np.ndarray,
    group: np.ndarray,
    weights: np.ndarray | None = None,
    candidates: Sequence[tuple[float, float]] = CANDIDATES,
) -> tuple[tuple[KernelRegressor, ...], np.ndarray]:
    """The same for errors (n, k), each column with a choice of its own; one factorisation serves all columns."""
    target = np.log(np.abs(errors) + FLOOR)
    folds = list(GroupKFold(min(FOLDS, len(np.unique(group)))).split(x, target, group))
    tried = np.empty((len(candidates), *target.shape))
    for held_out, choice in zip(tried, candidates, strict=True):
        for fit, rest in folds:
            held_out[rest] = _regressor(choice, weights, len(x)).fit(x[fit], target[fit]).predict(x[rest])
    best = np.mean((target - tried) ** 2, axis=1).argmin(axis=0)
    regressors = (_regressor(candidates[k], weights, len(x)).fit(x, y) for k, y in zip(best, target.T, strict=True))
    return tuple(regressors), np.take_along_axis(tried, best[None, None], axis=0)[0]


def _regressor(choice: tuple[float, float], weights: np.ndarray | None, points: int) -> KernelRegressor:
    """Exact: what calibrates is little, and all of it counts."""
    return KernelRegressor(*choice, weights, inducing=points)
