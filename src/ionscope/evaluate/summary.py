"""From predictions to the tables and figures of merit of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import read_set, shape_factor
from ionscope.estimate import TOO_WIDE
from ionscope.evaluate.metrics import accuracy, accuracy_table, coverage, pairs_table, top_quartile_accuracy
from ionscope.preprocess.reference import read_off
from ionscope.simulate.arrhenius import KJ_PER_MOL
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

SHOWN = "shown"
"""Group of the spectra whose phase comes low enough to show a resistance; the reader refuses the others."""

GIVEN = "given"
"""Group of the spectra that get an answer; the reader refuses those whose interval is too wide as well."""


def baseline_tables(spectra: SpectrumSet, predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Predictions of the peers that need no training, as tables like `predictions`.

    `readoff` is Re Z at minimum |phase|; `material_and_temperature` the median of the training specimens of that
    material at that temperature, with no look at the spectrum; `constant` the median of all training spectra.
    """
    resistance, _, _ = read_off(spectra.frequency, spectra.impedance)
    train = predictions["role"] == "train"
    return {
        "readoff": predictions.assign(sigma=shape_factor(spectra) / resistance),
        "material_and_temperature": predictions.assign(sigma=material_and_temperature(predictions)),
        "constant": predictions.assign(sigma=float(10 ** np.log10(predictions["sigma_true"][train]).median())),
    }


def material_and_temperature(predictions: pd.DataFrame) -> np.ndarray:
    """(n,) S/cm: the median of the training specimens of that material at that temperature."""
    train = predictions["role"] == "train"
    key = ["material", "temperature"]
    known = np.log10(predictions["sigma_true"])
    groups = predictions.assign(log_sigma=known, temperature=predictions["temperature"].round())
    medians = groups[train].groupby(key)["log_sigma"].median()
    by_group = medians.reindex(pd.MultiIndex.from_frame(groups[key])).to_numpy()
    return np.asarray(10 ** np.where(np.isnan(by_group), float(known[train].median()), by_group))


def tested(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of test specimens."""
    return table[table["role"] == "test"].reset_index(drop=True)


def answered(table: pd.DataFrame) -> np.ndarray:
    """(n,) bool: whether the tool would answer, having seen a plateau and no interval beyond `TOO_WIDE`."""
    factor = table["resistance_upper"].to_numpy() / table["resistance"].to_numpy()
    return table["plateau"].to_numpy(dtype=bool) & (factor <= TOO_WIDE)


def groups_of_spectra(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Names of groupings -> (n,) the group of each spectrum, the one of all first."""
    return {
        "all": np.full(len(table), "all"),
        "material": table["material"].to_numpy(),
        "temperature_c": (table["temperature"] - ZERO_CELSIUS).round().astype(int).to_numpy(),
        "electrode": table["electrode"].to_numpy(),
        "plateau": np.where(table["plateau"], SHOWN, "not shown"),
        "answer": np.where(answered(table), GIVEN, "refused"),
    }


def run_accuracy(tables: dict[str, pd.DataFrame], series: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Accuracy of every variant on test specimens: conductivity by group, Ea from one spectrum and from a series."""
    parts = []
    for variant, table in tables.items():
        test = tested(table)
        parts.append(accuracy_table(test, groups_of_spectra(test), variant))
    for variant, table in series.items():
        test, train = tested(table), table[table["role"] == "train"]
        single = tested(tables[variant])
        mean = np.full(len(test), train["ea_true"].mean())
        rows = {
            "ea_series": (test["ea_true"], test["ea"]),
            "ea_single": (single["ea_true"], single["ea_single"]),
            "ea_always_mean": (test["ea_true"], mean),
        }
        parts.append(
            pd.DataFrame(
                [
                    {
                        "variant": variant,
                        "quantity": quantity,
                        "group": "all",
                        "value_of_group": "all",
                        **accuracy(truth.to_numpy() * KJ_PER_MOL, np.asarray(value) * KJ_PER_MOL),
                        "unit": "kJ/mol",
                    }
                    for quantity, (truth, value) in rows.items()
                ]
            )
        )
    return pd.concat(parts, ignore_index=True)


def run_pairs(tables: dict[str, pd.DataFrame], seed: int) -> pd.DataFrame:
    """Pairwise concordance of every variant on test specimens."""
    return pd.concat(
        [pairs_table(tested(table), variant, seed) for variant, table in tables.items()], ignore_index=True
    )


def reconstruction_tables(
    spectra: SpectrumSet, bundle: ModelBundle, rows: np.ndarray, variant: str, examples: int = 6
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reconstruction errors of the spectra `rows`, and a few of them point by point.

    rmse_normalised is in the representation's own units, rmse_relative the RMS of |Z - reconstruction| / |Z|.
    """
    impedance = bundle.smoothing.apply(spectra.impedance[rows])
    features = bundle.representation.transform(
        spectra.frequency, impedance, shape_factor(spectra)[rows], temperature=spectra["temperature"][rows]
    )
    channels = bundle.reconstruct(features)
    given = features.channels[:, :2]
    back, on_grid = (bundle.representation.to_impedance(part, features, impedance) for part in (channels, given))

    def covered_mean(values: np.ndarray) -> np.ndarray:
        return (values * features.mask).sum(axis=1) / features.mask.sum(axis=1)

    squared = covered_mean(((channels - given) ** 2).mean(axis=1))
    relative = np.sqrt(covered_mean(np.abs(back / on_grid - 1) ** 2))
    names = spectra["specimen"].astype(str)[rows]
    errors = pd.DataFrame(
        {
            "variant": variant,
            "spectrum": rows,
            "specimen": names,
            "rmse_normalised": np.sqrt(squared),
            "rmse_relative": relative,
        }
    )
    # From the best to the worst, evenly by rank: a gallery of the best alone would flatter.
    picked = np.argsort(squared)[np.linspace(0, len(rows) - 1, min(examples, len(rows))).astype(int)]
    points = [
        pd.DataFrame(
            {
                "variant": variant,
                "spectrum": rows[i],
                "specimen": names[i],
                "channel": name,
                "grid": bundle.representation.grid,
                "measured": features.channels[i, channel],
                "reconstructed": channels[i, channel],
            }
        )
        for i in picked
        for channel, name in enumerate(bundle.representation.channel_names)
    ]
    return errors, pd.concat(points, ignore_index=True)


def latent_table(spectra: SpectrumSet, predictions: pd.DataFrame, bundle: ModelBundle) -> pd.DataFrame:
    """Latent means of all spectra with what to colour them by."""
    latent = read_set(bundle, spectra).latent
    about = predictions[["spectrum", "specimen", "material", "electrode", "role"]].copy()
    about["sigma_total"] = spectra["sigma_total"]
    return pd.concat([about, pd.DataFrame(latent, columns=[f"z{i}" for i in range(latent.shape[1])])], axis=1)


def figures_of_merit(
    table: pd.DataFrame, series: pd.DataFrame, accuracy_rows: pd.DataFrame, pairs: pd.DataFrame, errors: pd.DataFrame
) -> dict[str, Any]:
    """The named figures of one variant, on test specimens; the rows of the three last tables must be its own."""
    overall = accuracy_rows[accuracy_rows["group"] == "all"].set_index("quantity")
    readable, given = (_of_group(accuracy_rows, *which) for which in (("plateau", SHOWN), ("answer", GIVEN)))
    kinds = pairs.set_index("kind")["correct"]
    test, test_series = tested(table), tested(series)
    return {
        "reconstruction_rmse_normalised": float(np.sqrt((errors["rmse_normalised"] ** 2).mean())),
        "reconstruction_rmse_relative": float(np.sqrt((errors["rmse_relative"] ** 2).mean())),
        "sigma_mae_s_cm": overall.loc["sigma", "mae"],
        "sigma_rmse_s_cm": overall.loc["sigma", "rmse"],
        "sigma_r2": overall.loc["sigma", "r2"],
        "sigma_log10_rmse": overall.loc["log10_sigma", "rmse"],
        "sigma_log10_mae": overall.loc["log10_sigma", "mae"],
        "sigma_log10_median": overall.loc["log10_sigma", "median"],
        "sigma_log10_p95": overall.loc["log10_sigma", "p95"],
        "sigma_log10_r2": overall.loc["log10_sigma", "r2"],
        "n_test_plateau": int(readable["n"].get("sigma", 0)),
        "sigma_mae_plateau_s_cm": readable["mae"].get("sigma"),
        "sigma_log10_rmse_plateau": readable["rmse"].get("log10_sigma"),
        "share_answered": float(answered(test).mean()),
        "sigma_mae_answered_s_cm": given["mae"].get("sigma"),
        "sigma_log10_rmse_answered": given["rmse"].get("log10_sigma"),
        "ea_series_rmse_kj_mol": overall.loc["ea_series", "rmse"],
        "ea_series_r2": overall.loc["ea_series", "r2"],
        "ea_single_rmse_kj_mol": overall.loc["ea_single", "rmse"],
        "ea_single_r2": overall.loc["ea_single", "r2"],
        "ea_mean_baseline_rmse_kj_mol": overall.loc["ea_always_mean", "rmse"],
        "pairs_correct": kinds["all"],
        "pairs_correct_within": kinds["within"],
        "pairs_correct_across": kinds["across"],
        "close_pairs_correct": kinds["close"],
        "top_quartile_accuracy": top_quartile_accuracy(test["sigma_true"].to_numpy(), test["sigma"].to_numpy()),
        "coverage_90": share_covered(test, "sigma"),
        "coverage_90_by_electrode": {
            str(name): share_covered(part, "sigma") for name, part in test.groupby("electrode")
        },
        "coverage_90_ea_series": share_covered(test_series, "ea"),
        "trust_false_alarm_rate": float((test["verdict"] != "ok").mean()),
    }


def _of_group(rows: pd.DataFrame, group: str, value: str) -> pd.DataFrame:
    """The rows of one group of spectra by quantity; none where it is empty."""
    return rows[(rows["group"] == group) & (rows["value_of_group"] == value)].set_index("quantity")


def share_covered(table: pd.DataFrame, name: str) -> float:
    """Share of the rows whose truth lies inside the interval of the column `name`."""
    columns = (table[f"{name}{suffix}"].to_numpy() for suffix in ("_true", "_lower", "_upper"))
    return coverage(*columns)
