"""Build the page that stands alone."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.report.html import build_report

    params = snakemake.params
    run_folder, folder = Path(snakemake.input.claims).parent, Path(snakemake.output.page).parent
    build_report(run_folder, folder, Path(snakemake.input.rules).parent, params.variant, params.literal)


if __name__ == "__main__":
    run(main, snakemake)
