"""Finite-element simulation of impedance spectra of polycrystalline solid electrolytes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionscope.simulate.cell import Cell, Field
    from ionscope.simulate.electrodes import Electrode
    from ionscope.simulate.layers import laminate
    from ionscope.simulate.materials import ElectrolyteProperties
    from ionscope.simulate.microstructure import Microstructure

__all__ = ["Cell", "Electrode", "ElectrolyteProperties", "Field", "Microstructure", "laminate"]

_HOMES = {
    "Cell": "cell",
    "Electrode": "electrodes",
    "ElectrolyteProperties": "materials",
    "Field": "cell",
    "Microstructure": "microstructure",
    "laminate": "layers",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the finite elements take a second to load and most of the package does without them."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ionscope.simulate' has no attribute '{name}'")
    return getattr(import_module(f"ionscope.simulate.{_HOMES[name]}"), name)
