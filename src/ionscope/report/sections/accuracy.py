"""How right the predictions for held-out specimens are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ionscope.evaluate.ablation_table import where_the_autoencoder_helps
from ionscope.evaluate.limit_table import LIMIT
from ionscope.report import figures, markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import MissingFile

RATIO = "times_the_limit"
BELOW_ONE = (
    "A ratio below 1 does not mean that more is read than the spectra hold: the limit is linearised about the truth "
    "and an expectation, the error is that of one set of spectra, and in S/cm a few that conduct well weigh "
    "most in both."
)
"""Why an error may be smaller than the information limit beside it."""

HEADINGS = {RATIO: "RMSE / information limit", "mae": "MAE", "rmse": "RMSE", "r2": "R²", "value_of_group": "value"}


def _predictions(page: Page, variant: str | None = None) -> pd.DataFrame:
    return page.run.table(f"predictions/{variant or page.run.variant}.csv")


def _series(page: Page) -> pd.DataFrame:
    return page.run.table(f"predictions/{page.run.variant}_series.csv")


def parity(page: Page) -> str:
    table = _predictions(page)
    caption = f"Total conductivity of held-out spectra, predicted against true, variant {page.run.variant}."
    return page.figure("parity", caption, lambda path: figures.figure_parity(table, path))


def parity_literal(page: Page) -> str:
    table = _predictions(page, page.run.literal)
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


def fresh(page: Page) -> str:
    """fresh.csv: coverage and errors on many more specimens than the test has, where the run has simulated some."""
    try:
        table = page.run.table("evaluation/fresh.csv")
    except MissingFile:
        return markup.paragraph("This run has no fresh specimens to check its intervals (learning.further.checking).")
    words = (
        "Few specimens test, so their coverage is known to some percent only. These were simulated to check it: "
        "neither training nor calibration has seen them."
    )
    shown = table[["quantity", "group", "value_of_group", "n", "n_specimens", "coverage_90", "rmse", "median", "unit"]]
    headings = {**HEADINGS, "n_specimens": "specimens", "coverage_90": "coverage of the 90 % interval"}
    caption = f"Variant {page.run.variant} on fresh specimens, from evaluation/fresh.csv"
    return markup.paragraph(words) + markup.table(shown, caption, headings, digits=3)


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


def against_the_limit(page: Page) -> str:
    """How far the predictions are from what the spectra allow, and what that says of the paper's figure."""
    metrics = page.run.metrics()
    if "ratio_to_limit" not in metrics:
        raise MissingFile("evaluation/metrics.json with the information limit")

    def figure(name: str) -> str:
        return markup.number(metrics[name], 2)

    words = (
        "The information limit is the expected error of an ideal reader: one that knows the finite-element model, the "
        "noise of each sweep and all priors, and uses every point (Fisher information with the generator's prior, "
        "linearised about the truth; an average over specimens, no strict bound for one of them). On these spectra it "
        f"is {figure('limit_log10_rmse')} decades RMSE, {figure('limit_log10_median')} in the median, and "
        f"{figure('limit_sigma_mae_s_cm')} S/cm in the mean absolute error. The model errs "
        f"{figure('ratio_to_limit')} times, {figure('ratio_to_limit_median')} times and "
        f"{figure('ratio_to_limit_mae_s_cm')} times as much."
    )
    ratios = [metrics[name] for name in ("ratio_to_limit", "ratio_to_limit_median", "ratio_to_limit_mae_s_cm")]
    below = f" {BELOW_ONE}" if min(ratios) < 1 else ""
    return markup.paragraph(words + below + _data_or_learner(metrics, page.run.paper("C4")))


def _data_or_learner(metrics: Mapping[str, Any], paper: float | None) -> str:
    """Whether it is the data or the learner that keeps the mean absolute error of the conductivity from the paper's."""
    if paper is None:
        return ""
    ours, limit, claimed = metrics["sigma_mae_s_cm"], metrics["limit_sigma_mae_s_cm"], markup.number(paper, 2)
    if ours <= paper:
        return f" The paper's {claimed} S/cm is reached."
    if limit <= paper:
        return (
            f" The paper's {claimed} S/cm is possible with these data: it takes a better learner or more training "
            "specimens, not better spectra."
        )
    return f" The paper's {claimed} S/cm is out of reach with these data, whatever learns from them."


def accuracy_all(page: Page) -> str:
    """One table a quantity, one row a variant; with the ratio to the information limit where the run has it."""
    table = page.run.table("evaluation/accuracy.csv")
    overall = table[table["group"] == "all"]
    if overall.empty:
        raise MissingFile("evaluation/accuracy.csv with rows of group 'all'")
    parts = []
    for quantity, rows in with_ratio(overall).groupby("quantity", sort=False):
        unit = rows["unit"].iloc[0]
        shown = rows[["variant", "n", "mae", "rmse", "r2", "median", "p95", RATIO]].sort_values("rmse", kind="stable")
        if shown[RATIO].isna().all():
            shown = shown.drop(columns=RATIO)
        caption = f"{quantity} [{unit}], all held-out data, every variant, best first"
        parts.append(markup.table(shown, caption, HEADINGS, digits=3) + _where_below_one(rows[RATIO]))
    return "".join(parts)


def _where_below_one(ratios: pd.Series) -> str:
    """The sentence on ratios below 1, where one is shown; that of the limit itself is 1."""
    return markup.paragraph(BELOW_ONE) if (ratios < 1).any() else ""


def accuracy_groups(page: Page) -> str:
    """The default variant by material, temperature and electrode, with the limit of each group beside it."""
    table = with_ratio(page.run.table("evaluation/accuracy.csv"))
    rows = table[(table["variant"] == page.run.variant) & (table["group"] != "all")]
    shown = rows[["quantity", "group", "value_of_group", "n", "mae", "rmse", "r2", "median", "p95", RATIO, "unit"]]
    return markup.table(shown, f"Variant {page.run.variant} by group", HEADINGS, digits=3) + _where_below_one(
        rows[RATIO]
    )


def ablations(page: Page) -> str:
    """evaluation/ablations.csv: one table a quantity, one row a peer, mean and standard deviation over seeds."""
    table = page.run.table("evaluation/ablations.csv")
    words = (
        "The same test specimens for all, and the same channels for all that learn. Names that end in _further, and "
        "variants with further: true, learn from the specimens simulated for learning only, all others from the run's "
        "training specimens. Seeds change a network's initial weights and the specimens that stop it; for learners "
        "without a network they change which tenth of the training specimens is left out, as their fits have no chance "
        "in them. Where there is one seed, make ablations gives five."
    )
    parts = [markup.paragraph(words)]
    if page.run.variant in table["learner"].to_numpy():
        parts.append(markup.paragraph(where_the_autoencoder_helps(table, page.run.variant)))
    for quantity, rows in table.groupby("quantity", sort=False):
        shown = rows[["learner", "seeds"]].copy()
        for name in ("rmse", "mae", "median", "p95"):
            shown[name] = [_with_sd(*pair) for pair in rows[[name, f"{name}_sd"]].to_numpy(float)]
        if rows["pairs_correct"].notna().any():
            shown["pairs right"] = [f"{100 * share:.1f} %" for share in rows["pairs_correct"]]
        if rows["ratio_to_limit"].notna().any():
            shown[RATIO] = rows["ratio_to_limit"].to_numpy()
        caption = f"{quantity} [{rows['unit'].iloc[0]}], mean ± standard deviation over seeds"
        classes = dict.fromkeys(("rmse", "mae", "median", "p95"), lambda value: "figure")
        parts.append(markup.table(shown, caption, HEADINGS, digits=3, cell_classes=classes))
        parts.append(_where_below_one(rows["ratio_to_limit"]))
    return "<h3>Peers, over several seeds</h3>" + "".join(parts)


def _with_sd(value: float, sd: float) -> str:
    return markup.number(value, 3) + ("" if np.isnan(sd) else f" ± {markup.number(sd, 2)}")


def with_ratio(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of accuracy.csv with the RMSE over that of the information limit in the same group, where it is there."""
    key = ["quantity", "group", "value_of_group"]
    limit = table[table["variant"] == LIMIT].set_index(key)["rmse"]
    return table.assign(**{RATIO: table["rmse"] / limit.reindex(pd.MultiIndex.from_frame(table[key])).to_numpy()})


def reader(page: Page) -> str:
    """The model for laboratory files on simulated sweeps it has never seen, and each method alone."""
    rows = [{"sweeps": name, **figures} for name, figures in page.run.json("reader/metrics.json").items()]
    words = markup.paragraph(
        "A model of its own, trained on wide priors, reads laboratory files (ionscope predict). It weighs three "
        "methods: the read-off, an automatic circuit fit and the kernel. Errors are in decades of resistance (0.01 "
        "is 2.3 %). Many of these sweeps do not show their resistance; the intervals have to say so."
    )
    return words + markup.table(
        pd.DataFrame(rows), "Sweeps of unseen microstructures, from reader/metrics.json", digits=3
    )


READER = Section("reader", "The reader of laboratory files", (reader,))
PARITY = Section("parity", "Predicted against true", (parity, parity_literal, energy))
RESIDUALS = Section("residuals", "Residuals by temperature and electrode", (residuals,))
COVERAGE = Section("coverage", "Do the intervals hold?", (coverage, fresh))
PAIRS = Section("pairs", "Which conducts better?", (pairs,))
PEERS = Section("peers", "Other methods, and the time they take", (peers, peer_errors))
ACCURACY = Section(
    "accuracy", "Accuracy, with ablations", (against_the_limit, accuracy_all, ablations, accuracy_groups)
)
