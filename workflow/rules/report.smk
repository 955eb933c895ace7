"""One page that stands alone, and where everything came from."""


rule provenance:
    input:
        f"{RESULTS}/claims.csv",
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{LOGS}/provenance.log",
    benchmark:
        f"{BENCHMARKS}/provenance.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        run=RUN.model_dump(mode="json"),
    script:
        "../../scripts/provenance.py"


rule html_report:
    input:
        claims=f"{RESULTS}/claims.csv",
        rules=f"{CONFIG_FOLDER}/claims.yaml",
        provenance=f"{RESULTS}/provenance.json",
        spectra=f"{RESULTS}/data/spectra.nc",
        card=f"{RESULTS}/data/card.json",
        smoothing=f"{RESULTS}/preprocess/smoothing.csv",
        ranking=f"{RESULTS}/ranking.csv",
        proposals=f"{RESULTS}/proposals.csv",
        latent=f"{RESULTS}/evaluation/latent.csv",
        timing=f"{RESULTS}/evaluation/timing.csv",
        trust=f"{RESULTS}/evaluation/trust.csv",
        ablations=f"{RESULTS}/evaluation/ablations.csv",
        fresh=[f"{RESULTS}/evaluation/fresh.csv"] if CHECKED else [],
        left_out=(
            [f"{RESULTS}/evaluation/left_out.csv"] if RUN.learning.leave_out else []
        ),
        settings=([f"{RESULTS}/evaluation/settings.csv"] if RUN.learning.search else []),
        literature=f"{RESULTS}/validation/literature.csv",
        verification=f"{RESULTS}/verification/verification.json",
        literature_figures=f"{RESULTS}/validation/figures",
        measured=(
            [
                f"{RESULTS}/validation/measured.csv",
                f"{RESULTS}/validation/nearest.csv",
            ]
            if RUN.validation.spectra
            else []
        ),
        reader=[f"{RESULTS}/reader/metrics.json"] if RUN.reader else [],
    output:
        page=report(
            f"{RESULTS}/report/index.html",
            category="Report",
            caption="../report/page.rst",
        ),
        figures=directory(f"{RESULTS}/report/figures"),
    log:
        f"{LOGS}/html_report.log",
    benchmark:
        f"{BENCHMARKS}/html_report.tsv"
    conda:
        "../../envs/ionscope.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        variant=RUN.learning.default,
        literal=RUN.learning.literal,
    script:
        "../../scripts/report.py"
