"""Which pellets a model has learned from: beyond their geometry and temperature its answers are untested.

What their conductivities are tells whether that of a named material is a usual one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ionscope.conductivity_range import TAIL, ConductivityRange, material_key
from ionscope.estimate import Estimate
from ionscope.spectrum import Spectrum, SpectrumSet

MARGIN = 0.1
"""Thickness and area outside by a smaller part are inside: three times the usual error of an area."""

Range = tuple[float, float]


@dataclass(frozen=True)
class TrainingRange:
    """Thickness [cm], area [cm2] and temperature [C] of the cells that a model has learned to read.

    A model that sees impedance alone knows temperature only by what it does to a cell. Its priors of conductivities and
    relaxations at one simulated temperature stand for a range of temperatures, which the configuration states.

    materials : conductivities of those simulated over temperature, by name
    """

    thickness_cm: Range
    area_cm2: Range
    temperature_c: Range
    materials: Mapping[str, ConductivityRange] = field(default_factory=dict)

    @classmethod
    def of(cls, spectra: SpectrumSet, temperature_c: Range) -> TrainingRange:
        """The ranges of a set of spectra, whose priors stand for the temperatures `temperature_c`."""
        thickness, area = ((float(np.min(x)), float(np.max(x))) for x in (spectra["thickness"], spectra["area"]))
        return cls(thickness, area, temperature_c, _conductivities(spectra))

    @classmethod
    def from_state(cls, state: Mapping[str, Any] | None) -> TrainingRange | None:
        """What `state` gave; None for None, a model that does not know its ranges."""
        if state is None:
            return None
        thickness, area, temperature = (tuple(state[name]) for name in ("thickness_cm", "area_cm2", "temperature_c"))
        materials = {name: ConductivityRange.from_state(part) for name, part in state.get("materials", {}).items()}
        return cls(thickness, area, temperature, materials)

    def state(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "thickness_cm": list(self.thickness_cm),
            "area_cm2": list(self.area_cm2),
            "temperature_c": list(self.temperature_c),
            "materials": {name: part.state() for name, part in self.materials.items()},
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

    def unusual(self, spectrum: Spectrum, sigma: Estimate | None) -> list[str]:
        """A sentence where the conductivity [S/cm], with its interval, is beyond what the stated material has."""
        usual = self._usual(spectrum)
        if usual is None or sigma is None or (sigma.upper >= usual[0] and sigma.lower <= usual[1]):
            return []
        return [
            f"a conductivity of {sigma.value:.2g} S/cm is unusual for {spectrum.material} at "
            f"{spectrum.temperature_c:.0f} C, where {100 * (1 - 2 * TAIL):.0f} % of the simulated specimens have "
            f"{usual[0]:.2g} to {usual[1]:.2g} S/cm; is the thickness in cm, the area in cm2, the temperature in C?"
        ]

    def unused(self, spectrum: Spectrum) -> list[str]:
        """A sentence where a material is stated that the conductivity cannot be compared with, and why."""
        if spectrum.material is None:
            return []
        facts = {"temperature": spectrum.temperature, "thickness": spectrum.thickness, "area": spectrum.area}
        missing = [name for name, value in facts.items() if value is None]
        known = ", ".join(sorted(self.materials)) or "none"
        if material_key(spectrum.material) not in self.materials:
            why = f"the model does not know it (it knows: {known})"
        elif missing:
            why = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known"
        elif self._usual(spectrum) is None:
            why = "the model has seen it at other temperatures only"
        else:
            return []
        return [f"The conductivity was not compared with that of {spectrum.material}: {why}."]

    def _usual(self, spectrum: Spectrum) -> Range | None:
        known = self.materials.get(material_key(spectrum.material or ""))
        return None if known is None or spectrum.temperature is None else known.at(spectrum.temperature)


def _conductivities(spectra: SpectrumSet) -> dict[str, ConductivityRange]:
    """Of the materials whose specimens were simulated at many temperatures; others have no scale of temperature."""
    material = spectra["material"].astype(str)
    found = {}
    for name in np.unique(material):
        rows = material == name
        temperature = spectra["temperature"][rows]
        if len(np.unique(temperature)) < 3:
            continue
        known = ConductivityRange.of(temperature, spectra["sigma_total"][rows])
        if known is not None:
            found[str(name)] = known
    return found


def _inside(value: float, span: Range, unit: str) -> bool:
    margin = 0.0 if unit == "C" else MARGIN
    return span[0] * (1 - margin) <= value <= span[1] * (1 + margin)


def _text(span: Range) -> str:
    return " to ".join(f"{value:.3g}" for value in span)
