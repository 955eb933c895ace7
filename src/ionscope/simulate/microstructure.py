"""A polycrystal ready for finite elements: nodes doubled along grain boundaries, properties grain by grain.

A cell is a representative volume scaled to the pellet's thickness: length 1 is the pellet thickness L. Electrodes lie
on the walls where the last coordinate is 0 (bottom) and 1 (top), the other walls are insulating.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ionscope.errors import SimulationError
from ionscope.simulate.checks import check_counts, check_spreads
from ionscope.simulate.mesh import (
    BOTTOM,
    TOP,
    GrainMesh,
    bisected,
    facet_keys,
    node_key,
    paired_facets,
    uniformly_refined,
)
from ionscope.simulate.polycrystal import turned_grains, voronoi_mesh
from ionscope.simulate.tessellation import facet_areas


@dataclass(frozen=True)
class Microstructure:
    """A meshed polycrystal in d = 2 or 3 dimensions whose nodes are doubled along grain boundaries.

    Build one with `Microstructure.voronoi` or `laminate`. Relative properties multiply the nominal ones of
    `ElectrolyteProperties`.

    Attributes
    ----------
    mesh : the conforming mesh it is made from
    points : (d, p) nodes, one copy for each grain they belong to
    simplices : (d + 1, m) nodes of each triangle or tetrahedron of the solid (pores are left out), ascending
    grain : (m,) grain number of each element, 0 .. n_grains - 1
    n_grains : number of grains, pores included
    sides : (2, d, n_b) nodes of each grain-boundary facet as its two grains see it; those that coincide in space
        stand in the same place
    boundary : (n_b,) number of the grain boundary (a pair of grains) each of those facets belongs to
    n_boundaries : number of grain boundaries
    wall : (d, w) nodes of each facet on the electrode walls
    electrode : (w,) BOTTOM or TOP
    contact : (w,) whether the electrode touches that facet
    porosity : fraction of the cell left out as pores
    grain_conductivity : (n_grains,) relative conductivity of each grain, or (n_grains, d, d) tensors
    grain_permittivity : (n_grains,) relative permittivity of each grain
    boundary_conductance : (n_boundaries,) relative conductance of each boundary
    boundary_capacitance : (n_boundaries,) relative capacitance of each boundary

    Raises
    ------
    SimulationError : relative properties that are not positive and finite or do not fit the numbers of grains and
        boundaries; a degenerate mesh
    """

    mesh: GrainMesh
    points: np.ndarray
    simplices: np.ndarray
    grain: np.ndarray
    n_grains: int
    sides: np.ndarray
    boundary: np.ndarray
    n_boundaries: int
    wall: np.ndarray
    electrode: np.ndarray
    contact: np.ndarray
    porosity: float
    grain_conductivity: np.ndarray
    grain_permittivity: np.ndarray
    boundary_conductance: np.ndarray
    boundary_capacitance: np.ndarray

    def __post_init__(self) -> None:
        for name, number in _LENGTHS.items():
            values = np.asarray(getattr(self, name), dtype=float)
            object.__setattr__(self, name, values)
            n, d = getattr(self, number), self.dimension
            if values.shape != (n,) and not (name == "grain_conductivity" and values.shape == (n, d, d)):
                raise SimulationError(f"{name} has shape {values.shape}, expected ({n},)")
            smallest = values if values.ndim == 1 else np.linalg.eigvalsh(np.nan_to_num(values, nan=-1.0))
            if values.size and not (np.isfinite(values).all() and smallest.min() > 0):
                raise SimulationError(f"{name} must be positive and finite, got {values.min():g} to {values.max():g}")

    @classmethod
    def voronoi(
        cls,
        grains: int = 64,
        dimension: int = 2,
        seed: int = 0,
        *,
        size_spread: float | None = None,
        lloyd: int = 1,
        porosity: float = 0.0,
        contact: float = 1.0,
        patches: int = 10,
        grain_spread_decades: float = 0.0,
        boundary_spread_decades: float = 0.0,
        anisotropy: float = 1.0,
        refinement: int = 0,
    ) -> Microstructure:
        """A random polycrystal of the unit square or cube, the same for the same arguments.

        Parameters
        ----------
        grains, dimension : number of cells, pores included, in 2 or 3 dimensions
        seed : of the random stream, a non-negative integer
        size_spread : standard deviation of ln(area or volume) of log-normal grains; None for plain Voronoi cells
        lloyd : smoothing steps of the seeds; 0 gives the broad sizes of a Poisson-Voronoi tessellation
        porosity : area or volume fraction of whole cells to leave out as pores
        contact : fraction of each electrode wall that the electrode touches
        patches : number of contact patches across a wall (squared in 3-D)
        grain_spread_decades, boundary_spread_decades : standard deviations of log10 grain conductivity and log10
            boundary conductance
        anisotropy : conductivity along each grain's own random axis over that across it; their geometric mean is kept
        refinement : uniform refinements of the mesh; by itself it is only as fine as grains and patches demand
        """
        check_counts(0, seed=seed)
        check_spreads(grain_spread_decades=grain_spread_decades, boundary_spread_decades=boundary_spread_decades)
        rng = np.random.default_rng(seed)
        mesh = voronoi_mesh(
            rng,
            grains=grains,
            dimension=dimension,
            size_spread=size_spread,
            lloyd=lloyd,
            porosity=porosity,
            contact=contact,
            patches=patches,
            patch_resolution=2 if dimension == 2 else 1,
            refinement=refinement,
        )
        cell = cls.from_mesh(mesh, grains)
        grain = 10 ** rng.normal(0, grain_spread_decades, grains)
        return cell.with_properties(
            grain_conductivity=grain if anisotropy == 1 else turned_grains(rng, grain, anisotropy, dimension),
            boundary_conductance=10 ** rng.normal(0, boundary_spread_decades, cell.n_boundaries),
        )

    @classmethod
    def from_mesh(cls, mesh: GrainMesh, n_grains: int) -> Microstructure:
        """Give every grain its own copy of the nodes on its boundary, so that the potential may jump there.

        Within a grain the new numbers keep the order of the old ones, so that the two copies of a boundary facet list
        coinciding nodes in the same order.
        """
        d, p = mesh.points.shape
        nodes = np.sort(mesh.simplices, axis=0)
        unique, doubled = np.unique(mesh.grain.astype(np.int64) * p + nodes, return_inverse=True)
        doubled = doubled.reshape(nodes.shape)
        without = [np.delete(np.arange(d + 1), i) for i in range(d + 1)]

        def seen_by(omitted: np.ndarray, element: np.ndarray) -> np.ndarray:
            return doubled[np.array(without)[omitted].T, element]

        keys = facet_keys(nodes, p)
        one, other = paired_facets(keys)
        between = mesh.grain[one[1]] != mesh.grain[other[1]]
        one, other = ((omitted[between], element[between]) for omitted, element in (one, other))
        pair = np.sort(np.stack([mesh.grain[one[1]], mesh.grain[other[1]]]), axis=0)
        names, boundary = np.unique(pair[0] * n_grains + pair[1], return_inverse=True)
        order = np.argsort(keys, axis=None)
        place = order[np.searchsorted(keys.ravel(), node_key(np.sort(mesh.wall, axis=0), p), sorter=order)]
        return cls(
            mesh=mesh,
            points=np.ascontiguousarray(mesh.points[:, unique % p]),
            simplices=doubled,
            grain=mesh.grain,
            n_grains=n_grains,
            sides=np.stack([seen_by(*one), seen_by(*other)]),
            boundary=boundary,
            n_boundaries=names.size,
            wall=seen_by(*np.unravel_index(place, keys.shape)),
            electrode=mesh.electrode,
            contact=mesh.contact,
            porosity=1.0 - float(mesh.volumes.sum()),
            grain_conductivity=np.ones(n_grains),
            grain_permittivity=np.ones(n_grains),
            boundary_conductance=np.ones(names.size),
            boundary_capacitance=np.ones(names.size),
        )

    def with_properties(
        self,
        grain_conductivity: np.ndarray | None = None,
        grain_permittivity: np.ndarray | None = None,
        boundary_conductance: np.ndarray | None = None,
        boundary_capacitance: np.ndarray | None = None,
    ) -> Microstructure:
        """A copy with those relative properties that are given, as the attributes of these names."""
        return replace(
            self,
            grain_conductivity=self.grain_conductivity if grain_conductivity is None else grain_conductivity,
            grain_permittivity=self.grain_permittivity if grain_permittivity is None else grain_permittivity,
            boundary_conductance=self.boundary_conductance if boundary_conductance is None else boundary_conductance,
            boundary_capacitance=self.boundary_capacitance if boundary_capacitance is None else boundary_capacitance,
        )

    def with_full_contact(self) -> Microstructure:
        """The same with electrodes that touch the whole of their walls."""
        return self._remeshed(replace(self.mesh, contact=np.ones_like(self.mesh.contact)))

    def bisected(self, cuts: np.ndarray) -> Microstructure:
        """The same grains, boundaries, contact and properties on a mesh with elements bisected `cuts` (m,) times."""
        return self._remeshed(bisected(self.mesh, cuts))

    def refined(self, times: int = 1) -> Microstructure:
        """The same on a mesh refined uniformly: every element cut into 4 (2-D) or 8 (3-D), `times` over."""
        mesh = self.mesh
        for _ in range(times):
            mesh = uniformly_refined(mesh)
        return self._remeshed(mesh)

    def _remeshed(self, mesh: GrainMesh) -> Microstructure:
        finer = Microstructure.from_mesh(mesh, self.n_grains)
        return finer.with_properties(**{name: getattr(self, name) for name in _LENGTHS})

    @property
    def dimension(self) -> int:
        return len(self.points)

    @property
    def contact_fraction(self) -> tuple[float, float]:
        """Share of each solid electrode wall that the electrode touches (bottom, top)."""
        area = facet_areas(self.points[:, self.wall])
        bottom, top = (
            float(area[(self.electrode == e) & self.contact].sum() / area[self.electrode == e].sum())
            for e in (BOTTOM, TOP)
        )
        return bottom, top


_LENGTHS = {
    "grain_conductivity": "n_grains",
    "grain_permittivity": "n_grains",
    "boundary_conductance": "n_boundaries",
    "boundary_capacitance": "n_boundaries",
}
