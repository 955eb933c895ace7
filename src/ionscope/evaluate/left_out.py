"""A material or a kind of electrode that training never saw: how wrong answers are, and whether the verdict says so.

Intervals and trust are calibrated on specimens that training has not seen: those kept for it, or where all training
specimens may be learned from one in seven of them. The test specimens of what is familiar show the verdict's false
alarms beside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ionscope.config import Variant
from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import calibrate_on, read_rows, shape_factor, train_bundle
from ionscope.dka.learning_set import LearningSet
from ionscope.errors import TrainingError
from ionscope.evaluate.corruptions import auroc
from ionscope.evaluate.metrics import accuracy
from ionscope.preprocess.reference import read_off
from ionscope.preprocess.smoothing import Smoothing
from ionscope.seeds import derived_seed
from ionscope.spectrum import SpectrumSet

KINDS = "material", "electrode"
CALIBRATION_SHARE = 1 / 7

COLUMNS = (
    "kind", "value", "n", "rmse", "median", "p95", "readoff_rmse", "coverage_90", "flagged",
    "familiar_rmse", "familiar_coverage_90", "familiar_flagged", "auroc",
)  # fmt: skip


def left_out_row(
    data: LearningSet,
    kind: str,
    value: str,
    variant: Variant,
    smoothing: Smoothing,
    seed: int,
    device: str = "auto",
) -> dict[str, Any]:
    """`COLUMNS` for `variant` trained without the spectra whose `kind` is `value`, asked about those of the run's set.

    Errors are in decades of sigma_total; `flagged` is the share with a verdict other than ok, `familiar_*` are the same
    figures for the test spectra that are not left out, and `auroc` says how well the verdict tells the two apart.

    Raises
    ------
    TrainingError : nothing is left to learn from, or nothing was left out
    """
    spectra, train, test, calibrating = data.spectra, data.learned(variant), data.tested, data.calibrating(variant)
    unseen = spectra[kind].astype(str) == value
    learn, familiar = train[~unseen[train]], test[~unseen[test]]
    asked = np.intersect1d(data.own, np.flatnonzero(unseen))
    group = spectra["specimen"].astype(str)
    names = np.unique(group[learn])
    if len(asked) == 0 or len(familiar) == 0 or len(names) < 8:
        raise TrainingError(f"{kind} {value} cannot be left out: a set needs it and other specimens to learn from")
    if calibrating is None:
        rng = np.random.default_rng(derived_seed(seed, "calibration"))
        kept = rng.choice(names, max(2, round(CALIBRATION_SHARE * len(names))), replace=False)
        is_kept = np.isin(group[learn], kept)
        learn, held = learn[~is_kept], learn[is_kept]
    else:
        held = calibrating[~unseen[calibrating]]
    bundle, _ = train_bundle(spectra, learn, variant, smoothing, seed, device)
    calibrate_on(bundle, spectra, held)
    truth = np.log10(shape_factor(spectra) / spectra["sigma_total"])
    figures, score = _figures(bundle, spectra, asked, truth)
    usual, usual_score = _figures(bundle, spectra, familiar, truth)
    resistance, _, _ = read_off(spectra.frequency, spectra.impedance[asked])
    return {
        "kind": kind,
        "value": value,
        **figures,
        "readoff_rmse": accuracy(truth[asked], np.log10(resistance))["rmse"],
        **{f"familiar_{name}": usual[name] for name in ("rmse", "coverage_90", "flagged")},
        "auroc": auroc(usual_score, score),
    }


def _figures(
    bundle: ModelBundle, spectra: SpectrumSet, index: np.ndarray, truth: np.ndarray
) -> tuple[dict[str, float], np.ndarray]:
    """Errors, coverage and flags of the spectra at `index`, and the verdict's score (n,)."""
    assert bundle.trust is not None
    readings = read_rows(bundle, spectra, index)
    found = accuracy(truth[index], readings.log10_resistance)
    score = bundle.trust.excess(readings.scores).max(axis=1)
    inside = np.abs(readings.log10_resistance - truth[index]) <= readings.half_width
    figures = {name: found[name] for name in ("n", "rmse", "median", "p95")}
    return figures | {"coverage_90": float(inside.mean()), "flagged": float((score > 1).mean())}, score


def left_out_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as a table with `COLUMNS`."""
    return pd.DataFrame(rows, columns=list(COLUMNS))
