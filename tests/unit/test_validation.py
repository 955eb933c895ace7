"""The comparison with the literature: a verdict that a wrong generator turns, and figures that add up."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ionscope.config import Material, Simulation, load_electrode, load_material
from ionscope.evaluate.literature import measured_values, read_literature
from ionscope.evaluate.population import draw_population, spectra_population
from ionscope.evaluate.validation import (
    COLUMNS,
    INSIDE,
    NO_MEASUREMENT,
    OUTSIDE,
    SLOPE,
    literature_inside,
    validate,
    write_validation,
)
from ionscope.report.figures.literature import write_literature_figures
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.simulate.generate import Priors, dc_truth, draw_cell
from ionscope.spectrum import SpectrumSet

CONFIG = Path(__file__).parents[2] / "config"
LITERATURE = read_literature(CONFIG / "literature.csv")
DRAWS = 1500
FACTOR_3 = np.log10(3)


def shifted(material: Material, decades: float) -> Material:
    """The material with its conductivity prior, truncation included, moved by `decades` at the same energies."""
    grain = material.grain
    sigma = grain.log10_sigma_25c
    moved = sigma.model_copy(
        update={"mean": sigma.mean + decades, "low": sigma.low + decades, "high": sigma.high + decades}
    )
    ea = grain.ea.model_copy(update={"intercept": grain.ea.intercept - grain.ea.slope * decades})
    return material.model_copy(update={"grain": grain.model_copy(update={"log10_sigma_25c": moved, "ea": ea})})


def row(table: pd.DataFrame, material: str, quantity: str) -> pd.Series:
    return table[(table["material"] == material) & (table["quantity"] == quantity)].iloc[0]


def centred_llzo() -> Material:
    """LLZO with the median of its total conductivity where the measured median is."""
    llzo = load_material(CONFIG, "llzo")
    here = row(validate(None, [llzo], LITERATURE, seed=1, draws=DRAWS), "llzo", "sigma_total")
    return shifted(llzo, float(np.log10(here["measured_p50"] / here["simulated_p50"])))


def spectra_of(sigma_total: np.ndarray, ea: np.ndarray, share: float = 0.3, temperatures=(25.0, 85.0)) -> SpectrumSet:
    """A set with one specimen a value of `sigma_total` (S/cm at 25 C), its truth beside it; impedances are empty."""
    kelvin = np.array(temperatures) + 273.15
    names = np.repeat([f"llzo-{k:05d}" for k in range(len(sigma_total))], len(kelvin))
    temperature = np.tile(kelvin, len(sigma_total))
    factor = np.array([arrhenius_factor(e, t) for e in ea for t in kelvin])
    total = np.repeat(sigma_total, len(kelvin)) * factor
    n = len(temperature)
    return SpectrumSet.from_arrays(
        np.array([1.0, 10.0]),
        np.ones((n, 2), dtype=complex),
        temperature=temperature,
        thickness=np.full(n, 0.1),
        area=np.full(n, 0.5),
        specimen=names,
        material=np.full(n, "llzo"),
        electrode=np.full(n, "blocking"),
        sigma_total=total,
        sigma_bulk=total / (1 - share),
        sigma_gb=total / share,
        ea_total=np.repeat(ea, len(kelvin)),
    )


def test_a_factor_of_three_turns_the_verdict_of_llzo():
    good = centred_llzo()
    for decades, expected in ((0.0, INSIDE), (FACTOR_3, OUTSIDE), (-FACTOR_3, OUTSIDE)):
        table = validate(None, [shifted(good, decades)], LITERATURE, seed=1, draws=DRAWS)
        assert row(table, "llzo", "sigma_total")["verdict"] == expected, decades


@pytest.mark.parametrize("name", ["llzo_al", "llzo_ta", "llzo_ga", "lagp", "li3ps4", "lipon"])
def test_a_factor_of_three_turns_the_verdict_of_other_materials(name):
    good = load_material(CONFIG, name)
    verdicts = [
        row(validate(None, [shifted(good, d)], LITERATURE, seed=1, draws=DRAWS), name, "sigma_total")["verdict"]
        for d in (0.0, FACTOR_3, -FACTOR_3)
    ]
    assert verdicts == [INSIDE, OUTSIDE, OUTSIDE]


def test_a_factor_of_three_in_simulated_spectra_turns_the_verdict():
    llzo = load_material(CONFIG, "llzo")
    rng = np.random.default_rng(5)
    measured = measured_values(LITERATURE, "llzo", ea=0.36)
    sigma = measured.loc[measured["quantity"] == "sigma_total", "value"].to_numpy()
    sigma = rng.choice(sigma, 60) * 10 ** rng.normal(0, 0.05, 60)
    ea = rng.normal(0.36, 0.06, 60)
    for factor, expected in ((1.0, INSIDE), (3.0, OUTSIDE), (1 / 3, OUTSIDE)):
        table = validate(spectra_of(sigma * factor, ea), [llzo], LITERATURE, seed=1, draws=DRAWS)
        result = row(table, "llzo", "sigma_total")
        assert result["verdict"] == expected
        assert result["n_simulated"] == 60 and "spectra" in result["note"]
        assert "priors" in row(table, "llzo", "permittivity")["note"]


def test_a_wrong_activation_energy_turns_the_verdict():
    tantalum = load_material(CONFIG, "llzo_ta")
    ea = tantalum.grain.ea
    wrong = ea.model_copy(update={"intercept": ea.intercept + 0.2, "high": ea.high + 0.2})
    hot = tantalum.model_copy(update={"grain": tantalum.grain.model_copy(update={"ea": wrong})})
    table = validate(None, [tantalum, hot], LITERATURE, seed=1, draws=DRAWS)
    assert list(table.loc[table["quantity"] == "ea_total", "verdict"]) == [INSIDE, OUTSIDE]


def test_a_wrong_slope_turns_the_verdict():
    llzo = load_material(CONFIG, "llzo")
    steep = llzo.grain.ea.model_copy(update={"slope": -0.25, "intercept": -0.48, "sd": 0.01})
    tilted = llzo.model_copy(update={"grain": llzo.grain.model_copy(update={"ea": steep})})
    table = validate(None, [llzo, tilted], LITERATURE, seed=1, draws=DRAWS)
    assert list(table.loc[table["quantity"] == SLOPE, "verdict"]) == [INSIDE, OUTSIDE]


def test_a_hypothetical_material_has_no_measurement_and_says_so():
    table = validate(None, [load_material(CONFIG, "lcto")], LITERATURE, seed=1, draws=200)
    assert set(table["verdict"]) == {NO_MEASUREMENT}
    assert table["note"].str.contains("hypothetical").all()
    assert (table["measured_n"] == 0).all()
    assert np.isfinite(table["simulated_p50"]).all()


def test_a_hypothetical_material_is_not_judged_by_values_under_its_name():
    stray = LITERATURE.head(1).assign(material="lcto")
    table = validate(None, [load_material(CONFIG, "lcto")], stray, seed=1, draws=200)
    assert set(table["verdict"]) == {NO_MEASUREMENT}


def test_quantities_without_measurement_say_so():
    table = validate(None, [load_material(CONFIG, "lipon")], LITERATURE, seed=1, draws=200)
    assert row(table, "lipon", "permittivity")["verdict"] == NO_MEASUREMENT
    assert row(table, "lipon", "permittivity")["note"].endswith("no measured value found")


def test_the_interface_has_a_row_where_it_was_measured():
    lithium = load_electrode(CONFIG, "lithium")
    materials = [load_material(CONFIG, name) for name in ("llzo_ta", "lipon")]
    table = validate(None, materials, LITERATURE, seed=1, lithium=lithium, draws=200)
    assert list(table.loc[table["quantity"] == "interface_resistance", "material"]) == ["llzo_ta"]


def test_the_same_seed_gives_the_same_table_whatever_else_is_judged():
    pair = [load_material(CONFIG, name) for name in ("lagp", "latp")]
    both = validate(None, pair, LITERATURE, seed=3, draws=300)
    alone = validate(None, pair[1:], LITERATURE, seed=3, draws=300)
    pd.testing.assert_frame_equal(both[both["material"] == "latp"].reset_index(drop=True), alone)
    assert not both.equals(validate(None, pair, LITERATURE, seed=4, draws=300))


def test_figures_of_a_row_add_up():
    table = validate(None, [load_material(CONFIG, "lagp")], LITERATURE, seed=1, draws=DRAWS)
    assert list(table.columns) == COLUMNS
    result = row(table, "lagp", "sigma_total")
    values = measured_values(LITERATURE, "lagp", ea=0.4)
    values = values.loc[values["quantity"] == "sigma_total", "value"].to_numpy()
    inside = (values >= result["simulated_p5"]) & (values <= result["simulated_p95"])
    assert result["share_inside"] == pytest.approx(inside.mean())
    assert result["measured_n"] == len(values)
    assert result["measured_p50"] == pytest.approx(np.median(values), rel=0.01)
    assert 0 < result["ks_p"] <= 1 and 0 <= result["ks_statistic"] <= 1


def test_literature_inside_counts_the_judged_rows():
    table = pd.DataFrame({"verdict": [INSIDE, OUTSIDE, NO_MEASUREMENT, INSIDE]})
    assert literature_inside(table) == pytest.approx(2 / 3)
    assert np.isnan(literature_inside(table[table["verdict"] == NO_MEASUREMENT]))


@pytest.mark.parametrize("name", ["llzo", "lcto", "lagp", "lipon"])
def test_the_cheap_population_agrees_with_the_finite_element_truth(name):
    settings = Simulation(
        specimens_per_material=40,
        temperatures_c=[25.0],
        frequency_min_hz=0.1,
        frequency_max_hz=1e4,
        frequencies=8,
        electrodes={"blocking": 1.0},
    )
    priors = Priors.load(CONFIG, [name], ["blocking"])
    truth = []
    for number in range(24):
        specimen, cell, system = draw_cell(settings, priors, 11, number)
        at_25 = dc_truth(specimen, system, np.array([298.15]))
        grain = specimen.electrolyte.sigma_grain_25c
        truth.append((at_25["sigma_bulk"][0] / grain / (1 - 2 * cell.porosity), at_25["sigma_total"][0] / grain))
    bulk, total = np.log10(np.array(truth)).T
    assert np.abs(np.mean(bulk)) < 0.03
    cheap = draw_population(priors.materials[0], seed=1, n=3000)
    # Total over grain, which pores and boundaries alone decide: the conductivities of the two sets differ.
    pores = 1 - 2 * priors.materials[0].porosity.frozen().mean()
    assert np.mean(total) == pytest.approx(np.mean(np.log10((1 - cheap["gb_share"]) * pores)), abs=0.12)


def test_spectra_count_each_specimen_once_at_25_c():
    sigma, ea = np.array([1e-4, 2e-4, 4e-4]), np.array([0.3, 0.35, 0.4])
    figures = spectra_population(spectra_of(sigma, ea, share=0.25, temperatures=(40.0, 60.0)), "llzo")
    assert figures["sigma_total"] == pytest.approx(sigma)
    assert figures["gb_share"] == pytest.approx([0.25] * 3)
    assert figures["ea_total"] == pytest.approx(ea)
    assert figures["ea_bulk"] == pytest.approx(ea)


def test_spectra_of_another_material_or_without_truth_leave_the_priors():
    spectra = spectra_of(np.array([1e-4, 2e-4]), np.array([0.3, 0.3]))
    assert spectra_population(spectra, "lagp") == {}
    assert spectra_population(SpectrumSet(spectra.data.drop_vars("sigma_bulk")), "llzo") == {}
    one = spectra_population(spectra_of(np.array([1e-4]), np.array([0.3]), temperatures=(25.0,)), "llzo")
    assert "ea_bulk" not in one and one["ea_total"] == pytest.approx([0.3])


def test_tables_and_figures_are_written(tmp_path):
    arguments = (None, ["llzo_ta", "lcto", "lagp"], CONFIG, CONFIG / "literature.csv", tmp_path, 1)
    table = write_validation(*arguments)
    written = write_literature_figures(*arguments)
    back = pd.read_csv(tmp_path / "literature.csv")
    assert list(back.columns) == COLUMNS and len(back) == len(table)
    content = json.loads((tmp_path / "literature.json").read_text())
    assert content["literature_inside"] == pytest.approx(literature_inside(table))
    assert content["materials"]["lcto"]["sigma_total"]["measured"] == {"n": 0, "p5": None, "p50": None, "p95": None}
    assert content["materials"]["lagp"]["sigma_total"]["verdict"] in (INSIDE, OUTSIDE)
    assert [path.name for path in written] == ["literature_ranges.svg", "literature_energy.svg"]
    points = pd.read_csv(tmp_path / "literature_ranges.csv")
    own = points[(points["material"] == "lagp") & (points["quantity"] == "sigma_total")]
    assert (own["kind"] == "measured").sum() == row(table, "lagp", "sigma_total")["measured_n"]
    assert "lcto" not in set(points["material"])
    energies = pd.read_csv(tmp_path / "literature_energy.csv")
    assert set(energies["kind"]) == {"simulated", "measured"}


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        arguments = (None, ["lagp"], CONFIG, CONFIG / "literature.csv", tmp_path / name, 1)
        write_validation(*arguments)
        write_literature_figures(*arguments)
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}


def test_without_any_measurement_no_figure_is_drawn(tmp_path):
    arguments = (None, ["lcto"], CONFIG, CONFIG / "literature.csv", tmp_path, 1)
    assert write_literature_figures(*arguments) == []
