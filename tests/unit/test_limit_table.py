"""The limit as a line of the accuracy tables: what normal errors of its size would score."""

import numpy as np
import pandas as pd
import pytest

from ionscope.errors import InputDataError
from ionscope.evaluate.limit_table import LIMIT, expected_accuracy, limit_accuracy, limit_metrics
from ionscope.evaluate.metrics import accuracy, accuracy_table
from ionscope.evaluate.summary import groups_of_spectra

RNG = np.random.default_rng(0)
N = 40
TEST = pd.DataFrame(
    {
        "spectrum": np.arange(100, 100 + N)[::-1],
        "specimen": np.repeat([f"p-{k}" for k in range(N // 2)], 2),
        "material": np.repeat(["a", "b"], N // 2),
        "electrode": np.tile(["blocking", "lithium"], N // 2),
        "temperature": np.tile([298.15, 358.15], N // 2),
        "plateau": np.arange(N) % 5 > 0,
        "resistance": 1.0,
        "resistance_upper": np.where(np.arange(N) % 3 > 0, 1.1, 10.0),
        "sigma_true": 10 ** RNG.uniform(-5, -3, N),
    }
)
SERIES = pd.DataFrame({"specimen": TEST["specimen"].unique(), "ea_true": RNG.uniform(0.3, 0.4, N // 2)})
LIMITS = pd.DataFrame(
    {
        "spectrum": TEST["spectrum"],
        "specimen": TEST["specimen"],
        "limit_log10": 10 ** RNG.uniform(-3, -1.5, N),
        "limit_series_log10": 0.002,
        "limit_ea_kj_mol": np.repeat(RNG.uniform(0.02, 0.2, N // 2), 2),
    }
).sort_values("spectrum")


def test_expected_scores_are_those_of_many_draws():
    truth, sd = RNG.uniform(-5, -3, 300), 10 ** RNG.uniform(-3, -1.5, 300)
    drawn = pd.DataFrame([accuracy(truth, truth + sd * RNG.normal(size=300)) for _ in range(300)]).mean()
    expected = expected_accuracy(truth, sd)
    for name in ("n", "mae", "rmse", "r2", "p95"):
        assert expected[name] == pytest.approx(drawn[name], rel=0.03)
    even = expected_accuracy(truth, np.full(300, 0.01))
    assert even["median"] == pytest.approx(accuracy(np.zeros(10**5), 0.01 * RNG.normal(size=10**5))["median"], rel=0.02)
    assert even["rmse"] == pytest.approx(0.01)


def test_rows_of_the_limit_have_the_groups_of_any_variant():
    rows = limit_accuracy(LIMITS, TEST, SERIES)
    mine = accuracy_table(TEST.assign(sigma=TEST["sigma_true"]), groups_of_spectra(TEST), "mine")
    key = ["quantity", "group", "value_of_group", "n", "unit"]
    assert rows[rows["quantity"] != "ea_series"][key].to_numpy().tolist() == mine[key].to_numpy().tolist()
    assert list(rows) == list(mine)
    assert (rows["variant"] == LIMIT).all()
    ordered = LIMITS.set_index("spectrum")["limit_log10"].loc[TEST["spectrum"]].to_numpy()
    only_b = rows.set_index(["quantity", "value_of_group"]).loc[("log10_sigma", "b"), "rmse"]
    assert only_b == pytest.approx(np.sqrt(np.mean(ordered[N // 2 :] ** 2)))
    energy = rows[rows["quantity"] == "ea_series"]["rmse"].item()
    assert energy == pytest.approx(np.sqrt(np.mean(LIMITS["limit_ea_kj_mol"] ** 2)))


def test_a_reader_at_the_limit_has_ratios_of_one():
    sd = LIMITS.set_index("spectrum")["limit_log10"].loc[TEST["spectrum"]].to_numpy()
    test, limits = (pd.concat([frame] * 200, ignore_index=True) for frame in (TEST, LIMITS))
    test["spectrum"] = limits["spectrum"] = np.arange(len(test))
    limits["limit_log10"] = np.tile(sd, 200)
    test["sigma"] = test["sigma_true"] * 10 ** (limits["limit_log10"] * RNG.normal(size=len(test)))
    found = limit_metrics(limits, test)
    assert found["ratio_to_limit"] == pytest.approx(1, rel=0.03)
    assert found["ratio_to_limit_mae_s_cm"] == pytest.approx(1, rel=0.04)
    assert found["limit_log10_rmse"] == pytest.approx(np.sqrt(np.mean(sd**2)))
    given = (TEST["plateau"] & (TEST["resistance_upper"] < 3)).to_numpy()
    assert found["limit_log10_rmse_answered"] == pytest.approx(np.sqrt(np.mean(sd[given] ** 2)))
    test["sigma"] = test["sigma_true"] * 10 ** (2 * 0.6744898 * limits["limit_log10"])
    assert limit_metrics(limits, test)["ratio_to_limit_median"] == pytest.approx(2)


def test_where_nothing_is_answered_there_is_no_limit_of_answers():
    assert limit_metrics(LIMITS, TEST.assign(sigma=1.0, plateau=False))["limit_log10_rmse_answered"] is None


def test_a_spectrum_without_a_limit_is_named():
    with pytest.raises(InputDataError, match="spectrum 117"):
        limit_metrics(LIMITS[LIMITS["spectrum"] != 117], TEST.assign(sigma=1.0))
