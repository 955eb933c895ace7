"""Three answers to one laboratory spectrum, weighed by how wrong each tends to be on spectra like it.

The read-off (Re Z at the smallest phase), an automatic circuit fit and the learned kernel regression fail on different
spectra: the first where no plateau stands alone, the second where its circuit is not the cell's, the third where it has
seen little. On cells that none of them was made with, the error of each is regressed on what the spectrum shows: how
far the answers lie apart, how the fit went, how sure the kernel is. An answer then counts with its expected error to
the power -`POWER`. The interval of the weighed answer is conformal as in `ionscope.dka.intervals`, apart for cells that
look blocking and cells that do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.circuits.evidence import FEATURES, Evidence
from ionscope.dka.intervals import conformal_quantile, fit_scale
from ionscope.dka.regressor import KernelRegressor

WITNESSES = ("read_off", "circuit_fit", "kernel")
POWER = 3.0
"""Two is the weight of independent errors; these are not, and a good answer must not be diluted by a bad one."""

FEWEST = 20
"""Groups of either kind of cell below which all cells calibrate the interval of both."""


@dataclass(frozen=True)
class Testimony:
    """What the witnesses say of n spectra.

    answers : (n, 3) decades of ohm, in the order of `WITNESSES`
    features : (n, d) what tells how wrong each may be
    blocking : (n,) bool, whether the fit took the electrodes for blocking ones
    """

    answers: np.ndarray
    features: np.ndarray
    blocking: np.ndarray

    @classmethod
    def of(
        cls,
        log10_reference: np.ndarray,
        evidence: list[Evidence],
        log10_kernel: np.ndarray,
        half_width: np.ndarray,
    ) -> Testimony:
        """From read-offs (n,), fits, the kernel's answers (n,) and its own half-widths (n,), all in decades."""
        fitted = np.array([item.log10_fit for item in evidence])
        answers = np.column_stack([log10_reference, fitted, log10_kernel])
        apart = answers[:, [1, 2, 2]] - answers[:, [0, 0, 1]]
        diagnostics = np.array([item.features for item in evidence])
        features = np.column_stack([apart, _size(apart), np.log10(half_width), diagnostics])
        return cls(answers, features, diagnostics[:, FEATURES.index("blocking")] > 0.5)


@dataclass
class Referee:
    """Weights and intervals; made by `fit`.

    centre, spread : (d,) of the features
    scales : for each witness, the regression of log(error + floor) on the features
    error_scale : the same for the weighed answer
    quantiles : (2,) of its normalised errors, for cells that do not look blocking and for those that do
    """

    centre: np.ndarray
    spread: np.ndarray
    scales: tuple[KernelRegressor, ...]
    error_scale: KernelRegressor
    quantiles: np.ndarray

    @classmethod
    def fit(cls, testimony: Testimony, truth: np.ndarray, group: np.ndarray, level: float = 0.9) -> Referee:
        """Learn from spectra of specimens `group` (n,) whose log10 resistance is `truth` (n,)."""
        centre, spread = testimony.features.mean(axis=0), testimony.features.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        x = (testimony.features - centre) / spread
        errors = testimony.answers - truth[:, None]
        fitted = [fit_scale(x, error, group) for error in errors.T]
        held_out = np.column_stack([scale for _, scale in fitted])
        error = (_weights(held_out) * errors).sum(axis=1)
        error_scale, expected = fit_scale(x, error, group)
        ratio = np.abs(error) / np.exp(expected)
        quantiles = []
        for kind in (False, True):
            rows = testimony.blocking == kind
            if len(np.unique(group[rows])) < FEWEST:
                rows = np.ones_like(rows)
            quantiles.append(conformal_quantile(ratio[rows], group[rows], level))
        return cls(centre, spread, tuple(regressor for regressor, _ in fitted), error_scale, np.array(quantiles))

    def answer(self, testimony: Testimony) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """log10 of the resistance (n,), its half-width (n,), both in decades, and each witness's share in it (n, 3)."""
        x = (testimony.features - self.centre) / self.spread
        weights = _weights(np.column_stack([scale.predict(x) for scale in self.scales]))
        half_width = self.quantiles[testimony.blocking.astype(int)] * np.exp(self.error_scale.predict(x))
        return (weights * testimony.answers).sum(axis=1), half_width, weights


def _weights(log_scale: np.ndarray) -> np.ndarray:
    weight = np.exp(-POWER * (log_scale - log_scale.min(axis=1, keepdims=True)))
    return weight / weight.sum(axis=1, keepdims=True)


def _size(apart: np.ndarray) -> np.ndarray:
    """Distances on a logarithmic scale from a thousandth of a decade up."""
    return np.log10(np.abs(apart) + 1e-3)
