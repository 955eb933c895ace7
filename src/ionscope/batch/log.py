"""A CSV file that grows by whole lines while other programs read it."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ionscope.errors import InputDataError


class GrowingTable:
    """Rows appended to a CSV file, each whole and on the disk before the next.

    A file that is there is gone on with if its header is the same; a last line that was cut off is removed.

    Raises
    ------
    InputDataError : the file has other columns, or cannot be written
    """

    def __init__(self, path: Path | str, columns: Sequence[str]):
        self.path, self.columns = Path(path), list(columns)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._begin()
        except OSError as error:
            raise InputDataError(f"{path}: cannot be written ({error.strerror})") from None

    def append(self, row: Mapping[str, Any]) -> None:
        """Add one row; columns that it lacks stay empty."""
        self._write([row.get(column) for column in self.columns])

    def _begin(self) -> None:
        content = self.path.read_bytes() if self.path.exists() else b""
        if not content:
            self._write(self.columns)
            return
        header = next(csv.reader([content.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")]), [])
        if header != self.columns:
            raise InputDataError(f"{self.path}: is there with other columns; name another output")
        if not content.endswith(b"\n"):
            with open(self.path, "r+b") as file:
                file.truncate(content.rfind(b"\n") + 1)
            if not self.path.stat().st_size:
                self._write(self.columns)

    def _write(self, cells: Sequence[Any]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(
            ["" if cell is None else f"{cell:.8g}" if isinstance(cell, float) else cell for cell in cells]
        )
        with open(self.path, "ab", buffering=0) as file:  # one write, at the end of the file
            file.write(line.getvalue().encode())
            os.fsync(file.fileno())  # a night's rows are not to be lost with the power
