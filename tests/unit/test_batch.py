"""Many files: which are read, what is stated about each, and that one bad file costs nothing but itself."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from cells import cell
from series_files import EA, F, StubReader, resistance_at, write

from ionscope.batch.outcome import exit_code, find_series, predict_all
from ionscope.batch.requests import Request, gather_requests
from ionscope.batch.tables import (
    COLUMNS,
    as_object,
    describe_outcome,
    describe_series,
    json_lines,
    kind_of,
    series_table,
    spectra_table,
    write_outcome,
)
from ionscope.errors import InputDataError
from ionscope.evaluate.known import read_known
from ionscope.io import read_spectra, write_netcdf
from ionscope.measure import Measure
from ionscope.spectrum import Spectrum


@pytest.fixture
def folder(tmp_path):
    """A series of one pellet in a table, a file that is none, and a note."""
    for celsius in (0, 25, 50, 75):
        write(tmp_path / f"pellet_{celsius}.csv", resistance_at(celsius))
    (tmp_path / "notes.txt").write_text("pressed on Monday\n")
    (tmp_path / "README.md").write_text("what this is\n")
    (tmp_path / ".hidden.csv").write_text("no\n")
    rows = [f"pellet_{celsius}.csv,{celsius},0.1+-0.002,0.5,A" for celsius in (0, 25, 50, 75)]
    (tmp_path.parent / f"{tmp_path.name}.csv").write_text(
        "\n".join(["file,temperature_c,thickness_cm,area_cm2,specimen", *(f"{tmp_path.name}/{row}" for row in rows)])
    )
    return tmp_path


@pytest.fixture
def table(folder):
    return str(folder.parent / f"{folder.name}.csv")


def names(requests):
    return [os.path.basename(request.path) for request in requests]


def test_a_folder_is_its_files_without_hidden_ones_and_documents(folder):
    (folder / "below").mkdir()
    write(folder / "below" / "deep.csv")
    expected = ["notes.txt", "pellet_0.csv", "pellet_25.csv", "pellet_50.csv", "pellet_75.csv"]
    assert names(gather_requests([str(folder)])) == expected
    assert names(gather_requests([f"{folder}/**/*.csv"])) == ["deep.csv", *expected[1:]]
    assert names(gather_requests([f"{folder}/pellet_[27]*.csv"])) == ["pellet_25.csv", "pellet_75.csv"]


def test_spectra_written_as_netcdf_and_names_that_only_begin_like_a_licence_are_found(tmp_path):
    for name in ("license_plate_01.csv", "readme-cell.csv", "known.csv.csv", "pellet.nc"):
        (tmp_path / name).write_text("1\n")
    for name in ("LICENSE", "License.txt", "README.csv", "known.csv", "figure.png"):
        (tmp_path / name).write_text("1\n")
    expected = ["known.csv.csv", "license_plate_01.csv", "pellet.nc", "readme-cell.csv"]
    assert names(gather_requests([str(tmp_path)])) == names(gather_requests([f"{tmp_path}/**/*"])) == expected
    assert names(gather_requests([f"{tmp_path}/*.nc"])) == ["pellet.nc"]
    assert names(gather_requests([f"{tmp_path}/READ*.csv"])) == ["README.csv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe")
    requests = [*gather_requests([str(folder / "pipe")]), Request(str(folder / "pellet_0.csv"))]
    (failure,) = predict_all(requests, StubReader()).failures
    assert failure.reason == "is not a regular file"


def test_a_huge_file_is_refused_unread(folder):
    with open(folder / "huge.csv", "wb") as file:
        file.truncate(2 * 1024**3)  # sparse: takes no room on the disk
    (failure,) = predict_all(gather_requests([str(folder / "huge.csv")]), StubReader()).failures
    assert failure.reason.startswith("is 2048 MB, more than the 200 MB read")


def test_a_file_named_twice_is_read_once(folder):
    name = str(folder / "pellet_0.csv")
    assert names(gather_requests([name, str(folder / "pellet_*.csv"), name])) == [
        "pellet_0.csv",
        "pellet_25.csv",
        "pellet_50.csv",
        "pellet_75.csv",
    ]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path):
    name = write(tmp_path / "pellet[1].csv")
    assert [request.path for request in gather_requests([name])] == [name]


def test_the_cells_of_a_table_outrank_what_is_stated_about_all(table, folder):
    (folder.parent / "few.csv").write_text(
        f"specimen,file\n,{folder.name}/pellet_0.csv\nB,{folder.name}/pellet_25.csv\n"
    )
    stated = Request("", 300.0, Measure(0.2), Measure(0.6), "S", "llzo", "blocking")
    one, two = gather_requests([str(folder.parent / "few.csv")], stated)
    assert replace(one, path="") == stated and not one.chooses
    assert (two.specimen, two.material, two.thickness) == ("B", "llzo", Measure(0.2))
    assert two.electrodes == "blocking"
    first = gather_requests([table], stated)[0]
    assert first.temperature == pytest.approx(273.15)
    assert (first.thickness, first.area, first.specimen) == (Measure(0.1, 0.002), Measure(0.5), "A")


MEASURED = sorted((Path(__file__).parents[2] / "docs" / "measured").glob("*.csv"))


@pytest.mark.parametrize("table", MEASURED, ids=lambda path: path.stem)
def test_what_is_known_of_measured_pellets_is_a_table_of_files_too(tmp_path, table):
    """The spectra themselves are not here; docs/predict.md tells where they are."""
    shutil.copy(table, tmp_path / "known.csv")
    names = pd.read_csv(table)["file"]
    for name in names:
        (tmp_path / name).touch()
    known = read_known(tmp_path)
    asked = gather_requests([str(tmp_path / "known.csv")])
    assert [request.path for request in asked] == [str(entry.path) for entry in known]
    assert [request.temperature for request in asked] == [entry.temperature for entry in known]
    assert all(entry.published_resistance and entry.source for entry in known)
    assert {Path(request.path).name for request in gather_requests([str(tmp_path)])} == set(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,temperature\na.csv,25\n", "line 1: column 'temperature' is not one of file, temperature_c"),
        ("file;temperature_c\na.csv;25\n", "line 1: .*commas"),
        ("file,file\na,b\n", "line 1: column 'file' stands twice"),
        ("file,temperature_c\na.csv,warm\n", "line 2: temperature_c = 'warm': not a number"),
        ("file,temperature_c\na.csv,298000\n", "line 2: temperature_c = '298000': outside"),
        ("file,thickness_cm\na.csv,0.1+-0.5\n", "line 2: thickness_cm = '0.1[+]-0.5'"),
        ("file,thickness_cm\na.csv,1200\n", "line 2: thickness_cm = '1200': outside"),
        ("file,area_cm2\n,1\n", "line 2: file = '': empty"),
        ("file,area_cm2\n", "no rows"),
        ("file,area_cm2\na.csv\n", "line 2: 1 cells, expected 2"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, text, message):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputDataError, match=message):
        gather_requests([str(tmp_path / "table.csv")])


def test_patterns_and_folders_without_files_are_refused(tmp_path):
    for name in (str(tmp_path), str(tmp_path / "*.mpt")):
        with pytest.raises(InputDataError, match=r"without files|no file fits"):
            gather_requests([name])


def test_one_bad_file_does_not_stop_the_rest(folder):
    requests = gather_requests([str(folder), str(folder / "absent.csv")])
    requests.append(Request(str(folder / "pellet_0.csv"), specimen="broken"))
    shown = []
    outcome = predict_all(requests, StubReader(), progress=lambda items: (shown.append(item) or item for item in items))
    assert len(outcome.readings) == 4 and shown == requests
    reasons = {os.path.basename(failure.file): failure.reason for failure in outcome.failures}
    assert "no table of numbers" in reasons["notes.txt"]
    assert reasons["absent.csv"].startswith("no such file")
    assert "internal error" in reasons["pellet_0.csv"] and "ZeroDivisionError" in reasons["pellet_0.csv"]
    assert exit_code(outcome) == 4


def test_exit_codes(folder):
    def code(*requests):
        return exit_code(predict_all(list(requests), StubReader()))

    good, bad = Request(str(folder / "pellet_0.csv")), Request(str(folder / "notes.txt"))
    refused = replace(good, specimen="refused")
    assert code(good) == code(good, good) == 0
    assert code(bad) == code(bad, bad) == 2
    assert code(refused) == 3
    assert code(good, bad) == code(good, refused) == code(refused, refused) == code(bad, refused) == 4


def test_a_table_of_one_pellet_gives_its_activation_energy(table):
    outcome = predict_all(gather_requests([table]), StubReader(), thermometer_error=1.0)
    (series,) = outcome.series
    assert series.specimen == "A" and series.geometry and series.thermometer_error == 1.0
    assert series.fit.ea.value == pytest.approx(EA, abs=0.02)
    assert series.fit.sigma_25c.value == pytest.approx(outcome.readings[1].sigma.value, rel=0.01)
    assert np.log(series.fit.sigma_25c.upper / series.fit.sigma_25c.value) > 1.645 * 0.02
    content = series.as_dict()
    assert content["ea_kj_mol"]["value"] == pytest.approx(96.485 * content["ea_ev"]["value"], rel=1e-4)
    assert "kJ/mol" in describe_series(series) and "S/cm" in describe_series(series)


def test_without_geometry_a_series_still_has_an_activation_energy(table):
    requests = [replace(request, area=None) for request in gather_requests([table])]
    (series,) = predict_all(requests, StubReader()).series
    assert series.fit.ea.value == pytest.approx(EA, abs=0.02)
    assert series.as_dict()["sigma_25c_s_cm"] is None
    assert "needs thickness and area" in describe_series(series)


def test_refused_spectra_and_unnamed_files_make_no_series(table):
    requests = gather_requests([table])
    readings = predict_all(requests, StubReader()).readings
    refused = [replace(reading, verdict="refuse") for reading in readings[:1]]
    (series,) = find_series([*refused, *readings[1:]])
    assert len(series.fit.temperature) == 3 and series.left_out == 1
    assert not find_series([*refused, *readings[2:]])
    unnamed = [replace(request, specimen=None) for request in requests]
    assert not predict_all(unnamed, StubReader()).series


def test_the_sweeps_of_one_file_are_one_specimen(tmp_path):
    lines = ["T/C,f/Hz,Re(Z)/ohm,Im(Z)/ohm"]
    for celsius in (0, 30, 60):
        z = cell(F, resistance_at(celsius))
        lines += [f"{celsius},{f:.9g},{v.real:.9g},{v.imag:.9g}" for f, v in zip(F, z, strict=True)]
    (tmp_path / "ramp.csv").write_text("\n".join(lines))
    (series,) = predict_all([Request(str(tmp_path / "ramp.csv"))], StubReader()).series
    assert series.specimen.endswith("ramp.csv")
    assert series.fit.ea.value == pytest.approx(EA, abs=0.02)


def at_three_temperatures(**fields):
    return [Spectrum(F[::-1], cell(F[::-1], resistance_at(c)), c + 273.15, **fields) for c in (0, 30, 60)]


def test_spectra_that_come_from_no_file_are_one_specimen_only_if_they_say_so():
    def series(**fields):
        given = [(Request(""), spectrum) for spectrum in at_three_temperatures(**fields)]
        return predict_all([], StubReader(), spectra=given).series

    assert not series()
    assert [one.specimen for one in series(specimen="A")] == ["A"]


def test_the_sheets_of_a_workbook_are_one_specimen(tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for celsius in (0, 30, 60):
        sheet = book.create_sheet(f"{celsius} °C")
        sheet.append(["f/Hz", "Re(Z)/ohm", "Im(Z)/ohm"])
        for f, z in zip(F, cell(F, resistance_at(celsius)), strict=True):
            sheet.append([float(f), float(z.real), float(z.imag)])
    book.save(tmp_path / "ramp.xlsx")
    (series,) = predict_all([Request(str(tmp_path / "ramp.xlsx"))], StubReader()).series
    assert series.specimen.endswith("ramp.xlsx") and series.fit.ea.value == pytest.approx(EA, abs=0.02)


def test_sweeps_of_different_files_written_into_one_are_still_not_one_specimen(folder):
    spectra = [s for c in (0, 25, 50) for s in read_spectra(folder / f"pellet_{c}.csv", temperature=c + 273.15)]
    write_netcdf(spectra, folder / "all.nc")
    outcome = predict_all([Request(str(folder / "all.nc"))], StubReader())
    assert len(outcome.readings) == 3 and not outcome.series
    write_netcdf(at_three_temperatures(), folder / "ramp.nc")
    assert len(predict_all([Request(str(folder / "ramp.nc"))], StubReader()).series) == 1


def test_a_row_means_the_sweeps_at_its_temperature(tmp_path):
    lines = ["T/C,f/Hz,Re(Z)/ohm,Im(Z)/ohm"]
    for celsius in (0, 30, 60):
        z = cell(F, resistance_at(celsius))
        lines += [f"{celsius},{f:.9g},{v.real:.9g},{v.imag:.9g}" for f, v in zip(F, z, strict=True)]
    (tmp_path / "ramp.csv").write_text("\n".join(lines))
    rows = ["file,temperature_c,specimen", "ramp.csv,30.5,A", "ramp.csv,60,A", "ramp.csv,90,A", "ramp.csv,,B"]
    (tmp_path / "table.csv").write_text("\n".join(rows))
    outcome = predict_all(gather_requests([str(tmp_path / "table.csv")]), StubReader())
    told = [(r.spectrum.specimen, round(r.spectrum.temperature_c, 6)) for r in outcome.readings]
    assert told == [("A", 30.5), ("A", 60.0), ("B", 0.0), ("B", 30.0), ("B", 60.0)]
    assert outcome.readings[0].resistance == outcome.readings[3].resistance
    (failure,) = outcome.failures
    assert "it holds 0 C, 30 C, 60 C" in failure.reason


@pytest.fixture
def outcome(folder, table):
    return predict_all([*gather_requests([table]), Request(str(folder / "notes.txt"))], StubReader())


def test_csv_holds_every_file_and_the_series_beside_it(outcome, tmp_path):
    spectra, series = write_outcome(outcome, tmp_path / "out" / "a.csv", "csv")
    got = pd.read_csv(spectra)
    assert list(got) == list(COLUMNS)
    assert list(got["verdict"]) == ["ok"] * 4 + ["unreadable"]
    assert got["resistance_ohm"][0] == pytest.approx(outcome.readings[0].resistance.value, rel=1e-7)
    assert series.name == "a_series.csv"
    assert pd.read_csv(series)["ea_ev"][0] == pytest.approx(outcome.series[0].fit.ea.value, rel=1e-7)


def test_json_lines_are_one_object_each(outcome, tmp_path):
    write_outcome(outcome, tmp_path / "a.jsonl", "jsonl")
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [line["record"] for line in lines] == ["spectrum"] * 4 + ["failure", "series"]
    assert lines[0]["resistance_total_ohm"]["value"] == outcome.readings[0].resistance.value
    assert json_lines(outcome).count("NaN") == 0
    assert set(as_object(outcome)) == {"spectra", "series", "failures"}


def test_netcdf_has_both_tables(outcome, tmp_path):
    write_outcome(outcome, tmp_path / "a.nc", "netcdf")
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as data:
        assert dict(data.sizes) == {"spectrum": 5, "series": 1}
        np.testing.assert_allclose(data["resistance_ohm"][:4], [r.resistance.value for r in outcome.readings])
        assert np.isnan(data["resistance_ohm"][4]) and str(data["verdict"][4].item()) == "unreadable"
        assert float(data["series_ea_ev"][0]) == outcome.series[0].fit.ea.value


def test_the_page_stands_alone_and_escapes_names(outcome, tmp_path):
    outcome.readings[0] = replace(
        outcome.readings[0], spectrum=replace(outcome.readings[0].spectrum, source="<script>alert(1)</script>.csv")
    )
    write_outcome(outcome, tmp_path / "a.html", "html")
    page = (tmp_path / "a.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "http" not in page and "src=" not in page
    assert "thermometer error of 0.5 K" in page and "notes.txt" in page
    assert page.count("<svg") == 1 and "1000 K / T" in page


def test_an_outcome_without_series_or_readings_is_written_all_the_same(outcome, tmp_path):
    outcome.series, outcome.readings = [], []
    for kind in ("csv", "jsonl", "netcdf", "html"):
        (path,) = write_outcome(outcome, tmp_path / f"a.{kind}", kind)
        assert path.stat().st_size > 0
    assert series_table([]).empty and len(spectra_table(outcome)) == 1


def test_the_terminal_table_is_compact(outcome):
    shown = describe_outcome(outcome)
    assert len(shown.splitlines()) == 5
    assert str(os.sep) not in shown.splitlines()[1].split()[0]


def test_the_ending_says_the_kind():
    assert [kind_of(name) for name in ("a.csv", "b.JSONL", "c.nc", "d.html")] == ["csv", "jsonl", "netcdf", "html"]
    with pytest.raises(InputDataError, match="--to"):
        kind_of("a.txt")
