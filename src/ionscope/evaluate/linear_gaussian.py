"""What is left to be known of one Gaussian quantity when another has been measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve


@dataclass(frozen=True)
class LinearGaussian:
    """A linear model of measurements x (o,) and targets y (j,) about their means.

    noise : (o, o) covariance of what only x suffers from
    x_factor, y_factor : (o, r), (j, r) responses to r independent parameters of unit variance
    x_samples, y_samples : (n, o), (n, j) draws of one more, independent contribution; n may be 0, and their means count
        for nothing
    """

    noise: np.ndarray
    x_factor: np.ndarray
    y_factor: np.ndarray
    x_samples: np.ndarray
    y_samples: np.ndarray

    @property
    def gain(self) -> np.ndarray:
        """(o, j) the linear estimator of y from x with the least mean square error."""
        return self._solved[0]

    def limit(self) -> np.ndarray:
        """(j,) standard deviation of each target that is left when x is known.

        What the samples contribute is the residual variance of a regression on them, e^2 / (1 - leverage), which is
        free of bias: few samples do not look as if they could be told apart by fitting them all.
        """
        gain, leverage = self._solved
        variance = np.einsum("oj,op,pj->j", gain, self.noise, gain)
        variance += ((self.y_factor - gain.T @ self.x_factor) ** 2).sum(axis=1)
        if len(self.x_samples):
            x, y = self._centred
            variance += ((y - x @ gain) ** 2 / (1 - leverage[:, None])).mean(axis=0)
        return np.sqrt(variance)

    @property
    def _centred(self) -> tuple[np.ndarray, np.ndarray]:
        if not len(self.x_samples):
            return self.x_samples, self.y_samples
        return self.x_samples - self.x_samples.mean(axis=0), self.y_samples - self.y_samples.mean(axis=0)

    @cached_property
    def _solved(self) -> tuple[np.ndarray, np.ndarray]:
        """The gain, and the leverage (n,) that each sample has on it, its part in the mean included."""
        x, y = self._centred
        n = max(1, len(x))
        covariance = self.noise + self.x_factor @ self.x_factor.T + x.T @ x / n
        right = np.column_stack([self.x_factor @ self.y_factor.T + x.T @ y / n, x.T])
        gain, weights = np.split(cho_solve(cho_factor(covariance), right), [len(self.y_factor)], axis=1)
        leverage = 1 / n + np.einsum("no,on->n", x, weights) / n
        return gain, np.minimum(leverage, 1 - 1 / n)
