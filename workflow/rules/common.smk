"""The checked configuration and what the rules derive from it."""

import hashlib
import json
from pathlib import Path

import ionscope
from ionscope.config import READER, load_electrode, load_run
from ionscope.errors import ConfigError, InputDataError
from ionscope.evaluate.known import read_known
from ionscope.origin import changed_code
from ionscope.seeds import derived_seed
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# Where materials, electrodes, score cards and claims lie; beside the Snakefile whatever the working directory.
CONFIG_FOLDER = str(Path(workflow.basedir) / "config")

try:
    RUN = load_run(config, CONFIG_FOLDER)
except ConfigError as error:
    raise WorkflowError(f"\n{error}") from None

RESULTS = f"results/{RUN.run}"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
if workflow.is_main_process:
    changed = changed_code(Path(RESULTS) / "provenance.json", Path(workflow.basedir))
    if changed:
        logger.warning(
            f"{RESULTS} was made by other code: {', '.join(changed[:3])}{' ...' if len(changed) > 3 else ''} changed "
            "since. A changed configuration or file of data makes anew what depends on it, changed code does not: "
            f"remove {RESULTS} (or give the run another name) for results of this code."
        )
FOLDS = [str(k) for k in range(RUN.learning.folds)]
# What learns from this run's own training specimens, by name: the order of a file is no reason to evaluate again.
TRAINED = sorted(RUN.learning.variants)
# All that reads this run's spectra: a reader, which has never seen a specimen of the set, stands beside the variants.
VARIANTS = TRAINED + ([READER] if RUN.reader is not None else [])
SETTINGS = {
    **RUN.learning.variants,
    **({READER: RUN.reader.variant} if RUN.reader else {}),
}
# Simulated for learning only; the variants that learn from them need no folds, as no training specimen is learned from.
FURTHER = {role: f"{RESULTS}/learning/{role}.nc" for role in RUN.further_simulations}
FROM_FURTHER = [name for name in TRAINED if SETTINGS[name].further]
# Fresh specimens that check the intervals of a trained default; a reader's card has its own.
CHECKED = "checking" in FURTHER and RUN.learning.default != READER
# Those that answer the total conductivity from the whole band, and so can be compared with one another.
COMPARABLE = [name for name in VARIANTS if SETTINGS[name].comparable]
# What the reader's training and sweeps depend on: what calibrates alone neither trains nor fits anew.
READER_LEARNS = RUN.reader and RUN.reader.model_dump(
    mode="json", exclude={"calibration_fraction", "temperature_range_c", "series"}
)
# Files with circuit fits of the reader's sweeps, of those that calibrate and those that test it: so many that two cores
# share them well.
FIT_PARTS = 4
# What sweeps are drawn from, by what they are for.
SETS_OF_SWEEPS = {"calibration": "calibration", "test": "data", "series": "series"}


wildcard_constraints:
    shard=r"\d+",
    fold=r"\d+|final",
    part=r"\d+",
    variant="|".join(TRAINED),
    role="further|calibration|checking",


def priors_of(materials, simulation):
    """Every file the priors are read from, so that an edited figure reruns what depends on it."""
    return [
        *(f"{CONFIG_FOLDER}/materials/{name}.yaml" for name in materials),
        *(f"{CONFIG_FOLDER}/electrodes/{name}.yaml" for name in simulation.electrodes),
        f"{CONFIG_FOLDER}/cells/{simulation.cell}.yaml",
        f"{CONFIG_FOLDER}/instrument.yaml",
    ]


def settings_of(variant):
    return SETTINGS[variant].model_dump(mode="json")


def further_of(variant, role):
    """Those of the further specimens that are learned from or calibrate, where the variant learns from them."""
    return [FURTHER[role]] if variant in FROM_FURTHER and role in FURTHER else []


def further_seed(role):
    """No stream of theirs is one of the run's own specimens."""
    return derived_seed(RUN.seed, role)


def folds_of(variant):
    """The folds that a variant is trained without, one after the other."""
    return [] if variant in FROM_FURTHER else FOLDS


def model_of(variant):
    """The calibrated model of a variant, or the reader's."""
    if variant == READER:
        return f"{RESULTS}/reader/model/model.json"
    return f"{RESULTS}/models/{variant}/calibrated/model.json"


def population_of(wildcards):
    return RUN.reader.populations[wildcards.population]


def evidence_of(role):
    """Circuit fits of the sweeps that calibrate the reader, of those that test it, or of series."""
    return expand(
        f"{RESULTS}/reader/evidence/{role}/{{part}}.csv", part=range(FIT_PARTS)
    )


def blocking_electrodes(populations):
    """Names of those that let no direct current pass."""
    names = {name for part in populations for name in part.simulation.electrodes}
    return sorted(
        name for name in names if load_electrode(CONFIG_FOLDER, name).blocking
    )


def populations_of(role):
    """Names of the reader's populations that are simulated for this; series are of one."""
    return (
        [RUN.reader.series.population]
        if role == "series"
        else [*RUN.reader.populations]
    )


def wide_simulation(role, name):
    """Of a population of the reader: what is learned from (`data`), what calibrates (`calibration`), or `series`."""
    population = RUN.reader.populations[name]
    if role == "series":
        return RUN.reader.series_simulation
    if role == "calibration":
        return population.calibrating(RUN.reader.calibration_fraction)
    return population.simulation


def population_seed(role, name):
    """Sets of their own: no stream of one is a stream of another or of the run's set."""
    kinds = {
        "data": "population",
        "calibration": "calibrating population",
        "series": "series of a population",
    }
    return derived_seed(RUN.seed, kinds[role], name)


def physics(simulation):
    """The keys of a simulation that change its spectra: the number of shards does not."""
    return simulation.model_dump(mode="json", exclude={"shards"})


def sha256(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def measured_files(folder):
    """The files that a folder's known.csv names; none for a table with a fault, which its rule tells better."""
    try:
        return sorted({str(entry.path) for entry in read_known(folder)})
    except InputDataError:
        return []


def final_outputs():
    outputs = [
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/ranking.csv",
        f"{RESULTS}/provenance.json",
        f"{RESULTS}/report/index.html",
    ]
    if RUN.reader is not None:
        outputs.append(f"{RESULTS}/reader/card.md")
    if RUN.validation.spectra is not None:
        outputs.append(f"{RESULTS}/validation/measured.csv")
    return outputs
