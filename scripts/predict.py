"""Calibrate a variant's final model with its folds, or as it stands where it learned from no training specimen; predict
the whole set."""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    import pandas as pd

    from ionscope.config import Variant
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.experiment import (
        add_single_spectrum_ea,
        calibrate_with_folds,
        held_out_readings,
        prediction_series,
        prediction_table,
        read_set,
    )
    from ionscope.dka.presentation import presented
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    variant = Variant.model_validate(snakemake.params.variant)
    spectra = presented(read_dataset(snakemake.input.spectra), variant)
    split = pd.read_csv(snakemake.input.split)
    final = ModelBundle.load(Path(snakemake.input.final).parent)
    folds = [ModelBundle.load(Path(path).parent) for path in snakemake.input.folds]
    if variant.further:
        folds = [final] * (split["fold"].max() + 1)
    held_out = held_out_readings(spectra, split, folds)
    calibrate_with_folds(final, spectra, held_out)
    final.save(Path(snakemake.output.model).parent)
    readings = read_set(final, spectra)
    table = prediction_table(spectra, split, final, readings, held_out)
    seed = derived_seed(snakemake.params.seed, "single", snakemake.wildcards.variant)
    add_single_spectrum_ea(table, split, readings, seed)
    write_tables([(table, snakemake.output.spectra), (prediction_series(table), snakemake.output.series)])


if __name__ == "__main__":
    run(main, snakemake)
