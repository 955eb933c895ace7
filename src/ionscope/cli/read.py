"""`ionscope read`: what the reader makes of files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ionscope.cli.codes import EPILOG
from ionscope.cli.files import FileReader
from ionscope.cli.options import add_sign
from ionscope.cli.outputs import check_beside, check_output
from ionscope.errors import InputDataError


def add(commands) -> None:
    parser = commands.add_parser(
        "read", help="what the reader makes of files, as CSV or NetCDF", description=run.__doc__, epilog=EPILOG
    )
    parser.add_argument(
        "file", nargs="+", help="instrument files or tables, folders, patterns; the format is found by content"
    )
    add_sign(parser)
    parser.add_argument(
        "--to", choices=("csv", "netcdf"), help="kind of output (default: netcdf if --output ends in .nc, else csv)"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="write here, whole or not at all; `ionscope read` reads it back"
    )
    parser.add_argument(
        "--plot", metavar="FOLDER", help="a Nyquist and Bode plot of each file (SVG, with the points as CSV)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the spectra of files as the CSV that --output writes, which `ionscope` reads back with all that was told of
    specimens, temperatures and geometry; assumptions go to stderr."""
    kind = arguments.to or ("netcdf" if (arguments.output or "").lower().endswith(".nc") else "csv")
    if kind == "netcdf" and not arguments.output:
        raise InputDataError("--to netcdf needs --output FILE")
    files = FileReader(arguments.file, arguments.sign)
    if arguments.output:
        check_output(arguments.output, files.inputs)
    drawings = _drawings(files, Path(arguments.plot)) if arguments.plot else {}
    everything = []
    for request, spectra in files:
        for spectrum in spectra:
            for assumption in spectrum.assumptions:
                print(f"{spectrum.source}: {assumption}", file=sys.stderr)
        everything += spectra
        if arguments.plot:
            _plot(spectra, drawings[request])
    if everything:
        _write(everything, arguments.output, kind)
    return files.finish()


def _write(spectra, path: str | None, kind: str) -> None:
    from ionscope.io import spectra_text, write_netcdf, write_spectra

    if path is None:
        print(spectra_text(spectra), end="")
        return
    (write_netcdf if kind == "netcdf" else write_spectra)(spectra, path)
    print(f"{path}: written", file=sys.stderr)


def _drawings(files: FileReader, folder: Path) -> dict[Any, Path]:
    """Where the plot of each file will be, checked not to take the place of anything else."""
    from ionscope.report.figures.laboratory import SPECTRUM_COLUMNS, file_name

    taken: set[str] = set()
    drawings = {request: folder / f"{file_name(Path(request.path).name, taken)}.svg" for request in files.requests}
    for drawing in drawings.values():
        files.inputs.spare(drawing)
        check_beside(drawing.with_suffix(".csv"), ",".join(SPECTRUM_COLUMNS), files.inputs)
    return drawings


def _plot(spectra, drawing: Path) -> None:
    from ionscope.report.figures.laboratory import figure_spectra

    print(f"{figure_spectra(spectra, drawing)}: written", file=sys.stderr)
