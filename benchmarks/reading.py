"""How fast files are read: ``python benchmarks/reading.py [--files 1000] [--points 60]`` prints JSON.

Each row is one kind of text file, written to a temporary folder and read with `ionscope.io.read_spectra`, one process.
`seconds_per_1000` is the best of three rounds of processor time, imports left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import ionscope
from ionscope.io import read_spectra

Points = tuple[np.ndarray, np.ndarray]


def spectrum(points: int, seed: int) -> Points:
    """A blocking cell with one arc and 0.3 % noise."""
    rng = np.random.default_rng(seed)
    f = np.geomspace(1e6, 0.1, points)
    z = 200 + 900 / (1 + 1j * f / 1e3) + 1e4 * (1j * f) ** -0.9
    return f, z * (1 + 0.003 * (rng.normal(size=points) + 1j * rng.normal(size=points)))


def table(header: str, columns: Callable[[Points], tuple[np.ndarray, ...]], delimiter: str, decimal: str = "."):
    """A writer of delimited text."""

    def write(points: Points) -> str:
        rows = zip(*columns(points), strict=True)
        lines = [delimiter.join(f"{value:.6E}".replace(".", decimal) for value in row) for row in rows]
        return "\n".join([*([header] if header else []), *lines, ""])

    return write


def eclab(points: Points) -> str:
    """As EC-Lab exports text."""
    f, z = points
    names = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "|Z|/Ohm", "Phase(Z)/deg", "time/s", "cycle number"]
    columns = (f, z.real, -z.imag, np.abs(z), np.degrees(np.angle(z)), np.arange(f.size), np.ones(f.size))
    head = ["EC-Lab ASCII FILE", "Nb header lines : 6", "", "Acquisition started on : 05/15/2025 01:18:45", ""]
    rows = ["\t".join(f"{value:.7E}" for value in row) for row in zip(*columns, strict=True)]
    return "\n".join([*head, "\t".join(names), *rows, ""])


KINDS: dict[str, Callable[[Points], str]] = {
    "csv, labelled": table("f/Hz,Re(Z)/ohm,-Im(Z)/ohm", lambda p: (p[0], p[1].real, -p[1].imag), ","),
    "csv, no names": table("", lambda p: (p[0], p[1].real, -p[1].imag), ","),
    "decimal comma": table("f/Hz;Re(Z)/ohm;-Im(Z)/ohm", lambda p: (p[0], p[1].real, -p[1].imag), ";", ","),
    "modulus and phase": table("f/Hz\t|Z|/ohm\tphase", lambda p: (p[0], np.abs(p[1]), np.angle(p[1])), "\t"),
    "EC-Lab text": eclab,
}


def measure(write: Callable[[Points], str], files: int, points: int) -> float:
    """Seconds of processor time for 1000 files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{i}.txt" for i in range(files)]
        for i, path in enumerate(paths):
            path.write_text(write(spectrum(points, i)))
        best = np.inf
        for _ in range(3):
            begin = time.process_time()
            for path in paths:
                read_spectra(path)
            best = min(best, time.process_time() - begin)
    return best * 1000 / files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--points", type=int, default=60)
    arguments = parser.parse_args()
    result = {
        "ionscope": ionscope.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "files": arguments.files,
        "points": arguments.points,
        "seconds_per_1000": {
            name: round(measure(write, arguments.files, arguments.points), 3) for name, write in KINDS.items()
        },
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
