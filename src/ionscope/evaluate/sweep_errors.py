"""Covariance of what an instrument and its leads add to ln Z in one sweep; see `ionscope.simulate.instrument`.

Everything is small, so errors of ln Z add up: real part ln|Z|, imaginary part the phase. Disturbed points are left out:
a reader that knows the noise sees and discards them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.config import Instrument
from ionscope.quantity import Quantity
from ionscope.simulate.instrument import elapsed_fraction

CORRELATION_DECADES = 2.5
"""Standard length over which `smooth_error` correlates: its waves have a normal frequency of sd 1 / 2.5 per decade."""

DRAWS = 4000
"""Draws that an instrument's variances are estimated from."""


@dataclass(frozen=True)
class SweepErrors:
    """Variances of one sweep's errors.

    inductance [H2], capacitance [F2] : of what the leads add, about their means
    drift, gain, phase : mean squares, relative to |Z| and in rad
    """

    inductance: float
    capacitance: float
    drift: float
    gain: float
    phase: float

    @classmethod
    def of(cls, prior: Instrument) -> SweepErrors:
        return cls(
            inductance=variance(prior.stray_inductance),
            capacitance=variance(prior.stray_capacitance),
            drift=mean_square(prior.drift),
            gain=mean_square(prior.gain_error),
            phase=mean_square(prior.phase_error),
        )

    def covariance(self, frequency: np.ndarray, impedance: np.ndarray, noise: float) -> np.ndarray:
        """(2f, 2f) of (Re, Im) of ln Z about the clean impedance (f,) [ohm], for independent noise of sd `noise`."""
        omega = 2 * np.pi * frequency
        f = frequency.size
        covariance = noise**2 * np.eye(2 * f)
        smooth = smooth_covariance(frequency)
        covariance[:f, :f] += self.gain * smooth
        covariance[f:, f:] += self.phase * smooth
        for response, size in (
            (1j * omega / impedance, self.inductance),
            (-1j * omega * impedance, self.capacitance),
            (elapsed_fraction(frequency) + 0j, self.drift),
        ):
            split = stacked(response)
            covariance += size * np.outer(split, split)
        return covariance


def smooth_covariance(frequency: np.ndarray) -> np.ndarray:
    """(f, f) covariance of `ionscope.simulate.instrument.smooth_error`: ``exp(-(d / 2.5)^2 / 2)`` at d decades.

    The mean of ``2/3 sum cos(w x + a) cos(w x' + a)`` over three waves of uniform phase a and normal frequency w.
    """
    x = np.log10(frequency)
    return np.exp(-0.5 * ((x[:, None] - x[None, :]) / CORRELATION_DECADES) ** 2)


def stacked(log_z: np.ndarray) -> np.ndarray:
    """(..., 2f) real parts followed by imaginary parts of (..., f)."""
    return np.concatenate([log_z.real, log_z.imag], axis=-1)


def mean(quantity: Quantity) -> float:
    return float(np.mean(_drawn(quantity)))


def variance(quantity: Quantity) -> float:
    return float(np.var(_drawn(quantity)))


def mean_square(quantity: Quantity) -> float:
    return float(np.mean(_drawn(quantity) ** 2))


def _drawn(quantity: Quantity) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.array([quantity.draw(rng) for _ in range(DRAWS)])
