"""`ionscope predict`: resistance, conductivity, and the activation energy of a series."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ionscope.cli.codes import EPILOG, OK, REFUSED
from ionscope.cli.options import add_facts, add_model, add_sign, add_thermometer, check_output, stated
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
        help="one JSON object, a list of them for several sweeps; of several files an object with spectra, series, "
        "failures",
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
    from ionscope.batch.requests import gather_requests
    from ionscope.batch.tables import kind_of
    from ionscope.reader import Reader

    if arguments.json and (arguments.to or arguments.output):
        raise InputDataError("--json prints to standard output; leave out --to and --output, or write --to jsonl")
    requests = gather_requests(arguments.file, stated(arguments))
    kind = arguments.to or (kind_of(arguments.output) if arguments.output else None)
    if arguments.output:
        check_output(arguments.output, [*arguments.file, *(request.path for request in requests)])
    elif kind and kind not in TO_STDOUT:
        raise InputDataError(f"--to {kind} needs --output FILE")
    reader = Reader.load(arguments.model)
    if len(requests) == 1:
        return _one_file(arguments, requests[0], reader, kind)
    return _many_files(arguments, requests, reader, kind)


def _one_file(arguments: argparse.Namespace, request, reader, kind: str | None) -> int:
    from ionscope.batch.outcome import Outcome, find_series, predict_file
    from ionscope.batch.tables import describe_series
    from ionscope.files import to_json
    from ionscope.reading import describe

    readings = predict_file(request, reader, arguments.sign)
    outcome = Outcome(1, readings, [], find_series(readings, arguments.thermometer_error, reader.series_errors))
    if arguments.json:
        content = [reading.as_dict() for reading in readings]
        print(to_json(content[0] if len(content) == 1 else content))
    elif kind:
        _write(outcome, arguments.output, kind)
    else:
        print("\n\n".join([*map(describe, readings), *map(describe_series, outcome.series)]))
    _plot(outcome, arguments.plot)
    return REFUSED if outcome.count("refuse") else OK


def _many_files(arguments: argparse.Namespace, requests, reader, kind: str | None) -> int:
    from tqdm import tqdm

    from ionscope.batch.outcome import exit_code, predict_all
    from ionscope.batch.tables import as_object, describe_outcome, describe_series, series_note, summary
    from ionscope.files import to_json

    outcome = predict_all(
        requests,
        reader,
        sign=arguments.sign,
        thermometer_error=arguments.thermometer_error,
        progress=lambda items: tqdm(items, desc="files", unit="file", disable=None),  # on a terminal only
    )
    if outcome.readings:
        if arguments.json:
            print(to_json(as_object(outcome)))
        elif kind:
            _write(outcome, arguments.output, kind)
        else:
            print(describe_outcome(outcome))
            for series in outcome.series:
                print(f"\n{describe_series(series)}")
            if outcome.series:
                print(f"\n{series_note(arguments.thermometer_error)}")
        _plot(outcome, arguments.plot)
    sys.stdout.flush()
    print(f"ionscope: {summary(outcome)}", file=sys.stderr)
    for reading in outcome.readings:
        if reading.verdict == "refuse":
            print(f"refused: {reading.spectrum.source}: {reading.reasons[0]}", file=sys.stderr)
    for failure in outcome.failures:
        print(f"not read: {failure.file}: {failure.reason}", file=sys.stderr)
    return exit_code(outcome)


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
