"""Layers in series between two electrodes: the finite elements against the sum of the layers, written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, laminate
from ionscope.simulate.fem import assemble
from ionscope.simulate.materials import affine_parameters

FREQUENCY = np.geomspace(1, 1e7, 15)
JW = 2j * np.pi * FREQUENCY
VACUUM_PERMITTIVITY = 8.8541878128e-14  # F/cm
THICKNESS, AREA, TEMPERATURE = 0.13, 0.7, 298.15

SHARES = np.array([0.10, 0.25, 0.05, 0.40, 0.20])
LAYERS = dict(
    conductivities=np.array([1.0, 0.03, 20.0, 0.5, 3.0]),
    permittivities=np.array([1.0, 2.0, 0.5, 1.5, 1.0]),
    boundary_conductances=np.array([1.0, 0.1, 10.0, 0.3]),
    boundary_capacitances=np.array([1.0, 2.0, 0.5, 1.0]),
)
ELECTROLYTE = ElectrolyteProperties(
    sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3, boundary_frequency_25c=3e4
)
ELECTRODES = Electrode(capacitance=1e-6, exponent=0.85, resistance_25c=50.0), Electrode(capacitance=2e-5, exponent=0.9)

both_dimensions = pytest.mark.parametrize("dimension", [2, 3])
both_orders = pytest.mark.parametrize("order", [1, 2])


def layers_in_series(shares, conductivities, permittivities, boundary_conductances, boundary_capacitances):
    """Z (f,) [ohm] of the layers, the boundaries between them and both electrodes, one after the other."""
    jw = JW[:, None]
    layers = THICKNESS * shares / (4e-4 * conductivities + jw * 100 * VACUUM_PERMITTIVITY * permittivities)
    capacitance = 2e-3 / (2 * np.pi * 3e4)
    boundaries = THICKNESS / (2e-3 * boundary_conductances + jw * capacitance * boundary_capacitances)
    electrodes = 1 / (1 / 50.0 + 1e-6 * JW**0.85) + 1 / (2e-5 * JW**0.9)
    return (layers.sum(axis=1) + boundaries.sum(axis=1) + electrodes) / AREA


def cell(structure, **options):
    return Cell(structure, ELECTROLYTE, ELECTRODES, THICKNESS, AREA, TEMPERATURE, **options)


@both_dimensions
@both_orders
@pytest.mark.parametrize("refinement", [0, 1])
def test_layers_and_electrodes_add_up(dimension, order, refinement):
    structure = laminate(SHARES, **LAYERS, dimension=dimension, refinement=refinement)
    z = cell(structure, solver="direct", mesh_tolerance=None, order=order).impedance(FREQUENCY)
    np.testing.assert_allclose(z, layers_in_series(SHARES, **LAYERS), rtol=1e-10)


@both_dimensions
@both_orders
def test_the_bare_system_of_matrices_gives_the_same(dimension, order):
    system = assemble(laminate(SHARES, **LAYERS, dimension=dimension), order)
    theta = affine_parameters(ELECTROLYTE, ELECTRODES, THICKNESS, FREQUENCY, TEMPERATURE)
    z = system.solve_direct(theta) * THICKNESS / AREA
    np.testing.assert_allclose(z, layers_in_series(SHARES, **LAYERS), rtol=1e-10)


@both_dimensions
def test_the_reduced_model_on_an_adapted_mesh_gives_the_same(dimension):
    """Here the answer is in the first mesh and in the first basis, so that the sum is met far below the tolerances."""
    z, bound, mesh_error = cell(laminate(SHARES, **LAYERS, dimension=dimension)).certified_impedance(FREQUENCY)
    np.testing.assert_allclose(z, layers_in_series(SHARES, **LAYERS), rtol=1e-10)
    assert bound.max() <= 1e-6
    assert mesh_error < 1e-10


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
@settings(max_examples=25)
def test_any_layers_add_up(n, seed, dimension):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(n, 2.0)) + 0.01
    layers = {
        name: 10 ** rng.uniform(-1.5, 1.5, n if name.endswith("ivities") else n - 1)
        for name in ("conductivities", "permittivities", "boundary_conductances", "boundary_capacitances")
    }
    z = cell(laminate(shares, **layers, dimension=dimension), solver="direct", mesh_tolerance=None).impedance(FREQUENCY)
    np.testing.assert_allclose(z, layers_in_series(shares / shares.sum(), **layers), rtol=1e-10)


def test_resistance_at_direct_current_is_that_of_layers_and_boundaries():
    expected = (SHARES / (4e-4 * LAYERS["conductivities"])).sum() + (1 / (2e-3 * LAYERS["boundary_conductances"])).sum()
    measured = cell(laminate(SHARES, **LAYERS)).dc_resistance()
    assert measured == pytest.approx(expected * THICKNESS / AREA, rel=1e-6)  # its electrodes are a penalty of 1e7


def test_the_potential_falls_layer_by_layer_and_the_current_is_the_same_in_all():
    field = cell(laminate(SHARES, **LAYERS), mesh_tolerance=None).field(1e3)
    across, along = field.current_density
    np.testing.assert_allclose(along, -1 / AREA, rtol=1e-10)  # from top to bottom
    assert np.abs(across).max() < 1e-10 / AREA
    z = field.electrodes[1] - field.electrodes[0]
    assert z == pytest.approx(cell(laminate(SHARES, **LAYERS)).impedance([1e3])[0], rel=1e-10)
