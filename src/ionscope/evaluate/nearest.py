"""For a measured spectrum the nearest simulated one, so that the realism of a simulation can be seen.

Spectra are compared free of scale: each is divided by its own reference resistance, Re Z at the smallest phase. With
``z = Z / R_ref`` the distance of two spectra is the root mean square of ``|ln z_1 - ln z_2|`` over the measured
frequencies inside the simulated band, that is of ``ln|Z|`` and phase [rad] together; 0.05 means that they differ by
about 5 % of the impedance. Points outside the band are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.preprocess.reference import read_off
from ionscope.spectrum import Spectrum, SpectrumSet

FEWEST_POINTS = 8
"""Fewest frequencies in common for a comparison."""

TYPICAL = 500
"""Simulated spectra whose own nearest neighbours tell which distances are usual."""


@dataclass(frozen=True)
class Match:
    """The nearest simulated spectrum.

    index : its place in the simulated set
    specimen, material, electrode : its names there
    distance : from the measured one, as the module defines it
    quantile : share of simulated spectra that have a nearer neighbour among other specimens; towards 1 the measured
        spectrum is unlike the simulated ones, nan for a set of a single specimen
    frequency (k,) : the compared frequencies, Hz
    measured, simulated (k,) : impedances over their own reference resistance
    """

    index: int
    specimen: str
    material: str
    electrode: str
    distance: float
    quantile: float
    frequency: np.ndarray
    measured: np.ndarray
    simulated: np.ndarray


class SimulatedSpectra:
    """A simulated set to search in; sweeps with the same frequencies share the work."""

    def __init__(self, spectra: SpectrumSet):
        self.spectra = spectra
        self._log_frequency = np.log(spectra.frequency)
        self._log_impedance = _log(spectra.impedance)
        self._specimen = spectra["specimen"].astype(str)
        self._grid = np.empty(0)

    def nearest(self, measured: Spectrum) -> Match | None:
        """The nearest simulated spectrum; None where fewer than `FEWEST_POINTS` frequencies lie in its band."""
        inside = self._inside(measured.frequency)
        if inside.sum() < FEWEST_POINTS:
            return None
        frequency, own = measured.frequency[inside], measured.impedance[inside]
        self._prepare(frequency)
        scaled = _scaled(frequency, _log(own)[None])
        distances = _distances(scaled, self._curves)[0]
        index = int(distances.argmin())
        distance = float(distances[index])
        row = {name: str(self.spectra[name][index]) for name in ("specimen", "material", "electrode")}
        quantile = float(np.mean(self._typical < distance)) if self._typical.size else float("nan")
        return Match(
            index=index,
            distance=distance,
            quantile=quantile,
            frequency=frequency,
            measured=np.exp(scaled[0]),
            simulated=np.exp(self._curves[index]),
            **row,
        )

    def _inside(self, frequency: np.ndarray) -> np.ndarray:
        low, high = self.spectra.frequency[[0, -1]]
        return (frequency >= low * (1 - 1e-6)) & (frequency <= high * (1 + 1e-6))

    def _prepare(self, frequency: np.ndarray) -> None:
        """All simulated curves on these frequencies, and how far each of some is from its nearest neighbour."""
        if np.array_equal(frequency, self._grid):
            return
        self._grid = frequency
        self._curves = _scaled(frequency, self._interpolated(np.log(frequency)))
        sample = np.unique(np.linspace(0, len(self.spectra) - 1, TYPICAL).round().astype(int))
        distances = _distances(self._curves[sample], self._curves)
        # Spectra of one specimen differ by temperature alone: neighbours of their own kind would look too near.
        distances[self._specimen[sample][:, None] == self._specimen] = np.inf
        typical = distances.min(axis=1)
        self._typical = typical[np.isfinite(typical)]

    def _interpolated(self, log_frequency: np.ndarray) -> np.ndarray:
        """(n, k) ln|Z| + i phase of every spectrum, linear in the logarithm of the frequency."""
        known = self._log_frequency
        right = np.clip(np.searchsorted(known, log_frequency), 1, len(known) - 1)
        weight = np.clip((log_frequency - known[right - 1]) / (known[right] - known[right - 1]), 0, 1)
        return self._log_impedance[:, right - 1] * (1 - weight) + self._log_impedance[:, right] * weight


def _log(impedance: np.ndarray) -> np.ndarray:
    return np.log(np.abs(impedance)) + 1j * np.angle(impedance)


def _scaled(frequency: np.ndarray, log_impedance: np.ndarray) -> np.ndarray:
    """(n, k) the same divided by each one's own reference resistance."""
    return log_impedance - np.log(read_off(frequency, np.exp(log_impedance))[0])[:, None]


def _distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(m, n) root mean square differences of curves (m, k) and (n, k)."""
    a, b = (np.concatenate([curves.real, curves.imag], axis=1) for curves in (some, others))
    squared = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0) / some.shape[1])
