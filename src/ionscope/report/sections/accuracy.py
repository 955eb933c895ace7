"""How right the predictions for held-out specimens are."""

from __future__ import annotations

import pandas as pd

from ionscope.report import figures, markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import MissingFile

LITERAL = "literal"
"""The variant that follows the paper's recipe word for word."""


def _predictions(page: Page, variant: str | None = None) -> pd.DataFrame:
    return page.run.table(f"predictions/{variant or page.run.variant}.csv")


def _series(page: Page) -> pd.DataFrame:
    return page.run.table(f"predictions/{page.run.variant}_series.csv")


def parity(page: Page) -> str:
    table = _predictions(page)
    caption = f"Total conductivity of held-out spectra, predicted against true, variant {page.run.variant}."
    return page.figure("parity", caption, lambda path: figures.figure_parity(table, path))


def parity_literal(page: Page) -> str:
    table = _predictions(page, LITERAL)
    caption = "The same by the paper's recipe word for word: every spectrum scaled by its own extremes."
    return page.figure("parity_literal", caption, lambda path: figures.figure_parity(table, path))


def energy(page: Page) -> str:
    predictions, series = _predictions(page), _series(page)
    caption = (
        "Activation energy of held-out specimens: from the temperature series of a specimen, and from one spectrum. "
        "The dashed line answers the mean of the training specimens whatever it is shown."
    )
    return page.figure("energy", caption, lambda path: figures.figure_energy(predictions, series, path))


def residuals(page: Page) -> str:
    table = _predictions(page)
    caption = (
        "Deviations of the predicted conductivity in decades. Boxes hold half of the held-out spectra, whiskers 90 "
        "%, dots the rest."
    )
    return page.figure("residuals", caption, lambda path: figures.figure_residuals(table, path))


def coverage(page: Page) -> str:
    predictions, series = _predictions(page), _series(page)
    caption = (
        "How many truths lie inside their 90 % interval (dashed line: the promise). Bars are 95 % intervals that count "
        "specimens, as the spectra of one specimen err together."
    )
    return page.figure("coverage", caption, lambda path: figures.figure_coverage(predictions, series, path))


def pairs(page: Page) -> str:
    table = page.run.table("evaluation/pairs.csv")
    paper = page.run.paper("C7a")
    caption = (
        "How often the better of two held-out conductors is recognised. Pairs of two materials can be ordered by "
        "recognising the material; pairs of one material, and close pairs, cannot."
    )
    drawn = page.figure("pairs", caption, lambda path: figures.figure_pairs(table, path, paper))
    return drawn + markup.table(table, "Pairs in the right order, with bootstrap intervals", digits=4)


def peers(page: Page) -> str:
    timing = page.run.table("evaluation/timing.csv")
    caption = (
        "Time per spectrum of every method on the same spectra and machine; right means a resistance within 5 % of "
        "the truth."
    )
    drawn = page.figure("timing", caption, lambda path: figures.figure_timing(timing, path))
    return drawn + markup.table(timing, "Times and results of the methods, from evaluation/timing.csv", digits=3)


def peer_errors(page: Page) -> str:
    table = page.run.table("evaluation/peers.csv")
    caption = "Share of spectra whose total resistance is off by no more than the value on the axis (dashed: 5 %)."
    return page.figure("peers", caption, lambda path: figures.figure_peers(table, path))


def accuracy_all(page: Page) -> str:
    """One table a quantity, one row a variant; with the ratio to the information limit where the run has it."""
    table = page.run.table("evaluation/accuracy.csv")
    overall = table[table["group"] == "all"]
    if overall.empty:
        raise MissingFile("evaluation/accuracy.csv with rows of group 'all'")
    parts = []
    for quantity, rows in overall.groupby("quantity", sort=False):
        unit = rows["unit"].iloc[0]
        shown = rows[["variant", "n", "mae", "rmse", "r2", "median", "p95"]].sort_values("rmse", kind="stable")
        limit = shown["rmse"][shown["variant"].str.contains("limit")]
        if not limit.empty:
            shown = shown.assign(times_the_limit=shown["rmse"] / limit.iloc[0])
        headings = {"times_the_limit": "RMSE / information limit", "mae": "MAE", "rmse": "RMSE", "r2": "R²"}
        caption = f"{quantity} [{unit}], all held-out data, every variant, best first"
        parts.append(markup.table(shown, caption, headings, digits=3))
    return "".join(parts)


def accuracy_groups(page: Page) -> str:
    """The default variant by material, temperature and electrode."""
    table = page.run.table("evaluation/accuracy.csv")
    rows = table[(table["variant"] == page.run.variant) & (table["group"] != "all")]
    shown = rows[["quantity", "group", "value_of_group", "n", "mae", "rmse", "r2", "median", "p95", "unit"]]
    return markup.table(shown, f"Variant {page.run.variant} by group", {"value_of_group": "value"}, digits=3)


def reader(page: Page) -> str:
    """The model for laboratory files on simulated sweeps it has never seen, and each witness alone."""
    rows = [{"sweeps": name, **figures} for name, figures in page.run.json("reader/metrics.json").items()]
    words = markup.paragraph(
        "A model of its own, trained on wide priors, reads laboratory files (ionscope predict). It weighs three "
        "witnesses: the read-off, an automatic circuit fit and the kernel. Errors are in decades of resistance (0.01 "
        "is 2.3 %). Many of these sweeps do not show their resistance; the intervals have to say so."
    )
    return words + markup.table(
        pd.DataFrame(rows), "Sweeps of unseen microstructures, from reader/metrics.json", digits=3
    )


READER = Section("reader", "The reader of laboratory files", (reader,))
PARITY = Section("parity", "Predicted against true", (parity, parity_literal, energy))
RESIDUALS = Section("residuals", "Residuals by temperature and electrode", (residuals,))
COVERAGE = Section("coverage", "Do the intervals hold?", (coverage,))
PAIRS = Section("pairs", "Which conducts better?", (pairs,))
PEERS = Section("peers", "Other methods, and the time they take", (peers, peer_errors))
ACCURACY = Section("accuracy", "Accuracy, with ablations", (accuracy_all, accuracy_groups))
