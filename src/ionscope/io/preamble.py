"""What the lines above a table tell: temperature, thickness, area, amplitude, date, instrument."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ionscope.io.columns import unit_of
from ionscope.io.dialect import without_comment
from ionscope.spectrum import ZERO_CELSIUS

_NUMBER = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_PAIR = re.compile(r"^(?P<key>[^:=;\t]{1,60}?)\s*[:=;\t]+\s*(?P<value>\S.*?)\s*$")
_VALUE = re.compile(rf"^\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d\s,;]*)")
_NAMED_PAIR = re.compile(rf"(?P<key>[A-Za-z][A-Za-z. ]*\[[^\[\]]+\])\s*[:=]?\s*(?P<value>{_NUMBER})")
_LENGTHS = {
    "m": 100.0,
    "cm": 1.0,
    "mm": 0.1,
    "um": 1e-4,
    "µm": 1e-4,
    "μm": 1e-4,
    "micron": 1e-4,
    "microns": 1e-4,
    "nm": 1e-7,
}
_AREAS = {"m2": 1e4, "cm2": 1.0, "mm2": 1e-2, "um2": 1e-8}
_AMPLITUDES = {
    **{unit: ("amplitude_v", scale) for unit, scale in (("v", 1.0), ("vrms", 1.0), ("mv", 1e-3), ("mvrms", 1e-3))},
    **{unit: ("amplitude_a", scale) for unit, scale in (("a", 1.0), ("ma", 1e-3), ("ua", 1e-6))},
}

_KEY_PATTERNS = {
    "temperature": r"(?:sample |cell |mean |set |actual |measurement |chamber |oven |furnace |stage )?"
    r"temp(?:erature|eratur|\.)?(?: set(?: ?point)?)?"
    r"|t|t_?sample",
    "thickness": r"(?:sample |pellet |electrolyte |film |membrane )?(?:thickness|dicke)|l",
    "area": r"(?:sample |pellet |cell |active |contact )?(?:electrode )?(?:surface )?(?:area|fläche)|a",
    "diameter": r"(?:sample |pellet |electrode |cell )?(?:diameter|durchmesser)",
    "amplitude": r"ac[ -]?volt(?:age)?|(?:ac |voltage |perturbation |excitation )?amplitude|osc(?:illator)? level",
    "date": r"date|datum|date/time|date & time|acquired|acquisition started on|measured on|start(?:ed)?(?: time)?",
    "time": r"time",
    "instrument": r"instrument(?: model)?|device|potentiostat|analy[sz]er|model",
    "specimen": r"sample(?: name| id)?|specimen|probe|cell(?: name| id)?|pellet",
}
_KEYS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KEY_PATTERNS.items())


@dataclass
class Preamble:
    """Facts of a preamble: K, cm, cm2 (None where not stated), and the rest as plain values."""

    temperature: float | None = None
    thickness: float | None = None
    area: float | None = None
    specimen: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    assumptions: list[str] = field(default_factory=list)


def read_preamble(lines: Iterable[str]) -> Preamble:
    """Facts from ``key: value``, ``key = value`` and ``key<tab>value`` lines; units may stand on either side."""
    told = Preamble()
    diameter: float | None = None
    for raw in list(lines)[:300]:
        for key, value in _pairs(without_comment(raw).strip()):
            name, unit = _name_and_unit(key)
            kind = next((kind for kind, pattern in _KEYS if pattern.fullmatch(name)), None)
            if kind is None or not value:
                continue
            if kind in ("date", "time", "instrument", "specimen"):
                if kind == "specimen":
                    told.specimen = told.specimen or value[:100]
                else:
                    told.metadata.setdefault(kind, value[:100])
                continue
            number, said = _number(value)
            unit = (said or unit).strip()
            if number is None:
                continue
            if kind == "temperature":
                _temperature(told, number, unit, name)
            elif kind == "amplitude":
                name, scale = _AMPLITUDES.get(unit.lower().strip("[]()"), ("amplitude", 1.0))
                told.metadata.setdefault(name, number * scale)
            elif kind == "diameter":
                diameter = _length(number, unit)
            elif kind == "thickness" and told.thickness is None:
                told.thickness = _length(number, unit)
                _unused(told, told.thickness, number, "a thickness", name)
            elif kind == "area" and told.area is None:
                told.area = _area(number, unit)
                _unused(told, told.area, number, "an area", name)
    if told.area is None and diameter is not None:
        told.area = math.pi * diameter**2 / 4
        told.assumptions.append(f"The area was computed from the stated diameter of {10 * diameter:g} mm.")
    return told


def _pairs(line: str) -> list[tuple[str, str]]:
    """Key-value pairs of a line; Novocontrol's hold several, ``Diameter[mm]: 13  Thickness[mm]: 0.75``, as those after
    ``Fixed value(s) :``."""
    several = [(found["key"], found["value"]) for found in _NAMED_PAIR.finditer(line)]
    if len(several) > 1:
        return several
    line = re.sub(r"^fixed values?\s*(?:\(s\))?\s*:\s*", "", line, flags=re.I)
    if line.count("=") > 1 and "," in line:
        return [(key.strip(), value.strip()) for key, _, value in (part.partition("=") for part in line.split(","))]
    found = _PAIR.match(line)
    if found:
        return [(found["key"].strip().strip('"'), found["value"].strip().strip('"').strip(";,\t "))]
    key, separator, value = line.partition(",")  # a preamble kept in CSV cells: "Thickness (mm),1.2"
    return [(key.strip().strip('"'), value.strip().strip('",; '))] if separator else []


def _name_and_unit(key: str) -> tuple[str, str]:
    found = re.match(r"^(.*?)\s*[\[(/]\s*([^\[\]()]*?)\s*[\])]?$", key)
    if found and found[1]:
        return found[1].strip(), found[2].strip()
    name, _, unit = key.rpartition("_")  # temperature_K, thickness_cm
    if name and (unit in ("K", "C") or _length(1.0, unit) or _area(1.0, unit)):
        return name.replace("_", " "), unit
    return key.replace("_", " ").strip(), ""


def _number(value: str) -> tuple[float | None, str]:
    found = _VALUE.match(value)
    if not found:
        return None, ""
    number = float(found["number"].replace(",", "."))
    # the unit may stand in a cell of its own: "1.2;mm"
    unit = found["unit"] or (value[found.end() :].lstrip(" \t;,").split() or [""])[0]
    if value[found.end() :].startswith("²") or (re.match(r"\s*\^?2", value[found.end() :]) and unit.endswith("m")):
        unit += "2"
    return (number if math.isfinite(number) else None), unit


def _temperature(told: Preamble, number: float, unit: str, name: str) -> None:
    if told.temperature is not None:
        return
    scale, _, _ = unit_of(unit)
    if scale == "?":  # "Temp /K before measurement"
        scale, _, _ = unit_of(unit.split()[0])
    kelvin = {"k": number, "c": number + ZERO_CELSIUS, "f": (number - 32) / 1.8 + ZERO_CELSIUS}.get(scale)
    if kelvin is None:
        if len(name) > 1:
            told.assumptions.append(f"The file states a temperature of {number:g} without a unit; it was not used.")
    elif 1 < kelvin < 2500:
        told.temperature = kelvin


def _unused(told: Preamble, value: float | None, number: float, what: str, name: str) -> None:
    if value is None and number > 0 and len(name) > 1:  # L = 2 uH and A = 3 are something else
        told.assumptions.append(f"The file states {what} of {number:g} without a known unit; it was not used.")


def _length(number: float, unit: str) -> float | None:
    scale = _LENGTHS.get(unit.strip("[]()").lower())
    return number * scale if scale and number > 0 else None


def _area(number: float, unit: str) -> float | None:
    name = unit.strip("[]()").lower().replace("²", "2").replace("^", "").replace("µ", "u").replace("μ", "u")
    scale = _AREAS.get({"sqcm": "cm2", "qcm": "cm2"}.get(name, name))
    return number * scale if scale and number > 0 else None
