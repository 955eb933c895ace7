"""Quantities: draws lie in range and follow the stated distribution, one number of the stream a draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy import stats

from ionscope.config import validated
from ionscope.errors import ConfigError
from ionscope.quantity import Conditional, Constant, Normal, Quantity, Sourced, Uniform

ABOUT = {"unit": "1", "source": "assumed", "note": "a test"}
QUANTITIES = {
    "uniform": {"distribution": "uniform", "low": -3.0, "high": 7.0},
    "log_uniform": {"distribution": "log_uniform", "low": 1e-6, "high": 1e3},
    "normal": {"distribution": "normal", "mean": 2.0, "sd": 0.5},
    "normal cut off": {"distribution": "normal", "mean": 2.0, "sd": 3.0, "low": 1.0, "high": 4.0},
    "normal cut off far out": {"distribution": "normal", "mean": 0.0, "sd": 1.0, "low": 4.0, "high": 6.0},
    "normal cut off in the upper tail": {"distribution": "normal", "mean": 0.0, "sd": 1.0, "low": 9.0, "high": 10.0},
    "normal cut off below": {"distribution": "normal", "mean": 0.1, "sd": 0.2, "low": 0.0},
    "beta": {"distribution": "beta", "a": 2.0, "b": 5.0},
    "beta with a pole": {"distribution": "beta", "a": 0.5, "b": 0.5},
}


def quantity(**content):
    return TypeAdapter(Quantity).validate_python({**ABOUT, **content})


def conditional(**changes):
    content = {"intercept": 0.1, "slope": -0.05, "sd": 0.03, "low": 0.2, "high": 0.6, **ABOUT, **changes}
    return Conditional.model_validate(content)


every = pytest.mark.parametrize("name", QUANTITIES)


@every
def test_draws_follow_the_distribution_and_stay_in_its_range(name):
    q = quantity(**QUANTITIES[name])
    rng = np.random.default_rng(0)
    draws = np.array([q.draw(rng) for _ in range(4000)])
    low, high = q.frozen().support()
    assert ((draws >= low) & (draws <= high)).all()
    assert stats.kstest(draws, q.frozen().cdf).pvalue > 1e-3


@pytest.mark.parametrize("x", [-9.0, -5.0, -2.0])
def test_conditional_draws_follow_the_distribution_at_their_x(x):
    q = conditional()
    rng = np.random.default_rng(1)
    draws = np.array([q.draw(rng, x) for _ in range(4000)])
    assert ((draws >= 0.2) & (draws <= 0.6)).all()
    assert stats.kstest(draws, q.frozen(x).cdf).pvalue > 1e-3


def test_a_conditional_quantity_falls_with_the_other():
    q = conditional(low=-10.0, high=10.0)
    means = [np.mean([q.draw(np.random.default_rng(i), x) for i in range(500)]) for x in (-6.0, -4.0, -2.0)]
    assert means == pytest.approx([0.4, 0.3, 0.2], abs=0.01)


@pytest.mark.parametrize("name", [name for name in QUANTITIES if "beta" not in name])
def test_a_draw_takes_one_number_of_the_stream(name):
    q = quantity(**QUANTITIES[name])
    rng, beside = np.random.default_rng(3), np.random.default_rng(3)
    for _ in range(20):
        q.draw(rng)
        beside.random()
    assert rng.bit_generator.state == beside.bit_generator.state


def test_a_conditional_draw_takes_one_number_of_the_stream_too():
    rng, beside = np.random.default_rng(3), np.random.default_rng(3)
    for x in np.linspace(-12, 3, 20):
        conditional().draw(rng, x)
        beside.random()
    assert rng.bit_generator.state == beside.bit_generator.state


@every
def test_draws_are_plain_numbers_and_repeat_given_their_stream(name):
    q = quantity(**QUANTITIES[name])
    first, again = (q.draw(np.random.default_rng(5)) for _ in range(2))
    assert type(first) is float
    assert first == again


def test_a_constant_is_its_value_and_takes_nothing_from_the_stream():
    q = quantity(distribution="constant", value=3.5)
    rng = np.random.default_rng(0)
    assert isinstance(q, Constant)
    assert q.draw(rng) == 3.5
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


@given(st.floats(-50, 50), st.floats(0.01, 10), st.floats(-60, 60), st.floats(0.01, 20), st.integers(0, 2**16))
def test_cut_off_draws_are_finite_and_in_range_wherever_the_cut(mean, sd, low, width, seed):
    q = Normal(distribution="normal", mean=mean, sd=sd, low=low, high=low + width, **ABOUT)
    draw = q.draw(np.random.default_rng(seed))
    assert low <= draw <= low + width


@pytest.mark.parametrize(
    "source", ["10.1149/1.1837571", ["10.1149/1.1837571", "10.1016/j.ssi.2009.05.022"], "assumed", "computed"]
)
def test_a_source_is_a_doi_or_a_reason(source):
    assert Sourced(unit="S/cm", source=source, note="why").source == source


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"source": "a book"}, "'a book' is not a DOI"),
        ({"source": "doi:10.1149/1.1837571"}, "is not a DOI"),
        ({"source": []}, "source is empty"),
        ({"source": ["10.1149/1.1837571", "hearsay"]}, "'hearsay' is not a DOI"),
        ({"note": ""}, "'assumed' needs a note"),
        ({"low": 7.0, "high": 7.0}, "low = 7 must be below high = 7"),
        ({"high": "seven"}, "high = 'seven'.*number"),
        ({"unit": None}, "unit"),
        ({"mean": 3.0}, "mean = 3.0: unknown key"),
    ],
)
def test_a_wrong_quantity_is_refused_by_key(content, message):
    with pytest.raises(ConfigError, match=message):
        validated(Uniform, {**QUANTITIES["uniform"], **ABOUT, **content}, "material.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"distribution": "log_uniform", "low": 0.0, "high": 1.0}, "must be positive for a log_uniform"),
        ({"distribution": "normal", "mean": 1.0, "sd": 0.0}, "sd"),
        ({"distribution": "normal", "mean": 0.0, "sd": 1.0, "low": 2.0, "high": 1.0}, "low = 2 must be below high = 1"),
        ({"distribution": "beta", "a": -1.0, "b": 1.0}, "greater than 0"),
        ({"distribution": "cauchy", "mean": 1.0}, "'constant', 'uniform', 'log_uniform', 'normal', 'beta'"),
        ({"value": 3.0}, "distribution"),
    ],
)
def test_a_wrong_distribution_is_refused_with_what_is_allowed(content, message):
    with pytest.raises(ValueError, match=message):
        quantity(**content)


def test_a_conditional_quantity_without_room_is_refused():
    with pytest.raises(ValueError, match=r"low = 0\.6 must be below high = 0\.6"):
        conditional(low=0.6)


def test_a_quantity_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        quantity(**QUANTITIES["uniform"]).low = 0.0
