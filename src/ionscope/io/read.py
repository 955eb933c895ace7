"""The entry: any file in, spectra out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np

from ionscope.errors import InputDataError
from ionscope.io import netcdf, optional, xlsx
from ionscope.io.assemble import SIGNS, Raw, assemble
from ionscope.io.facts import Options
from ionscope.io.instruments import read_raw
from ionscope.io.named import with_named_temperature
from ionscope.io.stated_names import with_stated_names
from ionscope.io.text import Text, decode, load_bytes, problem
from ionscope.spectrum import Spectrum

# Other kinds of file that are handed in by mistake: first bytes, and what to do instead.
_FOREIGN = (
    (b"PK\x03\x04", "is an archive or an OpenDocument file; unpack it, or save the sheet as .xlsx or CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel (.xls) or Office file; save it as .xlsx or CSV"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first"),
    (b"%PDF", "is a PDF; export the data as text"),
    (b"\x89PNG", "is a picture; export the data as text"),
)


def read_spectra(
    path: str | PathLike[str],
    *,
    sign: str = "auto",
    temperature: float | None = None,
    thickness: float | None = None,
    area: float | None = None,
    encoding: str | None = None,
) -> list[Spectrum]:
    """Every spectrum of a file, of whatever instrument or dialect; the content decides, not the extension.

    Parameters
    ----------
    path : the file
    sign : ``"auto"`` (labels, then Kramers-Kronig), ``"as-is"`` (the column is Im(Z)) or ``"negated"`` (-Im(Z))
    temperature, thickness, area : K, cm, cm2; outrank what the file says
    encoding : of a text file; guessed from its bytes where not given

    Returns
    -------
    list of at least one `Spectrum`, in the file's order; ``assumptions`` says what the file did not

    Raises
    ------
    InputDataError : one line with file, line number where there is one, the value and the way out
    """
    if sign not in SIGNS:
        raise InputDataError(f"sign {sign!r} is not one of {', '.join(SIGNS)}")
    for name, value, unit in (("temperature", temperature, "K"), ("thickness", thickness, "cm"), ("area", area, "cm2")):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise InputDataError(f"{name} {value!r} {unit} is not a positive number")
    source = str(path)
    spectra, title = _read(source, Options(sign, temperature, thickness, area), encoding)
    spectra = with_named_temperature(spectra, [Path(source).stem, *title])
    return [replace(spectrum, file=_file(source, spectrum.file)) for spectrum in spectra]


def read_spectrum(
    path: str | PathLike[str],
    *,
    sign: str = "auto",
    temperature: float | None = None,
    thickness: float | None = None,
    area: float | None = None,
    encoding: str | None = None,
) -> Spectrum:
    """The one spectrum of a file; as `read_spectra`.

    Raises
    ------
    InputDataError : as `read_spectra`, and where the file holds several
    """
    spectra = read_spectra(path, sign=sign, temperature=temperature, thickness=thickness, area=area, encoding=encoding)
    if len(spectra) != 1:
        raise problem(str(path), f"holds {len(spectra)} spectra where one is expected; use read_spectra and choose")
    return spectra[0]


def _file(source: str, before: str | None) -> str:
    """The file of a spectrum in `source`; one that was written there beside those of other files keeps them apart."""
    return source if before in (None, source) else f"{source} [{before}]"


def _read(source: str, options: Options, encoding: str | None) -> tuple[list[Spectrum], Sequence[str]]:
    """The spectra of a file, and its first line where it is text."""
    content = load_bytes(source)
    if xlsx.is_workbook(content):
        return _from_sheets(xlsx.sheets(content, source), options, source), []
    if content.startswith(netcdf.MARK):
        return [_as_stated(spectrum, options) for spectrum in netcdf.read_sealed(content, source)], []
    vendor = optional.reader_for(content, source)
    if vendor is optional.read_mpr:
        return _spectra(vendor(source), options), []
    for mark, advice in _FOREIGN:
        if content.startswith(mark):
            raise problem(source, advice)
    try:
        text = decode(content, source, encoding)
        return _from_text(text, options), text.lines[:1]
    except InputDataError:
        # some vendor formats are text that our own readers know, others are not
        if vendor is None:
            raise
    return _spectra(vendor(source), options), []


def _as_stated(spectrum: Spectrum, options: Options) -> Spectrum:
    """A spectrum from a file whose signs and units are certain, with what the caller states."""
    impedance = spectrum.impedance.conj() if options.sign == "negated" else None
    return spectrum.with_(
        impedance=impedance, temperature=options.temperature, thickness=options.thickness, area=options.area
    )


def _spectra(raws: list[Raw], options: Options) -> list[Spectrum]:
    return [spectrum for raw in raws for spectrum in assemble(raw, options)]


def _from_text(text: Text, options: Options) -> list[Spectrum]:
    raws = read_raw(text)
    for raw in raws:
        if raw.format == "table":  # an instrument's own program has an encoding of its own, and it is known
            raw.assumptions[:0] = text.assumptions
    if len(raws) == 1 and raws[0].format == "table":
        return with_stated_names(_spectra(raws, options), text, raws[0].table)
    spectra = _spectra(raws, options)
    if len(raws) > 1 and len(spectra) == len(raws):
        return [replace(s, source=f"{text.source} (spectrum {i})") for i, s in enumerate(spectra, 1)]
    return spectra


def _from_sheets(sheets: list[tuple[str, Text | InputDataError]], options: Options, source: str) -> list[Spectrum]:
    spectra: list[Spectrum] = []
    first: InputDataError | None = None
    left_out: list[str] = []
    for title, text in sheets:
        try:
            if isinstance(text, InputDataError):
                raise text
            spectra += with_named_temperature(_from_text(text, options), [title, *text.lines[:1]])
        except InputDataError as error:
            first = first or error
            reason = str(error).removeprefix(f"{source} [{title}]").strip(": ")
            left_out.append(f"Sheet {title!r} was left out ({reason}).")
    if not spectra:
        raise first or problem(source, "holds no spectrum")
    return [replace(spectrum, assumptions=(*spectrum.assumptions, *left_out)) for spectrum in spectra]
