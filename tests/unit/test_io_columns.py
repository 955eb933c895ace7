"""Header cells of many programs, read as role, sign and unit."""

import numpy as np
import pytest

from ionscope.io.columns import recognise, recognise_header

CELLS = [
    # cell, role, negated, factor, unit
    ("freq/Hz", "frequency", False, 1.0, "hz"),
    ("Freq. [Hz]", "frequency", False, 1.0, "hz"),
    ("Frequency(Hz)", "frequency", False, 1.0, "hz"),
    ("frequency_kHz", "frequency", False, 1e3, "hz"),
    ("f / MHz", "frequency", False, 1e6, "hz"),
    ("f (mHz)", "frequency", False, 1e-3, "hz"),
    ("omega (rad/s)", "frequency", False, 1.0, "rad/s"),
    ("ω / s^-1", "frequency", False, 1.0, "rad/s"),
    ("Frecuencia (Hz)", "frequency", False, 1.0, "hz"),
    ("频率", "frequency", False, 1.0, ""),
    ("Re(Z)/Ohm", "real", False, 1.0, "ohm"),
    ("Zs' [Ohms]", "real", False, 1.0, "ohm"),
    ("Z'(a)", "real", False, 1.0, ""),
    ("Z_real_ohm", "real", False, 1.0, "ohm"),
    ("Z′ (kΩ·cm²)", "real", False, 1e3, "ohm cm2"),
    ("Z' Ohm cm2", "real", False, 1.0, "ohm cm2"),
    ("Re(Z) [Ohm m]", "real", False, 100.0, "ohm cm"),
    ("Z' (mOhm)", "real", False, 1e-3, "ohm"),
    ("Data: Z'", "real", False, 1.0, ""),
    ("R(Ohm)-data", "real", False, 1.0, "ohm"),
    ("Z1 /ohm", "real", False, 1.0, "ohm"),
    ("Z2 /ohm", "imaginary", False, 1.0, "ohm"),
    ("-Im(Z)/Ohm", "imaginary", True, 1.0, "ohm"),
    ("−Z″ / Ω", "imaginary", True, 1.0, "ohm"),
    ("-Z'' (MOhm)", "imaginary", True, 1e6, "ohm"),
    ("(-Z'')", "imaginary", True, 1.0, ""),
    ("-1*Z''", "imaginary", True, 1.0, ""),
    ("minus Z''", "imaginary", True, 1.0, ""),
    ("neg_imag", "imaginary", True, 1.0, ""),
    ('Z"/ohm', "imaginary", False, 1.0, "ohm"),
    ("Zimg", "imaginary", False, 1.0, ""),
    ("X(ohm)", "imaginary", False, 1.0, "ohm"),
    ("Imaginary part of the impedance (Ohm)", "imaginary", False, 1.0, "ohm"),
    ("Impedance Real [kOhm]", "real", False, 1e3, "ohm"),
    ("Impedance Phase Angle (deg)", "phase", False, 1.0, "deg"),
    ("|Z|/Ohm", "modulus", False, 1.0, "ohm"),
    ("Zmod [ohm]", "modulus", False, 1.0, "ohm"),
    ("Phase(Z)/deg", "phase", False, 1.0, "deg"),
    ("-Phase (°)", "phase", True, 1.0, "deg"),
    ("θ / rad", "phase", False, 1.0, "rad"),
    ("Impedance Phase Degrees (')", "phase", False, 1.0, "deg"),
    ("theta-z(deg)-data", "phase", False, 1.0, "deg"),
    ("phase (mrad)", "phase", False, 1e-3, "rad"),
    ("phase / rad (rad)", "phase", False, 1.0, "rad"),
    ("Re(Y)/Ohm-1", "admittance_real", False, 1.0, "s"),
    ("G (mS)", "admittance_real", False, 1e-3, "s"),
    ("B/S", "admittance_imaginary", False, 1.0, "s"),
    ("Y' (S/cm2)", "admittance_real", False, 1.0, "s/cm2"),
    ("T (°C)", "temperature", False, 1.0, "c"),
    ("Temp. [°C]", "temperature", False, 1.0, "c"),
    ("Temperature ('C)", "temperature", False, 1.0, "c"),
    ("temperature_K", "temperature", False, 1.0, "k"),
    ("T (F)", "temperature", False, 1.0, "f"),
    ("Cp [pF]", "capacitance_parallel", False, 1e-12, "farad"),
    ("tan δ", "loss", False, 1.0, ""),
    ("thickness/mm", "thickness", False, 0.1, "cm"),
    ("area [cm²]", "area", False, 1.0, "cm2"),
    ("cycle number", "sweep", False, 1.0, ""),
    ("Pt", "index", False, 1.0, ""),
]


@pytest.mark.parametrize(("cell", "role", "negated", "factor", "unit"), CELLS)
def test_recognised(cell, role, negated, factor, unit):
    column = recognise(cell)
    assert column is not None
    assert (column.role, column.negated, column.unit) == (role, negated, unit)
    assert column.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    "cell",
    [
        "time/s",
        "<Ewe>/V",
        "<I>/mA",
        "I Range",
        "E Real",
        "Z2 Real",
        "Zsig",
        "d [mm]",
        "D/cm",
        "GD",
        "",
        " ",
        "-",
        "LLZO 3",
        "Idc/A",
    ],
)
def test_other_quantities_are_left_alone(cell):
    assert recognise(cell) is None


def test_an_unknown_unit_is_not_taken_for_a_known_one():
    column = recognise("Re(Z)/furlong")
    assert column is not None and column.unit == "?" and column.factor is None


@pytest.mark.parametrize(("cell", "logarithm"), [("log10(f/Hz)", True), ("log f", True), ("lg|Z|", True), ("f", False)])
def test_logarithms(cell, logarithm):
    column = recognise(cell)
    assert column is not None and column.logarithm is logarithm


@pytest.mark.parametrize("cell", ["f/mhz", "F/MHZ", "Z'/mohm"])
def test_a_prefix_whose_case_was_lost_is_doubtful(cell):
    column = recognise(cell)
    assert column is not None and column.doubtful


def test_single_letters_count_beside_a_frequency_only():
    assert [c.role if c else None for c in recognise_header(["f", "R", "X"])] == ["frequency", "real", "imaginary"]
    assert recognise_header(["A", "R", "X"]) == [None, None, None]
    assert [c.role if c else None for c in recognise_header(["R/ohm", "X/ohm"])] == ["real", "imaginary"]


def test_recognition_ends_soon_on_hostile_cells():
    for cell in ("(" * 5000, "-" * 5000, "Z' " * 2000, "[" * 40 + "]" * 40, "log(" * 20 + "f" + ")" * 20):
        assert recognise(cell) is None or np.isfinite(recognise(cell).factor or 1)
