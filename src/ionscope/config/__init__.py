"""What a run may be told: typed models of `config/*.yaml`, checked when they are read.

Every key, unit and range is checked before anything runs; a `ConfigError` names the key and what is allowed.
"""

from ionscope.config.learning import READER, Further, Learning, Population, ReaderModel, Representing, Variant
from ionscope.config.load import (
    load_cell,
    load_electrode,
    load_instrument,
    load_material,
    load_run,
    read_yaml,
    validated,
)
from ionscope.config.priors import CellGeometry, ElectrodeProperties, Instrument, Material
from ionscope.config.run import RunConfig
from ionscope.config.simulation import Simulation

__all__ = [
    "READER",
    "CellGeometry",
    "ElectrodeProperties",
    "Further",
    "Instrument",
    "Learning",
    "Material",
    "Population",
    "ReaderModel",
    "Representing",
    "RunConfig",
    "Simulation",
    "Variant",
    "load_cell",
    "load_electrode",
    "load_instrument",
    "load_material",
    "load_run",
    "read_yaml",
    "validated",
]
