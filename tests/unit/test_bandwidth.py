"""The search for bandwidth and ridge: as good as a grid, warm-started, and what is asked of scikit-optimize."""

import numpy as np
import pytest

from ionscope.dka.bandwidth import BANDWIDTHS, RIDGES, tune_bandwidth
from ionscope.dka.regressor import KernelRegressor


def bowl(bandwidth, ridge):
    """Smallest, 0.01, at s = 3, lambda = 1e-3."""
    return 0.01 * np.exp(np.log(bandwidth / 3) ** 2 + 0.05 * np.log(ridge / 1e-3) ** 2)


@pytest.fixture(scope="module")
def held_out_error():
    """RMS error of kernel regression on fresh noisy points, as a function of (s, lambda)."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=(120, 2))
    y = np.sin(2 * x[:, 0]) + 0.5 * x[:, 1] + 0.1 * rng.normal(size=120)

    def error(bandwidth, ridge):
        model = KernelRegressor(bandwidth, ridge).fit(x[:80], y[:80])
        return float(np.sqrt(np.mean((model.predict(x[80:]) - y[80:]) ** 2)))

    return error


def test_the_search_agrees_with_a_grid_search(held_out_error):
    grid = [
        (held_out_error(s, ridge), s, ridge)
        for s in np.geomspace(*BANDWIDTHS, 30)
        for ridge in np.geomspace(*RIDGES, 15)
    ]
    best, bandwidth, _ = min(grid)
    found = tune_bandwidth(held_out_error, 40, 0)
    assert found.error < 1.03 * best
    assert abs(np.log10(found.bandwidth / bandwidth)) < 0.3
    assert found.error == pytest.approx(held_out_error(found.bandwidth, found.ridge), rel=1e-9)


def test_the_best_trial_is_the_answer():
    found = tune_bandwidth(bowl, 10, 3)
    assert (found.bandwidth, found.ridge, found.error) == min(found.trials, key=lambda trial: trial[2])


@pytest.mark.parametrize(("calls", "start"), [(10, None), (11, [(2.0, 1e-2)]), (10, [(2.0, 1e-2), (5.0, 1e-4)])])
def test_as_many_trials_as_asked_for_each_of_plain_floats_in_range(calls, start):
    asked = []

    def error(bandwidth, ridge):
        asked.append((bandwidth, ridge))
        return bowl(bandwidth, ridge)

    found = tune_bandwidth(error, calls, 0, start)
    assert len(asked) == len(found.trials) == calls
    assert all(type(value) is float for trial in (*asked, *found.trials) for value in trial)
    for (bandwidth, ridge), trial in zip(asked, found.trials, strict=True):
        assert BANDWIDTHS[0] <= bandwidth <= BANDWIDTHS[1]
        assert RIDGES[0] <= ridge <= RIDGES[1]
        assert trial == pytest.approx((bandwidth, ridge, bowl(bandwidth, ridge)), rel=1e-9)
    assert all(type(value) is float for value in (found.bandwidth, found.ridge, found.error))


def test_a_warm_start_is_tried_first_and_never_lost():
    start = [(3.0, 1e-3), (8.0, 1e-2)]
    found = tune_bandwidth(bowl, 10, 0, start)
    for trial, point in zip(found.trials, start, strict=False):
        assert trial[:2] == pytest.approx(point, rel=1e-9)
    assert found.error <= bowl(3.0, 1e-3) * (1 + 1e-9)


def test_a_start_outside_the_range_is_moved_to_its_edge():
    found = tune_bandwidth(bowl, 10, 0, [(1e4, 1e-12)])
    assert found.trials[0][:2] == pytest.approx((BANDWIDTHS[1], RIDGES[0]), rel=1e-9)


def test_a_search_repeats_given_its_seed():
    first, again, other = (tune_bandwidth(bowl, 10, seed) for seed in (5, 5, 6))
    assert first == again
    assert first.trials != other.trials


@pytest.mark.parametrize("nothing", [np.inf, np.nan, 0.0])
def test_points_without_an_error_are_avoided(nothing):
    found = tune_bandwidth(lambda s, ridge: nothing if s > 3.5 else bowl(s, ridge), 12, 0, [(30.0, 1e-3)])
    assert found.bandwidth <= 3.5
    assert found.error == pytest.approx(bowl(found.bandwidth, found.ridge))
