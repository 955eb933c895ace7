"""Tables of predictions as a run wrote them are taken; cut short, with a hole or of another run they are refused."""

import numpy as np
import pandas as pd
import pytest
from cells import pellets

from ionscope.dka.series_intervals import prediction_series
from ionscope.errors import InputDataError
from ionscope.evaluate.predictions import SERIES_COLUMNS, SPECTRA_COLUMNS, read_predictions, read_series

SPECTRA = pellets(6, noise=0.001)
FACTORS = {"any": {"ea": 1.0, "log10_sigma_25c": 1.0}}


def predictions():
    """Predictions of pellets with two spectra each, at two temperatures so that they are series."""
    n = len(SPECTRA)
    table = pd.DataFrame({"spectrum": np.arange(n), "specimen": SPECTRA["specimen"].astype(str)})
    table = table.assign(material="llzo", electrode="blocking", role="test", temperature=300 + 20 * (np.arange(n) % 2))
    for k, name in enumerate(SPECTRA_COLUMNS[6:-2], 1):
        table[name] = 1e-4 * k * (1 + np.arange(n) % 2)
    return table.assign(plateau=True, verdict="ok")


TABLE = predictions()


@pytest.fixture
def files(tmp_path):
    paths = tmp_path / "joint.csv", tmp_path / "joint_series.csv"
    for path, table in zip(paths, (TABLE, prediction_series(TABLE, FACTORS)), strict=True):
        table.to_csv(path, index=False)
    return paths


def refusal(read, path, *arguments):
    with pytest.raises(InputDataError) as error:
        read(path, *arguments)
    message = str(error.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and "delete the file and run again" in message
    return message


def test_tables_that_are_whole_come_back(files):
    table = read_predictions(files[0], SPECTRA)
    pd.testing.assert_frame_equal(table, TABLE)
    assert set(SPECTRA_COLUMNS) <= set(table) and set(SERIES_COLUMNS) <= set(read_series(files[1], table))


def test_a_table_cut_short_is_refused(files):
    text = files[0].read_text()
    files[0].write_text(text[: len(text) // 2])
    assert "ends in the middle of a row" in refusal(read_predictions, files[0], SPECTRA)
    files[0].write_text("".join(text.splitlines(keepends=True)[:3]))
    assert f"has 2 spectra, the run has {len(SPECTRA)}" in refusal(read_predictions, files[0], SPECTRA)
    files[0].write_text("")
    refusal(read_predictions, files[0], SPECTRA)
    files[0].write_text("\n")
    assert "not a readable table" in refusal(read_predictions, files[0], SPECTRA)


def test_a_series_table_cut_short_is_refused(files):
    text = files[1].read_text()
    files[1].write_text(text[:-6])  # within the last number, which would still be one
    assert "ends in the middle of a row" in refusal(read_series, files[1], TABLE)
    files[1].write_text("".join(text.splitlines(keepends=True)[:3]))
    assert "has 2 specimens" in refusal(read_series, files[1], TABLE)


def test_an_empty_cell_or_a_missing_column_is_named(files):
    table = TABLE.copy()
    table.loc[3, ["sigma", "verdict"]] = None
    table.to_csv(files[0], index=False)
    assert "line 5 has no sigma, verdict" in refusal(read_predictions, files[0], SPECTRA)
    TABLE.drop(columns="sigma_true").to_csv(files[0], index=False)
    assert "has no column sigma_true" in refusal(read_predictions, files[0], SPECTRA)


def test_a_table_of_other_specimens_is_refused(files):
    TABLE.assign(specimen="another").to_csv(files[0], index=False)
    assert "is not of the run's spectra" in refusal(read_predictions, files[0], SPECTRA)
