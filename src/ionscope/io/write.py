"""Spectra written as CSV that says what it holds: units and sign in the column names, facts in comment lines."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from ionscope.errors import InputDataError
from ionscope.files import write_text
from ionscope.spectrum import Spectrum


def write_spectrum(spectrum: Spectrum, path: str | PathLike[str]) -> None:
    """Write one spectrum; `ionscope.io.read_spectrum` reads it back exactly."""
    write_spectra([spectrum], path)


def write_spectra(spectra: Sequence[Spectrum], path: str | PathLike[str]) -> None:
    """Write spectra one below the other, numbered in a column ``sweep``; whole or not at all.

    Columns are frequency in Hz, Re(Z) and Im(Z) in ohm (negative = capacitive), and, for several spectra, the sweep and
    whatever is known of specimen, temperature (K), thickness (cm) and area (cm2). For one spectrum these stand in
    comment lines above the table. Numbers are written so that reading gives back the same floats.

    Raises
    ------
    InputDataError : no spectra
    """
    if not spectra:
        raise InputDataError(f"{path}: no spectra to write")
    facts = ("specimen", "temperature", "thickness", "area")
    names = {"temperature": "temperature/K", "thickness": "thickness/cm", "area": "area/cm2"}
    units = {"temperature": " K", "thickness": " cm", "area": " cm2"}
    lines: list[str] = []
    if len(spectra) == 1:
        for fact in facts:
            value = getattr(spectra[0], fact)
            if value is not None:
                lines.append(f"# {fact}: {_plain(value)}{units.get(fact, '')}")
        lines.append("frequency/Hz,Re(Z)/ohm,Im(Z)/ohm")
    else:
        known = [fact for fact in facts if any(getattr(spectrum, fact) is not None for spectrum in spectra)]
        lines.append(",".join(["sweep", *(names.get(f, f) for f in known), "frequency/Hz,Re(Z)/ohm,Im(Z)/ohm"]))
    for number, spectrum in enumerate(spectra, 1):
        before = ""
        if len(spectra) > 1:
            before = ",".join([str(number), *(_plain(getattr(spectrum, fact)) for fact in known)]) + ","
        lines += [
            f"{before}{float(f)!r},{float(z.real)!r},{float(z.imag)!r}"
            for f, z in zip(spectrum.frequency, spectrum.impedance, strict=True)
        ]
    write_text(str(path), "\n".join(lines) + "\n")


def _plain(value: object) -> str:
    """A value that cannot break a CSV row."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return " ".join(str(value).replace(",", " ").replace('"', " ").split())
