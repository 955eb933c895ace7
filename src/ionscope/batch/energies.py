"""Activation energies of validated specimens, beside those published."""

from __future__ import annotations

from ionscope.batch.outcome import Series, find_series
from ionscope.evaluate.measured import Comparison
from ionscope.reader import Reader
from ionscope.series import THERMOMETER_ERROR


def compare_energies(comparison: Comparison, reader: Reader) -> list[Series]:
    """The series among the readings of `comparison`, in whose rows their energies are put."""
    readings = [reading for reading in comparison.readings if reading is not None]
    series = find_series(readings, THERMOMETER_ERROR, reader.series_errors)
    comparison.add_energies(series)
    return series
