"""One laboratory spectrum in, one answer out."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ionscope.cross_check import interface_in, reaching, without_electrodes
from ionscope.dka.bundle import ModelBundle, Readings
from ionscope.dka.combination import METHODS
from ionscope.dka.trust import DETECTORS
from ionscope.errors import InputDataError
from ionscope.estimate import Estimate
from ionscope.measure import Z90
from ionscope.mending import Mended, mend
from ionscope.preprocess.quality import QualityReport, assess
from ionscope.reading import Reading
from ionscope.series import ReadingErrors
from ionscope.spectrum import Spectrum
from ionscope.training_range import TrainingRange
from ionscope.verdict import judged, wrong_electrodes

FEWEST_POINTS = 8


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
        told = bundle.about.get("series", {})
        self.series_errors = ReadingErrors(float(told.get("common", 0.0)), float(told.get("ea_scale", 1.0)))
        """How errors at several temperatures of a pellet go together (`ionscope.series.fit_series`)."""

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
        Kramers-Kronig relations: one that picked up the mains says nothing against the others. So is a rough end of it,
        as above an instrument's bandwidth, where the rest tells the resistance better alone. A drift, and a step
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
        told = [] if self.trained is None else self.trained.unused(spectrum)
        if spectrum.electrodes is not None and self.bundle.combination is None:
            told = [*told, "The stated electrodes were not used; this model has one interval for all."]
        spectrum = replace(spectrum, assumptions=(*spectrum.assumptions, *told))
        as_measured = self._answer(spectrum, shape)
        quality, mended, answer = self._mended(spectrum, shape, as_measured)
        centre, half = float(answer.log10_resistance[0]), float(answer.half_width[0]) + mended.doubt
        resistance = Estimate(*(10 ** (centre + offset) for offset in (0.0, -half, half)))
        interface = interface_in(mended.spectrum, answer, resistance)
        resistance = reaching(resistance, answer, interface)
        sigma = None
        if shape is not None:
            sigma = _conductivity(shape, resistance, shape_spread)
        methods = {
            name: {"resistance_ohm": float(10**said), "share": float(share)}
            for name, said, share in zip(METHODS, answer.methods[0], answer.weights[0], strict=True)
            if np.isfinite(said)
        }
        reading = Reading(
            spectrum,
            resistance,
            sigma,
            float(answer.reference[0]),
            model=self._about(),
            methods=methods,
            shape_spread=shape_spread,
            left_out_hz=mended.left_out_hz,
            taken_off=mended.taken_off,
        )
        return judged(reading, quality, self._excess(answer), self.trained, _looks_blocking(answer), interface)

    def _mended(
        self, spectrum: Spectrum, shape: float | None, as_measured: Readings
    ) -> tuple[QualityReport, Mended, Readings]:
        """What is wrong with a spectrum, what was made of it, and the answer to that."""
        breaks = self._excess(as_measured)["kramers_kronig"] > 1

        def attempt(cut: bool) -> tuple[QualityReport, Mended, Readings]:
            quality = assess(spectrum, as_measured.kramers_kronig, cut=cut)
            mended = mend(spectrum, quality, 10 ** float(as_measured.half_width[0]), breaks, FEWEST_POINTS)
            changed = mended.spectrum is not spectrum
            return quality, mended, self._answer(mended.spectrum, shape) if changed else as_measured

        quality, mended, answer = attempt(cut=True)
        if quality.sound.all() or answer.half_width[0] < as_measured.half_width[0]:
            return quality, mended, answer
        return attempt(cut=False)  # the rough end tells more than the rest does without it

    def _answer(self, spectrum: Spectrum, shape: float | None) -> Readings:
        answer = self.bundle.read(
            spectrum.frequency,
            spectrum.impedance[None],
            None if shape is None else np.array([shape]),
            None if spectrum.temperature is None else np.array([spectrum.temperature]),
        )
        stated, wrong = spectrum.electrodes, wrong_electrodes(spectrum, _looks_blocking(answer))
        if stated is not None and self.bundle.combination is not None and not wrong:  # else intervals of other cells
            answer = self.bundle.where_stated(answer, stated)
        return without_electrodes(spectrum, answer)

    def _excess(self, answer: Readings) -> dict[str, float]:
        """Each detector's score over its threshold."""
        assert self.bundle.trust is not None
        return dict(zip(DETECTORS, self.bundle.trust.excess(answer.scores)[0].tolist(), strict=True))

    def _about(self) -> dict[str, Any]:
        about = self.bundle.about
        return {name: about[name] for name in ("variant", "training_spectra", "ionscope") if name in about}


def _looks_blocking(answer: Readings) -> bool | None:
    """Whether the spectrum ends in the spike of a blocking electrode, where the model knows."""
    return None if answer.looks_blocking is None else bool(answer.looks_blocking[0])


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
