"""The dataset card counts what the set holds and reads the same as JSON and as text."""

import numpy as np
import pytest

from ionscope.files import read_json
from ionscope.io.card import dataset_card, write_card


@pytest.fixture
def card(simulated):
    return dataset_card(simulated, "Twelve pellets")


def test_counts_are_of_specimens_and_spectra(card):
    assert (card["spectra"], card["specimens"], card["frequencies"]) == (36, 12, 31)
    assert card["specimens_by_material"] == {"lcto": 6, "llzo": 6}
    assert sum(card["specimens_by_electrode"].values()) == 12
    assert card["temperatures_c"] == [25, 55, 85]
    assert (card["frequency_min_hz"], card["frequency_max_hz"]) == pytest.approx((0.1, 1e4))


def test_ranges_are_those_of_the_columns(card, simulated):
    for name, key in (("sigma_total", "sigma_total_s_cm"), ("area", "area_cm2"), ("porosity", "porosity")):
        values = simulated[name]
        assert card[f"{key}_min_median_max"] == [values.min(), np.median(values), values.max()]


def test_a_subset_is_counted_as_such(simulated):
    card = dataset_card(simulated.subset(simulated["material"] == "llzo"), "half")
    assert card["specimens_by_material"] == {"llzo": 6}
    assert card["spectra"] == 18


def test_provenance_is_told_and_its_absence_too(simulated, card):
    assert (card["seed"], card["config_sha256"]) == (11, "")
    bare = simulated.subset(np.arange(3))
    bare.data.attrs.clear()
    assert dataset_card(bare, "bare")["seed"] == -1
    stamped = simulated.subset(np.arange(3))
    stamped.data.attrs.update(config_sha256="abc", ionscope="9.9")
    assert (dataset_card(stamped, "x")["config_sha256"], dataset_card(stamped, "x")["ionscope"]) == ("abc", "9.9")


def test_both_files_tell_every_entry(card, tmp_path):
    write_card(card, tmp_path / "card.json", tmp_path / "card.md")
    assert read_json(tmp_path / "card.json") == card
    text = (tmp_path / "card.md").read_text()
    assert text.startswith("# Twelve pellets\n")
    for key in card.keys() - {"title"}:
        assert f"- **{key.replace('_', ' ')}**: " in text, key
    assert "lcto: 6, llzo: 6" in text
    assert "25, 55, 85" in text
    assert card["truth"] in text
