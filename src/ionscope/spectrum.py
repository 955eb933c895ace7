"""The vocabulary every other module speaks: one impedance spectrum, and a set of them on one frequency grid.

Conventions: impedance in ohm, complex, ``Z = Z' + j Z''`` with ``Z'' < 0`` where the cell is capacitive;
frequencies in Hz, ascending; temperature in kelvin; thickness in cm; area in cm2; conductivity in S/cm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError

ZERO_CELSIUS = 273.15
"""0 C in kelvin."""

PLAUSIBLE_TEMPERATURE = -120.0, 400.0
"""Celsius: at others no solid electrolyte is measured; kelvin or another number was taken for it."""

VACUUM_PERMITTIVITY = 8.8541878128e-14
"""F/cm (CODATA 2018)."""

SCHEMA_VERSION = 1
"""Version of the NetCDF layout below; readers refuse a newer one."""

UNITS = {
    "frequency": "Hz",
    "z_real": "ohm",
    "z_imag": "ohm",
    "temperature": "K",
    "thickness": "cm",
    "area": "cm2",
    "sigma_total": "S/cm",
    "sigma_bulk": "S/cm",
    "sigma_gb": "S/cm",
    "ea_total": "eV",
}


@dataclass(frozen=True)
class Spectrum:
    """One sweep of one specimen at one temperature.

    Parameters
    ----------
    frequency : (f,) array of Hz, strictly ascending, positive
    impedance : (f,) complex array of ohm, capacitive meaning a negative imaginary part
    temperature, thickness, area : K, cm, cm2, or None where unknown
    specimen, material : name of the pellet and of what it is made of, where known
    electrodes : one of `ELECTRODES`, where stated
    source : the file (and sweep) it came from, for messages
    file : the file it was read from, None for one that was not: sweeps of one file may be those of one specimen
    assumptions : what the reader decided that the file did not say (sign, units, columns), one sentence each
    metadata : whatever else the file told (date, amplitude, instrument), as plain values

    Raises
    ------
    InputDataError : shapes that disagree, values that are not finite, an impedance of zero, frequencies that are not
        positive and strictly ascending
    """

    frequency: np.ndarray
    impedance: np.ndarray
    temperature: float | None = None
    thickness: float | None = None
    area: float | None = None
    specimen: str | None = None
    source: str = "array"
    assumptions: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    material: str | None = None
    electrodes: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        frequency = np.array(self.frequency, dtype=float)
        impedance = np.array(self.impedance, dtype=complex)
        if frequency.ndim != 1 or frequency.shape != impedance.shape or frequency.size == 0:
            raise InputDataError(
                f"{self.source}: frequency and impedance must be equally long vectors, got shapes "
                f"{frequency.shape} and {impedance.shape}"
            )
        if not (np.isfinite(frequency).all() and np.isfinite(impedance).all()):
            bad = int(np.flatnonzero(~(np.isfinite(frequency) & np.isfinite(impedance)))[0])
            raise InputDataError(f"{self.source}: point {bad + 1} is not a finite number; remove it from the file")
        if not impedance.all():
            zero = frequency[np.flatnonzero(impedance == 0)[0]]
            raise InputDataError(
                f"{self.source}: the impedance at {zero:g} Hz is zero, which no cell has; remove the point"
            )
        if frequency.min() <= 0:
            raise InputDataError(f"{self.source}: frequency {frequency.min():g} Hz is not positive")
        if (np.diff(frequency) <= 0).any():
            raise InputDataError(f"{self.source}: frequencies must be strictly ascending; see Spectrum.from_points")
        for name in ("temperature", "thickness", "area"):
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise InputDataError(f"{self.source}: {name} {value!r} {UNITS[name]} is not a positive number")
        if self.electrodes is not None and self.electrodes not in ELECTRODES:
            raise InputDataError(f"{self.source}: electrodes {self.electrodes!r} are not {' or '.join(ELECTRODES)}")
        frequency.setflags(write=False)
        impedance.setflags(write=False)
        object.__setattr__(self, "frequency", frequency)
        object.__setattr__(self, "impedance", impedance)

    @classmethod
    def from_points(cls, frequency: Sequence[float], impedance: Sequence[complex], **fields: Any) -> Spectrum:
        """Build a spectrum from points in any order; a frequency that occurs twice is refused."""
        order = np.argsort(np.asarray(frequency, dtype=float), kind="stable")
        ordered = np.asarray(frequency, dtype=float)[order]
        repeated = np.flatnonzero(np.diff(ordered) == 0)
        if repeated.size:
            raise InputDataError(
                f"{fields.get('source', 'array')}: frequency {ordered[repeated[0]]:g} Hz occurs twice; "
                "average the repeats or split the sweeps"
            )
        return cls(ordered, np.asarray(impedance, dtype=complex)[order], **fields)

    def with_(self, **changes: Any) -> Spectrum:
        """A copy with some fields changed; `None` values leave the field as it is."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})

    def __len__(self) -> int:
        return self.frequency.size

    @property
    def pellet(self) -> str | None:
        """What it is a sweep of: its specimen, or the file whose sweeps are taken for one specimen's."""
        return self.specimen or self.file

    @property
    def temperature_c(self) -> float | None:
        """Temperature in Celsius, or None."""
        return None if self.temperature is None else self.temperature - ZERO_CELSIUS


class SpectrumSet:
    """Spectra on one frequency grid: a thin, read-only view of an `xarray.Dataset`.

    Dimensions ``spectrum, frequency``; variables ``z_real, z_imag [ohm]``, ``temperature [K]``, ``thickness [cm]``,
    ``area [cm2]``, ``specimen``, ``material``, ``electrode``; for simulated spectra the truth ``sigma_total``,
    ``sigma_bulk``, ``sigma_gb [S/cm]`` and ``ea_total [eV]``; for those made of `Spectrum` objects ``electrodes``,
    ``source`` and ``file`` of each.
    """

    REQUIRED = ("z_real", "z_imag", "temperature", "thickness", "area", "specimen", "material", "electrode")

    def __init__(self, data: xr.Dataset):
        missing = [name for name in self.REQUIRED if name not in data]
        if missing or set(data["z_real"].dims) != {"spectrum", "frequency"}:
            lacking = ", ".join(missing) or "dimensions spectrum, frequency"
            raise InputDataError(f"not a set of impedance spectra: missing {lacking}")
        self.data = data.transpose("spectrum", "frequency", ...)

    @classmethod
    def from_arrays(
        cls, frequency: np.ndarray, impedance: np.ndarray, attrs: Mapping[str, Any] | None = None, **columns: Any
    ) -> SpectrumSet:
        """Build a set from ``frequency (f,)``, ``impedance (n, f)`` and one ``(n,)`` column per variable."""
        n = impedance.shape[0]
        variables: dict[str, Any] = {
            "z_real": (("spectrum", "frequency"), impedance.real),
            "z_imag": (("spectrum", "frequency"), impedance.imag),
        }
        for name, column in columns.items():
            values = np.asarray(column)
            variables[name] = ("spectrum", values if values.ndim else np.full(n, column))
        data = xr.Dataset(variables, coords={"frequency": frequency}, attrs=dict(attrs or {}))
        for name, unit in UNITS.items():
            if name in data.variables:
                data[name].attrs["units"] = unit
        data.attrs.setdefault("schema_version", SCHEMA_VERSION)
        return cls(data)

    @classmethod
    def from_spectra(cls, spectra: Sequence[Spectrum], attrs: Mapping[str, Any] | None = None) -> SpectrumSet:
        """Build a set from spectra on one frequency grid; facts that are not known are NaN or empty text.

        Raises
        ------
        InputDataError : no spectra, or grids that differ (`ionscope.io.to_xarray` takes those)
        """
        if not spectra:
            raise InputDataError("no spectra to put together")
        frequency = spectra[0].frequency
        for spectrum in spectra[1:]:
            if spectrum.frequency.shape != frequency.shape or not np.allclose(spectrum.frequency, frequency, rtol=1e-6):
                raise InputDataError(
                    f"{spectrum.source}: its frequencies differ from those of {spectra[0].source}; a set has one grid "
                    "(ionscope.io.to_xarray takes spectra of different grids)"
                )
        facts = {
            name: np.array([getattr(spectrum, name) for spectrum in spectra], dtype=float)  # None becomes NaN
            for name in ("temperature", "thickness", "area")
        }
        return cls.from_arrays(
            frequency,
            np.stack([spectrum.impedance for spectrum in spectra]),
            attrs,
            electrode="",
            **{
                name: np.array([getattr(spectrum, name) or "" for spectrum in spectra], dtype=object)
                for name in ("specimen", "material", "electrodes", "source", "file")
            },
            **facts,
        )

    @classmethod
    def concatenate(cls, sets: Iterable[SpectrumSet]) -> SpectrumSet:
        """Join sets that share one frequency grid, in the order given."""
        parts = [part.data for part in sets]
        if not parts:
            raise InputDataError("no spectra to concatenate")
        if any(not np.array_equal(part.frequency, parts[0].frequency) for part in parts):
            raise InputDataError("sets with different frequency grids cannot be concatenated")
        return cls(xr.concat(parts, dim="spectrum", data_vars="minimal", combine_attrs="drop_conflicts"))

    def __len__(self) -> int:
        return self.data.sizes["spectrum"]

    def __getitem__(self, name: str) -> np.ndarray:
        """The column ``name`` as an ``(n,)`` (or ``(n, f)``) numpy array."""
        return self.data[name].to_numpy()

    def __contains__(self, name: str) -> bool:
        return name in self.data

    @property
    def frequency(self) -> np.ndarray:
        """(f,) Hz, ascending."""
        return self.data["frequency"].to_numpy()

    @property
    def impedance(self) -> np.ndarray:
        """(n, f) complex ohm."""
        return self["z_real"] + 1j * self["z_imag"]

    @property
    def attrs(self) -> dict[str, Any]:
        return self.data.attrs

    def subset(self, index: np.ndarray) -> SpectrumSet:
        """The spectra at ``index`` (integers or a boolean mask), in that order."""
        where = np.asarray(index)
        return SpectrumSet(self.data.isel(spectrum=np.flatnonzero(where) if where.dtype == bool else where))

    def spectrum(self, index: int) -> Spectrum:
        """One spectrum as a `Spectrum`."""
        row = self.data.isel(spectrum=index)

        def known(name: str) -> float | None:
            value = float(row[name])
            return value if np.isfinite(value) else None

        def named(name: str) -> str | None:
            return str(row[name].item()) or None if name in row else None

        temperature, specimen = known("temperature"), named("specimen")
        at = "" if temperature is None else f" at {temperature - ZERO_CELSIUS:.0f} C"
        return Spectrum(
            self.frequency,
            row["z_real"].to_numpy() + 1j * row["z_imag"].to_numpy(),
            specimen=specimen,
            material=named("material"),
            electrodes=named("electrodes"),
            source=named("source") or f"{specimen or f'spectrum {index + 1}'}{at}",
            file=named("file"),
            temperature=temperature,
            thickness=known("thickness"),
            area=known("area"),
        )
