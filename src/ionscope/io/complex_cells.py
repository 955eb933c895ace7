"""Tables whose impedance stands in one cell as a complex number: ``1000,(120.5-30.2j)`` or ``1000;120.5-30.2i``.

numpy, pandas and MATLAB write such files. Each complex cell is divided in two, then the table is read like any other.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ionscope.io.assemble import Raw
from ionscope.io.columns import recognise
from ionscope.io.instruments.plain import Plain
from ionscope.io.text import Text

_POINT, _COMMA = (
    re.compile(
        rf'"?(?:\(\s*)?(?P<real>[+-]?{number})\s*(?P<sign>[+-])\s*(?P<imaginary>{number})\s*\*?\s*[ij](?:\s*\))?"?',
        re.IGNORECASE,
    )
    for number in (r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", r"(?:\d+,?\d*|,\d+)(?:e[+-]?\d+)?")
)
_FEWEST = 8  # rows with a complex number that make a table of them
_LOOKED_AT = 200
_LONGEST = 400  # characters of a row
_NAME = re.compile(r"^(?P<name>[^\[(/]*?)\s*(?P<unit>[\[(/].*)?$")


class ComplexCells:
    """One complex number a row, beside the frequency and whatever else."""

    name = "table of complex numbers"

    def matches(self, text: Text) -> bool:
        """Whether eight of the first lines hold one complex number each."""
        return sum(1 for line in text.lines[:_LOOKED_AT] if _divided(line) is not None) >= _FEWEST

    def read(self, text: Text) -> list[Raw]:
        """The table with real and imaginary part side by side."""
        lines, place, first = [], 0, None
        for at, line in enumerate(text.lines):
            divided = _divided(line)
            if divided is not None and first is None:
                first, place = at, divided[1]
            lines.append(line if divided is None else divided[0])
        for at in range((first or 0) - 1, -1, -1):
            if lines[at].strip():
                lines[at] = _named(lines[at], place)
                break
        raws = Plain().read(replace(text, lines=lines))
        for raw in raws:
            raw.format = self.name
            raw.assumptions[:0] = text.assumptions
            raw.assumptions.append("Complex numbers were divided into real and imaginary part, Im(Z) with its sign.")
        return raws


def _delimiter(line: str) -> str:
    return next((sign for sign in (";", "\t", "|", ",") if sign in line), " ")


def _divided(line: str) -> tuple[str, int] | None:
    """The line with its one complex number as two cells, and the place of the first; None where it has not one."""
    if len(line) > _LONGEST or not ("j" in line or "i" in line or "J" in line or "I" in line):
        return None
    delimiter = _delimiter(line)
    pattern = _COMMA if delimiter in ";\t|" and "," in line and "." not in line else _POINT
    found = list(pattern.finditer(line))
    if len(found) != 1:
        return None
    (one,) = found
    before, after = line[: one.start()].rstrip(" "), line[one.end() :].lstrip(" ")
    if before.strip() and delimiter != " " and not before.endswith(delimiter):
        return None  # part of a longer text
    cells = f"{one['real']}{delimiter}{one['sign'] if one['sign'] == '-' else ''}{one['imaginary']}"
    place = len(before.split()) if delimiter == " " else before.count(delimiter)
    gap = " " if delimiter == " " and before else ""
    return f"{before}{gap}{cells}{gap if after else ''}{after}", place


def _named(header: str, place: int) -> str:
    """The header with the name of the complex column as two names, if it names an impedance or an admittance."""
    delimiter = _delimiter(header)
    cells = header.split() if delimiter == " " else header.split(delimiter)
    if place >= len(cells):
        return header
    cell = cells[place].strip().strip('"')
    column, parts = recognise(cell), _NAME.match(cell)
    role = "" if column is None else column.role
    letter = {"modulus": "Z", "admittance_modulus": "Y"}.get(role) or (
        "Z" if re.match(r"(?i)z|complex|impedance", cell) else ""
    )
    if not letter or parts is None:
        return header
    unit = parts["unit"] or ""
    if not unit and column is not None and column.unit not in ("", "?"):
        unit = f"/{cell.rpartition('_')[2]}"  # impedance_ohm
    if delimiter == " " and unit and not unit.startswith("/"):
        unit = f"/{unit.strip('[]()')}"
    cells[place] = delimiter.join(f"{part}({letter}){unit}" for part in ("Re", "Im"))
    return delimiter.join(cells)
