"""The command line: `ionscope <command> ...`. Exit codes: 0 fine, 1 internal, 2 bad input, 3 refused to read."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

# Before numpy is imported anywhere: threads cost more than they give on matrices of this size.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import ionscope
from ionscope.errors import InputDataError, IonscopeError

OK, BAD_INPUT, REFUSED = 0, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except IonscopeError as error:
        print(f"ionscope: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # it is flushed once more at the end
        return OK


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, with help for every option."""
    parser = argparse.ArgumentParser(
        prog="ionscope",
        description="Ionic conductivity of solid electrolytes, read from impedance spectra.",
        epilog="Exit codes: 0 fine, 2 bad input (one line says what and where), 3 a spectrum was refused (and why).",
    )
    parser.add_argument("--version", action="version", version=f"ionscope {ionscope.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_predict(commands)
    _add_read(commands)
    _add_check(commands)
    _add_validate(commands)
    _add_materials(commands)
    _add_simulate(commands)
    return parser


def _add_file_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a spectrum: instrument file or table; the format is found by content")
    parser.add_argument(
        "--sign",
        choices=("auto", "as-is", "negated"),
        default="auto",
        help="sign of the imaginary column: as-is holds Im Z, negated holds -Im Z (default: decided and told)",
    )


def _add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FOLDER", help="a trained model (default: the one that comes with ionscope)")


def _add_predict(commands) -> None:
    parser = commands.add_parser(
        "predict",
        help="resistance and conductivity of the electrolyte, with a 90 %% interval and a verdict",
        description="Read the electrolyte's total ionic resistance from a spectrum, with geometry its conductivity.",
    )
    _add_file_options(parser)
    parser.add_argument("--temperature", type=float, metavar="C", help="temperature of the sweep, Celsius")
    parser.add_argument("--thickness", type=_positive, metavar="CM", help="thickness of the pellet, cm")
    parser.add_argument("--area", type=_positive, metavar="CM2", help="area of the electrodes, cm2")
    _add_model_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object, or a list of them for several sweeps")
    parser.set_defaults(run=_predict)


def _add_read(commands) -> None:
    parser = commands.add_parser("read", help="what the reader makes of a file, as CSV", description=_read.__doc__)
    _add_file_options(parser)
    parser.set_defaults(run=_read)


def _add_check(commands) -> None:
    parser = commands.add_parser("check", help="Kramers-Kronig test and what is wrong with a spectrum")
    _add_file_options(parser)
    parser.set_defaults(run=_check)


def _add_validate(commands) -> None:
    parser = commands.add_parser(
        "validate",
        help="predictions for a folder of measured spectra beside what is published about them",
        description="Read every file that DIR/known.csv names and compare with the published values in it.",
    )
    parser.add_argument("folder", metavar="DIR", help="folder with known.csv (docs/formats.md tells its columns)")
    _add_model_option(parser)
    parser.add_argument("--init", action="store_true", help="write a known.csv that names the spectra in DIR, and stop")
    parser.add_argument("--json", action="store_true", help="a JSON list, one object a sweep")
    parser.add_argument("--simulated", metavar="FILE.nc", help="simulated spectra: tell the nearest one of each")
    parser.add_argument("--plot", metavar="FOLDER", help="draw each upon its nearest, to FOLDER/nearest.svg")
    parser.add_argument(
        "--output",
        metavar="FOLDER",
        help="write measured.csv and validation.json as a run does; literature.csv and .json of the priors of --config",
    )
    _add_config_option(parser)
    parser.set_defaults(run=_validate)


def _add_config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FOLDER",
        default="config",
        help="folder with materials/ and electrodes/ (default: ./config)",
    )


def _add_materials(commands) -> None:
    parser = commands.add_parser("materials", help="the materials there are, and where every figure comes from")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line a material")
    _add_config_option(listing)
    listing.set_defaults(run=_list_materials)
    showing = actions.add_parser("show", help="every prior of one material with its source")
    showing.add_argument("name", help="as in the list")
    _add_config_option(showing)
    showing.set_defaults(run=_show_material)


def _add_simulate(commands) -> None:
    parser = commands.add_parser(
        "simulate",
        help="simulate the spectra of a run's configuration into one file, without Snakemake",
        description="Simulate what a run's configuration describes; the same spectra as the workflow makes.",
    )
    parser.add_argument("file", metavar="RUN.yaml", help="configuration of a run, such as config/smoke.yaml")
    parser.add_argument("--output", required=True, metavar="FILE.nc", help="NetCDF file to write")
    _add_config_option(parser)
    parser.set_defaults(run=_simulate)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _predict(arguments: argparse.Namespace) -> int:
    from ionscope.files import to_json
    from ionscope.io import read_spectra
    from ionscope.reading import Reader, describe
    from ionscope.spectrum import ZERO_CELSIUS

    celsius = arguments.temperature
    spectra = read_spectra(
        arguments.file,
        sign=arguments.sign,
        temperature=None if celsius is None else celsius + ZERO_CELSIUS,
        thickness=arguments.thickness,
        area=arguments.area,
    )
    reader = Reader.load(arguments.model)
    readings = [reader.read(spectrum) for spectrum in spectra]
    if arguments.json:
        content = [reading.as_dict() for reading in readings]
        print(to_json(content[0] if len(content) == 1 else content))
    else:
        print("\n\n".join(describe(reading) for reading in readings))
    return REFUSED if any(reading.verdict == "refuse" for reading in readings) else OK


def _read(arguments: argparse.Namespace) -> int:
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


def _check(arguments: argparse.Namespace) -> int:
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


def _validate(arguments: argparse.Namespace) -> int:
    from ionscope.evaluate.known import read_known, write_template
    from ionscope.evaluate.measured import compare
    from ionscope.evaluate.nearest import SimulatedSpectra
    from ionscope.files import to_json
    from ionscope.io.dataset import read_dataset
    from ionscope.reading import Reader

    if arguments.init:
        path, named, others = write_template(arguments.folder)
        print("\n".join(f"not named: {reason}" for reason in others), file=sys.stderr, end="\n" if others else "")
        print(f"{path}: names {len(named)} files; fill in what is published about them (docs/formats.md)")
        return OK
    if arguments.plot and not arguments.simulated:
        raise InputDataError("--plot draws the nearest simulated spectra: give them with --simulated FILE.nc")
    known = read_known(arguments.folder)
    simulated = SimulatedSpectra(read_dataset(arguments.simulated)) if arguments.simulated else None
    comparison = compare(known, Reader.load(arguments.model).read, simulated)
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
    return OK


def _list_materials(arguments: argparse.Namespace) -> int:
    from ionscope.simulate.library import list_materials

    columns = [
        "name",
        "label",
        "formula",
        "sigma_grain_25c_s_cm",
        "ea_grain_ev",
        "gb_share_25c",
        "assumed",
        "quantities",
    ]
    print(list_materials(arguments.config)[columns].to_string(index=False, float_format="{:.2g}".format))
    return OK


def _show_material(arguments: argparse.Namespace) -> int:
    from ionscope.config import load_material
    from ionscope.simulate.library import describe_material

    print(describe_material(load_material(arguments.config, arguments.name)), end="")
    return OK


def _simulate(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from ionscope.config import load_run, read_yaml
    from ionscope.io.dataset import write_dataset
    from ionscope.simulate.generate import Priors, n_specimens, simulate_specimens

    run = load_run(read_yaml(arguments.file), arguments.config, arguments.file)
    priors = Priors.load(arguments.config, run.materials, run.simulation.electrodes)
    numbers = range(n_specimens(run.simulation, priors))
    spectra = simulate_specimens(
        run.simulation, priors, run.seed, numbers, lambda items: tqdm(items, desc="specimens", disable=None)
    )
    write_dataset(spectra, arguments.output)
    print(f"{arguments.output}: {len(spectra)} spectra of {len(numbers)} specimens")
    return OK


if __name__ == "__main__":
    sys.exit(main())
