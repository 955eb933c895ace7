"""Electrode laws: the areal admittance of an interface against frequency and temperature."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ionscope.simulate.arrhenius import REFERENCE_TEMPERATURE, arrhenius_factor
from ionscope.simulate.checks import check_properties


@dataclass(frozen=True)
class Electrode:
    """``1/y = 1/(1/R + Q (j omega)^n + L (j omega)^m) + Z_W``: charge transfer, double layer and leak, then diffusion.

    Parameters
    ----------
    capacitance : Q, S s^n/cm2
    exponent : n, 1 for a capacitor
    resistance_25c : R at 25 C, ohm cm2, with sigma*T Arrhenius activation `ea` [eV]; None for a blocking electrode
    leak : L, S s^m/cm2, a second way past the double layer, slower than it; None for none
    leak_exponent : m; 0 is a resistance
    warburg_25c : low-frequency limit of the finite-length diffusion impedance at 25 C, ohm cm2; None for none
    warburg_frequency_25c : D / (2 pi l^2) at 25 C, Hz, activated like the resistance

    All areas are those really in contact.

    Raises
    ------
    SimulationError : a figure that is not physical, named with its value and what is allowed
    """

    capacitance: float
    exponent: float
    resistance_25c: float | None = None
    ea: float = 0.0
    leak: float | None = None
    leak_exponent: float = 0.0
    warburg_25c: float | None = None
    warburg_frequency_25c: float = 1.0

    def __post_init__(self) -> None:
        check_properties(**asdict(self))

    def admittance(self, omega: np.ndarray, temperature: float) -> np.ndarray:
        """(f,) complex areal admittance [S/cm2] at angular frequencies `omega` [rad/s] and `temperature` [K]."""
        y = constant_phase_element(omega, self.capacitance, self.exponent)
        if self.leak is not None:
            y = y + constant_phase_element(omega, self.leak, self.leak_exponent)
        factor = arrhenius_factor(self.ea, temperature)
        if self.resistance_25c is not None:
            y = y + factor / self.resistance_25c
        if self.warburg_25c is not None:
            scale = factor * temperature / REFERENCE_TEMPERATURE  # a diffusion coefficient is activated without 1/T
            root = np.sqrt(1j * omega / (2 * np.pi * self.warburg_frequency_25c * scale))
            y = 1 / (1 / y + self.warburg_25c / factor * np.tanh(root) / root)
        return y


def constant_phase_element(omega: np.ndarray, q: float, n: float) -> np.ndarray:
    """``Q (j omega)^n``, S or S/cm2 as Q."""
    return q * omega**n * np.exp(0.5j * np.pi * n)
