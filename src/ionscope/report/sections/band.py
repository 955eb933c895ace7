"""What a wider band shows of grains and boundaries."""

from __future__ import annotations

import pandas as pd

from ionscope.report import figures, markup
from ionscope.report.figures.bands import NAMES
from ionscope.report.page import Page, Section

EXPLANATION = (
    "Total, bulk and boundary conductivity, each learned from the whole band and again from a part of it, on the same "
    "pellets. Where the error is hardly smaller than that without any look at the spectrum, from material and "
    "temperature alone, the band does not show the quantity: what is predicted there is the population, and a model "
    "that did better would have to be suspected."
)
ONE_BAND = (
    "This run answers the total conductivity from one band. config/wideband.yaml compares bands, and what they show of "
    "grains and boundaries apart."
)


def bands(page: Page) -> str:
    """One figure and one table, band beside band; a sentence where a run has one band and one conductivity."""
    table = page.run.table("evaluation/conductivities.csv")
    table = table[~table["variant"].isin([page.run.literal, "frozen"])]
    if table[["conductivity", "frequency_max_hz"]].drop_duplicates().shape[0] == 1:
        return markup.paragraph(ONE_BAND)
    caption = (
        "Error of held-out conductivities by material and electrode (dots; lower is better) and without a look at the "
        "spectrum (crosses)."
    )
    drawn = page.figure("bands", caption, lambda path: figures.figure_bands(table, path))
    overall = table[table["electrode"] == "all"]
    return markup.paragraph(EXPLANATION) + drawn + markup.table(side_by_side(table), _caption(overall), digits=2)


def _caption(overall: pd.DataFrame) -> str:
    held = ", ".join(
        f"{NAMES[row['conductivity']]} to {row['frequency_max_hz']:.0e} Hz {100 * row['coverage_90']:.0f} %"
        for row in overall.to_dict("records")
    )
    return f"RMSE in decades, held-out spectra. Truths inside their 90 % intervals: {held}"


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of electrode, material and conductivity; one column of errors a band, and one without a spectrum."""
    keys = ["electrode", "material", "conductivity"]
    wide = table.pivot_table(index=keys, columns="frequency_max_hz", values="log10_rmse", sort=True)
    wide.columns = [f"to {hertz:g} Hz" for hertz in wide.columns]
    blind = table.groupby(keys)["log10_rmse_without_spectrum"].first()
    shown = wide.join(blind.rename("without a spectrum")).reset_index()
    return shown.assign(conductivity=shown["conductivity"].map(NAMES))


SECTIONS = (Section("bands", "What a wider band shows", (bands,)),)
