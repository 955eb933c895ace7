"""Files of priors: a quantity is stated in its one unit, or its file, key and unit are named."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ionscope.config import CellGeometry, ElectrodeProperties, Instrument, Material, read_yaml, validated
from ionscope.errors import ConfigError
from ionscope.quantity import Strict

CONFIG = Path(__file__).parents[2] / "config"
KINDS: dict[str, type[Strict]] = {
    "materials/*.yaml": Material,
    "electrodes/*.yaml": ElectrodeProperties,
    "cells/*.yaml": CellGeometry,
    "instrument.yaml": Instrument,
}
FILES = {path: model for pattern, model in KINDS.items() for path in sorted(CONFIG.glob(pattern))}


def stated_in(content: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Keys of the quantities of a file."""
    for key, value in content.items():
        if isinstance(value, dict) and "unit" in value:
            yield (*above, key)
        elif isinstance(value, dict):
            yield from stated_in(value, (*above, key))


def changed(path: Path, keys: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    """The content of a file with values of one quantity replaced."""
    content = copy.deepcopy(read_yaml(path))
    place = content
    for key in keys:
        place = place[key]
    place.update(changes)
    return content


def refusal(name: str, key: str, **changes: Any) -> str:
    """What is said of a shipped file with one quantity changed."""
    path = CONFIG / name
    with pytest.raises(ConfigError) as caught:
        validated(FILES[path], changed(path, tuple(key.split(".")), **changes), name)
    return str(caught.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quantity_of_every_file_has_its_one_unit(path):
    keys = list(stated_in(read_yaml(path)))
    assert keys
    for key in keys:
        with pytest.raises(ConfigError) as caught:
            validated(FILES[path], changed(path, key, unit="furlong"), path.name)
        (line,) = str(caught.value).splitlines()
        assert line.startswith(f"{path.name}: {'.'.join(key)}: unit 'furlong': must be '")


@pytest.mark.parametrize(
    ("name", "key", "unit", "right"),
    [
        ("materials/llzo_ta.yaml", "grain.ea", "meV", "eV"),
        ("materials/llzo_ta.yaml", "grain.log10_sigma_25c", "log10(S/m)", "log10(S/cm)"),
        ("materials/llzo_ta.yaml", "boundary.frequency_25c", "kHz", "Hz"),
        ("materials/llzo_ta.yaml", "porosity", "%", "1"),
        ("electrodes/lithium.yaml", "resistance_25c", "ohm", "ohm cm2"),
        ("cells/pellet.yaml", "thickness", "mm", "cm"),
        ("instrument.yaml", "stray_inductance", "uH", "H"),
    ],
)
def test_another_unit_is_refused_with_the_right_one(name, key, unit, right):
    said = refusal(name, key, unit=unit)
    assert said == f"{name}: {key}: unit '{unit}': must be '{right}'; nothing is converted, so convert the figures"


def test_what_no_shipped_file_states_has_a_unit_too():
    about = {"distribution": "constant", "value": 0.3, "unit": "decades", "source": "assumed", "note": "a test"}
    path = CONFIG / "materials/llzo.yaml"
    for key in ("size_spread", "grain.anisotropy"):
        *above, last = key.split(".")
        content = changed(path, tuple(above), **{last: about})
        with pytest.raises(ConfigError, match=f"{key}: unit 'decades': must be '1'"):
            validated(Material, content, "llzo.yaml")
