"""Give the trained reader its intervals, trust and weights of methods, measure it on fresh sweeps, write its card."""

from common import run


def main(snakemake):
    from pathlib import Path

    import pandas as pd

    from ionscope.config import ReaderModel
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.model_card import write_model_card
    from ionscope.dka.reader_model import (
        calibrate_reader,
        calibrate_series,
        reader_metrics,
        training_range,
    )
    from ionscope.files import read_json, write_json
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    def joined(parts):
        return pd.concat([pd.read_csv(path) for path in parts]).sort_values("spectrum", ignore_index=True)

    params = snakemake.params
    settings, seed = ReaderModel.model_validate(params.reader), derived_seed(params.seed, "reader")
    bundle = ModelBundle.load(Path(snakemake.input.model).parent)
    spectra = read_dataset(snakemake.input.spectra)
    bundle.about["training_range"] = training_range(spectra, settings, seed).state()
    calibrating = read_dataset(snakemake.input.calibrating)
    calibrate_reader(bundle, calibrating, joined(snakemake.input.calibration), params.blocking)
    if snakemake.input.series:
        calibrate_series(bundle, read_dataset(snakemake.input.series[0]), joined(snakemake.input.of_series))
    metrics = reader_metrics(bundle, spectra, joined(snakemake.input.test), params.blocking)
    write_json(snakemake.output.metrics, metrics)
    bundle.save(Path(snakemake.output.model).parent)
    sha256 = read_json(snakemake.output.model)["sha256"]["model.json"]
    write_model_card(bundle, metrics, snakemake.output.card, sha256)


if __name__ == "__main__":
    run(main, snakemake)
