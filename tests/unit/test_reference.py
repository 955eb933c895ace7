"""The one-line reading: Re Z where the phase is smallest."""

import numpy as np
import pytest
from cells import SHAPE, pellets
from hypothesis import given
from hypothesis import strategies as st

from ionscope.preprocess.reference import read_off

F = np.logspace(-1, 4, 51)


def test_it_is_the_real_part_at_the_smallest_phase():
    z = np.array([10 - 9j, 7 - 1j, 5 - 0.5j, 4 - 3j])
    frequency = np.array([1.0, 10.0, 100.0, 1000.0])
    resistance, at, index = read_off(frequency, z)
    assert (resistance, at, index) == (5.0, 100.0, 2)


def test_a_resistor_and_a_blocking_electrode_are_read_at_the_top():
    z = 1234.0 + 5e3 / (1j * F)
    assert read_off(F, z) == (1234.0, F[-1], 50)


def test_the_sign_of_the_phase_does_not_matter():
    z = pellets(4).impedance
    frequency = pellets(4).frequency
    for a, b in zip(read_off(frequency, z), read_off(frequency, z.conj()), strict=True):
        assert np.array_equal(a, b)


def test_between_two_processes_apart_it_is_the_resistance():
    jf = 1j * F
    z = 800.0 + 200.0 / (1 + jf / 1e9) + 1000 * (jf / 0.001) ** -0.95
    assert read_off(F, z)[0] == pytest.approx(1000, rel=0.01)


@given(st.floats(-8, 8))
def test_it_scales_with_the_impedance(exponent):
    spectra, factor = pellets(3), 10.0**exponent
    before, after = (read_off(spectra.frequency, z) for z in (spectra.impedance, factor * spectra.impedance))
    assert np.allclose(after[0], factor * before[0], rtol=1e-12)
    assert np.array_equal(after[1], before[1])


def test_a_set_is_read_row_by_row():
    spectra = pellets(5)
    together = read_off(spectra.frequency, spectra.impedance)
    assert together[0].shape == together[1].shape == together[2].shape == (10,)
    for i, z in enumerate(spectra.impedance):
        assert read_off(spectra.frequency, z) == tuple(part[i] for part in together)
    box = read_off(spectra.frequency, spectra.impedance.reshape(2, 5, -1))
    assert np.array_equal(box[0], together[0].reshape(2, 5))


def test_points_that_are_not_there_are_not_read():
    z = np.array([[10 - 9j, 7 - 1j, 5 - 0.5j, 4 - 3j]])
    mask = np.array([[True, True, False, True]])
    resistance, at, index = read_off(np.array([1.0, 10.0, 100.0, 1000.0]), z, mask)
    assert (resistance[0], at[0], index[0]) == (7.0, 10.0, 1)


def test_where_no_real_part_is_positive_the_modulus_is_read():
    resistance, _, index = read_off(np.array([1.0, 10.0]), np.array([-3 - 4j, -1 - 9j]))
    assert (resistance, index) == (np.abs(-1 - 9j), 1)


def test_on_cells_in_closed_form_it_is_mostly_right_and_else_misses_the_arc():
    spectra = pellets(40)
    ratio = read_off(spectra.frequency, spectra.impedance)[0] * spectra["sigma_total"] / SHAPE
    assert np.median(np.abs(ratio - 1)) < 0.01
    assert ratio.min() > 0.2  # the share of the resistance that no pellet's arc holds
