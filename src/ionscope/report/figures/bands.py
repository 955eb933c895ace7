"""Errors of total, bulk and boundary conductivity by the band that they were read from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ionscope.report.figures.style import COLOURS, MARKERS, TRUTH, panels, require, save_figure, styled

NAMES = {"sigma_total": "total", "sigma_bulk": "bulk", "sigma_gb": "grain boundaries"}


def figure_bands(table: pd.DataFrame, path: Path) -> Path:
    """One panel a conductivity; errors by electrode and material, a colour for each band."""
    columns = ["conductivity", "frequency_max_hz", "electrode", "material", "log10_rmse", "log10_rmse_without_spectrum"]
    table = require(table, columns, "conductivities.csv")
    parts = [name for name in NAMES if (table["conductivity"] == name).any()]
    groups = table[["electrode", "material"]].drop_duplicates().itertuples(index=False, name=None)
    labels = {(electrode, material): k for k, (electrode, material) in enumerate(groups)}
    edges = sorted(table["frequency_max_hz"].unique())
    with styled("bands"):
        figure, axes = panels(1, len(parts), 2.6 * len(parts) + 1.6, 0.9 + 0.32 * len(labels), sharey=True)
        for panel, name in zip(axes[0], parts, strict=True):
            own = table[table["conductivity"] == name]
            place = [labels[key] for key in zip(own["electrode"], own["material"], strict=True)]
            panel.plot(own["log10_rmse_without_spectrum"], place, "x", color=TRUTH, label="without a spectrum")
            for k, edge in enumerate(edges):
                rows = own[own["frequency_max_hz"] == edge]
                place = [labels[key] for key in zip(rows["electrode"], rows["material"], strict=True)]
                panel.plot(rows["log10_rmse"], place, MARKERS[k], color=COLOURS[k], label=f"to {edge:g} Hz")
            panel.set(xscale="log", title=NAMES[name], xlabel="RMSE, decades")
        names = [material if electrode == material else f"{electrode}, {material}" for electrode, material in labels]
        axes[0, 0].set_yticks(range(len(names)), names)
        axes[0, 0].invert_yaxis()
        axes[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return save_figure(figure, table, path)
