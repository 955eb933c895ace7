"""Named random streams: what they are is a promise to every stored run, and none knows of another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.seeds import derived_seed

roots = st.integers(0, 2**63)
names = st.lists(st.text(max_size=8) | st.integers(0, 2**31), max_size=4)


@given(roots, names)
def test_a_seed_is_a_plain_integer_of_32_bits_and_always_the_same(root, name):
    seed = derived_seed(root, *name)
    assert type(seed) is int and 0 <= seed < 2**32
    assert derived_seed(root, *name) == seed


@given(roots, names)
def test_drawing_one_changes_no_other_and_not_the_global_stream(root, name):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the global stream is what is watched
    alone = derived_seed(root, "b")
    derived_seed(root, *name)
    assert derived_seed(root, "b") == alone
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_numbers_of_numpy_are_numbers():
    assert derived_seed(7, "ea", np.int64(3)) == derived_seed(np.int64(7), "ea", 3)


def test_a_number_and_its_digits_are_two_names():
    assert derived_seed(7, "fold", 3) != derived_seed(7, "fold", "3")


def test_words_do_not_run_together():
    seeds = [derived_seed(7, *name) for name in (("ab", "c"), ("a", "bc"), ("abc",), ("a", "b", "c"), ("abc", ""))]
    assert len(set(seeds)) == len(seeds)


def test_many_streams_are_many():
    seeds = [derived_seed(root, "specimen", k) for root in range(3) for k in range(500)]
    assert len(set(seeds)) == len(seeds)


def test_neighbouring_streams_are_independent():
    draws = np.array([np.random.default_rng(derived_seed(1, "specimen", k)).normal(size=400) for k in range(40)])
    correlation = np.corrcoef(draws)[np.triu_indices(40, 1)]
    assert np.abs(correlation).max() < 5 / np.sqrt(400)
    assert correlation.std() == pytest.approx(1 / np.sqrt(400), rel=0.1)
    first = np.array([np.random.default_rng(derived_seed(1, "specimen", k)).uniform() for k in range(2000)])
    assert np.abs(np.histogram(first, 10, (0, 1))[0] - 200).max() < 5 * np.sqrt(200 * 0.9)


def test_stored_runs_can_be_made_again():
    """Worked out once: a change here changes every figure of every run."""
    assert derived_seed(0) == 2968811710
    assert derived_seed(20261123, "split") == 3909330345
    assert derived_seed(7, "train", "joint", 3) == 3970073933
