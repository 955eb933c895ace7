"""Spoilt spectra: each as its name says, none that changes the truth, and a table that can tell a blind detector."""

import numpy as np
import pytest
from cells import SHAPE, calibrate, cell, pellets

from ionscope.dka.experiment import train_bundle
from ionscope.evaluate import corruptions
from ionscope.evaluate.corruptions import CLEAN, COLUMNS, CORRUPTIONS, Sweeps, auroc, trust_table
from ionscope.kramers_kronig import kramers_kronig
from ionscope.preprocess.smoothing import Smoothing

FREQUENCY = np.geomspace(0.1, 1e4, 51)
RESISTANCE = np.geomspace(1e2, 1e5, 30)
CLEAN_SWEEPS = Sweeps(
    FREQUENCY, np.array([cell(FREQUENCY, r) for r in RESISTANCE]), RESISTANCE, np.full(len(RESISTANCE), SHAPE)
)
BY_NAME = {corruption.name: corruption for corruption in CORRUPTIONS}


def spoilt(name, seed=0):
    return BY_NAME[name].spoil(np.random.default_rng(seed), CLEAN_SWEEPS)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_corruption_spoils_every_spectrum_and_leaves_the_original_alone(name):
    before = CLEAN_SWEEPS.z.copy(), CLEAN_SWEEPS.shape.copy()
    found = spoilt(name)
    np.testing.assert_array_equal(CLEAN_SWEEPS.z, before[0])
    np.testing.assert_array_equal(CLEAN_SWEEPS.shape, before[1])
    assert ((found.z != before[0]).any(axis=1) | (found.shape != before[1])).all()
    assert np.isfinite(found.z).all()
    np.testing.assert_array_equal(found.resistance, CLEAN_SWEEPS.resistance)
    again, other = spoilt(name), spoilt(name, seed=1)
    np.testing.assert_array_equal(found.z, again.z)
    if name != "geometry in mm":
        assert (found.z != other.z).any()


def test_spikes_and_mains_hit_few_points_where_they_say():
    ratio = np.abs(spoilt("spikes").z / CLEAN_SWEEPS.z - 1)
    assert ((ratio > 1e-12).sum(axis=1) == 2).all()
    assert 0.05 <= ratio[ratio > 1e-12].min() and ratio.max() <= 0.3
    hit = FREQUENCY[(np.abs(spoilt("mains line").z / CLEAN_SWEEPS.z - 1) > 1e-12).any(axis=0)]
    np.testing.assert_allclose(hit, [50, 100, 150], rtol=0.12)


def test_a_rough_end_is_a_third_of_the_points():
    for name, end in (("rough high end", slice(34, 51)), ("rough low end", slice(0, 17))):
        hit = (spoilt(name).z != CLEAN_SWEEPS.z).all(axis=0)
        assert hit[end].all() and hit.sum() == 17


@pytest.mark.parametrize("name", ["extra arc", "Gerischer", "electronic leak", "lead inductance", "wrong units"])
def test_what_a_cell_can_do_obeys_kramers_and_kronig(name):
    assert np.median(kramers_kronig(FREQUENCY, spoilt(name).z).rms) < 2e-3


@pytest.mark.parametrize("name", ["spikes", "drift", "range jump", "noise", "rough high end", "rough low end"])
def test_what_no_cell_can_do_does_not(name):
    assert np.median(kramers_kronig(FREQUENCY, spoilt(name).z).rms) > 2e-3


def test_a_leak_shorts_the_blocking_electrode_and_an_arc_adds_its_resistance():
    low, high = np.abs(spoilt("electronic leak").z[:, 0]) / RESISTANCE, spoilt("extra arc").z[:, 0].real / RESISTANCE
    assert (low < 33).all()
    added = high - CLEAN_SWEEPS.z[:, 0].real / RESISTANCE
    assert added.min() > 0.15 and added.max() < 1.01


def test_auroc_counts_pairs():
    assert auroc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1.0
    assert auroc(np.array([0.0, 2.0]), np.array([1.0, 2.0])) == pytest.approx(0.625)


@pytest.fixture(scope="module")
def table(quick):
    spectra = pellets(24, noise=0.001)
    test = np.arange(len(spectra)) // 2 % 3 == 0
    train = np.flatnonzero(~test)
    bundle, _ = train_bundle(spectra, train, quick, Smoothing(), 0, "cpu")
    calibrate(bundle, spectra, train, quick)
    return trust_table(spectra, np.flatnonzero(test), train, bundle, 3).set_index("corruption")


def test_the_table_has_the_clean_spectra_first_and_every_corruption(table):
    assert list(table.index) == [CLEAN, *BY_NAME]
    assert [table.index.name, *table] == list(COLUMNS)
    assert table.loc[CLEAN, "auroc"] == 0.5
    assert table.loc[CLEAN, "detected_at_5_percent"] <= 0.13  # one of sixteen, and a tie
    assert table.loc["noise", "auroc_kramers_kronig"] > 0.95


def test_a_factor_is_seen_by_plausibility_alone(table):
    for name, least in (("wrong units", 2.9), ("geometry in mm", 0.5)):
        row = table.loc[name]
        assert row["auroc"] == pytest.approx(0.5, abs=0.01)  # up to rounding of ties
        assert row["auroc_plausibility"] > 0.7
        assert row["median_error_decades"] > least


def test_a_material_that_training_lacks_is_not_called_implausible():
    spectra = pellets(8)
    usual = corruptions._Usual.of(spectra.subset(spectra["material"].astype(str) == "a"))
    distance = usual.distance(spectra, np.full(len(spectra), 5.0))
    known = spectra["material"].astype(str) == "a"
    assert (distance[~known] == 0).all() and (distance[known] > 1).all()
