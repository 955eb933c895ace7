"""What is kept of a training: a row a step and a row a search for the bandwidth."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from ionscope.dka.bandwidth import Tuning
from ionscope.dka.deep_kernel import active_units


class Update(NamedTuple):
    """One step of the optimiser: norm of all gradients before it was limited, and the autoencoder's rate."""

    gradient_norm: float
    learning_rate: float


def step_row(
    step: int,
    phase: str,
    loss: Tensor,
    reconstruction: Tensor,
    kl: Tensor,
    kernel: Tensor | None,
    guess: Tensor | None,
    latent: Tensor,
    update: Update,
) -> dict[str, Any]:
    """A row of history.csv: the terms of the loss at a step and what the optimiser did."""
    return {
        "step": step,
        "phase": phase,
        "loss": loss.item(),
        "reconstruction": reconstruction.item(),
        "kl": kl.item(),
        "kernel_loss": None if kernel is None else kernel.item(),
        "guess_loss": None if guess is None else guess.item(),
        "validation_error": None,
        "active_units": active_units(latent),
        **update._asdict(),
    }


def tuning_row(step: int, tuning: Tuning) -> dict[str, Any]:
    """A row of bandwidth.csv: what a search for bandwidth and ridge ended with."""
    return {
        "step": step,
        "bandwidth": tuning.bandwidth,
        "ridge": tuning.ridge,
        "error": tuning.error,
        "calls": len(tuning.trials),
    }
