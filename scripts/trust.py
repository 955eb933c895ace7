"""Which corruptions of the test spectra the default model's verdict notices.

========= ========================================================================
trust.csv one row a corruption: AUROC, detection rates, and what it does to sigma
========= ========================================================================
"""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import torch

    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.experiment import role_of_spectra
    from ionscope.evaluate.corruptions import trust_table
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    torch.set_num_threads(1)
    spectra = read_dataset(snakemake.input.spectra)
    role = role_of_spectra(spectra, pd.read_csv(snakemake.input.split))
    table = trust_table(
        spectra,
        np.flatnonzero(role == "test"),
        np.flatnonzero(role == "train"),
        ModelBundle.load(Path(snakemake.input.model).parent),
        derived_seed(snakemake.params.seed, "trust"),
    )
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
