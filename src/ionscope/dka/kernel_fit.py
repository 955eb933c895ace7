"""The kernel on a network's latent space: the search for its bandwidth while training, and the one that is kept.

Both see spectra that were drawn once and the network as it is; nothing here is learned by gradients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ionscope.config import Variant
from ionscope.dka.bandwidth import tune_bandwidth
from ionscope.dka.deep_kernel import DeepKernel, robust_error
from ionscope.dka.history import tuning_row
from ionscope.dka.local_median import LocalMedian
from ionscope.dka.regressor import KernelRegressor
from ionscope.dka.source import Batch
from ionscope.errors import TrainingError


@dataclass
class KernelFit:
    """A network's kernel.

    Parameters
    ----------
    support : spectra that a searched kernel rests on, real ones first, material by material
    validation : spectra that its error is measured on
    n_real : real spectra that the support was drawn from
    """

    net: DeepKernel
    settings: Variant
    seed: int
    support: Batch
    validation: Batch
    n_real: int

    def tune(self, step: int, most: int, record: dict[str, Any]) -> dict[str, Any]:
        """One search for (s, lambda) of an exact kernel on `most` points; a row of the trajectory.

        record : holds the rows of earlier searches, `tunings`, and is given `spread`, by which errors are divided
        """
        support, target, variance = self.support
        if len(target) > most:
            rows = np.arange(most)
            if self.n_real > most:
                rows = _thinned(len(target), most)
            support, target, variance = support[rows], target[rows], variance[rows]
        validation, truth, validation_variance = self.validation
        points, asked = self.net.encode(support), self.net.encode(validation)
        noise = self._noise(points, variance)
        # Guessed once: a yardstick that changed with the model could not tell the best of its states.
        found = np.sqrt(self._noise(asked, validation_variance))
        spread = np.array(record.setdefault("spread", found.tolist()))

        def error(bandwidth: float, ridge: float) -> float:
            try:
                model = self._regressor(bandwidth, ridge).fit(points, target, noise)
            except TrainingError:
                return float("inf")
            miss = robust_error(torch.from_numpy(model.predict(asked) - truth)).numpy()
            return float((miss / spread).mean())

        earlier = [(t["bandwidth"], t["ridge"]) for t in record["tunings"][-2:]]
        return tuning_row(step, tune_bandwidth(error, self.settings.dka.calls, (self.seed + step) % 2**32, earlier))

    def final(self, step: int, final_support: Batch, record: dict[str, Any]) -> KernelRegressor | LocalMedian:
        """The kernel that is kept, on `final_support`; `record` as above, and `best` of its searches."""
        features, target, variance = final_support
        points = self.net.encode(features)
        if self.settings.dka.regression == "median":
            rows = _thinned(len(target), self.settings.dka.points)
            trend = self.net.guess_line() if self.net.guided else None
            median = LocalMedian(self.settings.dka.neighbours, self.net.relative_bandwidths(), trend)
            return median.fit(points[rows], target[rows])
        best = self._best(step, record)
        return self._regressor(best["bandwidth"], best["ridge"]).fit(points, target, self._noise(points, variance))

    def _best(self, step: int, record: dict[str, Any]) -> dict[str, Any]:
        """The best bandwidth of the joint phase up to `points` spectra.

        Beyond, a kernel rests on so many inducing points, and for as many the bandwidth is searched once more: the one
        of the joint phase is that of far fewer.
        """
        if len(self.support[1]) <= self.settings.dka.points:
            return record["best"]
        record["tunings"].append(self.tune(step, self.settings.dka.points, record))
        return record["tunings"][-1]

    def _regressor(self, bandwidth: float, ridge: float) -> KernelRegressor:
        weights = self.net.relative_bandwidths()
        return KernelRegressor(bandwidth, ridge, weights, inducing=self.settings.dka.points, seed=self.seed)

    def _noise(self, points: np.ndarray, variance: np.ndarray) -> np.ndarray:
        """(n,) relative variances of the targets at latent means (n, d)."""
        return self.net.noise(self.net.tensor(points), variance).cpu().numpy()


def _thinned(n: int, most: int) -> np.ndarray:
    """At most so many of the rows 0 to n - 1, evenly."""
    return np.linspace(0, n - 1, min(n, most)).astype(int)
