"""The set as a user's program would read it, its split by specimen, and the smoothing chosen on training spectra."""


rule ingest:
    input:
        csv=f"{RESULTS}/data/spectra.csv",
        netcdf=f"{RESULTS}/data/spectra.nc",
    output:
        f"{RESULTS}/preprocess/ingested.nc",
    log:
        f"{LOGS}/ingest.log",
    benchmark:
        f"{BENCHMARKS}/ingest.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    script:
        "../../scripts/ingest.py"


rule split:
    input:
        f"{RESULTS}/preprocess/ingested.nc",
    output:
        f"{RESULTS}/preprocess/split.csv",
    log:
        f"{LOGS}/split.log",
    benchmark:
        f"{BENCHMARKS}/split.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        test_fraction=RUN.learning.test_fraction,
        folds=RUN.learning.folds,
        seed=RUN.seed,
    script:
        "../../scripts/split.py"


rule smoothing:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        split=f"{RESULTS}/preprocess/split.csv",
    output:
        table=f"{RESULTS}/preprocess/smoothing.csv",
        choice=f"{RESULTS}/preprocess/smoothing.json",
    log:
        f"{LOGS}/smoothing.log",
    benchmark:
        f"{BENCHMARKS}/smoothing.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    script:
        "../../scripts/smoothing.py"
