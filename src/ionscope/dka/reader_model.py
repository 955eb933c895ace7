"""The model that reads laboratory files: trained on wide priors, random sweeps and stacks of cells.

Its specimens are divided by microstructure: most are learned from, the rest are for the figures on the model card.
Others, simulated for that, calibrate intervals, trust and the weights of methods; others again, at several
temperatures each, tell what their errors have in common. The sweeps that calibrate and test are drawn once, so that
circuit fits of them can run beside the training.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ionscope.circuits.evidence import FEATURES, Evidence
from ionscope.config import ReaderModel
from ionscope.dka.bundle import Encoded, ModelBundle
from ionscope.dka.combination import METHODS, Combination, MethodAnswers
from ionscope.dka.common_error import SeriesErrors, reading_errors
from ionscope.dka.experiment import shape_factor, train_bundle
from ionscope.dka.source import draw_windows, shows_plateau
from ionscope.dka.training import Progress, Trained
from ionscope.electrodes import ELECTRODES
from ionscope.estimate import TOO_WIDE
from ionscope.kramers_kronig import kramers_kronig
from ionscope.preprocess.smoothing import Smoothing
from ionscope.seeds import derived_seed
from ionscope.spectrum import SpectrumSet
from ionscope.training_range import TrainingRange

TRAIN, TEST = "train", "test"
TEST_FRACTION = 0.14
NOISE = np.log10(1.003)
"""Decades: no answer is worse than another by less."""

CONFIDENT = np.log10(1.05)

FEWEST_SERIES = 4
"""Series below which nothing is said of what their errors have in common."""


def microstructures(spectra: SpectrumSet, settings: ReaderModel) -> np.ndarray:
    """(n,) the microstructure each specimen belongs to: draws that share one must not be split."""
    draws = {
        material: population.simulation.draws_per_microstructure
        for population in settings.populations.values()
        for material in population.materials
    }
    material = spectra["material"].astype(str)
    number = np.array([int(name.rsplit("-", 1)[1]) for name in spectra["specimen"].astype(str)])
    family = number // np.array([draws[name] for name in material])
    return np.char.add(np.char.add(material, "-"), family.astype(str))


def reader_roles(spectra: SpectrumSet, settings: ReaderModel, seed: int) -> np.ndarray:
    """(n,) `TRAIN` or `TEST`, the same for all specimens of a microstructure."""
    groups = microstructures(spectra, settings)
    order = np.random.default_rng(derived_seed(seed, "reader split")).permutation(np.unique(groups))
    tested = order[: max(2, round(TEST_FRACTION * len(order)))]
    return np.where(np.isin(groups, tested), TEST, TRAIN)


def train_reader(
    spectra: SpectrumSet,
    settings: ReaderModel,
    seed: int,
    device: str = "auto",
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> tuple[ModelBundle, Trained]:
    """Train on the specimens whose role it is; `training_range` and `calibrate_reader` complete the model."""
    index = np.flatnonzero(reader_roles(spectra, settings, seed) == TRAIN)
    bundle, trained = train_bundle(spectra, index, settings.variant, Smoothing(), seed, device, checkpoint, progress)
    bundle.about["variant"] = "reader"
    return bundle, trained


def training_range(spectra: SpectrumSet, settings: ReaderModel, seed: int) -> TrainingRange:
    """The range of the specimens that are learned from."""
    learned = spectra.subset(reader_roles(spectra, settings, seed) == TRAIN)
    return TrainingRange.of(learned, settings.temperature_range_c)


def held_out_sweeps(spectra: SpectrumSet, settings: ReaderModel, seed: int) -> pd.DataFrame:
    """A random sweep of each spectrum kept out of training: ``spectrum, first, last`` (points)."""
    sweeps = _random_sweeps(spectra, settings.variant.windows, derived_seed(seed, "reader sweeps"))
    return sweeps[reader_roles(spectra, settings, seed)[sweeps["spectrum"]] == TEST].reset_index(drop=True)


def calibration_sweeps(spectra: SpectrumSet, settings: ReaderModel, seed: int) -> pd.DataFrame:
    """The same of all spectra that calibrate."""
    return _random_sweeps(spectra, settings.variant.windows, derived_seed(seed, "reader calibration sweeps"))


def series_sweeps(spectra: SpectrumSet, settings: ReaderModel, seed: int) -> pd.DataFrame:
    """The same of all spectra of series; a specimen is measured in one band at all temperatures."""
    return _random_sweeps(spectra, settings.variant.windows, derived_seed(seed, "reader series sweeps"), "specimen")


def _random_sweeps(spectra: SpectrumSet, windows: bool, seed: int, shared: str | None = None) -> pd.DataFrame:
    """Those that show a plateau; without `windows` each is the whole band.

    shared : column of the set whose equal values have one band
    """
    n = len(spectra)
    one_of, member = (np.arange(n),) * 2 if shared is None else np.unique(spectra[shared], return_inverse=True)
    if windows:
        seen = draw_windows(spectra.frequency, len(one_of), np.random.default_rng(seed))[member]
    else:
        seen = np.ones((n, spectra.frequency.size), dtype=bool)
    index = np.flatnonzero(shows_plateau(spectra.impedance, seen))
    last = seen.shape[1] - 1 - seen[index, ::-1].argmax(axis=1)
    return pd.DataFrame({"spectrum": index, "first": seen[index].argmax(axis=1), "last": last})


def sweep_evidence(
    spectra: SpectrumSet, sweeps: pd.DataFrame, progress: Callable[[Iterable], Iterable] = iter
) -> pd.DataFrame:
    """`sweeps` with what circuit fits and the Kramers-Kronig test say: `log10_fit`, `kramers_kronig`, `FEATURES`."""
    impedance, rows = spectra.impedance, []
    for record in progress(sweeps.to_dict("records")):
        points = slice(record["first"], record["last"] + 1)
        frequency, z = spectra.frequency[points], impedance[record["spectrum"], points]
        evidence = Evidence.gather(frequency, z)
        residual = float(kramers_kronig(frequency, z).rms[0])
        told = dict(zip(FEATURES, evidence.features, strict=True))
        rows.append({**record, "log10_fit": evidence.log10_fit, "kramers_kronig": residual, **told})
    return pd.DataFrame(rows)


def calibrate_reader(
    bundle: ModelBundle, spectra: SpectrumSet, evidence: pd.DataFrame, blocking: Collection[str]
) -> None:
    """Give a trained reader its intervals, trust and weights of methods, from the `evidence` of spectra that calibrate.

    `blocking` names the electrodes that are.
    """
    group = spectra["specimen"].astype(str)[evidence["spectrum"]]
    shown, kernel, truth = _encoded(bundle, spectra, evidence)
    reproduced, residual = bundle.reconstruction_error(shown), evidence["kramers_kronig"].to_numpy()
    half_width = bundle.calibrate(shown.latent, kernel - truth, group, reproduced, residual)
    electrode = spectra["electrode"].astype(str)[evidence["spectrum"]]
    blocks = np.isin(electrode, list(blocking))
    answers = MethodAnswers.of(shown.log10_reference, _fits(evidence), kernel, half_width, bundle.spread(shown.latent))
    bundle.combination = Combination.fit(answers, truth, group, electrode, blocks)


def reader_metrics(
    bundle: ModelBundle, spectra: SpectrumSet, evidence: pd.DataFrame, blocking: Collection[str]
) -> dict[str, Any]:
    """Errors in decades on unseen sweeps: overall, where the model is confident, by kind and name of electrodes.

    Intervals once as of unknown electrodes, once as where these are stated (``_stated``).
    """
    answers, truth = _method_answers(bundle, spectra, evidence)
    assert bundle.combination is not None
    answer, width, _ = bundle.combination.answer(answers)
    error = np.abs(answer - truth)
    alone = np.abs(answers.log10_resistance - truth[:, None])
    electrode = spectra["electrode"].astype(str)[evidence["spectrum"]]
    blocks = np.isin(electrode, list(blocking))
    stated = np.where(blocks, *(bundle.combination.half_width(answers, name) for name in ELECTRODES))

    def describe(rows: np.ndarray) -> dict[str, float]:
        figures = {
            "n": int(rows.sum()),
            "rmse": float(np.sqrt(np.mean(error[rows] ** 2))),
            "median": float(np.median(error[rows])),
            "p90": float(np.quantile(error[rows], 0.9)),
            "coverage_90": float(np.mean(error[rows] <= width[rows])),
            "half_width_median": float(np.median(width[rows])),
            "coverage_90_stated": float(np.mean(error[rows] <= stated[rows])),
            "half_width_median_stated": float(np.median(stated[rows])),
            "not_worse_than_read_off": float(np.mean(error[rows] <= alone[rows, 0] + NOISE)),
        }
        for k, method in enumerate(METHODS):
            figures[f"{method}_median"] = float(np.median(alone[rows, k]))
            figures[f"{method}_p90"] = float(np.quantile(alone[rows, k], 0.9))
        return figures

    groups = {"all": np.ones(len(error), dtype=bool), "confident (interval within 5 %)": width < CONFIDENT}
    groups |= {"blocking electrodes": blocks, "reversible electrodes": ~blocks}
    groups |= {str(name): electrode == name for name in np.unique(electrode)}
    return {name: describe(rows) for name, rows in groups.items() if rows.sum() > 1}


def calibrate_series(bundle: ModelBundle, spectra: SpectrumSet, evidence: pd.DataFrame, level: float = 0.9) -> None:
    """Tell a calibrated reader how errors at several temperatures go together: ``about["series"]``.

    All specimens tell it; how well intervals hold is measured on each half by what the other one tells. What would be
    refused is left out. Where too few specimens are left, the model stays as it is, its errors taken as independent.
    """
    answers, truth = _method_answers(bundle, spectra, evidence)
    assert bundle.combination is not None and bundle.trust is not None
    answer, width, _ = bundle.combination.answer(answers)
    width = np.hypot(width, bundle.trust.disturbance(evidence["kramers_kronig"].to_numpy()))
    at = evidence["spectrum"].to_numpy()
    readings = pd.DataFrame(
        {
            "specimen": spectra["specimen"].astype(str)[at],
            "temperature": spectra["temperature"][at],
            "sigma": spectra["sigma_total"][at],
            "error": np.log(10) * (truth - answer),
            "half_width": np.log(10) * width,
        }
    )
    readings = readings[readings["half_width"] < np.log(TOO_WIDE)]
    odd = np.unique(readings["specimen"], return_inverse=True)[1] % 2 == 1
    halves = readings[odd], readings[~odd]
    independent = [SeriesErrors.of(half) for half in halves]
    if min(map(len, independent)) < FEWEST_SERIES:
        return
    errors = SeriesErrors.joined(
        SeriesErrors.of(half, reading_errors(other, level)) for half, other in (halves, halves[::-1])
    )
    told = reading_errors(readings, level)
    (covered_ea, covered_sigma), by_themselves = errors.covered(), SeriesErrors.joined(independent).covered()
    bundle.about["series"] = {
        "common": told.common,
        "ea_scale": told.ea_scale,
        "specimens": len(errors),
        "coverage_90_ea": covered_ea,
        "coverage_90_sigma_25c": covered_sigma,
        "coverage_90_ea_independent": by_themselves[0],
        "coverage_90_sigma_25c_independent": by_themselves[1],
        "ea_median_ev": float(np.median(np.abs(errors.ea[:, 0]))),
        "ea_half_width_median_ev": float(np.median(errors.ea[:, 1])),
        "sigma_25c_median_decades": float(np.median(np.abs(errors.sigma_25c[:, 0])) / np.log(10)),
        "sigma_25c_half_width_median_decades": float(np.median(errors.sigma_25c[:, 1]) / np.log(10)),
    }


def _encoded(bundle: ModelBundle, spectra: SpectrumSet, sweeps: pd.DataFrame) -> tuple[Encoded, np.ndarray, np.ndarray]:
    """Sweeps as they are answered, the kernel's answers and the truths, these in decades of ohm."""
    index, points = sweeps["spectrum"].to_numpy(), np.arange(spectra.frequency.size)
    seen = (points >= sweeps["first"].to_numpy()[:, None]) & (points <= sweeps["last"].to_numpy()[:, None])
    shape = shape_factor(spectra)[index]
    temperature = spectra["temperature"][index]
    shown = bundle.encoded(spectra.frequency, spectra.impedance[index], shape, seen, temperature)
    return shown, shown.answer + shown.log10_reference, np.log10(shape / spectra["sigma_total"][index])


def _method_answers(
    bundle: ModelBundle, spectra: SpectrumSet, evidence: pd.DataFrame
) -> tuple[MethodAnswers, np.ndarray]:
    """What a calibrated reader's methods say of sweeps, and the truths in decades of ohm."""
    assert bundle.interval is not None
    shown, kernel, truth = _encoded(bundle, spectra, evidence)
    half_width, spread = bundle.interval.half_width(shown.latent), bundle.spread(shown.latent)
    return MethodAnswers.of(shown.log10_reference, _fits(evidence), kernel, half_width, spread), truth


def _fits(evidence: pd.DataFrame) -> list[Evidence]:
    diagnostics = evidence[list(FEATURES)].to_numpy()
    return [Evidence(fit, row) for fit, row in zip(evidence["log10_fit"].to_numpy(), diagnostics, strict=True)]
