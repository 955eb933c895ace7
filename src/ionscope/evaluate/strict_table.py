"""Small CSV tables that people write by hand: every cell is checked, an error names file, line and value."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from ionscope.errors import InputDataError, IonscopeError
from ionscope.measure import Measure


@dataclass(frozen=True)
class Row:
    """One line of a table: its cells by column, stripped of blanks, and where it stands."""

    where: str
    cells: dict[str, str]
    error: type[IonscopeError]

    def fault(self, column: str, problem: str) -> IonscopeError:
        """The error to raise for the cell in `column`; `problem` says what is wrong and what is allowed."""
        return self.error(f"{self.where}: {column} = {self.cells[column]!r}: {problem}")

    def text(self, column: str) -> str:
        """A cell that must not be empty."""
        if not self.cells[column]:
            raise self.fault(column, "empty")
        return self.cells[column]

    def number(self, column: str, low: float, high: float, unit: str) -> float:
        """A number from `low` to `high`, both allowed."""
        try:
            value = float(self.text(column))
        except ValueError:
            raise self.fault(column, f"not a number; expected {unit}") from None
        if not (isfinite(value) and low <= value <= high):
            raise self.fault(column, f"outside {low:g} to {high:g} {unit}")
        return value

    def measure(self, column: str, low: float, high: float, unit: str) -> Measure:
        """A positive number with or without its error, its value from `low` to `high`."""
        try:
            measure = Measure.parse(self.text(column))
        except InputDataError as error:
            raise self.fault(column, f"{error}; expected {unit}") from None
        if not low <= measure.value <= high:
            raise self.fault(column, f"outside {low:g} to {high:g} {unit}")
        return measure

    def optional_number(self, column: str, low: float, high: float, unit: str) -> float | None:
        """A number as `number` reads it, or None where the cell is empty or its column is missing."""
        return self.number(column, low, high, unit) if self.cells.get(column) else None

    def optional_measure(self, column: str, low: float, high: float, unit: str) -> Measure | None:
        """A measure as `measure` reads it, or None where the cell is empty or its column is missing."""
        return self.measure(column, low, high, unit) if self.cells.get(column) else None

    def choice(self, column: str, allowed: Sequence[str]) -> str | None:
        """One of the texts `allowed`, None where the cell is empty or its column is missing."""
        text = self.cells.get(column) or None
        if text is not None and text not in allowed:
            raise self.fault(column, f"not one of {', '.join(allowed)}")
        return text


def read_rows(
    path: Path | str, columns: Sequence[str], error: type[IonscopeError], optional: Sequence[str] = ()
) -> list[Row]:
    """The rows of a CSV file whose header is exactly `columns`; blank lines are skipped.

    Columns named in `optional` may be left out; the cells of one that is left out are empty.

    Raises `error` where the file is missing, empty, not UTF-8, has another header or a row of another length.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise error(f"{path}: cannot be read ({problem.strerror})") from None
    except UnicodeDecodeError:
        raise error(f"{path}: not a UTF-8 text file") from None
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    left_out = [name for name in optional if name not in header]
    if header != [name for name in columns if name not in left_out]:
        raise error(f"{path}, line 1: columns {', '.join(header) or 'missing'}; expected {', '.join(columns)}")
    rows = []
    for cells in reader:
        where = f"{path}, line {reader.line_num}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise error(f"{where}: {len(cells)} cells, expected {len(header)}; a comma inside a text needs quotes")
        stripped = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        rows.append(Row(where, dict.fromkeys(left_out, "") | stripped, error))
    if not rows:
        raise error(f"{path}: no rows below the header")
    return rows
