"""A text file as a table of numbers: its preamble, its header, its rows with their line numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ionscope.io.columns import DIELECTRIC_PAIRS, IMPEDANCE_PAIRS, Column
from ionscope.io.dialect import Dialect, Fit, fit_dialects, is_comment, without_comment
from ionscope.io.header import Header, find_header, parse_header
from ionscope.io.text import Text, problem

_NAMELESS = "add a header line such as: frequency/Hz, Re(Z)/ohm, -Im(Z)/ohm"


@dataclass
class Table:
    """Numbers of a file.

    Parameters
    ----------
    source : path, for messages
    values : (n, c) array of the columns that matter, NaN only in optional ones
    columns : the c columns of ``values``; an unlabelled table has none
    lines : (n,) 1-based line numbers
    preamble : the lines above the header
    remarks : (row, line) of text that stands between rows, such as the title of the next sweep
    header : the header as found
    specimens : (n,) names of the specimens, where a column holds them; else empty
    decimal : the decimal sign that its numbers show, ``""`` where they show none
    assumptions : what was decided in finding the table
    """

    source: str
    values: np.ndarray
    columns: list[Column]
    lines: np.ndarray
    preamble: list[str] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    header: Header = field(default_factory=Header)
    specimens: list[str] = field(default_factory=list)
    decimal: str = ""
    assumptions: list[str] = field(default_factory=list)

    def column(self, role: str) -> tuple[Column, np.ndarray] | None:
        """The first column of that role and its (n,) values as written, or None."""
        for i, column in enumerate(self.columns):
            if column.role == role:
                return column, self.values[:, i]
        return None


def read_table(text: Text, start: int = 0, end: int | None = None) -> Table:
    """Find and read the table of ``text`` between two 0-based lines.

    Raises
    ------
    InputDataError : no table, two columns, a cell that is not a finite number, a row cut short
    """
    lines = text.lines[start:end]
    if not any(line.strip() for line in lines):
        raise problem(text.source, "holds no text; export the measurement again")
    fits = fit_dialects(lines)
    if not fits:
        raise problem(text.source, f"holds no table of numbers; {_NAMELESS}", _first_filled(lines, start))
    best = [fit for fit in fits if fit.rows == fits[0].rows and (fit.columns >= 3) == (fits[0].columns >= 3)]
    chosen = best[0]
    first = _first_row(lines, chosen)
    header = find_header(lines, first, chosen.dialect, chosen.columns)
    for fit in best[1:]:
        if header.names_quantities and len(header.cells) == chosen.columns:
            break
        other_first = _first_row(lines, fit)
        other = find_header(lines, other_first, fit.dialect, fit.columns)
        if other.names_quantities and len(other.cells) == fit.columns:
            chosen, first, header = fit, other_first, other
    if header.names_quantities:
        first = header.line  # what stands between the names and the first good row may be a bad one
    elif first and not header.cells and _nearly_a_row(lines[first - 1], chosen):
        first -= 1
    if start and header.line:
        header = replace(header, line=header.line + start)
    return _read_rows(text, lines, start, first, chosen, header)


def parse_table(text: Text, dialect: Dialect, header: Header, first: int, end: int | None = None) -> Table:
    """Read rows under a header that the format itself has pointed out (``first``: 0-based line of the first row)."""
    lines = text.lines[:end]
    return _read_rows(text, lines, 0, first, Fit(dialect, 1, len(header.cells), 1.0), header)


def _first_filled(lines: Sequence[str], start: int) -> int:
    return start + next(i for i, line in enumerate(lines) if line.strip()) + 1


def _nearly_a_row(line: str, fit: Fit) -> bool:
    """Whether all cells but one are numbers: a damaged first row rather than a title."""
    cells = fit.dialect.split_row(line)
    numbers = sum(1 for cell in cells if cell and fit.dialect.is_number(cell))
    return not is_comment(line) and len(cells) == fit.columns and numbers == len(cells) - 1


def _first_row(lines: Sequence[str], fit: Fit) -> int:
    """0-based line of the first row: the right width, and as full of numbers as the rest of the table."""
    dialect, need = fit.dialect, max(2, round(fit.share * fit.columns * 0.5))
    for at, line in enumerate(lines):
        if is_comment(line):
            continue
        cells = dialect.split_row(line)
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) == fit.columns and sum(1 for cell in cells if cell and dialect.is_number(cell)) >= need:
            return at
    return 0


_OPTIONAL = ("temperature", "thickness", "area", "sweep")


@dataclass(frozen=True)
class _Plan:
    """Which cells of a row to read: their places, what they are, which may be empty, where the specimen stands."""

    wanted: list[int]
    columns: list[Column]
    optional: list[bool]
    specimen: int | None
    width: int
    most: int


def _plan(header: Header, fit: Fit, rows: Sequence[str], source: str, assumptions: list[str]) -> _Plan:
    width = fit.columns
    if not header.names_quantities:
        return _Plan(list(range(width)), [], [False] * width, None, width, width)
    names = len(header.cells)
    offset = 0
    if names == width - 1 and _counts([fit.dialect.split_row(row)[0] for row in rows]):
        offset = 1  # a table written with row names has no header cell above them
        assumptions.append("The header has one name fewer than the rows have cells; the first column counts the rows.")
    elif names < width:
        raise problem(
            source,
            f"{width} numbers a row under {names} column names; a decimal comma beside a comma between columns cannot "
            "be told apart: export with semicolons or points",
            header.line,
        )
    elif names > width and fit.dialect.delimiter is None:
        raise problem(
            source, f"{width} numbers a row under {names} column names; write names without blanks", header.line
        )
    unneeded = _unneeded(set(header.roles))
    wanted, columns, specimen = [], [], None
    for at, column in enumerate(header.columns):
        if column is None or at + offset >= width:
            continue
        if column.role == "specimen":
            specimen = at + offset
        elif column.role != "index" and column.role not in unneeded:
            wanted.append(at + offset)
            columns.append(column)
    if not wanted:
        raise problem(source, f"has {width} cells a row under {names} column names", header.line)
    return _Plan(wanted, columns, [c.role in _OPTIONAL for c in columns], specimen, width, max(width, names + offset))


def _unneeded(roles: set[str]) -> set[str]:
    """What else an impedance could be computed from, where the file has one: a gap there is no gap in the spectrum."""
    if not any(roles >= set(pair) for pair in IMPEDANCE_PAIRS):
        return set()
    direct = {role for pair in IMPEDANCE_PAIRS for role in pair}
    return {role for pair in DIELECTRIC_PAIRS for role in pair} - direct


def _counts(cells: Sequence[str]) -> bool:
    """Whether the first cells of rows number them, or are names."""
    return all(not cell.replace(".", "").isdigit() for cell in cells) or list(cells) in (
        [str(i) for i in range(len(cells))],
        [str(i + 1) for i in range(len(cells))],
    )


def _read_rows(text: Text, lines: Sequence[str], start: int, first: int, fit: Fit, header: Header) -> Table:
    source, dialect, width = text.source, fit.dialect, fit.columns
    assumptions: list[str] = []
    plan = _plan(header, fit, [line for line in lines[first : first + 20] if line.strip()][:3], source, assumptions)
    if not plan.columns and width < 3:
        raise problem(
            source,
            f"has {width} columns; a spectrum needs three: frequency, real and imaginary part",
            start + first + 1,
        )
    specimens: list[str] = []
    rows: list[list[float]] = []
    numbers: list[int] = []
    remarks: list[tuple[int, str]] = []
    number = dialect.number
    for at in range(first, len(lines)):
        line = lines[at]
        if not line.strip(" \t,;|\f\v"):
            continue
        cells = dialect.split_row(line)
        row: list[float] | None = None
        if len(cells) >= width:
            try:
                row = [number(cells[i]) for i in plan.wanted]
            except ValueError:
                row = None
        if row is None or not -np.inf < sum(row) < np.inf:
            row = _explain(line, cells, dialect, header, plan, source, start + at + 1, len(rows))
        elif len(cells) > plan.most and any(cells[plan.most :]):
            raise problem(source, f"has {_filled(cells)} cells where the others have {width}", start + at + 1)
        if row is None:
            remarks.append((len(rows), without_comment(line)))
            continue
        rows.append(row)
        numbers.append(start + at + 1)
        if plan.specimen is not None:
            specimens.append(cells[plan.specimen])
    above = header.line - 1 - start if header.line else first
    return Table(
        source,
        np.array(rows, dtype=float).reshape(len(rows), len(plan.wanted)),
        plan.columns,
        np.array(numbers, dtype=int),
        [line for line in lines[: max(above, 0)] if line.strip()],
        [(row, line) for row, line in remarks if 0 < row < len(rows)],
        header,
        specimens,
        # a workbook keeps numbers without any sign
        "" if text.encoding == "xlsx" else _decimal_shown(dialect, lines[first : first + 60], plan.wanted),
        assumptions,
    )


def _decimal_shown(dialect: Dialect, rows: Sequence[str], wanted: Sequence[int]) -> str:
    """The decimal sign, if any number has one."""
    for row in rows:
        cells = dialect.split_row(row)
        for at in wanted:
            if at < len(cells) and dialect.decimal in cells[at] and dialect.is_number(cells[at]):
                return dialect.decimal
    return ""


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _explain(
    line: str, cells: list[str], dialect: Dialect, header: Header, plan: _Plan, source: str, number: int, before: int
) -> list[float] | None:
    """What a line is that is not plainly a row: a row with optional gaps, None for text, or an error."""
    if is_comment(line):
        return None
    numeric = [bool(cell) and dialect.is_number(cell) for cell in cells]
    if not any(numeric):
        again = parse_header(line, dialect, plan.width)
        if again.names_quantities and header.names_quantities and again.roles != header.roles:
            raise problem(source, "a second table with other columns begins; split the file", number)
        return None
    if len(cells) < plan.width:
        if not numeric[0] or (len(cells) == 1 < plan.width - 1 and before == 0):
            return None  # a title such as "Sweep 2, 25 C", or the number of points above the first
        raise problem(source, f"has {len(cells)} cells where the others have {plan.width}; truncated?", number)
    row: list[float] = []
    for at, free in zip(plan.wanted, plan.optional or [False] * plan.width, strict=True):
        cell = cells[at]
        where = (
            f" in column {header.cells[at]!r}" if plan.columns and at < len(header.cells) else f" in column {at + 1}"
        )
        value = dialect.number(cell) if cell and dialect.is_number(cell) else None
        if value is not None and np.isfinite(value):
            row.append(value)
        elif free:
            row.append(np.nan)
        elif value is None:
            raise problem(source, f"{cell[:40]!r}{where} is not a number; correct or remove the point", number)
        else:
            raise problem(source, f"{cell[:40]!r}{where} is not a finite number; remove the point", number)
    return row
