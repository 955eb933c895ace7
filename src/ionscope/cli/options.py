"""Options that several commands share."""

from __future__ import annotations

import argparse

from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError


def add_sign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sign",
        choices=("auto", "as-is", "negated"),
        default="auto",
        help="sign of the imaginary column: as-is holds Im Z, negated holds -Im Z (default: decided and told)",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="FOLDER", help="a trained model (default: the one that comes with ionscope)")


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FOLDER",
        default="config",
        help="folder with materials/ and electrodes/ (default: ./config)",
    )


def add_facts(parser: argparse.ArgumentParser) -> None:
    """What is stated about all files: temperature, geometry, specimen, material, electrodes."""
    parser.add_argument("--temperature", type=float, metavar="C", help="temperature of the sweep, Celsius")
    parser.add_argument(
        "--thickness",
        type=measure,
        metavar="CM",
        help="thickness of the pellet, cm; with its error (one standard deviation) as 0.1+-0.002",
    )
    parser.add_argument("--area", type=measure, metavar="CM2", help="area of the electrodes, cm2; 0.785+-0.01 likewise")
    parser.add_argument("--specimen", metavar="NAME", help="the pellet that all files belong to, for a series")
    parser.add_argument(
        "--material",
        metavar="NAME",
        help="what all pellets are made of, such as llzo or li6ps5cl: a conductivity that it does not have at this "
        "temperature asks for caution",
    )
    parser.add_argument(
        "--electrodes",
        choices=ELECTRODES,
        help="what the electrodes are to the ions: blocking (gold, steel, carbon) or reversible (lithium); stated, the "
        "interval is that of such cells alone (default: any)",
    )


def add_thermometer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--thermometer-error",
        type=_not_negative,
        default=0.5,
        metavar="K",
        help="standard deviation of the temperatures of a series, K (default: 0.5)",
    )


def stated(arguments: argparse.Namespace):
    """The facts of `add_facts` as a `Request` without a file.

    Raises
    ------
    InputDataError : a temperature below absolute zero
    """
    from ionscope.io.request import Request
    from ionscope.spectrum import ZERO_CELSIUS

    celsius = arguments.temperature
    if celsius is not None and not -ZERO_CELSIUS < celsius < float("inf"):
        raise InputDataError(f"--temperature {celsius:g}: must be a number of Celsius above -{ZERO_CELSIUS}")
    return Request(
        "",
        None if celsius is None else celsius + ZERO_CELSIUS,
        arguments.thickness,
        arguments.area,
        arguments.specimen,
        arguments.material,
        arguments.electrodes,
    )


def measure(text: str):
    """A positive number with or without an error; for argparse."""
    from ionscope.measure import Measure

    try:
        return Measure.parse(text)
    except InputDataError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 upwards")
    return value


def positive(text: str) -> float:
    """A positive number; for argparse."""
    value = _not_negative(text)
    if value == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value
