"""`ionscope read`: what the reader makes of files."""

from __future__ import annotations

import argparse
import sys

from ionscope.cli.codes import OK
from ionscope.cli.options import add_sign


def add(commands) -> None:
    parser = commands.add_parser("read", help="what the reader makes of a file, as CSV", description=run.__doc__)
    parser.add_argument("file", help="a spectrum: instrument file or table; the format is found by content")
    add_sign(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the spectra of a file as CSV: sweep, frequency_hz, z_real_ohm, z_imag_ohm; assumptions go to stderr."""
    from ionscope.io import read_spectra

    spectra = read_spectra(arguments.file, sign=arguments.sign)
    print("sweep,frequency_hz,z_real_ohm,z_imag_ohm")
    for i, spectrum in enumerate(spectra):
        for assumption in spectrum.assumptions:
            print(f"{spectrum.source}: {assumption}", file=sys.stderr)
        for f, z in zip(spectrum.frequency, spectrum.impedance, strict=True):
            print(f"{i},{f:.10g},{z.real:.10g},{z.imag:.10g}")
    return OK
