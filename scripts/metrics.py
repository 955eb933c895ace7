"""Join every figure that the claims are judged by."""

from common import run


def main(snakemake):
    import pandas as pd

    from ionscope.evaluate.ablation_table import ablation_metrics
    from ionscope.evaluate.fresh import fresh_metrics
    from ionscope.evaluate.peers import CIRCUIT_FIT, OURS
    from ionscope.evaluate.validation import literature_inside
    from ionscope.files import read_json, write_json

    metrics = read_json(snakemake.input.accuracy)
    timing = pd.read_csv(snakemake.input.timing).set_index("method")["seconds_per_spectrum"]
    ours, fit = timing[OURS], timing[CIRCUIT_FIT]
    scores = pd.read_csv(snakemake.input.ranking)
    scores = scores.loc[scores["kind"] == "specimen", "score_text"]
    trust = pd.read_csv(snakemake.input.trust, keep_default_na=False).set_index("corruption")
    metrics |= {
        "ablations": ablation_metrics(pd.read_csv(snakemake.input.ablations)),
        "trust_by_corruption": trust[["auroc", "detected_at_5_percent", "flagged"]].to_dict(orient="index"),
        "seconds_per_spectrum_ionscope": ours,
        "seconds_per_spectrum_circuit_fit": fit,
        "speedup_circuit_fit": fit / ours,
        "literature_inside": literature_inside(pd.read_csv(snakemake.input.literature)),
        "hyperscore_min": scores.min(),
        "hyperscore_max": scores.max(),
        "hyperscore_share_above_130": (scores > 130).mean(),
    }
    for path in snakemake.input.fresh:
        metrics |= fresh_metrics(pd.read_csv(path))
    write_json(snakemake.output[0], metrics)


if __name__ == "__main__":
    run(main, snakemake)
