"""Weighted least squares of one circuit: the solution, its covariance, and which arcs are the electrolyte's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from ionscope.circuits.circuit import Circuit
from ionscope.circuits.elements import arc_gradient, spike_gradient, warburg_gradient
from ionscope.circuits.starts import Starts

ELECTRODE_CAPACITANCE = 2.5e-7
"""F/cm2 from which on an arc of a cell without a spike is an electrode's: two interfaces of 0.5 uF/cm2 (the least that
Li on a garnet shows, doi 10.1002/admi.202202354) in series reach it, grain boundaries of a pellet of 1 mm stay an order
of magnitude below (Irvine, Sinclair and West, doi 10.1002/adma.19900020304)."""

ONE_ELECTRODE = 2 * ELECTRODE_CAPACITANCE
"""F/cm2 from which on an arc is an electrode's although a spike dominates the low end: the spike is one of the two, the
other may be lithium, or both are rough. Below, the arc may be boundaries that the spike hides in part."""

EVALUATIONS = 200
"""Circuit evaluations after which a fit from one start is given up."""

_TOLERANCE = 1e-6
_INSIDE = 1e-3  # starts lie inside the limits by this much
_AT_LIMIT = 1e-6


@dataclass(frozen=True)
class Solution:
    """The best fit of one circuit to f points.

    Parameters
    ----------
    x : (p,) parameters as in `Circuit.split`, arcs from fast to slow
    impedance : (f,) of the fit, in the unit of the data
    rss : sum of the squared residuals relative to the modulus, real and imaginary parts
    converged : whether the iteration ended by itself
    evaluations : of the circuit, over all starts
    electrolyte : (arcs,) bool, arcs that belong to the electrolyte
    resistance : of the electrolyte, in the unit of the data
    ln_error : standard error of ln resistance for residuals of variance one
    """

    circuit: Circuit
    x: np.ndarray
    impedance: np.ndarray
    rss: float
    converged: bool
    evaluations: int
    electrolyte: np.ndarray
    resistance: float
    ln_error: float


def solve_circuit(circuit: Circuit, starts: Starts, farad_cm2: float, count: int = 1) -> Solution | None:
    """The best of fits from up to `count` starts, or None where the circuit cannot be fitted to these points.

    Parameters
    ----------
    starts : with the spectrum, (f,) in any unit, and its s = ln(j omega / omega_0)
    farad_cm2 : capacitance in F/cm2 of one unit of tau over one of resistance
    """
    s, impedance = starts.s, starts.impedance
    if circuit.size >= 2 * s.size:
        return None
    modulus = np.abs(impedance)
    model = _Residuals(circuit, s, impedance / modulus, modulus)
    low, high = circuit.bounds(s, modulus)
    best = None
    evaluations = 0
    for start in starts.of(circuit, count):
        inside = np.minimum(_INSIDE, 0.25 * (high - low))
        try:
            found = least_squares(
                model.residuals,
                np.clip(start, low + inside, high - inside),
                model.jacobian,
                bounds=(low, high),
                method="trf",
                ftol=_TOLERANCE,
                xtol=_TOLERANCE,
                gtol=None,
                max_nfev=EVALUATIONS,
            )
        except (ValueError, np.linalg.LinAlgError):
            continue  # an impedance that spans more than doubles can hold
        evaluations += found.nfev
        if np.isfinite(found.cost) and (best is None or found.cost < best.cost):
            best = found
    if best is None:
        return None
    x = _sorted(circuit, best.x)
    electrolyte = assign_arcs(circuit, s, x, farad_cm2)
    resistance, ln_error = _electrolyte(circuit, x, electrolyte, model, low, high)
    return Solution(
        circuit,
        x,
        circuit.impedance(s, x)[0],
        2 * float(best.cost),
        best.status > 0,
        evaluations,
        electrolyte,
        resistance,
        ln_error,
    )


def assign_arcs(circuit: Circuit, s: np.ndarray, x: np.ndarray, farad_cm2: float) -> np.ndarray:
    """(arcs,) bool: which arcs of ``x``, sorted from fast to slow, belong to the electrolyte.

    The electrode is, to begin with, the spike, the diffusion element, any arc whose top lies below the band, and each
    arc with `ELECTRODE_CAPACITANCE` or more, `ONE_ELECTRODE` where a spike dominates the low end. From slow to fast,
    an arc then joins the electrode if its resistance r is less than :math:`|Z_{el}| \\sqrt{C / C_{el}}`, with the
    impedance that the electrode has at the top of the arc, the arc's capacitance and `ELECTRODE_CAPACITANCE`: it only
    bends the electrode's line, and it stores about as much charge. What is left belongs to the electrolyte.

    The rule cannot see a constriction under a patchy contact, which relaxes with the electrolyte and is counted as
    such; an electrode of little capacitance is taken for a grain boundary, and a grain boundary that relaxes below
    the electrode's line for a part of that line.
    """
    parts = dict(circuit.split(x))
    arcs = parts.get("arcs", np.empty((0, 3)))
    electrode = -arcs[:, 1] < s.real.min()
    stored = np.exp(arcs[:, 1] - arcs[:, 0]) * farad_cm2 / ELECTRODE_CAPACITANCE
    spike = _dominates(circuit, s, x, np.zeros(len(arcs), dtype=bool))
    electrode |= stored >= (ONE_ELECTRODE / ELECTRODE_CAPACITANCE if spike else 1)
    for k in range(len(arcs) - 1, -1, -1):
        top = np.array([-arcs[k, 1] + 0.5j * np.pi])
        others = electrode & (np.arange(len(arcs)) != k)
        size = _electrode_impedance(parts, top, others) + _diffusion(parts, top)
        electrode[k] |= np.exp(arcs[k, 0]) < np.abs(size) * np.sqrt(stored[k])
    return ~electrode


def blocks(circuit: Circuit, s: np.ndarray, x: np.ndarray) -> bool:
    """Whether a spike, or arcs whose tops lie below the band, make up most of the impedance at its low end."""
    arcs = dict(circuit.split(x)).get("arcs", np.empty((0, 3)))
    return _dominates(circuit, s, x, -arcs[:, 1] < s.real.min())


def _dominates(circuit: Circuit, s: np.ndarray, x: np.ndarray, arcs: np.ndarray) -> bool:
    lowest = s[[s.real.argmin()]]
    size = _electrode_impedance(dict(circuit.split(x)), lowest, arcs)
    return bool(np.abs(size) > 0.5 * np.abs(circuit.impedance(lowest, x)[0][0]))


def _electrode_impedance(parts: dict[str, np.ndarray], s: np.ndarray, arcs: np.ndarray) -> complex:
    """Impedance at the one frequency ``s (1,)`` of the spike and of the arcs marked in ``arcs``."""
    size = 0j
    if arcs.any():
        size += arc_gradient(s, *parts["arcs"][arcs].T[:, :, None])[0].sum()
    if "spike" in parts:
        size += spike_gradient(s, *parts["spike"])[0][0]
    return size


def _diffusion(parts: dict[str, np.ndarray], s: np.ndarray) -> complex:
    return warburg_gradient(s, *parts["warburg"])[0][0] if "warburg" in parts else 0j


class _Residuals:
    """Residuals relative to the modulus and their Jacobian, evaluated once a point."""

    def __init__(self, circuit: Circuit, s: np.ndarray, direction: np.ndarray, modulus: np.ndarray):
        self.circuit, self.s, self.direction, self.modulus = circuit, s, direction, modulus
        self._at: np.ndarray | None = None

    def _evaluate(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self._at is None or not np.array_equal(x, self._at):
            z, gradient = self.circuit.impedance(self.s, x)
            self._at, self._value = x.copy(), (z / self.modulus - self.direction, gradient)
        return self._value

    def residuals(self, x: np.ndarray) -> np.ndarray:
        """(2f,)"""
        left = self._evaluate(x)[0]
        return np.concatenate([left.real, left.imag])

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """(2f, p)"""
        gradient = self._evaluate(x)[1] / self.modulus
        return np.concatenate([gradient.real, gradient.imag], axis=1).T


def _sorted(circuit: Circuit, x: np.ndarray) -> np.ndarray:
    x = x.copy()
    for kind, part in circuit.split(x):
        if kind == "arcs":
            part[:] = part[np.argsort(part[:, 1], kind="stable")]
    return x


def _electrolyte(
    circuit: Circuit, x: np.ndarray, electrolyte: np.ndarray, model: _Residuals, low: np.ndarray, high: np.ndarray
) -> tuple[float, float]:
    """Resistance of the electrolyte and the standard error of its logarithm for unit residual variance."""
    share = np.zeros_like(x)
    for (kind, part), (_, of_share) in zip(circuit.split(x), circuit.split(share), strict=True):
        if kind == "resistance":
            of_share[:] = np.exp(part)
        elif kind == "arcs":
            of_share[:, 0] = np.where(electrolyte, np.exp(part[:, 0]), 0)
    resistance = float(share.sum())
    if not resistance > 0:
        return 0.0, np.inf
    # a parameter at its limit is not free; the rest share what the data tell
    free = (x > low + _AT_LIMIT) & (x < high - _AT_LIMIT)
    u, size, _ = np.linalg.svd(model.jacobian(x)[:, free].T, full_matrices=False)
    along = u.T @ (share[free] / resistance)
    useful = size > 1e-9 * size.max(initial=0)
    if not useful.any():
        return resistance, np.inf
    lost = np.abs(along[~useful]).max(initial=0)
    return resistance, np.inf if lost > 1e-3 else float(np.linalg.norm(along[useful] / size[useful]))
