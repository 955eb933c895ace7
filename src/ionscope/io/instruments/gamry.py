"""Gamry .DTA files (EISPOT, EISGALV and relatives): tab-separated objects, the spectra in tables named ZCURVE."""

from __future__ import annotations

import re
from dataclasses import replace

from ionscope.io.assemble import Raw
from ionscope.io.columns import recognise_header
from ionscope.io.dialect import Dialect
from ionscope.io.header import Header
from ionscope.io.preamble import Preamble
from ionscope.io.table import Table, parse_table
from ionscope.io.text import Text, problem
from ionscope.spectrum import ZERO_CELSIUS

_CURVE = re.compile(r"^ZCURVE\d*\tTABLE", re.IGNORECASE)
_NO_SENSOR = -327.0  # degrees; Gamry writes -327.67 where no thermocouple is connected


class Gamry:
    """Settings as ``NAME<tab>TYPE<tab>value<tab>label``; decimals follow the computer's language."""

    name = "Gamry"

    def matches(self, text: Text) -> bool:
        """By the EXPLAIN mark of the first line."""
        return text.head.lstrip().startswith("explain\n") and "\ntag\t" in text.head

    def read(self, text: Text) -> list[Raw]:
        """One table for each ZCURVE."""
        starts = [at for at, line in enumerate(text.lines) if _CURVE.match(line)]
        if not starts:
            raise problem(text.source, "is a Gamry file without an impedance table (ZCURVE)")
        decimal = "," if re.search(r"\t-?\d+,\d", "\n".join(text.lines[:60])) else "."
        dialect = Dialect("\t", decimal)
        told, assumptions = self._settings(text, dialect)
        raws = []
        for start in starts:
            end = start + 1
            while end < len(text.lines) and text.lines[end].startswith("\t"):
                end += 1
            table = self._table(text, dialect, start, end)
            raws.append(Raw(table, told, self.name, assumptions=[*assumptions]))
        return raws

    def _table(self, text: Text, dialect: Dialect, start: int, end: int) -> Table:
        if end - start < 3:
            raise problem(text.source, "the impedance table is cut short", start + 1)
        names = dialect.split(text.lines[start + 1])
        units = dialect.split(text.lines[start + 2])
        units += [""] * (len(names) - len(units))
        cells = [
            f"{name} [{unit}]" if unit and unit != "#" else name
            for name, unit in zip(names, units[: len(names)], strict=True)
        ]
        header = Header(cells, recognise_header(cells), start + 2)
        first = start + 3 if not any(dialect.is_number(cell) for cell in units if cell) else start + 2
        corrected = {"real": "zrealdrcor", "imaginary": "zimagdrcor"}
        lower = [name.lower() for name in names]
        note = ""
        if all(name in lower for name in corrected.values()):
            columns = list(header.columns)
            for role, name in corrected.items():
                plain = next(i for i, column in enumerate(columns) if column is not None and column.role == role)
                at = lower.index(name)
                columns[at], columns[plain] = replace(columns[plain] or columns[at], name=names[at]), None  # type: ignore[type-var]
            drop = {"modulus", "phase"}  # they belong to the uncorrected columns
            header = replace(header, columns=[None if column and column.role in drop else column for column in columns])
            note = "The drift-corrected columns (ZrealDrCor, ZimagDrCor) were used; Zreal and Zimag hold the raw ones."
        table = parse_table(text, dialect, header, first, end)
        if note:
            table.assumptions.append(note)
        return table

    def _settings(self, text: Text, dialect: Dialect) -> tuple[Preamble, list[str]]:
        told, assumptions = Preamble(), []
        for line in text.lines[:400]:
            cells = line.split("\t")
            if len(cells) < 3 or not cells[0]:
                continue
            name, value = cells[0].upper(), cells[2].strip()
            if name in ("DATE", "TIME", "PSTAT") and value:
                told.metadata[{"PSTAT": "instrument"}.get(name, name.lower())] = value[:100]
            elif name in ("VAC", "IAC", "AREA") and dialect.is_number(value):
                number = dialect.number(value)
                if name == "AREA" and number == 1.0:
                    told.metadata["electrode_area_cm2"] = number
                    assumptions.append("The area of 1 cm2 is Gamry's default, not a measurement; it was not used.")
                elif name == "AREA" and 0 < number < 1e4:
                    told.area = number
                elif name != "AREA":
                    milli = "(m" in "".join(cells[3:]) or name == "VAC"
                    told.metadata["amplitude_v" if name == "VAC" else "amplitude_a"] = number * (1e-3 if milli else 1.0)
        if len(text.lines) > 1:
            told.metadata["technique"] = text.lines[1].partition("\t")[2].strip()[:100]
        kelvin = self._thermocouple(text, dialect)
        if kelvin is not None:
            told.temperature = kelvin
            assumptions.append("The temperature is the mean of the thermocouple during the open-circuit record.")
        return told, assumptions

    def _thermocouple(self, text: Text, dialect: Dialect) -> float | None:
        start = next((at for at, line in enumerate(text.lines) if line.upper().startswith("OCVCURVE\t")), None)
        if start is None or start + 2 >= len(text.lines):
            return None
        names = [cell.lower() for cell in dialect.split(text.lines[start + 1])]
        if "temp" not in names:
            return None
        at = names.index("temp")
        values = []
        for line in text.lines[start + 3 :]:
            cells = dialect.split(line)
            if not line.startswith("\t") or len(cells) <= at or not dialect.is_number(cells[at]):
                break
            values.append(dialect.number(cells[at]))
        degrees = [value for value in values if _NO_SENSOR < value < 2000 and value > -ZERO_CELSIUS]
        return sum(degrees) / len(degrees) + ZERO_CELSIUS if degrees else None
