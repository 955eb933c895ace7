"""Every measured sample file beside the repository, checked against its own columns."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum

SPECTRA = Path(__file__).parents[2].parent / "shared" / "data" / "spectra"
pytestmark = pytest.mark.skipif(not SPECTRA.is_dir(), reason="the measured sample files (../shared) are not here")


def columns(path, skip, *which, delimiter=None, encoding="latin-1"):
    """Columns of a file, by numpy alone; the independent reading that ours is compared with."""
    return np.loadtxt(
        path, skiprows=skip, usecols=which, delimiter=delimiter, encoding=encoding, unpack=True, comments=None
    )


def check(spectrum, frequency, real, imaginary):
    order = np.argsort(frequency)
    np.testing.assert_array_equal(spectrum.frequency, frequency[order])
    np.testing.assert_allclose(spectrum.impedance, (real + 1j * imaginary)[order], rtol=1e-13)


def test_eclab_text():
    path = SPECTRA / "lpscl" / "PEIS_LPSCl_IonBlocking_-25C.txt"
    spectrum = read_spectrum(path)
    f, re, minus_im = columns(path, 65, 0, 1, 2, delimiter="\t")
    check(spectrum, f, re, -minus_im)
    assert len(spectrum) == 79 and spectrum.area is None and spectrum.thickness is None
    assert any("0.001 cm2" in told for told in spectrum.assumptions)
    assert spectrum.metadata["amplitude_v"] == pytest.approx(0.0141)


def test_relaxis_export_of_the_same_sweep():
    path = SPECTRA / "lpscl" / "PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt"
    spectrum = read_spectrum(path)
    check(spectrum, *columns(path, 4, 0, 1, 2, delimiter="\t"))
    same = read_spectrum(SPECTRA / "lpscl" / "PEIS_LPSCl_IonBlocking_-25C.txt")
    np.testing.assert_allclose(spectrum.impedance, same.impedance, rtol=1e-6)


def test_novocontrol_like_text():
    path = SPECTRA / "lagp" / "lagp_dynamicVT.txt"
    check(read_spectrum(path), *columns(path, 3, 0, 1, 2))


@pytest.mark.parametrize(
    ("name", "skip", "delimiter"),
    [("lagp/Example_header.txt", 5, None), ("lagp/Example_noheader.txt", 0, None), ("lagp/CSV_Example.csv", 0, ",")],
)
def test_plain_text(name, skip, delimiter):
    path = SPECTRA / name
    check(read_spectrum(path), *columns(path, skip, 0, 1, 2, delimiter=delimiter))


def test_headerless_csv_with_an_inductive_tail_keeps_its_sign():
    path = SPECTRA / "instrument_formats" / "exampleData.csv"
    spectrum = read_spectrum(path)
    check(spectrum, *columns(path, 0, 0, 1, 2, delimiter=","))
    assert any("Kramers-Kronig" in told for told in spectrum.assumptions)


def instrument(name):
    path = SPECTRA / "instrument_formats" / f"exampleData{name}"
    return path, path.read_text(encoding="latin-1").splitlines()


def numbers(lines, *which, delimiter=None):
    """Columns of the given lines, by numpy alone."""
    return np.loadtxt(lines, usecols=which, delimiter=delimiter, unpack=True, comments=None)


def test_biologic():
    path, lines = instrument("BioLogic.mpt")
    spectrum = read_spectrum(path)
    f, re, minus_im = numbers(lines[61:], 0, 1, 2, delimiter="\t")
    check(spectrum, f, re, -minus_im)


def test_gamry():
    path, lines = instrument("Gamry.DTA")
    start = next(i for i, line in enumerate(lines) if line.startswith("ZCURVE"))
    check(read_spectrum(path), *numbers([line for line in lines[start + 3 :] if line.strip()], 2, 3, 4))


def test_zplot():
    path, lines = instrument("ZPlot.z")
    spectrum = read_spectrum(path)
    check(spectrum, *numbers(lines[lines.index("End Comments") + 1 :], 0, 4, 5))
    assert "The file announces 56 points but holds 21." in spectrum.assumptions


def test_versastudio():
    path, lines = instrument("VersaStudio.par")
    start = next(i for i, line in enumerate(lines) if line.startswith("Definition="))
    end = lines.index("</Segment1>")
    check(read_spectrum(path), *numbers(lines[start + 1 : end], 9, 14, 15, delimiter=","))


def test_parstat():
    path, lines = instrument("Parstat.txt")
    f, re, im = numbers([line for line in lines[1:] if line.strip()], 3, 4, 5)
    check(read_spectrum(path), *(column[f > 0] for column in (f, re, im)))
    assert (f == 0).sum() == 781


def test_autolab():
    path, lines = instrument("Autolab.txt")
    check(read_spectrum(path), *numbers([line for line in lines[11:] if line.strip()], 0, 4, 5, delimiter=","))


def test_ch_instruments():
    path, lines = instrument("CHInstruments.txt")
    check(read_spectrum(path), *numbers([line for line in lines[18:] if line.strip()], 0, 1, 2, delimiter=","))


def test_powersuite():
    path, lines = instrument("Powersuite.txt")
    check(read_spectrum(path), *numbers([line for line in lines[1:] if line.strip()], 0, 1, 2))


def test_one_row_a_spectrum():
    path = SPECTRA / "ceracharge" / "EISdata1_SoC0_Cyc1to100.csv"
    spectra = read_spectra(path)
    names = path.read_text().splitlines()[0].split(",")
    values = np.genfromtxt(path, delimiter=",", skip_header=1)
    f = np.array([float(name.removeprefix("Re(Z)")) for name in names if name.startswith("Re(Z)")])
    real = values[:, [i for i, name in enumerate(names) if name.startswith("Re(Z)")]]
    minus_imaginary = values[:, [i for i, name in enumerate(names) if name.startswith("-Im(Z)")]]
    assert len(spectra) == 148 == len(values)
    for spectrum, re, minus_im in zip(spectra, real, minus_imaginary, strict=True):
        check(spectrum, f, re, -minus_im)


@pytest.mark.parametrize("name", ["PEIS_LPSCl_IonBlocking_-25C.mpr", "PEIS_SSB.mpr"])
def test_binary_biologic(name):
    path = SPECTRA / "lpscl" / name
    try:
        importlib.import_module("galvani")
    except ImportError:
        with pytest.raises(InputDataError, match="install galvani"):
            read_spectra(path)
        pytest.skip("galvani is not installed; the message was checked instead")
    spectrum = read_spectrum(path)
    if "IonBlocking" in name:
        text = read_spectrum(path.with_suffix(".txt"))
        np.testing.assert_allclose(spectrum.impedance, text.impedance, rtol=1e-6)
    else:
        assert len(spectrum) == 89


def test_everything_else_there_is_refused():
    others = [path for path in SPECTRA.rglob("*") if path.suffix == ".md" or "LICENSE" in path.name]
    others.append(SPECTRA / "lpscl" / "sample_info.txt")
    assert len(others) >= 5
    for path in others:
        with pytest.raises(InputDataError, match="no table"):
            read_spectra(path)
