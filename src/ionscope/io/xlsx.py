"""Excel workbooks (.xlsx): each sheet becomes lines of text and is read like a text file.

Cells are data: formulas are never computed (their stored values are read), links are never followed, and an archive
that would unpack to more than a text file may be is refused before it is unpacked.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable
from typing import Any

from ionscope.errors import InputDataError
from ionscope.io.text import MAX_BYTES, Text, problem

_MAX_MEMBERS = 5000
_MAX_ROWS = 200_000
_MAX_COLUMNS = 500
_LAST_ROW = 1_048_576  # of the format itself; a number beyond it would be waited for without end
_CHUNK = 1 << 20


def is_workbook(content: bytes) -> bool:
    """Whether ``content`` is an Office Open XML workbook."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except Exception:  # a damaged directory fails in many ways inside zipfile
        return False


def sheets(content: bytes, source: str) -> list[tuple[str, Text | InputDataError]]:
    """(name, text) of each sheet that holds anything; in place of the text the reason why a sheet is not read.

    Raises
    ------
    InputDataError : openpyxl is missing, the archive is unsafe or damaged, or no sheet holds anything
    """
    try:
        import openpyxl
    except ImportError:
        raise problem(
            source, "is an Excel workbook; install openpyxl (pip install openpyxl) or save the sheet as CSV"
        ) from None
    _refuse_unsafe(content, source)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        read = [(sheet.title, _text(sheet, f"{source} [{sheet.title}]")) for sheet in book.worksheets]
    except Exception as error:  # a damaged workbook fails in many ways inside openpyxl
        raise problem(source, f"is a damaged workbook ({type(error).__name__}); save it again") from None
    filled = [
        (title, text)
        for title, text in read
        if isinstance(text, InputDataError) or any(line.strip() for line in text.lines)
    ]
    if not filled:
        raise problem(source, "is a workbook without any filled cell")
    return filled


def _text(sheet: Any, source: str) -> Text | InputDataError:
    """The sheet as text; a sheet too large is no reason to refuse the others."""
    sheet.reset_dimensions()  # programs write them wrong; without them a row ends with its own last cell
    try:
        return Text(source, _lines(sheet.iter_rows(values_only=True), source), "xlsx")
    except InputDataError as error:
        return error


def _lines(rows: Iterable[tuple[Any, ...]], source: str) -> list[str]:
    lines: list[str] = []
    last = 0
    for at, row in enumerate(rows, 1):
        # cells that are only coloured or framed stand far out in many sheets; they hold nothing
        if at > _MAX_ROWS and (at > _LAST_ROW or _any_filled(row)):
            raise problem(source, f"has filled rows beyond the {_MAX_ROWS} read; save the table alone as CSV", at)
        if _any_filled(row[_MAX_COLUMNS:]):
            raise problem(source, f"has filled columns beyond the {_MAX_COLUMNS} read; save the table alone as CSV", at)
        if at > _MAX_ROWS:
            continue
        cells = [_cell(value) for value in row[:_MAX_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        lines.append("\t".join(cells))
        if cells:
            last = at
    return lines[:last]


def _any_filled(cells: tuple[Any, ...]) -> bool:
    return cells.count(None) < len(cells)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return " ".join(str(value).split())


def _refuse_unsafe(content: bytes, source: str) -> None:
    """Refuse archives that unpack to too much, and XML that declares entities of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
                raise problem(source, f"unpacks to more than the {MAX_BYTES // 1024**2} MB read; save the sheet as CSV")
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        _refuse_entities(part, source)
    except InputDataError:
        raise
    except Exception as error:  # as above, and zlib's own errors
        raise problem(source, f"is a damaged workbook ({type(error).__name__}); save it again") from None


def _refuse_entities(part: Any, source: str) -> None:
    kept = b""
    while chunk := part.read(_CHUNK):
        window = kept + chunk
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window or b"\0" in window:
            raise problem(source, "holds XML that a spreadsheet never writes; save it again with a spreadsheet program")
        kept = chunk[-16:]
