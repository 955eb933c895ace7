"""Measured spectra beside published values: errors, coverage, and files that cannot be read."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
from cells import cell

from ionscope.evaluate.known import COLUMNS as KNOWN
from ionscope.evaluate.known import read_known
from ionscope.evaluate.measured import COLUMNS, compare_measured
from ionscope.reading import Estimate

F = np.geomspace(1, 1e5, 41)


def write_sweep(path, resistance):
    z = cell(F, resistance)
    rows = [f"{f:.9g},{a.real:.9g},{a.imag:.9g}" for f, a in zip(F, z, strict=True)]
    path.write_text("\n".join(["frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n")


def ten_per_cent_more(spectrum):
    """A reader that is 10 % too high, where the plain reading is 20 % too low."""
    value = 1100.0
    sigma = None if spectrum.area is None else Estimate(*(spectrum.thickness / spectrum.area / value,) * 3)
    estimate = Estimate(value, 0.8 * value, 1.2 * value)
    return SimpleNamespace(
        spectrum=spectrum, resistance=estimate, sigma=sigma, read_off=800.0, verdict="ok", reasons=("a", "b")
    )


@pytest.fixture
def folder(tmp_path):
    for name in ("known.dat", "unknown.dat"):
        write_sweep(tmp_path / name, 1e3)
    (tmp_path / "broken.dat").write_text("nothing\n")
    with open(tmp_path / "known.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, KNOWN, restval="")
        writer.writeheader()
        about = {"temperature_c": 25, "thickness_cm": 0.1, "area_cm2": 0.5, "resistance_ohm": 1000, "source": "a paper"}
        writer.writerow({"file": "known.dat", **about})
        writer.writerow({"file": "unknown.dat"})
        writer.writerow({"file": "broken.dat", "resistance_ohm": 10})
    return tmp_path


def test_errors_and_coverage_follow_from_the_published_value(folder):
    row = compare_measured(read_known(folder), ten_per_cent_more).set_index("file").loc["known.dat"]
    assert row["relative_error"] == pytest.approx(0.1)
    assert row["read_off_relative_error"] == pytest.approx(-0.2)
    assert row["covered"] and row["no_worse_than_read_off"]
    assert row["published_s_cm"] == pytest.approx(0.1 / 0.5 / 1000)
    assert row["predicted_s_cm"] == pytest.approx(0.1 / 0.5 / 1100)
    assert (row["temperature_c"], row["reasons"], row["source"]) == (pytest.approx(25), "a; b", "a paper")


def test_what_is_not_published_is_left_empty(folder):
    row = compare_measured(read_known(folder), ten_per_cent_more).set_index("file").loc["unknown.dat"]
    assert row["predicted_ohm"] == 1100
    assert row[["published_ohm", "relative_error", "covered", "predicted_s_cm"]].isna().all()


def test_a_file_that_cannot_be_read_is_a_row_and_no_end(folder):
    table = compare_measured(read_known(folder), ten_per_cent_more)
    assert list(table.columns) == COLUMNS and len(table) == 3
    row = table.set_index("file").loc["broken.dat"]
    assert row["verdict"] == "refuse" and "broken.dat" in row["reasons"]
