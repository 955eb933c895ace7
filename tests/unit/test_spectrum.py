"""One spectrum and sets of them: what is refused, what is equal to what, what cannot be changed."""

import numpy as np
import pytest
from cells import cell, pellets
from hypothesis import given
from hypothesis import strategies as st

from ionscope.errors import InputDataError
from ionscope.spectrum import UNITS, ZERO_CELSIUS, Spectrum, SpectrumSet

FREQUENCY = np.geomspace(1, 1e5, 11)
IMPEDANCE = cell(FREQUENCY, 100.0)


def test_points_in_any_order_make_the_same_spectrum():
    order = np.random.default_rng(0).permutation(FREQUENCY.size)
    spectrum = Spectrum.from_points(FREQUENCY[order], IMPEDANCE[order])
    assert np.array_equal(spectrum.frequency, FREQUENCY)
    assert np.array_equal(spectrum.impedance, IMPEDANCE)
    assert len(spectrum) == 11


def test_a_repeated_frequency_is_named():
    with pytest.raises(InputDataError, match=r"scan\.txt: frequency 10 Hz occurs twice"):
        Spectrum.from_points([10, 1, 10], [1, 2, 3], source="scan.txt")


@pytest.mark.parametrize(
    ("frequency", "impedance", "message"),
    [
        ([], [], "equally long"),
        ([1, 2], [1], r"\(2,\) and \(1,\)"),
        ([[1, 2]], [[1, 2]], "vectors"),
        ([1, 2, 3], [1, np.nan, 1], "point 2 is not a finite number"),
        ([1, 2, 3], [1, 1, complex(1, np.inf)], "point 3 is not a finite number"),
        ([1, np.inf], [1, 1], "point 2"),
        ([0, 1], [1, 1], "frequency 0 Hz is not positive"),
        ([-1, 1], [1, 1], "frequency -1 Hz is not positive"),
        ([2, 1], [1, 1], "ascending"),
        ([1, 1], [1, 1], "ascending"),
        ([1, 2, 3], [1, 0, 1], "impedance at 2 Hz is zero.*remove the point"),
    ],
)
def test_what_is_no_spectrum_is_refused_with_its_source(frequency, impedance, message):
    with pytest.raises(InputDataError, match=message) as refusal:
        Spectrum(np.array(frequency), np.array(impedance), source="pellet 7")
    assert str(refusal.value).startswith("pellet 7: ")


@pytest.mark.parametrize("name", ["temperature", "thickness", "area"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_physical_quantities_are_positive_numbers(name, value):
    with pytest.raises(InputDataError, match=f"{name} .*{UNITS[name]} is not a positive number"):
        Spectrum(FREQUENCY, IMPEDANCE, **{name: value})


def test_a_spectrum_is_its_own_copy_and_cannot_be_changed():
    frequency, impedance = FREQUENCY.copy(), IMPEDANCE.copy()
    spectrum = Spectrum(frequency, impedance)
    frequency[0], impedance[0] = 0.5, 0.0
    assert (spectrum.frequency[0], spectrum.impedance[0]) == (FREQUENCY[0], IMPEDANCE[0])
    with pytest.raises(ValueError, match="read-only"):
        spectrum.impedance[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        spectrum.frequency[0] = 0


def test_with_changes_what_is_given_and_keeps_the_rest():
    spectrum = Spectrum(FREQUENCY, IMPEDANCE, temperature=300.0, thickness=0.1)
    other = spectrum.with_(thickness=0.2, temperature=None, area=1.0)
    assert (other.temperature, other.thickness, other.area) == (300.0, 0.2, 1.0)
    assert (spectrum.thickness, spectrum.area) == (0.1, None)
    with pytest.raises(InputDataError):
        spectrum.with_(area=-1.0)


def test_celsius():
    assert Spectrum(FREQUENCY, IMPEDANCE).temperature_c is None
    assert Spectrum(FREQUENCY, IMPEDANCE, temperature=25 + ZERO_CELSIUS).temperature_c == pytest.approx(25)


def test_a_set_gives_back_what_it_was_made_of():
    n = 3
    impedance = np.array([cell(FREQUENCY, 10.0**k) for k in range(n)])
    spectra = SpectrumSet.from_arrays(
        FREQUENCY,
        impedance,
        attrs={"seed": 5},
        temperature=[300.0, 310.0, 320.0],
        thickness=0.1,
        area=[0.5, 0.6, np.nan],
        specimen=["a", "b", "c"],
        material="m",
        electrode="e",
    )
    assert len(spectra) == n
    assert np.array_equal(spectra.impedance, impedance)
    assert np.array_equal(spectra.frequency, FREQUENCY)
    assert np.array_equal(spectra["thickness"], np.full(n, 0.1))
    assert spectra["material"].tolist() == ["m"] * n
    assert "sigma_total" not in spectra and "area" in spectra
    assert spectra.attrs["seed"] == 5 and spectra.attrs["schema_version"] >= 1
    assert {name: spectra.data[name].attrs["units"] for name in ("z_real", "temperature", "frequency")} == {
        "z_real": "ohm",
        "temperature": "K",
        "frequency": "Hz",
    }
    one = spectra.spectrum(1)
    assert np.array_equal(one.impedance, impedance[1])
    assert (one.temperature, one.thickness, one.area, one.specimen) == (310.0, 0.1, 0.6, "b")
    assert spectra.spectrum(2).area is None


def test_a_set_of_spectra_gives_each_back():
    facts = {
        "temperature": 300.0,
        "specimen": "a",
        "material": "llzo",
        "electrodes": "blocking",
        "source": "x (sweep 2)",
    }
    spectra = [Spectrum(FREQUENCY, IMPEDANCE, file="x", **facts), Spectrum(FREQUENCY, 2 * IMPEDANCE)]
    for k, one in enumerate(spectra):
        back = SpectrumSet.from_spectra(spectra).spectrum(k)
        assert np.array_equal(back.impedance, one.impedance)
        for name in (*facts, "file", "thickness", "area"):
            assert getattr(back, name) == getattr(one, name), name


def test_a_spectrum_of_a_set_is_named_by_what_is_known_of_it():
    unknown = {"thickness": np.nan, "area": np.nan, "material": "m", "electrode": "e"}
    made = SpectrumSet.from_arrays(
        FREQUENCY, IMPEDANCE[None].repeat(2, 0), temperature=[np.nan, 298.15], specimen=["", "p"], **unknown
    )
    assert [made.spectrum(k).source for k in range(2)] == ["spectrum 1", "p at 25 C"]
    assert made.spectrum(0).specimen is None and made.spectrum(0).electrodes is None


@pytest.mark.parametrize("name", SpectrumSet.REQUIRED)
def test_a_set_without_a_required_variable_is_refused(name):
    with pytest.raises(InputDataError, match=name):
        SpectrumSet(pellets(2).data.drop_vars(name))


def test_dimensions_may_come_in_any_order_but_must_be_the_right_ones():
    spectra = pellets(2)
    turned = SpectrumSet(spectra.data.transpose("frequency", "spectrum"))
    assert np.array_equal(turned.impedance, spectra.impedance)
    with pytest.raises(InputDataError, match="dimensions spectrum, frequency"):
        SpectrumSet(spectra.data.rename(spectrum="sweep"))


def test_a_mask_and_its_numbers_choose_the_same_spectra():
    spectra = pellets(4)
    mask = spectra["material"] == "a"
    by_mask, by_number = spectra.subset(mask), spectra.subset(np.flatnonzero(mask))
    assert by_mask.data.identical(by_number.data)
    assert set(by_mask["material"]) == {"a"}
    order = np.array([5, 0, 3])
    assert np.array_equal(spectra.subset(order).impedance, spectra.impedance[order])


@given(st.lists(st.integers(0, 24), max_size=4).map(sorted))
def test_parts_put_together_are_the_whole(cuts):
    whole = pellets(12)
    parts = [part for part in np.split(np.arange(len(whole)), cuts) if part.size]
    joined = SpectrumSet.concatenate(whole.subset(part) for part in parts)
    assert joined.data.identical(whole.data)


def test_sets_on_different_grids_and_no_sets_at_all_are_not_joined():
    with pytest.raises(InputDataError, match="different frequency grids"):
        SpectrumSet.concatenate([pellets(2, points=20), pellets(2, points=21)])
    with pytest.raises(InputDataError, match="different frequency grids"):
        SpectrumSet.concatenate([pellets(2), pellets(2, high=1.1e4)])
    with pytest.raises(InputDataError, match="no spectra"):
        SpectrumSet.concatenate([])
