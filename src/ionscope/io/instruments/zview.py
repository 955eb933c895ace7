"""ZPlot / ZView files (.z) and the Z60W text that other programs, Autolab's among them, write for ZView."""

from __future__ import annotations

import re

from ionscope.io.assemble import Raw
from ionscope.io.preamble import read_preamble
from ionscope.io.table import read_table
from ionscope.io.text import Text

_SURFACE = re.compile(r"\s*surface area:\s*([\d.eE+-]+)\s*$", re.IGNORECASE)  # in cm2, without saying so


class ZView:
    """A long block of settings, then columns Freq, Ampl, Bias, Time, Z'(a), Z''(b), GD, Err, Range; in ohm."""

    name = "ZView"

    def matches(self, text: Text) -> bool:
        """By the first line."""
        first = text.head.lstrip().lstrip('"')
        return first.startswith(("zplot2 ascii", "zplot ascii", "z60w data file"))

    def read(self, text: Text) -> list[Raw]:
        """One table; the number of points that the file announces is checked."""
        start = next((at + 1 for at, line in enumerate(text.lines) if line.strip().lower() == "end comments"), 0)
        # the column names stand just above "End Comments"
        table = read_table(text, max(start - 3, 0))
        settings = [line for line in text.lines[: max(start - 1, 0)] if not _SURFACE.match(line)]
        told = read_preamble(settings, table.decimal)
        assumptions = []
        announced = None
        for line in text.lines[: max(table.header.line, 1)]:
            area = _SURFACE.match(line)
            if area and _value(area[1]) == 1.0:
                told.metadata["electrode_area_cm2"] = 1.0
                assumptions.append("The surface area of 1 cm2 is ZPlot's default, not a measurement; it was not used.")
            elif area and _value(area[1]) > 0:
                told.area = _value(area[1])
            points = re.match(r"\s*data points:\s*(\d{1,7})\s*$", line, re.IGNORECASE)
            if points:
                announced = int(points[1])
        if announced is None and table.header.line > 1:
            count = text.lines[table.header.line - 2].strip()
            announced = int(count) if re.fullmatch(r"\d{1,7}", count) else None
        if announced and announced != len(table.lines):
            assumptions.append(f"The file announces {announced} points but holds {len(table.lines)}.")
        return [Raw(table, told, self.name, assumptions=assumptions)]


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
