"""What the lines above a table tell is used, or it is said why it is not."""

import numpy as np
import pytest

from ionscope.io import read_spectra
from ionscope.io.pairs import pairs
from ionscope.io.preamble import read_preamble

F = np.logspace(5, 0, 20)
Z = 120 + 900 / (1 + 2j * np.pi * F * 2e-4)


def table(decimal="."):
    delimiter = "," if decimal == "." else ";"
    header = delimiter.join(["f/Hz", "Re(Z)/ohm", "Im(Z)/ohm"])
    rows = [
        delimiter.join(f"{x:.6f}".replace(".", decimal) for x in (f, z.real, z.imag)) for f, z in zip(F, Z, strict=True)
    ]
    return "\n".join([header, *rows])


def read(tmp_path, above, decimal="."):
    path = tmp_path / "x.csv"
    path.write_text(above + "\n" + table(decimal), encoding="utf-8")
    (spectrum,) = read_spectra(path)
    return spectrum


@pytest.mark.parametrize("unit", ["cm^2", "cm2", "cm²", "cm**2", "cm ^2", "cm 2", "CM2", "sq cm", "sqcm", "qcm"])
def test_square_centimetres(tmp_path, unit):
    spectrum = read(tmp_path, f"Area: 0.785 {unit}")
    assert spectrum.area == pytest.approx(0.785) and spectrum.assumptions == ()


@pytest.mark.parametrize(
    ("line", "area"),
    [
        ("Area: 78.5 mm^2", 0.785),
        ("Area: 78.5mm²", 0.785),
        ("Electrode area (mm^2): 78.5", 0.785),
        ("Area: 1 m^2", 1e4),
    ],
)
def test_other_squares(line, area):
    told = read_preamble([line])
    assert told.area == pytest.approx(area) and not told.assumptions


@pytest.mark.parametrize(
    "line",
    [
        *(f"thickness: 500 {unit}" for unit in ("µm", "μm", "um", "micron", "microns", "UM")),
        "Thickness: 0.5mm",
        "Thickness (um): 500",
        "thickness_um: 500",
        "Thickness: 0.500 ± 0.010 mm",
        "Thickness: 500000 nm",
        "Thickness: 0.5 mm 2 pellets",
    ],
)
def test_lengths(line):
    told = read_preamble([line])
    assert told.thickness == pytest.approx(0.05) and not told.assumptions


@pytest.mark.parametrize(("decimal", "um", "said"), [(".", 1200, "read as 1200"), (",", 1.2, "read as 1.2")])
def test_a_comma_before_three_digits_is_what_the_table_makes_of_it(tmp_path, decimal, um, said):
    spectrum = read(tmp_path, "Thickness: 1,200 um", decimal)
    assert spectrum.thickness == pytest.approx(um * 1e-4)
    assert any("'1,200 um'" in told and said in told for told in spectrum.assumptions)


@pytest.mark.parametrize(("key", "option"), [("Thickness", "thickness"), ("Diameter", "area")])
def test_a_comma_that_nothing_explains_is_not_used(key, option):
    told = read_preamble([f"{key}: 1,200 um"])
    assert told.thickness is None and told.area is None
    (said,) = told.assumptions
    assert "may be 1200 or 1.200" in said and f"give it with --{option}" in said and said.endswith("was not used.")


@pytest.mark.parametrize("number", ["1,200.5", "1.200,5"])
@pytest.mark.parametrize("decimal", [".", ",", ""])
def test_two_signs_tell_which_is_which(number, decimal):
    told = read_preamble([f"Thickness: {number} um"], decimal)
    assert told.thickness == pytest.approx(0.12005) and not told.assumptions


@pytest.mark.parametrize(("number", "cm"), [("0,785", 0.785e-1), ("1,2", 0.12), ("1,20", 0.12), ("1,2000", 0.12)])
def test_other_commas_are_decimal(number, cm):
    told = read_preamble([f"Thickness: {number} mm"], ".")
    assert told.thickness == pytest.approx(cm) and not told.assumptions


def test_a_short_name_with_a_fitting_unit_is_no_other_thing():
    assert read_preamble(["L = 1,200 um"]).assumptions and not read_preamble(["L = 1,200 uH"]).assumptions


def test_no_cell_has_a_temperature_of_thousands(tmp_path):
    assert read(tmp_path, "Temperature: 298,150 K").temperature == pytest.approx(298.15)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Diameter: 10", "a diameter of '10', without a unit that is known (such as mm)"),
        ("Area: 0.785", "an area of '0.785', without a unit that is known (such as cm2)"),
        ("Thickness: 1 furlong", "a thickness of '1 furlong', without a unit that is known (such as mm)"),
        ("Temperature: 25", "a temperature of '25', without a unit that is known (such as C or K)"),
        ("Thickness: see notebook", "a thickness of 'see notebook', which is no number"),
        ("Temperature: 1,2,3 C", "a temperature of '1,2,3 C', which is no number"),
        ("Thickness: 0 mm", "a thickness of '0 mm', which no cell has"),
        ("Temperature: 9999 C", "a temperature of '9999 C', which no cell has"),
    ],
)
def test_what_is_not_used_is_told(line, said):
    told = read_preamble([line])
    assert (told.temperature, told.thickness, told.area) == (None, None, None)
    assert told.assumptions == [f"The file states {said}; it was not used."]


def test_a_second_statement_is_told_if_it_is_another():
    told = read_preamble(["Thickness: 1 mm", "Pellet thickness: 1000 um", "Thickness: 2 mm"])
    assert told.thickness == pytest.approx(0.1)
    assert told.assumptions == ["The file states a thickness of '2 mm', and another before it; it was not used."]
    told = read_preamble(["Diameter: 10 mm", "Area: 0.5 cm2"])
    assert told.area == 0.5 and "0.7854 cm2; the stated area was used" in told.assumptions[0]


@pytest.mark.parametrize(
    "line",
    [
        "diameter: 10 mm, thickness: 1 mm",
        "diameter: 10 mm; thickness: 1 mm",
        "diameter = 10 mm, thickness = 1 mm",
        "Diameter: 10 mm  Thickness: 1 mm",
        "Diameter: 10 mm Thickness: 1 mm",
        "Sample: A-1, diameter: 10 mm, pellet thickness: 1 mm",
        "Diameter (mm),10,Thickness (mm),1",
        "Diameter;10;mm;Thickness;1;mm",
        "diameter: 10,0 mm, thickness: 1,0 mm",
        "note = 3, diameter = 10 mm, x = 4, thickness = 1 mm, y = 5",
        "Diameter[mm]: 10  Thickness[mm]: 1",
    ],
)
def test_several_facts_of_a_line_are_all_used(line):
    told = read_preamble([line])
    assert told.thickness == pytest.approx(0.1) and told.area == pytest.approx(np.pi / 4)
    assert [said for said in told.assumptions if "computed from the stated diameter" not in said] == []


def test_words_with_a_colon_in_them_are_no_facts():
    assert pairs("Elapsed time: 5 s") == [("Elapsed time", "5 s")]
    assert pairs("Date: 2024-05-01 10:20:30") == [("Date", "2024-05-01 10:20:30")]
    told = read_preamble(["Comment: see A: and B", "Room temperature: 20 C", "Delay time: 3"])
    assert (told.temperature, told.area, told.metadata, told.assumptions) == (None, None, {}, [])


def test_degrees_of_a_temperature_are_celsius_and_that_is_told(tmp_path):
    spectrum = read(tmp_path, "Temperature: 25 deg")
    assert spectrum.temperature_c == pytest.approx(25)
    assert spectrum.assumptions == ("The file states a temperature of '25 deg'; it was read as 25 degrees Celsius.",)


def test_a_fact_between_blocks_that_is_not_used_is_told(tmp_path):
    spectra = tmp_path / "x.csv"
    spectra.write_text(table() + "\nTemperature: 40\n" + table().partition("\n")[2])
    first, second = read_spectra(spectra)
    assert not first.assumptions and any("'40', without a unit" in told for told in second.assumptions)


@pytest.mark.parametrize("name", ["Temperature setpoint", "Set temperature", "Temp. set point", "T_set"])
def test_what_was_measured_outdoes_a_set_point(name):
    alone = read_preamble([f"{name}: 25 C"])
    assert alone.temperature == pytest.approx(298.15) and alone.assumptions == []
    for lines in ([f"{name}: 25 C", "Temperature: -20 C"], ["Temperature: -20 C", f"{name}: 25 C"]):
        both = read_preamble(lines)
        assert both.temperature == pytest.approx(253.15)
        assert "a set point of 25 C and a temperature of -20 C; the latter was used" in both.assumptions[0]
    assert read_preamble([f"{name}: 25 C", "Temperature: 24.6 C"]).assumptions == []


def test_a_radius_is_half_a_diameter():
    told = read_preamble(["Radius: 5 mm"])
    assert told.area == pytest.approx(np.pi * 0.25)
    assert "stated diameter of 10 mm" in told.assumptions[0]
