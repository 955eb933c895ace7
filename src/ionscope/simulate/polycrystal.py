"""Random polycrystals: grains, pores and the patches where the electrodes touch, as conforming meshes.

The mesh follows the grain boundaries: a staircase of pixels has a boundary length 4/pi too large and never converges.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ionscope.config.priors import MOST_POROSITY
from ionscope.errors import SimulationError
from ionscope.simulate.checks import check_counts, check_spreads
from ionscope.simulate.mesh import (
    BOTTOM,
    TOP,
    GrainMesh,
    cut_what_is_ready,
    facet_keys,
    node_key,
    uniformly_refined,
    without_islands,
)
from ionscope.simulate.tessellation import cells_of_volume, cut_into_simplices, signed_volumes, voronoi


def voronoi_mesh(
    rng: np.random.Generator,
    grains: int = 64,
    dimension: int = 2,
    size_spread: float | None = None,
    lloyd: int = 1,
    porosity: float = 0.0,
    contact: float = 1.0,
    patches: int = 6,
    patch_resolution: int = 2,
    refinement: int = 0,
) -> GrainMesh:
    """Draw the mesh of a polycrystal; parameters as in `Microstructure.voronoi`, and

    Parameters
    ----------
    patch_resolution : rims of contact patches are resolved to 2^-patch_resolution of the radius
    refinement : uniform refinements at the end, which change neither grains nor contact
    """
    if dimension not in (2, 3):
        raise SimulationError(f"dimension = {dimension}: allowed are 2 and 3")
    if grains < 4:
        raise SimulationError(f"grains = {grains}: a polycrystal needs at least 4")
    check_counts(1, grains=grains, patches=patches)
    check_counts(0, lloyd=lloyd, refinement=refinement)
    check_spreads(size_spread=size_spread)
    if not 0 <= porosity <= MOST_POROSITY:
        raise SimulationError(f"porosity = {porosity}: allowed are 0 to {MOST_POROSITY:g}")
    if not 0 < contact <= 1:
        raise SimulationError(f"contact = {contact}: allowed are fractions above 0 up to 1")
    seeds = relaxed_seeds(rng, grains, dimension, lloyd)
    diagram = voronoi(seeds)
    if size_spread is not None:
        diagram = cells_of_volume(seeds, rng.lognormal(0.0, size_spread, grains))
    mesh = GrainMesh.from_simplices(*cut_into_simplices(diagram))
    removed = draw_pores(rng, np.bincount(mesh.grain, mesh.volumes, grains), porosity)
    if removed.any():
        mesh = mesh.restricted(~removed[mesh.grain])
    mesh = without_islands(mesh)
    if contact < 1:
        mesh = touched_in_patches(rng, mesh, contact, patches, patch_resolution)
    for _ in range(refinement):
        mesh = uniformly_refined(mesh)
    return mesh


def relaxed_seeds(rng: np.random.Generator, n: int, dimension: int, lloyd: int) -> np.ndarray:
    """(n, d) seed points in the unit square or cube after `lloyd` steps towards their cells' centroids."""
    seeds = rng.random((n, dimension))
    for _ in range(lloyd):
        points, simplices, label = cut_into_simplices(voronoi(seeds))
        volume = np.abs(signed_volumes(points, simplices))
        weighted = points[:, simplices].mean(axis=1) * volume  # (d, m)
        total = np.bincount(label, volume, n)
        seeds = np.stack([np.bincount(label, x, n) / total for x in weighted], axis=1)
    return seeds


def draw_pores(rng: np.random.Generator, volume: np.ndarray, porosity: float) -> np.ndarray:
    """(n,) mask of the cells of `volume` (n,) left out so that they come nearest to `porosity`, in random order."""
    removed = np.zeros(volume.size, dtype=bool)
    if porosity == 0:
        return removed
    total = 0.0
    for cell in rng.permutation(volume.size):
        if abs(total + volume[cell] - porosity) > abs(total - porosity):
            continue
        removed[cell] = True
        total += volume[cell]
    return removed


def touched_in_patches(
    rng: np.random.Generator, mesh: GrainMesh, contact: float, patches: int, resolution: int
) -> GrainMesh:
    """Let the electrodes touch in round patches of random size that cover the fraction `contact` of each wall.

    There are `patches` of them along each direction of a wall. All grow alike from their centres, in units of their own
    size, until they cover enough; a facet is touched when its middle is. Facets that the rim of a patch crosses are
    first bisected to 2^-resolution of its radius.
    """
    grid = np.stack(np.meshgrid(*[np.arange(patches)] * (mesh.dimension - 1), indexing="ij"))
    grid = grid.reshape(mesh.dimension - 1, -1)
    drawn = [((grid + rng.uniform(0.2, 0.8, grid.shape)) / patches, rng.uniform(0.5, 1.5, grid.shape[1])) for _ in "bt"]
    while True:
        touched = np.zeros(mesh.electrode.size, bool)
        coarse = np.zeros(mesh.electrode.size, bool)
        corners = mesh.points[:-1, mesh.wall]  # (d - 1, d, w)
        middle, area = corners.mean(axis=1), mesh.wall_areas
        reach = np.linalg.norm(corners - middle[:, None], axis=0).max(axis=0)
        for electrode, (centre, size) in zip((BOTTOM, TOP), drawn, strict=True):
            wall = np.flatnonzero(mesh.electrode == electrode)
            wall = wall[np.lexsort(middle[:, wall])]
            distance = np.linalg.norm(middle[:, wall, None] - centre[:, None, :], axis=0) / size
            patch, distance = distance.argmin(axis=1), distance.min(axis=1)
            rank = np.argsort(distance, kind="stable")
            covered = np.cumsum(area[wall[rank]])
            count = int(np.argmin(np.abs(covered - contact * covered[-1]))) + 1
            touched[wall[rank[:count]]] = True
            radius = distance[rank[count - 1]] * size[patch]
            crossed = np.abs(distance * size[patch] - radius) <= reach[wall]
            coarse[wall[crossed & (reach[wall] > radius / 2**resolution)]] = True
        if not coarse.any():
            return replace(mesh, contact=touched)
        # One pass at a time: what it leaves uncut may no longer need a cut.
        mesh, _ = cut_what_is_ready(mesh, _owners(mesh, coarse))


def turned_grains(rng: np.random.Generator, conductivity: np.ndarray, anisotropy: float, dimension: int) -> np.ndarray:
    """(n, d, d) conductivity tensors of uniaxial grains with random axes and geometric mean `conductivity` (n,)."""
    if not (np.isfinite(anisotropy) and anisotropy > 0):
        raise SimulationError(f"anisotropy = {anisotropy}: must be a positive ratio")
    axis = rng.normal(size=(conductivity.size, dimension))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    across = conductivity * anisotropy ** (-1 / dimension)
    outer = axis[:, :, None] * axis[:, None, :]
    return across[:, None, None] * (np.eye(dimension) + (anisotropy - 1) * outer)


def _owners(mesh: GrainMesh, facets: np.ndarray) -> np.ndarray:
    """(m,) mask of the simplices that own the wall `facets` (mask)."""
    p = mesh.points.shape[1]
    keys = facet_keys(mesh.simplices, p)
    wanted = node_key(np.sort(mesh.wall[:, facets], axis=0), p)
    return np.asarray(np.isin(keys, wanted).any(axis=0))
