"""Compact models of a microstructure: as exact as they say where they were made, passive everywhere."""

import numpy as np
import pytest

from ionscope.errors import SimulationError
from ionscope.simulate import compact
from ionscope.simulate.compact import AT_ONCE, CompactModel, compacted
from ionscope.simulate.reduced import ReducedModel
from ionscope.simulate.verification.checks import random_cell


@pytest.fixture(scope="module")
def cell():
    return random_cell(2, np.geomspace(0.1, 1e5, 31))


def test_a_compact_model_keeps_its_tolerance_where_it_was_made(cell):
    system, theta = cell
    small = compacted(ReducedModel(system, theta), theta, 1e-5)
    error = np.abs(small.impedance(theta) / system.solve_direct(theta) - 1)
    assert error.max() <= small.error + 1e-9
    assert small.error <= 1e-5


def test_a_looser_tolerance_needs_fewer_unknowns(cell, monkeypatch):
    monkeypatch.setattr(compact, "FEWEST", 2)
    monkeypatch.setattr(compact, "STEP", 2)
    system, theta = cell
    sizes = [compacted(ReducedModel(system, theta), theta, tolerance).size for tolerance in (1e-2, 1e-4, 1e-6)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_between_its_points_it_is_nearly_as_exact(cell):
    system, theta = cell
    small = compacted(ReducedModel(system, theta[::2]), theta[::2], 1e-6)
    error = np.abs(small.impedance(theta) / system.solve_direct(theta) - 1)
    assert error.max() < 1e-5


def test_it_is_passive_even_far_from_its_points(cell):
    system, theta = cell
    small = compacted(ReducedModel(system, theta), theta, 1e-4)
    rng = np.random.default_rng(0)
    anywhere = 10 ** rng.uniform(-6, 4, (200, 6)) * np.exp(1j * rng.uniform(0, np.pi / 2, (200, 6)))
    assert (small.impedance(anywhere).real > 0).all()


def test_many_points_are_solved_piece_by_piece(cell):
    system, theta = cell
    small = compacted(ReducedModel(system, theta), theta, 1e-4)
    many = np.tile(theta, (2 * AT_ONCE // len(theta) + 1, 1))
    np.testing.assert_allclose(small.impedance(many)[: len(theta)], small.impedance(theta), rtol=1e-12)
    assert small.impedance(theta[:0]).shape == (0,)


def test_what_cannot_be_kept_is_said(cell, monkeypatch):
    system, theta = cell
    model = ReducedModel(system, theta)
    monkeypatch.setattr(CompactModel, "impedance", lambda self, theta: np.full(len(theta), np.inf + 0j))
    with pytest.raises(SimulationError, match="does not keep"):
        compacted(model, theta, 1e-5)
