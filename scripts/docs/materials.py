"""Fill the tables of docs/materials.md from the material files and the measured values.

    python scripts/docs/materials.py          rewrite the tables
    python scripts/docs/materials.py --check  exit 1 where they are not what the configuration gives

Everything else in the page is written by hand.
"""

from __future__ import annotations

import sys

import pandas as pd
from page import ROOT, fill, markdown

from ionscope.config import Material, load_electrode, load_material
from ionscope.evaluate.literature import HOW, QUANTITIES, read_literature
from ionscope.evaluate.validation import NO_MEASUREMENT, literature_inside, validate
from ionscope.simulate.library import distribution_text, list_materials, quantities

PAGE = ROOT / "docs" / "materials.md"
SEED = 1


def number(value: float) -> str:
    """Two significant digits, without an exponent from 0.0001 to 10000."""
    return f"{float(f'{value:.2g}'):g}"


def materials_table(summary: pd.DataFrame) -> str:
    rows = [
        [
            f"`{row['name']}`",
            row["label"],
            row["formula"],
            number(row["sigma_grain_25c_s_cm"]),
            number(row["ea_grain_ev"]),
            number(row["gb_share_25c"]),
            f"{row['assumed']} of {row['quantities']}",
        ]
        for row in summary.to_dict("records")
    ]
    head = ["name", "material", "formula", "σ grain, 25 °C / S cm⁻¹", "Ea grain / eV", "boundary share", "assumed"]
    return markdown(head, rows)


def verdicts_table(table: pd.DataFrame) -> str:
    rows = []
    for row in table[table["verdict"] != NO_MEASUREMENT].to_dict("records"):
        spans = [
            " – ".join(number(row[f"{side}_{name}"]) for name in ("p5", "p50", "p95"))
            for side in ("simulated", "measured")
        ]
        ks = "" if pd.isna(row["ks_statistic"]) else number(row["ks_statistic"])
        unit = "" if row["unit"] == "1" else f" / {row['unit']}"
        rows.append(
            [
                f"`{row['material']}`",
                f"{row['quantity']}{unit}",
                spans[0],
                spans[1],
                str(row["measured_n"]),
                f"{row['share_inside']:.0%}",
                ks,
                row["verdict"] if row["verdict"] == "inside" else f"**{row['verdict']}**",
            ]
        )
    head = [
        "material",
        "quantity",
        "simulated 5 – 50 – 95 %",
        "measured 5 – 50 – 95 %",
        "n",
        "in band",
        "KS",
        "verdict",
    ]
    judged = int((table["verdict"] != NO_MEASUREMENT).sum())
    closing = f"\n{literature_inside(table):.0%} of {judged} rows are inside.\n"
    return markdown(head, rows) + closing


def missing_table(table: pd.DataFrame) -> str:
    none = table[(table["verdict"] == NO_MEASUREMENT) & table["quantity"].isin(QUANTITIES)]
    rows = [[f"`{name}`", ", ".join(part["quantity"])] for name, part in none.groupby("material", sort=False)]
    return markdown(["material", "no measured value of"], rows)


def sources_table(materials: list[Material]) -> str:
    rows = []
    for material in materials:
        for key, quantity in quantities(material):
            source = quantity.source if isinstance(quantity.source, str) else ", ".join(quantity.source)
            rows.append([f"`{material.name}`", key, distribution_text(quantity), source])
    return markdown(["material", "quantity", "prior", "source"], rows)


def values_table(literature: pd.DataFrame) -> str:
    counts = literature["how"].value_counts()
    rows = [[how, meaning, str(int(counts.get(how, 0)))] for how, meaning in HOW.items()]
    total = f"\n{len(literature)} values from {literature['doi'].nunique()} publications.\n"
    return markdown(["`how`", "meaning", "values"], rows) + total


def tables() -> dict[str, str]:
    summary = list_materials(ROOT / "config")
    summary = summary[summary["name"] != "generic"]
    materials = [load_material(ROOT / "config", name) for name in summary["name"]]
    literature = read_literature(ROOT / "config" / "literature.csv", summary["name"])
    table = validate(None, materials, literature, SEED, load_electrode(ROOT / "config", "lithium"))
    return {
        "materials": materials_table(summary),
        "verdicts": verdicts_table(table),
        "missing": missing_table(table),
        "values": values_table(literature),
        "sources": sources_table(materials),
    }


def main() -> int:
    check = "--check" in sys.argv
    if not fill(PAGE, tables(), check) and check:
        print("docs/materials.md is not up to date; run python scripts/docs/materials.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
