"""A whole run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ionscope.config.fields import Count, Materials, Seed
from ionscope.config.learning import READER, Learning, ReaderModel
from ionscope.config.simulation import Simulation
from ionscope.quantity import Strict


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
    materials: Materials
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

    @model_validator(mode="after")
    def _specimens_are_independent(self) -> RunConfig:
        if self.simulation.draws_per_microstructure > 1:
            raise ValueError(
                "simulation.draws_per_microstructure must be 1: the set is split by specimen, and pellets of one "
                "microstructure would stand on both sides; it is for learning.further and the reader's populations"
            )
        return self

    @property
    def further_simulations(self) -> dict[str, Simulation]:
        """What the further specimens of `learning` are simulated by; empty where there are none."""
        return {} if self.learning.further is None else self.learning.further.parts(self.simulation)
