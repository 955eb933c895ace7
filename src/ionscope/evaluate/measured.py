"""Predictions for measured spectra beside what was published about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from ionscope.errors import InputDataError
from ionscope.evaluate.known import KnownSpectrum
from ionscope.io import read_spectra
from ionscope.spectrum import Spectrum

COLUMNS = [
    *("file", "specimen", "temperature_c", "predicted_ohm", "lower_ohm", "upper_ohm", "published_ohm"),
    *("relative_error", "covered", "read_off_ohm", "read_off_relative_error", "no_worse_than_read_off"),
    *("predicted_s_cm", "published_s_cm", "verdict", "reasons", "source"),
]


def compare_measured(known: Iterable[KnownSpectrum], read: Callable[[Spectrum], Any]) -> pd.DataFrame:
    """One row a sweep of every file in `known`, with the columns `COLUMNS`; empty cells where nothing is published.

    Parameters
    ----------
    known : rows of a `known.csv`
    read : `ionscope.reading.Reader.read`; a file that it or the parser refuses gets the verdict `refuse` and the reason
    """
    rows: list[dict[str, Any]] = []
    for entry in known:
        about = {"file": entry.path.name, "specimen": entry.specimen, "source": entry.source}
        try:
            readings = [read(entry.completed(spectrum)) for spectrum in read_spectra(entry.path)]
        except InputDataError as error:
            rows.append({**about, "verdict": "refuse", "reasons": str(error)})
            continue
        rows += [{**about, **_compared(entry, reading)} for reading in readings]
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(entry: KnownSpectrum, reading: Any) -> dict[str, Any]:
    resistance, published = reading.resistance, entry.published_resistance
    row = {
        "temperature_c": reading.spectrum.temperature_c,
        "predicted_ohm": resistance.value,
        "lower_ohm": resistance.lower,
        "upper_ohm": resistance.upper,
        "published_ohm": published,
        "read_off_ohm": reading.read_off,
        "predicted_s_cm": None if reading.sigma is None else reading.sigma.value,
        "published_s_cm": entry.published_conductivity,
        "verdict": reading.verdict,
        "reasons": "; ".join(reading.reasons),
    }
    if published is not None:
        row["relative_error"] = resistance.value / published - 1
        row["covered"] = bool(resistance.lower <= published <= resistance.upper)
        row["read_off_relative_error"] = reading.read_off / published - 1
        row["no_worse_than_read_off"] = abs(row["relative_error"]) <= abs(row["read_off_relative_error"])
    return row
