"""`ionscope validate`: predictions beside published values."""

from __future__ import annotations

import argparse
import os
import sys

from ionscope.cli.codes import BAD_INPUT, EPILOG, OK, REFUSED, SOME_BAD
from ionscope.cli.options import add_config, add_model
from ionscope.cli.outputs import Inputs
from ionscope.errors import InputDataError

WRITTEN = ("measured.csv", "validation.json", "literature.csv", "literature.json")
DRAWN = ("nearest.svg", "nearest.csv")


def add(commands) -> None:
    parser = commands.add_parser(
        "validate",
        help="predictions for a folder of measured spectra beside what is published about them",
        description="Read every file that DIR/known.csv names and compare with the published values in it.",
        epilog=EPILOG,
    )
    parser.add_argument("folder", metavar="DIR", help="folder with known.csv (docs/predict.md tells its columns)")
    add_model(parser)
    parser.add_argument("--init", action="store_true", help="write a known.csv that names the spectra in DIR, and stop")
    parser.add_argument("--json", action="store_true", help="a JSON list, one object a sweep")
    parser.add_argument("--simulated", metavar="FILE.nc", help="simulated spectra: tell the nearest one of each")
    parser.add_argument("--plot", metavar="FOLDER", help="draw each upon its nearest, to FOLDER/nearest.svg")
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        help="write measured.csv and validation.json as a run does; literature.csv and .json of the priors of --config",
    )
    add_config(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from ionscope.batch.pellets import compare_pellets
    from ionscope.batch.tables import describe_series
    from ionscope.evaluate.known import read_known, write_template
    from ionscope.evaluate.measured import compare
    from ionscope.evaluate.nearest import SimulatedSpectra
    from ionscope.files import to_json
    from ionscope.io.dataset import read_dataset
    from ionscope.reader import Reader

    if arguments.init:
        path, named, others = write_template(arguments.folder)
        print("\n".join(f"not named: {reason}" for reason in others), file=sys.stderr, end="\n" if others else "")
        print(f"{path}: names {len(named)} files; fill in what is published about them (docs/predict.md)")
        return OK
    if arguments.plot and not arguments.simulated:
        raise InputDataError("--plot draws the nearest simulated spectra: give them with --simulated FILE.nc")
    known = read_known(arguments.folder)
    inputs = Inputs([*(entry.path for entry in known), *filter(None, [arguments.simulated])])
    for folder, names in ((arguments.output, WRITTEN), (arguments.plot, DRAWN)):
        for name in names if folder else ():
            inputs.spare(os.path.join(folder, name))
    simulated = SimulatedSpectra(read_dataset(arguments.simulated)) if arguments.simulated else None
    reader = Reader.load(arguments.model)
    comparison = compare(known, reader.read, simulated)
    series = compare_pellets(comparison, reader)
    if arguments.plot:
        from ionscope.report.figures import figure_nearest

        figure_nearest(comparison.overlay(), os.path.join(arguments.plot, "nearest.svg"))
    if arguments.output:
        from ionscope.evaluate.validation import write_prior_validation

        comparison.write(arguments.output)
        write_prior_validation(arguments.config, arguments.output)
    if arguments.json:
        print(to_json(comparison.records()))
    else:
        columns = ["file", "sweep", "predicted_ohm", "published_ohm", "relative_error", "read_off_ohm", "covered"]
        columns += ["nearest_distance", "nearest_quantile"] if simulated else []
        table = comparison.table[[*columns, "verdict"]]
        print(table.to_string(index=False, na_rep="", float_format="{:.4g}".format))
        for one in series:
            print(f"\n{describe_series(one)}{_published(comparison, one.specimen)}")
    sys.stdout.flush()
    for row in comparison.unread:
        print(f"not read: {row['reasons']}", file=sys.stderr)
    return _code(comparison)


def _published(comparison, specimen: str) -> str:
    """What is published about a series, as a line below it."""
    told = {
        f"{row['published_ea_ev']:.4g} eV ({'inside' if row['ea_covered'] else 'outside'} the interval)": None
        for row in comparison.rows
        if row.get("ea_covered") is not None and row["series"] == specimen
    }
    return f"\n  published          {', '.join(told)}" if told else ""


def _code(comparison) -> int:
    """As `ionscope predict` ends."""
    refused = any(row["verdict"] == "refuse" for row in comparison.rows)
    if len(comparison.unread) == len(comparison.rows):
        return BAD_INPUT
    if not refused:
        return OK
    files = {row["file"] for row in comparison.rows}
    return REFUSED if len(files) == 1 and not comparison.unread else SOME_BAD
