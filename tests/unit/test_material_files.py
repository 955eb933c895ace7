"""The material files: every one loads, draws physical pellets, and agrees with the measurements it names."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from overlays import production_run

from ionscope.config import Material, load_electrode, load_instrument, load_material, read_yaml, validated
from ionscope.errors import ConfigError
from ionscope.evaluate.literature import measured_values, read_literature
from ionscope.evaluate.population import draw_population
from ionscope.simulate.library import describe_material, distribution_text, list_materials, quantities
from ionscope.simulate.materials import draw_electrolyte
from ionscope.spectrum import VACUUM_PERMITTIVITY

CONFIG = Path(__file__).parents[2] / "config"
NAMES = sorted(path.stem for path in (CONFIG / "materials").glob("*.yaml"))
REAL = [name for name in NAMES if not load_material(CONFIG, name).hypothetical]
NEEDED = {
    *("llzo", "llzo_al", "llzo_ta", "llzo_ga", "llzo_tetragonal", "lcto"),
    *("llto", "latp", "lagp", "li6ps5cl", "li3ps4", "lipon"),
}


def test_the_materials_of_the_project_are_there():
    assert set(NAMES) >= NEEDED


@pytest.mark.parametrize("name", NAMES)
def test_file_is_named_after_its_material_and_every_figure_is_sourced(name):
    material = load_material(CONFIG, name)
    assert material.name == name
    for key, quantity in quantities(material):
        assert quantity.source, key
        assert quantity.note or quantity.source not in ("assumed", "computed"), key


def test_the_reader_learns_from_every_electrode_and_process_seen_in_laboratories():
    """Priors of the model that reads laboratory files: exponents down to 0.5, diffusion, poor contact, unlike sides."""
    blocking, reversible = (load_electrode(CONFIG, name) for name in ("any_blocking", "any_reversible"))
    instrument, material = load_instrument(CONFIG), load_material(CONFIG, "generic")
    assert blocking.exponent.low <= 0.5 and blocking.exponent.high == 1
    assert reversible.warburg_25c.high / reversible.warburg_25c.low >= 1e4
    assert reversible.contact_fraction.low <= 0.6 and blocking.contact_fraction.low < 1
    for electrode in (blocking, reversible):
        assert electrode.asymmetry_decades.high >= 0.5
    assert instrument.stray_inductance.high >= 1e-6 and instrument.stray_capacitance.high >= 1e-11
    run = production_run().reader.populations["generic"]
    assert set(run.simulation.electrodes) == {"any_blocking", "any_reversible"} and run.materials == ["generic"]
    # Grains and boundaries of these draws relax from below to above the band, and anywhere in it.
    rng = np.random.default_rng(7)
    drawn = [draw_electrolyte(rng, material, grains=64) for _ in range(400)]
    relaxation = [p.sigma_grain_25c / (2 * np.pi * p.permittivity * VACUUM_PERMITTIVITY) for p in drawn]
    band = np.log10([run.simulation.frequency_min_hz, run.simulation.frequency_max_hz])
    ratio = np.log10([material.boundary.capacitance_ratio.low, material.boundary.capacitance_ratio.high])
    decades = np.log10(relaxation)
    assert decades.max() > band[1] and decades.min() - ratio[1] < band[0] + 3
    assert np.histogram(decades, np.arange(4, 8))[0].min() > 20


def test_a_figure_without_source_is_refused():
    content = read_yaml(CONFIG / "materials" / "lagp.yaml")
    del content["grain"]["permittivity"]["source"]
    with pytest.raises(ConfigError, match=r"grain\.permittivity.*source"):
        validated(Material, content, "lagp.yaml")


def test_an_assumption_without_reason_is_refused():
    content = read_yaml(CONFIG / "materials" / "lagp.yaml")
    content["porosity"]["note"] = ""
    with pytest.raises(ConfigError, match=r"porosity.*needs a note"):
        validated(Material, content, "lagp.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_draws_are_physical(name):
    material = load_material(CONFIG, name)
    rng = np.random.default_rng(3)
    for _ in range(300):
        pellet = draw_electrolyte(rng, material, grains=64)
        assert 1e-9 < pellet.sigma_grain_25c < (0.2 if name == "generic" else 2e-2)
        assert 0.1 <= pellet.ea_grain <= 0.9
        assert 0.05 <= pellet.ea_boundary <= 1.1
        assert 5 <= pellet.permittivity <= 1000
        assert 0.5 <= pellet.grain_exponent <= 1 and 0.5 <= pellet.boundary_exponent <= 1
        assert 0 <= material.porosity.draw(rng) < 0.3


@pytest.mark.parametrize("name", REAL)
def test_boundaries_relax_slower_than_grains(name):
    """A boundary that polarises faster than its grains would conduct better than they do."""
    material = load_material(CONFIG, name)
    rng = np.random.default_rng(4)
    slower = []
    for _ in range(300):
        pellet = draw_electrolyte(rng, material, grains=64)
        grain = pellet.sigma_grain_25c / (2 * np.pi * pellet.permittivity * VACUUM_PERMITTIVITY)
        slower.append(pellet.boundary_frequency_25c < grain)
    assert np.mean(slower) > 0.95


def test_a_glass_has_next_to_no_boundaries():
    share = draw_population(load_material(CONFIG, "lipon"), seed=1, n=500)["gb_share"]
    assert share.max() <= 0.02


@pytest.mark.parametrize("name", REAL)
def test_medians_agree_with_the_measurements(name):
    literature = read_literature(CONFIG / "literature.csv", NAMES)
    simulated = draw_population(load_material(CONFIG, name), seed=1, n=2000)
    measured = measured_values(literature, name, ea=float(np.median(simulated["ea_total"])))
    checked = 0
    for quantity, allowed in (("sigma_total", 0.31), ("sigma_bulk", 0.33), ("ea_total", 0.05), ("ea_bulk", 0.05)):
        values = measured.loc[measured["quantity"] == quantity, "value"].to_numpy()
        if len(values) < 3:
            continue
        scale = np.log10 if quantity.startswith("sigma") else np.asarray
        assert abs(np.median(scale(simulated[quantity])) - np.median(scale(values))) < allowed, quantity
        checked += 1
    assert checked


@pytest.mark.parametrize("name", REAL)
def test_energy_falls_with_conductivity_without_a_fixed_prefactor(name):
    """The compensation (Meyer-Neldel) correlation: a gentle slope with a spread of energies at each conductivity."""
    figures = draw_population(load_material(CONFIG, name), seed=2, n=2000)
    x, y = np.log10(figures["sigma_bulk"]), figures["ea_bulk"]
    slope, intercept = np.polyfit(x, y, 1)
    assert -0.15 < slope < 0
    assert np.std(y - intercept - slope * x) > 0.015


def test_list_shows_every_material_once():
    table = list_materials(CONFIG)
    assert list(table["name"]) == NAMES
    assert table.loc[table["name"] == "lcto", "hypothetical"].item()
    assert (table["assumed"] <= table["quantities"]).all()
    assert table.set_index("name").loc["lipon", "sigma_grain_25c_s_cm"] == pytest.approx(2.2e-6, rel=0.1)


def test_list_of_a_folder_without_materials_says_so(tmp_path):
    with pytest.raises(ConfigError, match="no material files"):
        list_materials(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_description_shows_every_prior_with_its_source(name):
    material = load_material(CONFIG, name)
    text = describe_material(material)
    for key, quantity in quantities(material):
        assert key in text and distribution_text(quantity) in text
        sources = [quantity.source] if isinstance(quantity.source, str) else quantity.source
        assert all(source in text for source in sources)
    assert ("HYPOTHETICAL" in text) == material.hypothetical


def test_the_tables_of_the_documentation_are_up_to_date():
    script = CONFIG.parent / "scripts" / "docs" / "materials.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
