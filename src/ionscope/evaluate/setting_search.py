"""Settings of the default variant, tried one at a time on the folds of the training specimens, never on test specimens.

Every trial trains on all folds but one and reads the one left out, with the same seed as the configured settings: the
differences over the folds are paired, and their standard error says which of them are more than chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

from ionscope.config import Variant
from ionscope.dka.deep_kernel import robust_error
from ionscope.dka.experiment import shape_factor, train_bundle
from ionscope.evaluate.metrics import accuracy
from ionscope.preprocess.smoothing import Smoothing
from ionscope.spectrum import SpectrumSet

COLUMNS = (
    "setting", "value", "configured", "best", "folds", "error", "error_sd", "difference", "standard_error", "rmse",
    "median",
)  # fmt: skip


def trials(search: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """Changes of settings to be tried, each of one setting; the first is none."""
    return [{}, *({name: value} for name, values in search.items() for value in values)]


def fold_row(
    spectra: SpectrumSet,
    fold: np.ndarray,
    left_out: int,
    variant: Variant,
    smoothing: Smoothing,
    seed: int,
    device: str = "auto",
) -> dict[str, float]:
    """Errors of log10 R on fold `left_out` of a model trained on the others; fold (n,) is -1 for test specimens.

    `error` is the mean robust error that the bandwidth is chosen by (`ionscope.dka.deep_kernel.robust_error`).
    """
    learn, asked = np.flatnonzero((fold >= 0) & (fold != left_out)), np.flatnonzero(fold == left_out)
    bundle, _ = train_bundle(spectra, learn, variant, smoothing, seed, device)
    shape = shape_factor(spectra)[asked]
    said, _ = bundle.resistance(spectra.frequency, spectra.impedance[asked], shape)
    truth = np.log10(shape / spectra["sigma_total"][asked])
    found = accuracy(truth, said)
    return {
        "fold": left_out,
        "error": float(robust_error(torch.from_numpy(said - truth)).mean()),
        **{name: found[name] for name in ("n", "rmse", "median")},
    }


def settings_table(search: Mapping[str, Sequence[float]], configured: Variant, rows: pd.DataFrame) -> pd.DataFrame:
    """`COLUMNS`: one row a value of a setting, the configured one among them.

    rows : columns ``trial, fold, error, rmse, median``, the trials numbered as in `trials`
    difference : mean over the folds of the error less that with the configured value; negative is better
    best : whether no other value of the setting has a smaller error
    """
    errors = rows.pivot(index="fold", columns="trial", values="error")
    table: list[dict[str, Any]] = []
    for name in search:
        tried = [(configured.setting(name), 0)]
        tried += [(change[name], k) for k, change in enumerate(trials(search)) if name in change]
        best = min(tried, key=lambda pair: errors[pair[1]].mean())
        for value, k in sorted(tried):
            of_trial, difference = rows[rows["trial"] == k], errors[k] - errors[0]
            table.append(
                {
                    "setting": name,
                    "value": value,
                    "configured": k == 0,
                    "best": k == best[1],
                    "folds": len(of_trial),
                    "error": errors[k].mean(),
                    "error_sd": errors[k].std(),
                    "difference": difference.mean(),
                    "standard_error": difference.std() / np.sqrt(len(difference)) if k else np.nan,
                    "rmse": np.sqrt((of_trial["rmse"] ** 2).mean()),
                    "median": of_trial["median"].mean(),
                }
            )
    return pd.DataFrame(table, columns=list(COLUMNS))
