"""Peers of the default model over several seeds, what training never saw, and settings tried on the folds."""

from ionscope.evaluate.ablations import CHEAP_SEEDS, CHEAP_TOGETHER, CNN
from ionscope.evaluate.left_out import KINDS
from ionscope.evaluate.setting_search import trials

RETRAINED = [name for name in COMPARABLE if name in TRAINED]
OWN_DEFAULT = RUN.learning.own_default
# The run's own training of a variant is its first seed.
ABLATION_RUNS = [
    *(f"{CHEAP_TOGETHER}/{k}" for k in range(CHEAP_SEEDS)),
    *(f"{CNN}/{k}" for k in range(RUN.learning.ablation_seeds)),
    *(
        f"{variant}/{k}"
        for variant in RETRAINED
        for k in range(1, RUN.learning.ablation_seeds)
    ),
]
TRIALS = range(len(trials(RUN.learning.search)))
LEFT_OUT = [
    *(f"material/{name}" for name in RUN.materials),
    *(f"electrode/{name}" for name in RUN.simulation.electrodes),
]


rule ablate:
    input:
        spectra=f"{RESULTS}/preprocess/ingested.nc",
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        f"{RESULTS}/ablations/{{learner}}/{{seed}}.csv",
    log:
        f"{LOGS}/ablate/{{learner}}/{{seed}}.log",
    benchmark:
        f"{BENCHMARKS}/ablate/{{learner}}/{{seed}}.tsv"
    wildcard_constraints:
        learner="|".join([CHEAP_TOGETHER, CNN, *RETRAINED]),
        seed=r"\d+",
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=lambda wildcards: int(wildcards.learner in RETRAINED),
        mem_mb=4000,
        runtime=60,
    params:
        variant=lambda wildcards: settings_of(
            wildcards.learner if wildcards.learner in RETRAINED else OWN_DEFAULT
        ),
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
        mem_mb=4000,
        runtime=60,
    params:
        variant=settings_of(OWN_DEFAULT),
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
        split=f"{RESULTS}/preprocess/split.csv",
        smoothing=f"{RESULTS}/preprocess/smoothing.json",
    output:
        f"{RESULTS}/search/{{trial}}/{{fold}}.csv",
    log:
        f"{LOGS}/try_setting/{{trial}}/{{fold}}.log",
    benchmark:
        f"{BENCHMARKS}/try_setting/{{trial}}/{{fold}}.tsv"
    wildcard_constraints:
        trial=r"\d+",
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=4000,
        runtime=60,
    params:
        variant=settings_of(OWN_DEFAULT),
        search=RUN.learning.search,
        device=RUN.learning.device,
        seed=RUN.seed,
    script:
        "../../scripts/try_setting.py"


rule settings:
    input:
        expand(f"{RESULTS}/search/{{trial}}/{{fold}}.csv", trial=TRIALS, fold=FOLDS),
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
        variant=settings_of(OWN_DEFAULT),
        search=RUN.learning.search,
    script:
        "../../scripts/settings.py"
