"""Figures of shares: how many truths lie inside their interval, how many pairs stand in the right order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ionscope.report.figures.style import (
    COLOURS,
    MARKERS,
    TRUTH,
    by_name,
    held_out,
    panels,
    require,
    save_figure,
    styled,
)
from ionscope.spectrum import ZERO_CELSIUS

NOMINAL = 0.90
"""Share of truths that every interval of this project is meant to hold."""

_Z = 1.959964
"""Two-sided 95 % of a normal distribution."""


def wilson(share: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of a share seen in n independent trials (Wilson, 10.1080/01621459.1927.10502953)."""
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def coverage_data(predictions: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Share of held-out truths inside their 90 % intervals, in all and by group.

    Columns ``quantity, group, value, n, specimens, inside, lower, upper``.

    `lower` and `upper` are a 95 % interval that counts specimens, since the spectra of one specimen err together.
    """
    predictions = held_out(require(predictions, ["sigma_true", "sigma_lower", "sigma_upper"], "predictions"))
    series = held_out(require(series, ["ea_true", "ea_lower", "ea_upper"], "series predictions"))
    spectra = predictions.assign(
        inside=_inside(predictions, "sigma"),
        everything="held out",
        temperature=(predictions["temperature"] - ZERO_CELSIUS).map("{:.0f} °C".format),
    )
    specimens = series.assign(inside=_inside(series, "ea"), everything="held out")
    rows = []
    for quantity, table, groups in (
        ("σ_total of a spectrum", spectra, ["everything", "material", "electrode", "temperature"]),
        ("Ea of a series", specimens, ["everything", "material", "electrode"]),
    ):
        known = table.dropna(subset=["inside"])
        for group in groups:
            for value, part in known.groupby(group, sort=True):
                rows.append((quantity, group, value, len(part), part["specimen"].nunique(), part["inside"].mean()))
    data = pd.DataFrame(rows, columns=["quantity", "group", "value", "n", "specimens", "inside"])
    data["lower"], data["upper"] = wilson(data["inside"].to_numpy(float), data["specimens"].to_numpy(float))
    return data


def draw_coverage(data: pd.DataFrame) -> Figure:
    """One panel a quantity, one line a group; the dashed line is what the intervals promise."""
    quantities = list(dict.fromkeys(data["quantity"]))
    lines = [int((data["quantity"] == quantity).sum()) for quantity in quantities]
    height = min(0.9 * len(lines) + 0.27 * sum(lines), 9.3)
    figure, axes = panels(len(lines), 1, 7.5, height, sharex=True, height_ratios=lines)
    for panel, quantity, colour in zip(axes[:, 0], quantities, COLOURS, strict=False):
        group = data[data["quantity"] == quantity]
        at = np.arange(len(group))[::-1]
        # Wilson's interval need not hold the share itself at 0 and 1.
        errors = np.clip([group["inside"] - group["lower"], group["upper"] - group["inside"]], 0, None)
        panel.errorbar(group["inside"], at, xerr=errors, fmt="o", capsize=2, color=colour)
        panel.axvline(NOMINAL, color=TRUTH, linestyle="--")
        labels = [f"{value} ({n} specimens)" for value, n in zip(group["value"], group["specimens"], strict=True)]
        panel.set_yticks(at, labels)
        panel.set(title=quantity, ylim=(-0.7, len(group) - 0.3), xlim=(min(0.5, data["lower"].min() - 0.03), 1.02))
    axes[-1, 0].set_xlabel("share of truths inside the 90 % interval")
    return figure


def figure_coverage(predictions: pd.DataFrame, series: pd.DataFrame, path: Path | str) -> Path:
    """Coverage of the 90 % intervals of conductivity and activation energy, by group."""
    data = coverage_data(predictions, series)
    with styled("coverage"):
        return save_figure(draw_coverage(require(data, [], "intervals with a known truth")), data, path)


def draw_pairs(data: pd.DataFrame, paper: float | None) -> Figure:
    """Share of pairs in the right order, one line a kind of pair, one mark a variant."""
    kinds = list(dict.fromkeys(data["kind"]))
    figure, axes = panels(1, 1, 7.5, 1.1 + 0.55 * len(kinds))
    panel, colours, marks = axes[0, 0], by_name(data["variant"], COLOURS), by_name(data["variant"], MARKERS)
    for k, (variant, group) in enumerate(data.groupby("variant", sort=True)):
        shift = 0.6 * (k / max(len(colours) - 1, 1) - 0.5)
        at = [len(kinds) - 1 - kinds.index(kind) - shift for kind in group["kind"]]
        errors = np.clip([group["correct"] - group["lower"], group["upper"] - group["correct"]], 0, None)
        look = {"color": colours[variant], "fmt": marks[variant], "capsize": 2, "label": variant}
        panel.errorbar(group["correct"], at, xerr=errors, **look)
    panel.axvline(0.5, color=TRUTH, linestyle=":", label="tossing a coin")
    if paper is not None:
        panel.axvline(paper, color=TRUTH, linestyle="--", label=f"paper, {paper:g}")
    panel.set_yticks(range(len(kinds) - 1, -1, -1), kinds)
    panel.set_xlabel("share of pairs in the right order")
    panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def figure_pairs(pairs: pd.DataFrame, path: Path | str, paper: float | None = None) -> Path:
    """Pairwise concordance of `evaluation/pairs.csv`; `paper` is the paper's share, drawn as a line where given."""
    data = require(pairs, ["variant", "kind", "n", "correct", "lower", "upper"], "pairs")
    with styled("pairs"):
        return save_figure(draw_pairs(data, paper), data, path)


def _inside(table: pd.DataFrame, name: str) -> pd.Series:
    """1 where the truth lies inside, 0 where outside, NaN where the truth or the interval is unknown."""
    truth, lower, upper = (table[f"{name}_{part}"] for part in ("true", "lower", "upper"))
    inside = ((truth >= lower) & (truth <= upper)).astype(float)
    return inside.where(truth.notna() & lower.notna() & upper.notna())
