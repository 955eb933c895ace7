"""Kernel regression: matrices worked out by hand, the bordered system, gradients, and the estimator's contract."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import KFold, cross_val_predict

from ionscope.dka.kernel import gaussian_kernel, solve_bordered
from ionscope.dka.regressor import EXACT, KernelRegressor
from ionscope.errors import TrainingError

SINE_X = np.linspace(0, 3, 25)[:, None]
SINE_Y = np.sin(SINE_X[:, 0])


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def latent(n=20, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def test_the_kernel_worked_out_by_hand():
    a, b = tensor([[0.0, 0.0], [3.0, 4.0]]), tensor([[0.0, 0.0], [0.0, 4.0], [3.0, 0.0]])
    squared = np.array([[0, 16, 9], [25, 9, 16]])
    assert gaussian_kernel(a, b, 2.0).numpy() == pytest.approx(np.exp(-squared / 8), rel=1e-12)


def test_one_bandwidth_per_dimension_worked_out_by_hand():
    a, b = tensor([[0.0, 0.0]]), tensor([[3.0, 4.0], [1.0, 0.0]])
    got = gaussian_kernel(a, b, tensor([3.0, 2.0])).numpy()
    assert got == pytest.approx(np.exp([[-0.5 * (1 + 4), -0.5 / 9]]), rel=1e-12)


@given(arrays(float, (6, 3), elements=st.floats(-30, 30)), st.floats(0.3, 60))
def test_the_kernel_of_points_with_themselves_is_a_correlation(points, bandwidth):
    k = gaussian_kernel(tensor(points), tensor(points), bandwidth).numpy()
    assert np.allclose(np.diag(k), 1, atol=1e-9)
    assert np.allclose(k, k.T, atol=1e-12)
    assert ((k >= 0) & (k <= 1)).all()
    assert np.linalg.eigvalsh(k).min() > -1e-9


@given(st.integers(1, 15), st.integers(1, 3), st.floats(1e-4, 10), st.integers(0, 2**16))
def test_the_bordered_system_agrees_with_a_dense_solve(n, outputs, ridge, seed):
    rng = np.random.default_rng(seed)
    points, y = tensor(rng.normal(size=(n, 2))), rng.normal(size=(n, outputs))
    kernel = gaussian_kernel(points, points, 1.0)
    alpha, bias = solve_bordered(kernel, tensor(y), ridge)
    bordered = np.zeros((n + 1, n + 1))
    bordered[:n, :n] = kernel.numpy() + ridge * np.eye(n)
    bordered[:n, n] = bordered[n, :n] = 1
    dense = np.linalg.solve(bordered, np.vstack([y, np.zeros(outputs)]))
    size = np.abs(dense).max()
    assert np.allclose(alpha.numpy(), dense[:n], rtol=0, atol=1e-8 * size)
    assert np.allclose(bias.numpy(), dense[n], rtol=0, atol=1e-8 * size)


def test_gradients_of_the_kernel():
    a, b = (tensor(latent(n, 3, seed)).requires_grad_() for n, seed in ((4, 1), (5, 2)))
    scale = tensor([0.7, 1.3, 2.0]).requires_grad_()
    assert torch.autograd.gradcheck(gaussian_kernel, (a, b, scale))


def test_gradients_of_a_prediction_reach_points_targets_and_ridge():
    points, asked = tensor(latent(6)).requires_grad_(), tensor(latent(3, seed=1)).requires_grad_()
    y, ridge = tensor(latent(6, 2, seed=2)).requires_grad_(), tensor(0.05).requires_grad_()

    def predict(points, asked, y, ridge):
        alpha, bias = solve_bordered(gaussian_kernel(points, points, 1.2), y, ridge)
        return gaussian_kernel(asked, points, 1.2) @ alpha + bias

    assert torch.autograd.gradcheck(predict, (points, asked, y, ridge))


@pytest.mark.parametrize(("bandwidth", "ridge"), [(1e6, 1e-2), (1.0, 1e9)])
def test_a_huge_bandwidth_or_ridge_leaves_the_mean(bandwidth, ridge):
    model = KernelRegressor(bandwidth, ridge).fit(SINE_X, SINE_Y)
    assert model.predict(np.array([[-5.0], [0.3], [40.0]])) == pytest.approx(SINE_Y.mean(), abs=1e-6)


def test_a_tiny_ridge_interpolates():
    x, y = latent(30), np.random.default_rng(5).normal(size=30)
    assert KernelRegressor(1.0, 1e-10).fit(x, y).predict(x) == pytest.approx(y, abs=1e-6)


def test_far_from_all_points_the_bias_is_left():
    model = KernelRegressor(0.5, 1e-3).fit(SINE_X, SINE_Y)
    assert model.predict([[1e3]]) == pytest.approx(model.bias_, rel=1e-12)


def test_on_targets_that_need_no_bias_it_is_kernel_ridge():
    x = np.linspace(-2, 2, 21)[:, None]  # an odd function on symmetric points
    y, asked = np.sin(2 * x[:, 0]), np.linspace(-3, 3, 50)[:, None]
    model = KernelRegressor(0.625, 0.1).fit(x, y)
    ridge = KernelRidge(kernel="rbf", alpha=0.1, gamma=1 / (2 * 0.625**2)).fit(x, y)
    assert model.bias_ == pytest.approx(0, abs=1e-12)
    assert model.predict(asked) == pytest.approx(ridge.predict(asked), abs=1e-10)


def test_with_the_bias_taken_off_it_is_kernel_ridge():
    x, y = latent(), np.random.default_rng(1).normal(3.0, 1.0, 20)
    model = KernelRegressor(1.5, 0.02).fit(x, y)
    ridge = KernelRidge(kernel="rbf", alpha=0.02, gamma=1 / (2 * 1.5**2)).fit(x, y - model.bias_)
    assert model.alpha_[:, 0] == pytest.approx(ridge.dual_coef_, rel=1e-8)
    assert model.alpha_.sum() == pytest.approx(0, abs=1e-9)


def test_the_bandwidth_is_used_in_double_precision():
    x, y, asked = latent(), np.random.default_rng(1).normal(size=20), latent(7, seed=9)
    model = KernelRegressor(0.6, 0.1).fit(x, y)
    k = np.exp(-((asked[:, None] - x) ** 2).sum(axis=2) / (2 * 0.6**2))
    assert model.predict(asked) == pytest.approx(k @ model.alpha_[:, 0] + model.bias_, rel=1e-12)


@given(st.floats(-1e3, 1e3))
def test_a_constant_added_to_the_targets_is_added_to_the_predictions(constant):
    x, y = latent(), np.random.default_rng(1).normal(size=20)
    asked = latent(7, seed=9)
    before = KernelRegressor(1.0, 0.1).fit(x, y).predict(asked)
    assert KernelRegressor(1.0, 0.1).fit(x, y + constant).predict(asked) == pytest.approx(before + constant, abs=1e-9)


def test_weights_stretch_the_dimensions():
    x, y, asked = latent(), np.random.default_rng(1).normal(size=20), latent(7, seed=9)
    weights = np.array([0.5, 1.0, 4.0])
    stretched = KernelRegressor(1.25, 0.01).fit(x / weights, y).predict(asked / weights)
    assert KernelRegressor(1.25, 0.01, weights).fit(x, y).predict(asked) == pytest.approx(stretched, rel=1e-10)


def test_several_targets_are_solved_as_each_alone():
    x, y, asked = latent(), latent(20, 2, seed=3), latent(7, seed=9)
    both = KernelRegressor(1.0, 0.1).fit(x, y).predict(asked)
    assert both.shape == (7, 2)
    for k in range(2):
        alone = KernelRegressor(1.0, 0.1).fit(x, y[:, k]).predict(asked)
        assert alone.shape == (7,)
        assert both[:, k] == pytest.approx(alone, rel=1e-10)


def test_it_is_a_scikit_learn_estimator():
    weights = np.array([1.0])
    model = KernelRegressor(0.5, 1e-6, weights)
    assert model.get_params() == {"bandwidth": 0.5, "ridge": 1e-6, "weights": weights, "inducing": EXACT, "seed": 0}
    copy = clone(model.fit(SINE_X, SINE_Y)).set_params(bandwidth=0.7)
    assert (copy.bandwidth, model.bandwidth) == (0.7, 0.5)
    assert not hasattr(copy, "alpha_")
    held_out = cross_val_predict(model, SINE_X, SINE_Y, cv=KFold(5, shuffle=True, random_state=0))
    assert held_out == pytest.approx(SINE_Y, abs=0.05)
    assert model.score(SINE_X, SINE_Y) > 0.999


def test_what_is_handed_in_stays_as_it_was():
    x, y, weights = latent(), np.random.default_rng(1).normal(size=20), np.array([0.5, 1.0, 4.0])
    before = x.copy(), y.copy(), weights.copy()
    model = KernelRegressor(1.0, 0.1, weights).fit(x, y)
    model.predict(x)
    for now, then in zip((x, y, weights), before, strict=True):
        assert np.array_equal(now, then)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("where", ["points", "targets"])
def test_values_that_are_no_numbers_are_refused(bad, where):
    x, y = SINE_X.copy(), SINE_Y.copy()
    (x[:, 0] if where == "points" else y)[7] = bad
    with pytest.raises(TrainingError, match="not finite"):
        KernelRegressor().fit(x, y)


@pytest.mark.parametrize("ridge", [0.0, -0.5])
def test_a_singular_matrix_is_refused_with_the_way_out(ridge):
    with pytest.raises(TrainingError, match=r"singular at ridge = .*raise the ridge"):
        KernelRegressor(1.0, ridge).fit(np.ones((4, 1)), np.arange(4.0))


def noisy_surface(n, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return x, np.sin(x[:, 0]) + 0.3 * x[:, 1] ** 2 + 0.05 * rng.normal(size=n), rng.uniform(0.5, 2.0, n)


def test_inducing_points_agree_with_the_exact_solution():
    """More of them come closer, and nearly all of the points are as good as all."""
    x, y, noise = noisy_surface(400)
    weights, asked = np.array([1.0, 2.0, 4.0]), latent(100, seed=5)
    exact = KernelRegressor(2.0, 1e-2, weights).fit(x, y, noise).predict(asked)
    off = [
        np.abs(KernelRegressor(2.0, 1e-2, weights, inducing=m).fit(x, y, noise).predict(asked) - exact).max()
        for m in (20, 80, 399)
    ]
    assert off[0] > 10 * off[1] and off[1] > 10 * off[2]
    assert off[2] < 1e-4


def test_inducing_points_are_drawn_from_the_data_by_the_seed():
    x, y, _ = noisy_surface(90)
    one, again, other = (KernelRegressor(inducing=30, seed=seed).fit(x, y) for seed in (1, 1, 2))
    assert one.points_.shape == (30, 3) and one.alpha_.shape == (30, 1)
    assert all((row == x).all(axis=1).any() for row in one.points_)
    assert np.array_equal(one.predict(x), again.predict(x))
    assert not np.array_equal(one.points_, other.points_)


def test_up_to_so_many_points_the_solution_is_exact():
    x, y, noise = noisy_surface(60)
    assert np.array_equal(
        KernelRegressor(inducing=60).fit(x, y, noise).alpha_, KernelRegressor(inducing=10**6).fit(x, y, noise).alpha_
    )


@pytest.mark.parametrize("outputs", [1, 3])
def test_inducing_points_answer_several_outputs(outputs):
    x, y, _ = noisy_surface(120)
    many = np.stack([y * (k + 1) for k in range(outputs)], axis=1)
    predicted = KernelRegressor(2.0, 1e-3, inducing=50).fit(x, many).predict(x)
    assert predicted.shape == (120, outputs)
    alone = KernelRegressor(2.0, 1e-3, inducing=50).fit(x, y).predict(x)
    assert predicted[:, -1] == pytest.approx(outputs * alone, abs=1e-6)
