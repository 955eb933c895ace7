"""A unit of the impedance above a table whose columns have none is used, or the file is refused; never passed over."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra

F = np.logspace(6, 0, 40)
Z = 800 / (1 + 1j * F / 3e5) + 400 / (1 + 1j * F / 3e3) + 2e3 * (1j * F) ** -0.9


def written(tmp_path, above, header="Freq,Zre,Zim", scale=1e-3, delimiter=","):
    path = tmp_path / "x.csv"
    rows = [f"{f:.7g},{scale * z.real:.7g},{scale * z.imag:.7g}" for f, z in zip(F, Z, strict=True)]
    lines = [*above, *([header] if header else []), *rows]
    path.write_text("\n".join(lines).replace(",", delimiter), encoding="utf-8")
    return path


PLAIN = [
    ("# impedance in kOhm", 1e-3),
    ("# Z in kΩ", 1e-3),
    ("Impedanz [kΩ]", 1e-3),
    ("unit: Mohm", 1e-6),
    ("Hz kohm kohm", 1e-3),
]
NAMING = [("# frequency in Hz, impedance in MOhm", 1e-6), ("% Re(Z) and Im(Z) in mOhm", 1e3)]


@pytest.mark.parametrize(
    ("line", "scale", "header"),
    [*((*one, "Freq,Zre,Zim") for one in PLAIN + NAMING), *((*one, "") for one in PLAIN)],
)
def test_a_plain_statement_is_used_and_told(tmp_path, line, scale, header):
    (spectrum,) = read_spectra(written(tmp_path, ["pressed on Monday", line], header, scale))
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-5)
    said = [note for note in spectrum.assumptions if "was taken for the unit of" in note]
    assert len(said) == 1 and line.lstrip("# ") in said[0]


def test_words_that_could_be_names_of_columns_are_looked_at_too(tmp_path):
    (spectrum,) = read_spectra(written(tmp_path, ["# impedance in kOhm"], "", delimiter=" "))
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-5)


@pytest.mark.parametrize(
    "above",
    [
        ["# impedance in mohm"],
        ["# all but the last column in kohm"],
        ["# Z' in kohm", "# Z'' in Mohm"],
        ["# range kohm"],
    ],
)
def test_a_statement_that_may_mean_something_else_is_refused(tmp_path, above):
    with pytest.raises(InputDataError, match="write the unit into the names of the columns") as caught:
        read_spectra(written(tmp_path, above))
    assert above[-1] in str(caught.value).replace("\\'", "'")


@pytest.mark.parametrize(
    "line", ["# impedance in ohm", "# load 10 kohm", "Load resistance / kohm: 10", "R = 1.2 kΩ by eye", "# kohmeter"]
)
def test_other_lines_change_nothing(tmp_path, line):
    (spectrum,) = read_spectra(written(tmp_path, [line], scale=1))
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-5)
    assert "No unit is stated for Freq, Zre, Zim; read as Hz and ohm." in spectrum.assumptions


def test_what_the_columns_say_outranks_it(tmp_path):
    (spectrum,) = read_spectra(written(tmp_path, ["# impedance in kOhm"], "Freq,Zre/ohm,Zim/ohm", 1))
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-5)


def test_a_unit_that_needs_the_geometry_asks_for_it(tmp_path):
    path = written(tmp_path, ["# impedance in ohm cm2"], scale=0.5)
    with pytest.raises(InputDataError, match="is in ohm cm2 and needs the electrode area"):
        read_spectra(path)
    (spectrum,) = read_spectra(path, area=0.5)
    np.testing.assert_allclose(spectrum.impedance, Z[::-1], rtol=1e-5)
