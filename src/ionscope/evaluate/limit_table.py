"""The information limit as a line of the accuracy tables: what a reader that errs by it, normally, would have there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from ionscope.errors import InputDataError
from ionscope.evaluate.summary import answered, groups_of_spectra
from ionscope.simulate.arrhenius import KJ_PER_MOL

LIMIT = "information limit"
MEDIAN = 0.6744897501960817
"""Median of the absolute value of a standard normal variable."""


def expected_accuracy(truth: np.ndarray, sd: np.ndarray) -> dict[str, float]:
    """What `metrics.accuracy` gives on average for normal errors of standard deviations sd (n,) about truth (n,).

    `median` is that of the single medians, 0.6745 sd; `p95` the 95 % quantile of all errors together.
    """
    truth, sd = np.asarray(truth, float), np.asarray(sd, float)
    spread = float(np.sum((truth - truth.mean()) ** 2))
    return {
        "n": len(truth),
        "mae": float(np.sqrt(2 / np.pi) * sd.mean()),
        "rmse": float(np.sqrt(np.mean(sd**2))),
        "r2": 1 - float(np.sum(sd**2)) / spread if spread > 0 else float("nan"),
        "median": float(MEDIAN * np.median(sd)),
        "p95": float(brentq(lambda x: np.mean(2 * ndtr(x / sd) - 1) - 0.95, 0, 3 * sd.max())),
    }


def limit_accuracy(limits: pd.DataFrame, test: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Rows like those of `run_accuracy` for `LIMIT`.

    Parameters
    ----------
    limits : of `ionscope.evaluate.limits.information_limits`, for every spectrum of `test`
    test : predictions of test specimens, one row a spectrum
    series : one row a test specimen with `ea_true` [eV]
    """
    limits = _in_order(limits, test)
    truth, decades = test["sigma_true"].to_numpy(), limits["limit_log10"].to_numpy()
    quantities = {
        "sigma": (truth, in_s_cm(truth, decades), "S/cm"),
        "log10_sigma": (np.log10(truth), decades, "decades"),
    }
    rows = [
        {
            "variant": LIMIT,
            "quantity": quantity,
            "group": group,
            "value_of_group": value,
            **expected_accuracy(values[here], sd[here]),
            "unit": unit,
        }
        for quantity, (values, sd, unit) in quantities.items()
        for group, members in groups_of_spectra(test).items()
        for value in pd.unique(members)
        for here in [members == value]
    ]
    of_specimens = limits.drop_duplicates("specimen").set_index("specimen")["limit_ea_kj_mol"]
    sd = of_specimens.loc[series["specimen"]].to_numpy()
    rows.append(
        {
            "variant": LIMIT,
            "quantity": "ea_series",
            "group": "all",
            "value_of_group": "all",
            **expected_accuracy(series["ea_true"].to_numpy() * KJ_PER_MOL, sd),
            "unit": "kJ/mol",
        }
    )
    return pd.DataFrame(rows)


def limit_metrics(limits: pd.DataFrame, test: pd.DataFrame) -> dict[str, float | None]:
    """The limit of test spectra, and how many times as large the errors of `test` are; sigma in decades and S/cm.

    The root mean square belongs to a few spectra that hardly show their resistance, the median to the ordinary ones.
    """
    limits = _in_order(limits, test)
    truth, decades = test["sigma_true"].to_numpy(), limits["limit_log10"].to_numpy()
    at_best = expected_accuracy(np.log10(truth), decades)
    given = answered(test)
    error = np.abs(np.log10(test["sigma"].to_numpy() / truth))
    mae = expected_accuracy(truth, in_s_cm(truth, decades))["mae"]
    return {
        "limit_log10_rmse": at_best["rmse"],
        "limit_log10_rmse_answered": float(np.sqrt(np.mean(decades[given] ** 2))) if given.any() else None,
        "limit_log10_median": at_best["median"],
        "limit_series_log10_rmse": float(np.sqrt(np.mean(limits["limit_series_log10"] ** 2))),
        "limit_sigma_mae_s_cm": mae,
        "limit_ea_series_rmse_kj_mol": float(
            np.sqrt(np.mean(limits.drop_duplicates("specimen")["limit_ea_kj_mol"] ** 2))
        ),
        "ratio_to_limit": float(np.sqrt(np.mean(error**2))) / at_best["rmse"],
        "ratio_to_limit_median": float(np.median(error)) / at_best["median"],
        "ratio_to_limit_mae_s_cm": float(np.mean(np.abs(test["sigma"].to_numpy() - truth))) / mae,
    }


def in_s_cm(sigma: np.ndarray, decades: np.ndarray) -> np.ndarray:
    """Standard deviations of sigma in its own unit from those of its decimal logarithm."""
    return sigma * np.log(10) * decades


def _in_order(limits: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """The rows of `limits` for the spectra of `test`, in that order."""
    found = limits.set_index("spectrum").reindex(test["spectrum"])
    if found["limit_log10"].isna().any():
        missing = found.index[found["limit_log10"].isna()][0]
        raise InputDataError(f"no information limit for spectrum {missing}; make evaluation/limits.csv again")
    return found.reset_index()
