"""Training: gradients, repeatability, interruption, what is refused, and who may learn from whom."""

import sys
from dataclasses import dataclass, field, fields

import numpy as np
import pytest
import torch
from cells import pellets
from torch.optim.optimizer import register_optimizer_step_pre_hook

from ionscope.dka.bandwidth import Tuning
from ionscope.dka.deep_kernel import active_units
from ionscope.dka.experiment import make_source, train_bundle
from ionscope.dka.local_median import LocalMedian
from ionscope.dka.regressor import KernelRegressor
from ionscope.dka.source import Source
from ionscope.dka.training import choose_device, train
from ionscope.dvae.checkpoint import load_tensors
from ionscope.dvae.events import EventLog
from ionscope.errors import TrainingError
from ionscope.preprocess.smoothing import Smoothing

ALL = np.arange(32)
SPECTRA = pellets(16)


def with_(variant, dvae=None, dka=None):
    return variant.model_copy(
        update={"dvae": variant.dvae.model_copy(update=dvae or {}), "dka": variant.dka.model_copy(update=dka or {})}
    )


def trained(variant, seed=3, index=ALL, spectra=SPECTRA, device="cpu", **options):
    return train(make_source(spectra, variant, Smoothing()), index, variant, seed, device, **options)


@pytest.fixture(scope="module")
def uninterrupted(quick):
    return trained(quick)


def gradients(variant, **options):
    """For every step, which parameters a gradient reached: names of the autoencoder's, and `log_weights`."""
    steps = []

    def record(optimiser, *_):
        steps.append(
            [p.grad is not None and bool((p.grad != 0).any()) for g in optimiser.param_groups for p in g["params"]]
        )

    handle = register_optimizer_step_pre_hook(record)
    try:
        result = trained(variant, **options)
    finally:
        handle.remove()
    names = [name for name, _ in result.model.named_parameters()]
    return [dict(zip([*names, "guess.weight", "guess.bias", "log_weights"], step, strict=True)) for step in steps]


def assert_same(a, b):
    assert a.history == b.history
    assert a.tunings == b.tunings
    assert np.array_equal(a.validation, b.validation)
    ours, theirs = a.model.state_dict(), b.model.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    for name in ("points_", "alpha_", "bias_", "weights", "bandwidth", "ridge"):
        assert np.array_equal(getattr(a.regressor, name), getattr(b.regressor, name)), name


def test_every_parameter_receives_a_gradient_in_a_joint_step(quick):
    steps = gradients(quick)
    assert len(steps) == 10
    assert all(all(step.values()) for step in steps[6:])
    assert not any(step["log_weights"] for step in steps[:6])  # the autoencoder alone knows no kernel


def test_the_error_of_the_kernel_alone_reaches_encoder_and_bandwidths(quick):
    joint = gradients(with_(quick, dka={"reconstruction_weight": 0.0, "guidance": 0.0}))[6:]
    for step in joint:
        assert step["log_weights"]
        assert all(step[name] for name in step if name.startswith(("convolutions", "to_latent", "shortcut")))
        assert not any(step[name] for name in step if name.startswith(("from_latent", "deconvolutions")))


def test_a_run_goes_through_both_phases_and_logs_every_term(uninterrupted):
    assert [row["phase"] for row in uninterrupted.history] == ["autoencoder"] * 6 + ["joint"] * 4
    assert [row["step"] for row in uninterrupted.history] == list(range(10))
    for row in uninterrupted.history:
        kernel = row["kernel_loss"]
        assert (kernel is None) == (row["phase"] == "autoencoder")
        parts = row["reconstruction"] + 1e-3 * row["kl"] + (kernel or 0) + row["guess_loss"]
        assert row["loss"] == pytest.approx(parts, rel=1e-5)
        assert row["gradient_norm"] > 0 and 1 <= row["active_units"] <= 4
    assert [tuning["step"] for tuning in uninterrupted.tunings] == [6, 10]
    assert all(tuning["calls"] == 10 for tuning in uninterrupted.tunings)


def test_the_best_tuning_is_the_one_that_answers(uninterrupted):
    best = min(uninterrupted.tunings, key=lambda tuning: tuning["error"])
    assert (uninterrupted.regressor.bandwidth, uninterrupted.regressor.ridge) == (best["bandwidth"], best["ridge"])


def test_the_encoder_of_the_best_tuning_is_the_one_that_answers(quick, monkeypatch):
    outcomes = iter([Tuning(5.0, 1e-3, error, ()) for error in (0.3, 0.1, 0.2)])
    monkeypatch.setattr("ionscope.dka.kernel_fit.tune_bandwidth", lambda *_: next(outcomes))
    before = []

    def remember(optimiser, *_):
        before.append([p.detach().clone() for group in optimiser.param_groups for p in group["params"]])

    handle = register_optimizer_step_pre_hook(remember)
    try:
        result = trained(with_(quick, dka={"retune_every": 2}))
    finally:
        handle.remove()
    assert [tuning["step"] for tuning in result.tunings] == [6, 8, 10]
    for kept, then in zip(result.model.parameters(), before[8], strict=False):  # the kernel's bandwidths come last
        assert torch.equal(kept, then)


def test_the_same_seed_trains_the_same_model(quick, uninterrupted):
    torch.manual_seed(12345)
    np.random.seed(99)  # noqa: NPY002 - the global streams must not matter
    assert_same(trained(quick), uninterrupted)


def test_another_seed_trains_another(quick, uninterrupted):
    other = trained(quick, seed=4)
    assert other.history != uninterrupted.history


class Killed(Exception):
    pass


def kill_at(step):
    def progress(now, total, phase):
        if now == step:
            raise Killed

    return progress


@pytest.mark.parametrize(("step", "every"), [(2, 5), (7, 3), (9, 1)])
def test_a_killed_training_goes_on_bit_for_bit(quick, uninterrupted, tmp_path, step, every):
    options = {"checkpoint": tmp_path / "state", "checkpoint_every": every}
    with pytest.raises(Killed):
        trained(quick, progress=kill_at(step), **options)
    assert (tmp_path / "state").exists() == (step > every)
    steps = []
    resumed = trained(quick, progress=lambda now, total, phase: steps.append(now), **options)
    assert steps == list(range((step - 1) // every * every + 1, 11))
    assert_same(resumed, uninterrupted)


def test_a_training_killed_twice_goes_on_too(quick, uninterrupted, tmp_path):
    options = {"checkpoint": tmp_path / "state", "checkpoint_every": 2}
    for step in (4, 9):
        with pytest.raises(Killed):
            trained(quick, progress=kill_at(step), **options)
    assert_same(trained(quick, **options), uninterrupted)


@pytest.mark.parametrize("change", ["seed", "settings", "data"])
def test_the_checkpoint_of_another_training_is_not_taken_up(quick, tmp_path, change):
    options = {"checkpoint": tmp_path / "state", "checkpoint_every": 1}
    with pytest.raises(Killed):
        trained(quick, progress=kill_at(6), **options)
    if change == "seed":
        options["seed"] = 4
    elif change == "data":
        options["spectra"] = pellets(16, seed=1)
    variant = with_(quick, dvae={"learning_rate": 1e-3}) if change == "settings" else quick
    steps = []

    def first(now, total, phase):
        steps.append(now)
        raise Killed

    with pytest.raises(Killed):
        trained(variant, progress=first, **options)
    assert steps == [1]


def test_a_damaged_checkpoint_means_starting_afresh(quick, uninterrupted, tmp_path):
    (tmp_path / "state").write_bytes(b"\x10" * 500)
    assert_same(trained(quick, checkpoint=tmp_path / "state"), uninterrupted)


@pytest.mark.parametrize("name", ["impedance", "resistance"])
def test_values_that_are_no_numbers_are_refused_with_their_row(quick, name):
    source = make_source(SPECTRA, quick, Smoothing())
    getattr(source, name)[17] = np.nan
    with pytest.raises(TrainingError, match=f"spectrum 17 .* in {name} that is not finite"):
        train(source, ALL, quick, 0, "cpu")
    train(source, np.delete(ALL, [16, 17]), with_(quick, dvae={"steps": 1}, dka={"steps": 0}), 0, "cpu")


@pytest.mark.parametrize(
    "specimens",
    [0, 1, 2, 3],
)
def test_too_few_specimens_are_refused(quick, specimens):
    with pytest.raises(TrainingError, match="at least 4 specimens"):
        trained(quick, index=ALL[: 2 * specimens])


def test_a_gpu_asked_for_and_absent_is_refused(quick, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match=r"device is cuda.*auto or cpu"):
        train(make_source(SPECTRA, quick, Smoothing()), ALL, quick, 0, "cuda")
    assert choose_device("auto").type == choose_device("cpu").type == "cpu"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_trains_as_the_processor_does_and_resumes_bit_for_bit(quick, uninterrupted, tmp_path):
    whole = trained(quick, device="cuda")
    assert whole.device == "cuda"
    losses, expected = ([row["loss"] for row in run.history[:6]] for run in (whole, uninterrupted))
    assert losses == pytest.approx(expected, rel=1e-2)
    options = {"checkpoint": tmp_path / "state", "checkpoint_every": 3}
    with pytest.raises(Killed):
        trained(quick, device="cuda", progress=kill_at(8), **options)
    assert_same(trained(quick, device="cuda", **options), whole)


def test_a_loss_that_is_no_number_names_the_step_and_keeps_the_checkpoint(quick, tmp_path):
    options = {"checkpoint": tmp_path / "state", "checkpoint_every": 1}
    message = r"not a number at step \d+ .*batch of spectra \d+, .*learning_rate.*last good state: .*state"
    with pytest.raises(TrainingError, match=message) as caught:
        trained(with_(quick, dvae={"learning_rate": 1e25}), **options)
    saved = load_tensors(tmp_path / "state")[1]
    assert f"at step {saved['step']} " in str(caught.value)
    assert all(np.isfinite(row["loss"]) for row in saved["history"])
    assert len(saved["history"]) == saved["step"] > 0


def test_virtual_cells_count_less_than_those_they_are_made_of(quick, monkeypatch):
    given = []
    fit = KernelRegressor.fit

    def watched(self, points, target, noise=None):
        given.append(noise)
        return fit(self, points, target, noise)

    monkeypatch.setattr(KernelRegressor, "fit", watched)
    settings = with_(quick, dka={"virtual": 15, "virtual_noise": 10.0, "guidance": 0.0})
    trained(settings)
    assert given[-1].tolist() == [1.0] * len(ALL) + [10.0] * 15
    assert {len(noise) for noise in given[:-1]} == {len(given[0])}  # those of the tunings
    assert given[0].tolist() == [1.0] * (len(given[0]) - 15) + [10.0] * 15


def test_the_variance_of_virtual_cells_changes_the_encoder_too(quick):
    plain, other = (trained(with_(quick, dka={"virtual_noise": value})) for value in (1.0, 10.0))
    assert any(
        not torch.equal(tensor, other.model.state_dict()[name]) for name, tensor in plain.model.state_dict().items()
    )


def test_frozen_leaves_the_encoder_as_the_autoencoder_made_it(quick):
    frozen = trained(with_(quick, dka={"training": "frozen"}))
    assert [row["phase"] for row in frozen.history] == ["autoencoder"] * 6
    assert [tuning["step"] for tuning in frozen.tunings] == [6]
    alone = trained(with_(quick, dka={"steps": 0, "guidance": 0.0}))
    for name, tensor in alone.model.state_dict().items():
        assert torch.equal(frozen.model.state_dict()[name], tensor), name
    assert np.array_equal(frozen.regressor.weights, np.ones(4))


@dataclass(frozen=True)
class Watched(Source):
    """Notes whose spectra every batch was made of."""

    batches: list = field(default_factory=list)

    def batch(self, index, n_virtual, rng):
        self.batches.append(set(self.group[index]))
        return super().batch(index, n_virtual, rng)


@pytest.fixture(scope="module")
def watched(quick):
    """(result, specimens of every batch by role)."""
    plain = make_source(SPECTRA, quick, Smoothing())
    source = Watched(**{part.name: getattr(plain, part.name) for part in fields(Source)})
    result = train(source, ALL, quick, 3, "cpu")
    validation, points, *episodes, final = source.batches
    alone, sides = episodes[:6], episodes[6:]
    return result, {
        "validation": validation,
        "points": points,
        "alone": alone,
        "support": sides[::2],
        "query": sides[1::2],
        "final": final,
    }


def test_support_and_query_never_share_a_specimen(watched):
    _, batches = watched
    assert len(batches["support"]) == len(batches["query"]) == 4
    for support, query in zip(batches["support"], batches["query"], strict=True):
        assert support and query
        assert not support & query
        assert support | query == batches["points"]
    assert len({frozenset(query) for query in batches["query"]}) > 1  # drawn anew every step


def test_specimens_to_validate_on_are_never_learned_from(watched):
    result, batches = watched
    held = set(SPECTRA["specimen"][result.validation])
    assert batches["validation"] == held
    learned = set().union(batches["points"], *batches["alone"], *batches["support"], *batches["query"])
    assert not learned & held
    assert batches["final"] == learned | held  # once all is chosen, nothing is left out of the kernel


def test_spectra_outside_the_training_index_do_not_matter(quick):
    changed = pellets(16)
    changed.data["z_real"][24:] *= 17.0
    changed.data["z_imag"][24:] *= 0.01
    index = ALL[:24]
    (one, a), (two, b) = (train_bundle(s, index, quick, Smoothing(), 5, "cpu") for s in (SPECTRA, changed))
    assert_same(a, b)
    assert one.representation.state() == two.representation.state()
    assert one.about == two.about
    assert one.about["training_specimens"] == 12


def test_what_is_handed_in_stays_as_it_was(quick):
    spectra = pellets(16)
    before, index = spectra.data.copy(deep=True), ALL.copy()
    trained(quick, spectra=spectra, index=index)
    assert spectra.data.identical(before)
    assert np.array_equal(index, ALL)


def tuned_to(errors, monkeypatch):
    """Searches that find these errors, one after the other."""
    outcomes = iter([Tuning(5.0, 1e-3, error, ()) for error in errors])
    monkeypatch.setattr("ionscope.dka.kernel_fit.tune_bandwidth", lambda *_: next(outcomes))


@pytest.mark.parametrize(
    ("patience", "errors", "stops_after"),
    [(None, (0.3, 0.4, 0.5, 0.6, 0.7), 10), (2, (0.3, 0.4, 0.5), 8), (2, (0.3, 0.4, 0.2, 0.3, 0.3), 10)],
)
def test_joint_training_stops_when_nothing_better_comes(quick, monkeypatch, patience, errors, stops_after):
    tuned_to(errors, monkeypatch)
    result = trained(with_(quick, dka={"retune_every": 1, "patience": patience}))
    assert len(result.history) == stops_after
    assert len(result.tunings) == len(errors)


def test_more_spectra_than_points_are_a_kernel_on_inducing_points(quick):
    """All spectra count, the kernel rests on some, and its bandwidth is tuned once more for so many."""
    result = trained(with_(quick, dka={"points": 40, "virtual": 60}))
    assert len(result.regressor.points_) == 40
    assert [tuning["step"] for tuning in result.tunings] == [6, 10, 10]
    assert result.regressor.bandwidth == result.tunings[-1]["bandwidth"]


def test_a_median_rests_on_every_spectrum(quick):
    result = trained(with_(quick, dka={"regression": "median", "virtual": 60, "neighbours": 25}))
    assert isinstance(result.regressor, LocalMedian)
    assert result.regressor.neighbours == 25
    least_squares = trained(with_(quick, dka={"virtual": 60}))
    assert len(result.regressor.points_) == len(least_squares.regressor.points_)  # the validation specimens too


@pytest.mark.parametrize("guidance", [0, 1])
def test_a_median_takes_the_guess_for_its_trend(quick, guidance):
    result = trained(with_(quick, dka={"regression": "median", "guidance": guidance}))
    assert (result.regressor.trend is None) == (guidance == 0)
    if guidance:
        assert np.isfinite(result.regressor.trend).all() and result.regressor.trend.any()


def test_a_median_keeps_as_many_spectra_as_it_is_told(quick):
    assert len(trained(with_(quick, dka={"regression": "median", "points": 33})).regressor.points_) == 33


def test_a_dimension_that_hardly_varies_is_not_active():
    latent = torch.randn(200, 3, generator=torch.Generator().manual_seed(0))
    assert active_units(latent * torch.tensor([1.0, 0.2, 0.05])) == 2


def test_curves_are_written_for_tensorboard_or_the_extra_is_named(monkeypatch, tmp_path):
    written = []

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, step):
            written.append((name, value, step))

        def close(self):
            written.append("closed")

    module = type(sys)("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    log = EventLog(tmp_path)
    log.add({"step": 3, "phase": "joint", "loss": 0.5, "kernel_loss": None})
    log.close()
    assert written == [("loss", 0.5, 3), "closed"]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(TrainingError, match=r"pip install 'ionscope\[tensorboard\]'"):
        EventLog(tmp_path)
