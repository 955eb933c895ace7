"""A line of text as pairs of key and value, however many it holds and whatever parts them."""

from __future__ import annotations

import re
from itertools import pairwise

from ionscope.io.keys import is_key

_LONGEST = 1000  # characters of a line that are looked at; facts are short, and patterns slow on what is not
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_PAIR = re.compile(r"^(?P<key>[^:=;\t]{1,60}?)\s*[:=;\t]+\s*(?P<value>\S.*?)\s*$")
_BRACKETED = re.compile(rf"(?P<key>[A-Za-z][A-Za-z. ]*\[[^\[\]]+\])\s*[:=]?\s*(?P<value>{_NUMBER})")
_FIXED = re.compile(r"^fixed values?\s*(?:\(s\))?\s*:\s*", re.IGNORECASE)
_NEXT_KEY = re.compile(r"(?:[,;|\t]\s*|\s\s)(?=(?P<key>[^\W\d_][^:=,;|\t]{0,59}?)\s*(?P<sign>[:=]))")
# with a single blank between only after a number and its unit: "10 mm Thickness: 1 mm", not "Elapsed time: 3"
_AFTER_NUMBER = re.compile(
    rf"(?P<before>[:=]\s*{_NUMBER}\s?[^\s:=,;]{{0,6}})\s+"
    r"(?=(?:[^\W\d_]+ )?(?:temperatur|thickness|area|diameter|amplitude|dicke|fläche|durchmesser)[^:=]{0,12}[:=])",
    re.IGNORECASE,
)


def pairs(line: str) -> list[tuple[str, str]]:
    """Key-value pairs of a line; units are left where they stand."""
    line = line[:_LONGEST]
    # Novocontrol: "Diameter[mm]: 13  Thickness[mm]: 0.75", as those after "Fixed value(s) :"
    several = [(found["key"], found["value"]) for found in _BRACKETED.finditer(line)]
    if len(several) > 1:
        return several
    line = _FIXED.sub("", line)
    return _cells(line) or [pair for part in _parts(line) for pair in _pair(part)]


def _parts(line: str) -> list[str]:
    """The line divided before each key that is known or has a "=": "diameter: 10 mm, thickness: 1 mm"."""
    line = _AFTER_NUMBER.sub(r"\g<before>; ", line)
    keys = [found for found in _NEXT_KEY.finditer(line) if found["sign"] == "=" or is_key(found["key"])]
    cuts = [0, *(found.end() for found in keys), len(line)]
    return [line[a:b].strip().rstrip(",;|") for a, b in pairwise(cuts)]


def _pair(part: str) -> list[tuple[str, str]]:
    found = _PAIR.match(part)
    if found:
        return [(found["key"].strip().strip('"'), found["value"].strip().strip('"').strip(";,\t "))]
    key, separator, value = part.partition(",")  # a preamble kept in CSV cells: "Thickness (mm),1.2"
    return [(key.strip().strip('"'), value.strip().strip('",; '))] if separator else []


def _cells(line: str) -> list[tuple[str, str]]:
    """Pairs of a line of cells with a key in several of them: "Thickness (mm);1.2;Area (cm2);0.785"."""
    delimiter = next((sign for sign in "\t;|," if sign in line), None)
    if delimiter is None:
        return []
    cells = [cell.strip().strip('"').rstrip(":= ") for cell in line.split(delimiter)]
    starts = [at for at, cell in enumerate(cells[:-1]) if is_key(cell) and re.match(_NUMBER, cells[at + 1])]
    if len(starts) < 2 or starts[0] != 0:
        return []
    ends = [*starts[1:], len(cells)]
    return [
        (cells[a], delimiter.join(cells[a + 1 : b]).strip(f"{delimiter} ")) for a, b in zip(starts, ends, strict=True)
    ]
