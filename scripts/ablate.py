"""Predictions of one run of one peer (or of all that train no network) for the test spectra.

======== ====================================
output   CSV: learner, spectrum, sigma [S/cm]
======== ====================================
"""

from common import read_learning_set, run, write_tables


def main(snakemake):
    import torch

    from ionscope.config import Variant
    from ionscope.evaluate import ablations
    from ionscope.files import read_json
    from ionscope.preprocess.smoothing import Smoothing
    from ionscope.seeds import derived_seed

    torch.set_num_threads(1)
    params, learner = snakemake.params, snakemake.wildcards.learner
    variant = Variant.model_validate(params.variant)
    data = read_learning_set(snakemake.input)
    spectra, train, test = data.spectra, data.learned(variant), data.tested
    smoothing = Smoothing(**read_json(snakemake.input.smoothing))
    seed = derived_seed(params.seed, "ablation", learner, int(snakemake.wildcards.seed))
    kind = learner.removesuffix(ablations.FROM_FURTHER_ENDING)
    if kind == ablations.CHEAP_TOGETHER:
        table = ablations.cheap_predictions(spectra, train, test, smoothing, variant, seed, not variant.further)
    elif kind == ablations.CNN:
        table = ablations.direct_predictions(spectra, train, test, smoothing, variant, seed)
    else:
        table = ablations.variant_predictions(spectra, train, test, smoothing, learner, variant, seed, params.device)
    if kind != learner:
        table["learner"] += ablations.FROM_FURTHER_ENDING
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
