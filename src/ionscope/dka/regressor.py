"""Kernel regression with a bias as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import Ridge

from ionscope.dka.kernel import gaussian_kernel, solve_bordered
from ionscope.errors import TrainingError

EXACT = 5000
"""Points up to which the bordered system is solved as it stands."""


class KernelRegressor(RegressorMixin, BaseEstimator):
    """``Y(z) = sum_i alpha_i K(z, z_i) + b`` with a Gaussian kernel, as in `ionscope.dka.kernel`.

    Exact up to `inducing` points. Above, the z_i are so many of them, drawn at random, and alpha and b minimise the
    same regularised error over all n (Nystroem's method; Williams and Seeger 2001, NIPS 13, 682).

    Parameters
    ----------
    bandwidth : s > 0, in units of the latent points
    ridge : lambda > 0
    weights : (d,) relative bandwidth of each dimension, or None for an isotropic kernel
    inducing : most points of the kernel; its solution takes memory and time as their square and cube
    seed : of the choice of inducing points

    Attributes
    ----------
    points_ : (m, d) the training points, or the inducing ones
    alpha_ : (m, k) coefficients
    bias_ : (k,)

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 3, 30)[:, None]
    >>> model = KernelRegressor(bandwidth=0.5, ridge=1e-8).fit(x, np.sin(x[:, 0]))
    >>> bool(abs(model.predict([[1.0]])[0] - np.sin(1.0)) < 1e-4)
    True
    """

    def __init__(
        self,
        bandwidth: float = 1.0,
        ridge: float = 1e-3,
        weights: np.ndarray | None = None,
        inducing: int = EXACT,
        seed: int = 0,
    ):
        self.bandwidth = bandwidth
        self.ridge = ridge
        self.weights = weights
        self.inducing = inducing
        self.seed = seed

    def fit(self, X: np.ndarray, y: np.ndarray, noise: np.ndarray | None = None) -> KernelRegressor:
        """Solve for the coefficients; X (n, d), y (n,) or (n, k), `noise` (n,) relative variances of the targets."""
        points, target = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if not (np.isfinite(points).all() and np.isfinite(target).all()):
            raise TrainingError("kernel regression was given values that are not finite numbers")
        self._single = target.ndim == 1
        if len(points) > self.inducing:
            self._fit_inducing(points, target.reshape(len(points), -1), noise)
            return self
        kernel = self._kernel(points, points)
        try:
            variance = None if noise is None else torch.from_numpy(np.asarray(noise, dtype=np.float64))
            alpha, bias = solve_bordered(
                kernel, torch.from_numpy(target.reshape(len(points), -1)), self.ridge, variance
            )
        except torch.linalg.LinAlgError:
            raise TrainingError(f"kernel matrix is singular at ridge = {self.ridge:g}; raise the ridge") from None
        self.points_, self.alpha_, self.bias_ = points, alpha.numpy(), bias.numpy()
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(m,) or (m, k) predictions at X (m, d)."""
        value = self._kernel(np.asarray(X, dtype=np.float64), self.points_).numpy() @ self.alpha_ + self.bias_
        return value[:, 0] if self._single else value

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and constants of the fitted regression, of which `from_state` makes it again."""
        arrays = {"points": as_stored(self.points_), "alpha": self.alpha_, "bias": self.bias_}
        if self.weights is not None:
            arrays["weights"] = np.asarray(self.weights)
        return arrays, {"bandwidth": float(self.bandwidth), "ridge": float(self.ridge)}

    @classmethod
    def from_state(cls, arrays: Mapping[str, np.ndarray], constants: Mapping[str, Any]) -> KernelRegressor:
        """A fitted regression of one target."""
        regressor = cls(constants["bandwidth"], constants["ridge"], arrays.get("weights"))
        regressor.points_ = arrays["points"].astype(np.float64)
        regressor.alpha_, regressor.bias_ = arrays["alpha"], arrays["bias"]
        regressor._single = True
        return regressor

    def _fit_inducing(self, points: np.ndarray, target: np.ndarray, noise: np.ndarray | None) -> None:
        features = Nystroem(gamma=0.5, n_components=self.inducing, random_state=self.seed)
        solver = Ridge(alpha=self.ridge, solver="cholesky")
        solver.fit(features.fit_transform(points / self._scale), target, None if noise is None else 1 / noise)
        self.points_ = points[features.component_indices_]
        self.alpha_ = features.normalization_.T @ np.atleast_2d(solver.coef_).T
        self.bias_ = np.atleast_1d(solver.intercept_)

    @property
    def _scale(self) -> np.ndarray:
        return self.bandwidth * np.asarray(1.0 if self.weights is None else self.weights, np.float64)

    def _kernel(self, a: np.ndarray, b: np.ndarray) -> torch.Tensor:
        return gaussian_kernel(torch.from_numpy(a), torch.from_numpy(b), torch.as_tensor(self._scale))


def as_stored(points: np.ndarray) -> np.ndarray:
    """Points in single precision where that is all they have: they come from a single-precision network."""
    single = points.astype(np.float32)
    return single if np.array_equal(single, points) else points
