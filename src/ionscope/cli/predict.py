"""`ionscope predict`: resistance, conductivity, and the activation energy of a series."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ionscope.cli.codes import EPILOG
from ionscope.cli.options import add_facts, add_model, add_sign, add_thermometer, stated
from ionscope.cli.outputs import Inputs, check_beside, check_output
from ionscope.errors import InputDataError

TO_STDOUT = "csv", "jsonl"


def add(commands) -> None:
    parser = commands.add_parser(
        "predict",
        help="resistance and conductivity of the electrolyte, with a 90 %% interval and a verdict",
        description=(
            "Read the electrolyte's total ionic resistance from spectra, with geometry its conductivity. Spectra of "
            "one specimen at three temperatures or more give its activation energy."
        ),
        epilog=EPILOG,
    )
    parser.add_argument(
        "file",
        nargs="+",
        help="instrument files or tables of points (the format is found by content), folders, patterns, or a CSV "
        "table with the columns file, temperature_c, thickness_cm, area_cm2, specimen, material, electrodes, whose "
        "cells outrank the options",
    )
    add_sign(parser)
    add_facts(parser)
    add_thermometer(parser)
    add_model(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object of a single sweep; of several sweeps or files an object with spectra, series, failures",
    )
    parser.add_argument(
        "--to",
        choices=("csv", "jsonl", "netcdf", "html"),
        help="write a table of this kind (default: by the ending of --output); csv and jsonl go to standard output "
        "without --output",
    )
    parser.add_argument("--output", metavar="FILE", help="write the table here, whole or not at all")
    parser.add_argument("--plot", metavar="FOLDER", help="Arrhenius plots of all series (SVG, with the points as CSV)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from ionscope.batch.outcome import exit_code, predict_all
    from ionscope.batch.requests import gather_requests
    from ionscope.batch.tables import SERIES_BEGIN, kind_of, series_path
    from ionscope.files import to_json
    from ionscope.reader import Reader

    if arguments.json and (arguments.to or arguments.output):
        raise InputDataError("--json prints to standard output; leave out --to and --output, or write --to jsonl")
    requests = gather_requests(arguments.file, stated(arguments))
    kind = arguments.to or (kind_of(arguments.output) if arguments.output else None)
    inputs = Inputs([*arguments.file, *(request.path for request in requests)])
    if arguments.output:
        check_output(arguments.output, inputs)
        if kind == "csv":
            check_beside(series_path(arguments.output), SERIES_BEGIN, inputs)
    elif kind and kind not in TO_STDOUT:
        raise InputDataError(f"--to {kind} needs --output FILE")
    if arguments.plot:
        inputs.spare_in(arguments.plot, r"arrhenius-.*\.(svg|csv)")
    reader = Reader.load(arguments.model)
    outcome = predict_all(
        requests,
        reader,
        sign=arguments.sign,
        thermometer_error=arguments.thermometer_error,
        progress=lambda items: tqdm(items, desc="files", unit="file", disable=len(requests) == 1 or None),  # a terminal
    )
    if len(requests) == 1 and not outcome.readings and len(outcome.failures) == 1:
        failure = outcome.failures[0]
        raise InputDataError(f"{failure.file}: {failure.reason}")
    if outcome.readings:
        if arguments.json:
            print(to_json(_json(outcome)))
        elif kind:
            _write(outcome, arguments.output, kind)
        else:
            _show(outcome, arguments.thermometer_error)
        _plot(outcome, arguments.plot)
    sys.stdout.flush()
    if outcome.files > 1 or outcome.failures:
        _tell(outcome)
    return exit_code(outcome)


def _json(outcome):
    """The one sweep of one file by itself; otherwise lists of spectra, series and failures."""
    from ionscope.batch.tables import as_object

    content = as_object(outcome)
    alone = outcome.files == 1 and len(outcome.readings) == 1 and not outcome.failures
    return content["spectra"][0] if alone else content


def _show(outcome, thermometer_error: float) -> None:
    """One file at length, several as a table."""
    from ionscope.batch.tables import describe_outcome, describe_series, series_note
    from ionscope.reading import describe

    if outcome.files == 1:
        print("\n\n".join([*map(describe, outcome.readings), *map(describe_series, outcome.series)]))
        return
    print(describe_outcome(outcome))
    for series in outcome.series:
        print(f"\n{describe_series(series)}")
    if outcome.series:
        print(f"\n{series_note(thermometer_error)}")


def _tell(outcome) -> None:
    from ionscope.batch.tables import summary

    print(f"ionscope: {summary(outcome)}", file=sys.stderr)
    for verdict, word in (("caution", "caution"), ("refuse", "refused")):
        for reading in outcome.readings:
            if reading.verdict == verdict:
                more = f" (and {len(reading.reasons) - 1} more)" if len(reading.reasons) > 1 else ""
                print(f"{word}: {reading.spectrum.source}: {reading.reasons[0]}{more}", file=sys.stderr)
    for failure in outcome.failures:
        print(f"not read: {failure.file}: {failure.reason}", file=sys.stderr)


def _write(outcome, path: str | None, kind: str) -> None:
    from ionscope.batch.tables import as_csv, json_lines, write_outcome

    if path is None:
        print(as_csv(outcome) if kind == "csv" else json_lines(outcome), end="")
        return
    for written in write_outcome(outcome, path, kind):
        print(f"{written}: written", file=sys.stderr)


def _plot(outcome, folder: str | None) -> None:
    if folder is None:
        return
    if not outcome.series:
        print(
            "ionscope: no series to plot: one specimen at three temperatures or more makes one "
            "(--specimen, a table of files, or what the files tell)",
            file=sys.stderr,
        )
        return
    from ionscope.report.figures.laboratory import figure_series, file_name

    taken: set[str] = set()
    for series in outcome.series:
        name = file_name(f"arrhenius-{Path(series.specimen).name}", taken)
        path = figure_series(series.fit, series.specimen, series.geometry, Path(folder) / f"{name}.svg")
        print(f"{path}: written", file=sys.stderr)
