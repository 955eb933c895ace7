"""What laboratories measured: the priors against the literature, and measured spectra with published answers."""

from __future__ import annotations

import pandas as pd

from ionscope.evaluate.validation import NO_MEASUREMENT, OUTSIDE
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
    parts = [words]
    if not judged.empty:
        sides = {
            f"{side}: median (5–95 %)": [
                markup.interval(middle, low, high, lambda value: markup.number(value, 3))
                for middle, low, high in judged[[f"{side}_{name}" for name in ("p50", "p5", "p95")]].to_numpy(float)
            ]
            for side in ("simulated", "measured")
        }
        shown = {
            "material": judged["material"].to_numpy(),
            "quantity": [f"{row.quantity}{'' if row.unit == '1' else f' / {row.unit}'}" for row in judged.itertuples()],
            **sides,
            "n": judged["measured_n"].to_numpy(),
            "in the band": [f"{share:.0%}" for share in judged["share_inside"]],
            "Kolmogorov-Smirnov": [markup.number(value, 2) for value in judged["ks_statistic"]],
            "verdict": judged["verdict"].to_numpy(),
        }
        classes = dict.fromkeys([*sides, "in the band", "Kolmogorov-Smirnov"], lambda value: "figure")
        caption = "Simulated against measured, from validation/literature.csv"
        parts.append(markup.table(pd.DataFrame(shown), caption, cell_classes=classes))
    outside = judged[judged["verdict"] == OUTSIDE]
    if not outside.empty:
        parts.append("<h3>Outside, and why</h3>")
        parts.append(
            markup.items([(f"{row.material}, {row.quantity}:", str(row.note)) for row in outside.itertuples()])
        )
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
    """validation/measured.csv: prediction, published value, error and verdict, then the reasons of every verdict."""
    table = page.run.table("validation/measured.csv")
    # One row a file where nothing is published: a cell's hundred cycles tell nothing more here.
    shown = table[table["published_ohm"].notna() | ~table["file"].duplicated()]
    left_out = len(table) - len(shown)
    more = f" {left_out} further sweeps without a published value stand in the file alone." if left_out else ""
    words = "Read by the model of this run for laboratory files, beside the published resistance."
    several = table["file"].duplicated(keep=False)
    names = [
        f"{file}, sweep {sweep:.0f}" if many and not pd.isna(sweep) else file
        for file, sweep, many in zip(shown["file"], shown["sweep"], several[shown.index], strict=True)
    ]
    triples = shown[["predicted_ohm", "lower_ohm", "upper_ohm"]].to_numpy(float)
    pairs = shown[["nearest_distance", "nearest_quantile"]].to_numpy(float)
    cells = {
        "file": names,
        "ours / Ω (90 %)": [markup.interval(value, lower, upper) for value, lower, upper in triples],
        "published / Ω": [markup.number(value, 5) for value in shown["published_ohm"]],
        "error": [markup.NOTHING if pd.isna(value) else f"{value:+.1%}" for value in shown["relative_error"]],
        "covered": [markup.number(value) for value in shown["covered"]],
        "read-off / Ω": [markup.number(value) for value in shown["read_off_ohm"]],
        "nearest: distance (quantile)": [f"{markup.number(d, 2)} ({markup.number(q, 2)})" for d, q in pairs],
        "verdict": shown["verdict"].to_numpy(),
    }
    drawn = markup.table(
        pd.DataFrame(cells),
        "Measured spectra, from validation/measured.csv",
        cell_classes=dict.fromkeys(list(cells)[1:-1], lambda value: "figure"),
    )
    told = [
        (f"{name}: {verdict}.", reasons)
        for name, verdict, reasons in zip(names, shown["verdict"], shown["reasons"], strict=True)
        if isinstance(reasons, str) and reasons
    ]
    return markup.paragraph(words + more) + drawn + (markup.items(told, "rules") if told else "")


LITERATURE = Section("literature", "The simulation and the literature", (literature, ranges, energy))
MEASURED = Section("measured", "Measured spectra", (measured, nearest), needs="validation/measured.csv")
