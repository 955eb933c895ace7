"""Which answers are believed, and the reasons that are given where one is not."""

import re
from dataclasses import replace

import numpy as np
import pytest
from cells import BAND as F
from cells import cell, noisy_spectrum
from hypothesis import given
from hypothesis import strategies as st

from ionscope.cross_check import Interface
from ionscope.dka.trust import DETECTORS, FAR
from ionscope.preprocess.quality import assess
from ionscope.reading import Estimate, Reading
from ionscope.spectrum import VACUUM_PERMITTIVITY, Spectrum
from ionscope.training_range import TrainingRange
from ionscope.verdict import apparent_permittivity, judged, missing_reactance

USUAL = dict.fromkeys(DETECTORS, 0.5)


def answer(value=1000.0, factor=1.05, read_off=1000.0, sigma=None, **fields):
    """A reading by hand, to be judged."""
    resistance = Estimate(value, value / factor, value * factor)
    return Reading(noisy_spectrum(**fields), resistance, sigma, read_off)


def judge(reading, excess=USUAL, trained=None, looks_blocking=None, quality=None):
    """Verdict and reasons."""
    reading = judged(reading, quality or assess(reading.spectrum), excess, trained, looks_blocking)
    return reading.verdict, reading.reasons


def found_off(size):
    """What `assess` says of a clean cell with one point that is `size` off."""
    impedance = cell(F, 1e3)
    impedance[50] *= 1 + size
    return assess(Spectrum(F, impedance))


def test_nothing_unusual_is_ok():
    assert judge(answer(), USUAL) == ("ok", ())


@pytest.mark.parametrize("detector", DETECTORS)
def test_each_detector_cautions_and_far_out_refuses(detector):
    verdict, reasons = judge(answer(), {**USUAL, detector: 1.5})
    assert (verdict, len(reasons)) == ("caution", 1)
    assert "unusual" in reasons[0]
    waves = assess(Spectrum(F, cell(F, 1e3) * (1 + 0.02 * np.sin(4 * np.log10(F)))))
    verdict, reasons = judge(answer(), {**USUAL, detector: 1.01 * FAR}, quality=waves)
    assert verdict == "refuse"
    assert "unlike anything" in reasons[0]


def test_noise_is_no_reason_to_refuse():
    rng = np.random.default_rng(8)
    noisy = Spectrum(F, cell(F, 1e3) * (1 + 0.05 * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size))))
    verdict, reasons = judge(answer(), {**USUAL, "kramers_kronig": 4 * FAR}, quality=assess(noisy))
    assert verdict == "caution" and any("scatters by" in reason for reason in reasons)


@pytest.mark.parametrize(("factor", "verdict"), [(1.05, "ok"), (1.5, "caution"), (10.0, "refuse")])
def test_a_wide_interval_cautions_and_a_very_wide_one_refuses(factor, verdict):
    found, reasons = judge(answer(factor=factor), USUAL)
    assert found == verdict
    assert all("uncertain by" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("factor", "told"), [(10.04, "a factor of 10.0 either"), (1e13, "a factor of more than 100 eith")]
)
def test_a_hopeless_factor_is_not_told_to_the_last_digit(factor, told):
    _, (reason, *_) = judge(answer(factor=factor), USUAL)
    assert told in reason


def test_a_plain_reading_outside_the_interval_cautions():
    verdict, reasons = judge(answer(read_off=700.0), USUAL)
    assert verdict == "caution"
    assert "700 ohm and outside the interval" in reasons[0]


@pytest.mark.parametrize(("off", "caution"), [(0.012, False), (0.03, True)])
@pytest.mark.parametrize(("factor", "wide"), [(1.05, True), (1.01, False)])
def test_a_point_asks_for_caution_where_it_could_move_the_answer(off, caution, factor, wide):
    quality = found_off(off)
    verdict, reasons = judge(answer(factor=factor), USUAL, quality=quality)
    told = caution or not wide
    assert (verdict, len(reasons)) == (("caution", 1) if told else ("ok", 0))
    assert all("% off" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("sigma", "fields", "message"),
    [
        (30.0, {}, "implausible for a solid electrolyte; thickness is wanted in cm and area in cm2"),
        (1e-15, {}, "implausible for a solid electrolyte"),
        (1e-4, {"temperature": 1073.15}, r"800 C \(1073 K\) is outside .*Celsius"),
        (1e-4, {"temperature": 25.0}, r"-248 C \(25 K\) is outside .* Celsius, Python functions kelvin"),
    ],
)
def test_what_cannot_be_is_told(sigma, fields, message):
    verdict, reasons = judge(answer(sigma=Estimate(sigma, 0.9 * sigma, 1.1 * sigma), **fields), USUAL)
    assert verdict == "caution"
    assert len(reasons) == 1
    assert re.search(message, reasons[0])


def dielectric(permittivity, thickness=0.1, area=0.5):
    """A pellet whose grains relax at 100 kHz, between electrodes that do not matter."""
    capacitance = permittivity * VACUUM_PERMITTIVITY * area / thickness
    frequency = np.logspace(1, 7, 61)
    resistance = 1 / (2 * np.pi * 1e5 * capacitance)
    z = resistance / (1 + 2j * np.pi * frequency * resistance * capacitance)
    return Spectrum(frequency, z + 1 / (2e-6j * np.pi * frequency), thickness=thickness, area=area, source="arc.csv")


@given(st.floats(1.5, 300.0), st.floats(0.03, 1.0), st.floats(0.05, 2.0))
def test_the_permittivity_is_that_of_the_grains(permittivity, thickness, area):
    assert apparent_permittivity(dielectric(permittivity, thickness, area)) == pytest.approx(permittivity, rel=2e-3)


def test_without_geometry_or_grains_in_the_band_there_is_no_permittivity():
    arc = dielectric(20.0)
    assert apparent_permittivity(replace(arc, area=None)) is None
    slow = arc.frequency < 5e4
    assert apparent_permittivity(replace(arc, frequency=arc.frequency[slow], impedance=arc.impedance[slow])) is None


def test_an_area_in_square_millimetres_is_less_than_a_vacuum_holds():
    arc = dielectric(20.0)
    right = Reading(arc, Estimate(1e3, 9e2, 1.1e3), None, 1e3)
    wrong = replace(right, spectrum=replace(arc, area=100 * arc.area))
    assert not any("vacuum" in reason for reason in judge(right, USUAL)[1])
    verdict, reasons = judge(wrong, USUAL)
    assert verdict != "ok"
    assert any("0.2 times that of a vacuum, which no solid has" in reason for reason in reasons)


def test_a_refusal_comes_before_cautions():
    verdict, reasons = judge(answer(factor=10.0, read_off=1e6), {**USUAL, DETECTORS[0]: 1.5})
    assert verdict == "refuse"
    assert len(reasons) == 3
    assert "factor of 10" in reasons[0]


def test_an_uncertain_sweep_that_may_be_blocking_asks_for_a_statement():
    hint = "if no ions pass its electrodes, state it (--electrodes blocking)"
    for factor in (1.5, 10.0):
        assert hint in judge(answer(factor=factor), USUAL, looks_blocking=False)[1][0]
        assert hint not in judge(answer(factor=factor), USUAL, looks_blocking=True)[1][0]
        assert hint not in judge(answer(factor=factor, electrodes="blocking"), USUAL, looks_blocking=False)[1][0]
    assert judge(answer(), USUAL, looks_blocking=False) == ("ok", ())


def test_electrodes_that_look_like_others_than_stated_ask_for_caution():
    verdict, (reason,) = judge(answer(electrodes="reversible"), USUAL, looks_blocking=True)
    assert verdict == "caution" and "stated to be reversible, but" in reason
    assert judge(answer(electrodes="reversible"), USUAL, looks_blocking=False) == ("ok", ())
    early = answer(electrodes="blocking", frequency=F[30:])  # the spike may come below the sweep
    assert judge(early, USUAL, looks_blocking=False) == ("ok", ())


@pytest.mark.parametrize("electrodes", ["blocking", "reversible", None])
def test_a_current_that_blocking_electrodes_would_stop_asks_for_caution(electrodes):
    flat = replace(answer(), spectrum=Spectrum(F, 500 + 500 / (1 + 1j * F / 1e3), area=0.5, electrodes=electrodes))
    reasons = judge(flat, USUAL)[1]
    assert [reason for reason in reasons if "a current passes" in reason] == list(reasons)
    assert bool(reasons) == (electrodes == "blocking")
    assert not judge(flat, USUAL, looks_blocking=True)[1] or electrodes == "reversible"


@given(st.floats(-7, -4.1), st.floats(0.5, 1.0), st.floats(0.1, 5.0), st.integers(0, 40), st.floats(-6.0, -4.0))
def test_no_blocking_electrode_is_said_to_pass_a_current(log_q, exponent, area, first, log_inductance):
    omega = 2 * np.pi * F[first:]
    spike = 2 / (10**log_q * area * (1j * omega) ** exponent)
    z = 1e3 + spike + 1j * omega * 10**log_inductance * (omega < 1e6)
    assert missing_reactance(Spectrum(F[first:], z, area=area)) is None


def test_pellets_outside_the_training_range_ask_for_caution():
    trained = TrainingRange(thickness_cm=(0.1, 0.2), area_cm2=(0.5, 1.0), temperature_c=(20.0, 90.0))
    cold = answer(temperature=248.15)
    verdict, reasons = judge(cold, USUAL, trained)
    assert verdict == "caution" and "20 to 90 C" in reasons[0]
    assert judge(cold, USUAL) == ("ok", ())


def test_an_interface_is_told_with_what_is_left_without_it():
    reading = judged(answer(), assess(noisy_spectrum()), USUAL, interface=Interface(300.0, 1e-7, 700.0))
    assert reading.verdict == "caution"
    assert "an arc of 300 ohm with 1e-07 F/cm2" in reading.reasons[0]
    assert "the electrolyte would then have 700 ohm" in reading.reasons[0]


@pytest.mark.parametrize(("value", "share"), [(5.0, "2 %"), (19.0, "0.53 %"), (1000.0, None)])
def test_leads_are_noted_where_they_matter(value, share):
    reading = judged(answer(value, read_off=value), assess(noisy_spectrum()), USUAL)
    assert reading.verdict == "ok"
    assert any("leads and contacts" in note for note in reading.notes) == (share is not None)
    assert share is None or share in reading.notes[-1]


def test_a_temperature_in_kelvin_is_suspected():
    assert "if it is kelvin, state 24.85" in judge(answer(temperature=298.0 + 273.15))[1][0]
    assert judge(answer(temperature=200.0 + 273.15)) == ("ok", ())
