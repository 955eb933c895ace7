"""Ranges that many keys share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]

Celsius = Annotated[float, Field(ge=-150, le=600)]

Kind = Literal["equivariant", "anchored", "capacitive", "informed", "global", "per_spectrum"]
"""How a spectrum is presented; see `ionscope.preprocess.scaling`."""
