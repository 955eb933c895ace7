"""Temperatures that stand in a file's name or first line, and several facts on one line above a table."""

import numpy as np
import pytest

from ionscope.io import read_spectra
from ionscope.io.named import named_temperatures

F = np.logspace(6, 0, 25)
Z = 300 + 700 / (1 + 1j * F / 1e3)
ROWS = "\n".join(f"{f:.6e}\t{z.real:.6e}\t{z.imag:.6e}" for f, z in zip(F, Z, strict=True))
TABLE = f" Freq. [Hz]\tZs' [Ohms]\tZs'' [Ohms]\n{ROWS}\n"


@pytest.mark.parametrize(
    ("name", "celsius"),
    [
        ("pellet_25degC", [25]),
        ("s04147-140deg", [140]),  # no pellet is measured at -140 C
        ("pellet_-25 °C", [-25]),
        ("T=60°C", [60]),
        ("Z_-7,5 °C", [-7.5]),
        ("x_298.15K", [25]),
        ("pellet-25°C", [-25, 25]),  # a minus, or a dash
        ("20deg and 40deg", [20, 40]),
        ("cell_2C_rate", []),
        ("PEIS_C03", []),
        ("20 Kelvinstrasse", []),
        ("sample 600 K", [326.85]),
        ("Phase(deg)", []),
        ("900°C", []),
    ],
)
def test_what_a_name_says(name, celsius):
    assert named_temperatures([name]) == pytest.approx(celsius)


def written(tmp_path, name, title=""):
    path = tmp_path / name
    path.write_text(title + TABLE, encoding="utf-8")
    return read_spectra(path)[0]


def test_a_named_temperature_is_used_and_told(tmp_path):
    spectrum = written(tmp_path, "pellet_25degC.txt")
    assert spectrum.temperature == pytest.approx(298.15)
    assert any("25 C is that in the name" in said for said in spectrum.assumptions)
    assert written(tmp_path, "plain.txt", "s05751_60deg, 26.02.2025\n").temperature == pytest.approx(333.15)
    assert written(tmp_path, "none.txt").temperature is None


def test_what_the_file_or_the_caller_states_outranks_a_name(tmp_path):
    assert written(tmp_path, "pellet_25degC.txt", "Temperature: 60 C\n").temperature == pytest.approx(333.15)
    stated = read_spectra(tmp_path / "pellet_25degC.txt", temperature=300.0)[0]
    assert stated.temperature == 300.0


@pytest.mark.parametrize(
    ("name", "title"), [("pellet-25°C.txt", ""), ("pellet_25degC.txt", "measured at 40 degC\n"), ("20-40°C.txt", "")]
)
def test_a_name_of_two_meanings_is_told_and_not_used(tmp_path, name, title):
    spectrum = written(tmp_path, name, title)
    assert spectrum.temperature is None
    assert any("none was used" in said for said in spectrum.assumptions)


def test_several_sweeps_have_no_common_temperature(tmp_path):
    path = tmp_path / "both_25degC.txt"
    path.write_text(TABLE + ROWS + "\n")
    assert [spectrum.temperature for spectrum in read_spectra(path)] == [None, None]


def test_several_facts_stand_on_one_line(tmp_path):
    line = (
        "Diameter[mm]: 1.300e+01  Thickness[mm]: 7.500e-01  Spacer Area[mm^2] 0.0  Electrode Thickness[mm]: 4.00e+00\n"
    )
    spectrum = written(tmp_path, "pellet.txt", "a pellet\n" + line)
    assert spectrum.thickness == pytest.approx(0.075)
    assert spectrum.area == pytest.approx(np.pi * 1.3**2 / 4)


@pytest.mark.parametrize("line", ["Chamber temperature (K): 278.15", "Oven temp. = 5 C", "Stage temperature [°C]\t5"])
def test_the_temperature_of_what_a_pellet_stands_in_is_its_own(tmp_path, line):
    assert written(tmp_path, "pellet.txt", f"a pellet\n{line}\n").temperature == pytest.approx(278.15)
