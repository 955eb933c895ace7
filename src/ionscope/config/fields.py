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

Celsius = Annotated[float, Field(ge=-150, le=600)]

Kind = Literal["equivariant", "anchored", "capacitive", "informed", "global", "per_spectrum"]
"""How a spectrum is presented; see `ionscope.preprocess.scaling`."""
