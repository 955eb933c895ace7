"""The model's encoder trained on the target directly: a convolutional network, no autoencoder and no kernel."""

from __future__ import annotations

from copy import deepcopy
from math import prod

import numpy as np
import torch
from torch import Tensor, nn

from ionscope.config import Variant
from ionscope.dka.deep_kernel import robust_error
from ionscope.dka.schedule import GRADIENT_LIMIT, VALIDATION_VIRTUAL, rise_and_fall, split_validation
from ionscope.dka.source import Source
from ionscope.dvae.model import DVAE, Architecture
from ionscope.errors import TrainingError
from ionscope.preprocess.scaling import Features

CHECK_EVERY = 25
"""Steps between two looks at the validation specimens; the best state is kept."""


class DirectRegressor(nn.Module):
    """The encoder of a `DVAE` and one linear layer; log10(R_total / reference) of channels (n, c, g)."""

    def __init__(self, architecture: Architecture):
        super().__init__()
        self.encoder = DVAE(architecture)
        self.head = nn.Linear(architecture.latent, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder.encode(x)[0])[:, 0]

    @torch.no_grad()
    def answers(self, features: Features) -> np.ndarray:
        """(n,) predictions in decades."""
        return self(torch.from_numpy(features.channels)).double().numpy()


def train_direct(source: Source, index: np.ndarray, settings: Variant, seed: int) -> DirectRegressor:
    """Train on the spectra at `index`, as long and with as many virtual cells as the variant `settings` would.

    Raises
    ------
    TrainingError : a loss that is not a number
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    fit, validation = split_validation(source, index, rng)
    source.fit_representation(fit, rng)
    mixing = settings.dka.mixing if source.can_mix else 0.0
    checked, truth, variance = source.batch(validation, VALIDATION_VIRTUAL if mixing else 0, rng)
    torch.manual_seed(seed)
    example, _, _ = source.real(fit, rng)
    network = DirectRegressor(Architecture.of(settings.dvae, *example.channels.shape[1:]))
    network.encoder.start_from_components(torch.from_numpy(example.channels))
    optimiser = torch.optim.Adam(network.parameters(), lr=settings.dvae.learning_rate)
    steps = settings.dvae.steps + settings.dka.steps
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: prod(rise_and_fall(step, steps)))
    best, best_state = float("inf"), deepcopy(network.state_dict())
    for step in range(1, steps + 1):
        chosen = rng.choice(fit, min(settings.dvae.batch, len(fit)), replace=False)
        features, target, noise = source.batch(chosen, round(mixing * len(chosen)), rng)
        error = network(torch.from_numpy(features.channels)) - torch.from_numpy(target.astype(np.float32))
        loss = (robust_error(error) / torch.from_numpy(np.sqrt(noise).astype(np.float32))).mean()
        if not torch.isfinite(loss):
            raise TrainingError(f"the loss of the direct network is not a number at step {step}")
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_LIMIT)
        optimiser.step()
        schedule.step()
        if step % CHECK_EVERY == 0 or step == steps:
            missed = float(np.mean(np.abs(network.answers(checked) - truth) / np.sqrt(variance)))
            if missed < best:
                best, best_state = missed, deepcopy(network.state_dict())
    network.load_state_dict(best_state)
    return network.eval()
