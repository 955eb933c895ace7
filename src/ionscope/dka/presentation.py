"""What a variant is shown of a set of spectra, and which conductivity it is asked for."""

from __future__ import annotations

import numpy as np

from ionscope.config import Variant
from ionscope.errors import InputDataError
from ionscope.simulate.arrhenius import activation_energy
from ionscope.spectrum import SpectrumSet

FEWEST_FREQUENCIES = 8


def presented(spectra: SpectrumSet, variant: Variant) -> SpectrumSet:
    """The set with the frequencies of the variant's band, its target standing where `sigma_total` is looked for.

    For a target other than the total conductivity `ea_total` becomes the activation energy of that conductivity, by
    the line through the true values of a specimen's own temperatures.

    Raises
    ------
    InputDataError : fewer than 8 frequencies in the band, or a set that lacks the target
    """
    data = spectra.data
    if variant.frequency_max_hz is not None:
        kept = np.flatnonzero(spectra.frequency <= variant.frequency_max_hz * (1 + 1e-9))
        if len(kept) < FEWEST_FREQUENCIES:
            raise InputDataError(
                f"frequency_max_hz = {variant.frequency_max_hz:g}: {len(kept)} of the set's frequencies lie below; "
                f"at least {FEWEST_FREQUENCIES} are needed"
            )
        data = data.isel(frequency=kept)
    if variant.target != "sigma_total":
        if variant.target not in data:
            raise InputDataError(f"these spectra have no {variant.target} to learn")
        target = data[variant.target].to_numpy()
        data = data.assign(
            sigma_total=data["sigma_total"].copy(data=target),
            ea_total=data["ea_total"].copy(data=series_energies(spectra, target)),
        )
    return SpectrumSet(data)


def series_energies(spectra: SpectrumSet, sigma: np.ndarray) -> np.ndarray:
    """(n,) activation energy [eV] of each spectrum's specimen from `sigma` (n,) at its temperatures."""
    _, specimen = np.unique(spectra["specimen"].astype(str), return_inverse=True)
    energies = np.full(specimen.max() + 1, np.nan)
    for s in range(energies.size):
        own = specimen == s
        temperature = spectra["temperature"][own]
        if np.ptp(temperature) > 0:
            energies[s] = activation_energy(sigma[own], temperature)
    return energies[specimen]
