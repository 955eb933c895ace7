"""Arrhenius lines, the ranking and where everything came from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ionscope.rank.hyperscore import CARDS, conductivity, load_anchor, load_card
from ionscope.report import figures, markup
from ionscope.report.page import Page, Section
from ionscope.report.run_folder import RunFolder

BEST = 15
"""Specimens listed in the table of the ranking; the file has all of them."""


def arrhenius(page: Page) -> str:
    variant = page.run.variant
    predictions = page.run.table(f"predictions/{variant}.csv")
    series = page.run.table(f"predictions/{variant}_series.csv")
    caption = (
        "Held-out specimens, spread over the conductivities of their material: predictions with 90 % intervals, the "
        "line of the series, and the truth. Ea is the slope of σT."
    )
    return page.figure("arrhenius", caption, lambda path: figures.figure_arrhenius(predictions, series, path))


def _threshold(run: RunFolder) -> float:
    return load_anchor(run.setting("hyperscore/anchor.yaml").parents[1]).threshold_score.value


def score_meaning(page: Page) -> str:
    """What scores mean, computed from the score cards and the anchor."""
    folder = page.run.setting("hyperscore/anchor.yaml").parents[1]
    anchor = load_anchor(folder)
    cards = {name: load_card(folder, name) for name in CARDS}
    scores = np.array([110.0, anchor.threshold_score.value, 145.0])
    sigma = conductivity(scores, cards[CARDS[0]], anchor)
    meaning = pd.DataFrame({"score": scores, "sigma": sigma, "resistance": anchor.area_resistance(sigma)})
    for name, card in cards.items():
        meaning[name] = card.value(scores)
    thickness = anchor.separator_thickness.value
    headings = {
        "sigma": f"σ_total at {anchor.t_use_c.value:g} °C / S cm⁻¹",
        "resistance": f"area resistance of a {thickness:g} µm separator / Ω cm²",
        "text": "V, card of the text",
        "appendix_a": "V, card of Appendix A",
    }
    limits = markup.in_words([f"{card.score(1.0):.1f} ({name})" for name, card in cards.items()])
    text = (
        "The paper gives the score's constants twice, with two values of gamma, and never its argument V. With V up "
        f"to 1 its cards reach at most {limits}. Here V is a power of the conductivity, set so that "
        f"{anchor.threshold_score.value:g} points are a separator of {thickness:g} µm and "
        f"{anchor.target_area_resistance.value:g} Ω cm². That absorbs gamma, so both cards give the same score. The "
        "score rises with the conductivity alone: it spreads an order and never changes one."
    )
    return markup.paragraph(text) + markup.table(meaning, "What a score means", headings, digits=3)


def ranking(page: Page) -> str:
    table = page.run.table("ranking.csv")
    threshold = _threshold(page.run)
    caption = (
        "HyperScore with 90 % intervals, and the probability of more than 130 points, from the predictive "
        "distribution of conductivity and activation energy. The interval of a material spans its specimens."
    )
    return page.figure("ranking", caption, lambda path: figures.figure_ranking(table, path, threshold))


def ranking_table(page: Page) -> str:
    table = page.run.table("ranking.csv")
    difference = (table["score_text"] - table["score_appendix_a"]).abs().max()
    specimens = table[table["kind"] == "specimen"].sort_values("rank")
    materials = table[table["kind"] == "material"].sort_values("rank")
    best = f"The best {min(BEST, len(specimens))} of {len(specimens)} specimens, with 90 % intervals"
    spread = "Materials: the median specimen, and the 90 % spread of all specimens"
    return (
        markup.paragraph(f"The scores of the two cards differ by at most {markup.number(float(difference), 2)} points.")
        + _readable(materials, spread)
        + _readable(specimens.head(BEST), best)
    )


def _readable(rows: pd.DataFrame, caption: str) -> str:
    """Rows of ranking.csv as a table with every interval in one cell with its value."""

    def joined(value: str, lower: str, upper: str, text: Callable[[float], str]) -> list[str]:
        return [markup.interval(v, a, b, text) for v, a, b in rows[[value, lower, upper]].to_numpy(float)]

    whole, tenth, three = (lambda v: f"{v:.0f}"), (lambda v: f"{v:.1f}"), (lambda v: markup.number(v, 3))
    shown = pd.DataFrame(
        {
            "rank": joined("rank", "rank_lower", "rank_upper", whole)
            if "rank_lower" in rows
            else rows["rank"].to_numpy(),
            "name": rows["name"].to_numpy(),
            "score, card of the text": joined("score_text", "lower", "upper", tenth),
            "card of Appendix A": rows["score_appendix_a"].map(tenth).to_numpy(),
            "truth": rows["true_score"].map(lambda v: markup.NOTHING if pd.isna(v) else tenth(v)).to_numpy(),
            "V": rows["v"].map("{:.3f}".format).to_numpy(),
            "P(score > 130)": rows["p_above_130"].map("{:.3f}".format).to_numpy(),
            "σ_total at 25 °C / S cm⁻¹": joined("sigma_25c", "sigma_lower", "sigma_upper", three),
            "Ea / eV": rows["ea_ev"].map(three).to_numpy(),
        }
    )
    return markup.table(shown, caption, cell_classes=dict.fromkeys(shown.columns, lambda value: "figure"))


def proposals(page: Page) -> str:
    """proposals.csv: what to measure next."""
    table = page.run.table("proposals.csv").head(10)
    text = (
        "What one more spectrum would settle: the expected fall of the number of pairs in the wrong order, if the "
        "intervals are right and errors normal. Errors that all spectra of a specimen share do not fall by measuring "
        "again."
    )
    return (
        "<h3>What to measure next</h3>"
        + markup.paragraph(text)
        + markup.table(table, "Proposals, best first", digits=3)
    )


def provenance(page: Page) -> str:
    return markup.key_table(page.run.json("provenance.json"), "Where this run came from, from provenance.json")


ARRHENIUS = Section("arrhenius", "Arrhenius plots", (arrhenius,))
RANKING = Section("ranking", "Ranking", (score_meaning, ranking, ranking_table, proposals))
PROVENANCE = Section("provenance", "Provenance", (provenance,))
