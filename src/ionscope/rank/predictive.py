"""What a specimen's temperature series says about it, as a distribution of (log10 sigma at 25 C, Ea) to draw from.

The 90 % intervals of a series are read as those of a normal distribution in log10 sigma and in Ea, centred on the
point estimates.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from ionscope.errors import InputDataError
from ionscope.measure import Z90
from ionscope.rank.hyperscore import Anchor
from ionscope.simulate.arrhenius import arrhenius_factor

INTERVAL = 0.90
"""The share of the predictive distribution inside every interval of this project."""

TAILS = (1 - INTERVAL) / 2, (1 + INTERVAL) / 2

SIGMA = ["sigma_25c", "sigma_25c_lower", "sigma_25c_upper"]
EA = ["ea", "ea_lower", "ea_upper"]


@dataclass(frozen=True)
class Predictive:
    """Normal distributions of n specimens.

    specimen : (n,) names
    log10_sigma, log10_sigma_sd : (n,) of sigma at 25 C [S/cm], decades
    ea, ea_sd : (n,) eV; NaN where there is none
    """

    specimen: np.ndarray
    log10_sigma: np.ndarray
    log10_sigma_sd: np.ndarray
    ea: np.ndarray
    ea_sd: np.ndarray

    @classmethod
    def from_series(cls, series: pd.DataFrame) -> Predictive:
        """Read the columns of `predictions/<variant>_series.csv`; `InputDataError` names a specimen that has none."""
        missing = [name for name in ["specimen", *SIGMA, *EA] if name not in series]
        if missing:
            raise InputDataError(f"the table of series lacks the columns {', '.join(missing)}")
        names = series["specimen"].astype(str).to_numpy()
        if len(set(names)) != len(names):
            raise InputDataError(
                f"specimen '{series['specimen'][series['specimen'].duplicated()].iloc[0]}' occurs twice"
            )
        sigma = series[SIGMA].to_numpy(dtype=float)
        bad = ~(np.isfinite(sigma).all(axis=1) & (sigma > 0).all(axis=1) & (sigma[:, 1] <= sigma[:, 2]))
        if bad.any():
            first = int(np.flatnonzero(bad)[0])
            value, lower, upper = sigma[first]
            raise InputDataError(
                f"specimen '{names[first]}': conductivity {value:g} S/cm with the interval {lower:g} to {upper:g} "
                "is not a positive number inside a positive interval"
            )
        logarithm = np.log10(sigma)
        ea = series[EA].to_numpy(dtype=float)
        return cls(
            names,
            logarithm[:, 0],
            (logarithm[:, 2] - logarithm[:, 1]) / (2 * Z90),
            ea[:, 0],
            np.abs(ea[:, 2] - ea[:, 1]) / (2 * Z90),
        )

    def __len__(self) -> int:
        return self.specimen.size

    def draw(self, anchor: Anchor, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw log10 sigma at 25 C and log10 sigma at the anchor's temperature of use, each ``(draws, n)``.

        Every specimen has its own stream, named after it: its draws do not depend on which others are ranked with it.
        """
        rho = anchor.correlation.value
        at_25c, at_use = np.empty((draws, len(self))), np.empty((draws, len(self)))
        for k, name in enumerate(self.specimen):
            stream = np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),))
            first, second = np.random.default_rng(stream).standard_normal((2, draws))
            at_25c[:, k] = self.log10_sigma[k] + self.log10_sigma_sd[k] * first
            at_use[:, k] = at_25c[:, k]
            if not anchor.needs_no_ea:
                ea = self.ea[k] + self.ea_sd[k] * (rho * first + np.sqrt(1 - rho**2) * second)
                at_use[:, k] += np.log10(arrhenius_factor(ea, anchor.temperature))
        if not np.isfinite(at_use).all():
            name = self.specimen[~np.isfinite(at_use).all(axis=0)][0]
            raise InputDataError(
                f"specimen '{name}' has no activation energy to carry its conductivity to {anchor.t_use_c.value:g} C"
            )
        return at_25c, at_use


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each column within its row of ``values (draws, n)``: 1 for the largest."""
    order = np.argsort(-values, axis=1, kind="stable")
    result = np.empty_like(order)
    np.put_along_axis(result, order, np.arange(1, values.shape[1] + 1)[None, :], axis=1)
    return result
