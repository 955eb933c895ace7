"""Whether the reader's intervals hold on simulated cells that training, calibration and test have not seen.

``python tests/verification/fresh_cells.py [--specimens N] [--electrodes NAME...] [--population NAME] [--seed SEED]``
makes N specimens of each material of a population in config/production.yaml (default: `known`), each with a
microstructure of its own, between electrodes that come equally often, reads a random sweep of each, and prints what the
model card tells of its test: 100 specimens of twelve materials take five minutes of one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from snakemake.utils import update_config

from ionscope.config import RunConfig, load_electrode, load_run
from ionscope.dka.bundle import ModelBundle
from ionscope.dka.reader_model import calibration_sweeps, reader_metrics, sweep_evidence
from ionscope.reader import Reader
from ionscope.simulate.generate import Priors, n_specimens, simulate_specimens

CONFIG = Path(__file__).parents[2] / "config"
SHOWN = ["n", "median", "p90", "coverage_90", "coverage_90_stated", "half_width_median", "half_width_median_stated"]


def production() -> RunConfig:
    content = yaml.safe_load((CONFIG / "config.yaml").read_text())
    update_config(content, yaml.safe_load((CONFIG / "production.yaml").read_text()))
    return load_run(content, CONFIG)


def measure(
    bundle: ModelBundle, run: RunConfig, name: str, specimens: int, electrodes: list[str], seed: int
) -> dict[str, Any]:
    """`reader_metrics` on fresh specimens of each material of a population."""
    assert run.reader is not None
    population = run.reader.populations[name]
    shares = {electrode: 1 / len(electrodes) for electrode in electrodes}
    settings = population.simulation.resized(specimens, 1, 1, electrodes=shares)
    priors = Priors.load(CONFIG, population.materials, settings.electrodes, settings.cell)
    spectra = simulate_specimens(settings, priors, seed, range(n_specimens(settings, priors)))
    evidence = sweep_evidence(spectra, calibration_sweeps(spectra, run.reader, seed))
    return reader_metrics(
        bundle, spectra, evidence, [electrode for electrode in electrodes if load_electrode(CONFIG, electrode).blocking]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specimens", type=int, default=100, help="of each material")
    parser.add_argument("--electrodes", nargs="+", default=["blocking", "lithium"])
    parser.add_argument("--population", default="known")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    told = measure(Reader.load().bundle, production(), given.population, given.specimens, given.electrodes, given.seed)
    print(pd.DataFrame(told).T[SHOWN].round(4).to_string())


if __name__ == "__main__":
    main()
