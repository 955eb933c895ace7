"""A run folder made up from a few circuits and random errors: every file that a report reads, made in a moment."""

from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.config import Simulation, read_yaml
from ionscope.evaluate.ablation_table import COLUMNS
from ionscope.evaluate.claims import load_claims, write_claims
from ionscope.evaluate.measured import Comparison
from ionscope.evaluate.nearest import SimulatedSpectra
from ionscope.evaluate.validation import write_validation
from ionscope.files import write_json
from ionscope.io.dataset import read_dataset, write_dataset
from ionscope.rank.propose import write_proposals
from ionscope.rank.ranking import write_ranking
from ionscope.report.figures.literature import write_literature_figures
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.simulate.verification.report import summary
from ionscope.spectrum import Spectrum, SpectrumSet

CONFIG = Path(__file__).parents[2] / "config"
FREQUENCY = np.logspace(-1, 4, 51)
TEMPERATURES = np.array([25.0, 40, 55, 70, 85]) + 273.15
MATERIALS = {"llzo": -3.5, "lcto": -4.3}
ELECTRODES = ("blocking", "lithium")
HALF_WIDTH = 1.6449


def metrics():
    """Every metric that the shipped rules and the page name, with values that can be told apart."""
    names = {"n_test_specimens", "sigma_log10_rmse", "literal_sigma_log10_rmse", "seconds_per_spectrum_ionscope"}
    for claim in load_claims(CONFIG / "claims.yaml").claims:
        for key in ("metric", "literal", "baseline"):
            given = getattr(claim.rule, key, None)
            names.update([given] if isinstance(given, str) else given or [])
    values = {name: round(0.9 + 0.001 * k, 3) for k, name in enumerate(sorted(names))}
    return values | {
        "n_spectra": 1000,
        "n_test_specimens": 8,
        "sigma_mae_s_cm": 1.62e-5,
        "sigma_log10_rmse": 0.0213,
        "literal_sigma_log10_rmse": 0.374,
        "literal_sigma_mae_s_cm": 4.1e-4,
        "ea_series_rmse_kj_mol": 0.71,
        "ea_single_rmse_kj_mol": 4.37,
        "ea_mean_baseline_rmse_kj_mol": 4.52,
        "hyperscore_min": 104.2,
        "hyperscore_max": 141.7,
        "speedup_circuit_fit": 56.0,
        "limit_log10_rmse": 0.0107,
        "limit_log10_median": 0.0038,
        "limit_sigma_mae_s_cm": 1.1e-5,
        "ratio_to_limit": 1.99,
        "ratio_to_limit_median": 1.7,
        "ratio_to_limit_mae_s_cm": 1.47,
        "pairs_correct": 0.993,
        "literal_pairs_correct": 0.786,
    }


def specimens(rng, per_material):
    rows = []
    for material, centre in MATERIALS.items():
        for k in range(per_material):
            rows.append(
                {
                    "specimen": f"{material}-{k:03d}",
                    "material": material,
                    "electrode": ELECTRODES[k % 2],
                    "role": "test" if k % 5 < 2 else "train",
                    "sigma_25c": 10 ** (centre + 0.4 * rng.normal()),
                    "ea": 0.36 + 0.03 * rng.normal(),
                    "thickness": rng.uniform(0.05, 0.2),
                    "area": rng.uniform(0.3, 1.2),
                }
            )
    return pd.DataFrame(rows)


def spectra(table, rng):
    """One row a spectrum, and the impedances: a resistor with a boundary arc and a blocking or a lithium electrode."""
    rows = table.loc[table.index.repeat(len(TEMPERATURES))].reset_index(drop=True)
    rows["temperature"] = np.tile(TEMPERATURES, len(table))
    rows["sigma_true"] = rows["sigma_25c"] * arrhenius_factor(rows["ea"].to_numpy(), rows["temperature"].to_numpy())
    rows["resistance_true"] = rows["thickness"] / (rows["sigma_true"] * rows["area"])
    jw = 2j * np.pi * FREQUENCY
    total = rows["resistance_true"].to_numpy()[:, None]
    z = 0.7 * total + 0.3 * total / (1 + jw * 1e-4)
    blocking = (rows["electrode"] == "blocking").to_numpy()[:, None]
    z = z + np.where(blocking, 1 / (2e-6 * jw**0.85), 0.6 * total / (1 + (jw * 0.02) ** 0.8))
    z = z * (1 + 0.002 * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape)))
    return rows, z


def write_run(folder, per_material=10, seed=5):
    """Write a whole run into `folder`; returns it."""
    folder, rng = Path(folder), np.random.default_rng(seed)
    for name in ("data", "preprocess", "models/joint/final", "predictions", "evaluation"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    table = specimens(rng, per_material)
    rows, z = spectra(table, rng)
    columns = {name: rows[name].to_numpy() for name in ("temperature", "thickness", "area")}
    columns |= {name: rows[name].to_numpy(dtype=str) for name in ("specimen", "material", "electrode")}
    write_dataset(
        SpectrumSet.from_arrays(FREQUENCY, z, sigma_total=rows["sigma_true"].to_numpy(), **columns),
        folder / "data/spectra.nc",
    )
    write_json(
        folder / "data/card.json",
        {"spectra": len(rows), "frequency_hz": [0.1, 1e4], "seed": 3, "truth": {"what": "DC"}},
    )
    table.assign(fold=-1)[["specimen", "material", "electrode", "role", "fold"]].to_csv(
        folder / "preprocess/split.csv", index=False
    )
    smoothing = [(0, 0, 3.1e-3, 0.0)] + [
        (w, o, 2e-3 + 1e-4 * w / o, 1e-4 * w) for o in (2, 3) for w in (5, 7, 9, 11) if w > o
    ]
    pd.DataFrame(smoothing, columns=["window", "order", "error", "end_bias"]).to_csv(
        folder / "preprocess/smoothing.csv", index=False
    )
    write_json(folder / "preprocess/smoothing.json", {"window": 5, "order": 3, "reason": "smallest error"})
    _write_verification(folder)
    _write_predictions(folder, table, rows, rng)
    _write_learning(folder, rows, z, rng)
    _write_evaluation(folder, rows, rng)
    write_json(folder / "evaluation/metrics.json", metrics())
    write_claims(CONFIG / "claims.yaml", folder / "evaluation/metrics.json", folder / "claims.csv")
    write_ranking(folder / "predictions/joint_series.csv", CONFIG, folder / "ranking.csv", seed=1, draws=2000)
    write_proposals(
        folder / "predictions/joint_series.csv", folder / "predictions/joint.csv", CONFIG, folder / "proposals.csv"
    )
    _write_validation(folder)
    write_json(
        folder / "provenance.json", {"python": "3.11.9", "packages": {"numpy": "2.4.6"}, "seed": 3, "device": "cpu"}
    )
    return folder


def _write_verification(folder):
    (folder / "verification").mkdir()
    checks = [("laminate", "layers", 3e-13, 1e-10, "kept"), ("another code", "not installed", np.nan, 1e-8, "not run")]
    tables = {
        "checks": pd.DataFrame(checks, columns=["check", "meaning", "value", "limit", "verdict"]),
        "convergence": pd.DataFrame(
            {
                **{"dimension": 2, "order": 1, "level": [0, 1], "unknowns": [100, 400]},
                **{"potential_error": [1e-2, 2.5e-3], "energy_error": [1e-2, 2.5e-3]},
                **{"potential_order": [np.nan, 2.0], "energy_order": [np.nan, 2.0]},
            }
        ),
        "mesh": pd.DataFrame(
            {"tolerance": [1e-2, 1e-3], "unknowns": [500, 2000], "estimate": [9e-3, 8e-4], "error": [6e-3, 5e-4]}
        ),
        "discretisation": pd.DataFrame(
            {
                **{"specimen": ["llzo-000", "llzo-000"], "contact": ["full", "as drawn"], "contact_fraction": [1, 0.5]},
                **{"porosity": 0.1, "unknowns": [900, 1500], "estimate": 9e-4},
                **{"error": [6e-4, 7e-4], "error_without_electrodes": [7e-4, 8e-4]},
            }
        ),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"verification/{name}.csv", index=False)
    settings = Simulation.model_validate(read_yaml(CONFIG / "smoke.yaml")["simulation"])
    write_json(folder / "verification/verification.json", summary(tables["checks"], tables["discretisation"], settings))


def _write_predictions(folder, table, rows, rng):
    for variant, error in (("joint", 0.02), ("literal", 0.35)):
        predicted = rows[["specimen", "material", "electrode", "role", "temperature", "thickness", "area"]].copy()
        predicted.insert(0, "spectrum", np.arange(len(rows)))
        predicted["sigma_true"], predicted["ea_true"] = rows["sigma_true"], rows["ea"]
        predicted["sigma"] = rows["sigma_true"] * 10 ** (error * rng.normal(size=len(rows)))
        for name, sign in (("lower", -1), ("upper", 1)):
            predicted[f"sigma_{name}"] = predicted["sigma"] * 10 ** (sign * HALF_WIDTH * error)
        for name in ("_true", "", "_lower", "_upper"):
            predicted[f"resistance{name}"] = rows["thickness"] / rows["area"] / predicted[f"sigma{name}"]
        predicted["ea_single"] = 0.36 + 0.01 * rng.normal(size=len(rows))
        predicted["reconstruction_error"], predicted["verdict"] = 0.02, "ok"
        predicted.to_csv(folder / f"predictions/{variant}.csv", index=False)
    series = table[["specimen", "material", "electrode", "role"]].copy()
    series["ea_true"], series["ea"] = table["ea"], table["ea"] + 0.007 * rng.normal(size=len(table))
    series["ea_lower"], series["ea_upper"] = series["ea"] - HALF_WIDTH * 0.007, series["ea"] + HALF_WIDTH * 0.007
    series["sigma_25c_true"] = table["sigma_25c"]
    series["sigma_25c"] = table["sigma_25c"] * 10 ** (0.02 * rng.normal(size=len(table)))
    for name, sign in (("lower", -1), ("upper", 1)):
        series[f"sigma_25c_{name}"] = series["sigma_25c"] * 10 ** (sign * HALF_WIDTH * 0.02)
    series.to_csv(folder / "predictions/joint_series.csv", index=False)


def _write_learning(folder, rows, z, rng):
    steps = np.arange(0, 2000, 100)
    pd.DataFrame(
        {
            "step": steps,
            "phase": np.where(steps < 800, "autoencoder", "joint"),
            "loss": 1 / (1 + steps / 50),
            "reconstruction": 0.8 / (1 + steps / 40),
            "kl": 5 + 0 * steps,
            "kernel_loss": np.where(steps < 800, np.nan, -0.5 - steps / 1000),
            "validation_error": np.where(steps % 200, np.nan, 0.3 / (1 + steps / 300) + 0.02),
            "learning_rate": 1e-3 * 0.5 ** (steps / 1000),
        }
    ).to_csv(folder / "models/joint/final/history.csv", index=False)
    steps = np.arange(800, 2000, 200)
    bandwidth = {"step": steps, "bandwidth": 2 + steps / 500, "ridge": 1e-3 * 0.9**steps**0.5, "calls": 20}
    pd.DataFrame(bandwidth | {"error": 0.05 / (1 + steps / 900)}).to_csv(
        folder / "models/joint/final/bandwidth.csv", index=False
    )
    examples = []
    for spectrum in (0, 7, 12, 20):
        for channel, curve in (("modulus", np.log10(np.abs(z[spectrum])) / 6), ("phase", -np.angle(z[spectrum]) / 1.6)):
            part = pd.DataFrame({"grid": FREQUENCY, "measured": curve})
            part["reconstructed"] = part["measured"] + 0.01 * rng.normal(size=len(part))
            part["variant"], part["spectrum"], part["channel"] = "joint", spectrum, channel
            examples.append(part.assign(specimen=rows["specimen"][spectrum]))
    pd.concat(examples).to_csv(folder / "evaluation/reconstruction_examples.csv", index=False)
    errors = [
        pd.DataFrame(
            {
                "variant": variant,
                "spectrum": np.arange(len(rows)),
                "specimen": rows["specimen"],
                "rmse_normalised": size * np.exp(0.4 * rng.normal(size=len(rows))),
                "rmse_relative": 2 * size * np.exp(0.4 * rng.normal(size=len(rows))),
            }
        )
        for variant, size in (("joint", 0.02), ("literal", 0.01))
    ]
    pd.concat(errors).to_csv(folder / "evaluation/reconstruction.csv", index=False)
    latent = rows[["specimen", "material", "electrode", "role"]].assign(sigma_total=rows["sigma_true"])
    latent.insert(0, "spectrum", np.arange(len(rows)))
    directions = rng.normal(size=(2, 6))
    hidden = np.column_stack([np.log10(rows["sigma_true"]), rows["electrode"] == "lithium"]) @ directions
    for k in range(6):
        latent[f"z{k}"] = hidden[:, k] + 0.05 * rng.normal(size=len(rows))
    latent.to_csv(folder / "evaluation/latent.csv", index=False)


def _write_validation(folder):
    """The comparison with the literature from the priors alone, and one measured spectrum beside the set's nearest."""
    arguments = (None, ["llzo", "lcto"], CONFIG, CONFIG / "literature.csv")
    write_validation(*arguments, folder / "validation", seed=1)
    write_literature_figures(*arguments, folder / "validation/figures", seed=1)
    spectra = read_dataset(folder / "data/spectra.nc")
    match = SimulatedSpectra(spectra).nearest(Spectrum(FREQUENCY, 1.1 * spectra.impedance[3]))
    about = {"file": "below/pellet.txt", "published_ohm": 1234.5}
    rows = [
        {**about, "sweep": 1, "predicted_ohm": 1250.0, "lower_ohm": 1200.0, "upper_ohm": 1300.0, "covered": True}
        | {"relative_error": 1250.0 / 1234.5 - 1, "verdict": "ok", "nearest_distance": match.distance},
        {"file": "cell.csv", "sweep": 1, "verdict": "refuse", "reasons": "no pellet", "published_ohm": None},
        {"file": "cell.csv", "sweep": 2, "verdict": "refuse", "reasons": "not on the page", "published_ohm": None},
    ]
    comparison = Comparison(rows, [match, None, None])
    comparison.write(folder / "validation")
    comparison.overlay().to_csv(folder / "validation/nearest.csv", index=False)


def _write_evaluation(folder, rows, rng):
    write_json(folder / "reader/metrics.json", {"all": {"n": 40, "median": 0.0127, "coverage_90": 0.907}})
    trust = [
        ("none", "", 0.5, 0.05, 0.5),
        ("spikes", "2 points off", 1.0, 0.99, 0.5),
        ("wrong units", "kilohm", 0.5, 0.06, 0.97),
    ]
    columns = ["corruption", "severity", "auroc", "detected_at_5_percent", "auroc_plausibility"]
    pd.DataFrame(trust, columns=columns).to_csv(folder / "evaluation/trust.csv", index=False)
    compared = [
        ("joint", "log10_sigma", "decades", 1, 0.018, None, 0.04, None, 0.01, None, 0.07, None, 4.3, 0.99, None),
        (
            "kernel_ridge",
            "log10_sigma",
            "decades",
            5,
            0.016,
            1e-4,
            0.041,
            2e-3,
            0.007,
            2e-4,
            0.03,
            3e-3,
            4.4,
            0.99,
            0.0,
        ),
        ("joint", "ea_series", "kJ/mol", 1, 0.9, None, 2.1, None, 0.3, None, 4.5, None, 34.0, None, None),
        ("kernel_ridge", "ea_series", "kJ/mol", 5, 0.9, 0.1, 3.1, 0.1, 0.3, 0.1, 4.5, 0.1, 50.0, None, None),
    ]
    pd.DataFrame(compared, columns=list(COLUMNS)).to_csv(folder / "evaluation/ablations.csv", index=False)
    methods = ["ionscope", "circuit fit", "impedance.py"]
    pd.DataFrame(
        {
            "method": methods,
            "seconds_per_spectrum": [8e-4, 0.045, 0.31],
            "n": 40,
            "right_within_5_percent": [0.93, 0.97, 0.61],
            "log10_mae": [0.01, 0.004, 0.2],
            "note": ["", "one start, logarithms of the parameters", "defaults"],
        }
    ).to_csv(folder / "evaluation/timing.csv", index=False)
    peers = []
    for method, error in zip(methods, (0.01, 0.004, 0.2), strict=True):
        resistance = rows["resistance_true"][:40] * 10 ** (error * rng.normal(size=40))
        peers.append(
            pd.DataFrame(
                {
                    "method": method,
                    "spectrum": np.arange(40),
                    "resistance": resistance,
                    "resistance_true": rows["resistance_true"][:40],
                    "seconds": 0.01,
                }
            )
        )
    pd.concat(peers).to_csv(folder / "evaluation/peers.csv", index=False)
    accuracy = []
    for variant, size in (("information limit", 0.01), ("joint", 0.02), ("frozen", 0.03), ("literal", 0.35)):
        for quantity, unit in (("log10 sigma_total", "decades"), ("ea_series", "kJ/mol")):
            groups = [("all", "all"), ("material", "llzo"), ("material", "lcto"), ("temperature", "25")]
            for group, value in groups:
                accuracy.append(
                    (variant, quantity, group, value, 40, 0.8 * size, size, 1 - size, 0.7 * size, 2 * size, unit)
                )
    columns = ["variant", "quantity", "group", "value_of_group", "n", "mae", "rmse", "r2", "median", "p95", "unit"]
    pd.DataFrame(accuracy, columns=columns).to_csv(folder / "evaluation/accuracy.csv", index=False)
    pairs = [
        (variant, kind, 400, share, share - 0.01, min(1.0, share + 0.008))
        for variant, shift in (("joint", 0.0), ("literal", -0.15))
        for kind, share in (
            ("all", 0.993 + shift),
            ("within llzo", 0.985 + shift),
            ("within lcto", 0.984 + shift),
            ("across", 0.999 + shift),
            ("close", 0.93 + shift),
        )
    ]
    pd.DataFrame(pairs, columns=["variant", "kind", "n", "correct", "lower", "upper"]).to_csv(
        folder / "evaluation/pairs.csv", index=False
    )
    bands = [
        (f"{conductivity}-{edge:g}", conductivity, edge, group, group, 20, error, 0.7 * error, 2 * error, 0.9, 0.4)
        for conductivity, errors in (("sigma_total", (0.01, 0.008)), ("sigma_bulk", (0.3, 0.02)))
        for edge, error in zip((1e4, 1e6), errors, strict=True)
        for group in ("all", "lithium")
    ]
    names = ["variant", "conductivity", "frequency_max_hz", "electrode", "material", "n", "log10_rmse", "log10_median"]
    names += ["half_width_median", "coverage_90", "log10_rmse_without_spectrum"]
    pd.DataFrame(bands, columns=names).to_csv(folder / "evaluation/conductivities.csv", index=False)
