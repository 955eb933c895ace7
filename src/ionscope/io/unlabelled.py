"""A table without column names: what three (or four, or five) columns of numbers can be, if anything."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ionscope.io.columns import EXPECTED, Column, unit_beside
from ionscope.io.sign import SignTest, sign_test
from ionscope.io.sweeps import check_points, split_sweeps
from ionscope.io.table import Table
from ionscope.io.text import problem

_PASSES = 0.1  # Kramers-Kronig residual up to which a reading makes an impedance of the numbers
_PASSES_STRANGE = 0.03  # the same where the file has names, but none that is known, or for modulus and phase
_CLEARLY = 3.0  # factor by which the best reading has to beat the next one
_OTHER = re.compile(
    r"(?:s[12]{2}|[mεϵ]['\"′″]|[eε]r|eps|epsilon|chi|χ)(?![a-z])|gamma|γ|modulus['\"]|permitt|dielectric|gain",
    re.IGNORECASE,
)
"""Names of what is no impedance and may pass for one: scattering parameters, electric modulus, permittivity."""

_ADVICE = "name the columns in a header line: frequency/Hz, Re(Z)/ohm, -Im(Z)/ohm"

_CARTESIAN = "frequency, real and imaginary part"
_DEGREES = "frequency, |Z| and phase in degrees"
_RADIANS = "frequency, |Z| and phase in radians"


def name_columns(table: Table, sign: str) -> Table:
    """``table`` with its columns named, or an error that says how to name them.

    Three columns are read as frequency with real and imaginary part, or with modulus and phase, whichever the
    Kramers-Kronig relations support clearly better. A leading count of points is dropped; five columns are accepted if
    the last two are modulus and phase of the middle two.

    Raises
    ------
    InputDataError : no reading, or more than one, makes the numbers an impedance
    """
    values, notes = table.values, list(table.assumptions)
    width = values.shape[1]
    cells = table.header.cells if len(table.header.cells) == width else [""] * width
    if width >= 4 and _counts(values[:, 0]):
        values, width, cells = values[:, 1:], width - 1, cells[1:]
        notes.append("The first column counts the points and was left out.")
    proven = False
    if width == 5 and _is_modulus(values):
        values, width, proven = values[:, :3], 3, True
        notes.append("Columns four and five are the modulus and phase of columns two and three and were left out.")
    if width != 3:
        raise problem(table.source, f"has {width} columns without known names; {_ADVICE}", int(table.lines[0]))
    names = [cell for cell in table.header.cells if cell]
    told = f"names ({', '.join(names[:6])}) that are not known" if names else "no names"
    other = next((cell for cell in names if _OTHER.match(cell)), None)
    if other is not None:
        raise problem(table.source, f"{other!r} names no impedance; {_ADVICE}", table.header.line or None)
    reading, found = _CARTESIAN, {}
    if not proven:
        check_points(values[:, 0], values[:, 1] + 1j * values[:, 2], table.lines, table.source)
        found = _readings(values)
        # a caller who states the sign vouches for the columns; too few points are refused later, and say so
        if found and not (sign != "auto" and not names):
            reading = _choose(found, _PASSES_STRANGE if names else _PASSES, told, table)
    roles = ("frequency", "real", "imaginary") if reading == _CARTESIAN else ("frequency", "modulus", "phase")
    columns = [_column(role, i, cells[i], table) for i, role in enumerate(roles)]
    if found and sign == "auto":
        _refuse_inductive(found[reading], reading, told, table)
    if reading != _CARTESIAN:
        columns[2] = replace(columns[2], unit="deg" if reading == _DEGREES else "rad", factor=1.0)
    notes.append(f"The columns have {told}; they were read as {reading}.")
    return replace(table, values=values, columns=columns, assumptions=notes)


def _column(role: str, index: int, cell: str, table: Table) -> Column:
    """The column of a role that is read from the numbers; of its header cell only the unit is understood."""
    unit, factor, doubtful = unit_beside(cell)
    if unit and unit not in EXPECTED[role]:
        what = "a frequency" if role == "frequency" else "an impedance"
        raise problem(
            table.source,
            f"'{cell.strip()}' is a name that is not known, in a unit that {what} does not have; {_ADVICE}",
            table.header.line or None,
        )
    return Column(role, f"'{cell.strip()}'" if unit else f"column {index + 1}", False, False, factor, unit, doubtful)


def _readings(values: np.ndarray) -> dict[str, SignTest]:
    """The Kramers-Kronig relations, under either sign, of each reading that the range of the numbers allows."""
    points = values[split_sweeps(values[:, 0])[0]]
    points = points[np.unique(points[:, 0], return_index=True)[1]]
    if len(points) < 4:
        return {}
    allowed = [_CARTESIAN]
    if (points[:, 1] > 0).all():
        if np.abs(points[:, 2]).max() <= 180.5:
            allowed.append(_DEGREES)
        if np.abs(points[:, 2]).max() <= 3.2:
            allowed.append(_RADIANS)
    return {name: sign_test([(points[:, 0], _impedance(points, name))]) for name in allowed}


def _impedance(points: np.ndarray, reading: str) -> np.ndarray:
    """(n,) complex from the (n, 3) numbers of frequency and the two others."""
    second, third = points[:, 1], points[:, 2]
    if reading == _CARTESIAN:
        return second + 1j * third
    return second * np.exp(1j * (np.radians(third) if reading == _DEGREES else third))


def _refuse_inductive(test: SignTest, reading: str, told: str, table: Table) -> None:
    """Refuse what obeys the Kramers-Kronig relations only as an inductor over its whole band.

    So do the admittance and the electric modulus of an ordinary cell.
    """
    if test.causal and test.majority == -test.causal:
        raise problem(
            table.source,
            f"three columns with {told}, which make an inductor over the whole band if read as {reading}, as an "
            f"admittance or an electric modulus does; {_ADVICE}",
            int(table.lines[0]),
        )


def _choose(found: dict[str, SignTest], limit: float, told: str, table: Table) -> str:
    residual = {name: test.best for name, test in found.items()}
    ranked = sorted(residual, key=lambda name: residual[name])
    best = ranked[0]
    if residual[best] > (limit if best == _CARTESIAN else _PASSES_STRANGE):
        raise problem(
            table.source,
            f"three columns with {told}, which are no impedance if read as {_CARTESIAN} (Kramers-Kronig residual "
            f"{residual[_CARTESIAN]:.2g}); {_ADVICE}",
            int(table.lines[0]),
        )
    if len(ranked) > 1 and residual[ranked[1]] < min(_CLEARLY * max(residual[best], 1e-6), limit):
        raise problem(
            table.source,
            f"three columns with {told}, which may be {best} or {ranked[1]}; {_ADVICE}",
            int(table.lines[0]),
        )
    return best


def _counts(column: np.ndarray) -> bool:
    return bool(column.size > 2 and column[0] in (0.0, 1.0) and (np.diff(column) == 1).all())


def _is_modulus(values: np.ndarray) -> bool:
    size = np.hypot(values[:, 1], values[:, 2])
    angle = np.degrees(np.arctan2(values[:, 2], values[:, 1]))
    size_fits = np.median(np.abs(values[:, 3] - size) / np.maximum(size, 1e-300)) < 0.01
    in_degrees = np.median(np.abs(np.abs(values[:, 4]) - np.abs(angle))) < 0.5
    in_radians = np.median(np.abs(np.abs(values[:, 4]) - np.abs(np.radians(angle)))) < 0.01
    return bool(size_fits and (in_degrees or in_radians))
