"""A scikit-learn regressor for spectra on one fixed frequency grid: for those who train on their own measurements.

This is the kernel regression of the project without network, windows or verdicts, so that it drops into a Pipeline, a
grid search or a cross-validation. For reading single laboratory files use `ionscope.reader.Reader`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ionscope.dka.regressor import KernelRegressor

BANDWIDTHS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Multiples of the median distance between training spectra that are tried where no bandwidth is given."""

RIDGES = (1e-8, 1e-6, 1e-4, 1e-2, 1.0)

TARGETS = ("resistance", "value")


class SpectrumRegressor(RegressorMixin, BaseEstimator):
    """Kernel regression on the modulus and phase of impedance spectra.

    Parameters
    ----------
    target : ``"resistance"``: y is a resistance [ohm], positive. What is learned is its ratio to Re Z at the smallest
        phase, from ``log10(|Z| / that)`` and phase, so that a spectrum times a factor gives the prediction times that
        factor exactly. ``"value"``: y is any number (an activation energy, log10 sigma), learned from log10 |Z| and
        phase as they are.
    bandwidth : of the Gaussian kernel, as a multiple of the median distance between training spectra (standardised
        features); chosen with `ridge` by the leave-one-out error (closed form) where None
    ridge : relative noise variance; chosen where None

    Attributes
    ----------
    bandwidth_, ridge_ : those used; the bandwidth as a multiple of the median distance
    regressor_, scaler_ : the fitted parts
    n_features_in_ : 2 f, for f frequencies

    Examples
    --------
    >>> import numpy as np
    >>> omega = 2 * np.pi * np.geomspace(1e5, 1, 21)
    >>> resistance = np.geomspace(100, 1e4, 30)
    >>> Z = resistance[:, None] / (1 + 1j * omega * 1e-3) + 1e5 / (1j * omega)
    >>> model = SpectrumRegressor().fit(Z[::2], resistance[::2])
    >>> bool(np.max(np.abs(np.log10(model.predict(Z[1::2]) / resistance[1::2]))) < 0.02)
    True
    """

    def __init__(
        self, target: str = "resistance", *, bandwidth: float | None = None, ridge: float | None = None
    ) -> None:
        self.target = target
        self.bandwidth = bandwidth
        self.ridge = ridge

    def fit(self, X: np.ndarray, y: np.ndarray) -> SpectrumRegressor:
        """Learn from spectra X and targets y (n,).

        Parameters
        ----------
        X : (n, f) complex ohm, or (n, 2 f) real: Re Z at all frequencies, then Im Z at all frequencies
        y : (n,)

        Raises
        ------
        ValueError : an odd number of real columns, an impedance of zero, values that are not finite, a resistance that
            is not positive, fewer than two spectra
        """
        if self.target not in TARGETS:
            raise ValueError(f"target={self.target!r} is not one of {', '.join(TARGETS)}")
        X, y = validate_data(self, _real_columns(X), y, dtype=np.float64, ensure_min_samples=2, y_numeric=True)
        y = column_or_1d(y, warn=True).astype(np.float64)
        features, reference = self._features(X)
        if self.target == "resistance":
            if not (y > 0).all():
                raise ValueError("a resistance must be positive; for other quantities use target='value'")
            y = np.log10(y / reference)
        self.scaler_ = StandardScaler().fit(features)
        points = self.scaler_.transform(features)
        distance = _median_distance(points)
        self.bandwidth_, self.ridge_ = self._choose(points, y, distance)
        self.regressor_ = KernelRegressor(self.bandwidth_ * distance, self.ridge_).fit(points, y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(m,) predictions for spectra X (m, f) complex or (m, 2 f) real, on the grid of the training."""
        check_is_fitted(self)
        X = validate_data(self, _real_columns(X), dtype=np.float64, reset=False)
        features, reference = self._features(X)
        value = self.regressor_.predict(self.scaler_.transform(features))
        return reference * 10**value if self.target == "resistance" else value

    def _features(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, 2 f) features and (n,) reference resistance."""
        count = X.shape[1] // 2
        if X.shape[1] % 2:
            raise ValueError(
                f"n_features = {X.shape[1]} is odd; give complex impedances (n, f), or Re Z and Im Z side by side"
            )
        z = X[:, :count] + 1j * X[:, count:]
        if not np.abs(z).all():
            raise ValueError("an impedance of zero has no phase; leave the spectrum out")
        angle = np.angle(z)
        at = np.take_along_axis(z, np.abs(angle).argmin(axis=1)[:, None], axis=1)[:, 0]
        reference = np.where(at.real > 0, at.real, np.abs(at))  # as in `ionscope.preprocess.reference.read_off`
        modulus = np.log10(np.abs(z))
        if self.target == "resistance":
            modulus = modulus - np.log10(reference)[:, None]
        return np.concatenate([modulus, angle], axis=1), reference

    def _choose(self, points: np.ndarray, y: np.ndarray, distance: float) -> tuple[float, float]:
        """Bandwidth and ridge: those given, the others with the smallest leave-one-out error."""
        bandwidths = BANDWIDTHS if self.bandwidth is None else (self.bandwidth,)
        ridges = RIDGES if self.ridge is None else (self.ridge,)
        best, choice = np.inf, (bandwidths[-1], ridges[-1])
        for bandwidth in bandwidths:
            kernel = _kernel(points, bandwidth * distance)
            for ridge in ridges:
                error = _leave_one_out(kernel, y, ridge)
                if error < best:
                    best, choice = error, (bandwidth, ridge)
        return choice

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.target == "resistance"
        return tags


def _real_columns(X: Any) -> Any:
    """Complex impedances (n, f) as Re Z and Im Z side by side (n, 2 f); anything else as it is."""
    if isinstance(X, np.ndarray) and np.iscomplexobj(X):
        if X.ndim != 2:
            raise ValueError(f"expected a 2D array of spectra (n, f), got shape {X.shape}")
        return np.concatenate([X.real, X.imag], axis=1)
    return X


def _squared_distances(points: np.ndarray) -> np.ndarray:
    norm = np.sum(points**2, axis=1)
    return np.maximum(norm[:, None] + norm - 2 * points @ points.T, 0.0)


def _median_distance(points: np.ndarray) -> float:
    distance = np.sqrt(_squared_distances(points)[np.triu_indices(len(points), 1)])
    return float(np.median(distance)) or 1.0  # spectra that are all the same have no distance


def _kernel(points: np.ndarray, bandwidth: float) -> np.ndarray:
    return np.exp(-0.5 * _squared_distances(points) / bandwidth**2)


def _leave_one_out(kernel: np.ndarray, y: np.ndarray, ridge: float) -> float:
    """Root mean square of the errors at left-out points, in closed form: alpha_i over the diagonal of the inverse."""
    n = len(y)
    bordered = np.ones((n + 1, n + 1))
    bordered[:n, :n] = kernel + ridge * np.eye(n)
    bordered[n, n] = 0.0
    try:
        inverse = np.linalg.inv(bordered)
    except np.linalg.LinAlgError:
        return np.inf
    error = (inverse[:n, :n] @ y) / np.diagonal(inverse)[:n]
    return float(np.sqrt(np.mean(error**2))) if np.isfinite(error).all() else np.inf
