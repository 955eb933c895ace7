"""What a variant learns from, what calibrates it, and that no specimen is both."""

import numpy as np
import pandas as pd
import pytest
from cells import pellets

from ionscope.config import Variant
from ionscope.dka.learning_set import FURTHER, LearningSet
from ionscope.errors import InputDataError

SPECTRA = pellets(10)
NAMES = np.unique(SPECTRA["specimen"])
SPLIT = pd.DataFrame({"specimen": NAMES, "role": ["test"] * 2 + ["train"] * 8, "fold": [-1, -1, *[0, 1, 2, 3] * 2]})
OWN, WITH_FURTHER = Variant(), Variant(further=True)


def specimens(data, rows):
    return set(data.spectra["specimen"][rows])


def test_a_variant_learns_from_training_specimens_and_folds_leave_some_out():
    data = LearningSet.of(SPECTRA, SPLIT)
    assert specimens(data, data.learned(OWN)) == set(NAMES[2:])
    assert specimens(data, data.learned(OWN, without=1)) == set(NAMES[2:]) - set(NAMES[[3, 7]])
    assert specimens(data, data.tested) == set(NAMES[:2])
    assert data.calibrating(OWN) is None


def test_further_specimens_are_learned_from_alone_and_all_training_specimens_calibrate():
    further = pellets(6, seed=1)
    data = LearningSet.of(SPECTRA, SPLIT, further)
    learned = data.learned(WITH_FURTHER)
    assert len(data.spectra) == len(SPECTRA) + len(further)
    np.testing.assert_array_equal(data.spectra.impedance[learned], further.impedance)
    np.testing.assert_array_equal(data.spectra.impedance[: len(SPECTRA)], SPECTRA.impedance)
    # Both sets number their specimens from nought: none of one may pass for one of the other.
    assert not specimens(data, learned) & set(NAMES) and len(specimens(data, learned)) == 6
    assert specimens(data, data.calibrating(WITH_FURTHER)) == set(NAMES[2:])
    assert specimens(data, data.learned(OWN)) == set(NAMES[2:])
    assert (data.role[learned] == FURTHER).all() and (data.fold[learned] == -1).all()


def test_specimens_simulated_to_calibrate_are_neither_learned_from_nor_tested_on():
    data = LearningSet.of(SPECTRA, SPLIT, pellets(6, seed=1), pellets(4, seed=2))
    held = data.calibrating(WITH_FURTHER)
    assert len(specimens(data, held)) == 8 + 4 and (data.role[held] == "train").sum() == 16
    groups = (data.learned(WITH_FURTHER), held, data.tested)
    assert sum(len(specimens(data, rows)) for rows in groups) == len(np.unique(data.spectra["specimen"])) == 20
    np.testing.assert_array_equal(data.own, np.arange(len(SPECTRA)))
    # To calibrate, a model needs no spectra that it has learned from at hand.
    alone = LearningSet.of(SPECTRA, SPLIT, calibration=pellets(4, seed=2))
    assert specimens(alone, alone.calibrating(WITH_FURTHER)) == specimens(data, held)


def test_further_specimens_of_another_band_are_refused():
    with pytest.raises(InputDataError, match="different frequency grids"):
        LearningSet.of(SPECTRA, SPLIT, pellets(4, points=20))
