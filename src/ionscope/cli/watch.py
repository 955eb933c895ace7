"""`ionscope watch`: each new file of a folder is predicted as the instrument finishes it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ionscope.cli.codes import OK
from ionscope.cli.options import add_facts, add_model, add_sign, positive, stated
from ionscope.errors import InputDataError


def add(commands) -> None:
    parser = commands.add_parser(
        "watch",
        help="predict each new file of a folder as it is finished",
        description=(
            "Print one line for each sweep of each file in FOLDER, first of those that are there, then of new ones as "
            "they are finished: when size and time of change stay the same between two looks. A file that changes "
            "later is read again. Ends with Ctrl-C and exit code 0."
        ),
    )
    parser.add_argument("folder", metavar="FOLDER", help="the folder; folders in it are not watched")
    add_sign(parser)
    add_facts(parser)
    add_model(parser)
    parser.add_argument("--new-only", action="store_true", help="leave out the files that are there at the start")
    parser.add_argument(
        "--interval",
        type=positive,
        default=2.0,
        metavar="S",
        help="seconds between two looks; longer than the slowest point of a sweep is best (default: 2)",
    )
    parser.add_argument("--output", metavar="FILE.csv", help="a CSV file to which each line is appended as a whole row")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        _watch(arguments)
    except KeyboardInterrupt:  # the one way to end it
        pass
    return OK


def _watch(arguments: argparse.Namespace) -> None:
    from ionscope.batch.log import GrowingTable
    from ionscope.batch.tables import COLUMNS
    from ionscope.batch.watching import FolderWatch, finished_files
    from ionscope.reader import Reader

    folder = Path(arguments.folder)
    if not folder.is_dir():
        raise InputDataError(f"{folder}: no such folder")
    ignored = frozenset({Path(arguments.output).resolve()} if arguments.output else ())
    reader = Reader.load(arguments.model)
    output = GrowingTable(arguments.output, COLUMNS) if arguments.output else None
    for path in finished_files(FolderWatch(folder, arguments.new_only, ignored), arguments.interval, tell=_warn):
        _tell(path, arguments, reader, output)


def _warn(line: str) -> None:
    print(f"ionscope: {line}", file=sys.stderr, flush=True)


def _tell(path: Path, arguments: argparse.Namespace, reader, output) -> None:
    from dataclasses import replace

    from ionscope.batch.outcome import predict_all
    from ionscope.batch.tables import one_line, row_of, row_of_failure

    outcome = predict_all([replace(stated(arguments), path=str(path))], reader, sign=arguments.sign)
    for reading in outcome.readings:
        print(one_line(reading), flush=True)
    for failure in outcome.failures:
        print(f"{failure.file}: not read: {failure.reason}", flush=True)
    if output is not None:
        for row in [*map(row_of, outcome.readings), *map(row_of_failure, outcome.failures)]:
            output.append(row)
