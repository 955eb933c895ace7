"""Names that a CSV table states of its spectra: specimen, material, electrodes, and the file each came from.

The reader of tables is after numbers, in any dialect. These names are text that may hold commas, quotes and blanks, so
the rows are looked at once more as what CSV says they are. `ionscope.io.write` writes them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any

from ionscope.electrodes import ELECTRODES
from ionscope.io.table import Table
from ionscope.io.text import Text
from ionscope.spectrum import Spectrum

FIELDS = {"source": "file", "specimen": "specimen", "material": "material", "electrodes": "electrodes"}
"""Names of columns, and the field of `Spectrum` that each is."""

_ABOVE = re.compile(r"# (material|electrodes): (\S.*)")


def with_stated_names(spectra: list[Spectrum], text: Text, table: Table) -> list[Spectrum]:
    """The spectra of a table with the names that lines above it or columns in it state; others stay as they are.

    A column counts where the sweeps are those that a column ``sweep`` numbers, or the only one of the file, and where
    it says the same throughout a sweep.
    """
    lines = [match for line in table.preamble if (match := _ABOVE.fullmatch(line.strip()))]
    said = {match[1]: match[2] for match in lines}
    above = _fields(said) if len(spectra) == 1 else {}
    groups = _groups(text, table)
    if len(groups) < len(spectra) or any(len(g) != len(s) for g, s in zip(groups, spectra, strict=False)):
        groups = [[]] * len(spectra)
    return [spectrum.with_(**above, **_fields(_common(rows))) for spectrum, rows in zip(spectra, groups, strict=False)]


def _groups(text: Text, table: Table) -> list[list[dict[str, str]]]:
    """The rows of each sweep, their cells by the names of the columns; none where no column is a name."""
    if not table.header.line:
        return []
    try:
        header = next(csv.reader([text.lines[table.header.line - 1]]), [])
        if not FIELDS.keys() & set(header):
            return []
        rows = list(csv.reader(text.lines[number - 1] for number in table.lines))
    except csv.Error:  # a cell of more than 128 kB
        return []
    if len(rows) != table.lines.size:
        return []
    groups: dict[str, list[dict[str, str]]] = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        groups.setdefault(row.get("sweep", ""), []).append(row)
    return list(groups.values())


def _common(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    first = rows[0] if rows else {}
    return {name: first[name] for name in FIELDS if name in first and all(row.get(name) == first[name] for row in rows)}


def _fields(said: dict[str, str]) -> dict[str, Any]:
    """Fields of a `Spectrum`; of electrodes that are called otherwise nothing is known."""
    known = {name: text.strip() for name, text in said.items()}
    return {
        FIELDS[name]: value for name, value in known.items() if value and (name != "electrodes" or value in ELECTRODES)
    }
