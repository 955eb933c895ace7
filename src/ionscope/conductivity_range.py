"""Which conductivities a material's specimens have at a temperature, so that a wrong thickness or area is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

TAIL = 0.01
"""Share of the specimens below the range, and above it."""

FEWEST = 100
"""Specimens below which a tail of one in a hundred is a guess."""

_CENTRE = 3.0  # 1000 K / T, 60 C


@dataclass(frozen=True)
class ConductivityRange:
    """Quantiles of log10(sigma T / (S K/cm)) of one material's specimens as parabolas in ``1000 K / T - 3``.

    A line would be one activation energy for all; the specimens have their own, so the range opens away from the
    temperatures where they are most alike.

    low, high : (3,) coefficients, the highest power first, of the quantiles `TAIL` and ``1 - TAIL``
    kelvin : the range of temperature of the specimens
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    kelvin: tuple[float, float]

    @classmethod
    def of(cls, temperature: np.ndarray, sigma: np.ndarray) -> ConductivityRange | None:
        """From specimens' temperatures [K] (n,) and total conductivities [S/cm] (n,); None where they are too few.

        Quantile regression: Koenker and Bassett 1978, doi 10.2307/1913643.
        """
        if len(sigma) < FEWEST:
            return None
        from sklearn.linear_model import QuantileRegressor

        x = np.vander(1000 / temperature - _CENTRE, 3)[:, :2]
        y = np.log10(sigma * temperature)
        fits = [QuantileRegressor(quantile=q, alpha=0).fit(x, y) for q in (TAIL, 1 - TAIL)]
        low, high = ((float(fit.coef_[0]), float(fit.coef_[1]), float(fit.intercept_)) for fit in fits)
        return cls(low, high, (float(temperature.min()), float(temperature.max())))

    def at(self, temperature: float) -> tuple[float, float] | None:
        """Lowest and highest usual conductivity [S/cm] at `temperature` [K]; None where no specimen was."""
        if not self.kelvin[0] <= temperature <= self.kelvin[1]:
            return None
        x = 1000 / temperature - _CENTRE
        low, high = (float(10 ** np.polyval(quantile, x) / temperature) for quantile in (self.low, self.high))
        return low, high

    def state(self) -> dict[str, Any]:
        """For JSON."""
        return {name: list(values) for name, values in asdict(self).items()}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> ConductivityRange:
        """What `state` gave."""
        return cls(tuple(state["low"]), tuple(state["high"]), tuple(state["kelvin"]))


def material_key(name: str) -> str:
    """A material's name as the configuration writes it: ``LLZO-Ta`` is ``llzo_ta``."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
