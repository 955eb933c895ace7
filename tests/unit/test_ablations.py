"""Peers: they learn, they do not peek, their seeds mean something; and the table that compares them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from cells import pellets

from ionscope.config import Representing, Variant
from ionscope.dka.experiment import make_source
from ionscope.dka.learning_set import LearningSet
from ionscope.errors import InputDataError, TrainingError
from ionscope.evaluate import ablations, left_out
from ionscope.evaluate.ablation_table import COLUMNS, ablation_metrics, ablation_table, where_the_autoencoder_helps
from ionscope.evaluate.ablations import CHEAP, cheap_predictions, direct_predictions, predictions_of
from ionscope.evaluate.direct import train_direct
from ionscope.evaluate.metrics import accuracy
from ionscope.preprocess.smoothing import Smoothing
from ionscope.spectrum import SpectrumSet

SPECTRA = pellets(40, noise=0.001)
TEST = np.arange(len(SPECTRA)) // 2 % 5 == 0
TRAIN_INDEX, TEST_INDEX = np.flatnonzero(~TEST), np.flatnonzero(TEST)
TRUTH = np.log10(SPECTRA["sigma_total"])
VARIANT = Variant.model_validate({"dka": {"virtual": 100, "virtual_noise": 10.0}})
SPLIT = pd.DataFrame({"specimen": SPECTRA["specimen"], "test": TEST}).drop_duplicates("specimen")
SPLIT = SPLIT.assign(role=np.where(SPLIT["test"], "test", "train"), fold=np.where(SPLIT["test"], -1, 0))
OWN = LearningSet.of(SPECTRA, SPLIT)
BASELINES = {"readoff", "material_and_temperature", "constant"}


def changed(**columns) -> SpectrumSet:
    data = SPECTRA.data.copy()
    for name, values in columns.items():
        data[name] = xr.DataArray(values, dims=data[name].dims)
    return SpectrumSet(data)


def by_learner(table):
    return {name: part["sigma"].to_numpy() for name, part in table.groupby("learner", sort=False)}


def cheap(spectra=SPECTRA, seed=0):
    return by_learner(cheap_predictions(spectra, TRAIN_INDEX, TEST_INDEX, Smoothing(), VARIANT, seed))


@pytest.fixture(scope="module", autouse=True)
def quicker():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ablations, "TREES", 30)
        patch.setattr(ablations, "TUNING_CALLS", 10)
        yield


@pytest.fixture(scope="module")
def found():
    return cheap()


def test_every_peer_learns_more_than_a_constant(found):
    assert set(found) == set(CHEAP) | BASELINES
    error = {name: np.sqrt(np.mean((np.log10(sigma) - TRUTH[TEST]) ** 2)) for name, sigma in found.items()}
    for name in CHEAP:
        assert error[name] < 0.2 * error["constant"], name
    assert min(error["kernel_ridge"], error["pca_gp"]) < error["readoff"]


def test_an_answer_scales_with_the_impedance(found):
    scaled = changed(
        z_real=np.where(TEST[:, None], 100, 1) * SPECTRA["z_real"],
        z_imag=np.where(TEST[:, None], 100, 1) * SPECTRA["z_imag"],
    )
    again = cheap(scaled)
    for name in [*CHEAP, "readoff"]:
        np.testing.assert_allclose(again[name], found[name] / 100, rtol=1e-4)


def test_peers_of_an_informed_model_are_told_the_same_each_thing_once(monkeypatch):
    told = []

    def listens(known, asked, seed):
        told.append((known.x, asked))
        return np.zeros(len(asked))

    monkeypatch.setattr(ablations, "CHEAP", {"listens": listens})
    informed = VARIANT.model_copy(update={"representation": Representing(kind="informed")})
    for variant in (VARIANT, informed):
        cheap_predictions(SPECTRA, TRAIN_INDEX, TEST_INDEX, Smoothing(), variant, 0, baselines=False)
    (plain, plain_asked), (x, asked) = told
    points = 2 * SPECTRA.frequency.size
    assert plain.shape[1] == points and x.shape[1] == points + 2
    assert np.array_equal(asked[:, :points], plain_asked)
    inverse = 1 / SPECTRA["temperature"][TEST_INDEX]
    assert np.corrcoef(asked[:, -1], inverse)[0, 1] == pytest.approx(1.0)


def test_no_peer_sees_a_tested_truth(found):
    again = cheap(changed(sigma_total=np.where(TEST, 1e-9, SPECTRA["sigma_total"])))
    for name, sigma in found.items():
        np.testing.assert_array_equal(again[name], sigma)


def test_a_seed_leaves_another_tenth_out(found):
    np.testing.assert_array_equal(cheap()["ridge"], found["ridge"])
    assert (cheap(seed=1)["ridge"] != found["ridge"]).any()
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ablations, "CHEAP", {"spy": lambda known, asked, seed: seen.append(known) or asked[:, 0]})
        cheap(seed=2)
    (known,) = seen
    assert len(np.unique(known.group)) == 29  # of thirty-two
    assert not np.isin(known.group, SPECTRA["specimen"][TEST]).any()
    assert len(known.virtual_y) == len(known.virtual_x) == 100 and (known.variance == 10).all()


def test_without_virtual_cells_or_baselines_the_rest_stands_alone():
    bare = Variant.model_validate({"dka": {"virtual": 0, "mixing": 0}})
    table = cheap_predictions(SPECTRA, TRAIN_INDEX, TEST_INDEX, Smoothing(), bare, 0, baselines=False)
    assert set(table["learner"]) == set(CHEAP) - {"kernel_ridge_virtual"}


def test_exact_kernels_learn_from_no_more_than_they_can_bear(monkeypatch):
    monkeypatch.setattr(ablations, "MOST_POINTS", 20)
    monkeypatch.setattr(ablations, "TUNING_POINTS", 20)
    kept = []
    original = ablations.KernelRegressor.fit
    monkeypatch.setattr(
        ablations.KernelRegressor, "fit", lambda self, x, y, *a: kept.append(len(x)) or original(self, x, y, *a)
    )
    error = np.log10(cheap()["kernel_ridge"]) - TRUTH[TEST]
    assert min(kept) < 20 and np.sort(np.unique(kept))[-2] == 20  # the largest has the virtual cells too
    assert np.sqrt(np.mean(error**2)) < np.std(TRUTH[TEST])


def test_whole_specimens_are_drawn():
    group = np.repeat(list("abcdefgh"), 5)
    rows = ablations._whole_groups(group, 17, np.random.default_rng(0))
    assert len(rows) == 15 and (np.unique(group[rows], return_counts=True)[1] == 5).all()
    assert len(ablations._whole_groups(group, 1, np.random.default_rng(0))) == 5


@pytest.fixture(scope="module")
def longer():
    return Variant.model_validate(
        {
            "dvae": {"steps": 350, "latent": 4, "batch": 32, "widths": [4, 4, 8, 8, 8], "learning_rate": 0.005},
            "dka": {"steps": 50},
        }
    )


def test_the_direct_network_learns_and_is_the_same_for_a_seed(longer):
    sigma = direct_predictions(SPECTRA, TRAIN_INDEX, TEST_INDEX, Smoothing(), longer, 3)["sigma"].to_numpy()
    again = direct_predictions(SPECTRA, TRAIN_INDEX, TEST_INDEX, Smoothing(), longer, 3)["sigma"].to_numpy()
    np.testing.assert_array_equal(sigma, again)
    constant = np.std(TRUTH[TEST])
    assert np.sqrt(np.mean((np.log10(sigma) - TRUTH[TEST]) ** 2)) < 0.3 * constant


def test_a_direct_network_that_diverges_is_an_error(longer):
    source = make_source(changed(sigma_total=np.full(len(SPECTRA), np.nan)), longer, Smoothing())
    with pytest.raises(TrainingError, match="step 1"):
        train_direct(source, TRAIN_INDEX, longer, 0)


# the table

COLUMNS_OF_TEST = ("specimen", "material", "temperature")
TESTED = pd.DataFrame(
    {
        "spectrum": TEST_INDEX,
        **{name: SPECTRA[name][TEST] for name in COLUMNS_OF_TEST},
        "sigma_true": SPECTRA["sigma_total"][TEST],
        "ea_true": SPECTRA["ea_total"][TEST],
        "sigma": 1.0,  # the default's own answers stand there too, and count for nothing
    }
)


def runs_of(learner, error, seeds):
    rng = np.random.default_rng(0)
    truth = TESTED["sigma_true"].to_numpy()
    return [
        predictions_of(learner, TEST_INDEX, truth * 10 ** (error * rng.normal(size=len(truth)))) for _ in range(seeds)
    ]


def test_figures_are_means_over_seeds_with_their_spread():
    runs = [*runs_of("poor", 0.1, 3), *runs_of("good", 0.01, 1)]
    table = ablation_table(runs, TESTED, {"log10_sigma": 0.005}, 1)
    assert list(table) == list(COLUMNS)
    assert table["learner"].tolist() == ["good"] * 3 + ["poor"] * 3
    singly = [accuracy(np.log10(TESTED["sigma_true"]), np.log10(run["sigma"]))["rmse"] for run in runs[:3]]
    rows = table.set_index(["learner", "quantity"])
    poor, good = rows.loc[("poor", "log10_sigma")], rows.loc[("good", "log10_sigma")]
    assert (poor["rmse"], poor["rmse_sd"], poor["seeds"]) == (np.mean(singly), np.std(singly, ddof=1), 3)
    assert poor["ratio_to_limit"] == pytest.approx(np.mean(singly) / 0.005)
    assert np.isnan(good["rmse_sd"]) and np.isnan(rows.loc[("good", "sigma"), "ratio_to_limit"])
    assert good["pairs_correct"] > poor["pairs_correct"] > 0.5
    # 0.01 decades at two temperatures 30 K apart: sqrt 2 x 0.023 k / (1/T - 1/T') is 0.9 kJ/mol.
    assert rows.loc[("good", "ea_series"), "rmse"] == pytest.approx(0.9, rel=0.5)
    told = ablation_metrics(table)
    assert told["poor"]["log10_sigma"]["rmse"] == poor["rmse"] and told["poor"]["seeds"] == 3
    assert told["good"]["pairs_correct"] == good["pairs_correct"]


def test_a_peer_that_leaves_spectra_out_is_named():
    [run] = runs_of("lazy", 0.1, 1)
    with pytest.raises(InputDataError, match="lazy has no prediction for 2 spectra"):
        ablation_table([run.iloc[2:]], TESTED, {}, 1)


def test_the_default_is_compared_with_peers_that_learned_from_as_much():
    runs = [*runs_of("enlarged", 0.02, 1), *runs_of("kernel_ridge", 0.04, 2), *runs_of("ridge_further", 0.01, 2)]
    sentence = where_the_autoencoder_helps(ablation_table(runs, TESTED, {}, 1), "enlarged")
    assert "Worse: RMSE of log10 σ" in sentence and "(ridge_further)" in sentence


@pytest.mark.parametrize(("error", "word"), [(0.01, "Better"), (0.1, "Worse")])
def test_it_is_said_plainly_whether_the_autoencoder_helps(error, word):
    table = ablation_table([*runs_of("joint", error, 1), *runs_of("kernel_ridge", 0.03, 2)], TESTED, {}, 1)
    sentence = where_the_autoencoder_helps(table, "joint")
    assert f"{word}: RMSE of log10 σ" in sentence
    assert {"Better", "Worse"} - {word} != {word} and ({"Better", "Worse"} - {word}).pop() not in sentence


# left out


def test_what_is_left_out_is_not_learned_from_and_all_of_it_is_read(quick, monkeypatch):
    seen = []
    original = left_out.train_bundle
    monkeypatch.setattr(left_out, "train_bundle", lambda s, index, *a: seen.append(index) or original(s, index, *a))
    row = left_out.left_out_row(OWN, "material", "a", quick, Smoothing(), seed=0, device="cpu")
    table = left_out.left_out_table([row])
    assert list(table) == list(left_out.COLUMNS)
    assert (SPECTRA["material"][seen[0]] == "b").all() and not TEST[seen[0]].any()
    assert row["n"] == (SPECTRA["material"] == "a").sum()
    assert table.notna().all(axis=None)
    assert all(0 <= row[name] <= 1 for name in ("flagged", "familiar_flagged", "coverage_90", "auroc"))


def test_what_learns_from_further_specimens_is_calibrated_on_the_training_specimens(quick, monkeypatch):
    seen = []
    original = left_out.train_bundle
    monkeypatch.setattr(left_out, "train_bundle", lambda s, index, *a: seen.append(index) or original(s, index, *a))
    calibrated = []
    monkeypatch.setattr(
        left_out.ModelBundle,
        "calibrate",
        lambda self, latent, error, group, *a, _o=left_out.ModelBundle.calibrate: (
            calibrated.append(group) or _o(self, latent, error, group, *a)
        ),
    )
    data = LearningSet.of(SPECTRA, SPLIT, pellets(30, seed=1, noise=0.001))
    row = left_out.left_out_row(
        data, "material", "a", quick.model_copy(update={"further": True}), Smoothing(), seed=0, device="cpu"
    )
    assert (data.role[seen[0]] == "further").all() and (data.spectra["material"][seen[0]] == "b").all()
    assert set(calibrated[0]) == set(SPECTRA["specimen"][~TEST & (SPECTRA["material"] == "b")])
    assert row["n"] == (SPECTRA["material"] == "a").sum()


@pytest.mark.parametrize(("kind", "value"), [("material", "c"), ("electrode", "copper")])
def test_what_is_not_there_cannot_be_left_out(quick, kind, value):
    with pytest.raises(TrainingError, match=f"{kind} {value} cannot be left out"):
        left_out.left_out_row(OWN, kind, value, quick, Smoothing(), 0)
