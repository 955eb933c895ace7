"""What a file of priors may state for a quantity: its one unit, and a distribution that fits itself and physics."""

from __future__ import annotations

import numpy as np
from pydantic import AfterValidator

from ionscope.quantity import Beta, Conditional, Constant, LogUniform, Normal, Sourced, Uniform


def stated(unit: str, low: float = -np.inf, high: float = np.inf) -> AfterValidator:
    """Of a quantity in a file: it is in `unit`, as nothing is converted, and only draws from `low` to `high`."""

    def checked(quantity: Sourced) -> Sourced:
        if quantity.unit != unit:
            raise ValueError(f"unit '{quantity.unit}': must be '{unit}'; nothing is converted, so convert the figures")
        if isinstance(quantity, Normal):
            check_centre(quantity, quantity.mean, "mean")
        lowest, highest = _reach(quantity)
        if not low <= lowest <= highest <= high:
            drawn = f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
            allowed = f"{low:g} to {high:g}" + (", as fractions" if unit == "1" else f" {unit}")
            raise ValueError(f"draws of {drawn}: allowed are {allowed}")
        return quantity

    return AfterValidator(checked)


def check_centre(quantity: Normal | Conditional, centre: float, name: str) -> None:
    """Refuse a normal distribution about a `centre` beyond its own limits.

    It could be drawn from, but nearly all draws would lie at one limit: a figure in another unit is the likely reason.
    """
    low, high = quantity.low, quantity.high
    if not low <= centre <= high:
        raise ValueError(
            f"{name} = {centre:g}: must lie from low = {low:g} to high = {high:g}; are all figures in {quantity.unit}?"
        )


def _reach(quantity: Sourced) -> tuple[float, float]:
    """Lowest and highest of what can be drawn."""
    if isinstance(quantity, Constant):
        return quantity.value, quantity.value
    if isinstance(quantity, Uniform | LogUniform | Normal | Conditional):
        return quantity.low, quantity.high
    assert isinstance(quantity, Beta)
    return 0.0, 1.0
