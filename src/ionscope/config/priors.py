"""What specimens are drawn from: materials, electrodes, cells and the instrument, a file each in `config/`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ionscope.config.stated import check_centre, stated
from ionscope.quantity import Conditional, Quantity, Strict, median

MOST_POROSITY = 0.4
"""Towards one half, what is left of a plane of grains falls apart."""


class GrainProperties(Strict):
    log10_sigma_25c: Annotated[Quantity, stated("log10(S/cm)")]
    ea: Annotated[Conditional, stated("eV", 0, 3)]
    permittivity: Annotated[Quantity, stated("1")]
    exponent: Annotated[Quantity, stated("1", 0.3, 1)]
    spread_decades: Annotated[Quantity, stated("decades")]
    anisotropy: Annotated[Quantity, stated("1")] | None = None

    @model_validator(mode="after")
    def _energy_fits_its_limits(self) -> GrainProperties:
        log10_sigma = median(self.log10_sigma_25c)
        line = self.ea.intercept + self.ea.slope * log10_sigma
        check_centre(self.ea, line, f"ea: intercept + slope * {log10_sigma:.2f}")
        return self


class BoundaryProperties(Strict):
    """Grain boundaries; their capacitance follows from a relaxation frequency or from its ratio to the grains'."""

    share_25c: Annotated[Quantity, stated("1", 0, 1)]
    ea_excess: Annotated[Quantity, stated("eV", -3, 3)]
    frequency_25c: Annotated[Quantity, stated("Hz")] | None = None
    capacitance_ratio: Annotated[Quantity, stated("1")] | None = None
    exponent: Annotated[Quantity, stated("1", 0.3, 1)]
    spread_decades: Annotated[Quantity, stated("decades")]

    @model_validator(mode="after")
    def _capacitance_is_given_once(self) -> BoundaryProperties:
        if (self.frequency_25c is None) == (self.capacitance_ratio is None):
            raise ValueError("give either frequency_25c or capacitance_ratio")
        return self


class Material(Strict):
    """Priors of one solid electrolyte, as in `config/materials/<name>.yaml`."""

    name: str
    label: str
    formula: str
    hypothetical: bool = False
    description: str
    grain: GrainProperties
    boundary: BoundaryProperties
    porosity: Annotated[Quantity, stated("1", 0, MOST_POROSITY)]
    size_spread: Annotated[Quantity, stated("1")] | None = None
    seed_relaxation: Annotated[int, Field(ge=0, le=5)] = 1


class ElectrodeProperties(Strict):
    """Priors of one kind of electrode, as in `config/electrodes/<name>.yaml`; areas are nominal electrode areas."""

    name: str
    label: str
    description: str
    blocking: bool
    resistance_25c: Annotated[Quantity, stated("ohm cm2")] | None = None
    ea: Annotated[Quantity, stated("eV", 0, 3)] | None = None
    capacitance: Annotated[Quantity, stated("S s^n/cm2")]
    exponent: Annotated[Quantity, stated("1", 0.3, 1)]
    leak: Annotated[Quantity, stated("S s^m/cm2")] | None = None
    leak_exponent: Annotated[Quantity, stated("1", 0, 1)] | None = None
    warburg_25c: Annotated[Quantity, stated("ohm cm2")] | None = None
    warburg_frequency_25c: Annotated[Quantity, stated("Hz")] | None = None
    contact_fraction: Annotated[Quantity, stated("1", 0, 1)]
    patches: Annotated[Quantity, stated("1")]
    asymmetry_decades: Annotated[Quantity, stated("decades")]
    exponent_difference: Annotated[Quantity, stated("1")] | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> ElectrodeProperties:
        if self.blocking == (self.resistance_25c is not None):
            raise ValueError("a blocking electrode has no resistance_25c, any other needs one")
        if not self.blocking and self.ea is None:
            raise ValueError("an electrode with a resistance needs its activation energy, ea")
        if (self.leak is None) != (self.leak_exponent is None):
            raise ValueError("give both leak and leak_exponent, or neither")
        return self


class CellGeometry(Strict):
    """Priors of the pellet's geometry, as in `config/cells/<name>.yaml`."""

    thickness: Annotated[Quantity, stated("cm")]
    diameter: Annotated[Quantity, stated("cm")]
    thickness_error: Annotated[Quantity, stated("1")]
    area_error: Annotated[Quantity, stated("1")]
    temperature_error: Annotated[Quantity, stated("K")]


class Instrument(Strict):
    """Priors of the measuring errors, as in `config/instrument.yaml`."""

    noise: Annotated[Quantity, stated("1")]
    gain_error: Annotated[Quantity, stated("1")]
    phase_error: Annotated[Quantity, stated("rad")]
    drift: Annotated[Quantity, stated("1")]
    outlier_fraction: Annotated[Quantity, stated("1")]
    outlier_size: Annotated[Quantity, stated("1")]
    stray_inductance: Annotated[Quantity, stated("H")]
    stray_capacitance: Annotated[Quantity, stated("F")]
