"""Settings of variants, tried one at a time on the folds of the training specimens, never on test specimens.

Every trial of a variant that learns from the training specimens trains on all folds but one and reads the one left out;
one that learns from further specimens has seen none of them, trains once and reads all. Seeds are those of the
configured settings: the differences over the folds are paired, and their standard error says which of them are more
than chance.
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
from ionscope.dka.learning_set import LearningSet
from ionscope.evaluate.metrics import accuracy
from ionscope.preprocess.smoothing import Smoothing

COLUMNS = (
    "variant", "setting", "value", "configured", "best", "folds", "error", "error_sd", "difference", "standard_error",
    "rmse", "median",
)  # fmt: skip


def trials(search: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """Changes of settings to be tried, each of one setting; the first is none."""
    return [{}, *({name: value} for name, values in search.items() for value in values)]


def trial_rows(
    data: LearningSet, left_out: int | None, variant: Variant, smoothing: Smoothing, seed: int, device: str = "auto"
) -> list[dict[str, float]]:
    """Errors of log10 R on fold `left_out` of a model trained on the others, or on every fold where that is None.

    `error` is the mean robust error that the bandwidth is chosen by (`ionscope.dka.deep_kernel.robust_error`).

    Raises
    ------
    ValueError : no fold to leave out for a variant that learns from them all
    """
    if left_out is None and not variant.further:
        raise ValueError("a variant that learns from the training specimens cannot be tried on all of them")
    spectra = data.spectra
    bundle, _ = train_bundle(spectra, data.learned(variant, left_out), variant, smoothing, seed, device)
    rows = []
    for fold in np.unique(data.fold[data.fold >= 0]) if left_out is None else [left_out]:
        asked = np.flatnonzero(data.fold == fold)
        shape = shape_factor(spectra)[asked]
        temperature = spectra["temperature"][asked]
        said, _ = bundle.resistance(spectra.frequency, spectra.impedance[asked], shape, temperature)
        truth = np.log10(shape / spectra["sigma_total"][asked])
        found = accuracy(truth, said)
        error = float(robust_error(torch.from_numpy(said - truth)).mean())
        rows.append({"fold": int(fold), "error": error, **{name: found[name] for name in ("n", "rmse", "median")}})
    return rows


def settings_table(
    search: Mapping[str, Mapping[str, Sequence[float]]], configured: Mapping[str, Variant], rows: pd.DataFrame
) -> pd.DataFrame:
    """`COLUMNS`: one row a value of a setting of a variant, the configured one among them.

    rows : columns ``variant, trial, fold, error, rmse, median``, the trials of each numbered as in `trials`
    difference : mean over the folds of the error less that with the configured value; negative is better
    best : whether no other value of the setting has a smaller error
    """
    table = [
        {"variant": variant, **row}
        for variant, settings in search.items()
        for row in _rows_of(settings, configured[variant], rows[rows["variant"] == variant])
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def _rows_of(settings: Mapping[str, Sequence[float]], configured: Variant, rows: pd.DataFrame) -> list[dict[str, Any]]:
    errors = rows.pivot(index="fold", columns="trial", values="error")
    table: list[dict[str, Any]] = []
    for name in settings:
        tried = [(configured.setting(name), 0)]
        tried += [(change[name], k) for k, change in enumerate(trials(settings)) if name in change]
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
    return table
