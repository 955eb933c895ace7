"""What cannot be simulated is refused before anything is computed, with the name, the value and what is allowed."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.errors import SimulationError
from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure, laminate
from ionscope.simulate.checks import LIMITS, check_properties, checked_frequencies
from ionscope.simulate.mesh import GrainMesh, without_islands

GOOD = {
    ElectrolyteProperties: dict(sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3),
    Electrode: dict(capacitance=1e-5, exponent=0.9, resistance_25c=10.0),
    Cell: dict(
        microstructure=laminate([1, 1]),
        electrolyte=ElectrolyteProperties(sigma_grain_25c=4e-4, permittivity=100, sigma_boundary_25c=2e-3),
    ),
}


@pytest.mark.parametrize(
    ("what", "name", "value", "hint"),
    [
        (ElectrolyteProperties, "sigma_grain_25c", -4e-4, "S/m or mS/cm"),
        (ElectrolyteProperties, "sigma_grain_25c", 0, "1e-16 to 10 S/cm"),
        (ElectrolyteProperties, "sigma_grain_25c", 400.0, "S/m or mS/cm"),
        (ElectrolyteProperties, "sigma_boundary_25c", 0.0, "areal conductance"),
        (ElectrolyteProperties, "permittivity", 0.5, "relative to vacuum"),
        (ElectrolyteProperties, "ea_grain", 30.0, "kJ/mol"),
        (ElectrolyteProperties, "ea_boundary", -0.1, "0 to 3 eV"),
        (ElectrolyteProperties, "grain_exponent", 1.2, "1 is a capacitor"),
        (ElectrolyteProperties, "boundary_exponent", 0.0, "0.3 to 1"),
        (ElectrolyteProperties, "boundary_frequency_25c", 0.0, "Hz"),
        (Electrode, "capacitance", -1e-5, "uF/cm2"),
        (Electrode, "capacitance", 1e4, "uF/cm2"),
        (Electrode, "exponent", 0.1, "0.3 to 1"),
        (Electrode, "resistance_25c", 0.0, "blocking"),
        (Electrode, "leak", 0.0, "leaves the leak out"),
        (Electrode, "leak_exponent", 1.2, "0 is a resistance"),
        (Electrode, "ea", 40.0, "kJ/mol"),
        (Electrode, "warburg_25c", -1.0, "leaves diffusion out"),
        (Electrode, "warburg_frequency_25c", 0.0, "Hz"),
        (Cell, "thickness", 0.0, "um or mm"),
        (Cell, "thickness", 1000.0, "um or mm"),
        (Cell, "area", -1.0, "mm2"),
        (Cell, "temperature", 25.0, "in Celsius"),
        (Cell, "stray_inductance", -1e-6, "uH"),
        (Cell, "stray_capacitance", 20.0, "pF"),
    ],
)
def test_a_figure_that_is_not_physical_is_refused_by_name_and_value(what, name, value, hint):
    with pytest.raises(SimulationError, match=rf"^{name} = {re.escape(str(value))}.*allowed are .*{re.escape(hint)}"):
        what(**GOOD[what] | {name: value})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e-3 + 1j, [1e-3, 2e-3]])
@pytest.mark.parametrize("name", ["sigma_grain_25c", "permittivity", "ea_grain"])
def test_what_is_no_finite_real_number_is_refused(name, value):
    with pytest.raises(SimulationError, match=f"{name} = .*allowed are"):
        ElectrolyteProperties(**GOOD[ElectrolyteProperties] | {name: value})


@given(st.sampled_from(sorted(LIMITS)), st.floats(allow_nan=True, allow_infinity=True))
def test_a_property_passes_exactly_within_its_limits(name, value):
    low, high, unit, _ = LIMITS[name]
    if low <= value <= high:
        check_properties(**{name: value})
        return
    with pytest.raises(SimulationError) as refused:
        check_properties(**{name: value})
    for part in (name, str(value), f"{low:g}", f"{high:g}", unit):
        assert part in str(refused.value)


def test_limits_themselves_and_what_is_absent_pass():
    for name, (low, high, _, _) in LIMITS.items():
        check_properties(**{name: low})
        check_properties(**{name: high})
        check_properties(**{name: None})


@pytest.mark.parametrize(
    ("frequencies", "message"),
    [
        ([], "at least one value"),
        (1e3, "vector"),
        ([[1.0, 2.0]], r"vector.*\(1, 2\)"),
        ([1.0, 0.0, 10.0], r"frequency 0 Hz \(number 2\)"),
        ([-5.0, 1.0], r"frequency -5 Hz \(number 1\)"),
        ([1.0, np.nan], r"frequency nan Hz \(number 2\)"),
        ([1.0, np.inf], r"frequency inf Hz \(number 2\)"),
        ([1.0, 100.0, 10.0], "100 Hz is followed by 10 Hz"),
        ([1.0, 1.0], "1 Hz is followed by 1 Hz"),
    ],
)
def test_frequencies_that_are_no_ascending_sweep_are_refused(frequencies, message):
    with pytest.raises(SimulationError, match=message):
        checked_frequencies(frequencies)
    with pytest.raises(SimulationError, match=message):
        Cell(**GOOD[Cell]).impedance(frequencies)


def test_a_sweep_passes_unchanged():
    np.testing.assert_array_equal(checked_frequencies([1, 10, 100]), [1.0, 10.0, 100.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(grains=3), "grains = 3.*at least 4"),
        (dict(grains=0), "grains = 0"),
        (dict(dimension=1), "dimension = 1: allowed are 2 and 3"),
        (dict(dimension=4), "dimension = 4"),
        (dict(porosity=-0.1), "porosity = -0.1"),
        (dict(porosity=0.41), "porosity = 0.41: allowed are 0 to 0.4"),
        (dict(porosity=np.nan), "porosity = nan"),
        (dict(contact=0.0), "contact = 0.0"),
        (dict(contact=1.1), "contact = 1.1"),
        (dict(contact=np.nan), "contact = nan"),
        (dict(anisotropy=0.0), "anisotropy = 0.0: must be a positive ratio"),
        (dict(anisotropy=np.inf), "anisotropy = inf"),
        (dict(size_spread=6.0), "degenerate grains|lower the spread"),
    ],
)
def test_a_microstructure_that_cannot_be_is_refused(change, message):
    with pytest.raises(SimulationError, match=message):
        Microstructure.voronoi(**dict(grains=9, seed=1) | change)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size_spread", -1.0),
        ("size_spread", np.nan),
        ("grain_spread_decades", -0.1),
        ("boundary_spread_decades", -0.1),
        ("boundary_spread_decades", np.nan),
        ("patches", 0),
        ("seed", -1),
    ],
)
def test_a_spread_or_a_number_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(SimulationError, match=name.removesuffix("_decades").removesuffix("_spread")):
        Microstructure.voronoi(**dict(grains=9, seed=1, contact=0.5) | {name: value})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(thicknesses=[]), "thicknesses"),
        (dict(thicknesses=[1, 0]), "positive"),
        (dict(thicknesses=[1, -1]), "positive"),
        (dict(thicknesses=[1, np.nan]), "nan"),
        (dict(thicknesses=[[1, 2]]), "thicknesses"),
        (dict(thicknesses=[1], dimension=1), "dimension = 1"),
        (dict(thicknesses=[1, 2], conductivities=[1, 2, 3]), r"grain_conductivity has shape \(3,\), expected \(2,\)"),
        (dict(thicknesses=[1, 2], conductivities=[1, 0]), "grain_conductivity must be positive"),
        (dict(thicknesses=[1, 2], permittivities=[1, -1]), "grain_permittivity must be positive"),
        (dict(thicknesses=[1, 2], boundary_conductances=[np.nan]), "boundary_conductance must be positive"),
        (dict(thicknesses=[1, 2], boundary_capacitances=[1, 1]), r"boundary_capacitance has shape"),
    ],
)
def test_layers_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(SimulationError, match=message):
        laminate(**arguments)


@pytest.mark.parametrize("tensor", [[[1, 2], [2, 1]], [[1, 0], [0, 0]], [[np.nan, 0], [0, 1]]])
def test_a_conductivity_tensor_that_is_not_positive_definite_is_refused(tensor):
    with pytest.raises(SimulationError, match="grain_conductivity must be positive"):
        laminate([1, 1]).with_properties(grain_conductivity=np.array([np.eye(2), tensor]))


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (dict(solver="fast"), "solver = 'fast': allowed are 'reduced' and 'direct'"),
        (dict(order=3), "order = 3: allowed are 1 and 2"),
        (dict(tolerance=0.0), "tolerance = 0.0"),
        (dict(tolerance=np.nan), "tolerance = nan"),
        (dict(mesh_tolerance=1.0), "mesh_tolerance = 1.0"),
        (dict(mesh_tolerance=-1e-3), "mesh_tolerance = -0.001"),
    ],
)
def test_an_option_that_there_is_not_is_refused(option, message):
    with pytest.raises(SimulationError, match=message):
        Cell(**GOOD[Cell] | option)


def test_a_solid_cut_through_is_a_disconnected_mesh():
    mesh = laminate([2, 1, 1.5]).mesh
    with pytest.raises(SimulationError, match=r"disconnected mesh.*does not reach the top electrode"):
        without_islands(mesh.restricted(mesh.grain != 1))
    with pytest.raises(SimulationError, match=r"disconnected mesh.*does not reach the bottom electrode"):
        without_islands(mesh.restricted(mesh.grain == 2))


def test_an_island_is_dropped():
    cells = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)]
    x, y = np.array(cells, float).T / [[2.0], [1.0]]
    triangles = np.array([[0, 1, 3], [1, 4, 3], [1, 2, 4], [2, 5, 4]]).T
    points = np.concatenate([np.stack([x, y]), [[0.4, 0.6, 0.5], [0.4, 0.4, 0.6]]], axis=1)
    mesh = GrainMesh.from_simplices(points, np.column_stack([triangles, [6, 7, 8]]), np.array([0, 0, 0, 0, 1]))
    left = without_islands(mesh)
    np.testing.assert_array_equal(left.grain, 0)
    np.testing.assert_array_equal(left.simplices, triangles)


def test_a_mesh_that_would_grow_out_of_hand_is_given_up(monkeypatch):
    monkeypatch.setattr("ionscope.simulate.adapt.MOST_UNKNOWNS", 500)
    cell = Cell(
        Microstructure.voronoi(9, seed=1, contact=0.3, patches=3),
        GOOD[Cell]["electrolyte"],
        Electrode(capacitance=1e-5, exponent=0.9),
        mesh_tolerance=1e-5,
    )
    with pytest.raises(SimulationError, match=r"unknowns leave an estimated discretisation error of .* above 1e-05"):
        cell.impedance([1e3])
