"""Figures of every peer, mean and standard deviation over seeds, and what they say of the autoencoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ionscope.dka.activation import series_table
from ionscope.errors import InputDataError
from ionscope.evaluate.ablations import CHEAP, FROM_FURTHER_ENDING
from ionscope.evaluate.metrics import accuracy, pairs_table
from ionscope.simulate.arrhenius import KJ_PER_MOL

FIGURES = "mae", "rmse", "median", "p95"
UNITS = {"log10_sigma": "decades", "sigma": "S/cm", "ea_series": "kJ/mol"}
COLUMNS = (
    "learner", "quantity", "unit", "seeds",
    *(f"{name}{suffix}" for name in FIGURES for suffix in ("", "_sd")),
    "ratio_to_limit", "pairs_correct", "pairs_correct_sd",
)  # fmt: skip

CHANCE = 0.3
"""Relative differences below this say nothing: trainings with other seeds scatter by 15 %, fresh data sets by 30 %."""


def ablation_table(
    runs: Sequence[pd.DataFrame], test: pd.DataFrame, limits: dict[str, float], seed: int
) -> pd.DataFrame:
    """One row a learner and quantity, with `COLUMNS`; best RMSE of log10 sigma first.

    Parameters
    ----------
    runs : tables `learner, spectrum, sigma`, each of one seed
    test : the test spectra: `spectrum, specimen, material, temperature, sigma_true, ea_true`
    limits : quantity -> RMSE of the information limit
    seed : of the bootstrap of pairs

    A standard deviation is missing where there is one seed only.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        for learner, part in run.groupby("learner", sort=False):
            found.setdefault(str(learner), []).append(_figures(part, test, seed))
    rows = []
    for learner, figures in found.items():
        for quantity, unit in UNITS.items():
            row: dict[str, Any] = {"learner": learner, "quantity": quantity, "unit": unit, "seeds": len(figures)}
            for name in FIGURES:
                row |= _mean_and_sd(name, [figure[quantity][name] for figure in figures])
            if quantity in limits:
                row["ratio_to_limit"] = row["rmse"] / limits[quantity]
            if quantity == "log10_sigma":
                row |= _mean_and_sd("pairs_correct", [figure["pairs_correct"] for figure in figures])
            rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = table[table["quantity"] == "log10_sigma"].set_index("learner")["rmse"].rank()
    return table.sort_values("learner", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _figures(part: pd.DataFrame, test: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Accuracies of one run of one learner."""
    kept = ["spectrum", "specimen", "material", "temperature", "sigma_true", "ea_true"]
    table = test[kept].merge(part[["spectrum", "sigma"]], on="spectrum", how="left", validate="one_to_one")
    if table["sigma"].isna().any():
        raise InputDataError(
            f"{part['learner'].iloc[0]} has no prediction for {int(table['sigma'].isna().sum())} spectra"
        )
    exact = table.assign(sigma_lower=table["sigma"], sigma_upper=table["sigma"])
    series = series_table(exact).set_index("specimen")["ea"]
    truth = table.drop_duplicates("specimen").set_index("specimen")["ea_true"].loc[series.index]
    pairs = pairs_table(table, "", seed).set_index("kind")["correct"]
    return {
        "log10_sigma": accuracy(np.log10(table["sigma_true"]), np.log10(table["sigma"])),
        "sigma": accuracy(table["sigma_true"].to_numpy(), table["sigma"].to_numpy()),
        "ea_series": accuracy(truth.to_numpy() * KJ_PER_MOL, series.to_numpy() * KJ_PER_MOL),
        "pairs_correct": float(pairs["all"]),
    }


def _mean_and_sd(name: str, values: list[float]) -> dict[str, float]:
    sd = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return {name: float(np.mean(values)), f"{name}_sd": sd}


def ablation_metrics(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """learner -> quantity -> figure, for `metrics.json`."""
    metrics: dict[str, dict[str, Any]] = {}
    spread = [f"{name}{suffix}" for name in FIGURES for suffix in ("", "_sd")]
    for row in table.to_dict("records"):
        here = metrics.setdefault(row["learner"], {"seeds": row["seeds"]})
        here[row["quantity"]] = {name: row[name] for name in (*spread, "ratio_to_limit")}
        if row["quantity"] == "log10_sigma":
            here |= {name: row[name] for name in ("pairs_correct", "pairs_correct_sd")}
    return metrics


def where_the_autoencoder_helps(table: pd.DataFrame, default: str) -> str:
    """Two sentences: the default against the best learner without a network, figure by figure."""
    rows = {
        quantity: table[table["quantity"] == quantity].set_index("learner")
        for quantity in ("log10_sigma", "sigma", "ea_series")
    }
    wanted = {
        "RMSE of log10 σ": ("log10_sigma", "rmse"),
        "its median": ("log10_sigma", "median"),
        "its 95 % quantile": ("log10_sigma", "p95"),
        "MAE of σ": ("sigma", "mae"),
        "RMSE of Ea": ("ea_series", "rmse"),
    }
    told: dict[str, list[str]] = {"better": [], "no different": [], "worse": []}
    for words, (quantity, figure) in wanted.items():
        figures = rows[quantity][figure]
        if default not in figures:
            continue
        ours = figures[default]
        others = figures.reindex([f"{name}{ending}" for ending in ("", FROM_FURTHER_ENDING) for name in CHEAP]).dropna()
        if others.empty:
            continue
        change = ours / others.min()
        verdict = "better" if change < 1 - CHANCE else "worse" if change > 1 + CHANCE else "no different"
        told[verdict].append(f"{words} {ours:.3g} against {others.min():.3g} ({others.idxmin()})")
    parts = [f"{verdict}: {'; '.join(items)}" for verdict, items in told.items() if items]
    return (
        f"The default, {default}, against the best learner without autoencoder and network, figure by figure "
        f"(differences under {CHANCE:.0%} are chance). " + ". ".join(part[0].upper() + part[1:] for part in parts) + "."
    )
