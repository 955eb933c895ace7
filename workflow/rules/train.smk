"""Models: one for every fold of every variant and a final one, then predictions with calibrated intervals."""


rule train:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        further=lambda wildcards: further_of(wildcards.variant, "further"),
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        model=f"{RESULTS}/models/{{variant}}/{{fold}}/model.json",
        encoder=f"{RESULTS}/models/{{variant}}/{{fold}}/encoder.safetensors",
        kernel=f"{RESULTS}/models/{{variant}}/{{fold}}/kernel.npz",
        history=f"{RESULTS}/models/{{variant}}/{{fold}}/history.csv",
        bandwidth=f"{RESULTS}/models/{{variant}}/{{fold}}/bandwidth.csv",
    log:
        f"{LOGS}/train/{{variant}}/{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/train/{{variant}}/{{fold}}.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=6000,
        runtime=60,
    params:
        name=lambda wildcards: wildcards.variant,
        variant=lambda wildcards: settings_of(wildcards.variant),
        device=RUN.learning.device,
        tensorboard=RUN.learning.tensorboard,
        seed=RUN.seed,
    script:
        "../../scripts/train.py"


rule predict:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        calibration=lambda wildcards: further_of(wildcards.variant, "calibration"),
        split=f"{RESULTS}/preprocess/split.csv",
        folds=lambda wildcards: expand(
            f"{RESULTS}/models/{wildcards.variant}/{{fold}}/model.json",
            fold=folds_of(wildcards.variant),
        ),
        final=f"{RESULTS}/models/{{variant}}/final/model.json",
    output:
        spectra=f"{RESULTS}/predictions/{{variant}}.csv",
        series=f"{RESULTS}/predictions/{{variant}}_series.csv",
        model=model_of("{variant}"),
    log:
        f"{LOGS}/predict/{{variant}}.log",
    benchmark:
        f"{BENCHMARKS}/predict/{{variant}}.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        variant=lambda wildcards: settings_of(wildcards.variant),
        seed=RUN.seed,
    script:
        "../../scripts/predict.py"


if RUN.reader is not None:

    rule train_reader:
        input:
            spectra=f"{RESULTS}/reader/data/spectra.nc",
        output:
            model=f"{RESULTS}/reader/trained/model.json",
            encoder=f"{RESULTS}/reader/trained/encoder.safetensors",
            kernel=f"{RESULTS}/reader/trained/kernel.npz",
            history=f"{RESULTS}/reader/trained/history.csv",
            bandwidth=f"{RESULTS}/reader/trained/bandwidth.csv",
        log:
            f"{LOGS}/train_reader.log",
        benchmark:
            f"{BENCHMARKS}/train_reader.tsv"
        # The longest job of a run: it starts as soon as it can.
        priority: 1
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            gpu=1,
            mem_mb=6000,
            runtime=120,
        params:
            reader=READER_LEARNS,
            device=RUN.learning.device,
            tensorboard=RUN.learning.tensorboard,
            seed=RUN.seed,
        script:
            "../../scripts/train_reader.py"

    rule fit_reader:
        input:
            spectra=lambda wildcards: (
                f"{RESULTS}/reader/{SETS_OF_SWEEPS[wildcards.role]}/spectra.nc"
            ),
        output:
            f"{RESULTS}/reader/evidence/{{role}}/{{part}}.csv",
        log:
            f"{LOGS}/fit_reader/{{role}}/{{part}}.log",
        benchmark:
            f"{BENCHMARKS}/fit_reader/{{role}}/{{part}}.tsv"
        wildcard_constraints:
            role="|".join(SETS_OF_SWEEPS),
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=60,
        params:
            reader=READER_LEARNS,
            parts=FIT_PARTS,
            seed=RUN.seed,
        script:
            "../../scripts/fit_reader.py"

    rule calibrate_reader:
        input:
            spectra=f"{RESULTS}/reader/data/spectra.nc",
            model=f"{RESULTS}/reader/trained/model.json",
            calibrating=f"{RESULTS}/reader/calibration/spectra.nc",
            series=[f"{RESULTS}/reader/series/spectra.nc"] if RUN.reader.series else [],
            calibration=evidence_of("calibration"),
            test=evidence_of("test"),
            of_series=evidence_of("series") if RUN.reader.series else [],
        output:
            model=f"{RESULTS}/reader/model/model.json",
            encoder=f"{RESULTS}/reader/model/encoder.safetensors",
            kernel=f"{RESULTS}/reader/model/kernel.npz",
            card=f"{RESULTS}/reader/card.md",
            metrics=f"{RESULTS}/reader/metrics.json",
        log:
            f"{LOGS}/calibrate_reader.log",
        benchmark:
            f"{BENCHMARKS}/calibrate_reader.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=30,
        params:
            reader=RUN.reader.model_dump(mode="json"),
            seed=RUN.seed,
            blocking=blocking_electrodes(RUN.reader.populations.values()),
        script:
            "../../scripts/calibrate_reader.py"

    rule read:
        input:
            spectra=f"{RESULTS}/preprocess/ingested.nc",
            split=f"{RESULTS}/preprocess/split.csv",
            model=model_of(READER),
        output:
            spectra=f"{RESULTS}/predictions/{READER}.csv",
            series=f"{RESULTS}/predictions/{READER}_series.csv",
        log:
            f"{LOGS}/read.log",
        benchmark:
            f"{BENCHMARKS}/read.tsv"
        conda:
            "../../envs/ionscope.yaml"
        threads: 1
        resources:
            mem_mb=4000,
            runtime=30,
        params:
            seed=RUN.seed,
        script:
            "../../scripts/read.py"
