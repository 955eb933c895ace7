"""A trained model on disk: it reads the same again, holds data only, and is refused when anything does not fit."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from cells import SHAPE, calibrate, pellets
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from ionscope.config import Representing
from ionscope.dka.bundle import ARRAYS, FORMAT, ModelBundle
from ionscope.dka.experiment import train_bundle
from ionscope.dka.source import NEAR, near_window
from ionscope.dka.trust import DETECTORS
from ionscope.errors import InputDataError, ModelFileError
from ionscope.files import to_json
from ionscope.preprocess.smoothing import Smoothing
from ionscope.reader import Reader
from ionscope.spectrum import Spectrum

FILES = (*ARRAYS, "model.json")
SPECTRA = pellets(30, temperatures=(298.15,))
F, Z = SPECTRA.frequency, SPECTRA.impedance
READINGS = ("log10_resistance", "half_width", "reference", "latent", "scores")
each_file = pytest.mark.parametrize("name", FILES)


def make(quick, kind):
    variant = quick.model_copy(update={"representation": Representing(kind=kind)})
    if kind == "capacitive":
        variant = variant.model_copy(update={"dka": variant.dka.model_copy(update={"regression": "median"})})
    bundle, _ = train_bundle(SPECTRA, np.arange(20), variant, Smoothing(5, 2), 0, "cpu")
    calibrate(bundle, SPECTRA, np.arange(20, 30), variant, 0)
    bundle.about["variant"] = kind
    return bundle


@pytest.fixture(scope="module")
def bundles(quick):
    return {kind: make(quick, kind) for kind in ("equivariant", "anchored", "capacitive", "informed", "global")}


@pytest.fixture(scope="module")
def whole(bundles, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "whole"
    bundles["equivariant"].save(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    """A copy to be damaged."""
    return shutil.copytree(whole, tmp_path / "model")


def refused(folder, message):
    with pytest.raises(ModelFileError, match=message) as caught:
        ModelBundle.load(folder)
    assert "\n" not in str(caught.value)


def same_readings(a, b):
    for name in READINGS:
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name


@pytest.mark.parametrize("kind", ["equivariant", "anchored", "capacitive", "informed", "global"])
def test_what_is_loaded_reads_the_same(bundles, kind, tmp_path):
    bundles[kind].save(tmp_path)
    back = ModelBundle.load(tmp_path)
    told = {"shape": np.full(len(Z), SHAPE), "temperature": SPECTRA["temperature"]}
    same_readings(bundles[kind].read(F, Z, **told), back.read(F, Z, **told))
    assert back.about == bundles[kind].about
    assert back.smoothing == bundles[kind].smoothing == Smoothing(5, 2)
    assert back.model.architecture == bundles[kind].model.architecture
    assert np.array_equal(back.trust.thresholds, bundles[kind].trust.thresholds)


def test_saved_twice_it_is_the_same_files(bundles, whole, tmp_path):
    ModelBundle.load(whole).save(tmp_path)
    assert (tmp_path / "model.json").read_bytes() == (whole / "model.json").read_bytes()


def test_a_model_without_intervals_keeps_having_none(quick, tmp_path):
    bundle, _ = train_bundle(SPECTRA, np.arange(20), quick, Smoothing(), 0, "cpu")
    bundle.save(tmp_path)
    back = ModelBundle.load(tmp_path)
    assert back.interval is None and back.trust is None
    readings = back.read(F, Z)
    same_readings(bundle.read(F, Z), readings)
    assert np.isnan(readings.half_width).all()
    assert np.isfinite(readings.log10_resistance).all()


def test_readings_have_a_row_a_spectrum(bundles):
    readings = bundles["equivariant"].read(F, Z)
    assert readings.log10_resistance.shape == readings.half_width.shape == readings.reference.shape == (30,)
    assert readings.latent.shape == (30, 4)
    assert readings.scores.shape == (30, len(DETECTORS))
    assert (readings.half_width > 0).all()
    true = np.log10(SHAPE / SPECTRA["sigma_total"])
    assert np.median(np.abs(readings.log10_resistance - true)) < 0.05


def test_a_median_answers_by_the_view_in_the_middle(bundles):
    bundle, shape = bundles["capacitive"], np.full(len(Z), SHAPE)
    towering = Z + F[None] ** -1.0 * 200 * np.abs(Z).min(axis=1, keepdims=True) / 1j
    smooth = bundle.smoothing.apply(towering)
    windows = [None, *(near_window(F, smooth, times) for times in NEAR)]
    views = [bundle.representation.transform(F, smooth, shape, seen) for seen in windows]
    latent = [bundle.latent_means(view) for view in views]
    answers = np.array([bundle.regressor.predict(points) for points in latent])
    assert (np.ptp(answers, axis=0) > 0).any() and (answers[0] != np.median(answers, axis=0)).any()
    shown = bundle.encoded(F, towering, shape)
    expected = np.median(answers, axis=0) + np.log10(views[0].reference)
    assert bundle.read(F, towering, shape).log10_resistance == pytest.approx(expected)
    assert bundle.resistance(F, towering, shape)[0] == pytest.approx(expected)
    for row, middle in enumerate(answers.argsort(axis=0, kind="stable")[2]):
        assert np.array_equal(shown.features.channels[row], views[middle].channels[row])
        assert np.array_equal(shown.latent[row], latent[middle][row])


@pytest.mark.parametrize("kind", ["equivariant", "anchored"])
@settings(max_examples=25)
@given(exponent=st.floats(-8, 8))
def test_c_times_the_impedance_is_c_times_the_resistance(bundles, kind, exponent):
    before, after = (bundles[kind].read(F, factor * Z) for factor in (1.0, 10.0**exponent))
    assert after.log10_resistance - before.log10_resistance == pytest.approx(exponent, abs=2e-5)
    assert after.half_width == pytest.approx(before.half_width, rel=1e-3)
    assert after.reference == pytest.approx(10.0**exponent * before.reference, rel=1e-9)


@settings(max_examples=25)
@given(st.floats(-6, 6))
def test_anchored_does_not_mind_a_factor_on_the_frequency(bundles, exponent):
    before, after = (bundles["anchored"].read(factor * F, Z) for factor in (1.0, 10.0**exponent))
    assert after.log10_resistance == pytest.approx(before.log10_resistance, abs=2e-5)


def test_a_spectrum_reads_alone_as_in_a_set(bundles):
    together, alone = bundles["equivariant"].read(F, Z), bundles["equivariant"].read(F, Z[4:5])
    assert alone.log10_resistance[0] == pytest.approx(together.log10_resistance[4], abs=1e-5)
    assert alone.scores[0] == pytest.approx(together.scores[4], rel=1e-3, abs=1e-6)


def test_reading_changes_nothing(bundles):
    z = Z.copy()
    before = to_json(bundles["anchored"].representation.state())
    first = bundles["anchored"].read(F, z)
    same_readings(first, bundles["anchored"].read(F, z))
    assert np.array_equal(z, Z)
    assert to_json(bundles["anchored"].representation.state()) == before


def test_a_kind_that_needs_geometry_says_so(bundles):
    with pytest.raises(InputDataError, match="thickness and area"):
        bundles["global"].read(F, Z)


def test_an_informed_model_reads_a_laboratory_file_that_tells_what_it_needs(bundles):
    reader = Reader(bundles["informed"])
    told = Spectrum(F, Z[0], temperature=298.15, thickness=0.1, area=0.1 / SHAPE, source="pellet.csv")
    alone = bundles["informed"].read(F, Z[:1], np.array([SHAPE]), temperature=np.array([298.15]))
    assert np.log10(reader.read(told).resistance.value) == pytest.approx(alone.log10_resistance[0])
    for name in ("temperature", "thickness"):
        with pytest.raises(InputDataError, match="needs the pellet's thickness and area, and the temperature"):
            reader.read(replace(told, **{name: None}))


def test_nothing_is_pickled(whole):
    assert sorted(path.name for path in whole.iterdir()) == sorted(FILES)
    with np.load(whole / "kernel.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind == "f" for name in file.files)
    with safe_open(str(whole / "encoder.safetensors"), framework="np") as file:
        assert all(file.get_tensor(name).dtype == np.float32 for name in file.keys())
    json.loads((whole / "model.json").read_text())
    for name in FILES:
        assert b"torch._utils" not in (whole / name).read_bytes()


@each_file
def test_a_missing_file_is_refused_by_name(folder, name):
    (folder / name).unlink()
    refused(folder, name.replace(".", r"\."))


@each_file
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_refused_by_name(folder, name, share):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: int(share * len(content))])
    refused(folder, name.replace(".", r"\."))


@each_file
def test_one_changed_byte_is_refused_by_name(folder, name):
    content = (folder / name).read_bytes()
    for place in np.random.default_rng(0).integers(0, len(content), 20):
        changed = bytearray(content)
        changed[place] ^= 0x01
        if name == "model.json" and (chr(content[place]).isspace() or b'"sha256"' in content[:place]):
            continue  # blanks are no content, and the seals themselves are tried below
        (folder / name).write_bytes(bytes(changed))
        with pytest.raises(ModelFileError, match=r"model\.json|format" if name == "model.json" else name):
            ModelBundle.load(folder)


@each_file
def test_a_seal_that_does_not_fit_is_refused_by_name(folder, name):
    info = json.loads((folder / "model.json").read_text())
    info["sha256"][name] = "0" * 64
    (folder / "model.json").write_text(json.dumps(info))
    refused(folder, name.replace(".", r"\.") + ".*SHA-256")


def test_an_altered_figure_is_refused(folder):
    info = json.loads((folder / "model.json").read_text())
    info["constants"]["kernel"]["bandwidth"] *= 1.001
    (folder / "model.json").write_text(to_json(info))
    refused(folder, r"model\.json.*does not match its own SHA-256")


@pytest.mark.parametrize("found", [FORMAT + 1, 0, None, "1"])
def test_another_format_is_refused(folder, found):
    info = json.loads((folder / "model.json").read_text())
    info["format"] = found
    (folder / "model.json").write_text(to_json(info))
    refused(folder, f"model: model format {found}, this version reads format {FORMAT}")


@pytest.mark.parametrize("content", ["[]", "3", '"text"', "{}", "{not json", "\x00"])
def test_a_foreign_model_json_is_refused(folder, content):
    (folder / "model.json").write_text(content)
    refused(folder, "model")


@each_file
def test_files_of_two_models_do_not_mix(bundles, folder, name, tmp_path):
    bundles["anchored"].save(tmp_path / "other")
    shutil.copy(tmp_path / "other" / name, folder / name)
    refused(folder, "SHA-256")


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    refused(tmp_path, r"no model\.json here")
    refused(tmp_path / "absent", r"absent: no model\.json here")


def test_a_model_written_halfway_is_refused(bundles, whole, folder, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.savez_compressed", full)
    with pytest.raises(OSError, match="No space left"):
        bundles["anchored"].save(folder)
    refused(folder, r"no model\.json here")
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
