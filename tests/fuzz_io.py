"""Throw damaged files of every family at the reader: ``python tests/fuzz_io.py --per-family 10000``.

Each file either gives spectra of finite numbers or one line of `IonscopeError` that names the file, within two seconds
and without a warning. Anything else is printed with the seed that makes it again, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "unit"))

from io_formats import FAMILIES

from ionscope.errors import IonscopeError
from ionscope.io import read_spectra

LIMIT_S = 2.0
NUMBERS = """nan NaN inf -inf 1e999 -1e999 1e-320 0 -0 0.0 -1 1 99999999999999999999 1,5 1.5.5 1e e5 --1 1_000 0x10 1D3
\uff11 \u22121"""
SIGNS = [
    "",
    " ",
    ",",
    ";",
    "\t",
    "|",
    '"',
    "'",
    "#",
    "%",
    "\n",
    "\r",
    "\r\r\n",
    "\0",
    "\u2032",
    "(" * 50,
    "[" * 50,
    "=" * 50,
]
NAMES = (
    """Frequency f/Hz Z' Z'' -Z'' |Z| phase mHz MHz kOhm ohm_cm2 ZCURVE\tTABLE <Segment1> </Segment1> End_Comments"""
)
TOKENS = [token.encode() for token in [*NUMBERS.split(), *SIGNS, *NAMES.split(" ")]] + [b"\xff", b"\xc3\x28"]


class HangError(BaseException):
    """Raised by the timer, past every ``except Exception``."""


def mutate(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """One to four random damages."""
    for _ in range(int(rng.integers(1, 5))):
        if not data:
            break
        kind = int(rng.integers(12))
        at = int(rng.integers(len(data)))
        token = TOKENS[int(rng.integers(len(TOKENS)))]
        lines = data.split(b"\n")
        row = int(rng.integers(len(lines)))
        if kind == 0:  # a byte
            data = data[:at] + bytes([int(rng.integers(256))]) + data[at + 1 :]
        elif kind == 1:  # cut off
            data = data[:at]
        elif kind == 2:  # a piece lost
            data = data[:at] + data[at + int(rng.integers(1, 200)) :]
        elif kind == 3:  # something put in
            data = data[:at] + token + data[at:]
        elif kind == 4:  # a word replaced
            words = lines[row].split()
            if words:
                lines[row] = lines[row].replace(words[int(rng.integers(len(words)))], token, 1)
            data = b"\n".join(lines)
        elif kind == 5:  # a line lost
            del lines[row]
            data = b"\n".join(lines)
        elif kind == 6:  # a line many times
            data = b"\n".join(lines[:row] + [lines[row]] * int(rng.integers(2, 40)) + lines[row:])
        elif kind == 7:  # lines in mixed order
            order = rng.permutation(len(lines))
            data = b"\n".join(lines[i] for i in order)
        elif kind == 8:  # one sign for another throughout
            data = data.replace(b",.;\t -eE+"[(i := int(rng.integers(9))) : i + 1], token[:1])
        elif kind == 9:  # two files in one
            data = data[:at] + other
        elif kind == 10:  # the file twice
            data = data + data[: int(rng.integers(len(data)))]
        else:  # a cell replaced in every row
            column = int(rng.integers(4))
            changed = []
            for line in lines:
                cells = line.split(b"\t") if b"\t" in line else line.split(b",")
                if len(cells) > column:
                    cells[column] = token
                changed.append((b"\t" if b"\t" in line else b",").join(cells))
            data = b"\n".join(changed)
    return data


def attempt(path: Path) -> str | None:
    """None if the file was read or refused as it should be, else what went wrong."""
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        spectra = read_spectra(path)
        if not spectra:
            return "no spectra and no error"
        for spectrum in spectra:
            if not (np.isfinite(spectrum.frequency).all() and np.isfinite(spectrum.impedance).all()):
                return "a value that is not finite"
    except IonscopeError as error:
        text = str(error)
        if "\n" in text or not text.startswith(str(path)):
            return f"not one line that names the file: {text[:300]!r}"
    except HangError:
        return f"still running after {LIMIT_S} s\n{traceback.format_exc()}"
    except Exception:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None if time.monotonic() - start < LIMIT_S else "slow"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-family", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", choices=sorted(FAMILIES), action="append")
    parser.add_argument("--keep", type=Path, help="folder for the files that fail")
    args = parser.parse_args()
    warnings.simplefilter("error")

    def alarm(*_: object) -> None:
        raise HangError

    signal.signal(signal.SIGALRM, alarm)
    originals = {name: writer() for name, writer in FAMILIES.items()}
    names = args.family or sorted(originals)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed.dat"
        for name in names:
            read = bad = 0
            start = time.monotonic()
            for i in range(args.per_family):
                rng = np.random.default_rng([args.seed, zlib.crc32(name.encode()), i])
                other = originals[sorted(originals)[int(rng.integers(len(originals)))]]
                data = mutate(originals[name], other, rng)
                path.write_bytes(data)
                wrong = attempt(path)
                if wrong is not None:
                    bad += 1
                    print(f"{name} seed {args.seed} file {i}: {wrong}", flush=True)
                    if args.keep:
                        args.keep.mkdir(parents=True, exist_ok=True)
                        (args.keep / f"{name}-{args.seed}-{i}.dat").write_bytes(data)
                    if bad >= 10:
                        print(f"{name}: ten failures, the rest is left out")
                        break
                read += 1
            failures += bad
            print(f"{name}: {read} files, {bad} failures, {time.monotonic() - start:.1f} s", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
