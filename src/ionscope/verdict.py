"""Whether an answer may be believed: ok, caution or refuse, each with its reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ionscope.circuits.fit import USUAL_AREA
from ionscope.dka.source import shows_plateau
from ionscope.dka.trust import FAR
from ionscope.electrodes import BLOCKING, REVERSIBLE
from ionscope.estimate import TOO_WIDE, WIDE, Estimate
from ionscope.mending import matters
from ionscope.preprocess.quality import Finding, QualityReport
from ionscope.reading import Reading
from ionscope.spectrum import PLAUSIBLE_TEMPERATURE, VACUUM_PERMITTIVITY, Spectrum
from ionscope.training_range import TrainingRange

SHORTEST_BAND = 1.5
"""Decades of frequency below which a sweep is refused."""

HOPELESS = 100.0
"""A factor beyond which the figure itself says nothing more."""

PLAUSIBLE_CONDUCTIVITY = 1e-13, 1.0
"""S/cm: no solid electrolyte is known outside; thickness in mm or area in mm2 is likelier."""

DIELECTRIC_PHASE = np.radians(-45.0)
"""Below it at the highest frequency, the displacement current of the grains is seen."""

LARGEST_BLOCKING, FLATTEST_BLOCKING = 1e-4, 0.5
"""S s^n/cm2 and exponent n of the blocking side that hinders an alternating current least: gold and steel have up to
3e-5 S s^n/cm2 (config/electrodes/any_blocking.yaml)."""

POLARISES = 0.05
"""Share of the modulus that its electrodes' reactance must have for a spectrum to show whether they block."""

UNFAMILIAR = {
    "reconstruction": "the autoencoder does not reproduce its shape",
    "latent_distance": "no simulated cell is like it",
    "kramers_kronig": "it does not follow the Kramers-Kronig relations (noise, drift or disturbance)",
}


def judged(
    reading: Reading,
    quality: QualityReport,
    excess: dict[str, float],
    trained: TrainingRange | None = None,
    looks_blocking: bool | None = None,
) -> Reading:
    """The reading with verdict, reasons and notes.

    Parameters
    ----------
    quality : what is wrong with the whole spectrum
    excess : each detector's score over its threshold
    trained : the model's own cells, where it knows them
    looks_blocking : whether the spectrum ends in the spike of a blocking electrode, where the model knows
    """
    refusals: list[str] = []
    cautions: list[str] = []
    spectrum, resistance = reading.heard, reading.resistance
    lowest = float(np.degrees(np.abs(np.angle(spectrum.impedance)).min()))
    if not shows_plateau(spectrum.impedance[None])[0]:
        refusals.append(
            f"no plateau: the phase never comes below {lowest:.0f} degrees, so the sweep does not show a resistance; "
            "measure at other frequencies or another temperature"
        )
    decades = float(np.log10(spectrum.frequency[-1] / spectrum.frequency[0]))
    if decades < SHORTEST_BAND:
        refusals.append(f"the sweep covers {decades:.1f} decades of frequency; at least {SHORTEST_BAND} are needed")
    factor = resistance.upper / resistance.value
    hint = ""
    if looks_blocking is False and spectrum.electrodes is None:
        hint = f"; if no ions pass its electrodes, state it (--electrodes {BLOCKING})"
    if factor > TOO_WIDE:
        size = f"{factor:.1f}" if factor < HOPELESS else f"more than {HOPELESS:.0f}"
        refusals.append(f"the resistance is uncertain by a factor of {size} either way{hint}")
    elif factor > WIDE:
        cautions.append(f"the resistance is uncertain by {100 * (factor - 1):.0f} %{hint}")
    for name, sentence in UNFAMILIAR.items():
        # Noise makes an answer uncertain, and its interval says by how much; what goes together, nobody knows.
        if excess[name] > FAR and not (name == "kramers_kronig" and quality.scatters):
            refusals.append(f"unlike anything the model has learned from: {sentence}")
        elif excess[name] > 1:
            cautions.append(f"unusual: {sentence}")
    notes: list[str] = []
    for finding in quality.findings:
        (cautions if _matters(finding, resistance) else notes).append(finding.sentence)
    if reading.left_out_hz:
        cautions.append(f"read without what was measured {_left_out(reading)}: it does not belong to the rest")
    if reading.taken_off:
        changes = " and the ".join(dict.fromkeys(reading.taken_off))
        cautions.append(
            f"read without the {changes}, as the cell was when its resistance showed; the interval has room for it"
        )
    if not resistance.lower <= reading.read_off <= resistance.upper:
        cautions.append(
            f"the plain reading, Re Z at the smallest phase, is {reading.read_off:.4g} ohm and outside the interval"
        )
    if looks_blocking and spectrum.electrodes == REVERSIBLE:
        cautions.append("the electrodes are stated to be reversible, but the spectrum ends like that of blocking ones")
    stated_blocking = spectrum.electrodes == BLOCKING and not looks_blocking
    if stated_blocking and (least := missing_reactance(spectrum)) is not None:
        cautions.append(
            "the electrodes are stated to be blocking, but a current passes: even the largest leave a reactance of "
            f"{least:.2g} ohm at {spectrum.frequency[0]:.3g} Hz, where {-spectrum.impedance[0].imag:.2g} ohm is "
            "measured; a short, electrons beside the ions, or a porous electrode would do that"
        )
    cautions += _implausible(reading)
    if trained is not None:
        cautions += trained.strangers(spectrum)
        cautions += trained.unusual(spectrum, reading.sigma)
    verdict = "refuse" if refusals else "caution" if cautions else "ok"
    return replace(reading, verdict=verdict, reasons=(*refusals, *cautions), notes=tuple(notes))


def _left_out(reading: Reading) -> str:
    """Where the points are that were left out; those beyond an end of what was read are one part."""
    heard, out = reading.heard.frequency, np.array(reading.left_out_hz)
    single = ", ".join(f"{frequency:.4g}" for frequency in out[(heard[0] < out) & (out < heard[-1])])
    parts = [f"at {single} Hz"] if single else []
    for beyond, edge, where in ((out < heard[0], heard[0], "below"), (out > heard[-1], heard[-1], "above")):
        if beyond.sum() > 1:
            parts.append(f"{where} {edge:.4g} Hz")
        elif beyond.any():
            parts.append(f"at {out[beyond][0]:.4g} Hz")
    return " and ".join(parts)


def _matters(finding: Finding, resistance: Estimate) -> bool:
    """Whether a finding asks for caution: a point that is off cannot move the answer by more than it is off."""
    return finding.size is None or matters(finding.size, resistance.upper / resistance.value)


def _implausible(reading: Reading) -> list[str]:
    spectrum, found = reading.heard, []
    if reading.sigma is not None and not (PLAUSIBLE_CONDUCTIVITY[0] < reading.sigma.value < PLAUSIBLE_CONDUCTIVITY[1]):
        found.append(
            f"a conductivity of {reading.sigma.value:.2g} S/cm is implausible for a solid electrolyte; "
            "thickness is wanted in cm and area in cm2"
        )
    permittivity = apparent_permittivity(spectrum)
    if permittivity is not None and permittivity < 1:
        found.append(
            f"its capacitance at {spectrum.frequency[-1]:.3g} Hz would be {permittivity:.2g} times that of a vacuum, "
            "which no solid has; thickness is wanted in cm and area in cm2"
        )
    low, high = PLAUSIBLE_TEMPERATURE
    if spectrum.temperature_c is not None and not low <= spectrum.temperature_c <= high:
        found.append(f"{spectrum.temperature_c:.0f} C is outside {low:.0f} to {high:.0f} C; is it Celsius?")
    return found


def apparent_permittivity(spectrum: Spectrum) -> float | None:
    """Relative permittivity from the parallel capacitance at the highest frequency, ``Im(1 / Z) / omega L / A``.

    Grain boundaries and stray capacitance of a sample holder only add to it where the grains relax in the band. None
    where they do not, or where the geometry is not known.
    """
    if spectrum.thickness is None or spectrum.area is None:
        return None
    frequency, z = spectrum.frequency[-1], spectrum.impedance[-1]
    if np.angle(z) > DIELECTRIC_PHASE:
        return None
    capacitance = (1 / z).imag / (2 * np.pi * frequency)
    return float(capacitance * spectrum.thickness / (spectrum.area * VACUUM_PERMITTIVITY))


def missing_reactance(spectrum: Spectrum) -> float | None:
    """The least reactance (ohm) of two blocking electrodes at the lowest frequency, where a cell has less than half.

    That of constant phase elements of `LARGEST_BLOCKING` and any exponent from `FLATTEST_BLOCKING` on. None where the
    cell has it, or where it is too small beside the modulus to be seen. Without an area one of `USUAL_AREA` is assumed.
    """
    omega, z = 2 * np.pi * spectrum.frequency[0], spectrum.impedance[0]
    exponents = np.array([FLATTEST_BLOCKING, 1.0])  # in between it is larger than at one of both
    least = float((np.sin(exponents * np.pi / 2) * omega**-exponents).min())
    least *= 2 / (LARGEST_BLOCKING * (spectrum.area or USUAL_AREA))
    return least if least > POLARISES * abs(z) and -z.imag < 0.5 * least else None
