"""How the errors of a pellet's readings at several temperatures go together: by this, intervals of series hold.

A share `common` of the variance is one error of the whole line (`ionscope.series`). The larger it is taken, the wider
is the interval of the conductivity at 25 C and the narrower that of the activation energy. It is the least share at
which the former covers what it says, on simulated series that nothing else has learned from. The interval of the
activation energy that follows is then multiplied by the factor with which it covers as much (split-conformal, a
specimen being one case): errors have longer tails than normal ones, and its width would be a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ionscope.dka.intervals import conformal_quantile
from ionscope.series import (
    FEWEST_TEMPERATURES,
    INDEPENDENT,
    ReadingErrors,
    SeriesFit,
    count_temperatures,
    fit_series,
)

SHARES = np.arange(20) / 20
"""Tried in this order."""


@dataclass(frozen=True)
class SeriesErrors:
    """What intervals of n series say and how far off they are.

    ea : (n, 2) eV, and sigma_25c : (n, 2) natural logarithm; error and half-width of each
    """

    ea: np.ndarray
    sigma_25c: np.ndarray

    @classmethod
    def of(cls, readings: pd.DataFrame, taken: ReadingErrors = INDEPENDENT) -> SeriesErrors:
        """Of readings whose errors are `taken` to go together so. Specimens at too few temperatures are left out.

        readings : one row a spectrum, ``specimen, temperature`` [K], the true ``sigma`` [S/cm], the ``error`` of
            ln sigma as it was read, and the ``half_width`` of its interval
        """
        ea, sigma = [], []
        for _, part in readings.groupby("specimen", sort=True):
            if count_temperatures(part["temperature"].to_numpy()) < FEWEST_TEMPERATURES:
                continue
            temperature, true = part["temperature"].to_numpy(), part["sigma"].to_numpy()
            half_width = part["half_width"].to_numpy()
            read, exact = (
                fit_series(temperature, value, half_width, thermometer_error=0.0, errors=taken)
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
        if SeriesErrors.of(readings, ReadingErrors(share)).covered()[1] >= level:
            return share
    return float(SHARES[-1])


def reading_errors(readings: pd.DataFrame, level: float = 0.9) -> ReadingErrors:
    """With what intervals of both cover their truths with the probability `level`.

    readings : as in `SeriesErrors.of`, three specimens or more
    """
    common = common_share(readings, level)
    error, half_width = SeriesErrors.of(readings, ReadingErrors(common)).ea.T
    return ReadingErrors(common, conformal_quantile(np.abs(error) / half_width, np.arange(len(error)), level))
