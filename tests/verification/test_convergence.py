"""The discretisation error: its order under refinement, the estimate that steers the mesh, and cells without any."""

import numpy as np
import pytest
from scipy.sparse.linalg import splu
from skfem.quadrature import get_quadrature

from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure
from ionscope.simulate.adapt import adapted, conductivity_tensors, indicators, load_cases
from ionscope.simulate.fem import ELEMENTS, Numbering, assemble, shape_functions
from ionscope.simulate.materials import affine_parameters
from ionscope.simulate.mesh import BOTTOM, GrainMesh
from ionscope.simulate.tessellation import cut_into_simplices, facet_areas, signed_volumes, voronoi

THETA = np.array([1.0 + 0j, 0.7j, 5.0, 2.0j, 3.0 + 1j, 2.0 + 2j])
METALS = np.array([0.3, -1.2])


def exact(x, grain):
    """A potential (...) at x (d, ...) that jumps from grain to grain, and its gradient (d, ...)."""
    size, phase = 1 + grain % 3, 0.7 * grain
    waves = np.array([1.0, 1.5, 0.8])[: len(x)]
    argument = np.tensordot(waves, x, axes=1) + phase
    return size * np.sin(argument), size * np.cos(argument) * waves.reshape(-1, *[1] * (x.ndim - 1))


def quadrature(dimension):
    points, weights = get_quadrature(ELEMENTS[dimension, 1].refdom, 8)
    return points, weights / weights.sum()


def places(cell, facets, x):
    """(d, q, m) positions of the points x (k, q) of the reference simplex in simplices or facets."""
    corners = cell.points[:, facets]
    edges = corners[:, 1:] - corners[:, :1]
    return corners[:, :1] + np.einsum("dkm,kq->dqm", edges, x)


class Manufactured:
    """The problem on one mesh whose solution is `exact`: what drives it is computed by quadrature from `exact`."""

    def __init__(self, cell, order):
        self.cell, d = cell, cell.dimension
        self.numbering = Numbering(cell, order)
        self.system = assemble(cell, order)
        n = self.numbering.n
        self.unknowns = self.numbering.of(cell.simplices)
        self.drive, self.energy = np.zeros(n + 2, complex), 0.0

        x, self.weights = quadrature(d)
        self.values, gradients = shape_functions(d, order, x)
        self.x = places(cell, cell.simplices, x)
        self.volume = np.abs(signed_volumes(cell.points, cell.simplices))
        corners = cell.points[:, cell.simplices]
        inverse = np.linalg.inv(np.moveaxis(corners[:, 1:] - corners[:, :1], 2, 0))  # (m, a, c)
        _, slope = exact(self.x, cell.grain)
        current = np.einsum("mce,eqm->cqm", conductivity_tensors(cell, THETA), slope)
        weak = np.einsum("cqm,mac,iaq,q,m->im", current, inverse, gradients, self.weights, self.volume, optimize=True)
        np.add.at(self.drive, self.unknowns, weak)
        self.energy += np.einsum("cqm,cqm,q,m->", current, slope, self.weights, self.volume, optimize=True)

        facet, weights = quadrature(d - 1)
        values, _ = shape_functions(d - 1, order, facet)
        grain_of = np.zeros(cell.points.shape[1], int)
        grain_of[cell.simplices] = cell.grain
        one, other = (exact(places(cell, side, facet), grain_of[side[0]])[0] for side in cell.sides)
        y = THETA[2] * cell.boundary_conductance + THETA[3] * cell.boundary_capacitance
        area = facet_areas(cell.points[:, cell.sides[0]])
        through = y[cell.boundary] * area * weights[:, None] * (one - other)
        for side, sign in zip(cell.sides, (1, -1), strict=True):
            np.add.at(self.drive, self.numbering.of(side), sign * values @ through)
        self.energy += (through * (one - other)).sum()

        bottom = cell.electrode == BOTTOM
        y = np.where(bottom, THETA[4], THETA[5]) * cell.contact
        below = exact(places(cell, cell.wall, facet), grain_of[cell.wall[0]])[0] - np.where(bottom, *METALS)
        through = y * facet_areas(cell.points[:, cell.wall]) * weights[:, None] * below
        np.add.at(self.drive, self.numbering.of(cell.wall), values @ through)
        np.add.at(self.drive, n + (~bottom), -through.sum(axis=0))
        self.energy += (through * below).sum()

    def errors(self):
        """Root mean square error of the potential, and the error of the energy relative to the energy."""
        pinned = self.system.pinned
        solution = splu(self.system.matrix(THETA)).solve(np.delete(self.drive, pinned))
        solution = np.insert(solution, pinned, 0.0)
        energy = self.drive @ solution
        miss = self.values.T @ solution[self.unknowns] - exact(self.x, self.cell.grain)[0]
        miss -= self.weights @ miss @ self.volume  # a potential is known up to a constant
        return np.sqrt(self.weights @ np.abs(miss) ** 2 @ self.volume), abs(energy / self.energy - 1)


@pytest.mark.parametrize(
    ("dimension", "order", "levels"),
    [(2, 1, (1, 2, 3, 4)), (2, 2, (1, 2, 3, 4)), (3, 1, (0, 1, 2, 3)), (3, 2, (0, 1, 2))],
)
def test_a_manufactured_potential_is_met_at_the_order_of_the_elements(dimension, order, levels):
    """Grains of their own conductivity and boundaries of their own conductance, complex throughout."""
    cell = Microstructure.voronoi(
        9 if dimension == 2 else 4,
        dimension,
        seed=3,
        grain_spread_decades=0.3,
        boundary_spread_decades=0.3,
        anisotropy=2,
    )
    errors = np.array([Manufactured(cell.refined(level), order).errors() for level in levels])
    potential, energy = np.log2(errors[-2] / errors[-1])
    assert potential == pytest.approx(order + 1, abs=0.25)
    assert energy == pytest.approx(2 * order, abs=0.25)


ELECTROLYTE = ElectrolyteProperties(sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3)
BLOCKING = Electrode(capacitance=1e-6, exponent=0.85), Electrode(capacitance=2e-5, exponent=0.9)
REVERSIBLE = tuple(Electrode(capacitance=1e-6, exponent=0.85, resistance_25c=r) for r in (5.0, 50.0))
FREQUENCY = np.geomspace(0.1, 1e7, 9)

UNEVEN = {
    "poor contact": dict(grains=9, seed=1, contact=0.3, patches=4),
    "poor contact again": dict(grains=9, seed=7, contact=0.3, patches=4),
    "pores, uneven grains": dict(
        grains=16, seed=2, porosity=0.12, grain_spread_decades=0.3, boundary_spread_decades=0.5
    ),
    "turned grains": dict(grains=9, seed=3, anisotropy=5.0, contact=0.6, patches=4),
    "three dimensions": dict(grains=6, dimension=3, seed=1, contact=0.6, patches=1, boundary_spread_decades=0.5),
}
SETTINGS = [(name, order, (1e-2, 3e-3)[order - 1]) for name in UNEVEN for order in (1, 2)]
SETTINGS[-2:] = [("three dimensions", 2, 5e-2), ("poor contact again", 2, 1e-3)]
any_cell = pytest.mark.parametrize(("name", "order", "tolerance"), SETTINGS)
any_electrodes = pytest.mark.parametrize("electrodes", [BLOCKING, REVERSIBLE], ids=["blocking", "reversible"])


def adapted_and_finer(name, electrodes, order, tolerance):
    """The parameters of a spectrum, its load cases, what `adapted` makes of the cell, and matrices far finer still."""
    theta = affine_parameters(ELECTROLYTE, electrodes, 0.1, FREQUENCY, 298.15)
    cases = load_cases(theta)
    cell, system, estimate = adapted(Microstructure.voronoi(**UNEVEN[name]), cases, tolerance, order)
    finer = assemble(cell.refined(2 if cell.dimension == order == 2 else 1), 2)
    return theta, cases, cell, system, estimate, finer


def compliance(system, case):
    system.factoriser.update(case.theta @ system.upper + case.ideal * system.ideal_electrodes)
    return system.load @ system.factoriser.solve(system.load)


@any_electrodes
@any_cell
def test_the_adapted_mesh_meets_its_tolerance(name, order, tolerance, electrodes):
    """From 0.1 Hz to 10 MHz, against the same mesh refined once more or twice, with quadratic elements."""
    theta, _, _, system, estimate, finer = adapted_and_finer(name, electrodes, order, tolerance)
    assert estimate <= tolerance
    some = theta[[0, 5, 8]]
    error = np.abs(system.solve_direct(some) / finer.solve_direct(some) - 1)
    assert error.max() <= tolerance


@any_electrodes
@any_cell
def test_the_estimate_is_of_the_size_of_the_error(name, order, tolerance, electrodes):
    """In each of the real problems it is made for; where grains are turned it is known to be too careful."""
    _, cases, cell, system, estimate, finer = adapted_and_finer(name, electrodes, order, tolerance)
    estimates = indicators(cell, system, cases).sum(axis=1)
    errors = np.array([1 - compliance(system, case) / compliance(finer, case) for case in cases])
    assert estimates.max() == pytest.approx(estimate, rel=1e-9)
    assert (errors > 0).all()
    assert (errors < 1.25 * estimates).all()
    assert (errors > 0.25 * estimates).all()


def test_a_tighter_tolerance_costs_unknowns_and_brings_the_estimate_down():
    theta = affine_parameters(ELECTROLYTE, BLOCKING, 0.1, FREQUENCY, 298.15)
    start = Microstructure.voronoi(9, seed=1, contact=0.5, patches=3)
    results = [adapted(start, load_cases(theta), tolerance) for tolerance in (2e-2, 5e-3, 1e-3)]
    assert np.all(np.diff([system.n for _, system, _ in results]) > 0)
    assert np.all(np.diff([estimate for _, _, estimate in results]) < 0)


def test_on_finer_meshes_the_conductance_only_falls():
    """Each mesh holds the potentials of the one before; the true one dissipates least, so Z climbs towards it."""
    cell = Microstructure.voronoi(9, seed=4, contact=0.4, patches=3, grain_spread_decades=0.3)
    theta = np.array([[1.0, 0.5, 3.0, 1.0, 10.0, 2.0]])
    for order in (1, 2):
        z = [assemble(cell.refined(level), order).solve_direct(theta)[0] for level in range(3)]
        assert np.all(np.diff(z) > 0)
    linear, quadratic = (assemble(cell, order).solve_direct(theta)[0] for order in (1, 2))
    assert quadratic > linear


def bricks(n, dimension):
    """n^d square or cubic grains, where four or eight cells meet in a point."""
    centres = (np.arange(n) + 0.5) / n
    seeds = np.stack(np.meshgrid(*[centres] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)
    return Microstructure.from_mesh(GrainMesh.from_simplices(*cut_into_simplices(voronoi(seeds))), n**dimension)


@pytest.mark.parametrize(("n", "dimension"), [(2, 2), (4, 2), (3, 3)])
@pytest.mark.parametrize("order", [1, 2])
def test_equal_bricks_are_the_brick_layer_model(n, dimension, order):
    theta = affine_parameters(ELECTROLYTE, REVERSIBLE, 0.1, FREQUENCY, 298.15)
    grain, boundary = theta[:, 0] + theta[:, 1], theta[:, 2] + theta[:, 3]
    z = assemble(bricks(n, dimension), order).solve_direct(theta)
    np.testing.assert_allclose(z, 1 / grain + (n - 1) / boundary + 1 / theta[:, 4] + 1 / theta[:, 5], rtol=1e-10)


@pytest.mark.parametrize("dimension", [2, 3])
def test_even_grains_with_boundaries_that_are_no_obstacle_are_a_single_crystal(dimension):
    cell = Cell(
        Microstructure.voronoi(9, dimension, seed=2),
        ElectrolyteProperties(sigma_grain_25c=1e-3, permittivity=10, sigma_boundary_25c=1e6),
        thickness=0.2,
        area=0.5,
        mesh_tolerance=None,
    )
    assert cell.dc_resistance() == pytest.approx(0.2 / (1e-3 * 0.5), rel=1e-6)
