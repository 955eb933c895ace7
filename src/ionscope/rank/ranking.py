"""The ranking of a run: one row a specimen and one a material, with scores, intervals and ranks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

from ionscope.errors import InputDataError
from ionscope.files import whole_file
from ionscope.rank.hyperscore import CARDS, Anchor, ScoreCard, anchored_value, hyperscore, load_anchor, load_card
from ionscope.rank.predictive import TAILS, Predictive, ranks

COLUMNS = [
    "rank",
    "kind",
    "name",
    "material",
    "score_text",
    "lower",
    "upper",
    "score_appendix_a",
    "v",
    "p_above_130",
    "sigma_25c",
    "sigma_lower",
    "sigma_upper",
    "ea_ev",
    "true_score",
    "rank_lower",
    "rank_upper",
]


def rank(
    series: pd.DataFrame, cards: Mapping[str, ScoreCard], anchor: Anchor, seed: int, draws: int = 10_000
) -> pd.DataFrame:
    """Rank specimens and materials by their HyperScore.

    Parameters
    ----------
    series : rows of `predictions/<variant>_series.csv`, one a specimen
    cards : the score cards by name, `text` (the default one) and `appendix_a`
    anchor : what V means
    seed, draws : of the Monte Carlo sample of the predictive distribution

    Returns
    -------
    DataFrame with `COLUMNS`, specimens first. Intervals are 90 % ones. `p_above_130` is the probability of a score
    above the anchor's threshold. A material's row holds the median over its specimens, and as its interval the 5th and
    95th percentile of all its specimens' draws: the spread between specimens is part of it, and its rank interval
    resamples them. Specimens and materials are ranked apart, 1 being the best; `true_score` is empty where the truth
    is unknown.

    Raises
    ------
    InputDataError : no specimens, a conductivity or an interval that cannot be ranked
    """
    series = series.reset_index(drop=True)
    if series.empty:
        raise InputDataError("no specimens to rank")
    if "material" not in series:
        raise InputDataError("the table of series lacks the column material")
    predictive = Predictive.from_series(series)
    at_25c, at_use = predictive.draw(anchor, draws, seed)
    centre = anchor.carried(10**predictive.log10_sigma, predictive.ea)
    truth = _truth(series, anchor)
    labels = series["material"].astype(str).to_numpy()

    specimens = _rows(cards, anchor, centre, at_use.T, truth)
    specimens["kind"], specimens["name"], specimens["material"] = "specimen", predictive.specimen, labels
    specimens["ea_ev"] = predictive.ea
    specimens["sigma_25c"] = 10**predictive.log10_sigma
    specimens["sigma_lower"], specimens["sigma_upper"] = 10 ** np.quantile(at_25c, TAILS, axis=0)
    specimens["rank_lower"], specimens["rank_upper"] = _rank_interval(at_use)

    names = sorted(set(labels))
    members = [np.flatnonzero(labels == name) for name in names]
    medians = [_resampled_median(at_use[:, m], name, seed) for m, name in zip(members, names, strict=True)]
    materials = _rows(
        cards,
        anchor,
        np.array([10 ** np.median(np.log10(centre[m])) for m in members]),
        [at_use[:, m].ravel() for m in members],
        np.array([10 ** np.median(np.log10(truth[m])) for m in members]),
    )
    materials["kind"], materials["name"], materials["material"] = "material", names, names
    materials["ea_ev"] = [np.median(predictive.ea[m]) for m in members]
    materials["sigma_25c"] = [10 ** np.median(predictive.log10_sigma[m]) for m in members]
    spread = np.array([10 ** np.quantile(at_25c[:, m], TAILS) for m in members])
    materials["sigma_lower"], materials["sigma_upper"] = spread.T
    materials["rank_lower"], materials["rank_upper"] = _rank_interval(np.column_stack(medians))
    return pd.concat([_ordered(specimens), _ordered(materials)], ignore_index=True)[COLUMNS]


def write_ranking(
    series_path: Path | str,
    config_folder: Path | str,
    output_path: Path | str,
    seed: int,
    role: str | None = "test",
    draws: int = 10_000,
) -> pd.DataFrame:
    """Write `ranking.csv` from `predictions/<variant>_series.csv`; only specimens of `role`, all where it is None."""
    series = pd.read_csv(series_path, dtype={"specimen": str, "material": str})
    if role is not None:
        if "role" not in series:
            raise InputDataError(f"{series_path}: no column role to choose the '{role}' specimens by")
        series = series[series["role"] == role]
    if series.empty:
        raise InputDataError(f"{series_path}: no specimens of role '{role}' to rank")
    cards = {name: load_card(config_folder, name) for name in CARDS}
    table = rank(series, cards, load_anchor(config_folder), seed, draws)
    with whole_file(output_path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    return table


def _rows(cards: Mapping[str, ScoreCard], anchor: Anchor, sigma, draws, truth) -> pd.DataFrame:
    """Scores of ``sigma (n,)`` at the temperature of use, with intervals from n samples ``draws`` of its logarithm."""
    card = cards[CARDS[0]]
    # The score rises strictly with sigma, so its quantiles are the scores of sigma's quantiles.
    low, high = np.array([np.quantile(sample, TAILS) for sample in draws]).T
    return pd.DataFrame(
        {
            "score_text": hyperscore(sigma, card, anchor),
            "lower": hyperscore(10**low, card, anchor),
            "upper": hyperscore(10**high, card, anchor),
            "score_appendix_a": hyperscore(sigma, cards[CARDS[1]], anchor),
            "v": anchored_value(sigma, card, anchor),
            "p_above_130": [np.mean(np.asarray(sample) > np.log10(anchor.sigma_target)) for sample in draws],
            "true_score": hyperscore(truth, card, anchor),
            "order": sigma,
        }
    )


def _truth(series: pd.DataFrame, anchor: Anchor) -> np.ndarray:
    """True conductivity at the temperature of use, NaN where a table of measured specimens has none."""
    unknown = pd.Series(np.nan, index=series.index)
    sigma, ea = series.get("sigma_25c_true", unknown), series.get("ea_true", unknown)
    return anchor.carried(sigma.to_numpy(dtype=float), ea.to_numpy(dtype=float))


def _resampled_median(values: np.ndarray, name: str, seed: int) -> np.ndarray:
    """Median of each row of ``values (draws, n)`` over n of its columns drawn with replacement."""
    stream = np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()), 1))
    chosen = np.random.default_rng(stream).integers(0, values.shape[1], values.shape)
    return np.median(np.take_along_axis(values, chosen, axis=1), axis=1)


def _rank_interval(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.quantile(ranks(values), TAILS, axis=0, method="nearest")
    return low.astype(int), high.astype(int)


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values(["order", "name"], ascending=[False, True], kind="stable")
    return rows.assign(rank=np.arange(1, len(rows) + 1))
