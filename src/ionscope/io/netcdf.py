"""Spectra of any grids as one xarray object and one NetCDF file.

Laboratory spectra rarely share a frequency grid, so the layout is always the padded one: dimensions ``spectrum`` and
``point``, ``frequency [Hz]``, ``z_real`` and ``z_imag [ohm]`` over both, ascending in frequency, NaN behind the last
point of a shorter spectrum. Facts stand over ``spectrum``: ``points``, ``temperature [K]``, ``thickness [cm]``,
``area [cm2]`` (NaN where unknown), ``specimen``, ``material``, ``electrodes``, ``file`` and ``source`` as text,
``assumptions`` and ``metadata`` as JSON.
Spectra on one grid go into a `ionscope.spectrum.SpectrumSet` (`SpectrumSet.from_spectra`).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from ionscope.errors import InputDataError
from ionscope.files import to_json, whole_file
from ionscope.io.seal import broken_seal, seal
from ionscope.io.text import problem
from ionscope.spectrum import SCHEMA_VERSION, UNITS, Spectrum, SpectrumSet

if TYPE_CHECKING:
    import xarray as xr

MARK = b"\x89HDF"
_FACTS = ("temperature", "thickness", "area")
_NAMED = ("specimen", "material", "electrodes", "file")


def to_xarray(spectra: Sequence[Spectrum]) -> xr.Dataset:
    """Spectra in the padded layout; `from_xarray` gives back the same.

    Raises
    ------
    InputDataError : no spectra
    """
    import xarray as xr

    if not spectra:
        raise InputDataError("no spectra to put together")
    shape = len(spectra), max(len(spectrum) for spectrum in spectra)
    frequency, real, imaginary = (np.full(shape, np.nan) for _ in range(3))
    for row, spectrum in enumerate(spectra):
        n = len(spectrum)
        frequency[row, :n] = spectrum.frequency
        real[row, :n], imaginary[row, :n] = spectrum.impedance.real, spectrum.impedance.imag
    both = ("spectrum", "point")
    data = xr.Dataset(
        {"frequency": (both, frequency), "z_real": (both, real), "z_imag": (both, imaginary)},
        attrs={"schema_version": SCHEMA_VERSION},
    )
    data["points"] = ("spectrum", [len(spectrum) for spectrum in spectra])
    for fact in _FACTS:
        values = [getattr(spectrum, fact) for spectrum in spectra]
        data[fact] = ("spectrum", np.array([np.nan if value is None else value for value in values]))
    for name, texts in (
        *((name, [getattr(spectrum, name) or "" for spectrum in spectra]) for name in _NAMED),
        ("source", [spectrum.source for spectrum in spectra]),
        ("assumptions", [json.dumps(spectrum.assumptions) for spectrum in spectra]),
        ("metadata", [to_json(dict(spectrum.metadata)) for spectrum in spectra]),
    ):
        data[name] = ("spectrum", np.array(texts, dtype=object))
    for name, unit in UNITS.items():
        if name in data:
            data[name].attrs["units"] = unit
    return data


def from_xarray(data: xr.Dataset) -> list[Spectrum]:
    """The spectra of a dataset, in the padded layout or that of a `SpectrumSet`.

    Raises
    ------
    InputDataError : variables are missing or not spectra
    """
    if "frequency" in data.dims:
        whole = SpectrumSet(data)
        return [whole.spectrum(i) for i in range(len(whole))]
    missing = {"frequency", "z_real", "z_imag", "points", *_FACTS, "specimen", "source"} - set(data.variables)
    if missing:
        raise InputDataError(f"not a set of impedance spectra: missing {', '.join(sorted(missing))}")
    data = data.transpose("spectrum", "point", ...)
    frequency = data["frequency"].to_numpy()
    impedance = data["z_real"].to_numpy() + 1j * data["z_imag"].to_numpy()
    spectra = []
    for row, n in enumerate(data["points"].to_numpy().astype(int)):
        facts: dict[str, Any] = {fact: float(data[fact][row]) for fact in _FACTS}
        facts = {fact: value for fact, value in facts.items() if np.isfinite(value)}
        facts |= {fact: str(data[fact][row].item()) or None for fact in _NAMED if fact in data}
        spectra.append(
            Spectrum(
                frequency[row, :n],
                impedance[row, :n],
                source=str(data["source"][row].item()),
                assumptions=tuple(json.loads(str(data["assumptions"][row].item()))) if "assumptions" in data else (),
                metadata=json.loads(str(data["metadata"][row].item())) if "metadata" in data else {},
                **facts,
            )
        )
    return spectra


def write_netcdf(spectra: Sequence[Spectrum], path: str | PathLike[str]) -> None:
    """Write spectra as NetCDF4 with a seal, whole or not at all; `ionscope.io.read_spectra` reads them back exactly."""
    data = to_xarray(spectra)
    with whole_file(str(path)) as temporary:
        data.to_netcdf(temporary, engine="h5netcdf")
        seal(temporary)


def read_sealed(content: bytes, source: str) -> list[Spectrum]:
    """The spectra of a NetCDF file that ionscope wrote.

    Raises
    ------
    InputDataError : another program's file, an altered one, or one of a newer version
    """
    broken = broken_seal(content)
    if broken is None:
        raise problem(source, "is an HDF5 or NetCDF file that ionscope did not write; export the points as text")
    if broken:
        raise problem(source, "does not match its SHA-256; it is altered or damaged, write it again")
    import xarray as xr

    try:
        data = xr.load_dataset(io.BytesIO(content), engine="h5netcdf")
        if int(data.attrs.get("schema_version", 0)) > SCHEMA_VERSION:
            raise InputDataError("its layout is newer; update ionscope")
        return from_xarray(data)
    except (InputDataError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise problem(source, str(error).splitlines()[0]) from None
