"""Evaluate every variant on the test specimens."""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from ionscope.config import Variant
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.presentation import presented
    from ionscope.evaluate.claims import OWN
    from ionscope.evaluate.conductivities import conductivity_table
    from ionscope.evaluate.limit_table import limit_accuracy, limit_metrics
    from ionscope.evaluate.predictions import read_predictions, read_series
    from ionscope.evaluate.summary import (
        baseline_tables,
        figures_of_merit,
        latent_table,
        reconstruction_tables,
        run_accuracy,
        run_pairs,
        tested,
    )
    from ionscope.files import write_json
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    params, output = snakemake.params, snakemake.output
    spectra = read_dataset(snakemake.input.spectra)
    tables = {
        name: read_predictions(path, spectra)
        for name, path in zip(params.variants, snakemake.input.tables, strict=True)
    }
    series = {
        name: read_series(path, tables[name])
        for name, path in zip(params.variants, snakemake.input.series, strict=True)
    }
    bundles = {
        name: ModelBundle.load(Path(path).parent)
        for name, path in zip(params.variants, snakemake.input.models, strict=True)
    }
    default = tables[params.default]
    variants = {name: Variant.model_validate(settings) for name, settings in params.settings.items()}
    total = {name: table for name, table in tables.items() if variants[name].target == "sigma_total"}
    everything = {**total, **baseline_tables(spectra, default)}
    limits = pd.read_csv(snakemake.input.limits)
    limit = limit_accuracy(limits, tested(default), tested(series[params.default]))
    own = run_accuracy(everything, {name: series[name] for name in total})
    accuracy = pd.concat([own, limit], ignore_index=True)
    pairs = run_pairs(everything, derived_seed(params.seed, "bootstrap"))
    rows = np.flatnonzero(default["role"] == "test")
    reconstructions = [
        reconstruction_tables(presented(spectra, variants[name]), bundle, rows, name)
        for name, bundle in bundles.items()
    ]
    errors, examples = (pd.concat(parts, ignore_index=True) for parts in zip(*reconstructions, strict=True))

    def merit(name):
        own = (frame[frame["variant"] == name] for frame in (accuracy, pairs, errors))
        learned = {"n_learned_spectra": bundles[name].about["training_spectra"]}
        return learned | figures_of_merit(tables[name], series[name], *own)

    beside = {"literal_": params.literal} | ({OWN: params.own} if params.own != params.default else {})
    metrics = {
        "n_spectra": len(spectra),
        "n_specimens": len(np.unique(spectra["specimen"].astype(str))),
        "n_test_spectra": len(rows),
        "n_test_specimens": tested(default)["specimen"].nunique(),
        **merit(params.default),
        **limit_metrics(limits, tested(default)),
        **{f"{prefix}{key}": value for prefix, name in beside.items() for key, value in merit(name).items()},
    }
    write_tables(
        [
            (accuracy, output.accuracy),
            (pairs, output.pairs),
            (conductivity_table(tables, variants, float(spectra.frequency.max())), output.conductivities),
            (errors, output.reconstruction),
            (examples, output.examples),
            (latent_table(spectra, default, bundles[params.default]), output.latent),
        ]
    )
    write_json(output.metrics, metrics)


if __name__ == "__main__":
    run(main, snakemake)
