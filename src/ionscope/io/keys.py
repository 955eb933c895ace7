"""The keys under which a text tells the facts of a measurement, in English and German."""

from __future__ import annotations

import re

from ionscope.io.columns import unit_of

NUMBERS = {
    "temperature": r"(?:sample |cell |mean |actual |measurement |chamber |oven |furnace |stage )?"
    r"temp(?:erature|eratur|\.)?"
    r"|t|t_?sample",
    "setpoint": r"set ?(?:point)? ?temp(?:erature|eratur|\.)?|temp(?:erature|eratur|\.)? set(?: ?point)?|t[_ ]?set",
    "thickness": r"(?:sample |pellet |electrolyte |film |membrane )?(?:thickness|dicke)|l",
    "area": r"(?:sample |pellet |cell |active |contact )?(?:electrode )?(?:surface )?(?:area|fläche)|a",
    "diameter": r"(?:sample |pellet |electrode |cell )?(?:diameter|durchmesser)",
    "radius": r"(?:sample |pellet |electrode |cell )?radius",
    "amplitude": r"ac[ -]?volt(?:age)?|(?:ac |voltage |perturbation |excitation )?amplitude|osc(?:illator)? level",
}
"""Facts that are numbers."""

WORDS = {
    "date": r"date|datum|date/time|date & time|acquired|acquisition started on|measured on|start(?:ed)?(?: time)?",
    "time": r"time",
    "instrument": r"instrument(?: model)?|device|potentiostat|analy[sz]er|model",
    "specimen": r"sample(?: name| id)?|specimen|probe|cell(?: name| id)?|pellet",
}
"""Facts that are kept as they are written."""

_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in (NUMBERS | WORDS).items())


def kind_of(name: str) -> str | None:
    """The fact that a key without its unit stands for, None where it is not known."""
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(name)), None)


def name_and_unit(key: str) -> tuple[str, str]:
    """``Thickness (mm)``, ``Temp /K``, ``area_cm2`` as name and unit."""
    found = re.match(r"^(.*?)\s*[\[(/]\s*([^\[\]()]*?)\s*[\])]?$", key)
    if found and found[1]:
        return found[1].strip(), found[2].strip()
    name, _, unit = key.rpartition("_")  # temperature_K, thickness_cm
    if name and (unit in ("K", "C") or unit_of(unit)[0] in ("cm", "cm2")):
        return name.replace("_", " "), unit
    return key.replace("_", " ").strip(), ""


def is_key(text: str) -> bool:
    """Whether ``text`` is a key that is known."""
    return kind_of(name_and_unit(text.strip(' \t"'))[0]) is not None
