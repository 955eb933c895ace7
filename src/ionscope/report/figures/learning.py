"""Figures of what the networks learned: reconstructions, latent space, training, bandwidth."""

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
    panels,
    require,
    save_figure,
    styled,
    tidy,
)

EXAMPLES = 3
"""Spectra shown of each variant."""


def draw_reconstruction(data: pd.DataFrame) -> Figure:
    """Measured points and the autoencoder's curve, one row a channel and one column a spectrum."""
    spectra = list(data.groupby("spectrum", sort=False))[:EXAMPLES]
    channels = list(dict.fromkeys(data["channel"]))
    figure, axes = panels(len(channels), len(spectra), 8.6, 2.1 * len(channels) + 0.6, sharex="col", sharey="row")
    for column, (_, spectrum) in zip(axes.T, spectra, strict=True):
        for panel, channel in zip(column, channels, strict=True):
            part = spectrum[spectrum["channel"] == channel]
            panel.plot(part["grid"], part["measured"], "o", color=TRUTH, markersize=3, label="into the encoder")
            panel.plot(part["grid"], part["reconstructed"], "-", color=COLOURS[0], label="out of the decoder")
            if data["grid"].min() > 0:
                panel.set_xscale("log")
        column[0].set_title(str(spectrum["specimen"].iloc[0]))
        tidy(column)
        column[-1].set_xlabel("frequency / Hz" if data["grid"].min() > 0 else "decades from reference")
    for panel, channel in zip(axes[:, 0], channels, strict=True):
        panel.set_ylabel(f"{channel}\n(normalised)")
    axes[0, 0].legend()
    return figure


def figure_reconstruction(examples: pd.DataFrame, path: Path | str, variant: str = "joint") -> Path:
    """Examples of `evaluation/reconstruction_examples.csv` of one variant."""
    columns = ["variant", "spectrum", "specimen", "channel", "grid", "measured", "reconstructed"]
    data = require(examples, columns, "reconstruction examples")
    data = require(data[data["variant"] == variant], columns, f"reconstruction examples of '{variant}'")
    data = data[data["spectrum"].isin(list(dict.fromkeys(data["spectrum"]))[:EXAMPLES])]
    with styled("reconstruction"):
        return save_figure(draw_reconstruction(data), data, path)


def draw_reconstruction_error(data: pd.DataFrame, paper: float | None) -> Figure:
    """Histogram of the reconstruction error, one step curve a variant, on logarithmic bins."""
    figure, axes = panels(1, 1, 6.5, 3.2)
    panel, colours = axes[0, 0], by_name(data["variant"], COLOURS)
    values = data["rmse_normalised"][data["rmse_normalised"] > 0]
    bins = np.geomspace(values.min() * 0.999, values.max() * 1.001, 40)
    for variant, group in data.groupby("variant", sort=True):
        label = f"{variant}, median {group['rmse_normalised'].median():.2g}"
        panel.hist(group["rmse_normalised"], bins, histtype="step", linewidth=1.6, color=colours[variant], label=label)
    if paper is not None:
        panel.axvline(paper, color=TRUTH, linestyle="--", label=f"paper's mean, {paper:g}")
    panel.set(xscale="log", xlabel="reconstruction error (RMSE) / normalised units", ylabel="spectra")
    panel.legend()
    tidy([panel])
    return figure


def figure_reconstruction_error(errors: pd.DataFrame, path: Path | str, paper: float | None = None) -> Path:
    """Errors of `evaluation/reconstruction.csv`; `paper` is the paper's figure, drawn as a line where given."""
    data = require(errors, ["variant", "spectrum", "rmse_normalised"], "reconstruction errors")
    with styled("reconstruction-error"):
        return save_figure(draw_reconstruction_error(data, paper), data, path)


def latent_plane(latent: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Principal components of the latent columns ``z0, z1, ...``.

    Returns the table with `pc1` and `pc2` in place of the latent columns, and their share of the variance (2,).

    Signs are fixed so that the largest loading of each component is positive.
    """
    names = [name for name in map(str, latent) if name.startswith("z") and name[1:].isdigit()]
    points = latent[names].to_numpy(dtype=float)
    centred = points - points.mean(axis=0)
    _, values, loadings = np.linalg.svd(centred, full_matrices=False)
    loadings = loadings * np.sign(loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)])[:, None]
    scores = np.column_stack([centred @ loadings.T, np.zeros((len(points), 1))])[:, :2]
    share = np.append(values**2 / max((values**2).sum(), np.finfo(float).tiny), 0.0)[:2]
    return latent.drop(columns=names).assign(pc1=scores[:, 0], pc2=scores[:, 1]), share


def draw_latent(data: pd.DataFrame, share: np.ndarray) -> Figure:
    """The latent plane twice: coloured by conductivity, and by material with a marker for the electrode."""
    figure, axes = panels(1, 2, 8.6, 4.6, sharex=True, sharey=True)
    dots = {"s": 9, "linewidths": 0, "rasterized": len(data) > MANY_POINTS}
    left, right = axes[0]
    shown = left.scatter(data["pc1"], data["pc2"], c=data["log10_sigma_total"], cmap="viridis", **dots)
    figure.colorbar(shown, ax=left, label="log10(σ_total / S cm⁻¹)", location="top", aspect=30)
    colours, marks = by_name(data["material"], COLOURS), by_name(data["electrode"], MARKERS)
    for (material, electrode), group in data.groupby(["material", "electrode"], sort=True):
        look = {"color": colours[material], "marker": marks[electrode], "label": f"{material}, {electrode}"}
        right.scatter(group["pc1"], group["pc2"], **look, **dots)
    right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.02), ncols=2)
    left.set_ylabel(f"second component ({share[1]:.0%})")
    for panel in axes[0]:
        panel.set_xlabel(f"first component ({share[0]:.0%} of the variance)")
    return figure


def figure_latent(latent: pd.DataFrame, path: Path | str) -> Path:
    """Two principal components of the latent means in `evaluation/latent.csv`."""
    require(latent, ["spectrum", "specimen", "material", "electrode", "sigma_total", "z0"], "latent points")
    data, share = latent_plane(latent)
    data["log10_sigma_total"] = np.log10(data["sigma_total"])
    with styled("latent"):
        return save_figure(draw_latent(data, share), data, path)


FEW_STEPS = 60
"""Up to so many steps are drawn with a dot each."""

CURVES = {
    "autoencoder's loss": ["reconstruction", "kl"],
    "whole loss and the kernel's share": ["loss", "kernel_loss"],
    "validation error / decades": ["validation_error"],
    "learning rate": ["learning_rate"],
}
"""Panels of the figure of training, and the columns of history.csv that each shows."""


def draw_training(data: pd.DataFrame) -> Figure:
    """The terms of the loss, the validation error and the learning rate over the steps of training."""
    figure, axes = panels(2, 2, 8.6, 5.4, sharex=True)
    for panel, (label, names) in zip(axes.flat, CURVES.items(), strict=True):
        known = [name for name in names if data[name].notna().any()]  # no kernel's loss where the encoder learns alone
        for name, colour in zip(known, COLOURS, strict=False):
            part = data.dropna(subset=[name])
            style = "o-" if len(part) <= FEW_STEPS else "-"
            look = {"color": colour, "markersize": 3, "linewidth": 1, "rasterized": len(part) > MANY_POINTS}
            panel.plot(part["step"], part[name].astype(float), style, label=name.replace("_", " "), **look)
        # The kernel's loss is the logarithm of an error: it falls below zero, and the whole loss with it.
        if known and (data[known].min() > 0).all():
            panel.set_yscale("log")
        elif known:
            panel.set_yscale("symlog", linthresh=1)
        for step in data["step"][data["phase"] != data["phase"].shift()].iloc[1:]:
            panel.axvline(step, color=TRUTH, linestyle=":", linewidth=1)
        panel.set_ylabel(label)
        if len(known) > 1:
            panel.legend()
    for panel in axes[-1]:
        panel.set_xlabel("step")
    tidy(axes.flat)
    return figure


def figure_training(history: pd.DataFrame, path: Path | str) -> Path:
    """Loss curves of `models/<variant>/final/history.csv`; dotted lines where a phase of training begins."""
    columns = [name for names in CURVES.values() for name in names]
    data = require(history, ["step", "phase", *columns], "training history")
    with styled("training"):
        return save_figure(draw_training(data), data, path)


def draw_bandwidth(data: pd.DataFrame) -> Figure:
    """Bandwidth, ridge and validation error at each re-tuning."""
    figure, axes = panels(1, 3, 8.6, 2.9)
    for panel, column, label in zip(
        axes[0], ["bandwidth", "ridge", "error"], ["bandwidth σ", "ridge λ", "validation error / decades"], strict=True
    ):
        panel.plot(data["step"], data[column], "o-", color=COLOURS[0])
        panel.set(xlabel="step", ylabel=label, yscale="log" if (data[column] > 0).all() else "linear")
    tidy(axes.flat)
    return figure


def figure_bandwidth(trajectory: pd.DataFrame, path: Path | str) -> Path:
    """The trajectory in `models/<variant>/final/bandwidth.csv` as Bayesian optimisation re-tuned it during training."""
    data = require(trajectory, ["step", "bandwidth", "ridge", "error", "calls"], "bandwidth trajectory")
    with styled("bandwidth"):
        return save_figure(draw_bandwidth(data), data, path)
