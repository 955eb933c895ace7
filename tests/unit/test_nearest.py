"""The nearest simulated spectrum: free of scale, where both have points, with a measure of how near is usual."""

import numpy as np
import pytest
from cells import cell, pellets

from ionscope.evaluate.nearest import FEWEST_POINTS, SimulatedSpectra
from ionscope.preprocess.reference import read_off
from ionscope.spectrum import Spectrum, SpectrumSet

SET = pellets(40, temperatures=(298.15, 300.15), points=51, noise=0.001)
F = SET.frequency


@pytest.fixture(scope="module")
def simulated():
    return SimulatedSpectra(SET)


def alien(frequency=F):
    """Two arcs and no electrode, which no such pellet has."""
    jf = 1j * np.asarray(frequency)
    return Spectrum(frequency, 10 + 100 / (1 + jf / 3e3) + 5000 / (1 + jf / 0.3))


@pytest.mark.parametrize("factor", [1.0, 1e-6, 3e4])
def test_a_simulated_spectrum_finds_itself_whatever_its_scale(simulated, factor):
    match = simulated.nearest(Spectrum(F, factor * SET.impedance[17]))
    assert match.index == 17
    assert match.distance == pytest.approx(0, abs=1e-6)
    assert match.quantile == 0
    assert (match.specimen, match.material, match.electrode) == tuple(
        str(SET[name][17]) for name in ("specimen", "material", "electrode")
    )
    np.testing.assert_allclose(match.measured, match.simulated, rtol=1e-9)


def test_the_distance_is_that_of_modulus_and_phase_over_the_reference(simulated):
    measured = Spectrum(F, cell(F, 730.0, share=0.3, arc=2e3, spike=3.0))
    match = simulated.nearest(measured)

    def curve(z):
        r = read_off(F, z)[0]
        return np.log(np.abs(z) / r), np.angle(z)

    def distance(z):
        (one, two), (a, b) = curve(measured.impedance), curve(z)
        return np.sqrt(np.mean((one - a) ** 2 + (two - b) ** 2))

    by_hand = [distance(z) for z in SET.impedance]
    assert match.index == int(np.argmin(by_hand))
    assert match.distance == pytest.approx(min(by_hand), rel=1e-6)


def test_points_outside_the_simulated_band_are_not_compared(simulated):
    wide = np.geomspace(1e-3, 1e7, 101)
    z = cell(wide, 500.0)
    strange = np.where((wide < F[0] / 1.01) | (wide > F[-1] * 1.01), z * (3 + 1j), z)
    one, other = (simulated.nearest(Spectrum(wide, values)) for values in (z, strange))
    assert one.distance == other.distance and one.index == other.index
    assert F[0] * 0.99 < one.frequency[0] and one.frequency[-1] < F[-1] * 1.01
    assert len(one.frequency) < len(wide)


def test_other_frequencies_than_the_simulated_ones_do():
    fine = pellets(40, temperatures=(298.15,), points=101)
    coarse = SimulatedSpectra(SpectrumSet(fine.data.isel(frequency=slice(None, None, 2))))
    match = coarse.nearest(fine.spectrum(9))
    assert match.index == 9 and len(match.frequency) == 101
    assert match.distance < 0.02


def test_too_few_points_in_common_are_no_comparison(simulated):
    high = np.geomspace(F[-1] / 3, F[-1] * 1e3, 30)
    assert (high <= F[-1]).sum() < FEWEST_POINTS
    assert simulated.nearest(Spectrum(high, cell(high, 100.0))) is None


def test_the_quantile_tells_a_likely_cell_from_a_strange_one(simulated):
    fresh = pellets(30, temperatures=(298.15,), points=51, noise=0.001, seed=8)
    quantiles = [simulated.nearest(fresh.spectrum(i)).quantile for i in range(len(fresh))]
    # Two temperatures of one pellet are nearly the same curve: counted as neighbours, every fresh one would be at 1.
    assert 0.2 < np.mean(quantiles) < 0.8
    assert simulated.nearest(alien()).quantile == 1


def test_one_specimen_has_no_neighbours():
    alone = SimulatedSpectra(pellets(1, temperatures=(298.15, 328.15), points=51))
    match = alone.nearest(alien())
    assert np.isnan(match.quantile) and match.distance > 0


def test_the_same_spectrum_is_answered_the_same_after_others(simulated):
    first = simulated.nearest(alien())
    simulated.nearest(alien(np.geomspace(1, 1e3, 20)))
    again = simulated.nearest(alien())
    assert (first.index, first.distance, first.quantile) == (again.index, again.distance, again.quantile)
