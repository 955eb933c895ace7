"""Fill the tables of README.md from the last paper run: python scripts/docs/readme.py [MEASURED_FILE [VALIDATION_JSON]]

With a measured file, the example in the first screen is what `ionscope predict` says of it; with the validation.json
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
from ionscope.files import read_json

RUN = ROOT / "results" / "paper"


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
            *(figure(row[name]) for name in ("paper", "ours", "literal")),
            row["unit"],
            row["verdict"],
        ]
        for row in claims.to_dict("records")
    ]
    return markdown(["", "claim", "paper", "ours", "its recipe word for word", "unit", "verdict"], rows)


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
        rows.append([f"`{name}`", *(f"{sigma[key]:.2g}" for key in ("rmse", "mae", "median", "p95"))])
        if sigma["rmse_sd"]:  # of several seeds
            rows[-1][1] += f" ± {sigma['rmse_sd']:.1g}"
        rows[-1].append(f"{figures['pairs_correct']:.1%}")
    return markdown(["", "RMSE", "MAE", "median", "95 %", "pairs right"], rows)


def example(path: str) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        ionscope(["predict", path])
    text = output.getvalue().replace(path, Path(path).name)
    return f"```console\n$ ionscope predict {Path(path).name}\n{text}```\n"


def measured_table(path: str) -> str:
    rows = []
    for record in read_json(path):
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
    if len(sys.argv) > 1:
        tables["example"] = example(sys.argv[1])
    if len(sys.argv) > 2:
        tables["measured"] = measured_table(sys.argv[2])
    fill(ROOT / "README.md", tables)


if __name__ == "__main__":
    main()
