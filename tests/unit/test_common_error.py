"""How much of the errors of a series is one error, told from series whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from ionscope.dka.common_error import SHARES, SeriesErrors, common_share, reading_errors
from ionscope.measure import Z90
from ionscope.series import ReadingErrors

T = 273.15 + np.array([0.0, 20.0, 40.0, 60.0, 80.0])


def read_series(common, specimens=400, half_width=0.1, seed=0):
    """Conductivities of 1e-4 S/cm at all temperatures, read with errors of which a share is common to a specimen."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(specimens):
        error = np.sqrt(1 - common) * rng.normal(size=len(T)) + np.sqrt(common) * rng.normal()
        rows += [(f"s-{number:04d}", t, 1e-4, half_width / Z90 * e, half_width) for t, e in zip(T, error, strict=True)]
    return pd.DataFrame(rows, columns=["specimen", "temperature", "sigma", "error", "half_width"])


@pytest.mark.parametrize("common", [0.0, 0.3, 0.8])
def test_the_share_is_found_and_both_intervals_hold(common):
    found = common_share(read_series(common))
    assert found == pytest.approx(common, abs=0.15)
    covered = SeriesErrors.of(read_series(common, seed=1), ReadingErrors(found)).covered()
    assert all(0.86 < share < 0.95 for share in covered), covered


def test_taken_as_independent_common_errors_make_conductivities_look_too_good():
    ea, sigma = SeriesErrors.of(read_series(0.8)).covered()
    assert sigma < 0.65 and ea > 0.97


@pytest.mark.parametrize("spread", [0.5, 1.6])
def test_an_interval_of_the_energy_that_does_not_suit_is_scaled(spread):
    """Every fourth specimen scatters more or less than its intervals say: the share alone cannot put that right."""
    readings, fresh = (read_series(0.5, seed=seed) for seed in (3, 4))
    for table in (readings, fresh):
        noisy = table["specimen"].str[-1].isin(list("05"))
        mean = table.groupby("specimen")["error"].transform("mean")
        table.loc[~noisy, "error"] = mean + spread * (table["error"] - mean)
    found = reading_errors(readings)
    assert (found.ea_scale < 0.9) if spread < 1 else found.ea_scale > 1.0
    assert SeriesErrors.of(fresh, found).covered()[0] == pytest.approx(0.9, abs=0.04)


def test_errors_beyond_all_shares_take_the_largest():
    wrong = read_series(0.0, 40)
    wrong["error"] += 1.0
    assert common_share(wrong) == SHARES[-1]


def test_specimens_at_two_temperatures_say_nothing():
    assert len(SeriesErrors.of(read_series(0.0, 5).groupby("specimen").head(2))) == 0
    close = read_series(0.0, 5).groupby("specimen").head(3)
    close.loc[close["temperature"] == T[1], "temperature"] = T[0] + 0.5  # three rows, two temperatures
    assert len(SeriesErrors.of(close)) == 0
