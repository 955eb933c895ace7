"""Configurations that are laid over another, as Snakemake does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ionscope.config import RunConfig, load_run, read_yaml

CONFIG = Path(__file__).parents[2] / "config"


def overlaid(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over`, mapping by mapping."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = overlaid(merged[key], value) if both else value
    return merged


def production_content() -> dict[str, Any]:
    """The paper's configuration with that of the production run laid over it."""
    return overlaid(read_yaml(CONFIG / "config.yaml"), read_yaml(CONFIG / "production.yaml"))


def production_run() -> RunConfig:
    """The run that makes the model which comes with the package."""
    return load_run(production_content(), CONFIG)
