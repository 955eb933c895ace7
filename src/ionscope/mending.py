"""What spoils a measured spectrum is taken off before it is read: points that do not belong, a rough end, changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ionscope.preprocess.quality import QualityReport
from ionscope.preprocess.reference import read_off
from ionscope.preprocess.unsteady import STEP, without
from ionscope.spectrum import Spectrum

HARMLESS = 0.02
"""Of |Z|: points off by less, or a drift of less, ask for no caution where the interval is wider than that."""


@dataclass(frozen=True)
class Mended:
    """A spectrum to be read.

    left_out_hz : frequencies of the points that were left out
    taken_off : kinds of the changes that were
    doubt : decades by which its resistance may be off either way for what was taken off
    """

    spectrum: Spectrum
    left_out_hz: tuple[float, ...] = ()
    taken_off: tuple[str, ...] = ()
    doubt: float = 0.0


def mend(spectrum: Spectrum, quality: QualityReport, factor: float, breaks: bool, fewest: int) -> Mended:
    """The spectrum without what `quality` has found and could move its answer.

    What is left is the cell as it was when its resistance showed. Before a drift it was another, and nobody knows which
    side of a step is right: the answer may be off by as much.

    Parameters
    ----------
    factor : of the resistance's interval either way, as the spectrum is
    breaks : whether it breaks the Kramers-Kronig relations; only then are points left out
    fewest : points that are needed to read it
    """
    left_out: tuple[float, ...] = ()
    taken_off: tuple[str, ...] = ()
    doubt = 0.0
    if any(matters(abs(change.size), factor) for change in quality.changes):
        steady = without(spectrum.impedance, quality.changes)
        at = int(np.argmin(np.abs(spectrum.frequency - read_off(spectrum.frequency, steady)[1])))
        by_then = [change.factor[at] for change in quality.changes]
        spectrum = replace(spectrum, impedance=steady * np.prod(by_then))
        off = [1 + c.size if c.kind == STEP else then for c, then in zip(quality.changes, by_then, strict=True)]
        doubt = float(np.abs(np.log10(off)).sum())
        taken_off = tuple(change.kind for change in quality.changes)
    kept = quality.kept
    if breaks and fewest <= kept.sum() < len(spectrum):
        left_out = tuple(spectrum.frequency[~kept].tolist())
        spectrum = replace(spectrum, frequency=spectrum.frequency[kept], impedance=spectrum.impedance[kept])
    return Mended(spectrum, left_out, taken_off, doubt)


def matters(size: float, factor: float) -> bool:
    """Whether what is off by `size` could move an answer beyond its interval, a `factor` wide either way."""
    return size > min(HARMLESS, factor - 1)
