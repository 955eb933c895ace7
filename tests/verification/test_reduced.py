"""The reduced model against the full solve: how wrong it is, and that its bound says so."""

import numpy as np
import pytest

from ionscope.errors import SimulationError
from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure, reduced
from ionscope.simulate.reduced import TOLERANCE, ReducedModel
from ionscope.simulate.verification.checks import random_cell

FREQUENCY = np.geomspace(0.1, 1e7, 41)
ROUNDING = 1e-9
"""What the full solve itself loses, relative to Z: the bound holds up to this."""


@pytest.mark.parametrize("seed", range(14))
def test_the_error_is_below_its_bound_and_the_bound_below_the_tolerance(seed):
    system, theta = random_cell(seed, FREQUENCY)
    z, bound = ReducedModel(system, theta).certified_impedance(theta)
    error = np.abs(z / system.solve_direct(theta) - 1)
    assert (error <= bound + ROUNDING).all()
    assert bound.max() <= TOLERANCE == 1e-6
    assert (z.real > 0).all()


@pytest.mark.parametrize("tolerance", [1e-3, 1e-5, 1e-8])
def test_any_tolerance_is_kept(tolerance):
    system, theta = random_cell(3, FREQUENCY)
    z, bound = ReducedModel(system, theta, tolerance).certified_impedance(theta)
    error = np.abs(z / system.solve_direct(theta) - 1)
    assert (error <= bound + ROUNDING).all()
    assert bound.max() <= tolerance


@pytest.mark.parametrize("seed", [0, 4, 5, 9])
def test_the_bound_holds_before_the_model_is_good_enough(seed):
    """With one shift only, where the error is large, and at parameters the model has never seen."""
    system, theta = random_cell(seed, FREQUENCY)
    model = ReducedModel(system, theta[60:61])
    z, bound = model.bounded_impedance(theta)
    error = np.abs(z - system.solve_direct(theta))
    assert error.max() > 1e-6 * np.abs(z).max()
    assert (error <= bound + ROUNDING * np.abs(z)).all()


def test_what_a_model_cannot_do_is_solved_in_full(monkeypatch):
    monkeypatch.setattr(reduced, "MOST_SHIFTS", 2)
    monkeypatch.setattr(reduced, "MOST_ROUNDS", 1)
    system, theta = random_cell(4, FREQUENCY)
    z, bound = ReducedModel(system, theta).certified_impedance(theta)
    in_full = bound == 0
    assert 0 < in_full.sum() < len(theta)
    np.testing.assert_array_equal(z[in_full], system.solve_direct(theta[in_full]))
    assert bound.max() <= TOLERANCE
    assert (np.abs(z / system.solve_direct(theta) - 1) <= bound + ROUNDING).all()


def test_a_snapshot_makes_the_model_exact_where_it_was_taken():
    system, theta = random_cell(1, FREQUENCY)
    model = ReducedModel(system, theta[:1])
    sizes, bounds = [], []
    for i in (20, 40, 60, 100):
        model._extend(model._snapshot(theta[i]))
        sizes.append(model.size)
        bounds.append(model.bounded_impedance(theta)[1][i])
    assert (np.diff(sizes) > 0).all()
    assert max(bounds / np.abs(system.solve_direct(theta[[20, 40, 60, 100]]))) < TOLERANCE  # it is exact there


def test_the_basis_is_orthonormal_and_the_reduced_matrices_are_projections():
    system, theta = random_cell(2, FREQUENCY)
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
    system, theta = random_cell(0, FREQUENCY)
    theta[3, 2] *= factor
    with pytest.raises(SimulationError, match=message):
        ReducedModel(system, theta)
