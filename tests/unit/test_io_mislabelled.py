"""Columns under the wrong names are refused for what they are, not for the spectrum that they make."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra

F = np.logspace(6, 0, 40)
Z = 800 / (1 + 1j * F / 3e5) + 400 / (1 + 1j * F / 3e3) + 2e3 * (1j * F) ** -0.9


def written(tmp_path, header, second, third):
    path = tmp_path / "x.csv"
    rows = [f"{f:.7g},{a:.7g},{b:.7g}" for f, a, b in zip(F, second, third, strict=True)]
    path.write_text("\n".join([header, *rows]))
    return path


def refused(path, message):
    with pytest.raises(InputDataError, match=message) as caught:
        read_spectra(path)
    assert "\n" not in str(caught.value)


def test_real_and_imaginary_part_that_are_exchanged(tmp_path):
    path = written(tmp_path, "f/Hz,-Im(Z)/ohm,Re(Z)/ohm", Z.real, -Z.imag)
    refused(path, r"line 1: Re\(Z\)/ohm and -Im\(Z\)/ohm are exchanged: as named they break the Kramers-Kronig")
    path = written(tmp_path, "f/Hz,Im(Z)/ohm,Re(Z)/ohm", Z.real, Z.imag)
    refused(path, r"Re\(Z\)/ohm and Im\(Z\)/ohm are exchanged")


def test_noise_under_right_names_is_not_taken_for_an_exchange(tmp_path):
    rng = np.random.default_rng(0)
    noisy = Z * (1 + 0.3 * rng.normal(size=Z.size))
    (spectrum,) = read_spectra(written(tmp_path, "f/Hz,Re(Z)/ohm,-Im(Z)/ohm", noisy.real, -noisy.imag))
    np.testing.assert_allclose(spectrum.impedance.real, noisy.real[::-1], rtol=1e-5)


@pytest.mark.parametrize("z", [-Z, -Z.conj()])
def test_a_current_that_is_counted_the_other_way_round(tmp_path, z):
    path = written(tmp_path, "f/Hz,Re(Z)/ohm,-Im(Z)/ohm", z.real, -z.imag)
    refused(path, r"Re\(Z\) is negative at every point, which no cell has: the leads or the sign of the current")


def test_single_negative_points_are_left_to_the_reader(tmp_path):
    real = Z.real.copy()
    real[0] *= -0.01
    (spectrum,) = read_spectra(written(tmp_path, "f/Hz,Re(Z)/ohm,-Im(Z)/ohm", real, -Z.imag))
    assert (spectrum.impedance.real < 0).sum() == 1


def test_radians_under_a_name_that_says_degrees(tmp_path):
    path = written(tmp_path, "f/Hz,|Z|/ohm,Phase/deg", abs(Z), np.angle(Z))
    refused(path, r"line 1: Phase/deg holds radians: in degrees they break the Kramers-Kronig relations")


def test_the_small_angles_of_a_resistor_are_degrees(tmp_path):
    z = 1000 + 20 / (1 + 1j * F / 1e3)
    angle = np.degrees(np.angle(z))
    assert np.abs(angle).max() < 1.6
    (spectrum,) = read_spectra(written(tmp_path, "f/Hz,|Z|/ohm,Phase/deg", abs(z), angle))
    np.testing.assert_allclose(spectrum.impedance, z[::-1], rtol=1e-5)


M = 2j * np.pi * F * 1e-12 * Z  # electric modulus of a spacer of 1 pF
EPSILON = 1 / M


@pytest.mark.parametrize(
    ("header", "value", "message"),
    [
        ("Freq. [Hz],M',M''", M, 'line 1: "M\'" names no impedance; name the columns'),
        ("f/Hz,er',er''", EPSILON.conj(), 'line 1: "er\'" names no impedance'),
        ("f/Hz,S11(REAL),S11(IMAG)", (Z - 50) / (Z + 50), r"line 1: 'S11\(REAL\)' names no impedance"),
        ("f/Hz,one,two", M, "line 2: three columns .* inductor over the whole band .* an admittance or an electric"),
        ("1e7,1,1", 1 / Z, "an admittance or an electric modulus"),
    ],
)
def test_other_quantities_that_obey_the_kramers_kronig_relations(tmp_path, header, value, message):
    refused(written(tmp_path, header, value.real, value.imag), message)


def test_columns_of_a_known_sign_may_be_an_inductor(tmp_path):
    path = written(tmp_path, "f/Hz,one,two", M.real, M.imag)
    (spectrum,) = read_spectra(path, sign="as-is")
    np.testing.assert_allclose(spectrum.impedance, M[::-1], rtol=1e-5)
    (spectrum,) = read_spectra(written(tmp_path, "f/Hz,Re(Z)/ohm,Im(Z)/ohm", M.real, M.imag))
    assert (spectrum.impedance.imag > 0).all()


def test_serial_admittances_of_a_dielectric_spectrometer_are_not_taken_for_a_complex_one(tmp_path):
    refused(written(tmp_path, "Freq. [Hz],Ys' [S],Ys'' [S]", 1 / Z.real, -1 / Z.imag), "names .* that are not known")


def test_a_garbled_unit_under_an_unknown_name(tmp_path):
    refused(written(tmp_path, "f/Hz,P1 (k½),P2 (k½)", Z.real, Z.imag), "line 1: 'P1 .k½.' is a name that is not known")
