"""Pellets of circuit elements, spoilt as in laboratories: what the reader makes of them.

``python tests/verification/spoilt.py`` prints it; docs/reader.md has a table of it. The pellets are those of
`laboratory.py`, the corruptions those of the trust table (`ionscope.evaluate.corruptions`) that an instrument or a
restless cell makes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from laboratory import Pellet, answered_figures, print_figures, read_pellets

from ionscope.evaluate.corruptions import CORRUPTIONS, Sweeps
from ionscope.reader import Reader

NAMES = "spikes", "mains line", "drift", "range jump", "noise", "rough high end", "rough low end"


def spoilt(made: Pellet, rng: np.random.Generator, name: str) -> Pellet:
    """The pellet measured with one of the corruptions `NAMES`."""
    (corruption,) = (known for known in CORRUPTIONS if known.name == name)
    spectrum = made.spectrum
    sweeps = Sweeps(spectrum.frequency, spectrum.impedance[None], np.array([made.resistance]), np.ones(1))
    return replace(made, spectrum=replace(spectrum, impedance=corruption.spoil(rng, sweeps).z[0]))


def read_spoilt(number: int, seed: int, reader: Reader) -> pd.DataFrame:
    """One row a corruption: how it is, shares of the verdicts, errors in decades and coverage of what is answered."""
    rows = {}
    for name in NAMES:
        severity = next(known.severity for known in CORRUPTIONS if known.name == name)
        table = read_pellets(number, seed, reader, partial(spoilt, name=name))
        half_width = table.loc[table["verdict"] != "refuse", "half_width"].median()
        rows[name] = {"severity": severity, **answered_figures(table), "half-width": half_width}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("spoilt by")


if __name__ == "__main__":
    print_figures(__doc__.splitlines()[0], read_spoilt)
