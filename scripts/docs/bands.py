"""Fill docs/bands.md from the last wideband run: python scripts/docs/bands.py

The run: snakemake --cores all --resources gpu=1 --configfile config/wideband.yaml
"""

from __future__ import annotations

import pandas as pd
from page import ROOT, fill, markdown

from ionscope.report.figures import figure_bands
from ionscope.report.figures.bands import NAMES
from ionscope.report.sections.band import side_by_side

TABLE = ROOT / "results" / "wideband" / "evaluation" / "conductivities.csv"


def bands_table(table: pd.DataFrame) -> str:
    wide = side_by_side(table)
    numbers = [name for name in wide if name not in ("electrode", "material", "conductivity")]
    rows = [
        [str(row[name]) for name in ("electrode", "material", "conductivity")]
        + ["" if pd.isna(row[name]) else f"{row[name]:.2g}" for name in numbers]
        for row in wide.to_dict("records")
    ]
    return markdown(["electrode", "material", "conductivity", *numbers], rows)


def coverage_table(table: pd.DataFrame) -> str:
    rows = [
        [
            NAMES[row["conductivity"]],
            f"{row['frequency_max_hz']:g} Hz",
            f"{row['coverage_90']:.0%}",
            f"{row['half_width_median']:.2g}",
        ]
        for row in table[table["electrode"] == "all"].to_dict("records")
    ]
    return markdown(["conductivity", "band to", "truths inside 90 % intervals", "half of an interval, decades"], rows)


def main() -> None:
    table = pd.read_csv(TABLE)
    table = table[table["variant"] != "literal"]
    figure_bands(table, ROOT / "docs" / "figures" / "bands.svg")
    fill(ROOT / "docs" / "bands.md", {"bands": bands_table(table), "coverage": coverage_table(table)})


if __name__ == "__main__":
    main()
