"""Read measured spectra with the run's own reader and compare with what is published about them."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.evaluate.known import read_known
    from ionscope.evaluate.measured import compare_measured
    from ionscope.files import whole_file, write_json
    from ionscope.reading import Reader

    reader = Reader.load(Path(snakemake.input.model).parent)
    table = compare_measured(read_known(snakemake.input.known), reader.read)
    with whole_file(snakemake.output.table) as temporary:
        table.to_csv(temporary, index=False)
    write_json(snakemake.output.verdicts, table.to_dict("records"))


if __name__ == "__main__":
    run(main, snakemake)
