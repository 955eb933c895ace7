"""Training spectra, and the virtual cells that can be made of them without any new simulation.

Two cells in series add their impedances, and so their electrolyte resistances: ``a Z_1 + b Z_2`` is an exact spectrum
of a stack whose total ionic resistance is ``a R_1 + b R_2``, electrodes, noise and all. Such stacks fill the gaps
between the training specimens. They are made within one role only (support with support, query with query), so nothing
leaks.

A stack may be stretched too: in series with a resistor, or less one that its grains hold. While the grains relax above
the band they are a resistor there, so that is the spectrum of a pellet with thicker or thinner grains. It fills in what
so few specimens show least, a small resistance before a large electrode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.preprocess.reference import read_off
from ionscope.preprocess.scaling import ANCHORED, Features, Representation

WINDOW_START = -2.0, 2.3
WINDOW_END = 4.0, 7.0
SHORTEST_WINDOW = 3.0
"""Sweeps of laboratories, as ranges of log10 f: from 10 mHz-200 Hz up to 10 kHz-10 MHz, three decades at least."""

NEAR = 300.0, 100.0, 50.0, 20.0
"""Where |Z| is so many times the read-off, a blocking electrode's spike says little of the electrolyte."""

PLATEAU_PHASE = np.radians(50.0)
"""A sweep whose phase stays above this shows no resistance: it is not learned from, and not read either."""

Batch = tuple[Features, np.ndarray, np.ndarray]
"""Spectra as a network sees them, their targets (n,) in decades and the relative variances (n,) of these."""


@dataclass(frozen=True)
class Source:
    """Simulated spectra to learn from.

    Parameters
    ----------
    representation : fitted, or to be fitted by the training
    frequency : (f,) Hz
    impedance : (n, f) ohm
    resistance : (n,) true total ionic resistance, ohm
    shape : (n,) L / A, 1/cm
    temperature : (n,) K
    group : (n,) the specimen each spectrum belongs to
    windows : show a random part of the frequency range, a new one every time
    bulk : (n,) true resistance of the grains alone, ohm; needed to stretch
    stretch : smallest and largest factor of the grains' resistance in virtual cells; None for none
    virtual_noise : variance of a virtual cell's target where that of a real one is 1
    """

    representation: Representation
    frequency: np.ndarray
    impedance: np.ndarray
    resistance: np.ndarray
    shape: np.ndarray
    temperature: np.ndarray
    group: np.ndarray
    windows: bool = False
    bulk: np.ndarray | None = None
    stretch: tuple[float, float] | None = None
    virtual_noise: float = 1.0

    @property
    def can_mix(self) -> bool:
        """Whether virtual cells make sense: only where the representation is indifferent to the pellet's size."""
        return self.representation.kind == "equivariant" or self.representation.kind in ANCHORED

    def real(self, index: np.ndarray, rng: np.random.Generator) -> tuple[Features, np.ndarray, np.ndarray]:
        """Features, targets (m,) and numbers (m,) of the spectra at `index`.

        With `windows`, sweeps that happen to show no plateau are left out: m may be smaller than asked for.
        """
        features, target, kept = self._present(
            self.impedance[index], self.resistance[index], self.shape[index], self.temperature[index], rng
        )
        return features, target, index[kept]

    def virtual(self, index: np.ndarray, n: int, rng: np.random.Generator) -> tuple[Features, np.ndarray]:
        """Features and targets of n stacks of two spectra drawn from `index`."""
        i, j = rng.choice(index, n), rng.choice(index, n)
        weight = rng.beta(0.5, 0.5, n)  # most stacks are nearly one of the two
        of_i, of_j = weight / self.resistance[i], (1 - weight) / self.resistance[j]
        stacked = of_i[:, None] * self.impedance[i] + of_j[:, None] * self.impedance[j]
        resistance = np.ones(n)
        if self.stretch is not None and self.bulk is not None:
            low, high = np.log(self.stretch)
            factor = np.exp(rng.uniform(low, high, n))
            added = (factor - 1) * (of_i * self.bulk[i] + of_j * self.bulk[j])
            stacked, resistance = stacked + added[:, None], resistance + added
        if self.representation.kind == "capacitive":
            # Any factor is a stack of another area; this one leaves what is nearly cell i at its own capacitance.
            size = self.resistance[i] ** weight * self.resistance[j] ** (1 - weight)
            stacked, resistance = stacked * size[:, None], resistance * size
        features, target, _ = self._present(stacked, resistance, np.ones(n), self.temperature[i], rng)
        return features, target

    def batch(self, index: np.ndarray, n_virtual: int, rng: np.random.Generator) -> Batch:
        """The real spectra at `index` followed by `n_virtual` stacks of them: features, targets, their variances."""
        features, target, _ = self.real(index, rng)
        variance = np.ones(len(target))
        if n_virtual == 0 or not self.can_mix:
            return features, target, variance
        extra, extra_target = self.virtual(index, n_virtual, rng)
        variance = np.concatenate([variance, np.full(len(extra_target), self.virtual_noise)])
        return join(features, extra), np.concatenate([target, extra_target]), variance

    def fit_representation(self, index: np.ndarray, rng: np.random.Generator) -> None:
        """Fit the representation's constants to the spectra at `index`."""
        seen = draw_windows(self.frequency, len(index), rng) if self.windows else None
        self.representation.fit(self.frequency, self.impedance[index], self.shape[index], seen, self.temperature[index])

    def _present(
        self,
        impedance: np.ndarray,
        resistance: np.ndarray,
        shape: np.ndarray,
        temperature: np.ndarray,
        rng: np.random.Generator,
    ) -> tuple[Features, np.ndarray, np.ndarray]:
        seen, kept = None, np.arange(len(impedance))
        if self.windows:
            seen = draw_windows(self.frequency, len(impedance), rng)
            kept = np.flatnonzero(shows_plateau(impedance, seen))
            impedance, resistance, seen = impedance[kept], resistance[kept], seen[kept]
            shape, temperature = shape[kept], temperature[kept]
        features = self.representation.transform(self.frequency, impedance, shape, seen, temperature)
        return features, np.log10(resistance / features.reference), kept


def draw_windows(frequency: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """(n, f) which points of a wide sweep n random laboratories have measured."""
    low = rng.uniform(*WINDOW_START, n)[:, None]
    high = np.maximum(rng.uniform(*WINDOW_END, n)[:, None], low + SHORTEST_WINDOW)
    log_f = np.log10(frequency)
    slack = 1e-9
    return (log_f >= low - slack) & (log_f <= high + slack)


def near_window(
    frequency: np.ndarray, impedance: np.ndarray, times: float, seen: np.ndarray | None = None
) -> np.ndarray:
    """(n, f) the points `seen` (n, f) of sweeps (n, f) but their low-frequency end, |Z| beyond `times` the read-off.

    Three decades are left in any case, as in every sweep that is learned from.
    """
    shown = np.ones(impedance.shape, dtype=bool) if seen is None else seen
    reference, at, _ = read_off(frequency, impedance, seen)
    highest = np.where(shown, frequency, 0.0).max(axis=1)
    below = np.minimum(at, highest / 10**SHORTEST_WINDOW)
    far = shown & (np.abs(impedance) > times * reference[:, None]) & (frequency < below[:, None])
    lowest = np.where(far, frequency, 0.0).max(axis=1)
    return shown & (frequency > lowest[:, None])


def shows_plateau(impedance: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
    """(n,) whether the phase of a sweep (n, f) comes below `PLATEAU_PHASE` anywhere."""
    angle = np.abs(np.angle(impedance))
    if seen is not None:
        angle = np.where(seen, angle, np.inf)
    return angle.min(axis=1) <= PLATEAU_PHASE


def join(a: Features, b: Features) -> Features:
    """Features of a followed by those of b."""
    return Features(
        np.concatenate([a.channels, b.channels]),
        np.concatenate([a.mask, b.mask]),
        np.concatenate([a.reference, b.reference]),
    )
