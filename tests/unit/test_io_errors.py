"""Whatever is handed in: one line that names the file and the way out, never a traceback."""

import os

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum
from ionscope.io.text import MAX_BYTES, MAX_LINE, MAX_LINES, decode

F = np.logspace(4, 0, 12)
ROWS = "".join(f"{f:.6g},{100:.6g},{-1e5 / f:.6g}\n" for f in F)


def refuse(path, message, **options):
    with pytest.raises(InputDataError, match=message) as caught:
        read_spectra(path, **options)
    assert "\n" not in str(caught.value)


def test_missing(tmp_path):
    refuse(tmp_path / "nowhere.csv", "no such file")


def test_folder(tmp_path):
    refuse(tmp_path, "is a folder")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_no_permission(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text(ROWS)
    path.chmod(0)
    refuse(path, "no permission")


def test_no_permission_is_one_line_for_anybody(tmp_path, monkeypatch):
    path = tmp_path / "secret.csv"
    path.write_text(ROWS)

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", denied)
    refuse(path, "no permission")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refuse(tmp_path / "pipe", "not a regular file")


def test_a_name_with_a_nul_byte():
    refuse("a\0b.csv", "cannot be read|no such file")


def test_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "large.csv"
    with open(path, "wb") as handle:
        handle.truncate(MAX_BYTES + 1)  # sparse: takes no room on the disk
    refuse(path, "200 MB MB read|more than the 200 MB")


def test_far_too_many_lines_or_columns_are_refused_at_once(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"1,2,3\n" * (MAX_LINES + 1))
    refuse(path, "lines, more than")
    path.write_bytes(b"1," * MAX_LINE)
    refuse(path, "line 1: .* characters in one line")


@pytest.mark.parametrize("value", ["maybe", "", "auto "])
def test_unknown_sign(tmp_path, value):
    refuse(tmp_path / "x", "not one of auto, as-is, negated", sign=value)


@pytest.mark.parametrize("name", ["temperature", "thickness", "area"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_conditions_must_be_positive(tmp_path, name, value):
    refuse(tmp_path / "x", f"{name} .* is not a positive number", **{name: value})


def test_encoding(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(ROWS)
    refuse(path, "unknown encoding 'klingon'", encoding="klingon")
    path.write_bytes(b"# \xff\xfe\xfd\n" + ROWS.encode())
    refuse(path, "not valid utf-8", encoding="utf-8")
    (spectrum,) = read_spectra(path)
    assert "The text is not UTF-8; it was read as Windows-1252." in spectrum.assumptions


def test_what_the_caller_states_outranks_the_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Temperature: 25 C\nThickness: 1 mm\nDiameter: 10 mm\nf/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + ROWS)
    (told,) = read_spectra(path)
    assert told.temperature == pytest.approx(298.15) and told.thickness == pytest.approx(0.1)
    assert told.area == pytest.approx(np.pi / 4)
    assert any("diameter of 10 mm" in said for said in told.assumptions)
    (stated,) = read_spectra(path, temperature=300.0, thickness=0.2, area=0.5)
    assert (stated.temperature, stated.thickness, stated.area) == (300.0, 0.2, 0.5)


def test_exactly_one(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + ROWS + ROWS)
    assert len(read_spectra(path)) == 2
    with pytest.raises(InputDataError, match="holds 2 spectra where one is expected"):
        read_spectrum(path)


def test_an_aborted_last_sweep_is_left_out_and_told(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + ROWS + "".join(ROWS.splitlines(True)[:4]))
    (spectrum,) = read_spectra(path)
    assert len(spectrum) == 12 and "The last sweep has 4 points only and was left out." in spectrum.assumptions


def test_repeats_are_averaged_and_told(tmp_path):
    path = tmp_path / "x.csv"
    doubled = "".join(line + line for line in ROWS.splitlines(True))
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + doubled)
    (spectrum,) = read_spectra(path)
    assert len(spectrum) == 12 and any("12 points repeated a frequency" in said for said in spectrum.assumptions)


def test_down_and_up_again_are_two_sweeps(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + ROWS + "".join(ROWS.splitlines(True)[::-1]))
    down, up = read_spectra(path)
    np.testing.assert_array_equal(down.frequency, up.frequency)


def test_two_ranges_measured_one_after_the_other_are_one_sweep(tmp_path):
    path = tmp_path / "x.csv"
    lines = ROWS.splitlines(True)
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + "".join(lines[6:] + lines[:6]))
    (spectrum,) = read_spectra(path)
    assert len(spectrum) == 12 and any("sorted" in said for said in spectrum.assumptions)


def test_temperatures_between_blocks(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        f"Temperature: 25 C\nf/Hz,Re(Z)/ohm,Im(Z)/ohm\n{ROWS}\nTemperature: 40 °C\n{ROWS}", encoding="utf-8"
    )
    assert [spectrum.temperature for spectrum in read_spectra(path)] == pytest.approx([298.15, 313.15])


def test_temperature_interleaved_point_by_point(tmp_path):
    path = tmp_path / "x.csv"
    rows = "".join(f"{t},{line}" for line in ROWS.splitlines(True) for t in (25.01, 24.99 + 15, 55))
    path.write_text("T/C,f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + rows)
    assert [s.temperature for s in read_spectra(path)] == pytest.approx([298.16, 313.14, 328.15])


def test_a_remark_between_points_is_told(tmp_path):
    path = tmp_path / "x.csv"
    lines = ROWS.splitlines(True)
    path.write_text("f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + "".join([*lines[:5], "range changed\n", *lines[5:]]))
    (spectrum,) = read_spectra(path)
    assert len(spectrum) == 12 and any("'range changed'" in said for said in spectrum.assumptions)


def test_line_numbers_count_from_the_top_of_the_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("\n\n# remark\nf/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + ROWS.replace(",", ",x", 1))
    refuse(path, "line 5: 'x100' in column 'Re")


def test_strange_line_signs_do_not_divide_lines():
    text = decode("a\x0b\u2028b\nc".encode(), "x")
    assert len(text.lines) == 2
