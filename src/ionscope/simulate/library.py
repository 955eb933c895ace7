"""The materials there are, as a table and as text: what `ionscope materials list` and `show` print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ionscope.config import Material, load_material
from ionscope.config.load import WAY_OUT
from ionscope.errors import ConfigError
from ionscope.quantity import Beta, Conditional, Constant, LogUniform, Normal, Sourced, Uniform, median

QUANTITY_LABELS = {
    "grain.log10_sigma_25c": "grain conductivity at 25 C, log10",
    "grain.ea": "activation energy of the grain",
    "grain.permittivity": "relative permittivity of the grain",
    "grain.exponent": "exponent of the grain's polarisation",
    "grain.spread_decades": "spread from grain to grain",
    "boundary.share_25c": "share of the boundaries in the resistance at 25 C",
    "boundary.ea_excess": "boundary activation energy minus the grain's",
    "boundary.frequency_25c": "relaxation frequency of the boundary at 25 C",
    "boundary.capacitance_ratio": "capacitance of the boundaries over that of the grains",
    "boundary.exponent": "exponent of the boundary's polarisation",
    "boundary.spread_decades": "spread from boundary to boundary",
    "porosity": "porosity",
}


def list_materials(config_folder: Path | str) -> pd.DataFrame:
    """The materials in ``config_folder/materials``, by name.

    Returns
    -------
    Columns ``name, label, formula, hypothetical``; ``sigma_grain_25c_s_cm, ea_grain_ev, gb_share_25c``, medians of the
    priors; ``quantities, assumed``, how many priors there are and how many rest on an assumption alone; ``description``

    Raises
    ------
    ConfigError : no folder or no material in it, or a material file with a fault
    """
    folder = Path(config_folder) / "materials"
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    if not names:
        raise ConfigError(f"{folder}: no material files (*.yaml) there; {WAY_OUT}")
    return pd.DataFrame([_summary(load_material(config_folder, name)) for name in names])


def describe_material(material: Material) -> str:
    """Every prior of a material as text: distribution, unit, source and how it was read, one block a quantity."""
    head = f"{material.name}: {material.label}, {material.formula}\n{material.description}"
    if material.hypothetical:
        head += "\nHYPOTHETICAL: no measurement can validate it."
    blocks = [head]
    for key, quantity in quantities(material):
        source = quantity.source if isinstance(quantity.source, str) else ", ".join(quantity.source)
        label = QUANTITY_LABELS.get(key, key)
        lines = [f"{key}  ({label})", f"  {distribution_text(quantity)}", f"  source: {source}"]
        if quantity.note:
            lines.append(textwrap.fill(quantity.note.strip(), 100, initial_indent="  ", subsequent_indent="  "))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def quantities(material: Material) -> Iterator[tuple[str, Sourced]]:
    """(dotted name, prior) of everything a material states; what it leaves out is left out."""
    for group in ("grain", "boundary"):
        properties = getattr(material, group)
        for name in type(properties).model_fields:
            if (quantity := getattr(properties, name)) is not None:
                yield f"{group}.{name}", quantity
    yield "porosity", material.porosity


def distribution_text(quantity: Sourced) -> str:
    """A prior in one line, with its unit: ``normal, mean -3.37, sd 0.35, from -5 to -2.8 log10(S/cm)``."""
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    if isinstance(quantity, Constant):
        return f"constant {quantity.value:g}{unit}"
    if isinstance(quantity, LogUniform):
        return f"log-uniform from {quantity.low:g} to {quantity.high:g}{unit}"
    if isinstance(quantity, Uniform):
        return f"uniform from {quantity.low:g} to {quantity.high:g}{unit}"
    if isinstance(quantity, Normal):
        return f"normal, mean {quantity.mean:g}, sd {quantity.sd:g}, from {quantity.low:g} to {quantity.high:g}{unit}"
    if isinstance(quantity, Beta):
        low, high = quantity.frozen().ppf([0.05, 0.95])
        return f"beta, a {quantity.a:g}, b {quantity.b:g}; 5-95 % from {low:.3g} to {high:.3g}{unit}"
    if isinstance(quantity, Conditional):
        line = f"{quantity.intercept:g} {'+' if quantity.slope >= 0 else '-'} {abs(quantity.slope):g} x log10 sigma"
        return f"normal about {line}, sd {quantity.sd:g}, from {quantity.low:g} to {quantity.high:g}{unit}"
    raise TypeError(f"no text for {type(quantity).__name__}")


def _summary(material: Material) -> dict[str, object]:
    log10_sigma = median(material.grain.log10_sigma_25c)
    priors = [quantity for _, quantity in quantities(material)]
    return {
        "name": material.name,
        "label": material.label,
        "formula": material.formula,
        "hypothetical": material.hypothetical,
        "sigma_grain_25c_s_cm": 10**log10_sigma,
        "ea_grain_ev": float(material.grain.ea.frozen(log10_sigma).median()),
        "gb_share_25c": median(material.boundary.share_25c),
        "quantities": len(priors),
        "assumed": sum(quantity.source == "assumed" for quantity in priors),
        "description": material.description,
    }
