"""Train the model that reads laboratory files on wide priors; its intervals come later."""

from common import progress_bar, run


def main(snakemake):
    from pathlib import Path

    import pandas as pd
    import torch

    from ionscope.config import ReaderModel
    from ionscope.dka.reader_model import train_reader
    from ionscope.files import whole_file
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, output = snakemake.params, snakemake.output
    folder = Path(output.model).parent
    checkpoint = folder / "checkpoint.safetensors"
    with progress_bar(description="reader") as bar:

        def show(step, total, phase):
            bar.total = total
            bar.set_postfix_str(phase, refresh=False)
            bar.update(step - bar.n)

        bundle, trained = train_reader(
            read_dataset(snakemake.input.spectra),
            ReaderModel.model_validate(params.reader),
            derived_seed(params.seed, "reader"),
            params.device,
            checkpoint,
            show,
        )
    for table, path in ((trained.history, output.history), (trained.tunings, output.bandwidth)):
        with whole_file(path) as temporary:
            pd.DataFrame(table).to_csv(temporary, index=False)
    bundle.save(folder)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    run(main, snakemake)
