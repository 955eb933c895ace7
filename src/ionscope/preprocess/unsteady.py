"""A cell or an instrument that changes while it is measured: a drift, or a step where a range is switched.

Each is one more regressor beside the causal ones of the Kramers-Kronig test: the impedance times (1 + d s(f)), with the
course s of the change known and its size d fitted with its standard error. The courses are a drift in proportion to
the time elapsed where a point takes a number of periods, one where all points take equally long, and a step between any
two points. A sweep runs from high to low frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ionscope.kramers_kronig import KramersKronigResult, design_matrix, time_constants

DRIFT = "drift"
STEP = "step"

_SCORES = {DRIFT: 5.0, STEP: 8.0}  # standard errors; steps are sought at every point, and next to spikes
_SMALLEST = 0.003  # of |Z|
_END = 3  # points; a step nearer to the ends of the band is as well a spike
_RANK = 1e-12
_DISTINCT = 1e-6  # share of a course that no causal cell shows


@dataclass(frozen=True)
class Change:
    """What changed in a sweep.

    Parameters
    ----------
    kind : `DRIFT` or `STEP`
    size : relative change of the impedance from the first point measured to the last
    course : (f,) its share that has come about at each point, 0 to 1
    frequency : Hz; it shows below
    """

    kind: str
    size: float
    course: np.ndarray
    frequency: float

    @property
    def factor(self) -> np.ndarray:
        """(f,) what a steady impedance was multiplied by."""
        return 1 + self.size * self.course


def without(impedance: np.ndarray, changes: Sequence[Change]) -> np.ndarray:
    """The impedance (f,) as it was before the changes."""
    return impedance / np.prod([change.factor for change in changes], axis=0)


def find_change(
    frequency: np.ndarray, impedance: np.ndarray, keep: np.ndarray, causal: KramersKronigResult
) -> Change | None:
    """The clearest change of ``impedance (f,)``, judged by the points `keep` (f,); `causal` is a fit of it."""
    courses, kinds = _courses(frequency)
    modulus = np.abs(impedance)[:, None]
    basis = design_matrix(frequency, time_constants(frequency, elements=int(causal.elements[0]))) / modulus
    u, s, _ = np.linalg.svd(_stacked(basis[keep]), full_matrices=False)
    u = u[:, s > _RANK * s[0]]
    # Of the fit, not of the data: their noise would be found to change with itself.
    changed = _stacked((courses * causal.fit[0][:, None] / modulus)[keep])
    target = _stacked((impedance / modulus[:, 0])[keep])
    left, own = (part - u @ (u.T @ part) for part in (target, changed))  # what no causal cell shows of each
    square = np.sum(own**2, axis=0)
    distinct = square > _DISTINCT * np.sum(changed**2, axis=0)
    square = np.where(distinct, square, np.inf)
    along = left @ own
    size = along / square
    freedom = max(target.size - u.shape[1] - 1, 1)
    error = np.sqrt(np.maximum(left @ left - along * size, 0.0) / freedom / square)
    limit = np.array([_SCORES[kind] for kind in kinds]) * error
    # A size of -1 and below would turn the impedance about: no change, but another spectrum.
    clear = distinct & (np.abs(size) > np.maximum(limit, _SMALLEST)) & (size > -0.9)
    if not clear.any():
        return None
    best = int(np.argmax(np.where(clear, np.abs(size) / np.maximum(limit, np.finfo(float).tiny), 0.0)))
    course = courses[:, best]
    shows = course > (0.05 if kinds[best] == DRIFT else 0.0)
    return Change(kinds[best], float(size[best]), course, float(frequency[shows].max()))


def _courses(frequency: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """(f, c) courses of changes, and the kind of each."""
    n = frequency.size
    passed = np.cumsum(1 / frequency[::-1])[::-1]
    by_point = np.arange(n)[::-1] / (n - 1)
    steps = np.arange(n)[:, None] < np.arange(_END, n - _END + 1)
    return np.column_stack([passed / passed[0], by_point, steps]), [DRIFT, DRIFT, *[STEP] * steps.shape[1]]


def _stacked(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values.real, values.imag])
