"""The local median: what it is in cases that can be worked out by hand, and that outliers do not move it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.dka.local_median import BANDWIDTH_NEIGHBOUR, LocalMedian
from ionscope.errors import TrainingError

rng = np.random.default_rng(3)
X = rng.normal(size=(400, 3))
Y = np.sin(X[:, 0]) + 0.5 * X[:, 1]
ASKED = rng.normal(size=(25, 3))


def by_definition(x, k, weights=None):
    """The smallest of the k nearest targets up to which half of the weight lies."""
    scale = np.ones(3) if weights is None else weights
    distance = np.linalg.norm((X - x) / scale, axis=1)
    nearest = np.argsort(distance)[:k]
    bandwidth = distance[nearest[(k - 1) // BANDWIDTH_NEIGHBOUR]]
    heard = [(Y[i], np.exp(-0.5 * (distance[i] / bandwidth) ** 2)) for i in nearest]
    heard.sort()
    total, sum_ = sum(w for _, w in heard), 0.0
    for y, w in heard:
        sum_ += w
        if sum_ >= total / 2:
            return y
    raise AssertionError


@pytest.mark.parametrize("weights", [None, np.array([0.3, 1.0, 4.0])])
@pytest.mark.parametrize("k", [1, 2, 7, 40])
def test_it_is_the_weighted_median_of_the_nearest(k, weights):
    said = LocalMedian(k, weights).fit(X, Y).predict(ASKED)
    assert said == pytest.approx([by_definition(x, k, weights) for x in ASKED], abs=1e-6)


def test_the_spread_is_that_of_the_targets_about_a_point():
    grid = np.linspace(-1, 1, 2001)[:, None]
    noise = np.random.default_rng(5).normal(size=2001)
    wide = LocalMedian(200).fit(grid, noise).spread(np.array([[-0.5], [0.0], [0.5]]))
    assert wide[:, 0] == pytest.approx(2 * 1.2816, rel=0.25)  # 10 to 90 % of a normal distribution
    assert wide[:, 1] == pytest.approx(2 * 0.6745, rel=0.35)
    assert LocalMedian(200).fit(grid, np.ones(2001)).spread(np.zeros((1, 1))).tolist() == [[0.0, 0.0]]


def test_one_neighbour_repeats_what_it_was_given():
    assert LocalMedian(1).fit(X, Y).predict(X) == pytest.approx(Y, abs=1e-6)


@given(st.integers(0, 2**16), st.floats(-1e6, 1e6))
def test_a_fifth_of_the_targets_gone_astray_changes_little(seed, astray):
    generator = np.random.default_rng(seed)
    grid = np.linspace(0, 1, 300)[:, None]
    target = np.ones(300)
    target[generator.permutation(300)[:60]] = astray
    said = LocalMedian(80).fit(grid, target).predict(np.array([[0.2], [0.5], [0.8]]))
    assert said == pytest.approx(1.0)


def test_more_neighbours_than_points_are_all_points():
    few = LocalMedian(40).fit(X[:5], Y[:5])
    assert np.isin(few.predict(ASKED), few.target_).all()


def test_points_that_coincide_are_no_division_by_zero():
    same = LocalMedian(8).fit(np.zeros((8, 2)), np.arange(8.0))
    assert same.predict(np.zeros((1, 2))) == pytest.approx(3.0)
    assert np.isfinite(same.predict(np.ones((1, 2)))).all()


@pytest.mark.parametrize("spoil", ["points", "targets"])
def test_values_that_are_not_finite_are_refused(spoil):
    x, y = X.copy(), Y.copy()
    (x if spoil == "points" else y)[4] = np.nan
    with pytest.raises(TrainingError, match="not finite"):
        LocalMedian().fit(x, y)


def test_it_answers_in_the_middle_where_least_squares_is_dragged_along():
    """The reason it is here: a tenth of the targets are decades off, as for spectra that hide their resistance."""
    from ionscope.dka.regressor import KernelRegressor

    noisy = Y.copy()
    noisy[::10] += 3.0
    median = np.abs(LocalMedian(20).fit(X, noisy).predict(ASKED) - np.sin(ASKED[:, 0]) - 0.5 * ASKED[:, 1])
    squares = np.abs(KernelRegressor(1.0, 1e-2).fit(X, noisy).predict(ASKED) - np.sin(ASKED[:, 0]) - 0.5 * ASKED[:, 1])
    assert np.median(median) < 0.5 * np.median(squares)


@given(st.integers(0, 2**16))
def test_targets_on_the_trend_are_met_where_points_are_far_apart(seed):
    """The reason for the trend: in eight dimensions the nearest of 300 points are not near."""
    generator = np.random.default_rng(seed)
    points, asked = generator.normal(size=(300, 8)), 3 * generator.normal(size=(5, 8))
    line = generator.normal(size=9)
    said = LocalMedian(40, trend=line).fit(points, points @ line[:-1] + line[-1])
    assert said.predict(asked) == pytest.approx(asked @ line[:-1] + line[-1], abs=1e-4)
    assert said.spread(asked) == pytest.approx(0.0, abs=1e-4)


def test_a_trend_counts_only_where_the_targets_follow_it():
    """Left of nought they lie on a line, right of it on none: there the trend would only spread them."""
    grid = np.linspace(-1, 1, 401)[:, None]
    target = np.where(grid[:, 0] < 0, 5 * grid[:, 0], 1.0)
    said = LocalMedian(40, trend=np.array([5.0, 0.0])).fit(grid, target)
    assert said.predict(np.array([[-0.95], [-0.5], [0.5], [0.95]])) == pytest.approx([-4.75, -2.5, 1.0, 1.0], abs=1e-5)
    assert said.spread(np.array([[-0.5], [0.5]])) == pytest.approx(0.0, abs=1e-5)
    astray = LocalMedian(40, trend=np.array([0.0, 0.0, 0.0, 7.0])).fit(X, Y)
    plain = LocalMedian(40).fit(X, Y)
    assert astray.predict(ASKED) == pytest.approx(plain.predict(ASKED), abs=1e-5)  # a constant changes nothing


@pytest.mark.parametrize("trend", [None, np.array([0.5, -1.0, 0.25, 3.0])])
def test_it_is_the_same_from_its_state(trend):
    fitted = LocalMedian(20, np.array([0.3, 1.0, 4.0]), trend).fit(X, Y)
    again = LocalMedian.from_state(*fitted.state())
    assert np.array_equal(again.predict(ASKED), fitted.predict(ASKED))
