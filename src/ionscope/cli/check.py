"""`ionscope check`: the Kramers-Kronig test and what it finds."""

from __future__ import annotations

import argparse

from ionscope.cli.codes import OK
from ionscope.cli.options import add_sign


def add(commands) -> None:
    parser = commands.add_parser("check", help="Kramers-Kronig test and what is wrong with a spectrum")
    parser.add_argument("file", help="a spectrum: instrument file or table; the format is found by content")
    add_sign(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from ionscope.io import read_spectra
    from ionscope.preprocess.quality import assess

    for spectrum in read_spectra(arguments.file, sign=arguments.sign):
        report = assess(spectrum)
        print(f"{spectrum.source}: {len(spectrum)} points, noise about {100 * report.noise:.2g} % of |Z|")
        for finding in report.findings:
            print(f"  {finding.sentence}")
        if report.clean:
            print("  nothing to complain about")
    return OK
