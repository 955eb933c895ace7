"""What a generator's pellets are like, by their figures alone: drawn from the priors, or read off simulated spectra."""

from __future__ import annotations

import zlib

import numpy as np

from ionscope.config import ElectrodeProperties, Material
from ionscope.simulate.arrhenius import BOLTZMANN, activation_energy, arrhenius_factor
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

EA_FIT = np.linspace(25.0, 85.0, 5) + ZERO_CELSIUS
"""Temperatures, K, of the straight-line fit that defines `ea_total`, as in the simulation."""

TRUTH = ("sigma_total", "sigma_bulk", "ea_total")


def draw_population(
    material: Material, seed: int, n: int = 4000, lithium: ElectrodeProperties | None = None
) -> dict[str, np.ndarray]:
    """Figures of `n` pellets at 25 C, drawn from the priors without solving anything.

    Boundaries count in series with the grains, and pores as insulating discs: ``sigma = sigma_grain (1 - 2 p)``, exact
    to first order in two dimensions. The finite-element truth of 60 specimens each of seven materials differs from this
    by 0.03 decades (rms) in `sigma_bulk`, 0.05 in `sigma_total`, 0.06 in `gb_share` and 3 meV in `ea_total`.

    Returns
    -------
    (n,) arrays: sigma_total, sigma_bulk [S/cm], gb_share, ea_total, ea_bulk [eV], permittivity, and
    interface_resistance [ohm cm2] where the priors of a `lithium` electrode are given
    """
    # A stream of its own for each material, whatever others are drawn beside it.
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(material.name.encode()),)))
    drawn = np.array([_draw_one(rng, material) for _ in range(n)]).T
    log10_grain, ea_grain, share, excess, permittivity, porosity = drawn
    bulk = 10**log10_grain * (1 - 2 * porosity)
    factor = np.array([arrhenius_factor(ea_grain, t) for t in EA_FIT])
    boundary = np.array([arrhenius_factor(ea_grain + excess, t) for t in EA_FIT])
    relative = 1 / ((1 - share) / factor + share / boundary)  # (5, n) of sigma_bulk (1 - share)
    slope = np.polyfit(1 / EA_FIT, np.log(relative * EA_FIT[:, None]), 1)[0]
    figures = {
        "sigma_total": bulk * (1 - share),
        "sigma_bulk": bulk,
        "gb_share": share,
        "ea_total": -BOLTZMANN * slope,
        "ea_bulk": ea_grain,
        "permittivity": permittivity,
    }
    if lithium is not None and lithium.resistance_25c is not None:
        figures["interface_resistance"] = np.array([lithium.resistance_25c.draw(rng) for _ in range(n)])
    return figures


def _draw_one(rng: np.random.Generator, material: Material) -> tuple[float, ...]:
    log10_sigma = material.grain.log10_sigma_25c.draw(rng)
    return (
        log10_sigma,
        material.grain.ea.draw(rng, log10_sigma),
        min(max(material.boundary.share_25c.draw(rng), 1e-4), 1 - 1e-4),
        material.boundary.ea_excess.draw(rng),
        material.grain.permittivity.draw(rng),
        material.porosity.draw(rng),
    )


def spectra_population(spectra: SpectrumSet, material: str) -> dict[str, np.ndarray]:
    """Figures of the simulated specimens of a material at 25 C, from the truth beside their spectra.

    Each specimen counts once. Its conductivities are those of the temperature nearest to 25 C, carried over with its
    own activation energies; `ea_bulk` needs spectra at two temperatures or more. Empty where the set has no specimen
    of the material or no truth.
    """
    if any(name not in spectra for name in TRUTH):
        return {}
    mine = spectra.subset(spectra["material"] == material)
    rows = []
    for specimen in np.unique(mine["specimen"]):
        own = mine.subset(mine["specimen"] == specimen)
        temperature, total, bulk = own["temperature"], own["sigma_total"], own["sigma_bulk"]
        if not (np.isfinite(total).all() and np.isfinite(bulk).all()):
            continue
        near = int(np.argmin(np.abs(temperature - EA_FIT[0])))
        ea_total = float(own["ea_total"][near])
        ea_bulk = activation_energy(bulk, temperature) if len(np.unique(temperature)) > 1 else np.nan
        at_25 = total[near] / arrhenius_factor(ea_total, temperature[near])
        bulk_25 = bulk[near] / arrhenius_factor(ea_bulk if np.isfinite(ea_bulk) else ea_total, temperature[near])
        rows.append((at_25, bulk_25, 1 - at_25 / bulk_25, ea_total, ea_bulk))
    if not rows:
        return {}
    names = ("sigma_total", "sigma_bulk", "gb_share", "ea_total", "ea_bulk")
    columns = dict(zip(names, np.array(rows, dtype=float).T, strict=True))
    return {name: values for name, values in columns.items() if np.isfinite(values).all()}
