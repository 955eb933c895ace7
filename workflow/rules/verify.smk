"""The simulator against what is known without it, and the error of the data set's own meshes."""


rule verify:
    input:
        priors=priors_of(RUN.materials, RUN.simulation),
    output:
        checks=f"{RESULTS}/verification/checks.csv",
        convergence=f"{RESULTS}/verification/convergence.csv",
        mesh=f"{RESULTS}/verification/mesh.csv",
        discretisation=f"{RESULTS}/verification/discretisation.csv",
        summary=f"{RESULTS}/verification/verification.json",
    log:
        f"{LOGS}/verify.log",
    benchmark:
        f"{BENCHMARKS}/verify.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=20,
    params:
        materials=RUN.materials,
        simulation=RUN.simulation.model_dump(mode="json"),
        specimens=RUN.verification.specimens,
        seed=RUN.seed,
    script:
        "../../scripts/verify.py"
