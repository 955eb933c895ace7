"""Training, calibrating and applying models on simulated sets: what the workflow's rules call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.config import Representing, Variant
from ionscope.dka.activation import single_spectrum_regressor
from ionscope.dka.bundle import ModelBundle, Readings
from ionscope.dka.source import Source, shows_plateau
from ionscope.dka.training import Progress, Trained, train
from ionscope.preprocess.scaling import ANCHORED, Representation
from ionscope.preprocess.smoothing import Smoothing
from ionscope.seeds import derived_seed
from ionscope.spectrum import SpectrumSet

CARRIED = ("specimen", "material", "electrode", "temperature", "thickness", "area")
"""Columns of a set that predictions carry along."""


def shape_factor(spectra: SpectrumSet) -> np.ndarray:
    """(n,) L / A in 1/cm."""
    return spectra["thickness"] / spectra["area"]


def make_source(spectra: SpectrumSet, variant: Variant, smoothing: Smoothing) -> Source:
    """Training material for one variant; the representation is not fitted yet."""
    used = smoothing if variant.smoothing else Smoothing()
    return Source(
        representation=Representation(
            variant.representation.kind, representation_grid(variant.representation, spectra)
        ),
        frequency=spectra.frequency,
        impedance=used.apply(spectra.impedance),
        resistance=shape_factor(spectra) / spectra["sigma_total"],
        shape=shape_factor(spectra),
        temperature=spectra["temperature"],
        group=spectra["specimen"].astype(str),
        windows=variant.windows,
        bulk=shape_factor(spectra) / spectra["sigma_bulk"] if variant.dka.stretch is not None else None,
        stretch=variant.dka.stretch,
        virtual_noise=variant.dka.virtual_noise,
    )


def representation_grid(settings: Representing, spectra: SpectrumSet) -> np.ndarray:
    """The set's own frequencies, or decades about the read-off for anchored kinds."""
    if settings.kind not in ANCHORED:
        return spectra.frequency
    steps = round(settings.decades * settings.points_per_decade)
    return np.arange(-steps, steps + 1) / settings.points_per_decade


def train_bundle(
    spectra: SpectrumSet,
    index: np.ndarray,
    variant: Variant,
    smoothing: Smoothing,
    seed: int,
    device: str = "auto",
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[ModelBundle, Trained]:
    """Train one model on the spectra at `index`; it has no intervals yet."""
    source = make_source(spectra, variant, smoothing)
    trained = train(source, index, variant, seed, device, checkpoint, progress=progress)
    bundle = ModelBundle(
        representation=source.representation,
        model=trained.model,
        regressor=trained.regressor,
        smoothing=smoothing if variant.smoothing else Smoothing(),
        about={
            "device": trained.device,
            "seed": seed,
            "training_spectra": len(index),
            "training_specimens": len(np.unique(source.group[index])),
            "frequency_min_hz": float(spectra.frequency.min()),
            "frequency_max_hz": float(spectra.frequency.max()),
        },
    )
    return bundle, trained


def held_out_readings(spectra: SpectrumSet, split: pd.DataFrame, folds: list[ModelBundle]) -> pd.DataFrame:
    """Readings of the training specimens, each by the model of the fold that never saw it.

    Columns: `spectrum, fold, log10_resistance, reconstruction, residual`.
    """
    fold = fold_of_spectra(spectra, split)
    parts = []
    for k, bundle in enumerate(folds):
        index = np.flatnonzero(fold == k)
        readings = read_rows(bundle, spectra, index)
        parts.append(
            pd.DataFrame(
                {
                    "spectrum": index,
                    "fold": k,
                    "log10_resistance": readings.log10_resistance,
                    "reconstruction": readings.scores[:, 0],
                    "residual": readings.scores[:, 2],
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values("spectrum", ignore_index=True)


def fold_of_spectra(spectra: SpectrumSet | pd.DataFrame, split: pd.DataFrame) -> np.ndarray:
    """(n,) fold of the specimen of each spectrum of a set or a table, -1 for test."""
    return split.set_index("specimen")["fold"].loc[spectra["specimen"].astype(str)].to_numpy()


def role_of_spectra(spectra: SpectrumSet, split: pd.DataFrame) -> np.ndarray:
    """(n,) role of each spectrum's specimen, `train` or `test`."""
    return split.set_index("specimen")["role"].loc[spectra["specimen"].astype(str)].to_numpy()


def calibrate_with_folds(
    final: ModelBundle, spectra: SpectrumSet, held_out: pd.DataFrame, level: float = 0.9
) -> np.ndarray:
    """Give the final model intervals and thresholds from the errors of the folds' models on what they had not seen.

    Returns what `ModelBundle.calibrate` does.
    """
    index = held_out["spectrum"].to_numpy()
    truth = np.log10(shape_factor(spectra) / spectra["sigma_total"])[index]
    latent = read_rows(final, spectra, index).latent
    return final.calibrate(
        latent,
        held_out["log10_resistance"].to_numpy() - truth,
        spectra["specimen"].astype(str)[index],
        held_out["reconstruction"].to_numpy(),
        held_out["residual"].to_numpy(),
        level=level,
    )


def calibrate_on(bundle: ModelBundle, spectra: SpectrumSet, index: np.ndarray) -> np.ndarray:
    """Give a model intervals and thresholds from its errors on the spectra at `index`; it has not learned from them.

    Returns what `ModelBundle.calibrate` does.
    """
    readings = read_rows(bundle, spectra, index)
    return bundle.calibrate(
        readings.latent,
        readings.log10_resistance - np.log10(shape_factor(spectra) / spectra["sigma_total"])[index],
        spectra["specimen"].astype(str)[index],
        readings.scores[:, 0],
        readings.scores[:, 2],
    )


def read_set(final: ModelBundle, spectra: SpectrumSet) -> Readings:
    """What the final model says of a whole set."""
    return read_rows(final, spectra, np.arange(len(spectra)))


def read_rows(bundle: ModelBundle, spectra: SpectrumSet, index: np.ndarray) -> Readings:
    """What a model says of the spectra at `index`."""
    return bundle.read(
        spectra.frequency,
        spectra.impedance[index],
        shape_factor(spectra)[index],
        temperature=spectra["temperature"][index],
    )


def prediction_table(
    spectra: SpectrumSet,
    split: pd.DataFrame,
    final: ModelBundle,
    readings: Readings,
    held_out: pd.DataFrame | None = None,
    half_width: np.ndarray | None = None,
) -> pd.DataFrame:
    """One row a spectrum, from the final model's `readings` of the set.

    Specimens that it has learned from are those of `held_out`, where their fold's model read them. Those that calibrate
    it have the `half_width` (n,) of intervals that have not seen them, as calibrating returns them; nan for others.
    """
    shape = shape_factor(spectra)
    log10_resistance = readings.log10_resistance.copy()
    reconstruction = readings.scores[:, 0].copy()
    if held_out is not None:
        rows = held_out["spectrum"].to_numpy()
        log10_resistance[rows], reconstruction[rows] = held_out["log10_resistance"], held_out["reconstruction"]
    scores = np.column_stack([reconstruction, readings.scores[:, 1:]])
    assert final.trust is not None
    width = readings.half_width
    if half_width is not None:
        unseen = np.hypot(half_width, final.trust.disturbance(readings.scores[:, 2]))
        width = np.where(np.isfinite(half_width), unseen, width)
    flagged = (final.trust.excess(scores) > 1).any(axis=1)
    table = pd.DataFrame({"spectrum": np.arange(len(spectra)), **{name: spectra[name] for name in CARRIED}})
    table.insert(4, "role", role_of_spectra(spectra, split))
    table["resistance_true"] = shape / spectra["sigma_total"]
    for name, offset in (("resistance", 0.0), ("resistance_lower", -1.0), ("resistance_upper", 1.0)):
        table[name] = 10 ** (log10_resistance + offset * width)
    table["sigma_true"] = spectra["sigma_total"]
    for name, other in (
        ("sigma", "resistance"),
        ("sigma_lower", "resistance_upper"),
        ("sigma_upper", "resistance_lower"),
    ):
        table[name] = shape / table[other]
    table["ea_true"] = spectra["ea_total"]
    table["ea_single"] = np.nan
    table["reconstruction_error"] = reconstruction
    table["plateau"] = shows_plateau(spectra.impedance)
    table["verdict"] = np.where(flagged, "caution", "ok")
    return table


def predictions_apart(
    bundle: ModelBundle, spectra: SpectrumSet, role: str, half_width: np.ndarray | None = None
) -> pd.DataFrame:
    """`prediction_table` of a set outside the run's split: all of its specimens have one role and no fold."""
    split = pd.DataFrame({"specimen": np.unique(spectra["specimen"].astype(str)), "role": role, "fold": -1})
    return prediction_table(spectra, split, bundle, read_set(bundle, spectra), half_width=half_width)


def add_single_spectrum_ea(table: pd.DataFrame, split: pd.DataFrame, readings: Readings, seed: int) -> None:
    """Fill `ea_single`: for training specimens by models of the other folds, for test specimens by one of all."""
    features = np.column_stack([np.log10(table["sigma"]), 1000 / table["temperature"], readings.latent])
    fold, group, ea = fold_of_spectra(table, split), table["specimen"].to_numpy(), table["ea_true"].to_numpy()
    for k in np.unique(fold):
        fit = (fold >= 0) & (fold != k)
        model = single_spectrum_regressor(features[fit], ea[fit], group[fit], derived_seed(seed, "ea", int(k) + 1))
        table.loc[fold == k, "ea_single"] = model.predict(features[fold == k])
