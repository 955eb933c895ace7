"""The simulated set of a run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ionscope.config.fields import Celsius, Count, Positive
from ionscope.quantity import Strict


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

    def resized(self, specimens: int, draws: int, shards: float, **changed: Any) -> Simulation:
        """The same with so many specimens of each material, so many to a microstructure, in about so many shards.

        changed : other keys
        """
        size = {
            "specimens_per_material": specimens,
            "draws_per_microstructure": draws,
            "shards": max(1, round(shards)),
        }
        return type(self).model_validate(self.model_dump() | size | changed)

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
