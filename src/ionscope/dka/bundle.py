"""A trained model as files: data only, hashed, and refused when anything does not fit together.

encoder.safetensors   the autoencoder's weights
kernel.npz            kernel points and coefficients, interval scale, thresholds
model.json            architecture, representation, constants, versions, SHA-256 of all three
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

import ionscope
from ionscope.circuits.evidence import Evidence
from ionscope.dka.combination import METHODS, Combination, MethodAnswers
from ionscope.dka.intervals import ConformalInterval
from ionscope.dka.local_median import LocalMedian
from ionscope.dka.regressor import KernelRegressor
from ionscope.dka.source import NEAR, near_window
from ionscope.dka.trust import Trust, latent_distance
from ionscope.dvae.checkpoint import load_tensors, save_tensors
from ionscope.dvae.model import DVAE, Architecture
from ionscope.errors import ModelFileError
from ionscope.files import read_json, to_json, whole_file, write_json
from ionscope.kramers_kronig import KramersKronigResult, kramers_kronig
from ionscope.preprocess.scaling import Features, Representation
from ionscope.preprocess.smoothing import Smoothing

FORMAT = 7
"""Version of the layout of model.json and kernel.npz."""

ARRAYS = "encoder.safetensors", "kernel.npz"
COMBINATION = *(f"combination.{name}" for name in METHODS), "combination.error"
"""Names of a combination's regressions in kernel.npz; all rest on the same points."""
COMBINATION_ARRAYS = "low", "high", "centre", "spread", "steps", "quantiles"


@dataclass
class Readings:
    """What a model says of n spectra.

    log10_resistance, half_width : (n,) decades of ohm; half_width is nan where the model has no intervals yet
    reference : (n,) ohm
    latent : (n, d)
    scores : (n, 3) reconstruction error, latent distance, Kramers-Kronig residual
    methods, weights : (n, 3) read-off, circuit fit and kernel, decades of ohm, and what each counted; without a
        combination of methods only the kernel
    looks_blocking : (n,) bool, what the circuit fit took the electrodes for; None where none is made
    fits : n, what the circuit fit says of each, or None likewise
    kramers_kronig : the test of all n
    answers : what a combination weighed, or None likewise
    """

    log10_resistance: np.ndarray
    half_width: np.ndarray
    reference: np.ndarray
    latent: np.ndarray
    scores: np.ndarray
    methods: np.ndarray
    weights: np.ndarray
    looks_blocking: np.ndarray | None
    fits: list[Evidence] | None
    kramers_kronig: KramersKronigResult
    answers: MethodAnswers | None = None


class Encoded(NamedTuple):
    """Spectra in the view that is answered.

    latent : (n, d) latent means
    answer : (n,) what the kernel says there, decades of resistance over the features' reference
    """

    features: Features
    latent: np.ndarray
    answer: np.ndarray

    @property
    def log10_reference(self) -> np.ndarray:
        """(n,) decades of ohm."""
        return np.log10(self.features.reference)


@dataclass
class ModelBundle:
    """Everything needed to read spectra: representation, encoder, kernel, and once calibrated intervals and trust.

    With a combination (the model for laboratory files) a circuit fit and the read-off are combined with the kernel.
    """

    representation: Representation
    model: DVAE
    regressor: KernelRegressor | LocalMedian
    smoothing: Smoothing = field(default_factory=Smoothing)
    interval: ConformalInterval | None = None
    trust: Trust | None = None
    combination: Combination | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @torch.no_grad()
    def latent_means(self, features: Features) -> np.ndarray:
        """(n, d) latent means in float64."""
        return self.model.encode(torch.from_numpy(features.channels))[0].double().numpy()

    def reconstruct(self, features: Features) -> np.ndarray:
        """(n, 2, g) channels as the autoencoder gives them back from their latent means."""
        return self._decoded(self.latent_means(features))

    @torch.no_grad()
    def _decoded(self, latent: np.ndarray) -> np.ndarray:
        return self.model.decode(torch.from_numpy(latent).float()).numpy()

    def reconstruction_error(self, shown: Encoded) -> np.ndarray:
        """(n,) RMS over the covered points."""
        features, mask = shown.features, shown.features.mask
        squared = ((self._decoded(shown.latent) - features.channels[:, :2]) ** 2).mean(axis=1)
        return np.sqrt((squared * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))

    def encoded(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None = None,
        seen: np.ndarray | None = None,
        temperature: np.ndarray | None = None,
    ) -> Encoded:
        """Spectra as they are answered; arguments as in `Representation.transform`.

        A median sees every sweep in five views: whole, and without more or less of the end that only shows the
        electrode (`near_window`), as electrodes differ more from laboratory to laboratory than in any simulation. The
        view whose answer is in the middle is taken.
        """
        smooth = self.smoothing.apply(impedance)
        whole = self.representation.transform(frequency, smooth, shape, seen, temperature)
        if not isinstance(self.regressor, LocalMedian):
            latent = self.latent_means(whole)
            return Encoded(whole, latent, self.regressor.predict(latent))
        windows = (near_window(frequency, smooth, times, seen) for times in NEAR)
        shown = (self.representation.transform(frequency, smooth, shape, window, temperature) for window in windows)
        views = [whole, *shown]
        latent = np.stack([self.latent_means(view) for view in views])
        answers = np.stack([self.regressor.predict(points) for points in latent])
        middle = np.argsort(answers, axis=0, kind="stable")[len(views) // 2], np.arange(len(smooth))
        channels, mask = (np.stack([getattr(view, name) for view in views])[middle] for name in ("channels", "mask"))
        # The read-off is in every view.
        return Encoded(Features(channels, mask, whole.reference), latent[middle], answers[middle])

    @torch.no_grad()
    def resistance(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None = None,
        temperature: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """log10 of the resistance (n,) and its half-width (n,) alone, without the scores of `read`.

        The half-width is that of an undisturbed spectrum; `read` widens it by what the Kramers-Kronig test finds. A
        combination of methods cannot answer without the scores and takes its full time here too.
        """
        if self.combination is not None:
            readings = self.read(frequency, impedance, shape, temperature=temperature)
            return readings.log10_resistance, readings.half_width
        return self._answer(self.encoded(frequency, impedance, shape, temperature=temperature))

    def _answer(self, shown: Encoded) -> tuple[np.ndarray, np.ndarray]:
        half_width = self.interval.half_width(shown.latent) if self.interval else np.full(len(shown.latent), np.nan)
        return shown.answer + shown.log10_reference, half_width

    def spread(self, latent: np.ndarray) -> np.ndarray | None:
        """(n, 2) how far known spectra about latent points (n, d) lie apart, decades, where the kernel is a median."""
        return self.regressor.spread(latent) if isinstance(self.regressor, LocalMedian) else None

    def read(
        self,
        frequency: np.ndarray,
        impedance: np.ndarray,
        shape: np.ndarray | None = None,
        temperature: np.ndarray | None = None,
    ) -> Readings:
        """Read spectra (n, f) [ohm] on one frequency grid (f,) [Hz].

        shape, temperature : (n,) L / A [1/cm] and K, where the model needs them
        """
        shown = self.encoded(frequency, impedance, shape, temperature=temperature)
        latent, reference = shown.latent, shown.log10_reference
        n = len(latent)
        distance = self.trust.distance(latent) if self.trust else np.full(n, np.nan)
        causal = kramers_kronig(frequency, impedance)
        log10_resistance, half_width = self._answer(shown)
        methods = np.column_stack([reference, np.full(n, np.nan), log10_resistance])
        weights = np.broadcast_to([0.0, 0.0, 1.0], (n, len(METHODS)))
        looks_blocking = fits = answers = None
        if self.combination is not None:
            fits = [
                Evidence.gather(frequency, row, float(noise))
                for row, noise in zip(impedance, causal.noise, strict=True)
            ]
            answers = MethodAnswers.of(reference, fits, log10_resistance, half_width, self.spread(latent))
            log10_resistance, half_width, weights = self.combination.answer(answers)
            methods, looks_blocking = answers.log10_resistance, answers.blocking
        return Readings(
            log10_resistance=log10_resistance,
            half_width=self._widened(half_width, causal),
            reference=shown.features.reference,
            latent=latent,
            scores=np.column_stack([self.reconstruction_error(shown), distance, causal.rms]),
            methods=methods,
            weights=weights,
            looks_blocking=looks_blocking,
            fits=fits,
            kramers_kronig=causal,
            answers=answers,
        )

    def where_stated(self, readings: Readings, electrodes: str) -> Readings:
        """Readings of a combination, with the half-width of cells that all have such electrodes (`ELECTRODES`).

        Nothing else depends on the electrodes.
        """
        assert self.combination is not None and readings.answers is not None
        half_width = self.combination.half_width(readings.answers, electrodes)
        return replace(readings, half_width=self._widened(half_width, readings.kramers_kronig))

    def _widened(self, half_width: np.ndarray, causal: KramersKronigResult) -> np.ndarray:
        """(n,) half-widths, with room for what the Kramers-Kronig test finds."""
        return half_width if self.trust is None else np.hypot(half_width, self.trust.disturbance(causal.rms))

    def calibrate(
        self,
        latent: np.ndarray,
        error: np.ndarray,
        group: np.ndarray,
        reconstruction: np.ndarray,
        residual: np.ndarray,
        level: float = 0.9,
    ) -> np.ndarray:
        """Fit intervals and trust thresholds to spectra of specimens `group (n,)` that training did not see.

        error (n,) in decades; reconstruction and residual (n,) are the two other detectors' scores. Returns half-widths
        (n,) of these spectra, each from intervals that have not seen its specimen: the model's own would look too good.
        """
        weights = self.regressor.weights
        self.interval, half_width = ConformalInterval.fit_held_out(latent, error, group, weights, level)
        distance = latent_distance(latent, latent, itself=True)
        self.trust = Trust.fit(np.column_stack([reconstruction, distance, residual]), latent)
        return half_width

    def save(self, folder: Path | str) -> None:
        """Write the three files; model.json last, so that a folder with it is whole."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.json").unlink(missing_ok=True)
        save_tensors(folder / "encoder.safetensors", dict(self.model.state_dict()), {})
        arrays: dict[str, np.ndarray] = {}
        constants: dict[str, Any] = {}
        regressors: dict[str, KernelRegressor | LocalMedian] = {"kernel": self.regressor}
        if self.interval is not None and self.trust is not None:
            regressors["scale"] = self.interval.scale
            arrays |= {"thresholds": self.trust.thresholds, "familiar": self.trust.familiar.astype(np.float32)}
            constants["quantile"] = self.interval.quantile
        if self.combination is not None:
            regressors |= dict(zip(COMBINATION, (*self.combination.scales, self.combination.error_scale), strict=True))
            arrays |= {f"combination.{name}": getattr(self.combination, name) for name in COMBINATION_ARRAYS}
        for name, regressor in regressors.items():
            parts, constants[name] = regressor.state()
            if name in COMBINATION[1:]:
                del parts["points"]  # those of the first
            arrays |= {f"{name}.{part}": values for part, values in parts.items()}
        with whole_file(folder / "kernel.npz") as temporary, open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        info: dict[str, Any] = {
            "format": FORMAT,
            "ionscope": ionscope.__version__,
            "architecture": self.model.architecture.state(),
            "representation": self.representation.state(),
            "smoothing": {"window": self.smoothing.window, "order": self.smoothing.order},
            "constants": constants,
            "about": self.about,
        }
        digests = {name: _sha256((folder / name).read_bytes()) for name in ARRAYS}
        info["sha256"] = {**digests, "model.json": _sha256(to_json(info).encode())}
        write_json(folder / "model.json", info)

    @classmethod
    def load(cls, folder: Path | str) -> ModelBundle:
        """Read a model; `ModelFileError` where a file is missing, truncated, altered or of another format."""
        folder = Path(folder)
        try:
            info = read_json(folder / "model.json")
        except OSError:
            raise ModelFileError(f"{folder}: no model.json here; is this a folder that `ionscope` wrote?") from None
        except ValueError:
            raise ModelFileError(f"{folder / 'model.json'}: damaged; train or download the model again") from None
        if not isinstance(info, dict) or info.get("format") != FORMAT:
            found = info.get("format") if isinstance(info, dict) else None
            raise ModelFileError(f"{folder}: model format {found}, this version reads format {FORMAT}")
        digests = info.pop("sha256", {})
        own = _sha256(to_json(info).encode())
        if digests.get("model.json", own) != own:
            raise ModelFileError(f"{folder / 'model.json'}: does not match its own SHA-256; altered or damaged")
        for name in ARRAYS:
            if not (folder / name).is_file():
                raise ModelFileError(f"{folder / name}: missing; the model is not whole")
            if digests.get(name) != _sha256((folder / name).read_bytes()):
                raise ModelFileError(f"{folder / name}: does not match its SHA-256 in model.json; altered or truncated")
        architecture = Architecture(**{**info["architecture"], "widths": tuple(info["architecture"]["widths"])})
        model = DVAE(architecture)
        model.load_state_dict(load_tensors(folder / "encoder.safetensors")[0])
        with np.load(folder / "kernel.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        constants = info["constants"]
        interval, trust = None, None
        if "scale" in constants:
            scale = KernelRegressor.from_state(_part("scale", arrays), constants["scale"])
            interval = ConformalInterval(scale, constants["quantile"])
            trust = Trust(arrays["thresholds"], arrays["familiar"].astype(float))
        combination = None
        if "combination.quantiles" in arrays:
            points = {"points": arrays[f"{COMBINATION[0]}.points"]}
            *scales, error_scale = (
                KernelRegressor.from_state(points | _part(name, arrays), constants[name]) for name in COMBINATION
            )
            parts = {name: arrays[f"combination.{name}"] for name in COMBINATION_ARRAYS}
            combination = Combination(scales=tuple(scales), error_scale=error_scale, **parts)
        kernel = LocalMedian if "neighbours" in constants["kernel"] else KernelRegressor
        return cls(
            representation=Representation.from_state(info["representation"]),
            model=model.eval(),
            regressor=kernel.from_state(_part("kernel", arrays), constants["kernel"]),
            smoothing=Smoothing(**info["smoothing"]),
            interval=interval,
            trust=trust,
            combination=combination,
            about=info["about"],
        )


def _part(name: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of one regression by their own names."""
    return {key.removeprefix(f"{name}."): values for key, values in arrays.items() if key.startswith(f"{name}.")}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
