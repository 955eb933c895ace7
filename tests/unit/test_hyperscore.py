"""The HyperScore: closed forms, the paper's constants, and what the anchor makes of them."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ionscope.config import validated
from ionscope.errors import ConfigError
from ionscope.rank.hyperscore import (
    CARDS,
    Anchor,
    ScoreCard,
    anchored_value,
    conductivity,
    hyperscore,
    load_anchor,
    load_card,
)

CONFIG = Path(__file__).parents[2] / "config"
ANCHOR = load_anchor(CONFIG)
BY_NAME = {name: load_card(CONFIG, name) for name in CARDS}
cards = pytest.mark.parametrize("card", BY_NAME.values(), ids=BY_NAME)
sigmas = st.floats(1e-9, 1e-1)


def card_with(**changes):
    return BY_NAME["text"].model_copy(update=changes)


def test_the_cards_hold_the_constants_of_the_paper():
    text, appendix = BY_NAME["text"], BY_NAME["appendix_a"]
    assert (text.beta, text.kappa, text.base_score) == (5.2, 1.8, 100.0)
    assert text.gamma == pytest.approx(-math.log(2.1), abs=1e-15)
    assert appendix.model_dump() == {
        "beta": 5.2,
        "gamma": -1.0986,
        "kappa": 1.8,
        "base_score": 100.0,
        "feature_scaling": 1.0,
        "model_version": "V1.0",
        "data_source": "Finite Element Simulation Dataset",
    }


@pytest.mark.parametrize(("name", "limit"), [("text", 113.0), ("appendix_a", 108.2)])
def test_a_v_of_at_most_one_never_reaches_the_range_of_the_paper(name, limit):
    # sigmoid(-ln 2.1) = 1 / 3.1 and sigmoid(-ln 3) = 1 / 4, each to the power 1.8
    assert BY_NAME[name].score(1.0) == pytest.approx(limit, abs=0.05)
    assert BY_NAME[name].score(np.linspace(1e-3, 1, 50)).max() == BY_NAME[name].score(1.0)


def test_score_at_v_one_in_closed_form():
    assert BY_NAME["text"].score(1.0) == pytest.approx(100 * (1 + (1 / 3.1) ** 1.8), rel=1e-12)


@pytest.mark.parametrize(("name", "low", "high"), [("text", 0.960, 1.29), ("appendix_a", 1.028, 1.38)])
def test_v_that_spans_the_range_of_the_paper(name, low, high):
    assert BY_NAME[name].value([110, 145]) == pytest.approx([low, high], rel=4e-3)


@cards
@pytest.mark.parametrize(
    ("score", "sigma", "area_resistance"), [(110, 1.1e-5, 218), (130, 2.5e-4, 10), (145, 1.3e-3, 1.9)]
)
def test_what_a_score_means_whatever_gamma(card, score, sigma, area_resistance):
    got = conductivity(score, card, ANCHOR)
    assert got == pytest.approx(sigma, rel=0.05)
    assert ANCHOR.area_resistance(got) == pytest.approx(area_resistance, rel=0.05)


@cards
def test_the_threshold_is_the_separator_of_the_anchor(card):
    assert ANCHOR.sigma_target == pytest.approx(25e-4 / 10)
    assert hyperscore(ANCHOR.sigma_target, card, ANCHOR) == pytest.approx(130, rel=1e-12)


@given(st.lists(sigmas, min_size=2, max_size=20))
def test_both_cards_score_and_rank_alike(values):
    text, appendix = (hyperscore(np.array(values), BY_NAME[name], ANCHOR) for name in CARDS)
    assert text == pytest.approx(appendix, rel=1e-12)
    # The same V would not score the same: it is the anchor that absorbs gamma.
    assert (
        anchored_value(values, BY_NAME["text"], ANCHOR) < anchored_value(values, BY_NAME["appendix_a"], ANCHOR)
    ).all()


@given(sigmas, st.floats(1.001, 1e3))
def test_more_conductivity_scores_more(sigma, factor):
    for card in BY_NAME.values():
        assert hyperscore(sigma * factor, card, ANCHOR) > hyperscore(sigma, card, ANCHOR)


@given(sigmas)
def test_conductivity_inverts_the_score(sigma):
    for card in BY_NAME.values():
        assert conductivity(hyperscore(sigma, card, ANCHOR), card, ANCHOR) == pytest.approx(sigma, rel=1e-6)


@given(st.floats(-2, 2), st.floats(0.5, 10), st.floats(0.5, 3), st.floats(0.1, 10), st.floats(0.3, 3))
def test_value_inverts_score_for_any_card(gamma, beta, kappa, scaling, v):
    card = card_with(gamma=gamma, beta=beta, kappa=kappa, feature_scaling=scaling)
    score = card.score(v)
    assume(100.01 < score < 199.99)  # nearer to its ends the score itself has lost the digits of v
    assert card.value(score) == pytest.approx(v, rel=1e-5)


def test_feature_scaling_multiplies_v():
    assert card_with(feature_scaling=2.0).score(0.6) == pytest.approx(card_with().score(1.2), rel=1e-12)


@pytest.mark.parametrize("score", [100.0, 99.0, 200.0, 250.0, [120.0, 201.0]])
def test_a_score_out_of_reach_is_refused(score):
    with pytest.raises(ConfigError, match="between 100 and 200"):
        BY_NAME["text"].value(score)


def test_cold_use_makes_the_activation_energy_count():
    content = ANCHOR.model_dump()
    content["t_use_c"]["value"] = -20
    cold = Anchor.model_validate(content)
    low, high = cold.carried(1e-4, np.array([0.30, 0.40]))
    assert low > high
    # sigma T = A exp(-Ea / kT), written out
    expected = 1e-4 * (298.15 / 253.15) * math.exp(-0.30 / 8.617333262e-5 * (1 / 253.15 - 1 / 298.15))
    assert low == pytest.approx(expected, rel=1e-12)
    assert ANCHOR.carried(1e-4, np.nan) == 1e-4  # at 25 C it is not asked for


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"betta": 1.0}, "betta.*unknown key.*beta"),
        ({"beta": -5.2}, "beta = -5.2"),
        ({"kappa": 0}, "kappa = 0"),
        ({"gamma": "-ln 3"}, "gamma"),
        ({"base_score": None}, "base_score"),
    ],
)
def test_a_wrong_card_is_refused_by_key(change, message):
    content = BY_NAME["text"].model_dump() | change
    with pytest.raises(ConfigError, match=message):
        validated(ScoreCard, content, "card.yaml")


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("separator_thickness", {"unit": "cm"}, "separator_thickness: the unit must be 'um'"),
        ("exponent", {"value": 0}, "exponent: 0 must be above 0"),
        ("t_use_c", {"value": -300}, "below absolute zero"),
        ("correlation", {"value": -1.5}, "correlation"),
        ("target_area_resistance", {"note": ""}, "needs a note"),
    ],
)
def test_a_wrong_anchor_is_refused_by_key(key, change, message):
    content = ANCHOR.model_dump()
    content[key] |= change
    with pytest.raises(ConfigError, match=message):
        validated(Anchor, content, "anchor.yaml")


def test_an_unknown_card_file_is_named():
    with pytest.raises(ConfigError, match=r"no_such\.yaml: cannot be read"):
        load_card(CONFIG, "no_such")
