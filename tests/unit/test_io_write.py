"""What is written is read back, number for number."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum, write_spectra, write_spectrum
from ionscope.spectrum import Spectrum

F = np.logspace(-1, 5, 31)
Z = 100 + 1 / (1e-3 + 2j * np.pi * F * 1e-7) + 1 / (2j * np.pi * F * 1e-5)


def same(one, two):
    np.testing.assert_array_equal(one.frequency, two.frequency)
    np.testing.assert_array_equal(one.impedance, two.impedance)
    for name in ("temperature", "thickness", "area", "specimen", "material", "electrodes"):
        assert getattr(one, name) == getattr(two, name)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"temperature": 298.15},
        {"temperature": 333.3, "thickness": 0.1 / 3, "area": 0.785398, "specimen": "LLZO-7"},
        {"specimen": "pellet 7", "material": "llzo_ta", "electrodes": "blocking"},
        {"specimen": 'a,b "q"', "temperature": 298.15},
        {"specimen": "T = 300 K, A = 2 cm2", "material": "1;2;3"},
    ],
)
def test_one_spectrum_comes_back(tmp_path, facts):
    spectrum = Spectrum(F, Z, **facts)
    write_spectrum(spectrum, tmp_path / "one.csv")
    back = read_spectrum(tmp_path / "one.csv")
    same(spectrum, back)
    assert back.assumptions == ()


def test_several_spectra_come_back(tmp_path):
    spectra = [
        Spectrum(
            F,
            Z * (1 + i / 7),
            temperature=298.15 + 15 * i,
            thickness=0.1,
            area=0.5 + i,
            specimen=f"pellet {i}",
            material="l,l",
        )
        for i in range(4)
    ]
    write_spectra(spectra, tmp_path / "all.csv")
    back = read_spectra(tmp_path / "all.csv")
    assert len(back) == 4
    for one, two in zip(spectra, back, strict=True):
        same(one, two)


def test_facts_known_of_some_only(tmp_path):
    spectra = [Spectrum(F, Z, temperature=298.15), Spectrum(F, 2 * Z, specimen='b, with "signs"\n')]
    write_spectra(spectra, tmp_path / "all.csv")
    first, second = read_spectra(tmp_path / "all.csv")
    assert (first.temperature, second.temperature) == (298.15, None)
    assert (first.specimen, second.specimen) == (None, 'b, with "signs"')


def test_sweeps_of_several_files_keep_their_files_apart(tmp_path):
    spectra = [Spectrum(F, Z * (1 + i), file=f"{i}, of three.csv", electrodes="reversible") for i in range(3)]
    write_spectra(spectra, tmp_path / "all.csv")
    back = read_spectra(tmp_path / "all.csv")
    assert [one.file for one in back] == [f"{tmp_path / 'all.csv'} [{i}, of three.csv]" for i in range(3)]
    assert {one.electrodes for one in back} == {"reversible"}


def test_columns_of_names_in_a_table_of_another_program(tmp_path):
    rows = [f"{f!r},{z.real!r},{z.imag!r},LLZO,gold" for f, z in zip(F.tolist(), Z.tolist(), strict=True)]
    (tmp_path / "a.csv").write_text("\n".join(["f/Hz,Re(Z)/ohm,Im(Z)/ohm,material,electrodes", *rows]))
    spectrum = read_spectrum(tmp_path / "a.csv")
    assert (spectrum.material, spectrum.electrodes) == ("LLZO", None)
    rows[3] = rows[3].replace("LLZO", "LLTO")
    (tmp_path / "b.csv").write_text("\n".join(["f/Hz,Re(Z)/ohm,Im(Z)/ohm,material,electrodes", *rows]))
    assert read_spectrum(tmp_path / "b.csv").material is None


def test_nothing_to_write(tmp_path):
    with pytest.raises(InputDataError, match="no spectra"):
        write_spectra([], tmp_path / "none.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_data_set_table_is_read_like_any_other_file(tmp_path):
    from ionscope.io.dataset import write_csv
    from ionscope.spectrum import SpectrumSet

    spectra = SpectrumSet.from_arrays(
        F,
        np.stack([Z, 2 * Z, 3 * Z]),
        temperature=[298.15, 313.15, 328.15],
        thickness=0.1,
        area=0.5,
        specimen=["a", "a", "b"],
        material="LLZO",
        electrode="gold",
    )
    write_csv(spectra, tmp_path / "set.csv")
    back = read_spectra(tmp_path / "set.csv")
    assert len(back) == 3
    for i, spectrum in enumerate(back):
        np.testing.assert_allclose(spectrum.impedance, (i + 1) * Z, rtol=1e-6)
        assert spectrum.specimen == "aab"[i] and spectrum.thickness == 0.1 and spectrum.area == 0.5
        assert spectrum.temperature == pytest.approx(298.15 + 15 * i)
