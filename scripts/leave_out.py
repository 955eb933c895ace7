"""Train the default variant without one material or one kind of electrode, and read what it has not seen."""

from common import read_learning_set, run, write_tables


def main(snakemake):
    import torch

    from ionscope.config import Variant
    from ionscope.evaluate.left_out import left_out_row, left_out_table
    from ionscope.files import read_json
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    row = left_out_row(
        read_learning_set(snakemake.input),
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
