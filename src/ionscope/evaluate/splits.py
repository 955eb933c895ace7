"""Splits by specimen, stratified by material and electrode: a pellet never stands on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ionscope.config.learning import sizes_of_split
from ionscope.errors import TrainingError


def split_specimens(specimens: pd.DataFrame, test_fraction: float, folds: int, seed: int) -> pd.DataFrame:
    """Assign every specimen a role and a fold.

    Parameters
    ----------
    specimens : one row a specimen with `specimen, material, electrode`
    test_fraction : share of each stratum that is kept for testing
    folds : cross-validation folds of the training specimens

    Returns
    -------
    the table with `role` (train, test) and `fold` (0 .. folds - 1; -1 for test)
    """
    if specimens["specimen"].duplicated().any():
        name = specimens.loc[specimens["specimen"].duplicated(), "specimen"].iloc[0]
        raise TrainingError(f"specimen {name} is listed twice; every specimen needs one row")
    rng = np.random.default_rng(seed)
    shuffled = specimens.sort_values("specimen").iloc[rng.permutation(len(specimens))]
    strata = shuffled.sort_values(["material", "electrode"], kind="stable").reset_index(drop=True)
    try:
        n_test, n_train = sizes_of_split(len(strata), test_fraction, folds)
    except ValueError as error:
        raise TrainingError(str(error)) from None
    # Evenly spaced ranks through the sorted strata give every stratum its share, up to one specimen.
    is_test = np.zeros(len(strata), dtype=bool)
    is_test[(np.arange(n_test) * len(strata) / n_test + rng.uniform(0, len(strata) / n_test)).astype(int)] = True
    strata["role"] = np.where(is_test, "test", "train")
    strata["fold"] = -1
    strata.loc[~is_test, "fold"] = np.arange(n_train) % folds
    return strata.sort_values("specimen").reset_index(drop=True)
