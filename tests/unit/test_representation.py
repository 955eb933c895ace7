"""Representations: what each is indifferent to, what carries the scale, and where the constants come from."""

import json

import numpy as np
import pytest
from cells import SHAPE, pellets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ionscope.config import Variant
from ionscope.dka.experiment import make_source, representation_grid
from ionscope.errors import InputDataError
from ionscope.preprocess.scaling import PERCENTILES, Representation, resample
from ionscope.preprocess.smoothing import Smoothing

KINDS = ("equivariant", "anchored", "capacitive", "informed", "global", "per_spectrum")
every_kind = pytest.mark.parametrize("kind", KINDS)
SPECTRA = pellets(12, points=31)
F, Z = SPECTRA.frequency, SPECTRA.impedance
L_A = np.full(len(SPECTRA), SHAPE)
KELVIN = SPECTRA["temperature"]
factors = st.floats(-8, 8).map(lambda x: 10.0**x)


def unfitted(kind):
    return Representation(kind, representation_grid(Variant(representation={"kind": kind}).representation, SPECTRA))


def fitted(kind):
    return unfitted(kind).fit(F, Z, L_A, temperature=KELVIN)


@every_kind
def test_channels_mask_and_reference_have_their_shapes(kind):
    representation = fitted(kind)
    features = representation.transform(F, Z, L_A, temperature=KELVIN)
    n, g = len(SPECTRA), representation.grid.size
    channels = {"anchored": 3, "capacitive": 4, "informed": 4}.get(kind, 2)
    assert features.channels.shape == (n, channels, g)
    assert features.channels.dtype == np.float32
    assert features.mask.shape == (n, g)
    assert features.reference.shape == (n,)
    part = features[3:5]
    assert np.array_equal(part.channels, features.channels[3:5])
    assert np.array_equal(part.reference, features.reference[3:5])


@pytest.mark.parametrize("kind", ["equivariant", "anchored"])
@given(factor=factors)
def test_a_factor_on_the_impedance_changes_the_reference_only(kind, factor):
    representation = fitted(kind)
    before, after = representation.transform(F, Z), representation.transform(F, factor * Z)
    assert np.allclose(after.channels, before.channels, rtol=0, atol=1e-6)
    assert np.array_equal(after.mask, before.mask)
    assert np.allclose(after.reference, factor * before.reference, rtol=1e-12)


@given(factors)
def test_anchored_is_indifferent_to_a_factor_on_the_frequency(factor):
    representation = fitted("anchored")
    before, after = representation.transform(F, Z), representation.transform(factor * F, Z)
    assert np.allclose(after.channels, before.channels, rtol=0, atol=1e-6)
    assert np.array_equal(after.mask, before.mask)
    assert np.array_equal(after.reference, before.reference)


@given(factors)
def test_capacitive_is_indifferent_to_a_factor_that_leaves_capacitances(factor):
    representation = fitted("capacitive")
    before, after = representation.transform(F, Z), representation.transform(F / factor, factor * Z)
    assert np.allclose(after.channels, before.channels, rtol=0, atol=1e-6)
    assert np.allclose(after.reference, factor * before.reference, rtol=1e-12)


@given(factors)
def test_capacitive_shows_the_capacitance_at_the_read_off_and_nothing_else_of_the_scale(factor):
    representation = fitted("capacitive")
    before, after = (representation.transform(F, z).channels for z in (Z, factor * Z))
    assert np.allclose(after[:, [0, 1, 3]], before[:, [0, 1, 3]], rtol=0, atol=1e-6)
    per_decade = 1 / (representation.high[2] - representation.low[2])
    covered = before[:, 3] > 0
    moved = (after - before)[:, 2]
    assert np.allclose(moved[covered], -np.log10(factor) * per_decade, rtol=0, atol=1e-4)
    assert not moved[~covered].any()


def test_the_capacitance_is_that_of_an_arc_whose_top_is_at_the_read_off():
    frequency, r, c = np.logspace(-2, 6, 81), 3e4, 1e-9
    arc = r / (1 + 2j * np.pi * frequency * r * c)
    representation = Representation("capacitive", np.array([-1.0, 0.0, 1.0]))
    raw, _, reference = representation._raw(frequency, np.array([arc]), None, None, None)
    at = frequency[np.abs(np.angle(arc)).argmin()]
    assert np.allclose(10 ** raw[0, 2], 1 / (2 * np.pi * at * reference[0]), rtol=1e-12)


@given(factors)
def test_informed_is_indifferent_to_a_larger_pellet_and_shows_how_well_it_conducts(factor):
    representation = fitted("informed")
    before = representation.transform(F, Z, L_A, temperature=KELVIN)
    larger = representation.transform(F, factor * Z, factor * L_A, temperature=KELVIN)
    assert np.allclose(larger.channels, before.channels, rtol=0, atol=1e-5)
    assert np.allclose(larger.reference, factor * before.reference, rtol=1e-12)
    worse = representation.transform(F, factor * Z, L_A, temperature=KELVIN)
    step = np.log10(factor) / (representation.high - representation.low)[2]
    assert np.allclose(worse.channels[:, 2], before.channels[:, 2] + step, rtol=1e-5, atol=1e-5)
    assert np.allclose(worse.channels[:, [0, 1, 3]], before.channels[:, [0, 1, 3]], rtol=0, atol=1e-5)


def test_informed_shows_the_inverse_temperature():
    representation = fitted("informed")
    channels = representation.transform(F, Z, L_A, temperature=KELVIN).channels[:, 3]
    low, high = representation.low[3], representation.high[3]
    assert np.allclose(channels, ((1000 / KELVIN - low) / (high - low))[:, None], atol=1e-6)


def test_of_one_temperature_nothing_is_learned():
    one = np.full(len(SPECTRA), 298.15)
    representation = unfitted("informed").fit(F, Z, L_A, temperature=one)
    assert not representation.transform(F, Z, L_A, temperature=one).channels[:, 3].any()


@pytest.mark.parametrize("told", [{"shape": L_A}, {"temperature": KELVIN}, {}])
def test_informed_must_be_told_the_geometry_and_the_temperature(told):
    with pytest.raises(InputDataError, match=r"'informed' .* needs .* thickness and area, and the temperature"):
        fitted("informed").transform(F, Z, **told)


@given(factors)
def test_global_shows_the_scale_and_is_indifferent_to_a_larger_pellet(factor):
    representation = fitted("global")
    before = representation.transform(F, Z, L_A)
    assert np.allclose(representation.transform(F, factor * Z, factor * L_A).channels, before.channels, atol=1e-6)
    step = np.log10(factor) / (representation.high - representation.low)[0]
    scaled = representation.transform(F, factor * Z, L_A)
    assert np.allclose(scaled.channels[:, 0], before.channels[:, 0] + step, rtol=1e-5, atol=1e-5)
    assert np.allclose(scaled.channels[:, 1], before.channels[:, 1], atol=1e-6)
    assert np.array_equal(scaled.reference, L_A)


@given(factors)
def test_per_spectrum_lies_in_zero_to_one_and_throws_the_scale_away(factor):
    representation = fitted("per_spectrum")
    channels = representation.transform(F, factor * Z, L_A).channels
    assert (channels.min(axis=2) == 0).all()
    assert (channels.max(axis=2) == 1).all()
    assert np.allclose(channels, representation.transform(F, Z, L_A).channels, atol=1e-6)


def test_per_spectrum_is_the_minimum_and_maximum_of_each_part():
    channels = fitted("per_spectrum").transform(F, Z, L_A).channels
    for part, channel in ((Z.real, channels[:, 0]), (-Z.imag, channels[:, 1])):
        low, high = part.min(axis=1, keepdims=True), part.max(axis=1, keepdims=True)
        assert np.allclose(channel, (part - low) / (high - low), atol=1e-6)


@pytest.mark.parametrize("kind", ["equivariant", "informed", "global", "per_spectrum"])
def test_channels_turn_back_into_impedances(kind):
    representation = fitted(kind)
    features = representation.transform(F, Z, L_A, temperature=KELVIN)
    back = representation.to_impedance(features.channels, features, Z)
    # per_spectrum keeps single precision of a part's whole range, the logarithms of every value
    size = np.abs(Z).max(axis=1, keepdims=True) if kind == "per_spectrum" else np.abs(Z)
    assert (np.abs(back - Z) / size).max() < 1e-5


def test_anchored_channels_turn_back_into_impedances_where_there_are_points():
    frequency = np.logspace(-1, 4, 51)  # ten points a decade, as the grid has
    spectra = pellets(6, points=51)
    representation = unfitted("anchored").fit(frequency, spectra.impedance)
    features = representation.transform(frequency, spectra.impedance)
    back = representation.to_impedance(features.channels, features, spectra.impedance)
    assert (features.mask.sum(axis=1) == 51).all()
    assert np.abs(back[features.mask].reshape(-1, 51) / spectra.impedance - 1).max() < 1e-5


@every_kind
def test_most_of_the_training_set_lies_between_zero_and_one(kind):
    features = fitted(kind).transform(F, Z, L_A, temperature=KELVIN)
    for channel in (0, 1):
        values = features.channels[:, channel][features.mask]
        inside = np.mean((values >= -1e-6) & (values <= 1 + 1e-6))
        assert inside == pytest.approx(1.0 if kind == "per_spectrum" else np.diff(PERCENTILES)[0] / 100, abs=0.01)


@every_kind
def test_the_constants_come_from_the_training_spectra_alone(kind):
    variant = Variant(representation={"kind": kind})
    index = np.arange(10)
    sources = [make_source(SPECTRA.subset(index), variant, Smoothing()), make_source(SPECTRA, variant, Smoothing())]
    for source in sources:
        source.fit_representation(index, np.random.default_rng(0))
    alone, among = (source.representation for source in sources)
    assert np.array_equal(alone.low, among.low)
    assert np.array_equal(alone.high, among.high)
    state = json.dumps(among.state())
    among.transform(F, 50 * Z[10:] ** 1.2, L_A[10:], temperature=KELVIN[10:] + 50)
    assert json.dumps(among.state()) == state


@every_kind
def test_a_representation_is_rebuilt_from_plain_values(kind):
    representation = fitted(kind)
    back = Representation.from_state(json.loads(json.dumps(representation.state())))
    for a, b in zip(_parts(representation), _parts(back), strict=True):
        assert np.array_equal(a, b)


def _parts(representation):
    features = representation.transform(F, Z, L_A, temperature=KELVIN)
    return features.channels, features.mask, features.reference


@given(st.integers(0, 10), st.integers(20, 31), st.floats(1e-3, 1e3))
def test_points_left_out_do_not_matter_and_are_marked(start, stop, factor):
    representation = fitted("anchored")
    seen = np.zeros(Z.shape, dtype=bool)
    seen[:, start:stop] = True
    changed = np.where(seen, Z, factor * Z.conj())
    features, other = (representation.transform(F, z, seen=seen) for z in (Z, changed))
    assert np.allclose(features.channels, other.channels, atol=1e-6)
    assert np.array_equal(features.channels[:, 2], features.mask)
    assert (features.channels[~np.broadcast_to(features.mask[:, None], features.channels.shape)] == 0).all()
    cut = representation.transform(F[start:stop], Z[:, start:stop])
    assert np.array_equal(features.mask, cut.mask)
    assert np.allclose(features.channels, cut.channels, atol=1e-6)
    assert np.array_equal(features.reference, cut.reference)


def test_the_mask_covers_the_sweep_and_nothing_else():
    representation = fitted("anchored")
    features = representation.transform(F, Z)
    at = np.log10(F)[np.abs(np.angle(Z)).argmin(axis=1)]
    wanted = at[:, None] + representation.grid
    assert np.array_equal(features.mask, (wanted >= np.log10(F[0]) - 1e-6) & (wanted <= np.log10(F[-1]) + 1e-6))


@pytest.mark.parametrize("kind", ["global", "per_spectrum"])
def test_without_geometry_there_is_no_reference(kind):
    with pytest.raises(InputDataError, match=f"'{kind}' representation needs the pellet's thickness and area"):
        unfitted(kind).fit(F, Z)
    with pytest.raises(InputDataError, match="thickness and area"):
        fitted(kind).transform(F, Z)


@every_kind
def test_before_it_is_fitted_it_transforms_nothing(kind):
    with pytest.raises(InputDataError, match="not been fitted"):
        unfitted(kind).transform(F, Z, L_A)


@given(arrays(float, (3, 6), elements=st.floats(-5, 5)), arrays(float, (3, 9), elements=st.floats(-3, 12)))
def test_resampling_is_linear_interpolation_that_ends_with_the_sweep(y, wanted):
    x = np.array([0.0, 0.5, 2.0, 3.0, 7.0, 9.0])
    expected = [np.interp(at, x, row) for at, row in zip(wanted, y, strict=True)]
    assert np.allclose(resample(x, y, wanted), expected, atol=1e-12)
    assert np.allclose(resample(x, y, np.tile(x, (3, 1))), y, atol=1e-12)
