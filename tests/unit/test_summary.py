"""From predictions to tables: peers that learn from training rows alone, and every figure from the right rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cells import SHAPE, pellets

from ionscope.config import Representing
from ionscope.dka.experiment import shape_factor, train_bundle
from ionscope.estimate import TOO_WIDE
from ionscope.evaluate import summary
from ionscope.evaluate.claims import load_claims
from ionscope.evaluate.metrics import accuracy, concordance, coverage, top_quartile_accuracy
from ionscope.files import to_json
from ionscope.preprocess.smoothing import Smoothing
from ionscope.simulate.arrhenius import KJ_PER_MOL

CLAIMS = Path(__file__).parents[2] / "config" / "claims.yaml"
SPECTRA = pellets(24, noise=0.001)
TEST = np.arange(len(SPECTRA)) // 2 % 3 == 0  # two spectra a pellet
ROWS = np.flatnonzero(TEST)


def predictions(seed=0, error=0.1):
    rng = np.random.default_rng(seed)
    n = len(SPECTRA)
    names = ("specimen", "material", "electrode", "temperature")
    table = pd.DataFrame({"spectrum": np.arange(n), **{name: SPECTRA[name] for name in names}})
    table["role"] = np.where(TEST, "test", "train")
    table["sigma_true"] = SPECTRA["sigma_total"]
    table["sigma"] = table["sigma_true"] * 10 ** (error * rng.normal(size=n))
    table["sigma_lower"], table["sigma_upper"] = table["sigma"] / 10**error, table["sigma"] * 10**error
    table["resistance"] = SHAPE / table["sigma"]
    table["resistance_upper"] = table["resistance"] * np.where(np.arange(n) % 4 == 0, 1.01, 0.99) * TOO_WIDE
    table["ea_true"] = SPECTRA["ea_total"]
    table["ea_single"] = table["ea_true"] + 0.02 * rng.normal(size=n)
    table["verdict"] = np.where(np.arange(n) % 5 == 0, "caution", "ok")
    table["plateau"] = np.arange(n) % 7 > 0
    return table


def one_a_specimen(table, seed=1):
    series = table.drop_duplicates("specimen")[["specimen", "material", "electrode", "role", "ea_true"]]
    series = series.reset_index(drop=True)
    series["ea"] = series["ea_true"] + 0.01 * np.random.default_rng(seed).normal(size=len(series))
    series["ea_lower"], series["ea_upper"] = series["ea"] - 0.01, series["ea"] + 0.01
    return series


TABLE = predictions()
SERIES = one_a_specimen(TABLE)


@pytest.fixture(scope="module")
def bundles(quick):
    found = {}
    for kind in ("equivariant", "anchored", "global", "per_spectrum"):
        variant = quick.model_copy(update={"representation": Representing(kind=kind)})
        found[kind], _ = train_bundle(SPECTRA, np.flatnonzero(~TEST), variant, Smoothing(5, 2), 0, "cpu")
    return found


@pytest.fixture(scope="module")
def bundle(bundles):
    return bundles["equivariant"]


# peers


def test_the_read_off_is_the_real_part_at_the_smallest_phase():
    found = summary.baseline_tables(SPECTRA, TABLE)["readoff"]["sigma"]
    for i, z in enumerate(SPECTRA.impedance):
        real = z[np.abs(np.angle(z)).argmin()].real
        assert found[i] == pytest.approx(SHAPE / real)


def test_the_medians_are_of_the_training_specimens_of_a_material_at_a_temperature():
    found = summary.baseline_tables(SPECTRA, TABLE)
    for i, row in TABLE.iterrows():
        alike = (TABLE["material"] == row["material"]) & (TABLE["temperature"] == row["temperature"]) & ~TEST
        assert alike.sum() == 8
        expected = np.median(np.log10(TABLE["sigma_true"][alike]))
        assert np.log10(found["material_and_temperature"]["sigma"][i]) == pytest.approx(expected)
    constant = np.log10(found["constant"]["sigma"])
    assert np.ptp(constant) == 0
    assert constant[0] == pytest.approx(np.median(np.log10(TABLE["sigma_true"][~TEST])))


def test_no_peer_looks_at_a_tested_truth_or_at_our_predictions():
    other = TABLE.assign(sigma=1.0, sigma_true=TABLE["sigma_true"].where(~TEST, 1e3))
    before, after = summary.baseline_tables(SPECTRA, TABLE), summary.baseline_tables(SPECTRA, other)
    for name in before:
        np.testing.assert_array_equal(before[name]["sigma"], after[name]["sigma"])


def test_temperatures_that_differ_by_less_than_the_oven_does_are_one():
    jitter = TABLE.assign(temperature=TABLE["temperature"] + np.random.default_rng(0).uniform(-0.1, 0.1, len(TABLE)))
    found = summary.baseline_tables(SPECTRA, jitter)["material_and_temperature"]["sigma"]
    np.testing.assert_array_equal(found, summary.baseline_tables(SPECTRA, TABLE)["material_and_temperature"]["sigma"])


def test_a_material_without_training_specimens_gets_the_median_of_all():
    unseen = TABLE.assign(material=TABLE["material"].where(~TEST, "c"))
    found = summary.baseline_tables(SPECTRA, unseen)
    mine, constant = (found[name]["sigma"] for name in ("material_and_temperature", "constant"))
    np.testing.assert_allclose(mine[TEST], constant[TEST])
    assert (mine[~TEST] != constant[~TEST]).any()


def test_peers_are_tables_like_the_predictions_which_stay_as_they_were():
    before = TABLE.copy()
    for table in summary.baseline_tables(SPECTRA, TABLE).values():
        pd.testing.assert_frame_equal(table.drop(columns="sigma"), TABLE.drop(columns="sigma"))
        assert (table["sigma"] > 0).all()
    pd.testing.assert_frame_equal(TABLE, before)


# accuracy and pairs


def test_only_test_specimens_are_tested():
    test = summary.tested(TABLE)
    assert test["spectrum"].tolist() == ROWS.tolist()
    assert test.index.tolist() == list(range(len(ROWS)))


def test_accuracies_are_of_test_rows_by_variant_quantity_and_group():
    tables = {"mine": TABLE, **summary.baseline_tables(SPECTRA, TABLE)}
    rows = summary.run_accuracy(tables, {"mine": SERIES})
    indexed = rows.set_index(["variant", "quantity", "group", "value_of_group"])
    assert indexed.index.is_unique
    assert set(rows["variant"]) == set(tables)
    truth = np.log10(TABLE["sigma_true"])
    groups = {
        ("all", "all"): TEST,
        ("material", "a"): TEST & (TABLE["material"] == "a"),
        ("temperature_c", 55): TEST & (TABLE["temperature"] == 328.15),
        ("electrode", "lithium"): TEST & (TABLE["electrode"] == "lithium"),
        ("answer", "given"): TEST & (np.arange(len(TABLE)) % 4 > 0) & (np.arange(len(TABLE)) % 7 > 0),
    }
    for variant, table in tables.items():
        for key, here in groups.items():
            expected = accuracy(truth[here], np.log10(table["sigma"][here]))
            assert indexed.loc[(variant, "log10_sigma", *key), list(expected)].to_dict() == pytest.approx(expected)


def test_activation_energies_are_in_kj_per_mol_and_beside_the_mean_of_training():
    rows = summary.run_accuracy({"mine": TABLE}, {"mine": SERIES}).set_index("quantity")
    test, train = SERIES[SERIES["role"] == "test"], SERIES[SERIES["role"] == "train"]
    assert KJ_PER_MOL == pytest.approx(96.485, rel=1e-4)
    for quantity, truth, value in (
        ("ea_series", test["ea_true"], test["ea"]),
        ("ea_single", TABLE["ea_true"][TEST], TABLE["ea_single"][TEST]),
        ("ea_always_mean", test["ea_true"], train["ea_true"].mean()),
    ):
        assert rows.loc[quantity, "n"] == len(truth)
        assert rows.loc[quantity, "unit"] == "kJ/mol"
        assert rows.loc[quantity, "rmse"] == pytest.approx(96.485332 * np.sqrt(np.mean((value - truth) ** 2)))


def test_pairs_are_of_test_rows_of_every_variant():
    tables = {"mine": TABLE, "better": predictions(error=0.01)}
    rows = summary.run_pairs(tables, 5).set_index(["variant", "kind"])
    n = len(ROWS)
    for name, table in tables.items():
        truth, predicted = (np.log10(table[column][TEST].to_numpy()) for column in ("sigma_true", "sigma"))
        specimen = table["specimen"][TEST].to_numpy()
        expected = concordance(truth, predicted, specimen, np.ones((n, n), dtype=bool), 5)
        assert rows.loc[(name, "all"), list(expected)].to_dict() == pytest.approx(expected)
    assert rows.loc[("better", "all"), "correct"] > rows.loc[("mine", "all"), "correct"]


# reconstruction


@pytest.mark.parametrize("kind", ["equivariant", "anchored", "global"])
def test_reconstruction_errors_are_those_of_a_reading(bundles, kind):
    bundle = bundles[kind]
    errors, _ = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine")
    scores = bundle.read(SPECTRA.frequency, SPECTRA.impedance[ROWS], shape_factor(SPECTRA)[ROWS]).scores
    np.testing.assert_allclose(errors["rmse_normalised"], scores[:, 0], rtol=1e-4)
    assert errors["spectrum"].tolist() == ROWS.tolist()
    assert errors["specimen"].tolist() == TABLE["specimen"][TEST].tolist()
    assert (errors["variant"] == "mine").all()


@pytest.mark.parametrize("kind", ["equivariant", "anchored", "global", "per_spectrum"])
def test_what_is_given_back_whole_has_no_error(bundles, kind, monkeypatch):
    bundle = bundles[kind]
    monkeypatch.setattr(bundle, "reconstruct", lambda features: features.channels[:, :2])
    errors, points = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine")
    assert (errors["rmse_normalised"] == 0).all()
    assert errors["rmse_relative"].max() < 1e-15  # the rounding of a quotient
    np.testing.assert_array_equal(points["measured"], points["reconstructed"])


@pytest.mark.parametrize("kind", ["equivariant", "anchored", "global"])
def test_a_modulus_a_tenth_too_large_is_a_relative_error_of_a_tenth(bundles, kind, monkeypatch):
    bundle = bundles[kind]
    step = np.log10(1.1) / (bundle.representation.high - bundle.representation.low)[0]

    def larger(features):
        channels = features.channels[:, :2].astype(float)
        channels[:, 0] += np.where(features.mask, step, 1.0)  # where nothing was measured nothing can be wrong
        return channels

    monkeypatch.setattr(bundle, "reconstruct", larger)
    errors, _ = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine")
    np.testing.assert_allclose(errors["rmse_relative"], 0.1, rtol=1e-5)
    np.testing.assert_allclose(errors["rmse_normalised"], step / np.sqrt(2), rtol=1e-5)  # one channel of two


@pytest.mark.parametrize("examples", [1, 2, 6, 100])
def test_examples_go_from_the_best_to_the_worst(bundle, examples):
    errors, points = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine", examples)
    picked = points["spectrum"].drop_duplicates()
    assert len(picked) == min(examples, len(ROWS))
    sizes = errors.set_index("spectrum")["rmse_normalised"]
    shown = sizes.loc[picked].to_numpy()
    assert (np.diff(shown) >= 0).all() and shown[0] == sizes.min()
    assert examples == 1 or shown[-1] == sizes.max()


def test_examples_are_the_smoothed_spectra_point_by_point(bundle):
    _, points = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine", 3)
    features = bundle.encoded(SPECTRA.frequency, SPECTRA.impedance, shape_factor(SPECTRA)).features
    back = bundle.reconstruct(features)
    for (spectrum, name), part in points.groupby(["spectrum", "channel"]):
        channel = ("modulus", "phase").index(name)
        np.testing.assert_array_equal(part["grid"], bundle.representation.grid)
        np.testing.assert_allclose(part["measured"], features.channels[spectrum, channel], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(part["reconstructed"], back[spectrum, channel], rtol=1e-4, atol=1e-5)
        assert (part["specimen"] == TABLE["specimen"][spectrum]).all()
    assert set(points["channel"]) == {"modulus", "phase"}


def test_latent_means_stand_beside_what_they_are_coloured_by(bundle):
    found = summary.latent_table(SPECTRA, TABLE, bundle)
    latent = bundle.read(SPECTRA.frequency, SPECTRA.impedance, shape_factor(SPECTRA)).latent
    np.testing.assert_array_equal(found[[f"z{k}" for k in range(4)]], latent)
    np.testing.assert_array_equal(found["sigma_total"], SPECTRA["sigma_total"])
    for name in ("spectrum", "specimen", "material", "electrode", "role"):
        assert (found[name] == TABLE[name]).all()


# figures of merit


@pytest.fixture(scope="module")
def merit(bundle):
    errors, _ = summary.reconstruction_tables(SPECTRA, bundle, ROWS, "mine")
    rows, pairs = summary.run_accuracy({"mine": TABLE}, {"mine": SERIES}), summary.run_pairs({"mine": TABLE}, 0)
    return summary.figures_of_merit(TABLE, SERIES, rows, pairs, errors), rows, pairs, errors


def test_every_figure_that_a_claim_compares_with_the_literal_recipe_is_there(merit):
    wanted = set()
    for claim in load_claims(CLAIMS).claims:
        literal, baseline = (getattr(claim.rule, name, None) for name in ("literal", "baseline"))
        wanted.update(name.removeprefix("literal_") for name in (literal, baseline) if isinstance(name, str))
    assert len(wanted) > 10
    assert wanted <= merit[0].keys()


def test_figures_are_finite_and_plain(merit):
    assert "null" not in to_json(merit[0])


def test_figures_are_the_entries_of_their_tables(merit):
    figures, rows, pairs, errors = merit
    overall = rows[rows["group"] == "all"].set_index("quantity")
    for name, (quantity, measure) in {
        "sigma_mae_s_cm": ("sigma", "mae"),
        "sigma_rmse_s_cm": ("sigma", "rmse"),
        "sigma_r2": ("sigma", "r2"),
        "sigma_log10_rmse": ("log10_sigma", "rmse"),
        "sigma_log10_mae": ("log10_sigma", "mae"),
        "sigma_log10_median": ("log10_sigma", "median"),
        "sigma_log10_p95": ("log10_sigma", "p95"),
        "sigma_log10_r2": ("log10_sigma", "r2"),
        "ea_series_rmse_kj_mol": ("ea_series", "rmse"),
        "ea_series_r2": ("ea_series", "r2"),
        "ea_single_rmse_kj_mol": ("ea_single", "rmse"),
        "ea_single_r2": ("ea_single", "r2"),
        "ea_mean_baseline_rmse_kj_mol": ("ea_always_mean", "rmse"),
    }.items():
        assert figures[name] == overall.loc[quantity, measure], name
    share = pairs.set_index("kind")["correct"]
    for name, kind in (("", "all"), ("_within", "within"), ("_across", "across")):
        assert figures[f"pairs_correct{name}"] == share[kind]
    assert figures["close_pairs_correct"] == share["close"]
    for name in ("rmse_normalised", "rmse_relative"):
        assert figures[f"reconstruction_{name}"] == pytest.approx(np.sqrt(np.mean(errors[name] ** 2)))


def test_coverage_alarms_and_the_top_quarter_are_of_test_rows(merit):
    figures = merit[0]

    def share(table, name):
        return coverage(*(table[f"{name}{end}"].to_numpy() for end in ("_true", "_lower", "_upper")))

    test = TABLE[TEST]
    assert figures["coverage_90"] == share(test, "sigma")
    by_electrode = {name: share(test[test["electrode"] == name], "sigma") for name in ("blocking", "lithium")}
    assert figures["coverage_90_by_electrode"] == by_electrode
    assert figures["coverage_90_ea_series"] == share(SERIES[SERIES["role"] == "test"], "ea")
    assert figures["trust_false_alarm_rate"] == (test["verdict"] == "caution").mean()
    expected = top_quartile_accuracy(test["sigma_true"].to_numpy(), test["sigma"].to_numpy())
    assert figures["top_quartile_accuracy"] == expected


def test_predictions_of_training_rows_change_no_figure(merit):
    figures, _, _, errors = merit
    train = ~TEST
    spoiled = TABLE.assign(
        sigma=TABLE["sigma"].where(TEST, 1.0),
        ea_single=TABLE["ea_single"].where(TEST, 9.0),
        sigma_upper=TABLE["sigma_upper"].where(TEST, 0.0),
        verdict=np.where(train, "caution", TABLE["verdict"]),
    )
    series = SERIES.assign(ea=SERIES["ea"].where(SERIES["role"] == "test", 9.0))
    rows, pairs = summary.run_accuracy({"mine": spoiled}, {"mine": series}), summary.run_pairs({"mine": spoiled}, 0)
    assert summary.figures_of_merit(spoiled, series, rows, pairs, errors) == figures
