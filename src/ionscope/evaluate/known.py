"""What is known about a folder of measured spectra: the table `known.csv` beside them, read strictly.

One row a spectrum: ``file, temperature_c, thickness_cm, area_cm2, specimen, material, electrodes, resistance_ohm,
sigma_total_s_cm, ea_ev, source``. Only `file` must be filled; every other cell may be empty, and the columns `material`
and `electrodes` may be missing. A file of several temperatures or specimens may have a row for each.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ionscope.electrodes import ELECTRODES
from ionscope.errors import InputDataError
from ionscope.evaluate.strict_table import Row, read_rows
from ionscope.files import whole_file
from ionscope.io import read_spectra
from ionscope.io.request import Request, read_sweeps
from ionscope.measure import Measure
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

NAME = "known.csv"

COLUMNS = (
    "file",
    "temperature_c",
    "thickness_cm",
    "area_cm2",
    "specimen",
    "material",
    "electrodes",
    "resistance_ohm",
    "sigma_total_s_cm",
    "ea_ev",
    "source",
)

OPTIONAL = ("material", "electrodes")

RANGES = {
    "temperature_c": (-150.0, 600.0, "C"),
    "thickness_cm": (1e-6, 10.0, "cm"),
    "area_cm2": (1e-6, 1e3, "cm2"),
    "resistance_ohm": (1e-3, 1e12, "ohm"),
    "sigma_total_s_cm": (1e-15, 1.0, "S/cm"),
    "ea_ev": (0.01, 3.0, "eV"),
}
"""What a cell may hold: a value outside is a typing error or in another unit."""

GEOMETRY = ("thickness_cm", "area_cm2")
"""Cells that may carry an error, as ``0.785+-0.01``."""

CONSISTENT = 0.1
"""Relative difference up to which a conductivity and a resistance with its geometry say the same."""


@dataclass(frozen=True)
class KnownSpectrum:
    """One row of `known.csv`; None for an empty cell.

    file : the measured file as the table names it, with its folder below the table's
    path : where it lies
    temperature_c, thickness, area, specimen, material, electrodes : how it was measured (C, cm, cm2), and what it is
    resistance_ohm, sigma_total_s_cm, ea_ev : what was published about it, from `source`
    where : file and line of the row, for messages
    """

    file: str
    path: Path
    temperature_c: float | None
    thickness: Measure | None
    area: Measure | None
    specimen: str | None
    material: str | None
    electrodes: str | None
    resistance_ohm: float | None
    sigma_total_s_cm: float | None
    ea_ev: float | None
    source: str
    where: str

    @property
    def temperature(self) -> float | None:
        """K."""
        return None if self.temperature_c is None else self.temperature_c + ZERO_CELSIUS

    @property
    def thickness_cm(self) -> float | None:
        return None if self.thickness is None else self.thickness.value

    @property
    def area_cm2(self) -> float | None:
        return None if self.area is None else self.area.value

    @property
    def published_resistance(self) -> float | None:
        """Published resistance, ohm; from the conductivity and the geometry where only these are given."""
        if self.resistance_ohm is not None or self.sigma_total_s_cm is None:
            return self.resistance_ohm
        if self.thickness_cm is None or self.area_cm2 is None:
            return None
        return self.thickness_cm / (self.sigma_total_s_cm * self.area_cm2)

    @property
    def published_conductivity(self) -> float | None:
        """Published total conductivity, S/cm; from the resistance and the geometry where only these are given."""
        if self.sigma_total_s_cm is not None or self.resistance_ohm is None:
            return self.sigma_total_s_cm
        if self.thickness_cm is None or self.area_cm2 is None:
            return None
        return self.thickness_cm / (self.resistance_ohm * self.area_cm2)

    @property
    def request(self) -> Request:
        """What `ionscope predict` is asked by this row."""
        return Request(
            str(self.path),
            self.temperature,
            self.thickness,
            self.area,
            self.specimen,
            self.material,
            self.electrodes,
            chooses=self.temperature is not None or self.specimen is not None,
        )

    def sweeps(self) -> list[tuple[int, Spectrum]]:
        """The spectra of this file that the row speaks of, with what it states, each with its place in the file.

        Raises
        ------
        InputDataError : the file cannot be read, or none of its sweeps is meant
        """
        return read_sweeps(self.request, f"{self.where}: {self.file}")


def read_known(path: Path | str) -> list[KnownSpectrum]:
    """Read a table, or the `known.csv` of a folder; the files it names lie beside it or below.

    Raises
    ------
    InputDataError : the table or a file it names is missing, a value is no number or out of `RANGES`, a row stands
        twice, or conductivity, resistance and geometry contradict each other; always with file, line and value
    """
    path = Path(path)
    if path.is_dir():
        path = path / NAME
        if not path.exists():
            raise InputDataError(
                f"{path}: cannot be read (there is none); 'ionscope validate --init {path.parent}' writes one that "
                "names the spectra there, to be filled in"
            )
    known: list[KnownSpectrum] = []
    seen: dict[tuple[object, ...], str] = {}
    for row in read_rows(path, COLUMNS, InputDataError, OPTIONAL):
        entry = _entry(row, path.parent)
        key = (entry.path, entry.temperature_c, entry.specimen)
        if key in seen:
            raise row.fault("file", f"stands already in {seen[key]} with the same temperature and specimen")
        seen[key] = row.where
        known.append(entry)
    return known


def _entry(row: Row, folder: Path) -> KnownSpectrum:
    name = Path(row.text("file"))
    if name.is_absolute() or ".." in name.parts:
        raise row.fault("file", "must lie beside the table or below it")
    if not (folder / name).is_file():
        raise row.fault("file", f"no such file in {folder}")
    numbers = {name: row.optional_number(name, *RANGES[name]) for name in RANGES if name not in GEOMETRY}
    entry = KnownSpectrum(
        file=name.as_posix(),
        path=folder / name,
        thickness=row.optional_measure("thickness_cm", *RANGES["thickness_cm"]),
        area=row.optional_measure("area_cm2", *RANGES["area_cm2"]),
        specimen=row.cells["specimen"] or None,
        material=row.cells["material"] or None,
        electrodes=row.choice("electrodes", ELECTRODES),
        source=row.cells["source"],
        where=row.where,
        **numbers,
    )
    _refuse_contradiction(row, entry)
    return entry


def _refuse_contradiction(row: Row, entry: KnownSpectrum) -> None:
    stated = (entry.sigma_total_s_cm, entry.resistance_ohm, entry.thickness_cm, entry.area_cm2)
    if any(value is None for value in stated):
        return
    sigma, resistance, thickness, area = (float(value) for value in stated if value is not None)
    expected = thickness / (resistance * area)
    if abs(sigma / expected - 1) > CONSISTENT:
        raise row.fault("sigma_total_s_cm", f"resistance and geometry give {expected:.3g} S/cm; one of them is wrong")


def write_template(folder: Path | str) -> tuple[Path, list[str], list[str]]:
    """Write a `known.csv` that names every spectrum in `folder` and below it, with what the files themselves state.

    Hidden files are passed over. A file of several temperatures or specimens gets a row for each.

    Returns
    -------
    The table's path, the files it names, and for every other file one line that says why it is not named

    Raises
    ------
    InputDataError : no such folder, a `known.csv` is there already (it is never overwritten), or no file is a spectrum
    """
    folder = Path(folder)
    path = folder / NAME
    if not folder.is_dir():
        raise InputDataError(f"{folder}: no such folder")
    if path.exists():
        raise InputDataError(f"{path}: is there already and is left as it is; remove it for a new one")
    rows: dict[tuple[str, ...], None] = {}
    others: list[str] = []
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if not file.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        try:
            rows |= dict.fromkeys(_template_row(name.as_posix(), spectrum) for spectrum in read_spectra(file))
        except InputDataError as error:
            others.append(str(error))
    if not rows:
        raise InputDataError(f"{folder}: no file in it or below it is an impedance spectrum")
    with whole_file(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as table:
        csv.writer(table, lineterminator="\n").writerows([COLUMNS, *rows])
    return path, list(dict.fromkeys(row[0] for row in rows)), others


def _template_row(name: str, spectrum: Spectrum) -> tuple[str, ...]:
    told = [spectrum.temperature_c, spectrum.thickness, spectrum.area]
    numbers = ("" if value is None else f"{value:.6g}" for value in told)
    stated = (spectrum.specimen or "", spectrum.material or "", spectrum.electrodes or "")
    return (name, *numbers, *stated, *[""] * (len(COLUMNS) - 7))
