"""Measured spectra with published answers, read by the shipped model as `ionscope validate` does."""

import csv
import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ionscope.cli import main
from ionscope.evaluate.known import COLUMNS

SPECTRA = Path(__file__).parents[2].parent / "shared" / "data" / "spectra"
pytestmark = pytest.mark.skipif(not SPECTRA.is_dir(), reason="the measured sample files (../shared) are not here")

SWEEP = "lpscl/PEIS_LPSCl_IonBlocking_-25C"
PUBLISHED = {f"{SWEEP}.txt": 1452.5, f"{SWEEP}_RelaxIS.txt": 1452.5, "lagp/lagp_dynamicVT.txt": 91.5e3}
"""Ohm: the middle of the published 1440 to 1465, and the published 91.5 k."""

OTHERS = ["lagp/CSV_Example.csv", "lagp/Example_header.txt", "lagp/Example_noheader.txt", "cycles.csv"]
EVERY = 15
"""One in so many cycles of the full cell is read, to save time."""

BINARY = importlib.util.find_spec("galvani") is not None


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as a laboratory would have it: files in subfolders, a known.csv above them."""
    folder = tmp_path_factory.mktemp("measured")
    for name in ("lpscl", "lagp"):
        shutil.copytree(SPECTRA / name, folder / name)
    head, *cycles = (SPECTRA / "ceracharge" / "EISdata1_SoC0_Cyc1to100.csv").read_text().splitlines()
    (folder / "cycles.csv").write_text("\n".join([head, *cycles[::EVERY]]) + "\n")
    files = [*PUBLISHED, *OTHERS, *([f"{SWEEP}.mpr"] if BINARY else [])]
    with open(folder / "known.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for name in files:
            row = {"file": name, "temperature_c": -25 if "-25C" in name else ""}
            writer.writerow(row | {"resistance_ohm": PUBLISHED.get(name.replace(".mpr", ".txt"), "")})
    return folder


@pytest.fixture(scope="module")
def records(folder):
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as shown:
        assert main(["validate", str(folder), "--json"]) in (0, 4)  # full cells are refused, or ask for caution
    return json.loads(shown.getvalue())


def of(records, name):
    return [record for record in records if record["file"] == name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_pellets_are_within_three_per_cent_and_covered(records, name):
    (record,) = of(records, name)
    assert abs(record["relative_error"]) <= 0.03
    assert record["covered"] and record["verdict"] in ("ok", "caution")


def test_no_answer_is_further_off_than_the_read_off(records):
    published = [record for record in records if record["published"] is not None]
    assert len(published) >= 3
    for record in published:
        assert record["no_worse_than_read_off"] or record["verdict"] == "refuse", record["file"]


def test_every_format_of_a_sweep_gives_the_same_answer(records):
    values = [r["predicted"] for r in records if r["file"].startswith(SWEEP)]
    assert len(values) == 2 + BINARY
    assert np.ptp(values) < 1e-5 * values[0]


def test_a_sweep_in_the_cold_is_read_without_complaint(records):
    (record,) = of(records, f"{SWEEP}.txt")
    assert record["verdict"] == "ok" and record["reasons"] == ""


def test_full_cells_are_no_pellets(records):
    cycles = of(records, "cycles.csv")
    assert [record["sweep"] for record in cycles] == list(range(1, len(cycles) + 1)) and len(cycles) == 10
    for record in cycles:
        assert record["verdict"] in ("caution", "refuse") and record["reasons"]


def test_every_file_has_its_row(records):
    assert {record["file"] for record in records} >= {*PUBLISHED, *OTHERS}
    assert all(record["verdict"] in ("ok", "caution", "refuse") for record in records)


def test_a_template_of_the_folder_names_them_all(folder, tmp_path, capsys):
    copy = shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("known.csv"))
    assert main(["validate", str(copy), "--init"]) == 0
    with open(copy / "known.csv", encoding="utf-8") as file:
        named = {row["file"] for row in csv.DictReader(file)}
    assert named >= {*PUBLISHED, *OTHERS} and not [name for name in named if "LICENSE" in name]
