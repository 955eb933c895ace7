"""`ionscope read` and `check` of several files, their outputs and their plots."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from series_files import F, StubReader, resistance_at, write

from ionscope.cli import main
from ionscope.io import read_spectra
from ionscope.reader import Reader

OK, BAD_INPUT, SOME_BAD = 0, 2, 4


@pytest.fixture
def folder(tmp_path):
    for celsius in (0, 25):
        write(
            tmp_path / f"pellet_{celsius}.csv", resistance_at(celsius), f"# temperature: {celsius} C", "# area: 1 cm2"
        )
    return tmp_path


def test_points_of_several_files_name_their_file(folder, capsys):
    assert main(["read", str(folder)]) == OK
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(table[0])[:3] == ["sweep", "source", "temperature/K"]
    assert [row["source"] for row in table] == [str(folder / f"pellet_{c}.csv") for c in (0, 25) for _ in F]


def test_what_is_printed_is_what_is_written(folder, capsys):
    facts = "# temperature: 25 C", "# specimen: A", "# thickness: 1 mm", "# area: 0.5 cm2"
    write(folder / "one.csv", 1e3, *facts)
    for names in (["one.csv"], ["one.csv", "pellet_0.csv"]):
        paths = [str(folder / name) for name in names]
        assert main(["read", *paths]) == OK
        printed = capsys.readouterr().out
        assert main(["read", *paths, "--output", str(folder / "out.csv")]) == OK
        assert (folder / "out.csv").read_text() == printed
        first = read_spectra(folder / "out.csv")[0]
        assert (first.temperature_c, first.specimen) == (pytest.approx(25), "A")
        assert (first.thickness, first.area) == (0.1, 0.5)


def test_what_is_printed_of_several_files_gives_their_series(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Reader, "load", lambda folder=None: StubReader())
    paths = []
    for celsius in (0, 25, 50):
        paths.append(write(tmp_path / f"{celsius}.csv", resistance_at(celsius), f"# temperature: {celsius} C"))
    for facts, count in (([], 0), (["# specimen: A"], 1)):
        for path, celsius in zip(paths, (0, 25, 50), strict=True):
            write(Path(path), resistance_at(celsius), f"# temperature: {celsius} C", *facts)
        assert main(["read", *paths]) == OK
        (tmp_path / "all.csv").write_text(capsys.readouterr().out)
        assert main(["predict", str(tmp_path / "all.csv"), "--json"]) == OK
        content = json.loads(capsys.readouterr().out)
        assert (len(content["spectra"]), len(content["series"])) == (3, count)


@pytest.mark.parametrize("name", ["all.csv", "all.nc"])
def test_an_output_reads_back_exactly(folder, name, capsys):
    output = folder / "out" / name
    assert main(["read", str(folder), "--output", str(output)]) == OK
    assert capsys.readouterr().out == ""
    wanted = [spectrum for c in (0, 25) for spectrum in read_spectra(folder / f"pellet_{c}.csv")]
    for got, want in zip(read_spectra(output), wanted, strict=True):
        np.testing.assert_array_equal(got.impedance, want.impedance)
        assert got.temperature == pytest.approx(want.temperature) and got.area == 1.0


def test_the_stated_kind_outranks_the_ending(folder, capsys):
    output = folder / "all.dat"
    assert main(["read", str(folder), "--to", "netcdf", "--output", str(output)]) == OK
    assert output.read_bytes().startswith(b"\x89HDF")
    assert main(["read", str(folder), "--to", "netcdf"]) == BAD_INPUT
    assert "needs --output" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["read", "check"])
def test_bad_files_are_listed_at_the_end(folder, capsys, command):
    (folder / "notes.txt").write_text("pressed on Monday\n")
    assert main([command, str(folder)]) == SOME_BAD
    shown = capsys.readouterr()
    assert "pellet_25.csv" in shown.out
    assert shown.err.splitlines()[-1].startswith("not read: ") and "notes.txt" in shown.err.splitlines()[-1]
    assert main([command, str(folder / "a.csv"), str(folder / "b.csv")]) == BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


def test_an_input_is_never_written_over(folder, capsys):
    before = (folder / "pellet_0.csv").read_bytes()
    assert main(["read", str(folder), "--output", str(folder / "pellet_0.csv")]) == BAD_INPUT
    assert (folder / "pellet_0.csv").read_bytes() == before


def test_plots_are_never_written_over_measurements(folder, capsys):
    measured = (folder / "pellet_0.csv").read_bytes()
    (folder / "pellet").write_bytes(measured)
    (folder / "pellet.csv").write_bytes(measured)
    (folder / "a-kramers-kronig.csv").write_bytes(measured)
    for arguments, name in (
        (["read", str(folder / "pellet")], "pellet.csv"),
        (["read", str(folder / "pellet"), str(folder / "pellet.csv")], "pellet.csv"),
        (["check", str(folder / "a-kramers-kronig.csv")], "a-kramers-kronig.csv"),
    ):
        assert main([*arguments, "--plot", str(folder)]) == BAD_INPUT
        shown = capsys.readouterr()
        assert f"{folder / name}: " in shown.err and shown.out == "" and not list(folder.glob("*.svg"))
        assert (folder / name).read_bytes() == measured
    for _ in range(2):
        assert main(["read", str(folder / "pellet"), "--plot", str(folder / "plots")]) == OK


def test_the_plot_of_a_file_has_its_points_beside_it(folder, capsys):
    plots = folder / "plots"
    assert main(["read", str(folder), "--plot", str(plots)]) == OK
    assert sorted(path.name for path in plots.iterdir()) == [
        f"pellet_{c}-csv.{ending}" for c in (0, 25) for ending in ("csv", "svg")
    ]
    points = pd.read_csv(plots / "pellet_0-csv.csv")
    np.testing.assert_allclose(points["frequency_hz"], F[::-1])
    np.testing.assert_allclose(points["modulus_ohm"], np.hypot(points["z_real_ohm"], points["z_imag_ohm"]), rtol=1e-6)
    drawing = (plots / "pellet_0-csv.svg").read_text()
    for label in ("Z' / Ω", "|Z| / Ω", "phase / degrees"):
        assert label in drawing


def test_the_residuals_are_drawn_with_the_outlier(folder, capsys):
    lines = (folder / "pellet_0.csv").read_text().splitlines()
    f, real, imaginary = lines[20].split(",")
    lines[20] = f"{f},{1.3 * float(real)},{imaginary}"
    (folder / "spike.csv").write_text("\n".join(lines))
    plots = folder / "plots"
    assert main(["check", str(folder / "spike.csv"), "--plot", str(plots)]) == OK
    figures = pd.read_csv(plots / "spike-csv-kramers-kronig.csv")
    assert list(figures["frequency_hz"][figures["outlier"] == 1]) == pytest.approx([float(f)])
    assert figures.set_index("frequency_hz")["residual_real_percent"].abs().max() > 10
    assert "residual" in (plots / "spike-csv-kramers-kronig.svg").read_text()


def test_a_rough_end_is_shaded_and_has_no_residuals(folder, capsys):
    lines = (folder / "pellet_0.csv").read_text().splitlines()
    table = [line for line in lines if line and line[0].isdigit()]
    top = sorted(table, key=lambda line: -float(line.split(",")[0]))[:15]
    for number, line in enumerate(top):
        f, real, imaginary = line.split(",")
        lines[lines.index(line)] = f"{f},{(1.3 if number % 2 else 0.7) * float(real)},{imaginary}"
    (folder / "rough.csv").write_text("\n".join(lines))
    plots = folder / "plots"
    main(["check", str(folder / "rough.csv"), "--plot", str(plots)])
    assert "the spectrum breaks the Kramers-Kronig relations" in capsys.readouterr().out
    figures = pd.read_csv(plots / "rough-csv-kramers-kronig.csv").set_index("frequency_hz")
    ends = figures["residual_real_percent"].sort_index(ascending=False)
    assert ends[:15].isna().all() and ends[20:].abs().max() < 5
    assert "rough end" in (plots / "rough-csv-kramers-kronig.svg").read_text()
