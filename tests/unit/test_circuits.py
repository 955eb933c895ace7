"""Circuit fits: elements in closed form, known circuits found again, honest intervals, and failures that say so."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.circuits import Circuit, fit_circuit
from ionscope.circuits.elements import (
    arc_gradient,
    constant_phase,
    inductor,
    parallel,
    resistor,
    series,
    spike_gradient,
    warburg,
    warburg_gradient,
)
from ionscope.circuits.solve import ELECTRODE_CAPACITANCE, ONE_ELECTRODE, assign_arcs, blocks
from ionscope.circuits.starts import Starts, first_of_each
from ionscope.errors import InputDataError
from ionscope.preprocess.reference import read_off

F = np.geomspace(0.1, 1e7, 65)
W = 2 * np.pi * F
S = np.log(1j * W)
BLOCKING, REVERSIBLE = Circuit.textbook("blocking"), Circuit.textbook("reversible")
CIRCUITS = [
    Circuit(*parts)
    for parts in itertools.product((0, 1, 3), (False, True), (False, True), (False, True), (False, True))
    if any(parts)
]
SMALL = 1e-6  # step of the central differences, whose error is of its square


def arc(resistance, capacitance, exponent=1.0):
    """A resistance beside a constant phase element, by the capacitance tau / R."""
    return resistance / (1 + (1j * W * resistance * capacitance) ** exponent)


def noisy(impedance, noise, seed):
    rng = np.random.default_rng(seed)
    parts = rng.normal(size=(2, impedance.size))
    return impedance + noise * np.abs(impedance) * (parts[0] + 1j * parts[1])


def blocking_cell(seed):
    """Z (f,) of a bulk, a grain boundary in the band and a spike, and the resistance of the first two."""
    rng = np.random.default_rng(seed)
    total, share = 10 ** rng.uniform(2.5, 4.5), rng.uniform(0.2, 0.8)
    boundary = arc((1 - share) * total, 10 ** rng.uniform(-9.5, -8), rng.uniform(0.8, 1))
    spike = constant_phase(W, 10 ** rng.uniform(-6, -5), rng.uniform(0.75, 0.95))
    return series(resistor(W, share * total), boundary, spike), total


def reversible_cell(seed):
    """The same for an electrode two decades slower than the boundary, or more, in place of the spike."""
    rng = np.random.default_rng(seed)
    total, share = 10 ** rng.uniform(2.5, 4.5), rng.uniform(0.2, 0.8)
    boundary = arc((1 - share) * total, 10 ** rng.uniform(-9.5, -8), rng.uniform(0.8, 1))
    electrode = arc(rng.uniform(0.3, 3) * total, 10 ** rng.uniform(-5.5, -4.5), rng.uniform(0.75, 0.95))
    return series(resistor(W, share * total), boundary, electrode), total


def slope(function, at, k):
    """Derivative of a function by its k-th argument."""
    step = SMALL * np.eye(len(at))[k]
    return (function(*(at + step)) - function(*(at - step))) / (2 * SMALL)


def assert_slopes(function, gradient, at):
    at = np.array(at, dtype=float)
    value, *slopes = gradient(*at)
    assert len(slopes) == len(at)
    np.testing.assert_array_equal(value, function(*at))
    for k, given_slope in enumerate(slopes):
        np.testing.assert_allclose(given_slope, slope(function, at, k), rtol=1e-6, atol=1e-7 * np.abs(value).max())


# elements


def test_a_resistor_an_inductor_and_a_capacitor_are_what_they_are():
    np.testing.assert_array_equal(resistor(W, 12.0), np.full(F.size, 12 + 0j))
    np.testing.assert_allclose(inductor(W, 1e-6), 1j * W * 1e-6, rtol=1e-15)
    np.testing.assert_allclose(constant_phase(W, 1e-6, 1.0), -1j / (W * 1e-6), rtol=1e-12)


@given(st.floats(-9, -3), st.floats(0.4, 1.0))
def test_a_constant_phase_element_has_one_phase_and_a_power_for_modulus(log_q, n):
    z = constant_phase(W, 10**log_q, n)
    np.testing.assert_allclose(np.angle(z), -n * np.pi / 2, rtol=1e-12)
    np.testing.assert_allclose(np.abs(z), W**-n / 10**log_q, rtol=1e-12)


@given(st.floats(0, 7), st.floats(-9, -3), st.floats(0.4, 1.0))
def test_an_arc_is_a_resistance_beside_a_constant_phase_element(log_r, log_q, n):
    r, q = 10**log_r, 10**log_q
    z = arc_gradient(S, np.log(r), np.log(r * q) / n, n)[0]
    np.testing.assert_allclose(z, parallel(resistor(W, r), constant_phase(W, q, n)), rtol=1e-10)


def test_finite_diffusion_is_a_ladder_of_resistors_and_capacitors_that_ends_in_a_short():
    r, tau, steps = 300.0, 1e-3, 4000
    z = np.zeros(F.size, dtype=complex)
    for _ in range(steps):  # a half rung on either side of each capacitor
        z = r / (2 * steps) + 1 / (1j * W * tau / r / steps + 1 / (z + r / (2 * steps)))
    inside = W * tau < 1e4  # a rung has to be shorter than the wave
    np.testing.assert_allclose(warburg(W, r, tau)[inside], z[inside], rtol=1e-3)


def test_finite_diffusion_has_a_resistance_below_and_a_square_root_above():
    z = warburg(W, 50.0, 1e-6)
    assert z[0] == pytest.approx(50.0, rel=1e-6)
    far = warburg(W, 50.0, 1e12)  # the exponentials of its tanh would overflow
    np.testing.assert_allclose(far, 50.0 / np.sqrt(1j * W * 1e12), rtol=1e-12)


def test_series_adds_impedances_and_parallel_admittances():
    a, b = resistor(W, 3.0), inductor(W, 1e-3)
    np.testing.assert_array_equal(series(a, b), a + b)
    np.testing.assert_allclose(parallel(a, b), a * b / (a + b), rtol=1e-12)
    np.testing.assert_allclose(parallel(a, a, a), 1.0, rtol=1e-12)


@given(st.floats(-5, 15), st.floats(-15, 3), st.floats(0.4, 1.0))
def test_slopes_of_an_arc_are_those_of_its_impedance(ln_r, ln_tau, n):
    assert_slopes(lambda *x: arc_gradient(S, *x)[0], lambda *x: arc_gradient(S, *x), (ln_r, ln_tau, n))


@given(st.floats(-5, 15), st.floats(0.4, 1.0))
def test_slopes_of_a_spike_are_those_of_its_impedance(ln_size, n):
    assert_slopes(lambda *x: spike_gradient(S, *x)[0], lambda *x: spike_gradient(S, *x), (ln_size, n))


@given(st.floats(-5, 15), st.floats(-15, 6))
def test_slopes_of_diffusion_are_those_of_its_impedance(ln_r, ln_tau):
    assert_slopes(lambda *x: warburg_gradient(S, *x)[0], lambda *x: warburg_gradient(S, *x), (ln_r, ln_tau))


# circuits


def random_parameters(circuit, seed=0):
    """Values as a cell of some hundred ohm has them, and the sum of the elements in closed form."""
    rng = np.random.default_rng(seed)
    x, parts = [], []
    if circuit.resistance:
        x.append(rng.uniform(3, 7))
        parts.append(resistor(W, np.exp(x[-1])))
    if circuit.inductance:
        x.append(rng.uniform(-16, -12))
        parts.append(inductor(W, np.exp(x[-1])))
    for _ in range(circuit.arcs):
        x += [rng.uniform(3, 7), rng.uniform(-14, -2), rng.uniform(0.5, 1)]
        r, tau, n = np.exp(x[-3]), np.exp(x[-2]), x[-1]
        parts.append(parallel(resistor(W, r), constant_phase(W, tau**n / r, n)))
    if circuit.warburg:
        x += [rng.uniform(3, 7), rng.uniform(-6, 1)]
        parts.append(warburg(W, *np.exp(x[-2:])))
    if circuit.spike:
        x += [rng.uniform(8, 14), rng.uniform(0.5, 1)]
        parts.append(constant_phase(W, np.exp(-x[-2]), x[-1]))
    return np.array(x), series(*parts)


@pytest.mark.parametrize("circuit", CIRCUITS, ids=str)
def test_a_circuit_is_the_sum_of_its_elements_and_knows_its_slopes(circuit):
    x, expected = random_parameters(circuit)
    z, gradient = circuit.impedance(S, x)
    assert circuit.size == x.size == len(gradient)
    np.testing.assert_allclose(z, expected, rtol=1e-10)
    for k in range(x.size):
        found = slope(lambda *at: circuit.impedance(S, np.array(at))[0], x, k)
        # the difference of two sums is as exact as the largest term
        np.testing.assert_allclose(gradient[k], found, rtol=1e-6, atol=1e-7 * np.abs(z).max())


def test_circuits_are_named_by_their_elements():
    assert str(BLOCKING) == "R-(R|Q)-Q"
    assert str(REVERSIBLE) == "R-(R|Q)-(R|Q)"
    assert str(Circuit(1, True, resistance=False, inductance=True, warburg=True)) == "L-(R|Q)-W-Q"


@pytest.mark.parametrize("circuit", CIRCUITS, ids=str)
def test_limits_are_in_order_and_hold_an_ordinary_cell(circuit):
    x, z = random_parameters(circuit)
    low, high = circuit.bounds(S, np.abs(z))
    assert low.shape == high.shape == x.shape
    assert ((low < x) & (x < high)).all()


def test_starts_are_distinct_and_the_first_is_always_the_same():
    for seed in range(20):
        z, total = blocking_cell(seed)
        one, ten = (Starts(S, z / total).of(BLOCKING, count) for count in (1, 10))
        assert len(one) == 1 <= len(ten) <= 10
        np.testing.assert_array_equal(one[0], ten[0])
        for a, b in itertools.combinations(ten, 2):
            assert np.abs(a - b).max() > 1


# known circuits found again


@pytest.mark.parametrize("columns, largest", [(1, 5), (3, 4), (7, 3), (9, 127), (12, 255)])
def test_equal_rows_are_found_however_many_columns_they_have(columns, largest):
    rng = np.random.default_rng(columns)
    rows = rng.choice([0, 1, largest], (60, columns), p=[0.45, 0.45, 0.1])
    rows[30:] = rows[rng.permutation(30)]  # each occurs twice at least
    kept, seen = [], set()
    for i, row in enumerate(map(tuple, rows)):
        if row not in seen:
            kept.append(i)
            seen.add(row)
    assert first_of_each(rows).tolist() == kept and len(kept) <= 30


def test_what_circuits_share_is_found_once_and_changes_no_start():
    z, total = reversible_cell(3)
    circuits = [Circuit(arcs, spike, resistance=arcs < 3) for arcs in (3, 1, 0, 2) for spike in (True, False)]
    shared = Starts(S, z / total)
    for circuit in [circuit for circuit in circuits if circuit.size] * 2:
        ours, alone = shared.of(circuit, 3), Starts(S, z / total).of(circuit, 3)
        assert len(ours) == len(alone)
        assert all(np.array_equal(*pair) for pair in zip(ours, alone, strict=True))


@pytest.mark.parametrize("starts", [1, 10])
@pytest.mark.parametrize("cell, circuit", [(blocking_cell, BLOCKING), (reversible_cell, REVERSIBLE)])
def test_the_resistance_is_found_without_noise(cell, circuit, starts):
    fits = [(cell(seed)[1], fit_circuit(F, cell(seed)[0], circuit=circuit, starts=starts)) for seed in range(60)]
    assert {fit.electrode for _, fit in fits} == {"blocking" if circuit.spike else "reversible"}
    np.testing.assert_allclose([fit.resistance for _, fit in fits], [total for total, _ in fits], rtol=1e-4)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("cell", [blocking_cell, reversible_cell])
def test_a_chosen_circuit_finds_it_too(cell, seed):
    z, total = cell(seed)
    assert fit_circuit(F, z).resistance == pytest.approx(total, rel=1e-2)


def test_elements_come_back_in_their_units():
    boundary = {"resistance": 800.0, "tau": 800 * 2e-9, "exponent": 0.9, "capacitance": 2e-9}
    z = series(resistor(W, 400.0), inductor(W, 2e-6), arc(800.0, 2e-9, 0.9), constant_phase(W, 3e-6, 0.85))
    fit = fit_circuit(F, z, circuit=Circuit(1, True, inductance=True), starts=5)
    found = {element.kind: element for element in fit.elements}
    assert found["R"].values == pytest.approx({"resistance": 400.0}, rel=1e-4)
    assert found["L"].values == pytest.approx({"inductance": 2e-6}, rel=1e-4)
    assert found["Q"].values == pytest.approx({"q": 3e-6, "exponent": 0.85}, rel=1e-4)
    q, frequency = boundary["tau"] ** 0.9 / 800, 1 / (2 * np.pi * boundary["tau"])
    assert found["arc"].values == pytest.approx({**boundary, "q": q, "frequency": frequency}, rel=1e-4)
    owners = {kind: element.belongs_to for kind, element in found.items()}
    assert owners == {"R": "electrolyte", "L": "leads", "arc": "electrolyte", "Q": "electrode"}
    np.testing.assert_allclose(fit.impedance, z, rtol=1e-4)


def test_diffusion_comes_back_and_is_the_electrodes():
    z = series(resistor(W, 400.0), arc(800.0, 2e-9, 0.9), warburg(W, 900.0, 0.5))
    fit = fit_circuit(F, z, circuit=Circuit(1, False, warburg=True), starts=10)
    element = next(element for element in fit.elements if element.kind == "W")
    assert element.values == pytest.approx({"resistance": 900.0, "tau": 0.5}, rel=1e-4)
    assert element.belongs_to == "electrode"
    assert fit.resistance == pytest.approx(1200.0, rel=1e-4)


@given(st.integers(0, 10**6))
def test_the_resistance_is_that_of_the_elements_of_the_electrolyte(seed):
    cell = reversible_cell if seed % 2 else blocking_cell
    fit = fit_circuit(F, noisy(cell(seed)[0], 0.02, seed), circuit=REVERSIBLE if seed % 2 else BLOCKING)
    owned = [part.values["resistance"] for part in fit.elements if part.belongs_to == "electrolyte"]
    assert fit.resistance == pytest.approx(sum(owned), rel=1e-9)
    arcs = [part.values["tau"] for part in fit.elements if part.kind == "arc"]
    assert arcs == sorted(arcs)


# what a change of units does


@given(st.floats(-4, 4), st.floats(-2, 2), st.integers(0, 5))
def test_it_scales_with_the_impedance_and_not_with_the_frequency(log_c, log_d, seed):
    """A capacitance goes with 1 / (c d), and with it the area that decides whose an arc is."""
    c, d = 10**log_c, 10**log_d
    for cell, circuit in ((blocking_cell, BLOCKING), (reversible_cell, REVERSIBLE)):
        z = noisy(cell(seed)[0], 0.005, seed)
        before = fit_circuit(F, z, circuit=circuit, area=0.8)
        after = fit_circuit(d * F, c * z, circuit=circuit, area=0.8 / (c * d))
        for name in ("resistance", "lower", "upper"):
            assert getattr(after, name) == pytest.approx(c * getattr(before, name), rel=1e-6)
        assert after.residual == pytest.approx(before.residual, rel=1e-6)


@settings(max_examples=15)
@given(st.floats(-2, 2))
def test_a_chosen_circuit_does_not_change_with_the_scale(log_c):
    c = 10**log_c  # on both, so that leads would show as much as before
    z = noisy(blocking_cell(1)[0], 0.005, 1)
    before, after = fit_circuit(F, z, area=0.8), fit_circuit(c * F, c * z, area=0.8 / c**2)
    assert after.circuit == before.circuit
    assert after.resistance == pytest.approx(c * before.resistance, rel=1e-5)


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(random):
    z = noisy(blocking_cell(2)[0], 0.005, 2)
    order = random.sample(range(F.size), F.size)
    sorted_, mixed = fit_circuit(F, z, circuit=BLOCKING), fit_circuit(F[order], z[order], circuit=BLOCKING)
    assert mixed.resistance == sorted_.resistance
    np.testing.assert_allclose(mixed.impedance, sorted_.impedance[order], rtol=1e-12)


# which circuit


@pytest.mark.parametrize("electrode", ["told", "auto"])
@pytest.mark.parametrize("noise", ["known", "unknown"])
@pytest.mark.parametrize("spike, arcs", [(True, 0), (True, 1), (True, 2), (False, 1), (False, 2), (False, 3)])
def test_the_criterion_finds_the_number_of_arcs(spike, arcs, noise, electrode):
    capacitance = (3e-10, 3e-8, 3e-6)
    parts = [resistor(W, 300.0), *(arc(1000.0, c, 0.9) for c in capacitance[:arcs])]
    if spike:
        parts.append(constant_phase(W, 1e-4, 0.9))
    told = "auto" if electrode == "auto" else "blocking" if spike else "reversible"
    for seed in range(4):
        z = noisy(series(*parts), 0.005, seed)
        fit = fit_circuit(F, z, told, noise=0.005 if noise == "known" else None)
        assert (fit.circuit.arcs, fit.circuit.spike) == (arcs, spike)


def test_the_criterion_is_bayesian_and_takes_no_residual_below_the_noise_for_merit():
    z, noise, values = noisy(blocking_cell(3)[0], 0.005, 3), 0.008, 2 * F.size
    fit = fit_circuit(F, z, circuit=BLOCKING, noise=noise)
    rss = np.sum(np.abs((fit.impedance - z) / z) ** 2)
    expected = values * np.log(rss / values + noise**2) + BLOCKING.size * np.log(values)
    assert fit.criterion == pytest.approx(expected, rel=1e-9)


def test_the_alternatives_are_in_the_order_of_the_criterion():
    fit = fit_circuit(F, noisy(blocking_cell(3)[0], 0.005, 3))
    criteria = [criterion for _, criterion, _ in fit.alternatives]
    assert len(criteria) > 2 and criteria == sorted(criteria)
    assert fit.alternatives[0] == (fit.circuit, fit.criterion, fit.resistance)


def test_an_electrode_that_is_told_is_kept():
    z = noisy(blocking_cell(4)[0], 0.005, 4)
    assert {circuit.spike for circuit, _, _ in fit_circuit(F, z, "blocking").alternatives} == {True}
    assert {circuit.spike for circuit, _, _ in fit_circuit(F, z, "reversible").alternatives} == {False}
    assert {circuit.spike for circuit, _, _ in fit_circuit(F, z, "auto").alternatives} == {True, False}


# how far to trust it


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("cell, circuit", [(blocking_cell, BLOCKING), (reversible_cell, REVERSIBLE)])
def test_intervals_cover_as_often_as_they_say_under_the_right_circuit(cell, circuit, confidence):
    n, covered = 200, 0
    for seed in range(n):
        z, total = cell(seed % 10)
        fit = fit_circuit(F, noisy(z, 0.01, seed), circuit=circuit, confidence=confidence)
        covered += fit.lower <= total <= fit.upper
    assert covered / n == pytest.approx(confidence, abs=3 * np.sqrt(confidence * (1 - confidence) / n))


def test_the_residual_is_the_noise():
    fits = [fit_circuit(F, noisy(blocking_cell(0)[0], 0.01, k), circuit=BLOCKING, noise=0.01) for k in range(50)]
    squares = np.array([fit.reduced_chi2 for fit in fits])
    freedom = 2 * F.size - BLOCKING.size
    assert squares.mean() == pytest.approx(1, abs=4 * np.sqrt(2 / freedom / squares.size))
    for fit in fits:
        assert fit.residual == pytest.approx(0.01 * np.sqrt(fit.reduced_chi2))


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.01, 0.1]))
@settings(max_examples=30)
def test_ten_starts_are_never_worse_than_one(seed, noise):
    cell, circuit = (reversible_cell, REVERSIBLE) if seed % 2 else (blocking_cell, BLOCKING)
    z = noisy(cell(seed)[0], noise, seed)
    one, ten = (fit_circuit(F, z, circuit=circuit, starts=starts) for starts in (1, 10))
    assert ten.residual <= one.residual  # the same weights and number of parameters: as their sums of squares
    assert ten.evaluations >= one.evaluations


# whose an arc is


def owners(z, circuit, **options):
    return [e.belongs_to for e in fit_circuit(F, z, circuit=circuit, **options).elements if e.kind == "arc"]


def test_under_a_spike_arcs_of_little_capacitance_are_the_electrolytes():
    z = series(resistor(W, 200.0), arc(500.0, 1e-10), arc(700.0, 1e-8), constant_phase(W, 1e-5, 0.9))
    assert owners(z, Circuit(2, True), starts=5) == ["electrolyte"] * 2


@pytest.mark.parametrize("times, owner", [(0.5, "electrolyte"), (2.0, "electrode")])
def test_without_a_spike_the_capacitance_of_an_area_decides(times, owner):
    capacitance = times * ELECTRODE_CAPACITANCE
    for area in (0.1, 1.0, 10.0):
        z = series(resistor(W, 200.0), arc(500.0, 1e-10), arc(700.0, area * capacitance))
        assert owners(z, REVERSIBLE, area=area) == ["electrolyte", owner]
    assert owners(series(resistor(W, 200.0), arc(500.0, 1e-10), arc(700.0, capacitance)), REVERSIBLE)[1] == owner


def test_an_arc_whose_top_lies_below_the_band_is_the_electrodes():
    for tau, inside in ((0.5 / W[0], True), (2.0 / W[0], False)):
        x = np.array([np.log(100.0), np.log(1e12), np.log(tau), 1.0])  # its capacitance would be the electrolyte's
        assert assign_arcs(Circuit(1, False), S, x, 1.0).tolist() == [inside]


@pytest.mark.parametrize("resistance, inside", [(1e6, True), (22000.0, True), (21000.0, False), (1.0, False)])
def test_an_arc_that_only_bends_the_line_of_the_spike_is_the_electrodes(resistance, inside):
    tau, n = 1e-2, 0.9
    spike = np.log(1e6)
    x = np.array([np.log(100.0), np.log(resistance), np.log(tau), 1.0, spike, n])
    line = np.abs(np.exp(spike) * (1j / tau) ** -n)
    stored = tau / resistance / ELECTRODE_CAPACITANCE
    assert (resistance >= line * np.sqrt(stored)) == inside
    assert assign_arcs(Circuit(1, True), S, x, 1.0).tolist() == [inside]


@pytest.mark.parametrize("times, inside", [(0.9, True), (1.1, False)])
def test_an_arc_that_stores_an_electrodes_charge_is_the_electrodes_beside_a_spike_too(times, inside):
    tau, n = 1e-3, 0.9
    resistance = tau / (times * ONE_ELECTRODE)
    spike = np.log(2e4)
    x = np.array([np.log(100.0), np.log(resistance), np.log(tau), 1.0, spike, n])
    assert blocks(Circuit(1, True), S, x)
    assert resistance > np.abs(np.exp(spike) * (1j / tau) ** -n) * 2  # more than a bend of its line
    assert assign_arcs(Circuit(1, True), S, x, 1.0).tolist() == [inside]


# what cannot be fitted


@pytest.mark.parametrize(
    "frequency, impedance",
    [
        ([], []),
        ([1.0, 2.0], [1.0]),
        ([[1.0, 2.0]], [[1.0, 2.0]]),
        (1.0, 1.0),
        ([1.0, 2.0, 3.0], [1.0, np.nan, 1.0]),
        ([1.0, 2.0, 3.0], [1.0, 1j * np.inf, 1.0]),
        ([1.0, np.nan, 3.0], [1.0, 1.0, 1.0]),
        ([0.0, 2.0, 3.0], [1.0, 1.0, 1.0]),
        ([-1.0, 2.0, 3.0], [1.0, 1.0, 1.0]),
    ],
)
def test_what_is_no_spectrum_is_refused(frequency, impedance):
    with pytest.raises(InputDataError, match="circuit fit: "):
        fit_circuit(np.array(frequency), np.array(impedance))


def test_an_unknown_electrode_is_refused_with_those_there_are():
    with pytest.raises(InputDataError, match="'lithium': allowed are auto, blocking, reversible"):
        fit_circuit(F, blocking_cell(0)[0], "lithium")


@pytest.mark.parametrize(
    "options",
    [
        {"area": 0.0},
        {"area": -1.0},
        {"area": float("nan")},
        {"starts": 0},
        {"noise": -0.01},
        {"noise": float("nan")},
        {"confidence": 90.0},
        {"confidence": 0.0},
        {"circuit": Circuit(0, False, resistance=False)},
        {"circuit": Circuit(-1, True)},
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_refused(options):
    with pytest.raises(InputDataError):
        fit_circuit(F, blocking_cell(0)[0], **options)


@pytest.mark.parametrize(
    "frequency, impedance, circuit, why",
    [
        (F[:1], resistor(W, 5.0)[:1], None, "too few points"),
        (F[:2], blocking_cell(0)[0][:2], None, "too few points"),
        (F, np.zeros(F.size), None, "too few points"),
        (F, np.where(F > 10, 1e-60, 1e60), None, "moduli that no cell spans"),
        (F[:3], blocking_cell(0)[0][:3], BLOCKING, "no circuit could be fitted"),
        (F, inductor(W, 1e-6), Circuit(0, True, resistance=False), "no circuit could be fitted"),
    ],
)
def test_where_nothing_can_be_fitted_the_read_off_stands_in_and_says_so(frequency, impedance, circuit, why):
    fit = fit_circuit(frequency, impedance, circuit=circuit)
    assert fit.resistance == read_off(frequency, impedance)[0]
    assert fit.circuit is None and not fit.converged
    assert why in fit.message and "the real part at the smallest phase" in fit.message
    assert (fit.lower, fit.upper, fit.elements, fit.alternatives) == (0.0, np.inf, (), ())
    assert fit.impedance.shape == frequency.shape and np.isnan(fit.impedance).all()


def test_a_point_without_impedance_is_not_read_off():
    z = np.array([5 - 1j, 0, 4 - 2j])
    assert fit_circuit(F[:3], z).resistance == 5.0


def test_a_point_without_impedance_is_left_out_of_a_fit():
    z = noisy(blocking_cell(0)[0], 0.005, 0)
    z[10] = 0
    left = np.delete(np.arange(F.size), 10)
    whole, without = fit_circuit(F, z, circuit=BLOCKING), fit_circuit(F[left], z[left], circuit=BLOCKING)
    assert whole.resistance == without.resistance
    assert whole.impedance.shape == F.shape and np.isfinite(whole.impedance).all()


def test_an_iteration_that_does_not_end_says_so(monkeypatch):
    monkeypatch.setattr("ionscope.circuits.solve.EVALUATIONS", 2)
    fit = fit_circuit(F, noisy(blocking_cell(0)[0], 0.005, 0), circuit=BLOCKING)
    assert not fit.converged and "did not end" in fit.message
    assert fit.circuit == BLOCKING


finite = st.floats(-1e9, 1e9, allow_nan=False)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(1e-3, 1e7), finite, finite), min_size=1, max_size=12), st.data())
def test_any_finite_spectrum_gets_an_answer(points, data):
    frequency, real, imaginary = np.array(points).T
    electrode = data.draw(st.sampled_from(["auto", "blocking", "reversible"]))
    fit = fit_circuit(frequency, real + 1j * imaginary, electrode)
    assert np.isfinite(fit.resistance) and fit.lower <= fit.resistance <= fit.upper
    assert fit.impedance.shape == frequency.shape
    assert (fit.circuit is None) == bool(np.isnan(fit.impedance).all())
