"""A linear Kramers-Kronig test: does a spectrum follow from any causal, linear, stable cell at all?

The spectrum is fitted with a resistance, a capacitance, an inductance and M RC elements whose time constants are fixed
on a logarithmic grid, so that the fit is linear least squares:

.. math:: Z(\\omega) = R_0 + j\\omega L + \\frac{1}{j\\omega C}
          + \\sum_{k=1}^{M} \\frac{R_k}{1 + j\\omega\\tau_k}

Every term obeys the Kramers-Kronig relations, so a spectrum that this sum cannot follow does not. Residuals are
relative to :math:`|Z|`, as are the weights (Schoenleber, Klotz and Ivers-Tiffee, doi 10.1016/j.electacta.2014.01.034).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.errors import InputDataError

DENSITIES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
"""RC elements per decade that are tried where no number is given."""

_EXTRA_DECADES = 0.5  # the time constants reach this far beyond the band, for arcs and tails cut by its ends
_WIDEST = 1e25  # ratio of the highest to the lowest frequency
_CHUNK = 256  # spectra solved at once; bounds the memory
_RANK = 1e-12  # relative size below which a singular value is noise of the arithmetic


@dataclass(frozen=True)
class KramersKronigResult:
    """Outcome of the test for n spectra on one grid of f frequencies.

    Parameters
    ----------
    frequency : (f,) Hz
    fit : (n, f) complex ohm, the causal impedance nearest to the data
    residuals : (n, f) complex, (Z - fit) / \\|Z\\|; real and imaginary parts are the usual two residual curves
    rms : (n,) root mean square of the residuals, real and imaginary parts together
    noise : (n,) the same with the fitted parameters taken off the degrees of freedom: an estimate of the relative noise
        (standard deviation of either part), if the spectrum is causal
    elements : (n,) number of RC elements used
    mu : (n,) Schoenleber's measure, 1 where no resistance is negative, towards 0 where the fit follows the noise
    leverage : (n, f) complex, share of each point's own real and imaginary part in its fit; a residual divided by
        sqrt(1 - leverage) has the standard deviation of the noise
    """

    frequency: np.ndarray
    fit: np.ndarray
    residuals: np.ndarray
    rms: np.ndarray
    noise: np.ndarray
    elements: np.ndarray
    mu: np.ndarray
    leverage: np.ndarray


def time_constants(frequency: np.ndarray, density: float = 3.0, *, elements: int | None = None) -> np.ndarray:
    """(M,) time constants in s over the band of ``frequency (f,)`` and half a decade beyond.

    ``density`` a decade, or ``elements`` in all.
    """
    low, high = -np.log10(2 * np.pi * frequency.max()), -np.log10(2 * np.pi * frequency.min())
    low, high = low - _EXTRA_DECADES, high + _EXTRA_DECADES
    count = elements if elements is not None else round((high - low) * density) + 1
    return np.logspace(low, high, max(count, 2))


def design_matrix(frequency: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """(f, M + 3) complex basis: resistance, capacitance, inductance, RC elements; each column of order one."""
    omega = 2 * np.pi * frequency
    basis = np.empty((omega.size, tau.size + 3), dtype=complex)
    basis[:, 0] = 1.0
    basis[:, 1] = omega.min() / (1j * omega)
    basis[:, 2] = 1j * omega / omega.max()
    basis[:, 3:] = 1.0 / (1.0 + 1j * omega[:, None] * tau)
    return basis


def kramers_kronig(
    frequency: np.ndarray, impedance: np.ndarray, *, elements: int | None = None, weights: np.ndarray | None = None
) -> KramersKronigResult:
    """Test ``impedance`` (f,) or (n, f) ohm, on ``frequency`` (f,) Hz.

    Without ``elements`` the number of RC elements is the one of a ladder (`DENSITIES`) that minimises the generalised
    cross-validation score rss / (2f - p)^2, so that noise is not followed and a real arc is. ``weights`` (f,) or (n, f)
    of 0 or 1 leave points out of the fit, not out of the residuals.

    Raises
    ------
    InputDataError : shapes that disagree, non-finite values, fewer than 4 points, an impedance of zero
    """
    freq = np.asarray(frequency, dtype=float)
    data = np.atleast_2d(np.asarray(impedance, dtype=complex))
    if freq.ndim != 1 or data.ndim != 2 or data.shape[1] != freq.size:
        raise InputDataError(f"Kramers-Kronig test: shapes {freq.shape} and {np.shape(impedance)} do not fit")
    if freq.size < 4:
        raise InputDataError(f"Kramers-Kronig test: {freq.size} points are too few; it needs 4")
    if not (np.isfinite(freq).all() and np.isfinite(data).all() and freq.min() > 0 and freq.max() > freq.min()):
        raise InputDataError("Kramers-Kronig test: frequencies must be positive and differ, values finite")
    if freq.max() / freq.min() > _WIDEST:
        raise InputDataError(f"Kramers-Kronig test: {freq.min():g} to {freq.max():g} Hz is no measured band")
    modulus = np.abs(data)
    if modulus.min() == 0:
        raise InputDataError("Kramers-Kronig test: an impedance of zero cannot be weighted; remove the point")
    keep = np.ones(data.shape) if weights is None else np.broadcast_to(np.asarray(weights, dtype=float), data.shape)

    best: dict[str, np.ndarray] = {}
    for tau in _ladder(freq, elements, int(keep.sum(axis=1).min())):
        trial = _solve(freq, data, modulus, keep, tau)
        if not best:
            best = trial
            continue
        better = trial["score"] < 0.98 * best["score"]  # a denser grid has to earn its parameters
        for name, value in trial.items():
            best[name][better] = value[better]
    del best["score"]
    return KramersKronigResult(freq, **best)


def _ladder(frequency: np.ndarray, elements: int | None, points: int) -> list[np.ndarray]:
    if elements is not None:
        return [time_constants(frequency, elements=elements)]
    grids: list[np.ndarray] = []
    for density in DENSITIES:
        tau = time_constants(frequency, density)
        if grids and (tau.size + 3 > 1.6 * points or tau.size == grids[-1].size):
            break
        grids.append(tau)
    return grids


def _solve(
    frequency: np.ndarray, data: np.ndarray, modulus: np.ndarray, keep: np.ndarray, tau: np.ndarray
) -> dict[str, np.ndarray]:
    basis = design_matrix(frequency, tau)
    stacked = np.concatenate([basis.real, basis.imag])  # (2f, p)
    n = data.shape[0]
    fit = np.empty_like(data)
    coefficients = np.empty((n, stacked.shape[1]))
    leverage = np.empty_like(data)
    rank = np.empty(n)
    for begin in range(0, n, _CHUNK):
        part = slice(begin, min(begin + _CHUNK, n))
        weight = np.tile(keep[part] / modulus[part], 2)  # (c, 2f)
        target = np.concatenate([data[part].real, data[part].imag], axis=1) * weight
        u, s, vt = np.linalg.svd(stacked * weight[:, :, None], full_matrices=False)
        useful = s > _RANK * s[:, :1]
        inverse = np.where(useful, 1.0 / np.where(useful, s, 1.0), 0.0)
        projected = np.einsum("nij,ni->nj", u, target) * inverse
        coefficients[part] = np.einsum("nji,nj->ni", vt, projected)
        fit[part] = coefficients[part] @ basis.T
        hat = np.einsum("nij,nj->ni", u**2, useful.astype(float))
        leverage[part] = hat[:, : frequency.size] + 1j * hat[:, frequency.size :]
        rank[part] = useful.sum(axis=1)
    residuals = (data - fit) / modulus
    counted = keep > 0
    rss = np.sum(np.abs(np.where(counted, residuals, 0.0)) ** 2, axis=1)
    values = 2.0 * counted.sum(axis=1)
    freedom = np.maximum(values - rank, 1.0)
    resistances = coefficients[:, 3:]
    positive = np.where(resistances > 0, resistances, 0.0).sum(axis=1)
    negative = -np.where(resistances < 0, resistances, 0.0).sum(axis=1)
    return {
        "fit": fit,
        "residuals": residuals,
        "rms": np.sqrt(rss / values),
        "noise": np.sqrt(rss / freedom),
        "elements": np.full(n, tau.size),
        "mu": 1.0 - negative / np.where(positive > 0, positive, np.inf),
        "leverage": leverage,
        "score": (rss + 1e-24 * values) / freedom**2,
    }
