"""Pellets of circuit elements with an interface that is no part of the electrolyte: what the reader makes of them.

``python tests/verification/interfaces.py`` prints it; docs/reader.md has a table of it. The pellets are those of
`laboratory.py` between blocking electrodes, in series with a contact or an interphase (an arc), or with the pores of an
electrode that ions enter (a blocking transmission line: de Levie 1963, doi 10.1016/0013-4686(63)80042-0). Nothing of
that kind is in the cells that the model has learned from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from laboratory import Pellet, answered_figures, arc, print_figures, read_pellets

from ionscope.circuits.elements import constant_phase
from ionscope.reader import Reader

BLOCKING = "sputtered", "pressed"
SHARES = -1.5, 0.0
"""log10 of the resistance of the interface over that of the pellet."""


def interphase(rng: np.random.Generator, omega: np.ndarray, made: Pellet, low: float, high: float) -> np.ndarray:
    """(f,) ohm of an arc with a capacitance between `low` and `high` [F/cm2]."""
    resistance = made.resistance * 10 ** rng.uniform(*SHARES)
    capacitance = 10 ** rng.uniform(np.log10(low), np.log10(high))
    return arc(omega, resistance, capacitance * float(made.spectrum.area or 1.0), rng.uniform(0.8, 0.97))


def pores(rng: np.random.Generator, omega: np.ndarray, made: Pellet) -> np.ndarray:
    """(f,) ohm of ions in the pores of two blocking electrodes of 0.1 to 1 mF/cm2."""
    resistance = made.resistance * 10 ** rng.uniform(*SHARES)
    surface = constant_phase(omega, 10 ** rng.uniform(-4, -3) * float(made.spectrum.area or 1.0), rng.uniform(0.85, 1))
    return 2 * np.sqrt(resistance * surface) / np.tanh(np.sqrt(resistance / surface))


INTERFACES: dict[str, Callable[[np.random.Generator, np.ndarray, Pellet], np.ndarray]] = {
    "contact or interphase of 1e-7 to 5e-7 F/cm2": partial(interphase, low=1e-7, high=5e-7),
    "interphase of 5e-7 to 1e-5 F/cm2 on one side": partial(interphase, low=5e-7, high=1e-5),
    "porous electrodes": pores,
}


def with_interface(made: Pellet, rng: np.random.Generator, name: str) -> Pellet:
    """The pellet with the interface `name`, where its electrodes block; else as it is."""
    if made.electrode not in BLOCKING:
        return made
    spectrum = made.spectrum
    added = INTERFACES[name](rng, 2 * np.pi * spectrum.frequency, made)
    return replace(made, spectrum=replace(spectrum, impedance=spectrum.impedance + added))


def read_interfaces(number: int, seed: int, reader: Reader) -> pd.DataFrame:
    """One row an interface: shares of the verdicts, errors in decades and coverage of what is answered."""
    rows = {}
    for name in INTERFACES:
        table = read_pellets(number, seed, reader, partial(with_interface, name=name))
        table = table[table["electrode"].isin(BLOCKING)]
        rows[name] = {
            **answered_figures(table),
            "read-off: median": table.loc[table["verdict"] != "refuse", "read_off"].median(),
            "covered, ok": table.loc[table["verdict"] == "ok", "covered"].mean(),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("interface")


if __name__ == "__main__":
    print_figures(__doc__.splitlines()[0], read_interfaces)
