"""Gather the trials of settings: errors on specimens not learned from, beside those of the configured values."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd

    from ionscope.config import Variant
    from ionscope.evaluate.setting_search import settings_table

    rows = pd.concat([pd.read_csv(path) for path in snakemake.input], ignore_index=True)
    configured = {name: Variant.model_validate(state) for name, state in snakemake.params.variants.items()}
    table = settings_table(snakemake.params.search, configured, rows)
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
