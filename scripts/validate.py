"""Compare the simulated distributions with published values."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.evaluate.validation import write_validation
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    params = snakemake.params
    write_validation(
        read_dataset(snakemake.input.spectra),
        params.materials,
        Path(snakemake.input.literature).parent,
        snakemake.input.literature,
        Path(snakemake.output.table).parent,
        derived_seed(params.seed, "validation"),
    )


if __name__ == "__main__":
    run(main, snakemake)
