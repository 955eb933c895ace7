"""Read measured spectra, compare with what is published about them, and find the nearest simulated one of each.

============== =====================================================================================
table          CSV, one row a sweep: resistances [ohm], errors, verdict, nearest simulated spectrum
verdicts       the same as JSON
overlay        CSV and SVG: both curves over their own reference resistance
============== =====================================================================================
"""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.batch.pellets import compare_pellets
    from ionscope.evaluate.known import read_known
    from ionscope.evaluate.measured import compare
    from ionscope.evaluate.nearest import SimulatedSpectra
    from ionscope.io.dataset import read_dataset
    from ionscope.reader import Reader
    from ionscope.report.figures import figure_nearest

    # Without a reader of its own a run reads with the model that comes with the package.
    model = snakemake.input.model
    reader = Reader.load(Path(model[0]).parent if model else None)
    simulated = SimulatedSpectra(read_dataset(snakemake.input.simulated))
    comparison = compare(read_known(snakemake.input.known), reader.read, simulated)
    compare_pellets(comparison, reader)
    comparison.write(Path(snakemake.output.table).parent)
    figure_nearest(comparison.overlay(), snakemake.output.figure)


if __name__ == "__main__":
    run(main, snakemake)
