"""Assign every specimen a role (train, test) and a fold, stratified by material and electrode."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd

    from ionscope.evaluate.splits import split_specimens
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    spectra = read_dataset(snakemake.input[0])
    columns = {name: spectra[name].astype(str) for name in ("specimen", "material", "electrode")}
    specimens = pd.DataFrame(columns).drop_duplicates("specimen")
    params = snakemake.params
    split = split_specimens(specimens, params.test_fraction, params.folds, derived_seed(params.seed, "split"))
    write_tables([(split, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
