"""Figures of how right the predictions are: parity, residuals, coverage of intervals, order of pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ionscope.report.figures.style import (
    COLOURS,
    MANY_POINTS,
    MARKERS,
    TRUTH,
    by_name,
    diagonal,
    held_out,
    panels,
    require,
    save_figure,
    styled,
    tidy,
)
from ionscope.simulate.arrhenius import KJ_PER_MOL
from ionscope.spectrum import ZERO_CELSIUS

GROUPS = ["specimen", "material", "electrode", "role"]


def parity_data(predictions: pd.DataFrame) -> pd.DataFrame:
    """Held-out rows with `log10_true`, `log10_predicted` and the residual in decades."""
    columns = [*GROUPS, "temperature", "sigma_true", "sigma"]
    data = held_out(require(predictions, columns, "predictions"))[columns].copy()
    with np.errstate(invalid="ignore", divide="ignore"):  # a recipe that learns S/cm can answer less than nothing
        data["log10_true"], data["log10_predicted"] = np.log10(data["sigma_true"]), np.log10(data["sigma"])
    data["residual_decades"] = data["log10_predicted"] - data["log10_true"]
    data["temperature_c"] = (data["temperature"] - ZERO_CELSIUS).round(2)
    return data


def draw_parity(data: pd.DataFrame) -> Figure:
    """Predicted over true conductivity, and the ratio of the two enlarged below."""
    figure, axes = panels(1, 2, 8.6, 4.0)
    parity, ratio = axes[0]
    colours, marks = by_name(data["material"], COLOURS), by_name(data["electrode"], MARKERS)
    for (material, electrode), group in data.groupby(["material", "electrode"], sort=True):
        look = {
            "color": colours[material],
            "marker": marks[electrode],
            "label": f"{material}, {electrode}",
            "s": 11,
            "alpha": 0.7,
            "linewidths": 0,
            "rasterized": len(data) > MANY_POINTS,
        }
        parity.scatter(10 ** group["log10_true"], 10 ** group["log10_predicted"], **look)
        ratio.scatter(10 ** group["log10_true"], group["residual_decades"], **look)
    diagonal(parity, 10 ** data[["log10_true", "log10_predicted"]].to_numpy())
    ratio.axhline(0, color=TRUTH, linewidth=1, zorder=1)
    parity.set(xscale="log", yscale="log", xlabel="true σ_total / S cm⁻¹", ylabel="predicted σ_total / S cm⁻¹")
    ratio.set(xscale="log", xlabel="true σ_total / S cm⁻¹", ylabel="log10(predicted / true)")
    parity.legend()
    tidy(axes.flat)
    return figure


def figure_parity(predictions: pd.DataFrame, path: Path | str) -> Path:
    """Conductivity of held-out spectra, predicted against true, from `predictions/<variant>.csv`."""
    data = parity_data(predictions)
    with styled("parity-" + Path(path).stem):
        return save_figure(draw_parity(data), data, path)


def energy_data(predictions: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """True and predicted Ea in kJ/mol of held-out rows, a specimen each (task `series`) or a spectrum each (`single`).

    Column `mean_of_training` is what "always the mean" answers: the mean true Ea of the training specimens.
    """
    series = require(series, [*GROUPS, "ea_true", "ea"], "series predictions")
    predictions = require(predictions, [*GROUPS, "ea_true", "ea_single"], "predictions")
    parts = []
    for task, table, column in (("series", series, "ea"), ("single", predictions, "ea_single")):
        part = held_out(table)[[*GROUPS, "ea_true", column]].rename(columns={column: "ea"})
        parts.append(part.assign(task=task))
    data = pd.concat(parts, ignore_index=True)
    training = series["ea_true"][series["role"] == "train"]
    data["ea_true_kj_mol"], data["ea_kj_mol"] = data.pop("ea_true") * KJ_PER_MOL, data.pop("ea") * KJ_PER_MOL
    data["mean_of_training"] = training.mean() * KJ_PER_MOL
    return data


def draw_energy(data: pd.DataFrame) -> Figure:
    """Two panels of equal scale: from a series, and from one spectrum; the dashed line answers always the mean."""
    figure, axes = panels(1, 2, 8.6, 4.1, sharex=True, sharey=True)
    colours, marks = by_name(data["material"], COLOURS), by_name(data["electrode"], MARKERS)
    titles = {"series": "from a temperature series", "single": "from one spectrum"}
    for panel, (task, title) in zip(axes[0], titles.items(), strict=True):
        part = data[data["task"] == task]
        for (material, electrode), group in part.groupby(["material", "electrode"], sort=True):
            look = {"color": colours[material], "marker": marks[electrode], "label": f"{material}, {electrode}"}
            hidden = len(part) > MANY_POINTS
            panel.scatter(
                group["ea_true_kj_mol"], group["ea_kj_mol"], s=12, alpha=0.7, linewidths=0, rasterized=hidden, **look
            )
        diagonal(panel, data[["ea_true_kj_mol"]].to_numpy())
        mean = part["mean_of_training"].iloc[0] if len(part) else np.nan
        if np.isfinite(mean):
            error = _rms(mean - part["ea_true_kj_mol"])
            panel.axhline(mean, color=TRUTH, linestyle="--", label=f"always the mean: {error:.3g} kJ/mol")
        error = _rms(part["ea_kj_mol"] - part["ea_true_kj_mol"])
        panel.set(title=f"{title}: RMSE {error:.3g} kJ/mol", xlabel="true Ea / kJ mol⁻¹")
        panel.legend(loc="upper left")
    axes[0, 0].set_ylabel("predicted Ea / kJ mol⁻¹")
    return figure


def figure_energy(predictions: pd.DataFrame, series: pd.DataFrame, path: Path | str) -> Path:
    """Activation energy of held-out specimens, from a series and from one spectrum, beside "always the mean"."""
    data = energy_data(predictions, series)
    with styled("energy"):
        return save_figure(draw_energy(data), data, path)


def draw_residuals(data: pd.DataFrame) -> Figure:
    """Box plots of the residual by temperature and by electrode, one box a material."""
    figure, axes = panels(1, 2, 8.6, 3.6, sharey=True)
    colours = by_name(data["material"], COLOURS)
    for panel, column, label in (
        (axes[0, 0], "temperature_c", "temperature / °C"),
        (axes[0, 1], "electrode", "electrode"),
    ):
        places = {value: k for k, value in enumerate(sorted(set(data[column])))}
        for shift, (material, group) in enumerate(data.groupby("material", sort=True)):
            boxes = [(places[v], part["residual_decades"].dropna()) for v, part in group.groupby(column, sort=True)]
            width = 0.8 / len(colours)
            at = [place + (shift - (len(colours) - 1) / 2) * width for place, _ in boxes]
            panel.boxplot(
                [values for _, values in boxes],
                positions=at,
                widths=0.85 * width,
                whis=(5, 95),
                manage_ticks=False,
                patch_artist=True,
                boxprops={"facecolor": colours[material], "alpha": 0.6},
                medianprops={"color": "black"},
                flierprops={"markersize": 2, "marker": "."},
            )
            panel.plot([], [], color=colours[material], linewidth=6, alpha=0.6, label=material)
        panel.axhline(0, color=TRUTH, linewidth=1, zorder=1)
        panel.set_xticks(list(places.values()), [f"{v:g}" if isinstance(v, float) else str(v) for v in places])
        panel.set_xlabel(label)
    axes[0, 0].set_ylabel("log10(predicted / true)")
    axes[0, 0].legend()
    return figure


def figure_residuals(predictions: pd.DataFrame, path: Path | str) -> Path:
    """Residuals of the conductivity of held-out spectra; whiskers hold 90 % of them."""
    data = parity_data(predictions)
    with styled("residuals"):
        return save_figure(draw_residuals(data), data, path)


def _rms(values: pd.Series) -> float:
    return float(np.sqrt(np.mean(np.square(values.dropna())))) if values.notna().any() else float("nan")
