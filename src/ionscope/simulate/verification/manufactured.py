"""A problem with a known answer on any mesh: the potential is chosen first, what drives it follows by quadrature."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.linalg import splu
from skfem.quadrature import get_quadrature

from ionscope.simulate.adapt import conductivity_tensors
from ionscope.simulate.fem import ELEMENTS, Numbering, assemble, shape_functions
from ionscope.simulate.mesh import BOTTOM
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.tessellation import facet_areas, signed_volumes

THETA = np.array([1.0 + 0j, 0.7j, 5.0, 2.0j, 3.0 + 1j, 2.0 + 2j])
METALS = np.array([0.3, -1.2])
"""Affine parameters and potentials of the two metals, of the size of the potential itself."""

LEVELS = {(2, 1): (1, 2, 3, 4), (2, 2): (1, 2, 3, 4), (3, 1): (0, 1, 2, 3), (3, 2): (0, 1, 2)}
"""Uniform refinements, by dimension and order of the elements, at which the order shows in a second or two."""


def exact(x: np.ndarray, grain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A potential (...) at x (d, ...) that jumps from grain to grain, and its gradient (d, ...)."""
    size, phase = 1 + grain % 3, 0.7 * grain
    waves = np.array([1.0, 1.5, 0.8])[: len(x)]
    argument = np.tensordot(waves, x, axes=1) + phase
    return size * np.sin(argument), size * np.cos(argument) * waves.reshape(-1, *[1] * (x.ndim - 1))


class Manufactured:
    """The problem on one mesh whose solution is `exact`, complex throughout, every grain and boundary with its own law.

    Parameters
    ----------
    cell : the microstructure on its mesh
    order : polynomial order of the elements
    """

    def __init__(self, cell: Microstructure, order: int):
        self.cell, d = cell, cell.dimension
        self.numbering = Numbering(cell, order)
        self.system = assemble(cell, order)
        n = self.numbering.n
        self.unknowns = self.numbering.of(cell.simplices)
        self.drive, self.energy = np.zeros(n + 2, complex), 0.0 + 0.0j

        x, self.weights = _quadrature(d)
        self.values, gradients = shape_functions(d, order, x)
        self.x = _places(cell, cell.simplices, x)
        self.volume = np.abs(signed_volumes(cell.points, cell.simplices))
        corners = cell.points[:, cell.simplices]
        inverse = np.linalg.inv(np.moveaxis(corners[:, 1:] - corners[:, :1], 2, 0))  # (m, a, c)
        _, slope = exact(self.x, cell.grain)
        current = np.einsum("mce,eqm->cqm", conductivity_tensors(cell, THETA), slope)
        weak = np.einsum("cqm,mac,iaq,q,m->im", current, inverse, gradients, self.weights, self.volume, optimize=True)
        np.add.at(self.drive, self.unknowns, weak)
        self.energy += np.einsum("cqm,cqm,q,m->", current, slope, self.weights, self.volume, optimize=True)

        facet, weights = _quadrature(d - 1)
        values, _ = shape_functions(d - 1, order, facet)
        grain_of = np.zeros(cell.points.shape[1], int)
        grain_of[cell.simplices] = cell.grain
        one, other = (exact(_places(cell, side, facet), grain_of[side[0]])[0] for side in cell.sides)
        y = THETA[2] * cell.boundary_conductance + THETA[3] * cell.boundary_capacitance
        area = facet_areas(cell.points[:, cell.sides[0]])
        through = y[cell.boundary] * area * weights[:, None] * (one - other)
        for side, sign in zip(cell.sides, (1, -1), strict=True):
            np.add.at(self.drive, self.numbering.of(side), sign * values @ through)
        self.energy += (through * (one - other)).sum()

        bottom = cell.electrode == BOTTOM
        y = np.where(bottom, THETA[4], THETA[5]) * cell.contact
        below = exact(_places(cell, cell.wall, facet), grain_of[cell.wall[0]])[0] - np.where(bottom, *METALS)
        through = y * facet_areas(cell.points[:, cell.wall]) * weights[:, None] * below
        np.add.at(self.drive, self.numbering.of(cell.wall), values @ through)
        np.add.at(self.drive, n + (~bottom), -through.sum(axis=0))
        self.energy += (through * below).sum()

    def errors(self) -> tuple[float, float]:
        """Root mean square error of the potential, and the error of the energy relative to the energy."""
        pinned = self.system.pinned
        solution = splu(self.system.matrix(THETA)).solve(np.delete(self.drive, pinned))
        solution = np.insert(solution, pinned, 0.0)
        energy = self.drive @ solution
        miss = self.values.T @ solution[self.unknowns] - exact(self.x, self.cell.grain)[0]
        miss -= self.weights @ miss @ self.volume  # a potential is known up to a constant
        return float(np.sqrt(self.weights @ np.abs(miss) ** 2 @ self.volume)), float(abs(energy / self.energy - 1))


def uneven_grains(dimension: int) -> Microstructure:
    """A few anisotropic grains, each with its own conductivity, between boundaries with theirs."""
    return Microstructure.voronoi(
        9 if dimension == 2 else 4,
        dimension,
        seed=3,
        grain_spread_decades=0.3,
        boundary_spread_decades=0.3,
        anisotropy=2,
    )


def convergence_table(dimension: int, order: int) -> pd.DataFrame:
    """Errors on ever finer meshes, and the order at which they fell from the mesh before.

    Columns ``dimension, order, level, unknowns, potential_error, energy_error, potential_order, energy_order``; theory
    says order + 1 for the potential in L2 and 2 x order for the energy, and so for the impedance.
    """
    cell, rows = uneven_grains(dimension), []
    for level in LEVELS[dimension, order]:
        problem = Manufactured(cell.refined(level), order)
        potential, energy = problem.errors()
        row = {"dimension": dimension, "order": order, "level": level, "unknowns": problem.system.n}
        rows.append({**row, "potential_error": potential, "energy_error": energy})
    table = pd.DataFrame(rows)
    for name in ("potential", "energy"):
        table[f"{name}_order"] = -np.log2(table[f"{name}_error"]).diff()
    return table


def _quadrature(dimension: int) -> tuple[np.ndarray, np.ndarray]:
    points, weights = get_quadrature(ELEMENTS[dimension, 1].refdom, 8)
    return points, weights / weights.sum()


def _places(cell: Microstructure, facets: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(d, q, m) positions of the points x (k, q) of the reference simplex in simplices or facets."""
    corners = cell.points[:, facets]
    edges = corners[:, 1:] - corners[:, :1]
    return corners[:, :1] + np.einsum("dkm,kq->dqm", edges, x)
