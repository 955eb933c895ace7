"""Everything about the trust in a run's simulation, as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ionscope.config import Simulation
from ionscope.files import whole_file, write_json
from ionscope.simulate.generate import Priors, all_theta, draw_cell, n_specimens
from ionscope.simulate.verification.checks import run_checks
from ionscope.simulate.verification.discretisation import (
    discretisation_errors,
    mesh_table,
    points_apart,
    with_contact,
)
from ionscope.simulate.verification.manufactured import LEVELS, convergence_table

TOLERANCES = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4)
FULL, AS_DRAWN = "full", "as drawn"


def write_verification(settings: Simulation, priors: Priors, seed: int, specimens: int, folder: Path) -> None:
    """Write ``checks.csv, convergence.csv, mesh.csv, discretisation.csv, verification.json`` into `folder`.

    Parameters
    ----------
    settings, priors, seed : of the data set
    specimens : how many of its specimens are solved again on finer meshes, evenly spread over the materials; each once
        as drawn and once with electrodes that touch everywhere
    """
    numbers = np.unique(np.linspace(0, n_specimens(settings, priors) - 1, specimens).astype(int)).tolist()
    checks = run_checks()
    convergence = pd.concat([convergence_table(*case) for case in sorted(LEVELS)], ignore_index=True)
    specimen, cell, _ = draw_cell(settings, priors, seed, numbers[0])
    theta = points_apart(all_theta(settings, specimen), 12)
    mesh = mesh_table(cell, theta, [t for t in TOLERANCES if t >= settings.mesh_tolerance / 4], settings.order)
    discretisation = pd.concat(
        [
            discretisation_errors(settings, drawn_from, seed, numbers).assign(contact=contact)
            for contact, drawn_from in ((FULL, with_contact(priors, 1.0)), (AS_DRAWN, priors))
        ],
        ignore_index=True,
    )
    tables = {"checks": checks, "convergence": convergence, "mesh": mesh, "discretisation": discretisation}
    for name, table in tables.items():
        with whole_file(folder / f"{name}.csv") as temporary:
            table.to_csv(temporary, index=False, float_format="%.6g")
    write_json(folder / "verification.json", summary(checks, discretisation, settings))


def summary(checks: pd.DataFrame, discretisation: pd.DataFrame, settings: Simulation) -> dict[str, Any]:
    """The named figures: how many checks were kept, the largest error of the mesh by contact."""

    def largest(contact: str, column: str) -> float:
        return float(discretisation.loc[discretisation["contact"] == contact, column].max())

    return {
        "checks": {str(verdict): int(n) for verdict, n in checks["verdict"].value_counts().items()},
        "mesh_tolerance": settings.mesh_tolerance,
        "specimens": int(discretisation["specimen"].nunique()),
        "discretisation_error_full_contact": largest(FULL, "error"),
        "discretisation_error_as_drawn": largest(AS_DRAWN, "error"),
        "discretisation_error_full_contact_without_electrodes": largest(FULL, "error_without_electrodes"),
        "discretisation_error_as_drawn_without_electrodes": largest(AS_DRAWN, "error_without_electrodes"),
    }
