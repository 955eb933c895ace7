"""A length or an area as a person states it: a positive number, with its error where that is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite, log1p, sqrt

from ionscope.errors import InputDataError

Z90 = 1.6448536269514722
"""Standard deviations either way that a 90 % interval of a normal distribution reaches."""

_ERROR_SIGN = re.compile(r"\+-|\+/-|±")


@dataclass(frozen=True)
class Measure:
    """A positive value and the standard deviation of its error, both in the same unit; 0 where no error is stated.

    >>> Measure.parse("0.1+-0.002")
    Measure(value=0.1, error=0.002)
    """

    value: float
    error: float = 0.0

    def __post_init__(self) -> None:
        if not (isfinite(self.value) and self.value > 0):
            raise InputDataError(f"{self.value:g} is not a positive number")
        if not (isfinite(self.error) and 0 <= self.error < self.value):
            raise InputDataError(f"the error {self.error:g} of {self.value:g} must be at least 0 and below the value")

    @classmethod
    def parse(cls, text: str) -> Measure:
        """``0.1``, ``0.1+-0.002`` or ``0.1±0.002``.

        Raises
        ------
        InputDataError : anything else, a value that is not positive, an error as large as the value
        """
        value, *error = _ERROR_SIGN.split(text)
        if len(error) > 1:
            raise InputDataError(f"'{text}' states more than one error; write 0.1 or 0.1+-0.002")
        numbers = []
        for part in (value, *error):
            try:
                numbers.append(float(part))
            except ValueError:
                raise InputDataError(f"'{text}' is not a number; write 0.1 or 0.1+-0.002") from None
        return cls(*numbers)

    @classmethod
    def of(cls, value: Measure | float | str | None) -> Measure | None:
        """`value` as a measure, whatever form a caller has it in; None stays None."""
        if value is None or isinstance(value, Measure):
            return value
        return cls.parse(value) if isinstance(value, str) else cls(float(value))

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm (natural) of a log-normal variable with this value and error."""
        return sqrt(log1p((self.error / self.value) ** 2))


def shape_spread(thickness: Measure | None, area: Measure | None) -> float:
    """Standard deviation of ln(L / A) from independent errors of both; a measure that is not given has none."""
    return sqrt(sum(measure.spread**2 for measure in (thickness, area) if measure is not None))
