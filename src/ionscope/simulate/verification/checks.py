"""The simulator against closed forms and conservation laws: one figure a check, and the limit it has to keep."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from ionscope.simulate.cell import Cell
from ionscope.simulate.electrodes import Electrode
from ionscope.simulate.fem import AffineSystem, assemble
from ionscope.simulate.layers import laminate
from ionscope.simulate.materials import ElectrolyteProperties, affine_parameters
from ionscope.simulate.mesh import GrainMesh
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.reduced import ReducedModel
from ionscope.simulate.tessellation import cut_into_simplices, voronoi
from ionscope.simulate.verification.ngsolve_cell import NgsolveCell
from ionscope.spectrum import VACUUM_PERMITTIVITY

FREQUENCY = np.geomspace(0.1, 1e7, 25)
TEMPERATURE = 298.15
THICKNESS, AREA = 0.1, 0.7
ELECTROLYTE = ElectrolyteProperties(
    sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3, boundary_frequency_25c=3e4
)
REVERSIBLE = Electrode(capacitance=1e-6, exponent=0.85, resistance_25c=50.0)
BLOCKING = Electrode(capacitance=2e-5, exponent=0.9)
SIDES = REVERSIBLE, BLOCKING
RANDOM_CELLS = 6

SHARES = np.array([0.1, 0.3, 0.2, 0.15, 0.25])
CONDUCTIVITIES = np.array([1.0, 0.2, 5.0, 0.5, 2.0])
PERMITTIVITIES = np.array([1.0, 2.0, 0.5, 1.5, 1.0])
BOUNDARIES = np.array([1.0, 0.1, 10.0, 0.3])
BOUNDARY_CAPACITIES = np.array([1.0, 2.0, 0.5, 1.0])


def run_checks() -> pd.DataFrame:
    """Every check: columns ``check, meaning, value, limit, verdict``; the verdict is kept, missed or not run."""
    rows = []
    for check in CHECKS:
        for meaning, value, limit in check():
            verdict = "not run" if np.isnan(value) else "kept" if value <= limit else "missed"
            name = check.__name__.replace("_", " ")
            rows.append({"check": name, "meaning": meaning, "value": value, "limit": limit, "verdict": verdict})
    return pd.DataFrame(rows)


Result = Iterator[tuple[str, float, float]]
"""What was compared, the figure, and the most it may be."""


def laminate_in_series() -> Result:
    """Layers between parallel electrodes against the sum of their impedances (Maxwell and Wagner)."""
    jw = 2j * np.pi * FREQUENCY[:, None]
    capacity = 2e-3 / (2 * np.pi * 3e4)
    layers = THICKNESS * SHARES / (4e-4 * CONDUCTIVITIES + jw * 100 * VACUUM_PERMITTIVITY * PERMITTIVITIES)
    boundaries = THICKNESS / (2e-3 * BOUNDARIES + jw * capacity * BOUNDARY_CAPACITIES)
    omega = 2 * np.pi * FREQUENCY
    electrodes = sum(1 / side.admittance(omega, TEMPERATURE) for side in SIDES)
    expected = (layers.sum(axis=1) + boundaries.sum(axis=1) + electrodes) / AREA
    for dimension in (2, 3):
        structure = laminate(
            SHARES, CONDUCTIVITIES, PERMITTIVITIES, BOUNDARIES, BOUNDARY_CAPACITIES, dimension=dimension
        )
        z = Cell(structure, ELECTROLYTE, SIDES, THICKNESS, AREA, solver="direct").impedance(FREQUENCY)
        yield f"five layers, {dimension}-D, against their sum, relative", _largest(z / expected - 1), 1e-10


def brick_layer_limit() -> Result:
    """Equal square or cubic grains are the brick-layer model exactly."""
    theta = _parameters(SIDES)
    grain, boundary = theta[:, 0] + theta[:, 1], theta[:, 2] + theta[:, 3]
    for n, dimension in ((4, 2), (3, 3)):
        z = assemble(bricks(n, dimension)).solve_direct(theta)
        expected = 1 / grain + (n - 1) / boundary + 1 / theta[:, 4] + 1 / theta[:, 5]
        yield f"{n}^{dimension} bricks against layers in series, relative", _largest(z / expected - 1), 1e-10


def current_balance() -> Result:
    """What the bottom electrode takes out is what the top one puts in, and that is the current driven."""
    for name, structure in _uneven().items():
        system = assemble(structure)
        lost = []
        for theta in _parameters(SIDES)[::6]:
            solution = system.solutions(theta)[0]
            bottom, top = ((theta[q] * (system.parts[q] @ solution))[q - 6] for q in (4, 5))
            lost.append(max(abs(bottom + 1), abs(top - 1)))
        yield f"{name}: current through each electrode minus the 1 A driven", max(lost), 1e-10


def energy_balance() -> Result:
    """The power dissipated and stored inside, term by term, is that put in (Tellegen): the conjugate of |I|^2 Z."""
    for name, structure in _uneven().items():
        system = assemble(structure)
        theta = _parameters(SIDES)[12]
        solution = system.solutions(theta)[0]
        inside = sum(t * (solution.conj() @ (part @ solution)) for t, part in zip(theta, system.parts, strict=True))
        outside = np.conj(system.load @ solution)
        yield f"{name}: power inside over power put in, minus one", abs(inside / outside - 1), 1e-10


def reciprocity() -> Result:
    """A current from here to there gives the same voltage between two other places as the reverse."""
    for name, structure in _uneven().items():
        system = assemble(structure)
        there = np.zeros(system.n)
        there[[0, system.n // 3]] = 1.0, -1.0
        matrix = system.matrix(_parameters(SIDES)[12])
        one = there @ _solved(matrix, system.load)
        other = system.load @ _solved(matrix, there)
        yield f"{name}: transfer impedances, relative difference", abs(one / other - 1), 1e-10


def passivity() -> Result:
    """No cell gives off power: the smallest Re Z of all, relative to |Z|, with its sign turned."""
    systems = [assemble(structure) for structure in _uneven().values()]
    z = np.concatenate([system.solve_direct(_parameters(SIDES)) for system in systems])
    yield "minus the smallest Re Z / |Z|", float(-(z.real / np.abs(z)).min()), 0.0
    yield "largest Im Z / |Z|", float((z.imag / np.abs(z)).max()), 0.0


def kramers_kronig_integral() -> Result:
    """Im Z from Re Z by the Kramers-Kronig integral over 27 decades, a cell with charge transfer on both sides.

    In u = ln omega the integrand ``(Re Z(u) - Re Z(u_0)) / sinh(u - u_0)`` is analytic, so the trapezoidal rule on the
    points halfway between converges exponentially; an eighth of a decade is more than enough.
    """
    step = np.log(10) / 16
    u = np.log(2 * np.pi * 1e-10) + step * np.arange(27 * 16)
    frequency = np.exp(u) / (2 * np.pi)
    theta = affine_parameters(ELECTROLYTE, (REVERSIBLE, REVERSIBLE), THICKNESS, frequency, TEMPERATURE)
    z = assemble(_uneven()["2-D"], order=1).solve_direct(theta)
    asked = np.flatnonzero((frequency > 0.1) & (frequency < 1e7))[::16]
    residual = []
    for i in asked:
        between = np.arange((i + 1) % 2, u.size, 2)
        integrand = (z[between].real - z[i].real) / np.sinh(u[between] - u[i])
        residual.append(abs(2 * step * integrand.sum() / np.pi - z[i].imag) / abs(z[i]))
    yield "0.1 Hz to 10 MHz, difference of Im Z over |Z|", max(residual), 1e-6


def direct_current_limit() -> Result:
    """At vanishing frequency layers, boundaries and charge transfer add up to the direct-current resistance."""
    cell = Cell(laminate(SHARES, CONDUCTIVITIES), ELECTROLYTE, (REVERSIBLE, REVERSIBLE), THICKNESS, AREA)
    expected = cell.dc_resistance() + 2 * 50.0 / AREA
    yield "Z at 1e-8 Hz against the sum, relative", abs(cell.impedance([1e-8])[0] / expected - 1), 1e-6


def reduced_against_direct() -> Result:
    """The reduced model of random cells against a sparse factorisation at every frequency."""
    error, beyond = 0.0, -np.inf
    for seed in range(RANDOM_CELLS):
        system, theta = random_cell(seed)
        z, bound = ReducedModel(system, theta).certified_impedance(theta)
        relative = np.abs(z / system.solve_direct(theta) - 1)
        error, beyond = max(error, float(relative.max())), max(beyond, float((relative - bound).max()))
    yield f"{RANDOM_CELLS} random cells, largest relative difference of Z", error, 1e-6
    yield "how far the difference exceeds the bound that was given with it", beyond, 1e-9


def independent_code() -> Result:
    """The same triangles in NGSolve, where it is installed: other elements, assembly and solver."""
    if importlib.util.find_spec("ngsolve") is None:
        yield "NGSolve is not installed: not compared", float("nan"), 1e-8
        return
    theta = _parameters(SIDES)[::4]
    for order in (1, 2):
        structure = Microstructure.voronoi(36, 2, seed=5, contact=0.6, patches=3, porosity=0.1)
        other = NgsolveCell(structure, order)
        z = np.array([other.impedance(row) for row in theta])
        expected = assemble(structure, order).solve_direct(theta)
        yield f"NGSolve with elements of order {order}, relative", _largest(z / expected - 1), 1e-8


CHECKS: tuple[Callable[[], Result], ...] = (
    laminate_in_series,
    brick_layer_limit,
    current_balance,
    energy_balance,
    reciprocity,
    passivity,
    kramers_kronig_integral,
    direct_current_limit,
    reduced_against_direct,
    independent_code,
)


def bricks(n: int, dimension: int) -> Microstructure:
    """n^d square or cubic grains, where four or eight cells meet in a point."""
    centres = (np.arange(n) + 0.5) / n
    seeds = np.stack(np.meshgrid(*[centres] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)
    return Microstructure.from_mesh(GrainMesh.from_simplices(*cut_into_simplices(voronoi(seeds))), n**dimension)


def random_cell(seed: int, frequency: np.ndarray = FREQUENCY) -> tuple[AffineSystem, np.ndarray]:
    """Matrices of an uneven polycrystal, every sixth in three dimensions, and parameters of its spectra (3 f, 6)."""
    rng = np.random.default_rng(seed)
    dimension = 3 if seed % 6 == 5 else 2
    structure = Microstructure.voronoi(
        int(rng.integers(9, 17)) if dimension == 2 else 5,
        dimension,
        seed=seed,
        contact=rng.uniform(0.3, 1.0),
        patches=3 if dimension == 2 else 1,
        porosity=rng.uniform(0.0, 0.15),
        size_spread=(None, 0.4)[seed % 4 == 1],
        grain_spread_decades=rng.uniform(0.0, 0.4),
        boundary_spread_decades=rng.uniform(0.0, 0.6),
        anisotropy=(1.0, 3.0)[seed % 2],
    )
    electrolyte = ElectrolyteProperties(
        sigma_grain_25c=10 ** rng.uniform(-6, -3),
        permittivity=10 ** rng.uniform(1.0, 2.3),
        sigma_boundary_25c=10 ** rng.uniform(-6, -2),
        ea_grain=rng.uniform(0.2, 0.5),
        ea_boundary=rng.uniform(0.2, 0.6),
        grain_exponent=rng.uniform(0.9, 1.0),
        boundary_exponent=rng.uniform(0.8, 1.0),
        boundary_frequency_25c=10 ** rng.uniform(3, 6),
    )
    sides = _random_electrode(rng), _random_electrode(rng)
    theta = [affine_parameters(electrolyte, sides, THICKNESS, frequency, t) for t in (253.15, 298.15, 358.15)]
    return assemble(structure), np.concatenate(theta)


def _random_electrode(rng: np.random.Generator) -> Electrode:
    capacitance, exponent = 10 ** rng.uniform(-7, -4.5), rng.uniform(0.7, 1.0)
    if rng.random() < 0.5:
        return Electrode(capacitance, exponent)
    return Electrode(
        capacitance,
        exponent,
        resistance_25c=10 ** rng.uniform(0, 3),
        ea=rng.uniform(0.2, 0.6),
        warburg_25c=10 ** rng.uniform(-1, 2),
        warburg_frequency_25c=10 ** rng.uniform(-3, 0),
    )


def _uneven() -> dict[str, Microstructure]:
    """Polycrystals with everything that makes the current crooked: contact, pores, uneven and turned grains."""

    def uneven(grains: int, dimension: int, patches: int, **options: float) -> Microstructure:
        return Microstructure.voronoi(
            grains,
            dimension,
            seed=5,
            contact=0.6,
            patches=patches,
            grain_spread_decades=0.3,
            boundary_spread_decades=0.5,
            **options,  # type: ignore[arg-type]
        )

    return {"2-D": uneven(16, 2, 3, porosity=0.1), "3-D": uneven(6, 3, 1, anisotropy=3.0)}


def _parameters(sides: tuple[Electrode, Electrode]) -> np.ndarray:
    return affine_parameters(ELECTROLYTE, sides, THICKNESS, FREQUENCY, TEMPERATURE)


def _solved(matrix: csc_matrix, load: np.ndarray) -> np.ndarray:
    return splu(matrix).solve(load.astype(complex))


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values).max())
