"""A conforming mesh of grains: triangles or tetrahedra with a grain each, and the electrode walls as tagged facets.

Electrodes lie on the walls where the last coordinate is 0 (bottom) and 1 (top). A facet of a wall keeps its tags
through every refinement, so the same electrode contact can be computed on ever finer meshes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ionscope.errors import SimulationError
from ionscope.simulate.tessellation import facet_areas, signed_volumes

BOTTOM, TOP = 0, 1


@dataclass(frozen=True)
class GrainMesh:
    """Simplices in d dimensions.

    Attributes
    ----------
    points : (d, p) nodes
    simplices : (d + 1, m) nodes of each triangle or tetrahedron
    grain : (m,) grain of each of them
    wall : (d, w) nodes of each facet on an electrode wall
    electrode : (w,) BOTTOM or TOP
    contact : (w,) whether the electrode touches there
    """

    points: np.ndarray
    simplices: np.ndarray
    grain: np.ndarray
    wall: np.ndarray
    electrode: np.ndarray
    contact: np.ndarray

    @classmethod
    def from_simplices(cls, points: np.ndarray, simplices: np.ndarray, grain: np.ndarray) -> GrainMesh:
        """Find the electrode walls of a mesh of the unit square or cube, both touched everywhere."""
        height = points[-1][simplices]
        walls, electrodes = [], []
        for side, level in ((BOTTOM, 0.0), (TOP, 1.0)):
            on_wall = height == level
            flat = np.flatnonzero(on_wall.sum(axis=0) == len(points))
            # All nodes but one lie on the wall; listed column by column they are the facets.
            walls.append(simplices[:, flat].T[on_wall[:, flat].T].reshape(-1, len(points)).T)
            electrodes.append(np.full(flat.size, side))
        electrode = np.concatenate(electrodes)
        return cls(points, simplices, grain, np.concatenate(walls, axis=1), electrode, np.ones(electrode.size, bool))

    @property
    def dimension(self) -> int:
        return len(self.points)

    @property
    def volumes(self) -> np.ndarray:
        """(m,) area or volume of each simplex."""
        return np.abs(signed_volumes(self.points, self.simplices))

    @property
    def wall_areas(self) -> np.ndarray:
        """(w,) length or area of each wall facet."""
        return facet_areas(self.points[:, self.wall])

    def restricted(self, keep: np.ndarray) -> GrainMesh:
        """The simplices `keep` (mask or indices) alone, with the wall facets they own and both walls touched."""
        return GrainMesh.from_simplices(self.points, self.simplices[:, keep], self.grain[keep])


def without_islands(mesh: GrainMesh) -> GrainMesh:
    """Drop what pores cut off from the largest connected piece of solid; that piece has to join both electrodes."""
    (_, a), (_, b) = paired_facets(facet_keys(mesh.simplices, mesh.points.shape[1]))
    m = mesh.grain.size
    _, piece = connected_components(coo_matrix((np.ones(a.size), (a, b)), shape=(m, m)), directed=False)
    largest = int(np.argmax(np.bincount(piece, mesh.volumes)))
    if (piece != largest).any():
        mesh = mesh.restricted(piece == largest)
    for electrode, name in ((BOTTOM, "bottom"), (TOP, "top")):
        if not (mesh.electrode == electrode).any():
            raise SimulationError(f"disconnected mesh: the largest piece of solid does not reach the {name} electrode")
    return mesh


def facet_keys(simplices: np.ndarray, p: int) -> np.ndarray:
    """(d + 1, m) one number for each facet of simplices with up to p nodes; row i omits the i-th lowest node."""
    nodes = np.sort(simplices, axis=0).astype(np.int64)
    return np.stack([node_key(np.delete(nodes, i, axis=0), p) for i in range(len(nodes))])


def node_key(nodes: np.ndarray, p: int) -> np.ndarray:
    """(m,) one number for each column of `nodes` (k, m), ascending and below p."""
    key = nodes[0].astype(np.int64)
    for row in nodes[1:]:
        key = key * p + row
    return key


def paired_facets(keys: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Facets that two simplices share: (rows, columns) in `keys` as the one sees it and as the other does."""
    flat = keys.ravel()
    order = np.argsort(flat, kind="stable")
    same = np.flatnonzero(np.diff(flat[order]) == 0)
    first, second = np.unravel_index(order[same], keys.shape), np.unravel_index(order[same + 1], keys.shape)
    return (first[0], first[1]), (second[0], second[1])


def bisected(mesh: GrainMesh, cuts: np.ndarray) -> GrainMesh:
    """Bisect simplices at their longest edges, and others to keep the mesh conforming.

    `cuts` (m,) says how often: 1 halves a simplex, 2 halves its halves too, and so on; a mask counts as 0 and 1.
    An edge is cut once it is the longest of every simplex around it (Rivara, 10.1002/nme.1620200412). Of equally long
    edges the one whose nodes have the higher numbers counts as the longer, everywhere alike.
    """
    waiting = np.asarray(cuts, dtype=int)
    while waiting.any():
        mesh, waiting = cut_what_is_ready(mesh, waiting)
    return mesh


def cut_what_is_ready(mesh: GrainMesh, waiting: np.ndarray) -> tuple[GrainMesh, np.ndarray]:
    """One pass of `bisected`, after which the mesh is conforming too.

    `waiting` (m,) says how often each simplex has to be cut, and what is returned how often those of the new mesh.
    """
    p, m = mesh.points.shape[1], mesh.simplices.shape[1]
    key = _edge_keys(mesh.simplices, p)
    edge, index = np.unique(key, return_inverse=True)
    index = index.reshape(key.shape)  # (edges of a simplex, m)
    length = ((mesh.points[:, edge // p] - mesh.points[:, edge % p]) ** 2).sum(axis=0)
    rank = np.empty(edge.size, np.int64)
    rank[np.lexsort((edge, length))] = np.arange(edge.size)
    longest = index[rank[index].argmax(axis=0), np.arange(m)]
    affected, wanted = waiting > 0, np.zeros(edge.size, bool)
    while True:  # on to the longest edges of the neighbours that a cut would leave with a hanging node
        wanted[longest[affected]] = True
        neighbours_too = affected | wanted[index].any(axis=0)
        if (neighbours_too == affected).all():
            break
        affected = neighbours_too
    shared_by = np.bincount(index.ravel(), minlength=edge.size)
    longest_of = np.bincount(longest, minlength=edge.size)
    ready = wanted & (shared_by == longest_of)
    cut = edge[ready]
    simplices, parent, whole = _split(mesh.simplices, cut, p)
    wall, wall_parent, _ = _split(mesh.wall, cut, p)
    middle = (mesh.points[:, cut // p] + mesh.points[:, cut % p]) / 2
    finer = GrainMesh(
        np.concatenate([mesh.points, middle], axis=1),
        simplices,
        mesh.grain[parent],
        wall,
        mesh.electrode[wall_parent],
        mesh.contact[wall_parent],
    )
    return finer, np.where(whole, waiting[parent], np.maximum(waiting[parent] - 1, 0))


def _edge_keys(simplices: np.ndarray, p: int) -> np.ndarray:
    """(edges of a simplex, m) each edge as one number, lower node * p + higher node."""
    nodes = np.sort(simplices, axis=0).astype(np.int64)
    i, j = np.triu_indices(len(nodes), k=1)
    return nodes[i] * p + nodes[j]


def _split(simplices: np.ndarray, cut: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Halve the simplices (k, m) that have an edge in `cut` (sorted keys), whose middle is node p + its position.

    At most one edge of a simplex is cut. Returns the simplices, the parent of each, and whether it is a whole parent.
    """
    key = _edge_keys(simplices, p)
    position = np.minimum(np.searchsorted(cut, key), max(cut.size - 1, 0))
    hit = cut[position] == key if cut.size else np.zeros(key.shape, bool)
    halved = np.flatnonzero(hit.any(axis=0))
    which = position[hit[:, halved].argmax(axis=0), halved]
    ends, middle = (cut[which] // p, cut[which] % p), p + which
    halves = [np.where(simplices[:, halved] == end, middle, simplices[:, halved]) for end in ends]
    untouched = np.flatnonzero(~hit.any(axis=0))
    parent = np.concatenate([untouched, halved, halved])
    return (
        np.concatenate([simplices[:, untouched], *halves], axis=1),
        parent,
        np.arange(parent.size) < untouched.size,
    )


def uniformly_refined(mesh: GrainMesh) -> GrainMesh:
    """Cut every triangle into 4, every tetrahedron into 8 (its inner octahedron along the shortest diagonal)."""
    p = mesh.points.shape[1]
    edge = np.unique(_edge_keys(mesh.simplices, p))
    points = np.concatenate([mesh.points, (mesh.points[:, edge // p] + mesh.points[:, edge % p]) / 2], axis=1)

    def middle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return p + np.searchsorted(edge, np.minimum(a, b).astype(np.int64) * p + np.maximum(a, b))

    simplices, wall = (_children(nodes, middle, points) for nodes in (mesh.simplices, mesh.wall))
    copies, wall_copies = 2**mesh.dimension, 2 ** (mesh.dimension - 1)
    return GrainMesh(
        points,
        simplices,
        np.tile(mesh.grain, copies),
        wall,
        np.tile(mesh.electrode, wall_copies),
        np.tile(mesh.contact, wall_copies),
    )


def _children(nodes: np.ndarray, middle: Callable, points: np.ndarray) -> np.ndarray:
    """The 2, 4 or 8 children of segments, triangles or tetrahedra (k, m), one child of all parents after the other."""
    m = {(i, j): middle(nodes[i], nodes[j]) for i, j in combinations(range(len(nodes)), 2)}
    corners = [[nodes[i], *(m[min(i, j), max(i, j)] for j in range(len(nodes)) if j != i)] for i in range(len(nodes))]
    if len(nodes) == 3:
        corners.append([m[0, 1], m[1, 2], m[0, 2]])
    if len(nodes) == 4:
        diagonals = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
        length = [((points[:, m[a]] - points[:, m[b]]) ** 2).sum(axis=0) for a, b in diagonals]
        shortest = np.argmin(length, axis=0)
        ends = [np.choose(shortest, [m[pair[side]] for pair in diagonals]) for side in (0, 1)]
        # The four other middles around a diagonal, as a cycle: neighbours are never the ends of another diagonal.
        cycles = [[(0, 2), (0, 3), (1, 3), (1, 2)], [(0, 1), (0, 3), (2, 3), (1, 2)], [(0, 1), (0, 2), (2, 3), (1, 3)]]
        around = [np.choose(shortest, [m[cycle[k]] for cycle in cycles]) for k in range(4)]
        corners += [[*ends, around[k], around[(k + 1) % 4]] for k in range(4)]
    return np.concatenate([np.stack(child) for child in corners], axis=1)
