"""A value with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A value with a 90 % interval."""

    value: float
    lower: float
    upper: float

    def as_dict(self) -> dict[str, float]:
        return {"value": self.value, "lower": self.lower, "upper": self.upper}

    def scaled(self, factor: float) -> Estimate:
        """The same in a unit that is `factor` (positive) times finer."""
        return Estimate(self.value * factor, self.lower * factor, self.upper * factor)
