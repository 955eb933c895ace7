"""One laboratory spectrum in, one answer out: resistance and conductivity with intervals, and a reasoned verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ionscope.dka.bundle import ModelBundle, Readings
from ionscope.dka.referee import WITNESSES
from ionscope.dka.source import shows_plateau
from ionscope.dka.trust import DETECTORS, FAR
from ionscope.electrodes import BLOCKING, REVERSIBLE
from ionscope.errors import InputDataError
from ionscope.estimate import Estimate
from ionscope.measure import Z90
from ionscope.mending import matters, mend
from ionscope.preprocess.quality import Finding, QualityReport, assess
from ionscope.spectrum import PLAUSIBLE_TEMPERATURE, VACUUM_PERMITTIVITY, Spectrum
from ionscope.training_range import TrainingRange

FEWEST_POINTS = 8
SHORTEST_BAND = 1.5
"""Decades of frequency below which a sweep is refused."""

WIDE, TOO_WIDE = 1.25, 3.0
"""An interval wider than a factor of the first either way asks for caution, of the second is no answer."""

HOPELESS = 100.0
"""A factor beyond which the figure itself says nothing more."""

PLAUSIBLE_CONDUCTIVITY = 1e-13, 1.0
"""S/cm: no solid electrolyte is known outside; thickness in mm or area in mm2 is likelier."""

DIELECTRIC_PHASE = np.radians(-45.0)
"""Below it at the highest frequency, the displacement current of the grains is seen."""

UNFAMILIAR = {
    "reconstruction": "the autoencoder does not reproduce its shape",
    "latent_distance": "no simulated cell is like it",
    "kramers_kronig": "it does not follow the Kramers-Kronig relations (noise, drift or disturbance)",
}


@dataclass(frozen=True)
class Reading:
    """The answer for one spectrum. `verdict` is ok, caution or refuse; a refused one still shows its figures.

    witnesses : for each, its own resistance [ohm] and its share in the answer
    shape_spread : standard deviation of ln(L / A), which the interval of sigma includes
    left_out_hz : frequencies of single points that spoil the spectrum and were not read
    taken_off : kinds of the changes during the sweep (`drift`, `step`) that it was read without
    notes : what else was found, too small to move the answer beyond its interval
    """

    spectrum: Spectrum
    resistance: Estimate
    sigma: Estimate | None
    read_off: float
    verdict: str
    reasons: tuple[str, ...]
    model: dict[str, Any] = field(default_factory=dict)
    witnesses: dict[str, dict[str, float]] = field(default_factory=dict)
    shape_spread: float = 0.0
    left_out_hz: tuple[float, ...] = ()
    taken_off: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON form of `ionscope predict --json`."""
        frequency = self.spectrum.frequency
        return {
            "file": self.spectrum.source,
            "material": self.spectrum.material,
            "points": len(self.spectrum),
            "frequency_min_hz": float(frequency[0]),
            "frequency_max_hz": float(frequency[-1]),
            "temperature_c": self.spectrum.temperature_c,
            "electrodes": self.spectrum.electrodes,
            "resistance_total_ohm": self.resistance.as_dict(),
            "sigma_total_s_cm": None if self.sigma is None else self.sigma.as_dict(),
            "read_off_ohm": self.read_off,
            "witnesses": self.witnesses,
            "left_out_hz": list(self.left_out_hz),
            "taken_off": list(self.taken_off),
            "trust": {"verdict": self.verdict, "reasons": list(self.reasons)},
            "notes": list(self.notes),
            "assumptions": list(self.spectrum.assumptions),
            "model": self.model,
        }


class Reader:
    """Reads spectra with a trained model.

    >>> reader = Reader.load()  # doctest: +SKIP
    >>> reader.read(read_spectrum("pellet.mpt")).resistance.value  # doctest: +SKIP
    """

    def __init__(self, bundle: ModelBundle):
        if bundle.interval is None or bundle.trust is None:
            raise InputDataError("this model has not been calibrated; use the 'calibrated' folder of a run")
        self.bundle = bundle
        self.trained = TrainingRange.from_state(bundle.about.get("training_range"))

    @classmethod
    def load(cls, folder: PathLike[str] | str | None = None) -> Reader:
        """Load the model in `folder`, or the one that comes with the package."""
        if folder is not None:
            return cls(ModelBundle.load(Path(folder)))
        with resources.as_file(resources.files("ionscope") / "models" / "reader") as shipped:
            return cls(ModelBundle.load(shipped))

    def read(self, spectrum: Spectrum, shape_spread: float = 0.0) -> Reading:
        """Read one spectrum; `InputDataError` where it cannot be read at all.

        Single points that do not belong to the rest are left out, and told, where the spectrum with them breaks the
        Kramers-Kronig relations: one that picked up the mains says nothing against the others. A drift, and a step
        where the instrument changed its range, are taken off where they could move the answer, and widen its interval.

        `shape_spread` is the standard deviation of ln(L / A) (`ionscope.measure.shape_spread`). It widens the interval
        of the conductivity: independent of the resistance's error and log-normal, it is added in quadrature at the 90 %
        level.
        """
        if len(spectrum) < FEWEST_POINTS:
            raise InputDataError(
                f"{spectrum.source}: {len(spectrum)} points; at least {FEWEST_POINTS} are needed to read a resistance"
            )
        shape = None
        if spectrum.thickness is not None and spectrum.area is not None:
            shape = spectrum.thickness / spectrum.area
        told = [] if self.trained is None else self.trained.unheard(spectrum)
        if spectrum.electrodes is not None and self.bundle.referee is None:
            told = [*told, "The stated electrodes were not used; this model has one interval for all."]
        spectrum = replace(spectrum, assumptions=(*spectrum.assumptions, *told))
        answer = self._answer(spectrum, shape)
        quality = assess(spectrum, answer.kramers_kronig)
        breaks = self._excess(answer)["kramers_kronig"] > 1
        mended = mend(spectrum, quality, 10 ** float(answer.half_width[0]), breaks, FEWEST_POINTS)
        if mended.spectrum is not spectrum:
            answer = self._answer(mended.spectrum, shape)
        centre, half = float(answer.log10_resistance[0]), float(answer.half_width[0]) + mended.doubt
        resistance = Estimate(*(10 ** (centre + offset) for offset in (0.0, -half, half)))
        sigma = None
        if shape is not None:
            sigma = _conductivity(shape, resistance, shape_spread)
        heard = {
            name: {"resistance_ohm": float(10**said), "share": float(share)}
            for name, said, share in zip(WITNESSES, answer.witnesses[0], answer.weights[0], strict=True)
            if np.isfinite(said)
        }
        reading = Reading(
            spectrum,
            resistance,
            sigma,
            float(answer.reference[0]),
            "ok",
            (),
            self._about(),
            heard,
            shape_spread,
            mended.left_out_hz,
            mended.taken_off,
        )
        looks_blocking = None if answer.looks_blocking is None else bool(answer.looks_blocking[0])
        verdict, reasons = judge(reading, self._excess(answer), self.trained, looks_blocking, quality=quality)
        notes = tuple(finding.sentence for finding in quality.findings if not _matters(finding, resistance))
        return replace(reading, verdict=verdict, reasons=reasons, notes=notes)

    def _answer(self, spectrum: Spectrum, shape: float | None) -> Readings:
        return self.bundle.read(
            spectrum.frequency,
            spectrum.impedance[None],
            None if shape is None else np.array([shape]),
            spectrum.electrodes,
        )

    def _excess(self, answer: Readings) -> dict[str, float]:
        """Each detector's score over its threshold."""
        assert self.bundle.trust is not None
        return dict(zip(DETECTORS, self.bundle.trust.excess(answer.scores)[0].tolist(), strict=True))

    def _about(self) -> dict[str, Any]:
        about = self.bundle.about
        return {name: about[name] for name in ("variant", "training_spectra", "ionscope") if name in about}


def _conductivity(shape: float, resistance: Estimate, shape_spread: float) -> Estimate:
    """sigma = (L / A) / R; the half-widths of both factors in ln units added in quadrature."""
    sigma = shape / resistance.value
    if not shape_spread:
        return Estimate(sigma, shape / resistance.upper, shape / resistance.lower)
    below, above = np.log(resistance.upper / resistance.value), np.log(resistance.value / resistance.lower)
    geometry = Z90 * shape_spread
    return Estimate(
        sigma, float(sigma * np.exp(-np.hypot(below, geometry))), float(sigma * np.exp(np.hypot(above, geometry)))
    )


def judge(
    reading: Reading,
    excess: dict[str, float],
    trained: TrainingRange | None = None,
    looks_blocking: bool | None = None,
    *,
    quality: QualityReport | None = None,
) -> tuple[str, tuple[str, ...]]:
    """Verdict and reasons; `excess` holds each detector's score over its threshold, `trained` the model's own cells.

    `looks_blocking` tells whether the spectrum ends in the spike of a blocking electrode, where the model knows.
    `quality` is what is wrong with the whole spectrum, where that is known already.
    """
    refusals, cautions = [], []
    spectrum, resistance = reading.spectrum, reading.resistance
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
    quality = quality or assess(spectrum)
    for name, sentence in UNFAMILIAR.items():
        # Noise makes an answer uncertain, and its interval says by how much; what goes together, nobody knows.
        if excess[name] > FAR and not (name == "kramers_kronig" and quality.scatters):
            refusals.append(f"unlike anything the model has learned from: {sentence}")
        elif excess[name] > 1:
            cautions.append(f"unusual: {sentence}")
    cautions += [finding.sentence for finding in quality.findings if _matters(finding, resistance)]
    if reading.left_out_hz:
        points = ", ".join(f"{frequency:.4g}" for frequency in reading.left_out_hz)
        cautions.append(f"read without what was measured at {points} Hz: it does not belong to the rest")
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
    cautions += _implausible(reading)
    if trained is not None:
        cautions += trained.strangers(spectrum)
        cautions += trained.unusual(spectrum, reading.sigma)
    reasons = tuple(refusals + cautions)
    return ("refuse" if refusals else "caution" if cautions else "ok"), reasons


def _matters(finding: Finding, resistance: Estimate) -> bool:
    """Whether a finding asks for caution: a point that is off cannot move the answer by more than it is off."""
    return finding.size is None or matters(finding.size, resistance.upper / resistance.value)


def _implausible(reading: Reading) -> list[str]:
    spectrum, found = reading.spectrum, []
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


def describe(reading: Reading) -> str:
    """The answer as text for a terminal."""
    spectrum, r = reading.spectrum, reading.resistance
    low, high = spectrum.frequency[0], spectrum.frequency[-1]
    lines = [
        f"{spectrum.source}: {len(spectrum)} points, {low:.3g} Hz to {high:.3g} Hz",
        f"  total resistance   {r.value:.4g} ohm   (90 %: {r.lower:.4g} to {r.upper:.4g})",
    ]
    if reading.sigma is not None:
        s = reading.sigma
        lines.append(f"  conductivity       {s.value:.3g} S/cm   (90 %: {s.lower:.3g} to {s.upper:.3g})")
    else:
        lines.append("  conductivity       needs --thickness CM and --area CM2")
    lines.append(f"  verdict            {reading.verdict}")
    lines += [f"    - {reason}" for reason in reading.reasons]
    lines += [f"  noted: {note}" for note in reading.notes]
    lines += [f"  assumed: {assumption}" for assumption in spectrum.assumptions]
    return "\n".join(lines)
