"""The table beside a folder of measured spectra: read strictly, refused with file, line and value."""

from pathlib import Path

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.evaluate.known import COLUMNS, OPTIONAL, read_known, write_template
from ionscope.io import write_spectra
from ionscope.measure import Measure
from ionscope.spectrum import Spectrum

GOOD = "a.txt,-25,0.1,0.785,pellet 1,1450,8.8e-5,0.34,10.1016/j.ssi.2012.06.008"


@pytest.fixture
def folder(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("1 2 3\n", encoding="utf-8")
    return tmp_path


HEADER = ",".join(name for name in COLUMNS if name not in OPTIONAL)
"""Without the columns that may be missing."""


def write(folder, *rows, header=HEADER):
    (folder / "known.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def test_a_full_row(folder):
    (entry,) = read_known(write(folder, GOOD))
    assert entry.path == folder / "a.txt"
    assert (entry.temperature_c, entry.thickness_cm, entry.area_cm2) == (-25.0, 0.1, 0.785)
    assert entry.specimen == "pellet 1"
    assert entry.published_resistance == 1450
    assert entry.published_conductivity == 8.8e-5
    assert entry.where.endswith("known.csv, line 2")


def test_empty_cells_are_unknown(folder):
    (entry,) = read_known(write(folder, "b.txt,,,,,,,,"))
    assert entry.temperature_c is None and entry.specimen is None and entry.source == ""
    assert entry.published_resistance is None and entry.published_conductivity is None


def test_a_material_and_electrodes_may_be_stated(folder):
    (entry,) = read_known(write(folder, "b.txt,25,,,,LLZO-Ta,blocking,,,,", header=",".join(COLUMNS)))
    spectrum = entry.request.completed(Spectrum(np.geomspace(1, 1e6, 8), np.full(8, 10 - 1j)))
    assert (spectrum.material, spectrum.electrodes) == ("LLZO-Ta", "blocking")
    (silent,) = read_known(write(folder, "b.txt,25,,,,,,,"))
    assert silent.material is None and silent.electrodes is None
    header = ",".join(name for name in COLUMNS if name != "electrodes")
    (entry,) = read_known(write(folder, "b.txt,25,,,,LLZO-Ta,,,,", header=header))
    assert entry.material == "LLZO-Ta"


def test_electrodes_of_another_name_are_refused_with_those_there_are(folder):
    with pytest.raises(InputDataError, match=r"line 2: electrodes = 'gold': not one of blocking, reversible"):
        read_known(write(folder, "b.txt,25,,,,,gold,,,,", header=",".join(COLUMNS)))


def test_the_table_itself_may_be_named(folder):
    assert len(read_known(write(folder, GOOD, "b.txt,,,,,,,,") / "known.csv")) == 2


def test_resistance_and_conductivity_follow_from_each_other(folder):
    by_sigma, by_resistance = read_known(write(folder, "a.txt,25,0.1,0.5,,,1e-4,,", "b.txt,25,0.1,0.5,,2000,,,"))
    assert by_sigma.published_resistance == pytest.approx(2000)
    assert by_resistance.published_conductivity == pytest.approx(1e-4)


def test_without_geometry_they_do_not(folder):
    (entry,) = read_known(write(folder, "a.txt,25,0.1,,,2000,,,"))
    assert entry.published_conductivity is None


def test_a_spectrum_is_completed_with_what_is_known(folder):
    (entry,) = read_known(write(folder, "a.txt,40,0.1,,p,,,,"))
    spectrum = Spectrum(np.array([1.0, 10.0]), np.array([1 - 1j, 1 - 0.1j]), area=2.0)
    completed = entry.request.completed(spectrum)
    assert completed.temperature == pytest.approx(313.15)
    assert (completed.thickness, completed.area, completed.specimen) == (0.1, 2.0, "p")
    assert spectrum.temperature is None


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("c.txt,,,,,,,,", "file = 'c.txt': no such file"),
        (",,,,,1,,,", "file = '': empty"),
        ("../a.txt,,,,,,,,", "file = '../a.txt': must lie beside the table"),
        ("/etc/hosts,,,,,,,,", "file = '/etc/hosts': must lie beside the table"),
        ("b.txt,warm,,,,,,,", "temperature_c = 'warm': not a number"),
        ("b.txt,298.15K,,,,,,,", "temperature_c = '298.15K': not a number"),
        ("b.txt,700,,,,,,,", "temperature_c = '700': outside -150 to 600 C"),
        ("b.txt,,0,,,,,,", "thickness_cm = '0': 0 is not a positive number"),
        ("b.txt,,,-1,,,,,", "area_cm2 = '-1': -1 is not a positive number"),
        ("b.txt,,,1e4,,,,,", "area_cm2 = '1e4': outside"),
        ("b.txt,,,,,inf,,,", "resistance_ohm = 'inf': outside"),
        ("b.txt,,,,,,5,,", "sigma_total_s_cm = '5': outside"),
        ("b.txt,,,,,,,35,", "ea_ev = '35': outside"),
        ("b.txt,,", "3 cells, expected 9"),
        (GOOD, "file = 'a.txt': stands already in"),
        ("b.txt,25,0.1,0.5,,2000,2e-4,,", "sigma_total_s_cm = '2e-4': resistance and geometry give 0.0001 S/cm"),
    ],
)
def test_faults_name_file_line_and_value(folder, row, message):
    with pytest.raises(InputDataError, match=rf"known\.csv, line 3: {message}"):
        read_known(write(folder, GOOD, row))


def test_another_header_is_refused(folder):
    with pytest.raises(InputDataError, match=r"known\.csv, line 1: columns file, temperature; expected file, temp"):
        read_known(write(folder, "a.txt,25", header="file,temperature"))


def test_a_folder_without_table_is_refused(folder):
    with pytest.raises(InputDataError, match=r"known\.csv: cannot be read"):
        read_known(folder)


def test_a_file_that_is_no_text_is_refused(folder):
    (folder / "known.csv").write_bytes(b"\xff\xfe\x00file")
    with pytest.raises(InputDataError, match="not a UTF-8 text file"):
        read_known(folder)


def test_quotes_blanks_and_a_byte_order_mark_are_accepted(folder):
    content = "﻿" + HEADER.replace(",", ", ") + '\r\n a.txt , 25,,,"pellet 1, dense",,,,\r\n\r\n'
    (folder / "known.csv").write_text(content, encoding="utf-8")
    (entry,) = read_known(folder)
    assert entry.specimen == "pellet 1, dense"


def sweep(temperature=None, specimen=None):
    f = np.geomspace(1, 1e5, 12)
    return Spectrum(f, 10 + 1 / (1 + 1j * f / 1e3) - 1e3j / f, temperature=temperature, specimen=specimen)


def meant(row, *spectra, folder):
    (entry,) = read_known(write(folder, row))
    write_spectra(spectra, folder / "a.txt")
    return [number for number, _ in entry.sweeps()]


def test_a_row_means_the_sweeps_at_its_temperature(folder):
    series = [sweep(298.15), sweep(313.2), sweep(333.15), sweep()]
    assert meant("a.txt,40,,,,,,,", *series, folder=folder) == [1, 3]
    assert meant("a.txt,,,,,,,,", *series, folder=folder) == [0, 1, 2, 3]


def test_a_row_means_the_sweeps_of_its_specimen(folder):
    assert meant("a.txt,,,,q,,,,", sweep(specimen="p"), sweep(specimen="q"), folder=folder) == [1]


def test_what_all_sweeps_have_in_common_is_outranked(folder):
    both = [sweep(298.15, "p"), sweep(298.15, "p")]
    assert meant("a.txt,40,,,q,,,,", *both, folder=folder) == [0, 1]


def test_a_row_that_means_no_sweep_says_what_there_is(folder):
    (entry,) = read_known(write(folder, "a.txt,80,,,,,,,"))
    write_spectra([sweep(298.15, "p"), sweep(333.15)], folder / "a.txt")
    with pytest.raises(InputDataError, match=r"line 2: a\.txt: no sweep is at .* stated; it holds 25 C p, 60 C"):
        entry.sweeps()


def test_geometry_may_carry_its_error(folder):
    (entry,) = read_known(write(folder, "a.txt,25,0.1+-0.002,0.5±0.01,,2000,,,"))
    assert entry.request.thickness == Measure(0.1, 0.002) and entry.area_cm2 == 0.5
    assert entry.published_conductivity == pytest.approx(1e-4)


def test_files_lie_beside_the_table_or_below(folder):
    (folder / "below").mkdir()
    (folder / "below" / "c.txt").write_text("1 2 3\n", encoding="utf-8")
    (entry,) = read_known(write(folder, "below/c.txt,,,,,,,,"))
    assert entry.file == "below/c.txt" and entry.path == folder / "below" / "c.txt"


def test_a_missing_table_says_how_to_make_one(folder):
    with pytest.raises(InputDataError, match=r"ionscope validate --init .* writes one"):
        read_known(folder)


@pytest.fixture
def spectra(tmp_path):
    """A folder with two spectra, one of them below and with its facts in the header, and three other files."""
    rows = "".join(f"{f:.6g},{100 + 50 / (1 + f / 30):.6g},{-900 / f:.6g}\n" for f in np.geomspace(1, 1e5, 20))
    (tmp_path / "plain.csv").write_text(f"frequency_hz,z_real_ohm,z_imag_ohm\n{rows}", encoding="utf-8")
    (tmp_path / "below").mkdir()
    head = "Temperature: 40 C\nThickness (mm): 1.2\nArea = 0.5 cm2\n"
    (tmp_path / "below" / "told.csv").write_text(f"{head}frequency_hz,z_real_ohm,z_imag_ohm\n{rows}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing\n", encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text((tmp_path / "plain.csv").read_text(), encoding="utf-8")
    return tmp_path


def test_a_template_names_the_spectra_and_what_they_state(spectra):
    path, named, others = write_template(spectra)
    assert path == spectra / "known.csv" and named == ["below/told.csv", "plain.csv"]
    assert len(others) == 1 and "notes.txt" in others[0]
    told, plain = read_known(spectra)
    assert (told.temperature_c, told.thickness_cm, told.area_cm2) == pytest.approx((40.0, 0.12, 0.5))
    assert (plain.temperature_c, plain.resistance_ohm, plain.source) == (None, None, "")


def test_a_table_that_is_there_is_never_overwritten(spectra):
    (spectra / "known.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"known\.csv: is there already"):
        write_template(spectra)
    assert (spectra / "known.csv").read_text(encoding="utf-8") == "mine"


def test_a_folder_without_spectra_gets_no_template(folder):
    with pytest.raises(InputDataError, match="no file in it or below it is an impedance spectrum"):
        write_template(folder)
    assert not (folder / "known.csv").exists()
    with pytest.raises(InputDataError, match="no such folder"):
        write_template(folder / "elsewhere")


def test_the_example_of_the_documentation_is_a_table(folder):
    page = (Path(__file__).parents[2] / "docs" / "predict.md").read_text(encoding="utf-8")
    example = page.split("```csv\n")[1].split("```")[0]
    (folder / "series").mkdir()
    for name in ("pellet_cold.mpt", "series/pellet2.csv", "full_cell.csv"):
        (folder / name).touch()
    (folder / "known.csv").write_text(example, encoding="utf-8")
    known = read_known(folder)
    assert [entry.temperature_c for entry in known] == [-25, 25, 60, 25]
    assert known[1].published_resistance == pytest.approx(0.12 / 0.785 / 3.1e-4)
