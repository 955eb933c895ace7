"""Which files to read, and what is stated about each: from names of files, folders, patterns and tables."""

from __future__ import annotations

import csv
import glob
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError
from ionscope.evaluate.known import COLUMNS as KNOWN
from ionscope.evaluate.known import NAME, RANGES
from ionscope.evaluate.strict_table import Row, read_rows
from ionscope.io.request import Request
from ionscope.spectrum import ZERO_CELSIUS

COLUMNS = ("file", "temperature_c", "thickness_cm", "area_cm2", "specimen", "material", "electrodes")
"""Of a table of files; only `file` must be there and filled. What a `known.csv` says besides is passed over."""

_NOT_DATA = {
    *(".bib", ".doc", ".docx", ".gif", ".htm", ".html", ".ipynb", ".jpeg", ".jpg", ".json", ".jsonl", ".md", ".pdf"),
    *(".png", ".pptx", ".py", ".rst", ".svg", ".tex", ".tif", ".tiff", ".yaml", ".yml", ".zip"),
}
_NOT_DATA_STEMS = ("licence", "license", "readme")


def gather_requests(names: Sequence[str], stated: Request | None = None) -> list[Request]:
    """The files behind `names`, in order, each once.

    Parameters
    ----------
    names : files, folders (their own files, without hidden ones and pictures, documents and licences), patterns such as
        ``data/**/*.mpt`` where no such file exists (``data/**/*`` leaves out what a folder does), and tables with the
        columns `COLUMNS`, whose files lie relative to the table
    stated : about all of them; a filled cell of a table outranks it

    Raises
    ------
    InputDataError : a pattern or folder without files, or a table with an unknown column or a cell out of range. A file
        that is missing is no error here: it is told when it is read.
    """
    stated = stated or Request("")
    found: dict[Request, None] = {}
    for name in names:
        found.update(dict.fromkeys(_expand(name, stated)))
    return list(found)


def is_data_file(path: Path) -> bool:
    """Whether a file in a folder may be a measurement, judged by its name alone."""
    name, stem = path.name.lower(), path.stem.lower()
    return not (name.startswith(".") or name == NAME or stem in _NOT_DATA_STEMS or path.suffix.lower() in _NOT_DATA)


def _expand(name: str, stated: Request) -> Iterable[Request]:
    path = Path(name)
    try:
        if path.is_dir():
            files = sorted(entry for entry in path.iterdir() if entry.is_file() and is_data_file(entry))
            if not files:
                raise InputDataError(f"{name}: a folder without files to read; for those below it write '{name}/**/*'")
            return [replace(stated, path=str(file)) for file in files]
        if not path.exists() and any(sign in name for sign in "*?["):
            files = sorted(Path(entry) for entry in glob.glob(name, recursive=True))
            listing = not path.name.strip("*?.")  # '**/*' is a folder with those below it and names no kind of file
            files = [file for file in files if file.is_file() and (is_data_file(file) or not listing)]
            if not files:
                raise InputDataError(f"{name}: no file fits this pattern")
            return [replace(stated, path=str(file)) for file in files]
        header = _table_header(path)
    except OSError as error:
        raise InputDataError(f"{name}: cannot be read ({error.strerror})") from None
    if header is None:
        return [replace(stated, path=name)]
    return [_row(row, path.parent, stated) for row in read_rows(path, header, InputDataError)]


def _table_header(path: Path) -> list[str] | None:
    """The column names of a table of files, None for any other file.

    Raises
    ------
    InputDataError : a table of files with a column that is not known, or one that stands twice
    """
    if not path.is_file():  # a pipe would be waited for; what is wrong is told by the reader of spectra
        return None
    try:
        with open(path, encoding="utf-8-sig") as file:
            first = file.readline(2000)
    except (OSError, UnicodeDecodeError):
        return None  # told, or read in another encoding, by the reader of spectra
    header = [cell.strip() for cell in next(csv.reader([first.rstrip("\r\n")]), [])]
    if "file" not in header:
        if header[:1] and header[0].split(";")[0].strip() == "file":
            raise InputDataError(f"{path}, line 1: a table of files needs commas between its columns, not semicolons")
        return None
    for column in header:
        known = column in KNOWN  # all of `COLUMNS` are among them
        if not known or header.count(column) > 1:
            problem = "stands twice" if known else f"is not one of {', '.join(COLUMNS)}"
            raise InputDataError(f"{path}, line 1: column {column!r} {problem}")
    return header


def _row(row: Row, folder: Path, stated: Request) -> Request:
    name = row.text("file")
    celsius = row.optional_number("temperature_c", *RANGES["temperature_c"])
    return Request(
        path=str(folder / name),
        temperature=stated.temperature if celsius is None else celsius + ZERO_CELSIUS,
        thickness=row.optional_measure("thickness_cm", *RANGES["thickness_cm"]) or stated.thickness,
        area=row.optional_measure("area_cm2", *RANGES["area_cm2"]) or stated.area,
        specimen=row.cells.get("specimen") or stated.specimen,
        material=row.cells.get("material") or stated.material,
        electrodes=row.choice("electrodes", ELECTRODES) or stated.electrodes,
        chooses=bool(row.cells.get("temperature_c") or row.cells.get("specimen")),
    )
