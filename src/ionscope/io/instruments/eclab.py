"""EC-Lab ASCII of BioLogic potentiostats (.mpt, or the same exported as .txt)."""

from __future__ import annotations

import math
import re

from ionscope.io.assemble import Raw
from ionscope.io.dialect import Dialect
from ionscope.io.header import parse_header
from ionscope.io.preamble import Preamble, read_preamble
from ionscope.io.table import Table, parse_table, read_table
from ionscope.io.text import Text, problem

_DEFAULT_AREA = 0.001  # cm2; what EC-Lab writes where nobody entered an area


class ECLab:
    """Header of ``Nb header lines``, then a tab-separated table with unit-bearing names; decimals may be commas."""

    name = "EC-Lab"

    def matches(self, text: Text) -> bool:
        """By its first line."""
        return text.head.lstrip().startswith(("ec-lab ascii file", "bt-lab ascii file"))

    def read(self, text: Text) -> list[Raw]:
        """One table; the sweeps of its cycles are divided later."""
        table = None
        for line in text.lines[:10]:
            found = re.match(r"\s*nb header lines\s*:\s*(\d{1,6})", line, re.IGNORECASE)
            if found:
                table = self._table(text, int(found[1]))
                break
        if table is None:
            table = read_table(text)
        told, assumptions = self._settings(text, table)
        return [Raw(table, told, self.name, assumptions=assumptions)]

    def _table(self, text: Text, count: int) -> Table | None:
        if count < 1 or count > len(text.lines):
            raise problem(
                text.source, f"announces {count} header lines but has {len(text.lines)} lines; it is truncated", 2
            )
        names = text.lines[count - 1]
        width = len(names.rstrip("\t").split("\t"))
        header = parse_header(names, Dialect("\t"), width, count)
        if not header.names_quantities:
            return None  # the table stands elsewhere; the general search finds it or says what is missing
        sample = "".join(text.lines[count : count + 5])
        return parse_table(text, Dialect("\t", "," if "," in sample else "."), header, count)

    def _settings(self, text: Text, table: Table) -> tuple[Preamble, list[str]]:
        lines = [line for line in text.lines[: max(table.header.line - 1, 0)] if line.strip()]
        told = read_preamble([line for line in lines if not line.startswith("\t")], table.decimal)
        assumptions: list[str] = []
        told.metadata.pop("time", None)
        if told.area is not None and math.isclose(told.area, _DEFAULT_AREA):
            told.metadata["electrode_area_cm2"] = told.area
            assumptions.append(
                f"The electrode area of {told.area:g} cm2 is EC-Lab's default, not a measurement; it was not used."
            )
            told.area = None
        told.specimen = None
        for line in lines:
            amplitude = re.match(r"(Va|Ia)\s*\(?(mV|V|mA|uA|A)\)?\s+([-+\d.,eE]+)\s*$", line)
            if amplitude:
                try:
                    value = float(amplitude[3].replace(",", "."))
                except ValueError:
                    continue
                scale = {"mV": 1e-3, "V": 1.0, "mA": 1e-3, "uA": 1e-6, "A": 1.0}[amplitude[2]]
                told.metadata["amplitude_v" if amplitude[1] == "Va" else "amplitude_a"] = value * scale
        if len(lines) > 2:
            told.metadata["technique"] = lines[2].strip()[:100]
        return told, assumptions
