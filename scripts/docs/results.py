"""Fill the tables of README.md and of the pages on results: python scripts/docs/results.py [FILE [VALIDATION_JSON ...]]

They come from the last paper run, and those about the reader from the last production run, where there is one,
and those of pellets made of circuit elements from tests/verification/laboratory.py --output results/laboratory.csv,
spoilt.py --output results/spoilt.csv and interfaces.py --output results/interfaces.csv (the same for each); the limit
as sampled comes from posterior.py --output results/posterior.csv.
With a measured FILE, the example in the first screen is what `ionscope predict` says of it; with each validation.json
that `ionscope validate DIR --output FOLDER` writes, the measured pellets are its spectra with a published resistance.
"""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pandas as pd
from page import ROOT, fill, markdown

from ionscope.cli import main as ionscope
from ionscope.evaluate.claims import OWN
from ionscope.files import read_json

RUN = ROOT / "results" / "paper"
PRODUCTION = ROOT / "results" / "production"
SHIPPED = ROOT / "src" / "ionscope" / "models" / "reader"
PAGES = [ROOT / "README.md", ROOT / "docs" / "reader.md", ROOT / "docs" / "learning.md"]
LABORATORY = ROOT / "results" / "laboratory.csv"
INTERFACES = ROOT / "results" / "interfaces.csv"
SPOILT = ROOT / "results" / "spoilt.csv"
POSTERIOR = ROOT / "results" / "posterior.csv"


def figure(text: str) -> str:
    """A figure to three digits; anything else as it is."""
    parts = str(text).split(" to ")
    try:
        return " to ".join(f"{float(f'{float(part):.3g}'):g}" for part in parts)
    except ValueError:
        return str(text)


def claims_table() -> str:
    claims = pd.read_csv(RUN / "claims.csv", dtype=str, keep_default_na=False)
    rows = [
        [
            row["id"],
            row["claim"],
            *(figure(row[name]) for name in ("paper", "ours", "own", "literal")),
            row["unit"],
            row["verdict"],
        ]
        for row in claims.to_dict("records")
    ]
    head = ["", "claim", "paper", "ours", "ours, from 800 spectra", "its recipe word for word", "unit", "verdict"]
    return markdown(head, rows)


def peers_table() -> str:
    timing = pd.read_csv(RUN / "evaluation" / "timing.csv", keep_default_na=False)
    rows = [
        [
            row["method"],
            f"{row['seconds_per_spectrum']:.2g}",
            f"{row['right_within_5_percent']:.0%}",
            f"{row['log10_mae']:.2g}",
            row["note"],
        ]
        for row in timing.to_dict("records")
    ]
    return markdown(["method", "s per spectrum", "right within 5 %", "mean error, decades", ""], rows)


def ablations_table() -> str:
    metrics = read_json(RUN / "evaluation" / "metrics.json")
    ablations = metrics["ablations"]
    limit = [f"{metrics[f'limit_log10_{name}']:.2g}" for name in ("rmse", "median")]
    rows = [["information limit", limit[0], "", limit[1], "", ""]]
    for name, figures in ablations.items():
        sigma = figures["log10_sigma"]
        rows.append([f"`{name}`", f"{sigma['rmse']:.3g}", *(f"{sigma[key]:.2g}" for key in ("mae", "median", "p95"))])
        if sigma["rmse_sd"]:  # of several seeds
            rows[-1][1] += f" ± {sigma['rmse_sd']:.1g}"
        rows[-1].append(f"{figures['pairs_correct']:.1%}")
    return markdown(["", "RMSE", "MAE", "median", "95 %", "pairs right"], rows)


def reader_table() -> str:
    rows = []
    for name, figures in read_json(PRODUCTION / "reader" / "metrics.json").items():
        medians = [figures[f"{method}median"] for method in ("", "read_off_", "circuit_fit_", "kernel_")]
        shares = [figures[key] for key in ("coverage_90", "coverage_90_stated", "not_worse_than_read_off")]
        rows.append(
            [
                name,
                str(figures["n"]),
                *(f"{value:.2g}" for value in medians),
                *(f"{100 * share:.1f} %" for share in shares),
            ]
        )
    head = [
        "simulated sweeps",
        "n",
        "median error",
        "read-off",
        "circuit fit",
        "kernel",
        "covered by the 90 % interval",
        "the same, electrodes stated",
    ]
    return markdown([*head, "not worse than the read-off"], rows)


def production_table() -> str:
    """The reader on the paper's test set, beside the variants that learned from specimens like those."""
    reader, paper = (read_json(run / "evaluation" / "metrics.json") for run in (PRODUCTION, RUN))
    own = {name.removeprefix(OWN): value for name, value in paper.items() if name.startswith(OWN)}
    models = {"reader": reader, "`informed`": paper, "`joint`": own}
    lines = {
        "RMSE of log10 σ, decades": ("sigma_log10_rmse", "limit_log10_rmse", 1.0),
        "the same, of those it answers": ("sigma_log10_rmse_answered", "limit_log10_rmse_answered", 1.0),
        "median of all": ("sigma_log10_median", "limit_log10_median", 1.0),
        "MAE of σ, S/cm": ("sigma_mae_s_cm", "limit_sigma_mae_s_cm", 1.0),
        "RMSE of Ea from a series, kJ/mol": ("ea_series_rmse_kj_mol", "limit_ea_series_rmse_kj_mol", 1.0),
        "pairs right, %": ("pairs_correct", None, 100.0),
        "covered by the 90 % interval, %": ("coverage_90", None, 100.0),
    }
    shipped = read_json(SHIPPED / "model.json")["about"]["training_spectra"]
    learned = [shipped, *(metrics["n_learned_spectra"] for metrics in (paper, own))]
    rows = [["spectra learned from", *map(str, learned), ""]]
    for name, (key, limit, factor) in lines.items():
        values = [metrics[key] for metrics in models.values()] + ([paper[limit]] if limit else [])
        rows.append([name, *(f"{factor * value:.3g}" for value in values), *([] if limit else [""])])
    refused = [f"{100 * (1 - metrics['share_answered']):.3g}" for metrics in models.values()]
    rows.append(["refused (no plateau, or uncertain by more than a factor of 3), %", *refused, ""])
    return markdown(["the paper's test set", *models, "information limit"], rows)


def short_table() -> str:
    """The reader on what it has not seen, in few lines; errors in per cent."""
    simulated, laboratory = read_json(PRODUCTION / "reader" / "metrics.json"), pd.read_csv(LABORATORY, index_col=0)
    of_sweeps = "median", "read_off_median", "coverage_90", "not_worse_than_read_off"
    of_pellets = "median", "read-off: median", "covered", "not worse than read-off"
    lines = [
        ("simulated sweeps, any", simulated["all"], of_sweeps),
        ("simulated sweeps, interval within 5 %", simulated["confident (interval within 5 %)"], of_sweeps),
        ("pellets of circuit elements, answered", laboratory.loc["answered"], of_pellets),
        ("pellets of circuit elements, answered with `ok`", laboratory.loc["ok"], of_pellets),
    ]
    rows = []
    for name, figures, keys in lines:
        error, read_off, covered, not_worse = (figures[key] for key in keys)
        errors = [f"{100 * (10**decades - 1):.2g} %" for decades in (error, read_off)]
        rows.append([name, f"{figures['n']:.0f}", *errors, f"{covered:.0%}", f"{not_worse:.0%}"])
    head = ["", "n", "median error", "read-off's", "covered by the 90 % interval", "not worse than the read-off"]
    return markdown(head, rows)


def series_table() -> str:
    """How well the shipped reader's series hold on those that have not told what their errors have in common."""
    told = read_json(SHIPPED / "model.json")["about"]["series"]
    lines = {
        "activation energy, meV": ("ea", "ev", 1e3),
        "conductivity at 25 °C, decades": ("sigma_25c", "decades", 1.0),
    }
    rows = []
    for name, (key, unit, factor) in lines.items():
        error, half_width = (factor * told[f"{key}_{part}_{unit}"] for part in ("median", "half_width_median"))
        covered = [f"{100 * told[f'coverage_90_{key}{end}']:.1f} %" for end in ("", "_independent")]
        rows.append([name, str(told["specimens"]), f"{error:.2g}", f"{half_width:.2g}", *covered])
    head = ["series", "n", "median error", "median half-width", "covered by the 90 % interval"]
    return markdown([*head, "covered if errors were independent"], rows)


def laboratory_table() -> str:
    """Pellets made of circuit elements, as tests/verification/laboratory.py read them."""
    figures = pd.read_csv(LABORATORY, index_col=0)
    rows = [
        [
            name,
            f"{row['n']:.0f}",
            *(f"{row[key]:.2g}" for key in ("median", "90 %", "read-off: median", "read-off: 90 %")),
            *(f"{row[key]:.0%}" for key in ("covered", "not worse than read-off")),
        ]
        for name, row in figures.iterrows()
    ]
    head = ["pellets", "n", "median error", "90 %", "read-off", "90 %", "covered by the 90 % interval"]
    return markdown([*head, "not worse than the read-off"], rows)


def spoilt_table() -> str:
    """The same pellets spoilt, as tests/verification/spoilt.py read them."""
    figures = pd.read_csv(SPOILT, index_col=0)
    rows = [
        [
            f"{name}: {row['severity']}".replace("|Z|", "the impedance"),
            *(f"{row[key]:.0%}" for key in ("ok", "refused")),
            *(f"{row[key]:.2g}" for key in ("median", "90 %", "read-off: 90 %")),
            *(f"{row[key]:.0%}" for key in ("half-width", "covered")),
        ]
        for name, row in figures.iterrows()
    ]
    head = ["spoilt by", "ok", "refused", "median error", "90 %", "read-off, 90 %", "interval, either way"]
    return markdown([*head, "covered"], rows)


def interfaces_table() -> str:
    """Pellets beside an interface that is no part of them, as tests/verification/interfaces.py read them."""
    figures = pd.read_csv(INTERFACES, index_col=0)
    errors = "median", "90 %", "read-off: median", "read-off: 90 %"
    rows = [
        [
            str(name),
            f"{row['n']:.0f}",
            *(f"{row[key]:.0%}" for key in ("ok", "refused")),
            *(f"{row[key]:.2g}" for key in errors),
            *(f"{row[key]:.0%}" for key in ("covered", "covered, ok")),
        ]
        for name, row in figures.iterrows()
    ]
    head = ["interface", "n", "ok", "refused", "median error", "90 %", "read-off", "90 %", "covered"]
    return markdown([*head, "covered, if `ok`"], rows)


def posterior_table() -> str:
    """The information limit linearised and sampled, as tests/verification/posterior.py has them."""
    figures = pd.read_csv(POSTERIOR, index_col=0)
    rows = [
        [
            str(name),
            *(f"{row[key]:.0f}" for key in ("specimens", "spectra")),
            *(f"{row[key]:.4f}" for key in ("limit", "posterior", "model")),
            f"{row['perfect: 5 %']:.3f} to {row['perfect: 95 %']:.3f}",
        ]
        for name, row in figures.iterrows()
    ]
    head = ["", "specimens", "spectra", "limit, linearised", "limit, sampled", "`informed`"]
    return markdown([*head, "a perfect reader on as many specimens (90 %)"], rows)


def example(path: str) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        ionscope(["predict", path])
    text = output.getvalue().replace(path, Path(path).name)
    return f"```console\n$ ionscope predict {Path(path).name}\n{text}```\n"


def measured_table(paths: list[str]) -> str:
    rows = []
    for record in (record for path in paths for record in read_json(path)):
        if record["published"] is None or record["predicted"] is None:
            continue
        values = [record[name] for name in ("predicted", "lower_ohm", "upper_ohm")]
        predicted, lower, upper = (f"{float(f'{value:.4g}'):g}" for value in values)
        errors = [f"{100 * record[name]:+.1f} %" for name in ("relative_error", "read_off_relative_error")]
        covered = "yes" if record["covered"] else "no"
        name = f"`{Path(record['file']).name}`"
        rows.append(
            [name, f"{predicted} ({lower} to {upper})", f"{record['published']:g}", *errors, covered, record["verdict"]]
        )
    head = ["file", "ours / ohm (90 %)", "published / ohm", "error", "read-off's error", "covered", "verdict"]
    return markdown(head, rows)


def main() -> None:
    tables = {"claims": claims_table(), "peers": peers_table(), "ablations": ablations_table()}
    tables["series"] = series_table()
    if PRODUCTION.is_dir():
        tables |= {"reader": reader_table(), "production": production_table()}
    if LABORATORY.is_file():
        tables["laboratory"] = laboratory_table()
    if PRODUCTION.is_dir() and LABORATORY.is_file():
        tables["short"] = short_table()
    if SPOILT.is_file():
        tables["spoilt"] = spoilt_table()
    if INTERFACES.is_file():
        tables["interfaces"] = interfaces_table()
    if POSTERIOR.is_file():
        tables["posterior"] = posterior_table()
    if len(sys.argv) > 1:
        tables["example"] = example(sys.argv[1])
    if len(sys.argv) > 2:
        tables["measured"] = measured_table(sys.argv[2:])
    for page in PAGES:
        fill(page, tables)


if __name__ == "__main__":
    main()
