"""The parts of the simulator one by one: electrode laws, instrument, tessellation, mesh, sampling."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.config import load_electrode, load_instrument
from ionscope.quantity import Constant
from ionscope.simulate import Electrode, ElectrolyteProperties, Microstructure, laminate
from ionscope.simulate.arrhenius import KJ_PER_MOL, activation_energy, arrhenius_factor
from ionscope.simulate.electrodes import constant_phase_element
from ionscope.simulate.instrument import elapsed_fraction, measured, smooth_error, with_leads
from ionscope.simulate.materials import boundaries_in_series, draw_electrodes
from ionscope.simulate.mesh import BOTTOM, TOP, GrainMesh, bisected, facet_keys, uniformly_refined
from ionscope.simulate.polycrystal import draw_pores, relaxed_seeds, turned_grains, voronoi_mesh
from ionscope.simulate.sampling import farthest_points, log_ratios
from ionscope.simulate.tessellation import (
    cells_of_volume,
    cut_into_simplices,
    facet_areas,
    power_diagram,
    signed_volumes,
    voronoi,
)

CONFIG = Path(__file__).parents[2] / "config"
FREQUENCY = np.geomspace(1e-3, 1e7, 61)
OMEGA = 2 * np.pi * FREQUENCY
ROOM = 298.15
dimensions = pytest.mark.parametrize("dimension", [2, 3])
seeds = st.integers(0, 2**32 - 1)


# Electrodes


@given(st.floats(1e-8, 1e-3), st.floats(0.3, 1.0))
def test_a_constant_phase_element_has_its_phase_and_its_slope(q, n):
    y = constant_phase_element(OMEGA, q, n)
    np.testing.assert_allclose(np.angle(y), n * np.pi / 2, rtol=1e-12)
    np.testing.assert_allclose(np.abs(y), q * OMEGA**n, rtol=1e-12)
    np.testing.assert_array_equal(Electrode(q, n).admittance(OMEGA, ROOM), y)


def test_a_blocking_electrode_lets_nothing_through_at_direct_current():
    y = Electrode(capacitance=1e-5, exponent=0.9).admittance(np.array([1e-12]), ROOM)
    assert abs(y[0]) < 1e-15
    leaky = Electrode(capacitance=1e-5, exponent=0.9, resistance_25c=50.0).admittance(np.array([1e-12]), ROOM)
    assert leaky[0] == pytest.approx(1 / 50.0, rel=1e-9)


@given(st.floats(0.0, 1.0))
def test_a_leak_is_a_second_way_past_the_double_layer(exponent):
    alone = Electrode(capacitance=1e-6, exponent=0.9)
    leaky = Electrode(capacitance=1e-6, exponent=0.9, leak=2e-7, leak_exponent=exponent)
    added = leaky.admittance(OMEGA, 250.0) - alone.admittance(OMEGA, 250.0)
    np.testing.assert_allclose(added, 2e-7 * (1j * OMEGA) ** exponent, rtol=1e-6)


def test_a_leak_of_exponent_zero_is_a_resistance():
    leaky = Electrode(capacitance=1e-6, exponent=0.9, leak=1 / 50.0)
    same = Electrode(capacitance=1e-6, exponent=0.9, resistance_25c=50.0)
    np.testing.assert_allclose(leaky.admittance(OMEGA, ROOM), same.admittance(OMEGA, ROOM), rtol=1e-12)


def test_a_capacitor_beside_a_resistor_is_a_semicircle():
    z = 1 / Electrode(capacitance=1e-6, exponent=1.0, resistance_25c=200.0).admittance(OMEGA, ROOM)
    np.testing.assert_allclose(np.abs(z - 100.0), 100.0, rtol=1e-12)


def diffusion(frequency, temperature=ROOM):
    """Z of finite-length diffusion alone: what an electrode with it has over one without."""
    common = dict(capacitance=1e-6, exponent=0.9, resistance_25c=10.0, ea=0.4)
    omega = 2 * np.pi * np.asarray(frequency, float)
    with_it = Electrode(**common, warburg_25c=300.0, warburg_frequency_25c=0.5).admittance(omega, temperature)
    return 1 / with_it - 1 / Electrode(**common).admittance(omega, temperature)


def test_finite_diffusion_is_a_resistance_at_low_frequency_and_a_warburg_element_at_high():
    assert diffusion([1e-7])[0] == pytest.approx(300.0, rel=1e-6)
    high = np.array([500.0, 5000.0])
    np.testing.assert_allclose(np.angle(diffusion(high)), -np.pi / 4, rtol=1e-6)
    np.testing.assert_allclose(diffusion(high), 300.0 / np.sqrt(1j * high / 0.5), rtol=1e-6)


def test_charge_transfer_and_diffusion_are_activated_in_their_own_forms():
    """A resistance as 1 / sigma, with T; a diffusion coefficient without."""
    hot = 340.0
    boltzmann = np.exp(-0.4 / 8.617333262e-5 * (1 / hot - 1 / ROOM))
    assert diffusion([1e-7], hot)[0] == pytest.approx(300.0 / (boltzmann * ROOM / hot), rel=1e-6)
    high = np.array([2e3])
    corner = 0.5 * boltzmann
    expected = 300.0 / (boltzmann * ROOM / hot) / np.sqrt(1j * high / corner)
    np.testing.assert_allclose(diffusion(high, hot), expected, rtol=1e-6)


@given(st.floats(0.0, 1.0), st.floats(220.0, 400.0))
def test_activation_is_one_at_25_c_and_inverted_by_the_fit(ea, temperature):
    assert arrhenius_factor(ea, ROOM) == 1
    t = np.array([ROOM, temperature + 0.5])
    if abs(t[1] - ROOM) > 1:
        assert activation_energy(arrhenius_factor(ea, t), t) == pytest.approx(ea, abs=1e-9)
    assert KJ_PER_MOL * 8.617333262e-5 == pytest.approx(8.314462618e-3, rel=1e-9)


def test_grains_and_boundaries_relax_at_their_frequencies():
    electrolyte = ElectrolyteProperties(
        sigma_grain_25c=1e-4,
        permittivity=50,
        sigma_boundary_25c=2e-3,
        boundary_frequency_25c=4e3,
        grain_exponent=0.9,
        boundary_exponent=0.8,
    )
    grain_frequency = 1e-4 / (2 * np.pi * 50 * 8.8541878128e-14)
    theta = electrolyte.theta(2 * np.pi * np.array([grain_frequency, 4e3]), ROOM)
    assert abs(theta[0, 1]) == pytest.approx(theta[0, 0].real, rel=1e-12)
    assert abs(theta[1, 3]) == pytest.approx(theta[1, 2].real, rel=1e-12)
    np.testing.assert_allclose(np.angle(theta[:, [1, 3]]), [[0.45 * np.pi, 0.4 * np.pi]] * 2, rtol=1e-12)
    cold = electrolyte.theta(2 * np.pi * np.array([1e3]), 250.0)
    np.testing.assert_array_equal(cold[:, [1, 3]], electrolyte.theta(2 * np.pi * np.array([1e3]), ROOM)[:, [1, 3]])


@pytest.mark.parametrize(("grains", "dimension", "measured_value"), [(64, 2, 6.25), (27, 3, 1.5), (125, 3, 3.3)])
def test_boundaries_in_series_are_those_of_real_tessellations(grains, dimension, measured_value):
    assert boundaries_in_series(grains, dimension) == pytest.approx(measured_value, rel=0.1)


def test_sides_that_differ_differ_in_their_exponents_and_both_leak():
    leaky = load_electrode(CONFIG, "leaky")
    drawn = [draw_electrodes(np.random.default_rng(seed), leaky, (1.0, 1.0)) for seed in range(200)]
    differences = np.array([first.exponent - second.exponent for first, second in drawn])
    assert differences.min() >= 0 and differences.max() <= leaky.exponent_difference.high
    assert differences.mean() == pytest.approx(leaky.exponent_difference.high / 2, rel=0.2)
    for first, second in drawn:
        assert first.leak_exponent == second.leak_exponent
        assert first.leak / second.leak == pytest.approx(first.capacitance / second.capacitance)


def test_a_kind_without_leak_and_difference_draws_neither():
    leaky = load_electrode(CONFIG, "leaky")
    plain = leaky.model_copy(update={"leak": None, "leak_exponent": None, "exponent_difference": None})
    (first, _), (bare, other) = (draw_electrodes(np.random.default_rng(3), kind, (1.0, 1.0)) for kind in (leaky, plain))
    assert bare.exponent == other.exponent == first.exponent
    assert bare.leak is None and other.leak is None


def test_an_interface_resistance_refers_to_the_nominal_area():
    """On the area really touched it is smaller by that share, so that the whole interface resists as tabulated."""
    lithium = load_electrode(CONFIG, "lithium")
    full, partial = (draw_electrodes(np.random.default_rng(12), lithium, contact) for contact in ((1, 1), (0.5, 0.25)))
    for whole, part, fraction in zip(full, partial, (0.5, 0.25), strict=True):
        assert part.resistance_25c == pytest.approx(fraction * whole.resistance_25c, rel=1e-12)
        assert (part.capacitance, part.exponent, part.ea) == (whole.capacitance, whole.exponent, whole.ea)


# Instrument


def instrument(**values):
    """An instrument without errors but for those given."""
    prior = load_instrument(CONFIG)
    quiet = dict.fromkeys(type(prior).model_fields, 0.0) | {"outlier_size": 1.0} | values
    unit = {name: getattr(prior, name).unit for name in quiet}
    return type(prior)(
        **{
            name: Constant(distribution="constant", value=value, unit=unit[name], source="assumed", note="test")
            for name, value in quiet.items()
        }
    )


IMPEDANCE = 300 + 500 / (1 + 1j * OMEGA * 1e-5) + 1 / constant_phase_element(OMEGA, 1e-4, 0.9)


def test_a_perfect_instrument_records_the_cell():
    rng = np.random.default_rng(0)
    np.testing.assert_allclose(measured(rng, FREQUENCY, IMPEDANCE, instrument()), IMPEDANCE, rtol=1e-14)


def test_noise_has_its_level_alike_on_both_parts():
    rng = np.random.default_rng(1)
    prior = instrument(noise=0.002)
    error = np.array([measured(rng, FREQUENCY, IMPEDANCE, prior) for _ in range(400)]) / np.abs(IMPEDANCE)
    error -= IMPEDANCE / np.abs(IMPEDANCE)
    assert error.real.std() == pytest.approx(0.002, rel=0.02)
    assert error.imag.std() == pytest.approx(0.002, rel=0.02)
    assert abs(np.corrcoef(error.real.ravel(), error.imag.ravel())[0, 1]) < 0.03
    assert abs(error.mean()) < 1e-4


def test_outliers_are_as_rare_and_as_large_as_asked():
    rng = np.random.default_rng(2)
    prior = instrument(noise=1e-3, outlier_fraction=0.05, outlier_size=100.0)
    error = np.array([measured(rng, FREQUENCY, IMPEDANCE, prior) for _ in range(200)]) / IMPEDANCE - 1
    assert (np.abs(error) > 0.01).mean() == pytest.approx(0.05, rel=0.1)


def test_leads_are_an_inductance_in_series_and_a_capacitance_beside():
    z = with_leads(FREQUENCY, IMPEDANCE, 1e-6, 0.0)
    np.testing.assert_allclose(z - IMPEDANCE, 1j * OMEGA * 1e-6, atol=1e-9)
    z = with_leads(FREQUENCY, IMPEDANCE, 0.0, 2e-11)
    np.testing.assert_allclose(1 / z - 1 / IMPEDANCE, 1j * OMEGA * 2e-11, atol=1e-15)
    rng = np.random.default_rng(3)
    both = measured(rng, FREQUENCY, IMPEDANCE, instrument(stray_inductance=1e-6, stray_capacitance=2e-11))
    np.testing.assert_allclose(both, with_leads(FREQUENCY, IMPEDANCE, 1e-6, 2e-11), rtol=1e-14)


def test_drift_grows_from_high_to_low_frequency():
    passed = elapsed_fraction(FREQUENCY)
    assert (np.diff(passed) < 0).all()
    assert passed[0] == pytest.approx(1.0)
    assert 0 < passed[-1] < 0.01
    z = measured(np.random.default_rng(4), FREQUENCY, IMPEDANCE, instrument(drift=0.01))
    np.testing.assert_allclose(z / IMPEDANCE - 1, 0.01 * passed, atol=1e-14)


def test_smooth_errors_have_unit_variance_and_neighbours_agree():
    rng = np.random.default_rng(5)
    errors = np.array([smooth_error(rng, FREQUENCY) for _ in range(4000)])
    np.testing.assert_allclose(errors.std(axis=0), 1.0, atol=0.05)
    near, far = (np.corrcoef(errors[:, 0], errors[:, lag])[0, 1] for lag in (3, 40))  # half a decade, seven decades
    assert near > 0.9
    assert abs(far) < 0.2


def test_gain_turns_the_modulus_and_phase_the_angle():
    z = measured(np.random.default_rng(6), FREQUENCY, IMPEDANCE, instrument(gain_error=0.01)) / IMPEDANCE
    assert np.abs(z.imag).max() < 1e-14 and np.abs(z.real - 1).max() > 1e-3
    z = measured(np.random.default_rng(6), FREQUENCY, IMPEDANCE, instrument(phase_error=0.01)) / IMPEDANCE
    np.testing.assert_allclose(np.abs(z), 1, rtol=1e-13)
    assert np.abs(np.angle(z)).max() > 1e-3


# Tessellation


@given(seeds, st.integers(4, 30), st.sampled_from([2, 3]))
@settings(max_examples=30)
def test_cells_fill_the_unit_cell_and_none_is_inside_out(seed, n, dimension):
    points, simplices, label = cut_into_simplices(voronoi(np.random.default_rng(seed).random((n, dimension))))
    volume = signed_volumes(points, simplices)
    assert volume.min() > 0
    assert volume.sum() == pytest.approx(1.0, abs=1e-9)
    assert points.min() == 0.0 and points.max() == 1.0
    np.testing.assert_array_equal(np.unique(label), np.arange(n))


@dimensions
def test_a_cell_holds_the_points_nearest_to_its_seed(dimension):
    rng = np.random.default_rng(7)
    centres = rng.random((12, dimension))
    points, simplices, label = cut_into_simplices(voronoi(centres))
    middle = points[:, simplices].mean(axis=1).T
    nearest = ((middle[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == label).mean() > 0.97  # short edges are collapsed, which moves the boundaries there a little
    volume = np.bincount(label, signed_volumes(points, simplices))
    sample = rng.random((40000, dimension))
    share = np.bincount(((sample[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1), minlength=12) / 40000
    np.testing.assert_allclose(volume, share, atol=0.015)


def volumes_of(diagram):
    """(n,) volumes of the cells as they are, no short edge collapsed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ionscope.simulate.tessellation.SHORT_EDGE", {2: 0.0, 3: 0.0})
        points, simplices, label = cut_into_simplices(diagram)
    return np.bincount(label, signed_volumes(points, simplices))


@dimensions
def test_a_power_diagram_of_equal_weights_is_the_voronoi_diagram(dimension):
    centres = np.random.default_rng(8).random((10, dimension))
    power = power_diagram(centres, np.full(10, 0.3))
    np.testing.assert_allclose(volumes_of(power), volumes_of(voronoi(centres)), rtol=1e-9)


@given(seeds, st.floats(0.0, 0.6), st.sampled_from([2, 3]))
@settings(max_examples=15)
def test_cells_reach_the_volumes_they_are_given(seed, spread, dimension):
    rng = np.random.default_rng(seed)
    centres = relaxed_seeds(rng, 9, dimension, lloyd=1)
    wanted = rng.lognormal(0.0, spread, 9)
    volume = volumes_of(cells_of_volume(centres, wanted))
    wanted = wanted / wanted.sum()
    assert np.abs(volume - wanted).max() <= 1.01e-3 * wanted.min()
    assert volume.sum() == pytest.approx(1.0, abs=1e-9)


@dimensions
def test_lloyd_steps_even_out_the_cells(dimension):
    def spread(lloyd):
        points, simplices, label = cut_into_simplices(
            voronoi(relaxed_seeds(np.random.default_rng(9), 25, dimension, lloyd))
        )
        return np.bincount(label, signed_volumes(points, simplices)).std()

    assert spread(0) > spread(1) > spread(5)


def test_measures_of_simplices_in_closed_form():
    corner = np.concatenate([np.zeros((3, 1)), np.diag([2.0, 3.0, 4.0])], axis=1)
    assert signed_volumes(corner, np.array([[0], [1], [2], [3]]))[0] == pytest.approx(4.0)
    assert signed_volumes(corner, np.array([[0], [2], [1], [3]]))[0] == pytest.approx(-4.0)
    assert signed_volumes(corner[:2, :3], np.array([[0], [1], [2]]))[0] == pytest.approx(3.0)
    assert facet_areas(corner[:, :3, None])[0] == pytest.approx(3.0)
    assert facet_areas(corner[:2, :2, None])[0] == pytest.approx(2.0)


@given(seeds, st.floats(0.0, 0.39))
def test_pores_come_as_near_to_the_porosity_as_the_next_cell_allows(seed, porosity):
    rng = np.random.default_rng(seed)
    volume = rng.dirichlet(np.full(30, 3.0))
    removed = draw_pores(rng, volume, porosity)
    miss = volume[removed].sum() - porosity
    assert (np.abs(miss + volume[~removed]) >= abs(miss) - 1e-12).all()  # one more pore would not bring it nearer
    assert removed.any() == (porosity > 0 and volume.min() <= 2 * porosity)


@dimensions
@pytest.mark.parametrize("anisotropy", [0.2, 4.0])
def test_turned_grains_keep_their_mean_and_have_one_axis(dimension, anisotropy):
    nominal = np.array([1.0, 0.1, 5.0])
    tensors = turned_grains(np.random.default_rng(10), nominal, anisotropy, dimension)
    values = np.linalg.eigvalsh(tensors)
    np.testing.assert_allclose(np.prod(values, axis=1) ** (1 / dimension), nominal, rtol=1e-12)
    np.testing.assert_allclose(values[:, -1] / values[:, 0], max(anisotropy, 1 / anisotropy), rtol=1e-12)


# Mesh


def polycrystal(dimension, seed=11, **options):
    options = dict(grains=9, contact=0.5, patches=3 if dimension == 2 else 1, porosity=0.1) | options
    return voronoi_mesh(np.random.default_rng(seed), dimension=dimension, **options)


def assert_conforming(mesh):
    """At most two simplices share a facet, no node hangs in the middle of an edge, the walls are part of the skin."""
    keys = facet_keys(mesh.simplices, mesh.points.shape[1])
    _, first, count = np.unique(keys, return_index=True, return_counts=True)
    assert count.max() <= 2
    i, j = np.triu_indices(len(mesh.simplices), k=1)
    ends = mesh.points[:, mesh.simplices]
    middles = np.unique(((ends[:, i] + ends[:, j]) / 2).reshape(mesh.dimension, -1), axis=1)
    nodes = np.unique(mesh.points, axis=1)
    assert np.unique(np.concatenate([middles, nodes], axis=1), axis=1).shape[1] == middles.shape[1] + nodes.shape[1]
    omitted, element = np.unravel_index(first[count == 1], keys.shape)
    ordered = np.sort(mesh.simplices, axis=0)
    keep = np.array([np.delete(np.arange(len(ordered)), i) for i in range(len(ordered))])
    skin = ordered[keep[omitted].T, element]
    corners = mesh.points[:, skin]
    on_wall = sorted(map(tuple, np.sort(mesh.wall, axis=0).T))
    flat = [np.all(corners[-1] == level, axis=0) for level in (0.0, 1.0)]
    assert on_wall == sorted(map(tuple, skin[:, flat[0] | flat[1]].T))


def assert_same_cell(finer, coarser):
    """The same grains, walls and contact on another mesh."""
    n = coarser.grain.max() + 1
    np.testing.assert_allclose(
        np.bincount(finer.grain, finer.volumes, n), np.bincount(coarser.grain, coarser.volumes, n), rtol=1e-12
    )
    for electrode, level in ((BOTTOM, 0.0), (TOP, 1.0)):
        assert (finer.points[-1][finer.wall[:, finer.electrode == electrode]] == level).all()
        for touched in (False, True):
            areas = [
                mesh.wall_areas[(mesh.electrode == electrode) & (mesh.contact == touched)] for mesh in (finer, coarser)
            ]
            assert areas[0].sum() == pytest.approx(areas[1].sum(), rel=1e-12)


@dimensions
def test_a_polycrystal_is_a_conforming_mesh(dimension):
    for seed in range(6):
        assert_conforming(polycrystal(dimension, seed))


@dimensions
def test_uniform_refinement_keeps_the_cell_and_multiplies_the_simplices(dimension):
    mesh = polycrystal(dimension)
    finer = uniformly_refined(mesh)
    assert finer.simplices.shape[1] == 2**dimension * mesh.simplices.shape[1]
    assert finer.wall.shape[1] == 2 ** (dimension - 1) * mesh.wall.shape[1]
    np.testing.assert_allclose(np.sort(finer.volumes), np.sort(np.repeat(mesh.volumes, 2**dimension)) / 2**dimension)
    assert_conforming(finer)
    assert_same_cell(finer, mesh)


@given(seeds, st.floats(0.02, 1.0), st.sampled_from([2, 3]))
@settings(max_examples=20)
def test_bisection_keeps_the_cell_and_cuts_at_least_what_is_marked(seed, share, dimension):
    mesh = MESHES[dimension]
    marked = np.random.default_rng(seed).random(mesh.grain.size) < share
    finer = bisected(mesh, marked)
    assert_conforming(finer)
    assert_same_cell(finer, mesh)
    before, after = (set(map(tuple, np.sort(m.simplices, axis=0).T)) for m in (mesh, finer))
    left = np.array([tuple(simplex) in after for simplex in np.sort(mesh.simplices, axis=0).T])
    assert not (left & marked).any()
    assert len(after) == finer.grain.size and len(before) <= len(after)


MESHES = {dimension: polycrystal(dimension) for dimension in (2, 3)}


@pytest.mark.parametrize("dimension", [2, 3])
def test_every_piece_of_a_simplex_is_cut_as_often_as_asked(dimension):
    mesh = MESHES[dimension]
    cuts = np.zeros(mesh.grain.size, int)
    largest = int(np.argmax(mesh.volumes))
    cuts[largest] = 3
    finer = bisected(mesh, cuts)
    assert_conforming(finer)
    assert_same_cell(finer, mesh)
    corners = mesh.points[:, mesh.simplices[:, largest]]
    to_inside = np.linalg.inv(corners[:, 1:] - corners[:, :1])
    middle = to_inside @ (finer.points[:, finer.simplices].mean(axis=1) - corners[:, :1])
    inside = (middle > 0).all(axis=0) & (middle.sum(axis=0) < 1)
    assert finer.volumes[inside].sum() == pytest.approx(mesh.volumes[largest])
    assert (finer.volumes[inside] <= mesh.volumes[largest] / 2**3 * (1 + 1e-9)).all()


def test_bisection_of_nothing_changes_nothing():
    mesh = MESHES[2]
    assert bisected(mesh, np.zeros(mesh.grain.size, bool)) is mesh


def test_repeated_bisection_does_not_flatten_triangles():
    def flattest(mesh):
        corners = mesh.points[:, mesh.simplices]
        longest = np.max(
            [((corners[:, i] - corners[:, j]) ** 2).sum(axis=0) for i, j in ((0, 1), (1, 2), (0, 2))], axis=0
        )
        return (mesh.volumes / longest).min()

    mesh = polycrystal(2)
    limit = flattest(mesh) / 4
    for _ in range(6):
        rank = np.argsort(np.argsort(np.linalg.norm(mesh.points[:, mesh.simplices[0]].T - 0.5, axis=1)))
        mesh = bisected(mesh, rank < 20)
        assert flattest(mesh) > limit


@dimensions
@pytest.mark.parametrize("contact", [0.2, 0.5, 0.9])
def test_electrodes_touch_the_share_of_the_walls_they_are_asked_to(dimension, contact):
    patches = 4 if dimension == 2 else 2
    mesh = polycrystal(dimension, contact=contact, patches=patches, porosity=0.0)
    cell = Microstructure.from_mesh(mesh, 9)
    largest = mesh.wall_areas.max()
    assert cell.contact_fraction == pytest.approx((contact, contact), abs=max(0.5 * largest, 0.01))
    assert cell.with_full_contact().contact_fraction == (1.0, 1.0)
    assert cell.refined().contact_fraction == pytest.approx(cell.contact_fraction, rel=1e-12)


@dimensions
def test_both_walls_are_covered_where_there_are_no_pores(dimension):
    mesh = polycrystal(dimension, porosity=0.0)
    for electrode in (BOTTOM, TOP):
        assert mesh.wall_areas[mesh.electrode == electrode].sum() == pytest.approx(1.0, rel=1e-12)


@dimensions
def test_nodes_are_doubled_along_boundaries_and_nowhere_else(dimension):
    mesh = MESHES[dimension]
    cell = Microstructure.from_mesh(mesh, 9)
    grain_of = {node: grain for simplex, grain in zip(cell.simplices.T, cell.grain, strict=True) for node in simplex}
    assert set(grain_of) == set(range(cell.points.shape[1]))
    for simplex, grain in zip(cell.simplices.T, cell.grain, strict=True):
        assert all(grain_of[node] == grain for node in simplex)
    one, other = cell.sides
    np.testing.assert_array_equal(cell.points[:, one], cell.points[:, other])
    first, second = np.vectorize(grain_of.get)(one[0]), np.vectorize(grain_of.get)(other[0])
    assert (first != second).all()
    pairs = np.unique(np.sort([first, second], axis=0), axis=1)
    assert pairs.shape[1] == cell.n_boundaries == np.unique(cell.boundary).size
    assert cell.porosity == pytest.approx(1 - mesh.volumes.sum(), abs=1e-12)


def test_a_microstructure_is_the_same_for_the_same_arguments_only():
    options = dict(grains=9, contact=0.5, patches=3, boundary_spread_decades=0.3, porosity=0.1)
    a, b, c = (Microstructure.voronoi(seed=seed, **options) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.points, b.points)
    np.testing.assert_array_equal(a.contact, b.contact)
    np.testing.assert_array_equal(a.boundary_conductance, b.boundary_conductance)
    assert a.points.shape != c.points.shape or (a.points != c.points).any()


@dimensions
def test_layers_have_their_thicknesses(dimension):
    cell = laminate([1, 2, 5], dimension=dimension, refinement=1)
    np.testing.assert_allclose(np.bincount(cell.grain, cell.mesh.volumes), [0.125, 0.25, 0.625], rtol=1e-12)
    assert cell.n_boundaries == 2
    assert_conforming(cell.mesh)


def test_the_walls_of_a_bare_mesh_are_found():
    points = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    mesh = GrainMesh.from_simplices(points, np.array([[0, 1, 2], [0, 2, 3]]).T, np.array([0, 0]))
    assert [set(wall) for wall in mesh.wall.T] == [{0, 1}, {2, 3}]
    np.testing.assert_array_equal(mesh.electrode, [BOTTOM, TOP])
    assert mesh.contact.all()


# Sampling


@given(seeds, st.integers(1, 40), st.integers(1, 10))
def test_points_are_taken_once_each_and_the_farthest_first(seed, m, k):
    x = np.random.default_rng(seed).normal(size=(m, 3))
    chosen = farthest_points(x, k)
    assert len(chosen) == min(k, m) == len(set(chosen.tolist()))
    assert chosen[0] == np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1))
    for count in range(1, len(chosen)):
        distance = ((x[:, None] - x[chosen[:count]]) ** 2).sum(axis=2).min(axis=1)
        assert distance[chosen[count]] == distance.max()


@given(seeds, st.floats(0.1, 3.0))
def test_no_row_is_farther_than_the_spacing_and_no_two_points_are_nearer(seed, spacing):
    x = np.random.default_rng(seed).normal(size=(50, 2))
    chosen = farthest_points(x, 50, first=7, spacing=spacing)
    assert chosen[0] == 7
    between = np.linalg.norm(x[:, None] - x[chosen], axis=2)
    assert between.min(axis=1).max() <= spacing
    apart = between[chosen][~np.eye(len(chosen), dtype=bool)]
    assert (apart > spacing).all()


def test_equal_rows_are_one_point():
    assert len(farthest_points(np.ones((5, 3)), 4)) == 1


@given(st.floats(-6, 6), st.floats(-np.pi, np.pi))
def test_log_ratios_do_not_change_with_a_common_factor(decades, angle):
    theta = np.array([[1.0, 1j, 3 + 4j], [0.1, 10.0, 1e-3]])
    np.testing.assert_allclose(log_ratios(10**decades * np.exp(1j * angle) * theta), log_ratios(theta), atol=1e-12)
    np.testing.assert_allclose(log_ratios(theta), [[0, 0, np.log10(5)], [0, 2, -2]], atol=1e-12)
