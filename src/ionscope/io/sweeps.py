"""Points of a file divided into sweeps, by a sweep column or where the frequency starts over; repeats averaged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ionscope.io.text import problem

MIN_POINTS = 8
"""A sweep of fewer points is refused."""

_REPEAT = 0.05  # repeated points may differ by this share of |Z| and still be the same measurement
_LOWEST, _HIGHEST = 1e-9, 1e13  # Hz
_LARGEST = 1e20  # ohm
_SAME_START = 0.1  # decades by which the first frequencies of two sweeps may differ


def split_sweeps(frequency: np.ndarray, marks: Sequence[np.ndarray] = ()) -> list[np.ndarray]:
    """Indices of each sweep, in file order, from (n,) frequencies and (n,) columns that number the sweeps.

    The frequency starts over where it jumps back against the direction of its sweep to near its first value. Runs that
    cover different bands are one sweep measured in parts; many short runs are one sweep in mixed order.
    """
    blocks = [np.arange(frequency.size)]
    for mark in marks:
        blocks = [part for block in blocks for part in _by_mark(block, np.nan_to_num(mark[block], nan=-1e99))]
    return [block[part] for block in blocks for part in _restarts(frequency[block])]


def _by_mark(block: np.ndarray, mark: np.ndarray) -> list[np.ndarray]:
    """``block`` divided where ``mark`` changes, or, where it changes at every few points, gathered by its values."""
    if alternates(mark):
        values = np.unique(mark)
        return [block[mark == value] for value in values] if values.size * MIN_POINTS <= mark.size else [block]
    return np.split(block, np.flatnonzero(mark[1:] != mark[:-1]) + 1)


def alternates(mark: np.ndarray) -> bool:
    """Whether (n,) marks come again and again after a few rows, as where all sweeps' points of a frequency stand
    together."""
    stretches = int(np.count_nonzero(mark[1:] != mark[:-1])) + 1
    return bool(stretches > np.unique(mark).size and stretches * MIN_POINTS > mark.size)


def goes_on(one: float, other: float) -> bool:
    """Whether two frequencies are neighbours in a sweep, not its two ends."""
    return bool(one < 3 * other < 9 * one)


def runs(frequency: np.ndarray) -> list[tuple[int, int]]:
    """Stretches of rows, first and beyond the last, in which (n,) frequencies go one way."""
    step = np.sign(np.diff(frequency))
    # a run ends where the direction turns; the turning step itself leads to the next run's first point
    found: list[tuple[int, int]] = []
    begin, direction = 0, 0.0
    for i, move in enumerate(step):
        if move == 0:
            continue
        if direction == 0:
            direction = move
        elif move != direction:
            # a sweep down and up again measures the turning frequency twice, once for each
            turn = i if step[i - 1] == 0 and goes_on(frequency[i], frequency[i + 1]) else i + 1
            found.append((begin, turn))
            begin, direction = turn, move if turn == i else 0.0
    return [*found, (begin, frequency.size)]


def _restarts(frequency: np.ndarray) -> list[np.ndarray]:
    whole = [np.arange(frequency.size)]
    if frequency.size < 3:
        return whole
    stretches = runs(frequency)
    if len(stretches) == 1:
        return whole
    logs = np.log10(np.maximum(frequency, 1e-300))
    bands = sorted((logs[start:end].min(), logs[start:end].max()) for start, end in stretches)
    restart = all(abs(logs[start] - logs[0]) < _SAME_START for start, _ in stretches)
    disjoint = all(lower[1] < upper[0] for lower, upper in pairwise(bands))
    long = min(end - start for start, end in stretches) >= MIN_POINTS
    if not restart and (disjoint or not long):
        return whole  # parts of one sweep, or one sweep in mixed order
    return [np.arange(start, end) for start, end in stretches]


def check_points(frequency: np.ndarray, impedance: np.ndarray, lines: np.ndarray, source: str) -> None:
    """Refuse the first point whose frequency or impedance no instrument measures.

    Raises
    ------
    InputDataError : frequency not positive, or not between 1 nHz and 10 THz; impedance of zero or beyond 1e20 ohm
    """
    size = np.abs(impedance)
    for bad, say in (
        (~(frequency > 0), lambda i: f"frequency {frequency[i]:g} Hz is not positive; remove the point"),
        (
            (frequency < _LOWEST) | (frequency > _HIGHEST),
            lambda i: f"frequency {frequency[i]:g} Hz is beyond any instrument; check the columns and their units",
        ),
        (size == 0, lambda i: f"the impedance at {frequency[i]:g} Hz is zero; remove the point"),
        (
            ~((size > 1 / _LARGEST) & (size < _LARGEST)),
            lambda i: f"impedance {size[i]:g} ohm is beyond any instrument; check the columns and their units",
        ),
    ):
        at = np.flatnonzero(bad)
        if at.size:
            raise problem(source, say(int(at[0])), int(lines[at[0]]))


def ordered_sweep(
    frequency: np.ndarray, impedance: np.ndarray, lines: np.ndarray, source: str
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """One sweep ascending in frequency, repeats averaged: (f,) Hz, (f,) ohm and what was decided.

    Raises
    ------
    InputDataError : a frequency that is not positive, or one that occurs twice with different values
    """
    check_points(frequency, impedance, lines, source)
    notes: list[str] = []
    step = np.diff(frequency)
    if not ((step >= 0).all() or (step <= 0).all()):
        notes.append("The frequencies were not in order; the points were sorted.")
    order = np.argsort(frequency, kind="stable")
    ordered, values, where = frequency[order], impedance[order], lines[order]
    unique, first, counts = np.unique(ordered, return_index=True, return_counts=True)
    if unique.size < ordered.size:
        mean = np.add.reduceat(values, first) / counts
        spread = np.abs(values - np.repeat(mean, counts)) / np.maximum(np.abs(np.repeat(mean, counts)), 1e-300)
        off = np.flatnonzero(spread > _REPEAT)
        if off.size:
            at = int(off[0])
            raise problem(
                source,
                f"frequency {ordered[at]:g} Hz occurs {counts[np.searchsorted(unique, ordered[at])]} times with "
                "different values; keep one of them or put the sweeps in separate files",
                int(where[at]),
            )
        times = ordered.size - unique.size
        plural = "s" if times > 1 else ""
        notes.append(f"{times} point{plural} repeated a frequency with nearly the same value; repeats were averaged.")
        ordered, values = unique, mean
    return ordered, values, notes
