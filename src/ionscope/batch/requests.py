"""Which files to read, and what is stated about each: from names of files, folders, patterns and tables."""

from __future__ import annotations

import csv
import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError
from ionscope.evaluate.known import COLUMNS as KNOWN
from ionscope.evaluate.known import NAME, RANGES
from ionscope.evaluate.strict_table import Row, read_rows
from ionscope.io import read_spectra
from ionscope.io.meant import meant_sweeps
from ionscope.measure import Measure
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

COLUMNS = ("file", "temperature_c", "thickness_cm", "area_cm2", "specimen", "material", "electrodes")
"""Of a table of files; only `file` must be there and filled. What a `known.csv` says besides is passed over."""

_NOT_DATA = {
    *(".bib", ".doc", ".docx", ".gif", ".htm", ".html", ".ipynb", ".jpeg", ".jpg", ".json", ".jsonl", ".md", ".pdf"),
    *(".png", ".pptx", ".py", ".rst", ".svg", ".tex", ".tif", ".tiff", ".yaml", ".yml", ".zip"),
}
_NOT_DATA_STEMS = ("licence", "license", "readme")


@dataclass(frozen=True)
class Request:
    """One file to read and what is stated about it, which outranks what the file says; None where nothing is.

    temperature : K
    thickness, area : cm, cm2
    chooses : in a file of several temperatures (or specimens) only the sweeps at this one are meant
    """

    path: str
    temperature: float | None = None
    thickness: Measure | None = None
    area: Measure | None = None
    specimen: str | None = None
    material: str | None = None
    electrodes: str | None = None
    chooses: bool = False

    def completed(self, spectrum: Spectrum) -> Spectrum:
        """`spectrum` with what is stated here."""
        return spectrum.with_(
            temperature=self.temperature,
            thickness=None if self.thickness is None else self.thickness.value,
            area=None if self.area is None else self.area.value,
            specimen=self.specimen,
            material=self.material,
            electrodes=self.electrodes,
        )


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


def read_request(request: Request, sign: str = "auto") -> list[Spectrum]:
    """The spectra of one file with what is stated about it.

    Raises
    ------
    InputDataError : the file cannot be read, or none of its sweeps is meant
    """
    spectra = read_spectra(
        request.path,
        sign=sign,
        temperature=None if request.chooses else request.temperature,
        thickness=None if request.thickness is None else request.thickness.value,
        area=None if request.area is None else request.area.value,
    )
    if request.chooses:
        meant = meant_sweeps(spectra, request.temperature, request.specimen, request.path)
        spectra = [spectrum for _, spectrum in meant]
    return [request.completed(spectrum) for spectrum in spectra]


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
    temperature = _optional(row, "temperature_c")
    return Request(
        path=str(folder / name),
        temperature=stated.temperature if temperature is None else temperature.value,
        thickness=_optional(row, "thickness_cm") or stated.thickness,
        area=_optional(row, "area_cm2") or stated.area,
        specimen=row.cells.get("specimen") or stated.specimen,
        material=row.cells.get("material") or stated.material,
        electrodes=row.choice("electrodes", ELECTRODES) or stated.electrodes,
        chooses=bool(row.cells.get("temperature_c") or row.cells.get("specimen")),
    )


def _optional(row: Row, column: str) -> Measure | None:
    """A cell as a measure (a temperature in K), None where it or its column is empty."""
    text = row.cells.get(column)
    if not text:
        return None
    low, high, unit = RANGES[column]
    if column == "temperature_c":
        return Measure(row.number(column, low, high, unit) + ZERO_CELSIUS)
    try:
        measure = Measure.parse(text)
    except InputDataError as error:
        raise row.fault(column, f"{error}; expected {unit}") from None
    if not low <= measure.value <= high:
        raise row.fault(column, f"outside {low:g} to {high:g} {unit}")
    return measure
