"""Gather the peers' predictions: figures with their spread over seeds, the information limit beside them."""

from common import run, write_tables


def main(snakemake):
    import pandas as pd

    from ionscope.evaluate.ablation_table import ablation_table
    from ionscope.evaluate.ablations import predictions_of
    from ionscope.evaluate.limit_table import LIMIT
    from ionscope.evaluate.summary import tested
    from ionscope.seeds import derived_seed

    params = snakemake.params
    own = {
        name: tested(pd.read_csv(path)) for name, path in zip(params.variants, snakemake.input.variants, strict=True)
    }
    runs = [predictions_of(name, table["spectrum"], table["sigma"]) for name, table in own.items()]
    runs += [pd.read_csv(path) for path in snakemake.input.runs]
    accuracy = pd.read_csv(snakemake.input.accuracy)
    limit = accuracy[(accuracy["variant"] == LIMIT) & (accuracy["group"] == "all")].set_index("quantity")["rmse"]
    table = ablation_table(runs, own[params.default], limit.to_dict(), derived_seed(params.seed, "bootstrap"))
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
