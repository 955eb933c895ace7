"""What a specimen's spectra and its conductivity say of each of its properties: derivatives, and the prior's spread.

A pellet's properties are taken as one vector u: conductivities, capacitances, resistances and frequencies as natural
logarithms, activation energies [eV] and exponents as they are. What the generator never varies is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ionscope.config import ElectrodeProperties, Material, Simulation
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.materials import Specimen, draw_electrodes, draw_electrolyte
from ionscope.simulate.reduced import ReducedModel

LOGARITHMIC = (
    "sigma_grain_25c",
    "permittivity",
    "sigma_boundary_25c",
    "boundary_frequency_25c",
    "capacitance",
    "resistance_25c",
    "leak",
    "warburg_25c",
    "warburg_frequency_25c",
)
LINEAR = "ea_grain", "ea_boundary", "grain_exponent", "boundary_exponent", "exponent", "leak_exponent", "ea"
DRAWS = 2000
"""Draws that a prior's covariance is estimated from: 3 % of each standard deviation."""

STEP = 1e-5
"""Of finite differences of closed forms, downwards: an exponent must not exceed 1."""


@dataclass(frozen=True)
class Coordinate:
    """One component of u: the property `name` of the electrolyte (side -1) or of the electrode `side` (0, 1)."""

    side: int
    name: str

    def of(self, specimen: Specimen) -> float:
        value = getattr(specimen.electrolyte if self.side < 0 else specimen.electrodes[self.side], self.name)
        return float(np.log(value)) if self.name in LOGARITHMIC else float(value)

    def moved(self, specimen: Specimen, step: float) -> Specimen:
        """The specimen with this component changed by `step`."""
        moved = self.of(specimen) + step
        value = float(np.exp(moved)) if self.name in LOGARITHMIC else moved
        if self.side < 0:
            return replace(specimen, electrolyte=replace(specimen.electrolyte, **{self.name: value}))
        electrodes = list(specimen.electrodes)
        electrodes[self.side] = replace(electrodes[self.side], **{self.name: value})
        return replace(specimen, electrodes=(electrodes[0], electrodes[1]))


@dataclass(frozen=True)
class Population:
    """The generator's spread of u within one material and one kind of electrode, as a Gaussian.

    factor : (k, r) with ``covariance = factor factor'``; singular where properties hang together
    """

    coordinates: tuple[Coordinate, ...]
    factor: np.ndarray

    @classmethod
    def draw(
        cls, settings: Simulation, material: Material, kind: ElectrodeProperties, seed: int, draws: int = DRAWS
    ) -> Population:
        """Estimate it from `draws` draws of the generator itself, correlations included."""
        rng = np.random.default_rng(seed)
        specimens = [
            Specimen(
                material=material.name,
                electrode=kind.name,
                electrolyte=draw_electrolyte(rng, material, settings.grains, settings.dimension),
                electrodes=draw_electrodes(rng, kind, (1.0, 1.0)),  # contact only shifts logarithms
                thickness=1.0,
                area=1.0,
            )
            for _ in range(draws)
        ]
        sides = [(-1, specimens[0].electrolyte), *enumerate(specimens[0].electrodes)]
        candidates = [
            Coordinate(side, name)
            for side, part in sides
            for name in LOGARITHMIC + LINEAR
            if getattr(part, name, None) is not None
        ]
        values = np.array([[coordinate.of(specimen) for coordinate in candidates] for specimen in specimens])
        varied = np.flatnonzero(values.std(axis=0) > 1e-12)
        strength, directions = np.linalg.eigh(np.cov(values[:, varied], rowvar=False).reshape(varied.size, -1))
        kept = strength > 1e-12 * strength.max(initial=1e-300)
        factor = directions[:, kept] * np.sqrt(strength[kept])
        return cls(tuple(candidates[i] for i in varied), factor)


@dataclass(frozen=True)
class Sensitivity:
    """A specimen's clean spectra, its conductivities, and how they change with u.

    log_z : (t, f) ln of the impedance of the unit cell [ohm cm], complex
    dlog_z : (t, f, k) its derivatives
    log_sigma : (s,) ln of sigma_total [S/cm] at the temperatures asked for
    dlog_z_thickness, dlog_z_kelvin : (t, f) those of the pellet's ln Z with respect to ln thickness and to the
        temperature [1/K]
    dlog_sigma : (s, k) its derivatives
    dlog_sigma_kelvin : (s,) its derivatives with respect to those temperatures [1/K]
    """

    log_z: np.ndarray
    dlog_z: np.ndarray
    dlog_z_thickness: np.ndarray
    dlog_z_kelvin: np.ndarray
    log_sigma: np.ndarray
    dlog_sigma: np.ndarray
    dlog_sigma_kelvin: np.ndarray

    @classmethod
    def of(
        cls,
        specimen: Specimen,
        system: AffineSystem,
        coordinates: Sequence[Coordinate],
        frequency: np.ndarray,
        measured: np.ndarray,
        wanted: np.ndarray,
        tolerance: float,
    ) -> Sensitivity:
        """Derivatives at `specimen`: spectra at temperatures `measured` (t,), conductivities at `wanted` (s,) [K].

        Those of Z come from the reduced model, ``dZ = sum_q dZ/dtheta_q dtheta_q``; those of theta, which is in closed
        form, from differences.
        """
        shape = len(measured), len(frequency)

        def thetas(moved: Specimen, kelvin: float = 0.0) -> np.ndarray:
            return np.concatenate([moved.theta(frequency, t + kelvin) for t in measured])

        theta = thetas(specimen)
        model = ReducedModel(system, theta, tolerance)
        z, _ = model.certified_impedance(theta)  # lets the basis grow until it is good enough everywhere
        _, dz = model.sensitivities(theta)

        def change(moved: np.ndarray) -> np.ndarray:
            return np.einsum("mq,mq->m", dz, (theta - moved) / STEP).reshape(shape) / z.reshape(shape)

        moves = [coordinate.moved(specimen, -STEP) for coordinate in coordinates]
        thinner = replace(specimen, thickness=specimen.thickness * np.exp(-STEP))
        slope = resistivity_slopes(specimen, system, wanted)
        base = log_conductivities(specimen, wanted)

        def sigma_change(moved: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
            grain, ratio = ((a - b) / STEP for a, b in zip(base, moved, strict=True))
            return grain - slope * ratio

        return cls(
            log_z=np.log(z).reshape(shape),
            dlog_z=np.stack([change(thetas(moved)) for moved in moves], axis=-1),
            dlog_z_thickness=1.0 + change(thetas(thinner)),
            dlog_z_kelvin=change(thetas(specimen, -STEP)),
            log_sigma=base[0] - np.log(system.dc_resistivity(np.exp(base[1]))),
            dlog_sigma=np.stack([sigma_change(log_conductivities(moved, wanted)) for moved in moves], axis=-1),
            dlog_sigma_kelvin=sigma_change(log_conductivities(specimen, wanted - STEP)),
        )


def resistivity_slopes(specimen: Specimen, system: AffineSystem, wanted: np.ndarray) -> np.ndarray:
    """(s,) d ln r / d ln(boundary / grain) of the direct-current resistivity r relative to the grains'."""
    _, log_ratio = log_conductivities(specimen, wanted)
    step = 1e-3
    low, high = (np.log(system.dc_resistivity(np.exp(log_ratio + sign * step))) for sign in (-1, 1))
    return (high - low) / (2 * step)


def moved_by(specimen: Specimen, coordinates: Sequence[Coordinate], steps: np.ndarray) -> Specimen:
    """The specimen with several components of u changed at once."""
    for coordinate, step in zip(coordinates, steps, strict=True):
        specimen = coordinate.moved(specimen, float(step))
    return specimen


def log_conductivities(specimen: Specimen, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ln of the grain conductivity (s,) and of boundary over grain (s,) at temperatures `wanted` [K]."""
    grain = np.log([specimen.electrolyte.grain_conductivity(t) for t in wanted])
    return grain, np.log([specimen.electrolyte.boundary_conductivity(t) for t in wanted]) - grain
