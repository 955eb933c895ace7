"""`ionscope predict` of many files: tables, outputs, series, exit codes."""

import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from cells import cell
from series_files import EA, F, StubReader, resistance_at, write

from ionscope.cli import main
from ionscope.errors import InputDataError
from ionscope.io import read_spectra, write_netcdf
from ionscope.reader import Reader

OK, BAD_INPUT, REFUSED, SOME_BAD = 0, 2, 3, 4


@pytest.fixture(autouse=True)
def stub(monkeypatch):
    monkeypatch.setattr(Reader, "load", lambda folder=None: StubReader())


@pytest.fixture
def folder(tmp_path):
    for celsius in (0, 25, 50, 75):
        write(tmp_path / f"pellet_{celsius}.csv", resistance_at(celsius), f"# temperature: {celsius} C")
    return tmp_path


def test_many_files_are_a_table_and_the_rest_is_told_apart(folder, capsys):
    assert main(["predict", str(folder)]) == OK
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()][1:] == [
        f"pellet_{celsius}.csv" for celsius in (0, 25, 50, 75)
    ]
    assert shown.err == "ionscope: 4 files, 4 spectra read: 4 ok\n"


def test_one_specimen_over_temperature_has_an_activation_energy(folder, capsys):
    options = ["--specimen", "A", "--thickness", "0.1±0.01", "--area", "0.5", "--thermometer-error", "1"]
    assert main(["predict", str(folder), *options]) == OK
    shown = capsys.readouterr().out
    assert float(re.search(r"activation energy  (\S+) eV", shown)[1]) == pytest.approx(EA, abs=0.01)
    assert "kJ/mol" in shown and "thermometer error of 1 K" in shown


def test_bad_files_are_listed_at_the_end(folder, capsys):
    (folder / "notes.txt").write_text("pressed on Monday\n")
    assert main(["predict", str(folder), str(folder / "absent.csv")]) == SOME_BAD
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 5
    last = shown.err.splitlines()[-2:]
    assert all(line.startswith("not read: ") for line in last) and "absent.csv: no such file" in last[1]
    assert "Traceback" not in shown.err


def test_nothing_read_is_bad_input_and_writes_nothing(folder, capsys):
    output = folder / "out" / "all.csv"
    assert main(["predict", str(folder / "a.csv"), str(folder / "b.csv"), "--output", str(output)]) == BAD_INPUT
    assert not output.exists()
    assert capsys.readouterr().err.count("not read") == 2


def test_a_refused_one_of_several_is_told_by_its_own_code(folder, capsys):
    (folder / "table.csv").write_text("file,specimen\npellet_0.csv,refused\npellet_25.csv,\n")
    assert main(["predict", str(folder / "table.csv")]) == SOME_BAD
    assert "refused: " in capsys.readouterr().err
    (folder / "one.csv").write_text("file,specimen\npellet_0.csv,refused\n")
    assert main(["predict", str(folder / "one.csv")]) == REFUSED


def test_of_several_the_reasons_of_a_caution_are_told(folder, capsys, monkeypatch):
    read = StubReader.read

    def doubtful(self, spectrum, shape_spread=0.0):
        return replace(read(self, spectrum, shape_spread), verdict="caution", reasons=("it drifts", "it is hot"))

    monkeypatch.setattr(StubReader, "read", doubtful)
    main(["predict", str(folder / "pellet_0.csv"), str(folder / "pellet_25.csv")])
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("caution: ")]
    assert len(told) == 2 and all(line.endswith("it drifts (and 1 more)") for line in told)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "nc", "html"])
def test_the_ending_of_the_output_decides_its_kind(folder, ending, capsys):
    output = folder / "new" / f"all.{ending}"
    assert main(["predict", str(folder), "--specimen", "A", "--output", str(output)]) == OK
    assert output.stat().st_size > 100
    assert capsys.readouterr().out == ""


def test_tables_without_an_output_go_to_standard_output(folder, capsys):
    assert main(["predict", str(folder), "--to", "csv"]) == OK
    assert capsys.readouterr().out.startswith("file,specimen,material,electrodes,points")
    assert main(["predict", str(folder), "--to", "jsonl"]) == OK
    assert [json.loads(line)["record"] for line in capsys.readouterr().out.splitlines()] == ["spectrum"] * 4
    assert main(["predict", str(folder / "pellet_0.csv"), "--to", "csv"]) == OK
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_json_of_several_files_has_all_three_lists(folder, capsys):
    assert main(["predict", str(folder), "--json", "--specimen", "A"]) == OK
    content = json.loads(capsys.readouterr().out)
    assert [len(content[name]) for name in ("spectra", "series", "failures")] == [4, 1, 0]
    assert content["series"][0]["thermometer_error_k"] == 0.5


def test_the_arrhenius_plot_has_its_points_beside_it(folder, capsys):
    plots = folder / "plots"
    assert main(["predict", str(folder), "--specimen", "A/1", "--plot", str(plots)]) == OK
    assert sorted(path.name for path in plots.iterdir()) == ["arrhenius-1.csv", "arrhenius-1.svg"]
    points = pd.read_csv(plots / "arrhenius-1.csv")
    assert (points["sigma_t_lower"] < points["sigma_t"]).all() and len(points) == 4
    assert "T / R" in (plots / "arrhenius-1.svg").read_text()
    assert main(["predict", str(folder), "--plot", str(plots)]) == OK
    assert "no series to plot" in capsys.readouterr().err


def test_a_file_of_several_temperatures_shows_its_series_below(tmp_path, capsys):
    lines = ["T/C,f/Hz,Re(Z)/ohm,Im(Z)/ohm"]
    for celsius in (0, 30, 60):
        z = cell(F, resistance_at(celsius))
        lines += [f"{celsius},{f:.9g},{v.real:.9g},{v.imag:.9g}" for f, v in zip(F, z, strict=True)]
    (tmp_path / "ramp.csv").write_text("\n".join(lines))
    assert main(["predict", str(tmp_path / "ramp.csv")]) == OK
    shown = capsys.readouterr().out
    assert shown.count("total resistance") == 3 and shown.count("activation energy") == 1
    assert main(["predict", str(tmp_path / "ramp.csv"), "--json"]) == OK
    content = json.loads(capsys.readouterr().out)
    assert [len(content[name]) for name in ("spectra", "series", "failures")] == [3, 1, 0]
    assert content["series"][0]["ea_ev"]["value"] == pytest.approx(EA, abs=0.02)


def test_the_json_of_one_sweep_tells_its_specimen_and_geometry(folder, capsys):
    options = ["--specimen", "A", "--thickness", "0.1", "--area", "0.5", "--json"]
    assert main(["predict", str(folder / "pellet_0.csv"), *options]) == OK
    content = json.loads(capsys.readouterr().out)
    assert (content["specimen"], content["thickness_cm"], content["area_cm2"]) == ("A", 0.1, 0.5)


def test_a_bad_sweep_costs_the_only_file_no_more_than_one_of_several(folder, capsys, monkeypatch):
    class Choosy(StubReader):
        def read(self, spectrum, shape_spread=0.0):
            if len(spectrum) < 8:
                raise InputDataError(f"{spectrum.source}: {len(spectrum)} points")
            return super().read(spectrum, shape_spread)

    monkeypatch.setattr(Reader, "load", lambda folder=None: Choosy())
    (good,) = read_spectra(folder / "pellet_0.csv")
    short = replace(good, frequency=good.frequency[:5], impedance=good.impedance[:5], source="short")
    write_netcdf([good, short], folder / "two.nc")
    told = []
    for files in (["two.nc"], ["two.nc", "pellet_25.csv"]):
        assert main(["predict", *(str(folder / name) for name in files), "--json"]) == SOME_BAD
        shown = capsys.readouterr()
        content = json.loads(shown.out)
        told.append((content["spectra"][0], content["failures"], shown.err.splitlines()[-1]))
        assert len(content["spectra"]) == len(files)
    assert told[0] == told[1] and told[0][2] == "not read: short: 5 points"
    write_netcdf([short], folder / "one.nc")
    assert main(["predict", str(folder / "one.nc")]) == BAD_INPUT
    assert capsys.readouterr().err == "ionscope: short: 5 points\n"


def test_the_error_of_the_geometry_reaches_the_interval(folder, capsys):
    widths = []
    for thickness in ("0.1", "0.1+-0.03"):
        assert (
            main(["predict", str(folder), "--json", "--thickness", thickness, "--area", "0.5", "--specimen", "A"]) == OK
        )
        sigma = json.loads(capsys.readouterr().out)["series"][0]["sigma_25c_s_cm"]
        widths.append(sigma["upper"] / sigma["lower"])
    assert widths[1] > 2 * widths[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--output", "all.txt"], "give --to"),
        (["--to", "netcdf"], "needs --output"),
        (["--json", "--to", "csv"], "leave out --to"),
        (["--output", "{folder}/pellet_0.csv"], "is one of the files to read"),
        (["--output", "{folder}/a.csv"], "a_series.csv: is one of the files to read"),
        (["--output", "{folder}/below/b.csv"], "b_series.csv: .* something else in it"),
        (["--specimen", "x", "--plot", "{folder}"], "arrhenius-x.csv: is one of the files to read"),
        (["--output", "{folder}", "--to", "csv"], "is a folder"),
        (["--output", "{folder}/pellet_0.csv/all.csv"], "cannot be written"),
    ],
)
def test_a_wrong_output_is_refused_before_anything_is_read(folder, capsys, options, message):
    (folder / "below").mkdir()
    for name in ("a_series.csv", "below/b_series.csv", "arrhenius-x.csv"):
        shutil.copy(folder / "pellet_0.csv", folder / name)
    before = (folder / "pellet_0.csv").read_bytes()
    assert main(["predict", str(folder), *(option.format(folder=folder) for option in options)]) == BAD_INPUT
    shown = capsys.readouterr()
    assert re.search(message, shown.err) and shown.err.count("\n") == 1 and shown.out == ""
    for name in ("pellet_0.csv", "a_series.csv", "below/b_series.csv", "arrhenius-x.csv"):
        assert (folder / name).read_bytes() == before


def test_an_old_table_of_series_does_not_outlive_its_series(folder, capsys):
    output, series = folder / "new" / "all.csv", folder / "new" / "all_series.csv"
    assert main(["predict", str(folder), "--specimen", "A", "--output", str(output)]) == OK
    assert main(["predict", str(folder), "--specimen", "A", "--output", str(output)]) == OK and series.exists()
    assert main(["predict", str(folder), "--output", str(output)]) == OK
    assert not series.exists()


@pytest.mark.parametrize("option", ["--thickness=0.1+-0.2", "--area=0.5±x", "--thermometer-error=-1"])
def test_a_wrong_error_is_bad_input(folder, capsys, option):
    with pytest.raises(SystemExit) as caught:
        main(["predict", str(folder), option])
    assert caught.value.code == BAD_INPUT


def test_a_plot_folder_that_cannot_be_made_is_one_line(folder, capsys):
    (folder / "pellet_0.csv").chmod(0o644)
    plot = str(folder / "pellet_0.csv" / "plots")
    assert main(["predict", str(folder), "--specimen", "A", "--plot", plot]) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


def known(folder, *rows):
    header = "file,temperature_c,thickness_cm,area_cm2,specimen,resistance_ohm,sigma_total_s_cm,ea_ev,source"
    (folder / "known.csv").write_text("\n".join([header, *rows, ""]))
    return str(folder)


def test_validate_compares_the_activation_energy_of_a_specimen(folder, capsys):
    rows = [f"pellet_{celsius}.csv,{celsius},0.1+-0.002,0.5,A,,,{EA},notebook" for celsius in (0, 25, 50)]
    rows.append("pellet_75.csv,75,0.1,0.5,B,,,0.9,notebook")
    assert main(["validate", known(folder, *rows), "--json"]) == OK
    *series, other = json.loads(capsys.readouterr().out)
    for row in series:
        assert row["published_ea_ev"] == EA and row["ea_covered"] is True
        assert row["lower_ea_ev"] < row["predicted_ea_ev"] < row["upper_ea_ev"]
        assert row["predicted_ea_ev"] == pytest.approx(EA, abs=0.02)
    assert other["published_ea_ev"] == 0.9 and other["predicted_ea_ev"] is None and other["ea_covered"] is None
    assert main(["validate", str(folder)]) == OK
    shown = capsys.readouterr().out
    assert "activation energy" in shown and "published          0.4 eV (inside the interval)" in shown


def test_validate_tells_repeats_that_contradict_each_other_as_predict_does(folder, capsys):
    write(folder / "again.csv", 1.5e3)
    (folder / "notes.txt").write_text("pressed on Monday\n")
    rows = ["notes.txt,,,,,,,,", *(f"{name}.csv,25,,,A,1000,,,notebook" for name in ("again", "pellet_25"))]
    main(["validate", known(folder, *rows, "pellet_75.csv,75,,,A,,,,"), "--json"])
    unread, *twice, other = json.loads(capsys.readouterr().out)
    main(["predict", str(folder / "known.csv"), "--json"])
    predicted = [one["trust"] for one in json.loads(capsys.readouterr().out)["spectra"]]
    assert [row["verdict"] for row in (unread, *twice, other)] == ["refuse", "caution", "caution", "ok"]
    assert all("two sweeps of this pellet at 25 C differ by 50 %" in row["reasons"] for row in twice)
    assert [row["reasons"] for row in (*twice, other)] == ["; ".join(one["reasons"]) for one in predicted]


def test_validate_ends_with_the_codes_of_predict(folder, capsys):
    (folder / "notes.txt").write_text("pressed on Monday\n")
    good, refused, bad = "pellet_0.csv,,,,,,,,", "pellet_25.csv,,,,refused,,,,", "notes.txt,,,,,,,,"
    for rows, code in (
        ([good], OK),
        ([bad], BAD_INPUT),
        ([refused], REFUSED),
        ([good, bad], SOME_BAD),
        ([good, refused], SOME_BAD),
    ):
        assert main(["validate", known(folder, *rows)]) == code
        assert ("not read: " in capsys.readouterr().err) == (bad in rows)
        if bad in rows:
            continue
        assert main(["predict", str(folder / "known.csv")]) == code
        capsys.readouterr()


def test_validate_writes_over_no_spectrum(folder, capsys):
    shutil.copy(folder / "pellet_0.csv", folder / "measured.csv")
    before = (folder / "measured.csv").read_bytes()
    assert main(["validate", known(folder, "measured.csv,,,,,,,,"), "--output", str(folder)]) == BAD_INPUT
    assert "measured.csv: is one of the files to read" in capsys.readouterr().err
    assert (folder / "measured.csv").read_bytes() == before
