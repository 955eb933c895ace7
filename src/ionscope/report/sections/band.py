"""What a wider band shows of grains and boundaries."""

from __future__ import annotations

import pandas as pd

from ionscope.report import figures, markup
from ionscope.report.figures.bands import NAMES
from ionscope.report.page import Page, Section

EXPLANATION = (
    "Where the error is hardly smaller than that without any look at the spectrum, from material and temperature "
    "alone, the band does not show the quantity: what is predicted there is the population, and a model that did "
    "better would have to be suspected."
)
ONE_BAND = (
    "This run answers the total conductivity from one band. config/wideband.yaml compares bands, and what they show of "
    "grains and boundaries apart."
)
TOTAL = "sigma_total"
ADJECTIVES = {**NAMES, "sigma_gb": "boundary"}


def conductivities(page: Page) -> pd.DataFrame:
    """evaluation/conductivities.csv, one variant for each conductivity and band."""
    table = page.run.table("evaluation/conductivities.csv")
    return one_variant_each(table[~table["variant"].isin([page.run.literal, "frozen"])], page.run.variant)


def one_variant_each(table: pd.DataFrame, default: str) -> pd.DataFrame:
    """The default's rows where it answers a conductivity from a band; elsewhere those of the first variant that does.

    Several variants may answer the same from the same band; a mean over them would be the error of no model.
    """
    kinds = ["conductivity", "frequency_max_hz"]
    default_first = table.sort_values("variant", key=lambda names: names != default, kind="stable")
    chosen = default_first.drop_duplicates(kinds)[[*kinds, "variant"]]
    return table.merge(chosen, on=[*kinds, "variant"])


def bands(page: Page) -> str:
    """One figure and one table, band beside band; a sentence where a run has one band and one conductivity."""
    table = conductivities(page)
    overall = table[table["electrode"] == "all"]
    if len(overall) == 1:
        return markup.paragraph(ONE_BAND)
    caption = (
        "Error of held-out conductivities by material and electrode (dots; lower is better) and without a look at the "
        "spectrum (crosses)."
    )
    drawn = page.figure("bands", caption, lambda path: figures.figure_bands(table, path))
    words = f"On the same held-out pellets, each by a model of its own: {_answered(overall)}. {EXPLANATION}"
    return markup.paragraph(words) + drawn + markup.table(side_by_side(table), _caption(overall), digits=2)


def _answered(overall: pd.DataFrame) -> str:
    """Which conductivities are answered from which bands, in words."""
    ends: dict[tuple[str, ...], list[str]] = {}
    for name, adjective in ADJECTIVES.items():
        hertz = overall.loc[overall["conductivity"] == name, "frequency_max_hz"].sort_values()
        if len(hertz):
            ends.setdefault(tuple(f"to {end:g} Hz" for end in hertz), []).append(adjective)
    return "; ".join(
        f"{markup.in_words(adjectives)} conductivity from the band {markup.in_words(bands)}"
        for bands, adjectives in ends.items()
    )


def _caption(overall: pd.DataFrame) -> str:
    held = ", ".join(
        f"{NAMES[row['conductivity']]} to {row['frequency_max_hz']:g} Hz (variant {row['variant']}) "
        f"{100 * row['coverage_90']:.0f} %"
        for row in overall.to_dict("records")
    )
    return f"RMSE in decades, held-out spectra. Truths inside their 90 % intervals: {held}"


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of electrode, material and conductivity; one column of errors a band, and one without a spectrum.

    `table` has one variant for each conductivity and band; of several none would be shown, so they are an error.
    """
    keys = ["electrode", "material", "conductivity"]
    wide = table.pivot(index=keys, columns="frequency_max_hz", values="log10_rmse")
    wide.columns = [f"to {hertz:g} Hz" for hertz in wide.columns]
    blind = table.groupby(keys)["log10_rmse_without_spectrum"].first()
    shown = wide.join(blind.rename("without a spectrum")).reset_index()
    return shown.assign(conductivity=shown["conductivity"].map(NAMES))


SECTIONS = (Section("bands", "What a wider band shows", (bands,)),)
