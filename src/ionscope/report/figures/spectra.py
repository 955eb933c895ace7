"""Figures of the spectra themselves and of what is done to them before learning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ionscope.preprocess.reference import read_off
from ionscope.report.figures.style import COLOURS, MARKERS, TRUTH, by_name, panels, require, save_figure, styled, tidy
from ionscope.spectrum import SpectrumSet

SPECIMENS_PER_CELL = 2
"""Specimens shown of each material and electrode."""


def gallery_data(spectra: SpectrumSet, per_cell: int = SPECIMENS_PER_CELL) -> pd.DataFrame:
    """Points of a few specimens of every material and electrode, area-specific, all temperatures.

    The specimens lie evenly spread in conductivity (in name, where the truth is unknown), so that a gallery shows the
    range and not the first few. Columns ``material, electrode, specimen, temperature_c, frequency_hz, z_real_ohm_cm2,
    minus_z_imag_ohm_cm2, modulus_ohm_cm2, phase_deg``.
    """
    table = pd.DataFrame({name: spectra[name].astype(str) for name in ("material", "electrode", "specimen")})
    table["order"] = spectra["sigma_total"] if "sigma_total" in spectra else 0.0
    chosen: list[int] = []
    for _, cell in table.groupby(["material", "electrode"], sort=True):
        names = cell.groupby("specimen")["order"].median().sort_values(kind="stable").index.to_numpy()
        take = np.linspace(0, len(names) - 1, min(per_cell, len(names)) + 2).round().astype(int)[1:-1]
        take = np.arange(len(names)) if len(names) <= per_cell else take
        chosen.extend(cell.index[cell["specimen"].isin(names[take])])
    part = spectra.subset(np.array(chosen))
    z = part.impedance * part["area"][:, None]
    points = z.shape[1]
    return pd.DataFrame(
        {
            **{name: np.repeat(part[name].astype(str), points) for name in ("material", "electrode", "specimen")},
            "temperature_c": np.repeat(np.round(part["temperature"] - 273.15, 3), points),
            "frequency_hz": np.tile(part.frequency, len(part)),
            "z_real_ohm_cm2": z.real.ravel(),
            "minus_z_imag_ohm_cm2": -z.imag.ravel(),
            "modulus_ohm_cm2": np.abs(z).ravel(),
            "phase_deg": np.degrees(np.angle(z)).ravel(),
        }
    )


def draw_nyquist(data: pd.DataFrame) -> Figure:
    """One panel a material and electrode, a symbol once a decade; tails are cut off where they would hide the rest."""
    cells = list(data.groupby(["material", "electrode"], sort=True))
    columns = min(2, len(cells))
    rows = -(-len(cells) // columns)
    figure, axes = panels(rows, columns, 8.6, min(3.1 * rows + 0.4, 9.3))
    warmth = _warmth(data["temperature_c"])
    for panel, ((material, electrode), cell) in zip(axes.flat, cells, strict=False):
        marks = by_name(cell["specimen"], MARKERS)
        reach = 0.0
        for (specimen, temperature), sweep in cell.groupby(["specimen", "temperature_c"], sort=True):
            real, imag = sweep["z_real_ohm_cm2"].to_numpy(), sweep["minus_z_imag_ohm_cm2"].to_numpy()
            frequency = sweep["frequency_hz"].to_numpy()
            look = {"marker": marks[specimen], "color": warmth[temperature], "markevery": _decades(frequency)}
            panel.plot(real, imag, linewidth=0.9, **look)
            reach = max(reach, 1.6 * float(read_off(frequency, real - 1j * imag)[0]))
        panel.set(xlim=(0, reach), ylim=(0, 0.62 * reach), aspect="equal", title=f"{material}, {electrode} electrodes")
        panel.set(xlabel="Z' · area / Ω cm²", ylabel="−Z'' · area / Ω cm²")
        for name in sorted(marks):
            panel.plot([], [], marks[name], color=TRUTH, label=name)
        panel.legend(loc="upper right", frameon=True, framealpha=0.85, edgecolor="none")
    for panel in axes.flat[len(cells) :]:
        panel.set_visible(False)
    _temperature_legend(figure, warmth)
    return figure


def draw_bode(data: pd.DataFrame) -> Figure:
    """Modulus and phase over frequency, one column a material and electrode."""
    cells = list(data.groupby(["material", "electrode"], sort=True))
    figure, axes = panels(2, len(cells), max(2.6 * len(cells), 5.0), 5.2, sharex=True, sharey="row")
    warmth = _warmth(data["temperature_c"])
    for (modulus, phase), ((material, electrode), cell) in zip(axes.T, cells, strict=True):
        styles = by_name(cell["specimen"], ["-", "--", ":", "-."])
        for (specimen, temperature), sweep in cell.groupby(["specimen", "temperature_c"], sort=True):
            look = {"color": warmth[temperature], "linestyle": styles[specimen]}
            modulus.loglog(sweep["frequency_hz"], sweep["modulus_ohm_cm2"], **look)
            phase.semilogx(sweep["frequency_hz"], sweep["phase_deg"], **look)
        modulus.set_title(f"{material},\n{electrode}")
        phase.set_xlabel("frequency / Hz")
    axes[0, 0].set_ylabel("|Z| · area / Ω cm²")
    axes[1, 0].set_ylabel("phase / degrees")
    tidy(axes.flat)
    _temperature_legend(figure, warmth)
    return figure


def figure_nyquist(spectra: SpectrumSet, path: Path | str) -> Path:
    """Nyquist plots of a few specimens of every material and electrode at all their temperatures."""
    data = gallery_data(spectra)
    with styled("nyquist"):
        return save_figure(draw_nyquist(data), data, path)


def figure_bode(spectra: SpectrumSet, path: Path | str) -> Path:
    """Bode plots of the same specimens as `figure_nyquist`."""
    data = gallery_data(spectra)
    with styled("bode"):
        return save_figure(draw_bode(data), data, path)


def draw_smoothing(data: pd.DataFrame) -> Figure:
    """Cross-validation error and end-point bias of the Savitzky-Golay candidates; the choice is ringed."""
    figure, axes = panels(1, 2, 8.6, 3.4)
    for panel, column, label in (
        (axes[0, 0], "error", "error at held-back points"),
        (axes[0, 1], "end_bias", "bias at the ends of the band"),
    ):
        colours = by_name(data["order"], COLOURS)
        for order, group in data.groupby("order", sort=True):
            group = group.sort_values("window")
            panel.plot(group["window"], group[column], "o-", color=colours[str(order)], label=f"order {order:g}")
        chosen = data[data["chosen"]]
        panel.plot(chosen["window"], chosen[column], "o", markersize=11, fillstyle="none", color=TRUTH, label="chosen")
        panel.set(xlabel="window / points", ylabel=label)
        panel.legend()
    return figure


def figure_smoothing(candidates: pd.DataFrame, choice: dict, path: Path | str) -> Path:
    """The candidates of `preprocess/smoothing.csv` and the choice of `smoothing.json` (keys `window`, `order`)."""
    data = require(candidates, ["window", "order", "error", "end_bias"], "smoothing candidates").copy()
    data[["window", "order"]] = data[["window", "order"]].fillna(0)  # no filter at all
    data["chosen"] = (data["window"] == (choice.get("window") or 0)) & (data["order"] == (choice.get("order") or 0))
    with styled("smoothing"):
        return save_figure(draw_smoothing(data), data, path)


def _warmth(temperatures_c: pd.Series) -> dict[Any, tuple]:
    """A colour for each temperature, cold dark and warm bright; the brightest yellow is left out as unreadable."""
    values = sorted(set(temperatures_c))
    return {value: colormaps["plasma"](0.85 * k / max(len(values) - 1, 1)) for k, value in enumerate(values)}


def _temperature_legend(figure: Figure, warmth: dict[Any, tuple]) -> None:
    handles = [Line2D([], [], color=colour, linewidth=3, label=f"{value:g} °C") for value, colour in warmth.items()]
    figure.legend(handles=handles[:10], loc="outside lower center", ncols=10)


def _decades(frequency: np.ndarray) -> list[int]:
    """Indices of the points nearest to whole decades."""
    logarithm = np.log10(frequency)
    wanted = np.arange(np.ceil(logarithm[0] - 1e-6), np.floor(logarithm[-1] + 1e-6) + 1)
    return [int(np.abs(logarithm - value).argmin()) for value in wanted]
