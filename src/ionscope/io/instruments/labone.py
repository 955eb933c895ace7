"""Sweeps of Zurich Instruments' LabOne (MFIA, MFLI): one line for each field, the points side by side."""

from __future__ import annotations

import numpy as np

from ionscope.io.assemble import Raw
from ionscope.io.columns import recognise_header
from ionscope.io.dialect import Dialect
from ionscope.io.header import Header
from ionscope.io.table import Table
from ionscope.io.text import Text, problem

_FIELDS = {
    "frequency": "frequency [Hz]",
    "realz": "realz [ohm]",
    "imagz": "imagz [ohm]",
    "absz": "absz [ohm]",
    "phasez": "phasez [rad]",
}
"""The fields that are read, and their units, which the program does not write."""

_EMPTY = ("", "nan")


class LabOne:
    """Lines ``chunk;timestamp;size;fieldname;values...``; a chunk is a sweep, short ones are filled up with nan."""

    name = "LabOne"

    def matches(self, text: Text) -> bool:
        """By the names of its first line."""
        return text.head.lstrip('" ').replace(",", ";").replace('"', "").startswith("chunk;timestamp;size;fieldname")

    def read(self, text: Text) -> list[Raw]:
        """One table for each chunk."""
        dialect = Dialect(";" if ";" in text.head else ",")
        chunks: dict[str, dict[str, int]] = {}
        for at, line in enumerate(text.lines[1:], 1):
            cells = dialect.split(line)
            if len(cells) > 4:
                fields = chunks.setdefault(cells[0], {})
                if cells[3].lower() in fields:
                    raise problem(text.source, f"chunk {cells[0]} has a second {cells[3]!r}; export it again", at + 1)
                fields[cells[3].lower()] = at
        if not chunks:
            raise problem(text.source, "has names but no fields; the file may be truncated", 1)
        return [Raw(self._table(text, dialect, fields), format=self.name) for fields in chunks.values()]

    def _table(self, text: Text, dialect: Dialect, fields: dict[str, int]) -> Table:
        """The points of one chunk; ``fields`` has the 0-based line of each field."""
        if "frequency" not in fields and "grid" in fields:
            fields = {**fields, "frequency": fields["grid"]}
        names = [name for name in _FIELDS if name in fields]
        columns = [self._values(text, dialect, fields[name]) for name in names]
        line = min(fields.values()) + 1
        if len({len(column) for column in columns}) > 1:
            raise problem(text.source, f"the fields {', '.join(names)} have unequal numbers of points", line)
        if not columns:
            raise problem(text.source, f"has no impedance among its fields ({', '.join(fields)[:120]})", line)
        cells = [_FIELDS[name] for name in names]
        header = Header(cells, recognise_header(cells), 1)
        found = [column for column in header.columns if column is not None]
        values = np.array(columns).T
        return Table(text.source, values, found, np.full(len(values), line), header=header)

    def _values(self, text: Text, dialect: Dialect, at: int) -> list[float]:
        cells = dialect.split(text.lines[at])
        name, cells = cells[3], cells[4:]
        while cells and cells[-1].lower() in _EMPTY:
            cells.pop()
        for cell in cells:
            if not dialect.is_number(cell) or not np.isfinite(dialect.number(cell)):
                raise problem(text.source, f"{cell[:40]!r} in field {name!r} is not a finite number", at + 1)
        return [dialect.number(cell) for cell in cells]
