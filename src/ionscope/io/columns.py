"""What a column is: its header cell read as a role, a sign and a unit.

A header cell such as ``-Im(Z)/kOhm`` splits into a name (``-Im(Z)``) and a unit (``kOhm``). Names of many instruments
and languages map to a few roles; everything that is not recognised is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ionscope.io.names import ROLE_OF

ROLES = (
    "frequency",
    "real",
    "imaginary",
    "modulus",
    "phase",
    "admittance_real",
    "admittance_imaginary",
    "admittance_modulus",
    "admittance_phase",
    "conductivity_real",
    "conductivity_imaginary",
    "permittivity_real",
    "permittivity_imaginary",
    "capacitance_parallel",
    "capacitance_series",
    "resistance_parallel",
    "reactance_parallel",
    "loss",
    "temperature",
    "thickness",
    "area",
    "specimen",
    "sweep",
    "index",
)
"""The roles a column can have; ``sweep`` numbers the sweeps of one file, ``index`` counts points and is ignored."""

IMPEDANCE_PAIRS = (
    ("real", "imaginary"),
    ("modulus", "phase"),
    ("admittance_real", "admittance_imaginary"),
    ("admittance_modulus", "admittance_phase"),
)
"""The pairs of columns that are an impedance or its inverse, the most direct first."""

DIELECTRIC_PAIRS = (
    ("resistance_parallel", "reactance_parallel"),
    ("conductivity_real", "permittivity_real"),
    ("conductivity_real", "conductivity_imaginary"),
    ("permittivity_imaginary", "permittivity_real"),
    ("loss", "permittivity_real"),
    ("admittance_real", "capacitance_parallel"),
    ("resistance_parallel", "capacitance_parallel"),
    ("loss", "capacitance_parallel"),
    ("real", "capacitance_series"),
    ("loss", "capacitance_series"),
)
"""The pairs that one can be computed from, what conducts before what stores, the most direct first."""


@dataclass(frozen=True)
class Column:
    """One recognised column.

    Parameters
    ----------
    role : one of `ROLES`
    name : the header cell as the file has it, for messages
    negated : the header says the values are the negative of the role (``-Im(Z)``)
    logarithm : the header says the values are log10 of the role
    factor : what turns the values into Hz, ohm, siemens, degrees or kelvin; None where it depends on the geometry,
        on a guess (see ``unit``) or is unknown
    unit : the unit's canonical name: hz, rad/s, ohm, ohm cm2, ohm cm, s, s/cm2, s/cm, farad, deg, rad, k, c, f, cm,
        cm2; ``""`` where none is stated, ``?`` where it is stated but not understood
    doubtful : the unit's case leaves two readings open (``mhz`` may be milli or mega)
    """

    role: str
    name: str
    negated: bool = False
    logarithm: bool = False
    factor: float | None = 1.0
    unit: str = ""
    doubtful: bool = False


_PREFIX = {"": 1.0, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}

# Typographic variants of primes, minus signs, the ohm and micro signs, exponents and dots.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2032\u2019\u2018\u00b4\u0060\u02b9", "'"),
        **dict.fromkeys("\u2033\u201d\u201c\u02ba\u0022", "''"),
        **dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\u207b", "-"),
        **dict.fromkeys("\u2126\u03a9", "ohm"),
        **dict.fromkeys("\u00b5\u03bc", "u"),
        **dict.fromkeys("\u00b7\u22c5\u00d7\u2219", "*"),
        **dict(zip("\u00b9\u00b2\u00b3\u00ba\u00a0", "123\u00b0 ", strict=True)),
    }
)

_OHM = r"(?P<p>[pnumkKMG]?)\s*(?:ohms?|ohm\(s\)|OHMS?|Ohms?)"
_SEP = r"[\s.*x\-]*"
# canonical unit -> pattern; the pattern's group p is the prefix, group q the prefix of the length
_UNITS = (
    ("hz", re.compile(r"(?P<p>[umkKMG]?)(?:Hz|hz|HZ|hertz|Hertz|cps)")),
    ("hz", re.compile(r"(?:s\^?-1|1/s|s\*\*-1)")),
    ("rad/s", re.compile(r"(?P<p>[umkKMG]?)rad(?:ians?)?\s*(?:/\s*s(?:ec)?|[\s.*]*s\^?-1)")),
    ("ohm cm2", re.compile(_OHM + _SEP + r"(?P<q>[cmuk]?)m(?:\^|\*\*)?2")),
    ("ohm cm", re.compile(_OHM + _SEP + r"(?P<q>[cmuk]?)m")),
    ("ohm", re.compile(_OHM)),
    ("s/cm2", re.compile(r"(?P<p>[pnumkM]?)(?:S|mho|Siemens)" + _SEP + r"/?" + _SEP + r"(?P<q>[cm]?)m(?:\^|\*\*)?-?2")),
    ("s/cm", re.compile(r"(?P<p>[pnumkM]?)(?:S|mho|Siemens)" + _SEP + r"/?" + _SEP + r"(?P<q>[cm]?)m(?:\^?-1)?")),
    ("s", re.compile(r"(?P<p>[pnumkM]?)(?:S|mho|mhos|siemens|Siemens)")),
    ("s", re.compile(r"(?:1/|)(?P<p>[kMG]?)(?:ohms?|Ohms?)(?:\^|\*\*)?-1|1/(?P<r>[kMG]?)(?:ohms?|Ohms?)")),
    ("farad", re.compile(r"(?P<p>[pnum]?)(?:F|[Ff]arads?)")),
    ("deg", re.compile(r"°|'|deg\.?|degrees?|Deg\.?|Degrees?|DEG|grad|Grad")),
    ("rad", re.compile(r"(?P<p>m?)(?:rad|Rad|RAD|radians?|Radians?)")),
    ("c", re.compile(r"[°']\s*C|℃|deg\.?\s*C|degC|DegC|C|c|degrees?\s*C(?:elsius)?|[Cc]elsius|oC")),
    ("k", re.compile(r"K|k|[Kk]elvin|deg\.?\s*K|°\s*K")),
    ("cm2", re.compile(r"(?P<q>[cmu]?)m(?:\^|\*\*)?2")),
    ("cm2", re.compile(r"(?:q|sq\.?\s*)(?P<q>[cmu]?)m")),
    ("cm", re.compile(r"(?P<q>[cmun]?)m")),
    ("cm", re.compile(r"(?P<q>micron)s?")),
    ("f", re.compile(r"°\s*F|deg\.?\s*F|[Ff]ahrenheit")),
)
_LENGTH = {"": 100.0, "c": 1.0, "m": 0.1, "u": 1e-4, "micron": 1e-4, "n": 1e-7, "k": 1e5}  # in cm
_DOUBTFUL = re.compile(r"mhz|MHZ|mohms?|MOHMS?")
_FILLING = re.compile(r"part|component|impedance|ofthe|of|the(?!ta)")
EXPECTED = {
    "frequency": ("hz", "rad/s"),
    "real": ("ohm", "ohm cm2", "ohm cm"),
    "imaginary": ("ohm", "ohm cm2", "ohm cm"),
    "modulus": ("ohm", "ohm cm2", "ohm cm"),
    "phase": ("deg", "rad"),
    "admittance_real": ("s", "s/cm2", "s/cm"),
    "admittance_imaginary": ("s", "s/cm2", "s/cm"),
    "admittance_modulus": ("s", "s/cm2", "s/cm"),
    "admittance_phase": ("deg", "rad"),
    "conductivity_real": ("s/cm",),
    "conductivity_imaginary": ("s/cm",),
    "permittivity_real": (),
    "permittivity_imaginary": (),
    "capacitance_parallel": ("farad",),
    "capacitance_series": ("farad",),
    "resistance_parallel": ("ohm",),
    "reactance_parallel": ("ohm",),
    "loss": (),
    "temperature": ("c", "k", "f"),
    "thickness": ("cm",),
    "area": ("cm2",),
}

_NEGATION = re.compile(r"^(?:-\s*1?\s*\*?\s*|minus\s*|neg(?:ative|ated)?[\s_.]*)(?=\D)", re.IGNORECASE)
_LOG = re.compile(r"^(?:log_?(?:10)?|lg)[\s(\[]*(?P<name>.+?)[)\]]?$", re.IGNORECASE)
_BRACKET = re.compile(r"^(?P<name>.*?)\s*[\[({]\s*(?P<unit>[^\[\](){}]*(?:\([^()]*\)[^\[\](){}]*)?)\s*[\])}]\s*$")


@lru_cache(maxsize=4096)
def recognise(cell: str) -> Column | None:
    """The column behind one header cell, or None where the name is not known; see `recognise_header`."""
    shown = cell.strip().strip('"').strip()
    text = cell.strip().translate(_SIGNS).strip()
    # a cell quoted in the file arrives with its quotes translated to double primes
    if text.startswith("''") and text.endswith("''") and len(text) > 4:
        text = text[2:-2].strip()
    # RelaxIS writes "Data: Z'", Keysight "R(Ohm)-data" beside "R(Ohm)-mem", the trace in memory
    text = re.sub(r"^data:\s*|-data$", "", text, flags=re.IGNORECASE)
    if not text or len(text) > 80:
        return None
    for name, unit in _splits(text):
        column = _match(name, unit, shown)
        if column is not None:
            return column
    return None


def recognise_header(cells: Sequence[str]) -> list[Column | None]:
    """The columns behind a row of header cells, None for each that is not recognised.

    A single letter without a unit (``R``, ``X``, ``T``) means an electrical quantity only beside a frequency.
    """
    columns = [recognise(cell) for cell in cells]
    if any(column is not None and column.role == "frequency" for column in columns):
        return columns
    return [None if column is not None and len(column.name) == 1 and not column.unit else column for column in columns]


def unit_beside(cell: str) -> tuple[str, float | None, bool]:
    """The unit in a header cell whose name is not known, as of `unit_of`; ``""`` where there is none.

    In brackets or behind a stroke it may be any, ``?`` where its letters are garbled; a last word alone is believed to
    be a unit only of a frequency or an impedance, as ``Channel C`` is no temperature.
    """
    text = cell.strip().strip('"').translate(_SIGNS).strip()
    bracket = _BRACKET.match(text)
    beside = bracket["unit"] if bracket else text.partition("/")[2]
    apart = unit_of(beside)
    if apart[0] not in ("", "?") or not beside.isascii():
        return apart
    for _, unit in _splits(text):
        if unit_of(unit)[0] in (*EXPECTED["frequency"], *EXPECTED["real"]):
            return unit_of(unit)
    return "", 1.0, False


def _splits(text: str) -> list[tuple[str, str]]:
    """Ways to divide a header cell into name and unit, the most telling first."""
    ways: list[tuple[str, str]] = []
    bracket = _BRACKET.match(text)
    if bracket and unit_of(bracket["unit"])[0] not in ("", "?"):
        ways.append((bracket["name"], bracket["unit"]))
        name, twice, _ = bracket["name"].partition("/")
        if twice:  # "phase / rad (rad)"
            ways.append((name, bracket["unit"]))
    ways.append((text, ""))
    for separator in ("/", ",", "_", " ", "."):
        name, found, unit = text.partition(separator) if separator == "/" else text.rpartition(separator)
        if found and name and unit and unit_of(unit)[0] not in ("", "?"):
            ways.append((name, unit))
    words = text.split(" ")
    if len(words) > 2 and unit_of(" ".join(words[-2:]))[0] not in ("", "?"):  # "Z' ohm cm2"
        ways.insert(1, (" ".join(words[:-2]), " ".join(words[-2:])))
    parts = text.split("_")
    if len(parts) > 2 and unit_of(" ".join(parts[-2:]))[0] not in ("", "?"):  # "z_real_ohm_cm2"
        ways.insert(1, ("_".join(parts[:-2]), " ".join(parts[-2:])))
    if bracket:
        ways.append((bracket["name"], bracket["unit"] or ""))
    if "/" in text:
        name, _, unit = text.partition("/")
        ways.append((name, unit))
    return ways


def _match(name: str, unit: str, shown: str) -> Column | None:
    """The column of a header cell already divided into name and unit, None where the name is not known."""
    text, negated = _without_sign(name.strip().rstrip(":,;"))
    named = _named(text, unit)
    if named is None:
        return None
    key, unit, logarithm = named
    canonical, factor, doubtful = unit_of(unit)
    role, canonical, factor = _special_unit(ROLE_OF[key], canonical, factor)
    if canonical not in ("", "?") and canonical not in EXPECTED.get(role, (canonical,)):
        if (key, canonical) == ("t", "s") or len(key) == 1 or role in ("temperature", "phase"):
            return None  # "t/s" and "C/F": another quantity under a short name
        canonical, factor = "?", None  # "Frequency (ohm)": for the reader of the column to refuse
    if key == "deg":
        canonical = "deg"  # a phase that is named by its unit alone
    return Column(role, shown, negated, logarithm, factor, canonical, doubtful)


def _without_sign(text: str) -> tuple[str, bool]:
    """The name without a sign before it, and whether there is one: "(-Z'')", "neg. Im(Z)"."""
    text = _unwrapped(text)
    sign = _NEGATION.match(text)
    return (_unwrapped(text[sign.end() :].strip()), True) if sign else (text, False)


def _unwrapped(text: str) -> str:
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def _named(text: str, unit: str) -> tuple[str, str, bool] | None:
    """The normalised name, its unit and whether it is a logarithm; None where the name is not known."""
    key = _key(text)
    if key in ROLE_OF:  # "Re(Z)"
        return key, unit, False
    log = _LOG.match(text)
    if not log:
        return None
    key = _key(log["name"])
    if key in ROLE_OF:  # "log(f)"
        return key, unit, True
    inner = recognise(log["name"])  # "log(f/Hz)": the unit stands inside
    if inner is None or inner.unit in ("", "?"):
        return None
    key = _key(_splits(log["name"].translate(_SIGNS))[0][0])
    return (key, inner.unit, True) if key in ROLE_OF else None


def _special_unit(role: str, canonical: str, factor: float | None) -> tuple[str, str, float | None]:
    """Role, unit and factor where the name gives the unit another meaning."""
    if role == "temperature" and canonical == "farad":  # "T (F)"
        return role, "f", factor
    if role != "angular":
        return role, canonical, factor
    if canonical in ("", "?"):  # "omega"
        return "frequency", "rad/s", 1.0
    return "frequency", "rad/s" if canonical == "hz" else canonical, factor  # "omega (1/s)" is no count of cycles


def _key(name: str) -> str:
    key = re.sub(r"[\s_.*]+", "", name).lower()
    if key not in ROLE_OF:  # "Imaginary part of the impedance"
        plain = _FILLING.sub("", key)
        return plain if plain in ROLE_OF else key
    return key


def plain_signs(text: str) -> str:
    """``text`` with ASCII signs for typographic ones, ``ohm`` for the letter omega."""
    return text.translate(_SIGNS)


@lru_cache(maxsize=4096)
def unit_of(text: str) -> tuple[str, float | None, bool]:
    """Canonical unit, the factor to it (None if unknown) and whether its case is doubtful; for cells and preambles."""
    unit = text.translate(_SIGNS).strip().strip("[](){}").strip()
    if not unit:
        return "", 1.0, False
    for name, pattern in _UNITS:
        found = pattern.fullmatch(unit)
        if not found:
            continue
        groups = found.groupdict()
        factor = _PREFIX[groups.get("p") or ""]
        if groups.get("r"):
            factor = _PREFIX[groups["r"]]
        if ("-1" in unit and name == "s") or groups.get("r") is not None:
            factor = 1 / factor
        length = _LENGTH[groups.get("q") or ""] if "q" in groups else 1.0
        if name in ("ohm cm2", "cm2"):
            factor *= length**2
        elif name in ("ohm cm", "cm"):
            factor *= length
        elif name == "s/cm2":
            factor /= length**2
        elif name == "s/cm":
            factor /= length
        return name, factor, bool(_DOUBTFUL.match(unit))
    return "?", None, False
