"""Errors, concordance and coverage against counts by hand, and intervals that know what a specimen is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ionscope.evaluate.metrics import (
    CLOSE_DECADES,
    accuracy,
    accuracy_table,
    concordance,
    coverage,
    pairs_table,
    top_quartile_accuracy,
)

values = arrays(
    float, st.shared(st.integers(2, 12), key="n"), elements=st.integers(-9000, 9000).map(lambda k: k / 1000)
)
ranks = arrays(float, st.shared(st.integers(2, 12), key="n"), elements=st.integers(0, 4).map(float))  # ties abound
specimens = arrays(int, st.shared(st.integers(2, 12), key="n"), elements=st.integers(0, 3))


def every(n):
    return np.ones((n, n), dtype=bool)


def by_hand(truth, predicted, pairs):
    """Numbers of pairs and of pairs in the right order, one by one."""
    n = right = 0
    for i in range(len(truth)):
        for j in range(i + 1, len(truth)):
            if pairs[i, j]:
                n += 1
                if (truth[i] == truth[j]) != (predicted[i] == predicted[j]):
                    right += 0.5
                else:
                    right += (truth[i] > truth[j]) == (predicted[i] > predicted[j])
    return n, right


def table(n=40, seed=0):
    """Predictions of ten specimens of two materials."""
    rng = np.random.default_rng(seed)
    number = np.arange(n) % 10
    log_sigma = rng.uniform(-6, -3, n)
    return pd.DataFrame(
        {
            "specimen": [f"p-{k}" for k in number],
            "material": np.where(number < 4, "a", "b"),
            "sigma_true": 10**log_sigma,
            "sigma": 10 ** (log_sigma + 0.5 * rng.normal(size=n)),
        }
    )


# accuracy


def test_accuracy_is_that_of_its_textbook_formulas():
    found = accuracy(np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 3.0, 1.0, 6.0]))
    assert found == pytest.approx(
        {"n": 4, "mae": 0.75, "rmse": np.sqrt(5 / 4), "r2": 1 - 5 / 14, "median": 0.5, "p95": 1.85}
    )


@given(values)
def test_the_truth_is_without_error_and_its_mean_explains_nothing(truth):
    exact = accuracy(truth, truth)
    assert (exact["mae"], exact["rmse"], exact["median"], exact["p95"]) == (0, 0, 0, 0)
    if np.ptp(truth) > 1e-3:
        assert exact["r2"] == 1
        assert accuracy(truth, np.full_like(truth, truth.mean()))["r2"] == pytest.approx(0, abs=1e-9)


@given(values, values, st.floats(0.1, 10))
def test_errors_are_in_order_and_in_the_unit_of_the_values(truth, predicted, factor):
    found, scaled = accuracy(truth, predicted), accuracy(factor * truth, factor * predicted)
    assert found["mae"] <= found["rmse"] * (1 + 1e-12)
    assert found["median"] <= found["p95"]
    for name in ("mae", "rmse", "median", "p95"):
        assert scaled[name] == pytest.approx(factor * found[name], rel=1e-9, abs=1e-12)


def test_a_constant_truth_has_no_r2():
    assert np.isnan(accuracy(np.ones(3), np.arange(3.0))["r2"])


def test_the_table_has_a_row_a_quantity_and_a_group():
    predictions = table()
    rows = accuracy_table(predictions, {"material": predictions["material"].to_numpy()}, "mine")
    assert rows["variant"].unique().tolist() == ["mine"]
    assert rows.groupby("quantity")["unit"].unique().str[0].to_dict() == {"log10_sigma": "decades", "sigma": "S/cm"}
    assert len(rows) == 2 * (1 + 2)
    indexed = rows.set_index(["quantity", "group", "value_of_group"])
    for group, part in (("all", predictions), *predictions.groupby("material")):
        key = ("all", "all") if group == "all" else ("material", group)
        plain = accuracy(part["sigma_true"].to_numpy(), part["sigma"].to_numpy())
        decades = accuracy(np.log10(part["sigma_true"]), np.log10(part["sigma"]))
        for quantity, expected in (("sigma", plain), ("log10_sigma", decades)):
            assert indexed.loc[(quantity, *key), list(expected)].to_dict() == pytest.approx(expected)


# pairs


@given(ranks, ranks, specimens, st.data())
def test_concordance_is_the_count_of_pairs_one_by_one(truth, predicted, specimen, data):
    size = len(truth)
    pairs = data.draw(arrays(bool, (size, size)))
    pairs = pairs | pairs.T
    n, right = by_hand(truth, predicted, pairs)
    found = concordance(truth, predicted, specimen, pairs, seed=0)
    assert found["n"] == n
    if n:
        assert found["correct"] == pytest.approx(right / n)
        assert 0 <= found["lower"] <= found["upper"] <= 1
    else:
        assert np.isnan([found[name] for name in ("correct", "lower", "upper")]).all()


def test_a_tie_is_right_where_both_are_one_and_half_right_where_one_is():
    two, pairs = np.arange(2), every(2)
    for truth, predicted, right in (([1, 1], [2, 2], 1), ([1, 2], [2, 2], 0.5), ([1, 1], [1, 2], 0.5)):
        found = concordance(np.array(truth), np.array(predicted), two, pairs, seed=0)
        assert (found["n"], found["correct"]) == (1, right)


@given(st.permutations(range(9)), st.floats(0.2, 3))
def test_only_the_order_of_predictions_counts(order, power):
    truth, specimen = np.arange(9.0), np.arange(9) // 2
    predicted = np.array(order, dtype=float)
    plain = concordance(truth, predicted, specimen, every(9), seed=3)
    assert concordance(truth, np.exp(power * predicted), specimen, every(9), seed=3) == plain
    reversed_ = concordance(truth, -predicted, specimen, every(9), seed=3)
    assert reversed_["correct"] == pytest.approx(1 - plain["correct"])


def test_the_right_order_is_right_in_every_draw():
    truth = np.arange(8.0)
    assert concordance(truth, truth**3, np.arange(8) // 2, every(8), seed=0) == {
        "n": 28,
        "correct": 1.0,
        "lower": 1.0,
        "upper": 1.0,
    }


def test_repeats_of_a_specimen_are_no_new_evidence():
    """Every spectrum four times over: as many specimens, so the same interval; taken for specimens, a narrower one."""
    rng = np.random.default_rng(0)
    specimen, truth = np.arange(12), rng.normal(size=12)
    predicted = truth + rng.normal(size=12)
    single = concordance(truth, predicted, specimen, every(12), seed=1)

    again = np.repeat(specimen, 4)
    others = again[:, None] != again[None, :]
    fourfold = concordance(truth[again], predicted[again], again, others, seed=1)
    assert fourfold["n"] == 16 * single["n"]
    for name in ("correct", "lower", "upper"):
        assert fourfold[name] == pytest.approx(single[name])

    taken_for_new = concordance(truth[again], predicted[again], np.arange(48), others, seed=1)
    assert taken_for_new["upper"] - taken_for_new["lower"] < 0.7 * (single["upper"] - single["lower"])


def test_the_interval_covers_the_share_of_a_whole_population():
    """Specimens drawn from a population whose share of ordered pairs is known: 3/4, with the angle between the two."""
    correlation = np.sin(np.pi / 4)  # of normal variables: the share is 1/2 + asin(correlation) / pi
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        truth, other = rng.normal(size=(2, 40))
        predicted = correlation * truth + np.sqrt(1 - correlation**2) * other
        found = concordance(truth, predicted, np.arange(40), every(40), seed=seed, draws=100)
        covered += found["lower"] <= 0.75 <= found["upper"]
    assert covered / 200 == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / 200))


def test_the_bootstrap_depends_on_its_seed_alone():
    predictions = table()
    first, again, other = (pairs_table(predictions, "mine", seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["correct"] == other["correct"]).all()
    assert (first["lower"] != other["lower"]).any()


def test_the_kinds_of_pairs_are_those_of_their_names():
    predictions = table()
    rows = pairs_table(predictions, "mine", 0).set_index("kind")
    truth, predicted = (np.log10(predictions[name].to_numpy()) for name in ("sigma_true", "sigma"))
    material = predictions["material"].to_numpy()
    kinds = {
        "all": every(40),
        "within": material[:, None] == material,
        "across": material[:, None] != material,
        "within a": (material[:, None] == "a") & (material == "a"),
        "within b": (material[:, None] == "b") & (material == "b"),
        "close": np.abs(truth[:, None] - truth) < CLOSE_DECADES,
    }
    assert set(rows.index) == set(kinds)
    for kind, pairs in kinds.items():
        n, right = by_hand(truth, predicted, pairs)
        assert rows.loc[kind, "n"] == n > 0
        assert rows.loc[kind, "correct"] == pytest.approx(right / n)
    assert rows.loc["within", "n"] + rows.loc["across", "n"] == rows.loc["all", "n"] == 40 * 39 / 2


def test_one_material_has_no_pairs_across():
    row = pairs_table(table().assign(material="a"), "mine", 0).set_index("kind").loc["across"]
    assert row["n"] == 0 and np.isnan(row["correct"])


# quarter and coverage


@given(st.permutations(range(12)), st.floats(0.2, 3))
def test_the_top_quarter_is_found_by_rank(order, power):
    truth, predicted = np.arange(12.0), np.array(order, dtype=float)
    expected = np.mean((truth >= 9) == (predicted >= 9))
    assert top_quartile_accuracy(truth, predicted) == expected
    assert top_quartile_accuracy(np.exp(truth), np.exp(power * predicted)) == expected


def test_one_spectrum_in_the_place_of_another_is_two_errors():
    truth = np.arange(8.0)
    swapped = truth.copy()
    swapped[[0, 7]] = swapped[[7, 0]]
    assert top_quartile_accuracy(truth, truth) == 1
    assert top_quartile_accuracy(truth, swapped) == 6 / 8


def test_who_predicts_the_same_for_all_finds_no_quarter():
    assert top_quartile_accuracy(np.arange(8.0), np.ones(8)) == 2 / 8


def test_coverage_counts_ends_and_no_interval_that_is_missing():
    truth = np.array([1.0, 1.0, 1.0, 1.0, 1.0])
    lower = np.array([1.0, 0.0, 1.1, np.nan, 0.5])
    upper = np.array([2.0, 1.0, 2.0, np.nan, 0.9])
    assert coverage(truth, lower, upper) == 2 / 5


@given(values, st.floats(0, 5))
def test_wider_intervals_cover_no_less(truth, width):
    centre = np.roll(truth, 1)
    narrow, wide = (coverage(truth, centre - w, centre + w) for w in (width, width + 1))
    assert narrow <= wide
    assert coverage(truth, np.full_like(truth, -np.inf), np.full_like(truth, np.inf)) == 1
