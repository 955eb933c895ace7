"""A physical quantity with its spread, its unit and its source: the only way a figure enters the simulation."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy import stats
from scipy.special import ndtr, ndtri

DOI = re.compile(r"^10\.\d{4,9}/\S+$")
SOURCES = "a DOI (10.xxxx/...), 'assumed' with a note, or 'computed' with a note"


class Strict(BaseModel):
    """A model that refuses keys it does not know and cannot be changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Strict):
    """Anything that states a figure: its unit, where it comes from, and how it was read."""

    unit: str
    source: str | list[str]
    note: str = ""

    @model_validator(mode="after")
    def _source_is_citable(self) -> Sourced:
        sources = [self.source] if isinstance(self.source, str) else self.source
        for source in sources:
            if source in ("assumed", "computed"):
                if not self.note:
                    raise ValueError(f"source '{source}' needs a note with the reason")
            elif not DOI.match(source):
                raise ValueError(f"source '{source}' is not {SOURCES}")
        if not sources:
            raise ValueError(f"source is empty; give {SOURCES}")
        return self


class Constant(Sourced):
    distribution: Literal["constant"]
    value: float

    def draw(self, rng: np.random.Generator) -> float:
        return self.value


class _Range(Sourced):
    """Anything between two limits."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        return self


class Uniform(_Range):
    distribution: Literal["uniform"]

    def frozen(self):
        return stats.uniform(self.low, self.high - self.low)

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.uniform(self.low, self.high))


class LogUniform(_Range):
    distribution: Literal["log_uniform"]

    @model_validator(mode="after")
    def _positive(self) -> LogUniform:
        if self.low <= 0:
            raise ValueError(f"low = {self.low:g} must be positive for a log_uniform distribution")
        return self

    def frozen(self):
        return stats.loguniform(self.low, self.high)

    def draw(self, rng: np.random.Generator) -> float:
        return float(np.exp(rng.uniform(np.log(self.low), np.log(self.high))))


class Normal(_Range):
    """A normal distribution, cut off at `low` and `high` where they are given."""

    distribution: Literal["normal"]
    mean: float
    sd: Annotated[float, Field(gt=0)]
    low: float = -np.inf
    high: float = np.inf

    def frozen(self):
        return stats.truncnorm((self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd, self.mean, self.sd)

    def draw(self, rng: np.random.Generator) -> float:
        return _draw_truncated(rng, self.mean, self.sd, self.low, self.high)


class Beta(Sourced):
    """A fraction between 0 and 1."""

    distribution: Literal["beta"]
    a: Annotated[float, Field(gt=0)]
    b: Annotated[float, Field(gt=0)]

    def frozen(self):
        return stats.beta(self.a, self.b)

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.beta(self.a, self.b))


Quantity = Annotated[Constant | Uniform | LogUniform | Normal | Beta, Field(discriminator="distribution")]


def median(quantity: Quantity) -> float:
    return quantity.value if isinstance(quantity, Constant) else float(quantity.frozen().median())


class Conditional(_Range):
    """A quantity that falls with another: normal about ``intercept + slope x``, cut off at `low` and `high`.

    For activation energies given log10 sigma this keeps the compensation (Meyer-Neldel) correlation of measured
    populations; a fixed Arrhenius prefactor would not.
    """

    intercept: float
    slope: float
    sd: Annotated[float, Field(gt=0)]

    def frozen(self, x: float):
        mean = self.intercept + self.slope * x
        return stats.truncnorm((self.low - mean) / self.sd, (self.high - mean) / self.sd, mean, self.sd)

    def draw(self, rng: np.random.Generator, x: float) -> float:
        return _draw_truncated(rng, self.intercept + self.slope * x, self.sd, self.low, self.high)


def _draw_truncated(rng: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    """A normal draw cut off at low and high, by inversion: always one number from the stream."""
    if low > mean:  # there ndtr is one to rounding; in the other tail it has all digits
        return -_draw_truncated(rng, -mean, sd, -high, -low)
    below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    return float(np.clip(mean + sd * ndtri(below + rng.random() * (above - below)), low, high))
