"""Which spectra a variant learns from, and which are kept to calibrate it.

A variant learns from the training specimens of the run's set, or from further specimens that were simulated for
learning only. Then no training specimen was learned from: they calibrate, and with them the further ones that were
simulated for that, as so few specimens make intervals of uncertain width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ionscope.config import Variant
from ionscope.dka.experiment import fold_of_spectra, role_of_spectra
from ionscope.spectrum import SpectrumSet

FURTHER, CALIBRATION = "further", "calibration"
"""Roles of spectra that were simulated to learn from only, and to calibrate only."""


@dataclass(frozen=True)
class LearningSet:
    """A run's spectra, followed by the further ones where a variant learns from those.

    spectra : all of them
    role : (n,) `train` or `test`, and of further ones `FURTHER` or `CALIBRATION`
    fold : (n,) fold of the training specimens, -1 for all others
    """

    spectra: SpectrumSet
    role: np.ndarray
    fold: np.ndarray

    @classmethod
    def of(
        cls,
        spectra: SpectrumSet,
        split: pd.DataFrame,
        further: SpectrumSet | None = None,
        calibration: SpectrumSet | None = None,
    ) -> LearningSet:
        """`split` gives the role and the fold of the specimens of `spectra`.

        Raises
        ------
        InputDataError : further spectra on another frequency grid
        """
        role, fold = role_of_spectra(spectra, split), fold_of_spectra(spectra, split)
        added = {FURTHER: further, CALIBRATION: calibration}
        sets = {name: more for name, more in added.items() if more is not None}
        if not sets:
            return cls(spectra, role, fold)
        columns = [name for name in spectra.data.data_vars if all(name in more.data for more in sets.values())]
        named = [renamed(SpectrumSet(more.data[columns]), name) for name, more in sets.items()]
        roles = [np.full(len(more), name) for name, more in sets.items()]
        n = sum(map(len, named))
        return cls(
            SpectrumSet.concatenate([SpectrumSet(spectra.data[columns]), *named]),
            np.concatenate([role, *roles]),
            np.concatenate([fold, np.full(n, -1)]),
        )

    def learned(self, variant: Variant, without: int | None = None) -> np.ndarray:
        """Rows that the variant learns from; those of training specimens without the fold `without`."""
        if variant.further:
            return np.flatnonzero(self.role == FURTHER)
        return np.flatnonzero((self.fold >= 0) & (self.fold != (-1 if without is None else without)))

    def calibrating(self, variant: Variant) -> np.ndarray | None:
        """Rows kept to calibrate the variant; None where it needs folds, as it learns from all that could."""
        return np.flatnonzero(np.isin(self.role, ("train", CALIBRATION))) if variant.further else None

    @property
    def own(self) -> np.ndarray:
        """Rows of the run's own set."""
        return np.flatnonzero(~np.isin(self.role, (FURTHER, CALIBRATION)))

    @property
    def tested(self) -> np.ndarray:
        """Rows of test specimens."""
        return np.flatnonzero(self.role == "test")


def renamed(spectra: SpectrumSet, prefix: str) -> SpectrumSet:
    """The set with a prefix to its specimens' names.

    Numbers begin anew in every set, and without another name two pellets pass for one.
    """
    names = np.char.add(f"{prefix}-", spectra["specimen"].astype(str))
    return SpectrumSet(spectra.data.assign(specimen=("spectrum", names)))
