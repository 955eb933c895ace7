"""`ionscope validate`: predictions beside published values."""

from __future__ import annotations

import argparse

from ionscope.cli.codes import OK
from ionscope.cli.options import add_model


def add(commands) -> None:
    parser = commands.add_parser(
        "validate",
        help="predictions for a folder of measured spectra beside what is published about them",
        description="Read every file that DIR/known.csv names and compare with the published values in it.",
    )
    parser.add_argument("folder", metavar="DIR", help="folder with known.csv (docs/formats.md tells its columns)")
    add_model(parser)
    parser.add_argument("--json", action="store_true", help="a JSON list, one object a sweep")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from ionscope.evaluate.known import read_known
    from ionscope.evaluate.measured import compare_measured
    from ionscope.files import to_json
    from ionscope.reading import Reader

    table = compare_measured(read_known(arguments.folder), Reader.load(arguments.model).read)
    if arguments.json:
        print(to_json(table.to_dict("records")))
    else:
        columns = ["file", "predicted_ohm", "published_ohm", "relative_error", "read_off_ohm", "covered", "verdict"]
        print(table[columns].to_string(index=False, na_rep="", float_format="{:.4g}".format))
    return OK
