"""Predictions for Python programs: files or spectra in, a pandas table out."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

import pandas as pd

from ionscope.batch.outcome import Outcome, predict_all
from ionscope.batch.requests import gather_requests
from ionscope.batch.tables import spectra_table
from ionscope.errors import InputDataError
from ionscope.io.request import Request
from ionscope.measure import Measure
from ionscope.reader import Reader
from ionscope.series import THERMOMETER_ERROR
from ionscope.spectrum import Spectrum

Source = str | PathLike[str] | Spectrum


def predict(
    sources: Source | Iterable[Source],
    *,
    temperature: float | None = None,
    thickness: Measure | float | str | None = None,
    area: Measure | float | str | None = None,
    specimen: str | None = None,
    material: str | None = None,
    electrodes: str | None = None,
    sign: str = "auto",
    model: str | PathLike[str] | Reader | None = None,
) -> pd.DataFrame:
    """Resistance and conductivity of every spectrum, with 90 % intervals and verdicts.

    Parameters
    ----------
    sources : files, folders, patterns, tables of files (as `ionscope predict` takes them), or spectra; one or several
    temperature : K, of all; outranks what a file says
    thickness, area : cm and cm2; with the standard deviation of the error as ``"0.1+-0.002"`` or `Measure(0.1, 0.002)`
    specimen : the pellet that all belong to
    material : what all are made of; a conductivity that it does not have at this temperature asks for caution
    electrodes : ``"blocking"`` or ``"reversible"`` (as lithium), of all: intervals are then those of such cells alone
    sign : as in `ionscope.io.read_spectra`
    model : folder of a model, or a loaded `Reader`; the one that comes with the package where not given

    Returns
    -------
    one row a spectrum with the columns `ionscope.batch.tables.COLUMNS`, units in their names; files that could not be
    read stand at the end with the verdict ``unreadable`` and the reason

    Raises
    ------
    InputDataError : nothing could be read; the message is that of the first file
    """
    return spectra_table(
        predict_batch(
            sources,
            temperature=temperature,
            thickness=thickness,
            area=area,
            specimen=specimen,
            material=material,
            electrodes=electrodes,
            sign=sign,
            model=model,
        )
    )


def predict_batch(
    sources: Source | Iterable[Source],
    *,
    temperature: float | None = None,
    thickness: Measure | float | str | None = None,
    area: Measure | float | str | None = None,
    specimen: str | None = None,
    material: str | None = None,
    electrodes: str | None = None,
    sign: str = "auto",
    model: str | PathLike[str] | Reader | None = None,
    thermometer_error: float = THERMOMETER_ERROR,
) -> Outcome:
    """As `predict`, but everything there is: readings, failures, and series with their activation energies.

    `ionscope.batch.tables` makes tables and files of an outcome. `thermometer_error` is in K.
    """
    if isinstance(sources, str | PathLike | Spectrum):
        sources = [sources]
    names: list[str] = []
    spectra: list[Spectrum] = []
    for source in sources:
        if isinstance(source, Spectrum):
            spectra.append(source)
        else:
            names.append(fspath(source))
    stated = Request("", temperature, Measure.of(thickness), Measure.of(area), specimen, material, electrodes)
    requests = gather_requests(names, stated)
    if not (requests or spectra):
        raise InputDataError("no files and no spectra to predict")
    reader = Reader.load(model) if model is None or isinstance(model, str | PathLike) else model
    outcome = predict_all(
        requests,
        reader,
        sign=sign,
        spectra=[(stated, stated.completed(spectrum)) for spectrum in spectra],
        thermometer_error=thermometer_error,
    )
    if not outcome.readings:
        failure = outcome.failures[0]
        raise InputDataError(f"{failure.file}: {failure.reason}")
    return outcome
