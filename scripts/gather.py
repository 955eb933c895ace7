"""Join the shards of a set; write it as NetCDF and, where asked, as CSV with a dataset card."""

from common import run


def main(snakemake):
    from ionscope.io.card import dataset_card, write_card
    from ionscope.io.dataset import read_datasets, write_csv, write_dataset

    spectra = read_datasets(snakemake.input.shards)
    spectra.data.attrs.update(config_sha256=snakemake.params.config_sha256, ionscope=snakemake.params.version)
    write_dataset(spectra, snakemake.output.netcdf)
    if "csv" in snakemake.output.keys():
        write_csv(spectra, snakemake.output.csv)
        write_card(dataset_card(spectra, snakemake.params.title), snakemake.output.card, snakemake.output.card_text)


if __name__ == "__main__":
    run(main, snakemake)
