"""HyperScore ranking of the test specimens, and proposals of what to measure next."""

from common import run


def main(snakemake):
    from pathlib import Path

    from ionscope.rank.propose import write_proposals
    from ionscope.rank.ranking import write_ranking
    from ionscope.seeds import derived_seed

    source, output = snakemake.input, snakemake.output
    config_folder = Path(source.cards[0]).parent.parent
    write_ranking(source.series, config_folder, output.ranking, derived_seed(snakemake.params.seed, "rank"))
    write_proposals(source.series, source.spectra, config_folder, output.proposals)


if __name__ == "__main__":
    run(main, snakemake)
