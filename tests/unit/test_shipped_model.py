"""The model that comes with the package: whole, small, and right about measured pellets."""

import json
from importlib import resources
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from cells import cell

from ionscope.electrodes import ELECTRODES
from ionscope.evaluate.literature import read_literature
from ionscope.io import read_spectra
from ionscope.reader import Reader
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

CONFIG = Path(__file__).parents[2] / "config"
SPECTRA = Path(__file__).parents[2].parent / "shared" / "data" / "spectra"
measured = pytest.mark.skipif(not SPECTRA.is_dir(), reason="the measured sample files (../shared) are not here")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def test_it_is_whole_and_below_five_megabytes():
    with resources.as_file(resources.files("ionscope") / "models" / "reader") as folder:
        names = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert set(names) == {"model.json", "encoder.safetensors", "kernel.npz", "card.md"}
    assert sum(names.values()) < 5e6


def test_its_card_is_its_own():
    folder = resources.files("ionscope") / "models" / "reader"
    sha256 = json.loads((folder / "model.json").read_text(encoding="utf-8"))["sha256"]["model.json"]
    assert sha256 in (folder / "card.md").read_text(encoding="utf-8")


def test_stated_electrodes_move_the_interval_alone(reader):
    frequency = np.geomspace(1e3, 1e7, 41)  # ends before the spike does, as a slow arc might
    one = Spectrum(frequency, cell(frequency, 1e4))
    unknown, blocking, reversible = (reader.read(one.with_(electrodes=name)) for name in (None, *ELECTRODES))
    assert unknown.resistance.value == blocking.resistance.value == reversible.resistance.value
    assert blocking.resistance.upper < unknown.resistance.upper
    assert blocking.as_dict()["electrodes"] == "blocking"


@pytest.mark.parametrize("interface, capacitance", [(900.0, 6e-7), (1500.0, 7e-7), (400.0, 7e-7)])
def test_lithium_opposite_a_blocking_electrode_is_no_part_of_the_pellet(reader, interface, capacitance):
    frequency = np.geomspace(1, 1e6, 61)
    jw = 2j * np.pi * frequency
    pellet = 300 + 700 / (1 + jw * 700 * 3e-9)
    electrodes = interface / (1 + (jw * interface * capacitance) ** 0.9) + 1 / (4e-6 * jw**0.9)
    rng = np.random.default_rng(1)
    noise = 1 + 0.002 * (rng.normal(size=frequency.size) + 1j * rng.normal(size=frequency.size))
    reading = reader.read(
        Spectrum(frequency, (pellet + electrodes) * noise, temperature=298.15, thickness=0.1, area=1.0)
    )
    assert reading.resistance.value == pytest.approx(1000, rel=0.03)
    assert reading.resistance.lower < 1000 < reading.resistance.upper


def test_electrodes_that_do_not_fit_leave_the_interval_of_unknown_ones(reader):
    frequency = np.geomspace(0.1, 1e6, 71)
    one = Spectrum(frequency, cell(frequency, 1e3))
    unknown = reader.read(one)
    with mock.patch.object(reader.bundle, "read", wraps=reader.bundle.read) as read:
        wrong = reader.read(one.with_(electrodes="reversible"))
    assert any("stated to be reversible" in reason for reason in wrong.reasons)
    assert wrong.resistance == unknown.resistance
    assert read.call_count == 1  # only the half-width depends on the electrodes


@pytest.mark.parametrize("resistance", [30.0, 1e3, 1e5])
@pytest.mark.parametrize("points", [31, 71])
def test_a_plain_cell_without_noise_is_read_within_a_narrow_interval(reader, resistance, points):
    frequency = np.geomspace(1, 1e6, points)
    capacitance = 2e-6  # of the electrode, farad
    spike = 1 / (2 * np.pi * capacitance * resistance)
    reading = reader.read(Spectrum(frequency, cell(frequency, resistance, share=0.4, arc=2e5, spike=spike)))
    assert reading.resistance.lower <= resistance <= reading.resistance.upper
    assert reading.resistance.value == pytest.approx(resistance, rel=0.03)
    assert reading.resistance.upper < 1.2 * resistance
    assert reading.verdict != "refuse"


@pytest.mark.parametrize("at", [12, 40])
def test_a_point_that_is_far_off_is_left_out_and_told(reader, at):
    rng = np.random.default_rng(0)
    frequency = np.geomspace(1, 1e6, 61)
    z = cell(frequency, 1e3, share=0.4, arc=2e5, spike=1.0) * (1 + 0.001 * rng.normal(size=61))
    spoilt = z.copy()
    spoilt[at] *= 1.3
    kept = np.arange(61) != at
    found, expected = reader.read(Spectrum(frequency, spoilt)), reader.read(Spectrum(frequency[kept], z[kept]))
    assert found.left_out_hz == (frequency[at],) and expected.left_out_hz == ()
    assert found.resistance == expected.resistance
    assert found.verdict == "caution"
    assert f"read without what was measured at {frequency[at]:.4g} Hz" in found.reasons[-1]


@pytest.mark.parametrize(("bad", "where"), [(slice(61, None), "above"), (slice(0, 20), "below")])
def test_a_rough_end_is_not_read(reader, bad, where):
    """A quarter of the points off by 20 %: the rest knows the resistance, and is read as if it were alone."""
    rng = np.random.default_rng(0)
    frequency = np.geomspace(0.01, 1e6, 81)
    z = cell(frequency, 1e3, share=0.4, arc=2e4, spike=1.0) * (1 + 0.001 * rng.normal(size=81))
    z[bad] *= 1 + 0.2 * rng.normal(size=z[bad].shape)
    found = reader.read(Spectrum(frequency, z))
    rest = reader.read(found.used)
    assert set(frequency[bad]) <= set(found.left_out_hz) and rest.left_out_hz == ()
    assert found.resistance == rest.resistance and found.resistance.lower <= 1e3 <= found.resistance.upper
    edge = found.used.frequency[-1 if where == "above" else 0]
    assert found.verdict == "caution"
    assert any(f"read without what was measured {where} {edge:.4g} Hz" in reason for reason in found.reasons)


@pytest.mark.parametrize("noise", [0.03, 0.1])
def test_many_points_that_are_off_are_noise_which_the_interval_has_room_for(reader, noise):
    rng = np.random.default_rng(0)
    frequency = np.geomspace(1, 1e6, 61)
    z = cell(frequency, 1e3, share=0.4, arc=2e5, spike=1.0) * (1 + noise * rng.normal(size=61))
    reading = reader.read(Spectrum(frequency, z))
    assert reading.left_out_hz == () and reading.verdict == "caution"
    assert reading.resistance.lower <= 1e3 <= reading.resistance.upper
    assert reading.resistance.upper / reading.resistance.value > 1 + noise


@pytest.mark.parametrize("size", [-0.1, 0.06])
def test_a_step_of_the_instruments_range_is_told_and_in_the_interval(reader, size):
    rng = np.random.default_rng(0)
    frequency = np.geomspace(1, 1e6, 61)
    z = cell(frequency, 1e3, share=0.4, arc=2e5, spike=1.0) * (1 + 0.001 * rng.normal(size=61))
    for at in (3e4, 8.0):
        reading = reader.read(Spectrum(frequency, np.where(frequency < at, 1 + size, 1.0) * z))
        assert reading.verdict == "caution" and any("changes its range" in reason for reason in reading.reasons)
        assert set(reading.taken_off) == {"step"} and any(
            "read without the step" in reason for reason in reading.reasons
        )
        assert reading.resistance.lower <= 1e3 <= reading.resistance.upper
        assert reading.resistance.lower <= (1 + size) * 1e3 <= reading.resistance.upper


def test_published_conductivities_are_usual_for_their_material_and_a_tenth_or_ten_times_mostly_not(reader):
    table = read_literature(CONFIG / "literature.csv")
    table = table[(table["quantity"] == "sigma_total") & table["temperature_c"].notna()]
    inside = {0.1: [], 1.0: [], 10.0: []}
    for row in table.to_dict("records"):
        known = reader.trained.materials.get(row["material"])
        usual = None if known is None else known.at(row["temperature_c"] + ZERO_CELSIUS)
        if usual is not None:
            for factor, found in inside.items():
                found.append(usual[0] <= factor * row["value"] <= usual[1])
    assert len(inside[1.0]) > 150
    assert np.mean(inside[1.0]) > 0.93
    assert np.mean(inside[10.0]) < 0.25  # a thickness in millimetres, or an area too small by ten
    assert np.mean(inside[0.1]) < 0.55


def test_a_thickness_in_millimetres_asks_for_caution_once_the_material_is_stated(reader):
    frequency = np.geomspace(1, 1e6, 61)
    z = cell(frequency, 200.0, share=0.8, arc=2e5, spike=5.0)
    for thickness, unusual in ((0.1, False), (1.0, True)):
        pellet = Spectrum(frequency, z, temperature=298.15, thickness=thickness, area=0.8, material="LLZO-Ta")
        assert any("unusual for LLZO-Ta" in reason for reason in reader.read(pellet).reasons) == unusual


@measured
@pytest.mark.parametrize(
    ("file", "low", "high"),
    [
        ("lpscl/PEIS_LPSCl_IonBlocking_-25C.txt", 1440.0, 1465.0),
        ("lpscl/PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt", 1440.0, 1465.0),
        ("lagp/lagp_dynamicVT.txt", 91.5e3, 91.5e3),
    ],
)
def test_measured_pellets_are_read_within_three_per_cent(reader, file, low, high):
    reading = reader.read(read_spectra(SPECTRA / file)[0])
    assert 0.97 * low <= reading.resistance.value <= 1.03 * high
    assert reading.resistance.lower <= high and low <= reading.resistance.upper
    assert reading.verdict in ("ok", "caution")


@measured
def test_full_cells_are_not_taken_for_pellets(reader):
    for spectrum in read_spectra(SPECTRA / "ceracharge" / "EISdata1_SoC0_Cyc1to100.csv")[::30]:
        reading = reader.read(spectrum)
        assert reading.verdict in ("caution", "refuse")
        assert reading.reasons
