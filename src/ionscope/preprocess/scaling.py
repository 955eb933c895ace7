"""Representations: how a spectrum becomes numbers in [0, 1] that a network reads, and what carries its scale.

Every representation turns impedances into channels (n, c, g) on its grid and a reference resistance (n,). The learned
target is ``log10(R_total / reference)``: whatever scale the channels do not hold travels in the reference.

============== ================================================ ======================= ==========================
kind           channels                                         grid                    reference
============== ================================================ ======================= ==========================
equivariant    log10(|Z| / Z_ref), phase                        frequencies             Z_ref, the read-off
anchored       the same, and a mask of the points there are     decades about f_ref     Z_ref, the read-off
capacitive     the same, and log10 of the capacitance C_ref     decades about f_ref     Z_ref, the read-off
informed       those of equivariant, log10(Z_ref A / L), 1 / T  frequencies             Z_ref, the read-off
global         log10(|Z| A / L), phase                          frequencies             L / A (1 ohm cm)
per_spectrum   Z' and -Z'', each min-max of its own spectrum    frequencies             L / A (1 ohm cm)
============== ================================================ ======================= ==========================

`equivariant` and `anchored` are indifferent to a factor on the impedance, so predictions scale with it exactly;
`anchored` is also indifferent to a factor on the frequency. `capacitive` gives up both for one number more, the same at
every grid point, ``C_ref = 1 / (2 pi f_ref Z_ref)`` in farad: grains, grain boundaries and electrodes make arcs of the
same shape, and are told apart by their capacitances (Irvine, Sinclair and West 1990, doi 10.1002/adma.19900020304). It
is indifferent only to a factor on the impedance that divides the frequency. `informed` shows what is known beside the
spectrum, the same at every grid point too: how well the cell conducts for its size, and at which temperature, so that
what is usual of such materials there counts. `per_spectrum` is the paper's recipe word for word: it throws the scale
away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ionscope.errors import InputDataError
from ionscope.preprocess.reference import read_off

if TYPE_CHECKING:  # the configuration loads pydantic, which reading a file does without
    from ionscope.config.fields import Kind

ANCHORED = "anchored", "capacitive"
"""Kinds whose grid moves with the read-off's frequency, so that sweeps of any band fit it."""

PERCENTILES = 2.0, 98.0
"""Training-set percentiles that are stretched to [0, 1]: bare extremes would let one odd spectrum set the scale."""


@dataclass(frozen=True)
class Features:
    """What a representation makes of n spectra.

    channels : (n, c, g) float32, about [0, 1]; 0 where `mask` is False
    mask : (n, g) True where the grid point is covered by the measurement
    reference : (n,) ohm
    """

    channels: np.ndarray
    mask: np.ndarray
    reference: np.ndarray

    def __getitem__(self, index: np.ndarray | slice) -> Features:
        return Features(self.channels[index], self.mask[index], self.reference[index])


@dataclass
class Representation:
    """A fitted or unfitted representation.

    Parameters
    ----------
    kind : see the table above
    grid : (g,) Hz, or decades relative to f_ref for `ANCHORED` kinds; ascending, evenly spaced in the logarithm
    low, high : for each channel but the mask, training constants that are mapped to 0 and 1, set by `fit`
    """

    kind: Kind
    grid: np.ndarray
    low: np.ndarray = field(default_factory=lambda: np.full(2, np.nan))
    high: np.ndarray = field(default_factory=lambda: np.full(2, np.nan))

    @property
    def channel_names(self) -> tuple[str, str]:
        """What the two physical channels hold."""
        return ("real part", "imaginary part") if self.kind == "per_spectrum" else ("modulus", "phase")

    def fit(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None = None,
        seen: np.ndarray | None = None,
        temperature: np.ndarray | None = None,
    ) -> Representation:
        """Choose `low` and `high` on training spectra; returns self. Arguments as in `transform`."""
        raw, mask, _ = self._raw(frequency, impedance, shape, seen, temperature)
        values = [channel[mask] for channel in np.moveaxis(raw, 1, 0)]
        self.low, self.high = (np.array([np.percentile(v, p) for v in values]) for p in PERCENTILES)
        if self.kind == "per_spectrum":  # already in [0, 1] by its own definition
            self.low, self.high = np.zeros(2), np.ones(2)
        # Nothing is learned from what was the same in all, such as one temperature; it needs no scale.
        self.high = np.where(self.high > self.low, self.high, self.low + 1.0)
        return self

    def transform(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None = None,
        seen: np.ndarray | None = None,
        temperature: np.ndarray | None = None,
    ) -> Features:
        """Turn spectra into features.

        Parameters
        ----------
        frequency : (f,) Hz, ascending
        impedance : (n, f) complex ohm
        shape : (n,) L / A in 1/cm, needed by `informed` and by the kinds that carry no reference of their own
        seen : (n, f) False at points to leave out, which must be the ends of a sweep; all points where not given
        temperature : (n,) K, needed by `informed`
        """
        if not np.isfinite(self.low).all():
            raise InputDataError("the representation has not been fitted to training spectra")
        raw, mask, reference = self._raw(frequency, impedance, shape, seen, temperature)
        scaled = (raw - self.low[:, None]) / (self.high - self.low)[:, None]
        channels = np.where(mask[:, None, :], scaled, 0.0)
        if self.kind in ANCHORED:
            channels = np.concatenate([channels, mask[:, None, :]], axis=1)
        return Features(channels.astype(np.float32), mask, reference)

    def _raw(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None,
        seen: np.ndarray | None,
        temperature: np.ndarray | None,
    ) -> tuple[np.ndarray, ...]:
        """Unscaled channels but the mask (n, c, g), mask (n, g) and reference (n,)."""
        log_f = np.log10(frequency)
        if self.kind in ANCHORED:
            reference, at, _ = read_off(frequency, impedance, seen)
            wanted = np.log10(at)[:, None] + self.grid
        else:
            wanted = np.broadcast_to(np.log10(self.grid), (len(impedance), self.grid.size))
            if self.kind in ("equivariant", "informed"):
                reference, _, _ = read_off(frequency, impedance, seen)
            elif shape is None:
                raise InputDataError(f"the '{self.kind}' representation needs the pellet's thickness and area")
            else:
                reference = np.asarray(shape, dtype=float)
        modulus = np.log10(np.abs(impedance))
        phase = np.angle(impedance)
        first, second = resample(log_f, modulus, wanted), resample(log_f, phase, wanted)
        slack = 1e-6  # a grid end that equals the sweep's end up to rounding is covered
        start, end = log_f[0], log_f[-1]
        if seen is not None:
            start, end = (np.where(seen, log_f, fill) for fill in (np.inf, -np.inf))
            start, end = start.min(axis=1, keepdims=True), end.max(axis=1, keepdims=True)
        mask = (wanted >= start - slack) & (wanted <= end + slack)
        if self.kind == "per_spectrum":
            z = 10**first * np.exp(1j * second)
            first, second = (_min_max(part, mask) for part in (z.real, -z.imag))
        else:
            first = first - np.log10(reference)[:, None]
        constants: list[np.ndarray] = []
        if self.kind == "capacitive":
            constants = [-np.log10(2 * np.pi * at * reference)]
        elif self.kind == "informed":
            if shape is None or temperature is None:
                raise InputDataError(
                    "the 'informed' representation needs the pellet's thickness and area, and the temperature"
                )
            constants = [np.log10(reference / np.asarray(shape, dtype=float)), 1000 / np.asarray(temperature, float)]
        channels = [first, second, *(np.broadcast_to(values[:, None], first.shape) for values in constants)]
        return np.stack(channels, axis=1), mask, reference

    def to_impedance(self, channels: np.ndarray, features: Features, original: np.ndarray) -> np.ndarray:
        """Impedances (n, g) [ohm] of reconstructed channels (n, 2, g), on the grid.

        `original` (n, g) are the spectra on the grid: the per-spectrum kind needs their minimum and maximum back.
        """
        low, high = self.low[:2, None], self.high[:2, None]
        raw = channels[:, :2] * (high - low) + low
        if self.kind != "per_spectrum":
            return features.reference[:, None] * 10 ** raw[:, 0] * np.exp(1j * raw[:, 1])
        parts = []
        for scaled, part in zip(np.moveaxis(raw, 1, 0), (original.real, -original.imag), strict=True):
            low, high = (np.min(part, axis=1, keepdims=True), np.max(part, axis=1, keepdims=True))
            parts.append(low + scaled * (high - low))
        return parts[0] - 1j * parts[1]

    def state(self) -> dict[str, Any]:
        """Plain values from which `from_state` rebuilds the representation."""
        return {
            "kind": self.kind,
            "grid": self.grid.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Representation:
        return cls(state["kind"], *(np.array(state[name], dtype=float) for name in ("grid", "low", "high")))


def resample(x: np.ndarray, y: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Linear interpolation of rows y (n, f) over common abscissae x (f,) at wanted (n, g); end values outside."""
    right = np.clip(np.searchsorted(x, wanted), 1, x.size - 1)
    left = right - 1
    weight = np.clip((wanted - x[left]) / (x[right] - x[left]), 0.0, 1.0)
    below, above = (np.take_along_axis(y, i, axis=1) for i in (left, right))
    return below + weight * (above - below)


def _min_max(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    low = np.where(mask, values, np.inf).min(axis=1, keepdims=True)
    high = np.where(mask, values, -np.inf).max(axis=1, keepdims=True)
    return (values - low) / np.where(high > low, high - low, 1.0)
