"""Non-physical figures are refused by name, value and unit before anything is computed with them."""

from __future__ import annotations

import numpy as np

from ionscope.errors import SimulationError

LIMITS: dict[str, tuple[float, float, str, str]] = {
    "sigma_grain_25c": (1e-16, 10, "S/cm", "is it in S/m or mS/cm?"),
    "sigma_boundary_25c": (1e-18, 1e9, "S/cm", "it is the areal conductance of a boundary times the thickness"),
    "ea_grain": (0, 3, "eV", "is it in kJ/mol?"),
    "ea_boundary": (0, 3, "eV", "is it in kJ/mol?"),
    "permittivity": (1, 1e6, "", "it is relative to vacuum"),
    "grain_exponent": (0.3, 1, "", "1 is a capacitor"),
    "boundary_exponent": (0.3, 1, "", "1 is a capacitor"),
    "boundary_frequency_25c": (1e-9, 1e15, "Hz", ""),
    "capacitance": (1e-14, 1e3, "S s^n/cm2", "is it in uF/cm2?"),
    "exponent": (0.3, 1, "", "1 is a capacitor"),
    "leak": (1e-20, 1e3, "S s^m/cm2", "None leaves the leak out"),
    "leak_exponent": (0, 1, "", "0 is a resistance"),
    "resistance_25c": (1e-9, 1e14, "ohm cm2", "None makes the electrode blocking"),
    "ea": (0, 3, "eV", "is it in kJ/mol?"),
    "warburg_25c": (1e-12, 1e14, "ohm cm2", "None leaves diffusion out"),
    "warburg_frequency_25c": (1e-15, 1e12, "Hz", ""),
    "thickness": (1e-6, 100, "cm", "is it in um or mm?"),
    "area": (1e-8, 1e5, "cm2", "is it in mm2?"),
    "temperature": (50, 2500, "K", "is it in Celsius?"),
    "stray_inductance": (0, 1, "H", "is it in uH?"),
    "stray_capacitance": (0, 1e-3, "F", "is it in pF?"),
}
"""Lowest and highest value of each property, its unit, and what most often goes wrong."""


def check_properties(**values: float | None) -> None:
    """Refuse values that are not finite numbers within `LIMITS`; None stands for a property that is absent.

    Raises
    ------
    SimulationError : names the property, its value and what is allowed
    """
    for name, value in values.items():
        if value is None:
            continue
        low, high, unit, hint = LIMITS[name]
        if not (np.ndim(value) == 0 and np.isreal(value) and np.isfinite(value) and low <= value <= high):
            allowed = f"{low:g} to {high:g} {unit}".strip()
            raise SimulationError(f"{name} = {value} {unit}".strip() + f": allowed are {allowed}" + _because(hint))


def check_spreads(**values: float | None) -> None:
    """Refuse standard deviations that are negative or not finite; None stands for one that is absent."""
    for name, value in values.items():
        if value is not None and not (np.isfinite(value) and value >= 0):
            raise SimulationError(f"{name} = {value}: allowed are 0 and above")


def check_counts(low: int, **values: int) -> None:
    """Refuse numbers that are not whole or below `low`."""
    for name, value in values.items():
        if value != int(value) or value < low:
            raise SimulationError(f"{name} = {value}: allowed are whole numbers from {low} on")


def checked_frequencies(frequencies) -> np.ndarray:
    """(f,) Hz, as an array.

    Raises
    ------
    SimulationError : none at all, not a vector, not finite, not positive, not strictly ascending; names the value
    """
    frequency = np.asarray(frequencies, dtype=float)
    if frequency.ndim != 1 or frequency.size == 0:
        raise SimulationError(f"frequencies must be a vector with at least one value, got shape {frequency.shape}")
    bad = np.flatnonzero(~(np.isfinite(frequency) & (frequency > 0)))
    if bad.size:
        raise SimulationError(f"frequency {frequency[bad[0]]:g} Hz (number {bad[0] + 1}) is not a positive number")
    falling = np.flatnonzero(np.diff(frequency) <= 0)
    if falling.size:
        i = falling[0]
        raise SimulationError(
            f"frequencies must be strictly ascending: {frequency[i]:g} Hz is followed by {frequency[i + 1]:g} Hz"
        )
    return frequency


def _because(hint: str) -> str:
    return f" ({hint})" if hint else ""
