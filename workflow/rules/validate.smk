"""The simulated distributions against published ones."""


rule validate:
    input:
        spectra=f"{RESULTS}/data/spectra.nc",
        literature=f"{CONFIG_FOLDER}/literature.csv",
        priors=priors_of(RUN.materials, RUN.simulation),
    output:
        table=f"{RESULTS}/validation/literature.csv",
        verdicts=f"{RESULTS}/validation/literature.json",
        figures=directory(f"{RESULTS}/validation/figures"),
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


if RUN.validation.spectra is not None:

    rule validate_measured:
        input:
            known=f"{RUN.validation.spectra}/known.csv",
            # A new measurement, not only a new table, is read again.
            spectra=measured_files(RUN.validation.spectra),
            model=[f"{RESULTS}/reader/model/model.json"] if RUN.reader else [],
            simulated=(
                f"{RESULTS}/reader/data/spectra.nc"
                if RUN.reader
                else f"{RESULTS}/data/spectra.nc"
            ),
        output:
            table=f"{RESULTS}/validation/measured.csv",
            verdicts=f"{RESULTS}/validation/validation.json",
            figure=f"{RESULTS}/validation/nearest.svg",
            overlay=f"{RESULTS}/validation/nearest.csv",
        log:
            f"{LOGS}/validate_measured.log",
        benchmark:
            f"{BENCHMARKS}/validate_measured.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=2000,
            runtime=30,
        script:
            "../../scripts/validate_measured.py"
