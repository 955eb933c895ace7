"""Configurations: every file of the project loads, every wrong key is refused with what is allowed."""

import copy
from pathlib import Path

import pytest
from overlays import overlaid, production_content, production_run

from ionscope.config import (
    READER,
    RunConfig,
    load_cell,
    load_electrode,
    load_instrument,
    load_material,
    load_run,
    read_yaml,
    validated,
)
from ionscope.errors import ConfigError

CONFIG = Path(__file__).parents[2] / "config"
FILES = sorted(CONFIG.glob("*.yaml"))
RUNS = [path for path in FILES if "simulation" in read_yaml(path)]


def changed(**changes):
    """The smoke configuration with values at dotted keys (`__` between the parts) replaced."""
    content = read_yaml(CONFIG / "smoke.yaml")
    for key, value in changes.items():
        *path, last = key.split("__")
        place = content
        for part in path:
            place = place[part]
        place[last] = value
    return content


def refused(message, folder=CONFIG, **changes):
    with pytest.raises(ConfigError, match=message):
        load_run(changed(**changes), folder, "smoke.yaml")


def test_there_are_runs_to_load():
    assert {path.name for path in RUNS} >= {"config.yaml", "smoke.yaml"}


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_run_of_the_project_loads(path):
    run = load_run(read_yaml(path), CONFIG, str(path))
    assert run.learning.default in run.learning.variants
    assert run.simulation.frequency_min_hz < run.simulation.frequency_max_hz


@pytest.mark.parametrize("path", sorted((CONFIG / "electrodes").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_electrode_loads_under_its_name(path):
    assert load_electrode(CONFIG, path.stem).name == path.stem


def test_cell_and_instrument_load():
    assert load_cell(CONFIG).thickness.unit == "cm"
    assert load_instrument(CONFIG).noise.draw


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sed": 7}, "smoke.yaml: sed = 7: unknown key; allowed here: run, seed, materials"),
        ({"simulation__grain": 16}, "simulation.grain = 16: unknown key; allowed here: .*grains"),
        ({"learning__variants__joint__dvae__latents": 6}, r"variants\.joint\.dvae\.latents = 6: unknown key"),
        ({"reader__variant__dka__call": 10}, r"reader\.variant\.dka\.call = 10: unknown key"),
    ],
)
def test_an_unknown_key_is_named(changes, message):
    refused(message, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"run": "No Blanks"}, "run = 'No Blanks'.*pattern"),
        ({"seed": -1}, "seed = -1: .*greater than or equal to 0"),
        ({"seed": 1.5}, "seed = 1.5: .*integer"),
        ({"materials": []}, "materials: .*at least 1"),
        ({"simulation__specimens_per_material": 0}, "specimens_per_material = 0: .*greater than or equal to 1"),
        ({"simulation__frequencies": 5}, "simulation.frequencies = 5: .*greater than or equal to 8"),
        ({"simulation__frequency_min_hz": 0}, "simulation.frequency_min_hz = 0: .*greater than 0"),
        ({"simulation__frequency_min_hz": 1e6}, r"frequency_min_hz = 1e\+06 must be below frequency_max_hz = 10000"),
        ({"simulation__temperatures_c": [-200, 25]}, "temperatures_c.0 = -200: .*greater than or equal to -150"),
        ({"simulation__temperatures_c": [25, 298]}, "temperatures_c.1 = 298: looks like kelvin.*Celsius, up to 250"),
        ({"reader__temperature_range_c": [233, 393]}, "temperature_range_c.1 = 393: looks like kelvin"),
        ({"reader__temperature_range_c": [90, 20]}, "temperature_range_c = 90, 20: the first must be below the second"),
        ({"simulation__dimension": 4}, "simulation.dimension = 4: .*2 or 3"),
        ({"simulation__solver": "magic"}, "simulation.solver = 'magic': .*'reduced' or 'direct'"),
        ({"learning__device": "tpu"}, "learning.device = 'tpu': .*'auto', 'cpu' or 'cuda'"),
        ({"learning__test_fraction": 1}, "learning.test_fraction = 1: .*less than 1"),
        ({"learning__folds": 1}, "learning.folds = 1: .*greater than or equal to 2"),
        ({"learning__variants__joint__representation": {"kind": "raw"}}, "kind = 'raw': .*'equivariant', 'anchored'"),
        ({"learning__variants__joint__dvae__widths": [4, 4, 4]}, "dvae.widths"),
        ({"learning__variants__joint__dka__calls": 5}, "dka.calls = 5: .*greater than or equal to 10"),
        (
            {"learning__search": {"joint": {"dvae.depth": [6]}}},
            "'dvae.depth' is not a setting of a variant, such as",
        ),
        ({"learning__search": {"joint": {"latent": [6]}}}, "'latent' is not a setting"),
        ({"learning__search": {"joint": {"target.upper": [6]}}}, "'target.upper' is not a setting"),
        ({"learning__search": {"joint": {"dvae.latent": []}}}, "at least 1"),
        ({"learning__search": {"joint": {"dvae.latent": [7, 7]}}}, "search.joint.dvae.latent: name other values"),
        ({"learning__search": {"best": {"dvae.latent": [7]}}}, "search.best is not one of the variants"),
        ({"learning__search": {"joint": {"dvae.latent": [1]}}}, "greater than or equal to 2"),
        (
            {
                "learning__variants__grains": {"target": "sigma_bulk"},
                "learning__search": {"grains": {"dvae.latent": [7]}},
            },
            "search.grains: that variant does not answer sigma_total from the whole band",
        ),
        (
            {"reader__series": {"population": "wide", "specimens_per_material": 8, "temperatures_c": [0, 20, 40]}},
            "series.population: there is no population 'wide'; known: generic, known",
        ),
        (
            {"reader__series": {"population": "known", "specimens_per_material": 8, "temperatures_c": [0, 20]}},
            "reader.series.temperatures_c",
        ),
        (
            {"reader__series": {"population": "known", "specimens_per_material": 8, "temperatures_c": [298, 313, 328]}},
            "(?s)temperatures_c.0 = 298: looks like kelvin.*temperatures_c.2 = 328: looks like kelvin",
        ),
        ({"reader__calibration_fraction": 0}, "reader.calibration_fraction = 0: .*greater than 0"),
        ({"peers__spectra": 0}, "peers.spectra = 0"),
        ({"simulation": None}, "simulation"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_allowed(changes, message):
    refused(message, **changes)


def test_every_fault_has_a_line_of_its_own():
    with pytest.raises(ConfigError) as caught:
        load_run(changed(seed=-1, sed=7, learning__folds=0), CONFIG, "smoke.yaml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("smoke.yaml: ") for line in lines)


def test_a_missing_key_is_named():
    content = read_yaml(CONFIG / "smoke.yaml")
    del content["simulation"]["frequencies"]
    with pytest.raises(ConfigError, match=r"simulation\.frequencies: Field required"):
        load_run(content, CONFIG)


@pytest.mark.parametrize("key", ["materials", "reader__populations__known__materials"])
def test_a_material_that_is_not_there_is_named_with_those_that_are(key):
    refused("unknown material 'unobtainium'; known: .*lcto.*llzo", **{key: ["llzo", "unobtainium"]})


@pytest.mark.parametrize("name", ["../materials/llzo", "llzo.yaml", ""])
def test_a_material_is_a_name_not_a_path(name):
    with pytest.raises(ConfigError, match="unknown material"):
        load_material(CONFIG, name)


@pytest.mark.parametrize("key", ["materials", "reader__populations__known__materials"])
def test_a_material_is_named_once(key):
    refused(
        f"{key.replace('__', '.')}: 'llzo' is named more than once; its specimens would have the same names",
        **{key: ["llzo", "lcto", "llzo"]},
    )


@pytest.mark.parametrize(("kind", "load"), [("materials", load_material), ("electrodes", load_electrode)])
def test_a_copied_file_that_kept_its_name_is_refused_with_the_way_out(tmp_path, kind, load):
    original = sorted((CONFIG / kind).glob("*.yaml"))[0]
    (tmp_path / kind).mkdir()
    (tmp_path / kind / "mine.yaml").write_text(original.read_text())
    message = f"mine.yaml: name = '{original.stem}': must be 'mine' like the file; change it, or rename the file"
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, "mine")


def test_an_electrode_that_is_not_there_is_named():
    refused("unknown electrode 'gold'; known: .*blocking", simulation__electrodes={"gold": 1.0})


@pytest.mark.parametrize("shares", [{"blocking": 0.75, "lithium": 0.2}, {"blocking": 0.5, "lithium": 0.6}])
def test_the_shares_of_electrodes_add_up(shares):
    refused(f"shares of electrodes must add up to 1, not {sum(shares.values()):g}", simulation__electrodes=shares)


@pytest.mark.parametrize("shares", [{"blocking": 1.5, "lithium": -0.5}, {"blocking": 1.0, "lithium": 0.0}, {}])
def test_a_share_is_a_share(shares):
    refused("simulation.electrodes", simulation__electrodes=shares)


@pytest.mark.parametrize("temperatures", [[85, 25], [25, 25, 85], [25, 85, 55]])
def test_temperatures_ascend(temperatures):
    refused("temperatures_c must be ascending without repeats", simulation__temperatures_c=temperatures)


def test_specimens_that_are_split_share_no_microstructure():
    refused("draws_per_microstructure must be 1", simulation__draws_per_microstructure=2)


@pytest.mark.parametrize("temperatures", [[25], [25, 25.5]])
def test_activation_energies_need_a_series(temperatures):
    refused("temperatures_c must span 1 C or more", simulation__temperatures_c=temperatures)


def test_the_default_variant_is_one_of_the_variants():
    refused("default = 'best' is not one of the variants: enlarged, informed, joint, literal", learning__default="best")


def test_more_shards_than_specimens_are_refused():
    refused("simulation.shards = 21: more shards than specimens", simulation__shards=21)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"simulation__specimens_per_material": 1, "simulation__shards": 1}, "= 1: 2 specimens are too few for a test"),
        ({"learning__test_fraction": 0.05}, "= 10: 20 specimens are too few for a test fraction of 0.05 and 2 folds"),
        (
            {"learning__folds": 9},
            "= 10: 20 specimens are too few for a test fraction of 0.2 and 9 folds; simulate more",
        ),
    ],
)
def test_specimens_too_few_to_be_split_are_refused_before_they_are_simulated(changes, message):
    refused(f"smoke.yaml: simulation.specimens_per_material {message}", **changes)
    assert load_run(changed(**changes), CONFIG, split=False)


def test_a_figure_without_source_is_refused_by_key(tmp_path):
    for folder in ("materials", "electrodes"):
        (tmp_path / folder).mkdir()
    for path in (*CONFIG.glob("*.yaml"), *CONFIG.glob("*/*.yaml")):
        target = tmp_path / path.relative_to(CONFIG)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text())
    path = tmp_path / "cells" / "pellet.yaml"
    path.write_text(path.read_text().replace("  source: assumed\n", "", 1))
    refused(r"pellet\.yaml: thickness\..*source: Field required", folder=tmp_path)


def test_what_is_handed_in_stays_as_it_was_and_a_run_cannot_be_changed():
    content = read_yaml(CONFIG / "smoke.yaml")
    before = copy.deepcopy(content)
    run = load_run(content, CONFIG)
    assert content == before
    with pytest.raises(ValueError, match="frozen"):
        run.seed = 8


def test_a_configuration_written_out_is_the_same_run():
    run = load_run(read_yaml(CONFIG / "config.yaml"), CONFIG)
    assert validated(RunConfig, run.model_dump(mode="json"), "again") == run


@pytest.mark.parametrize(
    "text",
    [
        "run: !!python/object/apply:os.system ['echo hello']\n",
        "run: !!python/name:os.system\n",
        "run: !!python/tuple [1, 2]\n",
    ],
)
def test_a_file_that_asks_for_code_is_refused(tmp_path, text):
    (tmp_path / "evil.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"evil\.yaml, line 1: not valid YAML \(could not determine a constructor"):
        read_yaml(tmp_path / "evil.yaml")


def test_a_broken_file_is_named_with_its_line(tmp_path):
    (tmp_path / "broken.yaml").write_text("run: a\nseed: [1, 2\nmaterials: {\n")
    with pytest.raises(ConfigError, match=r"broken\.yaml, line \d+: not valid YAML"):
        read_yaml(tmp_path / "broken.yaml")


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text\n", "7\n"])
def test_a_file_without_keys_is_refused(tmp_path, text):
    (tmp_path / "list.yaml").write_text(text)
    with pytest.raises(ConfigError, match=r"list\.yaml: expected keys and values"):
        read_yaml(tmp_path / "list.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yaml: cannot be read"):
        read_yaml(tmp_path / "absent.yaml")
    with pytest.raises(ConfigError, match="unknown cell 'pellet'; known: none"):
        load_cell(tmp_path)
    with pytest.raises(ConfigError, match="unknown material 'llzo'; known: none"):
        load_material(tmp_path, "llzo")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"run: \xff\xfe\x00\n")
    with pytest.raises(ConfigError, match=r"binary\.yaml"):
        read_yaml(tmp_path / "binary.yaml")


def test_further_specimens_are_drawn_like_the_runs_own():
    run = load_run(read_yaml(CONFIG / "config.yaml"), CONFIG)
    simulated, further = run.further_simulations, run.learning.further
    assert simulated["further"].specimens_per_material == further.specimens_per_material
    for role, specimens in (("calibration", further.calibrating), ("checking", further.checking)):
        assert simulated[role].specimens_per_material == specimens
        assert simulated[role].draws_per_microstructure == 1
    assert simulated["further"].shards > simulated["calibration"].shards >= 1
    own = {"specimens_per_material", "draws_per_microstructure", "shards"}
    for simulation in simulated.values():
        assert simulation.model_dump(exclude=own) == run.simulation.model_dump(exclude=own)
    none = changed(
        learning__further=None,
        learning__default="joint",
        learning__variants__enlarged__further=False,
        learning__variants__informed=None,
    )
    assert load_run(none, CONFIG).further_simulations == {}
    alone = changed(learning__further__calibrating=0, learning__further__checking=0)
    assert set(load_run(alone, CONFIG).further_simulations) == {"further"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning__further": None}, "'enlarged' learns from further specimens: say how many in learning.further"),
        (
            {"learning__variants__enlarged__further": False, "learning__variants__informed__further": False},
            "no variant has further: true",
        ),
        ({"learning__own": "enlarged"}, "own = 'enlarged' must learn from the run's own specimens"),
        ({"learning__variants__literal__further": True}, "literal = 'literal' must learn from the run's own"),
        ({"learning__own": "best"}, "own = 'best' is not one of the variants"),
        ({"learning__own": "bulk"}, "own = 'bulk' must answer sigma_total from the whole band"),
        ({"learning__further__shards": 99}, r"learning\.further\.shards = 99: more shards than specimens"),
        ({"learning__further__specimens": 9}, "specimens = 9: unknown key; allowed here: specimens_per_material"),
        ({"reader__variant__further": True}, r"reader\.variant\.further: a reader learns from its populations"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(changes, message):
    refused(message, **changes)


@pytest.mark.parametrize(("own", "expected"), [("joint", "joint"), (None, "joint")])
def test_what_stands_for_the_runs_own_specimens(own, expected):
    learning = load_run(changed(learning__own=own), CONFIG).learning
    assert learning.own_variant == expected and learning.trained_default == "informed"


def test_a_variant_that_is_null_is_left_out():
    learning = load_run(changed(learning__variants__bulk=None), CONFIG).learning
    assert "bulk" not in learning.variants and "joint" in learning.variants
    refused("default = 'informed' is not one of the variants", learning__variants__informed=None)


def test_the_production_run_is_laid_over_the_paper():
    run, paper = production_run(), load_run(read_yaml(CONFIG / "config.yaml"), CONFIG)
    assert run.learning.default == READER
    assert (run.seed, run.simulation) == (paper.seed, paper.simulation)  # so the paper's test specimens test it
    # What the paper's own run tells is not trained a second time.
    assert paper.learning.default in paper.learning.variants and paper.learning.default not in run.learning.variants
    assert not run.further_simulations
    spectra = sum(
        len(population.materials) * population.simulation.specimens_per_material
        for population in run.reader.populations.values()
    )
    assert spectra >= 20_000


def test_ablations_are_laid_over_a_run_whose_reader_answers():
    run = load_run(overlaid(production_content(), read_yaml(CONFIG / "ablations.yaml")), CONFIG)
    # The reader learns from none of the run's specimens.
    assert run.learning.own_variant == run.learning.trained_default == "joint"
    assert set(run.learning.search) == {"joint"}  # that run leaves `enlarged` out, and what was to be tried of it


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reader__populations__known__simulation__temperatures_c": [25]}, "temperatures_c and temperature_range_c"),
        ({"simulation__temperatures_c": []}, "temperatures_c and temperature_range_c"),
        ({"reader__populations__known__simulation__temperature_range_c": [80, 20]}, "the first must be below"),
        ({"reader__populations__known__materials": ["generic"]}, "a material may be in one of the populations only"),
        ({"reader__populations": {}}, "reader.populations: .*at least 1"),
        ({"simulation__cell": "barrel"}, "unknown cell 'barrel'; known: any_pellet, pellet"),
        ({"learning__default": "reader", "reader": None}, "default is 'reader', but the run has no reader"),
        ({"learning__literal": "reader"}, "literal = 'reader' is not one of the variants"),
        ({"learning__variants__reader": {}}, "a variant may not be called 'reader'"),
    ],
)
def test_a_reader_that_cannot_be_made_is_refused(changes, message):
    refused(message, **changes)
