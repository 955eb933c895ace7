"""Spectra written as CSV that says what it holds: units and sign in the column names, facts beside the numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from os import PathLike

from ionscope.errors import InputDataError
from ionscope.files import write_text
from ionscope.io.stated_names import FIELDS
from ionscope.spectrum import Spectrum

_POINTS = ("frequency/Hz", "Re(Z)/ohm", "Im(Z)/ohm")
_MEASURES = {"temperature": "K", "thickness": "cm", "area": "cm2"}
_COLUMN_OF = {field: name for name, field in FIELDS.items()}
_FACTS = ("specimen", "material", "electrodes", *_MEASURES)
_PLAIN = re.compile(r"[\w.+()/-]+(?: [\w.+()/-]+)*")
"""Names that may stand in a line above the table; others need the quotes of a cell."""


def write_spectrum(spectrum: Spectrum, path: str | PathLike[str]) -> None:
    """Write one spectrum; `ionscope.io.read_spectrum` reads it back, as `write_spectra` says."""
    write_spectra([spectrum], path)


def write_spectra(spectra: Sequence[Spectrum], path: str | PathLike[str]) -> None:
    """Write spectra as CSV (`spectra_text`), whole or not at all.

    Raises
    ------
    InputDataError : no spectra
    """
    if not spectra:
        raise InputDataError(f"{path}: no spectra to write")
    write_text(str(path), spectra_text(spectra))


def spectra_text(spectra: Sequence[Spectrum]) -> str:
    """Spectra one below the other, numbered in a column ``sweep``, as the text of a CSV file.

    Columns are frequency in Hz, Re(Z) and Im(Z) in ohm (negative = capacitive), and, for several spectra, the sweep and
    whatever is known of specimen, material, electrodes, temperature (K), thickness (cm) and area (cm2); for spectra of
    several files ``source`` is the file. For one spectrum these stand in comment lines above the table. Reading gives
    back the same floats and names (with one blank for any white space in a name); what was assumed and the metadata are
    not written (`ionscope.io.write_netcdf` does).
    """
    if len(spectra) == 1 and all(_PLAIN.fullmatch(name) for name in _names(spectra[0])):
        (only,) = spectra
        facts = {fact: _cell(getattr(only, fact)) for fact in _FACTS}
        above = [f"# {fact}: {text} {_MEASURES.get(fact, '')}".rstrip() for fact, text in facts.items() if text]
        return "".join(f"{line}\n" for line in above) + _table([[]], spectra, [])
    several = len({spectrum.file for spectrum in spectra}) > 1
    fields = [*(["file"] if several else []), *_FACTS]
    known = [field for field in fields if any(_cell(getattr(spectrum, field)) for spectrum in spectra)]
    header = ["sweep", *(f"{name}/{_MEASURES[name]}" if name in _MEASURES else _COLUMN_OF[name] for name in known)]
    before = [[str(k), *(_cell(getattr(s, field)) for field in known)] for k, s in enumerate(spectra, 1)]
    return _table(before, spectra, header)


def _table(before: Sequence[list[str]], spectra: Sequence[Spectrum], header: list[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*header, *_POINTS])
    for cells, spectrum in zip(before, spectra, strict=True):
        points = zip(spectrum.frequency.tolist(), spectrum.impedance.tolist(), strict=True)
        writer.writerows([*cells, repr(f), repr(z.real), repr(z.imag)] for f, z in points)
    return text.getvalue()


def _names(spectrum: Spectrum) -> list[str]:
    return [name for name in (spectrum.specimen, spectrum.material, spectrum.electrodes) if name and name.strip()]


def _cell(value: float | str | None) -> str:
    """A fact as the content of a cell: a row ends at a line's end, quotes or not."""
    if value is None:
        return ""
    return " ".join(value.split()) if isinstance(value, str) else repr(float(value))
