"""Sets of spectra on disk: NetCDF for programs, CSV for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from ionscope.errors import InputDataError
from ionscope.files import whole_file
from ionscope.io.read import read_spectra
from ionscope.io.seal import broken_seal, seal
from ionscope.spectrum import SCHEMA_VERSION, SpectrumSet


def write_dataset(spectra: SpectrumSet, path: Path | str) -> None:
    """Write a set as NetCDF4 with a seal, whole or not at all."""
    with whole_file(path) as temporary:
        spectra.data.to_netcdf(temporary, engine="h5netcdf")
        seal(temporary)


def read_dataset(path: Path | str) -> SpectrumSet:
    """Read a set of spectra; `InputDataError` where the file is missing, truncated, altered or of a newer schema.

    The seal is checked first, because HDF5 can hang on damaged bytes. A set that another program wrote has none.
    """
    try:
        if broken_seal(Path(path).read_bytes()):
            raise ValueError("it does not match its SHA-256: altered or damaged")
        data = xr.load_dataset(path, engine="h5netcdf")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise InputDataError(f"{path}: not a readable NetCDF file ({str(error).splitlines()[0]})") from None
    version = int(data.attrs.get("schema_version", 0))
    if version > SCHEMA_VERSION:
        raise InputDataError(f"{path}: schema version {version} is newer than {SCHEMA_VERSION}; update ionscope")
    # How this file held its columns is of no concern to the next: the width of its names would cut off longer ones.
    return SpectrumSet(data.drop_encoding())


def read_datasets(paths: Iterable[Path | str]) -> SpectrumSet:
    """Read the shards of a set, in the order given."""
    return SpectrumSet.concatenate(read_dataset(path) for path in paths)


def write_csv(spectra: SpectrumSet, path: Path | str) -> None:
    """One row a point: the spectrum's number and variables, then frequency_hz, z_real_ohm, z_imag_ohm."""
    with whole_file(path) as temporary:
        to_frame(spectra).to_csv(temporary, index=False, float_format="%.8g")


def to_frame(spectra: SpectrumSet) -> pd.DataFrame:
    """Long table of all points of a set, as `write_csv` writes it."""
    frame = spectra.data.to_dataframe().reset_index()
    units = {
        "frequency": "frequency_hz",
        "z_real": "z_real_ohm",
        "z_imag": "z_imag_ohm",
        "temperature": "temperature_k",
        "thickness": "thickness_cm",
        "area": "area_cm2",
        "sigma_total": "sigma_total_s_cm",
        "sigma_bulk": "sigma_bulk_s_cm",
        "sigma_gb": "sigma_gb_s_cm",
        "ea_total": "ea_total_ev",
    }
    return frame.sort_values(["spectrum", "frequency"], kind="stable").rename(columns=units)


def ingest_csv(path: Path | str, simulated: SpectrumSet) -> SpectrumSet:
    """The set as a user's program would have it: impedance, temperature and geometry from the CSV, truth beside them.

    The CSV goes through the reader for laboratory files; `simulated` gives the columns that no instrument knows. A CSV
    that does not hold the same spectra in the same order is refused.
    """
    spectra = read_spectra(path)
    if len(spectra) != len(simulated):
        raise InputDataError(f"{path}: {len(spectra)} spectra read, {len(simulated)} expected; write the CSV again")
    for i, spectrum in enumerate(spectra):
        on_grid = len(spectrum) == simulated.frequency.size
        if not (on_grid and np.allclose(spectrum.frequency, simulated.frequency, rtol=1e-6)):
            raise InputDataError(f"{path}: spectrum {i} is not on the set's frequencies; write the CSV again")
    impedance = np.stack([spectrum.impedance for spectrum in spectra])
    measured = {"z_real": impedance.real, "z_imag": impedance.imag}
    for name in ("temperature", "thickness", "area"):
        measured[name] = np.array([getattr(spectrum, name) for spectrum in spectra], dtype=float)
    data = simulated.data.copy()
    for name, values in measured.items():
        # A spectrum out of its place would be given another one's truth.
        differs = ~np.isclose(values, simulated[name], rtol=1e-6, atol=0)
        if differs.any():
            i = int(np.argwhere(differs)[0, 0])
            raise InputDataError(f"{path}: {name} of spectrum {i} is not what the set holds; write the CSV again")
        data[name].values = values
    return SpectrumSet(data)
