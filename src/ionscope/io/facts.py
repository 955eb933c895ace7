"""What belongs to one sweep beside its points: temperature, geometry and specimen, from whoever states them best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.io.levels import told_of
from ionscope.io.preamble import MEASURABLE, Preamble, in_kelvin, read_preamble
from ionscope.io.table import Table


@dataclass(frozen=True)
class Options:
    """What the caller states; K, cm, cm2. It outranks what a file says."""

    sign: str = "auto"
    temperature: float | None = None
    thickness: float | None = None
    area: float | None = None


@dataclass(frozen=True)
class Facts:
    """K, cm, cm2 and a name, None where nobody states them; and what there is to tell of them."""

    temperature: float | None
    thickness: float | None
    area: float | None
    specimen: str | None
    notes: list[str]


def facts_of(table: Table, rows: np.ndarray, temperature: np.ndarray | None, told: Preamble, options: Options) -> Facts:
    """Facts of the sweep that has these rows (s,): the caller's, else its columns', else those above it, above all.

    temperature : (n,) K of all rows, None without a column of it
    """
    block, notes = _between(table, rows)
    own = None if temperature is None else _mean_temperature(temperature[rows])
    if temperature is not None and own is not None and options.temperature is None:
        notes += told_of(temperature[rows])
    return Facts(
        options.temperature or own or block.temperature or told.temperature,
        options.thickness or _constant(table, "thickness", "cm", rows, notes) or block.thickness or told.thickness,
        options.area or _constant(table, "area", "cm2", rows, notes) or block.area or told.area,
        _specimen(table, rows) or block.specimen or told.specimen,
        notes,
    )


def temperature_column(table: Table, notes: list[str]) -> np.ndarray | None:
    """(n,) K, or None where the file has no temperature column or does not state its unit, which is noted."""
    found = table.column("temperature")
    if found is None:
        return None
    column, values = found
    if column.unit in ("k", "c", "f"):
        return in_kelvin(values, column.unit)
    notes.append(f"{column.name} states no known unit of temperature (such as C or K); it was not used.")
    return None


def _mean_temperature(values: np.ndarray) -> float | None:
    """The mean, or None where a sensor that is not connected wrote numbers far from any cell's temperature."""
    known = values[np.isfinite(values)]
    if not known.size or known.min() < MEASURABLE[0] or known.max() > MEASURABLE[1]:
        return None
    return float(known[0]) if np.ptp(known) == 0 else float(known.mean())


def _constant(table: Table, role: str, unit: str, rows: np.ndarray, notes: list[str]) -> float | None:
    """The value of a geometry column, in cm or cm2, if it is one positive number throughout the sweep."""
    found = table.column(role)
    if found is None:
        return None
    column, values = found[0], found[1][rows]
    if column.unit != unit or column.factor is None:
        notes.append(f"{column.name} states no known unit of the {role} (such as {unit}); it was not used.")
        return None
    if not np.isfinite(values).all() or np.ptp(values) != 0 or values[0] <= 0:
        if np.isfinite(values).any():
            notes.append(f"{column.name} is not one positive number throughout the sweep; it was not used.")
        return None
    return float(values[0]) * column.factor


def _specimen(table: Table, rows: np.ndarray) -> str | None:
    if len(table.specimens) != len(table.lines):
        return None
    names = {table.specimens[row] for row in rows}
    return names.pop()[:100] or None if len(names) == 1 else None


def _between(table: Table, rows: np.ndarray) -> tuple[Preamble, list[str]]:
    """Facts in the lines above a sweep, and a note on lines of text between its points."""
    first, last = int(rows[0]), int(rows[-1])
    above = [line for row, line in table.remarks if row == first]
    inside = [line.strip() for row, line in table.remarks if first < row <= last]
    said = [f"A line of text between the points was left out: {line[:60]!r}." for line in inside[:1]]
    block = read_preamble(above, table.decimal)
    return block, [*said, *block.assumptions]
