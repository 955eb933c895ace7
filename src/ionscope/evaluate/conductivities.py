"""Total, bulk and grain-boundary conductivity from one band and from another, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ionscope.config import Variant
from ionscope.evaluate.metrics import coverage
from ionscope.evaluate.summary import material_and_temperature, tested

EVERYTHING = "all"


def conductivity_table(
    tables: Mapping[str, pd.DataFrame], variants: Mapping[str, Variant], frequency_max_hz: float
) -> pd.DataFrame:
    """Errors of held-out spectra in decades, for each variant, over all of them and by electrode and material.

    Parameters
    ----------
    tables : predictions of each variant, as `ionscope.dka.experiment.prediction_table` makes them
    variants : their settings
    frequency_max_hz : upper end of the simulated band, for variants that see all of it

    Returns
    -------
    Columns ``variant, conductivity, frequency_max_hz, electrode, material, n, log10_rmse, log10_median,
    half_width_median, coverage_90, log10_rmse_without_spectrum``: the half-width of the 90 % interval in decades, and
    what is left of the error without a look at the spectrum, from material and temperature alone
    """
    rows = []
    for name, table in tables.items():
        blind = tested(table.assign(sigma=material_and_temperature(table)))
        test = tested(table)
        groups = [(EVERYTHING, EVERYTHING, np.ones(len(test), bool))]
        for (electrode, material), part in test.groupby(["electrode", "material"]):
            groups.append((str(electrode), str(material), test.index.isin(part.index)))
        for electrode, material, chosen in groups:
            shown = test[chosen]
            truth = np.log10(shown["sigma_true"])
            error = np.log10(shown["sigma"]) - truth
            half_width = 0.5 * np.log10(shown["sigma_upper"] / shown["sigma_lower"])
            rows.append(
                {
                    "variant": name,
                    "conductivity": variants[name].target,
                    "frequency_max_hz": variants[name].frequency_max_hz or frequency_max_hz,
                    "electrode": electrode,
                    "material": material,
                    "n": len(shown),
                    "log10_rmse": float(np.sqrt(np.mean(error**2))),
                    "log10_median": float(np.median(np.abs(error))),
                    "half_width_median": float(np.median(half_width)),
                    "coverage_90": coverage(
                        *(shown[f"sigma{suffix}"].to_numpy() for suffix in ("_true", "_lower", "_upper"))
                    ),
                    "log10_rmse_without_spectrum": float(
                        np.sqrt(np.mean((np.log10(blind[chosen]["sigma"]) - truth) ** 2))
                    ),
                }
            )
    return pd.DataFrame(rows)
