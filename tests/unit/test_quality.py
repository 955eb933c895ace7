"""Quality findings on simulated spectra: silent on clean ones, right about what was put into the others."""

import numpy as np
import pytest

from ionscope.preprocess import quality, unsteady
from ionscope.preprocess.quality import assess
from ionscope.spectrum import Spectrum

GRIDS = {
    "0.1 Hz - 10 kHz": np.logspace(-1, 4, 51),
    "0.1 Hz - 1 MHz": np.logspace(-1, 6, 71),
    "1 Hz - 1 MHz, 8 a decade": np.logspace(0, 6, 49),
}
F = GRIDS["0.1 Hz - 10 kHz"]


def cell(frequency, rng, blocking):
    """A pellet with two arcs and a blocking or a reversible electrode, all values drawn."""
    jw = 2j * np.pi * frequency
    bulk = 10 ** rng.uniform(1.5, 5)
    z = bulk / (1 + (jw * 10 ** rng.uniform(-8, -4)) ** rng.uniform(0.85, 1))
    z = z + bulk * 10 ** rng.uniform(-1.3, 1) / (1 + (jw * 10 ** rng.uniform(-5, -1)) ** rng.uniform(0.75, 0.95))
    if blocking:
        return z + 1 / (10 ** rng.uniform(-6.5, -4.5) * jw ** rng.uniform(0.6, 0.95))
    return z + bulk * 10 ** rng.uniform(-1, 1) / (1 + (jw * 10 ** rng.uniform(-4, 0)) ** rng.uniform(0.7, 1))


def noisy(z, noise, rng):
    return z + np.abs(z) * noise * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("noise", [0.001, 0.003, 0.005])
def test_clean_spectra_raise_nothing(grid, noise):
    rng = np.random.default_rng(11)
    f = GRIDS[grid]
    reports = [assess(Spectrum(f, noisy(cell(f, rng, i % 2), noise, rng))) for i in range(60)]
    assert np.mean([report.clean for report in reports]) >= 0.95
    assert np.mean([report.noise for report in reports]) == pytest.approx(noise, rel=0.05)


def test_a_perfect_spectrum_raises_nothing():
    rng = np.random.default_rng(12)
    assert all(assess(Spectrum(F, cell(F, rng, i % 2))).clean for i in range(20))


def test_a_spike_is_named_with_its_frequency():
    rng = np.random.default_rng(13)
    right = 0
    for i in range(40):
        z = noisy(cell(F, rng, i % 2), 0.002, rng)
        at = int(rng.integers(3, 48))  # the ends of the band are harder
        z[at] *= 1 + 0.05 * np.exp(2j * np.pi * rng.random())
        report = assess(Spectrum(F, z))
        named = [finding for finding in report.findings if finding.kind in (quality.OUTLIER, quality.MAINS)]
        right += bool(report.outliers[at]) and any(finding.low == F[at] for finding in named)
    assert right >= 38


def test_outliers_are_a_mask_and_the_spectrum_stays_as_it_is():
    rng = np.random.default_rng(14)
    z = noisy(cell(F, rng, True), 0.001, rng)
    z[[10, 30]] *= 1.1
    kept = z.copy()
    mask = assess(Spectrum(F, z)).outliers
    assert mask.dtype == bool and set(np.flatnonzero(mask)) == {10, 30}
    np.testing.assert_array_equal(z, kept)


@pytest.mark.parametrize("line", [50.0, 60.0])
def test_mains_lines_are_named(line):
    rng = np.random.default_rng(15)
    f = np.sort(np.append(np.delete(F, 27), line))
    named = 0
    for i in range(20):
        z = noisy(cell(f, rng, i % 2), 0.002, rng)
        z[f == line] *= 1 + 0.03 * np.exp(2j * np.pi * rng.random())
        report = assess(Spectrum(f, z))
        named += any(
            finding.kind == quality.MAINS and f"{line:g} Hz" in finding.sentence for finding in report.findings
        )
    assert named >= 19


def test_drift_is_named_with_its_size():
    rng = np.random.default_rng(16)
    passed = np.cumsum(1 / F[::-1])[::-1]
    sizes = []
    for i in range(20):
        z = cell(F, rng, i % 2) * (1 + 0.08 * passed / passed[0])
        report = assess(Spectrum(F, noisy(z, 0.001, rng)))
        sizes += [finding.sentence for finding in report.findings if finding.kind == unsteady.DRIFT]
    assert len(sizes) >= 19
    assert np.median([float(sentence.split("by ")[1].split(" %")[0]) for sentence in sizes]) == pytest.approx(8, abs=2)


def test_a_rough_low_frequency_part_is_named():
    rng = np.random.default_rng(17)
    named = 0
    for i in range(20):
        z = noisy(cell(F, rng, i % 2), 0.002, rng)
        z[:12] = noisy(z[:12], 0.03, rng)
        report = assess(Spectrum(F, z))
        found = [finding for finding in report.findings if finding.kind == quality.LOW_FREQUENCY]
        named += bool(found) and found[0].low == F[0] and found[0].high <= F[16]
    assert named >= 19


def test_an_inductive_tail_is_named_from_where_it_starts():
    f = np.logspace(0, 6, 61)
    z = 50 + 500 / (1 + 2j * np.pi * f * 1e-3) + 2j * np.pi * f * 2e-6
    report = assess(Spectrum(f, z))
    assert report.kinds() == {quality.INDUCTIVE}
    assert report.findings[0].low == f[np.argmax(z.imag / np.abs(z) > 0.01)]


def test_noise_is_named():
    rng = np.random.default_rng(18)
    reports = [assess(Spectrum(F, noisy(cell(F, rng, i % 2), 0.03, rng))) for i in range(20)]
    assert np.mean([quality.NOISE in report.kinds() for report in reports]) >= 0.95


def test_a_sparse_spectrum_is_not_judged():
    f = np.logspace(-1, 4, 8)
    report = assess(Spectrum(f, 1e3 / (1 + 2j * np.pi * f * 1e-3)))
    assert report.kinds() == {quality.SPARSE} and not report.outliers.any()


def test_a_spectrum_rough_throughout_is_not_a_list_of_outliers():
    rng = np.random.default_rng(19)
    report = assess(Spectrum(F, np.abs(rng.normal(size=51)) + 1 - 1j * np.abs(rng.normal(size=51))))
    assert report.outliers.sum() <= 10 and quality.NOISE in report.kinds()


@pytest.mark.parametrize("at_top", [True, False])
def test_an_end_that_scatters_is_named_and_the_noise_is_that_of_the_rest(at_top):
    rng = np.random.default_rng(30)
    f = GRIDS["0.1 Hz - 1 MHz"]
    for i in range(20):
        z = noisy(cell(f, rng, i % 2), 0.002, rng)
        bad = np.arange(71) >= 50 if at_top else np.arange(71) < 21
        z[bad] = noisy(z[bad], 0.15, rng)
        report = assess(Spectrum(f, z))
        kind = quality.HIGH_FREQUENCY if at_top else quality.LOW_FREQUENCY
        (end,) = (finding for finding in report.findings if finding.kind == kind)
        assert not report.sound[bad].any() and report.sound.sum() >= 40
        assert (end.low, end.high) == (f[~report.sound][0], f[~report.sound][-1])
        assert report.noise == pytest.approx(0.002, rel=0.5) and "without" in end.sentence
        assert assess(Spectrum(f, z), cut=False).sound.all()


def test_noise_that_grows_slowly_and_few_points_leave_the_ends_alone():
    rng = np.random.default_rng(31)
    for points in (14, 71):
        f = np.logspace(0, 6, points)
        for i in range(20):
            z = noisy(cell(f, rng, i % 2), 0.01 * np.linspace(1, 2, points), rng)
            assert assess(Spectrum(f, z)).sound.all()
