"""Figures of merit on the test specimens, and the verdicts on the paper's claims."""


rule limits:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        split=f"{RESULTS}/preprocess/split.csv",
        priors=priors_of(RUN.materials, RUN.simulation),
    output:
        f"{RESULTS}/evaluation/limits.csv",
    log:
        f"{LOGS}/limits.log",
    benchmark:
        f"{BENCHMARKS}/limits.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        materials=RUN.materials,
        simulation=physics(RUN.simulation),
        seed=RUN.seed,
    script:
        "../../scripts/limits.py"


rule evaluate:
    input:
        limits=f"{RESULTS}/evaluation/limits.csv",
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        tables=expand(f"{RESULTS}/predictions/{{variant}}.csv", variant=VARIANTS),
        series=expand(f"{RESULTS}/predictions/{{variant}}_series.csv", variant=VARIANTS),
        models=[model_of(name) for name in VARIANTS],
    output:
        metrics=f"{RESULTS}/evaluation/accuracy.json",
        accuracy=f"{RESULTS}/evaluation/accuracy.csv",
        pairs=f"{RESULTS}/evaluation/pairs.csv",
        conductivities=f"{RESULTS}/evaluation/conductivities.csv",
        reconstruction=f"{RESULTS}/evaluation/reconstruction.csv",
        examples=f"{RESULTS}/evaluation/reconstruction_examples.csv",
        latent=f"{RESULTS}/evaluation/latent.csv",
    log:
        f"{LOGS}/evaluate.log",
    benchmark:
        f"{BENCHMARKS}/evaluate.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        variants=VARIANTS,
        settings={name: settings_of(name) for name in VARIANTS},
        default=RUN.learning.default,
        literal=RUN.learning.literal,
        own=RUN.learning.own_variant,
        seed=RUN.seed,
    script:
        "../../scripts/evaluate.py"


rule trust:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        split=f"{RESULTS}/preprocess/split.csv",
        model=model_of(RUN.learning.default),
    output:
        f"{RESULTS}/evaluation/trust.csv",
    log:
        f"{LOGS}/trust.log",
    benchmark:
        f"{BENCHMARKS}/trust.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        seed=RUN.seed,
    script:
        "../../scripts/trust.py"


if CHECKED:

    rule check:
        input:
            spectra=FURTHER["checking"],
            model=model_of(RUN.learning.default),
        output:
            f"{RESULTS}/evaluation/fresh.csv",
        log:
            f"{LOGS}/check.log",
        benchmark:
            f"{BENCHMARKS}/check.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=15,
        params:
            variant=settings_of(RUN.learning.default),
        script:
            "../../scripts/check.py"


rule metrics:
    input:
        fresh=[f"{RESULTS}/evaluation/fresh.csv"] if CHECKED else [],
        accuracy=f"{RESULTS}/evaluation/accuracy.json",
        timing=f"{RESULTS}/evaluation/timing.csv",
        ranking=f"{RESULTS}/ranking.csv",
        literature=f"{RESULTS}/validation/literature.csv",
        trust=f"{RESULTS}/evaluation/trust.csv",
        ablations=f"{RESULTS}/evaluation/ablations.csv",
    output:
        f"{RESULTS}/evaluation/metrics.json",
    log:
        f"{LOGS}/metrics.log",
    benchmark:
        f"{BENCHMARKS}/metrics.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    script:
        "../../scripts/metrics.py"


rule claims:
    input:
        rules=f"{CONFIG_FOLDER}/claims.yaml",
        metrics=f"{RESULTS}/evaluation/metrics.json",
    output:
        report(
            f"{RESULTS}/claims.csv", category="Claims", caption="../report/claims.rst"
        ),
    log:
        f"{LOGS}/claims.log",
    benchmark:
        f"{BENCHMARKS}/claims.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    script:
        "../../scripts/claims.py"
