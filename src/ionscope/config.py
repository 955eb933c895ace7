"""What a run may be told: typed models of `config/*.yaml`, checked when they are read.

Every key, unit and range is checked before anything runs; a `ConfigError` names the key and what is allowed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from ionscope.errors import ConfigError
from ionscope.quantity import Conditional, Quantity, Strict

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]

READER = "reader"
"""Name of the model of a run's reader section where it stands beside the variants."""


class GrainProperties(Strict):
    log10_sigma_25c: Quantity
    ea: Conditional
    permittivity: Quantity
    exponent: Quantity
    spread_decades: Quantity
    anisotropy: Quantity | None = None


class BoundaryProperties(Strict):
    """Grain boundaries; their capacitance follows from a relaxation frequency or from its ratio to the grains'."""

    share_25c: Quantity
    ea_excess: Quantity
    frequency_25c: Quantity | None = None
    capacitance_ratio: Quantity | None = None
    exponent: Quantity
    spread_decades: Quantity

    @model_validator(mode="after")
    def _capacitance_is_given_once(self) -> BoundaryProperties:
        if (self.frequency_25c is None) == (self.capacitance_ratio is None):
            raise ValueError("give either frequency_25c or capacitance_ratio")
        return self


class Material(Strict):
    """Priors of one solid electrolyte, as in `config/materials/<name>.yaml`."""

    name: str
    label: str
    formula: str
    hypothetical: bool = False
    description: str
    grain: GrainProperties
    boundary: BoundaryProperties
    porosity: Quantity
    size_spread: Quantity | None = None
    seed_relaxation: Annotated[int, Field(ge=0, le=5)] = 1


class ElectrodeProperties(Strict):
    """Priors of one kind of electrode, as in `config/electrodes/<name>.yaml`; areas are nominal electrode areas."""

    name: str
    label: str
    description: str
    blocking: bool
    resistance_25c: Quantity | None = None
    ea: Quantity | None = None
    capacitance: Quantity
    exponent: Quantity
    warburg_25c: Quantity | None = None
    warburg_frequency_25c: Quantity | None = None
    contact_fraction: Quantity
    patches: Quantity
    asymmetry_decades: Quantity

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> ElectrodeProperties:
        if self.blocking == (self.resistance_25c is not None):
            raise ValueError("a blocking electrode has no resistance_25c, any other needs one")
        if not self.blocking and self.ea is None:
            raise ValueError("an electrode with a resistance needs its activation energy, ea")
        return self


class CellGeometry(Strict):
    """Priors of the pellet's geometry, as in `config/cells/<name>.yaml`."""

    thickness: Quantity
    diameter: Quantity
    thickness_error: Quantity
    area_error: Quantity
    temperature_error: Quantity


class Instrument(Strict):
    """Priors of the measuring errors, as in `config/instrument.yaml`."""

    noise: Quantity
    gain_error: Quantity
    phase_error: Quantity
    drift: Quantity
    outlier_fraction: Quantity
    outlier_size: Quantity
    stray_inductance: Quantity
    stray_capacitance: Quantity


Celsius = Annotated[float, Field(ge=-150, le=600)]


class Simulation(Strict):
    """What is simulated: every pellet at each of `temperatures_c`, or once at random within `temperature_range_c`."""

    specimens_per_material: Count
    draws_per_microstructure: Count = 1
    temperatures_c: tuple[Celsius, ...] = ()
    temperature_range_c: tuple[Celsius, Celsius] | None = None
    frequency_min_hz: Positive
    frequency_max_hz: Positive
    frequencies: Annotated[int, Field(ge=8, le=2000)]
    electrodes: Annotated[dict[str, Annotated[float, Field(gt=0, le=1)]], Field(min_length=1)]
    cell: str = "pellet"
    grains: Annotated[int, Field(ge=4, le=4096)] = 64
    dimension: Literal[2, 3] = 2
    order: Literal[1, 2] = 2
    refinement: Annotated[int, Field(ge=0, le=4)] = 0
    wall_refinement: Annotated[int, Field(ge=0, le=5)] = 2
    mesh_tolerance: Annotated[float, Field(gt=0, le=1)] = 1e-3
    solver: Literal["reduced", "direct"] = "reduced"
    tolerance: Annotated[float, Field(gt=0, le=1e-2)] = 1e-6
    geometry_errors: bool = False
    shards: Count = 20

    @model_validator(mode="after")
    def _consistent(self) -> Simulation:
        if self.frequency_min_hz >= self.frequency_max_hz:
            low, high = self.frequency_min_hz, self.frequency_max_hz
            raise ValueError(f"frequency_min_hz = {low:g} must be below frequency_max_hz = {high:g}")
        if bool(self.temperatures_c) == (self.temperature_range_c is not None):
            raise ValueError("one of temperatures_c and temperature_range_c is needed, and only one")
        if sorted(set(self.temperatures_c)) != list(self.temperatures_c):
            raise ValueError("temperatures_c must be ascending without repeats")
        if self.temperature_range_c is not None and not self.temperature_range_c[0] < self.temperature_range_c[1]:
            raise ValueError(
                f"temperature_range_c = {list(self.temperature_range_c)}: the first must be below the second"
            )
        if abs(sum(self.electrodes.values()) - 1) > 1e-9:
            raise ValueError(f"the shares of electrodes must add up to 1, not {sum(self.electrodes.values()):g}")
        return self


class Representing(Strict):
    """How spectra are presented to the network; see `ionscope.preprocess.scaling`."""

    kind: Literal["equivariant", "anchored", "global", "per_spectrum"] = "equivariant"
    decades: Annotated[float, Field(gt=0, le=12)] = 6.0
    points_per_decade: Annotated[int, Field(ge=3, le=50)] = 10


class Autoencoding(Strict):
    """The autoencoder and its training alone; `steps` are gradient steps, `noise` is added to inputs in [0, 1]."""

    latent: Annotated[int, Field(ge=2, le=64)] = 12
    widths: tuple[Count, Count, Count, Count, Count] = (16, 32, 32, 64, 64)
    kl_weight: Annotated[float, Field(ge=0)] = 1e-3
    steps: Count = 800
    batch: Annotated[int, Field(ge=8)] = 96
    learning_rate: Positive = 2e-3
    noise: Annotated[float, Field(ge=0, le=0.2)] = 0.0003


class Adapting(Strict):
    """The kernel regression and how its bandwidth is adapted.

    training : `joint` lets the kernel's error reach the encoder, `frozen` tunes the kernel afterwards
    mixing : virtual cells, two training cells in series, added for every real one while training
    virtual : such cells among the final kernel's points
    stretch : range of the factor by which the grains' resistance differs in virtual cells, where grains relax above the
        band; null for none
    guidance : weight of a first guess of the target and of its error, linear in the latent point; joint training only
    points : most points of the final kernel; it is exact up to them and rests on so many inducing points above
    patience : re-tunings without a better one after which the joint phase ends; null for never
    """

    training: Literal["joint", "frozen"] = "joint"
    steps: Annotated[int, Field(ge=0)] = 300
    support: Annotated[int, Field(ge=32, le=5000)] = 600
    retune_every: Count = 50
    calls: Annotated[int, Field(ge=10, le=200)] = 20
    mixing: Annotated[float, Field(ge=0, le=8)] = 1.0
    virtual: Annotated[int, Field(ge=0, le=100_000)] = 1600
    stretch: tuple[Positive, Positive] | None = None
    reconstruction_weight: Annotated[float, Field(ge=0)] = 1.0
    guidance: Annotated[float, Field(ge=0)] = 1.0
    points: Annotated[int, Field(ge=32, le=10000)] = 5000
    patience: Count | None = None

    @model_validator(mode="after")
    def _stretch_ascends(self) -> Adapting:
        if self.stretch is not None and not self.stretch[0] < self.stretch[1]:
            raise ValueError(f"stretch = {list(self.stretch)}: the first factor must be below the second")
        return self


class Variant(Strict):
    """One way to learn: which conductivity from which band, by what representation, autoencoder and kernel."""

    target: Literal["sigma_total", "sigma_bulk", "sigma_gb"] = "sigma_total"
    frequency_max_hz: Positive | None = None
    representation: Representing = Representing()
    windows: bool = False
    smoothing: bool = True
    dvae: Autoencoding = Autoencoding()
    dka: Adapting = Adapting()

    @model_validator(mode="after")
    def _stretch_fits_the_target(self) -> Variant:
        if self.dka.stretch is not None and self.target == "sigma_gb":
            raise ValueError("dka.stretch changes the grains' resistance; sigma_gb does not learn from that")
        return self


class Learning(Strict):
    """Splits and variants; `default` is the variant that answers, the others are the ablation.

    A run with a reader may have it answer: `default: reader`.

    ablation_seeds : trainings of every variant and of the direct network for the table of ablations
    leave_out : train without each material and each kind of electrode, and read those
    tensorboard : write the training curves for TensorBoard too, beside each model
    """

    test_fraction: Fraction = 0.2
    folds: Annotated[int, Field(ge=2, le=20)] = 4
    device: Literal["auto", "cpu", "cuda"] = "auto"
    default: str = "joint"
    literal: str = "literal"
    ablation_seeds: Annotated[int, Field(ge=1, le=20)] = 1
    leave_out: bool = False
    tensorboard: bool = False
    variants: Annotated[dict[str, Variant], Field(min_length=1)]

    @model_validator(mode="after")
    def _named_variants_exist(self) -> Learning:
        if READER in self.variants:
            raise ValueError(f"a variant may not be called '{READER}': that is the model of the run's reader section")
        for role in ("default", "literal"):
            if role == "default" and self.default == READER:
                continue
            if getattr(self, role) not in self.variants:
                known = ", ".join(self.variants)
                raise ValueError(f"{role} = '{getattr(self, role)}' is not one of the variants: {known}")
            variant = self.variants[getattr(self, role)]
            if variant.target != "sigma_total" or variant.frequency_max_hz is not None:
                raise ValueError(f"{role} = '{getattr(self, role)}' must answer sigma_total from the whole band")
        return self


class Population(Strict):
    """One of the sets of simulated spectra that a reader learns from."""

    materials: Annotated[list[str], Field(min_length=1)]
    simulation: Simulation


class ReaderModel(Strict):
    """The model that reads laboratory files: its own wide simulations, one variant, specimens kept for calibration.

    The model sees no temperature: `temperature_range_c` says for which its wide priors stand.
    """

    populations: Annotated[dict[str, Population], Field(min_length=1)]
    variant: Variant
    calibration_fraction: Fraction = 0.2
    temperature_range_c: tuple[float, float] = (-40.0, 120.0)

    @model_validator(mode="after")
    def _ordered(self) -> ReaderModel:
        materials = [name for population in self.populations.values() for name in population.materials]
        if len(set(materials)) < len(materials):
            raise ValueError("a material may be in one of the populations only: its specimens are named after it")
        low, high = self.temperature_range_c
        if not -150 <= low < high <= 600:
            raise ValueError(f"temperature_range_c = {low:g}, {high:g}: allowed are ascending values from -150 to 600")
        return self


class Peers(Strict):
    """Test spectra on which circuit fits are run and timed."""

    spectra: Count = 60


class Validation(Strict):
    """Where measured spectra lie, with a table `known.csv` of what is published about them; null for none."""

    spectra: str | None = None


class Verification(Strict):
    """How many specimens of the data set are solved again on finer meshes."""

    specimens: Annotated[int, Field(ge=1)] = 6


class RunConfig(Strict):
    """A whole run, as in `config/config.yaml`."""

    run: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    seed: Seed
    materials: Annotated[list[str], Field(min_length=1)]
    simulation: Simulation
    learning: Learning
    reader: ReaderModel | None = None
    peers: Peers = Peers()
    validation: Validation = Validation()
    verification: Verification = Verification()

    @model_validator(mode="after")
    def _default_exists(self) -> RunConfig:
        if self.learning.default == READER and self.reader is None:
            raise ValueError(f"learning.default is '{READER}', but the run has no reader section")
        return self

    @model_validator(mode="after")
    def _has_temperature_series(self) -> RunConfig:
        temperatures = self.simulation.temperatures_c
        if len(temperatures) < 2 or max(temperatures) - min(temperatures) < 1:
            raise ValueError("simulation.temperatures_c must span 1 C or more: activation energies come from series")
        return self


ModelT = TypeVar("ModelT", bound=BaseModel)


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
        nested = getattr(field, "annotation", None)
        if not (isinstance(nested, type) and issubclass(nested, BaseModel)):
            return ["see the documentation of the configuration"]
        current = nested
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
        raise ConfigError(f"unknown {folder.name.rstrip('s')} '{name}'; known: {', '.join(known) or 'none'} ({folder})")
    path = folder / f"{name}.yaml"
    return validated(model, read_yaml(path), str(path))


def load_run(content: Any, folder: Path | str, where: str = "configuration") -> RunConfig:
    """A run's configuration, with every material and electrode it names checked too; `ConfigError` otherwise."""
    run = validated(RunConfig, content, where)
    parts = [(run.materials, run.simulation)]
    if run.reader is not None:
        parts += [(population.materials, population.simulation) for population in run.reader.populations.values()]
    for materials, simulation in parts:
        for name in materials:
            load_material(folder, name)
        for name in simulation.electrodes:
            load_electrode(folder, name)
        load_cell(folder, simulation.cell)
        if simulation.shards > simulation.specimens_per_material * len(materials):
            raise ConfigError(f"{where}: simulation.shards = {simulation.shards}: more shards than specimens")
    load_instrument(folder)
    return run
