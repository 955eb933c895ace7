"""Whether intervals hold on specimens that neither training nor calibration nor the test has seen."""

from common import run, write_tables


def main(snakemake):
    from pathlib import Path

    from ionscope.config import Variant
    from ionscope.dka.bundle import ModelBundle
    from ionscope.dka.presentation import presented
    from ionscope.evaluate.fresh import fresh_accuracy
    from ionscope.io.dataset import read_dataset

    spectra = presented(read_dataset(snakemake.input.spectra), Variant.model_validate(snakemake.params.variant))
    bundle = ModelBundle.load(Path(snakemake.input.model).parent)
    write_tables([(fresh_accuracy(bundle, spectra), snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
