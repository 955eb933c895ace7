"""Train the default variant without one material or one kind of electrode, and read what it has not seen."""

from common import run, write_tables


def main(snakemake):
    import numpy as np
    import pandas as pd
    import torch

    from ionscope.config import Variant
    from ionscope.dka.experiment import role_of_spectra
    from ionscope.evaluate.left_out import left_out_row, left_out_table
    from ionscope.files import read_json
    from ionscope.io.dataset import read_dataset
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    spectra = read_dataset(snakemake.input.spectra)
    role = role_of_spectra(spectra, pd.read_csv(snakemake.input.split))
    row = left_out_row(
        spectra,
        np.flatnonzero(role == "train"),
        np.flatnonzero(role == "test"),
        wildcards.kind,
        wildcards.value,
        Variant.model_validate(params.variant),
        Smoothing(**read_json(snakemake.input.smoothing)),
        derived_seed(params.seed, "left out", wildcards.kind, wildcards.value),
        params.device,
    )
    write_tables([(left_out_table([row]), snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
