"""Activation energies: from a specimen's temperature series, and what can be said from one spectrum alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from ionscope.dka.bandwidth import tune_bandwidth
from ionscope.dka.intervals import conformal_quantile
from ionscope.dka.regressor import KernelRegressor
from ionscope.simulate.arrhenius import BOLTZMANN, REFERENCE_TEMPERATURE

TUNING_CALLS = 20
FOLDS = 5


@dataclass(frozen=True)
class ArrheniusFit:
    """Straight line through ln(sigma T) over 1/T.

    `ionscope.simulate.arrhenius.activation_energy` is the slope of the same line, all that a simulated truth needs; of
    predictions the conductivity on the line and their distance from it are told too. Measured pellets have the weighted
    line with intervals of `ionscope.series.fit_series`.

    ea : eV
    log10_sigma_25c : log10 of the conductivity at 25 C, S/cm, read from the line
    curvature : RMS deviation from the line in decades: large where two regimes meet
    """

    ea: float
    log10_sigma_25c: float
    curvature: float


def arrhenius_fit(temperature: np.ndarray, sigma: np.ndarray) -> ArrheniusFit | None:
    """Fit sigma (t,) [S/cm] at temperatures (t,) [K]; None with fewer than two different temperatures."""
    temperature, sigma = np.asarray(temperature, float), np.asarray(sigma, float)
    if np.ptp(temperature) < 1.0:
        return None
    x, y = 1 / temperature, np.log(sigma * temperature)
    slope, offset = np.polyfit(x, y, 1)
    deviation = (y - slope * x - offset) / np.log(10)
    log_sigma = (slope / REFERENCE_TEMPERATURE + offset - np.log(REFERENCE_TEMPERATURE)) / np.log(10)
    return ArrheniusFit(float(-BOLTZMANN * slope), float(log_sigma), float(np.sqrt(np.mean(deviation**2))))


def series_table(predictions: pd.DataFrame, column: str = "sigma") -> pd.DataFrame:
    """One row a specimen from one row a spectrum: `specimen`, `ea`, `log10_sigma_25c`, `curvature`, `half_width`.

    half_width is the mean of the spectra's half-widths in decades, from `<column>_lower` and `<column>_upper`.
    """
    rows = []
    for specimen, part in predictions.groupby("specimen", sort=True):
        fit = arrhenius_fit(part["temperature"].to_numpy(), part[column].to_numpy())
        if fit is None:
            continue
        width = np.log10(part[f"{column}_upper"] / part[f"{column}_lower"]).mean() / 2
        rows.append(
            {
                "specimen": specimen,
                "ea": fit.ea,
                "log10_sigma_25c": fit.log10_sigma_25c,
                "curvature": fit.curvature,
                "half_width": float(width),
            }
        )
    return pd.DataFrame(rows, columns=["specimen", "ea", "log10_sigma_25c", "curvature", "half_width"])


def series_quantiles(error: pd.DataFrame, half_width: np.ndarray, level: float = 0.9) -> dict[str, float]:
    """Specimen-level conformal factors: quantiles of |error| over the mean half-width, for each column of `error`.

    The spectra of one pellet err together, so a series is calibrated by specimens it has not seen, never by adding up
    the intervals of its spectra.
    """
    specimens = np.arange(len(error))
    return {
        str(name): conformal_quantile(np.abs(error[name].to_numpy()) / half_width, specimens, level) for name in error
    }


def single_spectrum_regressor(features: np.ndarray, ea: np.ndarray, group: np.ndarray, seed: int) -> Pipeline:
    """Regression of Ea (n,) [eV] on features (n, d) of single spectra, tuned by grouped cross-validation.

    One spectrum at one temperature does not hold an activation energy: this learns the correlation of Ea with
    conductivity in the training population, and is reported as such.
    """
    splitter = GroupKFold(min(FOLDS, len(np.unique(group))))

    def pipeline(bandwidth: float, ridge: float) -> Pipeline:
        return make_pipeline(StandardScaler(), KernelRegressor(bandwidth, ridge))

    def error(bandwidth: float, ridge: float) -> float:
        held_out = cross_val_predict(pipeline(bandwidth, ridge), features, ea, groups=group, cv=splitter)
        return float(np.sqrt(np.mean((held_out - ea) ** 2)))

    found = tune_bandwidth(error, TUNING_CALLS, seed)
    return pipeline(found.bandwidth, found.ridge).fit(features, ea)
