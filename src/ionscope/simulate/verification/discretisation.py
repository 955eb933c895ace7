"""What the production mesh costs in accuracy: specimens of a data set, solved again on meshes far finer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from ionscope.config import Simulation
from ionscope.quantity import Constant
from ionscope.simulate.adapt import adapted, load_cases
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.generate import Family, Priors, all_theta
from ionscope.simulate.microstructure import Microstructure

FINER = 20.0
"""The reference mesh is refined until its own estimate is this many times smaller than the production mesh's bound."""


def electrode_resistivity(theta: np.ndarray, contact: tuple[float, float]) -> np.ndarray:
    """(m,) impedance [ohm cm] of both electrodes at theta (m, 6), were the current even over the area in contact."""
    return 1 / (theta[:, 4] * contact[0]) + 1 / (theta[:, 5] * contact[1])


def points_apart(theta: np.ndarray, points: int) -> np.ndarray:
    """Up to `points` rows of theta spread evenly over a specimen's spectra, the first and the last among them."""
    return theta[np.unique(np.linspace(0, len(theta) - 1, points).astype(int))]


def mesh_errors(system: AffineSystem, finer: AffineSystem, theta: np.ndarray, contact: tuple[float, float]) -> dict:
    """Largest relative differences of Z, and of Z without the electrodes, over theta (m, 6) between two meshes."""
    z, reference = system.solve_direct(theta), finer.solve_direct(theta)
    difference = np.abs(z - reference)
    sample = np.abs(reference - electrode_resistivity(theta, contact))
    return {
        "error": float((difference / np.abs(reference)).max()),
        "error_without_electrodes": float((difference / sample).max()),
    }


def discretisation_errors(
    settings: Simulation, priors: Priors, seed: int, numbers: Iterable[int], points: int = 12
) -> pd.DataFrame:
    """One row a specimen: the error of its spectra that is due to the mesh, and what the generator said of it.

    Parameters
    ----------
    settings, priors, seed : of the data set
    numbers : specimens to solve again
    points : how many frequencies and temperatures of each, solved directly on both meshes

    Returns
    -------
    Columns ``specimen, electrode, contact_fraction, porosity, unknowns, unknowns_reference, estimate, error,
    error_without_electrodes``; the last two relative, the largest over the points. The reference's own error is about
    a twentieth of that which the production mesh is allowed.
    """
    rows = []
    for number in numbers:
        family = Family.draw(settings, priors, seed, number)
        specimen = family.specimens[number - family.members.start]
        theta = all_theta(settings, specimen)
        _, finer, _ = adapted(family.cell, load_cases(theta), settings.mesh_tolerance / FINER, settings.order)
        rows.append(
            {
                "specimen": f"{specimen.material}-{number % settings.specimens_per_material:05d}",
                "electrode": specimen.electrode,
                "contact_fraction": float(np.mean(family.cell.contact_fraction)),
                "porosity": family.cell.porosity,
                "unknowns": family.system.n,
                "unknowns_reference": finer.n,
                "estimate": family.mesh_error,
                **mesh_errors(family.system, finer, points_apart(theta, points), family.cell.contact_fraction),
            }
        )
    return pd.DataFrame(rows)


def mesh_table(cell: Microstructure, theta: np.ndarray, tolerances: Iterable[float], order: int = 2) -> pd.DataFrame:
    """How the error of Z falls as the mesh is refined to ever smaller `tolerances`.

    Columns ``tolerance, unknowns, estimate, error``: wanted, unknowns of the mesh, the estimate and the true relative
    error of Z, largest over theta (m, 6), against the mesh of a twentieth of the smallest tolerance.
    """
    cases, rows, systems = load_cases(theta), [], []
    for tolerance in sorted(tolerances, reverse=True):
        cell, system, estimate = adapted(cell, cases, tolerance, order)
        systems.append(system)
        rows.append({"tolerance": tolerance, "unknowns": system.n, "estimate": estimate})
    finest = adapted(cell, cases, rows[-1]["tolerance"] / FINER, order)[1].solve_direct(theta)
    errors = [float(np.abs(system.solve_direct(theta) / finest - 1).max()) for system in systems]
    return pd.DataFrame(rows).assign(error=errors)


def with_contact(priors: Priors, fraction: float) -> Priors:
    """The same priors with electrodes that touch this fraction of their walls; 1 is everywhere."""
    contact = Constant(distribution="constant", value=fraction, unit="1", source="computed", note="for comparison")
    kinds = {name: kind.model_copy(update={"contact_fraction": contact}) for name, kind in priors.electrodes.items()}
    return replace(priors, electrodes=kinds)
