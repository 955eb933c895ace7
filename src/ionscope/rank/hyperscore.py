r"""The HyperScore of the paper, with an argument that has a physical meaning.

.. math::

    \text{score} = \text{base}\,\bigl(1 + \operatorname{sigmoid}(\beta \ln(\text{scaling}\,V) + \gamma)^\kappa\bigr),
    \qquad V = V_{130}\,(\sigma_c / \sigma^*)^{m}

The paper gives beta, gamma and kappa but not V. Here sigma_c is the total conductivity at the temperature of use,
``sigma* = thickness / area resistance`` of the separator that a cell needs, and V130 the V at which the card scores
the threshold. The score rises strictly with sigma_c, so it spreads an order and never changes one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator
from scipy.special import expit, logit

from ionscope.config import read_yaml, validated
from ionscope.config.fields import Positive
from ionscope.errors import ConfigError
from ionscope.quantity import Sourced, Strict
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.spectrum import ZERO_CELSIUS

CARDS = "text", "appendix_a"
"""The paper's two sets of constants, by the names of their files; the first one is the default."""


class ScoreCard(Strict):
    """The constants of one HyperScore, under the names of the paper's Appendix A."""

    beta: Positive
    gamma: Annotated[float, Field(allow_inf_nan=False)]
    kappa: Positive
    base_score: Positive
    feature_scaling: Positive
    model_version: str
    data_source: str

    def score(self, v):
        """Score of ``v (...,)``, positive; between the base and twice the base."""
        argument = self.beta * np.log(self.feature_scaling * np.asarray(v, dtype=float)) + self.gamma
        return self.base_score * (1 + expit(argument) ** self.kappa)

    def value(self, score):
        """V that gives ``score (...,)``, the inverse of `score`; `ConfigError` outside what the card can give."""
        share = np.asarray(score, dtype=float) / self.base_score - 1
        if not np.all((share > 0) & (share < 1)):
            low, high = self.base_score, 2 * self.base_score
            raise ConfigError(f"score {score} cannot be reached: this card scores between {low:g} and {high:g}")
        argument = logit(share ** (1 / self.kappa))
        return np.exp((argument - self.gamma) / self.beta) / self.feature_scaling


class _CardFile(Strict):
    configuration: ScoreCard


class Figure(Sourced):
    """One number with its unit and the reason for it."""

    value: Annotated[float, Field(allow_inf_nan=False)]


class Anchor(Strict):
    """What ties V to a cell, as in `config/hyperscore/anchor.yaml`."""

    t_use_c: Figure
    separator_thickness: Figure
    target_area_resistance: Figure
    exponent: Figure
    threshold_score: Figure
    correlation: Figure

    @model_validator(mode="after")
    def _physical(self) -> Anchor:
        units = {"t_use_c": "C", "separator_thickness": "um", "target_area_resistance": "ohm cm2"}
        for name in type(self).model_fields:
            unit = units.get(name, "1")
            if getattr(self, name).unit != unit:
                raise ValueError(f"{name}: the unit must be '{unit}', not '{getattr(self, name).unit}'")
        for name in ("separator_thickness", "target_area_resistance", "exponent", "threshold_score"):
            if getattr(self, name).value <= 0:
                raise ValueError(f"{name}: {getattr(self, name).value:g} must be above 0")
        if self.t_use_c.value <= -ZERO_CELSIUS:
            raise ValueError(f"t_use_c: {self.t_use_c.value:g} C is below absolute zero")
        if not -1 <= self.correlation.value <= 1:
            raise ValueError(f"correlation: {self.correlation.value:g} must lie between -1 and 1")
        return self

    @property
    def temperature(self) -> float:
        """Temperature of use, K."""
        return self.t_use_c.value + ZERO_CELSIUS

    @property
    def sigma_target(self) -> float:
        """sigma*, S/cm: a separator of this conductivity has the target area resistance."""
        return self.separator_thickness.value * 1e-4 / self.target_area_resistance.value

    def area_resistance(self, sigma):
        """Area resistance [ohm cm2] of a separator of conductivity ``sigma (...,)`` [S/cm]."""
        return self.separator_thickness.value * 1e-4 / np.asarray(sigma)

    def carried(self, sigma_25c, ea):
        """Conductivity [S/cm] at the temperature of use from that at 25 C [S/cm] and Ea [eV]; Ea may be NaN at 25 C."""
        factor = arrhenius_factor(ea, self.temperature)
        return sigma_25c * (np.ones_like(factor) if self.needs_no_ea else factor)

    @property
    def needs_no_ea(self) -> bool:
        """Whether the temperature of use is the one that conductivities are given at."""
        return self.t_use_c.value == 25


def anchored_value(sigma, card: ScoreCard, anchor: Anchor):
    """V of ``sigma (...,)`` [S/cm] at the temperature of use."""
    ratio = np.asarray(sigma, dtype=float) / anchor.sigma_target
    return card.value(anchor.threshold_score.value) * ratio**anchor.exponent.value


def hyperscore(sigma, card: ScoreCard, anchor: Anchor):
    """Score of ``sigma (...,)`` [S/cm] at the temperature of use."""
    return card.score(anchored_value(sigma, card, anchor))


def conductivity(score, card: ScoreCard, anchor: Anchor):
    """Conductivity [S/cm] at the temperature of use that gives ``score (...,)``: the inverse of `hyperscore`."""
    ratio = card.value(score) / card.value(anchor.threshold_score.value)
    return anchor.sigma_target * ratio ** (1 / anchor.exponent.value)


def load_card(folder: Path | str, name: str) -> ScoreCard:
    """The score card ``<folder>/hyperscore/<name>.yaml``; `ConfigError` names an unknown key or a bad value."""
    path = Path(folder) / "hyperscore" / f"{name}.yaml"
    return validated(_CardFile, read_yaml(path), str(path)).configuration


def load_anchor(folder: Path | str) -> Anchor:
    """The anchor ``<folder>/hyperscore/anchor.yaml``; `ConfigError` as for a card."""
    path = Path(folder) / "hyperscore" / "anchor.yaml"
    return validated(Anchor, read_yaml(path), str(path))
