"""Files of priors: a quantity has its one unit and fits itself and physics, or its file and key are named."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ionscope.config import CellGeometry, ElectrodeProperties, Instrument, Material, read_yaml, validated
from ionscope.config.priors import MOST_POROSITY
from ionscope.errors import ConfigError
from ionscope.quantity import Strict
from ionscope.simulate.checks import check_properties
from ionscope.simulate.polycrystal import voronoi_mesh

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


@pytest.mark.parametrize(
    ("name", "key", "changes", "message"),
    [
        (
            "materials/llzo_ta.yaml",
            "grain.log10_sigma_25c",
            {"mean": 0.001},
            "grain.log10_sigma_25c: mean = 0.001: must lie from low = -4.2 to high = -2.65; "
            "are all figures in log10(S/cm)?",
        ),
        (
            "materials/llzo_ta.yaml",
            "grain.ea",
            {"intercept": 134},
            "grain: ea: intercept + slope * -3.03 = 134.209: must lie from low = 0.18 to high = 0.6; "
            "are all figures in eV?",
        ),
        (
            "materials/llzo_ta.yaml",
            "grain.ea",
            {"intercept": 134, "slope": -69, "sd": 75},
            "grain: ea: intercept + slope * -3.03 = 342.749: must lie from low = 0.18 to high = 0.6",
        ),
        (
            "electrodes/lithium.yaml",
            "ea",
            {"mean": 370},
            "ea: mean = 370: must lie from low = 0.2 to high = 0.6; are all figures in eV?",
        ),
        (
            "cells/pellet.yaml",
            "area_error",
            {"high": -1},
            "area_error: mean = 0: must lie from low = -inf to high = -1",
        ),
    ],
)
def test_a_normal_prior_about_a_figure_beyond_its_limits_is_refused(name, key, changes, message):
    """It would draw, but only at a limit: a test of one cut off far out is in test_quantity.py."""
    assert refusal(name, key, **changes).startswith(f"{name}: {message}")


@pytest.mark.parametrize(
    ("name", "key", "changes", "message"),
    [
        ("materials/lipon.yaml", "porosity", {"low": 2, "high": 12}, "2 to 12: allowed are 0 to 0.4, as fractions"),
        ("materials/lipon.yaml", "porosity", {"low": -0.1}, "-0.1 to 0.01: allowed are 0 to 0.4, as fractions"),
        ("materials/lipon.yaml", "boundary.share_25c", {"high": 2}, "0.001 to 2: allowed are 0 to 1, as fractions"),
        ("materials/lipon.yaml", "grain.exponent", {"high": 1.2}, "0.9 to 1.2: allowed are 0.3 to 1, as fractions"),
        ("materials/llzo_ta.yaml", "grain.ea", {"high": 600}, "0.18 to 600: allowed are 0 to 3 eV"),
        ("electrodes/lithium.yaml", "contact_fraction", {"low": 60, "high": 100}, "60 to 100: allowed are 0 to 1"),
    ],
)
def test_draws_that_could_not_be_simulated_are_refused(name, key, changes, message):
    assert refusal(name, key, **changes).startswith(f"{name}: {key}: draws of {message}")


@pytest.mark.parametrize(
    ("distribution", "allowed"),
    [
        ({"distribution": "constant", "value": 12}, False),
        ({"distribution": "constant", "value": MOST_POROSITY}, True),
        ({"distribution": "beta", "a": 2, "b": 20}, False),
        ({"distribution": "normal", "mean": 0.1, "sd": 0.02}, False),
        ({"distribution": "normal", "mean": 0.1, "sd": 0.02, "low": 0, "high": 0.2}, True),
    ],
)
def test_every_distribution_is_held_to_what_can_be_simulated(distribution, allowed):
    content = read_yaml(CONFIG / "materials/llzo.yaml")
    content["porosity"] = {"unit": "1", "source": "assumed", "note": "a test", **distribution}
    if allowed:
        assert validated(Material, content, "llzo.yaml").porosity.unit == "1"
    else:
        with pytest.raises(ConfigError, match=r"porosity: draws of .*: allowed are 0 to 0\.4, as fractions"):
            validated(Material, content, "llzo.yaml")


def test_what_may_be_stated_can_be_simulated():
    """The ends of what a file may state are no further than what the simulation takes."""
    check_properties(ea_grain=0, grain_exponent=0.3, boundary_exponent=0.3, exponent=0.3, leak_exponent=0, ea=0)
    check_properties(ea_grain=3, grain_exponent=1, boundary_exponent=1, exponent=1, leak_exponent=1, ea=3)
    voronoi_mesh(np.random.default_rng(1), grains=64, porosity=MOST_POROSITY)
