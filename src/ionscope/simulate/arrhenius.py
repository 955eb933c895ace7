"""Thermal activation in the sigma T form: ``sigma T = A exp(-Ea / k T)``."""

from __future__ import annotations

import numpy as np

from ionscope.spectrum import ZERO_CELSIUS

BOLTZMANN = 8.617333262e-5
"""eV/K (CODATA 2018, exact)."""

REFERENCE_TEMPERATURE = 25 + ZERO_CELSIUS
"""25 C in kelvin."""

KJ_PER_MOL = 96.48533212
"""1 eV in kJ/mol (CODATA 2018)."""


def arrhenius_factor(ea, temperature, reference: float = REFERENCE_TEMPERATURE):
    """sigma(T) / sigma(reference) for an activation energy [eV] and temperatures [K]."""
    return reference / temperature * np.exp(-np.asarray(ea) / BOLTZMANN * (1 / temperature - 1 / reference))


def activation_energy(sigma: np.ndarray, temperature: np.ndarray) -> float:
    """Ea [eV] by the least-squares line of ln(sigma T) over 1/T; sigma in any unit, at least two temperatures [K]."""
    slope = np.polyfit(1 / np.asarray(temperature, float), np.log(np.asarray(sigma) * temperature), 1)[0]
    return float(-BOLTZMANN * slope)
