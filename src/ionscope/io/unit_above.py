"""A unit of the impedance that stands in a line above the table and not in the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ionscope.io.columns import plain_signs, unit_of
from ionscope.io.table import Table
from ionscope.io.text import problem

_UNIT = re.compile(r"(?<![\w/])[pnumkKMG]?\s?(?:ohms?|OHMS?|Ohms?)(?:[\s.*x\-]*[cmu]?m(?:\^|\*\*)?2?)?(?!\w)")
_FIGURE_BEFORE = re.compile(r"\d\s*[\[(]?\s*$")  # "Load: 10 kohm"
_FIGURE_BEHIND = re.compile(r"[:=]\s*[-+]?[\d.,]")  # "Load / kohm: 10"
_OF_THE_IMPEDANCE = frozenset(
    "z re im real imag imaginary zre zim zreal zimag mod modulus part parts impedance impedances impedanz resistance "
    "reactance r x unit units einheit einheiten is are in all the of and und both value values data column columns "
    "given measured f freq frequency frequenz hz phase deg degree degrees".split()
)
_PARTS = "real", "imaginary", "modulus"


def with_unit_above(table: Table, lines: Sequence[str], notes: list[str]) -> Table:
    """``table`` with the unit that ``lines`` state for its impedance, where none of its columns has one.

    A line counts whose other words are of the impedance alone; a figure beside the unit makes it another quantity.

    Raises
    ------
    InputDataError : a line names such a unit beside other words, or several units are named
    """
    bare = [column for column in table.columns if column.role in _PARTS]
    if not bare or any(column.unit for column in bare):
        return table
    stated: dict[tuple[str, float | None], str] = {}
    for line in lines:
        for unit, certain in _units_of(line):
            canonical, factor, doubtful = unit_of(unit)
            if (canonical, factor) == ("ohm", 1.0):
                continue  # as it is read anyway
            stated[canonical, factor] = line
            if doubtful or not certain or len(stated) > 1:
                raise problem(
                    table.source,
                    f"the line {line.strip()[:80]!r} above the table may tell the unit of the impedance; write the "
                    "unit into the names of the columns: frequency/Hz, Re(Z)/kohm, -Im(Z)/kohm",
                )
    if not stated:
        return table
    ((unit, factor), line) = stated.popitem()
    names = ", ".join(column.name for column in bare)
    notes.append(f"The line {line.strip()[:80]!r} above the table was taken for the unit of {names}.")
    columns = [replace(c, unit=unit, factor=factor) if c.role in _PARTS else c for c in table.columns]
    return replace(table, columns=columns)


def _units_of(line: str) -> list[tuple[str, bool]]:
    """Units of an impedance in a line, and whether it speaks of nothing else."""
    text = plain_signs(line)
    found = [unit for unit in _UNIT.finditer(text) if not _FIGURE_BEFORE.search(text[: unit.start()])]
    if _FIGURE_BEHIND.search(text):
        return []
    words = re.findall(r"\w+", _UNIT.sub(" ", text).lower())
    return [(unit[0].strip(), _OF_THE_IMPEDANCE.issuperset(words)) for unit in found]
