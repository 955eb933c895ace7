"""How much of a reading's error is the same at all temperatures of a pellet: by this, intervals of series hold.

A share `common` of the variance is one error of the whole line (`ionscope.series`). The larger it is taken, the wider
is the interval of the conductivity at 25 C and the narrower that of the activation energy. It is the least share at
which the former covers what it says, on simulated series that nothing else has learned from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ionscope.series import FEWEST_TEMPERATURES, SeriesFit, fit_series

SHARES = np.arange(20) / 20
"""Tried in this order."""


@dataclass(frozen=True)
class SeriesErrors:
    """What intervals of n series say and how far off they are, at one common share.

    ea : (n, 2) eV, and sigma_25c : (n, 2) natural logarithm; error and half-width of each
    """

    ea: np.ndarray
    sigma_25c: np.ndarray

    @classmethod
    def of(cls, readings: pd.DataFrame, common: float) -> SeriesErrors:
        """Of `readings`: one row a spectrum, ``specimen, temperature`` [K], the true ``sigma`` [S/cm], the ``error`` of
        ln sigma as it was read, and the ``half_width`` of its interval. Specimens at too few temperatures are left out.
        """
        ea, sigma = [], []
        for _, part in readings.groupby("specimen", sort=True):
            if len(part) < FEWEST_TEMPERATURES:
                continue
            temperature, true = part["temperature"].to_numpy(), part["sigma"].to_numpy()
            half_width = part["half_width"].to_numpy()
            read, exact = (
                fit_series(temperature, value, half_width, thermometer_error=0.0, common=common)
                for value in (true * np.exp(part["error"].to_numpy()), true)
            )
            ea.append((read.ea.value - exact.ea.value, read.ea.upper - read.ea.value))
            sigma.append((np.log(read.sigma_25c.value / exact.sigma_25c.value), _ln_half_width(read)))
        return cls(np.array(ea).reshape(-1, 2), np.array(sigma).reshape(-1, 2))

    @classmethod
    def joined(cls, parts: Iterable[SeriesErrors]) -> SeriesErrors:
        """All series of several."""
        ea, sigma = zip(*((part.ea, part.sigma_25c) for part in parts), strict=True)
        return cls(np.concatenate(ea), np.concatenate(sigma))

    def __len__(self) -> int:
        return len(self.ea)

    def covered(self) -> tuple[float, float]:
        """Shares of activation energies and of conductivities whose interval holds the truth."""
        ea, sigma = (float(np.mean(np.abs(part[:, 0]) <= part[:, 1])) for part in (self.ea, self.sigma_25c))
        return ea, sigma


def _ln_half_width(fit: SeriesFit) -> float:
    return float(np.log(fit.sigma_25c.upper / fit.sigma_25c.value))


def common_share(readings: pd.DataFrame, level: float = 0.9) -> float:
    """The least of `SHARES` at which conductivities at 25 C are covered with the probability `level`.

    readings : as in `SeriesErrors.of`
    """
    for share in map(float, SHARES):
        if SeriesErrors.of(readings, share).covered()[1] >= level:
            return share
    return float(SHARES[-1])
