"""Simulated against measured: for each material and quantity, does the generator make what laboratories find?

The rule, the same for every row:

1. Enough of the measured values lie inside the simulated 5-95 % band: at least half of them, and no fewer than a band
   that really holds 90 % would leave out in one of twenty times. Values of one publication err together, so the
   publications are counted, not the values.
2. The medians agree within `TOLERANCE`, or within what so few publications can tell (90 %).

Both hold: `inside`. One fails: `outside`. Nothing measured: `no measurement`; a hypothetical material can have no
other verdict. The slope of Ea over log10 sigma is `inside` where the measured slope lies inside the 5-95 % band of the
slopes of as many simulated specimens. The Kolmogorov-Smirnov figures are reported and not judged: with tens of values
from as many laboratories they reject any smooth prior.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ionscope.config import ElectrodeProperties, Material, load_electrode, load_material
from ionscope.errors import ConfigError
from ionscope.evaluate.literature import QUANTITIES, energy_pairs, measured_values, read_literature
from ionscope.evaluate.population import draw_population, spectra_population
from ionscope.files import whole_file, write_json
from ionscope.measure import Z90
from ionscope.spectrum import SpectrumSet

INSIDE, OUTSIDE, NO_MEASUREMENT = "inside", "outside", "no measurement"

TOLERANCE = {
    "sigma_total": 0.30,
    "sigma_bulk": 0.30,
    "gb_share": 0.20,
    "ea_total": 0.05,
    "ea_bulk": 0.05,
    "permittivity": 0.30,
    "interface_resistance": 0.30,
}
"""Largest difference of medians: decades (a factor of 2) for logarithmic quantities, else the quantity's own unit.

Half of the 0.64 decades by which repeated measurements of one composition scatter; for energies, twice the 0.026 eV
between the two Arrhenius forms in use.
"""

BAND = 0.90
"""Share of pellets that the simulated 5-95 % band holds."""

RARE = 0.05
"""A coverage that would be seen less often than this, were the band right, fails."""

WIDE = "generic"
"""The priors of the model that reads laboratory files: no material, and nothing to validate."""

SLOPE = "ea_log_sigma_slope"
SLOPE_PAIRS = 5
"""Fewest specimens with both figures for a slope worth comparing."""

COLUMNS = [
    "material",
    "quantity",
    "unit",
    "simulated_p5",
    "simulated_p50",
    "simulated_p95",
    "n_simulated",
    "measured_n",
    "measured_p5",
    "measured_p50",
    "measured_p95",
    "share_inside",
    "ks_statistic",
    "ks_p",
    "verdict",
    "note",
]


def validate(
    spectra: SpectrumSet | None,
    materials: Iterable[Material],
    literature: pd.DataFrame,
    seed: int,
    lithium: ElectrodeProperties | None = None,
    draws: int = 4000,
) -> pd.DataFrame:
    """Compare what the generator makes with what was measured, by the rule of this module.

    Parameters
    ----------
    spectra : simulated spectra whose truth stands for the generator where it has the material; None for priors alone
    materials : the materials to judge
    literature : measured values, as `ionscope.evaluate.literature.read_literature` gives them
    seed : root of the random streams; the same seed gives the same table
    lithium : priors of the lithium electrode, for `interface_resistance`; it has a row only where it was measured
    draws : pellets drawn from the priors of each material

    Returns
    -------
    One row a material and quantity (columns `COLUMNS`), in the order of the materials; NaN where nothing is known
    """
    rows: list[dict[str, Any]] = []
    for material in materials:
        simulated, source = simulated_figures(spectra, material, seed, lithium, draws)
        measured = measured_values(literature, material.name, float(np.median(simulated["ea_total"])))
        for quantity in QUANTITIES:
            values = measured[measured["quantity"] == quantity]
            # The electrode belongs to no material: its resistance has a row only where it was measured on this one.
            if quantity in simulated and (quantity != "interface_resistance" or len(values)):
                rows.append(_row(material, quantity, simulated[quantity], values, source[quantity]))
        rows.append(_slope_row(material, simulated, measured, seed))
    return pd.DataFrame(rows, columns=COLUMNS)


def simulated_figures(
    spectra: SpectrumSet | None, material: Material, seed: int, lithium: ElectrodeProperties | None, draws: int
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Figures of simulated pellets by quantity, and for each where it comes from (`priors` or `spectra`)."""
    figures = draw_population(material, seed, draws, lithium)
    source = dict.fromkeys(figures, "priors")
    if spectra is not None:
        truth = spectra_population(spectra, material.name)
        figures |= truth
        source |= dict.fromkeys(truth, "spectra")
    return figures, source


def literature_inside(table: pd.DataFrame) -> float:
    """Share of the rows with measurements whose verdict is `inside`; NaN where nothing was measured."""
    judged = table[table["verdict"] != NO_MEASUREMENT]
    return float((judged["verdict"] == INSIDE).mean()) if len(judged) else float("nan")


def load_comparison(
    materials: Iterable[str], config_folder: Path | str, literature: Path | str
) -> tuple[list[Material], pd.DataFrame, ElectrodeProperties]:
    """The materials of these names, the measured values of the table `literature`, and the lithium electrode.

    Raises `ConfigError` for a material without a file, or a row of the table that is not as it should be.
    """
    known = [path.stem for path in (Path(config_folder) / "materials").glob("*.yaml")]
    return (
        [load_material(config_folder, name) for name in materials],
        read_literature(literature, known),
        load_electrode(config_folder, "lithium"),
    )


def write_validation(
    spectra: SpectrumSet | None,
    materials: Iterable[str],
    config_folder: Path | str,
    literature: Path | str,
    folder: Path | str,
    seed: int,
) -> pd.DataFrame:
    """Validate the materials of these names and write ``literature.csv`` and ``literature.json`` into `folder`.

    Returns the table of `validate`. The figures are drawn by `ionscope.report.figures.literature`.
    """
    loaded, values, lithium = load_comparison(materials, config_folder, literature)
    table = validate(spectra, loaded, values, seed, lithium)
    with whole_file(Path(folder) / "literature.csv") as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g")
    verdicts: dict[str, Any] = {material.name: {} for material in loaded}
    for row in table.to_dict("records"):
        verdicts[str(row["material"])][str(row["quantity"])] = {
            "unit": row["unit"],
            "simulated": {name: row[f"simulated_{name}"] for name in ("p5", "p50", "p95")} | {"n": row["n_simulated"]},
            "measured": {"n": row["measured_n"]} | {name: row[f"measured_{name}"] for name in ("p5", "p50", "p95")},
            **{name: row[name] for name in ("share_inside", "ks_statistic", "ks_p", "verdict", "note")},
        }
    judged = int((table["verdict"] != NO_MEASUREMENT).sum())
    head: dict[str, Any] = {
        "seed": seed,
        "literature_inside": literature_inside(table),
        "rows_with_measurements": judged,
    }
    head |= {"hypothetical": [material.name for material in loaded if material.hypothetical]}
    write_json(Path(folder) / "literature.json", head | {"tolerance": TOLERANCE, "materials": verdicts})
    return table


def write_prior_validation(config_folder: Path | str, folder: Path | str, seed: int = 0) -> pd.DataFrame:
    """Validate the priors of every material in `config_folder` against its `literature.csv`, as `write_validation`."""
    known = sorted(path.stem for path in (Path(config_folder) / "materials").glob("*.yaml"))
    if not known:
        raise ConfigError(f"{config_folder}: no materials/*.yaml there; --config names the folder that holds them")
    names = [name for name in known if name != WIDE]
    return write_validation(None, names, config_folder, Path(config_folder) / "literature.csv", folder, seed)


def _row(
    material: Material, quantity: str, simulated: np.ndarray, measured: pd.DataFrame, source: str
) -> dict[str, Any]:
    kind = QUANTITIES[quantity]
    low, middle, high = np.quantile(simulated, [0.05, 0.5, 0.95])
    row: dict[str, Any] = {
        "material": material.name,
        "quantity": quantity,
        "unit": kind.unit,
        "simulated_p5": low,
        "simulated_p50": middle,
        "simulated_p95": high,
        "n_simulated": len(simulated),
    }
    notes = [f"simulated: {source}"]
    values = measured["value"].to_numpy(dtype=float)
    if material.hypothetical or not len(values):
        return row | _unmeasured("; ".join([*notes, _why_none(material)]))
    share = float(np.mean((values >= low) & (values <= high)))
    papers = measured["doi"].nunique()
    if not _covered(share, papers):
        notes.append(f"only {share:.0%} of the values lie in the band")
    scale = np.log10 if kind.logarithmic else np.asarray
    difference = float(np.median(scale(simulated)) - np.median(scale(values)))
    allowed = _allowed_difference(TOLERANCE[quantity], scale(simulated), papers)
    if abs(difference) > allowed:
        unit = "decades" if kind.logarithmic else kind.unit
        notes.append(f"medians differ by {difference:+.2f} {unit}, {allowed:.2f} allowed")
    ks = stats.ks_2samp(values, simulated)
    notes.append(f"{papers} publication{'s' if papers > 1 else ''}")
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
    return row | {
        "measured_n": len(values),
        "measured_p5": p5,
        "measured_p50": p50,
        "measured_p95": p95,
        "share_inside": share,
        "ks_statistic": float(ks.statistic),
        "ks_p": float(ks.pvalue),
        "verdict": INSIDE if _covered(share, papers) and abs(difference) <= allowed else OUTSIDE,
        "note": "; ".join(notes),
    }


def _covered(share: float, papers: int) -> bool:
    """Whether `share` of the values of so many publications is no rare finding for a band that holds 90 %."""
    return share >= 0.5 and stats.binom.cdf(round(share * papers), papers, BAND) >= RARE


def _allowed_difference(tolerance: float, simulated: np.ndarray, papers: int) -> float:
    """The tolerance, or where it is larger the 90 % half-width of a median of `papers` draws (1.25 sd / sqrt n)."""
    return max(tolerance, Z90 * 1.2533 * float(np.std(simulated)) / np.sqrt(papers))


def _slope_row(
    material: Material, simulated: dict[str, np.ndarray], measured: pd.DataFrame, seed: int
) -> dict[str, Any]:
    """Ea over log10 sigma: the slopes of samples of simulated specimens, as many as were measured."""
    kind, pairs = energy_pairs(measured)
    n = len(pairs) if len(pairs) >= SLOPE_PAIRS else SLOPE_PAIRS
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(material.name.encode()), 1)))
    cloud = np.column_stack([np.log10(simulated[f"sigma_{kind}"]), simulated[f"ea_{kind}"]])
    slopes = np.array([_slope(cloud[rng.integers(len(cloud), size=n)]) for _ in range(1000)])
    low, middle, high = np.nanquantile(slopes, [0.05, 0.5, 0.95])
    row: dict[str, Any] = {
        "material": material.name,
        "quantity": SLOPE,
        "unit": "eV/decade",
        "simulated_p5": low,
        "simulated_p50": middle,
        "simulated_p95": high,
        "n_simulated": len(cloud),
    }
    note = f"{kind}; simulated: slopes of samples of {n} specimens"
    if material.hypothetical or len(pairs) < SLOPE_PAIRS:
        why = _why_none(material) if material.hypothetical else f"{len(pairs)} specimens with both, {n} needed"
        return row | _unmeasured(f"{note}; {why}")
    again = np.array([_slope(pairs[rng.integers(n, size=n)]) for _ in range(1000)])
    p5, p95 = np.nanquantile(again, [0.05, 0.95])
    slope = _slope(pairs)
    return row | {
        "measured_n": n,
        "measured_p5": p5,
        "measured_p50": slope,
        "measured_p95": p95,
        "share_inside": float(np.nanmean((again >= low) & (again <= high))),
        "ks_statistic": np.nan,
        "ks_p": np.nan,
        "verdict": INSIDE if low <= slope <= high else OUTSIDE,
        "note": f"{note}; measured: the slope of all, and 5-95 % of resampled ones",
    }


def _slope(pairs: np.ndarray) -> float:
    """Least-squares slope of the second column over the first; NaN where the first does not vary."""
    x, y = pairs.T - pairs.mean(axis=0)[:, None]
    return float(x @ y / (x @ x)) if x @ x > 0 else float("nan")


def _why_none(material: Material) -> str:
    if material.hypothetical:
        return f"{material.label} is hypothetical: no measurement can validate it"
    return "no measured value found"


def _unmeasured(note: str) -> dict[str, Any]:
    names = ("measured_p5", "measured_p50", "measured_p95", "share_inside", "ks_statistic", "ks_p")
    return {"measured_n": 0, **dict.fromkeys(names, np.nan), "verdict": NO_MEASUREMENT, "note": note}
