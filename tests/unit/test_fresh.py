"""Fresh specimens: errors and coverage are what their tables say, by group, in the units that are named."""

import numpy as np
import pandas as pd
import pytest
from cells import pellets

from ionscope.dka.experiment import (
    calibrate_on,
    prediction_table,
    read_set,
    train_bundle,
)
from ionscope.dka.series_intervals import prediction_series, series_factors
from ionscope.evaluate.fresh import fresh_accuracy, fresh_metrics
from ionscope.evaluate.metrics import coverage
from ionscope.preprocess.smoothing import Smoothing
from ionscope.simulate.arrhenius import KJ_PER_MOL

OWN, FRESH = pellets(24, noise=0.001), pellets(16, noise=0.001, seed=5)


def split_of(spectra, role):
    return pd.DataFrame({"specimen": np.unique(spectra["specimen"].astype(str)), "role": role, "fold": -1})


@pytest.fixture(scope="module")
def bundle(quick):
    learned = pellets(24, noise=0.001, seed=1)
    model, _ = train_bundle(learned, np.arange(len(learned)), quick, Smoothing(), seed=0)
    calibrate_on(model, OWN, np.arange(len(OWN)))
    predictions = prediction_table(OWN, split_of(OWN, "train"), model, read_set(model, OWN))
    model.about["series_factors"] = series_factors(predictions)
    return model


@pytest.fixture(scope="module")
def table(bundle):
    return fresh_accuracy(bundle, FRESH)


def test_each_group_is_that_of_the_fresh_spectra_alone(bundle, table):
    said = prediction_table(FRESH, split_of(FRESH, "fresh"), bundle, read_set(bundle, FRESH))
    error = np.log10(said["sigma"] / said["sigma_true"])
    rows = table[table["quantity"] == "log10_sigma"].set_index(["group", "value_of_group"])
    assert rows.loc[("all", "all"), "n"] == len(FRESH) and rows.loc[("all", "all"), "n_specimens"] == 16
    groups = {("all", "all"): np.ones(len(said), dtype=bool)}
    groups |= {
        (name, value): (said[name] == value).to_numpy()
        for name in ("electrode", "material")
        for value in set(said[name])
    }
    assert set(rows.index) == set(groups)
    for key, chosen in groups.items():
        part = said[chosen]
        assert rows.loc[key, "rmse"] == pytest.approx(np.sqrt(np.mean(error[chosen] ** 2)))
        share = coverage(*(part[f"sigma{end}"].to_numpy() for end in ("_true", "_lower", "_upper")))
        assert rows.loc[key, "coverage_90"] == share


def test_energies_are_in_kilojoules_a_mole_with_the_intervals_of_the_model(bundle, table):
    rows = table[table["quantity"] == "ea_series"].set_index("group")
    assert (rows["unit"] == "kJ/mol").all() and rows.loc["all", "n"] == 16
    said = prediction_table(FRESH, split_of(FRESH, "fresh"), bundle, read_set(bundle, FRESH))
    series = prediction_series(said, bundle.about["series_factors"])
    error = (series["ea"] - series["ea_true"]) * KJ_PER_MOL
    assert rows.loc["all", "rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
    inside = (series["ea_lower"] <= series["ea_true"]) & (series["ea_true"] <= series["ea_upper"])
    assert rows.loc["all", "coverage_90"] == inside.mean()


def test_the_named_figures_are_those_of_the_table(table):
    figures = fresh_metrics(table)
    assert figures["n_fresh_specimens"] == 16
    assert figures["fresh_coverage_90"] == table["coverage_90"].iloc[0]
    assert set(figures["fresh_coverage_90_by_electrode"]) == set(FRESH["electrode"])
    energy = table[table["quantity"] == "ea_series"].iloc[0]
    assert figures["fresh_ea_series_rmse_kj_mol"] == energy["rmse"]
    assert figures["fresh_coverage_90_ea_series"] == energy["coverage_90"]
