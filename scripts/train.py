"""Train one model: a fold of a variant, or the final one.

================== =================================================
encoder.safetensors  weights of the autoencoder
kernel.npz           kernel points and coefficients
model.json           architecture, representation, constants, hashes
history.csv          losses by step
bandwidth.csv        trajectory of the bandwidth
================== =================================================
"""

from common import read_learning_set, run, training_progress, write_tables


def main(snakemake):
    from pathlib import Path

    import torch

    from ionscope.config import Variant
    from ionscope.dka.experiment import train_bundle
    from ionscope.dka.presentation import presented
    from ionscope.files import read_json
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    variant = Variant.model_validate(params.variant)
    data = read_learning_set(snakemake.input)
    index = data.learned(variant, None if wildcards.fold == "final" else int(wildcards.fold))
    spectra = presented(data.spectra, variant)
    smoothing = (
        Smoothing(**read_json(snakemake.input.smoothing)) if "smoothing" in snakemake.input.keys() else Smoothing()
    )
    folder = Path(snakemake.output.model).parent
    checkpoint = folder / "checkpoint.safetensors"
    with training_progress(
        f"{params.name} {wildcards.fold}", folder / "events" if params.tensorboard else None
    ) as show:
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
    write_tables([(trained.history, snakemake.output.history), (trained.tunings, snakemake.output.bandwidth)])
    bundle.save(folder)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    run(main, snakemake)
