"""Specimens of a simulated set, made again from the configuration: what a file of spectra does not hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ionscope.config import ElectrodeProperties, Material, Simulation
from ionscope.errors import InputDataError
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.generate import Family, Priors, frequency_grid, simulate_specimen
from ionscope.simulate.materials import Specimen
from ionscope.simulate.microstructure import Microstructure
from ionscope.spectrum import SpectrumSet

AGREEMENT = 1e-4
"""Relative difference up to which a spectrum made again is the one of the set."""


@dataclass
class Recorder:
    """A quantity that remembers what was drawn from it."""

    quantity: Any
    values: list[float] = field(default_factory=list)

    def draw(self, rng: np.random.Generator) -> float:
        self.values.append(self.quantity.draw(rng))
        return self.values[-1]


@dataclass(frozen=True)
class Remade:
    """A specimen of a set with its properties, its microstructure and the noise of its sweeps.

    rows : (t,) where its spectra stand in the set, by temperature
    temperature : (t,) as recorded, K
    noise : (t,) standard deviations of the noise relative to |Z|
    sigma_true : (t,) S/cm
    """

    name: str
    material: Material
    kind: ElectrodeProperties
    specimen: Specimen
    cell: Microstructure
    system: AffineSystem
    rows: np.ndarray
    temperature: np.ndarray
    noise: np.ndarray
    sigma_true: np.ndarray

    @classmethod
    def of(cls, settings: Simulation, priors: Priors, seed: int, spectra: SpectrumSet, name: str) -> Remade:
        """Specimen `name` of `spectra`.

        Raises
        ------
        InputDataError : the configuration has no such specimen, or makes other spectra of it
        """
        number, material = numbered(settings, priors, name)
        noise = Recorder(priors.instrument.noise)
        instrument = priors.instrument.model_copy(update={"noise": noise})
        family = Family.draw(settings, replace(priors, instrument=instrument), seed, number)
        made = simulate_specimen(family, number)
        rows = np.flatnonzero(spectra["specimen"].astype(str) == name)
        rows = rows[np.argsort(spectra["temperature"][rows], kind="stable")]
        frequency = frequency_grid(settings)
        same_size = len(rows) == len(made) and spectra.frequency.shape == frequency.shape
        if not (
            same_size
            and np.allclose(spectra.frequency, frequency, rtol=AGREEMENT)
            and np.allclose(spectra.impedance[rows], [z for z, _ in made], rtol=AGREEMENT, atol=0)
        ):
            raise InputDataError(
                f"specimen {name}: its spectra are not those that this configuration and seed make; "
                "give the configuration that the set was simulated with"
            )
        specimen = family.specimens[number - family.members.start]
        return cls(
            name=name,
            material=material,
            kind=priors.electrodes[specimen.electrode],
            specimen=specimen,
            cell=family.cell,
            system=family.system,
            rows=rows,
            temperature=spectra["temperature"][rows],
            noise=np.array(noise.values),
            sigma_true=np.array([row["sigma_total"] for _, row in made]),
        )


def numbered(settings: Simulation, priors: Priors, name: str) -> tuple[int, Material]:
    """Number and material of the specimen that a set calls `name`."""
    known = [material.name for material in priors.materials]
    material, _, within = name.rpartition("-")
    if material not in known or not within.isdigit() or int(within) >= settings.specimens_per_material:
        raise InputDataError(f"specimen {name} is none of this configuration's: materials {', '.join(known)}")
    position = known.index(material)
    return position * settings.specimens_per_material + int(within), priors.materials[position]
