"""Whether an answer may be believed: ok, caution or refuse, each with its reasons."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ionscope.circuits.fit import USUAL_AREA
from ionscope.cross_check import Interface
from ionscope.dka.source import shows_plateau
from ionscope.dka.trust import FAR
from ionscope.electrodes import BLOCKING, REVERSIBLE
from ionscope.estimate import TOO_WIDE, WIDE, Estimate
from ionscope.mending import matters
from ionscope.preprocess.quality import Finding, QualityReport
from ionscope.reading import Reading
from ionscope.spectrum import PLAUSIBLE_TEMPERATURE, VACUUM_PERMITTIVITY, ZERO_CELSIUS, Spectrum
from ionscope.training_range import TrainingRange

SHORTEST_BAND = 1.5
"""Decades of frequency below which a sweep is refused."""

HOPELESS = 100.0
"""A factor beyond which the figure itself says nothing more."""

PLAUSIBLE_CONDUCTIVITY = 1e-13, 1.0
"""S/cm: no solid electrolyte is known outside; thickness in mm or area in mm2 is likelier."""

LEADS, LEADS_MATTER = 0.1, 0.005
"""ohm that two ordinary leads and contacts have, and the share of a resistance from which on that is told."""

LIKE_KELVIN = 250.0, 400.0
"""C: few solid electrolytes are measured there, and many in as many kelvin."""

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
    interface: Interface | None = None,
) -> Reading:
    """The reading with verdict, reasons and notes.

    Parameters
    ----------
    quality : what is wrong with the whole spectrum
    excess : each detector's score over its threshold
    trained : the model's own cells, where it knows them
    looks_blocking : whether the spectrum ends in the spike of a blocking electrode, where the model knows
    interface : what is counted as the electrolyte's and may be an interface, where the interval would not hold without
    """
    refusals, cautions = _uncertain(reading, looks_blocking)
    strange, unusual = _unfamiliar(excess, quality)
    defects: list[str] = []
    notes: list[str] = []
    for finding in quality.findings:
        (defects if _matters(finding, reading.resistance) else notes).append(finding.sentence)
    if LEADS > LEADS_MATTER * reading.resistance.value:
        share = 100 * LEADS / reading.resistance.value
        notes.append(f"The resistance of leads and contacts is part of it; {LEADS:g} ohm would be {share:.2g} %.")
    refusals = [*_unreadable(reading.used), *refusals, *strange]
    cautions = [
        *cautions,
        *unusual,
        *defects,
        *_mended(reading),
        *_contradicted(reading),
        *wrong_electrodes(reading.used, looks_blocking),
        *_interface(interface),
        *_implausible(reading),
    ]
    if trained is not None:
        cautions += trained.strangers(reading.used)
        cautions += trained.unusual(reading.used, reading.sigma)
    verdict = "refuse" if refusals else "caution" if cautions else "ok"
    return replace(reading, verdict=verdict, reasons=(*refusals, *cautions), notes=tuple(notes))


def _unreadable(spectrum: Spectrum) -> list[str]:
    """Why a sweep cannot show a resistance, whatever the cell."""
    found = []
    if not shows_plateau(spectrum.impedance[None])[0]:
        lowest = float(np.degrees(np.abs(np.angle(spectrum.impedance)).min()))
        found.append(
            f"no plateau: the phase never comes below {lowest:.0f} degrees, so the sweep does not show a resistance; "
            "measure at other frequencies or another temperature"
        )
    decades = float(np.log10(spectrum.frequency[-1] / spectrum.frequency[0]))
    if decades < SHORTEST_BAND:
        found.append(f"the sweep covers {decades:.1f} decades of frequency; at least {SHORTEST_BAND} are needed")
    return found


def _uncertain(reading: Reading, looks_blocking: bool | None) -> tuple[list[str], list[str]]:
    """Refusals and cautions for a wide interval."""
    factor = reading.resistance.upper / reading.resistance.value
    hint = ""
    if looks_blocking is False and reading.used.electrodes is None:
        hint = f"; if no ions pass its electrodes, state it (--electrodes {BLOCKING})"
    if factor > TOO_WIDE:
        size = f"{factor:.1f}" if factor < HOPELESS else f"more than {HOPELESS:.0f}"
        return [f"the resistance is uncertain by a factor of {size} either way{hint}"], []
    if factor > WIDE:
        return [], [f"the resistance is uncertain by {100 * (factor - 1):.0f} %{hint}"]
    return [], []


def _unfamiliar(excess: dict[str, float], quality: QualityReport) -> tuple[list[str], list[str]]:
    """Refusals and cautions of the trust detectors."""
    refusals, cautions = [], []
    for name, sentence in UNFAMILIAR.items():
        # Of noise the interval knows how uncertain it makes an answer; of a systematic error nobody does.
        if excess[name] > FAR and not (name == "kramers_kronig" and quality.scatters):
            refusals.append(f"unlike anything the model has learned from: {sentence}")
        elif excess[name] > 1:
            cautions.append(f"unusual: {sentence}")
    return refusals, cautions


def _mended(reading: Reading) -> list[str]:
    """What was left out of the spectrum or taken off it before it was read."""
    found = []
    if reading.left_out_hz:
        found.append(f"read without what was measured {_left_out(reading)}: it does not belong to the rest")
    if reading.taken_off:
        changes = " and the ".join(dict.fromkeys(reading.taken_off))
        found.append(
            f"read without the {changes}, as the cell was when its resistance showed; the interval has room for it"
        )
    return found


def _contradicted(reading: Reading) -> list[str]:
    """Where the read-off says something else."""
    if reading.resistance.lower <= reading.read_off <= reading.resistance.upper:
        return []
    return [f"the plain reading, Re Z at the smallest phase, is {reading.read_off:.4g} ohm and outside the interval"]


def wrong_electrodes(spectrum: Spectrum, looks_blocking: bool | None) -> list[str]:
    """Where a spectrum does not look like one between the electrodes that are stated."""
    if looks_blocking and spectrum.electrodes == REVERSIBLE:
        return ["the electrodes are stated to be reversible, but the spectrum ends like that of blocking ones"]
    if spectrum.electrodes != BLOCKING or looks_blocking or (least := missing_reactance(spectrum)) is None:
        return []
    return [
        "the electrodes are stated to be blocking, but a current passes: even the largest leave a reactance of "
        f"{least:.2g} ohm at {spectrum.frequency[0]:.3g} Hz, where {-spectrum.impedance[0].imag:.2g} ohm is "
        "measured; a short, electrons beside the ions, or a porous electrode would do that"
    ]


def _left_out(reading: Reading) -> str:
    """Where the points are that were left out; those beyond an end of what was read are one part."""
    used, out = reading.used.frequency, np.array(reading.left_out_hz)
    single = ", ".join(f"{frequency:.4g}" for frequency in out[(used[0] < out) & (out < used[-1])])
    parts = [f"at {single} Hz"] if single else []
    for beyond, edge, where in ((out < used[0], used[0], "below"), (out > used[-1], used[-1], "above")):
        if beyond.sum() > 1:
            parts.append(f"{where} {edge:.4g} Hz")
        elif beyond.any():
            parts.append(f"at {out[beyond][0]:.4g} Hz")
    return " and ".join(parts)


def _matters(finding: Finding, resistance: Estimate) -> bool:
    """Whether a finding asks for caution: a point that is off cannot move the answer by more than it is off."""
    return finding.size is None or matters(finding.size, resistance.upper / resistance.value)


def _interface(interface: Interface | None) -> list[str]:
    """Whether something is counted that need not be the electrolyte's."""
    if interface is None:
        return []
    return [
        f"an arc of {interface.resistance:.3g} ohm with {interface.capacitance:.1g} F/cm2 is counted as grain "
        "boundaries; a contact or an interphase may have as much, and the electrolyte would then have "
        f"{interface.without:.4g} ohm, which the interval has room for (pellets of different thickness would tell)"
    ]


def _implausible(reading: Reading) -> list[str]:
    """Values no solid electrolyte has: what is stated is in another unit, as a rule."""
    spectrum, found = reading.used, []
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
        found.append(
            f"{spectrum.temperature_c:.0f} C ({spectrum.temperature:.0f} K) is outside {low:.0f} to {high:.0f} C; "
            "files and commands take Celsius, Python functions kelvin"
        )
    elif spectrum.temperature_c is not None and LIKE_KELVIN[0] <= spectrum.temperature_c <= LIKE_KELVIN[1]:
        kelvin = spectrum.temperature_c
        found.append(
            f"{kelvin:.4g} C is hot for a solid electrolyte; if it is kelvin, state {kelvin - ZERO_CELSIUS:.4g}"
        )
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
