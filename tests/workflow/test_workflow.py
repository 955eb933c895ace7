"""The workflow as a user runs it: dry runs, refusals, the smoke run end to end, its report, and what reruns."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "config").glob("*.yaml"))
RUNS = [path for path in CONFIGS if {"simulation", "run"} & set(yaml.safe_load(path.read_text()))]
"""Whole runs, and those laid over the paper's; not what is added to another run."""


def snakemake(*arguments: str, directory: Path, timeout: float = 900) -> subprocess.CompletedProcess:
    """Run snakemake on the project's Snakefile in a working directory of its own."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(directory)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=timeout, env=environment, check=False
    )


@pytest.mark.parametrize("config", RUNS, ids=lambda path: path.stem)
@pytest.mark.parametrize("profile", ["default", "slurm"])
def test_every_configuration_dry_runs_with_every_profile(config, profile, tmp_path):
    profile_folder = str(ROOT / "profiles" / profile)
    run = snakemake("-n", "--workflow-profile", profile_folder, "--configfile", str(config), directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "train" in run.stdout + run.stderr


def test_results_of_other_code_are_told(tmp_path):
    earlier = subprocess.run(
        ["git", "rev-list", "-1", "--skip=1", "HEAD", "--", "src"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if not earlier:
        pytest.skip("no history here: this checkout has no earlier commit of the code")
    provenance = tmp_path / "results" / "smoke" / "provenance.json"
    provenance.parent.mkdir(parents=True)
    provenance.write_text(json.dumps({"commit": earlier}))
    run = snakemake("-n", "--configfile", str(ROOT / "config" / "smoke.yaml"), directory=tmp_path)
    assert run.returncode == 0
    assert "results/smoke was made by other code: " in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("simulation", "grain"), 64, "simulation.grain"),
        (("simulation", "frequency_min_hz"), -1, "simulation.frequency_min_hz"),
        (("simulation", "electrodes"), {"blocking": 0.5}, "electrodes"),
        (("learning", "device"), "tpu", "learning.device"),
        (("learning", "default"), "best", "default"),
        (("materials",), ["unobtainium"], "unobtainium"),
        (("run",), "Paper 1", "run"),
    ],
)
def test_a_wrong_key_is_refused_before_anything_runs(path, value, named, tmp_path):
    config = yaml.safe_load((ROOT / "config" / "smoke.yaml").read_text())
    target = config
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(config))
    run = snakemake("-n", "--configfile", str(file), directory=tmp_path)
    assert run.returncode != 0
    message = run.stdout + run.stderr
    assert named in message
    assert "Traceback" not in message


@pytest.mark.parametrize("reader", [True, False])
def test_a_folder_of_measured_spectra_is_validated_against(reader, tmp_path):
    config = yaml.safe_load((ROOT / "config" / "smoke.yaml").read_text())
    if not reader:
        del config["reader"]
    config["validation"] = {"spectra": str(tmp_path)}
    (tmp_path / "known.csv").touch()
    file = tmp_path / "measured.yaml"
    file.write_text(yaml.safe_dump(config))
    run = snakemake("-n", "--configfile", str(file), directory=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "validate_measured" in run.stdout + run.stderr


@pytest.fixture(scope="module")
def smoke_run(tmp_path_factory) -> Path:
    """A working directory in which the smoke configuration has run."""
    directory = tmp_path_factory.mktemp("smoke")
    run = snakemake(
        "--cores", "2", "--resources", "gpu=1", "--configfile", str(ROOT / "config" / "smoke.yaml"), directory=directory
    )
    assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    return directory


@pytest.mark.slow
def test_the_smoke_run_makes_every_result(smoke_run):
    results = smoke_run / "results" / "smoke"
    metrics = json.loads((results / "evaluation" / "metrics.json").read_text())
    assert metrics["n_spectra"] == 40
    assert metrics["n_test_specimens"] == 4
    with open(results / "claims.csv", encoding="utf-8") as file:
        claims = list(csv.DictReader(file))
    assert {row["id"][:3].rstrip("ab") for row in claims} >= {"C1", "C3", "C4", "C5", "C7", "C8", "C9"}
    allowed = {"reproduced", "exceeded", "acceptable difference", "not reproduced", "not testable"}
    assert {row["verdict"] for row in claims} <= allowed
    page = (results / "report" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)\s*=\s*["\']?https?://', page)
    assert (results / "reader" / "card.md").exists()
    literature = json.loads((results / "validation" / "literature.json").read_text())
    assert literature["hypothetical"] == ["lcto"]
    assert literature["materials"]["lcto"]["sigma_total"]["verdict"] == "no measurement"
    assert (results / "validation" / "figures" / "literature_ranges.svg").exists()
    provenance = json.loads((results / "provenance.json").read_text())
    assert provenance["devices"]["joint/final"] == provenance["devices"]["reader/trained"] == "cpu"
    # The default has learned from further specimens, once; the variant beside it from the run's own, fold by fold.
    assert (metrics["n_learned_spectra"], metrics["own_n_learned_spectra"]) == (64, 32)
    for name in ("enlarged", "informed"):
        assert {path.name for path in (results / "models" / name).iterdir()} == {"final", "calibrated"}
    assert {path.name for path in (results / "models" / "joint").iterdir()} == {"0", "1", "final", "calibrated"}
    assert {"joint", "enlarged", "informed", "ridge", "ridge_further", "cnn_further"} <= set(metrics["ablations"])
    tried = pd.read_csv(results / "evaluation" / "settings.csv")
    assert list(tried[["variant", "value", "folds"]].itertuples(index=False, name=None)) == [
        ("enlarged", 4, 2), ("enlarged", 6, 2), ("joint", 4, 2), ("joint", 6, 2),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_second_run_has_nothing_to_do(smoke_run):
    run = snakemake("-n", "--configfile", str(ROOT / "config" / "smoke.yaml"), directory=smoke_run)
    assert "Nothing to be done" in run.stdout + run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("section", "key", "value", "again", "kept"),
    [
        ("peers", "spectra", 5, {"peers"}, {"train_reader", "evaluate", "rank"}),
        ("reader", "calibration_fraction", 0.5, {"simulate_wide", "calibrate_reader", "read"}, {"train_reader"}),
        ("reader", "temperature_range_c", [-30, 90], {"calibrate_reader", "read"}, {"train_reader", "fit_reader"}),
        (
            "reader",
            "series",
            {"population": "known", "specimens_per_material": 6, "temperatures_c": [20, 50, 80], "shards": 2},
            {"simulate_wide", "fit_reader", "calibrate_reader", "read"},
            {"train_reader"},
        ),
    ],
)
def test_a_changed_parameter_reruns_only_what_depends_on_it(section, key, value, again, kept, smoke_run, tmp_path):
    config = yaml.safe_load((ROOT / "config" / "smoke.yaml").read_text())
    config[section][key] = value
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(config))
    run = snakemake("-n", "--configfile", str(file), directory=smoke_run)
    planned = set(re.findall(r"^rule (\w+):", run.stdout + run.stderr, flags=re.MULTILINE))
    assert again <= planned
    assert not planned & {"simulate", "gather", "train", "predict", *kept}


@pytest.mark.slow
def test_a_lost_shard_is_made_again_the_same(smoke_run, tmp_path):
    directory = tmp_path / "copy"
    shutil.copytree(smoke_run, directory)
    shard = directory / "results" / "smoke" / "data" / "shards" / "1.nc"
    before = shard.read_bytes()
    shard.unlink()
    run = snakemake(
        str(shard.relative_to(directory)), "--cores", "1", "--configfile", str(ROOT / "config" / "smoke.yaml"),
        directory=directory,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    import xarray as xr

    (tmp_path / "before.nc").write_bytes(before)
    assert xr.load_dataset(shard, engine="h5netcdf").identical(
        xr.load_dataset(tmp_path / "before.nc", engine="h5netcdf")
    )


@pytest.mark.slow
def test_the_report_builds(smoke_run):
    run = snakemake("--report", "report.zip", "--configfile", str(ROOT / "config" / "smoke.yaml"), directory=smoke_run)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (smoke_run / "report.zip").stat().st_size > 100_000
