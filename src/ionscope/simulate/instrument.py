"""What an impedance analyser and its leads make of the impedance of a cell."""

from __future__ import annotations

import numpy as np

from ionscope.config import Instrument


def measured(rng: np.random.Generator, frequency: np.ndarray, impedance: np.ndarray, prior: Instrument) -> np.ndarray:
    """One sweep of `impedance (f,)` [ohm] at `frequency (f,)` [Hz] as an instrument would record it.

    In order: leads (series inductance, parallel capacitance), drift of the resistance over a sweep from high to low
    frequency, smooth gain and phase errors, independent noise of equal variance on the real and the imaginary part,
    and rare disturbed points.
    """
    inductance, capacitance = prior.stray_inductance.draw(rng), prior.stray_capacitance.draw(rng)
    z = with_leads(frequency, impedance, inductance, capacitance)
    z = z * (1 + prior.drift.draw(rng) * elapsed_fraction(frequency))
    gain = prior.gain_error.draw(rng) * smooth_error(rng, frequency)
    phase = prior.phase_error.draw(rng) * smooth_error(rng, frequency)
    z = z * (1 + gain) * np.exp(1j * phase)
    sd = prior.noise.draw(rng)
    noise = rng.normal(0, sd, frequency.size) + 1j * rng.normal(0, sd, frequency.size)
    hit = rng.random(frequency.size) < prior.outlier_fraction.draw(rng)
    size = np.where(hit, prior.outlier_size.draw(rng), 1.0)
    return z + np.abs(z) * noise * size


def with_leads(frequency: np.ndarray, impedance: np.ndarray, inductance: float, capacitance: float) -> np.ndarray:
    """(f,) impedance [ohm] of a cell with a stray capacitance [F] in parallel and an inductance [H] in series."""
    omega = 2 * np.pi * frequency
    return 1 / (1 / impedance + 1j * omega * capacitance) + 1j * omega * inductance


def elapsed_fraction(frequency: np.ndarray) -> np.ndarray:
    """(f,) share of the sweep's duration that has passed at each point: 3 periods or 0.1 s a point, high to low."""
    duration = np.maximum(3 / frequency, 0.1)
    return np.cumsum(duration[::-1])[::-1] / duration.sum()


def smooth_error(rng: np.random.Generator, frequency: np.ndarray) -> np.ndarray:
    """(f,) a smooth random function of log frequency: unit variance, correlated over about two decades."""
    x = np.log10(frequency)
    waves = rng.normal(0, 1 / 2.5, 3)  # cycles per two pi decades
    phases = rng.uniform(0, 2 * np.pi, 3)
    return np.sqrt(2 / 3) * np.cos(np.outer(x, waves) + phases).sum(axis=1)
