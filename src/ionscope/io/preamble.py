"""What the lines above a table tell: temperature, thickness, area, amplitude, date, instrument."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from ionscope.io.dialect import without_comment
from ionscope.io.figure import Figure, figure, unit_after
from ionscope.io.keys import NUMBERS, kind_of, name_and_unit
from ionscope.io.pairs import pairs
from ionscope.spectrum import ZERO_CELSIUS

_TEMPERATURES = "temperature", "setpoint"
_LENGTHS = "thickness", "diameter", "radius"
_EXPECTED = {
    **dict.fromkeys(_TEMPERATURES, ("k", "c", "f", "deg")),
    **dict.fromkeys(_LENGTHS, ("cm",)),
    "area": ("cm2",),
}
_EXAMPLES = {**dict.fromkeys(_TEMPERATURES, "C or K"), **dict.fromkeys(_LENGTHS, "mm"), "area": "cm2"}
_OPTIONS = {"setpoint": "temperature", "diameter": "area", "radius": "area"}
_AMPLITUDES = {
    **{unit: ("amplitude_v", scale) for unit, scale in (("v", 1.0), ("vrms", 1.0), ("mv", 1e-3), ("mvrms", 1e-3))},
    **{unit: ("amplitude_a", scale) for unit, scale in (("a", 1.0), ("ma", 1e-3), ("ua", 1e-6))},
}
MEASURABLE = 1.0, 2500.0
"""K that a cell may have; a sensor that is not connected tells others."""

_OFF_SETPOINT = 2.0  # K
_SAME = 0.01  # share by which two statements of one fact may differ without a word


_Temperature = TypeVar("_Temperature", float, np.ndarray)


def in_kelvin(value: _Temperature, unit: str) -> _Temperature:
    """A temperature, or an array of them, in the unit k, c or f (or deg, which is taken for c)."""
    if unit == "f":
        return (value - 32) / 1.8 + ZERO_CELSIUS
    return value if unit == "k" else value + ZERO_CELSIUS


@dataclass
class Preamble:
    """Facts of a preamble: K, cm, cm2 (None where not stated), and the rest as plain values."""

    temperature: float | None = None
    thickness: float | None = None
    area: float | None = None
    specimen: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)


def read_preamble(lines: Iterable[str], decimal: str = "") -> Preamble:
    """Facts from ``key: value``, ``key = value`` and ``key<tab>value`` lines; units may stand on either side.

    decimal : the decimal sign of the table below, ``""`` where its numbers do not show it; it tells what 1,200 means
    """
    told = Preamble()
    stated: dict[str, float] = {}
    for raw in list(lines)[:300]:
        for key, value in pairs(without_comment(raw).strip()):
            name, unit = name_and_unit(key)
            kind = kind_of(name)
            if kind is None or not value:
                continue
            if kind == "specimen":
                told.specimen = told.specimen or value[:100]
            elif kind not in NUMBERS:
                told.metadata.setdefault(kind, value[:100])
            else:
                _take(told, stated, kind, name, value, unit, decimal)
    told.temperature, told.thickness, told.area = (stated.get(kind) for kind in ("temperature", "thickness", "area"))
    if "setpoint" in stated:
        _compare_setpoint(told, stated["setpoint"])
    if "radius" in stated:
        stated.setdefault("diameter", 2 * stated["radius"])
    _compare_diameter(told, stated.get("diameter"))
    return told


def _take(told: Preamble, stated: dict[str, float], kind: str, name: str, value: str, unit: str, decimal: str) -> None:
    """One statement of a number: into ``stated`` if it is understood, else a word on why it is not used."""
    found = figure(value, decimal)
    if found is not None and kind == "amplitude":
        _amplitude(told, found, unit)
        return
    shown = f"The file states {'an' if kind[0] == 'a' else 'a'} {kind} of {value[:40]!r}"
    units = [] if found is None else [found.rest, unit]
    known = next((known for text in units if (known := unit_after(text, _EXPECTED[kind]))), None)
    if found is None or known is None:
        if len(name) > 1:  # L = 2 uH and A = 3 are something else
            why = "which is no number"
            if found is not None:
                why = f"without a unit that is known (such as {_EXAMPLES[kind]})"
            told.assumptions.append(f"{shown}, {why}; it was not used.")
        return
    number, how = _number(kind, found, known[0])
    reason: str | None = how
    if number is not None:
        quantity = in_kelvin(number, known[0]) if kind in _TEMPERATURES else number * known[1]
        reason = _keep(stated, kind, quantity)
    if reason:
        told.assumptions.append(f"{shown}, {reason}; it was not used.")
    elif how:
        told.assumptions.append(f"{shown}; {how}.")


def _number(kind: str, found: Figure, unit: str) -> tuple[float | None, str]:
    """The number and how it was read, where that is not plain; None and the reason where it may be two."""
    number, celsius = found.value, " degrees Celsius" if unit == "deg" else ""
    if found.ambiguous:
        grouped, pointed = found.written.replace(",", ""), found.written.replace(",", ".")
        if kind in _TEMPERATURES and float(grouped) > MEASURABLE[1]:  # 298,150 K
            number = float(pointed)
        if number is None:
            return None, f"which may be {grouped} or {pointed}; give it with --{_OPTIONS.get(kind, kind)}"
    return number, f"it was read as {number:.10g}{celsius}" if found.ambiguous or celsius else ""


def _keep(stated: dict[str, float], kind: str, quantity: float) -> str | None:
    """The reason why a quantity is not used, None where it is, or where it is known already."""
    low, high = MEASURABLE if kind in _TEMPERATURES else (0, math.inf)
    if not low < quantity < high:
        return "which no cell has"
    if not math.isclose(stated.setdefault(kind, quantity), quantity, rel_tol=_SAME):
        return "and another before it"
    return None


def _amplitude(told: Preamble, found: Figure, key_unit: str) -> None:
    if found.value is None:
        told.metadata.setdefault("amplitude", found.written)
        return
    said = (found.rest.split() or [key_unit])[0]
    name, scale = _AMPLITUDES.get(said.lower().strip("[]();,"), ("amplitude", 1.0))
    told.metadata.setdefault(name, found.value * scale)


def _compare_setpoint(told: Preamble, setpoint: float) -> None:
    """A set point stands for the temperature where nothing was measured."""
    if told.temperature is None:
        told.temperature = setpoint
    elif abs(told.temperature - setpoint) > _OFF_SETPOINT:
        told.assumptions.append(
            f"The file states a set point of {setpoint - ZERO_CELSIUS:.4g} C and a temperature of "
            f"{told.temperature - ZERO_CELSIUS:.4g} C; the latter was used."
        )


def _compare_diameter(told: Preamble, diameter: float | None) -> None:
    """The area of a stated diameter, where no other is stated."""
    if diameter is None:
        return
    area = math.pi * diameter**2 / 4
    if told.area is None:
        told.area = area
        told.assumptions.append(f"The area was computed from the stated diameter of {10 * diameter:g} mm.")
    elif not math.isclose(told.area, area, rel_tol=0.05):
        told.assumptions.append(
            f"The file states an area of {told.area:g} cm2 and a diameter of {10 * diameter:g} mm, which is "
            f"{area:.4g} cm2; the stated area was used."
        )
