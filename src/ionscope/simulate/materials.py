"""One pellet's properties, drawn from the priors of a material, an electrode and a geometry."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ionscope.config import CellGeometry, ElectrodeProperties, Material
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.simulate.checks import check_properties
from ionscope.simulate.electrodes import Electrode, constant_phase_element
from ionscope.spectrum import VACUUM_PERMITTIVITY


@dataclass(frozen=True, kw_only=True)
class ElectrolyteProperties:
    """Nominal grain and grain-boundary properties of one pellet.

    Parameters
    ----------
    sigma_grain_25c : conductivity of a grain at 25 C, S/cm; activated by `ea_grain` [eV] in the sigma*T form
    permittivity : of a grain, relative to vacuum; with `grain_exponent` below 1 the polarisation is a constant phase
        element that equals this capacitance at the grain's relaxation frequency
    sigma_boundary_25c : conductance of a grain boundary per area, times the pellet's thickness, at 25 C, S/cm;
        activated by `ea_boundary` [eV]. n boundaries in series add n / sigma_boundary to 1 / sigma_grain
    boundary_frequency_25c : relaxation frequency of a boundary at 25 C, conductance over 2 pi capacitance, Hz; the
        capacitance does not depend on temperature, and `boundary_exponent` works as `grain_exponent`

    Raises
    ------
    SimulationError : a figure that is not physical, named with its value and what is allowed
    """

    sigma_grain_25c: float
    permittivity: float
    sigma_boundary_25c: float
    ea_grain: float = 0.0
    ea_boundary: float = 0.0
    grain_exponent: float = 1.0
    boundary_exponent: float = 1.0
    boundary_frequency_25c: float = 1e5

    def __post_init__(self) -> None:
        check_properties(**asdict(self))

    def grain_conductivity(self, temperature: float) -> float:
        return self.sigma_grain_25c * float(arrhenius_factor(self.ea_grain, temperature))

    def boundary_conductivity(self, temperature: float) -> float:
        return self.sigma_boundary_25c * float(arrhenius_factor(self.ea_boundary, temperature))

    def theta(self, omega: np.ndarray, temperature: float) -> np.ndarray:
        """(f, 4) grain conduction and polarisation, boundary conduction and polarisation [S/cm]."""
        one = np.ones_like(omega)
        return np.stack(
            [
                self.grain_conductivity(temperature) * one,
                _polarisation(
                    omega, self.sigma_grain_25c, self.sigma_grain_25c / self._grain_capacitance, self.grain_exponent
                ),
                self.boundary_conductivity(temperature) * one,
                _polarisation(
                    omega,
                    self.sigma_boundary_25c,
                    2 * np.pi * self.boundary_frequency_25c,
                    self.boundary_exponent,
                ),
            ],
            axis=1,
        )

    @property
    def _grain_capacitance(self) -> float:
        return self.permittivity * VACUUM_PERMITTIVITY


def boundaries_in_series(grains: int, dimension: int = 2) -> float:
    """How many boundaries in series the boundary network of a Voronoi polycrystal resists like.

    Fitted to `AffineSystem.dc_resistivity` of polycrystals with even boundaries: 6.0-6.5 for 64 grains in two
    dimensions, 1.5 for 27 and 3.3 for 125 in three: a current zigzags and crosses fewer boundaries than there are
    layers of grains.
    """
    if dimension == 2:
        return 0.82 * grains**0.5
    return 0.82 * grains ** (1 / 3) - 0.85


def _polarisation(omega: np.ndarray, sigma: float, omega_0: float, exponent: float) -> np.ndarray:
    """A constant phase element that equals the capacitance sigma / omega_0 at omega_0."""
    return constant_phase_element(omega / omega_0, sigma, exponent)


@dataclass(frozen=True)
class Specimen:
    """One pellet between its electrodes, with everything but its microstructure.

    thickness [cm] and area [cm2] are the true ones; `electrodes` are bottom and top, per area really in contact;
    `temperatures_c` are those at which it is measured.
    """

    material: str
    electrode: str
    electrolyte: ElectrolyteProperties
    electrodes: tuple[Electrode, Electrode]
    thickness: float
    area: float
    temperatures_c: tuple[float, ...] = ()

    def theta(self, frequency: np.ndarray, temperature: float) -> np.ndarray:
        """(f, 6) the parameters of `fem.TERMS` [S/cm] at `frequency` [Hz] and `temperature` [K]."""
        return affine_parameters(self.electrolyte, self.electrodes, self.thickness, frequency, temperature)


def affine_parameters(
    electrolyte: ElectrolyteProperties,
    electrodes: tuple[Electrode, Electrode],
    thickness: float,
    frequency: np.ndarray,
    temperature: float,
) -> np.ndarray:
    """(f, 6) the parameters of `fem.TERMS` [S/cm] at `frequency` (f,) [Hz], `temperature` [K] and `thickness` [cm]."""
    omega = 2 * np.pi * frequency
    bottom, top = (side.admittance(omega, temperature) * thickness for side in electrodes)
    return np.column_stack([electrolyte.theta(omega, temperature), bottom, top])


def draw_electrolyte(
    rng: np.random.Generator, material: Material, grains: int, dimension: int = 2
) -> ElectrolyteProperties:
    """Draw one pellet's bulk and boundary properties; `grains` is the number of grains of the unit square or cube."""
    log10_sigma = material.grain.log10_sigma_25c.draw(rng)
    ea = material.grain.ea.draw(rng, log10_sigma)
    sigma = 10**log10_sigma
    share = min(max(material.boundary.share_25c.draw(rng), 1e-4), 1 - 1e-4)
    crossings = boundaries_in_series(grains, dimension)
    sigma_boundary = sigma * crossings * (1 - share) / share
    permittivity = material.grain.permittivity.draw(rng)
    exponent = material.grain.exponent.draw(rng)
    ea_excess = material.boundary.ea_excess.draw(rng)
    return ElectrolyteProperties(
        sigma_grain_25c=sigma,
        ea_grain=ea,
        permittivity=permittivity,
        grain_exponent=exponent,
        sigma_boundary_25c=sigma_boundary,
        ea_boundary=ea + ea_excess,
        boundary_frequency_25c=_boundary_frequency(rng, material, sigma_boundary, crossings, permittivity),
        boundary_exponent=material.boundary.exponent.draw(rng),
    )


def _boundary_frequency(
    rng: np.random.Generator, material: Material, sigma_boundary: float, crossings: float, permittivity: float
) -> float:
    """Relaxation frequency [Hz] of a boundary at 25 C.

    In the brick-layer picture all boundaries of a path in series have d / delta times the capacitance of the grains, d
    the grain size and delta the boundary's thickness; that ratio is what `capacitance_ratio` holds.
    """
    if material.boundary.frequency_25c is not None:
        return material.boundary.frequency_25c.draw(rng)
    assert material.boundary.capacitance_ratio is not None
    capacitance = material.boundary.capacitance_ratio.draw(rng) * permittivity * VACUUM_PERMITTIVITY * crossings
    return sigma_boundary / (2 * np.pi * capacitance)


def draw_electrodes(
    rng: np.random.Generator, kind: ElectrodeProperties, contact: tuple[float, float]
) -> tuple[Electrode, Electrode]:
    """Draw the two sides of a cell whose electrodes touch the fractions `contact` of their walls.

    Tabulated interface resistances refer to the nominal area. The local ones, on the area really touched, are smaller
    by the contact fraction.
    """
    resistance = kind.resistance_25c.draw(rng) if kind.resistance_25c else None
    ea = kind.ea.draw(rng) if kind.ea else 0.0
    q = kind.capacitance.draw(rng)
    n = kind.exponent.draw(rng)
    warburg = kind.warburg_25c.draw(rng) if kind.warburg_25c else None
    warburg_frequency = kind.warburg_frequency_25c.draw(rng) if kind.warburg_frequency_25c else 1.0
    asymmetry = kind.asymmetry_decades.draw(rng)
    # Only where given: the draws of kinds without them stay what they were.
    leak = kind.leak.draw(rng) if kind.leak else None
    leak_exponent = kind.leak_exponent.draw(rng) if kind.leak_exponent else 0.0
    difference = kind.exponent_difference.draw(rng) if kind.exponent_difference else 0.0
    sides = []
    for fraction, lower in zip(contact, (0.0, difference), strict=True):
        factor = 10 ** rng.normal(0.0, asymmetry / np.sqrt(2))
        sides.append(
            Electrode(
                capacitance=q * factor,
                exponent=n - lower,
                leak=None if leak is None else leak * factor,
                leak_exponent=leak_exponent,
                resistance_25c=None if resistance is None else resistance * fraction / factor,
                ea=ea,
                warburg_25c=None if warburg is None else warburg * fraction / factor,
                warburg_frequency_25c=warburg_frequency,
            )
        )
    return sides[0], sides[1]


def draw_geometry(rng: np.random.Generator, cell: CellGeometry) -> tuple[float, float]:
    """Thickness [cm] and electrode area [cm2]."""
    thickness = cell.thickness.draw(rng)
    diameter = cell.diameter.draw(rng)
    return thickness, float(np.pi * diameter**2 / 4)
