"""Conformal intervals: 90 % means 90 % on fresh specimens, and the width follows the spectrum."""

import numpy as np
import pytest
from scipy import stats

from ionscope.dka.intervals import FLOOR, ConformalInterval, fit_scale, fit_scales


def draws(n, rng, spectra=1):
    """Latent points, errors and specimens; errors are four decades apart in size where the first axis is."""
    specimen = np.repeat(np.arange(n), spectra)
    latent = np.repeat(rng.normal(size=(n, 2)), spectra, axis=0) + 0.1 * rng.normal(size=(n * spectra, 2))
    size = 0.02 * np.exp(latent[:, 0])
    shared = np.repeat(rng.normal(size=n), spectra)  # the spectra of a specimen err together
    own = rng.normal(size=n * spectra)
    return latent, size * (shared + 0.3 * own), specimen


def coverage(level, seed, n=300, spectra=1):
    rng = np.random.default_rng(seed)
    interval = ConformalInterval.fit(*draws(n, rng, spectra), None, level)
    latent, error, _ = draws(4000, rng, spectra)
    return np.mean(np.abs(error) <= interval.half_width(latent))


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_fresh_specimens_are_covered_as_often_as_stated(level):
    n, runs = 300, 4
    mean = np.mean([coverage(level, seed, n) for seed in range(runs)])
    # With n specimens the coverage is Beta(k, n + 1 - k): its mean over the runs stays within three deviations.
    k = np.ceil(level * (n + 1))
    deviation = stats.beta(k, n + 1 - k).std() / np.sqrt(runs)
    assert abs(mean - level) < 3 * deviation


def test_the_share_covered_is_binomial_about_ninety_percent():
    runs = np.array([coverage(0.9, seed, 200) for seed in range(10, 14)])
    low, high = stats.binom(200, 0.9).ppf([0.0005, 0.9995]) / 200
    assert ((runs >= low) & (runs <= high)).all()


def test_spectra_that_err_together_are_covered_as_often_too():
    n, runs = 100, 4
    mean = np.mean([coverage(0.9, seed, n, spectra=4) for seed in range(runs)])
    deviation = np.sqrt(0.9 * 0.1 / n / runs)  # specimens count, not spectra
    assert abs(mean - 0.9) < 3 * deviation


def test_the_width_follows_the_size_of_the_errors():
    rng = np.random.default_rng(1)
    interval = ConformalInterval.fit(*draws(400, rng), None)
    at = np.array([[-1.5, 0.0], [0.0, 0.0], [1.5, 0.0]])
    width = interval.half_width(at)
    assert width[1] / width[0] == pytest.approx(np.exp(1.5), rel=0.4)
    assert width[2] / width[1] == pytest.approx(np.exp(1.5), rel=0.4)


def test_each_region_is_covered_not_just_the_whole():
    rng = np.random.default_rng(2)
    interval = ConformalInterval.fit(*draws(400, rng), None)
    latent, error, _ = draws(6000, rng)
    inside = np.abs(error) <= interval.half_width(latent)
    for rows in (latent[:, 0] < -0.5, np.abs(latent[:, 0]) < 0.5, latent[:, 0] > 0.5):
        assert inside[rows].mean() == pytest.approx(0.9, abs=0.06)


def test_errors_of_one_size_mostly_give_one_width():
    spreads = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        latent = rng.normal(size=(300, 2))
        interval = ConformalInterval.fit(latent, 0.05 * rng.normal(size=300), np.arange(300), None)
        width = interval.half_width(rng.normal(size=(200, 2)))
        spreads.append(np.quantile(width, 0.9) / np.quantile(width, 0.1))
        assert np.median(width) == pytest.approx(0.05 * stats.norm.ppf(0.95), rel=0.2)
    assert np.median(spreads) < 1.1


def test_a_higher_level_is_wider():
    data = draws(200, np.random.default_rng(4))
    narrow, wide = (ConformalInterval.fit(*data, None, level).half_width(data[0]) for level in (0.5, 0.95))
    assert (narrow > 0).all()
    assert (wide > narrow).all()


def test_few_specimens_take_the_largest_error_they_have():
    latent, error, group = draws(6, np.random.default_rng(5), spectra=3)
    stated, surest = (ConformalInterval.fit(latent, error, group, None, level) for level in (0.9, 0.999))
    assert stated.quantile == surest.quantile  # six specimens know no 90 % quantile


def test_the_sign_of_an_error_does_not_matter():
    latent, error, group = draws(60, np.random.default_rng(6))
    a, b = (ConformalInterval.fit(latent, e, group, None) for e in (error, -error))
    assert np.array_equal(a.half_width(latent), b.half_width(latent))


def test_scales_of_many_errors_are_those_of_each_alone():
    latent, error, specimen = draws(60, np.random.default_rng(4), spectra=2)
    errors = np.column_stack([error, np.random.default_rng(5).normal(size=error.size)])
    together, held_out = fit_scales(latent, errors, specimen)
    for regressor, seen, own in zip(together, held_out.T, errors.T, strict=True):
        alone, unseen = fit_scale(latent, own, specimen)
        assert (regressor.bandwidth, regressor.ridge) == (alone.bandwidth, alone.ridge)
        np.testing.assert_allclose(regressor.predict(latent), alone.predict(latent), rtol=0, atol=1e-9)
        np.testing.assert_allclose(seen, unseen, rtol=0, atol=1e-9)
    assert together[0].bandwidth < together[1].bandwidth  # the second is the same size everywhere
    assert np.exp(together[0].predict(latent)).min() > FLOOR
