"""From a table and what its preamble tells to spectra: sweeps divided, signs decided, everything decided said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from ionscope.io.levels import levels, told_of
from ionscope.io.preamble import Preamble, read_preamble
from ionscope.io.quantities import Quantities, quantities
from ionscope.io.sign import check_labelled, decide_unlabelled, flips, mixed_sign, sign_test
from ionscope.io.sweeps import MIN_POINTS, ordered_sweep, split_sweeps
from ionscope.io.table import Table
from ionscope.io.text import problem
from ionscope.io.unlabelled import name_columns
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

SIGNS = ("auto", "as-is", "negated")


@dataclass(frozen=True)
class Options:
    """What the caller states; K, cm, cm2. It outranks what a file says."""

    sign: str = "auto"
    temperature: float | None = None
    thickness: float | None = None
    area: float | None = None


@dataclass
class Raw:
    """What a format's reader hands on.

    Parameters
    ----------
    table : the numbers
    told : what the file tells beside them
    format : name of the format, for the metadata
    assumptions : what the reader decided
    """

    table: Table
    told: Preamble = field(default_factory=Preamble)
    format: str = "table"
    assumptions: list[str] = field(default_factory=list)


@dataclass
class _Sweep:
    """One ordered sweep: its rows in the table, its points, what was decided in ordering them."""

    number: int
    rows: np.ndarray
    frequency: np.ndarray
    impedance: np.ndarray
    notes: list[str]


def assemble(raw: Raw, options: Options) -> list[Spectrum]:
    """The spectra of one table; columns repeated side by side are tables of their own.

    Raises
    ------
    InputDataError : anything that keeps the points from being a spectrum; see the modules this calls
    """
    groups = _side_by_side(raw.table)
    spectra: list[Spectrum] = []
    for table in groups:
        spectra += _assemble(replace(raw, table=table), options)
    if len(groups) > 1:
        name = raw.table.source
        spectra = [
            replace(spectrum, source=f"{name} (spectrum {i})", metadata={**spectrum.metadata, "sweep": i})
            for i, spectrum in enumerate(spectra, 1)
        ]
    return spectra


def _side_by_side(table: Table) -> list[Table]:
    """Tables of each group of columns where frequency, real and imaginary part occur several times in one order."""
    starts = [i for i, column in enumerate(table.columns) if column.role == "frequency"]
    if len(starts) < 2 or starts[0] != 0:
        return [table]
    edges = [*starts, len(table.columns)]
    roles = [[column.role for column in table.columns[a:b]] for a, b in pairwise(edges)]
    if len(roles[0]) < 3 or any(group != roles[0] for group in roles):
        return [table]
    said = [*table.assumptions, f"The columns hold {len(starts)} spectra side by side."]
    return [
        replace(table, values=table.values[:, a:b], columns=table.columns[a:b], assumptions=said)
        for a, b in pairwise(edges)
    ]


def _assemble(raw: Raw, options: Options) -> list[Spectrum]:
    table, told = raw.table, raw.told
    if not table.lines.size:
        raise problem(table.source, "has a header but no points; the file may be truncated", table.header.line or None)
    named = bool(table.columns)
    if not named:
        table = name_columns(table, options.sign)
    notes = [*raw.assumptions, *told.assumptions, *table.assumptions]
    table = _without_idle(table, notes)
    thickness = options.thickness or _constant(table, "thickness", "cm") or told.thickness
    area = options.area or _constant(table, "area", "cm2") or told.area
    found = quantities(table, thickness=thickness, area=area, sign=options.sign)
    notes += found.assumptions
    temperature = _temperature_column(table)
    sweeps = _sweeps(table, found, temperature, notes)
    sign = options.sign
    if found.dielectric and sign != "auto":
        notes.append(f"{found.signed.name} has no sign to choose; the one asked for was not used.")
        sign = "auto"
    turn = _decide_sign(sweeps, found.signed.name, named and found.stated, sign, table, notes)
    many = len(sweeps) > 1
    result = []
    for sweep in sweeps:
        block, said = _between(table, sweep)
        own = None if temperature is None else _mean_temperature(temperature[sweep.rows])
        if temperature is not None and own is not None and options.temperature is None:
            said += told_of(temperature[sweep.rows])
        result.append(
            Spectrum(
                sweep.frequency,
                sweep.impedance if turn > 0 else sweep.impedance.conj(),
                temperature=options.temperature or own or block.temperature or told.temperature,
                thickness=options.thickness or _constant(table, "thickness", "cm", sweep.rows) or told.thickness,
                area=options.area or _constant(table, "area", "cm2", sweep.rows) or told.area,
                specimen=_specimen(table, sweep.rows) or block.specimen or told.specimen,
                source=f"{table.source} (sweep {sweep.number})" if many else table.source,
                assumptions=tuple(dict.fromkeys([*notes, *sweep.notes, *said])),
                metadata={"format": raw.format, **told.metadata, **({"sweep": sweep.number} if many else {})},
            )
        )
    return result


def _sweeps(table: Table, found: Quantities, temperature: np.ndarray | None, notes: list[str]) -> list[_Sweep]:
    marks = [table.values[:, i] for i, column in enumerate(table.columns) if column.role == "sweep"]
    if temperature is not None:
        marks.append(levels(temperature, found.frequency))
    parts = split_sweeps(found.frequency, marks)
    sweeps: list[_Sweep] = []
    for i, rows in enumerate(parts):
        frequency, impedance, said = ordered_sweep(
            found.frequency[rows], found.impedance[rows], table.lines[rows], table.source
        )
        if frequency.size < MIN_POINTS:
            if i == len(parts) - 1 and sweeps:  # an aborted last sweep does not spoil the whole ones
                notes.append(f"The last sweep has {_points(frequency.size)} only and was left out.")
                continue
            which = f"sweep {i + 1} " if len(parts) > 1 else ""
            raise problem(
                table.source,
                f"{which}has {_points(frequency.size)}; a spectrum needs at least {MIN_POINTS}",
                int(table.lines[rows[-1]]),
            )
        sweeps.append(_Sweep(i + 1, rows, frequency, impedance, said))
    return sweeps


def _points(count: int) -> str:
    return f"{count} point{'' if count == 1 else 's'}"


def _decide_sign(sweeps: list[_Sweep], name: str, stated: bool, sign: str, table: Table, notes: list[str]) -> int:
    """+1 to keep the imaginary part as it was taken, -1 to turn it."""
    if sign != "auto":
        notes.append(f"{name} was read as {'Im(Z)' if sign == 'as-is' else '-Im(Z)'}, as asked.")
        return 1
    points = [(sweep.frequency, sweep.impedance) for sweep in sweeps]
    test = sign_test(points)
    if any(flips(impedance).any() for _, impedance in points):
        at = mixed_sign(points, test)
        if at is not None:
            raise problem(
                table.source,
                f"{name} changes its sign at {at:g} Hz without passing zero; some rows hold Im(Z), others -Im(Z)",
            )
    decide = check_labelled if stated else decide_unlabelled
    turn, said = decide(test, table.source, name[:1].upper() + name[1:])
    if said:
        notes.append(said)
    return turn


def _without_idle(table: Table, notes: list[str]) -> Table:
    """The table without rows of frequency 0 and impedance 0: between sweeps instruments record direct currents so."""
    frequency = table.column("frequency")
    if frequency is None:
        return table
    others = [i for i, column in enumerate(table.columns) if column.role in ("real", "imaginary", "modulus")]
    idle = (frequency[1] == 0) & (table.values[:, others] == 0).all(axis=1)
    if not idle.any():
        return table
    if idle.all():
        raise problem(
            table.source, "holds no impedance: every row has frequency 0 and impedance 0", int(table.lines[0])
        )
    notes.append(f"DC records were left out: {int(idle.sum())} rows of frequency 0 and impedance 0.")
    before = np.concatenate([[0], np.cumsum(~idle)])
    return replace(
        table,
        values=table.values[~idle],
        lines=table.lines[~idle],
        remarks=[(int(before[row]), line) for row, line in table.remarks],
        specimens=[name for name, left_out in zip(table.specimens, idle, strict=False) if not left_out],
    )


def _temperature_column(table: Table) -> np.ndarray | None:
    """(n,) K, or None where the file has no temperature column or does not state its unit."""
    found = table.column("temperature")
    if found is None:
        return None
    column, values = found
    if column.unit == "k":
        return values
    if column.unit == "c":
        return values + ZERO_CELSIUS
    if column.unit == "f":
        return (values - 32) / 1.8 + ZERO_CELSIUS
    return None


def _mean_temperature(values: np.ndarray) -> float | None:
    """The mean, or None where a sensor that is not connected wrote numbers far from any cell's temperature."""
    known = values[np.isfinite(values)]
    if not known.size or known.min() < 1 or known.max() > 2500:
        return None
    return float(known[0]) if np.ptp(known) == 0 else float(known.mean())


def _constant(table: Table, role: str, unit: str, rows: np.ndarray | None = None) -> float | None:
    """The value of a geometry column, in cm or cm2, if it is one positive number throughout (``rows``)."""
    found = table.column(role)
    if found is None or found[0].unit != unit or found[0].factor is None:
        return None
    values = found[1] if rows is None else found[1][rows]
    if not values.size or not np.isfinite(values).all() or np.ptp(values) != 0 or values[0] <= 0:
        return None
    return float(values[0]) * found[0].factor


def _specimen(table: Table, rows: np.ndarray) -> str | None:
    if len(table.specimens) != len(table.lines):
        return None
    names = {table.specimens[row] for row in rows}
    return names.pop()[:100] or None if len(names) == 1 else None


def _between(table: Table, sweep: _Sweep) -> tuple[Preamble, list[str]]:
    """Facts in the lines above a sweep, and a note on lines of text between its points."""
    first, last = int(sweep.rows[0]), int(sweep.rows[-1])
    above = [line for row, line in table.remarks if row == first]
    inside = [line.strip() for row, line in table.remarks if first < row <= last]
    said = [f"A line of text between the points was left out: {line[:60]!r}." for line in inside[:1]]
    block = read_preamble(above, table.decimal)
    return block, [*said, *block.assumptions]
