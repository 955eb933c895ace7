"""Pages whose tables are filled by a program: text between ``<!-- table: NAME -->`` and ``<!-- end -->``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ionscope.files import write_text

ROOT = Path(__file__).parents[2]
TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are text."""
    cells = ([cell.replace("|", "\\|") for cell in row] for row in [headings, ["---"] * len(headings), *rows])
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join(lines) + "\n"


def fill(page: Path, tables: Mapping[str, str], check: bool = False) -> bool:
    """Put the tables into a page; with `check` only tell whether it holds them already."""
    old = page.read_text(encoding="utf-8")
    new = TABLE.sub(lambda found: found[1] + tables[found[2]] + found[3] if found[2] in tables else found[0], old)
    if not check:
        write_text(page, new)
    return new == old
