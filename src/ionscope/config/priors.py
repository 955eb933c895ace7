"""What specimens are drawn from: materials, electrodes, cells and the instrument, a file each in `config/`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ionscope.quantity import Conditional, Quantity, Strict


class GrainProperties(Strict):
    log10_sigma_25c: Quantity
    ea: Conditional
    permittivity: Quantity
    exponent: Quantity
    spread_decades: Quantity
    anisotropy: Quantity | None = None


class BoundaryProperties(Strict):
    """Grain boundaries; their capacitance follows from a relaxation frequency or from its ratio to the grains'."""

    share_25c: Quantity
    ea_excess: Quantity
    frequency_25c: Quantity | None = None
    capacitance_ratio: Quantity | None = None
    exponent: Quantity
    spread_decades: Quantity

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
    porosity: Quantity
    size_spread: Quantity | None = None
    seed_relaxation: Annotated[int, Field(ge=0, le=5)] = 1


class ElectrodeProperties(Strict):
    """Priors of one kind of electrode, as in `config/electrodes/<name>.yaml`; areas are nominal electrode areas."""

    name: str
    label: str
    description: str
    blocking: bool
    resistance_25c: Quantity | None = None
    ea: Quantity | None = None
    capacitance: Quantity
    exponent: Quantity
    leak: Quantity | None = None
    leak_exponent: Quantity | None = None
    warburg_25c: Quantity | None = None
    warburg_frequency_25c: Quantity | None = None
    contact_fraction: Quantity
    patches: Quantity
    asymmetry_decades: Quantity
    exponent_difference: Quantity | None = None

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

    thickness: Quantity
    diameter: Quantity
    thickness_error: Quantity
    area_error: Quantity
    temperature_error: Quantity


class Instrument(Strict):
    """Priors of the measuring errors, as in `config/instrument.yaml`."""

    noise: Quantity
    gain_error: Quantity
    phase_error: Quantity
    drift: Quantity
    outlier_fraction: Quantity
    outlier_size: Quantity
    stray_inductance: Quantity
    stray_capacitance: Quantity
