"""`import ionscope`: light, and from there to tables of predictions."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from series_files import EA, StubReader, resistance_at, write

import ionscope
from ionscope.batch.tables import COLUMNS
from ionscope.errors import InputDataError
from ionscope.measure import Measure


@pytest.fixture
def folder(tmp_path):
    for celsius in (0, 25, 50):
        write(tmp_path / f"pellet_{celsius}.csv", resistance_at(celsius), f"# temperature: {celsius} C")
    return tmp_path


def test_importing_it_imports_nothing_heavy():
    heavy = "numpy", "scipy", "pandas", "xarray", "sklearn", "torch", "matplotlib", "h5netcdf", "skfem"
    code = f"import ionscope, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_reading_a_file_does_without_the_network(folder):
    code = "import ionscope, sys; ionscope.read_spectra(sys.argv[1]); print('torch' in sys.modules)"
    argv = [sys.executable, "-c", code, str(folder / "pellet_0.csv")]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_every_name_it_offers_is_there():
    for name in ionscope.__all__:
        assert getattr(ionscope, name) is not None
        assert name in dir(ionscope)
    with pytest.raises(AttributeError, match="no attribute 'predictions'"):
        ionscope.predictions  # noqa: B018


def test_files_become_a_table(folder):
    table = ionscope.predict(folder, model=StubReader(), thickness="0.1+-0.01", area=0.5)
    assert isinstance(table, pd.DataFrame) and list(table) == list(COLUMNS)
    assert list(table["temperature_c"]) == pytest.approx([0, 25, 50])
    np.testing.assert_allclose(table["sigma_s_cm"], 0.1 / 0.5 / table["resistance_ohm"])
    assert ionscope.predict([str(folder / "pellet_0.csv")], model=StubReader())["sigma_s_cm"].isna().all()


def test_spectra_become_the_same_table(folder):
    files = sorted(folder.iterdir())
    spectra = [ionscope.read_spectrum(path) for path in files]
    wanted = ionscope.predict(files, model=StubReader(), area=0.5, thickness=Measure(0.1))
    got = ionscope.predict(spectra, model=StubReader(), area=0.5, thickness=0.1)
    pd.testing.assert_frame_equal(got, wanted)
    one = ionscope.predict(spectra[0], model=StubReader(), temperature=300.0)
    assert list(one["temperature_c"]) == pytest.approx([26.85])


def test_a_batch_has_its_series_and_failures(folder):
    (folder / "notes.txt").write_text("nothing\n")
    outcome = ionscope.predict_batch(folder, model=StubReader(), specimen="A", thermometer_error=0.1)
    assert outcome.series[0].fit.ea.value == pytest.approx(EA, abs=0.01)
    assert outcome.series[0].thermometer_error == 0.1
    assert len(outcome.failures) == 1
    assert list(ionscope.predict(folder, model=StubReader())["verdict"])[-1] == "unreadable"


def test_where_nothing_can_be_read_it_raises(folder):
    with pytest.raises(InputDataError, match=r"absent\.csv: no such file"):
        ionscope.predict(folder / "absent.csv", model=StubReader())
    with pytest.raises(InputDataError, match="no files and no spectra"):
        ionscope.predict([], model=StubReader())
    with pytest.raises(InputDataError, match="positive"):
        ionscope.predict(folder, model=StubReader(), thickness=-1)


def test_the_model_of_the_package_is_the_default(folder):
    table = ionscope.predict(folder / "pellet_25.csv")
    assert 0.5 < table["resistance_ohm"][0] / 1e3 < 2
