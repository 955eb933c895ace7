"""Figures of the simulator's errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.report.figures.style import COLOURS, MARKERS, TRUTH, panels, require, save_figure, styled, tidy

LAW = {(2, 1): "triangles, P1", (2, 2): "triangles, P2", (3, 1): "tetrahedra, P1", (3, 2): "tetrahedra, P2"}


def figure_convergence(convergence: pd.DataFrame, mesh: pd.DataFrame, path: Path) -> Path:
    """Errors of a manufactured solution against unknowns, and the impedance's error against the mesh's tolerance."""
    require(convergence, ["dimension", "order", "unknowns", "potential_error"], "convergence.csv")
    require(mesh, ["tolerance", "unknowns", "estimate", "error"], "mesh.csv")
    with styled("convergence"):
        figure, axes = panels(1, 2, 8.6, 3.6)
        left, right = axes[0]
        for k, ((dimension, order), name) in enumerate(LAW.items()):
            part = convergence[(convergence["dimension"] == dimension) & (convergence["order"] == order)]
            if part.empty:
                continue
            size = part["unknowns"] ** (-1 / dimension)
            left.plot(size, part["potential_error"], MARKERS[k], color=COLOURS[k], label=name)
            # The slope that theory asks for, through the finest mesh.
            last = part.iloc[-1]
            law = last["potential_error"] * (size / size.iloc[-1]) ** (order + 1)
            left.plot(size, law, color=COLOURS[k], linewidth=0.8)
        left.set(xscale="log", yscale="log", title="A known potential", ylabel="RMS error of the potential")
        left.set_xlabel("unknowns to the power of -1/d  (lines: order p + 1)")
        left.legend()
        right.plot(mesh["tolerance"], mesh["error"], MARKERS[0], color=COLOURS[0], linestyle="-", label="true error")
        right.plot(mesh["tolerance"], mesh["estimate"], MARKERS[1], color=COLOURS[1], linestyle="-", label="estimate")
        ends = np.array([mesh["tolerance"].min(), mesh["tolerance"].max()])
        right.plot(ends, ends, color=TRUTH, linewidth=1, label="allowed")
        for tolerance, error, unknowns in zip(mesh["tolerance"], mesh["error"], mesh["unknowns"], strict=True):
            right.annotate(f"{unknowns}", (tolerance, error), (0, -11), textcoords="offset points", ha="center", size=7)
        right.set(xscale="log", yscale="log", title="Impedance of a specimen", ylabel="relative error of Z")
        right.set_xlabel("tolerance of the mesh  (numbers: unknowns)")
        right.legend()
        tidy([left, right])
        data = pd.concat([convergence.assign(panel="potential"), mesh.assign(panel="impedance")], ignore_index=True)
        return save_figure(figure, data, path)
