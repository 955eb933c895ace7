"""Calibrate a variant's final model, with its folds or on specimens it has not learned from; predict the whole set."""

from common import read_learning_set, run, write_tables


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from ionscope.config import Variant
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.experiment import (
        add_single_spectrum_ea,
        calibrate_on,
        calibrate_with_folds,
        held_out_readings,
        prediction_table,
        predictions_apart,
        read_set,
    )
    from ionscope.dka.learning_set import CALIBRATION
    from ionscope.dka.presentation import presented
    from ionscope.dka.series_intervals import prediction_series, series_factors
    from ionscope.seeds import derived_seed

    variant = Variant.model_validate(snakemake.params.variant)
    split = pd.read_csv(snakemake.input.split)
    data = read_learning_set(snakemake.input)
    shown = presented(data.spectra, variant)
    spectra = shown.subset(data.own)
    final = ModelBundle.load(Path(snakemake.input.final).parent)
    calibrating, held_out = data.calibrating(variant), None
    half_width = np.full(len(shown), np.nan)  # of intervals that have not seen these specimens
    if calibrating is None:
        folds = [ModelBundle.load(Path(path).parent) for path in snakemake.input.folds]
        held_out = held_out_readings(spectra, split, folds)
        half_width[data.own[held_out["spectrum"]]] = calibrate_with_folds(final, spectra, held_out)
    else:
        half_width[calibrating] = calibrate_on(final, shown, calibrating)
    readings = read_set(final, spectra)
    table = prediction_table(spectra, split, final, readings, held_out, half_width[data.own])
    calibrates = table[table["role"] == "train"]
    if (data.role == CALIBRATION).any():
        apart = data.role == CALIBRATION
        further = predictions_apart(final, shown.subset(apart), CALIBRATION, half_width[apart])
        calibrates = pd.concat([calibrates, further])
    factors = final.about["series_factors"] = series_factors(calibrates)
    final.save(Path(snakemake.output.model).parent)
    seed = derived_seed(snakemake.params.seed, "single", snakemake.wildcards.variant)
    add_single_spectrum_ea(table, split, readings, seed)
    write_tables([(table, snakemake.output.spectra), (prediction_series(table, factors), snakemake.output.series)])


if __name__ == "__main__":
    run(main, snakemake)
