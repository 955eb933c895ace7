"""Every instrument format: right numbers, and the facts that its header tells."""

import io_formats as formats
import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum
from ionscope.io.instruments import FORMATS


@pytest.fixture
def save(tmp_path):
    def write(content):
        path = tmp_path / "measured.dat"  # no telling extension
        path.write_bytes(content)
        return path

    return write


def check(spectrum, factor=1.0):
    np.testing.assert_allclose(spectrum.frequency, formats.F[::-1], rtol=1e-5)
    np.testing.assert_allclose(spectrum.impedance, factor * formats.Z[::-1], rtol=1e-8)


@pytest.mark.parametrize("name", formats.FAMILIES)
def test_every_family_is_read_right_whatever_its_extension(name, save):
    check(read_spectra(save(formats.FAMILIES[name]()))[0])


def test_every_format_has_a_name_of_its_own():
    names = [form.name for form in FORMATS]
    assert len(set(names)) == len(names) and names[-1] == "table"


def test_eclab_facts(save):
    spectrum = read_spectrum(save(formats.eclab()))
    assert spectrum.metadata["format"] == "EC-Lab"
    assert spectrum.metadata["date"] == "05/15/2025 01:18:45.867"
    assert spectrum.metadata["instrument"] == "SP-300 (SN 1)"
    assert spectrum.metadata["amplitude_v"] == pytest.approx(0.01)
    assert spectrum.area is None and any("0.001 cm2 is EC-Lab's default" in told for told in spectrum.assumptions)


def test_eclab_entered_area_decimal_comma_and_idle_rows(save):
    spectrum = read_spectrum(save(formats.eclab(decimal=",", area="0,785", idle=3)))
    check(spectrum)
    assert spectrum.area == pytest.approx(0.785)
    assert any("3 rows" in told for told in spectrum.assumptions)


def test_the_area_of_a_microelectrode_is_not_taken_for_eclabs_default(save):
    spectrum = read_spectrum(save(formats.eclab(area="7.854e-05")))
    assert spectrum.area == pytest.approx(7.854e-5) and not any("default" in told for told in spectrum.assumptions)


def test_eclab_cycles_are_sweeps(save):
    f, z = np.tile(formats.F, 3), np.concatenate([formats.Z, 1.1 * formats.Z, 1.2 * formats.Z])
    spectra = read_spectra(save(formats.eclab(f, z, cycle=np.repeat([1.0, 2.0, 3.0], 25))))
    assert [spectrum.metadata["sweep"] for spectrum in spectra] == [1, 2, 3]
    for spectrum, factor in zip(spectra, (1, 1.1, 1.2), strict=True):
        check(spectrum, factor)
    # the same without a count of cycles: the frequency starts over
    again = read_spectra(save(formats.eclab(f, z)))
    assert len(again) == 3 and "sweep 2" in again[1].source


def test_eclab_cut_short(save):
    content = formats.eclab()
    with pytest.raises(InputDataError, match=r"line 2: announces 14 header lines but has 5"):
        read_spectra(save(b"\r\n".join(content.split(b"\r\n")[:5])))
    with pytest.raises(InputDataError, match=r"line 24: .*truncated"):
        read_spectra(save(b"\r\n".join(content.split(b"\r\n")[:24])[:-90]))
    with pytest.raises(InputDataError, match="no points"):
        read_spectra(save(b"\r\n".join(content.split(b"\r\n")[:14])))


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("tag", ["EISPOT", "EISGALV"])
def test_gamry_facts(save, decimal, tag):
    spectrum = read_spectrum(save(formats.gamry(decimal=decimal, tag=tag)))
    check(spectrum)
    assert spectrum.metadata["technique"] == tag and spectrum.metadata["amplitude_v"] == pytest.approx(0.01)
    assert spectrum.temperature is None, "-327.67 means that no thermocouple is connected"
    assert spectrum.area is None and any("Gamry's default" in told for told in spectrum.assumptions)


def test_gamry_entered_area_and_thermocouple(save):
    spectrum = read_spectrum(save(formats.gamry(area=0.5, temperature=25.0)))
    assert spectrum.area == 0.5 and spectrum.temperature == pytest.approx(298.15)
    assert any("thermocouple" in told for told in spectrum.assumptions)


def test_gamry_drift_corrected_columns_are_preferred_and_told(save):
    spectrum = read_spectrum(save(formats.gamry(drift=True, decimal=",")))
    check(spectrum)
    assert any("drift-corrected" in told for told in spectrum.assumptions)


def test_gamry_without_an_impedance(save):
    with pytest.raises(InputDataError, match="without an impedance table"):
        read_spectra(save(formats.gamry().replace(b"ZCURVE", b"CURVE")))
    with pytest.raises(InputDataError, match="cut short"):
        read_spectra(save(formats.gamry().split(b"\tPt\tTime")[0]))


def test_zplot_announced_points_and_area(save):
    assert not any("announces" in told for told in read_spectrum(save(formats.zplot())).assumptions)
    spectrum = read_spectrum(save(formats.zplot(points=56, area="0.25")))
    check(spectrum)
    assert "The file announces 56 points but holds 25." in spectrum.assumptions
    assert spectrum.area == 0.25


def test_versastudio_facts(save):
    spectrum = read_spectrum(save(formats.versastudio(area="0.785")))
    assert spectrum.area == 0.785 and spectrum.metadata["instrument"] == "VersaSTAT4"
    assert spectrum.metadata["amplitude_v"] == pytest.approx(0.02)
    with pytest.raises(InputDataError, match="not closed"):
        read_spectra(save(formats.versastudio().split(b"</Segment1>")[0]))
    with pytest.raises(InputDataError, match="without impedance points"):
        read_spectra(save(formats.versastudio().replace(b", Z", b", Q")))


def test_parstat_direct_current_records_are_left_out(save):
    spectrum = read_spectrum(save(formats.parstat()))
    assert len(spectrum) == 25 and any("DC records" in told for told in spectrum.assumptions)


def test_novocontrol_temperature(save):
    assert read_spectrum(save(formats.novocontrol())).temperature is None
    assert read_spectrum(save(formats.novocontrol(celsius=-25.0))).temperature == pytest.approx(248.15)
    spectra = read_spectra(save(formats.novocontrol_temperatures((20.0, 40.0, 60.0))))
    assert [spectrum.temperature for spectrum in spectra] == pytest.approx([293.15, 313.15, 333.15])


def test_novocontrol_dielectric_quantities(save):
    spectrum = read_spectrum(save(formats.novocontrol_dielectric()))
    check(spectrum)
    assert (spectrum.temperature, spectrum.thickness) == pytest.approx((298.15, 0.04))
    assert any("computed from Sig' [S/cm] and Eps'" in told for told in spectrum.assumptions)


def test_novocontrol_parallel_parts_and_a_conductivity_without_the_vacuum(save):
    spectrum = read_spectrum(save(formats.novocontrol_parallel()))
    assert any("Zp' [Ohms] and Zp'' [Ohms], resistance and reactance in" in told for told in spectrum.assumptions)
    spectrum = read_spectrum(save(formats.novocontrol_conductivity()))
    assert "WinDETA leaves the vacuum out of Sig'' [S/cm]; it was added." in spectrum.assumptions
    np.testing.assert_allclose(spectrum.impedance, formats.Z[::-1], rtol=1e-7)


def test_rows_of_a_wide_table_are_spectra_with_their_other_columns(save):
    spectra = read_spectra(save(formats.wide(5)))
    assert len(spectra) == 5
    for i, spectrum in enumerate(spectra):
        check(spectrum, 1 + i / 10)
        assert spectrum.metadata["columns"] == {"cycle": i + 1.0, "I(uA)": 20.0}


def test_a_bad_cell_of_a_wide_table_is_named(save):
    with pytest.raises(InputDataError, match=r"line 3: 'NaN' in column '-Im\(Z\)"):
        read_spectra(save(formats.wide(spoil=5)))
    with pytest.raises(InputDataError, match=r"line 4: has .* truncated"):
        read_spectra(save(formats.wide()[:-80]))


def test_relaxis_spectra_side_by_side(save):
    lines = formats.relaxis().decode().split("\r\n")
    doubled = [lines[0], lines[1], *(f"{line}\t{line}" for line in lines[2:-1])]
    spectra = read_spectra(save("\r\n".join([*doubled, ""]).encode()))
    assert len(spectra) == 2
    check(spectra[0]), check(spectra[1])


def test_text_of_vendor_formats_that_is_a_plain_table_needs_no_other_package(tmp_path):
    path = tmp_path / "autolab.P00"
    path.write_bytes(formats.autolab_p00())
    check(read_spectrum(path))


def test_solartron_smart_temperatures(save):
    spectra = read_spectra(save(formats.solartron_smart(celsius=(25.0, 55.0))))
    assert [spectrum.temperature for spectrum in spectra] == pytest.approx([298.15, 328.15])
    check(spectra[0]), check(spectra[1], 0.5)


def test_keysight_reads_the_data_and_not_the_memory_trace(save):
    spectrum = read_spectrum(save(formats.keysight()))
    check(spectrum)
    assert spectrum.assumptions == ()


def test_agilent_traces_that_are_an_impedance(save):
    check(read_spectrum(save(formats.agilent(formats.Z.real, formats.Z.imag))))
    spectrum = read_spectrum(save(formats.agilent(formats.Z.real, formats.Z.real, imaginary=formats.Z.imag)))
    check(spectrum)
    assert "The first trace is complex and was read; others were left out." in spectrum.assumptions


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1 / formats.Z).real, (1 / formats.Z).imag),
        (1 / formats.MODULUS, -formats.PHASE),
        ((1 / formats.Z).imag / formats.JW.imag, (1 / formats.Z).real),
        (formats.MODULUS, formats.Z.real),
    ],
    ids=["G-B", "|Y|-theta", "Cp-G", "|Z|-Rs"],
)
def test_agilent_traces_that_are_no_impedance(save, first, second):
    with pytest.raises(
        InputDataError, match=r"line 7: three columns .* (are no impedance|inductor over the whole band)"
    ):
        read_spectra(save(formats.agilent(first, second)))


def test_agilent_traces_cut_short(save):
    content = formats.agilent()
    with pytest.raises(InputDataError, match="line 4: an impedance needs two traces over the same frequencies"):
        read_spectra(save(content.split(b'"TRACE: B"')[0]))
    with pytest.raises(InputDataError, match=r"line 7: 'OL.*' is not a point of the trace"):
        read_spectra(save(content.replace(b"1.000000000E+05", b"OL", 1)))
    with pytest.raises(InputDataError, match="has no line of column names"):
        read_spectra(save(content.split(b'"TRACE: B"')[0] + b'"TRACE: B"'))


def test_labone_chunks_are_sweeps_with_a_phase_in_radians(save):
    spectra = read_spectra(save(formats.labone(factors=(1.0, 1.1))))
    assert len(spectra) == 2
    check(spectra[0]), check(spectra[1], 1.1)


def test_labone_bad_fields(save):
    with pytest.raises(InputDataError, match="line 2: 'nan' in field 'absz' is not a finite number"):
        read_spectra(save(formats.labone(spoil="nan")))
    content = formats.labone()
    with pytest.raises(
        InputDataError, match="line 2: the fields frequency, absz, phasez have unequal numbers of points"
    ):
        read_spectra(save(content[:-60] + b"\n"))
    with pytest.raises(InputDataError, match="has no impedance among its columns"):
        read_spectra(save(content.replace(b";absz;", b";x;")))
    with pytest.raises(InputDataError, match="has names but no fields"):
        read_spectra(save(content.split(b"\n")[0]))


def test_palmsens_curves_below_each_other(save):
    spectra = read_spectra(save(formats.palmsens(factors=(1.0, 1.1, 1.2))))
    assert len(spectra) == 3
    check(spectra[0]), check(spectra[2], 1.2)
