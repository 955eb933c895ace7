"""A value with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

WIDE, TOO_WIDE = 1.25, 3.0
"""An interval wider than a factor of the first either way asks for caution, of the second is no answer."""


@dataclass(frozen=True)
class Estimate:
    """A value with a 90 % interval."""

    value: float
    lower: float
    upper: float

    @property
    def ln_half_width(self) -> float:
        """Of the logarithm; where the interval reaches further on one side, of that side."""
        return log(max(self.upper / self.value, self.value / self.lower))

    def as_dict(self) -> dict[str, float]:
        return {"value": self.value, "lower": self.lower, "upper": self.upper}

    def scaled(self, factor: float) -> Estimate:
        """The same in a unit that is `factor` (positive) times finer."""
        return Estimate(self.value * factor, self.lower * factor, self.upper * factor)
