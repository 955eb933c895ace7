"""A temperature that stands in the name or first line of a file or sheet, as ``pellet_25degC.txt``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ionscope.spectrum import PLAUSIBLE_TEMPERATURE, ZERO_CELSIUS, Spectrum

_LONGEST_TITLE = 120
_CELSIUS = re.compile(
    r"(?P<before>^|[^\d.,])(?P<number>\d{1,3}(?:[.,]\d+)?)\s?(?:[°º]\s?C|deg(?:rees)?\s?C?|Celsius)(?![A-Za-z])",
    re.IGNORECASE,
)
"""A unit with a degree: 2C in the name of a battery's file is a charging rate, and C03 a channel."""

_KELVIN = re.compile(r"(?<![\d.,])(?P<number>[1-6]\d\d(?:[.,]\d+)?)\s?K(?![A-Za-z0-9])")
_DASHES = frozenset("-−–")


def with_named_temperature(spectra: list[Spectrum], names: Iterable[str]) -> list[Spectrum]:
    """The spectra, an only one with the temperature in one of the names where nothing else states one.

    names : of the file or sheet, and its first line
    """
    if len(spectra) != 1 or spectra[0].temperature is not None:
        return spectra
    (spectrum,) = spectra
    celsius = named_temperatures(name for name in names if len(name) <= _LONGEST_TITLE)
    if not celsius:
        return spectra
    temperature = None
    if len(celsius) > 1:
        values = " or ".join(f"{value:g}" for value in celsius)
        told = f"Temperatures of {values} C stand in the name or first line; none was used."
    else:
        temperature = celsius[0] + ZERO_CELSIUS
        told = f"The temperature of {celsius[0]:g} C is that in the name or first line of the file or sheet."
    return [replace(spectrum, temperature=temperature, assumptions=(*spectrum.assumptions, told))]


def named_temperatures(names: Iterable[str]) -> list[float]:
    """Every plausible temperature [Celsius] that the names may mean, each once, ascending.

    A dash before the number is a minus after a blank or another sign. After a letter or a digit it may as well be a
    hyphen, and both are named, unless a pellet is not measured that cold.
    """
    found: set[float] = set()
    for name in names:
        for match in _CELSIUS.finditer(name):
            value, minus = _number(match), match["before"] in _DASHES
            if minus:
                found.add(-value)
            if not minus or (match.start() and name[match.start() - 1].isalnum()):
                found.add(value)
        found |= {_number(match) - ZERO_CELSIUS for match in _KELVIN.finditer(name)}
    low, high = PLAUSIBLE_TEMPERATURE
    return sorted(round(value, 2) for value in found if low <= value <= high)


def _number(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", "."))
