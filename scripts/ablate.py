"""Predictions of one run of one peer (or of all that train no network) for the test spectra.

======== ====================================
output   CSV: learner, spectrum, sigma [S/cm]
======== ====================================
"""

from common import run, write_tables


def main(snakemake):
    import numpy as np
    import pandas as pd
    import torch

    from ionscope.config import Variant
    from ionscope.dka.experiment import role_of_spectra
    from ionscope.evaluate import ablations
    from ionscope.files import read_json
    from ionscope.io.dataset import read_dataset
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(1)
    params, learner = snakemake.params, snakemake.wildcards.learner
    spectra = read_dataset(snakemake.input.spectra)
    role = role_of_spectra(spectra, pd.read_csv(snakemake.input.split))
    train, test = (np.flatnonzero(role == name) for name in ("train", "test"))
    smoothing = Smoothing(**read_json(snakemake.input.smoothing))
    seed = derived_seed(params.seed, "ablation", learner, int(snakemake.wildcards.seed))
    variant = Variant.model_validate(params.variant)
    if learner == ablations.CHEAP_TOGETHER:
        table = ablations.cheap_predictions(spectra, train, test, smoothing, variant, seed)
    elif learner == ablations.CNN:
        table = ablations.direct_predictions(spectra, train, test, smoothing, variant, seed)
    else:
        table = ablations.variant_predictions(spectra, train, test, smoothing, learner, variant, seed, params.device)
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
