"""Which sign an imaginary column has: from its label, or from the Kramers-Kronig relations where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ionscope.io.text import problem
from ionscope.kramers_kronig import design_matrix, time_constants

WAY_OUT = (
    "give the sign (sign='as-is' if the column is Im(Z), sign='negated' if it is -Im(Z); --sign at the command line)"
)

_RATIO = 3.0  # a wrong sign raises the Kramers-Kronig residual of any dispersive cell by far more than this
_PASSES = 0.1  # residual above which neither sign describes an impedance at all
_ONE_SIDED = 0.2  # share of the weaker sign below which a spectrum counts as one-sided
_FLATLY = 0.03  # residual with the sign turned that outweighs a label under which the cell looks capacitive
_SWEEPS = 16  # sweeps of one file that vote


@dataclass(frozen=True)
class SignTest:
    """Kramers-Kronig residuals of a column read as Im(Z) and as -Im(Z), and how capacitive it is when read as Im(Z).

    Parameters
    ----------
    as_is, negated : relative rms residual under either sign
    capacitive, inductive : mean of -Im(Z)/\\|Z\\| and Im(Z)/\\|Z\\| where each is positive, read as Im(Z)
    """

    as_is: float
    negated: float
    capacitive: float
    inductive: float

    @property
    def best(self) -> float:
        """The smaller residual."""
        return min(self.as_is, self.negated)

    @property
    def causal(self) -> int:
        """+1 if only the column as it is obeys the Kramers-Kronig relations, -1 if only its negative does, else 0."""
        if self.best > _PASSES:
            return 0
        if self.negated > _RATIO * max(self.as_is, 1e-6):
            return 1
        if self.as_is > _RATIO * max(self.negated, 1e-6):
            return -1
        return 0

    @property
    def majority(self) -> int:
        """+1 if the column as it is is capacitive nearly everywhere, -1 if its negative is, else 0."""
        if self.inductive < _ONE_SIDED * self.capacitive:
            return 1
        if self.capacitive < _ONE_SIDED * self.inductive:
            return -1
        return 0


def sign_test(sweeps: Sequence[tuple[np.ndarray, np.ndarray]]) -> SignTest:
    """Try both signs on ``sweeps`` of (frequency (f,), impedance (f,) with the column as Im(Z))."""
    as_is, negated = [], []
    for frequency, impedance in list(sweeps)[:_SWEEPS]:
        if frequency.size < 4 or np.abs(impedance).min() == 0 or np.unique(frequency).size < frequency.size:
            continue
        one, other = causal_residuals(frequency, impedance)
        as_is.append(one)
        negated.append(other)
    angle = np.concatenate([impedance.imag / np.maximum(np.abs(impedance), 1e-300) for _, impedance in sweeps])
    return SignTest(
        float(np.median(as_is)) if as_is else np.inf,
        float(np.median(negated)) if negated else np.inf,
        float(np.clip(-angle, 0, None).mean()),
        float(np.clip(angle, 0, None).mean()),
    )


def causal_residuals(frequency: np.ndarray, impedance: np.ndarray) -> tuple[float, float]:
    """Relative rms residual of the Kramers-Kronig fit of Z and of its conjugate, which share one weighted basis.

    A number of RC elements for noise of a percent will do here, so that one decomposition serves for both.
    """
    density = 3.0 if frequency.size > 20 else 2.0
    tau = time_constants(frequency, elements=min(time_constants(frequency, density).size, frequency.size))
    basis = design_matrix(frequency, tau)
    modulus = np.abs(impedance)
    q, _ = np.linalg.qr(np.concatenate([basis.real, basis.imag]) / np.tile(modulus, 2)[:, None])
    real, imaginary = impedance.real / modulus, impedance.imag / modulus
    target = np.stack([np.concatenate([real, imaginary]), np.concatenate([real, -imaginary])], axis=1)
    rest = target - q @ (q.T @ target)
    one, other = np.sqrt(np.mean(rest**2, axis=0))
    return float(one), float(other)


def decide_unlabelled(test: SignTest, source: str, name: str) -> tuple[int, str]:
    """Sign (+1: the column is Im(Z), -1: it is -Im(Z)) of a column without a telling label, and why.

    Raises
    ------
    InputDataError : neither the Kramers-Kronig relations nor a capacitive majority decides
    """
    if test.causal:
        said = "Im(Z)" if test.causal > 0 else "-Im(Z)"
        return test.causal, (
            f"{name} does not state its sign; it was read as {said}, which the Kramers-Kronig relations support "
            f"(residual {test.best:.2g}, with the other sign {max(test.as_is, test.negated):.2g})."
        )
    if test.majority:
        said = "Im(Z)" if test.majority > 0 else "-Im(Z)"
        return test.majority, (
            f"{name} does not state its sign; it was read as {said}, with which the cell is capacitive over most of "
            "the band (the Kramers-Kronig test does not decide)."
        )
    raise problem(
        source,
        f"{name} does not state its sign, and neither the Kramers-Kronig test (residuals {test.as_is:.2g} and "
        f"{test.negated:.2g}) nor a capacitive majority decides; {WAY_OUT}",
    )


def check_labelled(test: SignTest, source: str, name: str) -> tuple[int, str]:
    """+1 where the data agree with the label, -1 where they flatly contradict it and their negative is causal.

    Raises
    ------
    InputDataError : read as labelled the cell is an inductor over its whole band, and nothing else decides
    """
    flatly = test.causal < 0 and (test.best < _FLATLY or test.majority < 0)
    if test.majority >= 0 and not flatly:
        return 1, ""
    if flatly:
        return -1, (
            f"{name} holds the opposite sign of its label: as labelled the spectrum breaks the "
            f"Kramers-Kronig relations (residual {test.as_is:.2g}), with the sign turned it obeys them "
            f"({test.negated:.2g}); it was turned."
        )
    if test.causal > 0 or test.inductive < 0.02:
        return 1, ""
    raise problem(
        source,
        f"{name}, read as labelled, makes the cell inductive over its band, and the Kramers-Kronig test does not "
        f"decide (residuals {test.as_is:.2g} and {test.negated:.2g}); {WAY_OUT}",
    )


def flips(impedance: np.ndarray) -> np.ndarray:
    """(f - 1,) whether the imaginary part changes sign from one point to the next without coming near zero."""
    part = impedance.imag / np.abs(impedance)
    return (part[1:] * part[:-1] < 0) & (np.minimum(np.abs(part[1:]), np.abs(part[:-1])) > 0.1)


def mixed_sign(sweeps: Sequence[tuple[np.ndarray, np.ndarray]], test: SignTest) -> float | None:
    """The frequency at which the sign of the imaginary part flips without reason, or None.

    Only where the spectrum breaks the Kramers-Kronig relations as it stands, with either sign, and obeys them once
    every point is made capacitive: some rows then hold Im(Z) and others -Im(Z).
    """
    if test.best < 0.05:
        return None
    for frequency, impedance in sweeps:
        jump = flips(impedance)
        if not jump.any():
            continue
        folded = sign_test([(frequency, impedance.real - 1j * np.abs(impedance.imag))])
        if folded.as_is < 0.2 * test.best:
            return float(frequency[1:][jump][0])
    return None


def swapped_parts(sweeps: Sequence[tuple[np.ndarray, np.ndarray]], test: SignTest) -> float | None:
    """The Kramers-Kronig residual with real and imaginary part exchanged, where only that makes an impedance."""
    if test.best <= _PASSES:
        return None
    swapped = sign_test([(frequency, impedance.imag + 1j * impedance.real) for frequency, impedance in sweeps]).best
    return swapped if swapped < _FLATLY else None
