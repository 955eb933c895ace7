"""Run and time circuit fits and our own reading on the same test spectra, in one process."""

from common import progress_bar, run, write_tables


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import torch

    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.experiment import role_of_spectra
    from ionscope.evaluate.peers import run_peers
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    torch.set_num_threads(1)
    spectra = read_dataset(snakemake.input.spectra)
    test = np.flatnonzero(role_of_spectra(spectra, pd.read_csv(snakemake.input.split)) == "test")
    rng = np.random.default_rng(derived_seed(snakemake.params.seed, "peers"))
    index = np.sort(rng.choice(test, min(snakemake.params.spectra, len(test)), replace=False))
    bundle = ModelBundle.load(Path(snakemake.input.model).parent)
    timing, table = run_peers(spectra, index, bundle, progress_bar(description="fits"))
    write_tables([(timing, snakemake.output.timing), (table, snakemake.output.table)])


if __name__ == "__main__":
    run(main, snakemake)
