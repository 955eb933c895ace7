"""The report of a run as one HTML file that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from html import escape
from pathlib import Path

from ionscope import __version__
from ionscope.errors import InputDataError
from ionscope.files import write_text
from ionscope.report.page import Page
from ionscope.report.run_folder import RunFolder
from ionscope.report.sections import SECTIONS

CSS = """
:root { color-scheme: light; }
body { font: 16px/1.5 "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; color: #1c1c1c; background: #fff;
  margin: 0 auto; padding: 1.5rem; max-width: 62rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .6rem; padding-top: .6rem; border-top: 2px solid #ddd; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
p, li { max-width: 48rem; }
nav ol { columns: 2; padding-left: 1.4rem; margin: .8rem 0; }
a { color: #00558a; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .82rem; line-height: 1.35; min-width: 32rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .55rem; border-bottom: 1px solid #ddd; }
thead th { border-bottom: 2px solid #888; vertical-align: bottom; }
th.number, td.number { text-align: right; }
td.number, td.figure { font-variant-numeric: tabular-nums; white-space: nowrap; }
td.verdict { font-weight: 600; min-width: 6.5rem; }
td.exceeded { background: #cdeedd; }
td.reproduced { background: #e4f5ec; }
td.acceptable-difference { background: #fff0c2; }
td.not-reproduced { background: #fbd5cf; }
td.not-testable { background: #ececec; }
.rules { font-size: .86rem; }
figure { margin: 1.2rem 0; }
figure svg { max-width: 100%; height: auto; display: block; }
figure svg * { stroke-linejoin: round; stroke-linecap: butt; }
figcaption { font-size: .86rem; color: #444; max-width: 48rem; }
.missing { color: #7a3b00; background: #fff6e6; border-left: 4px solid #e0a040; padding: .4rem .7rem; }
.subtitle { color: #555; margin: 0; }
@media print {
  @page { margin: 15mm; }
  body { font-size: 10pt; padding: 0; max-width: none; }
  a { color: inherit; text-decoration: none; }
  figure, tr, .missing { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  table { font-size: 7.5pt; }
  .table { overflow: visible; }
  td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def build_report(
    run_folder: Path | str,
    output_folder: Path | str,
    config_folder: Path | str = "config",
    variant: str = "joint",
    literal: str = "literal",
) -> Path:
    """Write ``index.html`` and ``figures/*.svg, *.csv`` of a run; the page has the figures inside it.

    Parameters
    ----------
    run_folder : `results/<run>`, with the files of docs/files.md; a file that is not there is named on the page
    output_folder : usually `results/<run>/report`
    config_folder : where `claims.yaml` and `hyperscore/` are read from, if they are there
    variant, literal : the model that figures of a single model show, and the one by the paper's recipe

    Returns
    -------
    Path of ``index.html``

    Raises
    ------
    InputDataError : `run_folder` is no folder, or a file in it is damaged or lacks a column
    """
    run_folder, output_folder = Path(run_folder), Path(output_folder)
    if not run_folder.is_dir():
        raise InputDataError(f"{run_folder}: no such folder; a run writes results/<run>/")
    page = Page(RunFolder(run_folder, Path(config_folder), variant, literal), output_folder / "figures")
    # The folder's own name says which run it is, wherever the report is written to.
    title = f"ionscope: report of the run {run_folder.resolve().name}"
    sections = [section for section in SECTIONS if section.wanted(page.run)]
    contents = "".join(f'<li><a href="#{section.anchor}">{escape(section.title)}</a></li>' for section in sections)
    body = "\n".join(section.html(page) for section in sections)
    write_text(
        output_folder / "index.html",
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n<header><h1>{escape(title)}</h1>\n"
        f'<p class="subtitle">Impedance spectra of solid electrolytes read without circuit fitting. '
        f"ionscope {escape(__version__)}. Every number below is read from the files of the run.</p></header>\n"
        f'<nav aria-label="Contents"><ol>{contents}</ol></nav>\n<main>\n{body}\n</main>\n</body>\n</html>\n',
    )
    return output_folder / "index.html"
