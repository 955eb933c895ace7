"""Sparse factorisations on one symmetric pattern: ordered once, then only updated."""

from __future__ import annotations

import numpy as np
import qdldl
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu


class Factoriser:
    """Real ``L D L'`` by QDLDL and complex LU by SuperLU, both in QDLDL's approximate-minimum-degree order.

    Parameters
    ----------
    indices, indptr : pattern of the upper triangle, compressed by column
    """

    def __init__(self, indices: np.ndarray, indptr: np.ndarray):
        self._indices, self._indptr = indices, indptr
        self._n = indptr.size - 1
        self._solver: qdldl.Solver | None = None
        self._order: np.ndarray | None = None

    @property
    def unordered(self) -> bool:
        """Whether nothing has been factorised yet: the order of elimination comes with the first matrix."""
        return self._solver is None

    def update(self, values: np.ndarray) -> None:
        """Factorise the positive definite matrix whose upper triangle has the real `values` (nnz,)."""
        matrix = csc_matrix((values, self._indices, self._indptr), shape=(self._n, self._n))
        if self._solver is None:
            self._solver = qdldl.Solver(matrix, upper=True)
        else:
            self._solver.update(matrix, upper=True)

    def solve(self, rhs: np.ndarray) -> np.ndarray:
        """(n,) solution for one real right-hand side, after `update`."""
        assert self._solver is not None
        return self._solver.solve(rhs)

    def solve_complex(self, matrix: csc_matrix, rhs: np.ndarray) -> np.ndarray:
        """(n,) solution with a complex symmetric `matrix` on the pattern, after some `update`.

        The Hermitian part of a passive cell's matrix, turned by -45 degrees, is positive definite; elimination on the
        diagonal is then stable and keeps the fill of the order (Higham, 10.1137/S0895479896309712).
        """
        if self._order is None:
            assert self._solver is not None
            self._order = np.asarray(self._solver.factors()[2])
        p = self._order
        ordered = matrix[p][:, p].tocsc()
        lu = splu(ordered, "NATURAL", diag_pivot_thresh=0.0, panel_size=1, options={"SymmetricMode": True})
        x = np.empty(self._n, complex)
        x[p] = lu.solve(rhs[p].astype(complex))
        return x
