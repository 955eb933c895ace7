"""Our reading beside circuit fits of the same spectra: what each gets right, and how long each takes.

Everything runs in one process and one thread, spectrum by spectrum, as a person would go through files. A fit is told
the kind of electrode and fits the textbook circuit for it, which is more help than a reading is given.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from ionscope.circuits import Circuit, fit_circuit
from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import read_rows, shape_factor
from ionscope.preprocess.reference import read_off
from ionscope.spectrum import SpectrumSet

OURS = "ionscope"
CIRCUIT_FIT = "circuit fit"
RIGHT = 0.05
"""A resistance this near the truth, relative, counts as right."""

WARM_UP = 2
"""Spectra read before the clock starts: what is loaded or compiled on first use is not part of a method's time."""


@dataclass(frozen=True)
class Method:
    """One way from a spectrum to a resistance.

    resistance : takes the number of a spectrum in the set, returns ohm (NaN where the method fails)
    """

    name: str
    note: str
    resistance: Callable[[int], float]


def run_peers(
    spectra: SpectrumSet, index: np.ndarray, bundle: ModelBundle, progress: Any = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run every method on the spectra at `index`.

    Parameters
    ----------
    spectra : a simulated set, whose `sigma_total` and geometry give the true resistance
    index : (m,) numbers of test spectra
    bundle : the trained model that stands for ourselves
    progress : a progress bar with `total` and `update`, or None

    Returns
    -------
    timing : one row a method: ``method, seconds_per_spectrum, n, n_failed, right_within_5_percent, log10_mae, note``;
        the mean error is that of answers, the share that is right counts failures as wrong
    table : one row a method and spectrum: ``method, spectrum, resistance, resistance_true, seconds``
    """
    truth = shape_factor(spectra) / spectra["sigma_total"]
    known = methods(spectra, bundle)
    if progress is not None:
        progress.total = len(known) * len(index)
    rows = []
    for method in known:
        for i in index[:WARM_UP]:
            method.resistance(int(i))
        for i in index:
            start = perf_counter()
            resistance = method.resistance(int(i))
            rows.append((method.name, int(i), resistance, truth[i], perf_counter() - start))
            if progress is not None:
                progress.update(1)
    table = pd.DataFrame(rows, columns=["method", "spectrum", "resistance", "resistance_true", "seconds"])
    return pd.DataFrame([_summary(method, table[table["method"] == method.name]) for method in known]), table


def methods(spectra: SpectrumSet, bundle: ModelBundle) -> list[Method]:
    """The methods there are; impedance.py only where it is installed."""
    frequency, impedance = spectra.frequency, spectra.impedance
    shape, temperature, electrode = shape_factor(spectra), spectra["temperature"], spectra["electrode"].astype(str)
    circuits = [Circuit.textbook("blocking" if name == "blocking" else "reversible") for name in electrode]

    def ours(i: int) -> float:
        one = slice(i, i + 1)
        return float(10 ** bundle.resistance(frequency, impedance[one], shape[one], temperature[one])[0][0])

    def ours_with_scores(i: int) -> float:
        one = np.array([i])
        return float(10 ** read_rows(bundle, spectra, one).log10_resistance[0])

    def textbook(i: int, starts: int) -> float:
        return fit_circuit(frequency, impedance[i], circuit=circuits[i], starts=starts).resistance

    found = [
        Method(OURS, "resistance and interval", ours),
        Method("ionscope, with trust scores", "the same, reconstruction and Kramers-Kronig test", ours_with_scores),
        Method("read-off", "Re Z at the smallest phase", lambda i: float(read_off(frequency, impedance[i])[0])),
        Method(CIRCUIT_FIT, "ours: textbook circuit, log parameters, one start", lambda i: textbook(i, 1)),
        Method("circuit fit, ten starts", "the same from up to ten starts that differ", lambda i: textbook(i, 10)),
        Method(
            "circuit fit, circuit chosen",
            "ours: electrode and number of arcs by the Bayesian criterion, no help given",
            lambda i: fit_circuit(frequency, impedance[i]).resistance,
        ),
    ]
    peer = _impedance_py(frequency, impedance, electrode)
    return found if peer is None else [*found, peer]


def _impedance_py(frequency: np.ndarray, impedance: np.ndarray, electrode: np.ndarray) -> Method | None:
    """impedance.py with the same circuits, weighted by the modulus, from a guess that every user would make."""
    try:
        from impedance.models.circuits import CustomCircuit
    except ImportError:
        return None

    def resistance(i: int) -> float:
        z = impedance[i]
        low, high = np.abs(z).min(), np.abs(z).max()
        if electrode[i] == "blocking":
            model, guess, ionic = "R0-p(R1,CPE1)-CPE2", [low, low, 1e-8, 0.9, 1e-5, 0.8], (0, 1)
        else:
            model, guess, ionic = "R0-p(R1,CPE1)-p(R2,CPE2)", [low, low, 1e-8, 0.9, high, 1e-5, 0.8], (0, 1)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                fit = CustomCircuit(model, initial_guess=guess).fit(frequency, z, weight_by_modulus=True)
            except (RuntimeError, ValueError):
                return float("nan")  # it did not converge
        return float(sum(fit.parameters_[k] for k in ionic))

    return Method("impedance.py", "the same textbook circuit, modulus weights, a generic guess", resistance)


def _summary(method: Method, rows: pd.DataFrame) -> dict[str, Any]:
    error = np.abs(rows["resistance"] / rows["resistance_true"] - 1)
    positive = rows["resistance"].where(rows["resistance"] > 0)
    decades = np.abs(np.log10(positive / rows["resistance_true"]))
    return {
        "method": method.name,
        "seconds_per_spectrum": float(rows["seconds"].mean()),
        "n": len(rows),
        "n_failed": int(positive.isna().sum()),
        "right_within_5_percent": float((error <= RIGHT).mean()),
        "log10_mae": float(decades.mean()),
        "note": method.note,
    }
