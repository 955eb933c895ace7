"""Errors, concordance and coverage, with the intervals that say how far to trust them."""

from __future__ import annotations

import numpy as np
import pandas as pd

CLOSE_DECADES = 0.1
"""Pairs whose true log10 conductivities differ by less than this are `close`."""


def accuracy(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """MAE, RMSE, median and 95 % absolute error, and R2 of predictions (n,)."""
    truth, error = np.asarray(truth, float), np.asarray(predicted, float) - truth
    spread = float(np.sum((truth - truth.mean()) ** 2))
    return {
        "n": len(truth),
        "mae": float(np.mean(np.abs(error))),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "r2": 1 - float(np.sum(error**2)) / spread if spread > 0 else float("nan"),
        "median": float(np.median(np.abs(error))),
        "p95": float(np.quantile(np.abs(error), 0.95)),
    }


def accuracy_table(predictions: pd.DataFrame, groups: dict[str, np.ndarray], variant: str) -> pd.DataFrame:
    """Accuracy of sigma_total in S/cm and in decades, over all spectra and over the values of each group column."""
    rows = []
    quantities = {
        "sigma": (lambda table: (table["sigma_true"], table["sigma"]), "S/cm"),
        "log10_sigma": (lambda table: (np.log10(table["sigma_true"]), np.log10(table["sigma"])), "decades"),
    }
    for quantity, (columns, unit) in quantities.items():
        for group, values in {"all": np.full(len(predictions), "all"), **groups}.items():
            for value in pd.unique(np.asarray(values)):
                part = predictions[np.asarray(values) == value]
                truth, predicted = columns(part)
                rows.append(
                    {
                        "variant": variant,
                        "quantity": quantity,
                        "group": group,
                        "value_of_group": value,
                        **accuracy(truth.to_numpy(), predicted.to_numpy()),
                        "unit": unit,
                    }
                )
    return pd.DataFrame(rows)


def concordance(
    truth: np.ndarray, predicted: np.ndarray, specimen: np.ndarray, pairs: np.ndarray, seed: int, draws: int = 200
) -> dict[str, float]:
    """Share of `pairs` (n, n boolean) that predictions order as the truth does, with a 90 % bootstrap interval.

    A tie of the predictions alone, or of the truth alone, counts half: who cannot tell is as right as a coin. The
    bootstrap draws whole specimens, as pairs that share one are not independent.
    """
    upper = np.triu(pairs, 1)
    order, ours = (np.sign(values[:, None] - values[None, :]) for values in (truth, predicted))
    right = 1 - 0.5 * np.abs(order - ours)
    names, index = np.unique(specimen, return_inverse=True)
    # Counts by pair of specimens make a bootstrap draw a weighted sum.
    shape = (len(names), len(names))
    total, correct = np.zeros(shape), np.zeros(shape)
    i, j = np.nonzero(upper)
    np.add.at(total, (index[i], index[j]), 1.0)
    np.add.at(correct, (index[i], index[j]), right[i, j])
    if total.sum() == 0:
        return {"n": 0, "correct": float("nan"), "lower": float("nan"), "upper": float("nan")}
    rng = np.random.default_rng(seed)
    shares = []
    for _ in range(draws):
        weight = np.bincount(rng.integers(len(names), size=len(names)), minlength=len(names)).astype(float)
        n = weight @ total @ weight
        if n > 0:
            shares.append(weight @ correct @ weight / n)
    low, high = np.quantile(shares, [0.05, 0.95])
    return {
        "n": int(total.sum()),
        "correct": float(correct.sum() / total.sum()),
        "lower": float(low),
        "upper": float(high),
    }


def pairs_table(predictions: pd.DataFrame, variant: str, seed: int) -> pd.DataFrame:
    """Concordance over all pairs of spectra, within each material, across materials, and over close pairs."""
    truth, predicted = np.log10(predictions["sigma_true"].to_numpy()), np.log10(predictions["sigma"].to_numpy())
    material, specimen = predictions["material"].to_numpy(), predictions["specimen"].to_numpy()
    same = material[:, None] == material[None, :]
    kinds = {"all": np.ones_like(same), "within": same, "across": ~same}
    kinds |= {f"within {name}": same & (material == name)[:, None] for name in np.unique(material)}
    kinds["close"] = np.abs(truth[:, None] - truth[None, :]) < CLOSE_DECADES
    rows = [
        {"variant": variant, "kind": kind, **concordance(truth, predicted, specimen, pairs, seed)}
        for kind, pairs in kinds.items()
    ]
    return pd.DataFrame(rows)


def top_quartile_accuracy(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Share of spectra put rightly inside or outside the most conducting quarter."""
    return float(np.mean((truth >= np.quantile(truth, 0.75)) == (predicted >= np.quantile(predicted, 0.75))))


def coverage(truth: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean((truth >= lower) & (truth <= upper)))
