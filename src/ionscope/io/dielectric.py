"""Impedance of a cell of which a file has what dielectric spectrometers and LCR meters write instead of it.

Conductivity :math:`\\sigma^*`, permittivity :math:`\\varepsilon^*` and the loss :math:`D = \\tan\\delta` make the
impedance with the geometry, :math:`Z = L / (A \\sigma^*)`, :math:`\\sigma^* = j \\omega \\varepsilon_0 \\varepsilon^*`.
A capacitance makes it without, as part of the equivalent circuit that the meter was set to: parallel,
:math:`1/Z = G + j \\omega C_p` with :math:`G = 1/R_p = D \\omega C_p`, or in series,
:math:`Z = R_s - j/(\\omega C_s)` with :math:`R_s = D/(\\omega C_s)`. So do the ``Zp'`` and ``Zp''`` of WinDETA,
resistance and reactance in parallel, :math:`1/Z = 1/Z_p' + j/Z_p''`.
"""

from __future__ import annotations

import numpy as np

from ionscope.io.columns import Column
from ionscope.io.table import Table
from ionscope.io.text import problem
from ionscope.spectrum import VACUUM_PERMITTIVITY


def impedance_of(
    table: Table,
    lossy: tuple[Column, np.ndarray],
    capacitive: tuple[Column, np.ndarray],
    frequency: np.ndarray,
    thickness: np.ndarray | None,
    area: np.ndarray | None,
    notes: list[str],
) -> np.ndarray:
    """Impedance (n,) in ohm.

    Parameters
    ----------
    lossy, capacitive : columns of one of `DIELECTRIC_PAIRS` with their (n,) values as written
    frequency : (n,) Hz
    thickness, area : (n,) cm and cm2, None where they are not known
    notes : what was done is added

    Raises
    ------
    InputDataError : a unit is not known, a geometry is needed and not there, a value has no impedance
    """
    names, omega = f"{lossy[0].name} and {capacitive[0].name}", 2 * np.pi * frequency
    told, role, loss = _values(table, *lossy), capacitive[0].role, lossy[0].role
    imaginary = _values(table, *capacitive)
    if role == "reactance_parallel":
        imaginary = 1 / _filled(table, capacitive[0], imaginary)
    elif role == "permittivity_real":
        imaginary = omega * VACUUM_PERMITTIVITY * imaginary
    elif role != "conductivity_imaginary":
        imaginary = omega * imaginary
    if role == "capacitance_series":
        notes.append(f"The impedance was computed from {names}, resistance and capacitance in series.")
        reactance = 1 / _filled(table, capacitive[0], imaginary)
        return (told * reactance if loss == "loss" else told) - 1j * reactance
    if loss == "loss":
        told = told * imaginary
    elif loss == "permittivity_imaginary":
        told = omega * VACUUM_PERMITTIVITY * told
    elif loss == "resistance_parallel":
        told = 1 / _filled(table, lossy[0], told)
    impedance = 1 / _filled(table, lossy[0], told + 1j * imaginary)
    if role.endswith("_parallel"):
        notes.append(f"The impedance was computed from {names}, resistance and {role.split('_')[0]} in parallel.")
        return impedance
    if thickness is None or area is None:
        needed = "need thickness and area (thickness=... area=..., --thickness --area) to give an impedance"
        raise problem(table.source, f"{names} {needed}", table.header.line or None)
    notes.append(
        f"The impedance was computed from {names} with the geometry ({listed(thickness)} cm, {listed(area)} cm2)."
    )
    return impedance * thickness / area


def listed(values: np.ndarray) -> str:
    """The different values of a geometry (n,), for a sentence."""
    different = [f"{value:g}" for value in np.unique(values)]
    return ", ".join(different) if len(different) < 4 else f"{different[0]} to {different[-1]}"


_UNITS = {
    "conductivity_real": ("s/cm", "S/cm or S/m"),
    "conductivity_imaginary": ("s/cm", "S/cm or S/m"),
    "capacitance_parallel": ("farad", "F, nF or pF"),
    "capacitance_series": ("farad", "F, nF or pF"),
    "resistance_parallel": ("ohm", "ohm, kohm or Mohm"),
    "reactance_parallel": ("ohm", "ohm, kohm or Mohm"),
    "admittance_real": ("s", "S or mS"),
    "real": ("ohm", "ohm, kohm or Mohm"),
}


def _values(table: Table, column: Column, values: np.ndarray) -> np.ndarray:
    """(n,) in S/cm, farad, siemens, ohm or as a plain number; a conductivity has to state its unit."""
    unit, wanted = _UNITS.get(column.role, ("", "a plain number"))
    bare = not column.unit and unit != "s/cm"
    if column.factor is None or not (bare or column.unit == unit):
        unknown = f"{column.name}: the unit is not one of this quantity; use {wanted}"
        raise problem(table.source, unknown, table.header.line or None)
    values = (10.0**values if column.logarithm else values) * column.factor
    return -values if column.negated else values


def _filled(table: Table, column: Column, values: np.ndarray) -> np.ndarray:
    """The (n,) values, none of which may be zero."""
    empty = np.flatnonzero(values == 0)
    if empty.size:
        raise problem(
            table.source, f"{column.name}: a zero leaves no impedance; remove the point", int(table.lines[empty[0]])
        )
    return values
