"""Compare the simulated distributions with published values."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.evaluate.validation import write_validation
    from ionscope.io.dataset import read_dataset
    from ionscope.report.figures.literature import write_literature_figures
    from ionscope.seeds import derived_seed

    params = snakemake.params
    what = (
        read_dataset(snakemake.input.spectra),
        params.materials,
        Path(snakemake.input.literature).parent,
        snakemake.input.literature,
    )
    seed = derived_seed(params.seed, "validation")
    write_validation(*what, Path(snakemake.output.table).parent, seed)
    folder = Path(snakemake.output.figures)
    folder.mkdir(exist_ok=True)
    write_literature_figures(*what, folder, seed)


if __name__ == "__main__":
    run(main, snakemake)
