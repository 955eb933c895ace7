"""Specimens and their spectra: the same however they are made, with the truth that belongs to them beside them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.config import Simulation
from ionscope.errors import ConfigError
from ionscope.quantity import Constant
from ionscope.simulate.arrhenius import activation_energy
from ionscope.simulate.fem import assemble
from ionscope.simulate.generate import (
    Family,
    Priors,
    clean_resistivity,
    draw_cell,
    frequency_grid,
    n_specimens,
    shard_specimens,
    simulate_specimen,
    simulate_specimens,
)

CONFIG = Path(__file__).parents[2] / "config"
SETTINGS = Simulation(
    specimens_per_material=3,
    temperatures_c=[-20, 25, 80],
    frequency_min_hz=0.1,
    frequency_max_hz=1e7,
    frequencies=13,
    electrodes={"blocking": 0.5, "lithium": 0.5},
    grains=9,
    wall_refinement=1,
    mesh_tolerance=2e-2,
    shards=4,
)
PRIORS = Priors.load(CONFIG, ["llzo", "lcto"], SETTINGS.electrodes)
SEED = 21
TRUTH = ("sigma_total", "sigma_bulk", "sigma_gb", "ea_total")


def changed(**changes):
    return SETTINGS.model_copy(update=changes)


def simulated(numbers, settings=SETTINGS, seed=SEED, priors=PRIORS):
    return simulate_specimens(settings, priors, seed, numbers)


def column(spectra, name):
    return spectra.data[name].to_numpy()


def assert_same(spectra, reference, rows):
    """`spectra` are the rows `rows` of `reference`, bit for bit."""
    for name, variable in spectra.data.data_vars.items():
        np.testing.assert_array_equal(variable.to_numpy(), column(reference, name)[rows], err_msg=name)


@pytest.fixture(scope="module")
def whole():
    return simulated(range(6))


def rows_of(*numbers):
    """Rows of the whole set that belong to these specimens."""
    return np.concatenate([np.arange(3 * number, 3 * number + 3) for number in numbers])


def test_every_specimen_has_a_spectrum_at_every_temperature(whole):
    assert whole.impedance.shape == (18, 13)
    np.testing.assert_allclose(column(whole, "temperature"), np.tile([253.15, 298.15, 353.15], 6), rtol=1e-15)
    names = [f"{material}-{k:05d}" for material in ("llzo", "lcto") for k in range(3)]
    np.testing.assert_array_equal(column(whole, "specimen"), np.repeat(names, 3))
    np.testing.assert_array_equal(whole.frequency, frequency_grid(SETTINGS))
    assert whole.attrs["seed"] == SEED


def test_a_specimen_is_the_same_alone_in_any_order_and_in_any_shard(whole):
    assert_same(simulated([4]), whole, rows_of(4))
    assert_same(simulated([5, 0, 3]), whole, rows_of(5, 0, 3))
    shard = shard_specimens(SETTINGS, PRIORS, 2)
    assert_same(simulated(shard), whole, rows_of(*shard))
    assert_same(simulated([1], changed(shards=1)), whole, rows_of(1))


def test_each_specimen_may_have_a_temperature_of_its_own(whole):
    """One spectrum each, anywhere in the range; everything else is as without it."""
    settings = changed(temperatures_c=[], temperature_range_c=[-40, 200])
    spectra = simulate_specimens(settings, PRIORS, SEED, range(n_specimens(settings, PRIORS)))
    assert len(spectra) == n_specimens(settings, PRIORS)
    celsius = spectra["temperature"] - 273.15
    assert ((-40 <= celsius) & (celsius <= 200)).all() and np.ptp(celsius) > 60
    first = np.sort(np.unique(whole["specimen"], return_index=True)[1])
    for name in ("thickness", "area", "electrode", "ea_total"):
        assert np.array_equal(spectra[name], whole[name][first]), name


def test_a_specimen_does_not_depend_on_how_many_of_its_material_are_drawn(whole):
    """Of the first material; those of later ones are numbered after it."""
    more = changed(specimens_per_material=50)
    assert_same(simulated([2, 1], more), whole, rows_of(2, 1))


def test_another_seed_or_number_is_another_specimen(whole):
    other = simulated([0], seed=SEED + 1)
    assert not np.isin(other.impedance, whole.impedance).any()
    for name in TRUTH[:3]:
        assert np.unique(column(whole, name)).size == len(whole)
    assert np.unique(column(whole, "thickness")).size == 6


def test_progress_sees_every_number():
    seen = []

    def progress(numbers):
        for number in numbers:
            seen.append(number)
            yield number

    simulate_specimens(SETTINGS, PRIORS, SEED, [2, 0], progress)
    assert seen == [2, 0]


@given(st.integers(1, 60), st.integers(1, 40))
def test_shards_cover_every_specimen_once_and_evenly(per_material, shards):
    settings = changed(specimens_per_material=per_material, shards=shards)
    parts = [shard_specimens(settings, PRIORS, k) for k in range(shards)]
    assert [number for part in parts for number in part] == list(range(n_specimens(settings, PRIORS)))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("shard", [-1, 4, 100])
def test_a_shard_that_there_is_not_is_refused(shard):
    with pytest.raises(ConfigError, match=f"shard {shard}: allowed are 0 to 3"):
        shard_specimens(SETTINGS, PRIORS, shard)


def test_a_shard_without_specimens_is_refused():
    empty = next(part for k in range(8) if not (part := shard_specimens(changed(shards=8), PRIORS, k)))
    with pytest.raises(ConfigError, match="fewer specimens than shards"):
        simulated(empty)


def test_all_temperatures_share_one_microstructure_and_one_geometry(whole):
    for name in ("contact_fraction", "porosity", "thickness", "area", "mesh_error", "electrode"):
        assert (column(whole, name).reshape(6, 3) == column(whole, name).reshape(6, 3)[:, :1]).all(), name
    family = Family.draw(SETTINGS, PRIORS, SEED, 1)
    assert family.members == range(1, 2)
    assert column(whole, "porosity")[3] == family.cell.porosity
    assert column(whole, "contact_fraction")[3] == np.mean(family.cell.contact_fraction)


def ideal_resistivity(family, specimen, temperature, boundary_factor=1.0):
    """Resistivity [ohm cm] between electrodes that touch everywhere, by the plain direct solve."""
    electrolyte = specimen.electrolyte
    grain, boundary = electrolyte.grain_conductivity(temperature), electrolyte.boundary_conductivity(temperature)
    theta = np.array([grain, 0, boundary_factor * boundary, 0, 1e7 * grain, 1e7 * grain])
    system = assemble(family.cell.with_full_contact())
    return system.solve_direct(theta)[0].real


@pytest.mark.parametrize("number", [0, 4])
def test_the_truth_is_the_conductance_between_ideal_electrodes(whole, number):
    family = Family.draw(SETTINGS, PRIORS, SEED, number)
    for i, row in enumerate(rows_of(number)):
        temperature = column(whole, "temperature")[row]
        total = ideal_resistivity(family, family.specimens[0], temperature)
        bulk = ideal_resistivity(family, family.specimens[0], temperature, 1e7)
        assert 1 / column(whole, "sigma_total")[row] == pytest.approx(total, rel=1e-6), i
        assert 1 / column(whole, "sigma_bulk")[row] == pytest.approx(bulk, rel=1e-5), i


def test_bulk_and_boundaries_in_series_are_the_total(whole):
    total, bulk, boundary = (column(whole, name) for name in TRUTH[:3])
    np.testing.assert_allclose(1 / total, 1 / bulk + 1 / boundary, rtol=1e-12)
    assert (total > 0).all() and (bulk > total).all() and (boundary > total).all()


def test_the_activation_energy_is_the_straight_line_from_25_to_85_c(whole):
    """Whatever temperatures were simulated."""
    fitted = simulated([0, 3], changed(temperatures_c=[25, 40, 55, 70, 85]))
    for k, number in enumerate((0, 3)):
        rows = slice(5 * k, 5 * k + 5)
        ea = activation_energy(column(fitted, "sigma_total")[rows], column(fitted, "temperature")[rows])
        np.testing.assert_allclose(column(fitted, "ea_total")[rows], ea, rtol=1e-9)
        # another set of temperatures is another mesh of the same microstructure
        np.testing.assert_allclose(column(whole, "ea_total")[rows_of(number)], ea, rtol=1e-3)


def test_specimens_of_a_family_share_a_microstructure_and_nothing_else():
    settings = changed(specimens_per_material=5, draws_per_microstructure=2)
    members = [Family.draw(settings, PRIORS, SEED, number).members for number in range(10)]
    assert members == [range(a, b) for a, b in ((0, 2), (0, 2), (2, 4), (2, 4), (4, 5))] + [
        range(a, b) for a, b in ((5, 7), (5, 7), (7, 9), (7, 9), (9, 10))
    ]
    spectra = simulated(range(4), settings)
    porosity, contact, sigma = (column(spectra, name)[::3] for name in ("porosity", "contact_fraction", "sigma_total"))
    assert porosity[0] == porosity[1] != porosity[2] == porosity[3]
    assert contact[0] == contact[1] and contact[2] == contact[3]
    assert np.unique(sigma).size == 4
    assert_same(simulated([3, 2, 0], settings), spectra, rows_of(3, 2, 0))


def test_members_of_a_family_never_mix_materials():
    settings = changed(specimens_per_material=3, draws_per_microstructure=8)
    families = [Family.draw(settings, PRIORS, SEED, number) for number in range(6)]
    assert [family.members for family in families] == [range(0, 3)] * 3 + [range(3, 6)] * 3
    for family in families:
        assert len({specimen.material for specimen in family.specimens}) == 1


def test_what_is_drawn_is_within_its_priors():
    for number in range(6):
        specimen, cell, _ = draw_cell(SETTINGS, PRIORS, SEED, number)
        material = PRIORS.materials[number // 3]
        electrolyte = specimen.electrolyte
        sigma = np.log10(electrolyte.sigma_grain_25c)
        assert specimen.material == material.name
        assert specimen.electrode in SETTINGS.electrodes
        assert material.grain.log10_sigma_25c.low <= sigma <= material.grain.log10_sigma_25c.high
        assert material.grain.ea.low <= electrolyte.ea_grain <= material.grain.ea.high
        assert material.grain.permittivity.low <= electrolyte.permittivity <= material.grain.permittivity.high
        excess = electrolyte.ea_boundary - electrolyte.ea_grain
        assert material.boundary.ea_excess.low - 1e-12 <= excess <= material.boundary.ea_excess.high + 1e-12
        assert PRIORS.cell.thickness.low <= specimen.thickness <= PRIORS.cell.thickness.high
        diameter = np.sqrt(4 * specimen.area / np.pi)
        assert PRIORS.cell.diameter.low <= diameter <= PRIORS.cell.diameter.high
        blocking = PRIORS.electrodes[specimen.electrode].blocking
        assert all((side.resistance_25c is None) == blocking for side in specimen.electrodes)
        assert cell.n_grains == 9 and cell.dimension == 2


def test_both_kinds_of_electrodes_come_in_their_shares():
    one_kind = changed(electrodes={"blocking": 1.0})
    assert {draw_cell(one_kind, PRIORS, SEED, number)[0].electrode for number in range(6)} == {"blocking"}
    assert {draw_cell(SETTINGS, PRIORS, SEED, number)[0].electrode for number in range(6)} == {"blocking", "lithium"}


def test_errors_of_the_geometry_change_only_what_is_written_down(whole):
    noted = simulated(range(6), changed(geometry_errors=True))
    for name in whole.data.data_vars:
        same = (column(noted, name) == column(whole, name)).all()
        assert same == (name not in ("thickness", "area", "temperature")), name
    np.testing.assert_array_equal(noted.impedance, whole.impedance)
    for name, most in (("thickness", 0.1), ("area", 0.15)):
        ratio = column(noted, name) / column(whole, name)
        assert 0 < np.abs(ratio - 1).max() < most
        assert (ratio.reshape(6, 3) == ratio.reshape(6, 3)[:, :1]).all()  # a pellet is measured once
    offset = column(noted, "temperature") - column(whole, "temperature")
    assert 0 < np.abs(offset).max() < 3
    assert np.unique(offset).size == 18


def test_reduced_and_direct_spectra_agree(whole):
    direct = simulated([0, 5], changed(solver="direct"))
    assert column(direct, "solver_error").max() == 0
    rows = rows_of(0, 5)
    assert 0 < column(whole, "solver_error").max() <= SETTINGS.tolerance
    assert np.abs(whole.impedance[rows] / direct.impedance - 1).max() <= 2 * SETTINGS.tolerance  # noise scales with |Z|
    for name in TRUTH:
        np.testing.assert_array_equal(column(direct, name), column(whole, name)[rows])


def test_clean_impedance_is_what_the_instrument_spoils(whole):
    """What is recorded lies within a few per cent of the clean impedance, below the band of the leads."""
    family = Family.draw(SETTINGS, PRIORS, SEED, 2)
    resistivity, bound = clean_resistivity(family, family.specimens[0])
    clean = resistivity * family.specimens[0].thickness / family.specimens[0].area
    assert clean.shape == bound.shape == (3, 13)
    assert (clean.real > 0).all() and (clean.imag < 0).all()
    low = frequency_grid(SETTINGS) < 1e4
    error = np.abs(whole.impedance[rows_of(2)] / clean - 1)[:, low]
    assert 1e-5 < np.median(error) < 0.02
    again = np.array([z for z, _ in simulate_specimen(family, 2)])
    np.testing.assert_array_equal(again, whole.impedance[rows_of(2)])


@pytest.mark.parametrize("changes", [dict(dimension=3, grains=5, order=1), dict(order=1), dict(refinement=1)])
def test_other_discretisations_give_specimens_too(changes):
    one_patch = Constant(distribution="constant", value=1, unit="1", source="assumed", note="few unknowns")
    kinds = {name: kind.model_copy(update={"patches": one_patch}) for name, kind in PRIORS.electrodes.items()}
    settings = changed(**changes, mesh_tolerance=0.2, frequencies=8, temperatures_c=[25])
    spectra = simulated([1], settings, priors=replace(PRIORS, electrodes=kinds))
    assert np.isfinite(spectra.impedance).all()
    assert 0 < column(spectra, "mesh_error")[0] <= 0.2
    assert column(spectra, "sigma_total")[0] > 0


def test_a_material_or_electrode_that_there_is_not_is_refused():
    with pytest.raises(ConfigError, match="unknown material 'no_such'"):
        Priors.load(CONFIG, ["no_such"], ["blocking"])
    with pytest.raises(ConfigError, match="no_such"):
        Priors.load(CONFIG, ["llzo"], ["no_such"])


def test_the_resistance_of_a_spectrum_is_its_conductivity():
    """Good electrodes that touch everywhere, between arcs and spike: Z is L / sigma A."""
    family = Family.draw(SETTINGS, PRIORS, SEED, 0)
    specimen = family.specimens[0]
    electrode = replace(specimen.electrodes[0], capacitance=100.0, exponent=1.0, resistance_25c=None, warburg_25c=None)
    clean = replace(specimen, electrodes=(electrode, electrode), temperatures_c=(25.0,))
    full = replace(family, cell=family.cell.with_full_contact(), system=assemble(family.cell.with_full_contact()))
    settled = replace(full, settings=changed(frequency_min_hz=1.0, frequency_max_hz=1e2))
    z, _ = clean_resistivity(settled, clean)
    expected = ideal_resistivity(family, specimen, 298.15)
    assert z[0, 0].real == pytest.approx(expected, rel=2e-3)
