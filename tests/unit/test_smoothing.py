"""Smoothing: what it leaves as it is, and when it is chosen."""

import numpy as np
import pytest
from cells import pellets
from hypothesis import given
from hypothesis import strategies as st

from ionscope.preprocess.smoothing import ORDERS, WINDOWS, Smoothing, choose_smoothing

CHOICES = [(window, order) for window in WINDOWS for order in ORDERS]
choices = pytest.mark.parametrize(("window", "order"), CHOICES)


def test_off_leaves_spectra_as_they_are():
    z = pellets(2).impedance
    assert Smoothing().apply(z) is z


@choices
def test_polynomials_in_log_space_are_kept_to_the_very_ends(window, order):
    x = np.linspace(-1, 1, 25)
    log, phase = np.polyval([0.7, -1.0, 2.0, 5.0][3 - order :], x), np.polyval([0.3, -0.4, 0.2, -0.9][3 - order :], x)
    z = np.exp(log + 1j * phase)[None]
    assert np.abs(Smoothing(window, order).apply(z) / z - 1).max() < 1e-10


def test_a_phase_across_the_branch_cut_is_no_jump():
    z = np.exp(1j * np.linspace(3.0, 3.4, 25))[None]
    assert np.abs(Smoothing(7, 2).apply(z) / z - 1).max() < 1e-10


@given(st.sampled_from(CHOICES), st.floats(-8, 8))
def test_a_factor_on_the_impedance_passes_through(choice, exponent):
    z, factor = pellets(2, noise=0.02).impedance, 10.0**exponent
    smooth = Smoothing(*choice)
    assert np.allclose(smooth.apply(factor * z), factor * smooth.apply(z), rtol=1e-12)


def test_it_takes_noise_away():
    clean, noisy = (pellets(40, points=61, noise=noise).impedance for noise in (0.0, 0.03))
    clean = np.tile(clean[0] / np.abs(clean[0, 0]), (40, 1))
    rng = np.random.default_rng(0)
    noisy = clean * (1 + 0.03 * (rng.normal(size=clean.shape) + 1j * rng.normal(size=clean.shape)))
    before, after = (np.abs(z / clean - 1)[:, 8:-8].std() for z in (noisy, Smoothing(9, 2).apply(noisy)))
    assert after < 0.7 * before


def test_off_competes_with_every_window():
    spectra = pellets(6, points=31, noise=0.005)
    _, table = choose_smoothing(spectra.frequency, spectra.impedance)
    assert list(zip(table["window"], table["order"], strict=True)) == [(0, 0), *CHOICES]
    assert (table["error"] > 0).all()
    assert table["end_bias"].iloc[0] == 0


def test_noise_free_spectra_are_left_alone():
    spectra = pellets(10, points=31)
    choice, table = choose_smoothing(spectra.frequency, spectra.impedance)
    assert choice == Smoothing()
    assert table["error"].idxmin() == 0


def test_noise_on_smooth_spectra_calls_for_a_window():
    spectra = pellets(10, points=101, noise=0.05)
    choice, table = choose_smoothing(spectra.frequency, spectra.impedance)
    assert choice.window in WINDOWS
    best = table.loc[table["error"].idxmin()]
    assert (choice.window, choice.order) == (best["window"], best["order"])
    # No window tells a point held back better than its own noise allows.
    assert best["error"] > 0.05


@pytest.mark.parametrize(("points", "windows"), [(8, ()), (9, ()), (10, (5,)), (15, (5, 7)), (22, WINDOWS)])
def test_a_short_sweep_has_no_room_for_long_windows(points, windows):
    spectra = pellets(4, points=points, noise=0.01)
    choice, table = choose_smoothing(spectra.frequency, spectra.impedance)
    assert sorted(set(table["window"])) == [0, *windows]
    assert choice.window in (0, *windows)
    assert np.isfinite(table.to_numpy()).all()
    assert choice.apply(spectra.impedance).shape == spectra.impedance.shape


def test_what_is_handed_in_stays_as_it_was():
    spectra = pellets(4, points=31, noise=0.01)
    z = spectra.impedance
    before = z.copy()
    choose_smoothing(spectra.frequency, z)
    Smoothing(7, 2).apply(z)
    assert np.array_equal(z, before)
