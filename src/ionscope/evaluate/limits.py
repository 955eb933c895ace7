"""The information limit: how well sigma_total and Ea of a held-out specimen can be known from its spectra at all.

Everything that the generator draws is a parameter here: the pellet's properties, its microstructure, and what the
instrument and its leads do in each sweep. About the true specimen, ln Z and ln sigma_total are linearised, and all
priors are taken as Gaussians with the generator's own means, variances and correlations. What then is left of the
variance of the target y when the spectrum x is known is

    s^2 = C_yy - C_yx C_xx^-1 C_xy ,   which for y = g'p, x = J p + noise is   g' (J' N^-1 J + P^-1)^-1 g :

the Fisher information and the prior's together, as in the Bayesian Cramer-Rao (van Trees) inequality. Material, kind of
electrode, geometry, temperature, noise level and all priors count as known.

What it is not. It is a local, Gaussian figure at the true parameters, to be averaged over specimens: no strict bound
for one of them. A reader that uses the shape of the priors (their hard ends) can be slightly better, and where a
spectrum shows next to nothing linearisation itself is doubtful. Microstructures are known by a finite number of draws;
the variance among them is corrected for the degrees of freedom that fitting them takes up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import block_diag

from ionscope.config import Material, Simulation
from ionscope.evaluate.ensemble import Known, Scatter, matched, scatter
from ionscope.evaluate.linear_gaussian import LinearGaussian
from ionscope.evaluate.remade import Remade
from ionscope.evaluate.sensitivity import Population, Sensitivity
from ionscope.evaluate.sweep_errors import SweepErrors, mean_square, stacked
from ionscope.seeds import derived_seed
from ionscope.simulate.arrhenius import BOLTZMANN, KJ_PER_MOL
from ionscope.simulate.generate import EA_RANGE_C, Priors, frequency_grid
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

MEMBERS = 64
"""Microstructures drawn for each kind of electrode."""

COLUMNS = (
    "spectrum", "specimen", "material", "electrode", "temperature", "sigma_true", "noise",
    "limit_log10", "limit_series_log10", "limit_ea_kj_mol",
)  # fmt: skip


def information_limits(
    settings: Simulation,
    priors: Priors,
    seed: int,
    spectra: SpectrumSet,
    index: np.ndarray,
    members: int = MEMBERS,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> pd.DataFrame:
    """The limit for the spectra at `index`, all spectra of the specimens they belong to given.

    Parameters
    ----------
    settings, priors, seed : what `spectra` were simulated with
    members : microstructures drawn for each material and kind of electrode

    Returns
    -------
    one row a spectrum with `COLUMNS`: standard deviations of log10 sigma_total in decades when that one spectrum is
    known (`limit_log10`) and when all of its specimen are, and that of Ea in kJ/mol from all of them

    Raises
    ------
    InputDataError : spectra that these settings do not make
    """
    rows: list[dict[str, Any]] = []
    for one, models in linearised(settings, priors, seed, spectra, index, members, progress):
        rows += _rows(one, models)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table[table["spectrum"].isin(index)].sort_values("spectrum", ignore_index=True)


def linearised(
    settings: Simulation,
    priors: Priors,
    seed: int,
    spectra: SpectrumSet,
    index: np.ndarray,
    members: int = MEMBERS,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> Iterator[tuple[Remade, list[LinearGaussian]]]:
    """Each specimen that one of the spectra at `index` belongs to, with its `linear_models`."""
    frequency = frequency_grid(settings)
    measured = np.array(settings.temperatures_c) + ZERO_CELSIUS
    wanted = np.concatenate([measured, np.linspace(*EA_RANGE_C, len(ea_weights())) + ZERO_CELSIUS])
    groups: dict[tuple[str, str], list[tuple[Remade, Population, Sensitivity]]] = {}
    populations: dict[tuple[str, str], Population] = {}
    for name in pd.unique(spectra["specimen"].astype(str)[index]):
        one = Remade.of(settings, priors, seed, spectra, name)
        key = one.material.name, one.kind.name
        if key not in populations:
            populations[key] = Population.draw(settings, one.material, one.kind, derived_seed(seed, "population", *key))
        sensitivity = Sensitivity.of(
            one.specimen, one.system, (*populations[key].coordinates, *matched(one.specimen)), frequency,
            measured, wanted, settings.tolerance,
        )  # fmt: skip
        group = one.kind.name, _microstructure_prior(one.material)
        groups.setdefault(group, []).append((one, populations[key], sensitivity))
    turns = iter(progress(range(members * len(groups))))
    for group, cases in groups.items():
        known = [
            Known(one.specimen, one.cell, one.system, measured, wanted, sensitivity.log_z, sensitivity.log_sigma)
            for one, _, sensitivity in cases
        ]
        rng = np.random.default_rng(derived_seed(seed, "limits", *group))
        scattered = scatter(settings, priors, cases[0][0].material, cases[0][0].kind, known, rng, members, turns)
        for (one, population, sensitivity), spread in zip(cases, scattered, strict=True):
            yield one, linear_models(settings, priors, one, population, sensitivity, spread)


def _rows(one: Remade, models: list[LinearGaussian]) -> list[dict[str, Any]]:
    """The rows of a specimen's spectra from its `linear_models`."""
    single = [model.limit()[0] for model in models[:-1]]
    *series, ea = models[-1].limit()
    return [
        {
            "spectrum": row,
            "specimen": one.name,
            "material": one.material.name,
            "electrode": one.kind.name,
            "temperature": one.temperature[i],
            "sigma_true": one.sigma_true[i],
            "noise": one.noise[i],
            "limit_log10": single[i] / np.log(10),
            "limit_series_log10": series[i] / np.log(10),
            "limit_ea_kj_mol": ea * KJ_PER_MOL,
        }
        for i, row in enumerate(one.rows)
    ]


def _microstructure_prior(material: Material) -> str:
    """What microstructures of a material are drawn from: materials that agree in it share them."""
    parts = (
        material.grain.spread_decades, material.grain.anisotropy, material.boundary.spread_decades, material.porosity,
        material.size_spread,
    )  # fmt: skip
    told = [None if part is None else part.model_dump_json(exclude={"source", "note"}) for part in parts]
    return f"{told} {material.seed_relaxation}"


def linear_models(
    settings: Simulation,
    priors: Priors,
    one: Remade,
    population: Population,
    sensitivity: Sensitivity,
    spread: Scatter,
) -> list[LinearGaussian]:
    """One model a spectrum, for its ln sigma_total, then one of the whole series, for all of them and for Ea [eV]."""
    t, k = len(sensitivity.log_z), len(population.coordinates)
    x_factor = stacked(np.moveaxis(sensitivity.dlog_z[..., :k] @ population.factor, -1, 0))  # (r, t, 2f)
    responses = sensitivity.dlog_sigma[:, :k] @ population.factor  # (s, r)
    if settings.geometry_errors:
        extra_x, extra_y = _geometry_factors(priors, sensitivity)
        x_factor, responses = np.concatenate([x_factor, extra_x]), np.concatenate([responses, extra_y], axis=1)
    # The matched properties are moved back along the tangents: other microstructures, the specimen's own properties.
    x_samples = stacked(spread.log_z - np.moveaxis(sensitivity.dlog_z[..., k:] @ spread.shift.T, -1, 0))  # (n, t, 2f)
    y_samples = spread.log_sigma - spread.shift @ sensitivity.dlog_sigma[:, k:].T  # (n, s)
    errors = SweepErrors.of(priors.instrument)
    covariances = [
        errors.covariance(frequency_grid(settings), np.exp(z) * one.specimen.thickness / one.specimen.area, sd)
        for z, sd in zip(sensitivity.log_z, one.noise, strict=True)
    ]
    models = [
        LinearGaussian(covariances[i], x_factor[:, i].T, responses[i : i + 1], x_samples[:, i], y_samples[:, i : i + 1])
        for i in range(t)
    ]
    weights = ea_weights()

    def with_ea(values: np.ndarray) -> np.ndarray:
        return np.concatenate([values[:t], (weights @ values[t:])[None]])

    whole = LinearGaussian(
        block_diag(*covariances),
        x_factor.reshape(len(x_factor), -1).T,
        with_ea(responses),
        x_samples.reshape(len(x_samples), -1),
        with_ea(y_samples.T).T,
    )
    return [*models, whole]


def _geometry_factors(priors: Priors, sensitivity: Sensitivity) -> tuple[np.ndarray, np.ndarray]:
    """Responses (r, t, 2f) and (s, r) to the errors of a recorded thickness, area and temperature of each spectrum."""
    t, f = sensitivity.log_z.shape
    s = len(sensitivity.dlog_sigma)
    cell = priors.cell
    thickness, area, kelvin = (
        np.sqrt(mean_square(error)) for error in (cell.thickness_error, cell.area_error, cell.temperature_error)
    )
    x = [thickness * sensitivity.dlog_z_thickness, -area * np.ones((t, f), complex)]
    y = [np.zeros(s), np.zeros(s)]
    for i in range(t):
        only = np.arange(t) == i
        x.append(kelvin * only[:, None] * sensitivity.dlog_z_kelvin)
        y.append(kelvin * np.append(only * sensitivity.dlog_sigma_kelvin[:t], np.zeros(s - t)))
    return stacked(np.array(x)), np.array(y).T


def ea_weights() -> np.ndarray:
    """Weights (5,) of ln sigma at five temperatures over `EA_RANGE_C` in `ea_total` [eV]."""
    inverse = 1 / (np.linspace(*EA_RANGE_C, 5) + ZERO_CELSIUS)
    centred = inverse - inverse.mean()
    return -BOLTZMANN * centred / (centred @ centred)
