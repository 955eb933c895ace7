"""The line of a table that names its columns: found above the first row of numbers, split like the rows below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ionscope.io.columns import ROLES, Column, recognise_header, unit_of
from ionscope.io.dialect import Dialect, without_comment

_MEASURED = ROLES[: ROLES.index("temperature")]
_SETTING = re.compile(r"\w\s*:\s*-?[\d.]+(?:e[+-]?\d+)?\s*$", re.IGNORECASE)  # "average : 5" among the names
_LOOK_BACK = 8  # non-empty lines above the data in which a header may stand


@dataclass(frozen=True)
class Header:
    """A header's cells and what each was recognised as; ``line`` is 1-based, 0 where there is none."""

    cells: list[str] = field(default_factory=list)
    columns: list[Column | None] = field(default_factory=list)
    line: int = 0

    @property
    def roles(self) -> list[str]:
        """The recognised roles, in column order."""
        return [column.role for column in self.columns if column is not None]

    @property
    def names_quantities(self) -> bool:
        """Whether it names at least a frequency and something else, or two parts of an impedance."""
        kinds = {role for role in self.roles if role in _MEASURED}
        return len(kinds) >= 2


def find_header(lines: Sequence[str], first_row: int, dialect: Dialect, width: int) -> Header:
    """The header above row ``first_row`` (0-based) of a table ``width`` cells wide, or an empty one.

    The nearest line that names quantities wins; where none does, the line right above the data, if it has as many cells
    as the data, is returned unrecognised so that it can be reported.
    """
    fallback = Header()
    seen = 0
    units: list[str] = []
    for at in range(first_row - 1, -1, -1):
        line = without_comment(lines[at])
        if not line.strip():
            continue
        seen += 1
        if seen > _LOOK_BACK:
            break
        header = _best_split(line, at + 1, dialect, width, units)
        if header.names_quantities:
            return header
        cells = [cell for cell in _splits(line, dialect, width)]
        row = next((option for option in cells if len(option) == width), None)
        if row is None:
            continue
        known = [unit_of(cell)[0] for cell in row if cell]
        if not units and sum(1 for unit in known if unit not in ("", "?")) >= 2:
            units = row
        elif not fallback.cells and not any(dialect.is_number(cell) for cell in row if cell) and seen == 1:
            fallback = Header(row, [None] * width, at + 1)
    return fallback


def parse_header(line: str, dialect: Dialect, width: int, number: int = 0) -> Header:
    """``line`` as the header of a table ``width`` cells wide, however it is split."""
    return _best_split(without_comment(line), number, dialect, width, [])


def _best_split(line: str, number: int, dialect: Dialect, width: int, units: Sequence[str]) -> Header:
    best = Header()
    for cells in _splits(line, dialect, width):
        named = cells
        if units and len(units) == len(cells):
            named = [
                f"{cell} [{unit.strip('[](){}')}]" if cell and unit else cell
                for cell, unit in zip(cells, units, strict=True)
            ]
        header = Header(list(named), recognise_header(named), number)
        if not header.names_quantities:
            continue
        if len(cells) == width:
            return header
        if _reach(header, width) > _reach(best, width):
            best = header
    return best


def _reach(header: Header, width: int) -> tuple[int, int]:
    """How many recognised names stand above the rows' own cells, and how many there are: tabs may be doubled."""
    return sum(1 for column in header.columns[:width] if column is not None), len(header.roles)


def _splits(line: str, dialect: Dialect, width: int) -> list[list[str]]:
    """Every way to split a header line; those with ``width`` cells first."""
    ways: list[list[str]] = []

    def add(cells: list[str]) -> None:
        filled = [cell for cell in cells if cell]
        for option in (cells, _trimmed(cells), filled, [cell for cell in filled if not _SETTING.search(cell)]):
            if option and option not in ways:
                ways.append(option)

    bare = line.strip()
    if len(bare) > 2 and bare[0] == bare[-1] == '"' and bare.count('"') == 2:
        line = bare[1:-1]  # the whole line in one pair of quotes
    add(dialect.split_row(line))
    if dialect.delimiter is None or width != len(ways[0] if ways else []):
        splitters: list[Callable[[str], list[str]]] = [
            lambda text: re.split(r"\t+", text),
            lambda text: re.split(r"\s{2,}|\t", text.strip()),
            lambda text: _close_up(text).split(),
        ]
        splitters += [Dialect(delimiter).split_row for delimiter in (",", ";", "|") if delimiter in line]
        for split in splitters:
            add([cell.strip() for cell in split(line)])
    return sorted(ways, key=lambda cells: len(cells) != width)


def _trimmed(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _close_up(line: str) -> str:
    """``Freq (Hz)  -Im (Z) / ohm`` without the blanks inside names, so that white space separates columns only."""
    closed = re.sub(r"\s+(?=[(\[{/])|(?<=[/(\[{])\s+|\s+(?=[)\]}])", "", line)
    return re.sub(
        r"(?i)\b(z|y|re|im|real|imag|phase|cycle|point)\s+(?=(?:re|im|real|imag|imaginary|part|angle|number)\b)",
        r"\1",
        closed,
    )
