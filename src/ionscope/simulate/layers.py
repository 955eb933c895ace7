"""Layers in series: the one structure with an exact solution, for checking and for teaching."""

from __future__ import annotations

import numpy as np

from ionscope.errors import SimulationError
from ionscope.simulate.mesh import GrainMesh, uniformly_refined
from ionscope.simulate.microstructure import Microstructure


def laminate(
    thicknesses,
    conductivities=None,
    permittivities=None,
    boundary_conductances=None,
    boundary_capacitances=None,
    *,
    dimension: int = 2,
    refinement: int = 0,
) -> Microstructure:
    """Layers from the bottom to the top electrode, each a grain, with a boundary between each and the next.

    Its impedance is the sum of the layers and the boundaries in series (Maxwell 1873; Wagner 1914), which linear
    elements already hit to rounding.

    Parameters
    ----------
    thicknesses : (n,) share of each layer in the pellet's thickness, scaled to a sum of one
    conductivities, permittivities : (n,) relative to the electrolyte's; ones by default
    boundary_conductances, boundary_capacitances : (n - 1,) relative to the electrolyte's; ones by default
    dimension : 2 or 3
    refinement : uniform refinements of the mesh

    Raises
    ------
    SimulationError : thicknesses that are not positive, properties that are not or do not fit the number of layers
    """
    share = np.asarray(thicknesses, dtype=float)
    if share.ndim != 1 or share.size == 0 or not (np.isfinite(share).all() and (share > 0).all()):
        raise SimulationError(f"thicknesses = {thicknesses}: allowed are one or more positive numbers")
    if dimension not in (2, 3):
        raise SimulationError(f"dimension = {dimension}: allowed are 2 and 3")
    level = np.concatenate([[0.0], np.cumsum(share) / share.sum()])
    level[-1] = 1.0
    mesh = _stacked_boxes(level, dimension)
    for _ in range(refinement):
        mesh = uniformly_refined(mesh)
    return Microstructure.from_mesh(mesh, share.size).with_properties(
        grain_conductivity=conductivities,
        grain_permittivity=permittivities,
        boundary_conductance=boundary_conductances,
        boundary_capacitance=boundary_capacitances,
    )


def _stacked_boxes(level: np.ndarray, dimension: int) -> GrainMesh:
    """Unit squares or cubes squeezed between `level` (n + 1,), each cut into simplices about its middle."""
    corners = np.array(np.meshgrid(*[(0.0, 1.0)] * (dimension - 1), indexing="ij")).reshape(dimension - 1, -1)
    k = corners.shape[1]
    simplices, label = [], []
    planes = np.concatenate([np.tile(corners, level.size), np.repeat(level, k)[None]])
    middles = np.concatenate([np.full((dimension - 1, level.size - 1), 0.5), (level[None, 1:] + level[None, :-1]) / 2])
    points = np.concatenate([planes, middles], axis=1)
    for layer in range(level.size - 1):
        low, high = layer * k, (layer + 1) * k
        facets = _box_facets(low, high, dimension)
        simplices.append(np.concatenate([np.full((1, facets.shape[1]), level.size * k + layer), facets]))
        label.append(np.full(facets.shape[1], layer))
    return GrainMesh.from_simplices(points, np.concatenate(simplices, axis=1), np.concatenate(label))


def _box_facets(low: int, high: int, dimension: int) -> np.ndarray:
    """(d, n) segments or triangles of a box with corners low.. below and high.. above, alike seen from both sides."""
    if dimension == 2:
        return np.array([[low, low + 1], [high, high + 1], [low, high], [low + 1, high + 1]]).T
    quads = [(low, low + 1, low + 3, low + 2), (high, high + 1, high + 3, high + 2)]
    quads += [(low + a, low + b, high + b, high + a) for a, b in ((0, 1), (1, 3), (3, 2), (2, 0))]
    return np.array([triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))]).T
