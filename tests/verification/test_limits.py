"""The information limit against closed forms, direct solves, and readers that really try."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ionscope.config import Simulation
from ionscope.errors import InputDataError
from ionscope.evaluate import limits
from ionscope.evaluate.ensemble import Known, matched, scatter
from ionscope.evaluate.linear_gaussian import LinearGaussian
from ionscope.evaluate.remade import Remade
from ionscope.evaluate.sensitivity import Coordinate, Population, Sensitivity, moved_by
from ionscope.evaluate.sweep_errors import SweepErrors, smooth_covariance, stacked
from ionscope.simulate.arrhenius import activation_energy, arrhenius_factor
from ionscope.simulate.electrodes import Electrode
from ionscope.simulate.fem import assemble
from ionscope.simulate.generate import EA_RANGE_C, Family, Priors, dc_truth, frequency_grid, simulate_specimens
from ionscope.simulate.instrument import measured, smooth_error, with_leads
from ionscope.simulate.layers import laminate
from ionscope.simulate.materials import ElectrolyteProperties, Specimen
from ionscope.spectrum import ZERO_CELSIUS

CONFIG = Path(__file__).parents[2] / "config"
SETTINGS = Simulation(
    specimens_per_material=4,
    temperatures_c=[25, 65],
    frequency_min_hz=1,
    frequency_max_hz=1e5,
    frequencies=31,
    electrodes={"blocking": 0.5, "lithium": 0.5},
    grains=16,
    wall_refinement=1,
    shards=1,
)
PRIORS = Priors.load(CONFIG, ["llzo", "lcto"], SETTINGS.electrodes)
SET = SETTINGS.model_copy(update={"grains": 64})  # with fewer grains, a few odd contacts own the scatter
FREQUENCY = frequency_grid(SETTINGS)
MEASURED = np.array(SETTINGS.temperatures_c) + ZERO_CELSIUS
WANTED = np.append(MEASURED, np.linspace(*EA_RANGE_C, 5) + ZERO_CELSIUS)
SEED = 5


@pytest.fixture(scope="module")
def spectra():
    return simulate_specimens(SET, PRIORS, SEED, range(8))


def slab():
    """A homogeneous pellet between two unlike leaky electrodes that touch everywhere, in closed form a circuit."""
    electrolyte = ElectrolyteProperties(
        sigma_grain_25c=1e-4, permittivity=3e4, sigma_boundary_25c=1.0, ea_grain=0.3, grain_exponent=0.9
    )
    electrodes = Electrode(2e-6, 0.85, resistance_25c=80.0, ea=0.4), Electrode(5e-6, 0.9, resistance_25c=30.0, ea=0.4)
    return Specimen("slab", "leaky", electrolyte, electrodes, thickness=0.1, area=0.8)


def test_a_slab_s_derivatives_are_those_of_its_circuit():
    """Z = 1/theta_0+1 + 1/theta_4 + 1/theta_5, so d ln Z / d ln sigma = (sigma d/dsigma) Z / Z by hand."""
    specimen, system = slab(), assemble(laminate([1.0]))
    coordinates = Coordinate(-1, "sigma_grain_25c"), Coordinate(0, "resistance_25c"), Coordinate(1, "capacitance")
    found = Sensitivity.of(specimen, system, coordinates, FREQUENCY, MEASURED[:1], MEASURED[:1], 1e-9)
    theta = specimen.theta(FREQUENCY, MEASURED[0])
    z = 1 / (theta[:, 0] + theta[:, 1]) + 1 / theta[:, 4] + 1 / theta[:, 5]
    np.testing.assert_allclose(found.log_z[0], np.log(z), atol=1e-9)
    omega, first, second = 2 * np.pi * FREQUENCY, *specimen.electrodes
    bulk = theta[:, 0] + theta[:, 1]
    # theta_1 = (omega/omega_0)^n sigma j^n with omega_0 ~ sigma: its exponent of sigma is 1 - n.
    by_sigma = -(theta[:, 0] + (1 - specimen.electrolyte.grain_exponent) * theta[:, 1]) / bulk**2
    by_resistance = specimen.thickness / first.resistance_25c / theta[:, 4] ** 2
    cpe = second.capacitance * omega**second.exponent * np.exp(0.5j * np.pi * second.exponent)
    by_capacitance = -specimen.thickness * cpe / theta[:, 5] ** 2
    expected = np.stack([by_sigma, by_resistance, by_capacitance], axis=-1) / z[:, None]
    np.testing.assert_allclose(found.dlog_z[0], expected, rtol=2e-4, atol=1e-8)
    np.testing.assert_allclose(found.dlog_sigma[0], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(found.log_sigma, np.log(1e-4), rtol=1e-6)


def test_the_limit_of_a_slab_is_that_of_fisher_by_hand():
    """White noise and a Gaussian prior: g' (J' J / sd^2 + P^-1)^-1 g."""
    specimen, system = slab(), assemble(laminate([1.0]))
    coordinates = tuple(Coordinate(*c) for c in ((-1, "sigma_grain_25c"), (0, "capacitance"), (0, "resistance_25c")))
    found = Sensitivity.of(specimen, system, coordinates, FREQUENCY, MEASURED[:1], MEASURED[:1], 1e-9)
    factor = np.array([[0.8, 0, 0], [0.1, 0.5, 0], [-0.3, 0.2, 1.0]])
    noise = 0.01
    jacobian = stacked(np.moveaxis(found.dlog_z[0], -1, 0)).T
    information = jacobian.T @ jacobian / noise**2 + np.linalg.inv(factor @ factor.T)
    g = found.dlog_sigma[0]
    none = np.empty((0, 2 * FREQUENCY.size)), np.empty((0, 1))
    model = LinearGaussian(
        noise**2 * np.eye(2 * FREQUENCY.size), jacobian @ factor, (g @ factor)[None], none[0], none[1]
    )
    np.testing.assert_allclose(model.limit(), np.sqrt(g @ np.linalg.solve(information, g)), rtol=1e-8)


@pytest.mark.parametrize("number", [0, 6])
def test_derivatives_are_differences_of_direct_solves(number):
    family = Family.draw(SETTINGS, PRIORS, SEED, number)
    specimen, system = family.specimens[0], family.system
    kind, material = PRIORS.electrodes[specimen.electrode], PRIORS.materials[number // 4]
    coordinates = Population.draw(SETTINGS, material, kind, 1, draws=50).coordinates
    frequency = FREQUENCY[::15]
    found = Sensitivity.of(specimen, system, coordinates, frequency, MEASURED, WANTED, SETTINGS.tolerance)
    step = 1e-4

    def direct(moved, t):
        return np.log(system.solve_direct(moved.theta(frequency, t)))

    def conductivity(moved):
        return np.log(dc_truth(moved, system, MEASURED)["sigma_total"])

    for k, coordinate in enumerate(coordinates):
        low = coordinate.moved(specimen, -step)
        for i, t in enumerate(MEASURED):
            difference = (direct(specimen, t) - direct(low, t)) / step
            np.testing.assert_allclose(found.dlog_z[i, :, k], difference, rtol=5e-3, atol=2e-4)
        slope = (conductivity(specimen) - conductivity(low)) / step
        np.testing.assert_allclose(found.dlog_sigma[:2, k], slope, rtol=5e-3, atol=1e-4)
    kelvin = (direct(specimen, MEASURED[1]) - direct(specimen, MEASURED[1] - 0.01)) / 0.01
    np.testing.assert_allclose(found.dlog_z_kelvin[1], kelvin, rtol=5e-3, atol=1e-6)


def test_a_reader_that_iterates_reaches_the_limit_and_no_less():
    """Maximum a posteriori by Gauss-Newton on sweeps that the instrument itself has spoilt, in one microstructure."""
    family = Family.draw(SETTINGS, PRIORS, SEED, 0)
    specimen, system = halfway(family.specimens[0]), family.system
    material, kind = PRIORS.materials[0], PRIORS.electrodes[specimen.electrode]
    population = Population.draw(SETTINGS, material, kind, 1, draws=300)
    coordinates, factor = population.coordinates, 0.2 * population.factor  # a prior that stays within what is physical
    noise, t = 1.5e-3, MEASURED[:1]
    instrument = PRIORS.instrument.model_copy(
        update={
            "noise": PRIORS.instrument.noise.model_copy(update={"low": noise, "high": 1.0001 * noise}),
            "outlier_fraction": PRIORS.instrument.outlier_fraction.model_copy(update={"value": 0.0}),
        }
    )
    shape = specimen.thickness / specimen.area

    def at(moved):
        return Sensitivity.of(moved, system, coordinates, FREQUENCY, t, t, 1e-5)

    truth = at(specimen)
    clean = shape * np.exp(truth.log_z[0])
    covariance = SweepErrors.of(instrument).covariance(FREQUENCY, clean, noise)
    leads = mean_leads(clean, instrument)
    start = np.array([coordinate.of(specimen) for coordinate in coordinates])
    none = np.empty((0, 2 * FREQUENCY.size)), np.empty((0, 1))
    jacobian = stacked(truth.dlog_z[0].T).T
    limit = LinearGaussian(covariance, jacobian @ factor, truth.dlog_sigma @ factor, *none).limit()[0]
    rng, errors = np.random.default_rng(0), []
    for _ in range(40):
        data = stacked(np.log(measured(rng, FREQUENCY, clean, instrument) / shape)) - leads
        prior_mean = -factor @ rng.normal(size=factor.shape[1])  # relative to the truth
        v = np.zeros(len(start))
        for _ in range(2):
            here = at(moved_by(specimen, coordinates, v))
            jacobian = stacked(here.dlog_z[0].T).T
            residual = data - stacked(here.log_z[0]) + jacobian @ (v - prior_mean)
            joint = covariance + jacobian @ factor @ factor.T @ jacobian.T
            v = prior_mean + factor @ factor.T @ jacobian.T @ np.linalg.solve(joint, residual)
        errors.append(at(moved_by(specimen, coordinates, v)).log_sigma[0] - truth.log_sigma[0])
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(limit, rel=0.3)


def halfway(specimen):
    """The same with exponents far enough below 1 that no step of an iteration leaves what is physical."""
    electrolyte = replace(specimen.electrolyte, grain_exponent=0.93, boundary_exponent=0.9)
    return replace(
        specimen, electrolyte=electrolyte, electrodes=tuple(replace(e, exponent=0.85) for e in specimen.electrodes)
    )


def mean_leads(clean, instrument):
    """What leads add to ln Z (..., f) on average, real and imaginary part."""
    rng = np.random.default_rng(0)
    draws = [(instrument.stray_inductance.draw(rng), instrument.stray_capacitance.draw(rng)) for _ in range(400)]
    return stacked(np.mean([np.log(with_leads(FREQUENCY, clean, *stray) / clean) for stray in draws], axis=0))


def test_few_samples_do_not_make_a_limit_look_better():
    """Against the exact limit of the population that the samples come from, on average over draws."""
    rng = np.random.default_rng(3)
    x_mix, y_mix = rng.normal(size=(30, 12)), rng.normal(size=(1, 12))
    noise = 0.3 * np.eye(30)
    nothing = np.zeros((30, 0)), np.zeros((1, 0))
    exact = LinearGaussian(noise, x_mix, y_mix, np.empty((0, 30)), np.empty((0, 1))).limit()[0]
    found, naive = [], []
    for _ in range(40):
        w = rng.normal(size=(36, 12))
        model = LinearGaussian(noise, *nothing, w @ x_mix.T, w @ y_mix.T)
        found.append(model.limit()[0] ** 2)
        centred = w - w.mean(axis=0)
        naive.append(np.mean((centred @ y_mix.T - centred @ x_mix.T @ model.gain) ** 2) + 0.3 * np.sum(model.gain**2))
    assert np.sqrt(np.mean(found)) == pytest.approx(exact, rel=0.12)
    assert np.mean(naive) < np.mean(found)


def test_the_covariance_of_a_sweep_is_that_of_sweeps():
    rng = np.random.default_rng(0)
    z = 1 / (1e-3 + 1e-9j * 2 * np.pi * FREQUENCY) + 1 / (2e-5 * (2j * np.pi * FREQUENCY) ** 0.9)
    noise = 1e-3
    quiet = PRIORS.instrument.model_copy(
        update={
            "noise": PRIORS.instrument.noise.model_copy(update={"low": noise, "high": 1.0001 * noise}),
            "outlier_fraction": PRIORS.instrument.outlier_fraction.model_copy(update={"value": 0.0}),
        }
    )
    sweeps = np.array([stacked(np.log(measured(rng, FREQUENCY, z, quiet) / z)) for _ in range(4000)])
    found, expected = np.cov(sweeps, rowvar=False), SweepErrors.of(quiet).covariance(FREQUENCY, z, noise)
    np.testing.assert_allclose(np.sqrt(np.diag(found)), np.sqrt(np.diag(expected)), rtol=0.06)
    assert np.abs(found - expected).max() < 0.08 * expected.max()
    smooth = np.array([smooth_error(rng, FREQUENCY) for _ in range(4000)])
    np.testing.assert_allclose(smooth.T @ smooth / 4000, smooth_covariance(FREQUENCY), atol=0.07)


def test_matched_microstructures_conduct_alike_and_scatter_less():
    family = Family.draw(SETTINGS, PRIORS, SEED, 5)
    specimen, system = family.specimens[0], family.system
    kind, material = PRIORS.electrodes[specimen.electrode], PRIORS.materials[1]
    found = Sensitivity.of(specimen, system, matched(specimen), FREQUENCY, MEASURED, WANTED, 1e-5)
    known = Known(specimen, family.cell, system, MEASURED, WANTED, found.log_z, found.log_sigma)
    [spread] = scatter(SETTINGS, PRIORS, material, kind, [known], np.random.default_rng(1), members=6)
    assert spread.log_z.shape == (6, 2, 31)
    # Between the two temperatures the conductivities are equal by construction, at either nearly so.
    assert np.abs(spread.log_sigma).max() < 0.02
    assert np.abs(spread.shift[:, :2]).max() > 0.05
    # Far below all relaxations the electrodes rule, and they are matched in what they let through.
    assert np.abs(spread.log_z[:, :, 0]).max() < 0.05
    assert np.abs(spread.log_z).max() < 0.5


def test_the_spectra_of_a_set_scatter_about_the_truth_by_their_limits(spectra, monkeypatch):
    """The limit's own estimator on the data as they are errs, over all specimens, as much as the limits say."""
    errors, expected = [], []
    original = limits.linear_models

    def with_errors(settings, priors, one, population, sensitivity, spread):
        models = original(settings, priors, one, population, sensitivity, spread)
        k = len(population.coordinates)
        clean = np.exp(sensitivity.log_z) * one.specimen.thickness / one.specimen.area
        back = sensitivity.dlog_z[..., k:] @ spread.shift.T
        mean_z = (spread.log_z - np.moveaxis(back, -1, 0)).mean(axis=0)
        mean_sigma = (spread.log_sigma - spread.shift @ sensitivity.dlog_sigma[:, k:].T).mean(axis=0)
        missed = stacked(np.log(spectra.impedance[one.rows] / clean)) - mean_leads(clean, priors.instrument)
        for i, model in enumerate(models[:-1]):
            gain = model.gain[:, 0]
            errors.append(gain @ (missed[i] - stacked(mean_z[i])) + mean_sigma[i])
            expected.append(model.limit()[0])
        return models

    monkeypatch.setattr(limits, "linear_models", with_errors)
    table = limits.information_limits(SET, PRIORS, SEED, spectra, np.arange(len(spectra)), members=24)
    assert len(table) == len(spectra) == len(errors)
    assert 0.5 < np.linalg.norm(errors) / np.linalg.norm(expected) < 1.5
    np.testing.assert_allclose(table["limit_log10"].sort_values(), np.sort(expected) / np.log(10))
    assert (table["limit_log10"] > 1e-4).all() and (table["limit_log10"] < 0.2).all()
    # More data cannot hurt; a sampled spread leaves a little room.
    assert (table["limit_series_log10"] < 1.1 * table["limit_log10"]).all()
    assert table["limit_ea_kj_mol"].between(0.005, 3).all()
    assert (table.groupby("specimen")["limit_ea_kj_mol"].nunique() == 1).all()
    np.testing.assert_allclose(table["sigma_true"], spectra["sigma_total"], rtol=1e-6)


def test_worse_data_have_a_worse_limit(spectra):
    index = np.arange(2)
    one = limits.information_limits(SET, PRIORS, SEED, spectra, index, members=8)
    unknown = SET.model_copy(update={"geometry_errors": True})
    recorded = simulate_specimens(unknown, PRIORS, SEED, range(1))
    other = limits.information_limits(unknown, PRIORS, SEED, recorded, index, members=8)
    # Thickness to 2 % and area to 3 %: 3.6 % of the conductivity is 0.0157 decades.
    added = np.sqrt(other["limit_log10"] ** 2 - one["limit_log10"] ** 2)
    np.testing.assert_allclose(added, np.hypot(0.02, 0.03) / np.log(10), rtol=0.25)


def test_a_set_of_another_seed_or_material_is_refused(spectra):
    with pytest.raises(InputDataError, match=r"llzo-00000.*configuration"):
        limits.information_limits(SET, PRIORS, SEED + 1, spectra, np.arange(2), members=4)
    only = Priors.load(CONFIG, ["lagp"], SETTINGS.electrodes)
    with pytest.raises(InputDataError, match=r"llzo-00000.*lagp"):
        Remade.of(SET, only, SEED, spectra, "llzo-00000")


def test_ea_weights_give_ea_total():
    kelvin = np.linspace(*EA_RANGE_C, 5) + ZERO_CELSIUS
    sigma = 1e-4 * arrhenius_factor(0.37, kelvin)
    constant = limits.ea_weights() @ np.log(1 / kelvin)
    assert limits.ea_weights() @ np.log(sigma) - constant == pytest.approx(activation_energy(sigma, kelvin))
