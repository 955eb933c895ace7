"""Pellets unlike those a model has learned from are told, with the reason and the range."""

from pathlib import Path

import numpy as np
import pytest
from cells import pellets
from overlays import production_run

from ionscope.config import load_cell
from ionscope.reading import Reader
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
