"""Tables of predictions, read back: one that is cut short, or of other spectra, must not become a figure of merit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.dka.activation import series_table
from ionscope.errors import InputDataError
from ionscope.spectrum import SpectrumSet

INTERVALS = ("resistance", "resistance_lower", "resistance_upper", "sigma", "sigma_lower", "sigma_upper")
KNOWN = ("spectrum", "specimen", "material", "electrode", "role", "temperature", "sigma_true", "ea_true")
SPECTRA_COLUMNS = (*KNOWN, *INTERVALS, "ea_single", "plateau", "verdict")
ENERGY = ("ea_true", "ea", "ea_lower", "ea_upper")
SIGMA_25C = ("sigma_25c_true", "sigma_25c", "sigma_25c_lower", "sigma_25c_upper")
SERIES_COLUMNS = ("specimen", "material", "electrode", "role", *ENERGY, *SIGMA_25C)
"""Columns that have no empty cell, here and in `SPECTRA_COLUMNS`."""


def read_predictions(path: Path | str, spectra: SpectrumSet) -> pd.DataFrame:
    """`predictions/<variant>.csv`, one row for each of the run's spectra; `InputDataError` where it is not that."""
    table = _whole_table(path, SPECTRA_COLUMNS)
    names = spectra["specimen"].astype(str)
    if len(table) != len(spectra):
        raise _unusable(path, f"has {len(table)} spectra, the run has {len(spectra)}")
    if not (np.array_equal(table["spectrum"], np.arange(len(spectra))) and np.array_equal(table["specimen"], names)):
        raise _unusable(path, "is not of the run's spectra")
    return table


def read_series(path: Path | str, predictions: pd.DataFrame) -> pd.DataFrame:
    """`predictions/<variant>_series.csv`, one row for each series among the `predictions` of the same variant."""
    table, wanted = _whole_table(path, SERIES_COLUMNS), series_table(predictions)["specimen"]
    if sorted(table["specimen"]) != sorted(wanted):
        raise _unusable(path, f"has {len(table)} specimens, which are not the {len(wanted)} that the run has series of")
    return table


def _whole_table(path: Path | str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table that has all these columns and no empty cell in them."""
    if not Path(path).read_bytes().endswith(b"\n"):
        raise _unusable(path, "ends in the middle of a row")
    try:
        table = pd.read_csv(path, dtype={"specimen": str})
    except ValueError as error:
        raise _unusable(path, f"is not a readable table ({error})") from None
    if missing := [name for name in columns if name not in table]:
        raise _unusable(path, f"has no column {', '.join(missing)}")
    empty = table[list(columns)].isna()
    if empty.any(axis=None):
        row = int(np.flatnonzero(empty.any(axis=1))[0])
        # The header is line 1.
        raise _unusable(path, f"line {row + 2} has no {', '.join(empty.columns[empty.iloc[row]])}")
    return table


def _unusable(path: Path | str, what: str) -> InputDataError:
    return InputDataError(f"{path}: {what}; delete the file and run again, and it is made anew")
