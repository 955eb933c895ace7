"""Measured spectra beside published values: errors, coverage, and files that cannot be read."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from cells import cell, pellets

from ionscope.errors import InputDataError
from ionscope.evaluate.known import COLUMNS as KNOWN
from ionscope.evaluate.known import read_known
from ionscope.evaluate.measured import COLUMNS, OVERLAY, compare
from ionscope.evaluate.nearest import SimulatedSpectra
from ionscope.files import read_json, to_json
from ionscope.reading import Estimate
from ionscope.report.figures.measured import MOST_PANELS, figure_nearest, shown_spectra

F = np.geomspace(1, 1e5, 41)


def write_sweep(path, resistance):
    z = cell(F, resistance)
    rows = [f"{f:.9g},{a.real:.9g},{a.imag:.9g}" for f, a in zip(F, z, strict=True)]
    path.write_text("\n".join(["frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n")


def ten_per_cent_more(spectrum, shape_spread=0.0):
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
    row = compare(read_known(folder), ten_per_cent_more).table.set_index("file").loc["known.dat"]
    assert row["relative_error"] == pytest.approx(0.1)
    assert row["read_off_relative_error"] == pytest.approx(-0.2)
    assert row["covered"] and row["no_worse_than_read_off"]
    assert row["published_s_cm"] == pytest.approx(0.1 / 0.5 / 1000)
    assert row["predicted_s_cm"] == pytest.approx(0.1 / 0.5 / 1100)
    assert (row["temperature_c"], row["reasons"], row["source"]) == (pytest.approx(25), "a; b", "a paper")


def test_what_is_not_published_is_left_empty(folder):
    row = compare(read_known(folder), ten_per_cent_more).table.set_index("file").loc["unknown.dat"]
    assert row["predicted_ohm"] == 1100
    assert row[["published_ohm", "relative_error", "covered", "predicted_s_cm"]].isna().all()


def test_a_file_that_cannot_be_read_is_a_row_and_no_end(folder):
    table = compare(read_known(folder), ten_per_cent_more).table
    assert list(table.columns) == COLUMNS and len(table) == 3
    row = table.set_index("file").loc["broken.dat"]
    assert row["verdict"] == "refuse" and "broken.dat" in row["reasons"]


def test_a_file_per_area_is_read_with_the_area_that_the_table_states(folder):
    """As `ionscope predict` reads it."""
    z = 0.5 * cell(F, 1e3)
    rows = [f"{f:.9g},{a.real:.9g},{a.imag:.9g}" for f, a in zip(F, z, strict=True)]
    (folder / "area.csv").write_text("\n".join(["f/Hz,Re(Z)/ohm cm2,Im(Z)/ohm cm2", *rows]))
    (folder / "known.csv").write_text(",".join(KNOWN) + "\narea.csv,25,0.1,0.5+-0.01,p,,,1000,,,\n")
    heard = []
    comparison = compare(read_known(folder), lambda *given: heard.append(given) or ten_per_cent_more(*given))
    ((spectrum, spread),) = heard
    np.testing.assert_allclose(spectrum.impedance, cell(F, 1e3), rtol=1e-6)
    assert spread == pytest.approx(0.01 / 0.5, rel=1e-3)  # of the area
    assert not comparison.unread and comparison.rows[0]["covered"]


def simulated_set():
    return SimulatedSpectra(pellets(12, points=41))


def test_the_json_has_the_names_that_were_agreed(folder):
    records = compare(read_known(folder), ten_per_cent_more).records()
    needed = {"file", "predicted", "published", "relative_error", "covered", "verdict"}
    assert all(needed <= set(record) for record in records)
    known, unknown, broken = records
    assert (known["predicted"], known["published"], known["covered"]) == (1100.0, 1000.0, True)
    assert unknown["published"] is None and unknown["relative_error"] is None and unknown["covered"] is None
    assert broken["predicted"] is None and broken["sweep"] is None and broken["verdict"] == "refuse"
    assert isinstance(known["sweep"], int)


def test_table_and_json_are_written_alike(folder, tmp_path):
    comparison = compare(read_known(folder), ten_per_cent_more)
    comparison.write(tmp_path / "out")
    assert len(pd.read_csv(tmp_path / "out" / "measured.csv")) == 3
    assert read_json(tmp_path / "out" / "validation.json") == json.loads(to_json(comparison.records()))


def test_every_sweep_has_its_nearest_simulated_spectrum(folder):
    comparison = compare(read_known(folder), ten_per_cent_more, simulated_set())
    table = comparison.table.set_index("file")
    assert table.loc["known.dat", "nearest_distance"] > 0 and 0 <= table.loc["known.dat", "nearest_quantile"] <= 1
    assert table.loc["known.dat", "nearest_points"] < len(F)  # the set ends at 10 kHz, the sweep at 100 kHz
    assert table.loc["broken.dat", ["nearest_specimen", "nearest_distance"]].isna().all()
    overlay = comparison.overlay()
    assert list(overlay.columns) == OVERLAY
    assert set(overlay["file"]) == {"known.dat", "unknown.dat"}
    own = overlay[overlay["file"] == "known.dat"]
    at = np.abs(np.arctan2(own["measured_minus_imag"], own["measured_real"])).argmin()
    assert own["measured_real"].iloc[at] == pytest.approx(1)
    assert own["published_ohm"].iloc[0] == 1000 and overlay["published_ohm"].isna().any()


def test_a_spectrum_that_the_reader_refuses_is_still_compared(folder):
    def refuse(spectrum, shape_spread):
        raise InputDataError("too short")

    row = compare(read_known(folder), refuse, simulated_set()).records()[0]
    assert row["verdict"] == "refuse" and row["reasons"] == "too short" and row["nearest_distance"] > 0


def test_sweeps_of_one_file_are_numbered_and_their_extremes_drawn(tmp_path):
    rows = []
    for cycle, arc in enumerate((1e3, 2e3, 20.0, 4e3)):
        z = cell(F, 1e3, arc=arc)
        rows += [f"{cycle},{f:.9g},{a.real:.9g},{a.imag:.9g}" for f, a in zip(F, z, strict=True)]
    (tmp_path / "cycles.csv").write_text("\n".join(["cycle,frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n")
    (tmp_path / "known.csv").write_text(",".join(KNOWN) + "\ncycles.csv,,,,,,,,,,\n")
    comparison = compare(read_known(tmp_path), ten_per_cent_more, simulated_set())
    assert list(comparison.table["sweep"]) == [1, 2, 3, 4]
    distances = comparison.table["nearest_distance"]
    assert set(comparison.overlay()["sweep"]) == {distances.argmin() + 1, distances.argmax() + 1}


def test_the_figure_shows_what_its_data_hold(folder, tmp_path):
    overlay = compare(read_known(folder), ten_per_cent_more, simulated_set()).overlay()
    path = figure_nearest(overlay, tmp_path / "nearest.svg")
    text = path.read_text(encoding="utf-8")
    assert "known.dat" in text and "unknown.dat" in text and "nearest simulated" in text
    assert list(pd.read_csv(tmp_path / "nearest.csv").columns) == OVERLAY


def test_spectra_with_a_published_answer_are_drawn_before_others(folder):
    one = compare(read_known(folder), ten_per_cent_more, simulated_set()).overlay()
    published = one[one["file"] == "known.dat"]
    many = [published.assign(file=f"{k}.dat", distance=0.01 * k, published_ohm=np.nan) for k in range(40)]
    shown = shown_spectra(pd.concat([*many, published]))
    assert shown["file"].nunique() == MOST_PANELS
    assert {"known.dat", "0.dat", "39.dat"} <= set(shown["file"])


def test_nothing_in_common_is_said_in_the_figure(tmp_path):
    path = figure_nearest(pd.DataFrame(columns=OVERLAY), tmp_path / "nearest.svg")
    assert "No measured spectrum" in path.read_text(encoding="utf-8")
