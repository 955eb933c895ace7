"""Settings tried on the folds: what is learned from, what is read, and how the trials are compared."""

import numpy as np
import pandas as pd
import pytest
from cells import pellets

from ionscope.config import Representing, Variant
from ionscope.dka.learning_set import FURTHER, LearningSet
from ionscope.evaluate import setting_search
from ionscope.evaluate.setting_search import COLUMNS, settings_table, trial_rows, trials
from ionscope.preprocess.smoothing import Smoothing

SEARCH = {"dvae.latent": [4.0, 24.0], "dka.retune_every": [25.0]}


def test_one_setting_at_a_time_is_changed_and_the_first_trial_changes_none():
    assert trials(SEARCH) == [{}, {"dvae.latent": 4.0}, {"dvae.latent": 24.0}, {"dka.retune_every": 25.0}]
    variant = Variant()
    for change in trials(SEARCH):
        for name, value in change.items():
            other = variant.changed(name, value)
            assert other.setting(name) == value
            assert other.changed(name, variant.setting(name)) == variant


def watched(monkeypatch):
    """The rows that every training from now on learns from."""
    seen = []
    original = setting_search.train_bundle
    monkeypatch.setattr(
        setting_search, "train_bundle", lambda s, index, *a: seen.append(index) or original(s, index, *a)
    )
    return seen


@pytest.mark.parametrize("kind", ["equivariant", "informed"])
def test_a_fold_is_read_by_a_model_that_has_not_seen_it_and_no_test_specimen_is_touched(quick, kind, monkeypatch):
    fold = np.arange(30) % 6 - 1  # one in six a test specimen
    data = LearningSet(pellets(30, temperatures=(298.15,), noise=0.001), np.where(fold < 0, "test", "train"), fold)
    seen = watched(monkeypatch)
    variant = quick.model_copy(update={"representation": Representing(kind=kind)})
    (row,) = trial_rows(data, 2, variant, Smoothing(), 0, "cpu")
    assert set(fold[seen[0]]) == {0, 1, 3, 4}
    assert row["fold"] == 2 and row["n"] == 5
    assert 0 <= row["error"] <= row["rmse"]
    assert row["median"] <= row["rmse"]
    with pytest.raises(ValueError, match="cannot be tried on all of them"):
        trial_rows(data, None, quick, Smoothing(), 0, "cpu")


def test_what_learns_from_further_specimens_is_trained_once_and_reads_every_fold(quick, monkeypatch):
    further = np.arange(42) >= 18
    fold = np.where(further, -1, np.arange(42) % 6 - 1)
    role = np.where(further, FURTHER, np.where(fold < 0, "test", "train"))
    data = LearningSet(pellets(42, temperatures=(298.15,), noise=0.001), role, fold)
    seen = watched(monkeypatch)
    rows = trial_rows(data, None, quick.model_copy(update={"further": True}), Smoothing(), 0, "cpu")
    assert len(seen) == 1 and set(seen[0]) == set(np.flatnonzero(further))
    assert [(row["fold"], row["n"]) for row in rows] == [(k, 3) for k in range(5)]


def test_differences_are_paired_over_folds():
    """Folds of unlike difficulty; one value is better by 0.002 on every one of them."""
    hard = np.array([0.01, 0.05, 0.2, 0.03])
    errors = {0: hard, 1: hard + np.array([0.01, -0.01, 0.02, -0.02]), 2: hard - 0.002, 3: hard + 0.001}
    rows = pd.DataFrame(
        [
            {
                "variant": name,
                "trial": k,
                "fold": fold,
                "error": worse * error,
                "rmse": 2 * worse * error,
                "median": error / 2,
            }
            for name, worse in (("joint", 1), ("other", 3))
            for k, values in errors.items()
            for fold, error in enumerate(values)
        ]
    )
    both = settings_table({"joint": SEARCH, "other": SEARCH}, {"joint": Variant(), "other": Variant()}, rows)
    assert tuple(both) == COLUMNS
    table, other = (both[both["variant"] == name].reset_index(drop=True) for name in ("joint", "other"))
    np.testing.assert_allclose(other["error"], 3 * table["error"])
    latent = table[table["setting"] == "dvae.latent"].set_index("value")
    assert list(latent.index) == [4.0, 12, 24.0]
    assert latent.loc[12, "configured"] and not latent.loc[24.0, "configured"]
    assert list(latent["best"]) == [False, False, True]
    assert latent.loc[24.0, "difference"] == pytest.approx(-0.002)
    assert latent.loc[24.0, "standard_error"] == pytest.approx(0, abs=1e-12)
    assert latent.loc[4.0, "difference"] == pytest.approx(0, abs=1e-12)
    assert latent.loc[4.0, "standard_error"] > 0.005
    assert latent.loc[12, "difference"] == 0 and np.isnan(latent.loc[12, "standard_error"])
    retune = table[table["setting"] == "dka.retune_every"].set_index("value")
    assert list(retune["best"]) == [False, True]
    assert retune.loc[50, "rmse"] == pytest.approx(np.sqrt(np.mean((2 * hard) ** 2)))
