"""Measured values from the literature, `config/literature.csv`: typed facts, each with its source, read strictly.

One row a value: ``material, variant, quantity, value, unit, temperature_c, doi, how, note``. Rows of one `variant` and
`doi` belong to one specimen. An activation energy has no temperature; any other value without one is of a specimen
whose temperature was not published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.errors import ConfigError
from ionscope.evaluate.strict_table import Row, read_rows
from ionscope.quantity import DOI
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.spectrum import ZERO_CELSIUS

COLUMNS = ("material", "variant", "quantity", "value", "unit", "temperature_c", "doi", "how", "note")

HOW = {
    "full text": "read in the paper",
    "abstract": "read in the paper's abstract",
    "OBELiX": "listed in OBELiX (arXiv:2502.14234), total conductivity where total and bulk were reported",
    "Laskowski": "listed in the compilation of 10.1039/d2ee03499a",
    "Liverpool": "listed in the Liverpool ionics dataset (pcwww.liv.ac.uk/~msd30/lmds)",
    "McHaffie": "listed in the compilation of 10.1039/d5dd00052a",
    "computed": "computed by us from values of the source named, as the note says",
}
"""How a value was read."""

URL = re.compile(r"^https?://\S+$")

MEMBERS = {"llzo": ("llzo", "llzo_al", "llzo_ta", "llzo_ga")}
"""Materials whose measured values count for another: LLZO stands for every cubic garnet, however it was doped."""


@dataclass(frozen=True)
class Kind:
    """A quantity that can be measured: its unit, the range beyond which a value must be a typing error, its scale."""

    unit: str
    low: float
    high: float
    logarithmic: bool
    label: str


QUANTITIES = {
    "sigma_total": Kind("S/cm", 1e-12, 0.1, True, "total conductivity"),
    "sigma_bulk": Kind("S/cm", 1e-12, 0.1, True, "bulk conductivity"),
    "gb_share": Kind("1", 0.0, 1.0, False, "share of the boundaries in the resistance"),
    "ea_total": Kind("eV", 0.05, 1.5, False, "activation energy of the total conductivity"),
    "ea_bulk": Kind("eV", 0.05, 1.5, False, "activation energy of the bulk conductivity"),
    "permittivity": Kind("1", 1.0, 1e5, True, "relative permittivity of the bulk"),
    "interface_resistance": Kind("ohm cm2", 1e-3, 1e6, True, "resistance of the interface with lithium"),
}

TEMPERATURE_C = (-150.0, 600.0)
NEAR_25C = (15.0, 35.0)
"""Values measured in this range, in Celsius, are carried over to 25 C; others are left out of comparisons at 25 C."""


def read_literature(path: Path | str, materials: Iterable[str] | None = None) -> pd.DataFrame:
    """Read and check the table.

    Parameters
    ----------
    materials : names a row's material may have; None leaves them unchecked

    Returns
    -------
    The columns of the file with `value` and `temperature_c` as floats (NaN where there is no temperature), and a column
    `where` with file and line of each row

    Raises
    ------
    ConfigError : the first fault, with file, line and value
    """
    known = None if materials is None else set(materials)
    records: list[dict[str, object]] = []
    seen: dict[tuple[str, ...], str] = {}
    for row in read_rows(path, COLUMNS, ConfigError):
        record = _checked(row, known)
        key = tuple(str(record[name]) for name in ("material", "variant", "quantity", "doi", "temperature_c"))
        if key in seen:
            raise row.fault("value", f"the same quantity of the same specimen stands already in {seen[key]}")
        seen[key] = row.where
        records.append(record)
    return pd.DataFrame(records)


def _checked(row: Row, known: set[str] | None) -> dict[str, object]:
    material, quantity, how = row.text("material"), row.text("quantity"), row.text("how")
    if known is not None and material not in known:
        raise row.fault("material", f"unknown; known are {', '.join(sorted(known))}")
    if quantity not in QUANTITIES:
        raise row.fault("quantity", f"unknown; known are {', '.join(QUANTITIES)}")
    kind = QUANTITIES[quantity]
    if row.text("unit") != kind.unit:
        raise row.fault("unit", f"{quantity} is given in {kind.unit}")
    if not (DOI.match(row.text("doi")) or URL.match(row.text("doi"))):
        raise row.fault("doi", "neither a DOI (10.xxxx/...) nor an address (https://...)")
    if how not in HOW:
        raise row.fault("how", f"unknown; known are {', '.join(HOW)}")
    if how == "computed" and not row.cells["note"]:
        raise row.fault("note", "a computed value needs a note that says from what")
    temperature = row.optional_number("temperature_c", *TEMPERATURE_C, "C")
    if quantity.startswith("ea_") and temperature is not None:
        raise row.fault("temperature_c", "an activation energy has no temperature")
    return {
        "material": material,
        "variant": row.text("variant"),
        "quantity": quantity,
        "value": row.number("value", kind.low, kind.high, kind.unit),
        "unit": kind.unit,
        "temperature_c": np.nan if temperature is None else temperature,
        "doi": row.cells["doi"],
        "how": how,
        "note": row.cells["note"],
        "where": row.where,
    }


def measured_values(literature: pd.DataFrame, material: str, ea: float) -> pd.DataFrame:
    """What was measured on a material, its members' values included, at 25 C.

    Conductivities measured near 25 C are carried over to 25 C with the specimen's own activation energy where it is
    listed, and with `ea` [eV] where it is not.

    Returns
    -------
    Rows of `literature` with `value` at 25 C; rows measured outside `NEAR_25C` are left out
    """
    rows = literature[literature["material"].isin(MEMBERS.get(material, (material,)))].copy()
    rows = rows[rows["temperature_c"].isna() | rows["temperature_c"].between(*NEAR_25C)]
    energies = rows[rows["quantity"].str.startswith("ea_")].drop_duplicates(["variant", "doi"])
    own = energies.set_index(["variant", "doi"])["value"].to_dict()
    values = []
    for variant, doi, quantity, value, temperature in zip(
        rows["variant"], rows["doi"], rows["quantity"], rows["value"], rows["temperature_c"], strict=True
    ):
        if quantity.startswith("sigma_") and np.isfinite(temperature):
            energy = own.get((variant, doi), ea)
            value /= float(arrhenius_factor(energy, temperature + ZERO_CELSIUS))
        values.append(value)
    return rows.assign(value=np.array(values, dtype=float))


def energy_pairs(measured: pd.DataFrame) -> tuple[str, np.ndarray]:
    """Pairs of log10 conductivity and activation energy of single specimens, total where there are more of them.

    Returns
    -------
    'total' or 'bulk', and an array (n, 2) of log10(S/cm) and eV
    """
    found = {}
    for kind in ("total", "bulk"):
        columns = [
            measured[measured["quantity"] == f"{name}_{kind}"]
            .drop_duplicates(["material", "variant", "doi"])
            .set_index(["material", "variant", "doi"])["value"]
            for name in ("sigma", "ea")
        ]
        both = pd.concat(columns, axis=1, keys=["sigma", "ea"], join="inner")
        found[kind] = np.column_stack([np.log10(both["sigma"]), both["ea"]])
    kind = "bulk" if len(found["bulk"]) > len(found["total"]) else "total"
    return kind, found[kind]
