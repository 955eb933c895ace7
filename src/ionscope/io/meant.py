"""Which sweeps of a file a row of a table speaks of."""

from __future__ import annotations

from collections.abc import Sequence

from ionscope.errors import InputDataError
from ionscope.spectrum import Spectrum

SAME_TEMPERATURE = 2.0
"""Kelvin: a row speaks of the sweeps of its file within so much of its temperature."""

MOST_NAMED = 10


def meant_sweeps(
    spectra: Sequence[Spectrum], temperature: float | None, specimen: str | None, where: str
) -> list[tuple[int, Spectrum]]:
    """The sweeps at `temperature` [K] and of `specimen`, where these are given, each with its place in the file.

    In a file of several temperatures a temperature means the sweeps near it, and likewise for the specimen. What all
    sweeps of a file have in common does not choose among them: there the row outranks the file.

    Raises
    ------
    InputDataError : no sweep is meant; `where` (file and line) begins the message
    """
    meant = list(enumerate(spectra))
    if temperature is not None and len({spectrum.temperature for spectrum in spectra}) > 1:
        meant = [
            (k, s) for k, s in meant if s.temperature is None or abs(s.temperature - temperature) <= SAME_TEMPERATURE
        ]
    if specimen is not None and len({spectrum.specimen for spectrum in spectra}) > 1:
        meant = [(k, s) for k, s in meant if s.specimen in (None, specimen)]
    if not meant:
        held = ", ".join(sorted({_described(spectrum) for spectrum in spectra})[:MOST_NAMED])
        raise InputDataError(f"{where}: no sweep is at the temperature and of the specimen stated; it holds {held}")
    return meant


def _described(spectrum: Spectrum) -> str:
    temperature = "" if spectrum.temperature_c is None else f"{spectrum.temperature_c:.4g} C"
    return f"{temperature} {spectrum.specimen or ''}".strip() or "a sweep that states neither"
