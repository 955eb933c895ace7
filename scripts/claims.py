"""Judge the paper's claims by the rules of config/claims.yaml."""

from common import run


def main(snakemake):
    from ionscope.evaluate.claims import write_claims

    write_claims(snakemake.input.rules, snakemake.input.metrics, snakemake.output[0])


if __name__ == "__main__":
    run(main, snakemake)
