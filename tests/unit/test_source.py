"""Training spectra: virtual stacks are exact cells, sweeps are wide enough, no role sees another's spectra."""

from dataclasses import replace

import numpy as np
import pytest
from cells import SHAPE, cell, pellets
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ionscope.config import Variant
from ionscope.dka.source import (
    PLATEAU_PHASE,
    SHORTEST_WINDOW,
    WINDOW_END,
    WINDOW_START,
    Source,
    draw_windows,
    join,
    near_window,
    shows_plateau,
)
from ionscope.preprocess.scaling import ANCHORED, Representation

SPECTRA = pellets(10)
WIDE = pellets(10, points=91, high=1e8)


def source(kind="equivariant", windows=False, spectra=SPECTRA):
    grid = np.arange(-40, 41) / 10 if kind in ANCHORED else spectra.frequency
    made = Source(
        representation=Representation(kind, grid),
        frequency=spectra.frequency,
        impedance=spectra.impedance,
        resistance=SHAPE / spectra["sigma_total"],
        shape=np.full(len(spectra), SHAPE),
        temperature=spectra["temperature"],
        group=spectra["specimen"].astype(str),
        windows=windows,
    )
    made.fit_representation(np.arange(len(spectra)), np.random.default_rng(0))
    return made


def impedance_of(made, features):
    return made.representation.to_impedance(features.channels, features, np.empty(0))


@given(st.integers(0, 19), st.integers(0, 19), st.integers(0, 2**16))
def test_a_stack_is_two_cells_in_series(i, j, seed):
    made = source()
    features, target = made.virtual(np.array([i, j]), 6, np.random.default_rng(seed))
    # In units of its total resistance a stack of a R_1 and b R_2 is w z_1 + (1 - w) z_2, w = a R_1 / (a R_1 + b R_2).
    one, two = (made.impedance[k] / made.resistance[k] for k in (i, j))
    assert target == pytest.approx(-np.log10(features.reference), abs=1e-12)  # its own resistance is 1
    for stacked in impedance_of(made, features):
        parts = np.column_stack([one, two]) / np.abs(stacked)[:, None]
        unit = stacked / np.abs(stacked)
        real, given_ = (np.concatenate([part.real, part.imag]) for part in (parts, unit))
        share = np.linalg.lstsq(real, given_, rcond=1e-4)[0]
        assert share.sum() == pytest.approx(1, abs=1e-3)
        assert np.abs(real @ share - given_).max() < 1e-4
        assert (share > -1e-3).all()


@pytest.mark.parametrize("kind", ANCHORED)
def test_a_stack_of_a_cell_with_itself_is_that_cell(kind):
    made = source(kind)
    features, target = made.virtual(np.array([7]), 5, np.random.default_rng(0))
    alone, its_target, _ = made.real(np.array([7]), np.random.default_rng(0))
    assert np.allclose(features.channels, alone.channels, atol=1e-5)
    assert target == pytest.approx(its_target[0], abs=1e-9)


def test_stacks_of_cells_of_unlike_size_are_of_a_size_between():
    made = source("capacitive")
    larger = np.where(np.arange(len(SPECTRA)) == 3, 1e4, 1.0)
    made = replace(made, impedance=larger[:, None] * made.impedance, resistance=larger * made.resistance)
    features, target = made.virtual(np.array([3, 5]), 40, np.random.default_rng(0))
    resistance = features.reference * 10**target
    low, high = np.sort(made.resistance[[3, 5]])
    assert ((resistance > 0.999 * low) & (resistance < 1.001 * high)).all()
    assert np.ptp(np.log10(resistance)) > 2


@given(st.integers(0, 19), st.floats(0.1, 0.9), st.floats(1.1, 5.0), st.integers(0, 2**16))
def test_a_stretched_cell_has_so_much_more_of_its_grains(i, low, high, seed):
    plain = source()
    share = 0.3
    made = replace(plain, bulk=share * plain.resistance, stretch=(low, high))
    features, target = made.virtual(np.array([i]), 6, np.random.default_rng(seed))
    cell = plain.impedance[i] / plain.resistance[i]
    added = impedance_of(made, features) - cell
    resistor = added.real.mean(axis=1)
    np.testing.assert_allclose(added, np.broadcast_to(resistor[:, None], added.shape), atol=2e-5 * np.abs(cell).max())
    factor = 1 + resistor / share
    assert (factor > low - 1e-3).all() and (factor < high + 1e-3).all() and np.ptp(factor) > 0
    np.testing.assert_allclose(target, np.log10((1 + resistor) / features.reference), atol=1e-4)


def test_only_the_grains_share_is_stretched():
    made = replace(source(), bulk=np.zeros(len(SPECTRA)), stretch=(0.1, 9.0))
    features, target = made.virtual(np.arange(4), 8, np.random.default_rng(1))
    assert target == pytest.approx(-np.log10(features.reference), abs=1e-12)


@pytest.mark.parametrize(("wrong", "said"), [([3.0, 0.1], "must be below"), ([0.0, 2.0], "greater than 0")])
def test_a_range_to_stretch_by_ascends_above_zero(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Variant.model_validate({"dka": {"stretch": wrong}})


def test_boundaries_alone_learn_nothing_from_stretched_grains():
    with pytest.raises(ValidationError, match="sigma_gb does not learn"):
        Variant.model_validate({"target": "sigma_gb", "dka": {"stretch": [0.5, 2.0]}})


def test_targets_of_real_cells_are_their_resistances_over_the_reference():
    made = source()
    index = np.array([3, 0, 12])
    features, target, shown = made.real(index, np.random.default_rng(0))
    assert np.array_equal(shown, index)
    assert features.reference * 10**target == pytest.approx(made.resistance[index], rel=1e-12)


@pytest.mark.parametrize("kind", ["global", "per_spectrum"])
def test_where_the_scale_is_shown_no_stacks_are_made(kind):
    made = source(kind)
    assert not made.can_mix
    features, target, variance = made.batch(np.arange(4), 30, np.random.default_rng(0))
    assert len(target) == len(features.channels) == len(variance) == 4


def test_a_batch_is_the_real_spectra_and_then_the_stacks():
    made = replace(source(), virtual_noise=7.0)
    features, target, variance = made.batch(np.arange(4), 30, np.random.default_rng(0))
    assert len(target) == len(features.channels) == 34
    assert variance.tolist() == [1.0] * 4 + [7.0] * 30
    alone, its_target, _ = made.real(np.arange(4), np.random.default_rng(0))
    assert np.array_equal(features[:4].channels, alone.channels)
    assert np.array_equal(target[:4], its_target)


@pytest.mark.parametrize("windows", [False, True])
def test_a_batch_knows_only_the_spectra_it_is_made_of(windows):
    made, changed = (source("anchored", windows, WIDE) for _ in range(2))
    index = np.arange(0, 20, 3)
    others = np.setdiff1d(np.arange(20), index)
    changed.impedance[others] = np.nan
    changed.resistance[others] = np.nan
    for n_virtual in (0, 50):
        a, b = (s.batch(index, n_virtual, np.random.default_rng(2)) for s in (made, changed))
        assert np.array_equal(a[0].channels, b[0].channels)
        assert np.array_equal(a[1], b[1])


@given(st.integers(0, 2**16))
def test_sweeps_are_wide_enough_and_without_gaps(seed):
    log_f = np.arange(-250, 751) / 100
    seen = draw_windows(10**log_f, 40, np.random.default_rng(seed))
    assert seen.shape == (40, log_f.size)
    for row in seen:
        points = np.flatnonzero(row)
        assert np.array_equal(points, np.arange(points[0], points[-1] + 1))
        # The ends fall between points of the grid: up to one step is lost on either side.
        assert log_f[points[-1]] - log_f[points[0]] >= SHORTEST_WINDOW - 0.02 - 1e-9
        assert WINDOW_START[0] - 1e-9 <= log_f[points[0]] <= WINDOW_START[1] + 0.01 + 1e-9
        assert log_f[points[-1]] <= WINDOW_END[1] + 1e-9


def test_every_sweep_is_another():
    seen = draw_windows(np.logspace(-2, 7, 1801), 200, np.random.default_rng(0))
    assert len(np.unique(seen, axis=0)) > 195


def test_a_plateau_is_a_phase_that_comes_low_enough_where_there_are_points():
    z = np.exp(1j * np.array([[-1.5, -1.3, -1.4], [-1.5, -0.01, -1.4], [1.2, PLATEAU_PHASE * 0.999, 1.2]]))
    assert shows_plateau(z).tolist() == [False, True, True]
    seen = np.array([[True, False, True]] * 3)
    assert shows_plateau(z, seen).tolist() == [False, False, False]


def test_the_near_window_ends_where_the_spike_begins_to_tower():
    frequency = np.geomspace(0.01, 1e7, 91)
    blocking = cell(frequency, 1e3, arc=1e6, spike=1e3)
    shown = near_window(frequency, blocking[None], 30)[0]
    # To the resistance itself |Z| is nearly that of the spike, R (f / 1 kHz)^-0.9.
    assert frequency[shown].min() == pytest.approx(1e3 * 30 ** (-1 / 0.9), rel=0.3)
    assert shown[shown.argmax() :].all() and (np.abs(blocking[shown]) <= 30 * 1010).all()
    reversible = 1e3 / (1 + 1j * frequency / 1e6) + 5e3 / (1 + 1j * frequency / 10)
    assert near_window(frequency, reversible[None], 30).all()


def test_the_near_window_keeps_three_decades_of_what_is_seen_and_nothing_else():
    frequency = np.geomspace(0.01, 1e7, 91)
    spike = cell(frequency, 1e3, arc=1e9, spike=1e4)[None]
    seen = (frequency > 0.9)[None] & (frequency < 1.1e5)[None]
    shown = near_window(frequency, spike, 30, seen)
    assert not (shown & ~seen).any() and shown.sum() < seen.sum()
    assert frequency[shown[0]].min() <= 1.01e5 / 10**SHORTEST_WINDOW
    assert frequency[shown[0]].max() == frequency[seen[0]].max()


def test_sweeps_that_show_no_plateau_are_left_out():
    made = source("anchored", windows=True, spectra=WIDE)
    made.impedance[::2] = 1 / (1j * WIDE.frequency)  # every other spectrum is a capacitor
    index = np.arange(19, -1, -1)
    features, target, shown = made.real(index, np.random.default_rng(0))
    assert len(features.channels) == len(target) == len(shown)
    assert set(shown) <= set(range(1, 20, 2))
    assert (np.diff(shown) < 0).all()  # in the order asked for
    assert features.reference * 10**target == pytest.approx(made.resistance[shown], rel=1e-9)


def test_every_sight_of_a_spectrum_is_another_window():
    made, rng = source("anchored", windows=True, spectra=WIDE), np.random.default_rng(0)
    masks = [tuple(row) for _ in range(10) for row in made.real(np.arange(20), rng)[0].mask]
    assert len(set(masks)) > 40


def test_joined_features_keep_their_order():
    made = source("anchored")
    a, b = (made.real(index, np.random.default_rng(0))[0] for index in (np.array([5, 2]), np.array([9])))
    both = join(a, b)
    for part in ("channels", "mask", "reference"):
        assert np.array_equal(getattr(both, part)[:2], getattr(a, part))
        assert np.array_equal(getattr(both, part)[2:], getattr(b, part))
