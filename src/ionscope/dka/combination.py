"""Three answers to one laboratory spectrum, weighed by how wrong each tends to be on spectra like it.

The read-off (Re Z at the smallest phase), an automatic circuit fit and the learned kernel regression fail on different
spectra: the first where no plateau stands alone, the second where its circuit is not the cell's, the third where it has
seen little. On cells that none of them has seen, the error of each is regressed on what the spectrum shows: how far the
answers lie apart, how the fit went, how sure the kernel is. A method then counts with its expected error to the power
-`POWER`, those of fit and kernel taken `HOME_ADVANTAGE` times, and the answer is the weighted median: the one in the
middle, unless another outweighs the rest. A mean would be dragged along by a method far off, and away from a read-off
that the others agree with. The interval of the weighed answer is conformal as in `ionscope.dka.intervals`, apart for
cells that look blocking and cells that do not, and within both apart for answers that are expected to be good, fair or
bad: a common factor would make intervals of the good ones too wide and of the bad ones too narrow (Vovk, Gammerman and
Shafer 2005, doi 10.1007/b106715, chapter 4). Which electrodes a cell has cannot always be seen: the level is kept for
all cells together, and intervals are wide enough that none of the electrodes is covered by `SLACK` less. A laboratory
knows its electrodes, though. Where they are stated, the interval is calibrated on such cells alone: a spectrum of
blocking electrodes that does not look like one then need not be feared to hide a slow arc of a reversible one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ionscope.circuits.evidence import FEATURES, Evidence
from ionscope.dka.intervals import conformal_quantile, fit_scale, fit_scales
from ionscope.dka.local_median import weighted_quantiles
from ionscope.dka.regressor import KernelRegressor
from ionscope.electrodes import BLOCKING, ELECTRODES

METHODS = ("read_off", "circuit_fit", "kernel")
POWER = 2.0
"""The weight of independent errors; a good answer is not diluted by a bad one, as the median takes one of them."""

HOME_ADVANTAGE = (1.0, 1.5, 2.0)
"""Of each method: its expected error is taken for so many times larger. The kernel has learned from cells made like
those that errors are measured on, and the elements of the fit are those that the electrodes of these cells are made of;
measured pellets are other cells, and circuits describe them less well. The read-off is at home nowhere
(docs/reader.md)."""

FEWEST = 20
"""Groups of either kind of cell below which all cells calibrate the interval of both."""

CANDIDATES = ((8.0, 0.3), (8.0, 3.0), (100.0, 1.0))
"""(bandwidth, ridge) tried for the expected error of the answer. Two sweeps lie about 6 apart in so many features:
narrower kernels follow single sweeps, and give a plain cell a wide interval for the sake of one that lies near."""

SLACK = 0.01
"""An interval of 90 % covers 89 % at least of those that calibrate with the electrodes that it suits worst, and so 88 %
of fresh ones in spite of the figure's own error."""

CLASSES = 4
"""Classes of equal size by expected error."""

TAIL = 0.01
"""Share of the calibration's spectra beyond either limit of a feature. What lies further out is taken for the limit: a
spectrum without any noise is judged like the least noisy one known, not like one of which nothing is known."""


STATED = None, *ELECTRODES
"""What a laboratory may have said of its electrodes; the order of a combination's intervals."""


@dataclass(frozen=True)
class MethodAnswers:
    """What each method says of n spectra.

    log10_resistance : (n, 3) decades of ohm, in the order of `METHODS`
    features : (n, d) what tells how wrong each may be
    blocking : (n,) bool, whether the fit took the electrodes for blocking ones
    """

    log10_resistance: np.ndarray
    features: np.ndarray
    blocking: np.ndarray

    @classmethod
    def of(
        cls,
        log10_reference: np.ndarray,
        evidence: list[Evidence],
        log10_kernel: np.ndarray,
        half_width: np.ndarray,
        spread: np.ndarray | None = None,
    ) -> MethodAnswers:
        """From read-offs (n,), fits, the kernel's answers (n,) and its own half-widths (n,), all in decades.

        `spread` (n, s) is how far the answers of known spectra lie apart that look alike, where the kernel tells it.
        """
        fitted = np.array([item.log10_fit for item in evidence])
        answers = np.column_stack([log10_reference, fitted, log10_kernel])
        apart = answers[:, [1, 2, 2]] - answers[:, [0, 0, 1]]
        diagnostics = np.array([item.features for item in evidence])
        columns = [apart, _size(apart), np.log10(half_width), diagnostics]
        features = np.column_stack(columns if spread is None else [*columns, _size(spread)])
        return cls(answers, features, diagnostics[:, FEATURES.index("blocking")] > 0.5)


@dataclass
class Combination:
    """Weights and intervals; made by `fit`.

    low, high : (d,) limits of the features, in their own units
    centre, spread : (d,) of the features within them
    scales : for each method, the regression of log(error + floor) on the features
    error_scale : the same for the weighed answer
    steps : (3, 2, c - 1) of the logarithm of its expected error, from one class to the next, for the electrodes
        `STATED`, and for cells that do not look blocking and those that do
    quantiles : (3, 2, c) of its normalised errors
    """

    low: np.ndarray
    high: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    scales: tuple[KernelRegressor, ...]
    error_scale: KernelRegressor
    steps: np.ndarray
    quantiles: np.ndarray

    @classmethod
    def fit(
        cls,
        answers: MethodAnswers,
        truth: np.ndarray,
        group: np.ndarray,
        electrode: np.ndarray,
        blocking: np.ndarray,
        level: float = 0.9,
    ) -> Combination:
        """Learn from spectra of specimens `group` (n,) whose log10 resistance is `truth` (n,).

        All are covered with the probability `level`, those of each `electrode` (n,) with no less than `SLACK` below;
        and so are those with electrodes that are `blocking` (n,) and those with others, where that is stated.
        """
        low, high = np.quantile(answers.features, (TAIL, 1 - TAIL), axis=0)
        within = np.clip(answers.features, low, high)
        centre, spread = within.mean(axis=0), within.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        x = _standardised(within, centre, spread)
        errors = answers.log10_resistance - truth[:, None]
        scales, held_out = fit_scales(x, errors, group)
        error = weighted_median(errors, _weights(held_out))
        error_scale, expected = fit_scale(x, error, group, candidates=CANDIDATES)
        ratio = np.abs(error) / np.exp(expected)
        judged = _Judged(ratio, expected, group, electrode, answers.blocking)
        known = [np.ones(len(truth), dtype=bool), *(blocking == (name == BLOCKING) for name in ELECTRODES)]
        known = [rows if judged[rows].specimens >= FEWEST else known[0] for rows in known]
        calibrated = [judged[rows].calibrated(level) for rows in known]
        steps, quantiles = (np.array(part) for part in zip(*calibrated, strict=True))
        return cls(low, high, centre, spread, scales, error_scale, steps, quantiles)

    def answer(self, answers: MethodAnswers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """log10 of the resistance (n,), its half-width (n,), both in decades, and each method's share in it (n, 3)."""
        x = self._within(answers)
        weights = _weights(np.column_stack([scale.predict(x) for scale in self.scales]))
        return weighted_median(answers.log10_resistance, weights), self.half_width(answers), weights

    def half_width(self, answers: MethodAnswers, electrodes: str | None = None) -> np.ndarray:
        """(n,) half-width alone, as `answer` gives it; of `electrodes` (one of `ELECTRODES`) where all have such."""
        expected, stated = self.error_scale.predict(self._within(answers)), STATED.index(electrodes)
        quantile = _quantile_of(expected, answers.blocking, self.steps[stated], self.quantiles[stated])
        return quantile * np.exp(expected)

    def _within(self, answers: MethodAnswers) -> np.ndarray:
        """(n, d) features within their limits, as the regressions know them."""
        return _standardised(np.clip(answers.features, self.low, self.high), self.centre, self.spread)


@dataclass(frozen=True)
class _Judged:
    """Weighed answers whose truth is known.

    ratio : (n,) errors over what was expected
    expected : (n,) logarithm of that
    group, electrode : (n,) of each
    looks : (n,) bool, blocking
    """

    ratio: np.ndarray
    expected: np.ndarray
    group: np.ndarray
    electrode: np.ndarray
    looks: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> _Judged:
        return _Judged(self.ratio[rows], self.expected[rows], self.group[rows], self.electrode[rows], self.looks[rows])

    @property
    def specimens(self) -> int:
        return len(np.unique(self.group))

    def calibrated(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Steps (2, c - 1) between classes and quantiles (2, c), as in `Combination`.

        Those that do not look blocking and those that do are apart; all stand for either where these are few.
        """
        kinds = [self[self.looks == kind] for kind in (False, True)]
        kinds = [kind if kind.specimens >= FEWEST else self for kind in kinds]
        steps, quantiles = (np.array(part) for part in zip(*(kind._by_class(level) for kind in kinds), strict=True))
        left = self.ratio / _quantile_of(self.expected, self.looks, steps, quantiles)
        factors = _shortfall(left, self.group, self.electrode, self.looks.astype(int), level - SLACK)
        return steps, quantiles * factors[:, None]

    def _by_class(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Steps (c - 1,) of the expected error between classes, and what covers the ratio in each class (c,).

        Where specimens are few, so are classes: the last ones are out of reach.
        """
        classes = min(CLASSES, max(1, self.specimens // FEWEST))
        steps = np.full(CLASSES - 1, np.inf)
        steps[: classes - 1] = np.quantile(self.expected, np.arange(1, classes) / classes)
        number = np.minimum(np.arange(CLASSES), classes - 1)
        rows = [_class_of(self.expected, steps) == k for k in number]
        return steps, np.array([conformal_quantile(self.ratio[row], self.group[row], level) for row in rows])


def weighted_median(answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(n,) the smallest of the answers (n, w) up to which half of the weights (n, w) lies."""
    return weighted_quantiles(answers, weights, (0.5,))[:, 0]


def _quantile_of(expected: np.ndarray, looks: np.ndarray, steps: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """(n,) quantile of the class that each expected error (n,) is in, of cells that look blocking (n,) or do not."""
    kind = looks.astype(int)
    return quantiles[kind, _class_of(expected, steps[kind])]


def _class_of(expected: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """(n,) class of expected errors (n,) between steps (c - 1,), or (n, c - 1) of their own."""
    return (expected[:, None] >= steps).sum(axis=1)


def _shortfall(
    left: np.ndarray, group: np.ndarray, electrode: np.ndarray, kind: np.ndarray, level: float
) -> np.ndarray:
    """(2,) factors, at least 1, by which intervals are too narrow for the electrodes that mostly look like a kind.

    left : (n,) errors in half-widths
    """
    factors = np.ones(2)
    for name in np.unique(electrode):
        rows = electrode == name
        if len(np.unique(group[rows])) >= FEWEST:
            looks = int(kind[rows].mean() > 0.5)
            factors[looks] = max(factors[looks], conformal_quantile(left[rows], group[rows], level))
    return factors


def _standardised(features: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """(n, d) in single precision, in which the points of the regressions are stored: they need half the space."""
    return ((features - centre) / spread).astype(np.float32).astype(np.float64)


def _weights(log_scale: np.ndarray) -> np.ndarray:
    log_scale = log_scale + np.log(HOME_ADVANTAGE)
    weight = np.exp(-POWER * (log_scale - log_scale.min(axis=1, keepdims=True)))
    return weight / weight.sum(axis=1, keepdims=True)


def _size(apart: np.ndarray) -> np.ndarray:
    """Distances on a logarithmic scale from a thousandth of a decade up."""
    return np.log10(np.abs(apart) + 1e-3)
