"""Does the trust verdict notice what goes wrong in laboratories? Held-out spectra, spoilt on purpose.

Each corruption has a severity that does some harm; it is drawn anew for every spectrum. Scores are those of the
verdict itself: the largest of the detectors' scores in units of their thresholds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import shape_factor
from ionscope.dka.trust import DETECTORS, FALSE_ALARM_RATE
from ionscope.seeds import derived_seed
from ionscope.simulate.instrument import elapsed_fraction
from ionscope.spectrum import SpectrumSet

CLEAN, UNIT = "none", "wrong units"
PLAUSIBILITY = "plausibility"
"""Distance of log10 sigma from the training specimens of that material and temperature: needs a known geometry."""

COLUMNS = (
    "corruption", "severity", "n", "auroc", "detected_at_5_percent", "flagged",
    *(f"auroc_{name}" for name in (*DETECTORS, PLAUSIBILITY)), "median_error_decades",
)  # fmt: skip

_MAINS = 50.0  # Hz


@dataclass(frozen=True)
class Sweeps:
    """Spectra as they were recorded.

    frequency : (f,) Hz
    z : (n, f) ohm
    resistance : (n,) the true total ionic resistances, ohm
    shape : (n,) L / A as it was typed, 1/cm
    """

    frequency: np.ndarray
    z: np.ndarray
    resistance: np.ndarray
    shape: np.ndarray

    def with_z(self, z: np.ndarray) -> Sweeps:
        return Sweeps(self.frequency, z, self.resistance, self.shape)

    @property
    def omega(self) -> np.ndarray:
        return 2 * np.pi * self.frequency

    def drawn(self, rng: np.random.Generator, low: float, high: float, logarithmic: bool = False) -> np.ndarray:
        """(n, 1) one number a spectrum."""
        size = len(self.z), 1
        return np.exp(rng.uniform(np.log(low), np.log(high), size)) if logarithmic else rng.uniform(low, high, size)

    def signs(self, rng: np.random.Generator) -> np.ndarray:
        return rng.choice([-1.0, 1.0], (len(self.z), 1))


@dataclass(frozen=True)
class Corruption:
    """A way to spoil sweeps, and how badly in words."""

    name: str
    severity: str
    spoil: Callable[[np.random.Generator, Sweeps], Sweeps]


def _spikes(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    n, f = sweeps.z.shape
    hit = rng.permuted(np.tile(np.arange(f) < 2, (n, 1)), axis=1)
    direction = np.exp(1j * rng.uniform(0, 2 * np.pi, (n, f)))
    return sweeps.with_z(sweeps.z * (1 + hit * direction * sweeps.drawn(rng, 0.05, 0.3)))


def _mains(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    picked = np.zeros(sweeps.frequency.size)
    for harmonic in (1, 2, 3):
        nearest = int(np.abs(np.log(sweeps.frequency / (harmonic * _MAINS))).argmin())
        picked[nearest] = max(picked[nearest], 1 / harmonic)
    direction = np.exp(1j * rng.uniform(0, 2 * np.pi, sweeps.z.shape))
    return sweeps.with_z(sweeps.z * (1 + picked * direction * sweeps.drawn(rng, 0.02, 0.1)))


def _drift(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    change = sweeps.signs(rng) * sweeps.drawn(rng, 0.1, 0.3)
    return sweeps.with_z(sweeps.z * (1 + change * elapsed_fraction(sweeps.frequency)))


def _range_jump(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    f = sweeps.frequency.size
    below = np.arange(f) < rng.integers(f // 4, f - f // 4, (len(sweeps.z), 1))
    return sweeps.with_z(sweeps.z * (1 + below * sweeps.signs(rng) * sweeps.drawn(rng, 0.02, 0.08)))


def _noise(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    part = rng.normal(size=(2, *sweeps.z.shape))
    return sweeps.with_z(sweeps.z * (1 + sweeps.drawn(rng, 0.01, 0.03) * (part[0] + 1j * part[1])))


def _rough_top(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    return _rough(rng, sweeps, sweeps.frequency > np.quantile(sweeps.frequency, 2 / 3))


def _rough_bottom(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    return _rough(rng, sweeps, sweeps.frequency < np.quantile(sweeps.frequency, 1 / 3))


def _rough(rng: np.random.Generator, sweeps: Sweeps, where: np.ndarray) -> Sweeps:
    part = rng.normal(size=(2, *sweeps.z.shape))
    return sweeps.with_z(sweeps.z * (1 + where * sweeps.drawn(rng, 0.05, 0.4) * (part[0] + 1j * part[1])))


def _extra_arc(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    size = sweeps.resistance[:, None] * sweeps.drawn(rng, 0.2, 1.0)
    return sweeps.with_z(sweeps.z + size / (1 + (1j * sweeps.frequency / _inside(rng, sweeps)) ** 0.9))


def _gerischer(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    size = sweeps.resistance[:, None] * sweeps.drawn(rng, 0.2, 1.0)
    return sweeps.with_z(sweeps.z + size / np.sqrt(1 + 1j * sweeps.frequency / _inside(rng, sweeps)))


def _inside(rng: np.random.Generator, sweeps: Sweeps) -> np.ndarray:
    """(n, 1) a frequency in the middle of the band, Hz."""
    low, high = np.log(sweeps.frequency[[0, -1]])
    margin = 0.2 * (high - low)
    return np.exp(rng.uniform(low + margin, high - margin, (len(sweeps.z), 1)))


def _wrong_unit(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    return sweeps.with_z(sweeps.z * 1000.0 ** sweeps.signs(rng))


def _leak(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    path = sweeps.resistance[:, None] * sweeps.drawn(rng, 3.0, 30.0, logarithmic=True)
    return sweeps.with_z(1 / (1 / sweeps.z + 1 / path))


def _inductance(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    return sweeps.with_z(sweeps.z + 1j * sweeps.omega * sweeps.drawn(rng, 5e-6, 5e-5, logarithmic=True))


def _millimetres(rng: np.random.Generator, sweeps: Sweeps) -> Sweeps:
    return Sweeps(sweeps.frequency, sweeps.z, sweeps.resistance, sweeps.shape / 10)


CORRUPTIONS = (
    Corruption("spikes", "2 points off by 5-30 %", _spikes),
    Corruption("mains line", "50 Hz and two harmonics, 2-10 % of |Z|", _mains),
    Corruption("drift", "|Z| changes by 10-30 % over the sweep", _drift),
    Corruption("range jump", "|Z| off by 2-8 % below some frequency", _range_jump),
    Corruption("noise", "1-3 % of |Z| on either part", _noise),
    Corruption("rough high end", "the highest third of the points, 5-40 % on either part", _rough_top),
    Corruption("rough low end", "the lowest third of the points, 5-40 % on either part", _rough_bottom),
    Corruption("extra arc", "0.2-1 times the resistance, inside the band", _extra_arc),
    Corruption("Gerischer", "0.2-1 times the resistance, inside the band", _gerischer),
    Corruption(UNIT, "kilohm or milliohm taken for ohm", _wrong_unit),
    Corruption("electronic leak", "in parallel, 3-30 times the resistance", _leak),
    Corruption("lead inductance", "5-50 uH in series", _inductance),
    Corruption("geometry in mm", "mm and mm2 taken for cm and cm2", _millimetres),
)


def trust_table(
    spectra: SpectrumSet, index: np.ndarray, train: np.ndarray, bundle: ModelBundle, seed: int
) -> pd.DataFrame:
    """How well each corruption of the spectra at `index` is noticed; the first row is of the spectra as they are.

    Columns `COLUMNS`: `auroc` of the verdict's score, `detected_at_5_percent` with the threshold that 5 % of the clean
    spectra exceed, `flagged` with the model's own thresholds, AUROC of each detector alone, and the median error of
    log10 sigma_total that a reader who trusts the answer makes.

    Parameters
    ----------
    train : spectra of training specimens, whose conductivities say what is plausible
    bundle : a calibrated model
    """
    part = spectra.subset(index)
    shape = shape_factor(part)
    clean = Sweeps(spectra.frequency, part.impedance, shape / part["sigma_total"], shape)
    usual = _Usual.of(spectra.subset(train))
    scores, error = _scores(bundle, clean, part, usual)
    rows = [_row(CLEAN, "", scores, scores, error)]
    for corruption in CORRUPTIONS:
        rng = np.random.default_rng(derived_seed(seed, "corruption", corruption.name))
        spoilt, error = _scores(bundle, corruption.spoil(rng, clean), part, usual)
        rows.append(_row(corruption.name, corruption.severity, scores, spoilt, error))
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True)
class _Usual:
    """Means and standard deviations of log10 sigma_total of training specimens by material and temperature."""

    table: pd.DataFrame

    @classmethod
    def of(cls, spectra: SpectrumSet) -> _Usual:
        values = _keys(spectra).assign(value=np.log10(spectra["sigma_total"]))
        return cls(values.groupby(["material", "temperature"])["value"].agg(["mean", "std"]))

    def distance(self, spectra: SpectrumSet, log10_sigma: np.ndarray) -> np.ndarray:
        """(n,) in standard deviations; 0 where nothing is known."""
        known = self.table.reindex(pd.MultiIndex.from_frame(_keys(spectra)))
        return np.nan_to_num(np.abs(log10_sigma - known["mean"].to_numpy()) / known["std"].to_numpy())


def _keys(spectra: SpectrumSet) -> pd.DataFrame:
    return pd.DataFrame({"material": spectra["material"].astype(str), "temperature": spectra["temperature"].round()})


def _scores(bundle: ModelBundle, sweeps: Sweeps, spectra: SpectrumSet, usual: _Usual) -> tuple[np.ndarray, np.ndarray]:
    """(n, 4) excess of the three detectors and the implausibility, and errors (n,) in decades."""
    assert bundle.trust is not None
    readings = bundle.read(sweeps.frequency, sweeps.z, sweeps.shape, temperature=spectra["temperature"])
    log10_sigma = np.log10(sweeps.shape) - readings.log10_resistance
    implausible = usual.distance(spectra, log10_sigma)
    error = np.abs(log10_sigma - np.log10(spectra["sigma_total"]))
    return np.column_stack([bundle.trust.excess(readings.scores), implausible]), error


def _row(name: str, severity: str, clean: np.ndarray, spoilt: np.ndarray, error: np.ndarray) -> dict[str, object]:
    """One row of the table from scores (n, 4) before and after."""
    verdict, before = (scores[:, : len(DETECTORS)].max(axis=1) for scores in (spoilt, clean))
    row: dict[str, object] = {
        "corruption": name,
        "severity": severity,
        "n": len(spoilt),
        "auroc": auroc(before, verdict),
        "detected_at_5_percent": float(np.mean(verdict > np.quantile(before, 1 - FALSE_ALARM_RATE))),
        "flagged": float(np.mean(verdict > 1)),
        "median_error_decades": float(np.median(error)),
    }
    for k, detector in enumerate((*DETECTORS, PLAUSIBILITY)):
        row[f"auroc_{detector}"] = auroc(clean[:, k], spoilt[:, k])
    return row


def auroc(clean: np.ndarray, spoilt: np.ndarray) -> float:
    """Probability that a spoilt spectrum scores above a clean one; ties count half."""
    return float(roc_auc_score(np.repeat([0, 1], [len(clean), len(spoilt)]), np.concatenate([clean, spoilt])))
