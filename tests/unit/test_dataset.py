"""Sets on disk: what is written is read, what is damaged is refused, the CSV tells the same as the NetCDF."""

import io

import numpy as np
import pandas as pd
import pytest
from cells import pellets

from ionscope.errors import InputDataError
from ionscope.io.dataset import ingest_csv, read_dataset, read_datasets, to_frame, write_csv, write_dataset
from ionscope.spectrum import SCHEMA_VERSION


def lines_of(spectra, tmp_path):
    write_csv(spectra, tmp_path / "set.csv")
    return (tmp_path / "set.csv").read_text().splitlines(keepends=True)


def test_netcdf_round_trip_keeps_everything(simulated, tmp_path):
    write_dataset(simulated, tmp_path / "set.nc")
    back = read_dataset(tmp_path / "set.nc")
    assert len(back) == len(simulated)
    for name in simulated.data.variables:
        assert np.array_equal(back.data[name].to_numpy(), simulated.data[name].to_numpy()), name
        assert back.data[name].attrs.get("units") == simulated.data[name].attrs.get("units"), name
    assert dict(back.attrs) == dict(simulated.attrs)


def test_shards_read_together_are_the_whole(simulated, tmp_path):
    parts = np.array_split(np.arange(len(simulated)), 5)
    paths = [tmp_path / f"{k}.nc" for k in range(len(parts))]
    for part, path in zip(parts, paths, strict=True):
        write_dataset(simulated.subset(part), path)
    joined = read_datasets(paths)
    for name in simulated.data.variables:
        assert np.array_equal(joined.data[name].to_numpy(), simulated.data[name].to_numpy()), name
    assert joined.attrs["seed"] == simulated.attrs["seed"]


def test_names_longer_than_those_of_the_first_shard_survive(tmp_path):
    for material in ("a", "a_longer_name"):
        spectra = pellets(2)
        names = np.array([f"{material}-{i:05d}" for i in range(len(spectra))])
        spectra.data["specimen"] = ("spectrum", names)
        write_dataset(spectra, tmp_path / f"{material}.nc")
    joined = read_datasets([tmp_path / "a.nc", tmp_path / "a_longer_name.nc"])
    write_dataset(joined, tmp_path / "joined.nc")
    assert read_dataset(tmp_path / "joined.nc")["specimen"].tolist()[-1].startswith("a_longer_name-0")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_by_name(tmp_path, share):
    write_dataset(pellets(2), tmp_path / "whole.nc")
    content = (tmp_path / "whole.nc").read_bytes()
    (tmp_path / "cut.nc").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputDataError, match=r"cut\.nc: not a readable NetCDF file"):
        read_dataset(tmp_path / "cut.nc")


def test_a_missing_file_and_a_foreign_one_are_refused(tmp_path):
    with pytest.raises(InputDataError, match="not a readable NetCDF file"):
        read_dataset(tmp_path / "absent.nc")
    (tmp_path / "text.nc").write_text("frequency,z\n1,2\n")
    with pytest.raises(InputDataError, match="not a readable NetCDF file"):
        read_dataset(tmp_path / "text.nc")


def test_one_damaged_byte_is_refused(tmp_path):
    write_dataset(pellets(2), tmp_path / "whole.nc")
    content = np.frombuffer((tmp_path / "whole.nc").read_bytes(), dtype=np.uint8)
    inside = content.size - 100  # the seal itself is shorter; a set without one is taken for somebody else's
    for place in np.random.default_rng(1).integers(0, inside, 40):
        damaged = content.copy()
        damaged[place] ^= 0xA5
        (tmp_path / "damaged.nc").write_bytes(damaged.tobytes())
        with pytest.raises(InputDataError, match=r"damaged\.nc: .*does not match its SHA-256"):
            read_dataset(tmp_path / "damaged.nc")


def test_a_set_without_a_seal_is_read(tmp_path):
    spectra = pellets(2)
    spectra.data.to_netcdf(tmp_path / "foreign.nc", engine="h5netcdf")
    assert np.array_equal(read_dataset(tmp_path / "foreign.nc").impedance, spectra.impedance)


def test_a_newer_layout_is_refused_and_an_older_one_read(tmp_path):
    spectra = pellets(2)
    spectra.data.attrs["schema_version"] = SCHEMA_VERSION + 1
    write_dataset(spectra, tmp_path / "newer.nc")
    with pytest.raises(InputDataError, match=f"schema version {SCHEMA_VERSION + 1} is newer.*update"):
        read_dataset(tmp_path / "newer.nc")
    del spectra.data.attrs["schema_version"]
    write_dataset(spectra, tmp_path / "older.nc")
    assert len(read_dataset(tmp_path / "older.nc")) == len(spectra)


def test_a_file_of_something_else_is_refused(tmp_path):
    pellets(2).data.drop_vars("z_imag").to_netcdf(tmp_path / "half.nc", engine="h5netcdf")
    with pytest.raises(InputDataError, match="z_imag"):
        read_dataset(tmp_path / "half.nc")


def test_the_table_of_points_has_a_row_a_point_and_units_in_its_names(simulated):
    frame = to_frame(simulated)
    assert len(frame) == simulated.impedance.size
    row = frame[(frame["spectrum"] == 4) & (frame["frequency_hz"] == simulated.frequency[7])].iloc[0]
    assert complex(row["z_real_ohm"], row["z_imag_ohm"]) == simulated.impedance[4, 7]
    assert row["sigma_total_s_cm"] == simulated["sigma_total"][4]
    assert row["thickness_cm"] == simulated["thickness"][4]
    assert row["specimen"] == simulated["specimen"][4]


def test_the_csv_read_as_a_laboratory_file_is_the_set_again(simulated, tmp_path):
    write_csv(simulated, tmp_path / "set.csv")
    before = simulated.data.copy(deep=True)
    ingested = ingest_csv(tmp_path / "set.csv", simulated)
    assert np.abs(ingested.impedance / simulated.impedance - 1).max() < 1e-7
    for name in ("temperature", "thickness", "area"):
        assert np.allclose(ingested[name], simulated[name], rtol=1e-7, atol=0), name
    for name in ("specimen", "material", "sigma_total", "ea_total"):
        assert np.array_equal(ingested[name], simulated[name]), name
    assert simulated.data.identical(before)
    assert not np.array_equal(ingested.impedance, simulated.impedance)  # it was read, not copied


@pytest.mark.parametrize("lost", [1, 2, 12, 23, 24, 25, 48])
def test_a_shortened_csv_is_refused(tmp_path, lost):
    spectra = pellets(3)
    (tmp_path / "short.csv").write_text("".join(lines_of(spectra, tmp_path)[:-lost]))
    with pytest.raises(InputDataError, match=r"short\.csv: .*write the CSV again"):
        ingest_csv(tmp_path / "short.csv", spectra)


def test_spectra_out_of_order_are_refused(tmp_path):
    spectra = pellets(3)
    header, *body = lines_of(spectra, tmp_path)
    first, second, rest = body[:24], body[24:48], body[48:]
    (tmp_path / "mixed.csv").write_text("".join([header, *second, *first, *rest]))
    with pytest.raises(InputDataError, match="spectrum 0 is not what the set holds"):
        ingest_csv(tmp_path / "mixed.csv", spectra)


def test_one_changed_figure_is_refused(tmp_path):
    spectra = pellets(3)
    table = pd.read_csv(io.StringIO("".join(lines_of(spectra, tmp_path))))
    table.loc[table["spectrum"] == 4, "thickness_cm"] *= 1.001
    table.to_csv(tmp_path / "changed.csv", index=False)
    with pytest.raises(InputDataError, match="thickness of spectrum 4"):
        ingest_csv(tmp_path / "changed.csv", spectra)
