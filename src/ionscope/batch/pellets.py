"""What the validated readings of one pellet say together: its repeats, and its activation energy."""

from __future__ import annotations

from ionscope.batch.outcome import Series, find_series
from ionscope.batch.repeats import compared
from ionscope.evaluate.measured import Comparison
from ionscope.reader import Reader
from ionscope.series import THERMOMETER_ERROR


def compare_pellets(comparison: Comparison, reader: Reader) -> list[Series]:
    """The series among the readings of `comparison`.

    In its rows their energies are put, and the verdicts of repeats that contradict each other.
    """
    readings = compared(comparison.read)
    comparison.judge_again(readings)
    series = find_series(readings, THERMOMETER_ERROR, reader.series_errors)
    comparison.add_energies(series)
    return series
