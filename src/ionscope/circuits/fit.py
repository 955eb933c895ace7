"""Equivalent-circuit fits of solid-electrolyte cells: the classical way to a resistance, done as well as it can be.

Weighted complex least squares on logarithms of the element values, from starts that the data give, with the circuit
named or chosen by the Bayesian information criterion. Which arcs are the electrolyte's is decided by
`ionscope.circuits.solve.assign_arcs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ionscope.circuits.circuit import Circuit
from ionscope.circuits.solve import Solution, blocks, solve_circuit
from ionscope.circuits.starts import Starts
from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError
from ionscope.kramers_kronig import kramers_kronig
from ionscope.preprocess.reference import read_off

CHOICES = "auto", *ELECTRODES

USUAL_AREA = 1.0
"""cm2; pellets of 6 to 13 mm have 0.3 to 1.3, and the capacitances that decide differ by more than that."""

_MOST_ARCS = 4
_LEADS = 5e-6  # H, the most that cables add
_VISIBLE = 1e-3  # of the modulus at the highest frequency
_WIDEST = 50.0  # ln; a standard error beyond it says no more
_NEGLIGIBLE = 0.05  # of the smallest modulus; a series resistance below it may be none
_SPAN = 1e100  # ratio of moduli beyond which a spectrum is no measurement


@dataclass(frozen=True)
class Element:
    """One element of a fitted circuit: `kind` R, L, arc, W or Q, its owner, and its values in SI units.

    values : resistance [ohm], inductance [H], q [S s^n], exponent, tau [s], capacitance [F], frequency [Hz] of the top
    """

    kind: str
    belongs_to: str
    values: dict[str, float]


@dataclass(frozen=True)
class CircuitFit:
    """A fitted circuit and the resistance of the electrolyte in it.

    Parameters
    ----------
    resistance : total resistance of the electrolyte, ohm: the series resistance and the electrolyte's arcs
    lower, upper : ohm, interval from the covariance of the fit, given that the circuit is the right one
    circuit : None where nothing could be fitted and `resistance` is the read-off
    electrode : "blocking" where a spike dominates the low end of the band, else "reversible"
    converged : whether the iteration ended by itself; `message` tells what did not work
    residual : standard deviation of a part of the relative residuals, fitted parameters taken off
    noise : the same for any causal cell (Kramers-Kronig), or as given; None where it was not needed
    reduced_chi2 : (residual / noise)^2, None without noise
    criterion : information criterion of the chosen circuit, the smaller the better
    elements : from fast to slow
    impedance : (f,) ohm, of the fit
    evaluations : of circuits, over all starts of the candidates that could be fitted
    alternatives : (circuit, criterion, resistance) of every circuit tried, best first
    """

    resistance: float
    lower: float
    upper: float
    circuit: Circuit | None
    electrode: str
    converged: bool
    message: str
    residual: float
    noise: float | None
    reduced_chi2: float | None
    criterion: float
    elements: tuple[Element, ...]
    impedance: np.ndarray
    evaluations: int
    alternatives: tuple[tuple[Circuit, float, float], ...]


def fit_circuit(
    frequency: np.ndarray,
    impedance: np.ndarray,
    electrode: str = "auto",
    *,
    circuit: Circuit | None = None,
    starts: int = 1,
    area: float | None = None,
    noise: float | None = None,
    confidence: float = 0.9,
) -> CircuitFit:
    """Fit ``impedance (f,)`` ohm at ``frequency (f,)`` Hz with a circuit and read the electrolyte's resistance off it.

    Parameters
    ----------
    electrode : "blocking" (a spike), "reversible" (none), or "auto" to let the data choose
    circuit : the circuit, where it is known; otherwise the number of arcs and all else is chosen
    starts : most starting points a circuit is fitted from; fewer where the data give fewer that differ
    area : cm2, of one electrode, by which the arcs of a reversible cell are told apart; `USUAL_AREA` where not given
    noise : relative standard deviation of either part; without it the choice of a circuit takes the Kramers-Kronig one
    confidence : of the interval

    Returns
    -------
    CircuitFit, for any finite spectrum; where nothing can be fitted it holds the read-off and says so

    Raises
    ------
    InputDataError : shapes that disagree, no points, values that are not finite, frequencies not positive
    """
    frequency, impedance = _checked(frequency, impedance)
    if electrode not in CHOICES:
        raise InputDataError(f"electrode {electrode!r}: allowed are {', '.join(CHOICES)}")
    _check_settings(circuit, starts, area, noise, confidence)
    order = np.argsort(frequency, kind="stable")
    points = order[np.abs(impedance[order]) > 0]
    with np.errstate(all="ignore"):
        modulus = np.abs(impedance[points])
        if points.size < 3 or not np.isfinite(modulus).all() or modulus.max() > _SPAN * modulus.min():
            return _fallback(frequency, impedance, electrode, "too few points, or moduli that no cell spans")
        if noise is None and circuit is None:
            noise = _noise(frequency[points], impedance[points])
        job = _Job(frequency[points], impedance[points], starts, area, noise or 0.0)
        tried = [job.solve(circuit)] if circuit is not None else list(_candidates(job, electrode))
        solved = sorted(
            (solution for solution in tried if solution is not None and solution.resistance > 0), key=job.criterion
        )
        if not solved:
            return _fallback(frequency, impedance, electrode, "no circuit could be fitted")
        return _result(job, solved, frequency, confidence, noise)


class _Job:
    """One spectrum in units of its smallest modulus and the middle of its band, and what is known about it."""

    def __init__(self, frequency: np.ndarray, impedance: np.ndarray, starts: int, area: float | None, noise: float):
        omega = 2 * np.pi * frequency
        self.omega_0 = float(np.sqrt(omega[0]) * np.sqrt(omega[-1]))
        self.unit = float(np.abs(impedance).min())
        self.s = np.log(omega / self.omega_0) + 0.5j * np.pi
        self.starts = Starts(self.s, impedance / self.unit)
        self.count, self.noise = starts, noise
        self.farad_cm2 = 1 / (self.omega_0 * self.unit * (USUAL_AREA if area is None else area))
        self.leads = bool(omega[-1] * _LEADS > _VISIBLE * np.abs(impedance[-1]))

    def solve(self, circuit: Circuit) -> Solution | None:
        return solve_circuit(circuit, self.starts, self.farad_cm2, self.count)

    def criterion(self, solution: Solution) -> float:
        """Bayesian information criterion; residuals below the noise are no merit."""
        values = 2 * self.s.size
        variance = solution.rss / values + max(self.noise, 1e-9) ** 2
        return float(values * np.log(variance) + solution.circuit.size * np.log(values))


def _candidates(job: _Job, electrode: str) -> Iterator[Solution | None]:
    """Circuits of growing size; a family ends when one more arc does not pay."""
    for spike in (True, False):
        if electrode == ("reversible" if spike else "blocking"):
            continue
        best = np.inf
        for arcs in range(0 if spike else 1, _MOST_ARCS + 1 - spike):
            found = [job.solve(Circuit(arcs, spike, inductance=job.leads))]
            if arcs + spike > 1 and (found[0] is None or np.exp(found[0].x[0]) < _NEGLIGIBLE):
                found.append(job.solve(Circuit(arcs, spike, resistance=False, inductance=job.leads)))
            yield from found
            reached = min((job.criterion(solution) for solution in found if solution is not None), default=np.inf)
            if reached >= best:
                break
            best = reached


def _checked(frequency: np.ndarray, impedance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    frequency, impedance = np.asarray(frequency, dtype=float), np.asarray(impedance, dtype=complex)
    if frequency.ndim != 1 or frequency.shape != impedance.shape or frequency.size == 0:
        raise InputDataError(f"circuit fit: shapes {frequency.shape} and {impedance.shape} are not one spectrum")
    if not (np.isfinite(frequency).all() and np.isfinite(impedance).all() and frequency.min() > 0):
        raise InputDataError("circuit fit: values must be finite and frequencies positive")
    return frequency, impedance


def _check_settings(
    circuit: Circuit | None, starts: int, area: float | None, noise: float | None, confidence: float
) -> None:
    allowed = {
        f"area = {area} cm2: allowed are positive numbers": area is None or 0 < area < np.inf,
        f"starts = {starts}: allowed are 1 and more": starts >= 1,
        f"noise = {noise}: allowed are 0 and more, relative to the modulus": noise is None or 0 <= noise < np.inf,
        f"confidence = {confidence}: allowed are numbers between 0 and 1": 0 < confidence < 1,
        f"circuit {circuit}: it has no elements": circuit is None or (circuit.arcs >= 0 and circuit.size > 0),
    }
    for message, fine in allowed.items():
        if not fine:
            raise InputDataError(f"circuit fit: {message}")


def _noise(frequency: np.ndarray, impedance: np.ndarray) -> float | None:
    try:
        return float(kramers_kronig(frequency, impedance).noise[0])
    except InputDataError:  # too few points to tell
        return None


def _fallback(frequency: np.ndarray, impedance: np.ndarray, electrode: str, why: str) -> CircuitFit:
    keep = np.abs(impedance) > 0
    if not keep.any():
        keep[:] = True
    resistance = float(read_off(frequency[keep], impedance[keep])[0])
    return CircuitFit(
        resistance=resistance,
        lower=0.0,
        upper=np.inf,
        circuit=None,
        electrode="blocking" if electrode == "auto" else electrode,
        converged=False,
        message=f"{why}; the resistance is the real part at the smallest phase",
        residual=np.inf,
        noise=None,
        reduced_chi2=None,
        criterion=np.inf,
        elements=(),
        impedance=np.full(frequency.size, np.nan + 0j),
        evaluations=0,
        alternatives=(),
    )


def _result(
    job: _Job, solved: list[Solution], frequency: np.ndarray, confidence: float, noise: float | None
) -> CircuitFit:
    best = solved[0]
    freedom = 2 * job.s.size - best.circuit.size
    residual = float(np.sqrt(best.rss / freedom))
    half = student.ppf(0.5 + confidence / 2, freedom) * best.ln_error * max(residual, job.noise)
    half = min(half, _WIDEST) if np.isfinite(half) else _WIDEST
    resistance = best.resistance * job.unit
    s = np.log(2 * np.pi * frequency / job.omega_0) + 0.5j * np.pi
    return CircuitFit(
        resistance=resistance,
        lower=float(resistance * np.exp(-half)),
        upper=float(resistance * np.exp(half)),
        circuit=best.circuit,
        electrode="blocking" if blocks(best.circuit, job.s, best.x) else "reversible",
        converged=best.converged,
        message="converged" if best.converged else "the iteration did not end; more starts may help",
        residual=residual,
        noise=noise,
        reduced_chi2=(residual / noise) ** 2 if noise else None,
        criterion=job.criterion(best),
        elements=_elements(job, best),
        impedance=best.circuit.impedance(s, best.x)[0] * job.unit,
        evaluations=sum(solution.evaluations for solution in solved),
        alternatives=tuple(
            (solution.circuit, job.criterion(solution), solution.resistance * job.unit) for solution in solved
        ),
    )


def _elements(job: _Job, solution: Solution) -> tuple[Element, ...]:
    """Values in SI units: the fit has moduli in `unit` and angular frequencies in `omega_0`."""
    elements = []
    for kind, part in solution.circuit.split(solution.x):
        if kind == "resistance":
            elements.append(Element("R", "electrolyte", {"resistance": float(np.exp(part[0]) * job.unit)}))
        elif kind == "inductance":
            elements.append(Element("L", "leads", {"inductance": float(np.exp(part[0]) * job.unit / job.omega_0)}))
        elif kind == "spike":
            q = np.exp(-part[0]) / (job.unit * job.omega_0 ** part[1])
            elements.append(Element("Q", "electrode", {"q": float(q), "exponent": float(part[1])}))
        elif kind == "warburg":
            values = {"resistance": float(np.exp(part[0]) * job.unit), "tau": float(np.exp(part[1]) / job.omega_0)}
            elements.append(Element("W", "electrode", values))
        else:
            for (ln_r, ln_tau, n), inside in zip(part, solution.electrolyte, strict=True):
                resistance, tau = np.exp(ln_r) * job.unit, np.exp(ln_tau) / job.omega_0
                values = {
                    "resistance": float(resistance),
                    "q": float(tau**n / resistance),
                    "exponent": float(n),
                    "tau": float(tau),
                    "capacitance": float(tau / resistance),
                    "frequency": float(1 / (2 * np.pi * tau)),
                }
                elements.append(Element("arc", "electrolyte" if inside else "electrode", values))
    return tuple(elements)
