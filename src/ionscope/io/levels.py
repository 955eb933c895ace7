"""Levels of a temperature column: which rows of a table were measured at one temperature."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ionscope.io.sweeps import MIN_POINTS, alternates, goes_on, runs
from ionscope.spectrum import ZERO_CELSIUS

UNKNOWN = -1
"""A row that may be of several levels."""

_SAME = 2.0  # K; closer readings are one temperature
_JUMP = 10.0  # K; no cell warms by so much from one point to the next and then keeps its temperature
_STEADY = 1.0  # K; a sensor's jitter, not worth a word


def levels(temperature: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Level (n,) of each row, from (n,) K, NaN where none is written, and the (n,) frequencies in the file's order.

    A cell may warm during its sweep: as long as the frequency goes on in one direction the level stays. Where the rows
    of one frequency stand together, a temperature each, the temperatures alone divide them, and a blank one may be
    `UNKNOWN`.
    """
    known = np.isfinite(temperature)
    if not known.any():
        return np.zeros(temperature.size, dtype=int)
    stretches = runs(frequency)
    level, mean = _by_value(temperature[known])
    filled = level[_nearest_known(known, stretches)]
    if alternates(filled):
        return _the_one_left(filled, known, frequency)
    return _one_a_run(filled, mean, frequency, stretches)


def told_of(temperature: np.ndarray) -> list[str]:
    """What there is to tell of the readings (n,) in K of one sweep, in the order of time."""
    known = temperature[np.isfinite(temperature)]
    missing = temperature.size - known.size
    if not known.size:
        return []
    told = []
    if np.ptp(known) > _STEADY:
        first, last = known[0] - ZERO_CELSIUS, known[-1] - ZERO_CELSIUS
        low, high = known.min() - ZERO_CELSIUS, known.max() - ZERO_CELSIUS
        how = f"varied between {low:.4g} and {high:.4g} C"
        if {first, last} == {low, high}:
            how = f"{'rose' if last > first else 'fell'} from {first:.4g} to {last:.4g} C"
        told.append(f"The temperature {how} during the sweep; the mean was taken.")
    if missing:
        told.append(
            f"The temperature of {missing} of {temperature.size} points is not stated; that of the others was taken."
        )
    return told


def _by_value(temperature: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) number of the level that each belongs to, and the mean of each level."""
    order = np.argsort(temperature, kind="stable")
    level = np.empty(temperature.size, dtype=int)
    level[order] = np.concatenate([[0], np.cumsum(np.diff(temperature[order]) > _SAME)])
    return level, np.bincount(level, weights=temperature) / np.bincount(level)


def _nearest_known(known: np.ndarray, stretches: list[tuple[int, int]]) -> np.ndarray:
    """(n,) index among the known rows of the one that each row takes its level from: the nearest of its own run."""
    where = np.flatnonzero(known)
    row = np.arange(known.size)
    after = np.searchsorted(where, row)
    before = np.clip(np.searchsorted(where, row, side="right") - 1, 0, None)
    after = np.minimum(after, where.size - 1)
    taken = np.where(np.abs(where[after] - row) < np.abs(row - where[before]), after, before)
    for start, end in stretches:
        first, last = np.searchsorted(where, [start, end])
        # a run without a reading: the temperature was written once, above, for several sweeps
        taken[start:end] = np.clip(taken[start:end], first, last - 1) if last > first else max(first - 1, 0)
    return taken


def _the_one_left(level: np.ndarray, known: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    """Levels where those of one frequency stand together: a blank one is the one that the others leave, if any is."""
    result, all_levels = level.copy(), set(level[known].tolist())
    edges = np.flatnonzero(np.diff(frequency)) + 1
    for row in np.flatnonzero(~known):
        at = int(np.searchsorted(edges, row, side="right"))
        start, end = edges[at - 1] if at else 0, edges[at] if at < edges.size else level.size
        left = all_levels - set(level[start:end][known[start:end]].tolist())
        alone = len(left) == 1 and end - start == len(all_levels)
        result[row] = left.pop() if alone else UNKNOWN
    return result


def _one_a_run(
    level: np.ndarray, mean: np.ndarray, frequency: np.ndarray, stretches: list[tuple[int, int]]
) -> np.ndarray:
    """Levels with one a run of the frequency: the one that most of its points have."""
    parts = [part for start, end in stretches for part in _parts(level, mean, frequency, start, end)]
    most = [int(np.bincount(level[start:end]).argmax()) for start, end in parts]
    result = np.repeat(most, [end - start for start, end in parts])
    for (own, other), ((start, at), (_, end)) in zip(pairwise(most), pairwise(parts), strict=True):
        if not goes_on(frequency[at - 1], frequency[at]):
            continue
        # down and up again: the frequency does not tell to which of the two the point at the turn belongs
        if at - start > 1 and level[at - 2] != level[at - 1] == other:
            result[at - 1] = other
        elif end - at > 1 and level[at + 1] != level[at] == own:
            result[at] = own
    return result


def _parts(level: np.ndarray, mean: np.ndarray, frequency: np.ndarray, start: int, end: int) -> list[tuple[int, int]]:
    """A run, divided where the temperature changes at a repeated frequency, or jumps from one sweep's to another's."""
    changes = start + 1 + np.flatnonzero(level[start + 1 : end] != level[start : end - 1])
    edges = [start, *changes.tolist(), end]
    cuts = [start]
    for before, at, after in zip(edges, edges[1:], edges[2:], strict=False):
        whole = min(at - before, after - at) >= MIN_POINTS
        if frequency[at] == frequency[at - 1] or (whole and abs(mean[level[at]] - mean[level[at - 1]]) > _JUMP):
            cuts.append(at)
    return list(pairwise([*cuts, end]))
