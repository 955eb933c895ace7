"""The model that reads laboratory files: trained on wide priors, random sweeps and stacks of cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ionscope.config import ReaderModel
from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import calibrate_on_specimens, fitted_source, train_bundle
from ionscope.dka.training import Progress, Trained
from ionscope.files import write_text
from ionscope.preprocess.smoothing import Smoothing
from ionscope.seeds import derived_seed
from ionscope.spectrum import SpectrumSet

TEST_FRACTION = 0.1


def train_reader(
    spectra: SpectrumSet,
    settings: ReaderModel,
    seed: int,
    device: str = "auto",
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[ModelBundle, Trained, dict[str, Any]]:
    """Train on most specimens, calibrate on others, and measure on a third group that neither has seen."""
    groups = microstructures(spectra, settings.simulation.draws_per_microstructure)
    names = np.unique(groups)
    order = np.random.default_rng(derived_seed(seed, "reader split")).permutation(names)
    n_test = max(2, round(TEST_FRACTION * len(names)))
    n_calibration = max(5, round(settings.calibration_fraction * len(names)))
    test, calibration = (
        np.flatnonzero(np.isin(groups, part)) for part in (order[:n_test], order[n_test : n_test + n_calibration])
    )
    rest = np.flatnonzero(np.isin(groups, order[n_test + n_calibration :]))
    bundle, trained = train_bundle(spectra, rest, settings.variant, Smoothing(), seed, device, checkpoint, progress)
    bundle.about["variant"] = "reader"
    calibrate_on_specimens(bundle, spectra, calibration, settings.variant, seed)
    return bundle, trained, reader_metrics(bundle, spectra, test, settings, seed)


def microstructures(spectra: SpectrumSet, draws: int) -> np.ndarray:
    """(n,) the microstructure each specimen belongs to: draws that share one must not be split."""
    number = np.array([int(name.rsplit("-", 1)[1]) for name in spectra["specimen"].astype(str)])
    return np.char.add(np.char.add(spectra["material"].astype(str), "-"), (number // draws).astype(str))


def reader_metrics(
    bundle: ModelBundle, spectra: SpectrumSet, index: np.ndarray, settings: ReaderModel, seed: int
) -> dict[str, Any]:
    """Errors in decades on unseen specimens through random sweeps: overall, by electrode, and where confident."""
    source = fitted_source(spectra, settings.variant, bundle)
    features, target, shown = source.real(index, np.random.default_rng(derived_seed(seed, "test windows")))
    latent, _ = bundle.encode(features)
    error = bundle.regressor.predict(latent) - target
    assert bundle.interval is not None
    width = bundle.interval.half_width(latent)
    electrode = spectra["electrode"].astype(str)[shown]

    def describe(rows: np.ndarray) -> dict[str, float]:
        part = np.abs(error[rows])
        return {
            "n": int(rows.sum()),
            "rmse": float(np.sqrt(np.mean(part**2))),
            "median": float(np.median(part)),
            "p90": float(np.quantile(part, 0.9)),
            "coverage_90": float(np.mean(part <= width[rows])),
            "readoff_median": float(np.median(np.abs(target[rows]))),
            "readoff_rmse": float(np.sqrt(np.mean(target[rows] ** 2))),
        }

    groups = {"all": np.ones(len(error), dtype=bool), "confident (interval within 5 %)": width < np.log10(1.05)}
    groups |= {str(name): electrode == name for name in np.unique(electrode)}
    return {name: describe(rows) for name, rows in groups.items() if rows.sum() > 1}


def write_model_card(bundle: ModelBundle, metrics: dict[str, Any], path: Path | str) -> None:
    """The model card: data, use, measured errors, limits."""
    about = bundle.about
    rows = [
        "| spectra | n | RMSE | median | 90 % | coverage of the 90 % interval | read-off RMSE | read-off median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {name} | {m['n']} | {m['rmse']:.3f} | {m['median']:.4f} | {m['p90']:.3f} | "
        f"{100 * m['coverage_90']:.1f} % | {m['readoff_rmse']:.3f} | {m['readoff_median']:.4f} |"
        for name, m in metrics.items()
    ]
    write_text(
        path,
        "\n".join(
            [
                "# Model card: the reader of laboratory files",
                "",
                f"Trained on {about['training_spectra']} simulated spectra of {about['training_specimens']} specimens "
                "with wide priors (config/materials/generic.yaml, config/electrodes/any_*.yaml), shown through random "
                f"sweeps between {about['frequency_min_hz']:g} Hz and {about['frequency_max_hz']:g} Hz.",
                "",
                "Input: an impedance spectrum. Output: the total ionic resistance with a 90 % interval. A factor on "
                "all impedances changes the answer by that factor, a factor on all frequencies not at all.",
                "",
                "## Measured on specimens that neither training nor calibration saw",
                "",
                "Errors in decades of resistance (0.01 is 2.3 %).",
                "",
                *rows,
                "",
                "## Limits",
                "",
                "- Simulated data only: two-dimensional polycrystals between blocking or reversible electrodes.",
                "- A slow arc of a reversible electrode and one of a grain boundary look alike; the interval says so.",
                "- A sweep without a plateau (phase never below 50 degrees) is refused.",
                "- Electronic conduction beside the ionic one is not modelled and not noticed.",
                "- Thickness and area are taken as given; a wrong unit shows only in an absurd conductivity.",
                "",
            ]
        ),
    )
