"""The whole paper, from simulated pellets to verdicts on its claims.

snakemake --cores all --resources gpu=1                                  one machine
snakemake --workflow-profile profiles/slurm                              a Slurm cluster
snakemake --configfile config/smoke.yaml --cores all --resources gpu=1   the same on 40 spectra
snakemake --configfile config/ablations.yaml --cores all                 the paper with every peer over five seeds
snakemake --configfile config/production.yaml --cores all                the model for laboratory files
"""

from snakemake.utils import min_version

min_version("9.19")


# A file given with --configfile stands alone; Snakemake would otherwise merge it into the paper's.
if "simulation" not in config:

    configfile: f"{workflow.basedir}/config/config.yaml"


report: "workflow/report/workflow.rst"


# A GPU is counted on one machine at a time: over a cluster's submissions it would let one training run at once.
resource_scopes:
    gpu="local",


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/preprocess.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/ablations.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/verify.smk"
include: "workflow/rules/validate.smk"
include: "workflow/rules/peers.smk"
include: "workflow/rules/rank.smk"
include: "workflow/rules/report.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        final_outputs(),
