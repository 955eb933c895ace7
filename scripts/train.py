"""Train one model: a fold of a variant, or the final one.

================== =================================================
encoder.safetensors  weights of the autoencoder
kernel.npz           kernel points and coefficients
model.json           architecture, representation, constants, hashes
history.csv          losses by step
bandwidth.csv        trajectory of the bandwidth
================== =================================================
"""

from common import progress_bar, run


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd
    import torch

    from ionscope.config import Variant
    from ionscope.dka.experiment import fold_of_spectra, train_bundle
    from ionscope.dka.presentation import presented
    from ionscope.files import read_json, whole_file
    from ionscope.io.dataset import read_dataset
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    variant = Variant.model_validate(params.variant)
    spectra = presented(read_dataset(snakemake.input.spectra), variant)
    smoothing = (
        Smoothing(**read_json(snakemake.input.smoothing)) if "smoothing" in snakemake.input.keys() else Smoothing()
    )
    fold = fold_of_spectra(spectra, pd.read_csv(snakemake.input.split))
    index = np.flatnonzero(fold >= 0 if wildcards.fold == "final" else (fold >= 0) & (fold != int(wildcards.fold)))
    folder = Path(snakemake.output.model).parent
    checkpoint = folder / "checkpoint.safetensors"
    with progress_bar(description=f"{params.name} {wildcards.fold}") as bar:

        def show(step, total, phase):
            bar.total = total
            bar.set_postfix_str(phase, refresh=False)
            bar.update(step - bar.n)

        bundle, trained = train_bundle(
            spectra,
            index,
            variant,
            smoothing,
            derived_seed(params.seed, "train", params.name, wildcards.fold),
            params.device,
            checkpoint,
            show,
        )
    bundle.about |= {"variant": params.name, "target": variant.target}
    for table, path in ((trained.history, snakemake.output.history), (trained.tunings, snakemake.output.bandwidth)):
        with whole_file(path) as temporary:
            pd.DataFrame(table).to_csv(temporary, index=False)
    bundle.save(folder)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    run(main, snakemake)
