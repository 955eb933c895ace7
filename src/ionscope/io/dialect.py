"""How a text file writes its numbers: which sign parts the columns, which the decimals, which the thousands."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?")
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?(?:[eE][+-]?\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?(?:[eE][+-]?\d+)?"),
}
_NOT_A_NUMBER = {
    "nan",
    "inf",
    "+inf",
    "-inf",
    "infinity",
    "-infinity",
    "-nan",
    "#n/a",
    "#num!",
    "#div/0!",
    "#value!",
    "n/a",
    "na",
}
_COMMENT = re.compile(r"^\s*(?:#|%|//|!|\*)+\s*")
_WHOLE = re.compile(r'\s*"[^"]*"\s*$')
_DATA_START = re.compile(r"""^[\s"',;|]*[+-]?\.?\d""")


def is_comment(line: str) -> bool:
    """Whether ``line`` opens with a comment sign."""
    return _COMMENT.match(line) is not None


def without_comment(line: str) -> str:
    """``line`` without an opening comment sign."""
    return _COMMENT.sub("", line, count=1)


@dataclass(frozen=True)
class Dialect:
    """Delimiter (None: any white space), decimal sign, and thousands sign of a table.

    A delimiter of ``", "`` is a comma followed by white space, beside a decimal comma.
    """

    delimiter: str | None
    decimal: str = "."
    thousands: str = ""

    def split(self, line: str) -> list[str]:
        """The cells of ``line``, stripped of white space and quotes; one pair of quotes may hold the whole line."""
        if line.count('"') == 2 and _WHOLE.match(line):
            line = line.strip()[1:-1]
        if self.delimiter is None:
            cells = line.split()
        elif self.delimiter == ", ":
            cells = re.split(r",\s+", line.strip())
        elif '"' in line and re.search(rf'(?:^|{re.escape(self.delimiter)})\s*"', line):
            try:
                cells = next(csv.reader([line], delimiter=self.delimiter, skipinitialspace=True))
            except (csv.Error, StopIteration):
                cells = line.split(self.delimiter)
        else:
            cells = line.split(self.delimiter)
        return [cell.strip().strip('"').strip() if '"' in cell else cell.strip() for cell in cells]

    def split_row(self, line: str) -> list[str]:
        """Like `split`, but without the empty cells that delimiters at a row's ends make."""
        cells = self.split(line)
        if self.delimiter == "|" and cells and not cells[0]:
            cells = cells[1:]
        return cells

    def number(self, cell: str) -> float:
        """The value of a cell.

        Raises
        ------
        ValueError : the cell is not a number in this dialect; ``nan`` and ``inf`` are numbers here
        """
        if self.thousands and _GROUPED[self.thousands].fullmatch(cell):
            cell = cell.replace(self.thousands, "")
        if self.decimal == ",":
            if "." in cell:
                raise ValueError(cell)
            cell = cell.replace(",", ".")
        try:
            value = float(cell)
        except ValueError:
            if ("D" in cell or "d" in cell) and _PLAIN_NUMBER.fullmatch(cell):  # Fortran writes 1.0D+03
                return float(cell.replace("D", "E").replace("d", "e"))
            if cell.lower() in _NOT_A_NUMBER:
                return float("nan")
            raise
        if "_" in cell:  # Python's float accepts 1_000
            raise ValueError(cell)
        return value

    def is_number(self, cell: str) -> bool:
        """Whether `number` accepts the cell."""
        try:
            self.number(cell)
        except ValueError:
            return False
        return True


_CANDIDATES = (
    Dialect("\t"),
    Dialect("\t", ","),
    Dialect(";"),
    Dialect(";", ","),
    Dialect("|"),
    Dialect("|", ","),
    Dialect(","),
    Dialect(None),
    Dialect(None, ","),
    Dialect(", ", ","),
    Dialect(",", ","),  # cells in quotes
    *(
        Dialect(delimiter, decimal, thousands)
        for delimiter in ("\t", ";", "|", None, ",")
        for decimal, thousands in ((".", ","), (",", "."))
    ),
)


@dataclass(frozen=True)
class Fit:
    """How well a dialect explains a file: rows it reads, cells in each, share of cells that are numbers."""

    dialect: Dialect
    rows: int
    columns: int
    share: float


def candidate_lines(lines: Sequence[str], limit: int = 60) -> list[str]:
    """Up to ``limit`` lines that open with a number, spread over the file; the quick way to see its dialect."""
    starting = [line for line in lines if _DATA_START.match(line)]
    if len(starting) <= limit:
        return starting
    # the end of the file is data more surely than its beginning
    step = len(starting) / limit
    return [starting[int(i * step + step / 2)] for i in range(limit)]


def fit_dialects(lines: Sequence[str]) -> list[Fit]:
    """The dialects that read at least one row of two numbers, best first."""
    sample = candidate_lines(lines)
    joined = "".join(sample)
    fits: list[Fit] = []
    for dialect in _CANDIDATES:
        if dialect.delimiter and dialect.delimiter[0] not in joined:
            continue
        if dialect.decimal == "," and "," not in joined:
            continue
        if dialect.delimiter == dialect.decimal and '"' not in joined:
            continue
        if dialect.thousands and not _groups_for_sure(dialect, sample):
            continue
        fit = _fit(dialect, sample)
        if fit is not None:
            fits.append(fit)
    return sorted(
        fits, key=lambda fit: (fit.rows, fit.columns >= 3, fit.share, fit.dialect.delimiter == ", "), reverse=True
    )


def _groups_for_sure(dialect: Dialect, sample: Sequence[str]) -> bool:
    """A thousands sign is only believed where some cell shows both signs (1,000.5), so that it cannot be a decimal."""
    if dialect.delimiter == dialect.thousands or dialect.delimiter == dialect.decimal:
        # quoted cells only: "1,000.5","20.1","-3"
        if dialect.delimiter == dialect.decimal or not any('"' in line for line in sample):
            return False
    both = re.compile(rf"\d{re.escape(dialect.thousands)}\d{{3}}{re.escape(dialect.decimal)}\d")
    return any(both.search(cell) for line in sample for cell in dialect.split(line))


def _fit(dialect: Dialect, sample: Sequence[str]) -> Fit | None:
    shapes: Counter[int] = Counter()
    numbers: Counter[int] = Counter()
    for line in sample:
        cells = dialect.split_row(line)
        while cells and not cells[-1]:
            cells.pop()
        numeric = sum(1 for cell in cells if cell and dialect.is_number(cell))
        filled = sum(1 for cell in cells if cell)
        if numeric >= 3 or (numeric == filled and numeric >= 2):
            shapes[len(cells)] += 1
            numbers[len(cells)] += numeric
    if not shapes:
        return None
    columns, rows = max(shapes.items(), key=lambda item: (item[1], item[0]))
    return Fit(dialect, rows, columns, numbers[columns] / (rows * columns))
