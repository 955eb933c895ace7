"""Splits: every specimen on one side, every stratum on both, and nothing but the seed decides."""

import numpy as np
import pandas as pd
import pytest
from cells import pellets
from hypothesis import given
from hypothesis import strategies as st

from ionscope.dka.experiment import fold_of_spectra
from ionscope.errors import TrainingError
from ionscope.evaluate.splits import split_specimens

STRATUM = ["material", "electrode"]

sizes = st.lists(st.integers(1, 30), min_size=1, max_size=8).filter(lambda counts: sum(counts) >= 20)


def specimens(counts):
    """As many specimens as `counts` says in each stratum of a material and an electrode; names tell nothing of it."""
    strata = [("abcd"[k % 4], ("blocking", "lithium")[k // 4]) for k, n in enumerate(counts) for _ in range(n)]
    order = np.random.default_rng(0).permutation(len(strata))
    rows = [(f"p-{i:03d}", *strata[k]) for i, k in enumerate(order)]
    return pd.DataFrame(rows, columns=["specimen", *STRATUM])


@given(sizes, st.floats(0.15, 0.5), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_every_specimen_has_one_role_and_one_fold(counts, fraction, folds, seed):
    table = specimens(counts)
    split = split_specimens(table, fraction, folds, seed)
    pd.testing.assert_frame_equal(split[table.columns.tolist()], table)  # these are in the order of their names
    assert set(split["role"]) == {"train", "test"}
    assert ((split["fold"] == -1) == (split["role"] == "test")).all()
    assert set(split["fold"]) == {-1, *range(folds)}
    assert (split["role"] == "test").sum() == round(fraction * len(table))


@given(sizes, st.floats(0.15, 0.5), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_every_stratum_has_its_share_up_to_one_specimen(counts, fraction, folds, seed):
    split = split_specimens(specimens(counts), fraction, folds, seed)
    share = (split["role"] == "test").mean()
    for _, stratum in split.groupby(STRATUM):
        assert abs((stratum["role"] == "test").sum() - share * len(stratum)) < 1
        of_fold = np.bincount(stratum.loc[stratum["role"] == "train", "fold"], minlength=folds)
        assert np.ptp(of_fold) <= 1


@given(sizes, st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_the_seed_alone_decides_and_not_the_order_of_the_rows(counts, seed, random):
    table = specimens(counts)
    order = random.sample(range(len(table)), len(table))
    split = split_specimens(table, 0.25, 3, seed)
    pd.testing.assert_frame_equal(split_specimens(table, 0.25, 3, seed), split)
    pd.testing.assert_frame_equal(split_specimens(table.iloc[order], 0.25, 3, seed), split)


@pytest.mark.parametrize("each", [3, 10])
def test_another_seed_splits_otherwise_and_everyone_is_tested_some_time(each):
    roles = np.array([split_specimens(specimens([each] * 8), 0.2, 4, seed)["role"] == "test" for seed in range(100)])
    assert len(np.unique(roles, axis=0)) > 90  # of the smaller table there are some 1200, so a few come twice
    # a fifth of the draws each, by chance: five standard deviations
    assert np.abs(roles.mean(axis=0) - roles.mean()).max() < 5 * np.sqrt(0.2 * 0.8 / 100)
    assert roles.any(axis=0).all()


def test_what_was_handed_in_is_left_as_it_was():
    table = specimens([10, 12])
    before = table.copy()
    split_specimens(table, 0.25, 3, 0)
    pd.testing.assert_frame_equal(table, before)


def test_all_spectra_of_a_pellet_stand_on_its_side():
    spectra = pellets(20, temperatures=(298.15, 313.15, 328.15))
    names = {name: spectra[name].astype(str) for name in ("specimen", *STRATUM)}
    split = split_specimens(pd.DataFrame(names).drop_duplicates("specimen"), 0.25, 3, 0)
    fold = fold_of_spectra(spectra, split)
    sides = [set(names["specimen"][fold == k]) for k in range(-1, 3)]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 20
    assert all(len(set(fold[names["specimen"] == name])) == 1 for name in names["specimen"])


def test_a_specimen_that_is_listed_twice_is_refused_by_name():
    table = specimens([10, 10])
    with pytest.raises(TrainingError, match="specimen p-013 is listed twice"):
        split_specimens(pd.concat([table, table.iloc[[13]]]), 0.25, 3, 0)


@pytest.mark.parametrize(
    "count, fraction, folds",
    [(0, 0.2, 2), (1, 0.2, 2), (20, 0.05, 2), (20, 0.0, 2), (20, 1.0, 2), (20, 0.2, 9), (20, 0.9, 2)],
)
def test_too_few_specimens_for_both_sides_are_refused_with_the_way_out(count, fraction, folds):
    message = f"{count} specimens are too few for a test fraction of {fraction:g} and {folds} folds; simulate more"
    with pytest.raises(TrainingError, match=message):
        split_specimens(specimens([count]), fraction, folds, 0)


def test_as_few_as_are_enough_are_split():
    split = split_specimens(specimens([10]), 0.2, 4, 0)
    assert split["role"].value_counts().to_dict() == {"train": 8, "test": 2}
    assert split["fold"].value_counts().to_dict() == {-1: 2, 0: 2, 1: 2, 2: 2, 3: 2}
