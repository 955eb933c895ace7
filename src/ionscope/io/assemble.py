"""From a table and what its preamble tells to spectra: sweeps divided, signs decided, everything decided said."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from ionscope.io.columns import Column
from ionscope.io.facts import Facts, Options, facts_of, temperature_column
from ionscope.io.levels import UNKNOWN, levels
from ionscope.io.preamble import Preamble
from ionscope.io.quantities import Quantities, frequency_of, quantities
from ionscope.io.sign import check_labelled, decide_unlabelled, flips, mixed_sign, sign_test, swapped_parts
from ionscope.io.sweeps import MIN_POINTS, ordered_sweep, split_sweeps
from ionscope.io.table import Table
from ionscope.io.text import problem
from ionscope.io.unit_above import with_unit_above
from ionscope.io.unlabelled import name_columns
from ionscope.spectrum import Spectrum

SIGNS = ("auto", "as-is", "negated")


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
    """One ordered sweep: its points, what was decided in ordering them, what else is known of it."""

    number: int
    frequency: np.ndarray
    impedance: np.ndarray
    notes: list[str]
    facts: Facts


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
    if raw.format.startswith("table"):  # what an instrument's own program writes without a unit is in ohm
        above = table.preamble if named else [*table.preamble, " ".join(table.header.cells)]
        table = with_unit_above(table, above, notes)
    table = _without_idle(table, notes)
    frequency = frequency_of(table, notes)
    temperature = temperature_column(table, notes)
    parts = _parts(table, frequency, temperature)
    facts = [facts_of(table, rows, temperature, told, options) for rows in parts]
    thickness = _by_row(parts, [fact.thickness for fact in facts])
    area = _by_row(parts, [fact.area for fact in facts])
    found = quantities(table, frequency, thickness=thickness, area=area, sign=options.sign)
    notes += found.assumptions
    sweeps = _sweeps(table, found, parts, facts, notes)
    sign = options.sign
    if found.dielectric and sign != "auto":
        notes.append(f"{found.signed.name} has no sign to choose; the one asked for was not used.")
        sign = "auto"
    turn = _decide_sign(sweeps, found.signed, named and found.stated, sign, table, notes)
    if all((sweep.impedance.real < 0).all() for sweep in sweeps):
        raise problem(
            table.source,
            "Re(Z) is negative at every point, which no cell has: the leads or the sign of the current were turned; "
            "turn the signs in the file if so",
        )
    many = len(sweeps) > 1
    result = []
    for sweep in sweeps:
        result.append(
            Spectrum(
                sweep.frequency,
                sweep.impedance if turn > 0 else sweep.impedance.conj(),
                temperature=sweep.facts.temperature,
                thickness=sweep.facts.thickness,
                area=sweep.facts.area,
                specimen=sweep.facts.specimen,
                source=f"{table.source} (sweep {sweep.number})" if many else table.source,
                assumptions=tuple(dict.fromkeys([*notes, *sweep.notes, *sweep.facts.notes])),
                metadata={"format": raw.format, **told.metadata, **({"sweep": sweep.number} if many else {})},
            )
        )
    return result


def _parts(table: Table, frequency: np.ndarray, temperature: np.ndarray | None) -> list[np.ndarray]:
    """The rows of each sweep."""
    marks = [table.values[:, i] for i, column in enumerate(table.columns) if column.role == "sweep"]
    if temperature is not None:
        level = levels(temperature, frequency)
        unknown = np.flatnonzero(level == UNKNOWN)
        if unknown.size:
            raise problem(
                table.source,
                "the temperature is missing among rows of several temperatures; write it or remove the row",
                int(table.lines[unknown[0]]),
            )
        marks.append(level)
    return split_sweeps(frequency, marks)


def _by_row(parts: list[np.ndarray], values: list[float | None]) -> np.ndarray | None:
    """(n,) the value of each row's sweep, None where one of them has none."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    result = np.empty(sum(rows.size for rows in parts))
    for rows, value in zip(parts, known, strict=True):
        result[rows] = value
    return result


def _sweeps(
    table: Table, found: Quantities, parts: list[np.ndarray], facts: list[Facts], notes: list[str]
) -> list[_Sweep]:
    sweeps: list[_Sweep] = []
    for i, (rows, fact) in enumerate(zip(parts, facts, strict=True)):
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
        sweeps.append(_Sweep(i + 1, frequency, impedance, said, fact))
    return sweeps


def _points(count: int) -> str:
    return f"{count} point{'' if count == 1 else 's'}"


def _decide_sign(sweeps: list[_Sweep], signed: Column, stated: bool, sign: str, table: Table, notes: list[str]) -> int:
    """+1 to keep the imaginary part as it was taken, -1 to turn it."""
    name = signed.name
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
    real = table.column("real")
    if real and signed.role == "imaginary" and (swapped := swapped_parts(points, test)) is not None:
        raise problem(
            table.source,
            f"{real[0].name} and {name} are exchanged: as named they break the Kramers-Kronig relations (residual "
            f"{test.best:.2g}), the other way round they obey them ({swapped:.2g}); exchange the names in the file",
            table.header.line or None,
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
