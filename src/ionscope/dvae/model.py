"""Encoder, decoder and loss of the deep variational autoencoder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import gcd
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ionscope.config.learning import Autoencoding

STRIDES = (1, 2, 2, 2, 2)
KERNEL = 5
NORMALISED_GROUPS = 8
"""Groups of channels that are normalised together; fewer where the channels cannot be divided so."""


@dataclass(frozen=True)
class Architecture:
    """What is needed to build a `DVAE`.

    channels, length : of the input
    latent : dimensions
    widths : channels of the five convolutions
    normalised : whether each of them is followed by a group normalisation and SiLU, instead of ReLU alone
    """

    channels: int
    length: int
    latent: int = 8
    widths: tuple[int, ...] = (16, 32, 32, 64, 64)
    normalised: bool = False

    @classmethod
    def of(cls, settings: Autoencoding, channels: int, length: int) -> Architecture:
        """Of a variant's settings, for such an input."""
        return cls(channels, length, settings.latent, settings.widths, settings.normalised)

    def state(self) -> dict:
        return {**asdict(self), "widths": list(self.widths)}


class Losses(NamedTuple):
    """Named parts of the loss, each averaged over the batch.

    reconstruction : squared error summed over channels and covered grid points
    kl : Kullback-Leibler divergence from the standard normal, summed over latent dimensions
    """

    reconstruction: Tensor
    kl: Tensor


class DVAE(nn.Module):
    """Five Conv1d + ReLU and one linear layer to the latent mean and log-variance; the decoder mirrors them.

    With `Architecture.normalised` the encoder's layers are Conv1d + GroupNorm + SiLU (Wu and He 2018, arXiv:1803.08494;
    Elfwing, Uchibe and Doya 2018, arXiv:1702.03118): long trainings on many kinds of spectra end far lower with them.
    A linear shortcut from the input to the latent mean stands beside the convolutions; see `start_from_components`.
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        self.architecture = architecture
        widths = (architecture.channels, *architecture.widths)
        lengths = [architecture.length]
        for stride in STRIDES:
            lengths.append((lengths[-1] - 1) // stride + 1)
        down: list[nn.Module] = []
        for i, stride in enumerate(STRIDES):
            down.append(nn.Conv1d(widths[i], widths[i + 1], KERNEL, stride, padding=KERNEL // 2))
            if architecture.normalised:
                down.append(nn.GroupNorm(gcd(NORMALISED_GROUPS, widths[i + 1]), widths[i + 1]))
            down.append(nn.SiLU() if architecture.normalised else nn.ReLU())
        self.convolutions = nn.Sequential(*down, nn.Flatten())
        flat = widths[-1] * lengths[-1]
        self.to_latent = nn.Linear(flat, 2 * architecture.latent)
        self.shortcut = nn.Linear(architecture.channels * architecture.length, architecture.latent)
        self.from_latent = nn.Linear(architecture.latent, flat)
        self._seed_shape = (widths[-1], lengths[-1])
        # The mask channel is an input only: the decoder gives the two physical channels.
        up_widths = (2, *architecture.widths)
        up: list[nn.Module] = []
        for i in reversed(range(len(STRIDES))):
            stride = STRIDES[i]
            extra = lengths[i] - ((lengths[i + 1] - 1) * stride + 1)
            up += [
                nn.ReLU(),
                nn.ConvTranspose1d(up_widths[i + 1], up_widths[i], KERNEL, stride, KERNEL // 2, output_padding=extra),
            ]
        self.deconvolutions = nn.Sequential(*up)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance (n, latent) of the latent distribution of spectra x (n, c, g)."""
        mean, log_variance = self.to_latent(self.convolutions(x)).chunk(2, dim=1)
        return mean + self.shortcut(x.flatten(1)), log_variance.clamp(-12.0, 6.0)

    @torch.no_grad()
    def start_from_components(self, x: Tensor) -> None:
        """Set the shortcut to the whitened principal components of x (n, c, g) and the convolutions' part to a tenth.

        The latent mean is then a principal-component analysis that training can only improve on; from a random start
        the encoder of a small data set ends up behind one.
        """
        flat = x.flatten(1).double()
        centre = flat.mean(0)
        _, strength, directions = torch.linalg.svd(flat - centre, full_matrices=False)
        # Fewer spectra than latent dimensions leave directions without variance; whitening would blow up noise there.
        k = min(self.architecture.latent, int((strength > 1e-6 * strength[0]).sum()))
        whitened = directions[:k] / (strength[:k, None] / max(1, len(flat) - 1) ** 0.5)
        self.shortcut.weight.zero_()
        self.shortcut.bias.zero_()
        self.shortcut.weight[:k] = whitened.to(self.shortcut.weight.dtype)
        self.shortcut.bias[:k] = -(whitened @ centre).to(self.shortcut.bias.dtype)
        self.to_latent.weight.mul_(0.1)
        self.to_latent.bias.mul_(0.1)

    def decode(self, z: Tensor) -> Tensor:
        """Channels (n, 2, g) for latent points z (n, latent)."""
        return self.deconvolutions(self.from_latent(z).reshape(-1, *self._seed_shape))

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Reconstruction from one latent draw, latent mean and log-variance."""
        mean, log_variance = self.encode(x)
        noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype).to(mean.device)
        return self.decode(mean + noise * torch.exp(0.5 * log_variance)), mean, log_variance


def losses(x: Tensor, mask: Tensor, reconstruction: Tensor, mean: Tensor, log_variance: Tensor) -> Losses:
    """The two parts of the loss for x (n, c, g), mask (n, g) and the outputs of `DVAE.forward`.

    Both are sums over a spectrum and means over the batch. A KL weight of 1 is therefore the textbook evidence bound
    for unit noise variance per grid point, in which reconstruction counts little; see `dvae.kl_weight` in the
    configuration.
    """
    error = (x[:, :2] - reconstruction) ** 2 * mask[:, None, :]
    kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp())
    return Losses(error.sum(dim=(1, 2)).mean(), kl.sum(dim=1).mean())
