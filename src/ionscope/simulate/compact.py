"""A reduced model made smaller still, for drawing many specimens of one microstructure.

The workflow does without: `benchmarks/simulator.py` measures what it would gain, docs/simulator.md says it.

A `ReducedModel` holds what its error bound needed. Of that space the spectra of one family of specimens use a part,
which the singular values of their solutions in the energy norm tell (proper orthogonal decomposition; Quarteroni,
Manzoni and Negri, 10.1007/978-3-319-15431-2). A few dozen such models, made once, replace the finite elements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.errors import SimulationError
from ionscope.simulate.reduced import ReducedModel
from ionscope.simulate.sampling import farthest_points, log_ratios

TRAINING_POINTS = 1000
FEWEST, STEP = 20, 5
"""Smallest number of unknowns tried, and by how many it grows until the error is small enough."""

AT_ONCE = 512
"""Points solved at once: more of them fall out of the processor's cache."""


@dataclass(frozen=True)
class CompactModel:
    """Impedance of one microstructure by a small dense system.

    Attributes
    ----------
    matrices : (Q, n, n) the projected terms
    load : (n,) the projected load
    error : largest relative error of Z against the full solve at the points it was made for, as bounded
    """

    matrices: np.ndarray
    load: np.ndarray
    error: float

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return self.load.size

    def impedance(self, theta: np.ndarray) -> np.ndarray:
        """Z (m,) [ohm cm] at theta (m, Q) [S/cm]; passive whatever theta is, and as accurate as `error` near those."""
        n, z = self.size, np.empty(len(theta), complex)
        flat = self.matrices.reshape(len(self.matrices), -1)
        rhs = self.load.astype(complex)[:, None]
        for start in range(0, len(theta), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            matrices = (theta[rows] @ flat).reshape(-1, n, n)
            z[rows] = np.linalg.solve(matrices, np.broadcast_to(rhs, (len(matrices), n, 1)))[..., 0] @ self.load
        return z


def compacted(model: ReducedModel, theta: np.ndarray, tolerance: float) -> CompactModel:
    """The smallest model, in steps of `STEP` unknowns, that keeps `tolerance` at the points theta (m, Q).

    At most `TRAINING_POINTS` of them, as far apart as possible, are looked at; `model` grows until it keeps half the
    tolerance there by its bound, and the compact model keeps the other half against it.

    Raises
    ------
    SimulationError : the whole reduced model does not keep the tolerance
    """
    theta = theta[farthest_points(log_ratios(theta), TRAINING_POINTS)]
    model.tolerance = min(model.tolerance, tolerance / 2)
    _, bound = model.certified_impedance(theta)
    y = model.coefficients(theta)
    z = y @ model.load
    shift = np.exp(np.log(np.abs(theta / theta[:, :1])).mean(axis=0))
    root = np.linalg.cholesky(np.tensordot(shift, model.reduced, axes=1))
    weighed = (y / np.sqrt(np.abs(z))[:, None]) @ root
    _, _, directions = np.linalg.svd(np.concatenate([weighed.real, weighed.imag]), full_matrices=False)
    basis = np.linalg.solve(root.T, directions.T)
    for n in (*range(FEWEST, model.size, STEP), model.size):
        q, _ = np.linalg.qr(basis[:, :n])
        compact = CompactModel(q.T @ model.reduced @ q, q.T @ model.load, 0.0)
        error = float(np.abs(compact.impedance(theta) / z - 1).max())
        if error <= tolerance / 2:
            return CompactModel(compact.matrices, compact.load, error + float(bound.max()))
    raise SimulationError(f"a model of {model.size} unknowns does not keep a relative error of {tolerance:g}")
