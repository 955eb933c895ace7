"""Read the set back from its CSV with the reader that reads users' files, and put the truth beside it."""

from common import run


def main(snakemake):
    from ionscope.io.dataset import ingest_csv, read_dataset, write_dataset

    write_dataset(ingest_csv(snakemake.input.csv, read_dataset(snakemake.input.netcdf)), snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
