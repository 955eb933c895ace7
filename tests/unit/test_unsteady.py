"""Drift and steps of a range: found where they are, with their size, and nowhere else."""

import re

import numpy as np
import pytest
from cells import cell
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.kramers_kronig import kramers_kronig
from ionscope.preprocess.quality import assess
from ionscope.preprocess.unsteady import DRIFT, STEP, find_change
from ionscope.spectrum import Spectrum

F = np.geomspace(0.1, 1e6, 71)
ALL = np.ones(F.size, dtype=bool)
BY_POINT = np.linspace(1, 0, F.size)


def measured(factor=1.0, noise=0.002, seed=0):
    """A pellet whose impedance is multiplied by `factor (f,)` and measured with relative noise."""
    rng = np.random.default_rng(seed)
    z = cell(F, 1e4, share=rng.uniform(0.2, 0.8), arc=10 ** rng.uniform(3, 4.5), spike=10 ** rng.uniform(-1, 0.5))
    return z * factor * (1 + noise * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size)))


def found_in(z):
    return find_change(F, z, ALL, kramers_kronig(F, z))


@pytest.mark.parametrize("size", [-0.05, 0.03, 0.3])
@pytest.mark.parametrize("at", [20, 45])
def test_a_step_is_found_where_it_is(size, at):
    for seed in range(10):
        change = found_in(measured(np.where(ALL.cumsum() <= at, 1 + size, 1.0), seed=seed))
        assert (change.kind, change.frequency) == (STEP, F[at - 1])
        assert change.size == pytest.approx(size, rel=0.25)
        assert set(change.course) == {0.0, 1.0}


@pytest.mark.parametrize("size", [-0.2, 0.1])
def test_a_drift_is_found_with_its_size(size):
    passed = np.cumsum(1 / F[::-1])[::-1]
    for seed in range(10):
        steady = measured(1 + size * BY_POINT, seed=seed)
        change = found_in(steady)
        assert change.kind == DRIFT and change.size == pytest.approx(size, rel=0.2)
        slow = found_in(measured(1 + size * passed / passed[0], seed=seed))
        assert slow.kind == DRIFT and slow.size == pytest.approx(size, rel=0.3)
        assert slow.frequency < 10 < change.frequency  # most of the time goes by at the lowest frequencies


@pytest.mark.parametrize("noise", [0.001, 0.01, 0.1])
def test_noise_is_no_change(noise):
    """Were the course of a change taken from the data, their noise would be correlated with itself."""
    assert sum(found_in(measured(noise=noise, seed=seed)) is not None for seed in range(60)) <= 1


@settings(max_examples=20, deadline=None)
@given(st.floats(-6, 6), st.integers(0, 1000))
def test_the_scale_of_the_impedance_does_not_matter(exponent, seed):
    z = measured(np.where(F < 300, 1.06, 1.0), seed=seed)
    one, two = found_in(z), found_in(10.0**exponent * z)
    assert (one.kind, one.frequency) == (two.kind, two.frequency)
    assert one.size == pytest.approx(two.size, rel=1e-6)


def test_a_report_is_of_what_is_left_without_the_changes():
    z = measured(np.where(F < 300, 1.06, 1.0))
    report = assess(Spectrum(F, z))
    assert report.kinds() == {STEP} and not report.outliers.any()
    assert re.match(r"Below 251 Hz the impedance is \+[56](\.\d)? % off what it is above", report.findings[0].sentence)
    assert report.noise == pytest.approx(0.002, rel=0.3) and report.scatters
    (change,) = report.changes
    np.testing.assert_allclose(z / change.factor, z / np.where(F < 300, 1.06, 1.0), rtol=0.01)


def test_a_spike_does_not_hide_a_drift():
    z = measured(1 + 0.1 * BY_POINT)
    z[60] *= 1.2
    report = assess(Spectrum(F, z))
    assert [change.kind for change in report.changes] == [DRIFT]
    assert np.flatnonzero(report.outliers).tolist() == [60]


def test_what_a_change_does_not_explain_is_none():
    """A phase that is wrong on one side of a range, as some potentiostats have it, is no step of the modulus."""
    report = assess(Spectrum(F, measured(np.where(F > 1e4, np.exp(0.1j * (6 - np.log10(F))), 1.0))))
    assert report.changes == () and not report.clean


def test_noise_scatters_and_what_goes_together_does_not():
    assert all(assess(Spectrum(F, measured(noise=noise))).scatters for noise in (0.001, 0.03, 0.1))
    wave = 1 + 0.08 * np.sin(4 * np.log10(F)) * np.exp(1j * np.log10(F))
    assert not assess(Spectrum(F, measured(wave))).scatters
