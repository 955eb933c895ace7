"""Figures of simulated pellets against measured ones: ranges of each quantity, and energy against conductivity."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ionscope.config import Material
from ionscope.evaluate.literature import QUANTITIES, energy_pairs, measured_values
from ionscope.evaluate.validation import (
    NO_MEASUREMENT,
    OUTSIDE,
    SLOPE,
    load_comparison,
    simulated_figures,
    validate,
)
from ionscope.report.figures.style import COLOURS, TRUTH, panels, require, save_figure, styled, tidy
from ionscope.spectrum import SpectrumSet

SHOWN = 300
"""Simulated specimens drawn of each material; all of them enter the table."""


def ranges_data(table: pd.DataFrame, materials: Sequence[Material], literature: pd.DataFrame) -> pd.DataFrame:
    """Simulated bands and every measured value at 25 C of the rows with measurements.

    Columns ``material, quantity, unit, kind, value, verdict, doi``; `kind` is simulated_p5, _p50, _p95 or measured.
    """
    rows = []
    judged = table[(table["verdict"] != NO_MEASUREMENT) & (table["quantity"] != SLOPE)]
    energy = table[table["quantity"] == "ea_total"].set_index("material")["simulated_p50"]
    for material in materials:
        measured = measured_values(literature, material.name, float(energy[material.name]))
        for row in judged[judged["material"] == material.name].to_dict("records"):
            quantity = str(row["quantity"])
            head = (material.name, quantity, row["unit"])
            for name in ("simulated_p5", "simulated_p50", "simulated_p95"):
                rows.append((*head, name, row[name], row["verdict"], ""))
            values = measured[measured["quantity"] == quantity]
            for value, doi in zip(values["value"], values["doi"], strict=True):
                rows.append((*head, "measured", value, row["verdict"], doi))
    return pd.DataFrame(rows, columns=["material", "quantity", "unit", "kind", "value", "verdict", "doi"])


def draw_ranges(data: pd.DataFrame) -> Figure:
    """One panel a quantity, one line a material: a bar for the simulated 5-95 % band, dots for what was measured."""
    quantities = [name for name in QUANTITIES if (data["quantity"] == name).any()]
    lines = [data.loc[data["quantity"] == name, "material"].nunique() for name in quantities]
    rows = [max(lines[k : k + 2]) for k in range(0, len(lines), 2)]
    height = min(0.9 * len(rows) + 0.2 * sum(rows), 9.3)
    figure, axes = panels(len(rows), 2, 8.6, height, height_ratios=rows)
    for panel, quantity in zip(axes.flat, quantities, strict=False):
        _draw_quantity(panel, quantity, data[data["quantity"] == quantity])
    for panel in axes.flat[len(quantities) :]:
        panel.set_axis_off()
    # `tidy` would crowd a small panel of two decades with 1, 2 and 5 of each.
    tidy(panel for panel in axes.flat[: len(quantities)] if _decades(panel) < 1.5)
    return figure


def _decades(panel: Axes) -> float:
    low, high = panel.get_xlim()
    return float(np.log10(high / low)) if panel.get_xscale() == "log" else 0.0


def _draw_quantity(panel: Axes, quantity: str, data: pd.DataFrame) -> None:
    names = list(dict.fromkeys(data["material"]))
    for k, name in enumerate(names):
        own = data[data["material"] == name]
        at = len(names) - 1 - k
        low, middle, high = (own.loc[own["kind"] == f"simulated_{p}", "value"].iloc[0] for p in ("p5", "p50", "p95"))
        colour = COLOURS[1] if own["verdict"].iloc[0] == OUTSIDE else COLOURS[0]
        panel.plot([low, high], [at, at], color=colour, linewidth=6, alpha=0.45, solid_capstyle="butt")
        panel.plot(middle, at, "|", color=colour, markersize=10, markeredgewidth=2)
        values = own.loc[own["kind"] == "measured", "value"]
        panel.plot(values, np.full(len(values), at), ".", color=TRUTH, markersize=3)
    panel.set_yticks(range(len(names) - 1, -1, -1), names)
    kind = QUANTITIES[quantity]
    if kind.logarithmic:
        panel.set_xscale("log")
    unit = "" if kind.unit == "1" else f" / {kind.unit}"
    panel.set(title=kind.label, xlabel=f"{quantity}{unit}", ylim=(-0.6, len(names) - 0.4))


def figure_ranges(table: pd.DataFrame, materials: Sequence[Material], literature: pd.DataFrame, path: Path) -> Path:
    """Simulated bands (blue inside, orange outside) under the measured values."""
    return figure_literature_ranges(ranges_data(table, materials, literature), path)


def figure_literature_ranges(data: pd.DataFrame, path: Path) -> Path:
    """The same from the table of `ranges_data`."""
    columns = ["material", "quantity", "kind", "value", "verdict"]
    data = require(data, columns, "comparison with the literature")
    with styled("literature_ranges"):
        return save_figure(draw_ranges(data), data, path)


def energy_data(
    spectra: SpectrumSet | None, materials: Sequence[Material], literature: pd.DataFrame, seed: int
) -> pd.DataFrame:
    """Conductivity and activation energy of single specimens at 25 C, for materials with both measured.

    Columns ``material, kind, figure, sigma_s_cm, ea_ev``; `kind` is simulated or measured, `figure` total or bulk.
    """
    parts = []
    for material in materials:
        simulated, _ = simulated_figures(spectra, material, seed, None, SHOWN)
        measured = measured_values(literature, material.name, float(np.median(simulated["ea_total"])))
        figure, pairs = energy_pairs(measured)
        if material.hypothetical or len(pairs) < 2:
            continue
        cloud = np.column_stack([np.log10(simulated[f"sigma_{figure}"]), simulated[f"ea_{figure}"]])[:SHOWN]
        for kind, values in (("simulated", cloud), ("measured", pairs)):
            part = pd.DataFrame({"sigma_s_cm": 10 ** values[:, 0], "ea_ev": values[:, 1]})
            parts.append(part.assign(material=material.name, kind=kind, figure=figure))
    columns = ["material", "kind", "figure", "sigma_s_cm", "ea_ev"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def draw_energy(data: pd.DataFrame) -> Figure:
    """One panel a material: simulated specimens as a cloud, measured ones on top."""
    names = list(dict.fromkeys(data["material"]))
    columns = min(4, len(names))
    rows = -(-len(names) // columns)
    figure, axes = panels(rows, columns, 2.15 * columns + 0.6, min(2.1 * rows + 0.4, 9.3), sharey=True)
    for panel, name in zip(axes.flat, names, strict=False):
        own = data[data["material"] == name]
        for kind, colour, size, alpha in (("simulated", COLOURS[0], 6, 0.35), ("measured", TRUTH, 10, 1.0)):
            part = own[own["kind"] == kind]
            look = {"color": colour, "s": size, "alpha": alpha, "linewidths": 0, "rasterized": kind == "simulated"}
            panel.scatter(np.log10(part["sigma_s_cm"]), part["ea_ev"], label=kind, **look)
        panel.set_title(f"{name}, {own['figure'].iloc[0]}")
    for panel in axes.flat[len(names) :]:
        panel.set_axis_off()
    for panel in axes[-1]:
        panel.set_xlabel("log10 σ(25 °C) / S cm⁻¹")
    for panel in axes[:, 0]:
        panel.set_ylabel("Ea / eV")
    axes.flat[0].legend(loc="upper right")
    return figure


def figure_energy_conductivity(
    spectra: SpectrumSet | None, materials: Sequence[Material], literature: pd.DataFrame, seed: int, path: Path
) -> Path:
    """Activation energy against conductivity, simulated and measured."""
    return figure_literature_energy(energy_data(spectra, materials, literature, seed), path)


def figure_literature_energy(data: pd.DataFrame, path: Path) -> Path:
    """The same from the table of `energy_data`."""
    columns = ["material", "kind", "figure", "sigma_s_cm", "ea_ev"]
    data = require(data, columns, "specimens with conductivity and energy")
    with styled("literature_energy"):
        return save_figure(draw_energy(data), data, path)


def write_literature_figures(
    spectra: SpectrumSet | None,
    materials: Sequence[str],
    config_folder: Path | str,
    literature: Path | str,
    folder: Path | str,
    seed: int,
) -> list[Path]:
    """Write ``literature_ranges.svg`` and ``literature_energy.svg``, their data as ``.csv`` beside them, into `folder`.

    The arguments are those of `ionscope.evaluate.validation.write_validation`. A figure without any measurement to show
    is left out; returns the paths of those written.
    """
    folder = Path(folder)
    loaded, values, lithium = load_comparison(materials, config_folder, literature)
    table = validate(spectra, loaded, values, seed, lithium)
    written = []
    if not ranges_data(table, loaded, values).empty:
        written.append(figure_ranges(table, loaded, values, folder / "literature_ranges.svg"))
    if not energy_data(spectra, loaded, values, seed).empty:
        path = folder / "literature_energy.svg"
        written.append(figure_energy_conductivity(spectra, loaded, values, seed, path))
    return written
