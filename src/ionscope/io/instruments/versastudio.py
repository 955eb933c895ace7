"""VersaStudio .par files: blocks in angle brackets, the data in ``<Segment...>`` blocks."""

from __future__ import annotations

import re

from ionscope.io.assemble import Raw
from ionscope.io.columns import recognise_header
from ionscope.io.dialect import Dialect
from ionscope.io.header import Header
from ionscope.io.preamble import Preamble
from ionscope.io.table import Table, parse_table
from ionscope.io.text import Text, problem

_OPEN = re.compile(r"^<Segment\d*>\s*$", re.IGNORECASE)
_CLOSE = re.compile(r"^</Segment\d*>\s*$", re.IGNORECASE)


class VersaStudio:
    """Settings as ``Name=value``; a segment's columns are named in its ``Definition``."""

    name = "VersaStudio"

    def matches(self, text: Text) -> bool:
        """By the application block."""
        return text.head.lstrip().startswith("<application>") and "versastudio" in text.head

    def read(self, text: Text) -> list[Raw]:
        """One table for each segment that holds an impedance."""
        told, assumptions = self._settings(text)
        raws = []
        for start in [at for at, line in enumerate(text.lines) if _OPEN.match(line)]:
            table = self._segment(text, start)
            if table is not None and table.lines.size:
                raws.append(Raw(table, told, self.name, assumptions=[*assumptions]))
        if not raws:
            raise problem(text.source, "is a VersaStudio file without impedance points in its segments")
        return raws

    def _segment(self, text: Text, start: int) -> Table | None:
        end = next((at for at in range(start, len(text.lines)) if _CLOSE.match(text.lines[at])), None)
        if end is None:
            raise problem(text.source, "the data segment is not closed; the file is truncated", start + 1)
        for at in range(start + 1, end):
            key, found, value = text.lines[at].partition("=")
            if found and key.strip().lower() == "definition":
                cells = [cell.strip() for cell in value.split(",")]
                break
        else:
            return None
        if cells and cells[-1] == "0":
            cells.pop()  # the definition ends with a count that names no column
        header = Header(cells, recognise_header(cells), at + 1)
        if not header.names_quantities:
            return None
        return parse_table(text, Dialect(","), header, at + 1, end)

    def _settings(self, text: Text) -> tuple[Preamble, list[str]]:
        told, assumptions = Preamble(), []
        keep = {"dateacquired": "date", "timeacquired": "time", "type": "instrument"}
        block = ""
        for line in text.lines[:2000]:
            if line.startswith("<"):
                block = line.strip().strip("</>").lower()
            key, found, value = line.partition("=")
            key, value = key.strip().lower(), value.strip()
            if not found or block.startswith("segment"):
                continue
            if key in keep and (key != "type" or block == "instrument"):
                told.metadata.setdefault(keep[key], value[:100])
            elif key == "amplitude (mv rms)" and _number(value):
                told.metadata["amplitude_v"] = _number(value) * 1e-3
            elif key == "working electrode area (cm2)" and _number(value):
                if _number(value) == 1.0:
                    told.metadata["electrode_area_cm2"] = 1.0
                    assumptions.append(
                        "The area of 1 cm2 is VersaStudio's default, not a measurement; it was not used."
                    )
                else:
                    told.area = _number(value)
        return told, assumptions


def _number(text: str) -> float:
    """A positive number, or 0."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 < value < 1e9 else 0.0
