"""From a path to decoded lines: size, permission, encoding and binary content are settled here, before any format."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ionscope.errors import InputDataError

MAX_BYTES = 200 * 1024 * 1024
"""Larger files are refused before they are read: a spectrum of 200 MB would have millions of points."""

MAX_LINES = 2_000_000
MAX_LINE = 2_000_000
"""More lines, or longer ones, are no table of spectra; refusing them early keeps the answer quick."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its prefix
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "ohm" and "frequency" as programs on Chinese, Japanese and Korean computers write them.
_EAST_ASIAN = (
    (re.compile(rb"\xa6\xb8|\xc6\xb5\xc2\xca"), "gb18030", "GB 18030 (Chinese)"),
    (re.compile(rb"\x83\xb6|\x8e\xfc\x94\x67\x90\x94"), "cp932", "Shift JIS (Japanese)"),
    (re.compile(rb"\xa5\xd8"), "cp949", "code page 949 (Korean)"),
)
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\ufffd]")
# Typographic signs that stand for ASCII ones in headers and numbers.
_SIGNS = str.maketrans("\u2212\u2013\u00a0\u202f\u2009\uff08\uff09", "--   ()", "\ufeff")


def problem(source: str, message: str, line: int | None = None) -> InputDataError:
    """The error every reader raises: file, line where there is one, what is wrong and the way out."""
    where = f"{source}: line {line}" if line is not None else source
    return InputDataError(f"{where}: {message}")


@dataclass(frozen=True)
class Text:
    """A decoded file.

    Parameters
    ----------
    source : the path, for messages
    lines : the file's lines without their ends; line number = index + 1
    encoding : how the bytes were read
    assumptions : what was decided about the encoding, one sentence each
    """

    source: str
    lines: Sequence[str]
    encoding: str = "utf-8"
    assumptions: tuple[str, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """File name without its folder."""
        return Path(self.source).name

    @cached_property
    def head(self) -> str:
        """The first 200 lines as one lower-case string, for recognising a format."""
        return "\n".join(self.lines[:200]).lower()


def load_bytes(path: str | Path) -> bytes:
    """The content of ``path``, or an `InputDataError` for anything that is not a readable, reasonably small file."""
    place = Path(path)
    source = str(path)
    try:
        if place.is_dir():
            raise problem(source, "is a folder; name a file in it")
        if place.exists() and not place.is_file():
            raise problem(source, "is not a regular file")
        with open(place, "rb") as handle:
            size = os.fstat(handle.fileno()).st_size
            if size > MAX_BYTES:
                raise problem(
                    source, f"is {size / 1024**2:.0f} MB, more than the {MAX_BYTES // 1024**2} MB read; split it first"
                )
            content = handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise problem(source, "no such file; check the name and the folder") from None
    except PermissionError:
        raise problem(source, "no permission to read it; change its access rights or copy it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise problem(source, f"cannot be read ({reason})") from None
    if not content:
        raise problem(source, "is empty; export the measurement again")
    return content


def decode(content: bytes, source: str, encoding: str | None = None) -> Text:
    """Decode ``content``: the encoding given, else a byte-order mark, else UTF-8, else Windows-1252.

    Text that is not UTF-8 and has the ohm sign or the word for frequency of another encoding is read in that one.

    Raises
    ------
    InputDataError : an unknown encoding, bytes that do not fit it, NUL bytes, or binary content
    """
    assumptions: tuple[str, ...] = ()
    if encoding is not None:
        text = _decode_as(content, encoding, source)
        chosen = encoding
    else:
        chosen = next((name for mark, name in _BOMS if content.startswith(mark)), "") or _utf16_without_mark(content)
        if chosen:
            text = _decode_as(content, chosen, source)
        else:
            try:
                text, chosen = content.decode("utf-8"), "utf-8"
            except UnicodeDecodeError:
                text, chosen, said = _not_utf8(content)
                assumptions = (f"The text is not UTF-8; it was read as {said}.",)
    _refuse_binary(text, source)
    if not text.isascii():
        text = text.translate(_SIGNS)
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise problem(source, f"has {len(lines)} lines, more than the {MAX_LINES} read; split it first")
    longest = max(range(len(lines)), key=lambda i: len(lines[i]))
    if len(lines[longest]) > MAX_LINE:
        raise problem(source, f"has {len(lines[longest])} characters in one line; it is no table", longest + 1)
    return Text(source, lines, chosen, assumptions)


def _not_utf8(content: bytes) -> tuple[str, str, str]:
    """The text, its encoding and the name of that."""
    for mark, encoding, name in _EAST_ASIAN:
        if mark.search(content[:20000]):
            try:
                return content.decode(encoding), encoding, name
            except UnicodeDecodeError:
                continue
    return content.decode("cp1252", errors="replace"), "cp1252", "Windows-1252"


def _decode_as(content: bytes, encoding: str, source: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise problem(source, f"unknown encoding {encoding!r}; try utf-8, utf-16 or latin-1") from None
    except (UnicodeDecodeError, ValueError) as error:
        at = getattr(error, "start", 0)
        raise problem(
            source, f"byte {at + 1} is not valid {encoding}; the file is truncated or of another encoding"
        ) from None


def _utf16_without_mark(content: bytes) -> str:
    """UTF-16 of a mostly ASCII text has a NUL in every second byte."""
    sample = content[:4096]
    half = len(sample) // 2
    if half >= 8:
        if sample[1::2].count(0) > 0.8 * half and sample[0::2].count(0) == 0:
            return "utf-16-le"
        if sample[0::2].count(0) > 0.8 * half and sample[1::2].count(0) == 0:
            return "utf-16-be"
    return ""


def _refuse_binary(text: str, source: str) -> None:
    nul = text.find("\0")
    sample = text[:20000]
    strange = len(_CONTROLS.findall(sample))
    if strange > 0.02 * len(sample) or (nul >= 0 and text.count("\0") > 0.02 * len(text)):
        raise problem(source, "is binary, not text; export it as text (CSV) from the instrument's software")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise problem(source, "holds a NUL byte; the file is damaged, export it again", line)
