"""Few points that stand for many, in the space of the affine parameters."""

from __future__ import annotations

import numpy as np


def farthest_points(x: np.ndarray, k: int, *, first: int | None = None, spacing: float = 0.0) -> np.ndarray:
    """Indices of up to k rows of x (m, d), each as far as possible from those before.

    The first is the most central one unless given; no more are taken once all rows are within `spacing` of one.
    """
    chosen = [int(np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1))) if first is None else first]
    distance = ((x - x[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k and distance.max() > spacing**2:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, ((x - x[chosen[-1]]) ** 2).sum(axis=1))
    return np.array(chosen)


def log_ratios(theta: np.ndarray) -> np.ndarray:
    """(m, Q) log10 |theta| relative to the grain conduction: a common factor of all theta only scales Z."""
    log = np.log10(np.abs(theta))
    return log - log[:, :1]
