"""Grains as cells of a Voronoi or a power diagram of the unit square or cube, cut into triangles or tetrahedra.

The walls are exact: every seed is mirrored in all of them, so a wall is itself a face between a seed and its image.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve
from scipy.spatial import ConvexHull, Voronoi

from ionscope.errors import SimulationError

SHORT_EDGE = {2: 0.05, 3: 0.15}
"""Edges shorter than this fraction of the mean grain size are collapsed: they make slivers, not physics."""

_FLATTEST = 1e-9
_VOLUME_TOLERANCE = 1e-3
_MOST_NEWTON_STEPS = 60


@dataclass(frozen=True)
class Diagram:
    """Faces between the cells of n seeds in d dimensions, walls included.

    Attributes
    ----------
    seeds : (n, d) one a cell; cells are cut into simplices about them, for which they have to lie inside
    vertices : (v, d) corners of the cells
    owners : (faces, 2) the two seeds a face lies between; numbers from n on are mirror images
    face, corner : (c,) the corners of all faces as pairs (number of the face, number of the vertex), face by face, in
        the order in which they follow each other around it
    """

    seeds: np.ndarray
    vertices: np.ndarray
    owners: np.ndarray
    face: np.ndarray
    corner: np.ndarray


def voronoi(seeds: np.ndarray) -> Diagram:
    """The Voronoi cells of `seeds` (n, d) in the unit square or cube."""
    n = len(seeds)
    diagram = Voronoi(_with_images(seeds))
    owners = np.asarray(diagram.ridge_points)
    inside = np.flatnonzero((owners < n).any(axis=1))  # no face of an inner cell is open
    size = np.array([len(diagram.ridge_vertices[i]) for i in inside])
    corner = np.concatenate([diagram.ridge_vertices[i] for i in inside]).astype(np.int64)
    face = np.repeat(np.arange(inside.size), size)
    return _walled(Diagram(seeds, diagram.vertices.copy(), owners[inside], face, corner))


def power_diagram(seeds: np.ndarray, weights: np.ndarray) -> Diagram:
    """The cells ``|x - s_i|^2 - w_i`` smallest, of `seeds` (n, d) with `weights` (n,): a larger weight, a larger cell.

    Computed as the lower convex hull of the seeds lifted to d + 1 dimensions (Aurenhammer, 10.1137/0216006). A cell
    may be empty, and its seed may lie outside it.
    """
    n, d = seeds.shape
    points = _with_images(seeds)
    lifted = (points**2).sum(axis=1) - np.tile(weights, 2 * d + 1)
    hull = ConvexHull(np.column_stack([points, lifted]))
    lower = hull.equations[:, d] < 0
    simplices = hull.simplices[lower]  # (s, d + 1) seeds that meet in a power vertex
    # Four seeds on a circle, such as two and their images, make one vertex of several simplices on one plane.
    plane, vertex = np.unique(hull.equations[lower], axis=0, return_inverse=True)
    vertices = -0.5 * plane[:, :d] / plane[:, d : d + 1]
    # Two seeds that share simplices share a face, whose corners are the power vertices of those simplices.
    first, second = np.triu_indices(d + 1, k=1)
    pair = np.sort(np.stack([simplices[:, first], simplices[:, second]], axis=-1), axis=-1).reshape(-1, 2)
    key = pair[:, 0] * len(points) + pair[:, 1]
    corners = np.unique(np.stack([key, np.repeat(vertex, first.size)])[:, pair[:, 0] < n], axis=1)
    _, count = np.unique(corners[0], return_counts=True)
    key, corner = corners[:, np.repeat(count >= d, count)]
    key, face = np.unique(key, return_inverse=True)
    owners = np.stack([key // len(points), key % len(points)], axis=1)
    order = np.lexsort((_angle_around(points, vertices, owners, face, corner), face))
    return _walled(Diagram(seeds, vertices, owners, face[order], corner[order]))


def cells_of_volume(seeds: np.ndarray, volume: np.ndarray) -> Diagram:
    """The power diagram of `seeds` (n, d) whose cells have the given `volume` (n,), which is scaled to a sum of one.

    Damped Newton on the weights (Kitagawa, Merigot and Thibert, 10.4171/JEMS/889): the derivative of a cell's volume
    with respect to a neighbour's weight is minus their face over twice their distance.
    """
    n = len(seeds)
    target = volume / volume.sum()
    weights = np.zeros(n)
    current, jacobian = _volumes(seeds, power_diagram(seeds, weights))
    floor = 0.5 * min(current.min(), target.min())
    for _ in range(_MOST_NEWTON_STEPS):
        miss = target - current
        if np.abs(miss).max() <= _VOLUME_TOLERANCE * target.min():
            diagram = power_diagram(seeds, weights)
            return replace(diagram, seeds=_cell_means(diagram, n))
        step = np.append(spsolve(jacobian[:-1, :-1].tocsc(), miss[:-1]), 0.0)  # a common weight changes nothing
        for _ in range(30):
            trial, slope = _volumes(seeds, power_diagram(seeds, weights + step))
            if trial.min() > floor and np.abs(target - trial).sum() < np.abs(miss).sum():
                break
            step = step / 2
        weights, current, jacobian = weights + step, trial, slope
    raise SimulationError(f"no cells with volumes from {target.min():g} to {target.max():g} found; lower the spread")


def cut_into_simplices(diagram: Diagram) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Join every cell's faces to its seed: points (d, p), simplices (d + 1, m) and the cell of each simplex (m,).

    Short edges are collapsed as far as the simplices still fill the unit square or cube exactly.
    """
    n, d = diagram.seeds.shape
    for share in (1.0, 0.5, 0.25, 0.0):
        points, simplices, label = _cut(diagram, share * SHORT_EDGE[d] / n ** (1 / d))
        volume = np.abs(signed_volumes(points, simplices))
        if abs(volume.sum() - 1) < 1e-9 and volume.min() > _FLATTEST * volume.mean():
            return points, simplices, label
    raise SimulationError(
        f"degenerate grains: simplices fill {volume.sum():.12g} of the unit cell, the flattest has {volume.min():.3g}"
    )


def _cut(diagram: Diagram, shortest: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, d = diagram.seeds.shape
    merged = _collapsed(diagram, shortest)
    used, corner = np.unique(merged, return_inverse=True)
    points = np.concatenate([diagram.seeds, diagram.vertices[used]]).T
    facets, face = _triangulated(diagram.face, corner + n, d)
    simplices, label = [], []
    for side in (0, 1):
        cell = diagram.owners[face, side]
        real = cell < n
        simplices.append(np.concatenate([cell[None, real], facets[:, real]]))
        label.append(cell[real])
    joined = np.concatenate(simplices, axis=1)
    volume = signed_volumes(points, joined)
    joined[-2:, volume < 0] = joined[:-3:-1, volume < 0]
    return np.ascontiguousarray(points), joined, np.concatenate(label)


def signed_volumes(points: np.ndarray, simplices: np.ndarray) -> np.ndarray:
    """(m,) areas or volumes of `simplices` (d + 1, m) with nodes `points` (d, p), negative where turned inside out."""
    edges = points[:, simplices[1:]] - points[:, None, simplices[0]]  # (d, d, m)
    if len(points) == 2:
        (a, b), (c, e) = edges
        return (a * e - b * c) / 2
    x, y, z = edges
    return (
        (y[0] * z[1] - z[0] * y[1]) * x[2] - (x[0] * z[1] - z[0] * x[1]) * y[2] + (x[0] * y[1] - y[0] * x[1]) * z[2]
    ) / 6


def facet_areas(corners: np.ndarray) -> np.ndarray:
    """(w,) lengths or areas of facets with `corners` (d, d, w): coordinate, corner, facet."""
    edges = corners[:, 1:] - corners[:, :1]
    if len(corners) == 2:
        return np.hypot(edges[0, 0], edges[1, 0])
    return np.linalg.norm(np.cross(edges[:, 0], edges[:, 1], axis=0), axis=0) / 2


def _with_images(seeds: np.ndarray) -> np.ndarray:
    """Seeds and their images in the walls x = 0, x = 1, y = 0, ...: ((2 d + 1) n, d)."""
    blocks = [seeds]
    for axis in range(seeds.shape[1]):
        for wall in (0.0, 1.0):
            image = seeds.copy()
            image[:, axis] = 2 * wall - image[:, axis]
            blocks.append(image)
    return np.concatenate(blocks)


def _walled(diagram: Diagram) -> Diagram:
    """Put the corners of a face between a seed and its own image exactly on that wall; a distance test is fragile."""
    n, d = diagram.seeds.shape
    own, image = diagram.owners.min(axis=1), diagram.owners.max(axis=1)
    for block in range(2 * d):
        on_wall = image == own + (block + 1) * n
        diagram.vertices[diagram.corner[on_wall[diagram.face]], block // 2] = float(block % 2)
    return diagram


def _angle_around(
    points: np.ndarray, vertices: np.ndarray, owners: np.ndarray, face: np.ndarray, corner: np.ndarray
) -> np.ndarray:
    """(c,) angle of each corner about its face's centre, in the plane of the face; in 2-D nothing to order."""
    d = points.shape[1]
    if d == 2:
        return np.zeros(corner.size)
    count = np.bincount(face)
    centre = np.stack([np.bincount(face, vertices[corner, i]) / count for i in range(d)], axis=1)
    normal = points[owners[:, 1]] - points[owners[:, 0]]
    flattest = np.abs(normal).argmin(axis=1)
    u = np.cross(normal, np.eye(d)[flattest])
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(normal / np.linalg.norm(normal, axis=1, keepdims=True), u)
    offset = vertices[corner] - centre[face]
    return np.arctan2((offset * v[face]).sum(axis=1), (offset * u[face]).sum(axis=1))


def _cell_means(diagram: Diagram, n: int) -> np.ndarray:
    """(n, d) mean of the corners of each cell, a point inside it."""
    cell = diagram.owners[diagram.face].T.ravel()
    corner = np.tile(diagram.corner, 2)
    real = cell < n
    unique = np.unique(cell[real] * len(diagram.vertices) + corner[real])
    cell, corner = unique // len(diagram.vertices), unique % len(diagram.vertices)
    count = np.bincount(cell, minlength=n)
    return np.stack([np.bincount(cell, x, n) / count for x in diagram.vertices[corner].T], axis=1)


def _volumes(seeds: np.ndarray, diagram: Diagram) -> tuple[np.ndarray, csr_matrix]:
    """(n,) volumes of the cells and their (n, n) derivatives with respect to the weights of `seeds`."""
    n, d = seeds.shape
    points = _with_images(seeds)
    facets, face = _triangulated(diagram.face, diagram.corner, d)
    area = np.bincount(face, facet_areas(diagram.vertices.T[:, facets]), len(diagram.owners))
    first = np.searchsorted(diagram.face, np.arange(len(diagram.owners)))
    on_face = diagram.vertices[diagram.corner[first]]
    i, j = diagram.owners.T
    axis = points[j] - points[i]
    distance = np.linalg.norm(axis, axis=1)
    axis /= distance[:, None]
    volume = np.zeros(n)
    for own, sign in ((i, 1.0), (j, -1.0)):
        real = own < n
        height = sign * ((on_face - points[own]) * axis).sum(axis=1)
        volume += np.bincount(own[real], (area * height / d)[real], n)
    between = (i < n) & (j < n)
    rate = (area / (2 * distance))[between]
    i, j = i[between], j[between]
    rows, cols = np.concatenate([i, j, i, j]), np.concatenate([i, j, j, i])
    return volume, csr_matrix((np.concatenate([rate, rate, -rate, -rate]), (rows, cols)), shape=(n, n))


def _collapsed(diagram: Diagram, shortest: float) -> np.ndarray:
    """(c,) corners after the ends of edges below `shortest` are merged; a merged corner stays on its walls."""
    following = _following(diagram.face, diagram.corner)
    length = np.linalg.norm(diagram.vertices[diagram.corner] - diagram.vertices[following], axis=1)
    short = length < shortest
    v = len(diagram.vertices)
    graph = coo_matrix((np.ones(short.sum()), (diagram.corner[short], following[short])), shape=(v, v))
    _, group = connected_components(graph, directed=False)
    walls = ((diagram.vertices == 0.0) | (diagram.vertices == 1.0)).sum(axis=1)
    strongest = np.lexsort((-walls, group))  # within a group, the vertex on most walls first
    first = strongest[np.r_[True, np.diff(group[strongest]) > 0]]
    return first[group[diagram.corner]]


def _following(face: np.ndarray, corner: np.ndarray) -> np.ndarray:
    """(c,) the next corner around the same face."""
    begin = np.flatnonzero(np.r_[True, np.diff(face) > 0])
    following = np.roll(corner, -1)
    following[np.r_[begin[1:], face.size] - 1] = corner[begin]
    return following


def _triangulated(face: np.ndarray, corner: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut faces into segments (2-D) or triangles (3-D): nodes (d, t) and the face each comes from (t,).

    A polygon is cut from its corner of lowest number, so that both of its cells see the same triangles. Facets that a
    collapse has made degenerate are left out.
    """
    begin = np.flatnonzero(np.r_[True, np.diff(face) > 0])
    if d == 2:
        facets = np.stack([corner[begin], corner[begin + 1]])
        return facets[:, facets[0] != facets[1]], face[begin][facets[0] != facets[1]]
    apex = np.minimum.reduceat(corner, begin)[face - face[0]]
    facets = np.stack([apex, corner, _following(face, corner)])
    proper = (facets[0] != facets[1]) & (facets[1] != facets[2]) & (facets[2] != facets[0])
    return facets[:, proper], face[proper]
