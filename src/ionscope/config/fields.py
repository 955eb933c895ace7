"""Ranges that many keys share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]


def _each_once(names: list[str]) -> list[str]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"'{repeated[0]}' is named more than once; its specimens would have the same names")
    return names


Materials = Annotated[list[str], Field(min_length=1), AfterValidator(_each_once)]

HOTTEST = 250.0
"""C. Room temperature in kelvin is above it, and the runs of `config/` stay 50 below."""


def _not_kelvin(celsius: float) -> float:
    if celsius > HOTTEST:
        raise ValueError(f"looks like kelvin; temperatures are in Celsius, up to {HOTTEST:g}")
    return celsius


Celsius = Annotated[float, Field(ge=-150), AfterValidator(_not_kelvin)]

Kind = Literal["equivariant", "anchored", "capacitive", "informed", "global", "per_spectrum"]
"""How a spectrum is presented; see `ionscope.preprocess.scaling`."""
