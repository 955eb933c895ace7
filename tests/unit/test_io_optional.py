"""Formats that other packages read: what is asked of them, and what is said where they are absent."""

import sys
import types

import io_formats as formats
import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum

MPR = b"BIO-LOGIC MODULAR FILE\x1a" + b" " * 25 + bytes(200)
ABSENT = ("galvani", "galvani.BioLogic", "yadg", "yadg.extractors", "pyimpspec", "zahner_analysis")


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch):
    for name in ABSENT:
        monkeypatch.setitem(sys.modules, name, None)


def save(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def module(monkeypatch, name, **content):
    parts = name.split(".")
    for i in range(1, len(parts)):
        monkeypatch.setitem(sys.modules, ".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    made = types.ModuleType(name)
    vars(made).update(content)
    monkeypatch.setitem(sys.modules, name, made)


def check(spectrum):
    np.testing.assert_allclose(spectrum.frequency, formats.F[::-1])
    np.testing.assert_allclose(spectrum.impedance, formats.Z[::-1])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.mpr", MPR, "install galvani"),
        ("renamed.txt", MPR, "install galvani"),
        ("a.ism", bytes(range(256)) * 4, "install zahner-analysis"),
        ("a.pssession", b'{"Type": "PalmSens"}', "pip install pyimpspec"),
        ("a.dfr", b"FRA\n1\n2\n", "pip install pyimpspec"),
        ("a.idf", b"Version=11\n", "pip install pyimpspec"),
    ],
)
def test_the_message_says_what_to_install(tmp_path, name, content, message):
    with pytest.raises(InputDataError, match=message):
        read_spectra(save(tmp_path, name, content))


def test_mpr_by_galvani(tmp_path, monkeypatch):
    names = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "cycle number", "I Range"]
    table = np.zeros(25, dtype=[(name, float) for name in names])
    table["freq/Hz"], table["Re(Z)/Ohm"], table["-Im(Z)/Ohm"] = formats.F, formats.Z.real, -formats.Z.imag

    class MPRfile:
        def __init__(self, handle):
            assert handle.read(8) == b"BIO-LOGI"
            self.data = table

    module(monkeypatch, "galvani.BioLogic", MPRfile=MPRfile)
    spectrum = read_spectrum(save(tmp_path, "a.mpr", MPR))
    check(spectrum)
    assert spectrum.metadata["format"] == "EC-Lab binary"


def test_mpr_by_yadg(tmp_path, monkeypatch):
    xr = pytest.importorskip("xarray")
    tree = xr.Dataset(
        {
            "freq": ("uts", formats.F),
            "Re(Z)": ("uts", formats.Z.real),
            "-Im(Z)": ("uts", -formats.Z.imag),
            "Re(Z)_uncertainty": 0.1,
        }
    )
    module(monkeypatch, "yadg.extractors", extract=lambda filetype, path: tree)
    check(read_spectrum(save(tmp_path, "a.mpr", MPR)))


def test_ism_by_zahner_analysis(tmp_path, monkeypatch):
    import datetime

    class IsmImport:
        def __init__(self, path):
            self.path = path

        def getFrequencyArray(self):
            return formats.F

        def getComplexImpedanceArray(self):
            return formats.Z

        def getMeasurementStartDateTime(self):
            return datetime.datetime(2024, 5, 1, 10)

        def getElectrodeAreaString(self):
            return "1 cm2"

    module(monkeypatch, "zahner_analysis.file_import.ism_import", IsmImport=IsmImport)
    spectrum = read_spectrum(save(tmp_path, "a.ism", bytes(range(256)) * 4))
    check(spectrum)
    assert spectrum.metadata["date"] == "2024-05-01T10:00:00"


def test_session_by_pyimpspec(tmp_path, monkeypatch):
    class DataSet:
        def get_frequencies(self):
            return formats.F

        def get_impedances(self):
            return formats.Z

        def get_label(self):
            return "first"

    module(monkeypatch, "pyimpspec", parse_data=lambda path: [DataSet(), DataSet()])
    spectra = read_spectra(save(tmp_path, "a.pssession", b'{"Type": "PalmSens"}'))
    assert len(spectra) == 2 and spectra[0].metadata["label"] == "first"
    check(spectra[1])


def test_a_failure_of_the_other_package_is_one_line(tmp_path, monkeypatch):
    def fail(path):
        raise KeyError("many\nlines")

    module(monkeypatch, "pyimpspec", parse_data=fail)
    with pytest.raises(InputDataError, match="cannot be read by pyimpspec") as caught:
        read_spectra(save(tmp_path, "a.dfr", b"FRA\n1\n2\n"))
    assert "\n" not in str(caught.value)
    module(monkeypatch, "pyimpspec", parse_data=lambda path: [])
    with pytest.raises(InputDataError, match="no spectrum"):
        read_spectra(save(tmp_path, "a.dfr", b"FRA\n1\n2\n"))
