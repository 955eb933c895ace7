"""The circuits a solid-electrolyte cell is fitted with, their parameters, impedance and Jacobian."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ionscope.circuits.elements import arc_gradient, spike_gradient, warburg_gradient

MIN_EXPONENT, MAX_EXPONENT = 0.4, 1.0
"""Range of the exponents of constant phase elements; below it an arc and a diffusion tail are the same thing."""

_BEYOND = np.log(100)  # time constants reach two decades beyond the band
_SMALLEST = np.log(1e-6)  # of the smallest modulus: a resistance that small cannot be told from none
_LARGEST = np.log(1e4)  # times the largest modulus: beyond it an arc is a spike
_EXTREME = 600.0  # logarithms that still have a double


@dataclass(frozen=True)
class Circuit:
    """Elements in series: inductance, resistance, arcs (R beside Q), and a spike (Q) or a diffusion element.

    Parameters
    ----------
    arcs : arcs of electrolyte and electrodes together
    spike : whether a constant phase element in series blocks the direct current
    resistance : whether a resistance in series stands for what is faster than the band
    inductance : whether the leads show
    warburg : whether finite-length diffusion follows
    """

    arcs: int
    spike: bool
    resistance: bool = True
    inductance: bool = False
    warburg: bool = False

    @classmethod
    def textbook(cls, electrode: str) -> Circuit:
        """The usual choice: a bulk resistance, a grain boundary and a blocking or a reversible electrode."""
        return cls(arcs=1, spike=True) if electrode == "blocking" else cls(arcs=2, spike=False)

    def __str__(self) -> str:
        parts = ["L"] * self.inductance + ["R"] * self.resistance + ["(R|Q)"] * self.arcs
        return "-".join(parts + ["W"] * self.warburg + ["Q"] * self.spike)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return self.resistance + self.inductance + 3 * self.arcs + 2 * self.warburg + 2 * self.spike

    def split(self, x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """Kind and parameters of each element; an array of arcs has the columns ln R, ln tau, n."""
        at = 0
        if self.resistance:
            yield "resistance", x[at : at + 1]
            at += 1
        if self.inductance:
            yield "inductance", x[at : at + 1]
            at += 1
        if self.arcs:
            yield "arcs", x[at : at + 3 * self.arcs].reshape(-1, 3)
            at += 3 * self.arcs
        if self.warburg:
            yield "warburg", x[at : at + 2]
            at += 2
        if self.spike:
            yield "spike", x[at : at + 2]

    def impedance(self, s: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(f,) impedance at ``s = ln(j omega)`` (f,) of parameters ``x`` (p,), and (p, f) its derivatives."""
        gradient: list[np.ndarray] = []
        total = np.zeros(s.size, dtype=complex)
        for kind, part in self.split(x):
            if kind == "arcs":
                z, *slopes = arc_gradient(s, part[:, :1], part[:, 1:2], part[:, 2:])
                total += z.sum(axis=0)
                gradient.append(np.stack(slopes, axis=1).reshape(-1, s.size))
                continue
            if kind == "resistance":
                z = np.full(s.size, np.exp(part[0]), dtype=complex)
                slopes = [z]
            elif kind == "inductance":
                z = np.exp(part[0] + s)
                slopes = [z]
            elif kind == "warburg":
                z, *slopes = warburg_gradient(s, *part)
            else:
                z, *slopes = spike_gradient(s, *part)
            total += z
            gradient.append(np.stack(slopes))
        return total, np.concatenate(gradient)

    def bounds(self, s: np.ndarray, modulus: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper limits (p,) of the parameters for data of `modulus` (f,) at ``s = ln(j omega)`` (f,)."""
        fast, slow = -s.real.max() - _BEYOND, -s.real.min() + _BEYOND
        small, large = np.log(modulus.min()) + _SMALLEST, np.log(modulus.max()) + _LARGEST
        reach = np.abs(s.real).max()
        low: list[float] = []
        high: list[float] = []
        if self.resistance:
            low.append(small)
            high.append(large)
        if self.inductance:
            low.append(small - s.real.max())
            high.append(large)
        low += [small, fast, MIN_EXPONENT] * self.arcs
        high += [large, slow, MAX_EXPONENT] * self.arcs
        low += [small, fast] * self.warburg
        high += [large, slow] * self.warburg
        low += [small - reach, MIN_EXPONENT] * self.spike
        high += [large + reach, MAX_EXPONENT] * self.spike
        return np.clip(low, -_EXTREME, _EXTREME), np.clip(high, -_EXTREME, _EXTREME)
