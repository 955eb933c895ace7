"""A cell to play with: microstructure, electrolyte and electrodes in, impedance, resistance and potential out.

>>> from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure
>>> cell = Cell(
...     Microstructure.voronoi(grains=16, seed=1, contact=0.5),
...     ElectrolyteProperties(sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3),
...     Electrode(capacitance=1e-5, exponent=0.9),
...     thickness=0.1,
...     area=0.8,
... )
>>> cell.impedance([1.0, 1e3, 1e6]).shape
(3,)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ionscope.errors import SimulationError
from ionscope.simulate.adapt import LoadCase, adapted, conductivity_tensors, load_cases
from ionscope.simulate.arrhenius import REFERENCE_TEMPERATURE
from ionscope.simulate.checks import check_properties, checked_frequencies
from ionscope.simulate.electrodes import Electrode
from ionscope.simulate.fem import IDEAL_ELECTRODE, AffineSystem, Numbering, assemble, shape_functions
from ionscope.simulate.instrument import with_leads
from ionscope.simulate.materials import ElectrolyteProperties, affine_parameters
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.reduced import TOLERANCE, ReducedModel

MESH_TOLERANCE = 1e-3
FEW_FREQUENCIES = 12
"""So few are solved in full faster than a reduced model is made."""


@dataclass(frozen=True)
class Field:
    """A potential distribution, for pictures.

    Attributes
    ----------
    points : (d, p) positions of the nodes, in units of the pellet's thickness; nodes are doubled along boundaries
    simplices : (d + 1, m) nodes of each triangle or tetrahedron
    grain : (m,) grain of each
    potential : (p,) complex potential at the nodes, V, for a current of 1 A from top to bottom
    current_density : (d, m) complex current density in the middle of each element, A/cm2, for the same current
    electrodes : complex potentials of the bottom and the top electrode, V; their difference is the impedance
    """

    points: np.ndarray
    simplices: np.ndarray
    grain: np.ndarray
    potential: np.ndarray
    current_density: np.ndarray
    electrodes: tuple[complex, complex]


@dataclass(frozen=True)
class Cell:
    """One pellet between two electrodes at one temperature.

    Parameters
    ----------
    microstructure : of a representative volume, `Microstructure.voronoi(...)` or `laminate(...)`
    electrolyte : nominal properties of its grains and boundaries
    electrodes : one for both sides, or bottom and top; None for ideal electrodes that touch everywhere
    thickness, area : of the pellet, cm and cm2
    temperature : K
    stray_inductance, stray_capacitance : of the leads, in series [H] and in parallel [F]
    solver : "reduced" (fast, its error bounded and at most `tolerance`) or "direct" (a factorisation each frequency)
    tolerance : relative error of Z allowed to the reduced model
    mesh_tolerance : relative discretisation error of Z, as estimated, to which the mesh is refined first; None takes
        the microstructure's mesh as it is
    order : polynomial order of the elements, 1 or 2

    Raises
    ------
    SimulationError : a figure that is not physical, named with its value and what is allowed
    """

    microstructure: Microstructure
    electrolyte: ElectrolyteProperties
    electrodes: Electrode | tuple[Electrode, Electrode] | None = None
    thickness: float = 0.1
    area: float = 1.0
    temperature: float = REFERENCE_TEMPERATURE
    stray_inductance: float = 0.0
    stray_capacitance: float = 0.0
    solver: Literal["reduced", "direct"] = "reduced"
    tolerance: float = TOLERANCE
    mesh_tolerance: float | None = MESH_TOLERANCE
    order: Literal[1, 2] = 2

    def __post_init__(self) -> None:
        check_properties(
            thickness=self.thickness,
            area=self.area,
            temperature=self.temperature,
            stray_inductance=self.stray_inductance,
            stray_capacitance=self.stray_capacitance,
        )
        if self.solver not in ("reduced", "direct"):
            raise SimulationError(f"solver = {self.solver!r}: allowed are 'reduced' and 'direct'")
        if self.order not in (1, 2):
            raise SimulationError(f"order = {self.order!r}: allowed are 1 and 2")
        for name in ("tolerance", "mesh_tolerance"):
            value = getattr(self, name)
            if value is not None and not 0 < value < 1:
                raise SimulationError(f"{name} = {value}: allowed are relative errors above 0 and below 1")

    def impedance(self, frequencies) -> np.ndarray:
        """(f,) complex impedance [ohm] at `frequencies` (f,) [Hz], positive and strictly ascending."""
        return self.certified_impedance(frequencies)[0]

    def certified_impedance(self, frequencies) -> tuple[np.ndarray, np.ndarray, float]:
        """Impedance with its errors.

        Returns
        -------
        impedance : (f,) complex ohm
        solver_error : (f,) upper bounds of the relative difference to the full solve on the same mesh, of the cell
            without leads; 0 where solved in full
        mesh_error : estimated relative discretisation error, NaN where the mesh was not to be refined
        """
        frequency = checked_frequencies(frequencies)
        theta = self._theta(frequency)
        _, system, mesh_error = self._meshed(load_cases(theta))
        if self.solver == "direct" or frequency.size < FEW_FREQUENCIES:
            z, bound = system.solve_direct(theta), np.zeros(frequency.size)
        else:
            z, bound = ReducedModel(system, theta, self.tolerance).certified_impedance(theta)
        z = z * self.thickness / self.area
        return with_leads(frequency, z, self.stray_inductance, self.stray_capacitance), bound, mesh_error

    def dc_resistance(self) -> float:
        """Resistance [ohm] of the electrolyte alone at direct current: electrodes ideal and touching everywhere."""
        grain = self.electrolyte.grain_conductivity(self.temperature)
        ratio = self.electrolyte.boundary_conductivity(self.temperature) / grain
        case = LoadCase(np.array([1.0, 0.0, ratio, 0.0, 0.0, 0.0]), IDEAL_ELECTRODE)
        _, system, _ = self._meshed([case])
        return float(system.dc_resistivity(np.array([ratio]))[0]) / grain * self.thickness / self.area

    def field(self, frequency: float) -> Field:
        """The potential and the current density at `frequency` [Hz], for 1 A from top to bottom."""
        theta = self._theta(checked_frequencies([frequency]))
        cell, system, _ = self._meshed(load_cases(theta))
        solution = system.solutions(theta)[0] * self.thickness / self.area
        solution = np.insert(solution, system.pinned, 0.0)
        u = solution[Numbering(cell, self.order).of(cell.simplices)]  # (k, m)
        middle = np.full((cell.dimension, 1), 1 / (cell.dimension + 1))
        _, gradients = shape_functions(cell.dimension, self.order, middle)
        edges = cell.points[:, cell.simplices[1:]] - cell.points[:, cell.simplices[:1]]
        slopes = np.linalg.solve(np.moveaxis(edges, (0, 1, 2), (2, 1, 0)), (gradients[:, :, 0].T @ u).T[:, :, None])
        current = -conductivity_tensors(cell, theta[0]) @ slopes / self.thickness  # (m, d, 1)
        return Field(
            points=cell.points,
            simplices=cell.simplices,
            grain=cell.grain,
            potential=solution[: cell.points.shape[1]],
            current_density=current[:, :, 0].T,
            electrodes=(complex(solution[-2]), complex(solution[-1])),
        )

    def _theta(self, frequency: np.ndarray) -> np.ndarray:
        """(f, 6) parameters of the affine terms, S/cm."""
        if self.electrodes is None:
            theta = self.electrolyte.theta(2 * np.pi * frequency, self.temperature)
            ideal = IDEAL_ELECTRODE * np.abs(theta[:, :1] + theta[:, 1:2])
            return np.column_stack([theta, ideal, ideal])
        sides = (self.electrodes, self.electrodes) if isinstance(self.electrodes, Electrode) else self.electrodes
        return affine_parameters(self.electrolyte, sides, self.thickness, frequency, self.temperature)

    def _meshed(self, cases: list[LoadCase]) -> tuple[Microstructure, AffineSystem, float]:
        """The microstructure on a mesh fit for `cases`, its matrices and the estimated error."""
        cell = self.microstructure.with_full_contact() if self.electrodes is None else self.microstructure
        if self.mesh_tolerance is None:
            return cell, assemble(cell, self.order), float("nan")
        return adapted(cell, cases, self.mesh_tolerance, self.order)
