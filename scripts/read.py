"""Have the reader, which never saw this set, read all of it: predictions as those of the variants."""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    import pandas as pd

    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.experiment import add_single_spectrum_ea, prediction_table, read_set
    from ionscope.dka.series_intervals import prediction_series, series_factors
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    spectra = read_dataset(snakemake.input.spectra)
    split = pd.read_csv(snakemake.input.split)
    final = ModelBundle.load(Path(snakemake.input.model).parent)
    readings = read_set(final, spectra)
    table = prediction_table(spectra, split, final, readings)
    add_single_spectrum_ea(table, split, readings, derived_seed(snakemake.params.seed, "single", "reader"))
    series = prediction_series(table, series_factors(table[table["role"] == "train"]))
    write_tables([(table, snakemake.output.spectra), (series, snakemake.output.series)])


if __name__ == "__main__":
    run(main, snakemake)
