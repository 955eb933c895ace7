"""What was claimed and what came out, what the method can do, and the data it was tried on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ionscope.evaluate.claims import OWN, load_claims
from ionscope.evaluate.verdicts import VERDICTS
from ionscope.report import markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import MissingFile
from ionscope.report.sections.band import ADJECTIVES, TOTAL, conductivities

ABSENT = "(not in this run)"

COME_APART = 1e4
"""Hz up to which a good conductor shows no more than the sum of its grains and boundaries (docs/bands.md)."""


def claims_table(page: Page) -> str:
    """claims.csv, verdicts in words and colour."""
    claims = page.run.text_table("claims.csv")
    counts = claims["verdict"].value_counts()
    summary = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if verdict in counts)
    shown = claims.copy()
    if not claims["own"].any():  # the default itself learns from the run's own specimens
        shown = shown.drop(columns="own")
    numbers = [name for name in ("paper", "ours", "own", "literal") if name in shown]
    for column in numbers:
        shown[column] = claims[column].map(markup.numeric_text)
    headings = {
        "id": "",
        "claim": "claim of the paper",
        "own": "ours, from this run's own spectra alone",
        "literal": "the paper's recipe word for word",
    }
    caption = "Claims of the paper, this run's figures (ours), and those of the paper's recipe taken word for word"
    figures = {name: lambda text: "figure" if text[:1].isdigit() else "" for name in numbers}
    classes = figures | {"verdict": lambda verdict: "verdict " + verdict.replace(" ", "-")}
    return markup.paragraph(
        f"Of {len(claims)} lines: {summary}. Verdicts are computed by the rules below the table."
    ) + markup.table(shown, caption, headings, cell_classes=classes)


def claim_rules(page: Page) -> str:
    """The rule behind every verdict, from config/claims.yaml."""
    claims = load_claims(page.run.setting("claims.yaml")).claims
    return "<h3>How each verdict was reached</h3>" + markup.items(
        [(c.id, c.rule.sentence(c.unit)) for c in claims], "rules"
    )


def can_and_cannot(page: Page) -> str:
    """Four findings about the paper's method, with the figures of this run."""
    metrics = page.run.metrics()

    def figure(name: str, unit: str = "") -> str:
        value = metrics.get(name)
        return ABSENT if value is None else f"{markup.number(value, 3)}{' ' + unit if unit else ''}"

    def from_the_same_spectra(name: str) -> str:
        """The metric of a variant that learns, like the recipe word for word, from the run's own specimens."""
        return f"{OWN}{name}" if f"{OWN}{name}" in metrics else name

    def share(name: str) -> str:
        value = metrics.get(name)
        return ABSENT if value is None else f"{100 * value:.1f} %"

    opening = (
        "The method reads the total conductivity from a spectrum without a circuit, here in "
        f"{figure('seconds_per_spectrum_ionscope', 's')}, provided that the scale of the impedance reaches the "
        "regression. It knows nothing of what lies outside its band or its training population."
    )
    band = (
        "In solid electrolytes that conduct well, grains relax at megahertz and often the boundaries above 10 kHz "
        "too. A sweep that ends below shows the sum of their resistances and the electrodes. The sum is what is "
        f"answered first: on {figure('n_test_specimens')} held-out specimens σ_total is off by "
        f"{figure('sigma_log10_rmse', 'decades')} (RMSE) or {figure('sigma_mae_s_cm', 'S/cm')} (mean absolute error)."
        + _grains_and_boundaries(page)
    )
    energy = (
        "An activation energy is a slope over temperature, and one spectrum at one temperature has none. What can be "
        "guessed from it is the correlation between Ea and conductivity in the training population. Held-out RMSE "
        f"from one spectrum: {figure('ea_single_rmse_kj_mol', 'kJ/mol')} (R² {figure('ea_single_r2')}); always "
        f"answering the mean: {figure('ea_mean_baseline_rmse_kj_mol', 'kJ/mol')}; from the temperature series of a "
        f"specimen: {figure('ea_series_rmse_kj_mol', 'kJ/mol')} (R² {figure('ea_series_r2')})."
        + _mean_against_paper(metrics, page.run.paper("C5a"))
    )
    titanate = (
        "La0.58Ce0.42TiO3 contains no lithium, and charge balance would need trivalent titanium; no measurement of "
        "it as a lithium-ion conductor is known. Its spectra here are drawn from assumptions close to a "
        "cerium-substituted lithium lanthanum titanate and are marked hypothetical. Nothing about it is validated by "
        "experiment."
    )
    scale = (
        "Stretching every spectrum to [0, 1] by its own extremes gives two cells the same curve when one has ten "
        "times the resistance and a tenth of the capacitance of the other: the conductivity is gone before learning "
        f"starts. By that recipe the error is {figure('literal_sigma_log10_rmse', 'decades')} and "
        f"{figure('literal_sigma_mae_s_cm', 'S/cm')}, and {share('literal_pairs_correct')} of pairs stand in the "
        "right order; with the scale carried along, from the same spectra, "
        f"{figure(from_the_same_spectra('sigma_log10_rmse'), 'decades')}, "
        f"{figure(from_the_same_spectra('sigma_mae_s_cm'), 'S/cm')} and "
        f"{share(from_the_same_spectra('pairs_correct'))}. The reconstruction errors are "
        f"{figure('literal_reconstruction_rmse_normalised')} and "
        f"{figure(from_the_same_spectra('reconstruction_rmse_normalised'))}, each in its own normalised units: they do "
        "not tell whether the conductivity is still in the curve."
    )
    return markup.paragraph(opening) + markup.items(
        [
            ("The band.", band),
            ("The activation energy.", energy),
            ("The second material.", titanate),
            ("The scale.", scale),
        ]
    )


def _grains_and_boundaries(page: Page) -> str:
    """What the run says of conductivities other than the total; nothing where it does not tell what it answers."""
    try:
        table = conductivities(page)
    except MissingFile:
        return ""
    answered = [ADJECTIVES[name] for name in ADJECTIVES if name != TOTAL and (table["conductivity"] == name).any()]
    if answered:
        return (
            f" This run answers the {markup.in_words(answered)} conductivity as well; the section on bands tells "
            "whether the spectra show it or whether the answer repeats the assumptions of the simulation."
        )
    end = float(table["frequency_max_hz"].max())
    if end > COME_APART:
        return f" These sweeps go to {end:g} Hz; no variant of this run answers grains and boundaries apart."
    return (
        f" These sweeps end at {end:g} Hz: conductivities of grain and boundary apart would mostly repeat the "
        "assumptions of the simulation, so none are reported."
    )


def _mean_against_paper(metrics: Mapping[str, Any], paper: float | None) -> str:
    """Whether the paper's error for Ea is met without any spectrum."""
    mean = metrics.get("ea_mean_baseline_rmse_kj_mol")
    if mean is None or paper is None:
        return ""
    if mean <= paper:
        return f" The paper's {paper:g} kJ/mol is met here without looking at any spectrum."
    return f" The paper's {paper:g} kJ/mol is not met without looking at a spectrum."


def dataset_card(page: Page) -> str:
    """data/card.json as a table."""
    return markup.key_table(page.run.json("data/card.json"), "The data set, from data/card.json")


def dataset_split(page: Page) -> str:
    """Specimens of each material, electrode and role."""
    split = page.run.table("preprocess/split.csv")
    counts = split.groupby(["material", "electrode", "role"], sort=True)["specimen"].nunique()
    frame = counts.unstack(fill_value=0).reset_index()
    frame.columns.name = None
    caption = "Specimens by role. All spectra of a specimen have the same role, so that none is known from training"
    return markup.table(frame, caption)


SECTIONS = (
    Section("claims", "Claims of the paper", (claims_table, claim_rules)),
    Section("method", "What the paper's method can and cannot do", (can_and_cannot,)),
    Section("dataset", "The data set", (dataset_card, dataset_split)),
)
