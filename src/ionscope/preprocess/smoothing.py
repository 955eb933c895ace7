"""Savitzky-Golay smoothing of log |Z| and phase, its window chosen by how well it predicts held-back points.

Smoothing the real and imaginary parts instead bends the ends of a spectrum by percents; the logarithm of the modulus
and the phase are nearly straight over a short window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.signal import savgol_coeffs, savgol_filter

from ionscope.kramers_kronig import kramers_kronig

WINDOWS = (5, 7, 9, 11)
ORDERS = (2, 3)


@dataclass(frozen=True)
class Smoothing:
    """A window in points and a polynomial order; window 0 leaves spectra as they are."""

    window: int = 0
    order: int = 0

    def apply(self, impedance: np.ndarray) -> np.ndarray:
        """Smoothed impedances (n, f), on evenly spaced log frequency."""
        if self.window == 0:
            return impedance
        operator = _operator(self.window, self.order, impedance.shape[-1])
        log, phase = np.log(np.abs(impedance)), np.unwrap(np.angle(impedance), axis=-1)
        return np.exp(log @ operator + 1j * (phase @ operator))


@lru_cache(maxsize=32)
def _operator(window: int, order: int, points: int) -> np.ndarray:
    """(points, points) matrix that a row is multiplied with: the filter is linear, its ends are costly to set up."""
    return savgol_filter(np.eye(points), window, order, axis=-1)


def choose_smoothing(frequency: np.ndarray, impedance: np.ndarray) -> tuple[Smoothing, pd.DataFrame]:
    """Choose the smoothing of training spectra (n, f) by leave-one-out prediction of their points.

    Every inner point is held back and predicted by the local polynomial through the other points of its window; the
    error is relative to |Z|, over modulus and phase. No smoothing competes: it tells a held-back point as well as a
    repeated measurement would, which is sqrt 2 times the noise, itself estimated by a Kramers-Kronig fit.

    Returns
    -------
    the choice and a table `window, order, error, end_bias` of all candidates (window 0 = off); `end_bias` is the
    median relative change of |Z| at the last point.
    """
    noise = float(np.sqrt(np.median(kramers_kronig(frequency, impedance).noise ** 2)))
    rows = [{"window": 0, "order": 0, "error": np.sqrt(2) * noise, "end_bias": 0.0}]
    log, phase = np.log(np.abs(impedance)), np.unwrap(np.angle(impedance), axis=-1)
    windows = [window for window in WINDOWS if 2 * window <= frequency.size]  # a short sweep has no room for long ones
    margin = max(windows, default=0) // 2
    inner = slice(margin, -margin)  # the same points for every candidate
    for window in windows:
        for order in ORDERS:
            own_weight = savgol_coeffs(window, order)[window // 2]
            squared = [
                ((savgol_filter(part, window, order, axis=-1) - part)[:, inner] / (1 - own_weight)) ** 2
                for part in (log, phase)
            ]
            bias = np.abs(Smoothing(window, order).apply(impedance)[:, -1] / impedance[:, -1])
            rows.append(
                {
                    "window": window,
                    "order": order,
                    # The median over spectra: a few disturbed ones must not choose for all.
                    "error": float(np.sqrt(np.median(np.mean(squared, axis=(0, 2))))),
                    "end_bias": float(np.median(np.abs(bias - 1))),
                }
            )
    table = pd.DataFrame(rows)
    best = int(table["error"].to_numpy().argmin())
    return Smoothing(int(table["window"].iloc[best]), int(table["order"].iloc[best])), table
