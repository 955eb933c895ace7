"""Workbooks: cells are data; archives that are bombs, damaged or something else are refused."""

import io
import sys
import zipfile

import io_formats as formats
import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")


def save(tmp_path, content):
    path = tmp_path / "book.bin"
    path.write_bytes(content)
    return path


def rewritten(content, change):
    """The archive with ``change(name, data)`` applied to every member."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target.getvalue()


def test_numbers_are_exact_and_the_preamble_is_kept(tmp_path):
    spectrum = read_spectrum(save(tmp_path, formats.workbook()))
    np.testing.assert_allclose(spectrum.frequency, formats.F[::-1], rtol=1e-15)  # it is written with 16 digits
    np.testing.assert_allclose(spectrum.impedance, formats.Z[::-1], rtol=1e-15)
    assert spectrum.thickness == pytest.approx(0.12)


def test_a_sheet_of_notes_is_left_out_and_told(tmp_path):
    (spectrum,) = read_spectra(save(tmp_path, formats.workbook(extra_sheet=True)))
    assert any("'Notes' was left out" in told for told in spectrum.assumptions)


def test_a_sheet_for_each_temperature(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title in ("25 °C", "40 °C", "notes"):
        sheet = book.create_sheet(title)
        sheet.append(["f/Hz", "Re(Z)/ohm", "Im(Z)/ohm"])
        for f, z in zip(formats.F, formats.Z, strict=True):
            sheet.append([float(f), float(z.real), float(z.imag)])
    path = tmp_path / "pellet_60degC.xlsx"
    book.save(path)
    spectra = read_spectra(path)
    assert [spectrum.temperature_c for spectrum in spectra] == [pytest.approx(25), pytest.approx(40), None]
    assert any("40 C is that in the name" in told for told in spectra[1].assumptions)
    assert [spectrum.temperature for spectrum in read_spectra(path, temperature=300.0)] == [300.0] * 3


def test_a_workbook_of_one_spectrum_may_tell_its_temperature_in_its_name(tmp_path):
    path = tmp_path / "pellet_60degC.xlsx"
    path.write_bytes(formats.workbook(extra_sheet=True))
    assert read_spectrum(path).temperature_c == pytest.approx(60)


def test_a_formula_is_data(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["f/Hz", "Re(Z)/ohm", "Im(Z)/ohm"])
    for f in formats.F:
        book.active.append([float(f), '=HYPERLINK("http://example.org","100")', -1e4 / float(f)])
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(InputDataError, match=r"line 2: '' in column 'Re\(Z\)/ohm' is not a number"):
        read_spectra(save(tmp_path, buffer.getvalue()))


def test_an_empty_workbook(tmp_path):
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    with pytest.raises(InputDataError, match="without any filled cell"):
        read_spectra(save(tmp_path, buffer.getvalue()))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    def grow(name, data):
        return data + b" " * (250 * 1024**2) if name == "xl/worksheets/sheet1.xml" else data

    content = rewritten(formats.workbook(), grow)
    assert len(content) < 1024**2
    with pytest.raises(InputDataError, match="unpacks to more than"):
        read_spectra(save(tmp_path, content))


def test_entities_of_xml_are_refused(tmp_path):
    def declare(name, data):
        lol = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        return lol + data.split(b"?>", 1)[-1] if name == "xl/worksheets/sheet1.xml" else data

    with pytest.raises(InputDataError, match="never writes"):
        read_spectra(save(tmp_path, rewritten(formats.workbook(), declare)))


@pytest.mark.parametrize("number", [b"200001", b"1048576", b"99999999999"])
def test_a_row_beyond_those_read_is_not_dropped_in_silence(tmp_path, number):
    def renumber(name, data):
        return data.replace(b'r="28"', b'r="' + number + b'"') if name == "xl/worksheets/sheet1.xml" else data

    with pytest.raises(InputDataError, match=r"filled rows beyond the 200000 read; save .* CSV"):
        read_spectra(save(tmp_path, rewritten(formats.workbook(), renumber)))


def sheet_with(cell_at, value):
    """A workbook of one spectrum and one more cell, which may hold nothing but a frame."""
    book = openpyxl.load_workbook(io.BytesIO(formats.workbook()))
    cell = book.active.cell(*cell_at)
    cell.value, cell.border = value, openpyxl.styles.Border(left=openpyxl.styles.Side(style="thin"))
    return book


def test_a_column_beyond_those_read_is_not_dropped_in_silence(tmp_path):
    buffer = io.BytesIO()
    book = sheet_with((5, 501), 1.0)
    book.save(buffer)
    with pytest.raises(InputDataError, match=r"line 5: has filled columns beyond the 500 read; save .* CSV"):
        read_spectra(save(tmp_path, buffer.getvalue()))
    # beside a sheet that can be read it is left out, and that is told
    more = book.copy_worksheet(book.active)
    more.cell(5, 501).value = None
    book.save(buffer)
    (spectrum,) = read_spectra(save(tmp_path, buffer.getvalue()))
    assert any("was left out (line 5: has filled columns beyond" in told for told in spectrum.assumptions)


@pytest.mark.parametrize("cell_at", [(200_010, 2), (5, 600)])
def test_an_empty_cell_with_a_frame_makes_a_sheet_no_larger(tmp_path, cell_at):
    buffer = io.BytesIO()
    sheet_with(cell_at, None).save(buffer)
    (spectrum,) = read_spectra(save(tmp_path, buffer.getvalue()))
    assert len(spectrum) == 25


@pytest.mark.parametrize("cut", [100, 1000, -30])
def test_a_damaged_archive(tmp_path, cut):
    with pytest.raises(InputDataError, match=r"damaged|archive"):
        read_spectra(save(tmp_path, formats.workbook()[:cut]))


def test_another_archive(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", formats.csv())
    with pytest.raises(InputDataError, match="unpack it"):
        read_spectra(save(tmp_path, buffer.getvalue()))


def test_without_openpyxl_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputDataError, match="install openpyxl"):
        read_spectra(save(tmp_path, _workbook))


_workbook = formats.workbook()
