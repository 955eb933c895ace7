"""Gather what was left out, material by material and electrode by electrode."""

from common import run


def main(snakemake):
    import pandas as pd

    from ionscope.files import whole_file

    table = pd.concat([pd.read_csv(path) for path in snakemake.input], ignore_index=True)
    with whole_file(snakemake.output[0]) as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    run(main, snakemake)
