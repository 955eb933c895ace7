"""Every sweep has the geometry and temperature that it carries, its impedance too."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra

F = np.logspace(5, 0, 20)
Z = 120 + 900 / (1 + 2j * np.pi * F * 2e-4)


def read(tmp_path, names, *sweeps, above="", **options):
    """Spectra of sweeps of (factor of the impedance, further cells of each row)."""
    lines = [",".join(["f/Hz", *names])]
    for factor, *cells in sweeps:
        for i, (f, z) in enumerate(zip(F.tolist(), (factor * Z).tolist(), strict=True)):
            further = [cell(i) if callable(cell) else cell for cell in cells]
            lines.append(",".join(map(str, [f, z.real, z.imag, *further])))
    path = tmp_path / "x.csv"
    path.write_text(above + "\n".join(lines))
    return read_spectra(path, **options)


SPECIFIC = ("Re(Z)/ohm cm2", "Im(Z)/ohm cm2", "area/cm2")


def test_area_specific_sweeps_are_converted_with_the_area_each_carries(tmp_path):
    spectra = read(tmp_path, SPECIFIC, (0.5, 0.5), (1.0, 1.0), above="Area: 2 cm2\n")
    assert [spectrum.area for spectrum in spectra] == [0.5, 1.0]
    for spectrum in spectra:
        np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-12)
        assert any("area 0.5, 1 cm2" in told for told in spectrum.assumptions)


def test_areas_of_columns_need_none_above(tmp_path):
    spectra = read(tmp_path, SPECIFIC, (0.5, 0.5), (1.0, 1.0))
    for spectrum in spectra:
        np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-12)
    with pytest.raises(InputDataError, match="needs the electrode area"):
        read(tmp_path, SPECIFIC, (0.5, 0.5), (1.0, ""))


def test_resistivities_are_converted_with_the_thickness_each_carries(tmp_path):
    names = ("Re(Z)/ohm cm", "Im(Z)/ohm cm", "thickness/mm", "area/cm2")
    spectra = read(tmp_path, names, (0.5 / 0.1, 1, 0.5), (0.8 / 0.2, 2, 0.8))
    assert [s.thickness for s in spectra] == pytest.approx([0.1, 0.2]) and [s.area for s in spectra] == [0.5, 0.8]
    for spectrum in spectra:
        np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-12)


def test_what_the_caller_states_converts_every_sweep(tmp_path):
    for spectrum in read(tmp_path, SPECIFIC, (4, 0.5), (4, 1.0), area=4.0):
        np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-12)
        assert spectrum.area == 4.0


def test_the_geometry_above_a_block_is_that_of_the_block(tmp_path):
    path = tmp_path / "x.csv"
    rows = [[f"{f},{a * z.real},{a * z.imag}" for f, z in zip(F, Z, strict=True)] for a in (0.5, 1.5)]
    head = ["Area: 0.5 cm2", "f/Hz,Re(Z)/ohm cm2,Im(Z)/ohm cm2"]
    path.write_text("\n".join([*head, *rows[0], "Area: 1.5 cm2", *rows[1]]))
    spectra = read_spectra(path)
    assert [spectrum.area for spectrum in spectra] == [0.5, 1.5]
    for spectrum in spectra:
        np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-12)


PLAIN = ("Re(Z)/ohm", "Im(Z)/ohm")


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("area/cm2", lambda i: 1 + i, "area/cm2 is not one positive number throughout the sweep; it was not used."),
        ("thickness/cm", 0, "thickness/cm is not one positive number throughout the sweep; it was not used."),
        ("area", 1, "area states no known unit of the area (such as cm2); it was not used."),
        ("Temperature", 25, "Temperature states no known unit of temperature (such as C or K); it was not used."),
    ],
)
def test_a_column_that_is_not_used_is_told(tmp_path, name, cell, said):
    (spectrum,) = read(tmp_path, (*PLAIN, name), (1, cell))
    assert (spectrum.area, spectrum.thickness, spectrum.temperature) == (None, None, None)
    assert said in spectrum.assumptions
