"""Which pellets a model has learned from: beyond their geometry and temperature its answers are untested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ionscope.spectrum import Spectrum, SpectrumSet

MARGIN = 0.1
"""Thickness and area outside by a smaller part are inside: three times the usual error of an area."""

Range = tuple[float, float]


@dataclass(frozen=True)
class TrainingRange:
    """Thickness [cm], area [cm2] and temperature [C] of the cells that a model has learned to read.

    A model that sees impedance alone knows temperature only by what it does to a cell. Its priors of conductivities and
    relaxations at one simulated temperature stand for a range of temperatures, which the configuration states.
    """

    thickness_cm: Range
    area_cm2: Range
    temperature_c: Range

    @classmethod
    def of(cls, spectra: SpectrumSet, temperature_c: Range) -> TrainingRange:
        """The ranges of a set of spectra, whose priors stand for the temperatures `temperature_c`."""
        thickness, area = ((float(np.min(x)), float(np.max(x))) for x in (spectra["thickness"], spectra["area"]))
        return cls(thickness, area, temperature_c)

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


def _inside(value: float, span: Range, unit: str) -> bool:
    margin = 0.0 if unit == "C" else MARGIN
    return span[0] * (1 - margin) <= value <= span[1] * (1 + margin)


def _text(span: Range) -> str:
    return " to ".join(f"{value:.3g}" for value in span)
