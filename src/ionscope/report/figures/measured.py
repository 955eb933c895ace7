"""Measured spectra and the simulated ones nearest to them, one upon the other."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ionscope.evaluate.measured import OVERLAY
from ionscope.report.figures.style import COLOURS, TRUTH, panels, require, save_figure, styled

MOST_PANELS = 12
"""With more spectra than this, those with a published resistance and, evenly from best to worst match, others."""

LARGEST_REACH = 4.0
"""A panel shows no more than so many reference resistances, and no blocking tail further: it would hide the arcs."""


def shown_spectra(data: pd.DataFrame) -> pd.DataFrame:
    """The rows of `data` (columns `ionscope.evaluate.measured.OVERLAY`) that a figure has room for."""
    spectra = data[["file", "sweep", "published_ohm", "distance"]].drop_duplicates()
    if len(spectra) <= MOST_PANELS:
        return data
    published = spectra["published_ohm"].notna()
    kept = _spread(spectra[published], MOST_PANELS)
    kept = pd.concat([kept, _spread(spectra[~published], MOST_PANELS - len(kept))])
    return data.merge(kept[["file", "sweep"]], on=["file", "sweep"])


def _spread(spectra: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many of them, from the smallest to the largest distance."""
    ranked = spectra.sort_values("distance", kind="stable")
    return ranked.iloc[np.unique(np.linspace(0, len(ranked) - 1, min(most, len(ranked))).round().astype(int))]


def draw_nearest(data: pd.DataFrame) -> Figure:
    """One Nyquist panel a spectrum, both curves over their own reference resistance."""
    spectra = list(data.groupby(["file", "sweep"], sort=False))
    if not spectra:
        return _nothing()
    sweeps = data.groupby("file")["sweep"].nunique().to_dict()
    columns = min(3, len(spectra))
    rows = -(-len(spectra) // columns)
    figure, axes = panels(rows, columns, 3.0 * columns if columns > 1 else 4.5, min(2.6 * rows + 0.5, 9.3))
    for panel, ((file, sweep), points) in zip(axes.flat, spectra, strict=False):
        _draw_pair(panel, points)
        name = PurePosixPath(str(file)).name
        name = name if len(name) <= 30 else f"{name[:13]}...{name[-14:]}"
        name += f", sweep {sweep:.0f}" if sweeps[file] > 1 else ""
        distance, quantile = points[["distance", "quantile"]].iloc[0]
        rank = "" if pd.isna(quantile) else f", quantile {quantile:.2f}"
        panel.set_title(f"{name}\ndistance {distance:.2g}{rank}", fontsize=8)
    for panel in axes.flat[len(spectra) :]:
        panel.set_visible(False)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure


def _draw_pair(panel: Axes, points: pd.DataFrame) -> None:
    points = points.sort_values("frequency_hz")
    panel.plot(points["measured_real"], points["measured_minus_imag"], "o", color=TRUTH, markersize=3, label="measured")
    nearest = "nearest simulated"
    panel.plot(points["simulated_real"], points["simulated_minus_imag"], "-", color=COLOURS[1], label=nearest)
    flat = points.loc[points["measured_minus_imag"].abs() <= points["measured_real"], "measured_real"]
    reach = float(np.clip(1.05 * flat.max() if len(flat) else 0, 1.6, LARGEST_REACH))
    # An inductive tail is part of the picture, as far as it is no longer than the arcs.
    floor = float(np.clip(points["measured_minus_imag"].min(), -0.3 * reach, 0.0))
    panel.set(xlim=(0, reach), ylim=(floor - 0.02 * reach, 0.62 * reach), aspect="equal")
    panel.set(xlabel="Z' / R", ylabel="−Z'' / R")


def _nothing() -> Figure:
    figure, axes = panels(1, 1, 6.0, 1.5)
    axes[0, 0].set_axis_off()
    text = "No measured spectrum has enough frequencies inside the simulated band."
    axes[0, 0].text(0.5, 0.5, text, ha="center", va="center")
    return figure


def figure_nearest(overlay: pd.DataFrame, path: Path | str) -> Path:
    """The spectra of `ionscope.evaluate.measured.Comparison.overlay`, or of its CSV."""
    data = shown_spectra(overlay if overlay.empty else require(overlay, OVERLAY, "nearest simulated spectra"))
    with styled("nearest"):
        return save_figure(draw_nearest(data), data, path)
