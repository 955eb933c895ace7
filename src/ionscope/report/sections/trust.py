"""What the trust verdict notices, and what it does not."""

from __future__ import annotations

import pandas as pd

from ionscope.evaluate.corruptions import CLEAN, UNIT
from ionscope.report import markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import MissingFile

HEADINGS = {
    "auroc": "AUROC of the verdict",
    "detected_at_5_percent": "noticed at 5 % false alarms",
    "flagged": "flagged by the model's thresholds",
    "auroc_reconstruction": "AUROC, reconstruction alone",
    "auroc_latent_distance": "latent distance alone",
    "auroc_kramers_kronig": "Kramers-Kronig alone",
    "auroc_plausibility": "plausible σ alone",
    "median_error_decades": "median error of log10 σ if trusted",
}
BLIND = 0.5
"""Share noticed below which a corruption is called a blind spot."""

NO_MORE_THAN_ALARMS = 0.1
"""Share noticed below which a factor is as good as not seen; one in twenty is an alarm without a reason."""


def corruptions(page: Page) -> str:
    """trust.csv, and its blind spots in words."""
    table = page.run.table("evaluation/trust.csv")
    spoilt = table[table["corruption"] != CLEAN]
    blind = spoilt.loc[spoilt["detected_at_5_percent"] < BLIND, "corruption"].tolist()
    words = (
        "Held-out spectra spoilt on purpose. The verdict is the worst of three detectors (reconstruction, distance in "
        "the latent space, Kramers-Kronig residual). "
        + _factor(table.set_index("corruption"))
        + (f"Less than half noticed: {', '.join(blind)}." if blind else "No corruption is missed more often than not.")
    )
    caption = "What goes wrong in laboratories, and whether the verdict notices, from evaluation/trust.csv"
    return markup.paragraph(words) + markup.table(table, caption, HEADINGS, digits=3)


def _factor(table: pd.DataFrame) -> str:
    """Whether impedances in a wrong unit are noticed; nothing where the table does not have them."""
    if UNIT not in table.index:
        return ""
    noticed, alone = (float(table[name][UNIT]) for name in ("detected_at_5_percent", "auroc_plausibility"))
    why = (
        "this variant sees no more than the shape of a spectrum, which a factor leaves as familiar as before"
        if noticed < NO_MORE_THAN_ALARMS
        else "it sees more of a spectrum than its shape"
    )
    return (
        f"Impedances in a wrong unit are noticed in {100 * noticed:.0f} % of spectra: {why}. A look at the "
        "conductivity itself, against training specimens of that material and temperature, would have an AUROC of "
        f"{alone:.2f}; it is no part of the verdict here, but ionscope predict takes it with --material. "
    )


def left_out(page: Page) -> str:
    """left_out.csv: what happens with a material or an electrode that training never saw."""
    try:
        table = page.run.table("evaluation/left_out.csv")
    except MissingFile:
        return markup.paragraph(
            "What happens with a material or a kind of electrode that training never saw is part of make ablations "
            "(learning.leave_out) and was not asked for in this run."
        )
    words = (
        "The default variant trained without one material or one kind of electrode, and asked about that. Errors are "
        "in decades. The familiar are the test specimens of the rest."
    )
    headings = {
        "value": "left out",
        "readoff_rmse": "RMSE of the read-off",
        "coverage_90": "coverage of 90 % intervals",
        "familiar_rmse": "familiar: RMSE",
        "familiar_coverage_90": "familiar: coverage",
        "familiar_flagged": "familiar: flagged",
        "auroc": "AUROC of the verdict",
    }
    return markup.paragraph(words) + markup.table(table, "Left out of the training", headings, digits=3)


TRUST = Section("trust", "Does it know when it does not know?", (corruptions, left_out))
