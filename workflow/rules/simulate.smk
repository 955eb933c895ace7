"""Simulated spectra: scattered over shards, gathered into one set."""


rule simulate:
    input:
        priors=priors_of(RUN.materials, RUN.simulation),
    output:
        f"{RESULTS}/data/shards/{{shard}}.nc",
    log:
        f"{LOGS}/simulate/{{shard}}.log",
    benchmark:
        f"{BENCHMARKS}/simulate/{{shard}}.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        materials=RUN.materials,
        simulation=RUN.simulation.model_dump(mode="json"),
        seed=RUN.seed,
    script:
        "../../scripts/simulate.py"


rule gather:
    input:
        shards=expand(
            f"{RESULTS}/data/shards/{{shard}}.nc", shard=range(RUN.simulation.shards)
        ),
    output:
        netcdf=f"{RESULTS}/data/spectra.nc",
        csv=f"{RESULTS}/data/spectra.csv",
        card=f"{RESULTS}/data/card.json",
        card_text=report(
            f"{RESULTS}/data/card.md", category="Data", caption="../report/card.rst"
        ),
    log:
        f"{LOGS}/gather.log",
    benchmark:
        f"{BENCHMARKS}/gather.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        title=f"Simulated impedance spectra of run '{RUN.run}'",
        config_sha256=sha256([RUN.seed, RUN.materials, physics(RUN.simulation)]),
        version=ionscope.__version__,
    script:
        "../../scripts/gather.py"


if RUN.reader is not None:

    rule simulate_wide:
        input:
            priors=priors_of(RUN.reader.materials, RUN.reader.simulation),
        output:
            f"{RESULTS}/reader/data/shards/{{shard}}.nc",
        log:
            f"{LOGS}/simulate_wide/{{shard}}.log",
        benchmark:
            f"{BENCHMARKS}/simulate_wide/{{shard}}.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=60,
        params:
            materials=RUN.reader.materials,
            simulation=RUN.reader.simulation.model_dump(mode="json"),
            seed=RUN.seed + 1,
        script:
            "../../scripts/simulate.py"

    rule gather_wide:
        input:
            shards=expand(
                f"{RESULTS}/reader/data/shards/{{shard}}.nc",
                shard=range(RUN.reader.simulation.shards),
            ),
        output:
            netcdf=f"{RESULTS}/reader/data/spectra.nc",
        log:
            f"{LOGS}/gather_wide.log",
        benchmark:
            f"{BENCHMARKS}/gather_wide.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=15,
        params:
            config_sha256=sha256(
                [RUN.seed + 1, RUN.reader.materials, physics(RUN.reader.simulation)]
            ),
            version=ionscope.__version__,
        script:
            "../../scripts/gather.py"
