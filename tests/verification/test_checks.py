"""The checks of the report: all kept, each able to fail, and the error of the mesh as it is told."""

import numpy as np
import pytest

from ionscope.config import Simulation
from ionscope.simulate import fem
from ionscope.simulate.generate import Priors
from ionscope.simulate.verification import checks
from ionscope.simulate.verification.discretisation import discretisation_errors, mesh_table, with_contact


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_every_check_is_kept(check):
    results = list(check())
    assert results
    for meaning, value, limit in results:
        assert value <= limit or (np.isnan(value) and "not installed" in meaning)


BREAKS = {
    checks.laminate_in_series: 1.001,
    checks.brick_layer_limit: 1.001,
    checks.direct_current_limit: 1.001,
    checks.passivity: -1.0,
}


@pytest.mark.parametrize(("check", "factor"), BREAKS.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_a_simulator_that_is_wrong_misses_it(check, factor, monkeypatch):
    right = fem.AffineSystem.solve_direct
    monkeypatch.setattr(fem.AffineSystem, "solve_direct", lambda self, theta: factor * right(self, theta))
    assert any(value > limit for _, value, limit in check())


def test_the_table_tells_kept_from_missed(monkeypatch):
    def made_up():
        yield "good", 1.0, 2.0
        yield "bad", 3.0, 2.0
        yield "absent", float("nan"), 2.0

    monkeypatch.setattr(checks, "CHECKS", (made_up,))
    assert checks.run_checks()["verdict"].tolist() == ["kept", "missed", "not run"]


@pytest.fixture(scope="module")
def small():
    settings = Simulation(
        specimens_per_material=4,
        temperatures_c=[25, 85],
        frequency_min_hz=0.1,
        frequency_max_hz=1e4,
        frequencies=9,
        electrodes={"blocking": 0.5, "lithium": 0.5},
        grains=16,
        mesh_tolerance=4e-3,
        shards=1,
    )
    from conftest import CONFIG

    return settings, Priors.load(CONFIG, ["llzo"], settings.electrodes)


def test_the_data_sets_mesh_error_is_within_what_its_settings_allow(small):
    settings, priors = small
    table = discretisation_errors(settings, priors, 3, range(4), points=4)
    assert (table["error"] <= settings.mesh_tolerance).all()
    assert (table["error_without_electrodes"] >= table["error"]).sum() >= 2
    assert (table["unknowns_reference"] > table["unknowns"]).all()
    assert table["contact_fraction"].max() < 1


def test_full_contact_leaves_everything_else_as_it_is(small):
    settings, priors = small
    full = discretisation_errors(settings, with_contact(priors, 1.0), 3, range(1), points=4)
    assert full["contact_fraction"].tolist() == [1.0]
    assert (full["error"] <= settings.mesh_tolerance).all()


def test_a_finer_mesh_has_the_smaller_error():
    theta = checks._parameters(checks.SIDES)[::8]
    table = mesh_table(checks._uneven()["2-D"], theta, (2e-2, 5e-3))
    assert table["unknowns"].is_monotonic_increasing
    assert table["error"].is_monotonic_decreasing
    assert (table["error"] <= table["tolerance"]).all()
