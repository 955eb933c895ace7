"""Peers of the default model over several seeds, what training never saw, and settings tried on the folds."""

from ionscope.evaluate.ablations import (
    CHEAP_SEEDS,
    CHEAP_TOGETHER,
    CNN,
    FROM_FURTHER_ENDING,
)
from ionscope.evaluate.left_out import KINDS
from ionscope.evaluate.setting_search import trials

RETRAINED = [name for name in COMPARABLE if name in TRAINED]
OWN_VARIANT = RUN.learning.own_variant
TRAINED_DEFAULT = RUN.learning.trained_default
# What peers learn from, and how long networks train: as the variant that learns from the same specimens.
LEARNS_AS = {
    **{name: name for name in RETRAINED},
    **{name: OWN_VARIANT for name in (CHEAP_TOGETHER, CNN)},
}
if FROM_FURTHER:
    like = TRAINED_DEFAULT if TRAINED_DEFAULT in FROM_FURTHER else FROM_FURTHER[0]
    LEARNS_AS |= {
        f"{name}{FROM_FURTHER_ENDING}": like for name in (CHEAP_TOGETHER, CNN)
    }
# The run's own training of a variant is its first seed.
ABLATION_RUNS = [
    f"{learner}/{seed}"
    for learner in LEARNS_AS
    for seed in range(
        int(learner in RETRAINED),
        CHEAP_SEEDS if learner == CHEAP_TOGETHER else RUN.learning.ablation_seeds,
    )
]
# A variant that learns from further specimens has no folds: it is trained once, and reads them all.
TRIALS = [
    f"{variant}/{trial}/{fold}"
    for variant, search in RUN.learning.search.items()
    for trial in range(len(trials(search)))
    for fold in folds_of(variant) or ["final"]
]
LEFT_OUT = [
    *(f"material/{name}" for name in RUN.materials),
    *(f"electrode/{name}" for name in RUN.simulation.electrodes),
]


rule ablate:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        further=lambda wildcards: further_of(LEARNS_AS[wildcards.learner], "further"),
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        f"{RESULTS}/ablations/{{learner}}/{{seed}}.csv",
    log:
        f"{LOGS}/ablate/{{learner}}/{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/ablate/{{learner}}/{{seed}}.tsv"
    wildcard_constraints:
        learner="|".join(LEARNS_AS),
        seed=r"\d+",
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=lambda wildcards: int(wildcards.learner in RETRAINED),
        mem_mb=6000,
        runtime=60,
    params:
        variant=lambda wildcards: settings_of(LEARNS_AS[wildcards.learner]),
        device=RUN.learning.device,
        seed=RUN.seed,
    script:
        "../../scripts/ablate.py"


rule ablations:
    input:
        variants=expand(f"{RESULTS}/predictions/{{variant}}.csv", variant=COMPARABLE),
        runs=expand(f"{RESULTS}/ablations/{{run}}.csv", run=ABLATION_RUNS),
        accuracy=f"{RESULTS}/evaluation/accuracy.csv",
    output:
        f"{RESULTS}/evaluation/ablations.csv",
    log:
        f"{LOGS}/ablations.log",
    benchmark:
        f"{BENCHMARKS}/ablations.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        variants=COMPARABLE,
        default=RUN.learning.default,
        seed=RUN.seed,
    script:
        "../../scripts/ablations.py"


rule leave_out:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        further=further_of(TRAINED_DEFAULT, "further"),
        calibration=further_of(TRAINED_DEFAULT, "calibration"),
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        f"{RESULTS}/left_out/{{kind}}/{{value}}.csv",
    log:
        f"{LOGS}/leave_out/{{kind}}/{{value}}.log",
    benchmark:
        f"{BENCHMARKS}/leave_out/{{kind}}/{{value}}.tsv"
    wildcard_constraints:
        kind="|".join(KINDS),
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=6000,
        runtime=60,
    params:
        variant=settings_of(TRAINED_DEFAULT),
        device=RUN.learning.device,
        seed=RUN.seed,
    script:
        "../../scripts/leave_out.py"


rule left_out:
    input:
        expand(f"{RESULTS}/left_out/{{run}}.csv", run=LEFT_OUT),
    output:
        f"{RESULTS}/evaluation/left_out.csv",
    log:
        f"{LOGS}/left_out.log",
    benchmark:
        f"{BENCHMARKS}/left_out.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    script:
        "../../scripts/left_out.py"


rule try_setting:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        further=lambda wildcards: further_of(wildcards.variant, "further"),
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        f"{RESULTS}/search/{{variant}}/{{trial}}/{{fold}}.csv",
    log:
        f"{LOGS}/try_setting/{{variant}}/{{trial}}/{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/try_setting/{{variant}}/{{trial}}/{{fold}}.tsv"
    wildcard_constraints:
        trial=r"\d+",
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=6000,
        runtime=60,
    params:
        variant=lambda wildcards: settings_of(wildcards.variant),
        search=lambda wildcards: RUN.learning.search[wildcards.variant],
        device=RUN.learning.device,
        seed=RUN.seed,
    script:
        "../../scripts/try_setting.py"


rule settings:
    input:
        expand(f"{RESULTS}/search/{{trial}}.csv", trial=TRIALS),
    output:
        f"{RESULTS}/evaluation/settings.csv",
    log:
        f"{LOGS}/settings.log",
    benchmark:
        f"{BENCHMARKS}/settings.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        variants={name: settings_of(name) for name in RUN.learning.search},
        search=RUN.learning.search,
    script:
        "../../scripts/settings.py"
