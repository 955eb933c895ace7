"""Residual energies of a reduced model at many points from a few solves.

The Galerkin residual at a point is a combination of fixed vectors, the load f and the images A_q U of the basis:

    r = B c ,   B = [f, A_1 U, ..., A_Q U] ,   c = (1, -theta_1 y, ..., -theta_Q y) .

Wanted is its energy ``r' M(s)^-1 r`` at a shift s, for hundreds of c that vary smoothly and therefore lie close to a
space of a few dimensions. That space is found greedily; only its dimensions cost a solve each. What a point's c leaves
outside, d, is bounded without any: as s_q A_q <= M(s),

    |B d|_{M(s)^-1} <= |d_0| |f|_{M(s)^-1} + sum_q (d_q' U' A_q U d_q / s_q)^(1/2) .

The sum of both parts is an upper bound of the energy, up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


class ResidualEnergy:
    """Energies at one shift for one basis.

    Parameters
    ----------
    reduced : (Q, n, n) the projected matrices U' A_q U
    shift : (Q,) s
    load_energy : f' M(s)^-1 f
    combine : takes coefficients (1 + Q n, k) and returns the vectors B c (N, k)
    solve : takes a vector (N,) and returns M(s)^-1 applied to it
    """

    def __init__(
        self,
        reduced: np.ndarray,
        shift: np.ndarray,
        load_energy: float,
        combine: Callable[[np.ndarray], np.ndarray],
        solve: Callable[[np.ndarray], np.ndarray],
    ):
        q, n, _ = reduced.shape
        value, vector = np.linalg.eigh(reduced / shift[:, None, None])
        self._roots = np.sqrt(np.maximum(value, 0.0))[:, :, None] * vector.transpose(0, 2, 1)  # (Q, n, n)
        self._load_norm = np.sqrt(load_energy)
        self._combine, self._solve = combine, solve
        self._space = np.empty((1 + q * n, 0))  # orthonormal, in the coordinates of `_weighed`
        self._raw = np.empty((1 + q * n, 0))  # the same vectors as plain coefficients
        self._vectors: np.ndarray | None = None
        self._gram = np.empty((0, 0))

    def norms(self, coefficients: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """(k,) upper bounds of ``|B c|_{M(s)^-1}`` for `coefficients` (1 + Q n, k), sharp to `scale` (k,)."""
        weighed = self._weighed(coefficients)
        inside = self._space.T @ weighed
        rest = weighed - self._space @ inside
        again = self._space.T @ rest
        inside, rest = inside + again, rest - self._space @ again
        outside = self._sum_of_norms(rest)
        known = self._space.shape[1]
        space, raw = [self._space], [self._raw]
        while outside[worst := int(np.argmax(outside / scale))] > scale[worst]:
            length = np.linalg.norm(rest[:, worst])
            direction = rest[:, worst] / length
            plain = coefficients[:, worst] - np.concatenate(raw, axis=1) @ inside[:, worst]
            space.append(direction[:, None])
            raw.append(plain[:, None] / length)
            row = direction @ rest
            inside = np.concatenate([inside, row[None]])
            rest = rest - np.outer(direction, row)
            outside = self._sum_of_norms(rest)
        self._space, self._raw = np.concatenate(space, axis=1), np.concatenate(raw, axis=1)
        if self._space.shape[1] > known:
            self._solve_for(known)
        energy = np.einsum("ik,ij,jk->k", inside, self._gram, inside, optimize=True)
        return np.sqrt(np.maximum(energy, 0.0)) + outside

    def _weighed(self, coefficients: np.ndarray) -> np.ndarray:
        """Coordinates in which each block's norm is the bound above."""
        q, n, _ = self._roots.shape
        blocks = self._roots @ coefficients[1:].reshape(q, n, -1)
        return np.concatenate([self._load_norm * coefficients[:1], blocks.reshape(q * n, -1)])

    def _sum_of_norms(self, weighed: np.ndarray) -> np.ndarray:
        q, n, _ = self._roots.shape
        blocks = np.sqrt((weighed[1:].reshape(q, n, -1) ** 2).sum(axis=1))
        return np.abs(weighed[0]) + blocks.sum(axis=0)

    def _solve_for(self, known: int) -> None:
        """Border the Gram matrix of the space's vectors with those from number `known` on."""
        new = self._combine(self._raw[:, known:])
        vectors = new if self._vectors is None else np.concatenate([self._vectors, new], axis=1)
        solutions = np.stack([self._solve(np.ascontiguousarray(column)) for column in new.T], axis=1)
        border = vectors.T @ solutions
        gram = np.zeros((vectors.shape[1], vectors.shape[1]))
        gram[:known, :known] = self._gram
        gram[:, known:] = border
        gram[known:, :] = border.T
        gram[known:, known:] = 0.5 * (border[known:] + border[known:].T)
        self._vectors, self._gram = vectors, gram
