"""Methods side by side: the same spectra, the truth beside each answer, failures as failures."""

import numpy as np
import pytest
from cells import pellets

from ionscope.config import Variant
from ionscope.dka.experiment import shape_factor, train_bundle
from ionscope.evaluate import peers
from ionscope.evaluate.peers import CIRCUIT_FIT, OURS, RIGHT, Method, run_peers
from ionscope.preprocess.reference import read_off
from ionscope.preprocess.smoothing import Smoothing

SPECTRA = pellets(10, noise=0.001)
INDEX = np.array([1, 6, 13, 18])


@pytest.fixture(scope="module")
def outcome(quick: Variant):
    bundle, _ = train_bundle(SPECTRA, np.arange(12), quick, Smoothing(), 0, "cpu")
    return *run_peers(SPECTRA, INDEX, bundle), bundle


def test_every_method_reads_the_same_spectra(outcome):
    timing, table, _ = outcome
    assert set(timing["method"]) >= {OURS, "read-off", CIRCUIT_FIT}
    truth = shape_factor(SPECTRA) / SPECTRA["sigma_total"]
    for _, rows in table.groupby("method"):
        assert np.array_equal(rows["spectrum"], INDEX)
        assert np.array_equal(rows["resistance_true"], truth[INDEX])
        assert (rows["seconds"] > 0).all()


def test_the_answers_are_those_of_the_methods(outcome):
    _, table, bundle = outcome
    by_method = {name: rows["resistance"].to_numpy() for name, rows in table.groupby("method")}
    own = 10 ** bundle.read(SPECTRA.frequency, SPECTRA.impedance, shape_factor(SPECTRA)).log10_resistance[INDEX]
    np.testing.assert_allclose(by_method[OURS], own, rtol=1e-5)  # single precision of the network, batch or not
    plain = read_off(SPECTRA.frequency, SPECTRA.impedance[INDEX])[0]
    np.testing.assert_array_equal(by_method["read-off"], plain)


def test_a_fit_of_the_circuit_that_made_the_spectrum_is_right(outcome):
    timing, _, _ = outcome
    right = timing.set_index("method")["right_within_5_percent"]
    assert right["circuit fit, ten starts"] == 1.0


def test_a_failure_is_counted_and_never_right(outcome, monkeypatch):
    _, _, bundle = outcome
    failing = Method("sometimes", "", lambda i: float("nan") if i == INDEX[0] else 1e9)
    monkeypatch.setattr(peers, "methods", lambda *_: [failing])
    timing, _ = run_peers(SPECTRA, INDEX, bundle)
    row = timing.set_index("method").loc["sometimes"]
    assert (row["n"], row["n_failed"], row["right_within_5_percent"]) == (len(INDEX), 1, 0.0)


def test_the_summary_follows_from_the_table(outcome):
    timing, table, _ = outcome
    for row in timing.to_dict("records"):
        rows = table[table["method"] == row["method"]]
        assert row["n"] == len(rows)
        assert row["seconds_per_spectrum"] == pytest.approx(rows["seconds"].mean())
        error = np.abs(rows["resistance"] / rows["resistance_true"] - 1)
        assert row["right_within_5_percent"] == pytest.approx((error <= RIGHT).mean())
