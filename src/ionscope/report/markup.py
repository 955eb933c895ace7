"""HTML fragments: numbers, tables, and figures set into the page. Nothing here refers to anything outside the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

NOTHING = "–"
"""Stands in a cell without a value."""


def number(value: Any, digits: int = 4) -> str:
    """A number as people write it: `digits` significant ones, powers of ten spelled out; text as it is."""
    if value is None or value is pd.NA or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return NOTHING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value}"
    if not isinstance(value, float | np.floating):
        return str(value)
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    superscript = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{superscript}"


def numeric_text(text: str, digits: int = 4) -> str:
    """Text that holds one number, formatted like `number`; any other text as it is, and nothing as `NOTHING`."""
    try:
        value = float(text)
    except ValueError:
        return text or NOTHING
    return text if re.fullmatch(r"[+-]?\d+", text) else number(value, digits)


def in_words(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def table(
    frame: pd.DataFrame,
    caption: str,
    headings: Mapping[str, str] | None = None,
    digits: int = 4,
    cell_classes: Mapping[str, Any] | None = None,
) -> str:
    """A table with a caption.

    Parameters
    ----------
    headings : column -> heading; other columns keep their name
    cell_classes : column -> function from a cell's value to its CSS class
    """
    headings, cell_classes = headings or {}, cell_classes or {}
    # A column with any text in it is text: a lone missing value must not turn its cell into a number.
    numeric = {name: not any(isinstance(value, str) for value in frame[name]) for name in frame}
    head = "".join(
        f'<th scope="col"{_class("number" if numeric[name] else "")}>{escape(headings.get(str(name), str(name)))}</th>'
        for name in frame
    )
    rows = []
    for record in frame.to_dict("records"):
        cells = []
        for name, value in record.items():
            css = cell_classes[str(name)](value) if name in cell_classes else "number" if numeric[name] else ""
            # A path may be broken after a slash, and nowhere else.
            cells.append(f"<td{_class(css)}>{escape(number(value, digits)).replace('/', '/<wbr>')}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="table"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def interval(value: float, lower: float, upper: float, text: Callable[[float], str] = number) -> str:
    """A value with its interval in one text; without one where the bounds are unknown."""
    bounds = "" if np.isnan(lower) or np.isnan(upper) else f" ({text(lower)}–{text(upper)})"
    return text(value) + bounds


def key_table(content: Mapping[str, Any], caption: str) -> str:
    """Nested keys and values, such as a JSON file holds, as a table of two columns."""
    rows = pd.DataFrame(list(_flat(content)), columns=["key", "value"])
    return table(rows, caption, {"key": "", "value": ""}, digits=6)


def paragraph(text: str, css_class: str = "") -> str:
    """A paragraph of plain text."""
    return f"<p{_class(css_class)}>{escape(text)}</p>"


def items(texts: Sequence[tuple[str, str]], css_class: str = "") -> str:
    """A list of (leading words, text)."""
    return (
        f"<ul{_class(css_class)}>"
        + "".join(f"<li><b>{escape(lead)}</b> {escape(text)}</li>" for lead, text in texts)
        + "</ul>"
    )


def figure(svg: str, name: str, caption: str) -> str:
    """An SVG file's text set into the page, under the anchor ``figure-<name>``."""
    return (
        f'<figure id="figure-{name}">{inline_svg(svg, name, caption)}'
        f"<figcaption>{escape(caption)} Data: <code>figures/{name}.csv</code></figcaption></figure>"
    )


def inline_svg(svg: str, name: str, description: str) -> str:
    """The `<svg>` element of a Matplotlib file, fit to stand in HTML beside others.

    Identifiers get the figure's name as a prefix, since several figures share a page. The declaration, the document
    type, the metadata and the namespaces go, since HTML needs none of them and they are addresses; so does the style
    rule that would apply to the whole page.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(
        r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", "", body, flags=re.DOTALL
    )
    body = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", body).replace("xlink:href=", "href=")
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", body)
    points = re.match(r'<svg[^>]*?width="([\d.]+)pt"', body)
    width = f"{float(points.group(1)) * 96 / 72:.0f}" if points else "800"
    opening = re.sub(r'\s(width|height|version)="[^"]*"', "", body[: body.index(">")])
    label = escape(description, quote=True)
    return f'{opening} width="{width}" role="img" aria-label="{label}"{body[body.index(">") :]}'.strip()


def _class(css: str) -> str:
    return f' class="{css}"' if css else ""


def _flat(content: Any, prefix: str = ""):
    """(dotted key, value) of nested mappings; lists of plain values in one line."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(content, list) and any(isinstance(item, Mapping | list) for item in content):
        for k, value in enumerate(content):
            yield from _flat(value, f"{prefix}.{k + 1}")
    elif isinstance(content, list):
        yield prefix, ", ".join(number(item, 6) for item in content)
    else:
        yield prefix, content
