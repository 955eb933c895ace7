"""Train the default variant with one setting changed and without one fold, and read that fold."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd
    import torch

    from ionscope.config import Variant
    from ionscope.dka.experiment import fold_of_spectra
    from ionscope.evaluate.setting_search import fold_row, trials
    from ionscope.files import read_json
    from ionscope.io.dataset import read_dataset
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    variant = Variant.model_validate(params.variant)
    for name, value in trials(params.search)[int(wildcards.trial)].items():
        variant = variant.changed(name, value)
    spectra = read_dataset(snakemake.input.spectra)
    row = fold_row(
        spectra,
        fold_of_spectra(spectra, pd.read_csv(snakemake.input.split)),
        int(wildcards.fold),
        variant,
        Smoothing(**read_json(snakemake.input.smoothing)),
        derived_seed(params.seed, "search", wildcards.fold),
        params.device,
    )
    write_tables([([{"trial": int(wildcards.trial), **row}], snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
