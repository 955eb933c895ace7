"""`ionscope check`: the Kramers-Kronig test and what it finds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ionscope.cli.codes import EPILOG
from ionscope.cli.files import FileReader
from ionscope.cli.options import add_sign


def add(commands) -> None:
    parser = commands.add_parser(
        "check",
        help="Kramers-Kronig test and what is wrong with a spectrum",
        description="Tell noise, outliers, drift, mains lines and inductive tails of each sweep, with frequencies.",
        epilog=EPILOG,
    )
    parser.add_argument(
        "file", nargs="+", help="instrument files or tables, folders, patterns; the format is found by content"
    )
    add_sign(parser)
    parser.add_argument(
        "--plot", metavar="FOLDER", help="the Kramers-Kronig residuals of each sweep (SVG, with the figures as CSV)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from ionscope.preprocess.quality import assess

    files = FileReader(arguments.file, arguments.sign)
    taken: set[str] = set()
    if arguments.plot:
        files.inputs.spare_in(arguments.plot, r".*-kramers-kronig(-\d+)?\.(svg|csv)")
    for _, spectra in files:
        for spectrum in spectra:
            report = assess(spectrum)
            print(f"{spectrum.source}: {len(spectrum)} points, noise about {100 * report.noise:.2g} % of |Z|")
            for finding in report.findings:
                print(f"  {finding.sentence}")
            if report.clean:
                print("  nothing to complain about")
            if arguments.plot:
                _plot(spectrum, report, Path(arguments.plot), taken)
    return files.finish()


def _plot(spectrum, report, folder: Path, taken: set[str]) -> None:
    from ionscope.report.figures.laboratory import figure_kramers_kronig, file_name

    name = file_name(f"{Path(spectrum.source).name}-kramers-kronig", taken)
    print(f"{figure_kramers_kronig(spectrum, report, folder / f'{name}.svg')}: written", file=sys.stderr)
