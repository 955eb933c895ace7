"""Text of impedance analysers that write one trace below the other (Agilent 4294A, 4395A)."""

from __future__ import annotations

import re

import numpy as np

from ionscope.io.assemble import Raw
from ionscope.io.dialect import Dialect
from ionscope.io.header import Header
from ionscope.io.preamble import read_preamble
from ionscope.io.table import Table
from ionscope.io.text import Text, problem

_TRACE = re.compile(r'"?\s*trace\s*:\s*(\w)\s*"?\s*$', re.IGNORECASE)
_NAMES = re.compile(r'"?\s*frequency\b', re.IGNORECASE)
_TAB = Dialect("\t")


class Agilent:
    """Blocks ``TRACE: A`` and ``TRACE: B`` of frequency and a complex number; nothing tells what the traces are."""

    name = "Agilent traces"

    def matches(self, text: Text) -> bool:
        """By the title of the first trace."""
        return '"trace: a"' in text.head

    def read(self, text: Text) -> list[Raw]:
        """One table of three columns without names, which the Kramers-Kronig relations then tell apart."""
        starts = [at for at, line in enumerate(text.lines) if _TRACE.match(line)]
        first, *others = (self._trace(text, *ends) for ends in zip(starts, [*starts[1:], len(text.lines)], strict=True))
        frequency, values, lines = first
        if values.imag.any():
            columns, note = [values.real, values.imag], "The first trace is complex and was read; others were left out."
        elif len(others) == 1 and np.array_equal(others[0][0], frequency):
            columns, note = [values.real, others[0][1].real], "The two traces were read as columns two and three."
        else:
            raise problem(
                text.source, "an impedance needs two traces over the same frequencies; export both", starts[0] + 1
            )
        header = Header(["Frequency", "Trace A", "Trace B"], [None] * 3, 0)
        table = Table(text.source, np.column_stack([frequency, *columns]), [], lines, header=header)
        table.assumptions.append(note)
        return [Raw(table, read_preamble([line.strip('"') for line in text.lines[: starts[0]]], "."), self.name)]

    def _trace(self, text: Text, start: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(n,) Hz, complex values and line numbers of one trace."""
        names = next((at for at in range(start, end) if _NAMES.match(text.lines[at])), None)
        if names is None:
            raise problem(text.source, "the trace has no line of column names; it is truncated", start + 1)
        rows, lines = [], []
        for at in range(names + 1, end):
            cells = _TAB.split(text.lines[at])[:3]
            if not any(cells):
                continue
            if len(cells) < 2 or not all(_TAB.is_number(cell) and np.isfinite(_TAB.number(cell)) for cell in cells):
                raise problem(text.source, f"{text.lines[at].strip()[:40]!r} is not a point of the trace", at + 1)
            numbers = [_TAB.number(cell) for cell in cells]
            rows.append((numbers[0], complex(*numbers[1:])))
            lines.append(at + 1)
        if not rows:
            raise problem(text.source, "the trace has no points; it is truncated", names + 1)
        return np.array([f for f, _ in rows]), np.array([z for _, z in rows]), np.array(lines)
