"""HyperScore ranking of the test specimens, and what to measure next."""


rule rank:
    input:
        series=f"{RESULTS}/predictions/{RUN.learning.default}_series.csv",
        spectra=f"{RESULTS}/predictions/{RUN.learning.default}.csv",
        cards=expand(
            f"{CONFIG_FOLDER}/hyperscore/{{card}}.yaml",
            card=["text", "appendix_a", "anchor"],
        ),
    output:
        ranking=report(
            f"{RESULTS}/ranking.csv",
            category="Ranking",
            caption="../report/ranking.rst",
        ),
        proposals=f"{RESULTS}/proposals.csv",
    log:
        f"{LOGS}/rank.log",
    benchmark:
        f"{BENCHMARKS}/rank.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        seed=RUN.seed,
    script:
        "../../scripts/rank.py"
