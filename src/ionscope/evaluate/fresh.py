"""Errors and coverage on fresh specimens, many more than the test has: with forty of them coverage is known to 5 %."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import predictions_apart
from ionscope.dka.learning_set import renamed
from ionscope.dka.series_intervals import prediction_series
from ionscope.evaluate.metrics import accuracy
from ionscope.evaluate.summary import share_covered
from ionscope.simulate.arrhenius import KJ_PER_MOL
from ionscope.spectrum import SpectrumSet

FRESH = "fresh"
"""Role of specimens that neither training nor calibration nor the test has seen."""


def fresh_accuracy(bundle: ModelBundle, spectra: SpectrumSet) -> pd.DataFrame:
    """Accuracy and coverage of the 90 % intervals by electrode and material, of sigma and of Ea from a series.

    Parameters
    ----------
    bundle : a calibrated model, with what calibrates intervals of series (``about["series_factors"]``)
    spectra : of fresh specimens

    Returns
    -------
    rows ``group, value_of_group, n_specimens, coverage_90, n, mae, rmse, r2, median, p95, quantity, unit``
    """
    spectra = renamed(spectra, FRESH)
    table = predictions_apart(bundle, spectra, FRESH)
    series = prediction_series(table, bundle.about["series_factors"])
    sigma = table.assign(true=np.log10(table["sigma_true"]), said=np.log10(table["sigma"]))
    energy = series.assign(true=series["ea_true"] * KJ_PER_MOL, said=series["ea"] * KJ_PER_MOL)
    parts = [
        _by_group(sigma, "sigma").assign(quantity="log10_sigma", unit="decades"),
        _by_group(energy, "ea").assign(quantity="ea_series", unit="kJ/mol"),
    ]
    return pd.concat(parts, ignore_index=True)


def fresh_metrics(table: pd.DataFrame) -> dict[str, Any]:
    """The named figures of `fresh_accuracy`."""
    sigma, energy = (table[table["quantity"] == quantity] for quantity in ("log10_sigma", "ea_series"))
    everything = sigma[sigma["group"] == "all"].iloc[0]
    by_electrode = sigma[sigma["group"] == "electrode"].set_index("value_of_group")["coverage_90"]
    return {
        "n_fresh_specimens": int(everything["n_specimens"]),
        "fresh_log10_rmse": float(everything["rmse"]),
        "fresh_coverage_90": float(everything["coverage_90"]),
        "fresh_coverage_90_by_electrode": {str(name): float(share) for name, share in by_electrode.items()},
        "fresh_ea_series_rmse_kj_mol": float(energy.loc[energy["group"] == "all", "rmse"].iloc[0]),
        "fresh_coverage_90_ea_series": float(energy.loc[energy["group"] == "all", "coverage_90"].iloc[0]),
    }


def _by_group(table: pd.DataFrame, covered: str) -> pd.DataFrame:
    """Rows of the errors of the column `said` against `true`, and of the coverage of the column `covered`."""
    rows = []
    for group in ("all", "electrode", "material"):
        values = np.full(len(table), "all") if group == "all" else table[group].to_numpy()
        for value in pd.unique(values):
            part = table[values == value]
            rows.append(
                {
                    "group": group,
                    "value_of_group": value,
                    "n_specimens": part["specimen"].nunique(),
                    "coverage_90": share_covered(part, covered),
                    **accuracy(part["true"].to_numpy(), part["said"].to_numpy()),
                }
            )
    return pd.DataFrame(rows)
