"""Simulate one shard of a set of spectra.

========== ==========================================================
output     NetCDF: impedance (spectrum, frequency) [ohm] and the truth
========== ==========================================================
"""

from common import run


def main(snakemake):
    from pathlib import Path

    from tqdm import tqdm

    from ionscope.config import Simulation
    from ionscope.io.dataset import write_dataset
    from ionscope.simulate.generate import Priors, shard_specimens, simulate_specimens

    settings = Simulation.model_validate(snakemake.params.simulation)
    config_folder = Path(snakemake.input.priors[0]).parent.parent
    priors = Priors.load(config_folder, snakemake.params.materials, settings.electrodes, settings.cell)
    numbers = shard_specimens(settings, priors, int(snakemake.wildcards.shard))
    spectra = simulate_specimens(
        settings, priors, snakemake.params.seed, numbers, lambda items: tqdm(items, desc="specimens", mininterval=5)
    )
    write_dataset(spectra, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
