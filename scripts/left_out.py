"""Gather what was left out, material by material and electrode by electrode."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd

    table = pd.concat([pd.read_csv(path) for path in snakemake.input], ignore_index=True)
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
