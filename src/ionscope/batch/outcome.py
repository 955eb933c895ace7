"""What became of many files: readings, the files that could not be read, and the series of the specimens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ionscope.batch.repeats import compared
from ionscope.errors import InputDataError, IonscopeError
from ionscope.io.request import Request, read_request
from ionscope.measure import shape_spread
from ionscope.reader import Reader
from ionscope.reading import Reading
from ionscope.series import (
    FEWEST_TEMPERATURES,
    INDEPENDENT,
    THERMOMETER_ERROR,
    ReadingErrors,
    SeriesFit,
    count_temperatures,
    fit_series,
)
from ionscope.simulate.arrhenius import KJ_PER_MOL
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

Progress = Callable[[Sequence[Request]], Iterable[Request]]


@dataclass(frozen=True)
class Failure:
    """A file, or one sweep of it, that could not be read, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Series:
    """One specimen over temperature.

    specimen : its name, or the file that holds all its sweeps where nothing names it
    fit : the line; its `sigma` and `sigma_25c` are 1/R [1/ohm] where `geometry` is False
    geometry : whether thickness and area of every sweep are known
    left_out : refused readings that the line does not use
    thermometer_error : K
    """

    specimen: str
    fit: SeriesFit
    geometry: bool
    left_out: int = 0
    thermometer_error: float = THERMOMETER_ERROR

    def as_dict(self) -> dict[str, Any]:
        """Plain values with units in their names."""
        fit = self.fit
        return {
            "specimen": self.specimen,
            "temperatures": len(fit.temperature),
            "temperature_min_c": float(fit.temperature[0] - ZERO_CELSIUS),
            "temperature_max_c": float(fit.temperature[-1] - ZERO_CELSIUS),
            "ea_ev": fit.ea.as_dict(),
            "ea_kj_mol": fit.ea.scaled(KJ_PER_MOL).as_dict(),
            "sigma_25c_s_cm": fit.sigma_25c.as_dict() if self.geometry else None,
            "curved": fit.curved,
            "curvature_standard_errors": fit.curvature,
            "hardly_activated": fit.hardly_activated,
            "ea_coldest_ev": fit.ea_ends[0],
            "ea_hottest_ev": fit.ea_ends[1],
            "error_factor": fit.birge,
            "most_off_c": float("nan") if fit.stray is None else float(fit.stray.temperature - ZERO_CELSIUS),
            "most_off_percent": float("nan") if fit.stray is None else fit.stray.percent,
            "refused_and_left_out": self.left_out,
            "thermometer_error_k": self.thermometer_error,
        }


@dataclass
class Outcome:
    """The result of `predict_all`, in the order of the requests."""

    files: int = 0
    readings: list[Reading] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)

    def count(self, verdict: str) -> int:
        """How many readings have this verdict."""
        return sum(reading.verdict == verdict for reading in self.readings)


def predict_all(
    requests: Sequence[Request],
    reader: Reader,
    *,
    sign: str = "auto",
    thermometer_error: float = THERMOMETER_ERROR,
    progress: Progress = iter,
    spectra: Iterable[tuple[Request, Spectrum]] = (),
) -> Outcome:
    """Read every file; one that cannot be read does not stop the rest. Then compare the repeats of each pellet.

    Parameters
    ----------
    requests : from `gather_requests`
    sign : as in `ionscope.io.read_spectra`
    thermometer_error : K, for the series
    progress : shows the advance, such as `tqdm.tqdm`
    spectra : read already, each with what is stated about it
    """
    outcome = Outcome(files=len(requests))
    for request in progress(requests):
        try:
            found = read_request(request, sign)
        except Exception as error:
            outcome.failures.append(_failure(request.path, error))
            continue
        for spectrum in found:
            _add_reading(outcome, request, spectrum, reader)
    for request, spectrum in spectra:
        outcome.files += 1
        _add_reading(outcome, request, spectrum, reader)
    outcome.readings = compared(outcome.readings)
    outcome.series = find_series(outcome.readings, thermometer_error, reader.series_errors)
    return outcome


def _add_reading(outcome: Outcome, request: Request, spectrum: Spectrum, reader: Reader) -> None:
    try:
        outcome.readings.append(reader.read(spectrum, shape_spread(request.thickness, request.area)))
    except Exception as error:
        outcome.failures.append(_failure(spectrum.source, error))


def _failure(file: str, error: Exception) -> Failure:
    if isinstance(error, IonscopeError):
        return Failure(file, str(error).removeprefix(file).removeprefix(": "))
    # A fault of ours in one file of thousands must not cost the others; it is told as what it is.
    return Failure(file, f"internal error, please report it ({type(error).__name__}: {' '.join(str(error).split())})")


def find_series(
    readings: Sequence[Reading], thermometer_error: float = THERMOMETER_ERROR, errors: ReadingErrors = INDEPENDENT
) -> list[Series]:
    """A series for every specimen that was read at three temperatures or more; refused readings are left out.

    Sweeps of one file that name no specimen are taken as one specimen's; sweeps of several such files are not, nor are
    spectra that come from no file (`Spectrum.file`). `errors` are the reader's (`Reader.series_errors`).
    """
    groups: dict[str, list[Reading]] = {}
    for reading in readings:
        spectrum = reading.spectrum
        if spectrum.pellet and spectrum.temperature is not None:
            groups.setdefault(spectrum.pellet, []).append(reading)
    series = []
    for specimen, members in groups.items():
        used = [reading for reading in members if reading.verdict != "refuse"]
        if not used:
            continue
        temperature = np.array([reading.spectrum.temperature for reading in used], dtype=float)
        if count_temperatures(temperature) < FEWEST_TEMPERATURES:
            continue
        geometry = all(reading.sigma is not None for reading in used)
        sigma = [
            reading.sigma.value if geometry and reading.sigma else 1 / reading.resistance.value for reading in used
        ]
        try:
            fit = fit_series(
                temperature,
                np.array(sigma),
                np.array([reading.resistance.ln_half_width for reading in used]),
                thermometer_error=thermometer_error,
                shape_spread=max(reading.shape_spread for reading in used),
                errors=errors,
            )
        except InputDataError as error:
            raise InputDataError(f"{specimen}: {error}") from None
        series.append(Series(specimen, fit, geometry, len(members) - len(used), thermometer_error))
    return series


def exit_code(outcome: Outcome) -> int:
    """0 fine, 2 nothing could be read, 3 the only file was refused, 4 some files of several were refused or bad,
    or some sweeps of the only file bad."""
    if not outcome.readings:
        return 2
    if not (outcome.failures or outcome.count("refuse")):
        return 0
    return 3 if outcome.files == 1 and not outcome.failures else 4
