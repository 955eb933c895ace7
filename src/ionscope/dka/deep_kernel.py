"""The network that is trained as one: autoencoder, relative bandwidths of the kernel, a first guess of the target."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from ionscope.dvae.model import DVAE, Architecture
from ionscope.preprocess.scaling import Features

ROBUST_WIDTH = 0.01
"""Errors below this many decades count quadratically, above linearly: a few hopeless spectra do not own the loss."""

LOG_SCALES = float(np.log(ROBUST_WIDTH / 10)), float(np.log(10.0))
"""Range of the logarithm of a guessed error: errors below a thousandth of a decade are not resolved."""

ACTIVE_VARIANCE = 0.01
"""A latent dimension is in use if its mean varies more than this between spectra (Burda, Grosse and Salakhutdinov 2016,
arXiv:1509.00519)."""


class DeepKernel(nn.Module):
    """The autoencoder and the kernel's relative bandwidths, so that one optimiser and one checkpoint hold both.

    guided : whether it learns to guess the target and its error, by which the kernel's points are weighed
    """

    def __init__(self, architecture: Architecture, guided: bool):
        super().__init__()
        self.guided = guided
        self.dvae = DVAE(architecture)
        self.log_weights = nn.Parameter(torch.zeros(architecture.latent, dtype=torch.float64))
        self.guess = nn.Linear(architecture.latent, 2)
        nn.init.zeros_(self.guess.weight)
        nn.init.zeros_(self.guess.bias)

    def scale(self, bandwidth: float) -> Tensor:
        """(d,) bandwidth of each latent dimension."""
        return bandwidth * torch.exp(self.log_weights - self.log_weights.mean())

    def relative_bandwidths(self) -> np.ndarray:
        """(d,) of the latent dimensions, their geometric mean 1."""
        return self.scale(1.0).detach().cpu().numpy()

    def tensor(self, values: np.ndarray) -> Tensor:
        """Numbers where the network is."""
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.log_weights.device)

    @torch.no_grad()
    def encode(self, features: Features) -> np.ndarray:
        """(n, d) latent means in float64."""
        mean, _ = self.dvae.encode(self.tensor(features.channels))
        return mean.double().cpu().numpy()

    def guessed(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Target (n,) and scale of its error (n,), decades, guessed from latent means (n, d)."""
        value, log_scale = self.guess(latent).unbind(1)
        return value, torch.exp(log_scale.clamp(*LOG_SCALES))

    @torch.no_grad()
    def noise(self, latent: Tensor, variance: np.ndarray) -> Tensor:
        """(n,) relative variances of the targets at latent means (n, d), no gradient.

        variance : (n,) those known beforehand; guidance multiplies them by what it has learned
        """
        known = self.tensor(variance)
        if not self.guided:
            return known
        guessed = self.guessed(latent.float())[1].double() ** 2
        return known * guessed / guessed.median()

    def guess_line(self) -> np.ndarray:
        """(d + 1,) slopes and intercept of the guessed target."""
        return torch.cat([self.guess.weight[0], self.guess.bias[:1]]).detach().double().cpu().numpy()


def robust_error(error: Tensor) -> Tensor:
    """Pseudo-Huber error in decades: quadratic below `ROBUST_WIDTH`, linear above."""
    return torch.sqrt(error**2 + ROBUST_WIDTH**2) - ROBUST_WIDTH


def active_units(latent: Tensor) -> int:
    """How many of the dimensions of latent means (n, d) are in use."""
    return int((latent.detach().var(dim=0) > ACTIVE_VARIANCE).sum())
