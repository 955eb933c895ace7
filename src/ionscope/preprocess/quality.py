"""What is wrong with a measured spectrum, if anything: findings with a name, a frequency and a sentence.

Everything rests on the residuals of the Kramers-Kronig fit (`ionscope.kramers_kronig`), each divided by what its
leverage leaves of the noise, so that a point that pulls the fit towards itself is still seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.kramers_kronig import KramersKronigResult, kramers_kronig
from ionscope.preprocess.ends import sound_part
from ionscope.preprocess.unsteady import STEP, Change, find_change, without
from ionscope.spectrum import Spectrum

OUTLIER = "outlier"
MAINS = "mains"
LOW_FREQUENCY = "low-frequency inconsistency"
HIGH_FREQUENCY = "high-frequency inconsistency"
INDUCTIVE = "inductive tail"
NOISE = "noise"
SPARSE = "too few points"

_OUTLIER_SCORE = 23.0  # chi2 of two parts; a good point exceeds it once in 100 000
_MAINS_SCORE = 18.0  # lower where a line is expected
_OUTLIER_FLOOR = 0.002  # of |Z|; smaller deviations do not matter to anything computed from the spectrum
_OUTLIER_SHARE = 0.2  # more than this share of points is not a matter of single points
_MAINS = (50.0, 60.0)  # Hz
_HARMONICS = (1, 2, 3)
_NEAR_LINE = 0.06  # relative distance at which a point still picks a line up
_NEAR_HARMONIC = 0.03
_MOST_CHANGES = 2
_LONE = 3  # points between one outlier and the next that have nothing to do with each other
_RANDOM = 0.3  # correlation of neighbouring residuals; noise reaches 0.15, drift and steps 0.6
_MIN_POINTS = 10
_MIN_DENSITY = 1.9  # points a decade
_NOISE_LIMIT = 0.01  # of |Z|
_LOW_FACTOR = 2.5  # how much rougher the lowest third may be than the rest
_LOW_POINTS = 3  # outliers in the lowest third that make it bad as a whole
_MEDIAN_CHI2 = 2 * np.log(2.0)  # median of chi2 with two degrees of freedom


@dataclass(frozen=True)
class Finding:
    """One thing to know about a spectrum: its kind, the frequencies in Hz that it spans, and a sentence.

    `size` is how far the impedance is off, relative to \\|Z\\|, where that is all there is to it.
    """

    kind: str
    low: float
    high: float
    sentence: str
    size: float | None = None


@dataclass(frozen=True)
class QualityReport:
    """Result of `assess`.

    Parameters
    ----------
    findings : in order of rising frequency within their kind; empty for a clean spectrum
    outliers : (f,) bool, points that do not belong to the rest
    noise : relative noise (standard deviation of either part over \\|Z\\|), outliers and a rough end left out
    kramers_kronig : the fit without the outliers, the changes and a rough end
    sound : (f,) bool, all but a rough end (`ionscope.preprocess.ends`)
    changes : drift and steps
    """

    findings: tuple[Finding, ...]
    outliers: np.ndarray
    noise: float
    kramers_kronig: KramersKronigResult
    sound: np.ndarray
    changes: tuple[Change, ...] = ()

    @property
    def kept(self) -> np.ndarray:
        """(f,) bool: neither outliers nor in a rough end."""
        return self.sound & ~self.outliers

    @property
    def scatters(self) -> bool:
        """Whether what no causal cell shows is noise, and no change that is not understood."""
        return _scatters(self.kramers_kronig, ~self.kept)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def kinds(self) -> set[str]:
        """The kinds of the findings."""
        return {finding.kind for finding in self.findings}


def assess(spectrum: Spectrum, fit: KramersKronigResult | None = None, *, cut: bool = True) -> QualityReport:
    """Outliers, mains lines, drift, an inconsistent end, an inductive tail and noise of one spectrum.

    `fit` is the Kramers-Kronig test of this spectrum alone and as it is, where there is one already. Unless `cut`, a
    rough end is judged together with the rest.

    Raises
    ------
    InputDataError : fewer than four points, or an impedance of zero
    """
    frequency, impedance = spectrum.frequency, spectrum.impedance
    whole = kramers_kronig(frequency, impedance) if fit is None else fit
    sound = np.ones(frequency.size, dtype=bool)
    sparse = _sparse(frequency)
    if sparse is not None:
        return QualityReport((sparse,), ~sound, float(whole.noise[0]), whole, sound)
    outliers, result = _without_outliers(frequency, impedance, whole)
    changes, outliers, result = _changes(frequency, impedance, outliers, result)
    if cut and not changes:
        sound = sound_part(frequency, impedance, float(whole.noise[0]), outliers)
    end: Finding | None
    if sound.all():
        end = _low_frequency(frequency, without(impedance, changes), outliers, int(result.elements[0]))
        if end is not None:
            outliers = outliers & (frequency > end.high)  # the part is bad as a whole, not point by point
    else:
        outliers, result = _without_outliers(frequency, impedance, sound=sound)
        end = _rough_end(frequency, whole, result, sound)
    noise = float(result.noise[0])
    size = np.abs(result.residuals[0])
    findings = [_name_outlier(float(frequency[at]), float(size[at]), noise) for at in np.flatnonzero(outliers)]
    findings += [_name_change(change, float(frequency[0])) for change in changes]
    tail = _inductive_tail(frequency[sound], impedance[sound], noise)
    findings += [finding for finding in (end, tail) if finding]
    if noise > _NOISE_LIMIT:
        findings.append(
            Finding(
                NOISE,
                float(frequency[0]),
                float(frequency[-1]),
                f"The spectrum scatters by {100 * noise:.2g} % around any causal cell.",
            )
        )
    return QualityReport(tuple(findings), outliers, noise, result, sound, changes)


def _scores(result: KramersKronigResult, keep: np.ndarray) -> np.ndarray:
    """(f,) squared residuals over their expected variance: chi2 with two degrees of freedom for a good point."""
    residual, leverage = result.residuals[0], result.leverage[0]
    # a point left out has no leverage; the fit predicts it
    square = residual.real**2 / _of_noise(leverage.real) + residual.imag**2 / _of_noise(leverage.imag)
    scale = np.median(square[keep]) / _MEDIAN_CHI2
    return square / max(scale, 1e-30)


def _of_noise(leverage: np.ndarray) -> np.ndarray:
    """Share of the noise's variance that is left in the residuals of points with this leverage."""
    return np.clip(1 - leverage, 0.05, 1)


def _without_outliers(
    frequency: np.ndarray,
    impedance: np.ndarray,
    fit: KramersKronigResult | None = None,
    sound: np.ndarray | None = None,
) -> tuple[np.ndarray, KramersKronigResult]:
    """(f,) bool, the single points that do not belong to the rest of the `sound` ones, and the fit without them."""
    within = np.ones(frequency.size, dtype=bool) if sound is None else sound
    keep = within.copy()
    limit = np.where([_line(f) is not None for f in frequency], _MAINS_SCORE, _OUTLIER_SCORE)
    whole = result = kramers_kronig(frequency, impedance, weights=keep) if fit is None else fit
    for _ in range(max(int(_OUTLIER_SHARE * keep.sum()), 1)):
        score = _scores(result, keep)
        score[np.abs(result.residuals[0]) < _OUTLIER_FLOOR] = 0
        score[~keep] = 0
        worst = int(np.argmax(score / limit))
        if score[worst] <= limit[worst]:
            return within & ~keep, result
        keep[worst] = False
        result = kramers_kronig(frequency, impedance, weights=keep)
    # the list does not end: the spectrum is rough throughout, and single points are not to blame
    return np.zeros(frequency.size, dtype=bool), whole


def _line(frequency: float) -> float | None:
    """The mains line or harmonic that ``frequency`` is at, or None."""
    for harmonic in _HARMONICS:
        for line in _MAINS:
            near = _NEAR_LINE if harmonic == 1 else _NEAR_HARMONIC
            if abs(frequency / (harmonic * line) - 1) < near:
                return harmonic * line
    return None


def _name_outlier(frequency: float, size: float, noise: float) -> Finding:
    off = f"{100 * size:.2g} % off (noise {100 * noise:.2g} %)"
    line = _line(frequency)
    if line is None:
        return Finding(OUTLIER, frequency, frequency, f"The point at {frequency:.4g} Hz is {off}.", size)
    return Finding(
        MAINS,
        frequency,
        frequency,
        f"The point at {frequency:.4g} Hz is {off}; it lies at the mains line of {line:g} Hz.",
        size,
    )


def _sparse(frequency: np.ndarray) -> Finding | None:
    """Too few points for the residuals to tell a rough spectrum from a coarse fit."""
    low, high = float(frequency[0]), float(frequency[-1])
    if frequency.size >= _MIN_POINTS and frequency.size / np.log10(high / low) >= _MIN_DENSITY:
        return None
    return Finding(
        SPARSE, low, high, f"{frequency.size} points from {low:.3g} to {high:.3g} Hz are too few to judge them."
    )


def _changes(
    frequency: np.ndarray, impedance: np.ndarray, outliers: np.ndarray, result: KramersKronigResult
) -> tuple[tuple[Change, ...], np.ndarray, KramersKronigResult]:
    """Drift and steps that explain a spectrum, the clearest first; without them, outliers (f,) and the fit of the rest.

    Without them noise must be left, and single points at most: an instrument can be wrong in other ways, as in the
    phase on one side of a range, and a change that only comes near would move the answer for nothing. `outliers` and
    `result` are of the spectrum as it is, and are given back where nothing explains it.
    """
    for heard in (False, True):  # a step makes outliers of the points beside it: without them it shows less
        changes: list[Change] = []
        steady, single, fit = impedance, outliers, result
        for _ in range(_MOST_CHANGES):
            found = find_change(frequency, steady, np.ones_like(single) if heard else ~single, fit)
            if found is None:
                break
            changes.append(found)
            steady = steady / found.factor
            single, fit = _without_outliers(frequency, steady)
        if changes and _scatters(fit, single) and (np.diff(np.flatnonzero(single)) > _LONE).all():
            return tuple(changes), single, fit
        if not changes and not outliers.any():
            break  # with all points it would be the same search
    return (), outliers, result


def _scatters(result: KramersKronigResult, outliers: np.ndarray) -> bool:
    """Whether residuals of neighbouring points are independent of one another, as those of noise are."""
    residual, leverage = result.residuals[0][~outliers], result.leverage[0][~outliers]
    parts = [
        part / np.sqrt(_of_noise(share))
        for part, share in ((residual.real, leverage.real), (residual.imag, leverage.imag))
    ]
    together = sum(float(part[1:] @ part[:-1]) for part in parts)
    return together < _RANDOM * sum(float(part @ part) for part in parts)


def _name_change(change: Change, low: float) -> Finding:
    high = change.frequency
    if change.kind == STEP:
        sentence = (
            f"Below {high:.3g} Hz the impedance is {100 * change.size:+.2g} % off what it is above, as where an "
            "instrument changes its range."
        )
    else:
        sentence = (
            f"The impedance drifts by {100 * change.size:+.2g} % during the sweep, which shows below {high:.3g} Hz; "
            "the cell was not in a steady state."
        )
    return Finding(change.kind, low, high, sentence, abs(change.size))


def _low_frequency(frequency: np.ndarray, impedance: np.ndarray, outliers: np.ndarray, elements: int) -> Finding | None:
    """The lowest third of the points, if it is much rougher than the rest."""
    count = frequency.size // 3
    if count < 5:
        return None
    single = outliers.copy()
    if outliers[:count].sum() >= _LOW_POINTS:
        single[:count] = False
    # fitted together with the suspect points: left out at the end of the band they would be extrapolated
    result = kramers_kronig(frequency, impedance, elements=elements, weights=~single)
    square = np.abs(result.residuals[0]) ** 2 / _of_noise(result.leverage[0].real)
    low = float(np.sqrt(np.mean(square[:count][~single[:count]])))
    rest = float(np.sqrt(np.mean(square[count:][~single[count:]])))
    if low < _LOW_FACTOR * rest or low < 2 * _OUTLIER_FLOOR:
        return None
    rough = np.flatnonzero((np.sqrt(square[:count]) > 2 * rest) & ~single[:count])
    end = float(frequency[rough.max()])
    return Finding(
        LOW_FREQUENCY,
        float(frequency[0]),
        end,
        f"Below {end:.3g} Hz the spectrum breaks the Kramers-Kronig relations by {100 * low:.2g} % "
        f"({100 * rest:.2g} % above); the cell changed or the signal was too small there.",
    )


def _rough_end(
    frequency: np.ndarray, whole: KramersKronigResult, rest: KramersKronigResult, sound: np.ndarray
) -> Finding:
    """The points that are not `sound` (f,), at one end of the band."""
    size, noise = (100 * float(fit.noise[0]) for fit in (whole, rest))
    if sound[0]:
        kind, edge, where, what = HIGH_FREQUENCY, frequency[sound][-1], "Above", "the leads or the instrument show"
    else:
        kind, edge, where, what = (
            LOW_FREQUENCY,
            frequency[sound][0],
            "Below",
            "the cell changed or the signal was small",
        )
    bad = frequency[~sound]
    return Finding(
        kind,
        float(bad[0]),
        float(bad[-1]),
        f"{where} {edge:.3g} Hz the spectrum breaks the Kramers-Kronig relations ({size:.2g} % with it, {noise:.2g} % "
        f"without); {what} there.",
    )


def _inductive_tail(frequency: np.ndarray, impedance: np.ndarray, noise: float) -> Finding | None:
    """Points at the high end with Z'' > 0, by more than the noise explains."""
    part = impedance.imag / np.abs(impedance)
    inductive = part > max(5 * noise, 0.01)
    count = int(np.argmin(inductive[::-1])) if not inductive.all() else inductive.size
    if count == 0:
        return None
    start = float(frequency[-count])
    return Finding(
        INDUCTIVE,
        start,
        float(frequency[-1]),
        f"From {start:.3g} Hz on the impedance is inductive (leads or the instrument); "
        "it tells nothing of the electrolyte there.",
    )
