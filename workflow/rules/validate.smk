"""The simulated distributions against published ones."""


rule validate:
    input:
        spectra=f"{RESULTS}/data/spectra.nc",
        literature=f"{CONFIG_FOLDER}/literature.csv",
        priors=priors_of(RUN.materials, RUN.simulation),
    output:
        table=f"{RESULTS}/validation/literature.csv",
        verdicts=f"{RESULTS}/validation/literature.json",
    log:
        f"{LOGS}/validate.log",
    benchmark:
        f"{BENCHMARKS}/validate.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        materials=RUN.materials,
        seed=RUN.seed,
    script:
        "../../scripts/validate.py"


if RUN.reader is not None and RUN.validation.spectra is not None:

    rule validate_measured:
        input:
            known=f"{RUN.validation.spectra}/known.csv",
            model=f"{RESULTS}/reader/model/model.json",
        output:
            table=f"{RESULTS}/validation/measured.csv",
            verdicts=f"{RESULTS}/validation/validation.json",
        log:
            f"{LOGS}/validate_measured.log",
        benchmark:
            f"{BENCHMARKS}/validate_measured.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=30,
        script:
            "../../scripts/validate_measured.py"
