"""The linear Kramers-Kronig test against cells known in closed form, and against numerical integrals."""

import numpy as np
import pytest

from ionscope.errors import InputDataError
from ionscope.kramers_kronig import kramers_kronig, time_constants

F = np.logspace(-1, 4, 51)
JW = 2j * np.pi * F


def arc(resistance, tau, exponent=1.0):
    return resistance / (1 + (JW * tau) ** exponent)


CAUSAL = {
    "one RC": 100 + arc(1000, 1.37e-3),
    "one ZARC": 100 + arc(1000, 1e-3, 0.8),
    "Randles with Warburg": 50 + 1 / (1 / (200 + 300 * JW**-0.5) + 1e-5 * JW),
    "blocking CPE": 1000 + 1 / (1e-6 * JW**0.85),
    "pellet": 100 + arc(2000, 1e-5, 0.9) + arc(5e3, 1e-2, 0.8) + 1 / (1e-5 * JW**0.8),
    "finite Warburg": 20 + 300 / np.tanh(np.sqrt(JW * 5)) / np.sqrt(JW * 5),
    "inductive tail": 10 + JW * 1e-6 + arc(50, 1e-2),
    "insulator": 1 / (1e-5 + JW * 1e-11),
}


@pytest.mark.parametrize("name", CAUSAL)
def test_causal_cells_pass(name):
    result = kramers_kronig(F, CAUSAL[name])
    assert result.rms[0] < 1e-4  # relative to |Z|, real and imaginary parts together
    assert np.abs(result.residuals).max() < 1e-3


@pytest.mark.parametrize("name", [name for name in CAUSAL if name != "insulator"])
def test_the_conjugate_is_not_causal(name):
    """A turned sign is what the test has to find. (Far below its corner an insulator is a capacitor: undecidable.)"""
    assert kramers_kronig(F, CAUSAL[name].conj()).rms[0] > 0.1


def test_parts_that_do_not_belong_together_fail():
    z = CAUSAL["pellet"]
    assert kramers_kronig(F, z.real * 1.1 + 1j * z.imag).rms[0] > 0.01
    assert kramers_kronig(F, z * np.exp(0.05j)).rms[0] > 0.01


def test_imaginary_part_from_the_numerical_kramers_kronig_integral():
    """Z'' = -(2 w / pi) int (Z'(x) - Z'(w)) / (x^2 - w^2) dx, by quadrature on a wide grid, belongs to Z'."""
    x = np.logspace(-6, 9, 60001)

    def real_part(frequency):
        return (1000 / (1 + (2j * np.pi * frequency * 1e-3) ** 0.8)).real

    grid = np.log(x)
    imaginary = []
    for f in F:
        with np.errstate(invalid="ignore", divide="ignore"):
            integrand = (real_part(x) - real_part(f)) / (x**2 - f**2) * x
        integrand[~np.isfinite(integrand)] = 0
        imaginary.append(2 * f / np.pi * np.trapezoid(integrand, grid))
    z = 100 + real_part(F) + 1j * np.array(imaginary)
    np.testing.assert_allclose(z.imag, (1000 / (1 + (JW * 1e-3) ** 0.8)).imag, rtol=2e-3, atol=0.2)
    assert kramers_kronig(F, z).rms[0] < 1e-3


@pytest.mark.parametrize("noise", [0.001, 0.005, 0.02])
@pytest.mark.parametrize("name", ["one RC", "pellet", "blocking CPE"])
def test_the_noise_estimate_is_unbiased(name, noise):
    rng = np.random.default_rng(5)
    z = CAUSAL[name]
    spread = rng.normal(size=(200, F.size)) + 1j * rng.normal(size=(200, F.size))
    result = kramers_kronig(F, z + noise * np.abs(z) * spread)
    assert result.noise.mean() == pytest.approx(noise, rel=0.03)
    assert (result.rms < result.noise).all()


def test_many_spectra_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(2)
    z = np.stack([CAUSAL[name] * (1 + 0.003 * rng.normal(size=F.size)) for name in CAUSAL])
    together = kramers_kronig(F, z)
    for i, row in enumerate(z):
        alone = kramers_kronig(F, row)
        np.testing.assert_allclose(together.fit[i], alone.fit[0], rtol=1e-6)
        assert together.elements[i] == alone.elements[0]


def test_result_does_not_depend_on_the_order_or_the_scale():
    rng = np.random.default_rng(3)
    z = CAUSAL["pellet"] * (1 + 0.002 * rng.normal(size=F.size))
    base = kramers_kronig(F, z)
    np.testing.assert_allclose(kramers_kronig(F[::-1], z[::-1]).residuals[0][::-1], base.residuals[0], atol=1e-8)
    np.testing.assert_allclose(kramers_kronig(F, 1e6 * z).residuals, base.residuals, atol=1e-8)


def test_zero_weight_leaves_a_point_out_of_the_fit():
    z = CAUSAL["pellet"].copy()
    z[25] *= 1.2
    weights = np.ones(F.size)
    weights[25] = 0
    result = kramers_kronig(F, z, weights=weights)
    assert np.abs(result.residuals[0, 25]) == pytest.approx(0.2 / 1.2, rel=1e-3)
    assert np.delete(np.abs(result.residuals[0]), 25).max() < 1e-3
    assert abs(result.leverage[0, 25]) < 1e-12


def test_mu_is_one_for_a_broad_arc_and_falls_when_noise_is_followed():
    rng = np.random.default_rng(4)
    z = CAUSAL["one ZARC"] * (1 + 0.01 * rng.normal(size=F.size) + 0.01j * rng.normal(size=F.size))
    assert kramers_kronig(F, CAUSAL["one ZARC"], elements=13).mu[0] > 0.9
    assert kramers_kronig(F, z, elements=45).mu[0] < 0.8


def test_time_constants_cover_the_band_and_half_a_decade_more():
    tau = time_constants(F, 3.0)
    assert tau.min() == pytest.approx(1 / (2 * np.pi * 1e4) / 10**0.5)
    assert tau.max() == pytest.approx(1 / (2 * np.pi * 0.1) * 10**0.5)
    assert time_constants(F, elements=7).size == 7


@pytest.mark.parametrize(
    ("frequency", "impedance", "message"),
    [
        (F, np.ones(3), "do not fit"),
        (F[:3], np.ones(3), "too few"),
        (F, np.zeros(51), "zero"),
        (-F, np.ones(51), "positive"),
        (F, np.full(51, np.nan), "finite"),
        (np.ones(51), np.ones(51), "differ"),
    ],
)
def test_bad_input_is_refused(frequency, impedance, message):
    with pytest.raises(InputDataError, match=message):
        kramers_kronig(frequency, impedance)


def test_against_another_implementation():
    """impedance.py's linKK, where it is installed: residuals of the same size."""
    validation = pytest.importorskip("impedance.validation", reason="impedance.py is not installed")
    rng = np.random.default_rng(6)
    z = CAUSAL["pellet"]
    z = z + 0.005 * np.abs(z) * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size))
    with np.printoptions(legacy="1.25"):  # it evaluates the text of numbers, which numpy 2 writes as np.float64(...)
        elements, _, _, real, imag = validation.linKK(F, z, c=0.85, max_M=40, add_cap=True)
    ours = kramers_kronig(F, z, elements=int(elements))
    theirs = float(np.sqrt(np.mean(np.concatenate([real, imag]) ** 2)))
    assert ours.rms[0] == pytest.approx(theirs, rel=0.3)


def pyimpspec_rms(frequency, impedance, elements):
    """Relative rms residual of the linear test of pyimpspec with that many RC elements."""
    pyimpspec = pytest.importorskip("pyimpspec", reason="pyimpspec is not installed")
    settings = {"test": "complex", "num_RC": elements, "log_F_ext": 0.5, "num_F_ext_evaluations": 0, "num_procs": 1}
    result = pyimpspec.perform_kramers_kronig_test(pyimpspec.DataSet(frequency, impedance), **settings)
    order = np.argsort(result.frequencies)
    return np.sqrt(np.mean(np.abs(result.residuals[order]) ** 2) / 2)


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("noise", [0.002, 0.01])
def test_noise_is_what_the_test_of_another_program_leaves(name, noise):
    rng = np.random.default_rng(4)
    z = CAUSAL[name] * (1 + noise * (rng.normal(size=F.size) + 1j * rng.normal(size=F.size)))
    ours = kramers_kronig(F, z)
    theirs = pyimpspec_rms(F, z, int(ours.elements[0]))
    if name == "blocking CPE":  # over so many decades of |Z| its solution leaves up to twice the noise
        assert ours.rms[0] < theirs and ours.rms[0] == pytest.approx(noise, rel=0.25)
    else:
        assert ours.rms[0] == pytest.approx(theirs, rel=0.25)


@pytest.mark.parametrize("name", [name for name in CAUSAL if name != "insulator"])
def test_what_breaks_the_relations_does_so_in_the_test_of_another_program(name):
    for z in (CAUSAL[name].conj(), CAUSAL[name] * np.exp(0.1j)):
        ours = kramers_kronig(F, z)
        theirs = pyimpspec_rms(F, z, int(ours.elements[0]))
        assert min(ours.rms[0], theirs) > 0.02
