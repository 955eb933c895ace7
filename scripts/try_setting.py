"""Train a variant with one setting changed, and read training specimens that it has not learned from."""

from common import read_learning_set, run, write_tables


def main(snakemake):
    import torch

    from ionscope.config import Variant
    from ionscope.evaluate.setting_search import trial_rows, trials
    from ionscope.files import read_json
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(max(1, snakemake.threads))
    params, wildcards = snakemake.params, snakemake.wildcards
    variant = Variant.model_validate(params.variant)
    for name, value in trials(params.search)[int(wildcards.trial)].items():
        variant = variant.changed(name, value)
    rows = trial_rows(
        read_learning_set(snakemake.input),
        None if wildcards.fold == "final" else int(wildcards.fold),
        variant,
        Smoothing(**read_json(snakemake.input.smoothing)),
        derived_seed(params.seed, "search", wildcards.fold),
        params.device,
    )
    trial = {"variant": wildcards.variant, "trial": int(wildcards.trial)}
    write_tables([([{**trial, **row} for row in rows], snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
