"""What is taken off a spectrum before it is read, and what that leaves in doubt."""

from dataclasses import replace

import numpy as np
import pytest
from cells import cell

from ionscope.mending import HARMLESS, matters, mend
from ionscope.preprocess.quality import assess
from ionscope.spectrum import Spectrum

F = np.geomspace(1, 1e6, 61)
NARROW = 1.001  # an interval that nothing hides in


def pellet(factor=1.0, resistance=1e3, noise=0.001):
    rng = np.random.default_rng(3)
    z = cell(F, resistance, share=0.4, arc=2e5, spike=1.0) * factor
    return Spectrum(F, z * (1 + noise * (rng.normal(size=61) + 1j * rng.normal(size=61))))


def mended(spectrum, factor=NARROW, breaks=True):
    return mend(spectrum, assess(spectrum), factor, breaks, 8)


def untouched(found, spectrum):
    return found.spectrum is spectrum and (found.left_out_hz, found.taken_off, found.doubt) == ((), (), 0.0)


@pytest.mark.parametrize("below", [1e4, 3.0])
def test_the_side_of_a_step_that_shows_the_resistance_is_kept_and_the_other_in_doubt(below):
    """The plateau of these pellets lies between the two, at some 100 Hz."""
    steady, stepped = pellet(), pellet(np.where(below > F, 1.05, 1.0))
    found = mended(stepped)
    kept = 1.05 if below > 100 else 1.0
    np.testing.assert_allclose(found.spectrum.impedance, kept * steady.impedance, rtol=0.015)
    assert found.doubt == pytest.approx(np.log10(1.05), rel=0.3)
    assert found.taken_off == ("step",)


def test_a_cell_that_drifts_is_read_as_it_was_when_its_resistance_showed():
    by_point = np.linspace(1, 0, 61)
    steady, drifting = pellet(), pellet(1 + 0.2 * by_point)
    found = mended(drifting)
    share = float(np.median((found.spectrum.impedance / steady.impedance).real)) - 1
    assert 0.05 < share < 0.18  # between the beginning and the end
    assert found.doubt == pytest.approx(np.log10(1 + share), rel=0.2)  # it was another cell at the beginning


def test_what_does_not_matter_is_left_as_it_is():
    stepped = pellet(np.where(F < 1e4, 1.01, 1.0))
    assert len(assess(stepped).changes) == 1
    assert untouched(mended(stepped, factor=1.2), stepped)
    assert not untouched(mended(stepped), stepped)
    assert matters(1.01 * HARMLESS, 1.2) and not matters(0.99 * HARMLESS, 1.2) and matters(0.5 * HARMLESS, 1.005)


def test_points_that_do_not_belong_are_left_out_of_a_spectrum_that_breaks_the_relations():
    whole = pellet()
    impedance = whole.impedance.copy()
    impedance[40] *= 1.3
    spoilt = replace(whole, impedance=impedance)
    found = mended(spoilt)
    assert found.left_out_hz == (F[40],) and len(found.spectrum) == 60 and found.doubt == 0
    assert untouched(mended(spoilt, breaks=False), spoilt)
    assert untouched(mend(spoilt, assess(spoilt), NARROW, True, 61), spoilt)  # all points are needed


@pytest.mark.parametrize("bad", [slice(45, None), slice(0, 15)], ids=["top", "bottom"])
def test_a_rough_end_is_left_out_with_no_good_point_more_than_needed(bad):
    whole = pellet()
    impedance = whole.impedance.copy()
    rng = np.random.default_rng(4)
    size = impedance[bad].shape
    impedance[bad] *= 1 + 0.1 * (rng.normal(size=size) + 1j * rng.normal(size=size))
    spoilt = replace(whole, impedance=impedance)
    found = mended(spoilt)
    assert set(F[bad]) <= set(found.left_out_hz) and len(found.left_out_hz) <= 20 and found.doubt == 0
    kept = np.isin(whole.frequency, found.spectrum.frequency)
    np.testing.assert_array_equal(found.spectrum.impedance, whole.impedance[kept])
    assert untouched(mended(spoilt, breaks=False), spoilt)
