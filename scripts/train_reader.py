"""Train the model that reads laboratory files on wide priors; its intervals come later."""

from common import run, training_progress, write_tables


def main(snakemake):
    from pathlib import Path

    import torch

    from ionscope.config import ReaderModel
    from ionscope.dka.reader_model import train_reader
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, output = snakemake.params, snakemake.output
    folder = Path(output.model).parent
    checkpoint = folder / "checkpoint.safetensors"
    with training_progress("reader", folder / "events" if params.tensorboard else None) as show:
        bundle, trained = train_reader(
            read_dataset(snakemake.input.spectra),
            ReaderModel.model_validate(params.reader),
            derived_seed(params.seed, "reader"),
            params.device,
            checkpoint,
            show,
        )
    write_tables([(trained.history, output.history), (trained.tunings, output.bandwidth)])
    bundle.save(folder)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    run(main, snakemake)
