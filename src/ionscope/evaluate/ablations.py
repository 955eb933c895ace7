"""The peers of the default model: what remains of its accuracy when parts of it are left out or replaced.

All that learn from the same specimens get the same channels, smoothing and target log10(R_total / Z_ref), and all are
asked about the same test specimens: the run's split is kept. They learn from the run's training specimens, and where it
simulates further ones for learning once more from those, under a name that ends in `_further`. Networks and
`kernel_ridge_virtual` also learn from the virtual cells of `learning.own` (`ionscope.dka.source`). What a seed changes:

- learners that train no network: the tenth of the training specimens that is left out (their fits are
  deterministic or nearly so; without that their spread would be zero and mean nothing);
- networks: initial weights, batches, and the specimens they put aside to choose their best state by.

So the spread over seeds says how much of a difference is chance in learning. It does not hold the luck of the test
specimens, which all methods share.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ionscope.config import Variant
from ionscope.dka.bandwidth import tune_bandwidth
from ionscope.dka.experiment import make_source, shape_factor, train_bundle
from ionscope.dka.regressor import EXACT, KernelRegressor
from ionscope.errors import TrainingError
from ionscope.evaluate.direct import train_direct
from ionscope.evaluate.summary import baseline_tables
from ionscope.preprocess.scaling import Features
from ionscope.preprocess.smoothing import Smoothing
from ionscope.seeds import derived_seed
from ionscope.spectrum import SpectrumSet

CHEAP_TOGETHER, CNN = "without_network", "cnn"
"""What one job learns: all that need no network, or the encoder alone. Other jobs are named by their variant."""

FROM_FURTHER_ENDING = "_further"
"""End of the name of what has learned from the run's further specimens."""

CHEAP_SEEDS = 5
LEFT_OUT = 0.1
"""Share of the training specimens that a seed takes away from the learners without a network."""

COMPONENTS = 10
HYPERPARAMETER_POINTS = 400
"""Spectra, of whole specimens, on which a Gaussian process chooses its length scales; it then learns from more."""

MOST_POINTS = EXACT
"""Spectra, of whole specimens, that a kernel or a Gaussian process learns from at most: exact ones cost their cube."""

TUNING_POINTS = 2000
"""Spectra, of whole specimens, on whose folds a kernel's bandwidth is searched at most."""

FOLDS = 5
TUNING_CALLS = 20
RIDGES = np.geomspace(1e-6, 1e2, 17)
TREES = 200


@dataclass(frozen=True)
class Known:
    """What a learner without a network learns from.

    x, y, group : (n, d) channels, (n,) targets and specimens of the training spectra
    virtual_x, virtual_y, variance : (m, d), (m,), (m,) of the default's virtual cells, with the variance of their
        targets where that of a real one is 1
    """

    x: np.ndarray
    y: np.ndarray
    group: np.ndarray
    virtual_x: np.ndarray
    virtual_y: np.ndarray
    variance: np.ndarray


Fit = Callable[[Known, np.ndarray, int], np.ndarray]
"""(known, asked (m, d), seed) -> (m,) answers to `asked`."""


def ridge(known: Known, asked: np.ndarray, seed: int) -> np.ndarray:
    """Linear in the channels, its penalty by leave-one-out."""
    return make_pipeline(StandardScaler(), RidgeCV(RIDGES)).fit(known.x, known.y).predict(asked)


def random_forest(known: Known, asked: np.ndarray, seed: int) -> np.ndarray:
    """Trees over a third of the channels each."""
    forest = RandomForestRegressor(TREES, max_features=1 / 3, min_samples_leaf=2, random_state=seed)
    return forest.fit(known.x, known.y).predict(asked)


def kernel_ridge(known: Known, asked: np.ndarray, seed: int) -> np.ndarray:
    """The same regression as the model's, on the channels themselves: dynamic kernel adaptation without the network."""
    rows = _whole_groups(known.group, MOST_POINTS, np.random.default_rng(seed))
    return _tuned_kernel(known, seed).fit(known.x[rows], known.y[rows]).predict(asked)


def kernel_ridge_virtual(known: Known, asked: np.ndarray, seed: int) -> np.ndarray:
    """The same with the default's virtual cells among its points, so that the network is all that differs."""
    model = _tuned_kernel(known, seed)
    x, y = np.concatenate([known.x, known.virtual_x]), np.concatenate([known.y, known.virtual_y])
    return model.fit(x, y, np.concatenate([np.ones(len(known.y)), known.variance])).predict(asked)


def _tuned_kernel(known: Known, seed: int) -> KernelRegressor:
    """Bandwidth and ridge by Bayesian optimisation on folds of specimens; not fitted yet."""
    rows = _whole_groups(known.group, TUNING_POINTS, np.random.default_rng(seed))
    x, y, group = known.x[rows], known.y[rows], known.group[rows]
    folds = GroupKFold(min(FOLDS, len(np.unique(group))))
    spread = known.x.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)

    def error(bandwidth: float, penalty: float) -> float:
        model = KernelRegressor(bandwidth, penalty, scale)
        try:
            held_out = cross_val_predict(model, x, y, groups=group, cv=folds)
        except TrainingError:
            return float("inf")
        return float(np.mean(np.abs(held_out - y)))

    found = tune_bandwidth(error, TUNING_CALLS, seed)
    return KernelRegressor(found.bandwidth, found.ridge, scale)


def pca_gaussian_process(known: Known, asked: np.ndarray, seed: int) -> np.ndarray:
    """Principal components and a Gaussian process with a length scale for each (ARD), by marginal likelihood."""
    components = min(COMPONENTS, *known.x.shape)
    squeeze = make_pipeline(PCA(components), StandardScaler()).fit(known.x)
    points = squeeze.transform(known.x)
    kernel = ConstantKernel(1.0, (1e-3, 1e4)) * RBF(np.full(components, 3.0), (0.1, 1e4)) + WhiteKernel(1e-3, (1e-7, 1))
    few = _whole_groups(known.group, HYPERPARAMETER_POINTS, np.random.default_rng(seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length scale at its bound is a component left out
        chosen = GaussianProcessRegressor(kernel, normalize_y=True).fit(points[few], known.y[few]).kernel_
    rows = _whole_groups(known.group, MOST_POINTS, np.random.default_rng(seed))
    fitted = GaussianProcessRegressor(chosen, optimizer=None, normalize_y=True).fit(points[rows], known.y[rows])
    return fitted.predict(squeeze.transform(asked))


CHEAP: dict[str, Fit] = {
    "ridge": ridge,
    "random_forest": random_forest,
    "kernel_ridge": kernel_ridge,
    "kernel_ridge_virtual": kernel_ridge_virtual,
    "pca_gp": pca_gaussian_process,
}
"""Learners without a network, by the names in `ablations.csv`."""


def cheap_predictions(
    spectra: SpectrumSet,
    train: np.ndarray,
    test: np.ndarray,
    smoothing: Smoothing,
    variant: Variant,
    seed: int,
    baselines: bool = True,
) -> pd.DataFrame:
    """Rows `learner, spectrum, sigma` for the spectra at `test`, from those at `train` less the tenth of this seed.

    Virtual cells are those that `variant` learns from; without any, `kernel_ridge_virtual` is left out. With
    `baselines`, what needs no spectrum or no learning stands beside.
    """
    rng = np.random.default_rng(derived_seed(seed, "left out"))
    group = spectra["specimen"].astype(str)
    names = np.unique(group[train])
    away = rng.choice(names, round(LEFT_OUT * len(names)), replace=False)
    fit = train[~np.isin(group[train], away)]
    source = make_source(spectra, variant.model_copy(update={"windows": False}), smoothing)
    source.fit_representation(fit, rng)
    features, target, variance = source.batch(fit, variant.dka.virtual, rng)
    asked, _, _ = source.real(test, rng)
    alike = (features.channels == features.channels[:, :, :1]).all(axis=(0, 2))
    x, wanted = (_columns(part, alike) for part in (features, asked))
    n = len(fit)
    known = Known(x[:n], target[:n], group[fit], x[n:], target[n:], variance[n:])
    shape = shape_factor(spectra)[test]
    answers = {
        name: shape / (asked.reference * 10 ** learner(known, wanted, derived_seed(seed, name)))
        for name, learner in CHEAP.items()
        if learner is not kernel_ridge_virtual or len(known.virtual_y)
    }
    if baselines:
        answers |= _baselines(spectra, fit, test)
    return pd.concat([predictions_of(name, test, sigma) for name, sigma in answers.items()], ignore_index=True)


def _columns(features: Features, alike: np.ndarray) -> np.ndarray:
    """(n, d) the channels point by point; those marked in `alike`, which tell all points the same, count once."""
    channels = features.channels.astype(float)
    return np.hstack([channels[:, ~alike].reshape(len(channels), -1), channels[:, alike, 0]])


def _baselines(spectra: SpectrumSet, fit: np.ndarray, test: np.ndarray) -> dict[str, np.ndarray]:
    """name -> sigma [S/cm] at `test` of what hardly learns, from the spectra at `fit`."""
    rows = pd.DataFrame({name: spectra[name] for name in ("material", "temperature")})
    rows = rows.assign(
        sigma_true=spectra["sigma_total"], role=np.where(np.isin(np.arange(len(spectra)), fit), "train", "")
    )
    return {name: table["sigma"].to_numpy()[test] for name, table in baseline_tables(spectra, rows).items()}


def direct_predictions(
    spectra: SpectrumSet, train: np.ndarray, test: np.ndarray, smoothing: Smoothing, variant: Variant, seed: int
) -> pd.DataFrame:
    """The same rows for a network trained on the target directly, as long as `variant` trains."""
    source = make_source(spectra, variant, smoothing)
    network = train_direct(source, train, variant, seed)
    asked, _, _ = source.real(test, np.random.default_rng(seed))
    sigma = shape_factor(spectra)[test] / (asked.reference * 10 ** network.answers(asked))
    return predictions_of(CNN, test, sigma)


def variant_predictions(
    spectra: SpectrumSet,
    train: np.ndarray,
    test: np.ndarray,
    smoothing: Smoothing,
    name: str,
    variant: Variant,
    seed: int,
    device: str = "auto",
) -> pd.DataFrame:
    """The same rows for a variant of the run, trained once more with another seed."""
    bundle, _ = train_bundle(spectra, train, variant, smoothing, seed, device)
    shape = shape_factor(spectra)[test]
    log10_resistance, _ = bundle.resistance(
        spectra.frequency, spectra.impedance[test], shape, spectra["temperature"][test]
    )
    return predictions_of(name, test, shape / 10**log10_resistance)


def predictions_of(learner: str, spectrum: np.ndarray, sigma: np.ndarray) -> pd.DataFrame:
    """Rows `learner, spectrum, sigma` [S/cm]."""
    return pd.DataFrame({"learner": learner, "spectrum": spectrum, "sigma": sigma})


def _whole_groups(group: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of random groups, at most `most` of them but at least one group's."""
    rows: list[np.ndarray] = []
    count = 0
    for name in rng.permutation(np.unique(group)):
        here = np.flatnonzero(group == name)
        if rows and count + here.size > most:
            break
        rows.append(here)
        count += here.size
    return np.sort(np.concatenate(rows))
