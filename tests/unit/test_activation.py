"""Activation energies from series, their intervals, and tables in which nobody predicts what it was trained on."""

import copy

import numpy as np
import pandas as pd
import pytest
from cells import SHAPE, pellets
from hypothesis import given
from hypothesis import strategies as st

from ionscope.dka import activation
from ionscope.dka.activation import arrhenius_fit, series_quantiles, series_table, single_spectrum_regressor
from ionscope.dka.experiment import (
    add_single_spectrum_ea,
    calibrate_with_folds,
    fold_of_spectra,
    held_out_readings,
    prediction_table,
    read_set,
    train_bundle,
)
from ionscope.dka.series_intervals import ANY, prediction_series, series_factors
from ionscope.evaluate.splits import split_specimens
from ionscope.preprocess.smoothing import Smoothing
from ionscope.simulate.arrhenius import BOLTZMANN

T = np.array([298.15, 313.15, 328.15, 343.15, 358.15])
FOLDS = 2
SPECTRA = pellets(18, temperatures=(298.15, 328.15, 358.15))


def conductivity(ea, sigma, temperature=T):
    """sigma T = A exp(-Ea / kT), with `sigma` at 25 C."""
    return sigma * 298.15 / temperature * np.exp(-ea / BOLTZMANN * (1 / temperature - 1 / 298.15))


@given(st.floats(0.05, 1.2), st.floats(-10, -1), st.permutations(range(5)))
def test_an_exact_line_is_recovered(ea, log_sigma, order):
    order = list(order)
    fit = arrhenius_fit(T[order], conductivity(ea, 10**log_sigma)[order])
    assert fit.ea == pytest.approx(ea, rel=1e-9)
    assert fit.log10_sigma_25c == pytest.approx(log_sigma, abs=1e-9)
    assert fit.curvature < 1e-9


def test_it_is_the_line_of_sigma_t_not_of_sigma():
    ea = arrhenius_fit(T, np.exp(-0.3 / (BOLTZMANN * T))).ea
    assert ea == pytest.approx(0.3 + BOLTZMANN * 326, abs=1e-3)  # k T more, 28 meV


def test_25_c_is_read_from_the_line_where_it_was_not_measured():
    hot = T + 100
    assert arrhenius_fit(hot, conductivity(0.4, 1e-5, hot)).log10_sigma_25c == pytest.approx(-5, abs=1e-9)


@pytest.mark.parametrize("temperature", [[298.15], [298.15, 298.15, 298.15], [298.15, 298.9]])
def test_one_temperature_has_no_activation_energy(temperature):
    assert arrhenius_fit(np.array(temperature), np.full(len(temperature), 1e-4)) is None


def test_two_regimes_show_as_curvature():
    cold, hot = conductivity(0.5, 1e-4), conductivity(0.2, 1e-4)
    bent = np.where(T < 320, cold, hot * (cold / hot)[1])
    assert arrhenius_fit(T, bent).curvature > 0.03
    x = 1 / T
    wave = np.array([1.0, -2.0, 0.0, 2.0, -1.0])
    wave -= np.polyval(np.polyfit(x, wave, 1), x)  # nothing of it is a line
    fit = arrhenius_fit(T, conductivity(0.3, 1e-4) * 10 ** (0.01 * wave))
    assert fit.curvature == pytest.approx(0.01 * np.sqrt(np.mean(wave**2)), rel=1e-6)
    assert fit.ea == pytest.approx(0.3, rel=1e-6)


def predictions(specimens):
    """One row a spectrum, as much as `series_table` needs."""
    parts = []
    for name, (ea, sigma, width, temperature) in specimens.items():
        value = conductivity(ea, sigma, np.asarray(temperature))
        parts.append(
            pd.DataFrame(
                {
                    "specimen": name,
                    "temperature": temperature,
                    "sigma": value,
                    "sigma_lower": value / 10**width,
                    "sigma_upper": value * 10**width,
                }
            )
        )
    return pd.concat(parts).sample(frac=1, random_state=0)


def test_a_series_is_one_row_a_specimen():
    series = series_table(
        predictions({"b": (0.3, 1e-4, 0.05, T), "a": (0.5, 1e-6, 0.2, T[:2]), "single": (0.4, 1e-5, 0.1, T[:1])})
    )
    assert list(series["specimen"]) == ["a", "b"]
    assert series["ea"].to_numpy() == pytest.approx([0.5, 0.3], rel=1e-9)
    assert series["log10_sigma_25c"].to_numpy() == pytest.approx([-6, -4], abs=1e-9)
    assert series["half_width"].to_numpy() == pytest.approx([0.2, 0.05], rel=1e-9)


def test_without_any_series_the_table_is_empty_with_its_columns():
    series = series_table(predictions({"single": (0.4, 1e-5, 0.1, T[:1])}))
    assert len(series) == 0
    assert list(series.columns) == ["specimen", "ea", "log10_sigma_25c", "curvature", "half_width"]


def test_factors_are_quantiles_of_the_normalised_error():
    width = np.linspace(0.1, 0.4, 99)
    ratio = np.random.default_rng(0).permutation(np.arange(1, 100)) * np.where(np.arange(99) % 2, -1, 1)
    factors = series_quantiles(pd.DataFrame({"ea": ratio * width, "log10_sigma_25c": 3 * ratio * width}), width)
    # 0.9 (1 + 1 / 99) of 99 specimens: the 90th of the ratios in order, up to interpolation
    assert factors["ea"] == pytest.approx(90, abs=1)
    assert factors["log10_sigma_25c"] == pytest.approx(3 * factors["ea"], rel=1e-12)


def test_with_few_specimens_the_factor_is_the_largest():
    width = np.array([0.1, 0.2, 0.4])
    assert series_quantiles(pd.DataFrame({"ea": [0.3, -1.0, 0.4]}), width) == {"ea": pytest.approx(5.0)}


def test_fresh_specimens_are_covered_as_often_as_stated():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(200):
        width = np.exp(rng.normal(size=400))
        error = pd.DataFrame({"ea": width * rng.standard_t(4, 400)})
        factor = series_quantiles(error[:200], width[:200])["ea"]
        inside.append(np.mean(np.abs(error["ea"][200:]) <= factor * width[200:]))
    # Each run covers Beta-distributed, with a deviation of about sqrt(0.09 / 200 + 0.09 / 200).
    assert np.mean(inside) == pytest.approx(0.9, abs=4 * 0.03 / np.sqrt(200))


def test_the_regressor_of_single_spectra_learns_a_correlation(monkeypatch):
    monkeypatch.setattr(activation, "TUNING_CALLS", 10)
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(30), 2)
    ea = np.repeat(rng.uniform(0.2, 0.6, 30), 2)
    features = np.column_stack([1e3 * ea + 5 * rng.normal(size=60), rng.normal(size=60)])
    model = single_spectrum_regressor(features, ea, group, 0)
    assert np.sqrt(np.mean((model.predict(features) - ea) ** 2)) < 0.3 * ea.std()
    again = single_spectrum_regressor(features, ea, group, 0)
    assert np.array_equal(model.predict(features), again.predict(features))


@pytest.fixture(scope="module")
def split():
    specimens = pd.DataFrame({name: SPECTRA[name] for name in ("specimen", "material", "electrode")})
    return split_specimens(specimens.drop_duplicates("specimen"), 0.25, FOLDS, 0)


@pytest.fixture(scope="module")
def models(quick, split):
    """The final model, and as folds copies of it whose answers tell them apart: fold k adds k + 1 decades."""
    final, _ = train_bundle(SPECTRA, np.flatnonzero(fold_of_spectra(SPECTRA, split) >= 0), quick, Smoothing(), 0, "cpu")
    folds = []
    for k in range(FOLDS):
        fold = copy.deepcopy(final)
        fold.regressor.bias_ = fold.regressor.bias_ + k + 1
        folds.append(fold)
    return final, folds


@pytest.fixture(scope="module")
def held_out(models, split):
    return held_out_readings(SPECTRA, split, models[1])


@pytest.fixture(scope="module")
def calibrated(models, held_out):
    final = copy.deepcopy(models[0])
    calibrate_with_folds(final, SPECTRA, held_out)
    return final


@pytest.fixture(scope="module")
def readings(calibrated):
    return read_set(calibrated, SPECTRA)


@pytest.fixture(scope="module")
def table(calibrated, split, readings, held_out):
    return prediction_table(SPECTRA, split, calibrated, readings, held_out)


def test_the_fold_of_a_spectrum_is_that_of_its_specimen(split):
    fold = fold_of_spectra(SPECTRA, split)
    assert set(fold) == {-1, *range(FOLDS)}
    for _, row in split.iterrows():
        assert set(fold[SPECTRA["specimen"] == row["specimen"]]) == {row["fold"]}
        assert (row["fold"] == -1) == (row["role"] == "test")


def test_folds_read_what_they_were_not_trained_on_and_nothing_else(models, held_out, split):
    fold = fold_of_spectra(SPECTRA, split)
    assert list(held_out["spectrum"]) == list(np.flatnonzero(fold >= 0))
    assert np.array_equal(held_out["fold"], fold[held_out["spectrum"]])
    plain = models[0].read(SPECTRA.frequency, SPECTRA.impedance).log10_resistance
    read_by = held_out["log10_resistance"].to_numpy() - plain[held_out["spectrum"]] - 1
    assert read_by == pytest.approx(held_out["fold"].to_numpy(), abs=1e-5)


def test_the_table_holds_each_reading_by_its_role(models, table, split):
    fold = fold_of_spectra(SPECTRA, split)
    assert list(table["spectrum"]) == list(range(len(SPECTRA)))
    assert np.array_equal(table["role"], np.where(fold < 0, "test", "train"))
    plain = models[0].read(SPECTRA.frequency, SPECTRA.impedance).log10_resistance
    # Test specimens by the final model, training specimens by the fold that never saw them.
    assert np.log10(table["resistance"]).to_numpy() - plain == pytest.approx(fold + 1.0, abs=1e-5)


def test_the_columns_of_the_table_agree_with_each_other(table):
    assert np.allclose(table["resistance_true"], SHAPE / SPECTRA["sigma_total"])
    assert np.allclose(table["sigma"], SHAPE / table["resistance"])
    assert np.allclose(table["sigma_lower"] * table["resistance_upper"], SHAPE)
    assert (table["sigma_lower"] < table["sigma"]).all() and (table["sigma"] < table["sigma_upper"]).all()
    for name, column in (("sigma_true", "sigma_total"), ("ea_true", "ea_total"), ("temperature", "temperature")):
        assert np.array_equal(table[name], SPECTRA[column])
    assert set(table["verdict"]) <= {"ok", "caution"}


def test_intervals_come_from_the_errors_of_the_folds(table):
    train = table[table["role"] == "train"]
    inside = (train["sigma_lower"] <= train["sigma_true"]) & (train["sigma_true"] <= train["sigma_upper"])
    assert inside.mean() >= 0.8  # the folds miss by one to three decades, and the intervals know it
    assert np.log10(train["sigma_upper"] / train["sigma"]).median() > 0.8


def test_specimens_that_calibrate_have_intervals_that_have_not_seen_them(models, split, held_out):
    final = copy.deepcopy(models[0])
    half_width = np.full(len(SPECTRA), np.nan)
    half_width[held_out["spectrum"]] = calibrate_with_folds(final, SPECTRA, held_out)
    readings = read_set(final, SPECTRA)
    seen, unseen = (
        np.log10(found["resistance_upper"] / found["resistance"]).to_numpy()
        for found in (
            prediction_table(SPECTRA, split, final, readings, held_out),
            prediction_table(SPECTRA, split, final, readings, held_out, half_width),
        )
    )
    calibrates = np.isfinite(half_width)
    disturbed = final.trust.disturbance(readings.scores[:, 2])
    assert unseen[calibrates] == pytest.approx(np.hypot(half_width, disturbed)[calibrates])
    assert not np.allclose(unseen[calibrates], seen[calibrates])
    assert np.array_equal(unseen[~calibrates], seen[~calibrates])


@pytest.fixture(scope="module")
def single(table, split, readings):
    """Ea of single spectra, with changes to what the specimens are said to have."""

    def ea(where=None):
        changed = table.copy()
        if where is not None:
            changed.loc[where, "ea_true"] = 5.0
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(activation, "TUNING_CALLS", 10)
            add_single_spectrum_ea(changed, split, readings, 0)
        return changed["ea_single"].to_numpy()

    return ea


@pytest.fixture(scope="module")
def plain(single):
    return single()


def test_ea_of_single_spectra_is_learned_without_the_own_fold(single, plain, split):
    fold = fold_of_spectra(SPECTRA, split)
    changed = single(fold == 0)
    assert np.isfinite(plain).all()
    assert np.array_equal(changed[fold == 0], plain[fold == 0])
    for other in (-1, 1):
        assert not np.array_equal(changed[fold == other], plain[fold == other])


def test_ea_of_single_spectra_is_learned_from_training_specimens_only(single, plain, split):
    assert np.array_equal(single(fold_of_spectra(SPECTRA, split) == -1), plain)


def test_the_series_of_exact_predictions_is_exact(table):
    exact = table.assign(sigma=table["sigma_true"], sigma_lower=0.9 * table["sigma_true"])
    exact["sigma_upper"] = exact["sigma_true"] / 0.9
    series = prediction_series(exact, series_factors(exact))
    assert len(series) == 18
    assert np.allclose(series["ea"], series["ea_true"], rtol=1e-6)
    assert np.allclose(series["sigma_25c"], series["sigma_25c_true"], rtol=1e-6)
    assert np.allclose(series["ea_upper"] - series["ea_lower"], 0, atol=1e-6)


def test_the_intervals_of_series_hold_on_what_calibrates_them(table):
    train = table[table["role"] == "train"]
    series = prediction_series(train, series_factors(train))
    for name, true in (("ea", "ea_true"), ("sigma_25c", "sigma_25c_true")):
        inside = (series[f"{name}_lower"] <= series[true]) & (series[true] <= series[f"{name}_upper"])
        assert inside.mean() >= 0.9


def test_electrodes_have_factors_of_their_own_where_specimens_are_many(table, monkeypatch):
    assert list(series_factors(table)) == [ANY]
    monkeypatch.setattr("ionscope.dka.series_intervals.FEWEST_OF_ONE_KIND", 3)
    kinds = sorted(set(table["electrode"]))
    factors = series_factors(table)
    assert sorted(factors) == sorted([ANY, *kinds]) and len(kinds) == 2
    for kind in kinds:
        alone = table[table["electrode"] == kind]
        assert factors[kind] == series_factors(alone)[ANY]
        assert prediction_series(table, factors).query("electrode == @kind")["ea_upper"].tolist() == pytest.approx(
            prediction_series(alone, factors)["ea_upper"].tolist()
        )
    elsewhere = prediction_series(table.assign(electrode="gold"), factors)
    assert elsewhere["ea_upper"].tolist() == prediction_series(table, {ANY: factors[ANY]})["ea_upper"].tolist()
