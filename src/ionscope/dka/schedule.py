"""What trainings have in common: which specimens validate, and how the learning rate rises and falls."""

from __future__ import annotations

import numpy as np

from ionscope.dka.source import Source

VALIDATION_SHARE = 0.12
VALIDATION_VIRTUAL = 400
"""Stacks of two validation cells beside the real ones: a handful of specimens alone makes a noisy criterion."""

WARM_UP = 50
LOWEST = 0.01
"""Share of the learning rate that is left at the end."""

GRADIENT_LIMIT = 5.0


def split_validation(source: Source, index: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The spectra `index` in two: of specimens to learn from, and of specimens that validate."""
    groups = np.unique(source.group[index])
    held = rng.choice(groups, max(1, round(VALIDATION_SHARE * len(groups))), replace=False)
    is_held = np.isin(source.group[index], held)
    return index[~is_held], index[is_held]


def rise_and_fall(step: int, total: int) -> tuple[float, float]:
    """Two factors of the learning rate: a warm-up over the first steps, a half cosine over all."""
    return min(1.0, (step + 1) / WARM_UP), 0.5 * (1 + np.cos(np.pi * step / max(1, total))) + LOWEST
