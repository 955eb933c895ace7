r"""Circuit elements as pure functions of frequency, and the gradients that a fit of their logarithms needs.

The impedances, with :math:`\omega` in rad/s:

.. math::
    Z_R = R, \quad Z_L = j\omega L, \quad Z_Q = \frac{1}{Q (j\omega)^n}, \quad
    Z_{R \| Q} = \frac{R}{1 + (j\omega\tau)^n}, \; \tau = (R Q)^{1/n}, \quad
    Z_W = R \frac{\tanh\sqrt{j\omega\tau}}{\sqrt{j\omega\tau}}

The gradient functions take ``s = ln(j omega)`` (f,) and logarithms of the values, so that a step of one means the same
for 10 ohm and for 10 Mohm; an exponent is taken as it is. Parameters may be columns (m, 1) for m elements at once.
"""

from __future__ import annotations

import numpy as np

Gradient = tuple[np.ndarray, ...]


def resistor(omega: np.ndarray, resistance: float) -> np.ndarray:
    """(f,) ohm of a resistance in ohm."""
    return np.full(np.shape(omega), resistance, dtype=complex)


def inductor(omega: np.ndarray, inductance: float) -> np.ndarray:
    """(f,) ohm of an inductance in H."""
    return 1j * np.asarray(omega) * inductance


def constant_phase(omega: np.ndarray, q: float, exponent: float) -> np.ndarray:
    """(f,) ohm of a constant phase element of `q` in S s^n and exponent n, 1 for a capacitor."""
    return 1 / (q * (1j * np.asarray(omega)) ** exponent)


def warburg(omega: np.ndarray, resistance: float, tau: float) -> np.ndarray:
    """(f,) ohm of diffusion through a finite layer with a transmitting end: `resistance` in ohm at DC, `tau` in s."""
    return warburg_gradient(np.log(1j * np.asarray(omega)), np.log(resistance), np.log(tau))[0]


def series(*impedances: np.ndarray) -> np.ndarray:
    """(f,) ohm of elements (f,) one after the other."""
    return np.sum(impedances, axis=0)


def parallel(*impedances: np.ndarray) -> np.ndarray:
    """(f,) ohm of elements (f,) side by side."""
    return 1 / np.sum([1 / impedance for impedance in impedances], axis=0)


def arc_gradient(s: np.ndarray, ln_r: np.ndarray, ln_tau: np.ndarray, n: np.ndarray) -> Gradient:
    """Impedance of R beside a constant phase element, and its derivatives by ln R, ln tau and n."""
    at = s + ln_tau
    power = np.exp(n * at)
    share = 1 / (1 + power)
    z = np.exp(ln_r) * share
    slope = -z * share * power
    return z, z, slope * n, slope * at


def spike_gradient(s: np.ndarray, ln_size: np.ndarray, n: np.ndarray) -> Gradient:
    """Impedance of a constant phase element, and its derivatives by ln(1 / Q) and n."""
    z = np.exp(ln_size - n * s)
    return z, z, -s * z


def warburg_gradient(s: np.ndarray, ln_r: np.ndarray, ln_tau: np.ndarray) -> Gradient:
    """Impedance of finite-length diffusion, and its derivatives by ln R and ln tau."""
    u = np.exp(0.5 * (s + ln_tau))
    t = np.tanh(np.where(u.real > 20, 20, u))  # one to rounding from there on, where the exponentials would overflow
    z = np.exp(ln_r) * t / u
    return z, z, 0.5 * (np.exp(ln_r) * (1 - t * t) - z)
