"""What an automatic circuit fit says of a spectrum, and what about the fit tells how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ionscope.circuits.fit import CircuitFit, fit_circuit
from ionscope.preprocess.reference import read_off

FEATURES = (
    "interval",
    "residual",
    "noise",
    "misfit",
    "arcs",
    "spike",
    "blocking",
    "converged",
    "smallest_phase",
    "electrode_share",
    "slowest_arc",
    "decades_above",
)
"""Diagnostics of a fit, in the order of `Evidence.features`; logarithms to base 10 where a ratio."""

_NO_INTERVAL = 10.0


class Arc(NamedTuple):
    """An arc of a fitted circuit: ohm and farad."""

    resistance: float
    capacitance: float


@dataclass(frozen=True)
class Evidence:
    """A fitted resistance and its diagnostics.

    log10_fit : decades of ohm
    features : (len(FEATURES),) in the order of `FEATURES`
    largest_arc : of those that the fit counts as the electrolyte's, the one with the largest capacitance
    """

    log10_fit: float
    features: np.ndarray
    largest_arc: Arc | None = None

    @property
    def misfit(self) -> float:
        """Residual of the fit over the noise: 1 where the circuit explains the spectrum."""
        return float(10 ** self.features[FEATURES.index("misfit")])

    @classmethod
    def gather(cls, frequency: np.ndarray, impedance: np.ndarray, noise: float | None = None) -> Evidence:
        """Fit one spectrum (f,), the circuit chosen by its data; nobody guesses anything.

        `noise` is that of its Kramers-Kronig test, where it is known already.
        """
        fit = fit_circuit(frequency, impedance, noise=noise)
        return cls(float(np.log10(fit.resistance)), _features(fit, frequency, impedance), _largest_arc(fit))


def _largest_arc(fit: CircuitFit) -> Arc | None:
    counted = (e.values for e in fit.elements if e.kind == "arc" and e.belongs_to == "electrolyte")
    arcs = (Arc(values["resistance"], values["capacitance"]) for values in counted)
    return max(arcs, key=lambda arc: arc.capacitance, default=None)


def _features(fit: CircuitFit, frequency: np.ndarray, impedance: np.ndarray) -> np.ndarray:
    arcs = [element for element in fit.elements if element.kind == "arc"]
    electrode = sum(arc.values["resistance"] for arc in arcs if arc.belongs_to == "electrode")
    slowest = min((arc.values["frequency"] for arc in arcs if arc.belongs_to == "electrolyte"), default=frequency[-1])
    _, at, _ = read_off(frequency, impedance)
    noise = fit.noise or 1e-6
    residual = fit.residual if np.isfinite(fit.residual) else 1.0
    interval = np.log10(fit.upper / fit.resistance) if np.isfinite(fit.upper) else _NO_INTERVAL
    return np.array(
        [
            np.log10(np.clip(interval, 1e-6, _NO_INTERVAL)),
            np.log10(np.clip(residual, 1e-6, 1.0)),
            np.log10(np.clip(noise, 1e-6, 1.0)),
            np.log10(np.clip(residual / noise, 1e-3, 1e3)),
            fit.circuit.arcs if fit.circuit else -1,
            fit.circuit.spike if fit.circuit else -1,
            fit.electrode == "blocking",
            fit.converged,
            np.abs(np.angle(impedance)).min(),
            np.log10(1 + electrode / fit.resistance),
            np.clip(np.log10(slowest / frequency[0]), -3.0, 9.0),
            np.log10(frequency[-1] / float(at)),
        ],
        dtype=float,
    )
