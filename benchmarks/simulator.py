"""How fast and how exact the simulator is: ratios inside one run, on the paper's own specimens.

    make benchmark-simulator        results/benchmarks/simulator.json and the tables and figure beside it

Times are processor seconds of one process, medians where a few are measured; only `paper_set_seconds` is a clock's, on
two processes. Every ratio compares what one run of this script measured on the same machine.
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # before numpy: threads cost a hundredfold on matrices of this size

import argparse
import importlib.util
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from ionscope.config import RunConfig, Simulation, load_run, read_yaml
from ionscope.files import whole_file, write_json
from ionscope.report.figures.style import COLOURS, MARKERS, panels, save_figure, styled, tidy
from ionscope.simulate.compact import compacted
from ionscope.simulate.fem import AffineSystem, assemble
from ionscope.simulate.generate import (
    Family,
    Priors,
    all_theta,
    clean_resistivity,
    draw_cell,
    n_specimens,
    simulate_specimens,
)
from ionscope.simulate.reduced import ReducedModel
from ionscope.simulate.verification.discretisation import (
    discretisation_errors,
    electrode_resistivity,
    with_contact,
)
from ionscope.simulate.verification.ngsolve_cell import NgsolveCell

CONFIG = Path(__file__).parents[1] / "config"
WORKERS = 2
NAIVE_UNKNOWNS = 20_000
LIBRARY, LIBRARY_DRAWS, LIBRARY_TOLERANCE = 64, 64, 2e-6
WIDE_HZ, WIDE_FREQUENCIES = 1e7, 61
FRESH_SEED = 424242
"""Of the specimens that the reduced model is compared on: not the seed of any run."""

POOR_CONTACT = 0.3
"""Contact of the specimens of `discretisation_error_partial_contact`."""


def paper() -> tuple[RunConfig, Priors]:
    run = load_run(read_yaml(CONFIG / "config.yaml"), CONFIG)
    return run, Priors.load(CONFIG, run.materials, run.simulation.electrodes, run.simulation.cell)


def spread(total: int, n: int) -> list[int]:
    return np.unique(np.linspace(0, total - 1, n).astype(int)).tolist()


def compare(numbers: list[int]) -> list[dict]:
    """The reduced model of fresh specimens against an ordered complex factorisation at every point."""
    run, priors = paper()
    rows = []
    for number in numbers:
        family = Family.draw(run.simulation, priors, FRESH_SEED, number)
        specimen, system = family.specimens[number - family.members.start], family.system
        theta = all_theta(run.simulation, specimen)
        start = time.process_time()
        z, bound = ReducedModel(system, theta, run.simulation.tolerance).certified_impedance(theta)
        reduced_seconds = time.process_time() - start
        start = time.process_time()
        direct = np.array([ordered_direct(system, row) for row in theta])
        direct_seconds = time.process_time() - start
        some = theta[:: len(theta) // 5]
        start = time.process_time()
        check = system.solve_direct(some)
        default_seconds = (time.process_time() - start) * len(theta) / len(some)
        sample = np.abs(direct - electrode_resistivity(theta, family.cell.contact_fraction))
        difference = np.abs(z - direct)
        rows.append(
            {
                "specimen": number,
                "unknowns": system.n,
                "error": float((difference / np.abs(direct)).max()),
                "error_without_electrodes": float((difference / sample).max()),
                "beyond_bound": float((difference / np.abs(direct) - bound).max()),
                "direct_against_default": float(np.abs(direct[:: len(theta) // 5] / check - 1).max()),
                "reduced_seconds": reduced_seconds,
                "ordered_direct_seconds": direct_seconds,
                "default_direct_seconds": default_seconds,
                "spectra": len(run.simulation.temperatures_c),
            }
        )
    return rows


def ordered_direct(system: AffineSystem, theta: np.ndarray) -> complex:
    """Z by SuperLU in a minimum-degree order, symmetric mode: three times as fast as scipy's default."""
    if system.factoriser.unordered:
        system.factoriser.update(np.abs(theta) @ system.upper)
    return complex(system.load @ system.factoriser.solve_complex(system.matrix(theta), system.load))


def simulate(numbers: list[int]) -> tuple[float, float]:
    """Make spectra; returns processor seconds, and the largest memory [MB] of this process so far."""
    run, priors = paper()
    start = time.process_time()
    simulate_specimens(run.simulation, priors, run.seed, numbers)
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warm(_: int) -> None:
    run, priors = paper()
    simulate_specimens(run.simulation, priors, run.seed, [0])


def paper_set(pool: ProcessPoolExecutor, quick: bool) -> dict:
    """Clock of the whole data set on two processes that have already been started."""
    run, priors = paper()
    numbers = list(range(n_specimens(run.simulation, priors)))[:: 10 if quick else 1]
    list(pool.map(warm, range(2 * WORKERS)))
    chunks = [numbers[k : k + 5] for k in range(0, len(numbers), 5)]
    start = time.perf_counter()
    used = list(tqdm(pool.map(simulate, chunks), total=len(chunks), desc="paper set"))
    seconds = time.perf_counter() - start
    spectra = len(numbers) * len(run.simulation.temperatures_c)
    return {
        "paper_set_seconds": seconds * 1000 / spectra,
        "paper_set_spectra_timed": spectra,
        "seconds_per_spectrum": sum(processor for processor, _ in used) / spectra,
        "worker_memory_mb": max(memory for _, memory in used),
    }


def reduced_against_direct(pool: ProcessPoolExecutor, specimens: int) -> tuple[pd.DataFrame, dict]:
    run, priors = paper()
    numbers = spread(n_specimens(run.simulation, priors), specimens)
    chunks = [numbers[k : k + 2] for k in range(0, len(numbers), 2)]
    parts = tqdm(pool.map(compare, chunks), total=len(chunks), desc="against direct")
    table = pd.DataFrame([row for part in parts for row in part])
    reduced = table["reduced_seconds"].sum()
    return table, {
        "reduced_vs_direct_specimens": len(table),
        "reduced_vs_direct_max_relative_error": float(table["error"].max()),
        "reduced_vs_direct_max_relative_error_without_electrodes": float(table["error_without_electrodes"].max()),
        "largest_excess_over_bound": float(table["beyond_bound"].max()),
        "speedup_direct_same_mesh": float(table["default_direct_seconds"].sum() / reduced),
        "speedup_ordered_direct_same_mesh": float(table["ordered_direct_seconds"].sum() / reduced),
        "reduced_seconds_per_spectrum": float(reduced / table["spectra"].sum()),
    }


def naive(per_spectrum: float, solve_only: float) -> dict:
    """One spectrum on an even mesh of 20 000 unknowns with scipy's default factorisation at every frequency."""
    run, priors = paper()
    specimen, cell, _ = draw_cell(run.simulation, priors, run.seed, 0)
    system, times = assemble(cell), 0
    while system.n < NAIVE_UNKNOWNS and times < 4:
        times += 1
        finer = assemble(cell.refined(times))
        if abs(np.log(finer.n / NAIVE_UNKNOWNS)) > abs(np.log(system.n / NAIVE_UNKNOWNS)):
            break
        system = finer
    theta = all_theta(run.simulation, specimen)[:: 3 * run.simulation.frequencies // 5]
    seconds = []
    for row in theta:
        start = time.process_time()
        system.solve_direct(row)
        seconds.append(time.process_time() - start)
    spectrum = float(np.median(seconds)) * run.simulation.frequencies
    return {
        "naive_unknowns": system.n,
        "naive_seconds_per_spectrum": spectrum,
        "speedup_scipy_default_20k": spectrum / per_spectrum,
        "speedup_scipy_default_20k_solving_alone": spectrum / solve_only,
    }


def ngsolve(per_spectrum: float) -> dict:
    """NGSolve's own assembly and factorisation at every frequency, on the meshes of a few specimens."""
    if importlib.util.find_spec("ngsolve") is None:
        return {"speedup_ngsolve": None, "ngsolve": "not installed: pip install ngsolve"}
    run, priors = paper()
    error, assembly, solving = 0.0, [], []
    for number in tqdm(spread(n_specimens(run.simulation, priors), 5), desc="NGSolve"):
        specimen, cell, system = draw_cell(run.simulation, priors, run.seed, number)
        other = NgsolveCell(cell, run.simulation.order)
        theta = all_theta(run.simulation, specimen)[:: 5 * run.simulation.frequencies // 6]
        for row, z in zip(theta, system.solve_direct(theta), strict=True):
            start = time.process_time()
            form = other.assembled(row)
            middle = time.process_time()
            error = max(error, abs(other.solved(form) / z - 1))
            solving.append(time.process_time() - middle)
            assembly.append(middle - start)
    points = run.simulation.frequencies
    return {
        "speedup_ngsolve": points * (np.mean(assembly) + np.mean(solving)) / per_spectrum,
        "speedup_ngsolve_solving_alone": points * np.mean(solving) / per_spectrum,
        "ngsolve_max_relative_difference": float(error),
    }


def library(microstructures: int) -> dict:
    """Compact models of a library of microstructures, timed and checked on specimens that they were not made for."""
    run, priors = paper()
    half = LIBRARY_DRAWS // 2
    settings = run.simulation.model_copy(
        update={
            "draws_per_microstructure": LIBRARY_DRAWS,
            "specimens_per_material": LIBRARY_DRAWS * LIBRARY // len(priors.materials),
        }
    )
    build, seconds, errors, sizes, spectra = 0.0, 0.0, [], [], 0
    for k in tqdm(spread(LIBRARY, microstructures), desc="library"):
        family = Family.draw(settings, priors, FRESH_SEED, k * LIBRARY_DRAWS)
        known, fresh = (
            np.concatenate([all_theta(settings, specimen) for specimen in part])
            for part in (family.specimens[:half], family.specimens[half:])
        )
        start = time.process_time()
        model = ReducedModel(family.system, known)
        compact = compacted(model, known, LIBRARY_TOLERANCE)
        build += time.process_time() - start
        start = time.process_time()
        z = compact.impedance(fresh)
        seconds += time.process_time() - start
        spectra += half * len(settings.temperatures_c)
        some = slice(0, None, 41)
        errors.append(np.abs(z[some] / family.system.solve_direct(fresh[some]) - 1))
        sizes.append(compact.size)
    error = np.concatenate(errors)
    return {
        "library_ms_per_spectrum": 1000 * seconds / spectra,
        "library_build_seconds_each": build / microstructures,
        "library_max_relative_error": float(error.max()),
        "library_share_within_tolerance": float((error <= LIBRARY_TOLERANCE).mean()),
        "library_points_checked": int(error.size),
        "library_unknowns": float(np.mean(sizes)),
    }


def three_dimensions(specimens: int) -> dict:
    """27 grains, electrodes that touch everywhere, meshes of 2 %: drawn, meshed and solved at all temperatures."""
    run, priors = paper()
    settings = run.simulation.model_copy(
        update={"dimension": 3, "grains": 27, "mesh_tolerance": 0.02, "wall_refinement": 0}
    )
    seconds, unknowns = specimen_seconds(settings, with_contact(priors, 1.0), specimens)
    return {
        "three_d_seconds_per_specimen": float(np.mean(seconds)),
        "three_d_seconds_per_specimen_median": float(np.median(seconds)),
        "three_d_unknowns": float(np.mean(unknowns)),
    }


def specimen_seconds(settings: Simulation, priors: Priors, specimens: int) -> tuple[list[float], list[int]]:
    """Processor seconds of each of a few specimens, drawing and meshing included, and its unknowns."""
    seconds, unknowns = [], []
    for number in spread(n_specimens(settings, priors), specimens):
        start = time.process_time()
        family = Family.draw(settings, priors, FRESH_SEED, number)
        clean_resistivity(family, family.specimens[number - family.members.start])
        seconds.append(time.process_time() - start)
        unknowns.append(family.system.n)
    return seconds, unknowns


def cost(specimens: int) -> pd.DataFrame:
    """Cost against unknowns, frequencies and band: columns ``varied, value, unknowns, seconds`` for a specimen."""
    run, priors = paper()
    base = run.simulation
    settings = {
        **{("mesh_tolerance", t): {"mesh_tolerance": t} for t in (1e-2, 3e-3, 1e-3, 3e-4)},
        **{("grains", g): {"grains": g} for g in (16, 64, 256)},
        **{("frequencies", n): {"frequencies": n} for n in (13, 26, 51, 102, 204)},
        **{("frequency_max_hz", base.frequency_max_hz): {}},
        **{("frequency_max_hz", WIDE_HZ): {"frequency_max_hz": WIDE_HZ, "frequencies": WIDE_FREQUENCIES}},
    }
    rows = []
    for (varied, value), update in tqdm(settings.items(), desc="cost"):
        seconds, unknowns = specimen_seconds(base.model_copy(update=update), priors, specimens)
        rows.append({"varied": varied, "value": value, "unknowns": np.mean(unknowns), "seconds": np.mean(seconds)})
    return pd.DataFrame(rows)


def draw_cost(table: pd.DataFrame, path: Path) -> None:
    with styled("cost"):
        figure, axes = panels(1, 2, 8.6, 3.4)
        left, right = axes[0]
        for k, varied in enumerate(("mesh_tolerance", "grains")):
            part = table[table["varied"] == varied].sort_values("unknowns")
            label = {"mesh_tolerance": "finer meshes", "grains": "more grains"}[varied]
            left.plot(part["unknowns"], part["seconds"], MARKERS[k], color=COLOURS[k], linestyle="-", label=label)
        left.set(xscale="log", yscale="log", xlabel="unknowns", ylabel="seconds a specimen, 5 temperatures")
        left.legend()
        part = table[table["varied"] == "frequencies"]
        right.plot(part["value"], part["seconds"], MARKERS[0], color=COLOURS[0], linestyle="-")
        right.set(xscale="log", yscale="log", xlabel="frequencies", ylabel="seconds a specimen, 5 temperatures")
        tidy([left, right])
        save_figure(figure, table, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks"), help="folder to write to")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, to see that it works")
    arguments = parser.parse_args()
    quick, folder = arguments.quick, arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    run, priors = paper()
    with ProcessPoolExecutor(WORKERS) as pool:
        figures = paper_set(pool, quick)
        comparison, more = reduced_against_direct(pool, 20 if quick else 200)
    figures |= more
    figures |= naive(figures["seconds_per_spectrum"], figures["reduced_seconds_per_spectrum"])
    figures |= ngsolve(figures["seconds_per_spectrum"])
    figures |= library(6 if quick else LIBRARY)
    figures |= three_dimensions(2 if quick else 10)
    numbers = spread(n_specimens(run.simulation, priors), 2 if quick else 10)
    for name, drawn_from in (("full", with_contact(priors, 1.0)), ("partial", with_contact(priors, POOR_CONTACT))):
        errors = discretisation_errors(run.simulation, drawn_from, run.seed, numbers)
        figures[f"discretisation_error_{name}_contact"] = float(errors["error"].max())
        figures[f"discretisation_error_{name}_contact_without_electrodes"] = float(
            errors["error_without_electrodes"].max()
        )
    table = cost(2 if quick else 6)
    band = table[table["varied"] == "frequency_max_hz"].set_index("value")["seconds"]
    figures["cost_ratio_10_mhz"] = float(band[WIDE_HZ] / band[run.simulation.frequency_max_hz])
    with whole_file(folder / "reduced_vs_direct.csv") as temporary:
        comparison.to_csv(temporary, index=False, float_format="%.6g")
    draw_cost(table, folder / "cost.svg")
    write_json(folder / "simulator.json", {name: rounded(value) for name, value in figures.items()})
    for name, value in figures.items():
        print(f"{name:58s} {value:.4g}" if isinstance(value, int | float) else f"{name:58s} {value}")


def rounded(value: object) -> object:
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
