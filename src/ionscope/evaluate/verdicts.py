"""Rules that turn a run's metrics into a verdict on a claim of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ionscope.errors import InputDataError
from ionscope.quantity import Strict

REPRODUCED = "reproduced"
EXCEEDED = "exceeded"
ACCEPTABLE = "acceptable difference"
NOT_REPRODUCED = "not reproduced"
NOT_TESTABLE = "not testable"
VERDICTS = EXCEEDED, REPRODUCED, ACCEPTABLE, NOT_REPRODUCED, NOT_TESTABLE
"""Every verdict there is, best first."""

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Limit(Strict):
    """A figure of the paper that ours should not fall behind.

    metric, literal : names in metrics.json of our figure and of the one by the paper's recipe word for word
    value : the paper's figure
    exceeded_at : from here on ours is better than the paper by more than chance
    acceptable_to : up to here ours is worse by no more than chance
    reason : why these two bounds
    baseline : metric of an answer that does not look at the spectrum; where ours is no better than it by
        `baseline_margin` (relative), the verdict is at best an acceptable difference
    """

    metric: str
    literal: str | None = None
    value: Number
    exceeded_at: Number
    acceptable_to: Number
    reason: str
    baseline: str | None = None
    baseline_margin: Annotated[float, Field(ge=0, lt=1)] = 0.1

    def figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        return [metric_value(metrics, self.metric)]

    def _capped(self, verdict: str, no_better: bool) -> str:
        return ACCEPTABLE if no_better and verdict in (EXCEEDED, REPRODUCED) else verdict

    def _baseline_sentence(self) -> str:
        if self.baseline is None:
            return ""
        return f" At best an acceptable difference unless it beats {self.baseline} by {self.baseline_margin:.0%}."


class AtMost(_Limit):
    """An error: the smaller the better."""

    kind: Literal["at_most"]

    @model_validator(mode="after")
    def _ordered(self) -> AtMost:
        if not self.exceeded_at <= self.value <= self.acceptable_to:
            raise ValueError("at_most needs exceeded_at <= value <= acceptable_to")
        return self

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        (ours,) = figures
        if ours > self.acceptable_to:
            return NOT_REPRODUCED
        verdict = ACCEPTABLE if ours > self.value else EXCEEDED if ours <= self.exceeded_at else REPRODUCED
        baseline = metric_value(metrics, self.baseline)
        return self._capped(verdict, baseline is not None and ours > baseline * (1 - self.baseline_margin))

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        return (
            f"{self.metric} at most {self.value:g} {unit}: exceeded up to {self.exceeded_at:g}, acceptable difference "
            f"up to {self.acceptable_to:g}. {self.reason}{self._baseline_sentence()}"
        )


class AtLeast(_Limit):
    """A share or a factor: the larger the better."""

    kind: Literal["at_least"]

    @model_validator(mode="after")
    def _ordered(self) -> AtLeast:
        if not self.acceptable_to <= self.value <= self.exceeded_at:
            raise ValueError("at_least needs acceptable_to <= value <= exceeded_at")
        return self

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        (ours,) = figures
        if ours < self.acceptable_to:
            return NOT_REPRODUCED
        verdict = ACCEPTABLE if ours < self.value else EXCEEDED if ours >= self.exceeded_at else REPRODUCED
        baseline = metric_value(metrics, self.baseline)
        return self._capped(verdict, baseline is not None and ours < baseline * (1 + self.baseline_margin))

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        return (
            f"{self.metric} at least {self.value:g} {unit}: exceeded from {self.exceeded_at:g}, acceptable difference "
            f"from {self.acceptable_to:g}. {self.reason}{self._baseline_sentence()}"
        )


class Range(Strict):
    """Two ends, each of which should lie near the paper's.

    near, acceptable : largest distance of either end for `reproduced` and for `acceptable difference`
    at_best : the best verdict this rule can give, where agreement would be partly of our own making
    """

    kind: Literal["range"]
    metric: tuple[str, str]
    literal: tuple[str, str] | None = None
    value: tuple[Number, Number]
    near: Annotated[float, Field(ge=0)]
    acceptable: Annotated[float, Field(ge=0)]
    at_best: Literal["reproduced", "acceptable difference"] = "reproduced"
    reason: str

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.value[0] >= self.value[1] or self.near > self.acceptable:
            raise ValueError("range needs value = [low, high] with low < high, and near <= acceptable")
        return self

    def figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        return [metric_value(metrics, name) for name in self.metric]

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        distance = max(abs(ours - paper) for ours, paper in zip(figures, self.value, strict=True))
        if distance > self.acceptable:
            return NOT_REPRODUCED
        return self.at_best if distance <= self.near else ACCEPTABLE

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        steps = f"acceptable difference where both ends lie within {self.acceptable:g}"
        if self.at_best == REPRODUCED:
            steps = (
                f"reproduced where both ends lie within {self.near:g}, acceptable difference within {self.acceptable:g}"
            )
        low, high = self.value
        return f"{' and '.join(self.metric)} against {low:g} and {high:g}: {steps}. {self.reason}"


class Count(Strict):
    """A number of things: the same is reproduced, more is exceeded, fewer is not reproduced."""

    kind: Literal["count"]
    metric: str
    literal: str | None = None
    value: Annotated[int, Field(ge=0)]

    def figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        return [metric_value(metrics, self.metric)]

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        (ours,) = figures
        return REPRODUCED if ours == self.value else EXCEEDED if ours > self.value else NOT_REPRODUCED

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        return f"{self.metric} equal to {self.value}: exceeded where it is more, not reproduced where it is less."


class ReportOnly(Strict):
    """Our figure beside a claim that has none to compare it with, or none that means the same."""

    kind: Literal["report_only"]
    metric: str
    literal: str | None = None
    reason: str

    def figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        return [metric_value(metrics, self.metric)]

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        return NOT_TESTABLE

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        return f"{self.metric}, for information: {self.reason}"


class NotTestable(Strict):
    """A claim that no computation here can test."""

    kind: Literal["not_testable"]
    reason: str
    literal: None = None

    def figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        return []

    def verdict(self, figures: list[float], metrics: Mapping[str, Any]) -> str:
        return NOT_TESTABLE

    def sentence(self, unit: str) -> str:
        """The rule in words."""
        return self.reason


Rule = Annotated[AtMost | AtLeast | Range | Count | ReportOnly | NotTestable, Field(discriminator="kind")]


def metric_value(metrics: Mapping[str, Any], name: str | None) -> float | None:
    """The metric `name`, None where it is null or no name is given; `InputDataError` where it is missing."""
    if name is None:
        return None
    if name not in metrics:
        raise InputDataError(f"metric '{name}' is missing")
    value = metrics[name]
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise InputDataError(f"metric '{name}' is {value!r}, not a number")
    return value
