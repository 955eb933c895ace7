"""Variants, their settings, and the model that reads laboratory files."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from ionscope.config.fields import Celsius, Count, Fraction, Kind, Materials, Positive
from ionscope.config.simulation import Simulation
from ionscope.quantity import Strict

READER = "reader"
"""Name of the model of a run's reader section where it stands beside the variants."""


MOST_SOLVED = 10_000
"""Points of a kernel that is solved: its matrix takes memory and time as their square and cube."""


def sizes_of_split(specimens: int, test_fraction: float, folds: int) -> tuple[int, int]:
    """How many of so many specimens test and how many train; `ValueError` where either are too few."""
    n_test = round(test_fraction * specimens)
    n_train = specimens - n_test
    if n_test < 2 or n_train < 2 * folds:
        raise ValueError(
            f"{specimens} specimens are too few for a test fraction of {test_fraction:g} and {folds} folds; "
            "simulate more specimens, or change learning.test_fraction or learning.folds"
        )
    return n_test, n_train


class Representing(Strict):
    """How spectra are presented to the network; see `ionscope.preprocess.scaling`."""

    kind: Kind = "equivariant"
    decades: Annotated[float, Field(gt=0, le=12)] = 6.0
    points_per_decade: Annotated[int, Field(ge=3, le=50)] = 10


class Autoencoding(Strict):
    """The autoencoder and its training alone.

    normalised : the encoder's layers are normalised, see `ionscope.dvae.model`
    steps : gradient steps
    noise : added to inputs in [0, 1]
    """

    latent: Annotated[int, Field(ge=2, le=64)] = 12
    widths: tuple[Count, Count, Count, Count, Count] = (16, 32, 32, 64, 64)
    normalised: bool = False
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
    virtual_noise : variance of a virtual cell's target where that of a real one is 1; the larger, the less it counts
        beside the training cells, in the kernel and in what its bandwidth is chosen by
    stretch : range of the factor by which the grains' resistance differs in virtual cells, where grains relax above the
        band; null for none
    guidance : weight of a first guess of the target and of its error, linear in the latent point; joint training only
    regression : the final kernel's: `least_squares` (`ionscope.dka.regressor`), or `median` where many targets lie far
        off (`ionscope.dka.local_median`)
    neighbours : nearest points whose median that is
    points : most points of the final kernel. A least-squares one is exact up to them and rests on so many inducing
        points above, 10 000 at most; a median keeps so many of the spectra
    patience : re-tunings without a better one after which the joint phase ends; null for never
    """

    training: Literal["joint", "frozen"] = "joint"
    steps: Annotated[int, Field(ge=0)] = 300
    support: Annotated[int, Field(ge=32, le=5000)] = 600
    retune_every: Count = 50
    calls: Annotated[int, Field(ge=10, le=200)] = 20
    mixing: Annotated[float, Field(ge=0, le=8)] = 1.0
    virtual: Annotated[int, Field(ge=0, le=100_000)] = 1600
    virtual_noise: Annotated[float, Field(ge=1, le=1e6)] = 1.0
    stretch: tuple[Positive, Positive] | None = None
    reconstruction_weight: Annotated[float, Field(ge=0)] = 1.0
    guidance: Annotated[float, Field(ge=0)] = 1.0
    regression: Literal["least_squares", "median"] = "least_squares"
    neighbours: Count = 40
    points: Annotated[int, Field(ge=32, le=200_000)] = 5000
    patience: Count | None = None

    @model_validator(mode="after")
    def _stretch_ascends(self) -> Adapting:
        if self.stretch is not None and not self.stretch[0] < self.stretch[1]:
            raise ValueError(f"stretch = {list(self.stretch)}: the first factor must be below the second")
        return self

    @model_validator(mode="after")
    def _points_fit_the_regression(self) -> Adapting:
        if self.regression == "least_squares" and self.points > MOST_SOLVED:
            raise ValueError(
                f"points = {self.points}: a least-squares kernel is solved on {MOST_SOLVED} at most; "
                "`regression: median` takes more"
            )
        return self


class Variant(Strict):
    """One way to learn: which conductivity from which band, by what representation, autoencoder and kernel.

    further : learn from the further specimens of `Learning.further`; the training specimens of the run's own set then
        calibrate, as none was learned from
    """

    target: Literal["sigma_total", "sigma_bulk", "sigma_gb"] = "sigma_total"
    frequency_max_hz: Positive | None = None
    further: bool = False
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

    @property
    def comparable(self) -> bool:
        """Whether it answers the total conductivity from the whole band, as all that are compared do."""
        return self.target == "sigma_total" and self.frequency_max_hz is None

    def setting(self, name: str) -> Any:
        """The value of a setting named as in the file, `dvae.latent`; `ValueError` where there is none."""
        section, _, key = name.partition(".")
        settings = getattr(self, section, None)
        if not isinstance(settings, BaseModel) or key not in type(settings).model_fields:
            raise ValueError(f"'{name}' is not a setting of a variant, such as dvae.latent")
        return getattr(settings, key)

    def changed(self, name: str, value: Any) -> Variant:
        """The variant with that setting at another value, checked like any."""
        self.setting(name)
        section, _, key = name.partition(".")
        state = self.model_dump(mode="json")
        state[section][key] = value
        return type(self).model_validate(state)


class Further(Strict):
    """Specimens simulated for learning only: drawn like the run's own, others, and none of them is tested on.

    draws_per_microstructure : of those that are learned from. Specimens with one microstructure err alike, so each of
        those that calibrate or check has its own
    calibrating : as many more of each material that calibrate, beside the run's training specimens; 0 for none
    checking : as many more of each material that check intervals, as test specimens are few; 0 for none
    """

    specimens_per_material: Count
    draws_per_microstructure: Count = 8
    calibrating: Annotated[int, Field(ge=0)] = 0
    checking: Annotated[int, Field(ge=0)] = 0
    shards: Count = 20

    def parts(self, simulation: Simulation) -> dict[str, Simulation]:
        """What is simulated by the run's `simulation`, by role: `further`, `calibration` and `checking` if wanted."""
        sizes = {"further": (self.specimens_per_material, self.draws_per_microstructure)}
        alone = {"calibration": self.calibrating, "checking": self.checking}
        sizes |= {role: (specimens, 1) for role, specimens in alone.items() if specimens > 0}
        # All shards are about as large.
        return {
            role: simulation.resized(specimens, draws, self.shards * specimens / self.specimens_per_material)
            for role, (specimens, draws) in sizes.items()
        }


class Learning(Strict):
    """Splits and variants; `default` is the variant that answers, the others are the ablation.

    A run with a reader may have it answer: `default: reader`.

    variants : null leaves out one of a file that this one is laid over
    own : the variant that stands for learning from the run's own specimens where `default` does not; peers get
        its virtual cells. Left out, the default or the first by name that does
    further : specimens simulated for the variants that learn from further ones
    ablation_seeds : trainings of every variant and of the direct network for the table of ablations
    leave_out : train without each material and each kind of electrode, and read those
    search : of variants, values of settings to be tried on the training specimens, as `joint: {dvae.latent: [8, 16]}`
    tensorboard : write the training curves for TensorBoard too, beside each model
    """

    test_fraction: Fraction = 0.2
    folds: Annotated[int, Field(ge=2, le=20)] = 4
    device: Literal["auto", "cpu", "cuda"] = "auto"
    default: str = "joint"
    literal: str = "literal"
    own: str | None = None
    further: Further | None = None
    ablation_seeds: Annotated[int, Field(ge=1, le=20)] = 1
    leave_out: bool = False
    search: dict[str, dict[str, Annotated[list[float], Field(min_length=1)]]] = Field(default_factory=dict)
    tensorboard: bool = False
    variants: Annotated[dict[str, Variant], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _without_those_left_out(cls, content: Any) -> Any:
        """Variants that are null, and what was to be tried of them."""
        if not isinstance(content, dict) or not isinstance(content.get("variants"), dict):
            return content
        absent = {name for name, variant in content["variants"].items() if variant is None}
        kept = {
            key: {name: value for name, value in content[key].items() if name not in absent}
            for key in ("variants", "search")
            if isinstance(content.get(key), dict)
        }
        return {**content, **kept}

    @model_validator(mode="after")
    def _named_variants_exist(self) -> Learning:
        if READER in self.variants:
            raise ValueError(f"a variant may not be called '{READER}': that is the model of the run's reader section")
        for role in ("default", "literal", "own"):
            name = getattr(self, role)
            if (role, name) in (("default", READER), ("own", None)):
                continue
            if name not in self.variants:
                known = ", ".join(self.variants)
                raise ValueError(f"{role} = '{name}' is not one of the variants: {known}")
            if not self.variants[name].comparable:
                raise ValueError(f"{role} = '{name}' must answer sigma_total from the whole band")
            if role != "default" and self.variants[name].further:
                raise ValueError(f"{role} = '{name}' must learn from the run's own specimens, not from further ones")
        return self

    @model_validator(mode="after")
    def _further_specimens_are_asked_for(self) -> Learning:
        learners = [name for name, variant in self.variants.items() if variant.further]
        if learners and self.further is None:
            raise ValueError(
                f"variant '{learners[0]}' learns from further specimens: say how many in learning.further, such as "
                "specimens_per_material: 1000"
            )
        if self.further is not None and not learners:
            raise ValueError("learning.further: no variant has further: true, so nothing would learn from them")
        return self

    @model_validator(mode="after")
    def _searched_settings_exist(self) -> Learning:
        for searched, settings in self.search.items():
            if searched not in self.variants:
                raise ValueError(f"search.{searched} is not one of the variants: {', '.join(self.variants)}")
            variant = self.variants[searched]
            if not variant.comparable:
                raise ValueError(f"search.{searched}: that variant does not answer sigma_total from the whole band")
            for name, values in settings.items():
                if variant.setting(name) in values or len(set(values)) < len(values):
                    raise ValueError(f"search.{searched}.{name}: name other values than the configured one, each once")
                for value in values:
                    variant.changed(name, value)
        return self

    @property
    def own_variant(self) -> str:
        """The variant that stands for learning from the run's own specimens."""
        names = [name for name, variant in self.variants.items() if variant.comparable and not variant.further]
        if self.own is not None or self.default in names:
            return self.own or self.default
        return min(names)  # `literal` at least is there

    @property
    def trained_default(self) -> str:
        """The default, or where that is a reader the variant that stands for the run's own specimens."""
        return self.own_variant if self.default == READER else self.default


class Population(Strict):
    """One of the sets of simulated spectra that a reader learns from."""

    materials: Materials
    simulation: Simulation

    def calibrating(self, fraction: float) -> Simulation:
        """What is simulated to calibrate: `fraction` as many specimens more, each with a microstructure of its own."""
        specimens = max(1, round(fraction * self.simulation.specimens_per_material))
        return self.simulation.resized(specimens, 1, fraction * self.simulation.shards)


class ReaderSeries(Strict):
    """Specimens of one of a reader's populations at several temperatures, each with a microstructure of its own.

    They tell how much of a reading's error is the same at all temperatures of a specimen.
    """

    population: str
    specimens_per_material: Count
    temperatures_c: Annotated[tuple[Celsius, ...], Field(min_length=3)]
    shards: Count = 8


class ReaderModel(Strict):
    """The model that reads laboratory files: its own wide simulations, one variant, further specimens to calibrate it.

    These are as many as `calibration_fraction` of the others. Specimens with one microstructure err alike, so each of
    them has its own. The model sees no temperature: `temperature_range_c` says for which its wide priors stand.
    Without `series` errors at different temperatures are taken as independent.
    """

    populations: Annotated[dict[str, Population], Field(min_length=1)]
    variant: Variant
    calibration_fraction: Fraction = 0.2
    temperature_range_c: tuple[Celsius, Celsius] = (-40.0, 120.0)
    series: ReaderSeries | None = None

    @property
    def series_simulation(self) -> Simulation:
        """Of the specimens in `series`, which must be there."""
        assert self.series is not None
        simulation = self.populations[self.series.population].simulation
        at = {"temperatures_c": self.series.temperatures_c, "temperature_range_c": None}
        return simulation.resized(self.series.specimens_per_material, 1, self.series.shards, **at)

    @model_validator(mode="after")
    def _learns_from_its_populations(self) -> ReaderModel:
        if self.variant.further:
            raise ValueError("reader.variant.further: a reader learns from its populations")
        return self

    @model_validator(mode="after")
    def _ordered(self) -> ReaderModel:
        materials = [name for population in self.populations.values() for name in population.materials]
        if len(set(materials)) < len(materials):
            raise ValueError("a material may be in one of the populations only: its specimens are named after it")
        if self.series is not None and self.series.population not in self.populations:
            known = ", ".join(self.populations)
            raise ValueError(f"series.population: there is no population {self.series.population!r}; known: {known}")
        low, high = self.temperature_range_c
        if not low < high:
            raise ValueError(f"temperature_range_c = {low:g}, {high:g}: the first must be below the second")
        return self
