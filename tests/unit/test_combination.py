"""The combination: the better method counts, and every kind of electrode is covered as often as promised."""

from dataclasses import replace

import numpy as np
import pytest

from ionscope.dka.combination import CLASSES, SLACK, STATED, Combination, MethodAnswers, weighted_median

SHOWN, HIDDEN = NAMES = np.array(["shown", "hidden"])


def cells(n, seed):
    """Cells that do not look blocking; one in three has `hidden` electrodes, and a fifth of those are far off.

    The `shown` electrodes are blocking, the `hidden` ones are not.

    The first feature tells how well the resistance shows; nothing tells the electrodes apart. The second method is the
    best where the second feature is positive, the first elsewhere; the third is never any good.
    """
    rng = np.random.default_rng(seed)
    hidden = rng.random(n) < 1 / 3
    shows, who = rng.normal(size=n), rng.normal(size=n)
    size = 0.01 * np.exp(shows)
    size[hidden & (rng.random(n) < 0.2)] *= 30
    better, worse = size * rng.normal(size=n), 10 * size * rng.normal(size=n)
    answers = np.column_stack([np.where(who > 0, worse, better), np.where(who > 0, better, worse), 5 + worse])
    features = np.column_stack([shows, who])
    answers = MethodAnswers(answers, features, np.zeros(n, dtype=bool))
    return answers, np.zeros(n), np.arange(n), NAMES[hidden.astype(int)], ~hidden


@pytest.fixture(scope="module")
def combination():
    return Combination.fit(*cells(1500, 0))


def test_the_better_method_counts(combination):
    answers, *_ = cells(400, 1)
    _, _, weights = combination.answer(answers)
    assert weights.sum(axis=1) == pytest.approx(1.0)
    clear = np.abs(answers.features[:, 1]) > 0.5
    best = (answers.features[:, 1] > 0).astype(int)
    assert (weights.argmax(axis=1) == best)[clear].mean() > 0.95
    assert weights[:, 2].max() < 0.05


def test_every_kind_of_electrode_is_covered(combination):
    answers, truth, _, electrode, _ = cells(6000, 2)
    answer, half_width, _ = combination.answer(answers)
    covered = np.abs(answer - truth) <= half_width
    for name in NAMES:
        share, n = covered[electrode == name].mean(), 500 * (2 if name == SHOWN else 1)
        assert share > 0.9 - SLACK - 3 * np.sqrt(0.9 * 0.1 / n)  # as many calibrated it
    assert covered[electrode == SHOWN].mean() > 0.93  # the price: nobody can tell them apart


def test_stated_electrodes_have_intervals_of_their_own(combination):
    answers, truth, _, electrode, _ = cells(6000, 2)
    unknown, *_ = combination.answer(answers)
    widths = {}
    for stated, name, n in (("blocking", SHOWN, 1000), ("reversible", HIDDEN, 500)):
        widths[stated] = combination.half_width(answers, stated)
        share = (np.abs(unknown - truth) <= widths[stated])[electrode == name].mean()
        assert share == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / n) + 0.01)
    assert np.median(widths["blocking"] / widths["reversible"]) < 0.7


def test_a_kind_of_electrodes_too_rare_to_calibrate_has_the_intervals_of_all():
    answers, truth, group, electrode, _ = cells(1500, 0)
    combination = Combination.fit(answers, truth, group, electrode, np.arange(1500) < 5)
    for parts in (combination.steps, combination.quantiles):
        np.testing.assert_array_equal(parts[STATED.index("blocking")], parts[0])


def test_electrodes_that_err_alike_do_not_widen_the_intervals():
    shares = []
    for seed in (4, 5, 6):  # one combination's coverage is itself a draw
        answers, truth, group, electrode, blocks = cells(4000, seed)
        same = np.random.default_rng(seed).permutation(electrode)
        learned = np.arange(4000) < 1500
        part = MethodAnswers(answers.log10_resistance[learned], answers.features[learned], answers.blocking[learned])
        combination = Combination.fit(part, truth[learned], group[learned], same[learned], blocks[learned])
        answer, half_width, _ = combination.answer(answers)
        shares.append((np.abs(answer - truth) <= half_width)[~learned].mean())
    assert 0.88 < np.mean(shares) < 0.92


def test_good_and_bad_answers_have_intervals_of_their_own(combination):
    assert combination.quantiles.shape == (len(STATED), 2, CLASSES)
    answers, truth, *_ = cells(6000, 3)
    answer, half_width, _ = combination.answer(answers)
    covered = np.abs(answer - truth) <= half_width
    classes = np.digitize(half_width, np.quantile(half_width, [0.25, 0.5, 0.75]))
    shares = [covered[classes == k].mean() for k in range(4)]
    assert min(shares) > 0.87


def test_what_lies_beyond_all_that_is_known_is_judged_like_the_outermost_of_it(combination):
    answers, *_ = cells(40, 6)
    far = np.array([100.0, 0.0])
    at_limit = np.clip(answers.features + far, combination.low, combination.high)
    beyond = replace(answers, features=answers.features + far)
    for one, other in zip(
        combination.answer(beyond), combination.answer(replace(answers, features=at_limit)), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    known, *_ = cells(1500, 0)
    assert ((combination.low < known.features) & (known.features < combination.high)).all(axis=1).mean() > 0.95


def test_few_specimens_are_one_class():
    combination = Combination.fit(*cells(30, 4))
    assert (combination.quantiles == combination.quantiles[..., :1]).all()
    assert np.isinf(combination.steps).all()
    _, half_width, _ = combination.answer(cells(5, 5)[0])
    assert (half_width > 0).all()


def test_the_answer_is_the_middle_one_unless_another_outweighs_the_rest():
    answers = np.array([[3.0, 3.01, 9.0], [3.0, 3.01, 9.0], [3.0, 3.01, 2.99]])
    weights = np.array([[0.4, 0.4, 0.2], [0.2, 0.2, 0.6], [0.34, 0.33, 0.33]])
    assert weighted_median(answers, weights).tolist() == [3.01, 9.0, 3.0]
