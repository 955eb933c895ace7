"""Predictions for measured spectra beside what was published about them, and the nearest simulated spectrum of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ionscope.errors import InputDataError
from ionscope.evaluate.known import KnownSpectrum
from ionscope.evaluate.nearest import Match, SimulatedSpectra
from ionscope.files import whole_file, write_json
from ionscope.measure import shape_spread
from ionscope.spectrum import Spectrum

ROUNDING = 1e-9
"""Relative: an answer that is the read-off has gone through a logarithm and back."""

COLUMNS = [
    *("file", "sweep", "specimen", "temperature_c", "predicted_ohm", "lower_ohm", "upper_ohm", "published_ohm"),
    *("relative_error", "covered", "read_off_ohm", "read_off_relative_error", "no_worse_than_read_off"),
    *("predicted_s_cm", "published_s_cm", "verdict", "reasons", "source"),
    *("published_ea_ev", "predicted_ea_ev", "lower_ea_ev", "upper_ea_ev", "ea_covered"),
    *("nearest_specimen", "nearest_electrode", "nearest_distance", "nearest_quantile", "nearest_points"),
]

OVERLAY = [
    *("file", "sweep", "published_ohm", "specimen", "electrode", "distance", "quantile", "frequency_hz"),
    *("measured_real", "measured_minus_imag", "simulated_real", "simulated_minus_imag"),
]

SHOWN_OF_A_FILE = 2
"""Sweeps of one file in the overlay: the most and the least like a simulated one."""

JSON_NAMES = {"predicted_ohm": "predicted", "published_ohm": "published"}
"""The names of `validation.json` where they are not those of the table."""


@dataclass
class Comparison:
    """Rows of the table (columns `COLUMNS`); of each the nearest simulated spectrum, None where none was sought, and
    the reading, None where it could not be read."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    matches: list[Match | None] = field(default_factory=list)
    readings: list[Any] = field(default_factory=list)

    @property
    def unread(self) -> list[dict[str, Any]]:
        """The rows of files and sweeps that could not be read."""
        return [row for row, reading in zip(self.rows, self.readings, strict=True) if reading is None]

    @property
    def read(self) -> list[Any]:
        """The readings of the others, in the order of the rows."""
        return [reading for reading in self.readings if reading is not None]

    def judge_again(self, readings: Iterable[Any]) -> None:
        """Put these in the place of those in `read`, each with another verdict or the same."""
        again = iter(readings)
        self.readings = [None if reading is None else next(again) for reading in self.readings]
        for row, reading in zip(self.rows, self.readings, strict=True):
            if reading is not None:
                row |= _judged(reading)

    def add_energies(self, series: Iterable[Any]) -> None:
        """Put the activation energies of `series` (`ionscope.batch.outcome.find_series` of the readings) beside those
        published for the same specimens."""
        energies = {one.specimen: one.fit.ea for one in series}
        for row, reading in zip(self.rows, self.readings, strict=True):
            name = None if reading is None else reading.spectrum.pellet
            energy = energies.get(name)
            if energy is None:
                continue
            row |= {
                "series": name,
                "predicted_ea_ev": energy.value,
                "lower_ea_ev": energy.lower,
                "upper_ea_ev": energy.upper,
            }
            if row["published_ea_ev"] is not None:
                row["ea_covered"] = bool(energy.lower <= row["published_ea_ev"] <= energy.upper)

    @property
    def table(self) -> pd.DataFrame:
        """One row a sweep; empty cells where nothing is published or sought."""
        # Counts stay whole numbers beside empty cells.
        return pd.DataFrame(self.rows, columns=COLUMNS).astype({"sweep": "Int64", "nearest_points": "Int64"})

    def records(self) -> list[dict[str, Any]]:
        """The content of `validation.json`: one object a sweep, resistances `predicted` and `published` in ohm."""
        head = ["file", "predicted", "published", "relative_error", "covered", "verdict"]
        table = self.table.rename(columns=JSON_NAMES)
        table = table[[*head, *(name for name in table if name not in head)]].astype(object)
        return table.where(table.notna(), None).to_dict("records")  # type: ignore[return-value]

    def overlay(self) -> pd.DataFrame:
        """Points (columns `OVERLAY`) of measured spectra and their nearest simulated ones, each over its own reference
        resistance; of a file with many sweeps the most and the least like a simulated one."""
        parts = []
        for numbers in self._by_file().values():
            ranked = sorted(numbers, key=lambda k: self.matches[k].distance)  # type: ignore[union-attr]
            shown = {ranked[round(k)] for k in np.linspace(0, len(ranked) - 1, SHOWN_OF_A_FILE)}
            parts += [self._points(number) for number in sorted(shown)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=OVERLAY)

    def _by_file(self) -> dict[str, list[int]]:
        files: dict[str, list[int]] = {}
        for number, match in enumerate(self.matches):
            if match is not None:
                files.setdefault(self.rows[number]["file"], []).append(number)
        return files

    def _points(self, number: int) -> pd.DataFrame:
        row, match = self.rows[number], self.matches[number]
        assert match is not None
        return pd.DataFrame(
            {
                "file": row["file"],
                "sweep": row["sweep"],
                "published_ohm": np.nan if row["published_ohm"] is None else row["published_ohm"],
                "specimen": match.specimen,
                "electrode": match.electrode,
                "distance": match.distance,
                "quantile": match.quantile,
                "frequency_hz": match.frequency,
                "measured_real": match.measured.real,
                "measured_minus_imag": -match.measured.imag,
                "simulated_real": match.simulated.real,
                "simulated_minus_imag": -match.simulated.imag,
            },
            columns=OVERLAY,
        )

    def write(self, folder: Path | str) -> None:
        """Write `measured.csv` and `validation.json` into `folder`."""
        with whole_file(Path(folder) / "measured.csv") as temporary:
            self.table.to_csv(temporary, index=False)
        write_json(Path(folder) / "validation.json", self.records())


def compare(
    known: Iterable[KnownSpectrum], read: Callable[[Spectrum, float], Any], simulated: SimulatedSpectra | None = None
) -> Comparison:
    """One row a sweep of every file in `known`.

    Parameters
    ----------
    known : rows of a `known.csv`
    read : `ionscope.reader.Reader.read`; a file that it or the parser refuses gets the verdict `refuse` and the reason
    simulated : spectra among which the nearest is sought
    """
    comparison = Comparison()
    for entry in known:
        about: dict[str, Any] = {"file": entry.file, "specimen": entry.specimen, "source": entry.source}
        about["published_ohm"], about["published_s_cm"] = entry.published_resistance, entry.published_conductivity
        about["published_ea_ev"] = entry.ea_ev
        try:
            spectra = entry.sweeps()
        except InputDataError as error:
            comparison.rows.append({**about, "verdict": "refuse", "reasons": str(error)})
            comparison.matches.append(None)
            comparison.readings.append(None)
            continue
        for number, spectrum in spectra:
            row = {**about, "sweep": number + 1}
            match = None if simulated is None else simulated.nearest(spectrum)
            reading = None
            try:
                reading = read(spectrum, shape_spread(entry.thickness, entry.area))
                row |= _compared(entry, reading)
            except InputDataError as error:
                row |= {"verdict": "refuse", "reasons": str(error)}
            comparison.rows.append(row | _nearest(match))
            comparison.matches.append(match)
            comparison.readings.append(reading)
    return comparison


def _compared(entry: KnownSpectrum, reading: Any) -> dict[str, Any]:
    resistance, published = reading.resistance, entry.published_resistance
    row = {
        "temperature_c": reading.spectrum.temperature_c,
        "predicted_ohm": resistance.value,
        "lower_ohm": resistance.lower,
        "upper_ohm": resistance.upper,
        "read_off_ohm": reading.read_off,
        "predicted_s_cm": None if reading.sigma is None else reading.sigma.value,
        **_judged(reading),
    }
    if published is not None:
        row["relative_error"] = resistance.value / published - 1
        row["covered"] = bool(resistance.lower <= published <= resistance.upper)
        row["read_off_relative_error"] = reading.read_off / published - 1
        row["no_worse_than_read_off"] = abs(row["relative_error"]) <= abs(row["read_off_relative_error"]) + ROUNDING
    return row


def _judged(reading: Any) -> dict[str, str]:
    return {"verdict": reading.verdict, "reasons": "; ".join(reading.reasons)}


def _nearest(match: Match | None) -> dict[str, Any]:
    if match is None:
        return {}
    return {
        "nearest_specimen": match.specimen,
        "nearest_electrode": match.electrode,
        "nearest_distance": match.distance,
        "nearest_quantile": match.quantile,
        "nearest_points": len(match.frequency),
    }
