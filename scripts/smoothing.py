"""Choose the Savitzky-Golay window and order on training spectra."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd

    from ionscope.dka.experiment import role_of_spectra
    from ionscope.files import write_json
    from ionscope.io.dataset import read_dataset
    from ionscope.preprocess.smoothing import choose_smoothing

    spectra = read_dataset(snakemake.input.spectra)
    train = role_of_spectra(spectra, pd.read_csv(snakemake.input.split)) == "train"
    choice, table = choose_smoothing(spectra.frequency, spectra.impedance[train])
    write_tables([(table, snakemake.output.table)])
    write_json(snakemake.output.choice, {"window": choice.window, "order": choice.order})


if __name__ == "__main__":
    run(main, snakemake)
