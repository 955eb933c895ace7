"""The scikit-learn regressor: the checks of scikit-learn itself, and what a spectrum asks for beyond them."""

import numpy as np
import pytest
from cells import pellets
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import estimator_checks_generator

from ionscope.dka.regressor import KernelRegressor
from ionscope.estimator import SpectrumRegressor, _kernel, _leave_one_out

SPECTRA = pellets(60, noise=0.003)
R = SPECTRA["thickness"] / SPECTRA["area"] / SPECTRA["sigma_total"]
Z = SPECTRA.impedance

EXCEPTIONS = {
    "check_complex_data": "complex impedances are what it is for",
    "check_estimators_dtypes": "it draws whole numbers, and with them impedances of zero; see the test of types below",
}
"""Checks of scikit-learn that do not make sense for spectra, and why."""


class AnyWidth(SpectrumRegressor):
    """The checks use odd numbers of columns, which no spectrum has; here the last one is doubled, no more."""

    def _features(self, X):
        return super()._features(np.column_stack([X, X[:, -1:]]) if X.shape[1] % 2 else X)


CHECKS = [check for _, check in estimator_checks_generator(AnyWidth("value"), legacy=True)]


def name_of(check):
    return getattr(check, "func", check).__name__


def test_there_are_many_checks():
    assert len(CHECKS) > 40


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.filterwarnings("ignore")
def test_the_checks_of_scikit_learn(check):
    if name_of(check) in EXCEPTIONS:
        pytest.skip(EXCEPTIONS[name_of(check)])
    check(AnyWidth("value"))


def test_resistances_of_held_out_specimens_are_found():
    folds = np.arange(len(R)) // 2 % 5  # both temperatures of a pellet in one fold
    split = [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in range(5)]
    found = cross_val_predict(SpectrumRegressor(), columns(Z), R, cv=split)
    plain = Z.real[np.arange(len(Z)), np.abs(np.angle(Z)).argmin(axis=1)]
    error, read_off = (np.sqrt(np.mean(np.log10(value / R) ** 2)) for value in (found, plain))
    assert error < 0.05 and error < 0.5 * read_off


def columns(z):
    return np.concatenate([z.real, z.imag], axis=1)


def test_complex_impedances_and_columns_are_the_same():
    one, other = SpectrumRegressor().fit(Z, R), SpectrumRegressor().fit(columns(Z), R)
    np.testing.assert_array_equal(one.predict(Z), other.predict(columns(Z)))
    assert one.n_features_in_ == 2 * Z.shape[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, object])
def test_any_type_of_number_will_do(dtype):
    x = np.rint(1e3 * columns(Z)).astype(dtype)
    found = SpectrumRegressor().fit(x, 1e3 * R).predict(x)
    assert found.dtype == np.float64 and np.median(np.abs(np.log10(found / R) - 3)) < 0.02


@pytest.mark.parametrize("factor", [1e-6, 3.7, 1e6])
def test_a_factor_on_the_impedance_is_a_factor_on_the_resistance(factor):
    model = SpectrumRegressor().fit(Z[::2], R[::2])
    np.testing.assert_allclose(model.predict(factor * Z[1::2]), factor * model.predict(Z[1::2]), rtol=1e-8)


def test_the_target_value_takes_any_number_and_sees_the_scale():
    y = np.log10(1 / R)
    found = SpectrumRegressor("value").fit(Z[::2], y[::2]).predict(Z[1::2])
    assert np.sqrt(np.mean((found - y[1::2]) ** 2)) < 0.3 * np.std(y)


def test_the_leave_one_out_error_is_that_of_leaving_one_out():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    closed = _leave_one_out(_kernel(x, 1.5), y, 0.1)
    each = [
        y[i] - KernelRegressor(1.5, 0.1).fit(np.delete(x, i, 0), np.delete(y, i)).predict(x[i : i + 1])[0]
        for i in range(12)
    ]
    assert closed == pytest.approx(np.sqrt(np.mean(np.square(each))), rel=1e-8)


def test_it_takes_part_in_pipelines_and_searches():
    search = GridSearchCV(SpectrumRegressor(ridge=1e-4), {"bandwidth": [1.0, 4.0]}, cv=3).fit(columns(Z), R)
    assert search.best_estimator_.bandwidth_ in (1.0, 4.0) and search.best_estimator_.ridge_ == 1e-4
    pipeline = make_pipeline(FunctionTransformer(columns), SpectrumRegressor(bandwidth=4.0, ridge=1e-4))
    np.testing.assert_allclose(clone(pipeline).fit(Z, R).predict(Z), pipeline.fit(Z, R).predict(Z))


@pytest.mark.parametrize(
    ("x", "y", "target", "message"),
    [
        (columns(Z)[:, 1:], R, "resistance", "odd"),
        (np.where(np.arange(Z.shape[1]) == 3, 0, Z), R, "resistance", "impedance of zero"),
        (Z, -R, "resistance", "must be positive"),
        (Z, R, "conductivity", "target='conductivity'"),
        (np.where(np.arange(Z.shape[1]) == 3, np.nan, Z), R, "resistance", "NaN"),
        (Z[:1], R[:1], "resistance", "minimum of 2"),
        (Z[0], R[:1], "resistance", "2D"),
    ],
)
def test_what_is_no_spectrum_is_refused(x, y, target, message):
    with pytest.raises(ValueError, match=message):
        SpectrumRegressor(target).fit(x, y)


def test_another_grid_is_refused_at_prediction():
    with pytest.raises(ValueError, match="features"):
        SpectrumRegressor().fit(Z, R).predict(Z[:, 1:])
