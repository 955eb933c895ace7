"""For any spectrum, in any dialect: what was written is what is read, or it is refused; never something else."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ionscope.errors import InputDataError
from ionscope.io import read_spectra, read_spectrum, write_spectra
from ionscope.spectrum import Spectrum

positive = st.floats(1e-3, 1e9)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "blank": " ", "blanks": "   "}


@st.composite
def cells(draw):
    """A pellet: resistance, one broad arc, blocking electrode; all drawn, and the grid too."""
    decades = draw(st.floats(2, 8))
    low = draw(st.floats(-2, 2))
    points = draw(st.integers(max(8, int(3 * decades)), 60))
    frequency = np.logspace(low, low + decades, points)
    jw = 2j * np.pi * frequency
    middle = 10 ** draw(st.floats(low + 0.5, low + decades - 0.5))
    resistance = 10 ** draw(st.floats(0, 7))
    z = resistance * draw(st.floats(0, 1)) + resistance / (1 + (jw / (2 * np.pi * middle)) ** draw(st.floats(0.7, 1)))
    return Spectrum(frequency, z + resistance * (2 * np.pi * 10**low) * 0.5 / jw)


def read(text, **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_spectra(path, **options)


names = st.text(alphabet="abÄz 019.,;:|=#'\"/[](){}_-+%!*\\", max_size=20).map(
    lambda text: " ".join(text.split()) or None
)
"""With all that parts cells and lines in one dialect or another; white space is written as one blank."""


@given(
    st.lists(cells(), min_size=1, max_size=3),
    st.one_of(st.none(), st.floats(200, 1000)),
    st.floats(1e-3, 10),
    st.lists(st.tuples(names, names, st.sampled_from([None, "blocking", "reversible"])), min_size=3, max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_our_own_files_come_back_exactly(spectra, temperature, thickness, stated):
    spectra = [
        s.with_(
            temperature=temperature, thickness=thickness, specimen=specimen, material=material, electrodes=electrodes
        )
        for s, (specimen, material, electrodes) in zip(spectra, stated, strict=False)
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_spectra(spectra, Path(folder) / "out.csv")
        back = read_spectra(Path(folder) / "out.csv")
    assert len(back) == len(spectra)
    for one, two in zip(spectra, back, strict=True):
        np.testing.assert_array_equal(one.frequency, two.frequency)
        np.testing.assert_array_equal(one.impedance, two.impedance)
        for fact in ("temperature", "thickness", "area", "specimen", "material", "electrodes"):
            assert getattr(one, fact) == getattr(two, fact), fact


@given(
    spectrum=cells(),
    delimiter=st.sampled_from(sorted(DELIMITERS)),
    decimal=st.sampled_from(".,"),
    digits=st.integers(7, 16),
    named=st.booleans(),
    negated=st.booleans(),
    descending=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=200, deadline=None)
def test_any_dialect_is_read_right_or_refused(
    spectrum, delimiter, decimal, digits, named, negated, descending, encoding, end
):
    sign = DELIMITERS[delimiter]
    z = spectrum.impedance
    order = slice(None, None, -1) if descending else slice(None)
    table = np.column_stack([spectrum.frequency, z.real, -z.imag if negated else z.imag])[order]
    lines = [sign.join(f"{value:.{digits}e}".replace(".", decimal) for value in row) for row in table]
    if named:
        lines.insert(0, sign.join(["f/Hz", "Re(Z)/ohm", "-Im(Z)/ohm" if negated else "Im(Z)/ohm"]))
    try:
        (back,) = read(end.join([*lines, ""]).encode(encoding))
    except InputDataError:
        # a decimal comma beside a comma cannot be told apart; a nearly featureless spectrum has no sign of its own
        assert (sign == "," and decimal == ",") or not named
        return
    assert not (sign == "," and decimal == ",")
    np.testing.assert_allclose(back.frequency, spectrum.frequency, rtol=2 * 10.0**-digits)
    np.testing.assert_allclose(back.impedance, z, rtol=10.0 ** (1 - digits))


@given(spectrum=cells(), scale=st.sampled_from(["Ohm", "kOhm", "MOhm", "mOhm"]), polar=st.booleans())
@settings(max_examples=60, deadline=None)
def test_units_in_names(spectrum, scale, polar):
    factor = {"Ohm": 1.0, "kOhm": 1e3, "MOhm": 1e6, "mOhm": 1e-3}[scale]
    z = spectrum.impedance
    if polar:
        names, columns = f"f/kHz,|Z|/{scale},theta/deg", (np.abs(z) / factor, np.degrees(np.angle(z)))
    else:
        names, columns = f"f/kHz,Z'/{scale},-Z''/{scale}", (z.real / factor, -z.imag / factor)
    rows = zip(spectrum.frequency / 1e3, *columns, strict=True)
    text = "\n".join([names, *(",".join(repr(float(v)) for v in row) for row in rows)])
    (back,) = read(text)
    np.testing.assert_allclose(back.impedance, z, rtol=1e-12)
    np.testing.assert_allclose(back.frequency, spectrum.frequency, rtol=1e-12)


@given(st.binary(max_size=600))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content):
    try:
        spectra = read(content)
    except InputDataError as error:
        assert "\n" not in str(error)
    else:
        assert spectra


@given(st.text(alphabet="0123456789.,;\t \n-+eE#\"'|fZHz", max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_of_numbers_is_read_or_refused(content):
    try:
        spectra = read(content)
    except InputDataError as error:
        assert "\n" not in str(error)
    else:
        assert spectra


@given(spectrum=cells(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_points_does_not_matter(spectrum, seed):
    order = np.random.default_rng(seed).permutation(len(spectrum))
    z = spectrum.impedance
    rows = [f"{spectrum.frequency[i]!r},{z[i].real!r},{z[i].imag!r}" for i in order]
    text = "f/Hz,Re(Z)/ohm,Im(Z)/ohm\n" + "\n".join(rows).replace("np.float64(", "").replace(")", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_text(text)
        back = read_spectrum(path)
    np.testing.assert_array_equal(back.frequency, spectrum.frequency)
    np.testing.assert_array_equal(back.impedance, z)
