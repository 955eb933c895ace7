"""The reduced model against the full solve: how wrong it is, and that its bound says so."""

import numpy as np
import pytest

from ionscope.errors import SimulationError
from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure, reduced
from ionscope.simulate.fem import assemble
from ionscope.simulate.materials import affine_parameters
from ionscope.simulate.reduced import TOLERANCE, ReducedModel

FREQUENCY = np.geomspace(0.1, 1e7, 41)
TEMPERATURES = (253.15, 298.15, 358.15)
ROUNDING = 1e-9
"""What the full solve itself loses, relative to Z: the bound holds up to this."""


def random_cell(seed):
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
    sides = random_electrode(rng), random_electrode(rng)
    theta = [affine_parameters(electrolyte, sides, 0.1, FREQUENCY, temperature) for temperature in TEMPERATURES]
    return assemble(structure), np.concatenate(theta)


def random_electrode(rng):
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


@pytest.mark.parametrize("seed", range(14))
def test_the_error_is_below_its_bound_and_the_bound_below_the_tolerance(seed):
    system, theta = random_cell(seed)
    z, bound = ReducedModel(system, theta).certified_impedance(theta)
    error = np.abs(z / system.solve_direct(theta) - 1)
    assert (error <= bound + ROUNDING).all()
    assert bound.max() <= TOLERANCE == 1e-6
    assert (z.real > 0).all()


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-8])
def test_any_tolerance_is_kept(tolerance):
    system, theta = random_cell(3)
    z, bound = ReducedModel(system, theta, tolerance).certified_impedance(theta)
    error = np.abs(z / system.solve_direct(theta) - 1)
    assert (error <= bound + ROUNDING).all()
    assert bound.max() <= tolerance


@pytest.mark.parametrize("seed", [0, 4, 5, 9])
def test_the_bound_holds_before_the_model_is_good_enough(seed):
    """With one shift only, where the error is large, and at parameters the model has never seen."""
    system, theta = random_cell(seed)
    model = ReducedModel(system, theta[60:61])
    z, bound = model.bounded_impedance(theta)
    error = np.abs(z - system.solve_direct(theta))
    assert error.max() > 1e-6 * np.abs(z).max()
    assert (error <= bound + ROUNDING * np.abs(z)).all()


def test_what_a_model_cannot_do_is_solved_in_full(monkeypatch):
    monkeypatch.setattr(reduced, "MOST_SHIFTS", 2)
    monkeypatch.setattr(reduced, "MOST_ROUNDS", 1)
    system, theta = random_cell(4)
    z, bound = ReducedModel(system, theta).certified_impedance(theta)
    in_full = bound == 0
    assert 0 < in_full.sum() < len(theta)
    np.testing.assert_array_equal(z[in_full], system.solve_direct(theta[in_full]))
    assert bound.max() <= TOLERANCE
    assert (np.abs(z / system.solve_direct(theta) - 1) <= bound + ROUNDING).all()


def test_a_snapshot_makes_the_model_exact_where_it_was_taken():
    system, theta = random_cell(1)
    model = ReducedModel(system, theta[:1])
    sizes, bounds = [], []
    for i in (20, 40, 60, 100):
        model._extend(model._snapshot(theta[i]))
        sizes.append(model.size)
        bounds.append(model.bounded_impedance(theta)[1][i])
    assert (np.diff(sizes) > 0).all()
    assert max(bounds / np.abs(system.solve_direct(theta[[20, 40, 60, 100]]))) < TOLERANCE  # it is exact there


def test_the_basis_is_orthonormal_and_the_reduced_matrices_are_projections():
    system, theta = random_cell(2)
    model = ReducedModel(system, theta)
    model.certified_impedance(theta)
    np.testing.assert_allclose(model.basis.T @ model.basis, np.eye(model.size), atol=1e-12)
    for part, projected in zip(system.parts, model.reduced, strict=True):
        np.testing.assert_allclose(projected, model.basis.T @ (part @ model.basis), atol=1e-12 * abs(part).max())


def test_reduced_and_direct_cells_agree():
    options = dict(
        microstructure=Microstructure.voronoi(9, seed=1, contact=0.5, patches=3),
        electrolyte=ElectrolyteProperties(sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3),
        electrodes=Electrode(capacitance=1e-5, exponent=0.9),
        mesh_tolerance=1e-2,
    )
    z, bound, estimate = Cell(**options).certified_impedance(FREQUENCY)
    direct, none, same = Cell(**options, solver="direct").certified_impedance(FREQUENCY)
    assert 0 < bound.max() <= 1e-6
    assert none.max() == 0
    assert estimate == same <= 1e-2
    assert np.abs(z / direct - 1).max() <= 1e-6


@pytest.mark.parametrize(
    ("factor", "message"), [(0.0, "zero or not finite"), (np.nan, "zero or not finite"), (-1.0, "not passive")]
)
def test_parameters_outside_the_first_quadrant_are_refused(factor, message):
    system, theta = random_cell(0)
    theta[3, 2] *= factor
    with pytest.raises(SimulationError, match=message):
        ReducedModel(system, theta)
