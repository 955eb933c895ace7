"""The paper's claims against a run's figures: rules read from `config/claims.yaml`, verdicts computed.

A rule never looks at anything but the metrics it names. A claim that is not reproduced is a result; a metric that a
rule names and the run does not have is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field, model_validator

from ionscope.config import read_yaml, validated
from ionscope.errors import InputDataError
from ionscope.evaluate.verdicts import NOT_TESTABLE, Rule, metric_value
from ionscope.files import read_json, whole_file
from ionscope.quantity import Strict

COLUMNS = ["id", "claim", "paper", "ours", "own", "literal", "unit", "verdict", "source"]
OWN = "own_"
"""What the metrics of the variant begin with that learns from the run's own specimens, where the default does not."""


class Claim(Strict):
    """One line of the claims table.

    paper : the paper's figure as it is printed, or what it says instead
    source : file of the run that our figure can be looked up in
    """

    id: str
    claim: str
    paper: str
    unit: str = ""
    source: str
    rule: Rule

    def judged(self, metrics: Mapping[str, Any]) -> dict[str, str]:
        """The row of this claim; `InputDataError` names a metric that is missing."""
        try:
            figures = self.rule.figures(metrics)
            known = [figure for figure in figures if figure is not None]
            # A metric that is null has no value in this run (a step that was not asked for): nothing to judge.
            verdict = NOT_TESTABLE if len(known) < len(figures) else self.rule.verdict(known, metrics)
            names = self.rule.literal or ()
            literal = [metric_value(metrics, name) for name in ([names] if isinstance(names, str) else names)]
        except InputDataError as error:
            raise InputDataError(f"claim {self.id}: {error}") from None
        row = {"id": self.id, "claim": self.claim, "paper": self.paper, "unit": self.unit, "source": self.source}
        return row | {
            "ours": _text(figures),
            "own": _text(self._own_figures(metrics)),
            "literal": _text(literal),
            "verdict": verdict,
        }

    def _own_figures(self, metrics: Mapping[str, Any]) -> list[float | None]:
        """Our figures by the run's own specimens alone; none where the default learns from them, or has no part in."""
        own = {name.removeprefix(OWN): value for name, value in metrics.items() if name.startswith(OWN)}
        try:
            return self.rule.figures(own)
        except InputDataError:
            return []


class Claims(Strict):
    """All claims, in the order of the table, as in `config/claims.yaml`."""

    claims: Annotated[list[Claim], Field(min_length=1)]

    @model_validator(mode="after")
    def _identifiers_differ(self) -> Claims:
        identifiers = [claim.id for claim in self.claims]
        repeated = [name for name in identifiers if identifiers.count(name) > 1]
        if repeated:
            raise ValueError(f"id '{repeated[0]}' occurs twice")
        return self


def load_claims(path: Path | str) -> Claims:
    """Read the rules; `ConfigError` names an unknown key or a bound that makes no sense."""
    return validated(Claims, read_yaml(path), str(path))


def judge(claims: Claims, metrics: Mapping[str, Any]) -> pd.DataFrame:
    """The claims table, columns `COLUMNS`, all text; `InputDataError` names the first metric that is missing."""
    return pd.DataFrame([claim.judged(metrics) for claim in claims.claims], columns=COLUMNS)


def write_claims(rules_path: Path | str, metrics_path: Path | str, output_path: Path | str) -> pd.DataFrame:
    """Write `claims.csv` from the rules and `evaluation/metrics.json`."""
    try:
        table = judge(load_claims(rules_path), read_json(metrics_path))
    except InputDataError as error:
        raise InputDataError(f"{metrics_path}: {error}") from None
    with whole_file(output_path) as temporary:
        table.to_csv(temporary, index=False)
    return table


def _text(figures: list[float | None]) -> str:
    """Figures to six digits, joined as a range; empty where there is none."""
    if not figures or None in figures:
        return ""
    return " to ".join(f"{figure:.6g}" for figure in figures)
