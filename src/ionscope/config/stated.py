"""What a file of priors may state for a quantity: each has one unit, so that no figure is taken for another."""

from __future__ import annotations

from pydantic import AfterValidator

from ionscope.quantity import Sourced


def stated(unit: str) -> AfterValidator:
    """Of a quantity in a file: it is in `unit`, as nothing is converted."""

    def checked(quantity: Sourced) -> Sourced:
        if quantity.unit != unit:
            raise ValueError(f"unit '{quantity.unit}': must be '{unit}'; nothing is converted, so convert the figures")
        return quantity

    return AfterValidator(checked)
