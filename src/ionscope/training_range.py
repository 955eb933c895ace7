"""Which pellets a model has learned from: beyond their geometry and temperature its answers are untested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionscope.spectrum import ZERO_CELSIUS, Spectrum, SpectrumSet

MARGIN = 0.1
"""Thickness and area outside by a smaller part are inside: three times the usual error of an area."""

MARGIN_TEMPERATURE = 10.0
"""Kelvin: room temperature is one temperature."""

Range = tuple[float, float]


@dataclass(frozen=True)
class TrainingRange:
    """Smallest and largest thickness [cm], area [cm2] and temperature [C] of the cells a model has learned from."""

    thickness_cm: Range
    area_cm2: Range
    temperature_c: Range

    @classmethod
    def of(cls, spectra: SpectrumSet) -> TrainingRange:
        """The ranges of a set of spectra."""
        columns = (spectra["thickness"], spectra["area"], spectra["temperature"] - ZERO_CELSIUS)
        return cls(*((float(np.min(column)), float(np.max(column))) for column in columns))

    @classmethod
    def from_state(cls, state: Mapping[str, Any] | None) -> TrainingRange | None:
        """What `state` gave; None for None, a model that does not know its ranges."""
        return None if state is None else cls(**{name: (low, high) for name, (low, high) in state.items()})

    def state(self) -> dict[str, list[float]]:
        """For JSON."""
        return {
            "thickness_cm": list(self.thickness_cm),
            "area_cm2": list(self.area_cm2),
            "temperature_c": list(self.temperature_c),
        }

    def strangers(self, spectrum: Spectrum) -> list[str]:
        """One sentence for each of a spectrum's stated thickness, area and temperature that lies outside."""
        return [
            f"{name} {value:.3g} {unit} is outside the training range of the model, {_text(span)} {unit}"
            for name, value, span, unit in (
                ("thickness", spectrum.thickness, self.thickness_cm, "cm"),
                ("area", spectrum.area, self.area_cm2, "cm2"),
                ("temperature", spectrum.temperature_c, self.temperature_c, "C"),
            )
            if value is not None and not _inside(value, span, unit)
        ]


SHIPPED = TrainingRange(
    thickness_cm=(0.075, 0.21),
    area_cm2=(np.pi / 4 * 0.8**2, np.pi / 4 * 1.3**2),
    temperature_c=(25.0, 25.0),
)
"""For the model that comes with the package, should its files not tell: the priors of `config/cell.yaml` (diameters of
0.8 to 1.3 cm) and the temperature of `reader.simulation` in `config/config.yaml`, which it was trained with."""


def _inside(value: float, span: Range, unit: str) -> bool:
    low, high = span
    if unit == "C":
        return low - MARGIN_TEMPERATURE <= value <= high + MARGIN_TEMPERATURE
    return low * (1 - MARGIN) <= value <= high * (1 + MARGIN)


def _text(span: Range) -> str:
    low, high = (f"{value:.3g}" for value in span)
    return low if low == high else f"{low} to {high}"
