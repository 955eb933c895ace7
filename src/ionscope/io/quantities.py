"""Columns turned into frequency in Hz and complex impedance in ohm, whatever quantities and units the file uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ionscope.io.columns import DIELECTRIC_PAIRS, IMPEDANCE_PAIRS, Column
from ionscope.io.dielectric import impedance_of, listed
from ionscope.io.sign import causal_residuals
from ionscope.io.table import Table
from ionscope.io.text import problem

_NEEDS = {
    "ohm cm2": "the electrode area (area=..., --area)",
    "ohm cm": "thickness and area (thickness=... area=..., --thickness --area)",
    "s/cm2": "the electrode area (area=..., --area)",
    "s/cm": "thickness and area (thickness=... area=..., --thickness --area)",
}


_QUARTER_TURN = 1.6
"""Radians that no phase of a passive cell exceeds."""

_BROKEN = 0.03  # Kramers-Kronig residual of a phase in degrees from which on radians under their name are looked for


@dataclass
class Quantities:
    """(n,) frequency in Hz and impedance in ohm under the sign of the labels, before any sign decision.

    Parameters
    ----------
    signed : the column whose label states (or hides) the sign of the imaginary part
    stated : whether that label is believed; False where it was overridden or where two labels disagree
    dielectric : whether they were a capacitance or a permittivity and a loss, whose sign nobody can choose
    """

    frequency: np.ndarray
    impedance: np.ndarray
    signed: Column
    stated: bool
    assumptions: list[str]
    dielectric: bool = False


def quantities(
    table: Table, frequency: np.ndarray, *, thickness: np.ndarray | None, area: np.ndarray | None, sign: str
) -> Quantities:
    """Impedance of ``table`` at its (n,) frequencies; geometry (n,) in cm, cm2 turns area-specific columns into ohm.

    Raises
    ------
    InputDataError : a quantity is missing, its unit is not known, or it needs a geometry that is not given
    """
    notes: list[str] = []
    one, two = _pair(table, notes)
    (col_a, _), (col_b, _) = one, two
    if (col_a.role, col_b.role) in DIELECTRIC_PAIRS:  # "Cp/F", "D"
        _tell_units([table.column("frequency"), one, two], notes)
        impedance = impedance_of(table, one, two, frequency, thickness, area, notes)
        return Quantities(frequency, impedance, col_b, True, notes, dielectric=True)
    polar = col_b.role.endswith("phase")

    def scale_of(column: Column) -> float | np.ndarray:
        return _scale(table, column, thickness, area, notes)

    if polar:  # "|Z|/ohm", "Phase(Z)/deg"
        modulus = _modulus(table, one, scale_of(col_a))
        value = modulus * np.exp(1j * _signed(_radians(table, frequency, modulus, two[1], col_b, notes), col_b, sign))
    else:  # "Re(Z)/ohm", "-Im(Z)/ohm"
        scale = scale_of(col_a)
        # a part without a unit has that of the other: "Z'/kohm", "Z''"
        value = _parts(table, one, two, scale, scale_of(col_b) if col_b.unit or not col_a.unit else scale, sign)
    if col_a.role.startswith("admittance"):  # "Y'/S", "Y''/S"
        value = _inverse(table, value, notes)
    _tell_units([table.column("frequency"), one, None if polar else two], notes)
    stated = sign == "auto"
    if stated and col_a.role == "real":
        stated = _modulus_and_phase_agree(table, value, notes)
    return Quantities(frequency, value, col_b, stated, notes)


_Found = tuple[Column, np.ndarray]


def _pair(table: Table, notes: list[str]) -> tuple[_Found, _Found]:
    """The two columns, with their (n,) values as written, that make the impedance most directly."""
    for first, second in (*IMPEDANCE_PAIRS, *DIELECTRIC_PAIRS):
        one, two = table.column(first), table.column(second)
        if one is not None and two is not None:
            break
    else:
        raise problem(table.source, _missing(table), table.header.line or None)
    for role in {first, second}:
        named = [column.name for column in table.columns if column.role == role]
        if len(named) > 1:
            notes.append(f"Columns {', '.join(named)} are of one kind; {named[0]} was used.")
    return one, two


def _parts(
    table: Table, one: _Found, two: _Found, scale_a: float | np.ndarray, scale_b: float | np.ndarray, sign: str
) -> np.ndarray:
    """(n,) complex from a real and an imaginary part."""
    (col_a, a), (col_b, b) = one, two
    if col_a.logarithm or col_b.logarithm:  # "log(Z'')"
        raise problem(
            table.source,
            f"{col_a.name}, {col_b.name}: logarithms of a signed part cannot be read",
            table.header.line,
        )
    return (-a if col_a.negated else a) * scale_a + 1j * (_signed(b, col_b, sign) * scale_b)


def _modulus(table: Table, found: _Found, scale: float | np.ndarray) -> np.ndarray:
    """(n,) modulus, none negative."""
    column, values = found
    modulus = (10.0**values if column.logarithm else values) * scale  # "log|Z|"
    if (modulus < 0).any():
        raise problem(table.source, f"{column.name} is negative, a modulus cannot be", _line(table, modulus < 0))
    return modulus


def _inverse(table: Table, admittance: np.ndarray, notes: list[str]) -> np.ndarray:
    """(n,) impedance of an admittance."""
    if (admittance == 0).any():
        raise problem(
            table.source, "an admittance of zero has no impedance; remove the point", _line(table, admittance == 0)
        )
    notes.append("The impedance was computed from the admittance.")
    return 1.0 / admittance


_ASSUMED = {"frequency": "Hz", "admittance": "S", "capacitance": "F"}
_PLAIN = ("loss", "permittivity")  # numbers without a unit


def _tell_units(columns: Sequence[tuple[Column, np.ndarray] | None], notes: list[str]) -> None:
    bare = [found[0] for found in columns if found is not None and not found[0].unit]
    bare = [column for column in bare if not column.role.startswith(_PLAIN)]
    if bare:
        units = dict.fromkeys(_ASSUMED.get(column.role.partition("_")[0], "ohm") for column in bare)
        names = ", ".join(column.name for column in bare)
        notes.append(f"No unit is stated for {names}; read as {' and '.join(units)}.")


def _line(table: Table, where: np.ndarray) -> int:
    return int(table.lines[np.flatnonzero(where)[0]])


def _missing(table: Table) -> str:
    found = [name for name in table.header.cells if name][:12]
    have = {column.role for column in table.columns}
    if have & {"real", "admittance_real"} and not have & {"imaginary", "admittance_imaginary"}:
        lacks = "no imaginary part"
    elif have & {"imaginary", "admittance_imaginary"}:
        lacks = "no real part"
    elif "modulus" in have:
        lacks = "a modulus but no phase"
    elif have & {"capacitance_parallel", "capacitance_series"}:
        lacks = "a capacitance but no loss (D, G or Rp beside Cp, D or Rs beside Cs)"
    else:
        lacks = "no impedance"
    return f"has {lacks} among its columns ({', '.join(found)}); name them frequency/Hz, Re(Z)/ohm, -Im(Z)/ohm"


def frequency_of(table: Table, notes: list[str]) -> np.ndarray:
    """(n,) Hz; what was decided is added to ``notes``.

    Raises
    ------
    InputDataError : no column of it, or a unit that is not known
    """
    found = table.column("frequency")
    if found is None:
        names = ", ".join([name for name in table.header.cells if name][:12])
        raise problem(
            table.source,
            f"has no frequency among its columns ({names}); name it frequency/Hz",
            table.header.line or None,
        )
    column, values = found
    if column.unit == "?":
        raise problem(
            table.source,
            f"{column.name}: the unit is not one of frequency; use Hz, kHz, MHz or rad/s",
            table.header.line,
        )
    scale = column.factor if column.factor is not None else 1.0
    with np.errstate(over="ignore"):
        frequency = 10.0**values if column.logarithm else values
    if column.logarithm:
        notes.append(f"{column.name} was read as the decadic logarithm of the frequency.")
    if column.doubtful:
        top = float(np.nanmax(frequency))
        milli, mega = top >= 1e3, top <= 1e2  # a sweep that ends between 1 Hz and 100 MHz
        if milli == mega:
            raise problem(
                table.source, f"{column.name}: milli or mega cannot be told apart; write mHz or MHz", table.header.line
            )
        scale = 1e-3 if milli else 1e6
        notes.append(f"{column.name} was read as {'mHz' if milli else 'MHz'}, the only reading in a usual band.")
    if column.unit == "rad/s":
        scale = scale / (2 * np.pi)
        notes.append(f"{column.name} is an angular frequency and was divided by 2 pi.")
    result = frequency * scale
    if not np.isfinite(result).all():
        raise problem(table.source, f"{column.name} is too large", _line(table, ~np.isfinite(result)))
    return result


def _scale(
    table: Table, column: Column, thickness: np.ndarray | None, area: np.ndarray | None, notes: list[str]
) -> float | np.ndarray:
    """Factor, or (n,) factors, from the column's values to ohm (or siemens)."""
    if column.factor is None or column.unit == "?":
        raise problem(
            table.source, f"{column.name}: the unit is not known; use ohm, kohm or Mohm", table.header.line or None
        )
    if column.doubtful and column.name.strip().isupper():
        raise problem(
            table.source, f"{column.name}: milli or mega cannot be told apart; write mOhm or MOhm", table.header.line
        )
    if column.doubtful:
        notes.append(f"{column.name} was read as milliohm, as written.")
    if column.unit in _NEEDS:
        if area is None or (column.unit in ("ohm cm", "s/cm") and thickness is None):
            raise problem(
                table.source,
                f"{column.name} is in {column.unit} and needs {_NEEDS[column.unit]}",
                table.header.line or None,
            )
        per = {"ohm cm2": 1 / area, "s/cm2": area}.get(column.unit)
        if per is None:
            assert thickness is not None
            per = thickness / area if column.unit == "ohm cm" else area / thickness
        geometry = f"the geometry (area {listed(area)} cm2)"
        notes.append(f"{column.name} is in {column.unit}; {geometry} turned it into that of the cell.")
        return column.factor * per
    return column.factor


def _signed(values: np.ndarray, column: Column, sign: str) -> np.ndarray:
    """Im or phase as the label says, or as the caller says whatever the label."""
    turned = {"as-is": False, "negated": True}.get(sign, column.negated)
    return -values if turned else values


def _radians(
    table: Table, frequency: np.ndarray, modulus: np.ndarray, phase: np.ndarray, column: Column, notes: list[str]
) -> np.ndarray:
    if column.unit == "deg":
        _check_degrees(table, frequency, modulus, phase, column)
        return np.radians(phase)
    if column.unit == "rad":
        return phase * (column.factor or 1.0)
    if column.unit == "?":
        raise problem(table.source, f"{column.name}: the unit is not known; use deg or rad", table.header.line or None)
    if np.abs(phase).max() > 6.5:
        notes.append(f"{column.name} states no unit; values beyond 6.5 make it degrees.")
        return np.radians(phase)
    residual = _phase_residuals(frequency, modulus, phase)
    best = min(residual, key=lambda name: residual[name])
    other = max(residual.values())
    if not (residual[best] < 0.1 and other > 3 * residual[best]):
        raise problem(
            table.source,
            f"{column.name} may be degrees or radians; write the unit into its name",
            table.header.line or None,
        )
    notes.append(f"{column.name} states no unit; it was read as {best}, which the Kramers-Kronig relations support.")
    return np.radians(phase) if best == "degrees" else phase


def _phase_residuals(frequency: np.ndarray, modulus: np.ndarray, phase: np.ndarray) -> dict[str, float]:
    """Kramers-Kronig residual of a phase in degrees and in radians, under the better sign; inf if not computed."""
    usable = np.unique(frequency, return_index=True)[1]
    residual = {"degrees": np.inf, "radians": np.inf}
    if usable.size >= 4 and frequency.min() > 0 and modulus.min() > 0:
        for name, angle in (("degrees", np.radians(phase)), ("radians", phase)):
            impedance = modulus * np.exp(1j * angle)
            residual[name] = min(causal_residuals(frequency[usable], impedance[usable]))
    return residual


def _check_degrees(table: Table, frequency: np.ndarray, modulus: np.ndarray, phase: np.ndarray, column: Column) -> None:
    """Refuse radians under a name that says degrees; small angles alone may be those of a resistor."""
    if np.abs(phase).max() > _QUARTER_TURN:
        return
    residual = _phase_residuals(frequency, modulus, phase)
    if residual["degrees"] > max(_BROKEN, 3 * residual["radians"]):
        raise problem(
            table.source,
            f"{column.name} holds radians: in degrees they break the Kramers-Kronig relations (residual "
            f"{residual['degrees']:.2g}), in radians they obey them ({residual['radians']:.2g}); name it so",
            table.header.line or None,
        )


def _modulus_and_phase_agree(table: Table, impedance: np.ndarray, notes: list[str]) -> bool:
    """Whether modulus and phase columns, where the file has them too, say the same as real and imaginary part."""
    modulus, phase = table.column("modulus"), table.column("phase")
    if modulus is not None and modulus[0].unit == "ohm" and not modulus[0].logarithm and modulus[0].factor:
        column, values = modulus
        size = np.abs(impedance)
        off = np.abs(values * (column.factor or 1.0) - size) / np.maximum(size, 1e-300)
        if values.any() and np.median(off) > 0.05 and table.column("real")[0].unit == "ohm":  # type: ignore[index]
            raise problem(
                table.source,
                f"{column.name} is not the modulus of the real and imaginary part (off by {100 * np.median(off):.0f} "
                "%); check the columns and their units",
                table.header.line or None,
            )
    if phase is not None:
        column, values = phase
        agreement = float(np.sum(np.sign(impedance.imag) * np.sign(-values if column.negated else values)))
        if agreement < -0.5 * impedance.size:
            notes.append(f"The sign of {column.name} contradicts the label of the imaginary part.")
            return False
    return True
