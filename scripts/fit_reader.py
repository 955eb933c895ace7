"""Circuit fits and Kramers-Kronig tests of a part of the sweeps that calibrate the reader, test it, or are series."""

from common import run, write_tables


def main(snakemake):
    from tqdm import tqdm

    from ionscope.config import ReaderModel
    from ionscope.dka.reader_model import calibration_sweeps, held_out_sweeps, series_sweeps, sweep_evidence
    from ionscope.io.dataset import read_dataset
    from ionscope.seeds import derived_seed

    params = snakemake.params
    spectra = read_dataset(snakemake.input.spectra)
    drawn = {"calibration": calibration_sweeps, "test": held_out_sweeps, "series": series_sweeps}
    draw = drawn[snakemake.wildcards.role]
    sweeps = draw(spectra, ReaderModel.model_validate(params.reader), derived_seed(params.seed, "reader"))
    part = sweeps.iloc[int(snakemake.wildcards.part) :: params.parts]
    table = sweep_evidence(spectra, part, lambda rows: tqdm(rows, desc="fits", mininterval=5))
    write_tables([(table, snakemake.output[0])])


if __name__ == "__main__":
    run(main, snakemake)
