"""The answer for one laboratory spectrum: resistance and conductivity with intervals, and a reasoned verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ionscope.estimate import Estimate
from ionscope.spectrum import Spectrum


@dataclass(frozen=True)
class Reading:
    """The answer for one spectrum. A refused one still shows its figures.

    verdict : ok, caution or refuse (`ionscope.verdict`)
    methods : for each, its own resistance [ohm] and its share in the answer
    shape_spread : standard deviation of ln(L / A), which the interval of sigma includes
    left_out_hz : frequencies of points that spoil the spectrum and were not read: single ones, or one end of it
    taken_off : kinds of the changes during the sweep (`drift`, `step`) that it was read without
    notes : what else was found, too small to move the answer beyond its interval
    """

    spectrum: Spectrum
    resistance: Estimate
    sigma: Estimate | None
    read_off: float
    verdict: str = "ok"
    reasons: tuple[str, ...] = ()
    model: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, dict[str, float]] = field(default_factory=dict)
    shape_spread: float = 0.0
    left_out_hz: tuple[float, ...] = ()
    taken_off: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def used(self) -> Spectrum:
        """The spectrum without the points that were left out."""
        spectrum = self.spectrum
        if not self.left_out_hz:
            return spectrum
        kept = ~np.isin(spectrum.frequency, self.left_out_hz)
        return replace(spectrum, frequency=spectrum.frequency[kept], impedance=spectrum.impedance[kept])

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of `ionscope predict --json`."""
        frequency = self.spectrum.frequency
        return {
            "file": self.spectrum.source,
            "specimen": self.spectrum.specimen,
            "material": self.spectrum.material,
            "points": len(self.spectrum),
            "frequency_min_hz": float(frequency[0]),
            "frequency_max_hz": float(frequency[-1]),
            "temperature_c": self.spectrum.temperature_c,
            "thickness_cm": self.spectrum.thickness,
            "area_cm2": self.spectrum.area,
            "electrodes": self.spectrum.electrodes,
            "resistance_total_ohm": self.resistance.as_dict(),
            "sigma_total_s_cm": None if self.sigma is None else self.sigma.as_dict(),
            "read_off_ohm": self.read_off,
            "methods": self.methods,
            "left_out_hz": list(self.left_out_hz),
            "taken_off": list(self.taken_off),
            "trust": {"verdict": self.verdict, "reasons": list(self.reasons)},
            "notes": list(self.notes),
            "assumptions": list(self.spectrum.assumptions),
            "model": self.model,
        }


def describe(reading: Reading) -> str:
    """The answer as text for a terminal."""
    spectrum, r = reading.spectrum, reading.resistance
    low, high = spectrum.frequency[0], spectrum.frequency[-1]
    lines = [
        f"{spectrum.source}: {len(spectrum)} points, {low:.3g} Hz to {high:.3g} Hz",
        f"  total resistance   {r.value:.4g} ohm   (90 %: {r.lower:.4g} to {r.upper:.4g})",
    ]
    if reading.sigma is not None:
        s = reading.sigma
        lines.append(f"  conductivity       {s.value:.3g} S/cm   (90 %: {s.lower:.3g} to {s.upper:.3g})")
    else:
        missing = [("--thickness CM", spectrum.thickness), ("--area CM2", spectrum.area)]
        lines.append(f"  conductivity       needs {' and '.join(name for name, value in missing if value is None)}")
    if known := _stated(spectrum):
        lines.append(f"  pellet             {known}")
    lines.append(f"  verdict            {reading.verdict}")
    lines += [f"    - {reason}" for reason in reading.reasons]
    lines += [f"  noted: {note}" for note in reading.notes]
    lines += [f"  assumed: {assumption}" for assumption in spectrum.assumptions]
    return "\n".join(lines)


def _stated(spectrum: Spectrum) -> str:
    """What was taken for the pellet's temperature and geometry, whoever stated it."""
    values = (
        ("{:.4g} C", spectrum.temperature_c),
        ("{:.4g} cm thick", spectrum.thickness),
        ("{:.4g} cm2", spectrum.area),
        ("{} electrodes", spectrum.electrodes),
    )
    return ", ".join(text.format(value) for text, value in values if value is not None)
