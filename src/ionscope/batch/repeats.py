"""Sweeps of one pellet at one temperature, compared: each may be sound, and they contradict each other all the same.

A cell that has not reached its temperature or its pressure makes two smooth sweeps with two resistances, and nothing in
either shows it. Where the 90 % intervals of two readings exclude each other, both ask for caution.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ionscope.reading import Reading
from ionscope.series import temperature_levels
from ionscope.simulate.arrhenius import BOLTZMANN
from ionscope.spectrum import ZERO_CELSIUS

STEEPEST_EA = 1.0
"""eV: sweeps at one temperature are up to 1 K apart, and may differ by what this makes of it."""

LIKE_A_SERIES = 2.0
"""A factor beyond which sweeps of a file without temperatures are not held to be at one temperature."""


def compared(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, with a reason for caution in those that contradict others of the same pellet.

    Those of one pellet (`Spectrum.pellet`) are compared at each temperature, those without a temperature within each
    file; refused ones are left out. Without temperatures a factor above `LIKE_A_SERIES` is a note and no reason: a
    series whose temperatures are not written down does not contradict itself.
    """
    told = list(readings)
    for places in _repeats(readings):
        members = [readings[i] for i in places]
        bounds = _bounds(members)
        kelvin = np.array([reading.spectrum.temperature or ZERO_CELSIUS for reading in members])
        apart = np.empty(0, dtype=int) if bounds is None else _apart(bounds, kelvin)
        if apart.size:
            said, grave = _word([members[k] for k in apart])
            for i in apart:
                told[places[i]] = _with_word(members[i], said, grave)
    return told


def _repeats(readings: Sequence[Reading]) -> Iterator[list[int]]:
    """Places of the readings that should agree with each other."""
    pellets: dict[tuple[str, ...], list[int]] = {}
    for i, reading in enumerate(readings):
        spectrum = reading.spectrum
        if reading.verdict == "refuse" or spectrum.pellet is None:
            continue
        if spectrum.temperature is not None:
            pellets.setdefault((spectrum.pellet,), []).append(i)
        elif spectrum.file is not None:
            pellets.setdefault((spectrum.pellet, spectrum.file), []).append(i)
    for places in pellets.values():
        known = [readings[i].spectrum.temperature or ZERO_CELSIUS for i in places]
        level = temperature_levels(np.array(known))
        yield from ([places[k] for k in np.flatnonzero(level == one)] for one in range(level.max() + 1))


def _same_geometry(members: Sequence[Reading]) -> bool:
    return len({(reading.spectrum.thickness, reading.spectrum.area) for reading in members}) == 1


def _bounds(members: Sequence[Reading]) -> np.ndarray | None:
    """(n, 2) ln of the interval of each resistance, or resistivity where the geometry differs; None if not known."""
    if _same_geometry(members):
        return np.log([(reading.resistance.lower, reading.resistance.upper) for reading in members])
    known = [reading.sigma for reading in members if reading.sigma is not None]
    if len(known) < len(members):
        return None
    return -np.log([(sigma.upper, sigma.lower) for sigma in known])


def _apart(bounds: np.ndarray, kelvin: np.ndarray) -> np.ndarray:
    """Places of those whose interval excludes that of another, whatever makes the colder one resist more."""
    excluded = np.zeros(len(bounds), dtype=bool)
    for i, lower in enumerate(bounds[:, 0]):
        colder = np.maximum(STEEPEST_EA / BOLTZMANN * (1 / kelvin[i] - 1 / kelvin), 0.0)
        below = lower > bounds[:, 1] + colder
        excluded |= below
        excluded[i] |= below.any()
    return np.flatnonzero(excluded)


def _word(apart: Sequence[Reading]) -> tuple[str, bool]:
    """What to say of readings of one pellet that contradict each other, and whether it asks for caution."""
    if _same_geometry(apart):
        values, unit = [one.resistance.value for one in apart], "ohm"
    else:
        values, unit = [one.sigma.value for one in apart if one.sigma is not None], "S/cm"
    low, high = min(values), max(values)
    by = f"a factor of {high / low:.3g}" if high / low >= LIKE_A_SERIES else f"{100 * (high / low - 1):.3g} %"
    several = len(apart) > 2
    by += f" ({low:.4g} {'to' if several else 'and'} {high:.4g} {unit})"
    named = apart[0].spectrum.specimen is not None
    sweeps = f"{len(apart) if several else 'two'} sweeps of this {'pellet' if named else 'file'}"
    why = "the cell had not settled, or it changed" + ("" if named else ", or they are not of one pellet")
    known = [one.spectrum.temperature_c for one in apart if one.spectrum.temperature_c is not None]
    if known:
        return f"{sweeps} at {np.mean(known):.4g} C differ by {by}, more than their intervals: {why}", True
    if high / low > LIKE_A_SERIES:
        return f"{sweeps[0].upper()}{sweeps[1:]} differ by {by}, and no temperature is stated.", False
    what = f"{sweeps} differ by {by}, more than their intervals, and no temperature is stated"
    return f"{what}: if it was the same, {why}", True


def _with_word(reading: Reading, said: str, grave: bool) -> Reading:
    if not grave:
        return replace(reading, notes=(*reading.notes, said))
    verdict = "caution" if reading.verdict == "ok" else reading.verdict
    return replace(reading, verdict=verdict, reasons=(*reading.reasons, said))
