"""One file to read, with what a person states about it."""

from __future__ import annotations

from dataclasses import dataclass

from ionscope.io.meant import meant_sweeps
from ionscope.io.read import read_spectra
from ionscope.measure import Measure
from ionscope.spectrum import Spectrum


@dataclass(frozen=True)
class Request:
    """One file to read and what is stated about it, which outranks what the file says; None where nothing is.

    temperature : K
    thickness, area : cm, cm2
    chooses : in a file of several temperatures (or specimens) only the sweeps at this one are meant
    """

    path: str
    temperature: float | None = None
    thickness: Measure | None = None
    area: Measure | None = None
    specimen: str | None = None
    material: str | None = None
    electrodes: str | None = None
    chooses: bool = False

    def completed(self, spectrum: Spectrum) -> Spectrum:
        """`spectrum` with what is stated here."""
        return spectrum.with_(
            temperature=self.temperature,
            thickness=None if self.thickness is None else self.thickness.value,
            area=None if self.area is None else self.area.value,
            specimen=self.specimen,
            material=self.material,
            electrodes=self.electrodes,
        )


def read_request(request: Request, sign: str = "auto") -> list[Spectrum]:
    """The spectra of one file with what is stated about it.

    Raises
    ------
    InputDataError : the file cannot be read, or none of its sweeps is meant
    """
    return [spectrum for _, spectrum in read_sweeps(request, request.path, sign)]


def read_sweeps(request: Request, where: str, sign: str = "auto") -> list[tuple[int, Spectrum]]:
    """As `read_request`, each spectrum with its place in the file; `where` begins the message where none is meant."""
    spectra = read_spectra(
        request.path,
        sign=sign,
        temperature=None if request.chooses else request.temperature,
        thickness=None if request.thickness is None else request.thickness.value,
        area=None if request.area is None else request.area.value,
    )
    meant = list(enumerate(spectra))
    if request.chooses:
        meant = meant_sweeps(spectra, request.temperature, request.specimen, where)
    return [(place, request.completed(spectrum)) for place, spectrum in meant]
