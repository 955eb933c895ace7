"""The activation energy of one specimen from its conductivities at several temperatures, with an interval.

The Arrhenius form is that of the whole project, :math:`\\sigma T = A \\exp(-E_a / k T)`: a straight line of
:math:`y = \\ln(\\sigma T)` over :math:`x = 1/T`, fitted with weights. The variance of a point is

.. math:: s_i^2 = \\Big(\\frac{h_i}{1.645}\\Big)^2
          + \\Big(\\frac{E_a}{k T_i} - 1\\Big)^2 \\Big(\\frac{\\delta}{T_i}\\Big)^2

with the 90 % half-width h of ln R and the thermometer's standard deviation :math:`\\delta`. The spectra of one pellet
err together: a share c of the first term, `common`, is one error of all points, each in proportion to its h, the rest
and the thermometer's are independent from one temperature to the next. An error that is the same at all temperatures
leaves the slope alone and moves the whole line, so the share narrows the interval of the activation energy and widens
that of the conductivity. As errors are not normally distributed, the interval of the activation energy that follows may
still be too wide or too narrow; `ea_scale` corrects it. Both are properties of what has read the spectra; a model is
calibrated to them on simulated series (`ionscope.dka.common_error`). Repeats at one temperature share all errors and
are averaged. Where the points scatter about the line by more than their independent errors, all are raised by the root
of the reduced chi2 (Birge's ratio).

The geometry multiplies every conductivity of a pellet by one factor: it widens the conductivity at 25 C and leaves the
activation energy alone. A thermometer that is wrong by the same amount everywhere changes the latter by 2 delta / T of
itself, 0.3 % for 0.5 K, which is not included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.errors import InputDataError
from ionscope.estimate import Estimate
from ionscope.measure import Z90
from ionscope.simulate.arrhenius import BOLTZMANN, REFERENCE_TEMPERATURE

THERMOMETER_ERROR = 0.5
"""K, one standard deviation, where nothing else is stated."""

FEWEST_TEMPERATURES = 3
SAME_TEMPERATURE = 1.0
"""K: sweeps no further apart are repeats at one temperature."""

SCATTERS = 3.0
"""Birge's ratio from which on it is told: the errors of good points are not so wrong."""

LEAST_EA = 0.05
"""eV: ions in solids need 0.1 eV and more; a current that needs less is carried by electrons, or by a short."""

_FEWEST_FOR_CURVATURE = 4  # three points and their line leave one deviation, which may be an outlier as well
_CURVATURE_SCORE = 2.576  # standard errors; a straight line exceeds it once in a hundred


@dataclass(frozen=True)
class ReadingErrors:
    """What the errors of one pellet's readings at several temperatures are like.

    Parameters
    ----------
    common : share of the variance behind the readings' intervals that is one error of all, from 0 to below 1
    ea_scale : what the half-width of the activation energy that follows from these intervals is multiplied by
    """

    common: float = 0.0
    ea_scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.common < 1:
            raise InputDataError(f"series: a common share of {self.common!r} is not from 0 to below 1")
        if not (np.isfinite(self.ea_scale) and self.ea_scale > 0):
            raise InputDataError(f"series: a scale of {self.ea_scale!r} is not a number above 0")


INDEPENDENT = ReadingErrors()


@dataclass(frozen=True)
class Stray:
    """The point without which the others lie best on a line, told where they scatter beyond `SCATTERS`.

    Parameters
    ----------
    temperature : K
    deviation : of its ln(sigma T) from the line of the others
    others_curve : whether these are curved still, by more than they scatter about their curve
    """

    temperature: float
    deviation: float
    others_curve: bool

    @property
    def percent(self) -> float:
        """How far its conductivity is above the line of the others."""
        return float(100 * np.expm1(self.deviation))


@dataclass(frozen=True)
class SeriesFit:
    """The line through a series of t temperatures.

    Parameters
    ----------
    temperature : (t,) K, ascending
    sigma : (t,) mean conductivity at each, S/cm (or any unit it was given in)
    spread : (t,) standard deviation of ln(sigma T), thermometer included, before Birge's ratio
    ea : eV, with a 90 % interval
    sigma_25c : on the line at 25 C, in the unit of `sigma`
    birge : what the errors were multiplied by, at least 1
    curvature : the quadratic term in 1/T over its standard error; nan below four temperatures
    ea_ends : eV, at the coldest and the hottest temperature by the quadratic; nan below four temperatures
    stray : the point that is most off, where the points scatter; None where they do not, and below four temperatures
    """

    temperature: np.ndarray
    sigma: np.ndarray
    spread: np.ndarray
    ea: Estimate
    sigma_25c: Estimate
    birge: float
    curvature: float
    ea_ends: tuple[float, float]
    stray: Stray | None = None

    @property
    def curved(self) -> bool:
        """Whether the quadratic term is significant (two regimes, a phase transition, a contact that changes).

        Of points that scatter it says nothing where it is one of them, with a wrong temperature, that bends the line.
        """
        return self._bends and (self.stray is None or self.stray.others_curve)

    @property
    def bent_by_one(self) -> bool:
        """Whether the quadratic term is significant with the point that is most off, and not without it."""
        return self._bends and not self.curved

    @property
    def _bends(self) -> bool:
        return bool(abs(self.curvature) > _CURVATURE_SCORE)

    @property
    def hardly_activated(self) -> bool:
        """Whether even the upper end of the activation energy's interval is below `LEAST_EA`."""
        return self.ea.upper < LEAST_EA

    def line(self, temperature: np.ndarray) -> np.ndarray:
        """Conductivity on the line at `temperature` [K], in the unit of `sigma`."""
        slope = -self.ea.value / BOLTZMANN
        reference = self.sigma_25c.value * REFERENCE_TEMPERATURE
        return reference * np.exp(slope * (1 / temperature - 1 / REFERENCE_TEMPERATURE)) / temperature


def fit_series(
    temperature: np.ndarray,
    sigma: np.ndarray,
    half_width: np.ndarray,
    *,
    thermometer_error: float = THERMOMETER_ERROR,
    shape_spread: float = 0.0,
    errors: ReadingErrors = INDEPENDENT,
) -> SeriesFit:
    """Fit a series.

    Parameters
    ----------
    temperature : (n,) K
    sigma : (n,) S/cm; for the activation energy alone any multiple, such as 1/R, will do
    half_width : (n,) half of the 90 % interval of ln(sigma) without the geometry's error
    thermometer_error : K, one standard deviation, independent from one temperature to the next
    shape_spread : standard deviation of ln(L / A), common to all
    errors : how the errors behind `half_width` go together

    Raises
    ------
    InputDataError : values that are not positive, an error below zero, fewer than three different temperatures
    """
    t, s, h = (np.asarray(values, dtype=float) for values in (temperature, sigma, half_width))
    if not (t.ndim == 1 and t.shape == s.shape == h.shape):
        raise InputDataError(f"series: shapes {t.shape}, {s.shape} and {h.shape} do not fit")
    positive = np.isfinite(t) & np.isfinite(s) & np.isfinite(h) & (t > 0) & (s > 0) & (h > 0)
    if not positive.all():
        raise InputDataError("series: temperatures, conductivities and half-widths must be positive numbers")
    if not (np.isfinite(thermometer_error) and thermometer_error >= 0):
        raise InputDataError(f"thermometer error {thermometer_error!r} K is not a number from 0 upwards")
    t, y, h = _levels(t, np.log(s * t), h)
    if t.size < FEWEST_TEMPERATURES:
        raise InputDataError(f"series: {t.size} different temperatures; at least {FEWEST_TEMPERATURES} are needed")
    x = 1 / t - np.mean(1 / t)
    slope = np.polyfit(x, y, 1)[0]
    for _ in range(5):  # the thermometer's share depends on the slope, weakly
        by_thermometer = (-slope / t - 1) * thermometer_error / t
        spread = np.sqrt((h / Z90) ** 2 + by_thermometer**2)
        (offset, slope), to_line = _weighted_fit(x, y, spread, 1)
    own, shared = (np.sqrt(share) * h / Z90 for share in (1 - errors.common, errors.common))
    chi2 = np.sum((y - offset - slope * x) ** 2 / (own**2 + by_thermometer**2))
    birge = max(1.0, float(np.sqrt(chi2 / (t.size - 2))))
    of_readings = _covariance(to_line, own, shared) * birge**2
    of_thermometer = _covariance(to_line, by_thermometer, np.zeros_like(h)) * birge**2
    covariance = of_readings + of_thermometer
    ea = -BOLTZMANN * slope
    ea_half = Z90 * BOLTZMANN * np.sqrt(errors.ea_scale**2 * of_readings[1, 1] + of_thermometer[1, 1])
    at = np.array([1.0, 1 / REFERENCE_TEMPERATURE - np.mean(1 / t)])
    log_sigma = float(at @ (offset, slope)) - np.log(REFERENCE_TEMPERATURE)
    sigma_half = Z90 * np.sqrt(at @ covariance @ at + shape_spread**2)
    curvature, ends = _curvature(x, y, spread)
    apart = np.hypot(own, by_thermometer)
    return SeriesFit(
        temperature=t,
        sigma=np.exp(y) / t,
        spread=spread,
        ea=Estimate(float(ea), float(ea - ea_half), float(ea + ea_half)),
        sigma_25c=Estimate(*(float(np.exp(log_sigma + step)) for step in (0.0, -sigma_half, sigma_half))),
        birge=birge,
        curvature=curvature,
        ea_ends=ends,
        stray=_stray(t, y, apart) if birge > SCATTERS else None,
    )


def count_temperatures(temperature: np.ndarray) -> int:
    """How many different temperatures (n,) [K] holds, repeats counted once."""
    return int(temperature_levels(temperature).max()) + 1


def temperature_levels(temperature: np.ndarray) -> np.ndarray:
    """(n,) number of the level of each temperature (n,) [K], in any order, the coldest 0; repeats have one."""
    order = np.argsort(temperature, kind="stable")
    level = np.empty(order.size, dtype=int)
    level[order] = _level_of(np.asarray(temperature, dtype=float)[order])
    return level


def _level_of(ordered: np.ndarray) -> np.ndarray:
    """(n,) number of each one's level: within `SAME_TEMPERATURE` of the level's first, so that a slow ramp has many."""
    level = np.zeros(ordered.size, dtype=int)
    first = ordered[0]
    for i, value in enumerate(ordered[1:], 1):
        rises = value - first > SAME_TEMPERATURE
        first = value if rises else first
        level[i] = level[i - 1] + rises
    return level


def _levels(t: np.ndarray, y: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means over each temperature's repeats, ascending in temperature."""
    order = np.argsort(t, kind="stable")
    level = _level_of(t[order])
    counts = np.bincount(level)
    mean_t, mean_y, mean_h = (np.bincount(level, weights=values[order]) / counts for values in (t, y, h))
    return mean_t, mean_y, mean_h


def _weighted_fit(x: np.ndarray, y: np.ndarray, spread: np.ndarray, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (d,), ascending powers of x, and the matrix (d, t) that makes them from y (t,)."""
    scale = np.abs(x).max() ** np.arange(degree + 1)  # columns of order one
    matrix = x[:, None] ** np.arange(degree + 1) / scale / spread[:, None]
    to_line = np.linalg.solve(matrix.T @ matrix, matrix.T) / spread / scale[:, None]
    return to_line @ y, to_line


def _covariance(to_line: np.ndarray, own: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """(d, d) of coefficients, where the points have independent errors (t,) and one that is common to all (t,)."""
    return (to_line * own**2) @ to_line.T + np.outer(to_line @ shared, to_line @ shared)


def _curvature(x: np.ndarray, y: np.ndarray, spread: np.ndarray) -> tuple[float, tuple[float, float]]:
    if x.size < _FEWEST_FOR_CURVATURE:
        return np.nan, (np.nan, np.nan)
    coefficients, to_line = _weighted_fit(x, y, spread, 2)
    score = float(coefficients[2] / np.sqrt(_covariance(to_line, spread, np.zeros_like(spread))[2, 2]))
    cold, hot = (float(-BOLTZMANN * (coefficients[1] + 2 * coefficients[2] * end)) for end in (x[0], x[-1]))
    return score, (cold, hot)


def _stray(t: np.ndarray, y: np.ndarray, apart: np.ndarray) -> Stray | None:
    """The point whose absence leaves the others closest to a line; ``apart`` (t,) are the independent errors."""
    if t.size < _FEWEST_FOR_CURVATURE:
        return None  # any two of three points have a line
    x = 1 / t - np.mean(1 / t)
    scatter, deviation = np.empty(t.size), np.empty(t.size)
    for i in range(t.size):
        others = np.arange(t.size) != i
        line, _ = _weighted_fit(x[others], y[others], apart[others], 1)
        off = y - line[0] - line[1] * x
        scatter[i], deviation[i] = np.sum((off / apart)[others] ** 2), off[i]
    worst = int(np.argmin(scatter))
    others = np.arange(t.size) != worst
    return Stray(float(t[worst]), float(deviation[worst]), _still_curved(x[others], y[others], apart[others]))


def _still_curved(x: np.ndarray, y: np.ndarray, apart: np.ndarray) -> bool:
    """Whether points are curved by more than they scatter about their curve: two swapped ones scatter, and bend too."""
    if x.size < _FEWEST_FOR_CURVATURE:
        return False
    curve, _ = _weighted_fit(x, y, apart, 2)
    left = y - curve @ x ** np.arange(3)[:, None]
    scatter = np.sqrt(np.sum((left / apart) ** 2) / (x.size - 3))
    return abs(_curvature(x, y, apart)[0]) > _CURVATURE_SCORE * max(1.0, float(scatter))
