"""One look for all figures, and the one way to write them: SVG, with the plotted data as CSV beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ionscope.errors import InputDataError
from ionscope.files import whole_file

MAX_HEIGHT = 900
"""CSS pixels (96 an inch); taller images are cut off by report viewers."""

MANY_POINTS = 800
"""More points than this are drawn as one embedded image, so that a page stays small."""

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"]
"""Okabe and Ito's palette, which colour-blind readers can tell apart."""

MARKERS = ["o", "s", "^", "D", "v", "P", "X"]

TRUTH = "#444444"
"""Colour of the truth, of diagonals and of the paper's figures."""

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "figure.constrained_layout.use": True,
    "figure.dpi": 96,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "savefig.dpi": 144,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and checked
}


@contextmanager
def styled(name: str) -> Iterator[None]:
    """The project's style; identifiers inside the SVG depend on `name` alone, so the same data give the same bytes."""
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        yield


def panels(rows: int, columns: int, width: float, height: float, **options) -> tuple[Figure, np.ndarray]:
    """A figure of ``width x height`` inches with an array of axes ``(rows, columns)``."""
    figure = Figure(figsize=(width, height))
    FigureCanvasSVG(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def save_figure(figure: Figure, data: pd.DataFrame, path: Path | str) -> Path:
    """Write `figure` to `path` (.svg) and the `data` it shows beside it (.csv); returns the path of the SVG.

    Raises `ValueError` for another ending or a figure that would be taller than `MAX_HEIGHT`.
    """
    path = Path(path)
    if path.suffix != ".svg":
        raise ValueError(f"{path}: figures are written as .svg")
    height = figure.get_size_inches()[1] * 96
    if height > MAX_HEIGHT:
        raise ValueError(f"{path}: {height:.0f} pixels high, more than {MAX_HEIGHT}")
    with whole_file(path) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None, "Creator": "ionscope"})
        temporary.write_text(_shortened(temporary.read_text(encoding="utf-8")), encoding="utf-8")
    with whole_file(path.with_suffix(".csv")) as temporary:
        data.to_csv(temporary, index=False, float_format="%.8g")
    return path


def _shortened(svg: str) -> str:
    """The same drawing with coordinates to a hundredth of a point, a third smaller."""
    return re.sub(r' (d|x|y)="[^"]*"', lambda match: re.sub(r"(\.\d\d)\d+", r"\1", match.group()), svg)


def require(data: pd.DataFrame, columns: Iterable[str], what: str) -> pd.DataFrame:
    """`data` itself, or an `InputDataError` that names the columns it lacks or says that it has no rows."""
    missing = [name for name in columns if name not in data]
    if missing:
        raise InputDataError(f"{what}: missing column {', '.join(missing)}")
    if data.empty:
        raise InputDataError(f"{what}: no rows to show")
    return data


def held_out(data: pd.DataFrame) -> pd.DataFrame:
    """The rows of test specimens; all of them where a table has none (a model shown on foreign data)."""
    test = data[data["role"] == "test"]
    return data if test.empty else test


def by_name(names: Iterable, choices: list[str]) -> dict[Any, str]:
    """A colour or marker for each name, the same whatever the order of the rows."""
    return {name: choices[k % len(choices)] for k, name in enumerate(sorted({str(name) for name in names}))}


def tidy(axes: Iterable[Axes]) -> None:
    """Readable ticks on the logarithmic axes of drawn panels: powers of ten, or 1, 2, 5 where there are few of them."""
    for panel in axes:
        for axis in (panel.xaxis, panel.yaxis):
            if axis.get_scale() != "log":
                continue
            low, high = axis.get_view_interval()
            axis.set_minor_locator(NullLocator())
            if np.log10(high / low) < 2.5:
                axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def diagonal(axes: Axes, values: np.ndarray) -> None:
    """The line of equality across all `values`."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    ends = [finite.min(), finite.max()]
    axes.plot(ends, ends, color=TRUTH, linewidth=1, zorder=1)
