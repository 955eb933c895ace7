"""The command line: `ionscope <command> ...`, one module a family of commands; `codes` tells what they end with."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

# Before numpy is imported anywhere: threads cost more than they give on matrices of this size.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import ionscope
from ionscope.cli import check, predict, read, simulate, validate, watch
from ionscope.cli.codes import BAD_INPUT, EPILOG, INTERRUPTED, OK
from ionscope.errors import IonscopeError


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
    except KeyboardInterrupt:
        print("ionscope: interrupted; outputs are written whole, so none is half there", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:  # an output that cannot be written: no permission, no space, a folder of that name
        named = error.filename2 or error.filename
        print(f"ionscope: {f'{named}: ' if named else ''}{error.strerror or error}", file=sys.stderr)
        return BAD_INPUT


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, with help for every option."""
    parser = argparse.ArgumentParser(
        prog="ionscope",
        description="Ionic conductivity of solid electrolytes, read from impedance spectra.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"ionscope {ionscope.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for family in (predict, watch, read, check, validate, simulate):
        family.add(commands)
    return parser
