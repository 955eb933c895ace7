"""Fill docs/simulator.md: what the microstructure changes, and the last benchmark.

    python scripts/docs/simulator.py          rewrite tables and figure
    python scripts/docs/simulator.py --check  exit 1 where the table of microstructures is not what the code gives

The benchmark's table is filled where `make benchmark-simulator` has been run, and left as it is otherwise.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from page import ROOT, fill, markdown

from ionscope.files import read_json
from ionscope.preprocess.reference import read_off
from ionscope.report.figures.style import COLOURS, panels, save_figure, styled
from ionscope.simulate import Electrode, ElectrolyteProperties, Microstructure
from ionscope.simulate.adapt import adapted, load_cases
from ionscope.simulate.materials import affine_parameters, boundaries_in_series
from ionscope.simulate.verification.discretisation import electrode_resistivity

PAGE = ROOT / "docs" / "simulator.md"
BENCHMARK = ROOT / "results" / "benchmarks" / "simulator.json"
SEEDS = range(4)
GRAINS = 64
FREQUENCY = np.geomspace(1, 1e8, 65)
ELECTROLYTE = ElectrolyteProperties(
    sigma_grain_25c=5e-4,
    permittivity=60,
    sigma_boundary_25c=5e-4 * boundaries_in_series(GRAINS),
    boundary_frequency_25c=3e5,
)
BLOCKING = Electrode(capacitance=1e-5, exponent=0.9)
REVERSIBLE = Electrode(capacitance=1e-6, exponent=0.9, resistance_25c=5.0)
CASES: dict[str, dict] = {
    "even grains and boundaries, full contact": {},
    "grains uneven by 0.3 decades": {"grain_spread_decades": 0.3},
    "boundaries uneven by 0.5 decades": {"boundary_spread_decades": 0.5},
    "anisotropic grains, 5 to 1": {"anisotropy": 5.0},
    "10 % pores": {"porosity": 0.1},
    "20 % pores": {"porosity": 0.2},
    "60 % contact": {"contact": 0.6},
    "30 % contact": {"contact": 0.3},
    "30 % contact, 20 % pores, all uneven": {
        "contact": 0.3,
        "porosity": 0.2,
        "grain_spread_decades": 0.3,
        "boundary_spread_decades": 0.5,
    },
}
DRAWN = [
    "even grains and boundaries, full contact",
    "20 % pores",
    "30 % contact",
    "30 % contact, 20 % pores, all uneven",
]


def solved(options: dict, seed: int, electrode: Electrode) -> dict:
    """Spectra of one polycrystal and of the circuit with its own bulk and boundary resistances in series, ohm cm."""
    theta = affine_parameters(ELECTROLYTE, (electrode, electrode), 0.1, FREQUENCY, 298.15)
    cell, system, _ = adapted(Microstructure.voronoi(GRAINS, seed=seed, patches=8, **options), load_cases(theta), 1e-3)
    ratio = ELECTROLYTE.sigma_boundary_25c / ELECTROLYTE.sigma_grain_25c
    bulk, total = system.bulk_resistivity, float(system.dc_resistivity(np.array([ratio]))[0])
    electrodes = electrode_resistivity(theta, cell.contact_fraction)
    boundaries = (total - bulk) * ratio / (theta[:, 2] + theta[:, 3])
    return {
        "z": system.solve_direct(theta),
        "circuit": bulk / (theta[:, 0] + theta[:, 1]) + boundaries + electrodes,
        "resistance": total / ELECTROLYTE.sigma_grain_25c,
    }


def case_rows() -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a case, means over the seeds, and the spectra to draw."""
    rows, spectra, even = [], [], float("nan")
    for name, options in CASES.items():
        blocking = [solved(options, seed, BLOCKING) for seed in SEEDS]
        reversible = [solved(options, seed, REVERSIBLE) for seed in SEEDS]
        resistance = np.mean([one["resistance"] for one in blocking])
        if not options:
            even = resistance
        bias = [read_off(FREQUENCY, one["z"][None])[0][0] / one["resistance"] for one in blocking]
        sample = [np.abs(one["z"] - one["circuit"]).max() / one["resistance"] for one in reversible]
        low = [(one["z"][0] - one["circuit"][0]).real / one["resistance"] for one in reversible]
        rows.append(
            {
                "case": name,
                "resistance": resistance / even,
                "circuit_off": np.mean(sample),
                "constriction": np.mean(low),
                "read_off": np.mean(bias) - 1,
            }
        )
        if name in DRAWN:
            z = reversible[0]["z"] / even
            spectra.append(pd.DataFrame({"case": name, "frequency": FREQUENCY, "real": z.real, "imaginary": z.imag}))
    return pd.DataFrame(rows), pd.concat(spectra, ignore_index=True)


def cases_table(cases: pd.DataFrame) -> str:
    rows = [
        [
            row["case"],
            f"{row['resistance']:.2f}",
            f"{100 * row['circuit_off']:.1f} %",
            f"{100 * row['constriction']:+.1f} %",
            f"{100 * row['read_off']:+.1f} %",
        ]
        for row in cases.to_dict("records")
    ]
    head = ["polycrystal", "resistance", "off its own circuit", "of it constriction", "read-off against truth"]
    return markdown(head, rows)


def draw(spectra: pd.DataFrame) -> None:
    with styled("microstructure"):
        figure, axes = panels(1, 1, 7.0, 3.4)
        for colour, (name, part) in zip(COLOURS, spectra.groupby("case", sort=False), strict=False):
            axes[0, 0].plot(part["real"], -part["imaginary"], color=colour, label=name)
        axes[0, 0].set(xlabel="Re Z / resistance of the even polycrystal", ylabel="-Im Z / the same")
        axes[0, 0].set_aspect("equal")
        axes[0, 0].legend()
        (ROOT / "docs" / "figures").mkdir(exist_ok=True)
        save_figure(figure, spectra, ROOT / "docs" / "figures" / "microstructure.svg")


SHOWN = {
    "reduced_vs_direct_max_relative_error": (
        "reduced against direct on 200 fresh specimens, largest error of Z",
        "1e-6",
    ),
    "reduced_vs_direct_max_relative_error_without_electrodes": ("the same, of Z without the electrodes", ""),
    "discretisation_error_full_contact": ("error of the production mesh in Z, full contact", "1e-3"),
    "discretisation_error_partial_contact": ("the same, 30 % contact", "2e-3"),
    "paper_set_seconds": ("the paper's 1000 spectra on two processes, seconds", "20"),
    "seconds_per_spectrum": ("one of them, processor seconds, drawing and meshing included", ""),
    "speedup_direct_same_mesh": ("times as fast as `solver: direct` on the same mesh", "25"),
    "speedup_ordered_direct_same_mesh": ("times as fast as our best sparse factorisation on the same mesh", ""),
    "speedup_scipy_default_20k": ("times as fast as scipy's default LU on an even mesh of 20 000 unknowns", "1000"),
    "speedup_scipy_default_20k_solving_alone": ("the same, drawing and meshing left out", ""),
    "speedup_ngsolve": ("times as fast as NGSolve on the same mesh and frequencies", "30"),
    "library_ms_per_spectrum": ("library of 64 microstructures, ms a spectrum", "2"),
    "library_max_relative_error": ("its largest error on specimens that it was not made for", "2e-6"),
    "library_share_within_tolerance": ("share of their points within 2e-6", ""),
    "three_d_seconds_per_specimen": ("3-D, 27 grains, full contact, mesh of 2 %, seconds a specimen", "0.5"),
    "cost_ratio_10_mhz": ("cost with a band up to 10 MHz over that to 10 kHz", "2"),
    "worker_memory_mb": ("memory of a worker, MB", "1000"),
}
"""Figures of the benchmark, what they mean, and what was aimed at."""


def benchmark_table() -> str:
    figures = read_json(BENCHMARK)
    rows = []
    for name, (meaning, aim) in SHOWN.items():
        value = figures.get(name)
        rows.append([meaning, "not measured" if value is None else f"{value:.3g}", aim, f"`{name}`"])
    return markdown(["what", "measured", "aim", "key"], rows)


def main() -> int:
    check = "--check" in sys.argv
    cases, spectra = case_rows()
    tables = {"microstructure": cases_table(cases)}
    if not check:
        draw(spectra)
        if BENCHMARK.is_file():
            tables["benchmark"] = benchmark_table()
    if not fill(PAGE, tables, check) and check:
        print("docs/simulator.md is not up to date; run python scripts/docs/simulator.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
