"""Figures of what comes out at the end: Arrhenius lines, the ranking, and the time it takes."""

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
    tidy,
)
from ionscope.simulate.arrhenius import arrhenius_factor

SPECIMENS_PER_MATERIAL = 6
"""Arrhenius lines shown of each material."""

MOST_BARS = 36
"""Specimens shown in the figure of the ranking; the table has all of them."""


def arrhenius_data(predictions: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Held-out specimens evenly spread in true conductivity: points with intervals, truth, and the series' line.

    Columns ``material, specimen, inverse_temperature_1000_k`` and, in S K/cm, ``sigma_t, sigma_t_lower, sigma_t_upper,
    sigma_t_true, sigma_t_line``.
    """
    columns = ["specimen", "material", "role", "temperature", "sigma_true", "sigma", "sigma_lower", "sigma_upper"]
    spectra = held_out(require(predictions, columns, "predictions"))[columns]
    lines = require(series, ["specimen", "ea", "sigma_25c"], "series predictions").set_index("specimen")
    spectra = spectra[spectra["specimen"].isin(lines.index)]
    parts = []
    for _, group in require(spectra, [], "specimens with a series").groupby("material", sort=True):
        names = group.groupby("specimen")["sigma_true"].median().sort_values(kind="stable").index.to_numpy()
        take = np.unique(np.linspace(0, len(names) - 1, min(SPECIMENS_PER_MATERIAL, len(names))).round().astype(int))
        parts.append(group[group["specimen"].isin(names[take])])
    data = pd.concat(parts, ignore_index=True)
    temperature = data["temperature"].to_numpy()
    own = lines.loc[data["specimen"]]
    line = own["sigma_25c"].to_numpy() * arrhenius_factor(own["ea"].to_numpy(), temperature)
    result = data[["material", "specimen"]].assign(inverse_temperature_1000_k=1000 / temperature)
    for name in ("sigma", "sigma_lower", "sigma_upper", "sigma_true"):
        result[name.replace("sigma", "sigma_t")] = data[name] * temperature
    result["sigma_t_line"] = line * temperature
    return result.sort_values(["material", "specimen", "inverse_temperature_1000_k"], ignore_index=True)


def draw_arrhenius(data: pd.DataFrame) -> Figure:
    """One panel a material: points with 90 % intervals, crosses for the truth, the line fitted to the series."""
    materials = sorted(set(data["material"]))
    rows = -(-len(materials) // 2)
    figure, axes = panels(rows, min(2, len(materials)), 8.6, min(4.6 * rows, 9.3), sharex=True, sharey=True)
    for panel, material in zip(axes.flat, materials, strict=False):
        part = data[data["material"] == material]
        colours = by_name(part["specimen"], COLOURS)
        for specimen, group in part.groupby("specimen", sort=True):
            x, y = group["inverse_temperature_1000_k"], group["sigma_t"]
            errors = np.clip([y - group["sigma_t_lower"], group["sigma_t_upper"] - y], 0, None)
            look = {"color": colours[specimen], "label": specimen}
            panel.errorbar(x, y, yerr=errors, fmt="o", capsize=2, **look)
            panel.plot(x, group["sigma_t_line"], color=colours[specimen], linewidth=0.9)
            panel.plot(x, group["sigma_t_true"], "x", color=TRUTH, markersize=5)
        panel.plot([], [], "x", color=TRUTH, markersize=5, linestyle="none", label="truth")
        panel.set(yscale="log", title=material, xlabel="1000 K / T", ylabel="σ_total · T / S K cm⁻¹")
        panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4)
    for panel in axes.flat[len(materials) :]:
        panel.set_visible(False)
    tidy(axes.flat)
    return figure


def figure_arrhenius(predictions: pd.DataFrame, series: pd.DataFrame, path: Path | str) -> Path:
    """Arrhenius plots of a few held-out specimens of each material."""
    data = arrhenius_data(predictions, series)
    with styled("arrhenius"):
        return save_figure(draw_arrhenius(data), data, path)


def draw_ranking(data: pd.DataFrame, threshold: float | None) -> Figure:
    """Scores with intervals of both cards, and beside them the probability of a score above the threshold."""
    figure, axes = panels(1, 2, 8.6, min(1.2 + 0.215 * len(data), 9.3), sharey=True, width_ratios=[3, 1])
    scores, chances = axes[0]
    places = np.arange(len(data))[::-1]
    colours = by_name(data["material"], COLOURS)
    for material, group in data.groupby("material", sort=True):
        at = places[group.index]
        # Bars start where the score does: at its base of 100, below which it cannot fall.
        scores.barh(
            at, group["score_text"] - 100, left=100, height=0.72, color=colours[material], alpha=0.45, label=material
        )
        errors = np.clip([group["score_text"] - group["lower"], group["upper"] - group["score_text"]], 0, None)
        scores.errorbar(group["score_text"], at, xerr=errors, fmt="none", ecolor="black", capsize=2, linewidth=1)
        chances.barh(at, group["p_above_130"], height=0.72, color=colours[material], alpha=0.45)
    scores.plot(data["score_appendix_a"], places, "D", fillstyle="none", color="black", label="card of Appendix A")
    scores.plot(data["true_score"], places, "x", color="#D00000", label="score of the truth")
    if threshold is not None:
        scores.axvline(threshold, color=TRUTH, linestyle="--")
    scores.set_yticks(
        places,
        [f"{name} (material)" if kind == "material" else name for name, kind in data[["name", "kind"]].to_numpy()],
    )
    scores.set(xlabel="HyperScore, 90 % interval", ylim=(-0.7, len(data) - 0.3))
    chances.set(xlabel="P(score > 130)", xlim=(0, 1))
    scores.legend(loc="lower right")
    return figure


def figure_ranking(ranking: pd.DataFrame, path: Path | str, threshold: float | None = 130.0) -> Path:
    """Bars with intervals of `ranking.csv`: the materials, then the best `MOST_BARS` specimens."""
    columns = ["rank", "kind", "name", "material", "score_text", "lower", "upper", "score_appendix_a", "p_above_130"]
    data = require(ranking, [*columns, "true_score"], "ranking")
    materials, specimens = (data[data["kind"] == kind].sort_values("rank") for kind in ("material", "specimen"))
    data = pd.concat([materials, specimens.head(MOST_BARS)], ignore_index=True)
    with styled("ranking"):
        return save_figure(draw_ranking(data, threshold), data, path)


def draw_timing(data: pd.DataFrame) -> Figure:
    """Seconds a spectrum of every method, on a logarithmic axis, with the share it gets right."""
    figure, axes = panels(1, 1, 7.5, 1.0 + 0.36 * len(data))
    panel = axes[0, 0]
    places = np.arange(len(data))[::-1]
    panel.plot(data["seconds_per_spectrum"], places, "o", markersize=7, color=COLOURS[0])
    for place, row in zip(places, data.to_dict("records"), strict=True):
        right = row["right_within_5_percent"]
        text = f"{row['seconds_per_spectrum']:.2g} s" + ("" if pd.isna(right) else f", {right:.0%} right")
        at = (row["seconds_per_spectrum"], place)
        panel.annotate(text, at, xytext=(8, 0), textcoords="offset points", va="center", fontsize=8)
    panel.set_yticks(places, data["method"])
    panel.set(xscale="log", xlabel="seconds per spectrum", ylim=(-0.6, len(data) - 0.4))
    panel.set_xlim(data["seconds_per_spectrum"].min() / 2, data["seconds_per_spectrum"].max() * 20)
    tidy([panel])
    return figure


def figure_timing(timing: pd.DataFrame, path: Path | str) -> Path:
    """Times of `evaluation/timing.csv`; "right" means a resistance within 5 % of the truth."""
    data = require(timing, ["method", "seconds_per_spectrum", "n", "right_within_5_percent"], "timing")
    with styled("timing"):
        return save_figure(draw_timing(data), data, path)


def draw_peers(data: pd.DataFrame) -> Figure:
    """Share of spectra whose resistance is off by no more than x, one curve a method."""
    figure, axes = panels(1, 1, 7.0, 3.4)
    panel = axes[0, 0]
    for k, (method, group) in enumerate(data.groupby("method", sort=True)):
        # A method that fails on a spectrum has an unbounded error there: its curve ends below one.
        error = np.sort(group["relative_error"].fillna(np.inf))
        share = np.arange(1, len(error) + 1) / len(error)
        drawn = np.isfinite(error)
        look = {"color": COLOURS[k % len(COLOURS)], "marker": MARKERS[k % len(MARKERS)], "markevery": 0.2}
        panel.step(np.maximum(error[drawn], 1e-5), share[drawn], where="post", label=method, **look)
    panel.axvline(0.05, color=TRUTH, linestyle="--")
    panel.set(
        xscale="log", ylim=(0, 1.02), xlabel="relative error of the resistance", ylabel="share of spectra within it"
    )
    panel.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    tidy([panel])
    return figure


def figure_peers(peers: pd.DataFrame, path: Path | str) -> Path:
    """Distribution of the resistance's relative error in `evaluation/peers.csv`, each method on the same spectra."""
    data = require(peers, ["method", "spectrum", "resistance", "resistance_true"], "peers").copy()
    data["relative_error"] = np.abs(data["resistance"] / data["resistance_true"] - 1)
    with styled("peers"):
        return save_figure(draw_peers(data), data, path)
