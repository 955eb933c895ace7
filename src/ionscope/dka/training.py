"""Training: the autoencoder first, then encoder and kernel together, the bandwidth re-tuned on the way.

Guidance. While the autoencoder trains, a linear guess of the target and of its error from the latent mean pulls what
tells the resistance into the latent space. The guessed errors then weigh the kernel's points: a spectrum that does not
show its resistance neither bends the regression nor owns the loss. A final kernel that is a median takes the guess for
its trend.

Joint phase. Every step splits the specimens into support and query. The kernel system is solved on the support and its
error on the query specimens, which the kernel has not seen, flows back through the kernel and both sets of latent
points into the encoder. Every `retune_every` steps Bayesian optimisation re-tunes (s, lambda) on validation specimens
that no gradient ever sees, warm-started from its earlier answers; relative bandwidths of the latent dimensions follow
the gradient. With `training: frozen` the joint phase is left out and the bandwidth tuned once.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ionscope.config import Variant
from ionscope.dka.deep_kernel import DeepKernel, robust_error
from ionscope.dka.history import Update, step_row
from ionscope.dka.kernel import gaussian_kernel, solve_bordered
from ionscope.dka.kernel_fit import KernelFit
from ionscope.dka.local_median import LocalMedian
from ionscope.dka.regressor import KernelRegressor
from ionscope.dka.schedule import GRADIENT_LIMIT, VALIDATION_VIRTUAL, rise_and_fall, split_validation
from ionscope.dka.source import Batch, Source, join
from ionscope.dvae.checkpoint import TrainingState
from ionscope.dvae.model import DVAE, Architecture, losses
from ionscope.errors import TrainingError
from ionscope.preprocess.scaling import Features

QUERY_SHARE = 0.25
KERNEL_LEARNING_RATE = 1e-2
CHECKPOINT_EVERY = 200
"""Steps. A checkpoint holds the history so far, so late in 60 000 steps it takes a second to save."""

Progress = Callable[[int, int, Mapping[str, Any]], None]
"""Told after every step: steps done, steps in all, and the row of the history."""


@dataclass
class Trained:
    """A trained encoder and kernel, with what happened on the way."""

    model: DVAE
    regressor: KernelRegressor | LocalMedian
    history: list[dict[str, Any]]
    tunings: list[dict[str, Any]]
    device: str
    validation: np.ndarray
    settings: Variant = field(repr=False)


def choose_device(wanted: str) -> torch.device:
    """The device to train on: `auto` takes a GPU where there is one, `cuda` insists."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise TrainingError("learning.device is cuda, but no GPU is usable here; set it to auto or cpu")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def train(
    source: Source,
    train_index: np.ndarray,
    settings: Variant,
    seed: int,
    device: str = "auto",
    checkpoint: Path | None = None,
    checkpoint_every: int | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train one model on the spectra `train_index` of `source`.

    checkpoint_every : steps; left out, `CHECKPOINT_EVERY` or a hundredth of a long training

    Raises
    ------
    TrainingError : too few specimens, values that are not finite, a loss that turns NaN (the checkpoint is kept)
    """
    # cuBLAS refuses to be deterministic without it, and reads it when it is first used.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    return _Training(source, np.asarray(train_index), settings, seed, choose_device(device)).run(
        checkpoint, checkpoint_every, progress or (lambda step, total, row: None)
    )


class _Training:
    def __init__(self, source: Source, index: np.ndarray, settings: Variant, seed: int, device: torch.device):
        self.source, self.settings, self.seed, self.device = source, settings, seed, device
        self._check(index)
        splitting = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))
        self.fit_index, self.validation_index = split_validation(source, index, splitting)
        fitting = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
        source.fit_representation(self.fit_index, fitting)
        # Everything that is compared over time is drawn once: validation spectra, and the kernel's final points.
        n_virtual = VALIDATION_VIRTUAL if source.can_mix and settings.dka.mixing else 0
        validation = source.batch(self.validation_index, n_virtual, fitting)
        support = self._support(self.fit_index, fitting)
        torch.manual_seed(seed)
        example = validation[0].channels
        joint = settings.dka.training == "joint"
        guided = joint and settings.dka.guidance > 0
        self.net = DeepKernel(Architecture.of(settings.dvae, *example.shape[1:]), guided).to(device)
        self.net.dvae.start_from_components(self.net.tensor(support[0].channels))
        self.kernel = KernelFit(self.net, settings, seed, support, validation, len(self.fit_index))
        self.dvae_steps = settings.dvae.steps
        self.total = self.dvae_steps + (settings.dka.steps if joint else 0)
        self.batch = self.fit_index

    def _check(self, index: np.ndarray) -> None:
        source = self.source
        if len(np.unique(source.group[index])) < 4:
            raise TrainingError("training needs at least 4 specimens: some to learn from, some to validate on")
        for name in ("impedance", "resistance", "shape", "temperature"):
            bad = ~np.isfinite(getattr(source, name)[index])
            if bad.any():
                row = int(index[np.flatnonzero(bad.reshape(len(index), -1).any(axis=1))[0]])
                raise TrainingError(f"spectrum {row} of the training set has a value in {name} that is not finite")

    def run(self, checkpoint: Path | None, every: int | None, progress: Progress) -> Trained:
        every = every or max(CHECKPOINT_EVERY, self.total // 100)
        state = self._new_state()
        fingerprint = self._fingerprint()
        if checkpoint is not None:
            state.resume(checkpoint, fingerprint)
        while state.step < self.total:
            joint = state.step >= self.dvae_steps
            if joint and (state.step - self.dvae_steps) % self.settings.dka.retune_every == 0:
                self._retune(state)
                if self._has_stalled(state):
                    break
            try:
                row = self._joint_step(state) if joint else self._dvae_step(state)
            except torch.linalg.LinAlgError:  # latent points that are no numbers, or none apart from another
                row = {"loss": float("nan"), "phase": "joint"}
            if not np.isfinite(row["loss"]):
                raise TrainingError(
                    f"the loss is not a number at step {state.step} ({row['phase']} phase, batch of "
                    f"{_named(self.batch)}); lower dvae.learning_rate"
                    + (f"; last good state: {checkpoint}" if checkpoint else "")
                )
            state.history.append(row)
            state.step += 1
            progress(state.step, self.total, row)
            if checkpoint is not None and state.step % every == 0:
                state.save(checkpoint, fingerprint)
        if not self._has_stalled(state):
            self._retune(state)
        state.restore_best()
        return self._finish(state)

    def _has_stalled(self, state: TrainingState) -> bool:
        """Whether the last `patience` re-tunings of the bandwidth have brought nothing better."""
        errors = [tuning["error"] for tuning in state.extra["tunings"]]
        patience = self.settings.dka.patience
        return patience is not None and len(errors) > patience and min(errors[-patience:]) > min(errors[:-patience])

    def _new_state(self) -> TrainingState:
        learning_rate = self.settings.dvae.learning_rate
        optimiser = torch.optim.Adam(
            [
                {"params": [*self.net.dvae.parameters(), *self.net.guess.parameters()], "lr": learning_rate},
                {"params": [self.net.log_weights], "lr": KERNEL_LEARNING_RATE},
            ],
            fused=self.device.type == "cuda" or None,  # steps there last as long as their kernels take to launch
        )
        state = TrainingState(self.net, optimiser, self.seed)
        state.extra = {"tunings": [], "best_error": float("inf")}
        self.base_rates = [group["lr"] for group in optimiser.param_groups]
        return state

    def _dvae_step(self, state: TrainingState) -> dict[str, Any]:
        batch = min(self.settings.dvae.batch, len(self.fit_index))
        self.batch = index = state.rng.choice(self.fit_index, batch, replace=False)
        features, target, _ = self.source.batch(index, self._n_virtual(batch), state.rng)
        reconstruction, kl, latent = self._forward(features, state)
        loss = reconstruction + self.settings.dvae.kl_weight * kl
        guess_loss = self._guess_loss(latent, target) if self.net.guided else None
        loss = self._sum(loss, guess_loss)
        update = self._update(state, loss)
        return step_row(state.step, "autoencoder", loss, reconstruction, kl, None, guess_loss, latent, update)

    def _sum(self, loss: Tensor, guess_loss: Tensor | None) -> Tensor:
        return loss if guess_loss is None else loss + self.settings.dka.guidance * guess_loss

    def _guess_loss(self, latent: Tensor, target: np.ndarray) -> Tensor:
        """Negative logarithm of a Laplace-like likelihood: the median of the target and the scale of its error."""
        value, scale = self.net.guessed(latent)
        error = robust_error(value - self.net.tensor(target.astype(np.float32)))
        return (error / scale + torch.log(scale)).mean()

    def _joint_step(self, state: TrainingState) -> dict[str, Any]:
        groups = np.unique(self.source.group[self.fit_index])
        asked = state.rng.choice(groups, max(1, round(QUERY_SHARE * len(groups))), replace=False)
        is_query = np.isin(self.source.group[self.fit_index], asked)
        self.batch = self.fit_index
        (support, support_y, support_noise), (query, query_y, query_noise) = (
            self._episode_side(self.fit_index[side], state.rng) for side in (~is_query, is_query)
        )
        features = join(support, query)
        reconstruction, kl, latent = self._forward(features, state)
        tuning = state.extra["tunings"][-1]
        scale = self.net.scale(tuning["bandwidth"])
        points, asked_points = latent[: len(support_y)].double(), latent[len(support_y) :].double()
        kernel = gaussian_kernel(points, points, scale)
        alpha, bias = solve_bordered(
            kernel, self.net.tensor(support_y[:, None]), tuning["ridge"], self.net.noise(points, support_noise)
        )
        error = gaussian_kernel(asked_points, points, scale) @ alpha + bias - self.net.tensor(query_y[:, None])
        spread = self.net.noise(asked_points, query_noise).sqrt()[:, None]
        kernel_loss = torch.log((robust_error(error) / spread).mean() + 1e-9)
        weight = self.settings.dka.reconstruction_weight
        loss = weight * (reconstruction + self.settings.dvae.kl_weight * kl) + kernel_loss
        guess_loss = self._guess_loss(latent, np.concatenate([support_y, query_y])) if self.net.guided else None
        loss = self._sum(loss, guess_loss)
        update = self._update(state, loss)
        return step_row(state.step, "joint", loss, reconstruction, kl, kernel_loss, guess_loss, latent, update)

    def _episode_side(self, index: np.ndarray, rng: np.random.Generator) -> Batch:
        most = self.settings.dka.support
        if len(index) > most:
            index = rng.choice(index, most, replace=False)
        return self.source.batch(index, self._n_virtual(len(index)), rng)

    def _n_virtual(self, n: int) -> int:
        return round(self.settings.dka.mixing * n) if self.source.can_mix else 0

    def _support(self, index: np.ndarray, rng: np.random.Generator) -> Batch:
        """What a final kernel is fitted to: the real spectra at `index`, and virtual ones."""
        return self.source.batch(index, self.settings.dka.virtual if self.source.can_mix else 0, rng)

    def _forward(self, features: Features, state: TrainingState) -> tuple[Tensor, Tensor, Tensor]:
        x, mask = self.net.tensor(features.channels), self.net.tensor(features.mask.astype(np.float32))
        noisy = x.clone()
        noise = torch.randn(x[:, :2].shape, generator=state.noise).to(self.device)
        noisy[:, :2] += self.settings.dvae.noise * noise * mask[:, None, :]
        reconstruction, mean, log_variance = self.net.dvae(noisy, state.noise)
        parts = losses(x, mask, reconstruction, mean, log_variance)
        return parts.reconstruction, parts.kl, mean

    def _update(self, state: TrainingState, loss: Tensor) -> Update:
        rise, fall = rise_and_fall(state.step, self.total)
        for group, rate in zip(state.optimiser.param_groups, self.base_rates, strict=True):
            group["lr"] = rate * rise * fall
        state.optimiser.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.net.parameters(), GRADIENT_LIMIT)
        state.optimiser.step()
        return Update(float(norm), float(self.base_rates[0] * rise * fall))

    def _retune(self, state: TrainingState) -> None:
        """Bayesian optimisation of (s, lambda) on the validation specimens, and the best model so far."""
        tuning = self.kernel.tune(state.step, 2 * self.settings.dka.support, state.extra)
        state.extra["tunings"].append(tuning)
        if state.history:
            state.history[-1]["validation_error"] = tuning["error"]
        if tuning["error"] < state.extra["best_error"]:
            best = {name: tuning[name] for name in ("bandwidth", "ridge")}
            state.extra |= {"best_error": tuning["error"], "best": best}
            state.keep_as_best()

    def _finish(self, state: TrainingState) -> Trained:
        """The final kernel: the best encoder, on the training and the validation spectra together."""
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(2,)))
        support = self._support(np.concatenate([self.fit_index, self.validation_index]), rng)
        regressor = self.kernel.final(state.step, support, state.extra)
        return Trained(
            regressor=regressor,
            model=self.net.dvae.cpu().eval(),
            history=state.history,
            tunings=state.extra["tunings"],
            device=str(self.device),
            validation=self.validation_index,
            settings=self.settings,
        )

    def _fingerprint(self) -> str:
        content = json.dumps([self.settings.model_dump(mode="json"), self.seed, len(self.fit_index)], sort_keys=True)
        data = hashlib.sha256(content.encode())
        source, index = self.source, np.concatenate([self.fit_index, self.validation_index])
        columns = [source.impedance, source.resistance, source.shape, source.temperature, source.group.astype(str)]
        columns += [] if source.bulk is None else [source.bulk]
        for values in (source.frequency, *(column[index] for column in columns)):
            data.update(np.ascontiguousarray(values).tobytes())
        return data.hexdigest()


def _named(index: np.ndarray) -> str:
    shown = ", ".join(str(i) for i in index[:5])
    return f"spectra {shown}" + (f" and {len(index) - 5} more" if len(index) > 5 else "")
