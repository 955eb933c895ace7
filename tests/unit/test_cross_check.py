"""The answer beside circuits: interfaces give themselves away by the charge that they store."""

from dataclasses import replace

import numpy as np
import pytest
from cells import noisy_spectrum

from ionscope.circuits.elements import constant_phase, parallel, resistor, series
from ionscope.circuits.evidence import FEATURES, Arc, Evidence
from ionscope.cross_check import excess_capacitance, interface_in, reaching, without_electrodes
from ionscope.dka.bundle import Readings
from ionscope.estimate import Estimate
from ionscope.kramers_kronig import kramers_kronig
from ionscope.spectrum import Spectrum

F = np.geomspace(0.1, 1e6, 71)


def pellet(excess=250.0, capacitance=2e-6, area=1.0):
    """500 ohm of electrolyte, something of `excess` ohm with `capacitance` in F/cm2, and a blocking electrode."""
    omega = 2 * np.pi * F
    slow = parallel(resistor(omega, excess), constant_phase(omega, capacitance * area, 1.0))
    z = series(resistor(omega, 500.0), slow, constant_phase(omega, 2e-4, 0.95))
    return Spectrum(F, z, area=area)


def answered(read_off=500.0, fit=500.0, kernel=700.0, weights=(0.1, 0.1, 0.8), misfit=3.0, arc=None):
    """What a model says of one spectrum, by hand."""
    features = np.zeros(len(FEATURES))
    features[FEATURES.index("misfit")] = np.log10(misfit)
    methods, shares = np.log10([[read_off, fit, kernel]]), np.array([weights])
    spectrum = pellet()
    return Readings(
        log10_resistance=methods[:, int(np.argmax(weights))],
        half_width=np.array([0.02]),
        reference=np.array([read_off]),
        latent=np.zeros((1, 2)),
        scores=np.zeros((1, 3)),
        methods=methods,
        weights=shares,
        looks_blocking=np.array([True]),
        fits=[Evidence(np.log10(fit), features, arc)],
        kramers_kronig=kramers_kronig(spectrum.frequency, spectrum.impedance),
    )


@pytest.mark.parametrize("area", [0.5, 1.0])
@pytest.mark.parametrize("capacitance", [1e-7, 2e-6])
def test_the_charge_of_an_excess_is_that_of_the_element_behind_it(capacitance, area):
    found = excess_capacitance(pellet(250.0, capacitance, area), 500.0, 750.0)
    assert found == pytest.approx(capacitance, rel=0.3)  # half of an arc's real part, within a step of the grid


def test_without_an_excess_nothing_is_charged():
    assert excess_capacitance(pellet(), 500.0, 499.0) == 0.0
    assert excess_capacitance(noisy_spectrum(), 1.0, 1e9) == 0.0


@pytest.mark.parametrize(
    ("capacitance", "said", "alone"),
    [
        (2e-6, {}, True),
        (1e-7, {}, False),  # boundaries of large grains may have it
        (2e-6, {"fit": 690.0}, False),  # the fit sees it too
        (2e-6, {"kernel": 515.0}, False),  # hardly more than the others
    ],
)
def test_a_kernel_alone_with_an_electrode_s_charge_does_not_count(capacitance, said, alone):
    given = answered(**said)
    answer = without_electrodes(pellet(capacitance=capacitance), given)
    assert (answer is not given) == alone
    if alone:
        assert 10 ** answer.log10_resistance[0] == pytest.approx(500.0)
        assert answer.weights[0] == pytest.approx([0.5, 0.5, 0.0])
        assert answer.half_width is given.half_width


RESISTANCE = Estimate(1000.0, 950.0, 1050.0)


@pytest.mark.parametrize(
    ("arc", "area", "told"),
    [
        (Arc(300.0, 1e-7), 1.0, True),
        (Arc(300.0, 1e-7), 2.0, False),  # 5e-8 F/cm2: a boundary's
        (Arc(300.0, 1e-7), None, True),
        (Arc(300.0, 1e-9), 1.0, False),
        (Arc(20.0, 1e-6), 1.0, False),  # too small to matter
        (Arc(40.0, 1e-6), 1.0, False),  # the interval holds without it
        (None, 1.0, False),
    ],
)
def test_an_arc_that_may_be_a_contact_is_an_interface(arc, area, told):
    found = interface_in(noisy_spectrum(area=area), answered(1000.0, 1000.0, 1000.0, arc=arc), RESISTANCE)
    assert (found is not None) == told
    assert not told or (found.resistance, found.without) == pytest.approx((300.0, 700.0))


def test_what_the_kernel_alone_counts_may_be_an_interface():
    resistance = Estimate(700.0, 650.0, 750.0)
    found = interface_in(pellet(capacitance=1e-7), answered(), resistance)
    assert (found.resistance, found.without) == pytest.approx((200.0, 500.0))
    assert found.capacitance == pytest.approx(1e-7, rel=0.5)
    assert interface_in(pellet(capacitance=1e-7), answered(fit=690.0), resistance) is None


def test_a_model_of_one_method_has_no_interface():
    alone = replace(answered(weights=(0.0, 0.0, 1.0)), fits=None)
    assert without_electrodes(pellet(), alone) is alone
    assert interface_in(pellet(), alone, RESISTANCE) is None


@pytest.mark.parametrize(
    ("fit", "misfit", "lower", "upper"),
    [
        (1000.0, 1.0, 950.0, 1050.0),
        (1100.0, 1.0, 950.0, 1111.0),
        (900.0, 1.0, 900.0 / 1.01, 1050.0),
        (1100.0, 1.5, 950.0, 1050.0),  # it does not explain the spectrum
        (1500.0, 1.0, 950.0, 1050.0),  # another plateau
    ],
)
def test_an_interval_reaches_a_fit_that_explains_the_spectrum(fit, misfit, lower, upper):
    found = reaching(RESISTANCE, answered(fit=fit, misfit=misfit), None)
    assert (found.value, found.lower, found.upper) == pytest.approx((1000.0, lower, upper))


def test_an_interval_has_room_for_the_answer_without_an_interface():
    given = answered(1000.0, 1000.0, 1000.0, arc=Arc(300.0, 1e-7))
    found = reaching(RESISTANCE, given, interface_in(noisy_spectrum(), given, RESISTANCE))
    assert (found.lower, found.upper) == pytest.approx((700.0 / 1.01, 1050.0))
