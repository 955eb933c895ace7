"""`posterior.py` against closed forms, the generator's own draws and the linearised limit."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from posterior import (
    Recorded,
    Replayed,
    by_chance,
    drawn,
    importance,
    maximum,
    sampled,
    summarised,
    true_numbers,
    undisturbed,
)

from ionscope.config import Simulation
from ionscope.evaluate.remade import Remade
from ionscope.simulate.generate import Priors, simulate_specimens

SETTINGS = Simulation(
    specimens_per_material=4,
    temperatures_c=[25],
    frequency_min_hz=1,
    frequency_max_hz=1e4,
    frequencies=31,
    electrodes={"blocking": 0.5, "lithium": 0.5},
    grains=64,
    wall_refinement=1,
    shards=1,
)
PRIORS = Priors.load(Path(__file__).parents[2] / "config", ["llzo", "lcto"], SETTINGS.electrodes)
SEED = 5


@pytest.fixture(scope="module")
def spectra():
    return simulate_specimens(SETTINGS, PRIORS, SEED, range(8))


def test_what_was_drawn_is_drawn_again_from_its_numbers():
    recorded = Recorded(np.random.default_rng(3))
    first = [recorded.uniform(2, 5), recorded.random(), recorded.normal(1, 2), recorded.beta(1.7, 4.3)]
    replayed = Replayed(np.array(recorded.numbers))
    assert [replayed.uniform(2, 5), replayed.random(), replayed.normal(1, 2), replayed.beta(1.7, 4.3)] == pytest.approx(
        first, rel=1e-10
    )
    rng = np.random.default_rng(3)  # and no other stream
    assert first == [rng.uniform(2, 5), rng.random(), rng.normal(1, 2), rng.beta(1.7, 4.3)]


def test_a_specimen_is_drawn_again_from_its_numbers(spectra):
    for name in np.unique(spectra["specimen"]):
        one = Remade.of(SETTINGS, PRIORS, SEED, spectra, name)
        again = drawn(one, SETTINGS, Replayed(true_numbers(one, SETTINGS, PRIORS, SEED)))
        parts = [(of.electrolyte, *of.electrodes) for of in (again, one.specimen)]
        for made, true in zip(*parts, strict=True):
            assert {k: v for k, v in vars(made).items() if v is not None} == pytest.approx(
                {k: v for k, v in vars(true).items() if v is not None}, rel=1e-9
            )


def test_a_bent_posterior_has_the_moments_that_integration_gives():
    def model(z):  # the second number follows the square of the first, and is all that is measured
        return np.stack([(z[:, 1] + 0.5 * z[:, 0] ** 2 - 0.3) / 0.2], axis=1), z[:, 1]

    def log_density(residuals, z):
        return -0.5 * (residuals**2).sum(axis=1) - 0.5 * (z**2).sum(axis=1)

    mode, covariance = maximum(model, log_density, np.array([0.1, 0.2]))
    _, values, weight = importance(model, log_density, mode, covariance, np.random.default_rng(0))
    grid = np.stack([part.ravel() for part in np.meshgrid(*[np.linspace(-7, 7, 1401)] * 2)], axis=1)
    residuals, exact = model(grid)
    mass = np.exp(log_density(residuals, grid))
    mass /= mass.sum()
    mean = mass @ exact
    assert weight @ values == pytest.approx(mean, abs=0.1)
    assert weight @ (values - weight @ values) ** 2 == pytest.approx(mass @ (exact - mean) ** 2, rel=0.25)


def test_disturbed_points_and_no_others_are_left_out():
    rng = np.random.default_rng(1)
    clean = np.linspace(3, 5, 40) - 0.2j
    seen = clean + 0.01 + 1e-3 * (rng.normal(size=40) + 1j * rng.normal(size=40))
    seen[[7, 30]] += [0.02, -0.02j]
    assert np.flatnonzero(~undisturbed(seen, np.append(clean.real, clean.imag), 1e-3)).tolist() == [7, 30]


def test_where_spectra_tell_much_the_sampled_posterior_is_the_linearised_one(spectra):
    lcto = np.flatnonzero(spectra["material"] == "lcto")
    table = sampled(SETTINGS, PRIORS, SEED, spectra, lcto)
    assert (table["effective"] > 100).all()
    assert table["posterior_log10"].to_numpy() == pytest.approx(table["limit_log10"].to_numpy(), rel=0.2)


def test_few_specimens_leave_much_to_chance():
    one = pd.DataFrame({"specimen": ["a"] * 5, "posterior_log10": 0.01})
    many = pd.DataFrame({"specimen": np.repeat(np.arange(400), 5), "posterior_log10": 0.01})
    assert np.median(by_chance(one)) == pytest.approx(0.01 * 0.674, rel=0.05)  # the median of a normal modulus
    assert by_chance(many) == pytest.approx(0.01, rel=0.2)


def test_a_summary_has_root_mean_squares_of_each_kind_and_of_all():
    table = pd.DataFrame(
        {"specimen": ["a", "a", "b"], "material": ["x", "x", "y"], "electrode": "li"}
        | {"limit_log10": [0.3, 0.4, 0.1], "posterior_log10": [0.3, 0.4, 0.2], "error_log10": [0.0, 0.2, -0.2]}
    )
    figures = summarised(table)
    assert figures.index.tolist() == ["x, li", "y, li", "all"]
    assert figures.loc["x, li", ["specimens", "spectra"]].tolist() == [1, 2]
    assert figures.loc["x, li", ["limit", "model"]].tolist() == pytest.approx([0.125**0.5, 0.02**0.5])
    assert figures.loc["all", "posterior"] == pytest.approx((0.29 / 3) ** 0.5)
    assert (figures["perfect: 5 %"] < figures["posterior"]).all() and (
        figures["posterior"] < figures["perfect: 95 %"]
    ).all()
