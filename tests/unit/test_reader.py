"""One spectrum in, one answer out: figures, intervals and what the model is measured by."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cells import BAND as F
from cells import SHAPE, noisy_spectrum, pellets
from hypothesis import given, settings
from hypothesis import strategies as st
from json_form import KEYS

from ionscope.config import Population, ReaderModel, Representing, Simulation
from ionscope.dka.combination import METHODS
from ionscope.dka.model_card import write_model_card
from ionscope.dka.reader_model import (
    TEST_FRACTION,
    calibrate_reader,
    calibrate_series,
    calibration_sweeps,
    held_out_sweeps,
    microstructures,
    reader_metrics,
    reader_roles,
    series_sweeps,
    sweep_evidence,
    train_reader,
    training_range,
)
from ionscope.errors import InputDataError, ModelFileError
from ionscope.files import to_json
from ionscope.reader import FEWEST_POINTS, Reader
from ionscope.reading import describe
from ionscope.series import INDEPENDENT, ReadingErrors
from ionscope.spectrum import Spectrum
from ionscope.verdict import SHORTEST_BAND

TRAINING = pellets(80, temperatures=(298.15,), points=71, high=1e6, noise=0.003)
CALIBRATING = pellets(24, temperatures=(298.15,), points=71, high=1e6, noise=0.003, seed=7)
FRESH = pellets(40, temperatures=(298.15,), points=61, high=1e5, noise=0.003, seed=5)


@pytest.fixture(scope="module")
def wanted(quick):
    return ReaderModel(
        populations={
            "pellets": Population(
                materials=np.unique(TRAINING["material"]).tolist(),
                simulation=Simulation(
                    specimens_per_material=80,
                    temperatures_c=[25],
                    frequency_min_hz=0.1,
                    frequency_max_hz=1e6,
                    frequencies=71,
                    electrodes={"blocking": 1.0},
                ),
            )
        },
        variant=quick.model_copy(
            update={"representation": Representing(kind="anchored"), "windows": True, "smoothing": False}
        ),
    )


@pytest.fixture(scope="module")
def trained(wanted):
    """(bundle, what happened, metrics) of a reader of such pellets as `cells` makes."""
    bundle, happened = train_reader(TRAINING, wanted, 0, "cpu")
    bundle.about["training_range"] = training_range(TRAINING, wanted, 0).state()
    known = sweep_evidence(CALIBRATING, calibration_sweeps(CALIBRATING, wanted, 0))
    calibrate_reader(bundle, CALIBRATING, known, ["blocking"])
    tested = sweep_evidence(TRAINING, held_out_sweeps(TRAINING, wanted, 0))
    return bundle, happened, reader_metrics(bundle, TRAINING, tested, ["blocking"])


@pytest.fixture(scope="module")
def reader(trained):
    return Reader(trained[0])


def test_a_resistance_is_read_with_an_interval_about_it(reader):
    readings = [reader.read(FRESH.spectrum(i)) for i in range(len(FRESH))]
    true = SHAPE / FRESH["sigma_total"]
    for reading in readings:
        assert reading.resistance.lower < reading.resistance.value < reading.resistance.upper
    value = np.array([reading.resistance.value for reading in readings])
    assert np.median(np.abs(np.log10(value / true))) < 0.1


def test_with_geometry_the_conductivity_is_length_over_area_and_resistance(reader):
    reading = reader.read(noisy_spectrum(thickness=0.1, area=0.4))
    assert reading.sigma.value == pytest.approx(0.1 / 0.4 / reading.resistance.value, rel=1e-12)
    assert reading.sigma.lower == pytest.approx(0.1 / 0.4 / reading.resistance.upper, rel=1e-12)
    assert reading.sigma.upper == pytest.approx(0.1 / 0.4 / reading.resistance.lower, rel=1e-12)


@pytest.mark.parametrize("known", [{}, {"thickness": 0.1}, {"area": 0.4}])
def test_without_the_whole_geometry_there_is_no_conductivity(reader, known):
    reading = reader.read(noisy_spectrum(**known))
    assert reading.sigma is None
    assert reading.as_dict()["sigma_total_s_cm"] is None


@settings(max_examples=15)
@given(st.floats(-6, 6))
def test_c_times_the_impedance_is_c_times_what_two_methods_say(reader, exponent):
    """The circuit fit is not one of them: it knows which capacitances, in farad, belong to electrodes."""
    before, factor = noisy_spectrum(), 10.0**exponent
    one, two = (reader.read(s) for s in (before, Spectrum(F, factor * before.impedance)))
    for name in ("read_off", "kernel"):
        said = [reading.methods[name]["resistance_ohm"] for reading in (one, two)]
        assert said[1] == pytest.approx(factor * said[0], rel=1e-3)
    assert two.read_off == pytest.approx(factor * one.read_off, rel=1e-9)


def test_the_json_form_has_its_keys_and_is_strict(reader):
    content = json.loads(to_json(reader.read(noisy_spectrum(temperature=298.15, thickness=0.1, area=0.4)).as_dict()))
    assert set(content) == KEYS
    assert content["file"] == "pellet.csv"
    assert (content["points"], content["frequency_min_hz"], content["frequency_max_hz"]) == (61, 0.1, 1e5)
    assert content["temperature_c"] == pytest.approx(25)
    for name in ("resistance_total_ohm", "sigma_total_s_cm"):
        assert set(content[name]) == {"value", "lower", "upper"}
        assert content[name]["lower"] < content[name]["value"] < content[name]["upper"]
    assert set(content["trust"]) == {"verdict", "reasons"}
    assert content["trust"]["verdict"] in ("ok", "caution", "refuse")
    assert content["model"]["variant"] == "reader"


def test_what_is_usual_is_never_refused(reader):
    assert {reader.read(FRESH.spectrum(i)).verdict for i in range(len(FRESH))} <= {"ok", "caution"}


def test_a_reason_stands_beside_every_verdict_but_ok(reader):
    for i in range(len(FRESH)):
        reading = reader.read(FRESH.spectrum(i))
        assert (reading.verdict == "ok") == (not reading.reasons)


def test_a_sweep_without_a_plateau_is_refused(reader):
    reading = reader.read(Spectrum(F, 1.0 + 1e7 / (1j * F)))
    assert reading.verdict == "refuse"
    assert "no plateau" in reading.reasons[0]


def test_a_short_band_is_refused(reader):
    reading = reader.read(noisy_spectrum(frequency=np.logspace(3, 3 + 0.9 * SHORTEST_BAND, 20)))
    assert reading.verdict == "refuse"
    assert any("decades of frequency" in reason for reason in reading.reasons)


def test_noise_that_no_cell_makes_is_noticed(reader):
    usual = noisy_spectrum()
    rng = np.random.default_rng(0)
    rough = usual.impedance * (1 + 0.2 * rng.normal(size=F.size))
    reading = reader.read(Spectrum(F, rough))
    assert reading.verdict != "ok"
    assert any("Kramers-Kronig" in reason for reason in reading.reasons)


def test_a_foreign_shape_is_noticed(reader):
    jf = 1j * F
    reading = reader.read(Spectrum(F, 1e3 * (0.3 + 3 / (1 + jf / 10) - 2.5 / (1 + jf / 300))))
    assert reading.verdict != "ok"


@pytest.mark.parametrize("points", [1, FEWEST_POINTS - 1])
def test_too_few_points_are_bad_input(reader, points):
    short = noisy_spectrum(frequency=np.logspace(0, 4, points))
    with pytest.raises(InputDataError, match=rf"pellet\.csv: {points} points; at least {FEWEST_POINTS}"):
        reader.read(short)


def test_the_fewest_points_are_enough_for_an_answer(reader):
    reading = reader.read(noisy_spectrum(frequency=np.logspace(0, 4, FEWEST_POINTS)))
    assert np.isfinite(list(reading.resistance.as_dict().values())).all()


def test_what_asks_for_no_caution_is_noted(trained):
    combination = trained[0].combination
    unsure = Reader(replace(trained[0], combination=replace(combination, quantiles=10 * combination.quantiles)))
    clean = noisy_spectrum(noise=0.001)
    impedance = clean.impedance.copy()
    impedance[50] *= 1.017  # far above 0.1 % of noise
    reading = unsure.read(replace(clean, impedance=impedance))
    assert reading.resistance.upper / reading.resistance.value > 1.02
    assert not any("% off" in reason for reason in reading.reasons)
    assert len(reading.notes) == 1 and f"{F[50]:.4g} Hz is" in reading.notes[0]
    assert f"  noted: {reading.notes[0]}" in describe(reading).splitlines()
    assert reading.as_dict()["notes"] == list(reading.notes)


def test_a_model_that_does_not_use_stated_electrodes_says_so(trained):
    alone = Reader(replace(trained[0], combination=None))
    assert not any("electrodes" in told for told in alone.read(noisy_spectrum()).spectrum.assumptions)
    told = alone.read(noisy_spectrum(electrodes="blocking")).spectrum.assumptions
    assert any("stated electrodes were not used" in sentence for sentence in told)


def test_the_text_for_a_terminal_holds_the_answer(reader):
    reading = replace(
        reader.read(noisy_spectrum(thickness=0.1, area=0.4, assumptions=("The sign was decided.",))),
        verdict="caution",
        reasons=("because",),
    )
    text = describe(reading)
    for part in (
        "pellet.csv: 61 points, 0.1 Hz to 1e+05 Hz",
        f"{reading.resistance.value:.4g} ohm",
        f"{reading.sigma.value:.3g} S/cm",
        "90 %",
        "caution",
        "because",
        "The sign was decided.",
    ):
        assert part in text
    assert "0.1 cm thick, 0.4 cm2" in text
    spectrum = reading.spectrum
    for known, missing in (
        ({}, "needs --thickness CM and --area CM2"),
        ({"thickness": 0.1}, "needs --area CM2"),
        ({"area": 0.4}, "needs --thickness CM"),
    ):
        partly = replace(spectrum, **{"thickness": None, "area": None, **known})
        assert f"{missing}\n" in describe(replace(reading, sigma=None, spectrum=partly))


def test_a_model_without_intervals_reads_nothing(trained):
    with pytest.raises(InputDataError, match="not been calibrated"):
        Reader(replace(trained[0], interval=None, trust=None))


def test_a_saved_model_reads_the_same(trained, reader, tmp_path):
    trained[0].save(tmp_path / "model")
    again = Reader.load(tmp_path / "model").read(FRESH.spectrum(0))
    assert again.as_dict() == reader.read(FRESH.spectrum(0)).as_dict()
    with pytest.raises(ModelFileError, match="absent"):
        Reader.load(tmp_path / "absent")


def test_the_reader_is_measured_on_specimens_of_their_own(trained):
    bundle, happened, metrics = trained
    assert bundle.about["training_specimens"] == 80 - round(TEST_FRACTION * 80)
    assert len(happened.history) == 10
    assert metrics["all"]["n"] <= round(TEST_FRACTION * 80)
    for part in metrics.values():
        assert 0 <= part["coverage_90"] <= 1 and 0 <= part["coverage_90_stated"] <= 1
        assert part["median"] <= part["p90"]
    assert metrics["all"]["median"] < metrics["all"]["read_off_median"]


def test_intervals_hold_on_fresh_pellets_and_random_sweeps(trained, wanted):
    fresh = pellets(100, temperatures=(298.15,), points=71, high=1e6, noise=0.003, seed=5)
    evidence = sweep_evidence(fresh, calibration_sweeps(fresh, wanted, 1))
    groups = reader_metrics(trained[0], fresh, evidence, ["blocking"])
    metrics = groups["all"]
    assert metrics["n"] > 75
    # 24 specimens calibrate: the coverage of a run is Beta-distributed with a deviation of sqrt(0.09 / 25).
    assert metrics["coverage_90"] == pytest.approx(0.9, abs=3 * 0.06)
    assert metrics["coverage_90_stated"] == pytest.approx(0.9, abs=3 * 0.06)
    assert groups["blocking electrodes"] == groups["blocking"]
    assert groups["reversible electrodes"] == groups["lithium"]
    assert metrics["median"] < metrics["read_off_median"]


def test_a_specimen_is_measured_in_one_band_at_all_temperatures(wanted):
    series = pellets(12, temperatures=(298.15, 318.15, 338.15), points=71, high=1e6)
    sweeps = series_sweeps(series, wanted, 0)
    specimen = series["specimen"].astype(str)[sweeps["spectrum"]]
    bands = sweeps.groupby(specimen)[["first", "last"]].nunique()
    assert len(bands) == 12 and (bands == 1).all(axis=None)
    assert sweeps[["first", "last"]].drop_duplicates().shape[0] > 6


def test_a_reader_knows_what_its_errors_at_several_temperatures_have_in_common(trained, wanted, tmp_path):
    bundle = replace(trained[0], about=dict(trained[0].about))
    series = pellets(60, temperatures=(278.15, 298.15, 318.15, 338.15), points=71, high=1e6, noise=0.003, seed=9)
    calibrate_series(bundle, series, sweep_evidence(series, series_sweeps(series, wanted, 0)))
    told = bundle.about["series"]
    assert 0 <= told["common"] < 1 and 40 < told["specimens"] <= 60
    assert told["coverage_90_ea"] > 0.7 and told["coverage_90_sigma_25c"] > 0.7
    bundle.save(tmp_path)
    assert Reader.load(tmp_path).series_errors == ReadingErrors(told["common"], told["ea_scale"])
    write_model_card(bundle, trained[2], tmp_path / "card.md", "0" * 64)
    assert f"Of {told['specimens']} specimens at several temperatures" in (tmp_path / "card.md").read_text()


def test_too_few_series_leave_a_reader_as_it_is(trained, wanted):
    bundle = replace(trained[0], about=dict(trained[0].about))
    series = pellets(4, temperatures=(278.15, 298.15, 318.15), points=71, high=1e6)
    calibrate_series(bundle, series, sweep_evidence(series, series_sweeps(series, wanted, 0)))
    assert bundle.about == trained[0].about and Reader(bundle).series_errors == INDEPENDENT


def test_a_method_that_is_right_counts(trained):
    """These cells are circuits, so that a circuit fit of them is nearly exact; the kernel has seen a few steps only."""
    reading = Reader(trained[0]).read(FRESH.spectrum(0))
    assert set(reading.methods) == set(METHODS)
    assert sum(heard["share"] for heard in reading.methods.values()) == pytest.approx(1.0)
    assert reading.methods["circuit_fit"]["share"] > reading.methods["kernel"]["share"]


def test_no_microstructure_has_two_roles(wanted):
    settings = sharing(wanted, 4)
    roles, groups = reader_roles(TRAINING, settings, 0), microstructures(TRAINING, settings)
    assert set(roles) == {"train", "test"}
    for name in np.unique(groups):
        assert len(set(roles[groups == name])) == 1


def test_each_specimen_that_calibrates_has_a_microstructure_of_its_own(wanted):
    (population,) = sharing(wanted, 4).populations.values()
    more = population.calibrating(0.3)
    assert (more.specimens_per_material, more.draws_per_microstructure) == (24, 1)
    same = {"specimens_per_material", "draws_per_microstructure", "shards"}
    assert more.model_dump(exclude=same) == population.simulation.model_dump(exclude=same)


def sharing(settings, draws):
    """The same reader with `draws` specimens to a microstructure."""
    (name, pellets_), *_ = settings.populations.items()
    simulation = pellets_.simulation.model_copy(update={"draws_per_microstructure": draws})
    return settings.model_copy(update={"populations": {name: pellets_.model_copy(update={"simulation": simulation})}})


def test_draws_of_one_microstructure_belong_together(wanted):
    settings = sharing(wanted, 4)
    groups = microstructures(TRAINING, settings)
    assert len(np.unique(groups)) == 40  # two materials take turns: two draws of each in every four numbers
    assert len(np.unique(microstructures(TRAINING, wanted))) == 80
    for name in np.unique(groups):
        assert len({(m, int(s.split("-")[1]) // 4) for m, s in _rows(groups == name)}) == 1


def _rows(where):
    return zip(TRAINING["material"][where], TRAINING["specimen"][where], strict=True)


def test_the_card_tells_what_was_measured_and_its_limits(trained, tmp_path):
    write_model_card(trained[0], trained[2], tmp_path / "MODEL_CARD.md", "0123abcd")
    text = (tmp_path / "MODEL_CARD.md").read_text()
    assert f"{trained[0].about['training_spectra']} simulated spectra" in text
    assert f"| all | {trained[2]['all']['n']} |" in text
    assert "model.json, which holds those of the other files: `0123abcd`" in text
    assert "## Limits" in text


def test_a_reader_knows_what_it_has_learned_from(trained, reader):
    assert trained[0].about["training_range"]["temperature_c"] == pytest.approx([-40.0, 120.0])
    inside = reader.read(noisy_spectrum(temperature=298.15, thickness=0.1, area=0.4))
    assert not [reason for reason in inside.reasons if "training range" in reason]
    outside = reader.read(noisy_spectrum(temperature=423.15, thickness=3.0, area=0.4))
    told = [reason for reason in outside.reasons if "training range" in reason]
    assert len(told) == 2 and outside.verdict in ("caution", "refuse")
    assert "thickness 3 cm" in told[0] and "temperature 150 C" in told[1]


def test_a_model_that_does_not_tell_its_ranges_checks_none(trained):
    silent = replace(trained[0], about={})
    assert Reader(silent).trained is None
    assert not [r for r in Reader(silent).read(noisy_spectrum(thickness=3.0, area=0.4)).reasons if "training" in r]


def test_the_shipped_model_checks_geometry_and_temperature():
    reading = Reader.load().read(noisy_spectrum(temperature=533.15, thickness=3.0, area=0.7))
    assert sum("training range" in reason for reason in reading.reasons) == 2
