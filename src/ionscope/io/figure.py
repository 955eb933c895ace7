"""A number with its unit as somebody wrote it in a line of text: ``1,200 µm``, ``25 °C``, ``0.785 cm^2``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ionscope.io.columns import unit_of

_START = re.compile(r"\s*(?P<number>[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)(?:[.,]?[eE][+-]?\d+)?)")
_TOLERANCE = re.compile(r"\s*(?:±|\+/?-)\s*\d+(?:[.,]\d+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")  # 0,785 can only be a decimal
_THOUSANDS = (
    (",", re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:,\d{3}){2,}")),  # 1,200.5 and 1,200,000
    (".", re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")),
)
_MOST_WORDS = 3  # "deg. C", "cm ^ 2"


@dataclass(frozen=True)
class Figure:
    """A number read.

    Parameters
    ----------
    value : None where what is written may be two numbers
    written : the number as it is written
    rest : what follows it, the unit first
    ambiguous : whether the sign in it may part thousands or decimals
    """

    value: float | None
    written: str
    rest: str
    ambiguous: bool = False


def figure(text: str, decimal: str = "") -> Figure | None:
    """The number that ``text`` opens with, None where it opens with none.

    decimal : the decimal sign of the table beside it, ``""`` where that does not tell
    """
    found = _START.match(text)
    if not found:
        return None
    written, rest = found["number"], text[found.end() :]
    within = _TOLERANCE.match(rest)  # "1.20 ± 0.05 mm"
    rest = rest[within.end() :] if within else rest
    ambiguous = bool(_AMBIGUOUS.fullmatch(written))
    if ambiguous and not decimal:
        return Figure(None, written, rest, True)
    plain = written.replace(",", "") if ambiguous and decimal == "." else _with_point(written)
    try:
        value = float(plain)
    except ValueError:  # "1,2,3"
        return None
    return Figure(value, written, rest, ambiguous) if math.isfinite(value) else None


def _with_point(written: str) -> str:
    for sign, pattern in _THOUSANDS:
        if pattern.fullmatch(written):
            written = written.replace(sign, "")
    return written.replace(",", ".")


def unit_after(rest: str, expected: Sequence[str]) -> tuple[str, float] | None:
    """The unit that ``rest`` opens with and the factor to it, if it is one of ``expected``; a cell of its own will do.

    Letters may be large or small, as in ``MM``, where only one unit can be meant.
    """
    words = rest.strip(" \t;,").split()[:_MOST_WORDS]
    for count in range(len(words), 0, -1):
        word = "".join(words[:count]).rstrip(",;.)").lstrip("(")
        for spelling in (word, word.lower()):
            unit, factor, _ = unit_of(spelling)
            if unit in expected and factor is not None:
                return unit, factor
    return None
