"""The command line: answers, exit codes, one line for every mistake."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from cells import calibrate, cell, pellets
from json_form import KEYS

import ionscope
from ionscope.cli import build_parser, main
from ionscope.config import Representing, Simulation
from ionscope.dka.experiment import train_bundle
from ionscope.io.dataset import read_dataset, write_dataset
from ionscope.preprocess.smoothing import Smoothing
from ionscope.simulate.generate import Priors, simulate_specimens

ROOT = Path(__file__).parents[2]
F = np.logspace(5, -1, 61)
HEADER = "frequency_hz,z_real_ohm,z_imag_ohm\n"
OK, BAD_INPUT, REFUSED = 0, 2, 3


@pytest.fixture(scope="module")
def model(quick, tmp_path_factory):
    """The folder of a reader trained on such pellets as `cells` makes."""
    spectra = pellets(60, temperatures=(298.15,), points=71, high=1e6, noise=0.003)
    variant = quick.model_copy(
        update={"representation": Representing(kind="anchored"), "windows": True, "smoothing": False}
    )
    bundle, _ = train_bundle(spectra, np.arange(40), variant, Smoothing(), 0, "cpu")
    calibrate(bundle, spectra, np.arange(40, 60), variant, 0)
    folder = tmp_path_factory.mktemp("reader") / "model"
    bundle.save(folder)
    return str(folder)


def rows(z=None):
    z = cell(F, 1e3) if z is None else z
    rng = np.random.default_rng(0)
    z = z * (1 + 0.003 * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size)))
    return [f"{f:.8g},{value.real:.8g},{value.imag:.8g}\n" for f, value in zip(F, z, strict=True)]


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "pellet.csv"
    path.write_text(HEADER + "".join(rows()))
    return str(path)


def test_predict_tells_resistance_and_verdict(sweep, model, capsys):
    assert main(["predict", sweep, "--model", model]) == OK
    shown = capsys.readouterr()
    assert shown.err == ""
    for part in ("pellet.csv: 61 points", "total resistance", "ohm", "90 %", "verdict", "--thickness CM"):
        assert part in shown.out


def test_geometry_gives_the_conductivity(sweep, model, capsys):
    options = ["--thickness", "0.1", "--area", "0.4", "--temperature", "25"]
    assert main(["predict", sweep, "--model", model, "--json", *options]) == OK
    content = json.loads(capsys.readouterr().out)
    assert content["sigma_total_s_cm"]["value"] == pytest.approx(0.25 / content["resistance_total_ohm"]["value"])
    assert content["temperature_c"] == pytest.approx(25)
    assert main(["predict", sweep, "--model", model, *options]) == OK
    assert "S/cm" in capsys.readouterr().out


def test_the_json_of_a_sweep_has_its_keys(sweep, model, capsys):
    assert main(["predict", sweep, "--model", model, "--json"]) == OK
    content = json.loads(capsys.readouterr().out)
    assert set(content) == KEYS
    assert content["file"].endswith("pellet.csv")
    assert content["points"] == 61
    assert (content["frequency_min_hz"], content["frequency_max_hz"]) == pytest.approx((0.1, 1e5))
    assert content["temperature_c"] is None and content["sigma_total_s_cm"] is None
    assert set(content["resistance_total_ohm"]) == {"value", "lower", "upper"}
    assert set(content["trust"]) == {"verdict", "reasons"}
    assert content["trust"]["verdict"] in ("ok", "caution")


def test_several_sweeps_are_listed_with_their_series_and_failures(tmp_path, model, capsys):
    path = tmp_path / "two.csv"
    path.write_text(HEADER + "".join(rows()) + "".join(rows(cell(F, 4e3))))
    assert main(["predict", str(path), "--model", model, "--json"]) == OK
    content = json.loads(capsys.readouterr().out)
    assert content["series"] == content["failures"] == []
    one, two = content["spectra"]
    assert set(one) == set(two) == KEYS
    assert 2 < two["resistance_total_ohm"]["value"] / one["resistance_total_ohm"]["value"] < 8
    assert main(["predict", str(path), "--model", model]) == OK
    assert capsys.readouterr().out.count("total resistance") == 2


def test_a_sweep_without_a_plateau_is_refused_with_its_figures(tmp_path, model, capsys):
    path = tmp_path / "capacitor.csv"
    path.write_text(HEADER + "".join(rows(1.0 + 1e7 / (1j * F))))
    assert main(["predict", str(path), "--model", model, "--json"]) == REFUSED
    shown = capsys.readouterr()
    content = json.loads(shown.out)
    assert shown.err == ""
    assert content["trust"]["verdict"] == "refuse"
    assert any("no plateau" in reason for reason in content["trust"]["reasons"])
    assert set(content) == KEYS


def test_one_refused_sweep_among_others_is_told_by_the_exit_code(tmp_path, model, capsys):
    path = tmp_path / "mixed.csv"
    path.write_text(HEADER + "".join(rows()) + "".join(rows(1.0 + 1e7 / (1j * F))))
    assert main(["predict", str(path), "--model", model, "--json"]) == REFUSED
    verdicts = [content["trust"]["verdict"] for content in json.loads(capsys.readouterr().out)["spectra"]]
    assert verdicts[1] == "refuse" != verdicts[0]


def test_the_stated_sign_is_used(tmp_path, model, capsys):
    path = tmp_path / "turned.csv"
    path.write_text(HEADER + "".join(rows(cell(F, 1e3).conj())))
    answers = []
    for file, sign in ((path, "negated"), (path, "auto")):
        assert main(["predict", str(file), "--model", model, "--json", "--sign", sign]) == OK
        answers.append(json.loads(capsys.readouterr().out)["resistance_total_ohm"])
    assert answers[0] == answers[1]


BAD = {
    "missing": (None, "no such file"),
    "empty": ("", "is empty"),
    "header only": (HEADER, "line 1: holds no table"),
    "truncated": (HEADER + "".join(rows())[:-14], r"line 62: .*truncated"),
    "a word": (HEADER + "".join(rows()[:5]) + "12,abc,3\n" + "".join(rows()[6:]), "line 7: 'abc' in column"),
    "not a number": (HEADER + "".join(rows()[:5]) + "12,nan,3\n" + "".join(rows()[6:]), "line 7: 'nan' in column"),
    "two columns": (
        "frequency_hz,z_real_ohm\n" + "".join(row.rsplit(",", 1)[0] + "\n" for row in rows()),
        "line 1: has no imaginary part",
    ),
    "binary": ("\x00\x01\x02" * 100, "is binary"),
    "too few points": (HEADER + "".join(rows()[:5]), "5 points"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_that_names_file_and_place(tmp_path, model, capsys, case):
    content, message = BAD[case]
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_text(content)
    assert main(["predict", str(path), "--model", model]) == BAD_INPUT
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("ionscope: ")
    assert shown.err.count("\n") == 1
    assert "bad.csv" in shown.err
    assert "Traceback" not in shown.err
    assert re.search(message, shown.err)


def test_a_folder_that_is_no_model_is_bad_input(sweep, tmp_path, capsys):
    assert main(["predict", sweep, "--model", str(tmp_path / "absent")]) == BAD_INPUT
    shown = capsys.readouterr().err
    assert "absent: no model.json here" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--thickness", "0"],
        ["--thickness", "-0.1"],
        ["--area", "wide"],
        ["--area", "nan"],
        ["--area", "inf"],
        ["--temperature", "warm"],
        ["--sign", "maybe"],
        ["--unknown"],
    ],
)
def test_a_wrong_option_is_bad_input(sweep, model, capsys, options):
    with pytest.raises(SystemExit) as caught:
        main(["predict", sweep, "--model", model, *options])
    assert caught.value.code == BAD_INPUT
    assert ": error: " in capsys.readouterr().err


@pytest.mark.parametrize("celsius", ["-300", "nan", "inf"])
def test_a_temperature_that_cannot_be_is_bad_input(sweep, model, capsys, celsius):
    assert main(["predict", sweep, "--model", model, "--temperature", celsius]) == BAD_INPUT
    told = capsys.readouterr().err
    assert f"--temperature {celsius}" in told and "Celsius above -273.15" in told


@pytest.mark.parametrize("argv", [[], ["guess"], ["predict"]])
def test_without_a_command_or_a_file_the_usage_is_shown(capsys, argv):
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == BAD_INPUT
    assert "usage: ionscope" in capsys.readouterr().err


def test_the_help_is_complete(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == OK
    shown = " ".join(capsys.readouterr().out.split())
    for part in (
        "predict",
        "read",
        "check",
        "--version",
        "0 fine",
        "2 bad input",
        "3 a spectrum was refused",
        "watch",
        "4 of several",
    ):
        assert part in shown


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("predict", ["file", "--sign", "--temperature", "--thickness", "--area", "--model", "--json", "--specimen"]),
        (
            "predict",
            ["--material", "--electrodes", "--thermometer-error", "--to", "--output", "--plot", "4 of several"],
        ),
        ("watch", ["FOLDER", "--new-only", "--interval", "--output", "--sign", "--model", "--thickness"]),
        ("read", ["file", "--sign", "--to", "--output", "--plot"]),
        ("check", ["file", "--sign", "--plot"]),
    ],
)
def test_the_help_of_every_command_explains_every_option(capsys, command, options):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for option in options:
        assert option in shown
    parser = build_parser()._subparsers._group_actions[0].choices[command]
    assert all(action.help for action in parser._actions)


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == OK
    assert capsys.readouterr().out == f"ionscope {ionscope.__version__}\n"


def test_read_prints_what_was_understood(sweep, capsys):
    assert main(["read", sweep]) == OK
    shown = capsys.readouterr()
    table = list(csv.DictReader(io.StringIO(shown.out)))
    assert list(table[0]) == ["frequency/Hz", "Re(Z)/ohm", "Im(Z)/ohm"]
    assert len(table) == 61
    frequency = np.array([float(row["frequency/Hz"]) for row in table])
    assert (np.diff(frequency) > 0).all()
    written = np.loadtxt(io.StringIO("".join(rows())), delimiter=",")[::-1]
    got = np.array([[float(row[name]) for name in row] for row in table])
    assert np.allclose(got, written, rtol=1e-7)


def test_read_tells_its_assumptions_apart_from_the_table(tmp_path, capsys):
    path = tmp_path / "turned.csv"
    path.write_text(HEADER + "".join(rows(cell(F, 1e3).conj())))
    assert main(["read", str(path)]) == OK
    shown = capsys.readouterr()
    assert shown.out.startswith("frequency/Hz")
    assert shown.err and all("turned.csv: " in line for line in shown.err.splitlines())
    assert all(float(row["Im(Z)/ohm"]) < 0 for row in csv.DictReader(io.StringIO(shown.out)))


def test_read_numbers_the_sweeps(tmp_path, capsys):
    path = tmp_path / "two.csv"
    path.write_text(HEADER + "".join(rows()) + "".join(rows(cell(F, 4e3))))
    assert main(["read", str(path)]) == OK
    table = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert [row["sweep"] for row in table] == ["1"] * 61 + ["2"] * 61


def test_check_is_content_with_a_clean_spectrum(sweep, capsys):
    assert main(["check", sweep]) == OK
    shown = capsys.readouterr().out
    noise = float(re.search(r"pellet\.csv: 61 points, noise about (\S+) % of", shown)[1])
    assert noise == pytest.approx(0.3, rel=0.3)
    assert "nothing to complain about" in shown


def test_check_names_a_spike_by_its_frequency(tmp_path, capsys):
    z = cell(F, 1e3)
    z[30] *= 1.3
    path = tmp_path / "spike.csv"
    path.write_text(HEADER + "".join(rows(z)))
    assert main(["check", str(path)]) == OK
    shown = capsys.readouterr().out
    assert f"{F[30]:.3g} Hz" in shown
    assert "nothing to complain about" not in shown


@pytest.mark.parametrize("command", ["read", "check"])
def test_bad_input_is_refused_by_every_command(tmp_path, capsys, command):
    path = tmp_path / "bad.csv"
    path.write_text(HEADER + "1,2\n3,4,5\n")
    assert main([command, str(path)]) == BAD_INPUT
    shown = capsys.readouterr().err
    assert shown.startswith("ionscope: ") and "bad.csv" in shown and shown.count("\n") == 1


def test_read_prints_nothing_where_there_is_nothing_to_read(tmp_path, capsys):
    assert main(["read", str(tmp_path / "absent.csv")]) == BAD_INPUT
    assert capsys.readouterr().out == ""


def run(*argv):
    return subprocess.run([sys.executable, "-m", "ionscope.cli", *argv], capture_output=True, text=True, timeout=120)


def test_as_a_program_it_ends_with_the_exit_code_and_no_traceback(sweep, model, tmp_path):
    fine = run("predict", sweep, "--model", model, "--json")
    assert (fine.returncode, fine.stderr) == (OK, "")
    assert set(json.loads(fine.stdout)) == KEYS
    bad = run("predict", str(tmp_path / "absent.csv"))
    assert (bad.returncode, bad.stdout) == (BAD_INPUT, "")
    assert "Traceback" not in bad.stderr and bad.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "unbuffered",
    [
        pytest.param("1", id="line by line"),
        pytest.param("", id="at the end"),
    ],
)
def test_a_reader_of_the_output_that_goes_away_is_no_error(sweep, unbuffered):
    """As `ionscope read pellet.csv | head -1` does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ionscope.cli", "read", sweep],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(120) == OK
    assert errors == b""


def test_materials_are_listed_and_shown_with_their_sources(capsys):
    assert main(["materials", "list", "--config", str(ROOT / "config")]) == OK
    assert "llzo_tetragonal" in capsys.readouterr().out
    assert main(["materials", "show", "lcto", "--config", str(ROOT / "config")]) == OK
    shown = capsys.readouterr().out
    assert "HYPOTHETICAL" in shown and "source: 10.4236/njgc.2012.21009" in shown


def test_an_unknown_material_is_refused_with_those_there_are(capsys):
    assert main(["materials", "show", "unobtainium", "--config", str(ROOT / "config")]) == BAD_INPUT
    assert "unknown material 'unobtainium'; known: generic" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["list"], ["show", "llzo"]])
def test_outside_a_clone_the_way_to_the_materials_is_told(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["materials", *arguments]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "config/materials" in told
    assert "run it in a clone of the project, or name a folder like its config/ by --config FOLDER" in told


def test_simulate_writes_what_the_workflow_would(tmp_path, capsys):
    run = yaml.safe_load((ROOT / "config" / "smoke.yaml").read_text())
    run["simulation"] |= {"specimens_per_material": 2, "frequencies": 11}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(run))
    arguments = ["simulate", str(tmp_path / "run.yaml"), "--output", str(tmp_path / "set.nc")]
    assert main([*arguments, "--config", str(ROOT / "config")]) == OK
    assert "8 spectra of 4 specimens" in capsys.readouterr().out
    simulation = Simulation.model_validate(run["simulation"])
    priors = Priors.load(ROOT / "config", run["materials"], simulation.electrodes)
    alone = simulate_specimens(simulation, priors, run["seed"], [3])
    assert np.array_equal(read_dataset(tmp_path / "set.nc").impedance[-2:], alone.impedance)


def test_validate_compares_with_what_is_published(sweep, model, tmp_path, capsys):
    (tmp_path / "pellet.csv").write_text(Path(sweep).read_text())
    header = "file,temperature_c,thickness_cm,area_cm2,specimen,resistance_ohm,sigma_total_s_cm,ea_ev,source\n"
    (tmp_path / "known.csv").write_text(header + "pellet.csv,25,,,,1000,,,measured\n")
    assert main(["validate", str(tmp_path), "--model", model, "--json"]) == OK
    (row,) = json.loads(capsys.readouterr().out)
    assert {"file", "predicted", "published", "relative_error", "covered", "verdict"} <= set(row)
    assert (row["file"], row["published"]) == ("pellet.csv", 1000)
    assert row["relative_error"] == pytest.approx(row["predicted"] / 1000 - 1)
    assert row["covered"] == (row["lower_ohm"] <= 1000 <= row["upper_ohm"])
    assert main(["validate", str(tmp_path), "--model", model]) == OK
    assert "pellet.csv" in capsys.readouterr().out


def test_a_folder_without_its_table_is_bad_input(model, tmp_path, capsys):
    assert main(["validate", str(tmp_path), "--model", model]) == BAD_INPUT
    assert "known.csv" in capsys.readouterr().err


def test_init_writes_a_table_to_fill_in_and_keeps_one_that_is_there(sweep, model, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("nothing\n")
    assert main(["validate", str(tmp_path), "--init"]) == OK
    shown = capsys.readouterr()
    assert "names 1 files" in shown.out and "notes.txt" in shown.err
    assert main(["validate", str(tmp_path), "--model", model, "--json"]) == OK
    (row,) = json.loads(capsys.readouterr().out)
    assert row["file"] == "pellet.csv" and row["published"] is None and row["covered"] is None
    table = (tmp_path / "known.csv").read_bytes()
    assert main(["validate", str(tmp_path), "--init"]) == BAD_INPUT
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "known.csv").read_bytes() == table


def test_validate_finds_the_nearest_simulated_spectrum(sweep, model, tmp_path, capsys):
    assert main(["validate", str(tmp_path), "--init"]) == OK
    write_dataset(pellets(20, points=51), tmp_path / "set.nc")
    out = tmp_path / "out"
    options = ["--model", model, "--simulated", str(tmp_path / "set.nc"), "--plot", str(out), "--output", str(out)]
    capsys.readouterr()
    assert main(["validate", str(tmp_path), *options, "--config", str(ROOT / "config"), "--json"]) == OK
    content = json.loads(capsys.readouterr().out)
    assert content[0]["nearest_specimen"].startswith("p-") and content[0]["nearest_distance"] > 0
    assert json.loads((out / "validation.json").read_text()) == content
    llzo = json.loads((out / "literature.json").read_text())["materials"]["llzo"]["sigma_total"]
    assert set(llzo["simulated"]) >= {"p5", "p50", "p95"} and set(llzo["measured"]) == {"n", "p5", "p50", "p95"}
    assert llzo["verdict"] in ("inside", "outside")
    assert {path.name for path in out.iterdir()} == {
        *("measured.csv", "validation.json", "literature.csv", "literature.json", "nearest.svg", "nearest.csv")
    }
    assert main(["validate", str(tmp_path), *options[:4]]) == OK
    assert "nearest_quantile" in capsys.readouterr().out


def test_mistakes_of_validate_are_one_line(sweep, model, tmp_path, capsys):
    assert main(["validate", str(tmp_path), "--init"]) == OK
    capsys.readouterr()
    for options, message in (
        (["--plot", str(tmp_path)], "--simulated FILE.nc"),
        (["--simulated", sweep], "not a readable NetCDF file"),
        (["--output", str(tmp_path / "out"), "--config", str(tmp_path)], "no materials/"),
    ):
        assert main(["validate", str(tmp_path), "--model", model, *options]) == BAD_INPUT
        told = capsys.readouterr().err
        assert message in told and len(told.splitlines()) == 1
