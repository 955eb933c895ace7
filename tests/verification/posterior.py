"""The information limit with nothing about a pellet's properties linearised: sampled from the posterior.

``python tests/verification/posterior.py [RUN] [--config FILE] [--output CSV]`` takes the test spectra of a run (default
results/paper; its limits and predictions must be there) and prints, for each material and electrode, root mean squares
in decades of log10 sigma: the limit as `ionscope.evaluate.limits` linearises it, the standard deviation of the
posterior as sampled here, and the error of a model of the run; beside them the RMSEs that a perfect reader may have on
so few specimens. It takes a quarter of an hour of one core.

Each property is drawn by the generator itself from standard normal numbers (`Replayed`), so the prior is exact, hard
ends and correlations included, and the spectrum is that of the reduced model. The posterior of these numbers is sampled
by adaptive importance sampling about its maximum. What other microstructures do, and what instruments do, stays
Gaussian, as in the limit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy import stats
from scipy.interpolate import CubicSpline
from scipy.special import betainc, betaincinv, ndtr, ndtri
from tqdm import tqdm

from ionscope.config import Simulation, load_run
from ionscope.evaluate.limits import linearised
from ionscope.evaluate.linear_gaussian import LinearGaussian
from ionscope.evaluate.remade import Remade, numbered
from ionscope.evaluate.sensitivity import log_conductivities
from ionscope.evaluate.sweep_errors import mean, stacked
from ionscope.io.dataset import read_dataset
from ionscope.simulate.generate import PROPERTIES, Priors, frequency_grid, stream
from ionscope.simulate.instrument import with_leads
from ionscope.simulate.materials import Specimen, draw_electrodes, draw_electrolyte, draw_geometry
from ionscope.simulate.reduced import ReducedModel
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

TOLERANCE = 1e-4
"""Of the reduced models, a tenth of the least noise."""

DISTURBED = 5.0
"""Standard deviations of the noise that a disturbed point lies off its neighbours."""

DRAWS, ROUNDS, ENOUGH = 600, 5, 400
"""Draws of one round of importance sampling, rounds at most, and the effective number of draws that ends them."""


class Recorded:
    """A random stream that notes each draw as the standard normal number of the same quantile."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.numbers: list[float] = []

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def random(self) -> float:
        value = self.rng.random()
        self.numbers.append(ndtri(value))
        return value

    def normal(self, mean: float, sd: float) -> float:
        value = self.rng.normal()
        self.numbers.append(value)
        return mean + sd * value

    def beta(self, a: float, b: float) -> float:
        value = self.rng.beta(a, b)
        self.numbers.append(ndtri(betainc(a, b, value)))
        return value


class Replayed:
    """A random stream that makes its draws from given standard normal numbers."""

    def __init__(self, numbers: np.ndarray):
        self.numbers = iter(numbers)

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def random(self) -> float:
        return float(ndtr(next(self.numbers)))

    def normal(self, mean: float, sd: float) -> float:
        return mean + sd * float(next(self.numbers))

    def beta(self, a: float, b: float) -> float:
        return float(betaincinv(a, b, self.random()))


def drawn(one: Remade, settings: Simulation, rng) -> Specimen:
    """The specimen with other properties, in its own microstructure and geometry."""
    electrolyte = draw_electrolyte(rng, one.material, settings.grains, settings.dimension)
    electrodes = draw_electrodes(rng, one.kind, one.cell.contact_fraction)
    return replace(one.specimen, electrolyte=electrolyte, electrodes=electrodes)


def true_numbers(one: Remade, settings: Simulation, priors: Priors, seed: int) -> np.ndarray:
    """(d,) the numbers that `drawn` makes the specimen itself from."""
    rng = Recorded(stream(seed, PROPERTIES, numbered(settings, priors, one.name)[0]))
    draw_geometry(rng, priors.cell)
    before = len(rng.numbers)
    drawn(one, settings, rng)
    return np.array(rng.numbers[before:])


class Spectra:
    """ln Z (n, 2f) of a unit cell with its leads and ln sigma (n,), for numbers (n, d) at the temperature `kelvin`."""

    def __init__(self, one: Remade, settings: Simulation, priors: Priors):
        self.one, self.settings = one, settings
        self.frequency = frequency_grid(settings)
        self.shape = one.specimen.thickness / one.specimen.area
        self.leads = mean(priors.instrument.stray_inductance), mean(priors.instrument.stray_capacitance)
        self._coarse = np.unique(np.append(np.arange(0, self.frequency.size, 2), self.frequency.size - 1))
        ratios = np.linspace(-10, 15, 51)
        self._resistivity = CubicSpline(ratios, np.log(one.system.dc_resistivity(np.exp(ratios))))

    def learn(self, numbers: np.ndarray, kelvin: float) -> None:
        """Make the reduced model good about these (n, d) numbers."""
        theta = np.concatenate([self._theta(specimen, kelvin) for specimen in self._specimens(numbers)])
        self._model = ReducedModel(self.one.system, theta, TOLERANCE)
        self._model.certified_impedance(theta)

    def __call__(self, numbers: np.ndarray, kelvin: float) -> tuple[np.ndarray, np.ndarray]:
        specimens = self._specimens(numbers)
        theta = np.concatenate([self._theta(specimen, kelvin) for specimen in specimens])
        log_z = np.log(self._model.impedance(theta)).reshape(len(specimens), -1)
        fine = CubicSpline(np.log(self.frequency[self._coarse]), log_z, axis=1)(np.log(self.frequency))
        seen = with_leads(self.frequency, np.exp(fine) * self.shape, *self.leads) / self.shape
        log_sigma = []
        for specimen in specimens:
            grain, ratio = log_conductivities(specimen, np.array([kelvin]))
            log_sigma.append((grain - self._resistivity(ratio))[0])
        return stacked(np.log(seen)), np.array(log_sigma)

    def _specimens(self, numbers: np.ndarray) -> list[Specimen]:
        return [drawn(self.one, self.settings, Replayed(row)) for row in numbers]

    def _theta(self, specimen: Specimen, kelvin: float) -> np.ndarray:
        return specimen.theta(self.frequency[self._coarse], kelvin)


@dataclass(frozen=True)
class Posterior:
    """What is left to be known: standard deviation of ln sigma, and the effective number of draws it comes from."""

    sd: float
    effective: float


def posterior(
    spectra: Spectra, kelvin: float, impedance: np.ndarray, model: LinearGaussian, noise: float, start: np.ndarray, rng
) -> Posterior:
    """The posterior of ln sigma of one pellet whose spectrum `impedance` (f,) [ohm] is known.

    Parameters
    ----------
    model : the linearised one of the same spectrum, for its covariances
    noise : its noise's sd; points that it cannot explain are left out
    start : (d,) numbers from which the maximum is sought
    """
    observed = np.log(np.abs(impedance / spectra.shape)) + 1j * np.angle(impedance)
    spectra.learn(np.concatenate([start[None], start + 0.3 * rng.normal(size=(20, start.size))]), kelvin)
    kept = np.tile(undisturbed(observed, spectra(start[None], kelvin)[0][0], noise), 2)
    x, y = (samples - samples.mean(axis=0) for samples in (model.x_samples[:, kept], model.y_samples))
    inside = np.ix_(kept, kept)
    root = np.linalg.cholesky(model.noise[inside] + x.T @ x / len(x))
    gain = np.linalg.solve(root.T, np.linalg.solve(root, x.T @ y[:, 0] / len(x)))
    told = stacked(observed)[kept]

    def whitened(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Residuals (n, o) of unit variance, and ln sigma (n,) with what they say of the microstructure."""
        log_z, log_sigma = spectra(numbers, kelvin)
        left = told - log_z[:, kept]
        return np.linalg.solve(root, left.T).T, log_sigma + left @ gain

    def log_density(residuals: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return -0.5 * (residuals**2).sum(axis=1) - 0.5 * (numbers**2).sum(axis=1)

    mode, covariance = maximum(whitened, log_density, start)
    spectra.learn(rng.multivariate_normal(mode, covariance, size=30), kelvin)
    _, values, weight = importance(whitened, log_density, mode, covariance, rng)
    centre = weight @ values
    beside = ((y[:, 0] - x @ gain) ** 2).mean() + gain @ model.noise[inside] @ gain
    return Posterior(float(np.sqrt(weight @ (values - centre) ** 2 + beside)), float(1 / (weight**2).sum()))


Model = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
Density = Callable[[np.ndarray, np.ndarray], np.ndarray]


def undisturbed(observed: np.ndarray, clean: np.ndarray, noise: float) -> np.ndarray:
    """(f,) whether each point of ln Z lies where its neighbours' deviations from the clean spectrum say."""
    deviation = observed - clean[: observed.size] - 1j * clean[observed.size :]
    padded = np.pad(deviation, 3, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 7)
    usual = np.median(windows.real, axis=1) + 1j * np.median(windows.imag, axis=1)
    return np.abs(deviation - usual) <= DISTURBED * noise


def maximum(model: Model, log_density: Density, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the largest density, by Gauss-Newton steps, and the covariance there."""
    step = 1e-3 * np.eye(start.size)

    def slope(at: np.ndarray) -> np.ndarray:
        up, down = np.split(model(np.concatenate([at + step, at - step]))[0], 2)
        return (up - down) / 2e-3  # (d, o)

    at = np.clip(start, -4, 4)
    for _ in range(12):
        a, residual = -slope(at), model(at[None])[0][0]
        move = np.linalg.solve(a @ a.T + np.eye(at.size), a @ residual - at)
        here, share = log_density(residual[None], at[None])[0], 1.0
        while share > 1e-3:
            there = (at + share * move)[None]
            if log_density(model(there)[0], there)[0] > here:
                break
            share /= 2
        else:
            break
        at = at + share * move
        if np.abs(move).max() < 1e-2:
            break
    a = slope(at)
    return at, np.linalg.inv(a @ a.T + np.eye(at.size))


def importance(
    model: Model, log_density: Density, centre: np.ndarray, covariance: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws (n, d), the model's values (n,) and their weights (n,): from t distributions that follow the density."""
    numbers, values, density = np.empty((0, centre.size)), np.empty(0), np.empty(0)
    proposals: list = []
    for turn in range(ROUNDS):
        proposals.append(stats.multivariate_t(centre, 1.2 * covariance, df=6, seed=rng))
        new = proposals[-1].rvs(DRAWS)
        residuals, said = model(new)
        numbers, values = np.concatenate([numbers, new]), np.concatenate([values, said])
        density = np.concatenate([density, log_density(residuals, new)])
        weight = density - np.logaddexp.reduce([proposal.logpdf(numbers) for proposal in proposals], axis=0)
        weight = np.exp(weight - weight.max())
        weight /= weight.sum()
        if turn and 1 / (weight**2).sum() > ENOUGH:
            break
        flat = np.sqrt(weight) if 1 / (weight**2).sum() < DRAWS / 6 else weight  # too few would make it collapse
        flat = flat / flat.sum()
        centre = flat @ numbers
        covariance = (numbers - centre).T @ ((numbers - centre) * flat[:, None]) + 1e-8 * np.eye(centre.size)
    return numbers, values, weight


def sampled(settings: Simulation, priors: Priors, seed: int, spectra: SpectrumSet, index: np.ndarray) -> pd.DataFrame:
    """One row a spectrum of the specimens at `index`: linearised limit and sampled posterior [decades]."""
    rows = []
    total = pd.unique(spectra["specimen"].astype(str)[index]).size
    for one, models in tqdm(linearised(settings, priors, seed, spectra, index), total=total, desc="specimens"):
        rng = np.random.default_rng([seed, numbered(settings, priors, one.name)[0]])
        start, made = true_numbers(one, settings, priors, seed), Spectra(one, settings, priors)
        for i, row in enumerate(one.rows):
            kelvin = settings.temperatures_c[i] + ZERO_CELSIUS
            found = posterior(made, kelvin, spectra.impedance[row], models[i], one.noise[i], start, rng)
            rows.append(
                {
                    "spectrum": row,
                    "specimen": one.name,
                    "material": one.material.name,
                    "electrode": one.kind.name,
                    "limit_log10": models[i].limit()[0] / np.log(10),
                    "posterior_log10": found.sd / np.log(10),
                    "effective": found.effective,
                }
            )
    return pd.DataFrame(rows).sort_values("spectrum", ignore_index=True)


def by_chance(table: pd.DataFrame, draws: int = 4000) -> np.ndarray:
    """(draws,) RMSEs of a reader at the limit whose errors are the same multiple of it in all spectra of a specimen."""
    squares = table.groupby("specimen")["posterior_log10"].agg(lambda sd: (sd**2).sum()).to_numpy()
    multiple = np.random.default_rng(0).normal(size=(draws, squares.size))
    return np.sqrt(multiple**2 @ squares / len(table))


def summarised(table: pd.DataFrame) -> pd.DataFrame:
    """Root mean squares of each kind of specimen and of all, and the range of a perfect reader's in 90 % of cases."""
    rows = {}
    for name, group in [*table.groupby(table["material"] + ", " + table["electrode"]), ("all", table)]:
        limit, posterior, error = np.sqrt((group[["limit_log10", "posterior_log10", "error_log10"]] ** 2).mean())
        low, high = np.quantile(by_chance(group), [0.05, 0.95])
        rows[name] = {
            "specimens": group["specimen"].nunique(), "spectra": len(group), "limit": limit, "posterior": posterior,
            "model": error, "perfect: 5 %": low, "perfect: 95 %": high,
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, default=Path("results/paper"))
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"), help="what the run was made with")
    parser.add_argument("--variant", default="informed", help="the model (default: informed)")
    parser.add_argument("--output", type=Path, help="these figures as CSV")
    given = parser.parse_args()
    config = load_run(yaml.safe_load(given.config.read_text()), given.config.parent)
    settings = config.simulation
    priors = Priors.load(given.config.parent, config.materials, settings.electrodes, settings.cell)
    index = pd.read_csv(given.run / "evaluation" / "limits.csv")["spectrum"].to_numpy()
    table = sampled(settings, priors, config.seed, read_dataset(given.run / "data" / "spectra.nc"), index)
    said = pd.read_csv(given.run / "predictions" / f"{given.variant}.csv")
    table = table.merge(said[["spectrum", "sigma", "sigma_true"]], on="spectrum")
    table["error_log10"] = np.log10(table.pop("sigma") / table.pop("sigma_true"))
    figures = summarised(table)
    if given.output:
        figures.to_csv(given.output, float_format="%.5f")
    print(figures.round(4).to_string())


if __name__ == "__main__":
    main()
