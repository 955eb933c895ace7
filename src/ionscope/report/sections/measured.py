"""What laboratories measured: the priors against the literature, and measured spectra with published answers."""

from __future__ import annotations

import pandas as pd

from ionscope.evaluate.validation import NO_MEASUREMENT
from ionscope.report import figures, markup
from ionscope.report.page import Page, Section


def literature(page: Page) -> str:
    """validation/literature.csv: every material and quantity with its verdict, and what has no measurement."""
    table = page.run.table("validation/literature.csv")
    judged = table[table["verdict"] != NO_MEASUREMENT]
    counts = ", ".join(f"{n} {verdict}" for verdict, n in table["verdict"].value_counts().items())
    words = markup.paragraph(
        "What the simulation makes (5, 50 and 95 % of its pellets at 25 °C) beside what was measured. A row is inside "
        "where enough of the published values lie in the simulated band and the medians agree; publications are "
        f"counted, not values. Rows: {counts}."
    )
    columns = ["material", "quantity", "unit"]
    columns += [f"{side}_{name}" for side in ("simulated", "measured") for name in ("p5", "p50", "p95")]
    columns += ["measured_n", "share_inside", "ks_statistic", "verdict", "note"]
    headings = {name: name.replace("_", " ") for name in columns}
    parts = [words]
    if not judged.empty:
        caption = "Simulated against measured, from validation/literature.csv"
        parts.append(markup.table(judged[columns], caption, headings, digits=2))
    without = table[table["verdict"] == NO_MEASUREMENT]
    if not without.empty:
        notes = without.groupby("material", sort=False)
        parts.append("<h3>Without any measurement</h3>")
        parts.append(markup.items([(f"{name}:", _unmeasured(rows)) for name, rows in notes]))
    return "".join(parts)


def _unmeasured(rows: pd.DataFrame) -> str:
    """The quantities, and once each why nothing is known."""
    reasons = dict.fromkeys(note.rsplit("; ", 1)[-1] for note in rows["note"])
    return f"{', '.join(rows['quantity'])} ({'; '.join(reasons)})."


def ranges(page: Page) -> str:
    """validation/figures/literature_ranges.csv, drawn."""
    data = page.run.table("validation/figures/literature_ranges.csv")
    caption = "Bars: 5 to 95 % of the simulated pellets, orange where the verdict is outside. Dots: measured values."
    return page.figure("literature_ranges", caption, lambda path: figures.figure_literature_ranges(data, path))


def energy(page: Page) -> str:
    """validation/figures/literature_energy.csv, drawn."""
    data = page.run.table("validation/figures/literature_energy.csv")
    caption = "Activation energy against conductivity at 25 °C, simulated and measured specimens."
    return page.figure("literature_energy", caption, lambda path: figures.figure_literature_energy(data, path))


def nearest(page: Page) -> str:
    """validation/nearest.csv, drawn."""
    overlay = page.run.table("validation/nearest.csv")
    caption = (
        "Measured spectra and the nearest simulated ones, each over its own reference resistance R (Re Z at the "
        "smallest phase), on the frequencies that both have. The distance is the RMS difference of ln Z; its "
        "quantile is the share of simulated spectra with a nearer neighbour than the measured one has."
    )
    return page.figure("nearest", caption, lambda path: figures.figure_nearest(overlay, path))


def measured(page: Page) -> str:
    """validation/measured.csv: prediction, published value, error, coverage and verdict."""
    table = page.run.table("validation/measured.csv")
    columns = ["file", "sweep", "predicted_ohm", "lower_ohm", "upper_ohm", "published_ohm", "relative_error", "covered"]
    columns += ["read_off_ohm", "nearest_distance", "nearest_quantile", "verdict", "reasons"]
    # One row a file where nothing is published: a cell's hundred cycles tell nothing more here.
    shown = table[table["published_ohm"].notna() | ~table["file"].duplicated()]
    headings = {name: name.replace("_ohm", " / Ω").replace("_", " ") for name in columns}
    left_out = len(table) - len(shown)
    more = f" {left_out} further sweeps without a published value stand in the file alone." if left_out else ""
    words = "Read by the model of this run for laboratory files, beside the published resistance."
    caption = "Measured spectra, from validation/measured.csv"
    return markup.paragraph(words + more) + markup.table(shown[columns], caption, headings, digits=4)


LITERATURE = Section("literature", "The simulation and the literature", (literature, ranges, energy))
MEASURED = Section("measured", "Measured spectra", (measured, nearest), needs="validation/measured.csv")
