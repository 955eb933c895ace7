"""How well the test spectra could be read at all.

========== ==============================================================================
limits.csv one row a test spectrum: standard deviations of log10 sigma_total [decades] from
           that spectrum and from its specimen's series, and of Ea [kJ/mol] from the series
========== ==============================================================================
"""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from tqdm import tqdm

    from ionscope.config import Simulation
    from ionscope.dka.experiment import role_of_spectra
    from ionscope.evaluate.limits import information_limits
    from ionscope.io.dataset import read_dataset
    from ionscope.simulate.generate import Priors

    params = snakemake.params
    settings = Simulation.model_validate(params.simulation)
    priors = Priors.load(
        Path(snakemake.input.priors[0]).parent.parent, params.materials, settings.electrodes, settings.cell
    )
    spectra = read_dataset(snakemake.input.spectra)
    test = np.flatnonzero(role_of_spectra(spectra, pd.read_csv(snakemake.input.split)) == "test")
    table = information_limits(
        settings,
        priors,
        params.seed,
        spectra,
        test,
        progress=lambda items: tqdm(items, desc="microstructures", mininterval=5),
    )
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
