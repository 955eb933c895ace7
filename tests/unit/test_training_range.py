"""Pellets unlike those a model has learned from are told, with the reason and the range."""

import json
from pathlib import Path

import numpy as np
import pytest
from cells import pellets
from overlays import production_run

from ionscope.conductivity_range import ConductivityRange
from ionscope.config import load_cell
from ionscope.estimate import Estimate
from ionscope.files import to_json
from ionscope.reader import Reader
from ionscope.spectrum import Spectrum
from ionscope.training_range import TrainingRange

CONFIG = Path(__file__).parents[2] / "config"
HERE = TrainingRange(thickness_cm=(0.1, 0.2), area_cm2=(0.5, 1.0), temperature_c=(25.0, 85.0))


def spectrum(**fields):
    return Spectrum(np.geomspace(1, 1e4, 20), np.full(20, 100 - 1j), **fields)


def test_inside_and_unknown_are_silent():
    assert HERE.strangers(spectrum()) == []
    assert HERE.strangers(spectrum(thickness=0.15, area=0.7, temperature=320.0)) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"thickness": 1.5}, "thickness 1.5 cm is outside the training range of the model, 0.1 to 0.2 cm"),
        ({"thickness": 1e-4}, "thickness 0.0001 cm is outside"),
        ({"area": 78.5}, "area 78.5 cm2 is outside the training range of the model, 0.5 to 1 cm2"),
        ({"temperature": 248.15}, "temperature -25 C is outside the training range of the model, 25 to 85 C"),
        ({"temperature": 473.15}, "temperature 200 C is outside"),
    ],
)
def test_each_figure_outside_is_told_with_its_range(fields, told):
    (sentence,) = HERE.strangers(spectrum(**fields))
    assert sentence.startswith(told)


def test_what_a_ruler_or_a_room_cannot_tell_is_inside():
    assert HERE.strangers(spectrum(thickness=0.095, area=1.05, temperature=298.15)) == []
    assert len(HERE.strangers(spectrum(thickness=0.085, area=1.2, temperature=293.15))) == 3


def test_the_range_is_named_with_its_unit():
    (sentence,) = HERE.strangers(spectrum(temperature=473.15))
    assert sentence.endswith("training range of the model, 25 to 85 C")


def test_the_ranges_of_a_set_survive_json():
    spectra = pellets(6)
    found = TrainingRange.of(spectra, (-20.0, 90.0))
    assert found.temperature_c == (-20.0, 90.0)
    assert found.thickness_cm == (0.1, 0.1)
    assert TrainingRange.from_state(found.state()) == found
    assert TrainingRange.from_state(None) is None


def test_the_ranges_of_the_shipped_model_are_those_it_was_made_with():
    run = production_run().reader
    (cell,) = {population.simulation.cell for population in run.populations.values()}
    priors, found = load_cell(CONFIG, cell), Reader.load().trained
    area = [np.pi / 4 * diameter**2 for diameter in (priors.diameter.low, priors.diameter.high)]
    # Thousands of draws reach a prior's ends within a part in a hundred.
    assert found.thickness_cm == pytest.approx((priors.thickness.low, priors.thickness.high), rel=0.01)
    assert found.area_cm2 == pytest.approx(area, rel=0.02)
    assert found.temperature_c == tuple(run.temperature_range_c)


MADE_OF = TrainingRange(
    (0.1, 0.2),
    (0.5, 1.0),
    (25.0, 85.0),
    {"llzo_ta": ConductivityRange((0.0, -2.0, -1.5), (0.0, -1.0, -0.5), (250.0, 400.0))},
)


def test_a_conductivity_that_the_material_does_not_have_is_told():
    at = 1000 / 3.0  # where both parabolas are at their last coefficient
    pellet = spectrum(material="LLZO-Ta", temperature=at, thickness=0.1, area=0.7)
    low, high = 10**-1.5 / at, 10**-0.5 / at
    assert MADE_OF.unusual(pellet, Estimate(2 * low, 1.9 * low, 2.1 * low)) == []
    assert MADE_OF.unusual(pellet, Estimate(0.9 * low, 0.7 * low, 1.1 * low)) == []  # the interval reaches it
    for value in (0.1 * low, 10 * high):  # millimetres for centimetres, and the other way about
        (sentence,) = MADE_OF.unusual(pellet, Estimate(value, 0.99 * value, 1.01 * value))
        assert f"{value:.2g} S/cm is unusual for LLZO-Ta at 60 C" in sentence
        assert f"98 % of the simulated specimens have {low:.2g} to {high:.2g} S/cm" in sentence
    assert MADE_OF.unusual(spectrum(temperature=at), Estimate(1e-9, 1e-9, 1e-9)) == []


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"material": "nasicon"}, "the model does not know it (it knows: llzo_ta)"),
        ({"material": "llzo_ta", "temperature": 300.0, "area": 0.7}, "thickness is not known"),
        ({"material": "llzo_ta"}, "temperature and thickness and area are not known"),
        ({"material": "llzo_ta", "temperature": 500.0, "thickness": 0.1, "area": 0.7}, "at other temperatures only"),
    ],
)
def test_a_material_that_cannot_be_compared_is_told_with_the_reason(fields, why):
    (sentence,) = MADE_OF.unused(spectrum(**fields))
    assert sentence.startswith(f"The conductivity was not compared with that of {fields['material']}: ")
    assert why in sentence


def test_a_material_that_was_compared_and_none_at_all_need_no_word():
    assert MADE_OF.unused(spectrum()) == []
    assert MADE_OF.unused(spectrum(material="llzo_ta", temperature=300.0, thickness=0.1, area=0.7)) == []


def test_a_material_has_the_conductivities_of_98_of_100_of_its_specimens():
    spectra = pellets(600, temperatures=(260.0, 298.15, 330.0, 380.0), points=2)
    found = TrainingRange.of(spectra, (-20.0, 90.0))
    assert set(found.materials) == {"a", "b"}
    inside = []
    for name, known in found.materials.items():
        rows = spectra["material"] == name
        for temperature, sigma in zip(spectra["temperature"][rows], spectra["sigma_total"][rows], strict=True):
            low, high = known.at(temperature)
            inside.append(low <= sigma <= high)
    assert np.mean(inside) == pytest.approx(0.98, abs=0.01)
    assert TrainingRange.from_state(json.loads(to_json(found.state()))) == found


def test_too_few_specimens_or_one_temperature_give_no_range_of_conductivity():
    assert TrainingRange.of(pellets(20, temperatures=(280.0, 300.0, 320.0)), (0.0, 50.0)).materials == {}
    assert TrainingRange.of(pellets(300, points=2), (0.0, 50.0)).materials == {}
