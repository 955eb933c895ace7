"""Laws that every cell obeys whatever its grains: balances, symmetry, causality, limits and scales."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.kramers_kronig import kramers_kronig
from ionscope.simulate import Cell, Electrode, ElectrolyteProperties, Microstructure, laminate
from ionscope.simulate.arrhenius import activation_energy
from ionscope.simulate.fem import Numbering, assemble
from ionscope.simulate.materials import affine_parameters
from ionscope.simulate.mesh import BOTTOM, TOP
from ionscope.simulate.tessellation import facet_areas, signed_volumes

ELECTROLYTE = ElectrolyteProperties(
    sigma_grain_25c=4e-4,
    ea_grain=0.3,
    permittivity=100,
    sigma_boundary_25c=2e-3,
    ea_boundary=0.4,
    boundary_frequency_25c=3e4,
    grain_exponent=0.95,
    boundary_exponent=0.9,
)
BLOCKING = Electrode(capacitance=1e-5, exponent=0.9)
REVERSIBLE = Electrode(capacitance=1e-6, exponent=0.85, resistance_25c=20.0, ea=0.5)
FREQUENCY = np.geomspace(0.1, 1e7, 41)

UNEVEN = {
    2: Microstructure.voronoi(
        12, 2, seed=5, contact=0.5, patches=3, grain_spread_decades=0.3, boundary_spread_decades=0.5, porosity=0.1
    ),
    3: Microstructure.voronoi(5, 3, seed=5, contact=0.7, patches=1, boundary_spread_decades=0.5, anisotropy=3.0),
}
dimensions = pytest.mark.parametrize("dimension", [2, 3])
orders = pytest.mark.parametrize("order", [1, 2])
electrodes = pytest.mark.parametrize(
    "electrodes", [(BLOCKING, BLOCKING), (REVERSIBLE, BLOCKING), (REVERSIBLE, REVERSIBLE)], ids=["bb", "rb", "rr"]
)


def thetas(low, high):
    """Six conductances within these decades, with any phase from resistor to capacitor."""
    one = st.tuples(st.floats(low, high), st.floats(0, np.pi / 2)).map(lambda r: 10 ** r[0] * np.exp(1j * r[1]))
    return st.lists(one, min_size=6, max_size=6).map(np.array)


def on_its_own_mesh(structure, sides=(REVERSIBLE, BLOCKING), **options):
    return Cell(structure, ELECTROLYTE, sides, thickness=0.1, area=0.7, mesh_tolerance=None, **options)


def solved(structure, order, frequency=1e4):
    """Matrices, their parameters, and the solution with the pinned unknown back in its place."""
    system = assemble(structure, order)
    theta = affine_parameters(ELECTROLYTE, (REVERSIBLE, BLOCKING), 0.1, np.array([frequency]), 298.15)[0]
    return system, theta, system.solutions(theta)[0]


@dimensions
@orders
def test_the_current_through_any_set_of_grains_is_what_the_electrodes_put_in(dimension, order):
    """A cut along grain boundaries, however drawn, carries the whole current from one electrode to the other."""
    structure = UNEVEN[dimension]
    system, theta, solution = solved(structure, order)
    unknowns = Numbering(structure, order).of(structure.simplices)
    rng = np.random.default_rng(1)
    for _ in range(20):
        chosen = rng.random(structure.n_grains) < 0.5
        for metals in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)):
            inside = np.zeros(system.n + 1)
            inside[unknowns] = chosen[structure.grain]
            inside[-2:] = metals
            inside = np.delete(inside - inside[system.pinned], system.pinned)  # a constant carries no current
            through = [inside @ (part @ solution) for part in system.parts]
            assert np.abs(through[:2]).max() < 1e-10 * np.abs(solution).max()  # nothing is lost inside a grain
            currents = theta[2:] * through[2:]
            assert currents.sum() == pytest.approx(metals[1] - metals[0], abs=1e-9)


@dimensions
@orders
def test_the_mean_current_density_is_the_current_over_the_area(dimension, order):
    """As the side walls insulate, every horizontal cut carries all of it, and so does the mean over the volume."""
    field = on_its_own_mesh(UNEVEN[dimension], order=order).field(3e3)
    volume = np.abs(signed_volumes(field.points, field.simplices))
    along = field.current_density[-1] @ volume
    assert along == pytest.approx(-1 / 0.7, rel=1e-9)


@dimensions
@pytest.mark.parametrize("frequency", [1.0, 1e4, 1e7])
def test_what_the_cell_dissipates_is_the_real_part_of_its_impedance(dimension, frequency):
    """Watts in grains, boundaries and electrodes, each from the field itself; a linear field is exactly integrated."""
    structure = UNEVEN[dimension].with_properties(grain_conductivity=np.ones(UNEVEN[dimension].n_grains))
    cell = on_its_own_mesh(structure, order=1)
    field = cell.field(frequency)
    grain, polarisation, boundary, charging, bottom, top = cell._theta(np.array([frequency]))[0]

    def mean_square(values):  # of a linear function, from its values at the corners of facets
        return (np.abs(values.sum(axis=0)) ** 2 + (np.abs(values) ** 2).sum(axis=0)) / (dimension * (dimension + 1))

    volume = np.abs(signed_volumes(field.points, field.simplices))
    in_grains = (1 / (grain + polarisation)).real * (np.abs(field.current_density) ** 2).sum(axis=0) @ volume
    one, other = field.potential[structure.sides]
    y = (boundary * structure.boundary_conductance + charging * structure.boundary_capacitance).real
    area = facet_areas(structure.points[:, structure.sides[0]])
    in_boundaries = (y[structure.boundary] * area * mean_square(one - other)).sum()
    metal = np.where(structure.electrode == BOTTOM, *field.electrodes)
    y = np.where(structure.electrode == BOTTOM, bottom.real, top.real) * structure.contact
    below = mean_square(field.potential[structure.wall] - metal)
    in_electrodes = (y * facet_areas(structure.points[:, structure.wall]) * below).sum()

    # lengths are in units of the thickness, areal conductances carry it as a factor
    watts = 0.7 * 0.1 * in_grains + 0.7 / 0.1 * (in_boundaries + in_electrodes)
    z = cell.impedance([frequency])[0]
    assert watts == pytest.approx(z.real, rel=1e-9)
    assert field.electrodes[1] - field.electrodes[0] == pytest.approx(z, rel=1e-9)


@dimensions
@orders
def test_the_matrices_are_symmetric_and_dissipate_nothing_negative(dimension, order):
    structure = UNEVEN[dimension]
    system = assemble(structure, order)
    numbering = Numbering(structure, order)
    blocks = [numbering.of(structure.simplices), np.concatenate([numbering.of(side) for side in structure.sides])]
    beside_the_pinned = [block[:, (block == system.pinned).any(axis=0)] for block in blocks]
    elsewhere = np.ones(system.n + 1, bool)
    elsewhere[np.concatenate([block.ravel() for block in beside_the_pinned])] = False
    elsewhere = np.delete(elsewhere, system.pinned)
    assert elsewhere.sum() > 0.8 * system.n
    for part in system.parts:
        matrix = part.toarray()
        scale = np.abs(matrix).max()
        np.testing.assert_array_equal(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > -1e-12 * scale
        assert np.abs(matrix.sum(axis=1)[elsewhere]).max() < 1e-12 * scale  # a constant potential drives no current
    assert np.linalg.eigvalsh(sum(part.toarray() for part in system.parts)).min() > 0


@orders
def test_a_cell_turned_upside_down_has_the_same_impedance(order):
    structure = UNEVEN[2]
    mesh = structure.mesh
    points = mesh.points.copy()
    points[-1] = 1 - points[-1]
    turned = structure._remeshed(
        replace(mesh, points=points, electrode=np.where(mesh.electrode == BOTTOM, TOP, BOTTOM))
    )
    upright = on_its_own_mesh(structure, (REVERSIBLE, BLOCKING), order=order).impedance(FREQUENCY[::8])
    over = on_its_own_mesh(turned, (BLOCKING, REVERSIBLE), order=order).impedance(FREQUENCY[::8])
    np.testing.assert_allclose(over, upright, rtol=1e-9)


SYSTEMS = {dimension: assemble(UNEVEN[dimension], 1) for dimension in (2, 3)}


@given(thetas(-5, 3), st.sampled_from([2, 3]))
def test_a_passive_cell_stays_passive_and_capacitive(theta, dimension):
    z = SYSTEMS[dimension].solve_direct(theta)[0]
    rounding = 1e-9 * abs(z)
    assert z.real > -rounding
    assert z.imag < rounding


@given(thetas(-2, 2), st.floats(-6, 6), st.floats(-np.pi, np.pi))
def test_multiplying_every_conductance_divides_the_impedance(theta, decades, angle):
    factor = 10**decades * np.exp(1j * angle)
    z = SYSTEMS[2].solve_direct(np.stack([theta, factor * theta]))
    assert z[1] * factor == pytest.approx(z[0], rel=1e-9)


@electrodes
@pytest.mark.parametrize("solver", ["reduced", "direct"])
def test_clean_spectra_are_passive_and_causal(electrodes, solver):
    z = on_its_own_mesh(UNEVEN[2], electrodes, solver=solver).impedance(FREQUENCY)
    assert (z.real > 0).all()
    assert (z.imag < 0).all()
    assert kramers_kronig(FREQUENCY, z).rms[0] < 1e-4
    assert kramers_kronig(FREQUENCY, z.conj()).rms[0] > 0.1


@electrodes
def test_the_real_part_falls_with_frequency(electrodes):
    """Resistances, capacitances and constant phase elements have positive relaxation times only."""
    z = on_its_own_mesh(UNEVEN[2], electrodes, solver="direct").impedance(FREQUENCY)
    assert (np.diff(z.real) < 0).all()


@pytest.mark.parametrize("temperature", [270.0, 298.15, 350.0])
def test_at_direct_current_layers_and_charge_transfer_add_up(temperature):
    other = replace(REVERSIBLE, resistance_25c=300.0, warburg_25c=40.0, warburg_frequency_25c=0.1)
    cell = Cell(laminate([1, 2, 1]), ELECTROLYTE, (REVERSIBLE, other), 0.1, 0.7, temperature)
    factor = 298.15 / temperature * np.exp(-0.5 / 8.617333262e-5 * (1 / temperature - 1 / 298.15))
    expected = cell.dc_resistance() + (20.0 + 300.0 + 40.0) / factor / 0.7
    assert cell.impedance([1e-8])[0].real == pytest.approx(expected, rel=1e-6)


def test_at_direct_current_electrodes_add_at_least_their_resistance():
    """The current that is best for the grains is not best for the electrodes: together they cost more than apart."""
    structure = Microstructure.voronoi(12, seed=2, grain_spread_decades=0.3, boundary_spread_decades=0.5)
    for resistance in (0.1, 20.0, 1e5):
        sides = (replace(REVERSIBLE, resistance_25c=resistance),) * 2
        cell = on_its_own_mesh(structure, sides)
        apart = cell.dc_resistance() + 2 * resistance / 0.7
        together = cell.impedance([1e-8])[0].real
        assert apart < together < 1.1 * apart
    assert together == pytest.approx(apart, rel=1e-3)  # for bad electrodes, their resistance is all there is


def test_the_resistance_at_direct_current_knows_neither_electrodes_nor_contact():
    structure = UNEVEN[2]
    reference = on_its_own_mesh(structure, None).dc_resistance()
    for sides in ((BLOCKING, BLOCKING), (REVERSIBLE, BLOCKING), REVERSIBLE):
        assert on_its_own_mesh(structure, sides).dc_resistance() == reference
    assert on_its_own_mesh(structure.with_full_contact(), BLOCKING).dc_resistance() == pytest.approx(
        reference, rel=1e-9
    )


@given(st.floats(1e-3, 10), st.floats(1e-3, 100))
@settings(max_examples=20)
def test_between_ideal_electrodes_the_impedance_goes_with_length_over_area(thickness, area):
    unit = Cell(UNEVEN[2], ELECTROLYTE, None, 1.0, 1.0, solver="direct", mesh_tolerance=None)
    other = replace(unit, thickness=thickness, area=area)
    frequency = FREQUENCY[::10]
    np.testing.assert_allclose(other.impedance(frequency), unit.impedance(frequency) * thickness / area, rtol=1e-10)
    assert other.dc_resistance() == pytest.approx(unit.dc_resistance() * thickness / area, rel=1e-10)


def test_with_electrodes_only_the_area_scales():
    unit, half = (on_its_own_mesh(UNEVEN[2], solver="direct") for _ in range(2))
    half = replace(half, area=half.area / 2)
    np.testing.assert_allclose(half.impedance(FREQUENCY[::8]), 2 * unit.impedance(FREQUENCY[::8]), rtol=1e-12)


def resistances(electrolyte, temperature):
    return np.array(
        [Cell(UNEVEN[2], electrolyte, temperature=t, mesh_tolerance=None).dc_resistance() for t in temperature]
    )


@pytest.mark.parametrize("ea", [0.15, 0.3, 0.6])
def test_one_activation_energy_in_is_the_same_out(ea):
    temperature = np.array([250.0, 298.15, 320.0, 360.0])
    sigma = 1 / resistances(replace(ELECTROLYTE, ea_grain=ea, ea_boundary=ea), temperature)
    assert activation_energy(sigma, temperature) == pytest.approx(ea, abs=1e-9)
    np.testing.assert_allclose(
        sigma / sigma[1],
        298.15 / temperature * np.exp(-ea / 8.617333262e-5 * (1 / temperature - 1 / 298.15)),
        rtol=1e-9,
    )


def test_two_activation_energies_mix_by_their_share_of_the_resistance():
    temperature = np.linspace(298.15, 358.15, 5)
    energies = []
    for boundary in (1e2, 4e-3, 4e-4, 1e-9):
        sigma = 1 / resistances(replace(ELECTROLYTE, sigma_boundary_25c=boundary), temperature)
        energies.append(activation_energy(sigma, temperature))
    assert energies[0] == pytest.approx(0.3, abs=1e-4)
    assert energies[-1] == pytest.approx(0.4, abs=1e-4)
    assert (np.diff(energies) > 0).all()


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.9))
@settings(max_examples=30)
def test_a_worse_grain_boundary_or_contact_anywhere_raises_the_resistance(seed, factor):
    """Rayleigh's law, on one mesh and at any mixture of real conductances."""
    rng = np.random.default_rng(seed)
    structure = UNEVEN[2]
    theta = 10 ** rng.uniform(-2, 2, (1, 6))

    def worse(values):
        values = values.copy()
        values[rng.integers(len(values))] *= factor
        return values

    lost = rng.choice(np.flatnonzero(structure.contact))
    contact = structure.contact & (np.arange(structure.contact.size) != lost)
    changed = [
        structure.with_properties(grain_conductivity=worse(structure.grain_conductivity)),
        structure.with_properties(grain_permittivity=worse(structure.grain_permittivity)),
        structure.with_properties(boundary_conductance=worse(structure.boundary_conductance)),
        structure.with_properties(boundary_capacitance=worse(structure.boundary_capacitance)),
        replace(structure, contact=contact),
    ]
    before = SYSTEMS[2].solve_direct(theta)[0]
    for other in changed:
        assert assemble(other, 1).solve_direct(theta)[0] >= before * (1 - 1e-12)


def test_the_less_an_electrode_touches_the_higher_the_impedance():
    structures = [
        Microstructure.voronoi(9, seed=4, contact=contact, patches=3) for contact in (1.0, 0.8, 0.6, 0.4, 0.2)
    ]
    for sides in (BLOCKING, REVERSIBLE):
        cells = [replace(on_its_own_mesh(structure, sides), mesh_tolerance=1e-2) for structure in structures]
        z = np.array([cell.impedance([0.1, 1e3, 1e6]) for cell in cells])
        assert (np.diff(z.real, axis=0) > 0).all()


def test_a_cubic_cell_that_is_touched_in_one_spot_resists_more_than_one_touched_everywhere():
    spot = Microstructure.voronoi(5, 3, seed=4, contact=0.3, patches=1)
    partial, full = (on_its_own_mesh(structure, REVERSIBLE) for structure in (spot, spot.with_full_contact()))
    # 20 ohm cm2 on each side, on less than a third of the area, and the current has to reach the spot
    lost = sum(20.0 / 0.7 * (1 / fraction - 1) for fraction in spot.contact_fraction)
    assert (partial.impedance([1e-3]) - full.impedance([1e-3])).real[0] > lost


@dimensions
def test_pores_raise_the_resistance(dimension):
    structures = [
        Microstructure.voronoi(25, dimension, seed=6, porosity=porosity) for porosity in (0.0, 0.05, 0.15, 0.3)
    ]
    open_boundaries = replace(ELECTROLYTE, sigma_boundary_25c=1e5)
    for electrolyte in (ELECTROLYTE, open_boundaries):
        resistance = [Cell(structure, electrolyte, mesh_tolerance=None).dc_resistance() for structure in structures]
        assert (np.diff(resistance) > 0).all()
    left = 1 - np.array([structure.porosity for structure in structures])
    conductance = resistance[0] / np.array(resistance)
    assert (conductance[1:] < left[1:]).all()  # no better than straight channels (Wiener)
