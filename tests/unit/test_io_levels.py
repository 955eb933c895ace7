"""A temperature column divides a file into sweeps where the frequency starts over, not where a cell merely warms."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.io import read_spectra

F = np.logspace(5, -1, 60)
DOWN, UP = F, F[::-1]


def impedance(f):
    jw = 2j * np.pi * f
    return 120 + 900 / (1 + (jw * 2e-4) ** 0.9) + 1 / (2e-5 * jw**0.85)


@pytest.fixture
def read(tmp_path):
    def reader(*sweeps, **options):
        """Spectra of a table of (temperatures, frequencies, factor of the impedance); None is a blank cell."""
        lines = ["T/C,f/Hz,Re(Z)/ohm,Im(Z)/ohm"]
        for temperature, f, scale in sweeps:
            z = scale * impedance(f)
            readings = np.broadcast_to(np.array(temperature, dtype=object), f.shape)
            lines += [
                f"{'' if t is None else t},{a!r},{b.real!r},{b.imag!r}"
                for t, a, b in zip(readings, f.tolist(), z.tolist(), strict=True)
            ]
        path = tmp_path / "x.csv"
        path.write_text("\n".join(lines))
        return read_spectra(path, **options)

    return reader


def blank(temperature, *rows):
    """Sixty readings of which some are not there."""
    readings = [temperature] * 60
    for row in rows:
        readings[row] = None
    return readings


def check(spectra, celsius, sizes=None):
    assert [spectrum.temperature_c for spectrum in spectra] == pytest.approx(celsius)
    assert [len(spectrum) for spectrum in spectra] == (sizes or [60] * len(celsius))


@pytest.mark.parametrize("f", [DOWN, UP])
def test_a_cell_that_warms_during_its_sweep_has_one_sweep(read, f):
    (spectrum,) = read(([25] * 20 + [28] * 20 + [31] * 20, f, 1))
    check([spectrum], [28])
    assert "The temperature rose from 25 to 31 C during the sweep; the mean was taken." in spectrum.assumptions


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ([31] * 30 + [25] * 30, "fell from 31 to 25 C"),
        ([25] * 20 + [28] * 20 + [25] * 20, "varied between 25 and 28 C"),
        ([25] * 30 + [60] + [25] * 29, "varied between 25 and 60 C"),
        (np.linspace(25, 26.5, 60).tolist(), "rose from 25 to 26.5 C"),
    ],
)
def test_how_the_temperature_changed_is_told(read, readings, said):
    (spectrum,) = read((readings, DOWN, 1))
    check([spectrum], [np.mean(readings)])
    assert any(said in told for told in spectrum.assumptions)


def test_a_steady_temperature_and_a_stated_one_need_no_word(read):
    (spectrum,) = read(([25.2, 24.9, 25.0] * 20, DOWN, 1))
    assert not any("temperature" in told for told in spectrum.assumptions)
    (spectrum,) = read(([25] * 30 + [31] * 30, DOWN, 1), temperature=300.0)
    assert spectrum.temperature == 300.0 and not any("temperature" in told for told in spectrum.assumptions)


@pytest.mark.parametrize(
    "second",
    [
        DOWN,
        UP,  # the turning frequency twice
        UP[1:],  # the turning frequency once
        np.concatenate([[0.08], UP]),  # one lower than the first sweep goes
    ],
)
def test_temperatures_with_a_sweep_each_are_divided(read, second):
    spectra = read((25, DOWN, 1), (40, second, 0.5), (55, DOWN, 0.25))
    check(spectra, [25, 40, 55], [60, len(second), 60])
    assert not any("temperature" in told for spectrum in spectra for told in spectrum.assumptions)


def test_warming_sweeps_at_several_temperatures(read):
    ramps = [[t] * 20 + [t + 3] * 20 + [t + 6] * 20 for t in (25, 40, 55)]
    spectra = read((ramps[0], DOWN, 1), (ramps[1], DOWN, 0.5), (ramps[2], DOWN, 0.25))
    check(spectra, [28, 43, 58])
    # each begins where the one before has ended
    spectra = read((ramps[0], DOWN, 1), ([31] * 30 + [34] * 30, UP, 0.5))
    check(spectra, [28, 32.5])


def test_a_thermometer_that_lags_one_point_behind_moves_no_point(read):
    spectra = read((25, DOWN, 1), ([25] + [40] * 59, DOWN, 0.5))
    check(spectra, [25, 39.75])


def test_temperatures_far_apart_are_no_drift(read):
    """Where each temperature covers a band of its own, these are no parts of one sweep."""
    check(read((25, DOWN[:30], 1), (75, DOWN[30:], 0.5)), [25, 75], [30, 30])


@pytest.mark.parametrize("rows", [(0,), (30,), (59,), (0, 1, 2, 59), tuple(range(1, 60))])
def test_a_blank_cell_takes_the_level_of_its_neighbours(read, rows):
    spectra = read((25, DOWN, 1), (blank(40, *rows), DOWN, 0.5), (55, UP, 0.25))
    check(spectra, [25, 40, 55])
    said = f"The temperature of {len(rows)} of 60 points is not stated; that of the others was taken."
    assert said in spectra[1].assumptions and not any("not stated" in told for told in spectra[0].assumptions)


def test_no_temperature_is_made_up_for_a_sweep_without_any(read):
    assert read((None, DOWN, 1))[0].temperature is None
    spectra = read((25, DOWN, 1), (None, DOWN, 1), (40, DOWN, 0.5))
    assert [spectrum.temperature_c for spectrum in spectra] == [pytest.approx(25), None, pytest.approx(40)]


def test_tables_sorted_by_frequency(read):
    rows = [(t, np.array([f]), s) for f in DOWN for t, s in ((25, 1), (40, 0.5), (55, 0.2))]
    check(read(*rows), [25, 40, 55])
    # grids that differ a little, so that no frequency is there twice
    rows = [(t, np.array([f * k]), s) for f in DOWN for t, s, k in ((25, 1, 1), (40, 0.5, 0.999), (55, 0.2, 0.998))]
    check(read(*rows), [25, 40, 55])


@pytest.mark.parametrize("missing", [25, 40, 55])
def test_a_blank_cell_among_interleaved_temperatures_is_the_one_left(read, missing):
    sweeps = ((25, 1), (40, 0.5), (55, 0.2))
    rows = [(None if (f, t) == (F[7], missing) else t, np.array([f]), s) for f in DOWN for t, s in sweeps]
    spectra = read(*rows)
    check(spectra, [25, 40, 55])
    np.testing.assert_allclose(spectra[1].impedance, 0.5 * impedance(UP), rtol=1e-9)


def test_blank_cells_among_interleaved_temperatures_that_may_be_either_are_refused(read):
    rows = [(None if f == F[7] else t, np.array([f]), s) for f in DOWN for t, s in ((25, 1), (40, 0.5))]
    with pytest.raises(InputDataError, match=r"line 16: the temperature is missing among .* remove the row"):
        read(*rows)
