"""Electroquasistatics on a polycrystal, as an affine sum of real matrices.

On the unit cell (length 1 = pellet thickness L) the weak form of ``-div(kappa grad u) = 0`` with a jump condition
``kappa du/dn = y_gb [u]`` at grain boundaries and a Robin condition ``kappa du/dn = y_el (V - u)`` under each electrode
is

    M(theta) = sum_q theta_q A_q ,    Z = f' M^-1 f    for unit current,

with unknowns (nodal potentials, V_bottom, V_top), f = e_top - e_bottom, and the six terms of `TERMS`. Every A_q is
real, symmetric, positive semi-definite and free of frequency and temperature; these live in theta alone. All theta are
in S/cm (areal conductances times the thickness L), so Z comes in ohm cm and the pellet's impedance is ``Z L / A``.

Elements are straight-sided and properties constant in each, so an element's matrix is a combination of a few reference
matrices. Those come from scikit-fem; they are scaled and added up for all elements at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from math import factorial

import numpy as np
import skfem
from scipy.sparse import csc_matrix, csr_matrix
from scipy.sparse.linalg import splu

from ionscope.simulate.factorise import Factoriser
from ionscope.simulate.mesh import BOTTOM, TOP, node_key
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.tessellation import facet_areas, signed_volumes

TERMS = (
    "grain conduction",
    "grain polarisation",
    "boundary conduction",
    "boundary polarisation",
    "bottom electrode",
    "top electrode",
)
IDEAL_ELECTRODE = 1e7
PERFECT_BOUNDARY = 1e7
"""Electrode and boundary conductance, over grain conductance, at which they are no obstacle any more."""

_LINE, _TRIANGLE, _TETRAHEDRON = 1, 2, 3
ELEMENTS = {
    (_LINE, 1): skfem.ElementLineP1,
    (_LINE, 2): skfem.ElementLineP2,
    (_TRIANGLE, 1): skfem.ElementTriP1,
    (_TRIANGLE, 2): skfem.ElementTriP2,
    (_TETRAHEDRON, 1): skfem.ElementTetP1,
    (_TETRAHEDRON, 2): skfem.ElementTetP2,
}
_MESHES = {_LINE: skfem.MeshLine, _TRIANGLE: skfem.MeshTri, _TETRAHEDRON: skfem.MeshTet}
_EDGES = {
    _LINE: [(0, 1)],
    _TRIANGLE: [(0, 1), (1, 2), (0, 2)],
    _TETRAHEDRON: [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)],
}
"""Edges of a simplex in the order of scikit-fem's quadratic elements."""


@dataclass(frozen=True)
class AffineSystem:
    """The matrices A_q on one common sparsity pattern.

    Attributes
    ----------
    upper : (Q, nnz) values of the upper triangle of each A_q
    ideal_electrodes : (nnz,) the two electrode terms as they would be with contact over the whole walls
    indices, indptr : the pattern of the upper triangles, compressed by column
    n : number of unknowns; the last two are V_bottom and V_top
    pinned : number of the potential fixed at zero, counted before it was taken out
    order : polynomial order of the elements
    """

    upper: np.ndarray
    ideal_electrodes: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    n: int
    pinned: int
    order: int

    @property
    def load(self) -> np.ndarray:
        """(n,) unit current from the top electrode to the bottom one."""
        f = np.zeros(self.n)
        f[-2:] = -1.0, 1.0
        return f

    @cached_property
    def _full(self) -> csc_matrix:
        """The whole symmetric pattern; its values are the positions in the upper triangle."""
        shape = (self.n, self.n)
        upper = csc_matrix((np.arange(1, self.indices.size + 1), self.indices, self.indptr), shape=shape)
        column = np.repeat(np.arange(self.n), np.diff(self.indptr))
        off = self.indices != column
        lower = csc_matrix((upper.data[off], (column[off], self.indices[off])), shape=shape)
        full = (upper + lower).tocsc()
        full.sort_indices()
        full.data -= 1
        return full

    def matrix(self, theta: np.ndarray) -> csc_matrix:
        """M(theta) for one theta (Q,), real or complex."""
        return self.expanded(theta @ self.upper)

    def expanded(self, upper: np.ndarray) -> csc_matrix:
        """The symmetric matrix with the values `upper` (nnz,) in its upper triangle."""
        full = self._full
        return csc_matrix((upper[full.data], full.indices, full.indptr), shape=full.shape)

    @cached_property
    def parts(self) -> list[csr_matrix]:
        """The A_q one by one, without the zeros of the common pattern."""
        parts = []
        for values in self.upper:
            part = self.expanded(values).T.copy()  # CSC of a symmetric matrix, read as CSR
            part.eliminate_zeros()
            parts.append(part)
        return parts

    @cached_property
    def factoriser(self) -> Factoriser:
        """Factorisations on the common pattern, whose ordering is computed once."""
        return Factoriser(self.indices, self.indptr)

    def solutions(self, theta: np.ndarray) -> np.ndarray:
        """(m, n) complex potentials [V cm for 1 A through 1 cm2] for theta (m, Q) [S/cm], one factorisation each."""
        f = self.load.astype(complex)
        return np.array([splu(self.matrix(row)).solve(f) for row in np.atleast_2d(theta).astype(complex)])

    def solve_direct(self, theta: np.ndarray) -> np.ndarray:
        """Z (m,) [ohm cm] for theta (m, Q) [S/cm] by a sparse factorisation each: slow, and the reference."""
        f = self.load
        return np.array([f @ self.solutions(row)[0] for row in np.atleast_2d(theta)])

    def dc_resistivity(self, ratio: np.ndarray) -> np.ndarray:
        """Resistivity (m,) at direct current over that of the grains, for boundary over grain conductances (m,).

        The electrodes are ideal and cover their whole walls, so that constriction and contact resistance are no part of
        the answer. They are a penalty of 1e7 grain conductances: a relative error of 1e-7.
        """
        electrodes, z = IDEAL_ELECTRODE * self.ideal_electrodes, []
        for boundary in np.atleast_1d(ratio):
            self.factoriser.update(self.upper[0] + boundary * self.upper[2] + electrodes)
            z.append(float(self.load @ self.factoriser.solve(self.load)))
        return np.array(z)

    @cached_property
    def bulk_resistivity(self) -> float:
        """Resistivity at direct current, relative to that of the grains, were the boundaries no obstacle."""
        return float(self.dc_resistivity(np.array([PERFECT_BOUNDARY]))[0])


def assemble(cell: Microstructure, order: int = 2) -> AffineSystem:
    """Assemble the six matrices with elements of polynomial order 1 or 2."""
    numbering = Numbering(cell, order)
    blocks = [_grain_block(cell, numbering), _boundary_block(cell, numbering), _wall_block(cell, numbering)]
    centre = int(np.argmin(((cell.points - 0.5) ** 2).sum(axis=0)))
    return _common_pattern(blocks, numbering.n + 2, centre, order)


class Numbering:
    """Unknowns of elements and facets: the nodes of the mesh first, then for order 2 the middles of its edges."""

    def __init__(self, cell: Microstructure, order: int):
        self.order = order
        self._p = cell.points.shape[1]
        self._edges = np.empty(0, np.int64)
        if order == 2:
            self._edges = np.unique(np.concatenate([self._keys(cell.simplices, e) for e in _EDGES[cell.dimension]]))
        self.n = self._p + self._edges.size

    def of(self, simplices: np.ndarray) -> np.ndarray:
        """(k, m) unknowns of simplices or facets given by their ascending nodes (j, m), in scikit-fem's order."""
        if self.order == 1:
            return simplices
        pairs = _EDGES[len(simplices) - 1]
        middles = [self._p + np.searchsorted(self._edges, self._keys(simplices, pair)) for pair in pairs]
        return np.concatenate([simplices, middles])

    def _keys(self, simplices: np.ndarray, pair: tuple[int, int]) -> np.ndarray:
        return node_key(simplices[list(pair)], self._p)


@dataclass(frozen=True)
class _Block:
    """Element matrices of one shape: unknowns (k, m), and for some terms their values (k, k, m)."""

    unknowns: np.ndarray
    values: dict[int, np.ndarray]


_IDEAL = len(TERMS)  # a seventh matrix on the way: both electrodes with contact everywhere


def _grain_block(cell: Microstructure, numbering: Numbering) -> _Block:
    """Conduction and polarisation: ``int k grad u . grad v`` over each element."""
    edges = cell.points[:, cell.simplices[1:]] - cell.points[:, cell.simplices[:1]]  # (d, d, m): the Jacobian
    inverse = np.linalg.inv(np.moveaxis(edges, 2, 0))  # (m, d, d)
    scale = np.abs(signed_volumes(cell.points, cell.simplices)) * factorial(cell.dimension)
    metric = inverse @ inverse.transpose(0, 2, 1) * scale[:, None, None]
    conductivity = cell.grain_conductivity[cell.grain]
    if conductivity.ndim == 1:
        conduction = metric * conductivity[:, None, None]
    else:
        conduction = inverse @ conductivity @ inverse.transpose(0, 2, 1) * scale[:, None, None]
    polarisation = metric * cell.grain_permittivity[cell.grain, None, None]
    reference = reference_stiffness(cell.dimension, numbering.order)
    values = {
        term: np.einsum("mab,abij->ijm", tensor, reference, optimize=True)
        for term, tensor in enumerate((conduction, polarisation))
    }
    return _Block(numbering.of(cell.simplices), values)


def _boundary_block(cell: Microstructure, numbering: Numbering) -> _Block:
    """Current through grain boundaries: ``int y [u] [v]``, + on the one side and - on the other."""
    mass = reference_mass(cell.dimension - 1, numbering.order)
    jump = np.block([[mass, -mass], [-mass, mass]])
    area = facet_areas(cell.points[:, cell.sides[0]])
    weights = cell.boundary_conductance[cell.boundary], cell.boundary_capacitance[cell.boundary]
    values = {2 + i: jump[:, :, None] * (area * weight) for i, weight in enumerate(weights)}
    return _Block(np.concatenate([numbering.of(side) for side in cell.sides]), values)


def _wall_block(cell: Microstructure, numbering: Numbering) -> _Block:
    """[[m, -l], [-l', |Gamma|]]: current into the wall is proportional to V_metal - u; the metal comes last."""
    mass = reference_mass(cell.dimension - 1, numbering.order)
    load = mass.sum(axis=1, keepdims=True)
    coupled = np.block([[mass, -load], [-load.T, load.sum()]])
    area = facet_areas(cell.points[:, cell.wall])
    metal = numbering.n + (cell.electrode != BOTTOM)
    covered = [area * (cell.contact & (cell.electrode == electrode)) for electrode in (BOTTOM, TOP)]
    values = {term: coupled[:, :, None] * weight for term, weight in zip((4, 5, _IDEAL), (*covered, area), strict=True)}
    return _Block(np.concatenate([numbering.of(cell.wall), metal[None]]), values)


def shape_functions(dimension: int, order: int, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(k, q) values and (k, d, q) gradients of the shape functions at points x (d, q) of the reference simplex."""
    element = ELEMENTS[dimension, order]()
    parts = [element.lbasis(x, i) for i in range(element.doflocs.shape[0])]
    values = [np.broadcast_to(value, x.shape[1:]) for value, _ in parts]
    gradients = [np.broadcast_to(np.asarray(gradient).reshape(dimension, -1), x.shape) for _, gradient in parts]
    return np.stack(values), np.stack(gradients)


@cache
def reference_stiffness(dimension: int, order: int) -> np.ndarray:
    """(d, d, k, k) integrals of ``d_a phi_i d_b phi_j`` over the reference simplex."""
    basis = _reference_basis(dimension, order)
    rows = [
        [
            skfem.BilinearForm(lambda u, v, w, a=a, b=b: u.grad[b] * v.grad[a]).coo_data(basis).tolocal()[0]
            for b in range(dimension)
        ]
        for a in range(dimension)
    ]
    return np.array(rows)


@cache
def reference_mass(dimension: int, order: int) -> np.ndarray:
    """(k, k) integrals of ``phi_i phi_j`` over a simplex of size one."""
    basis = _reference_basis(dimension, order)
    return skfem.BilinearForm(lambda u, v, w: u * v).coo_data(basis).tolocal()[0] * factorial(dimension)


def _reference_basis(dimension: int, order: int) -> skfem.Basis:
    return skfem.Basis(_MESHES[dimension].init_refdom(), ELEMENTS[dimension, order](), intorder=2 * order)


def _common_pattern(blocks: list[_Block], n: int, pinned: int, order: int) -> AffineSystem:
    """Add up the element matrices on the union of their patterns, without the pinned unknown.

    The potential is fixed at an inner node: grounding an electrode instead loses the digits of the sample behind a
    blocking electrode. The pattern is built from the structure alone, as sums of scipy matrices drop explicit zeros.
    """
    keys: list[np.ndarray] = []
    values: dict[int, list] = {term: [] for term in range(_IDEAL + 1)}
    for block in blocks:
        i, j = np.triu_indices(len(block.unknowns))
        unknowns = block.unknowns - (block.unknowns > pinned)
        row, col = unknowns[i], unknowns[j]
        free = ((block.unknowns[i] != pinned) & (block.unknowns[j] != pinned)).ravel()
        key = np.maximum(row, col).astype(np.int64) * (n - 1) + np.minimum(row, col)
        keys.append(key.ravel()[free])
        for term, matrices in block.values.items():
            values[term].append((len(keys) - 1, matrices[i, j].ravel()[free]))
    pattern, place = np.unique(np.concatenate(keys), return_inverse=True)
    places = np.split(place, np.cumsum([key.size for key in keys])[:-1])
    data = np.zeros((_IDEAL + 1, pattern.size))
    for term, entries in values.items():
        for block, value in entries:
            data[term] += np.bincount(places[block], value, pattern.size)
    indices, column = pattern % (n - 1), pattern // (n - 1)
    return AffineSystem(
        upper=data[:_IDEAL],
        ideal_electrodes=data[_IDEAL],
        indices=indices.astype(np.int32),
        indptr=np.searchsorted(column, np.arange(n)).astype(np.int32),
        n=n - 1,
        pinned=pinned,
        order=order,
    )
