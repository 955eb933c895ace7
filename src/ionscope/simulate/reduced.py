"""A reduced model of one microstructure: the finite-element answer at a fraction of its cost, its error bounded.

The impedance is a compliance, ``Z = f' M(theta)^-1 f``, with M complex symmetric. Any real basis U therefore gives an
impedance that is second-order accurate in the error of the solution and passive by construction. U is spanned by
solutions and first derivatives at a few real shifts (|theta| of points of the spectra themselves), each one real sparse
factorisation, updated on one pattern. Where the bound below still fails, the complex solution at that point is added.

The bound. With the Galerkin residual r = f - M U y, exactly ``Z - Z_U = r' M^-1 r``. All theta_q lie in the first
quadrant (conductances, capacitances and constant phase elements do), so the real part of exp(-i pi/4) M is at least
M(|theta|) / sqrt 2, and

    |Z - Z_U| <= sqrt 2 r* M(|theta|)^-1 r <= sqrt 2 / c  r* M(s)^-1 r ,   c = min_q |theta_q| / s_q ,

for any real shift s. Nothing here is estimated: it holds up to rounding.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.linalg import qr

from ionscope.errors import SimulationError
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.residual import ResidualEnergy
from ionscope.simulate.sampling import farthest_points, log_ratios

TOLERANCE = 1e-6
"""Relative error in Z above which a point is solved in full."""

SPACING = 1.6
"""Decades of the ratios between theta within which a shift serves."""

MOST_SHIFTS = 12
SNAPSHOTS_AT_ONCE = 4
MOST_ROUNDS = 12
SHARPNESS = 0.2
"""Error of the square root of a bound that is put up with, relative to the tolerance's: it costs fewer solves."""

RANK = 1e-12
"""Directions of a block of vectors weaker than this, relative to its strongest, are rounding and are dropped."""


class ReducedModel:
    """Impedance of one `AffineSystem` at any theta near those it was built for.

    Parameters
    ----------
    system : the finite-element matrices
    theta : (m, Q) the parameter values that will be asked for, S/cm, complex, in the first quadrant
    tolerance : relative error of Z allowed
    """

    def __init__(self, system: AffineSystem, theta: np.ndarray, tolerance: float = TOLERANCE):
        _check_quadrant(theta)
        self.system = system
        self.tolerance = tolerance
        self._rows = [np.flatnonzero(np.diff(part.indptr)) for part in system.parts]
        self._parts = [part[rows] for part, rows in zip(system.parts, self._rows, strict=True)]
        self.basis = np.empty((system.n, 0))
        self.reduced = np.empty((len(self._parts), 0, 0))
        self._images = [np.empty((rows.size, 0)) for rows in self._rows]
        self.shifts = np.abs(theta[farthest_points(log_ratios(theta), MOST_SHIFTS, spacing=SPACING)])
        self._factorised = -1
        self._shift_impedance = np.empty(len(self.shifts))
        self._energies: dict[int, ResidualEnergy] = {}
        self._extend(np.concatenate([self._derivatives(s) for s in range(len(self.shifts))], axis=1))

    @property
    def size(self) -> int:
        """Number of basis vectors."""
        return self.basis.shape[1]

    def impedance(self, theta: np.ndarray) -> np.ndarray:
        """Z (m,) [ohm cm] of the reduced model for theta (m, Q) [S/cm]."""
        return self.coefficients(theta) @ self.load

    def sensitivities(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z (m,) [ohm cm] and its derivatives (m, Q) by theta (m, Q) [S/cm]: ``dZ/dtheta_q = -y' A_q y``."""
        y = self.coefficients(theta)
        n = self.size
        images = (y @ self.reduced.transpose(1, 0, 2).reshape(n, -1)).reshape(len(y), -1, n)  # y' A_q for every q
        return y @ self.load, -np.einsum("mqn,mn->mq", images, y)

    def bounded_impedance(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z (m,) of the reduced model and the bound (m,) of its absolute error against the full solve, both ohm cm."""
        m = len(theta)
        y = self.coefficients(theta)
        z = y @ self.load
        ratio = (np.abs(theta)[:, None, :] / self.shifts[None]).min(axis=2)  # (m, shifts)
        nearest = ratio.argmax(axis=1)
        coercivity = ratio[np.arange(m), nearest]
        c = np.concatenate([np.ones((m, 1)), -(theta[:, :, None] * y[:, None, :]).reshape(m, -1)], axis=1).T
        allowed = np.sqrt(self.tolerance * np.abs(z) * coercivity / np.sqrt(2))
        energy = np.empty(m)
        for s in np.unique(nearest):
            near = np.flatnonzero(nearest == s)
            parts = np.concatenate([c[:, near].real, c[:, near].imag], axis=1)
            norms = self._residual_energy(s).norms(parts, np.tile(SHARPNESS * allowed[near], 2))
            energy[near] = norms[: near.size] ** 2 + norms[near.size :] ** 2
        return z, np.sqrt(2) * energy / coercivity

    def _residual_energy(self, s: int) -> ResidualEnergy:
        """That of the present basis at shift number s."""
        if s not in self._energies:
            self._energies[s] = ResidualEnergy(
                self.reduced, self.shifts[s], self._shift_impedance[s], self._combined, partial(self._solved_at, s)
            )
        return self._energies[s]

    def _combined(self, coefficients: np.ndarray) -> np.ndarray:
        """(N, k) ``c_0 f + sum_q A_q U c_q`` for coefficients (1 + Q n, k)."""
        vectors = np.outer(self.system.load, coefficients[0])
        blocks = coefficients[1:].reshape(len(self._images), self.size, -1)
        for rows, image, block in zip(self._rows, self._images, blocks, strict=True):
            vectors[rows] += image @ block
        return vectors

    def _solved_at(self, s: int, rhs: np.ndarray) -> np.ndarray:
        if self._factorised != s:
            self.system.factoriser.update(self.shifts[s] @ self.system.upper)
            self._factorised = s
        return self.system.factoriser.solve(rhs)

    def certified_impedance(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Z (m,) [ohm cm] and the bound (m,) of its relative error, at most the tolerance at every one of theta (m, Q).

        The model grows by snapshots where it has to. The value of each point is that of the first model good enough for
        it, to which its bound belongs. What no model brings below the tolerance is solved in full.
        """
        z, bound = np.empty(len(theta), complex), np.empty(len(theta))
        pending = np.arange(len(theta))
        for _ in range(MOST_ROUNDS):
            z[pending], error = self.bounded_impedance(theta[pending])
            bound[pending] = error / np.abs(z[pending])
            pending = pending[~(bound[pending] <= self.tolerance)]
            if pending.size == 0 or 2 * self.size > self.system.n:
                break
            pending = pending[np.argsort(-bound[pending], kind="stable")]
            chosen = pending[farthest_points(log_ratios(theta[pending]), SNAPSHOTS_AT_ONCE, first=0)]
            self._extend(np.concatenate([self._snapshot(theta[i]) for i in chosen], axis=1))
        if pending.size:
            z[pending], bound[pending] = self.system.solve_direct(theta[pending]), 0.0
        if not np.isfinite(z).all() or (z.real < 0).any():
            raise SimulationError("the finite-element solution is not finite and passive; the cell is degenerate")
        return z, bound

    def _derivatives(self, s: int) -> np.ndarray:
        """(n, Q) the solution at real shift number s and its derivatives with respect to all theta_q but the last.

        As sum_q theta_q M^-1 A_q u = u, the last one is a combination of the others.
        """
        solution = self._solved_at(s, self.system.load)
        self._shift_impedance[s] = float(self.system.load @ solution)
        parts = [part for part in self.system.parts if part.nnz][:-1]
        block = [solution] + [self._solved_at(s, part @ solution) for part in parts]
        return np.stack([vector / np.linalg.norm(vector) for vector in block], axis=1)

    def _snapshot(self, theta: np.ndarray) -> np.ndarray:
        """(n, 2) real and imaginary part of the full solution at `theta` (Q,)."""
        solution = self.system.factoriser.solve_complex(self.system.matrix(theta), self.system.load)
        return np.stack([solution.real, solution.imag], axis=1) / np.linalg.norm(solution)

    def _extend(self, vectors: np.ndarray) -> None:
        """Let the basis span `vectors` (n, k) too, and project the matrices on what is new."""
        for _ in range(2):  # once is not enough: what is left may be mostly rounding
            vectors = vectors - self.basis @ (self.basis.T @ vectors)
        new, r, _ = qr(vectors, mode="economic", pivoting=True)
        strength = np.abs(np.diag(r))
        new = new[:, strength > RANK * max(strength[0], 1.0)]
        new -= self.basis @ (self.basis.T @ new)
        old = self.size
        self.basis = np.concatenate([self.basis, new], axis=1)
        reduced = np.zeros((len(self._parts), self.size, self.size))
        reduced[:, :old, :old] = self.reduced
        for q, (part, rows) in enumerate(zip(self._parts, self._rows, strict=True)):
            image = part @ new
            border = self.basis[rows].T @ image
            reduced[q, :, old:] = border
            reduced[q, old:, :] = border.T
            reduced[q, old:, old:] = 0.5 * (border[old:] + border[old:].T)
            self._images[q] = np.concatenate([self._images[q], image], axis=1)
        self.reduced = reduced
        self._energies.clear()
        self.load = self.basis.T @ self.system.load

    def coefficients(self, theta: np.ndarray) -> np.ndarray:
        """(m, n) y, the solution in the basis, with U' M(theta) U y = U' f."""
        q, n, _ = self.reduced.shape
        matrices = (theta @ self.reduced.reshape(q, -1)).reshape(-1, n, n)
        rhs = np.broadcast_to(self.load.astype(complex)[:, None], (len(theta), n, 1))
        return np.linalg.solve(matrices, rhs)[..., 0]


def _check_quadrant(theta: np.ndarray) -> None:
    if not np.isfinite(theta).all() or (np.abs(theta) == 0).any():
        raise SimulationError("a conductance of the cell is zero or not finite: check the material's properties")
    if (theta.real < -1e-12 * np.abs(theta)).any() or (theta.imag < -1e-12 * np.abs(theta)).any():
        raise SimulationError("a conductance of the cell is inductive or negative: it is not passive and capacitive")
