"""Intervals of what is read from a specimen's series in a run, calibrated by specimen and by electrodes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ionscope.dka.activation import series_quantiles, series_table

SeriesFactors = dict[str, dict[str, float]]
"""For electrodes by name, and for `ANY`: factors of the half-widths of `ea` and `log10_sigma_25c`."""

ANY = "any"
FEWEST_OF_ONE_KIND = 50
"""Specimens between such electrodes below which their intervals of series are those of all."""


def prediction_series(table: pd.DataFrame, factors: SeriesFactors) -> pd.DataFrame:
    """One row a specimen: Ea and sigma at 25 C from its series, with intervals by `series_factors`."""
    series, _ = _series_and_errors(table)
    names = series["electrode"].where(series["electrode"].isin(list(factors)), ANY)
    ea, sigma = ([factors[name][part] for name in names] * series["half_width"] for part in ("ea", "log10_sigma_25c"))
    result = series[["specimen", "material", "electrode", "role", "ea_true", "ea"]].copy()
    for name, sign in (("ea_lower", -1), ("ea_upper", 1)):
        result[name] = series["ea"] + sign * ea
    result["sigma_25c_true"] = 10 ** series["log10_sigma_25c_true"]
    result["sigma_25c"] = 10 ** series["log10_sigma_25c"]
    for name, sign in (("sigma_25c_lower", -1), ("sigma_25c_upper", 1)):
        result[name] = 10 ** (series["log10_sigma_25c"] + sign * sigma)
    return result


def series_factors(table: pd.DataFrame, level: float = 0.9) -> SeriesFactors:
    """What the mean half-width of a series is multiplied by, from predictions of specimens that calibrate.

    By electrode, which an experimenter knows, where there are `FEWEST_OF_ONE_KIND` specimens; `ANY` stands for others.
    """
    series, error = _series_and_errors(table)
    kinds = {ANY: np.ones(len(series), dtype=bool)}
    kinds |= {str(name): (series["electrode"] == name).to_numpy() for name in series["electrode"].unique()}
    return {
        name: series_quantiles(error[rows], series.loc[rows, "half_width"].to_numpy(), level)
        for name, rows in kinds.items()
        if name == ANY or rows.sum() >= FEWEST_OF_ONE_KIND
    }


def _series_and_errors(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`series_table` of predictions with what is known of each specimen, and its errors in eV and decades."""
    exact = table.assign(sigma_true_lower=table["sigma_true"], sigma_true_upper=table["sigma_true"])
    truth = series_table(exact, "sigma_true").set_index("specimen")
    about = table.drop_duplicates("specimen").set_index("specimen")[["material", "electrode", "role", "ea_true"]]
    series = series_table(table).join(about, on="specimen")
    series["log10_sigma_25c_true"] = truth["log10_sigma_25c"].loc[series["specimen"]].to_numpy()
    error = {
        "ea": series["ea"] - series["ea_true"],
        "log10_sigma_25c": series["log10_sigma_25c"] - series["log10_sigma_25c_true"],
    }
    return series, pd.DataFrame(error)
