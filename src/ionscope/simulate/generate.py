"""Specimens from a configuration, spectra from specimens: the data sets everything else learns from.

A specimen's random streams depend on the root seed, its own number and that of the microstructure it shares with its
family, so it is the same in whichever shard, order or process it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ionscope.config import (
    CellGeometry,
    ElectrodeProperties,
    Instrument,
    Material,
    Simulation,
    load_cell,
    load_electrode,
    load_instrument,
    load_material,
)
from ionscope.errors import ConfigError
from ionscope.simulate.adapt import adapted, load_cases
from ionscope.simulate.arrhenius import activation_energy
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.instrument import measured
from ionscope.simulate.materials import Specimen, draw_electrodes, draw_electrolyte, draw_geometry
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.polycrystal import turned_grains, voronoi_mesh
from ionscope.simulate.reduced import ReducedModel
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

MICROSTRUCTURE, PROPERTIES, INSTRUMENT = 1, 2, 3
"""Stages of the random streams: ``SeedSequence(root, spawn_key=(stage, number))``."""

EA_RANGE_C = (25.0, 85.0)
"""Range of the straight-line fit that defines `ea_total`."""


@dataclass(frozen=True)
class Priors:
    """Everything a specimen is drawn from."""

    materials: list[Material]
    electrodes: dict[str, ElectrodeProperties]
    cell: CellGeometry
    instrument: Instrument

    @classmethod
    def load(
        cls, folder: Path | str, materials: Iterable[str], electrodes: Iterable[str], cell: str = "pellet"
    ) -> Priors:
        """Read the named files below the configuration folder."""
        return cls(
            materials=[load_material(folder, name) for name in materials],
            electrodes={name: load_electrode(folder, name) for name in electrodes},
            cell=load_cell(folder, cell),
            instrument=load_instrument(folder),
        )


def stream(root: int, stage: int, number: int) -> np.random.Generator:
    """The random stream of one stage of one specimen."""
    return np.random.default_rng(np.random.SeedSequence(root, spawn_key=(stage, number)))


def n_specimens(settings: Simulation, priors: Priors) -> int:
    return settings.specimens_per_material * len(priors.materials)


def shard_specimens(settings: Simulation, priors: Priors, shard: int) -> range:
    """Numbers of the specimens in shard `shard` (0-based), contiguous and as even as possible."""
    if not 0 <= shard < settings.shards:
        raise ConfigError(f"shard {shard}: allowed are 0 to {settings.shards - 1}")
    total = n_specimens(settings, priors)
    return range(total * shard // settings.shards, total * (shard + 1) // settings.shards)


def simulate_specimens(
    settings: Simulation,
    priors: Priors,
    seed: int,
    numbers: Iterable[int],
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> SpectrumSet:
    """Simulate the specimens `numbers` at every temperature: all their spectra with the truth beside them."""
    rows: list[dict] = []
    impedance: list[np.ndarray] = []
    family: Family | None = None
    for number in progress(numbers):
        if family is None or number not in family.members:
            family = Family.draw(settings, priors, seed, number)
        for z, row in simulate_specimen(family, number):
            impedance.append(z)
            rows.append(row)
    if not rows:
        raise ConfigError("no specimens to simulate: fewer specimens than shards")
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return SpectrumSet.from_arrays(frequency_grid(settings), np.array(impedance), attrs={"seed": seed}, **columns)


def frequency_grid(settings: Simulation) -> np.ndarray:
    """(f,) logarithmic grid, Hz."""
    return np.geomspace(settings.frequency_min_hz, settings.frequency_max_hz, settings.frequencies)


@dataclass(frozen=True)
class Family:
    """The specimens that share one microstructure: by default one, else `draws_per_microstructure` of one material.

    Attributes
    ----------
    members : numbers of its specimens
    specimens : their properties, in that order
    cell, system : the microstructure on a mesh fit for all of them, and its matrices
    mesh_error : estimated relative discretisation error of Z, the largest of all
    """

    settings: Simulation
    priors: Priors
    seed: int
    members: range
    specimens: list[Specimen]
    cell: Microstructure
    system: AffineSystem
    mesh_error: float

    @classmethod
    def draw(cls, settings: Simulation, priors: Priors, seed: int, number: int) -> Family:
        """The family of specimen `number`."""
        within = number % settings.specimens_per_material
        first = within - within % settings.draws_per_microstructure
        last = min(first + settings.draws_per_microstructure, settings.specimens_per_material)
        material = priors.materials[number // settings.specimens_per_material]
        start = number - within
        key = start + first // settings.draws_per_microstructure
        kind, cell = draw_microstructure(settings, priors, material, stream(seed, MICROSTRUCTURE, key))
        members = range(start + first, start + last)
        specimens = [
            draw_specimen(settings, priors, material, kind, cell, stream(seed, PROPERTIES, member))
            for member in members
        ]
        theta = np.concatenate([all_theta(settings, specimen) for specimen in specimens])
        cell, system, error = adapted(cell, load_cases(theta), settings.mesh_tolerance, settings.order)
        return cls(settings, priors, seed, members, specimens, cell, system, error)


def draw_cell(
    settings: Simulation, priors: Priors, seed: int, number: int
) -> tuple[Specimen, Microstructure, AffineSystem]:
    """Draw specimen `number`: its properties, its microstructure and the assembled finite-element matrices."""
    family = Family.draw(settings, priors, seed, number)
    return family.specimens[number - family.members.start], family.cell, family.system


def draw_microstructure(
    settings: Simulation, priors: Priors, material: Material, rng: np.random.Generator
) -> tuple[ElectrodeProperties, Microstructure]:
    """Draw a kind of electrode and the microstructure that it touches."""
    names = sorted(settings.electrodes)
    kind = priors.electrodes[names[rng.choice(len(names), p=[settings.electrodes[name] for name in names])]]
    mesh = voronoi_mesh(
        rng,
        grains=settings.grains,
        dimension=settings.dimension,
        lloyd=material.seed_relaxation,
        porosity=material.porosity.draw(rng),
        contact=kind.contact_fraction.draw(rng),
        patches=max(1, round(kind.patches.draw(rng))),
        size_spread=material.size_spread.draw(rng) if material.size_spread else None,
        patch_resolution=settings.wall_refinement,
        refinement=settings.refinement,
    )
    cell = Microstructure.from_mesh(mesh, settings.grains)
    grain = 10 ** rng.normal(0, material.grain.spread_decades.draw(rng), cell.n_grains)
    boundary = 10 ** rng.normal(0, material.boundary.spread_decades.draw(rng), cell.n_boundaries)
    if material.grain.anisotropy:
        grain = turned_grains(rng, grain, material.grain.anisotropy.draw(rng), settings.dimension)
    return kind, cell.with_properties(grain_conductivity=grain, boundary_conductance=boundary)


def draw_specimen(
    settings: Simulation,
    priors: Priors,
    material: Material,
    kind: ElectrodeProperties,
    cell: Microstructure,
    rng: np.random.Generator,
) -> Specimen:
    """Draw everything about a pellet but its microstructure."""
    thickness, area = draw_geometry(rng, priors.cell)
    electrolyte = draw_electrolyte(rng, material, settings.grains, settings.dimension)
    electrodes = draw_electrodes(rng, kind, cell.contact_fraction)
    temperatures: tuple[float, ...] = settings.temperatures_c
    if settings.temperature_range_c is not None:
        temperatures = (float(rng.uniform(*settings.temperature_range_c)),)
    return Specimen(
        material=material.name,
        electrode=kind.name,
        electrolyte=electrolyte,
        electrodes=electrodes,
        thickness=thickness,
        area=area,
        temperatures_c=temperatures,
    )


def simulate_specimen(family: Family, number: int) -> list[tuple[np.ndarray, dict]]:
    """All spectra of one specimen: (impedance (f,) [ohm], row of variables) for each temperature."""
    settings, priors = family.settings, family.priors
    specimen = family.specimens[number - family.members.start]
    temperatures = np.array(specimen.temperatures_c) + ZERO_CELSIUS
    resistivity, bound = clean_resistivity(family, specimen)
    z = resistivity * specimen.thickness / specimen.area
    truth = dc_truth(specimen, family.system, temperatures)
    rng = stream(family.seed, INSTRUMENT, number)
    spectra = []
    thickness, area, offset = _recorded_geometry(settings, priors, rng, specimen, len(temperatures))
    for i, temperature in enumerate(temperatures):
        row = {
            "temperature": temperature + offset[i],
            "thickness": thickness,
            "area": area,
            "specimen": f"{specimen.material}-{number % settings.specimens_per_material:05d}",
            "material": specimen.material,
            "electrode": specimen.electrode,
            "contact_fraction": float(np.mean(family.cell.contact_fraction)),
            "porosity": family.cell.porosity,
            "mesh_error": family.mesh_error,
            "solver_error": float(bound[i].max()),
            **{name: values[i] for name, values in truth.items()},
        }
        spectra.append((measured(rng, frequency_grid(settings), z[i], priors.instrument), row))
    return spectra


def clean_resistivity(family: Family, specimen: Specimen) -> tuple[np.ndarray, np.ndarray]:
    """(t, f) noise-free impedance of the unit cell [ohm cm] and bounds (t, f) of its error against the full solve."""
    settings = family.settings
    theta = all_theta(settings, specimen)
    if settings.solver == "direct":
        z, bound = family.system.solve_direct(theta), np.zeros(len(theta))
    else:
        z, bound = ReducedModel(family.system, theta, settings.tolerance).certified_impedance(theta)
    shape = (len(specimen.temperatures_c), -1)
    return z.reshape(shape), bound.reshape(shape)


def dc_truth(specimen: Specimen, system: AffineSystem, temperatures: np.ndarray) -> dict[str, np.ndarray]:
    """The truth beside each spectrum: conductivities (t,) [S/cm] of this microstructure between ideal electrodes.

    sigma_bulk is that of the same grains with boundaries that are no obstacle; sigma_gb is what is left in series.
    ea_total [eV] is the straight-line fit of ln(sigma_total T) over 25-85 C, whatever temperatures were simulated.
    """
    fit = np.linspace(*EA_RANGE_C, 5) + ZERO_CELSIUS
    at = np.concatenate([temperatures, fit])
    grain = np.array([specimen.electrolyte.grain_conductivity(t) for t in at])
    boundary = np.array([specimen.electrolyte.boundary_conductivity(t) for t in at])
    # Only the ratio of the two shapes the current: one solve for each ratio, and one for perfect boundaries.
    _, first, which = np.unique(np.round(np.log(boundary / grain), 12), return_index=True, return_inverse=True)
    ratio = (boundary / grain)[first]
    total = grain / system.dc_resistivity(ratio)[which]
    bulk = grain / system.bulk_resistivity
    n = len(temperatures)
    return {
        "sigma_total": total[:n],
        "sigma_bulk": bulk[:n],
        "sigma_gb": 1 / (1 / total[:n] - 1 / bulk[:n]),
        "ea_total": np.full(n, activation_energy(total[n:], fit)),
    }


def all_theta(settings: Simulation, specimen: Specimen) -> np.ndarray:
    """(t f, 6) the affine parameters of a specimen's spectra, one after the other."""
    frequency = frequency_grid(settings)
    return np.concatenate([specimen.theta(frequency, t + ZERO_CELSIUS) for t in specimen.temperatures_c])


def _recorded_geometry(
    settings: Simulation, priors: Priors, rng: np.random.Generator, specimen: Specimen, n: int
) -> tuple[float, float, np.ndarray]:
    """Thickness, area and thermometer offsets as the experimenter records them."""
    errors = priors.cell.thickness_error.draw(rng), priors.cell.area_error.draw(rng)
    offset = np.array([priors.cell.temperature_error.draw(rng) for _ in range(n)])
    if not settings.geometry_errors:
        return specimen.thickness, specimen.area, np.zeros(n)
    return specimen.thickness * (1 + errors[0]), specimen.area * (1 + errors[1]), offset
