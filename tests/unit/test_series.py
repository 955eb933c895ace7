"""The activation energy of a series: its value, its interval, and when one value is not enough."""

import numpy as np
import pytest

from ionscope.batch.outcome import Series
from ionscope.batch.tables import describe_series
from ionscope.dka.activation import arrhenius_fit
from ionscope.errors import InputDataError
from ionscope.measure import Z90, Measure, shape_spread
from ionscope.series import SAME_TEMPERATURE, ReadingErrors, count_temperatures, fit_series
from ionscope.simulate.arrhenius import BOLTZMANN, REFERENCE_TEMPERATURE

T = 273.15 + np.array([25.0, 40.0, 55.0, 70.0, 85.0])
EA, SIGMA = 0.35, 2e-4


def conductivity(temperature, ea=EA, sigma=SIGMA):
    return sigma * REFERENCE_TEMPERATURE / temperature * np.exp(-ea / BOLTZMANN * (1 / temperature - 1 / 298.15))


def test_exact_points_give_the_energy_and_the_conductivity_at_25_c():
    fit = fit_series(T, conductivity(T), np.full(5, 0.1))
    assert fit.ea.value == pytest.approx(EA, rel=1e-9)
    assert fit.sigma_25c.value == pytest.approx(SIGMA, rel=1e-9)
    assert fit.ea.lower < EA < fit.ea.upper and fit.birge == 1 and not fit.curved
    np.testing.assert_allclose(fit.line(T), conductivity(T), rtol=1e-9)


def test_with_equal_errors_the_line_is_the_unweighted_one():
    scattered = conductivity(T) * np.exp(0.1 * np.random.default_rng(1).normal(size=5))
    fit = fit_series(T, scattered, np.full(5, 0.1), thermometer_error=0)
    plain = arrhenius_fit(T, scattered)
    assert fit.ea.value == pytest.approx(plain.ea, rel=1e-9)
    assert np.log10(fit.sigma_25c.value) == pytest.approx(plain.log10_sigma_25c, rel=1e-9)


def test_the_half_width_is_that_of_the_straight_line_in_closed_form():
    h = 0.08
    fit = fit_series(T, conductivity(T), np.full(5, h), thermometer_error=0)
    x = 1 / T
    expected = BOLTZMANN * h / np.sqrt(np.sum((x - x.mean()) ** 2))
    assert fit.ea.upper - fit.ea.value == pytest.approx(expected, rel=1e-9)


def test_the_thermometer_adds_its_share():
    fit = fit_series(T, conductivity(T), np.full(5, 1e-6), thermometer_error=0.5)
    expected = (EA / (BOLTZMANN * T) - 1) * 0.5 / T
    np.testing.assert_allclose(fit.spread, expected, rtol=1e-6)


def test_an_error_of_all_points_moves_the_line_and_leaves_its_slope():
    h, common = 0.08, 0.6
    plain, shared = (
        fit_series(T, conductivity(T), np.full(5, h), thermometer_error=0, errors=ReadingErrors(share))
        for share in (0, common)
    )
    half = [fit.ea.upper - fit.ea.value for fit in (plain, shared)]
    assert half[1] == pytest.approx(half[0] * np.sqrt(1 - common), rel=1e-9)
    x = 1 / T - np.mean(1 / T)
    own = (1 - common) * (1 / 5 + (1 / REFERENCE_TEMPERATURE - np.mean(1 / T)) ** 2 / np.sum(x**2))
    expected = h * np.sqrt(own + common)
    assert np.log(shared.sigma_25c.upper / shared.sigma_25c.value) == pytest.approx(expected, rel=1e-9)


def test_the_scale_is_of_what_the_readings_leave_open_and_of_nothing_else():
    def halves(scale, **more):
        fit = fit_series(T, conductivity(T), np.full(5, 0.08), errors=ReadingErrors(0.6, scale), **more)
        return fit.ea.upper - fit.ea.value, np.log(fit.sigma_25c.upper / fit.sigma_25c.value)

    (plain, sigma), (scaled, same) = (halves(scale, thermometer_error=0) for scale in (1, 0.5))
    assert scaled == pytest.approx(0.5 * plain, rel=1e-9) and same == sigma
    with_thermometer = [halves(scale)[0] for scale in (1, 0.5)]
    by_thermometer = [
        np.sqrt(whole**2 - part**2) for whole, part in zip(with_thermometer, (plain, scaled), strict=True)
    ]
    assert by_thermometer[0] == pytest.approx(by_thermometer[1], rel=0.01)  # the weights know it too


@pytest.mark.parametrize("common", [0.0, 0.7])
@pytest.mark.parametrize("count", [3, 4, 7])
def test_the_interval_covers_what_it_says(count, common):
    rng = np.random.default_rng(count)
    t = 273.15 + np.linspace(0, 80, count)
    h, taken = rng.uniform(0.03, 0.2, count), ReadingErrors(common)
    inside = {"ea": 0, "sigma": 0}
    for _ in range(600):
        real = t + 0.5 * rng.normal(size=count)
        error = np.sqrt(1 - common) * rng.normal(size=count) + np.sqrt(common) * rng.normal()
        factor = np.exp(0.05 * rng.normal())  # the geometry's error, common to all
        fit = fit_series(t, conductivity(real) * np.exp(h / Z90 * error) * factor, h, shape_spread=0.05, errors=taken)
        inside["ea"] += fit.ea.lower <= EA <= fit.ea.upper
        inside["sigma"] += fit.sigma_25c.lower <= SIGMA <= fit.sigma_25c.upper
    assert all(0.87 < hits / 600 < 0.97 for hits in inside.values()), inside


def test_the_geometry_leaves_the_energy_alone_and_widens_the_conductivity():
    plain = fit_series(T, conductivity(T), np.full(5, 0.1))
    wide = fit_series(T, conductivity(T), np.full(5, 0.1), shape_spread=0.2)
    assert wide.ea == plain.ea
    half = [np.log(fit.sigma_25c.upper / fit.sigma_25c.value) for fit in (plain, wide)]
    assert half[1] == pytest.approx(np.hypot(half[0], Z90 * 0.2))


def test_repeats_at_one_temperature_count_once():
    once = fit_series(T, conductivity(T), np.full(5, 0.1))
    often = fit_series(np.repeat(T, 20), np.repeat(conductivity(T), 20), np.full(100, 0.1))
    assert often.ea.upper == pytest.approx(once.ea.upper, rel=1e-9)
    assert len(often.temperature) == 5


def test_a_slow_ramp_has_many_temperatures_and_jitter_one():
    assert count_temperatures(300 + 0.9 * SAME_TEMPERATURE * np.arange(20)) == 10
    assert count_temperatures(300 + np.linspace(0, 0.9, 20)) == 1


def test_points_off_the_line_widen_the_interval():
    sigma = conductivity(T) * np.exp(np.array([0.3, -0.3, 0.3, -0.3, 0.3]))
    fit = fit_series(T, sigma, np.full(5, 0.05))
    quiet = fit_series(T, conductivity(T), np.full(5, 0.05))
    assert fit.birge > 3
    assert fit.ea.upper - fit.ea.value > 3 * (quiet.ea.upper - quiet.ea.value)


def test_two_regimes_are_flagged_with_the_energies_at_both_ends():
    t = np.append(T, 283.15)  # one point more in the colder regime: of two, one may have a wrong temperature
    knee = conductivity(320.0, 0.6, SIGMA) / conductivity(320.0, 0.3, 1.0)
    sigma = np.where(t < 320, conductivity(t, 0.6, SIGMA), conductivity(t, 0.3, knee))
    fit = fit_series(t, sigma, np.full(6, 0.05))
    assert fit.curved
    cold, hot = fit.ea_ends
    assert cold > fit.ea.value > hot


T7 = 273.15 + np.linspace(0.0, 90.0, 7)
SMALL = np.exp(0.005 * np.array([1, -1, 0.5, -0.5, 1, -1, 0.3]))


@pytest.mark.parametrize("off", [-10.0, 10.0])
@pytest.mark.parametrize("place", range(7))
def test_one_wrong_temperature_is_told_as_such_and_not_as_a_curve(place, off):
    told = T7 + off * (np.arange(7) == place)
    fit = fit_series(told, conductivity(T7) * SMALL, np.full(7, 0.03))
    assert fit.birge > 3 and not fit.curved
    assert fit.stray.temperature == pytest.approx(told[place])
    assert fit.stray.percent == pytest.approx(
        100 * (conductivity(T7[place]) / conductivity(told[place]) * T7[place] / told[place] - 1), rel=0.25
    )
    text = describe_series(Series("pellet", fit, geometry=True))
    side = "below" if off > 0 else "above"
    shown = f"most of all the one at {told[place] - 273.15:.4g} C"
    assert f"scatter {fit.birge:.3g} times as much as their errors; {shown}" in text and side in text
    assert "activation energy does not describe" not in text


def test_large_figures_of_points_that_scatter_are_plain_numbers():
    fit = fit_series(T7, conductivity(T7) * np.where(np.arange(7) == 3, 2.0, 1), np.full(7, 0.003), thermometer_error=0)
    assert fit.birge > 99
    assert "e+" not in describe_series(Series("pellet", fit, geometry=False))


def test_two_swapped_temperatures_are_no_curve():
    told = T7[[0, 2, 1, 3, 4, 5, 6]]
    fit = fit_series(told, conductivity(T7), np.full(7, 0.03))
    assert abs(fit.curvature) > 3 and not fit.curved
    assert fit.stray.temperature in (pytest.approx(T7[1]), pytest.approx(T7[2]))


def test_two_regimes_are_still_curved_where_no_point_makes_the_curve_alone():
    knee = conductivity(T7[3]) / conductivity(T7[3], 0.6, 1.0)
    sigma = np.where(T7 < T7[3], conductivity(T7, 0.6, knee), conductivity(T7)) * SMALL
    fit = fit_series(T7, sigma, np.full(7, 0.03))
    assert fit.birge > 3 and fit.curved
    text = describe_series(Series("pellet", fit, geometry=True))
    assert "times as much as their errors" in text and "curved" in text and "wrong temperature" not in text


def test_a_curve_that_one_point_makes_may_be_another_regime_and_is_told_so():
    sigma = conductivity(T7) * np.where(np.arange(7) == 6, 1.6, 1) * SMALL
    fit = fit_series(T7, sigma, np.full(7, 0.03))
    assert fit.bent_by_one and not fit.curved
    assert "a wrong temperature there, or another regime" in describe_series(Series("pellet", fit, geometry=True))


def test_of_three_points_that_scatter_none_is_blamed():
    fit = fit_series(T[:3], conductivity(T[:3]) * [1, 3, 1], np.full(3, 0.01))
    text = describe_series(Series("pellet", fit, geometry=True))
    assert fit.stray is None and text.endswith("times as much as their errors")
    assert np.isnan(Series("pellet", fit, geometry=True).as_dict()["most_off_c"])


def test_a_straight_line_is_rarely_called_curved():
    rng = np.random.default_rng(0)
    fits = [
        fit_series(T, conductivity(T) * np.exp(0.1 / Z90 * rng.normal(size=5)), np.full(5, 0.1)) for _ in range(400)
    ]
    assert sum(fit.curved for fit in fits) <= 12


@pytest.mark.parametrize(("ea", "hardly"), [(-0.03, True), (0.01, True), (0.1, False), (0.3, False)])
def test_a_current_that_hardly_depends_on_the_temperature_is_told(ea, hardly):
    fit = fit_series(T, conductivity(T, ea), np.full(5, 0.03))
    assert fit.hardly_activated is hardly
    assert ("hardly activated" in describe_series(Series("pellet", fit, geometry=True))) is hardly


def test_three_temperatures_say_nothing_of_curvature():
    fit = fit_series(T[:3], conductivity(T[:3]) * [1, 3, 1], np.full(3, 0.01))
    assert not fit.curved and np.isnan(fit.curvature)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"temperature": T[:2], "sigma": SIGMA * np.ones(2), "half_width": np.ones(2)}, "2 different temperatures"),
        ({"temperature": np.full(5, 300.0)}, "1 different temperatures"),
        ({"sigma": np.append(conductivity(T[:4]), 0.0)}, "positive"),
        ({"half_width": np.full(5, np.nan)}, "positive"),
        ({"half_width": np.ones(4)}, "shapes"),
        ({"thermometer_error": -1.0}, "thermometer error"),
    ],
)
def test_what_is_no_series_is_refused(change, message):
    arguments = {"temperature": T, "sigma": conductivity(T), "half_width": np.full(5, 0.1), **change}
    with pytest.raises(InputDataError, match=message):
        fit_series(**arguments)


@pytest.mark.parametrize("text", ["0.1+-0.002", "0.1 ± 0.002", "0.1+/-0.002", "1e-1+-2e-3"])
def test_a_measure_with_its_error(text):
    assert Measure.parse(text) == Measure(0.1, 0.002)


@pytest.mark.parametrize(
    "text", ["", "thick", "0", "-1", "nan", "inf", "0.1+-", "0.1+-0.2", "0.1+--0.01", "0.1+-0.01+-0.02", "0.1+-nan"]
)
def test_what_is_no_measure_is_refused(text):
    with pytest.raises(InputDataError):
        Measure.parse(text)


def test_the_spread_of_a_shape_is_that_of_a_log_normal_quotient():
    rng = np.random.default_rng(2)
    thickness, area = Measure(0.1, 0.02), Measure(0.785, 0.1)

    def draw(measure):
        return np.exp(np.log(measure.value) + measure.spread * rng.normal(size=200_000))

    assert np.std(np.log(draw(thickness) / draw(area))) == pytest.approx(shape_spread(thickness, area), rel=0.01)
    assert np.std(draw(thickness)) / np.mean(draw(thickness)) == pytest.approx(0.2, rel=0.02)
    assert shape_spread(None, None) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"common": 1.0}, "common share of 1.0 is not from 0 to below 1"), ({"ea_scale": 0.0}, "scale of 0.0 is not")],
)
def test_errors_of_readings_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(InputDataError, match=message):
        ReadingErrors(**wrong)
