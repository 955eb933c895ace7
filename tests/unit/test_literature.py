"""The table of measured values: typed, sourced, and refused with file, line and value where it is not."""

import re
from pathlib import Path

import numpy as np
import pytest

from ionscope.errors import ConfigError
from ionscope.evaluate.literature import (
    COLUMNS,
    HOW,
    QUANTITIES,
    energy_pairs,
    measured_values,
    read_literature,
)
from ionscope.simulate.arrhenius import BOLTZMANN

CONFIG = Path(__file__).parents[2] / "config"
NAMES = [path.stem for path in (CONFIG / "materials").glob("*.yaml")]
GOOD = "lagp,LAGP pellet,sigma_total,2e-4,S/cm,25,10.1021/acsami.8b00842,Laskowski,"


@pytest.fixture(scope="module")
def literature():
    return read_literature(CONFIG / "literature.csv", NAMES)


def table(tmp_path, *rows):
    path = tmp_path / "literature.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def test_the_project_has_enough_measured_values(literature):
    assert len(literature) >= 60
    assert set(literature["quantity"]) == set(QUANTITIES)
    assert literature["doi"].nunique() >= 60


def test_every_material_but_the_hypothetical_ones_has_measurements(literature):
    assert set(literature["material"]) == set(NAMES) - {"lcto", "generic"}


def test_values_have_units_ranges_and_citable_sources(literature):
    for row in literature.to_dict("records"):
        kind = QUANTITIES[row["quantity"]]
        assert row["unit"] == kind.unit
        assert kind.low <= row["value"] <= kind.high
        assert re.match(r"^(10\.\d{4,9}/\S+|https?://\S+)$", row["doi"]), row["where"]
        assert row["how"] in HOW


def test_boundary_shares_agree_with_the_conductivities_they_come_from(literature):
    wide = literature.pivot_table(index=["variant", "doi"], columns="quantity", values="value")
    pairs = wide.dropna(subset=["gb_share", "sigma_total", "sigma_bulk"])
    assert len(pairs) >= 12
    assert np.allclose(pairs["gb_share"], 1 - pairs["sigma_total"] / pairs["sigma_bulk"], atol=0.01)


def test_a_row_reads_as_written(tmp_path):
    row = read_literature(table(tmp_path, GOOD)).iloc[0]
    assert (row["material"], row["value"], row["temperature_c"]) == ("lagp", 2e-4, 25.0)
    assert row["where"].endswith("literature.csv, line 2")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lagp", "lgap", "material = 'lgap': unknown"),
        ("sigma_total", "sigma", "quantity = 'sigma': unknown"),
        ("S/cm", "S/m", "unit = 'S/m': sigma_total is given in S/cm"),
        ("2e-4", "2e+4", r"value = '2e\+4': outside"),
        ("2e-4", "low", "value = 'low': not a number"),
        ("2e-4", "", "value = '': empty"),
        ("2e-4", "nan", "value = 'nan': outside"),
        (",25,", ",1000,", "temperature_c = '1000': outside"),
        ("10.1021/acsami.8b00842", "doi:10.1021", "doi = 'doi:10.1021': neither a DOI"),
        ("Laskowski", "heard", "how = 'heard': unknown"),
        ("Laskowski", "computed", "note = '': a computed value needs a note"),
        (",Laskowski,", ",Laskowski", "8 cells, expected 9"),
    ],
)
def test_faults_name_file_line_and_value(tmp_path, old, new, message):
    path = table(tmp_path, GOOD, GOOD.replace("pellet", "other").replace(old, new))
    with pytest.raises(ConfigError, match=rf"literature\.csv, line 3: {message}"):
        read_literature(path, NAMES)


def test_a_value_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"line 3: value = '3e-4': .* stands already in .*line 2"):
        read_literature(table(tmp_path, GOOD, GOOD.replace("2e-4", "3e-4")))


def test_an_energy_with_a_temperature_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"temperature_c = '25': an activation energy has no temperature"):
        read_literature(table(tmp_path, GOOD.replace("sigma_total,2e-4,S/cm", "ea_total,0.4,eV")))


@pytest.mark.parametrize("content", ["", "material,value\nlagp,1\n", ",".join(COLUMNS) + "\n"])
def test_a_table_without_header_or_rows_is_refused(tmp_path, content):
    path = tmp_path / "literature.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"literature\.csv"):
        read_literature(path)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"nothing\.csv: cannot be read"):
        read_literature(tmp_path / "nothing.csv")


def test_conductivities_are_carried_over_to_25_c(tmp_path):
    warm = GOOD.replace(",25,", ",35,")
    energy = "lagp,LAGP pellet,ea_total,0.5,eV,,10.1021/acsami.8b00842,Laskowski,"
    other = warm.replace("LAGP pellet", "another")
    measured = measured_values(read_literature(table(tmp_path, warm, energy, other)), "lagp", ea=0.4)
    at_25 = measured.loc[measured["quantity"] == "sigma_total", "value"].to_numpy()
    for value, ea in zip(at_25, (0.5, 0.4), strict=True):
        factor = 298.15 / 308.15 * np.exp(-ea / BOLTZMANN * (1 / 308.15 - 1 / 298.15))
        assert value == pytest.approx(2e-4 / factor)


def test_values_far_from_25_c_are_left_out(tmp_path):
    literature = read_literature(table(tmp_path, GOOD.replace(",25,", ",80,")))
    assert measured_values(literature, "lagp", ea=0.4).empty


def test_llzo_stands_for_every_cubic_garnet(literature):
    garnets = measured_values(literature, "llzo", ea=0.37)
    assert set(garnets["material"]) == {"llzo", "llzo_al", "llzo_ta", "llzo_ga"}
    assert set(measured_values(literature, "llzo_ta", ea=0.37)["material"]) == {"llzo_ta"}


def test_energy_and_conductivity_are_paired_by_specimen(literature):
    kind, pairs = energy_pairs(measured_values(literature, "llzo", ea=0.37))
    assert kind == "total" and pairs.shape[0] > 40
    slope = np.polyfit(pairs[:, 0], pairs[:, 1], 1)[0]
    assert slope == pytest.approx(-0.069, abs=0.005)
    assert energy_pairs(measured_values(literature, "llto", ea=0.35))[0] == "bulk"
