"""Does the model know this kind of spectrum? Detectors with thresholds from specimens that training did not see.

Three detectors, each blind where another sees: the autoencoder's reconstruction error and the distance of the latent
point from its nearest neighbours notice processes that were never simulated; the Kramers-Kronig residual notices
spikes, drift and everything else that no cell can do. A spectrum is unfamiliar when any of them exceeds its threshold,
and the thresholds are such that a stated share of familiar spectra is flagged by the three together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ionscope.measure import Z90

DETECTORS = ("reconstruction", "latent_distance", "kramers_kronig")
FALSE_ALARM_RATE = 0.05
NEIGHBOURS = 5
FAR = 3.0
"""Beyond this many thresholds a spectrum is foreign rather than unusual."""


@dataclass(frozen=True)
class Trust:
    """Thresholds (3,) in the order of `DETECTORS`, and the latent points (n, d) that count as familiar."""

    thresholds: np.ndarray
    familiar: np.ndarray

    @classmethod
    def fit(cls, scores: np.ndarray, familiar: np.ndarray, rate: float = FALSE_ALARM_RATE) -> Trust:
        """Choose thresholds so that the union flags the share `rate` of familiar spectra with scores (n, 3)."""
        low, high = 1 - rate, 1.0
        for _ in range(40):  # bisection on the common quantile level; the union's share falls with it
            level = 0.5 * (low + high)
            flagged = (scores > np.quantile(scores, level, axis=0)).any(axis=1).mean()
            low, high = (level, high) if flagged > rate else (low, level)
        return cls(np.quantile(scores, high, axis=0), familiar)

    def distance(self, latent: np.ndarray) -> np.ndarray:
        """(m,) mean distance of latent points (m, d) to their nearest familiar neighbours."""
        return latent_distance(self.familiar, latent)

    def disturbance(self, residual: np.ndarray) -> np.ndarray:
        """(m,) decades by which spectra with Kramers-Kronig residuals (m,) may be off, beyond what calibration saw.

        A residual is a relative error of the impedance. Up to the threshold the calibrated intervals hold it; what
        exceeds that in quadrature may all be an error of the resistance.
        """
        usual = self.thresholds[DETECTORS.index("kramers_kronig")]
        return Z90 * np.sqrt(np.maximum(residual**2 - usual**2, 0.0)) / np.log(10)

    def excess(self, scores: np.ndarray) -> np.ndarray:
        """(m, 3) scores in units of their thresholds: above 1 is unfamiliar, above `FAR` foreign."""
        return scores / self.thresholds


def latent_distance(familiar: np.ndarray, latent: np.ndarray, itself: bool = False) -> np.ndarray:
    """(m,) mean distance to the `NEIGHBOURS` nearest of `familiar`; with `itself`, points skip themselves."""
    k = NEIGHBOURS + int(itself)
    distance, _ = cKDTree(familiar).query(latent, k=min(k, len(familiar)))
    return distance[:, int(itself) :].mean(axis=1)
