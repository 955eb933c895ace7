"""Trust: thresholds flag the stated share of familiar spectra, and foreign ones exceed them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ionscope.dka.trust import DETECTORS, FALSE_ALARM_RATE, FAR, NEIGHBOURS, Trust, latent_distance


def familiar(n, rng):
    """Latent points and the scores of three detectors, two of which go together."""
    latent = rng.normal(size=(n, 3))
    reconstruction = np.exp(0.5 * rng.normal(size=n))
    residual = 1e-3 * reconstruction * np.exp(0.3 * rng.normal(size=n))
    return latent, np.column_stack([reconstruction, latent_distance(latent, latent, itself=True), residual])


def flagged(trust, scores):
    return (trust.excess(scores) > 1).any(axis=1)


@given(st.integers(40, 300), st.sampled_from([0.02, 0.05, 0.2]), st.integers(0, 2**16))
def test_the_union_flags_the_stated_share(n, rate, seed):
    latent, scores = familiar(n, np.random.default_rng(seed))
    share = flagged(Trust.fit(scores, latent, rate), scores).mean()
    assert share <= rate + 1e-9
    assert share > rate - 4 / n - 1e-9  # as close as n spectra and three detectors allow


def test_fresh_familiar_spectra_are_flagged_about_as_often():
    rng = np.random.default_rng(1)
    latent, scores = familiar(1000, rng)
    trust = Trust.fit(scores, latent)
    fresh, fresh_scores = familiar(1000, rng)
    fresh_scores[:, 1] = trust.distance(fresh)
    low, high = stats.binom(1000, FALSE_ALARM_RATE).ppf([0.0001, 0.9999])
    assert low <= flagged(trust, fresh_scores).sum() <= high


@pytest.mark.parametrize("detector", range(len(DETECTORS)))
def test_any_detector_alone_is_enough(detector):
    latent, scores = familiar(200, np.random.default_rng(2))
    trust = Trust.fit(scores, latent)
    usual = np.median(scores, axis=0)
    assert not flagged(trust, usual[None])[0]
    odd = usual.copy()
    odd[detector] = 1.001 * trust.thresholds[detector]
    assert flagged(trust, odd[None])[0]


def test_a_disturbed_spectrum_is_less_certain_the_more_it_is_disturbed():
    trust = Trust(np.array([1.0, 1.0, 0.01]), np.zeros((6, 2)))
    assert trust.disturbance(np.array([0.0, 0.009, 0.01])).tolist() == [0.0, 0.0, 0.0]
    residual = np.array([0.011, 0.02, 0.1])
    wider = trust.disturbance(residual)
    assert (np.diff(wider) > 0).all()
    # Far beyond the usual, the residual is the relative error itself: 1.645 standard deviations, in decades.
    assert wider[-1] == pytest.approx(1.645 * np.log10(1 + residual[-1]), rel=0.06)


def test_excess_is_in_units_of_the_thresholds():
    trust = Trust(np.array([2.0, 4.0, 8.0]), np.zeros((6, 2)))
    assert trust.excess(np.array([[2.0, 2.0, 32.0]])).tolist() == [[1.0, 0.5, 4.0]]


def test_foreign_points_exceed_and_very_foreign_ones_are_far():
    rng = np.random.default_rng(3)
    latent, scores = familiar(300, rng)
    trust = Trust.fit(scores, latent)
    near, far = (trust.distance(np.full((1, 3), x))[0] / trust.thresholds[1] for x in (3.5, 30.0))
    assert near > 1
    assert far > FAR
    assert trust.distance(np.zeros((1, 3)))[0] < trust.thresholds[1]


def test_the_distance_is_the_mean_to_the_nearest_neighbours():
    points = np.array([[0.0], [1.0], [3.0], [6.0], [10.0], [15.0], [21.0]])
    assert NEIGHBOURS == 5
    assert latent_distance(points, np.array([[-1.0]]))[0] == pytest.approx(np.mean([1, 2, 4, 7, 11]))
    assert latent_distance(points, points, itself=True)[0] == pytest.approx(np.mean([1, 3, 6, 10, 15]))


def test_with_few_familiar_points_all_of_them_count():
    points = np.array([[0.0], [1.0], [3.0]])
    assert latent_distance(points, np.array([[-1.0]]))[0] == pytest.approx(np.mean([1, 2, 4]))
    assert latent_distance(points, points, itself=True)[0] == pytest.approx(2.0)


@given(st.floats(-5, 5))
def test_distance_grows_on_the_way_out(start):
    points = np.random.default_rng(4).uniform(-1, 1, size=(50, 2))
    out = np.column_stack([np.linspace(2, 20, 10), np.full(10, start)])
    assert (np.diff(latent_distance(points, out)) > 0).all()
