r"""Which spectrum to measure next, if the order of the specimens is what one wants to know.

A new spectrum of specimen i at temperature T tells log10 sigma(T), which lies on the specimen's Arrhenius line. Bayes'
rule for normal distributions says how far it narrows the specimen's log10 sigma at the temperature of use. The order
is judged by the expected number of pairs in the wrong order,

.. math::  W = \sum_{i<j} \Phi(-|d_{ij}| / s_{ij}),

d being the difference of two specimens and s its standard deviation; a proposal's worth is the expected fall of W, the
unknown outcome of the measurement averaged out.

Part of an error is shared by all spectra of a specimen (the model reads that specimen too high or too low), and
measuring again does not remove it: `shared_error` estimates that part where the truth is known. The proposals assume
that errors are normal and the intervals right; they rank experiments, they do not promise a gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ionscope.errors import InputDataError
from ionscope.files import whole_file
from ionscope.rank.hyperscore import Anchor, load_anchor
from ionscope.rank.predictive import Predictive
from ionscope.simulate.arrhenius import BOLTZMANN, REFERENCE_TEMPERATURE
from ionscope.spectrum import ZERO_CELSIUS

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class Error:
    """Standard deviations, in decades, of what one spectrum says about log10 sigma.

    own : differs from spectrum to spectrum, and averages out
    shared : the same in all spectra of a specimen
    """

    own: float
    shared: float


def shared_error(predictions: pd.DataFrame) -> Error:
    """Split the errors of `predictions/<variant>.csv` into those of a spectrum and those of its specimen.

    A one-way analysis of variance of log10(sigma / sigma_true) with the specimen as the group; the mean error of all
    counts as shared. `InputDataError` where no specimen has two spectra with a known truth.
    """
    error = np.log10(predictions["sigma"] / predictions["sigma_true"])
    known = predictions.assign(error=error)[np.isfinite(error)]
    groups = known.groupby("specimen")["error"]
    count, mean = groups.size().to_numpy(), groups.mean().to_numpy()
    freedom = count.sum() - count.size
    if freedom < 1:
        raise InputDataError("no specimen has two spectra of known conductivity: the shared error cannot be told")
    own = float(((known["error"] - groups.transform("mean")) ** 2).sum() / freedom)
    # The mean of n spectra scatters by own / n even where nothing is shared.
    shared = float(np.mean(mean**2) - own * np.mean(1 / count))
    return Error(np.sqrt(own), np.sqrt(max(shared, 0.0)))


def propose(series: pd.DataFrame, temperatures_c: list[float], anchor: Anchor, error: Error) -> pd.DataFrame:
    """Rank possible measurements by how much they are expected to sharpen the order of the specimens.

    Parameters
    ----------
    series : rows of `predictions/<variant>_series.csv`
    temperatures_c : temperatures at which one could measure, C
    anchor : its temperature of use is where the specimens are compared
    error : what one more spectrum is worth, from `shared_error` or from experience

    Returns
    -------
    DataFrame, best first: ``specimen, temperature_c, wrong_pairs, wrong_pairs_removed, sd, sd_after``. `wrong_pairs` is
    W over all specimens as things stand, `sd` the specimen's standard deviation in decades at the temperature of use.
    """
    predictive = Predictive.from_series(series)
    if not (np.isfinite(predictive.ea).all() and np.isfinite(predictive.ea_sd).all()):
        raise InputDataError("a series without an activation energy cannot be planned on: every specimen needs one")
    # State (log10 sigma at 25 C, Ea); a temperature reads the first plus `slope(T)` times the second.
    shared = np.minimum(error.shared, predictive.log10_sigma_sd)
    covariance = np.zeros((len(predictive), 2, 2))
    covariance[:, 0, 0] = predictive.log10_sigma_sd**2 - shared**2
    covariance[:, 1, 1] = predictive.ea_sd**2
    off = anchor.correlation.value * np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1])
    covariance[:, 0, 1] = covariance[:, 1, 0] = off
    use = np.array([1.0, _slope(anchor.temperature)])
    mean = predictive.log10_sigma + use[1] * predictive.ea
    before = np.einsum("a,nab,b->n", use, covariance, use)
    now = _wrong_pairs(mean, before + shared**2)

    rows = []
    for temperature in temperatures_c:
        read = np.array([1.0, _slope(temperature + ZERO_CELSIUS)])
        seen = np.einsum("a,nab,b->n", read, covariance, read) + error.own**2
        removed = np.divide(np.einsum("a,nab,b->n", use, covariance, read) ** 2, seen, where=seen > 0, out=0 * seen)
        for k, name in enumerate(predictive.specimen):
            fall = _expected_fall(k, mean, before + shared**2, removed[k])
            after = np.sqrt(max(before[k] + shared[k] ** 2 - removed[k], 0.0))
            rows.append((name, temperature, now, fall, np.sqrt(before[k] + shared[k] ** 2), after))
    columns = ["specimen", "temperature_c", "wrong_pairs", "wrong_pairs_removed", "sd", "sd_after"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("wrong_pairs_removed", ascending=False, kind="stable", ignore_index=True)


def write_proposals(
    series_path: Path | str,
    predictions_path: Path | str,
    config_folder: Path | str,
    output_path: Path | str,
    role: str | None = "test",
) -> pd.DataFrame:
    """Write `proposals.csv` for the specimens of `role`, at the temperatures that the run itself measured.

    What a further spectrum is worth comes from the errors of all predictions with a known truth: training specimens too
    are predicted by a model that never saw them.
    """
    series = pd.read_csv(series_path, dtype={"specimen": str})
    predictions = pd.read_csv(predictions_path, dtype={"specimen": str})
    if role is not None:
        series = series[series["role"] == role]
    if series.empty:
        raise InputDataError(f"{series_path}: no specimens of role '{role}' to plan for")
    temperatures = sorted(set((predictions["temperature"] - ZERO_CELSIUS).round(2)))
    table = propose(series, temperatures, load_anchor(config_folder), shared_error(predictions))
    with whole_file(output_path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    return table


def _slope(temperature: float) -> float:
    """d log10 sigma(T) / d Ea [1/eV] along an Arrhenius line through a fixed conductivity at 25 C."""
    return -(1 / temperature - 1 / REFERENCE_TEMPERATURE) / (BOLTZMANN * np.log(10))


def _wrong(difference: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Probability that two specimens stand in the wrong order; 0 for a difference known exactly."""
    sd = np.sqrt(variance)
    return np.where(sd > 0, ndtr(-np.abs(difference) / np.where(sd > 0, sd, 1.0)), 0.0)


def _wrong_pairs(mean: np.ndarray, variance: np.ndarray) -> float:
    first, second = np.triu_indices(mean.size, 1)
    return float(_wrong(mean[first] - mean[second], variance[first] + variance[second]).sum())


def _expected_fall(k: int, mean: np.ndarray, variance: np.ndarray, removed: float) -> float:
    """Expected fall of W when the variance of specimen k falls by `removed`.

    The measurement moves the mean of k by a normal amount of exactly the variance that it removes.
    """
    others = np.delete(np.arange(mean.size), k)
    difference, total = mean[k] - mean[others], variance[k] + variance[others]
    moved = difference + np.sqrt(removed) * NODES[:, None]
    after = WEIGHTS @ _wrong(moved, np.maximum(total - removed, 0.0))
    return float((_wrong(difference, total) - after).sum())
