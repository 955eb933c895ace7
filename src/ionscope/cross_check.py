"""An answer beside what circuits say of the spectrum: a wrong interface in it, or a fit that its interval leaves out.

The weights of the three methods (`ionscope.dka.combination`) come from simulated cells, which have no contacts,
interphases or porous electrodes. What such a thing adds beyond the plateau of a spectrum gives itself away by the
charge that it stores, and where a circuit explains a spectrum to its noise, the spectrum does not speak against the
circuit's resistance, whatever other methods say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ionscope.circuits.fit import USUAL_AREA
from ionscope.circuits.solve import ONE_ELECTRODE
from ionscope.dka.bundle import Readings
from ionscope.dka.combination import METHODS, weighted_median
from ionscope.estimate import Estimate
from ionscope.preprocess.reference import read_off
from ionscope.spectrum import Spectrum

INTERFACE, SHARE = 6e-8, 0.03
"""F/cm2 from which on, and share of the resistance from which on, what is counted as grain boundaries may be a
contact's or an interphase's as well: boundaries of a pellet of 1 mm have up to 1e-8 (Irvine, Sinclair and West, doi
10.1002/adma.19900020304), and ten times as much only between large grains."""

ALONE = 1.05
"""The kernel stands alone where it says so many times more than both other methods."""

EXPLAINS = 1.2
"""A fit whose residual is less than so many times the noise leaves nothing to be explained."""

NEAR = 1.2
"""A fit that says more than so many times something else reads another plateau, not the same one better."""

ROOM = 1.01
"""An interval that reaches down or up to a resistance has room for the error of that."""

_FIT, _KERNEL = map(METHODS.index, ("circuit_fit", "kernel"))


class Interface(NamedTuple):
    """What an answer counts as grain boundaries and may be an interface: ohm, F/cm2, and the resistance without it."""

    resistance: float
    capacitance: float
    without: float


def without_electrodes(spectrum: Spectrum, answer: Readings) -> Readings:
    """The answer (of one spectrum) without the kernel where that alone counts what stores charge like an electrode."""
    if answer.fits is None:  # the kernel is all there is
        return answer
    said = 10 ** answer.methods[0]
    others = float(said[:_KERNEL].max())
    if not said[_KERNEL] > ALONE * others or excess_capacitance(spectrum, others, said[_KERNEL]) < ONE_ELECTRODE:
        return answer
    weights = answer.weights.copy()
    weights[0, _KERNEL] = 0.0
    weights /= weights.sum()
    return replace(answer, weights=weights, log10_resistance=weighted_median(answer.methods, weights))


def excess_capacitance(spectrum: Spectrum, plateau: float, resistance: float) -> float:
    """F/cm2 that is charged with what `resistance` counts beyond a plateau (ohm); 0 where the spectrum has no such.

    Both in parallel relax at the frequency where half of the excess has shown in the real part. Without an area, one of
    `USUAL_AREA` is taken.
    """
    frequency, z = spectrum.frequency, spectrum.impedance
    beyond = (frequency < read_off(frequency, z)[1]) & (z.real > 0.5 * (plateau + resistance))
    if not (resistance > plateau and beyond.any()):
        return 0.0
    relaxes = float(frequency[beyond].max())
    return 1 / (2 * np.pi * relaxes * (resistance - plateau)) / (spectrum.area or USUAL_AREA)


def interface_in(spectrum: Spectrum, answer: Readings, resistance: Estimate) -> Interface | None:
    """What may be an interface, where the interval of the answer (of one spectrum) does not hold without it."""
    if answer.fits is None:
        return None
    found, arc = [], answer.fits[0].largest_arc
    if arc is not None:
        capacitance = arc.capacitance / (spectrum.area or USUAL_AREA)
        found.append(Interface(arc.resistance, capacitance, resistance.value - arc.resistance))
    plateau = 10 ** float(answer.methods[0, :_KERNEL].max())
    capacitance = excess_capacitance(spectrum, plateau, resistance.value)
    found.append(Interface(resistance.value - plateau, capacitance, plateau))
    for one in found:
        large = one.resistance >= SHARE * resistance.value and one.capacitance >= INTERFACE
        if large and 0 < one.without < resistance.lower:
            return one
    return None


def reaching(resistance: Estimate, answer: Readings, interface: Interface | None) -> Estimate:
    """The interval, wide enough for a fit that explains the spectrum, and for the answer without an interface."""
    reached = [] if interface is None else [interface.without]
    if answer.fits is not None and answer.fits[0].misfit < EXPLAINS:
        fitted = 10 ** float(answer.methods[0, _FIT])
        if max(fitted / resistance.value, resistance.value / fitted) < NEAR:
            reached.append(fitted)
    lower = min([resistance.lower, *(ohm / ROOM for ohm in reached if ohm < resistance.lower)])
    upper = max([resistance.upper, *(ohm * ROOM for ohm in reached if ohm > resistance.upper)])
    return Estimate(resistance.value, lower, upper)
