"""The model that comes with the package on pellets that no finite-element cell resembles by construction."""

import numpy as np
import pytest
from laboratory import BANDS_HZ, CONDUCTORS, pellet, read_pellets, summary

from ionscope.reader import Reader


@pytest.fixture(scope="module")
def table():
    return read_pellets(60, 7, Reader.load())


def test_the_resistance_is_that_of_grains_and_boundaries():
    """Below the arcs of the electrolyte and above the electrode's, where the two are far apart."""
    found = []
    for child in np.random.SeedSequence(0).spawn(60):
        made = pellet(np.random.default_rng(child))
        assert made.material in CONDUCTORS and tuple(made.spectrum.frequency[[0, -1]]) in {
            tuple(map(float, band)) for band in BANDS_HZ
        }
        if made.electrode == "sputtered":
            z = made.spectrum.impedance
            found.append(z[np.abs(np.angle(z)).argmin()].real / made.resistance)
    assert np.median(found) == pytest.approx(1, abs=0.02)


def test_intervals_hold(table):
    assert summary(table)["covered"] >= 0.9


def test_what_is_answered_is_right_and_not_worse_than_the_read_off(table):
    answered = summary(table[table["verdict"] != "refuse"])
    assert answered["n"] > 50
    assert answered["median"] < np.log10(1.01)
    assert answered["90 %"] < 0.5 * answered["read-off: 90 %"]
    assert answered["not worse than read-off"] > 0.95


def test_a_clean_verdict_is_worth_having(table):
    clean = summary(table[table["verdict"] == "ok"])
    assert clean["n"] > 20
    assert clean["90 %"] < np.log10(1.03)
