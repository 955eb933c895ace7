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


if FURTHER:

    use rule simulate as simulate_further with:
        input:
            priors=priors_of(RUN.materials, RUN.simulation),
        output:
            f"{RESULTS}/learning/{{role}}/{{shard}}.nc",
        log:
            f"{LOGS}/simulate_further/{{role}}/{{shard}}.log",
        benchmark:
            f"{BENCHMARKS}/simulate_further/{{role}}/{{shard}}.tsv"
        resources:
            mem_mb=1000,
            runtime=60,
        params:
            materials=RUN.materials,
            simulation=lambda wildcards: RUN.further_simulations[
                wildcards.role
            ].model_dump(mode="json"),
            seed=lambda wildcards: further_seed(wildcards.role),

    use rule gather as gather_further with:
        input:
            shards=lambda wildcards: expand(
                f"{RESULTS}/learning/{wildcards.role}/{{shard}}.nc",
                shard=range(RUN.further_simulations[wildcards.role].shards),
            ),
        output:
            netcdf=f"{RESULTS}/learning/{{role}}.nc",
        log:
            f"{LOGS}/gather_further/{{role}}.log",
        benchmark:
            f"{BENCHMARKS}/gather_further/{{role}}.tsv"
        resources:
            mem_mb=4000,
            runtime=15,
        params:
            config_sha256=lambda wildcards: sha256(
                [
                    further_seed(wildcards.role),
                    RUN.materials,
                    physics(RUN.further_simulations[wildcards.role]),
                ]
            ),
            version=ionscope.__version__,


if RUN.reader is not None:

    use rule simulate as simulate_wide with:
        input:
            priors=lambda wildcards: priors_of(
                population_of(wildcards).materials, population_of(wildcards).simulation
            ),
        output:
            f"{RESULTS}/reader/{{role}}/{{population}}/{{shard}}.nc",
        log:
            f"{LOGS}/simulate_wide/{{role}}/{{population}}/{{shard}}.log",
        benchmark:
            f"{BENCHMARKS}/simulate_wide/{{role}}/{{population}}/{{shard}}.tsv"
        wildcard_constraints:
            role="data|calibration|series",
            population="|".join(RUN.reader.populations),
        resources:
            mem_mb=1000,
            runtime=60,
        params:
            materials=lambda wildcards: population_of(wildcards).materials,
            simulation=lambda wildcards: wide_simulation(
                wildcards.role, wildcards.population
            ).model_dump(mode="json"),
            seed=lambda wildcards: population_seed(wildcards.role, wildcards.population),

    use rule gather as gather_wide with:
        input:
            shards=lambda wildcards: [
                f"{RESULTS}/reader/{wildcards.role}/{name}/{shard}.nc"
                for name in populations_of(wildcards.role)
                for shard in range(wide_simulation(wildcards.role, name).shards)
            ],
        output:
            netcdf=f"{RESULTS}/reader/{{role}}/spectra.nc",
        log:
            f"{LOGS}/gather_wide/{{role}}.log",
        benchmark:
            f"{BENCHMARKS}/gather_wide/{{role}}.tsv"
        wildcard_constraints:
            role="data|calibration|series",
        resources:
            mem_mb=4000,
            runtime=15,
        params:
            config_sha256=lambda wildcards: sha256(
                [
                    [
                        population_seed(wildcards.role, name),
                        RUN.reader.populations[name].materials,
                        physics(wide_simulation(wildcards.role, name)),
                    ]
                    for name in populations_of(wildcards.role)
                ]
            ),
            version=ionscope.__version__,
