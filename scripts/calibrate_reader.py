"""Give the trained reader its intervals, trust and referee, measure it on fresh sweeps, write its card."""

from common import run


def main(snakemake):
    from pathlib import Path

    import pandas as pd

    from ionscope.config import ReaderModel
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.reader_model import calibrate_reader, write_model_card
    from ionscope.files import read_json, write_json
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    params = snakemake.params
    settings, seed = ReaderModel.model_validate(params.reader), derived_seed(params.seed, "reader")
    bundle = ModelBundle.load(Path(snakemake.input.model).parent)
    evidence = pd.concat([pd.read_csv(path) for path in snakemake.input.evidence], ignore_index=True)
    spectra = read_dataset(snakemake.input.spectra)
    metrics = calibrate_reader(
        bundle, spectra, evidence.sort_values(["spectrum", "sweep"]), settings, seed, params.blocking
    )
    write_json(snakemake.output.metrics, metrics)
    bundle.save(Path(snakemake.output.model).parent)
    sha256 = read_json(snakemake.output.model)["sha256"]["model.json"]
    write_model_card(bundle, metrics, snakemake.output.card, sha256)


if __name__ == "__main__":
    run(main, snakemake)
