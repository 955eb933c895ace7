"""Tables with one spectrum a row: the frequency stands in the column names, as in ``Re(Z)0.0093,-Im(Z)0.0093,...``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ionscope.io.assemble import Raw
from ionscope.io.columns import Column, recognise
from ionscope.io.dialect import Dialect
from ionscope.io.preamble import Preamble, read_preamble
from ionscope.io.table import Table
from ionscope.io.text import Text, problem

_FREQUENCY = re.compile(
    r"^(?P<name>.*?[^\d.eE+\s])[\s_@:=]*(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*(?P<unit>[mkM]?Hz)?\s*$"
)
_SCALE = {None: 1.0, "Hz": 1.0, "mHz": 1e-3, "kHz": 1e3, "MHz": 1e6}
_MIN_PAIRS = 8


@dataclass(frozen=True)
class _Layout:
    line: int  # 0-based line of the header
    dialect: Dialect
    cells: list[str]
    first: list[int]  # columns of the first quantity, by rising column
    second: list[int]
    frequencies: np.ndarray
    columns: tuple[Column, Column]


class Wide:
    """One row a spectrum; other columns (cycle, current) become metadata of its row."""

    name = "one row a spectrum"

    def matches(self, text: Text) -> bool:
        """Whether a header names a quantity at eight frequencies or more."""
        return _layout(text) is not None

    def read(self, text: Text) -> list[Raw]:
        """One table a row, so that each is judged by itself."""
        layout = _layout(text)
        if layout is None:
            raise problem(text.source, "has no header that names a quantity at several frequencies")
        told = read_preamble(text.lines[: layout.line], layout.dialect.decimal)
        raws = []
        for at in range(layout.line + 1, len(text.lines)):
            line = text.lines[at]
            if line.strip(" \t,;|"):
                raws.append(self._row(text, layout, told, at))
        if not raws:
            raise problem(text.source, "has a header but no rows; the file may be truncated", layout.line + 1)
        return raws

    def _row(self, text: Text, layout: _Layout, told: Preamble, at: int) -> Raw:
        cells = layout.dialect.split(text.lines[at])
        if len(cells) < len(layout.cells):
            raise problem(
                text.source,
                f"has {len(cells)} cells where the header has {len(layout.cells)}; it may be truncated",
                at + 1,
            )
        values = np.empty((len(layout.first), 3))
        values[:, 0] = layout.frequencies
        for column, places in ((1, layout.first), (2, layout.second)):
            for i, place in enumerate(places):
                cell = cells[place]
                value = layout.dialect.number(cell) if layout.dialect.is_number(cell) else np.nan
                if not np.isfinite(value):
                    raise problem(
                        text.source, f"{cell[:40]!r} in column {layout.cells[place]!r} is not a finite number", at + 1
                    )
                values[i, column] = value
        used = {*layout.first, *layout.second}
        beside = {
            layout.cells[i]: layout.dialect.number(cells[i])
            for i in range(len(layout.cells))
            if i not in used and layout.cells[i] and layout.dialect.is_number(cells[i])
        }
        table = Table(
            text.source,
            values,
            [Column("frequency", "The frequency in the column names", unit="hz"), *layout.columns],
            np.full(len(values), at + 1),
        )
        metadata = {**told.metadata, "row": at + 1, **({"columns": beside} if beside else {})}
        row = replace(told, metadata=metadata)
        return Raw(table, row, self.name)


def _layout(text: Text) -> _Layout | None:
    for at, line in enumerate(text.lines[:50]):
        if len(line) < 40 or not re.search(r"[^\W\d_]", line):
            continue
        for delimiter in ("\t", ";", ",", "|"):
            if line.count(delimiter) < 2 * _MIN_PAIRS - 1:
                continue
            found = _pairs(Dialect(delimiter).split(line))
            if found is not None:
                cells, first, second, frequencies, columns = found
                sample = "".join(text.lines[at + 1 : at + 4])
                decimal = "," if delimiter != "," and "," in sample else "."
                return _Layout(at, Dialect(delimiter, decimal), cells, first, second, frequencies, columns)
    return None


def _pairs(
    cells: Sequence[str],
) -> tuple[list[str], list[int], list[int], np.ndarray, tuple[Column, Column]] | None:
    """Columns of two quantities at the same frequencies, or None."""
    places: dict[str, dict[float, int]] = {}
    kinds: dict[str, Column] = {}
    for i, cell in enumerate(cells):
        found = _FREQUENCY.match(cell)
        if not found:
            continue
        name = found["name"].strip().rstrip("@_ ").strip()
        column = recognise(name)
        frequency = float(found["number"]) * _SCALE[found["unit"]]
        if column is None or frequency <= 0 or not np.isfinite(frequency):
            continue
        kinds.setdefault(column.role, column)
        places.setdefault(column.role, {}).setdefault(frequency, i)
    for one, two in (("real", "imaginary"), ("modulus", "phase")):
        if one in places and two in places:
            shared = sorted(places[one].keys() & places[two].keys())
            if len(shared) >= _MIN_PAIRS and len(shared) == len(places[one]) == len(places[two]):
                first = [places[one][frequency] for frequency in shared]
                second = [places[two][frequency] for frequency in shared]
                return list(cells), first, second, np.array(shared), (kinds[one], kinds[two])
    return None
