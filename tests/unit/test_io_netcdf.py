"""Spectra of unequal grids as one xarray object and one file; read back exactly, damage refused."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ionscope.errors import InputDataError
from ionscope.io import from_xarray, read_spectra, to_xarray, write_netcdf
from ionscope.io.dataset import read_dataset, write_dataset
from ionscope.spectrum import Spectrum, SpectrumSet


def spectrum(points=10, **fields):
    f = np.geomspace(0.1, 1e5, points)
    return Spectrum(f, 100 + 50 / (1 + 1j * f / 1e3), **{"source": f"{points}.csv", **fields})


THREE = [
    spectrum(10, temperature=300.0, thickness=0.1, area=0.5, specimen="A", metadata={"date": "2024-01-01", "n": 3}),
    spectrum(30, assumptions=("The sign was guessed.",)),
    spectrum(20, specimen="B", material="llzo", electrodes="blocking"),
]


def same(one, other):
    np.testing.assert_array_equal(one.frequency, other.frequency)
    np.testing.assert_array_equal(one.impedance, other.impedance)
    facts = "temperature", "thickness", "area", "specimen", "material", "electrodes"
    for name in (*facts, "source", "assumptions", "metadata"):
        assert getattr(one, name) == getattr(other, name), name


def test_shorter_spectra_are_padded_with_nan():
    data = to_xarray(THREE)
    assert dict(data.sizes) == {"spectrum": 3, "point": 30}
    assert list(np.isfinite(data["z_real"]).sum("point")) == [10, 30, 20]
    assert data["frequency"].attrs["units"] == "Hz" and data["temperature"].attrs["units"] == "K"
    assert np.isnan(data["temperature"][1])


def test_there_and_back(tmp_path):
    for one, other in zip(from_xarray(to_xarray(THREE)), THREE, strict=True):
        same(one, other)
    write_netcdf(THREE, tmp_path / "three.nc")
    for one, other in zip(read_spectra(tmp_path / "three.nc"), THREE, strict=True):
        same(one, other)


@given(st.lists(st.integers(2, 40), min_size=1, max_size=5), st.floats(100, 600), st.text(max_size=10))
def test_any_spectra_come_back_the_same(points, temperature, specimen):
    spectra = [spectrum(n, temperature=temperature, specimen=specimen or None) for n in points]
    for one, other in zip(from_xarray(to_xarray(spectra)), spectra, strict=True):
        same(one, other)


def test_what_the_caller_states_outranks_the_file(tmp_path):
    write_netcdf(THREE[:1], tmp_path / "one.nc")
    (got,) = read_spectra(tmp_path / "one.nc", temperature=350.0, area=2.0, sign="negated")
    assert (got.temperature, got.area, got.thickness) == (350.0, 2.0, 0.1)
    np.testing.assert_array_equal(got.impedance, THREE[0].impedance.conj())


def test_a_set_on_one_grid_is_read_too(tmp_path, simulated):
    write_dataset(simulated, tmp_path / "set.nc")
    spectra = read_spectra(tmp_path / "set.nc")
    assert len(spectra) == len(simulated)
    np.testing.assert_array_equal(spectra[5].impedance, simulated.spectrum(5).impedance)


def test_spectra_on_one_grid_make_a_set(tmp_path):
    spectra = [spectrum(10, temperature=300.0 + i, specimen=f"S{i}") for i in range(3)]
    whole = SpectrumSet.from_spectra(spectra)
    write_dataset(whole, tmp_path / "set.nc")
    back = read_dataset(tmp_path / "set.nc")
    np.testing.assert_array_equal(back.impedance, [one.impedance for one in spectra])
    assert back.spectrum(1).temperature == 301.0 and back.spectrum(1).area is None
    with pytest.raises(InputDataError, match=r"30\.csv: its frequencies differ from those of 10\.csv"):
        SpectrumSet.from_spectra(THREE)
    with pytest.raises(InputDataError, match="no spectra"):
        SpectrumSet.from_spectra([])


def test_damage_and_other_programs_files_are_refused(tmp_path):
    write_netcdf(THREE, tmp_path / "three.nc")
    content = bytearray((tmp_path / "three.nc").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "damaged.nc").write_bytes(content)
    xr.Dataset({"a": 1}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    write_netcdf(THREE, tmp_path / "newer.nc")
    for name, message in (("damaged.nc", "SHA-256"), ("other.nc", "ionscope did not write")):
        with pytest.raises(InputDataError, match=message) as caught:
            read_spectra(tmp_path / name)
        assert "\n" not in str(caught.value) and name in str(caught.value)


def test_a_newer_layout_and_no_spectra_are_refused(tmp_path):
    from ionscope.io.seal import seal

    to_xarray(THREE).assign_attrs(schema_version=99).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    seal(tmp_path / "a.nc")
    with pytest.raises(InputDataError, match="update ionscope"):
        read_spectra(tmp_path / "a.nc")
    to_xarray(THREE).drop_vars("z_real").to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    seal(tmp_path / "b.nc")
    with pytest.raises(InputDataError, match="missing z_real"):
        read_spectra(tmp_path / "b.nc")
    with pytest.raises(InputDataError, match="no spectra"):
        to_xarray([])
