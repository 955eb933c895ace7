"""The autoencoder: its layers, its loss in closed form, its start as a component analysis, its state on disk."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from sklearn.decomposition import PCA
from torch import nn
from torch.distributions import Normal, kl_divergence

from ionscope.dvae.checkpoint import TrainingState, load_tensors, save_tensors
from ionscope.dvae.model import DVAE, Architecture, losses
from ionscope.errors import ModelFileError

NARROW = (3, 4, 5, 6, 7)


def network(channels=2, length=31, latent=4, widths=NARROW, seed=0):
    torch.manual_seed(seed)
    return DVAE(Architecture(channels, length, latent, widths))


def spectra(n=12, channels=2, length=31, seed=0):
    return torch.rand(n, channels, length, generator=torch.Generator().manual_seed(seed))


@settings(max_examples=40)
@given(st.integers(8, 140), st.sampled_from([2, 3]), st.integers(2, 9), st.integers(1, 3))
def test_every_length_comes_back_as_long_as_it_was(length, channels, latent, n):
    model = network(channels, length, latent)
    x = spectra(n, channels, length)
    mean, log_variance = model.encode(x)
    assert mean.shape == log_variance.shape == (n, latent)
    assert model.decode(mean).shape == (n, 2, length)
    assert [part.shape for part in model(x)] == [(n, 2, length), (n, latent), (n, latent)]


def test_the_encoder_is_five_convolutions_with_relu_and_one_linear_layer():
    model = network(widths=(3, 4, 5, 6, 7))
    kinds = [type(layer) for layer in model.convolutions]
    assert kinds == [nn.Conv1d, nn.ReLU] * 5 + [nn.Flatten]
    convolutions = [layer for layer in model.convolutions if isinstance(layer, nn.Conv1d)]
    assert [layer.in_channels for layer in convolutions] == [2, 3, 4, 5, 6]
    assert [layer.out_channels for layer in convolutions] == [3, 4, 5, 6, 7]
    assert isinstance(model.to_latent, nn.Linear)
    assert model.to_latent.out_features == 2 * 4
    flat = model.convolutions(spectra())
    mean = model.to_latent(flat)[:, :4] + model.shortcut(spectra().flatten(1))
    assert torch.equal(model.encode(spectra())[0], mean)


def test_a_normalised_encoder_has_a_group_norm_and_silu_after_each_convolution():
    torch.manual_seed(0)
    model = DVAE(Architecture(2, 31, 4, (16, 12, 5, 8, 8), normalised=True))
    assert [type(layer) for layer in model.convolutions] == [nn.Conv1d, nn.GroupNorm, nn.SiLU] * 5 + [nn.Flatten]
    norms = [layer for layer in model.convolutions if isinstance(layer, nn.GroupNorm)]
    assert [(norm.num_channels, norm.num_groups) for norm in norms] == [(16, 8), (12, 4), (5, 1), (8, 8), (8, 8)]
    assert [part.shape for part in model(spectra())] == [(12, 2, 31), (12, 4), (12, 4)]


def test_the_decoder_mirrors_the_encoder():
    model = network(channels=3)
    up = [layer for layer in model.deconvolutions if not isinstance(layer, nn.ReLU)]
    down = [layer for layer in model.convolutions if isinstance(layer, nn.Conv1d)]
    assert [type(layer) for layer in up] == [nn.ConvTranspose1d] * 5
    assert [layer.out_channels for layer in up[:-1]] == [layer.in_channels for layer in reversed(down[1:])]
    assert up[-1].out_channels == 2  # the mask is an input only
    for forth, back in zip(down, reversed(up), strict=True):
        assert (forth.kernel_size, forth.stride, forth.padding) == (back.kernel_size, back.stride, back.padding)
    assert model.from_latent.out_features == model.to_latent.in_features


def test_the_log_variance_stays_within_bounds():
    model = network()
    with torch.no_grad():
        model.to_latent.bias.fill_(1e4)
        assert model.encode(spectra())[1].max() == 6.0
        model.to_latent.bias.fill_(-1e4)
        assert model.encode(spectra())[1].min() == -12.0


def test_draws_repeat_given_their_generator_and_their_mean_is_the_latent_mean():
    model = network()
    first, second = (model(spectra(), torch.Generator().manual_seed(3))[0] for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, model(spectra(), torch.Generator().manual_seed(4))[0])


def test_the_divergence_of_a_standard_normal_is_zero():
    x = spectra(3)
    nothing = torch.zeros(3, 4)
    assert losses(x, torch.ones(3, 31), x, nothing, nothing) == (0.0, 0.0)


@given(st.floats(-5, 5), st.floats(-6, 4))
def test_the_divergence_is_that_of_two_normals(mean, log_variance):
    x = spectra(1)
    kl = losses(x, torch.ones(1, 31), x, torch.full((1, 3), mean), torch.full((1, 3), log_variance)).kl
    expected = 3 * kl_divergence(Normal(mean, np.exp(log_variance / 2)), Normal(0.0, 1.0))
    assert kl.item() == pytest.approx(expected.item(), rel=1e-4, abs=1e-5)


def test_the_reconstruction_loss_is_summed_over_covered_points_and_averaged_over_spectra():
    x, back = torch.zeros(2, 2, 4), torch.zeros(2, 2, 4)
    back[0, 0], back[0, 1] = 3.0, 1.0
    mask = torch.tensor([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    nothing = torch.zeros(2, 1)
    assert losses(x, mask, back, nothing, nothing).reconstruction.item() == pytest.approx(2 * (9 + 1) / 2)


def test_what_the_mask_covers_does_not_enter_the_loss():
    x, back, nothing = spectra(5, channels=3), spectra(5, seed=1).requires_grad_(), torch.zeros(5, 4)
    mask = torch.ones(5, 31)
    mask[:, 20:] = 0
    part = losses(x, mask, back, nothing, nothing).reconstruction
    part.backward()
    assert (back.grad[:, :, 20:] == 0).all()
    assert (back.grad[:, :, :20] != 0).any()
    changed = x.clone()
    changed[:, :, 20:] += 7.0
    assert losses(changed, mask, back, nothing, nothing).reconstruction.item() == part.item()


def test_the_start_is_a_principal_component_analysis():
    model, x = network(channels=3), spectra(60, channels=3)
    before = model.to_latent.weight.clone(), model.to_latent.bias.clone()
    model.start_from_components(x)
    flat = x.flatten(1).double().numpy()
    scores = PCA(4, whiten=True, svd_solver="full").fit_transform(flat)
    with torch.no_grad():
        got = model.shortcut(x.flatten(1)).double().numpy()
    signs = np.sign((got * scores).sum(axis=0))
    assert got == pytest.approx(signs * scores, abs=1e-4)
    assert got.std(axis=0, ddof=1) == pytest.approx(1, rel=1e-4)
    assert torch.equal(model.to_latent.weight, before[0] * 0.1)
    assert torch.equal(model.to_latent.bias, before[1] * 0.1)


def test_fewer_spectra_than_latent_dimensions_leave_the_rest_at_zero():
    model, x = network(latent=8), spectra(5)
    model.start_from_components(x)
    with torch.no_grad():
        scores = model.shortcut(x.flatten(1))
    assert scores.isfinite().all()
    assert scores[:, :4].std(dim=0).numpy() == pytest.approx(1, rel=1e-3)  # five spectra span four directions
    assert (scores[:, 4:] == 0).all()


def test_tensors_and_figures_on_disk_are_the_same_again(tmp_path):
    tensors = {f"a.{name}": tensor for name, tensor in network().state_dict().items()}
    tensors |= {"double": torch.rand(3, 2, dtype=torch.float64).T, "bytes": torch.arange(5, dtype=torch.uint8)}
    figures = {"step": 7, "history": [{"loss": 0.1 + 0.2, "phase": "joint", "kl": None}], "big": 2**100}
    save_tensors(tmp_path / "state.safetensors", tensors, figures)
    back, found = load_tensors(tmp_path / "state.safetensors")
    assert found == figures
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype, name
        assert torch.equal(back[name], tensor), name


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused_by_name(tmp_path, share):
    save_tensors(tmp_path / "whole.safetensors", dict(network().state_dict()), {})
    content = (tmp_path / "whole.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelFileError, match=r"cut\.safetensors: cannot be read as a model file"):
        load_tensors(tmp_path / "cut.safetensors")


def test_a_missing_file_and_foreign_ones_are_refused_by_name(tmp_path):
    (tmp_path / "text.safetensors").write_text("frequency,z\n1,2\n")
    torch.save(network().state_dict(), tmp_path / "pickle.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors", metadata={"json": "{not json"})
    for name in ("absent", "text", "pickle", "other"):
        with pytest.raises(ModelFileError, match=rf"{name}\.safetensors: cannot be read as a model file"):
            load_tensors(tmp_path / f"{name}.safetensors")


def state_after(steps, seed=0):
    """A small training by hand: its state after some steps."""
    model = network(seed=seed)
    state = TrainingState(model, torch.optim.Adam(model.parameters(), lr=1e-2), seed)
    advance(state, steps)
    return state


def advance(state, steps):
    for _ in range(steps):
        index = state.rng.permutation(12)[:6]
        x = spectra()[index]
        back, mean, log_variance = state.module(x, state.noise)
        loss = sum(losses(x, torch.ones(6, 31), back, mean, log_variance))
        state.optimiser.zero_grad()
        loss.backward()
        state.optimiser.step()
        state.history.append({"step": state.step, "loss": loss.item()})
        state.step += 1
        if state.step == 2:
            state.keep_as_best()


def test_a_resumed_state_goes_on_as_if_never_interrupted(tmp_path):
    through = state_after(6)
    state_after(3).save(tmp_path / "state", "mine")
    resumed = state_after(0, seed=9)
    assert resumed.resume(tmp_path / "state", "mine")
    assert resumed.step == 3
    advance(resumed, 3)
    assert resumed.history == through.history
    for part in ("module", "best"):
        tensors, expected = (
            getattr(state, part) if part == "best" else state.module.state_dict() for state in (resumed, through)
        )
        assert all(torch.equal(tensors[name], expected[name]) for name in expected), part
    resumed.restore_best()
    assert torch.equal(resumed.module.shortcut.weight, through.best["shortcut.weight"])


def test_the_state_of_another_training_or_a_damaged_one_is_not_taken_up(tmp_path):
    state = state_after(2)
    before = {name: tensor.clone() for name, tensor in state.module.state_dict().items()}
    assert not state.resume(tmp_path / "absent", "mine")
    state_after(3, seed=1).save(tmp_path / "other", "theirs")
    assert not state.resume(tmp_path / "other", "mine")
    (tmp_path / "cut").write_bytes((tmp_path / "other").read_bytes()[:-100])
    assert not state.resume(tmp_path / "cut", "theirs")
    assert state.step == 2
    assert all(torch.equal(tensor, before[name]) for name, tensor in state.module.state_dict().items())
