"""Check the simulator, and measure what its meshes cost in accuracy on the run's own specimens."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.config import Simulation
    from ionscope.simulate.generate import Priors
    from ionscope.simulate.verification.report import write_verification

    settings = Simulation.model_validate(snakemake.params.simulation)
    config_folder = Path(snakemake.input.priors[0]).parent.parent
    priors = Priors.load(config_folder, snakemake.params.materials, settings.electrodes, settings.cell)
    folder = Path(snakemake.output.checks).parent
    write_verification(settings, priors, snakemake.params.seed, snakemake.params.specimens, folder)


if __name__ == "__main__":
    run(main, snakemake)
