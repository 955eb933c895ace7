"""Circuit fits on the same test spectra, timed in one process beside our own reading."""


rule peers:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        split=f"{RESULTS}/preprocess/split.csv",
        model=model_of(RUN.learning.default),
    output:
        timing=f"{RESULTS}/evaluation/timing.csv",
        table=f"{RESULTS}/evaluation/peers.csv",
    log:
        f"{LOGS}/peers.log",
    benchmark:
        f"{BENCHMARKS}/peers.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        spectra=RUN.peers.spectra,
        seed=RUN.seed,
    script:
        "../../scripts/peers.py"
