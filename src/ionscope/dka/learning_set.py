"""Which spectra a variant learns from, and which are kept to calibrate it.

A variant learns from the training specimens of the run's set, or from further specimens that were simulated for
learning only. Then no training specimen was learned from, and all of them calibrate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ionscope.config import Variant
from ionscope.dka.experiment import fold_of_spectra, role_of_spectra
from ionscope.spectrum import SpectrumSet

FURTHER = "further"
"""Role of spectra that were simulated for learning only, and what their specimens' names begin with."""


@dataclass(frozen=True)
class LearningSet:
    """A run's spectra, followed by the further ones where a variant learns from those.

    spectra : all of them
    role : (n,) `train`, `test` or `further`
    fold : (n,) fold of the training specimens, -1 for all others
    """

    spectra: SpectrumSet
    role: np.ndarray
    fold: np.ndarray

    @classmethod
    def of(cls, spectra: SpectrumSet, split: pd.DataFrame, further: SpectrumSet | None = None) -> LearningSet:
        """`split` gives the role and the fold of the specimens of `spectra`.

        Raises
        ------
        InputDataError : further spectra on another frequency grid
        """
        role, fold = role_of_spectra(spectra, split), fold_of_spectra(spectra, split)
        if further is None:
            return cls(spectra, role, fold)
        # Numbers begin anew in every set: without another name two pellets would pass for one.
        names = np.char.add(f"{FURTHER}-", further["specimen"].astype(str))
        columns = [name for name in further.data.data_vars if name in spectra.data]
        renamed = SpectrumSet(further.data[columns].assign(specimen=("spectrum", names)))
        own = SpectrumSet(spectra.data[columns])
        return cls(
            SpectrumSet.concatenate([own, renamed]),
            np.concatenate([role, np.full(len(further), FURTHER)]),
            np.concatenate([fold, np.full(len(further), -1)]),
        )

    def learned(self, variant: Variant, without: int | None = None) -> np.ndarray:
        """Rows that the variant learns from; those of training specimens without the fold `without`."""
        if variant.further:
            return np.flatnonzero(self.role == FURTHER)
        return np.flatnonzero((self.fold >= 0) & (self.fold != (-1 if without is None else without)))

    def calibrating(self, variant: Variant) -> np.ndarray | None:
        """Rows kept to calibrate the variant; None where it needs folds, as it learns from all that could."""
        return np.flatnonzero(self.role == "train") if variant.further else None

    @property
    def tested(self) -> np.ndarray:
        """Rows of test specimens."""
        return np.flatnonzero(self.role == "test")
