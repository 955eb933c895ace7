"""Reading the files: every fault is named with its file, its key and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from ionscope.config.learning import sizes_of_split
from ionscope.config.priors import CellGeometry, ElectrodeProperties, Instrument, Material
from ionscope.config.run import RunConfig
from ionscope.errors import ConfigError

ModelT = TypeVar("ModelT", bound=BaseModel)

WAY_OUT = "run it in a clone of the project, or name a folder like its config/ by --config FOLDER"
"""Where there are no files of materials at all: the package comes without them."""


def read_yaml(path: Path | str) -> dict[str, Any]:
    """A YAML mapping, by safe load; a `ConfigError` names the file and the line where it cannot be read."""
    try:
        with open(path, encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ConfigError(f"{path}{where}: not valid YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values at the top level")
    return content


def validated(model: type[ModelT], content: Any, where: str) -> ModelT:
    """`content` as `model`, or a `ConfigError` with one line a fault: key, value given, what is allowed."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = []
        for fault in error.errors():
            key = ".".join(str(part) for part in fault["loc"]) or "(top level)"
            message = fault["msg"].removeprefix("Value error, ")
            if fault["type"] == "extra_forbidden":
                message = f"unknown key; allowed here: {', '.join(_allowed_keys(model, fault['loc'][:-1]))}"
            given = fault.get("input")
            value = f" = {given!r}" if isinstance(given, str | int | float | bool) else ""
            lines.append(f"{where}: {key}{value}: {message}")
        raise ConfigError("\n".join(lines)) from None


def _allowed_keys(model: type[BaseModel], path: tuple) -> list[str]:
    """Names of the fields at `path` inside `model`, as far as plain nesting leads."""
    current: Any = model
    for part in path:
        field = getattr(current, "model_fields", {}).get(part)
        annotation = getattr(field, "annotation", None)
        # What may be left out is a union with None.
        nested = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]
        models = [kind for kind in nested if issubclass(kind, BaseModel)]
        if not models:
            return ["see the documentation of the configuration"]
        current = models[0]
    return list(current.model_fields)


def load_material(folder: Path | str, name: str) -> Material:
    return _load_named(Material, Path(folder) / "materials", name)


def load_electrode(folder: Path | str, name: str) -> ElectrodeProperties:
    return _load_named(ElectrodeProperties, Path(folder) / "electrodes", name)


def load_cell(folder: Path | str, name: str = "pellet") -> CellGeometry:
    return _load_named(CellGeometry, Path(folder) / "cells", name)


def load_instrument(folder: Path | str) -> Instrument:
    path = Path(folder) / "instrument.yaml"
    return validated(Instrument, read_yaml(path), str(path))


def _load_named(model: type[ModelT], folder: Path, name: str) -> ModelT:
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        there = f"{', '.join(known)} ({folder})" if known else f"none ({folder}); {WAY_OUT}"
        raise ConfigError(f"unknown {folder.name.rstrip('s')} '{name}'; known: {there}")
    path = folder / f"{name}.yaml"
    content = validated(model, read_yaml(path), str(path))
    # A copied file would else give its specimens the names of another's; a cell has no name.
    stated = getattr(content, "name", name)
    if stated != name:
        raise ConfigError(f"{path}: name = '{stated}': must be '{name}' like the file; change it, or rename the file")
    return content


def load_run(content: Any, folder: Path | str, where: str = "configuration", *, split: bool = True) -> RunConfig:
    """A run's configuration, with every material and electrode it names checked too; `ConfigError` otherwise.

    split : its specimens will be split to train and test, and must be enough for that
    """
    run = validated(RunConfig, content, where)
    parts = {"simulation": (run.materials, run.simulation)}
    if run.further_simulations:
        parts["learning.further"] = run.materials, run.further_simulations["further"]
    if run.reader is not None:
        for name, population in run.reader.populations.items():
            parts[f"reader.populations.{name}.simulation"] = population.materials, population.simulation
        if run.reader.series is not None:
            materials = run.reader.populations[run.reader.series.population].materials
            parts["reader.series"] = materials, run.reader.series_simulation
    for key, (materials, simulation) in parts.items():
        for name in materials:
            load_material(folder, name)
        for name in simulation.electrodes:
            load_electrode(folder, name)
        load_cell(folder, simulation.cell)
        if simulation.shards > simulation.specimens_per_material * len(materials):
            raise ConfigError(f"{where}: {key}.shards = {simulation.shards}: more shards than specimens")
    load_instrument(folder)
    if split:
        _check_split(run, where)
    return run


def _check_split(run: RunConfig, where: str) -> None:
    """Refuse too few specimens before they are simulated, not after."""
    each = run.simulation.specimens_per_material
    try:
        sizes_of_split(each * len(run.materials), run.learning.test_fraction, run.learning.folds)
    except ValueError as error:
        raise ConfigError(f"{where}: simulation.specimens_per_material = {each}: {error}") from None
