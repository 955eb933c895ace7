"""Kernel regression that outliers cannot bend: the weighted median of the nearest points' targets about a trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree
from sklearn.base import BaseEstimator, RegressorMixin

from ionscope.dka.regressor import as_stored
from ionscope.errors import TrainingError

BANDWIDTH_NEIGHBOUR = 4
"""The bandwidth is the distance to the nearest ``neighbours / BANDWIDTH_NEIGHBOUR``-th point."""


class LocalMedian(RegressorMixin, BaseEstimator):
    """Median of the targets of the nearest points, weighed by a Gaussian kernel.

    Among spectra of every kind there are some that do not show their resistance: their targets lie decades off, where
    a least-squares regression (`ionscope.dka.regressor`) follows them and a median does not. The bandwidth is that of
    the k-nearest-neighbour method: narrow where there are many points (Loftsgaarden and Quesenberry 1965, doi
    10.1214/aoms/1177700079). Weighted medians of kernel regression: Stone 1977, doi 10.1214/aos/1176343886.

    In many dimensions the nearest points are not near, and a median of targets that rise from one side to the other
    misses by what they rise. A linear trend is therefore taken off before and put back after, as in universal kriging
    (Matheron 1969): where the nearest targets agree better about it than with one another. Far from most points, where
    a measured pellet may lie, they often do not.

    Parameters
    ----------
    neighbours : nearest points that count
    weights : (d,) relative bandwidth of each dimension, or None for an isotropic kernel
    trend : (d + 1,) slopes and intercept of the trend, or None for none

    Attributes
    ----------
    points_ : (n, d)
    target_ : (n,)

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 101)[:, None]
    >>> y = np.where(np.arange(101) % 5 == 0, 100.0, 1.0)
    >>> LocalMedian(neighbours=20).fit(x, y).predict([[0.5]]).tolist()
    [1.0]
    """

    def __init__(self, neighbours: int = 40, weights: np.ndarray | None = None, trend: np.ndarray | None = None):
        self.neighbours = neighbours
        self.weights = weights
        self.trend = trend

    def fit(self, X: np.ndarray, y: np.ndarray) -> LocalMedian:
        """Keep points X (n, d) and their targets y (n,), these in single precision."""
        points, target = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float32).astype(np.float64)
        if not (np.isfinite(points).all() and np.isfinite(target).all()):
            raise TrainingError("kernel regression was given values that are not finite numbers")
        self.points_, self.target_ = points, target
        self._tree = cKDTree(points / self._scale)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(m,) weighted medians at X (m, d)."""
        values, weight, trend = self._nearest(X)
        return weighted_quantiles(values, weight, (0.5,))[:, 0] + trend

    def spread(self, X: np.ndarray) -> np.ndarray:
        """(m, 2) how far the targets about X (m, d), less their trend, lie apart: 10 to 90 % and 25 to 75 %."""
        values, weight, _ = self._nearest(X)
        tenth, quarter, three_quarters, nine_tenths = weighted_quantiles(values, weight, (0.1, 0.25, 0.75, 0.9)).T
        return np.column_stack([nine_tenths - tenth, three_quarters - quarter])

    def _nearest(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What the nearest points of X (m, d) say: targets less their trend (m, k), weights (m, k), the trend (m,)."""
        x, k = np.asarray(X, dtype=np.float64), min(self.neighbours, len(self.target_))
        distance, index = self._tree.query(x / self._scale, k=np.arange(1, k + 1))
        bandwidth = distance[:, [(k - 1) // BANDWIDTH_NEIGHBOUR]]
        weight = np.exp(-0.5 * (distance / np.maximum(bandwidth, np.finfo(float).tiny)) ** 2)
        plain = self.target_[index]
        if self.trend is None:
            return plain, weight, np.zeros(len(x))
        left = plain - self._trend_at(self.points_[index])
        about = _interquartile(left, weight) <= _interquartile(plain, weight)
        return np.where(about[:, None], left, plain), weight, np.where(about, self._trend_at(x), 0.0)

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and constants of the fitted regression, of which `from_state` makes it again."""
        arrays = {"points": as_stored(self.points_), "target": self.target_.astype(np.float32)}
        arrays |= {name: np.asarray(part) for name in ("weights", "trend") if (part := getattr(self, name)) is not None}
        return arrays, {"neighbours": self.neighbours}

    @classmethod
    def from_state(cls, arrays: Mapping[str, np.ndarray], constants: Mapping[str, Any]) -> LocalMedian:
        """A fitted regression."""
        regressor = cls(constants["neighbours"], arrays.get("weights"), arrays.get("trend"))
        return regressor.fit(arrays["points"], arrays["target"])

    def _trend_at(self, X: np.ndarray) -> np.ndarray:
        assert self.trend is not None
        return np.asarray(X @ self.trend[:-1] + self.trend[-1])

    @property
    def _scale(self) -> np.ndarray | float:
        return 1.0 if self.weights is None else np.asarray(self.weights, dtype=np.float64)


def _interquartile(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    quarter, three_quarters = weighted_quantiles(values, weights, (0.25, 0.75)).T
    return three_quarters - quarter


def weighted_quantiles(values: np.ndarray, weights: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """(n, q) the smallest of values (n, k) up to which each of the shares (q,) of the weights (n, k) lies."""
    order = np.argsort(values, axis=1, kind="stable")
    values, weights = (np.take_along_axis(part, order, axis=1) for part in (values, weights))
    reached, rows = np.cumsum(weights, axis=1), np.arange(len(values))
    return np.column_stack([values[rows, (reached >= share * reached[:, -1:]).argmax(axis=1)] for share in shares])
